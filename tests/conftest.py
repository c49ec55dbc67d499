"""Where tests run side by side, those of one file stay together, and so does the whole deny matrix: it adds up."""

from typing import Any

import pytest
from told import TOLD


@pytest.hookimpl(tryfirst=True)  # Before the plugin reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        group = "matrix" if "matrix" in item.path.parts else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the table from the process that made it."""
    told = getattr(node, "workeroutput", {}).get("deny_matrix", [])
    node.config.stash[TOLD] = [*node.config.stash.get(TOLD, []), *told]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of calls and faults."""
    told = config.stash.get(TOLD, [])
    if told:
        terminalreporter.section("deny matrix: calls x faults")
        for line in told:
            terminalreporter.write_line(line)
