"""The settings dictionary: what a vendor's values mean, so that no two are made equal by their word alone.

Invariant: a value that the dictionary does not list, or whose meaning it calls ambiguous, never reaches a comparison as
a value; `Settings.understand` turns it into a `Missing` that makes what depends on it unknown.
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from annexa.evidence.errors import ConfigError
from annexa.evidence.fact import Missing
from annexa.mappings.reading import convert, read
from annexa.schemas.words import State

SWITCH = ("required", "not_required")
"""The answers that a decision can give to a switch."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the dictionary's parts."""


class Meaning(Part, frozen=True, kw_only=True):
    """What one value of a vendor stands for."""

    meaning: Literal["known", "ambiguous"]
    says: str


class Entry(Part, frozen=True, kw_only=True):
    """One setting of a vendor, or a question that only a decision answers (`switch`)."""

    type: Literal["choice", "flag", "count", "names", "text", "switch"]
    says: str
    page: str | None = None
    """The vendor's own page."""
    values: dict[str, Meaning] = {}
    order: tuple[str, ...] = ()
    """Known values from weak to strong."""
    scale: str | None = None
    """Name of a scale that orders the values."""
    default: str | bool | int | None = None
    """What the vendor documents for a setting that nobody has set."""


class Scale(Part, frozen=True, kw_only=True):
    """Words in their order, from low to high."""

    says: str
    order: tuple[str, ...]
    absent: Literal["lowest", "unknown"]
    """What it means that there is no word at all."""
    parameter: str | None = None
    """The parameter with which an organisation names its own words."""


class Settings(Part, frozen=True, kw_only=True):
    """The whole dictionary."""

    scales: dict[str, Scale] = {}
    settings: dict[str, Entry] = {}

    def entry(self, name: str) -> Entry | None:
        """The entry of that name."""
        return self.settings.get(name)

    def understand(self, name: str, value: Any) -> Any:
        """`value` if the dictionary says what it means for the setting `name`; else a `Missing` with the vendor's word."""
        if isinstance(value, Missing):
            return value
        entry = self.settings.get(name)
        if entry is None:
            return _missing(State.UNKNOWN_VALUE, value, f"{name} is not in the settings dictionary")
        if not _fits(entry.type, value):
            return _missing(State.UNKNOWN_VALUE, value, f"{name} is documented as {entry.type}")
        words = value if isinstance(value, tuple) else (value,)
        for word in words if entry.values else ():
            found = entry.values.get(word)
            if found is None:
                return _missing(State.UNKNOWN_VALUE, word, f"not among the documented values of {name}")
            if found.meaning == "ambiguous":
                return _missing(State.AMBIGUOUS, word, found.says)
        return value

    def order_of(self, name: str) -> tuple[str, ...]:
        """The order of a setting's values: its own, or that of its scale; empty if it has none."""
        entry = self.settings.get(name)
        if entry is None:
            return ()
        return entry.order or (self.scales[entry.scale].order if entry.scale else ())


def load_settings(file: Path | None = None) -> Settings:
    """Read and check the dictionary; `file` defaults to the shipped one.

    Beside `settings.yaml` with scales, switches and AWS stand `settings_VENDOR.yaml`, one for each further vendor.
    """
    file = file or Path(str(files("annexa.mappings").joinpath("settings.yaml")))
    base = convert(read(file), Settings, file=file)
    scales, entries = dict(base.scales), dict(base.settings)
    for further in sorted(file.parent.glob("settings_*.yaml")):
        part = convert(read(further), Settings, file=further)
        for name in [*(part.scales.keys() & scales.keys()), *(part.settings.keys() & entries.keys())]:
            hint = "say each thing in one file"
            raise ConfigError("stands in another file of the dictionary too", hint=hint, file=further, field=name)
        scales.update(part.scales)
        entries.update(part.settings)
    for name, entry in entries.items():
        _check(name, entry, scales, file)
    return Settings(scales=scales, settings=entries)


def _check(name: str, entry: Entry, scales: Mapping[str, Scale], file: Path) -> None:
    known = {word for word, meaning in entry.values.items() if meaning.meaning == "known"}
    mistakes = {
        "page": entry.type != "switch" and not name.startswith("ai.") and not entry.page,
        "values": (entry.type == "choice") != bool(entry.values) and entry.type != "names",
        "order": bool(set(entry.order) - known),
        "scale": entry.scale is not None and (entry.scale not in scales or set(scales[entry.scale].order) != known),
        "default": entry.default is not None and (not _fits(entry.type, entry.default) or _strange(entry)),
    }
    for field in (field for field, wrong in mistakes.items() if wrong):
        expected = _EXPECTED[field]
        raise ConfigError(
            "does not fit", hint="correct it there", expected=expected, file=file, field=f"{name} {field}"
        )


def _strange(entry: Entry) -> bool:
    return bool(entry.values) and entry.default not in entry.values


def _fits(kind: str, value: Any) -> bool:
    if kind == "names":
        return isinstance(value, tuple) and all(isinstance(word, str) for word in value)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "count":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _missing(state: State, raw: Any, why: str) -> Missing:
    return Missing(state=state, raw=str(raw), why=why)


_EXPECTED = {
    "page": "the vendor's own page, for every setting of a vendor",
    "values": "values with their meaning for a choice, and for nothing else",
    "order": "values whose meaning is known",
    "scale": "a scale of this file that has exactly the known values",
    "default": "one of the values",
}
