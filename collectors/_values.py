"""What vendors' values become in facts: read in one way wherever an answer holds plain JSON.

Missing and null are not exposed, never false, zero or empty; what is of another type than the vendor documents, and a word
that it did not document, is kept raw as an unknown value. How a vendor tells the time is for its own module.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value

W = TypeVar("W")


def text(raw: object, otherwise: Missing = NOT_EXPOSED) -> str | Missing:
    """A text; null, missing and empty alike become `otherwise`."""
    if raw in (None, ""):
        return otherwise
    return raw if isinstance(raw, str) else unknown_value(raw)


def flag(raw: object) -> bool | Missing:
    """A yes or no."""
    if raw is None:
        return NOT_EXPOSED
    return raw if isinstance(raw, bool) else unknown_value(raw)


def number(raw: object) -> int | Missing:
    """A whole number."""
    if raw is None:
        return NOT_EXPOSED
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else unknown_value(raw)


def choose(raw: object, words: Mapping[Any, W], null: Missing = NOT_EXPOSED) -> W | Missing:
    """The meaning of a vendor's word or switch; `null` is what null and missing mean."""
    if raw is None:
        return null
    return words[raw] if isinstance(raw, (str, bool)) and raw in words else unknown_value(raw)


def inside(item: object, *names: str) -> Mapping[str, Any]:
    """An object inside an item, by the names that lead to it; empty where there is none."""
    found: Any = item
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def moment(raw: object, null: Missing = NOT_EXPOSED) -> str | Missing:
    """A time that the vendor writes in RFC 3339, in UTC; `null` is what null means."""
    if raw is None:
        return null
    try:
        return stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time")


def moment_in(item: Mapping[str, Any], name: str, null: Missing = NOT_EXPOSED) -> str | Missing:
    """The time in a field: `null` where the vendor says null, not exposed where the field is missing."""
    return moment(item[name], null) if name in item else NOT_EXPOSED
