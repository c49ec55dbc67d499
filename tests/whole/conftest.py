"""A company of its own for each test."""

from pathlib import Path

import pytest
from harbourline import Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)
