"""Fills the placeholders of a vendor's file: moments of the day, people of the company, invented ids.

    ${now} ${ago 30d} ${in 8h}    a moment before or after the day that is played
    ${fixed 400d}                 a moment before the *first* day, the same on both days
    ${ago 30d|epoch}              in another form: iso (as it stands), millis, date, epoch, epoch_ms, epoch_us, text_ms
    ${person leaver.mail}         of a person: mail, name, given, family, team, alias, number; by name, number or `leaver`
    ${low24 NAME} ${uuid NAME}    a stable id: hexN, lowN, upN, uuid; the same name gives the same id
    ${one.mail} ${one}            the person, or the word, that a row is made for: `$each: people`, `$each: [a, b]`

The innermost is filled first: `user-${low24 ${one.mail}}`. A placeholder that is the whole text may give a number; two
signs stand for one that is the vendor's own: `$${source.login}`.
A list's row with `$each` becomes one row per member; `$if: {team: [customs, sales], left: false}` chooses people,
`$first: 40` takes so many of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from annexa.sandbox._errors import BadFixture
from annexa.sandbox._scenario import invented
from annexa.sandbox.people import LEAVER, Person, people, person

_INNERMOST = re.compile(r"(?<!\$)\$\{([^${}]+)\}")
_SPAN = re.compile(r"(\d+)([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_OURS = ("$each", "$if", "$first")


@dataclass(frozen=True, kw_only=True)
class Filler:
    """Fills values for one vendor on one day."""

    vendor: str
    now: datetime
    """The day that is played."""
    first: datetime
    """The company's first day."""

    def fill(self, value: Any, one: Any = None) -> Any:
        """The value with every placeholder replaced and every `$each` spread; always a copy."""
        if isinstance(value, dict):
            return {self._text(key, one): self.fill(item, one) for key, item in value.items()}
        if isinstance(value, list):
            return [made for item in value for made in self._spread(item, one)]
        return self._text(value, one) if isinstance(value, str) and "${" in value else value

    def _spread(self, item: Any, one: Any) -> Iterator[Any]:
        if not isinstance(item, dict) or "$each" not in item:
            yield self.fill(item, one)
            return
        row = {key: value for key, value in item.items() if key not in _OURS}
        chosen = _members(item["$each"], item.get("$if", {}))
        for member in chosen[: item.get("$first")]:
            yield self.fill(row, member)

    def _text(self, text: str, one: Any) -> Any:
        while found := _INNERMOST.search(text):
            value = self._value(found[1].strip(), one)
            if found[0] == text:
                return value
            text = f"{text[: found.start()]}{value}{text[found.end() :]}"
        return text.replace("$${", "${")

    def _value(self, word: str, one: Any) -> Any:
        name, _, form = word.partition("|")
        head, _, rest = name.partition(" ")
        if head in ("now", "ago", "in", "fixed"):
            return moment(self._moment(head, rest), form or "iso")
        if head == "person":
            who, _, field = rest.rpartition(".")
            return _of_person(_found(who), field)
        if head == "one" or head.startswith("one."):
            return _of_member(one, head.partition(".")[2])
        return invented(name, self.vendor)

    def _moment(self, head: str, rest: str) -> datetime:
        base = self.first if head == "fixed" else self.now
        span = sum((_span(part) for part in rest.split()), timedelta())
        return base + span if head == "in" or rest.startswith("-") else base - span


def moment(at: datetime, form: str = "iso") -> str | int:
    """A moment as vendors write it: `2026-08-30T06:00:00Z`, with milliseconds, a date, or a number since 1970."""
    utc = at.astimezone(UTC)
    match form:
        case "iso":
            return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "millis":
            return f"{utc.strftime('%Y-%m-%dT%H:%M:%S')}.{utc.microsecond // 1000:03}Z"
        case "date":
            return utc.strftime("%Y-%m-%d")
        case "epoch":
            return int(utc.timestamp())
        case "epoch_ms":
            return int(utc.timestamp() * 1000)
        case "epoch_us":
            return int(utc.timestamp() * 1_000_000)
        case "text_ms":
            return str(int(utc.timestamp() * 1000))
        case _:
            raise BadFixture(f"a moment has no form {form!r}")


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.lstrip("-"))
    if not found:
        raise BadFixture(f"{text!r} is no span of time: write 30d, 8h, 5m or 10s")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _members(each: Any, wanted: Mapping[str, Any]) -> list[Any]:
    if each != "people":
        return list(each)
    return [one for one in people() if all(_is(_of_person(one, name), value) for name, value in wanted.items())]


def _is(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else bool(value == wanted)


def _of_member(one: Any, field: str) -> Any:
    if isinstance(one, Person):
        return _of_person(one, field or "mail")
    if one is None or (field and not isinstance(one, Mapping)):
        raise BadFixture(f"${{one.{field}}} stands where there is no such member")
    return one[field] if field else one


def _found(who: str) -> Person:
    if who.isdecimal():
        return people()[int(who)]
    try:
        return person(LEAVER if who == "leaver" else who)
    except StopIteration:
        raise BadFixture(f"nobody is called {who!r}") from None


def _of_person(one: Person, field: str) -> Any:
    given, _, family = one.name.partition(" ")
    made = {"given": given, "family": family, "alias": one.aliases[0] if one.aliases else one.mail}
    try:
        return made[field] if field in made else getattr(one, field)
    except AttributeError:
        raise BadFixture(f"a person has no {field!r}") from None
