"""A company of its own for each test, and one demo for all that only look at it."""

import contextlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from harbourline import Company
from judged import Judged, collected, with_aws, with_registers

from annexa.commands import cli
from annexa.evidence.vault import Vault


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


@dataclass(frozen=True)
class Demo:
    """What `annexa demo` left."""

    folder: Path
    code: int
    said: str
    """What it printed."""

    @property
    def vault(self) -> Vault:
        return Vault.open(self.folder / "vault")

    @property
    def key(self) -> Path:
        return self.folder / "signing-key.pub.pem"

    def judged(self, day: str) -> Judged:
        """The assessment that was made of the run of this day."""
        judged = [Judged.of_vault(self.vault, each.assessment_id) for each in self.vault.assessments()]
        return next(each for each in judged if each.made.as_of.startswith(day))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """`annexa demo` over real HTTP, once for all tests; nobody may change what it left."""
    folder, said = tmp_path_factory.mktemp("demo") / "the planted company", io.StringIO()
    with contextlib.redirect_stdout(said):
        code = cli.run(["demo", "--into", str(folder)])
    return Demo(folder, code, said.getvalue())


@pytest.fixture(scope="session")
def first(demo: Demo) -> Judged:
    """The planted company on the first date."""
    return demo.judged("2026-08-30")


@pytest.fixture(scope="session")
def second(demo: Demo) -> Judged:
    """The planted company on the second date, after the first."""
    return demo.judged("2026-09-29")


@pytest.fixture
def mended(tmp_path: Path, first: Judged, second: Judged) -> Callable[..., Judged]:
    """The planted company with these rows of AWS mended: `mended(3)`, `mended(8, date="second")`.

    AWS is collected again, and judged beside what the others answered in the demo; `vendors` says with whom instead.
    """
    numbers, days = count(), {"first": first, "second": second}

    def make(*rows: int, date: str = "first", vendors: Iterable[str] | None = None, **told: object) -> Judged:
        folder = tmp_path / f"mended-{next(numbers)}"
        folder.mkdir()
        if vendors is not None:
            return collected(folder, "planted", date, mended=rows, vendors=vendors, **told)
        return with_aws(folder, days[date], date, [first] if date == "second" else [], mended=rows, **told)

    return make


@pytest.fixture
def supplied(tmp_path: Path, first: Judged, second: Judged) -> Callable[..., Judged]:
    """Judges the planted company with other registers or settings: `supplied("second", registers={"soa": edit})`."""

    def make(date: str, **told: object) -> Judged:
        if date == "first":
            return with_registers(tmp_path, first, "first", **told)
        return with_registers(tmp_path, second, "second", [first], **told)

    return make
