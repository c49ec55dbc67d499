"""The make-believe company, ready to be collected: its vendors behind real HTTP, its registers and settings as files."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from annexa.sandbox import imports, registers, vendors
from annexa.sandbox._http import loopback
from annexa.sandbox.company import aws_world
from annexa.sandbox.play import MOMENTS, DateName, ScenarioName

ORGANISATION = ("harbourline", "Harbourline (make-believe)")
DATES: tuple[DateName, ...] = tuple(MOMENTS)
SDKS = {"aws": "botocore", "google_cloud": "googleapiclient", "google_workspace": "googleapiclient"}
"""Packages that a vendor's stand-in itself is made from; without one it cannot be played."""


@dataclass(frozen=True, kw_only=True)
class Playing:
    """One day of the company, while its servers run."""

    now: datetime
    """The moment at which it is collected."""
    sources: tuple[dict[str, Any], ...]
    """Tables of `annexa.toml` that lead to the servers."""
    environment: dict[str, str]
    """Made-up credentials."""
    prepare: Any
    """Lets host names that do not exist there not resolve."""


@contextmanager
def playing(scenario: ScenarioName, date: DateName, only: Iterable[str] | None = None) -> Iterator[Playing]:
    """Run the company's servers on loopback for the length of the block; all vendors, or some."""
    made = vendors.plays(scenario, date, only=_playable() if only is None else only)
    sources = [{"name": f"{vendor}:main", "vendor": vendor} for vendor in vendors.names() if vendor not in made]
    with ExitStack() as stack:
        for play in made.values():
            sources += play.tables(stack.enter_context(loopback(play.standin().handle)))
        yield Playing(
            now=MOMENTS[date],
            sources=tuple(sorted(sources, key=lambda table: str(table["name"]))) if only is None else tuple(sources),
            environment={name: value for play in made.values() for name, value in play.environment.items()},
            prepare=lambda vendor, target: made[vendor].prepare(target),
        )


def write_registers(folder: Path, scenario: ScenarioName, only: Collection[str] | None = None) -> None:
    """Write the company's registers and imports, with the account ids of its AWS organisation filled in."""
    world = aws_world(scenario, "first")
    names = ("management", "security", "prod", "staging", "data-science", "acquired")
    registers.write_registers(folder, scenario, {name: world.account_id(name) for name in names}, only)
    imports.write_imports(folder, only)


def settings(scenario: ScenarioName) -> dict[str, Any]:
    """Thresholds and switched-off rules of the company."""
    return registers.parameters(scenario)


def _playable() -> list[str]:
    """The vendors whose packages are here; the others show as not installed."""
    return [name for name in vendors.names() if name not in SDKS or find_spec(SDKS[name]) is not None]
