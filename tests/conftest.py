"""Where tests run side by side, those of one file stay together, and so does the deny matrix of each vendor: it adds up."""

import os
import random
from typing import Any

import pytest
from told import SEED, TOLD, group, lines

LONG = ("tests/matrix/", "tests/whole/", "tests/independent/")
"""Folders whose files take longest; begun last, one of them would run on alone."""


def pytest_configure(config: pytest.Config) -> None:
    """All processes draw by the same seed, and groups are given out in the order in which they were collected."""
    os.environ.setdefault(SEED, str(random.SystemRandom().randrange(10_000)))
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first."""
    items.sort(key=lambda item: next((at for at, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out tests by group: marks that name groups do not work with every pytest."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return ByGroup(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the tables from the process that made them."""
    told = getattr(node, "workeroutput", {}).get("deny_matrix", {})
    node.config.stash[TOLD] = {**node.config.stash.get(TOLD, {}), **told}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the tables of calls and faults."""
    for title, found in lines(config.stash.get(TOLD, {})):
        terminalreporter.section(title)
        for line in found:
            terminalreporter.write_line(line)
