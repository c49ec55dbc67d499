"""The company's days, collected once for all cells, and the table of what was tried, printed at the end."""

import os
import random
from pathlib import Path
from typing import Any

import pytest
from matrix import Judged, judged
from matrix_table import Table
from one_day import Day

SEED = "ANNEXA_MATRIX_SEED"
"""Chooses the cells that are sampled; printed, so that a run can be repeated."""
ALL = "ANNEXA_MATRIX_ALL"
"""Set to anything: every cell is tried, none is left to the seed."""
_TABLE = Table(seed=int(os.environ.get(SEED) or random.SystemRandom().randrange(10_000)), everything=ALL in os.environ)


@pytest.fixture(scope="session")
def table() -> Table:
    return _TABLE


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return Day(tmp_path_factory.mktemp("clean"), "clean", "first")


@pytest.fixture(scope="session")
def clean_judged(clean: Day) -> Judged:
    return judged(clean.evidence())


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return Day(tmp_path_factory.mktemp("first"), "planted", "first")


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return Day(tmp_path_factory.mktemp("second"), "planted", "second")


@pytest.fixture(scope="session")
def first_judged(first: Day) -> Judged:
    return judged(first.evidence())


@pytest.fixture(scope="session")
def second_judged(first: Day, second: Day) -> Judged:
    return judged(second.evidence(), [first.evidence()])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _TABLE.cells:
        terminalreporter.section("deny matrix: calls x faults")
        for line in _TABLE.lines():
            terminalreporter.write_line(line)
