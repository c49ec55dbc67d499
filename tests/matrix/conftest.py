"""The company's days, collected once for all cells, and the table of what was tried, printed at the end."""

import os
import random

import pytest
from matrix import Judge
from matrix_table import Table
from one_day import Day
from told import TOLD

SEED = "ANNEXA_MATRIX_SEED"
"""Chooses the cells that are sampled; printed, so that a run can be repeated."""
ALL = "ANNEXA_MATRIX_ALL"
"""Set to anything: every cell is tried, none is left to the seed."""
_TABLE = Table(seed=int(os.environ.get(SEED) or random.SystemRandom().randrange(10_000)), everything=ALL in os.environ)


@pytest.fixture(scope="session")
def table() -> Table:
    return _TABLE


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(Day(tmp_path_factory.mktemp("clean"), "clean", "first"))


@pytest.fixture(scope="session")
def fuller(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The clean company with what it has not otherwise: gateways, and a bill that may be asked for."""
    return Judge(Day(tmp_path_factory.mktemp("fuller"), "clean", "first", fuller=True))


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(Day(tmp_path_factory.mktemp("first"), "planted", "first"))


@pytest.fixture(scope="session")
def second(first: Judge, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The planted company on its second day; the first, unbroken, is named as the earlier run."""
    return Judge(Day(tmp_path_factory.mktemp("second"), "planted", "second"), first.day.evidence())


@pytest.fixture(scope="session")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The planted company on its first day, before anything of it went wrong."""
    return Judge(Day(tmp_path_factory.mktemp("mended"), "planted", "first", mended=range(100)))


@pytest.fixture(scope="session")
def newly(mended: Judge, second: Judge) -> Judge:
    """The planted company on its second day, with all its failures new since the first."""
    return Judge(second.day, mended.day.evidence())


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    for one in ("clean", "fuller", "second", "newly"):
        if one in request.fixturenames:
            request.getfixturevalue(one).forget()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the table to whoever prints the end of the run: this process, or the one that started it."""
    if not _TABLE.cells:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["deny_matrix"] = list(_TABLE.lines())
    else:
        session.config.stash[TOLD] = list(_TABLE.lines())
