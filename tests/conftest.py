"""Where tests run side by side, those of one file stay together, and so does the whole deny matrix: it adds up."""

from typing import Any

import pytest
from told import TOLD


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out tests by file, and the deny matrix as one: marks that name groups do not work with every pytest."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "matrix" if "/matrix/" in file else file

    return ByFile(config, log)


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
