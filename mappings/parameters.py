"""The effective thresholds and lists: what the organisation set, else a default of ours that is labelled so."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from annexa.evidence.errors import ConfigError
from annexa.evidence.kinds import Parameter
from annexa.evidence.record import Record
from annexa.mappings.reading import convert, read
from annexa.mappings.times import Span, Unit
from annexa.schemas.words import Criterion

Value = str | bool | int | tuple[str, ...]
SWITCHED_OFF = "rule:"
"""What the name of a parameter begins with that switches a rule off."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One threshold or list, with our default."""

    value: int | tuple[str, ...] | None
    """Null: we have no default."""
    unit: Unit
    direction: Literal["lower", "higher", "none"]
    """Which way is stricter."""
    says: str
    age: str | None = None
    """The name under which a rule's `max_age` asks for it."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    parameters: dict[str, Entry]


class Effective(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one parameter, and whose value it is."""

    name: str
    value: Value | None
    """Null: nobody set it and we have no default."""
    unit: Unit
    criterion: Criterion
    invalid: bool = False
    """The value that was set is not of the parameter's sort: nothing may be judged with it."""

    @property
    def span(self) -> Span | None:
        """The value as a length of time, where it is one."""
        timed = self.unit in ("hours", "days", "months") and isinstance(self.value, int)
        return Span(int(self.value), self.unit) if timed and isinstance(self.value, int) else None


class Parameters:
    """Our defaults, under what a run's `parameter` records say; the records win, since they were sealed with the run."""

    def __init__(self, entries: Mapping[str, Entry], records: Iterable[Record] = ()) -> None:
        self.entries = entries
        self._set = {fact.name: fact for fact in (record.data for record in records) if isinstance(fact, Parameter)}

    def with_records(self, records: Iterable[Record]) -> "Parameters":
        """The same defaults under the `parameter` records of a run."""
        return Parameters(self.entries, records)

    def effective(self, name: str, fallback: Any = None) -> Effective:
        """What holds for `name`; `fallback` is a rule's own default, for a parameter that has none here."""
        entry, fact = self.entries[name], self._set.get(name)
        if fact is not None:
            criterion = Criterion.ORGANISATION if fact.set_by == "organisation" else Criterion.ANNEXA_DEFAULT
            fits = _fits(entry.unit, fact.value)
            value = fact.value if fits else None
            return Effective(name=name, value=value, unit=entry.unit, criterion=criterion, invalid=not fits)
        value = entry.value if entry.value is not None else _plain(fallback)
        return Effective(name=name, value=value, unit=entry.unit, criterion=Criterion.ANNEXA_DEFAULT)

    def oldest(self, age: str, as_of: datetime) -> datetime | None:
        """The moment from which evidence is still fresh enough for `age` (a rule's `max_age`), slack included."""
        name = next(name for name, entry in self.entries.items() if entry.age == age)
        span, slack = self.effective(name).span, self.effective("cadence_slack_hours").span
        if span is None or slack is None:
            return None
        return slack.before(span.before(as_of))

    @property
    def ages(self) -> frozenset[str]:
        """The names that a rule's `max_age` may have."""
        return frozenset(entry.age for entry in self.entries.values() if entry.age)

    def looser(self) -> tuple[str, ...]:
        """Names of the parameters that the organisation set looser than our default, sorted."""
        return tuple(sorted(name for name in self._set if self._is_looser(name)))

    def disabled_rules(self) -> tuple[str, ...]:
        """Ids of the rules that the organisation switched off, sorted."""
        off = (name for name, fact in self._set.items() if name.startswith(SWITCHED_OFF) and fact.value is not True)
        return tuple(sorted(name.removeprefix(SWITCHED_OFF) for name in off))

    def _is_looser(self, name: str) -> bool:
        fact, entry = self._set[name], self.entries.get(name)
        if fact.set_by != "organisation" or entry is None:
            return False
        ours, theirs = entry.value, fact.value
        if not isinstance(ours, int) or not _fits(entry.unit, theirs) or not isinstance(theirs, int):
            return False
        return theirs > ours if entry.direction == "lower" else entry.direction == "higher" and theirs < ours


def load_parameters(file: Path | None = None) -> Parameters:
    """Read and check our defaults; `file` defaults to the shipped one."""
    file = file or Path(str(files("annexa.mappings").joinpath("parameters.yaml")))
    entries = convert(read(file), _File, file=file).parameters
    for name, entry in entries.items():
        if entry.value is not None and not _fits(entry.unit, entry.value):
            expected = "a list" if entry.unit == "list" else "a whole number that is not negative"
            raise ConfigError("does not fit its unit", hint="correct it", expected=expected, file=file, field=name)
    return Parameters(entries)


def _fits(unit: Unit, value: Value) -> bool:
    if unit == "list":
        return isinstance(value, tuple)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _plain(value: Any) -> Value | None:
    return tuple(value) if isinstance(value, list) else value
