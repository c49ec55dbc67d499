"""The company's days, collected once for all cells, and the table of what was tried, printed at the end."""

import sys
from collections.abc import Iterator

import pytest
from matrix import Judge
from matrix_days import Days
from matrix_table import TABLES, Table, table_of
from one_day import Day
from told import TOLD


@pytest.fixture(scope="session")
def table() -> Table:
    return table_of("aws")


@pytest.fixture(scope="session")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    return Days(tmp_path_factory.mktemp)


@pytest.fixture(scope="session")
def clean(days: Days) -> Judge:
    return days.clean("aws")


@pytest.fixture(scope="session")
def fuller(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The clean company with what it has not otherwise: gateways, and a bill that may be asked for."""
    return Judge(Day(tmp_path_factory.mktemp("fuller"), "clean", "first", fuller=True))


@pytest.fixture(scope="session")
def first(days: Days) -> Judge:
    return days.first("aws")


@pytest.fixture(scope="session")
def second(days: Days) -> Judge:
    return days.second("aws")


@pytest.fixture(scope="session")
def mended(days: Days) -> Judge:
    return days.mended("aws")


@pytest.fixture(scope="session")
def newly(days: Days) -> Judge:
    return days.newly("aws")


@pytest.fixture(autouse=True, scope="module")
def unmeasured() -> Iterator[None]:
    """Coverage is not measured here: the same lines run thousands of times, at more than twice the time."""
    measuring = sys.modules["coverage"].Coverage.current() if "coverage" in sys.modules else None
    if measuring is not None:
        measuring.stop()
    yield
    if measuring is not None:
        measuring.start()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    for one in ("days", "fuller"):
        if one in request.fixturenames:
            request.getfixturevalue(one).forget()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the tables to whoever prints the end of the run: this process, or the one that started it."""
    told = {vendor: table.told() for vendor, table in TABLES.items() if table.cells}
    if not told:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["deny_matrix"] = told
    else:
        session.config.stash[TOLD] = told
