"""A vendor's file, read for one day: `data` as it is then, and the faults that are planted in it.

    data:      the planted company on its first day
    changes:   what is otherwise in the clean company, for rows in `mended`, or on the second day
    faults:    calls that the company's own key cannot make, each with the row of the company that plants it

A change says where (`at: projects`, dotted), which rows (`match: {id: proj_1}`; without it, the value itself) and what:
`set` (merged), `unset: [name]`, `remove: true`, `add` (a row, or several) or `put` (in the place of everything). `when` is
`clean` (in the clean company, and where its row is mended) or `second` (on the planted company's second day unless its
row is mended; with `row: null` on either's second day). A change that finds nothing is a mistake.
"""

import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from annexa.sandbox._errors import BadFixture
from annexa.sandbox._rest.fill import Filler
from annexa.sandbox.play import MOMENTS, DateName, ScenarioName

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ACTIONS = {"set", "unset", "remove", "add", "put"}
_CHANGE = {"row", "when", "at", "match", *_ACTIONS}
_FAULT = {"row", "when", "op", "kind", "scope", "status", "code", "message", "place"}


@dataclass(frozen=True, kw_only=True)
class World:
    """A vendor's tenant at one moment."""

    now: datetime
    data: dict[str, Any]
    """Collections (lists of rows) and single values. Members whose name begins with `$` are ours and never sent."""
    faults: tuple[dict[str, Any], ...] = ()
    """Faults of the day, as the file has them."""

    def rows(self, name: str, **where: Any) -> list[Any]:
        """The rows of a collection in which these members have these values."""
        return [row for row in self.data[name] if all(row.get(key) == value for key, value in where.items())]


@dataclass(frozen=True, kw_only=True)
class Day:
    """Which of the company's days is played."""

    scenario: ScenarioName
    date: DateName
    mended: Collection[int] = field(default=())

    @property
    def now(self) -> datetime:
        """The moment at which the company is seen."""
        return MOMENTS[self.date]

    def wants(self, change: Mapping[str, Any]) -> bool:
        """Whether a change holds on this day."""
        row, when = change.get("row"), change["when"]
        if when == "clean":
            return self.scenario == "clean" or row in self.mended
        if when == "second":
            planted = self.scenario == "planted" and row not in self.mended
            return self.date == "second" and (row is None or planted)
        raise BadFixture(f"a change holds when `clean` or `second`, not {when!r}")

    def has(self, fault: Mapping[str, Any]) -> bool:
        """Whether a planted fault is there on this day."""
        if fault.get("when") not in (None, self.date):
            return False
        row = fault.get("row")
        return row is None or (self.scenario == "planted" and row not in self.mended)


def load_world(vendor: str, file: str, day: Day, package: str = "annexa.sandbox.vendors") -> World:
    """The file `file` of a package, as it is on this day."""
    return made_world(vendor, _read(package, file), day)


def made_world(vendor: str, said: Mapping[str, Any], day: Day) -> World:
    """The same out of what a file says."""
    unknown = set(said) - {"data", "changes", "faults"}
    if unknown:
        raise BadFixture(f"{vendor}: a file has no part {sorted(unknown)}")
    filler = Filler(vendor=vendor, now=day.now, first=MOMENTS["first"])
    data = filler.fill(said["data"])
    for change in said.get("changes") or ():
        _checked(change, _CHANGE)
        if day.wants(change):
            apply(filler.fill(change), data)
    faults = tuple(filler.fill(_checked(fault, _FAULT)) for fault in said.get("faults") or () if day.has(fault))
    return World(now=day.now, data=data, faults=faults)


def apply(change: Mapping[str, Any], data: dict[str, Any]) -> None:
    """Make one change; raises `BadFixture` where it finds nothing."""
    (action,) = _ACTIONS & set(change)
    holder, name = _place(change, data)
    if action == "put":
        holder[name] = change["put"]
    elif "match" not in change and action == "add":
        added = change["add"]
        _list(change, holder[name]).extend(added if isinstance(added, list) else [added])
    elif "match" not in change:
        holder[name] = _changed(holder[name], change, action)
    else:
        holder[name] = list(_rows(change, _list(change, holder[name]), action))


def _read(package: str, file: str) -> Mapping[str, Any]:
    """Read once; filling copies every value that could be changed."""
    return _parsed((files(package) / file).read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    return found


def _checked(said: Mapping[str, Any], known: Collection[str]) -> Mapping[str, Any]:
    if set(said) - set(known):
        raise BadFixture(f"{dict(said)} has members that mean nothing: {sorted(set(said) - set(known))}")
    if "at" in said and len(_ACTIONS & set(said)) != 1:
        raise BadFixture(f"{dict(said)}: a change has exactly one of {sorted(_ACTIONS)}")
    return said


def _place(change: Mapping[str, Any], data: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The object that holds what is changed, and its name there."""
    *above, name = str(change["at"]).split(".")
    holder: Any = data
    for step in above:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or name not in holder:
        raise BadFixture(f"there is no {change['at']} to change")
    return holder, name


def _list(change: Mapping[str, Any], found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise BadFixture(f"{change['at']} is no list of rows")
    return found


def _rows(change: Mapping[str, Any], found: list[Any], action: str) -> Iterator[Any]:
    hits = [all(row.get(key) == value for key, value in change["match"].items()) for row in found]
    if not any(hits):
        raise BadFixture(f"nothing in {change['at']} matches {change['match']}")
    for row, hit in zip(found, hits, strict=True):
        if not hit:
            yield row
        elif action != "remove":
            yield _changed(row, change, action)


def _changed(value: Any, change: Mapping[str, Any], action: str) -> Any:
    if not isinstance(value, dict) or action not in ("set", "unset"):
        raise BadFixture(f"{change['at']}: {action} does not fit there")
    if action == "set":
        return merged(value, change["set"])
    gone = [name for name in change["unset"] if name not in value]
    if gone:
        raise BadFixture(f"{change['at']} has no {gone} to take away")
    return {name: item for name, item in value.items() if name not in change["unset"]}


def merged(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The old object with the members of the new one in their places, at any depth."""
    result = copy.copy(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(old.get(key), dict)
        result[key] = merged(old[key], value) if both else value
    return result
