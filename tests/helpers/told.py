"""Where the lines that a test prints at the end of a run are kept meanwhile."""

import pytest

TOLD: pytest.StashKey[list[str]] = pytest.StashKey()
"""The deny matrix's table of calls and faults."""
