"""Readings that several AWS collectors share: words from a closed list, times, tags, key holders' ids."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.schemas.words import State

W = TypeVar("W")

ENVIRONMENT = frozenset({"environment", "env", "stage"})
"""Tag keys, without case and separators, that name the environment."""
CLASSIFICATION = frozenset({"classification", "dataclassification", "dataclass"})
"""Tag keys, without case and separators, that name the class of information."""


def choose(raw: object, words: Mapping[str, W]) -> W | Missing:
    """The meaning of a vendor's word; a word that the vendor did not document is kept raw."""
    if raw is None:
        return NOT_EXPOSED
    return words.get(str(raw), unknown_value(raw))


def moment(raw: object) -> str | Missing:
    """A time that the vendor sends as text of its own form, in UTC; what cannot be read is kept raw."""
    if raw in (None, ""):
        return NOT_EXPOSED
    try:
        return stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor's time could not be read")


def text_or(raw: object, otherwise: Missing) -> str | Missing:
    """A text of the vendor; empty and missing alike become `otherwise`."""
    return str(raw) if raw not in (None, "") else otherwise


def pairs(tags: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Tags as `key=value`, sorted; AWS spells the two names in both cases."""
    return tuple(sorted(f"{_one(tag, 'key')}={_one(tag, 'value')}" for tag in tags))


def tagged(tags: tuple[str, ...] | Missing, names: frozenset[str]) -> str | Missing:
    """The value of the first tag whose key is one of these names; `absent`: no such tag; unread tags stay unread."""
    if isinstance(tags, Missing):
        return tags
    for tag in tags:
        key, _, value = tag.partition("=")
        if re.sub(r"[^a-z]", "", key.lower().rsplit(":", 1)[-1]) in names:
            return value
    return ABSENT


def json_object(text: object) -> dict[str, Any] | None:
    """A JSON object that the vendor sends as text; None if it is none."""
    if isinstance(text, Mapping):
        return dict(text)
    try:
        found = json.loads(str(text))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def unread_in(*values: object) -> Missing | None:
    """The first of the values that could not be read."""
    return next((value for value in values if isinstance(value, Missing) and value.state is State.UNREAD), None)


def _one(tag: Mapping[str, Any], name: str) -> str:
    return str(tag.get(name, tag.get(name.title(), "")))
