"""A sealed sample for the tests of reports."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from annexa.reports.opened import Opened, open_assessment


@pytest.fixture(scope="session")
def sample() -> SimpleNamespace:
    """The functions that write the sample."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("sealed_sample.py"))))


@pytest.fixture(scope="session")
def opened(sample: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The sample, sealed and opened again."""
    vault, _ = sample.seal(tmp_path_factory.mktemp("sealed"))
    return open_assessment(vault, "latest")
