"""Reads `annexa.toml`: who we are, which sources, which registers; references to credentials, never credentials."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec

from annexa.evidence.errors import ConfigError

DEFAULT = Path("annexa.toml")
HINT = "`annexa init` writes a commented example to compare with"


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the tables: an unknown key is an error."""


class OrganisationTable(_Table, frozen=True, kw_only=True):
    """`[organisation]`."""

    id: str
    """Short id; it is part of every finding's id and must never change."""
    name: str
    """Name for people."""


class Period(_Table, frozen=True, kw_only=True):
    """A period under audit; both days belong to it."""

    start: str
    end: str


class Isms(_Table, frozen=True, kw_only=True):
    """`[[isms]]`: what one management system covers."""

    id: str = "main"
    statement: str = ""
    """Scope statement."""
    period: Period | None = None
    sources: tuple[str, ...] = ("*",)
    """Sources that it covers, with `*`."""
    scopes: tuple[str, ...] = ("*",)
    """Scopes that it covers, with `*`."""


class ExclusionTable(_Table, frozen=True, kw_only=True):
    """`[[exclusions]]`: a scope that is not to be read; it counts as unread."""

    source: str
    scope: str
    reason: str
    owner: str
    expires: str


class RuleOff(_Table, frozen=True, kw_only=True):
    """`[[rules_off]]`: a rule that the organisation switches off."""

    rule: str
    because: str = ""


class Keys(_Table, frozen=True, kw_only=True):
    """`[keys]`: where the keys lie; always outside the vault."""

    signing: str = "~/.config/annexa/signing-key.pem"
    redaction: str = "~/.config/annexa/redaction-key"


class Config(_Table, frozen=True, kw_only=True):
    """The whole file."""

    organisation: OrganisationTable
    isms: tuple[Isms, ...] = (Isms(),)
    sources: tuple[dict[str, Any], ...] = ()
    """`[[sources]]`: `name`, `vendor`, and what that vendor's settings allow."""
    registers: str | None = None
    """Folder of the registers, relative to the file."""
    parameters: dict[str, str | bool | int | list[str]] = {}
    """Thresholds and lists of the organisation, by their names in `annexa controls --parameters`."""
    rules_off: tuple[RuleOff, ...] = ()
    exclusions: tuple[ExclusionTable, ...] = ()
    vault: str = "annexa-vault"
    keys: Keys = Keys()


def read(path: Path | None) -> tuple[Config | None, Path]:
    """Read the file that was named, or `annexa.toml` if it is here; None where there is none and none was named."""
    place = path or DEFAULT
    if not place.exists():
        if path is not None:
            raise ConfigError("there is no such file", file=path, hint="check the path, or run `annexa init`")
        return None, Path.cwd()
    try:
        data = place.read_bytes()
    except OSError as error:
        hint = "make it a file that your user may read"
        raise ConfigError(f"cannot be read: {error.strerror}", file=place, hint=hint) from error
    return parse(data, place), place.resolve().parent


def parse(data: bytes, place: Path) -> Config:
    """Parse the file's bytes; every mistake becomes a `ConfigError` that names the field."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"is no TOML: {error}", file=place, hint=HINT) from error
    config: Config = convert(table, Config, place, "")
    _distinct(config, place)
    for field, day in _days(config):
        _check_day(field, day, place)
    return config


def convert(table: Any, into: type[Any], place: Path | str, field: str) -> Any:
    """Turn a table into its typed form; errors name the field and what it can be."""
    try:
        return msgspec.convert(table, into)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `")
        name = (field + where.rstrip("`").removeprefix("$")).lstrip(".") or None
        raise ConfigError(
            _plain(message), file=place, field=name, expected=_expected(message, where, into), hint=HINT
        ) from error


WORDS = {
    "str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing",
    "array": "a list", "object": "a table",
}  # fmt: skip
"""What the types of a configuration are called."""


def _plain(message: str) -> str:
    wrong = re.fullmatch("Expected `(.+)`, got `(.+)`", message)
    if wrong:
        return f"is {WORDS.get(wrong[2], wrong[2])}"
    return message.replace("Object contains unknown field", "unknown key").replace(
        "Object missing required field", "missing key"
    )


def _expected(message: str, where: str, into: type[Any]) -> str | None:
    """What could stand there: the keys of the innermost table, or the types."""
    wrong = re.fullmatch("Expected `(.+)`, got `(.+)`", message)
    if wrong:
        known = [WORDS.get(word, word) for word in wrong[1].split(" | ") if word != "null"]
        return " or ".join(known)
    return f"one of the keys {', '.join(_keys(into, where))}" if "unknown field" in message else None


def _keys(into: type[Any], where: str) -> tuple[str, ...]:
    """The keys of the table at a path such as `$.isms[...].period`."""
    for name in re.findall(r"\.(\w+)", where):
        kinds = [into.__annotations__[name], *get_args(into.__annotations__[name])]
        into = next((kind for kind in kinds if hasattr(kind, "__struct_fields__")), into)
    return tuple(into.__struct_fields__)


def _distinct(config: Config, place: Path) -> None:
    seen = set[str]()
    for index, source in enumerate(config.sources):
        name, vendor = source.get("name"), source.get("vendor")
        if not isinstance(name, str) or not isinstance(vendor, str):
            raise ConfigError("needs `name` and `vendor`", file=place, field=f"sources[{index}]", hint=HINT)
        if not name.startswith(f"{vendor}:"):
            named = f"{vendor}:{name.split(':')[-1]}"
            raise ConfigError(
                f"{name} must begin with its vendor",
                file=place,
                field=f"sources[{index}].name",
                hint=f"write {named!r}",
            )
        if name in seen:
            raise ConfigError(
                f"{name} is named twice", file=place, field=f"sources[{index}]", hint="give each a name of its own"
            )
        seen.add(name)
    systems = set[str]()
    for index, isms in enumerate(config.isms):
        if isms.id in systems:
            hint = "give each management system an id of its own"
            raise ConfigError(f"{isms.id} is named twice", file=place, field=f"isms[{index}].id", hint=hint)
        systems.add(isms.id)


def _days(config: Config) -> Iterator[tuple[str, str]]:
    """Every day that stands in the file, with its field."""
    for index, isms in enumerate(config.isms):
        if isms.period is not None:
            yield f"isms[{index}].period.start", isms.period.start
            yield f"isms[{index}].period.end", isms.period.end
    for index, exclusion in enumerate(config.exclusions):
        yield f"exclusions[{index}].expires", exclusion.expires


def _check_day(field: str, text: str, place: Path) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is no day", file=place, field=field, expected="a day such as 2026-09-30", hint=HINT
        ) from error
