"""The make-believe company's vendors: one module each, found by its presence.

A module offers `play(scenario, date, mended) -> Play`: its vendor as Harbourline has it on one of its two days.
"""

from collections.abc import Collection, Iterable
from importlib import import_module
from pkgutil import iter_modules

from annexa.sandbox.play import DateName, Play, ScenarioName


def names() -> tuple[str, ...]:
    """Every vendor that is played."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_")))


def play(vendor: str, scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> Play:
    """One vendor on one day; rows of the planted company in `mended` are as in the clean one."""
    made: Play = import_module(f"annexa.sandbox.vendors.{vendor}").play(scenario, date, mended)
    return made


def plays(
    scenario: ScenarioName, date: DateName, mended: Collection[int] = (), only: Iterable[str] | None = None
) -> dict[str, Play]:
    """All vendors on one day, or some of them."""
    return {vendor: play(vendor, scenario, date, mended) for vendor in (names() if only is None else only)}
