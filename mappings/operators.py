"""The operators of conditions: a closed list, each with its outcome for every state of the observed value.

A value that is not there for any reason but `absent` never passes: `not_exposed`, `unread`, `ambiguous`,
`unknown_value` and `redacted` make the item unknown, with that reason. One thing can still be said: `none_of` and
`contains_none` fail when the vendor's own word, not understood by us, is one of those that are forbidden.

`absent` is a value: the vendor says that there is none.

==================  ===================================================================
operator            absent
==================  ===================================================================
is: absent          pass
is: present         fail
is: true, false     fail: absent is not off
equals, one_of      fail
none_of             pass: it is none of them
at_least            fail; pass where absence means without end (kept for ever)
at_most             fail: nothing says that it is that little
within              fail: it did not happen
before              fail
after               fail; pass where absence means without end (never expires)
contains_all        fail; pass where absence means everything (all models)
contains_none       pass; fail where absence means everything
subset_of           pass; fail where absence means everything
at_scale            as the scale says: lowest word, or unknown (`not_exposed`)
decided             as the operator that the decision's `must` stands for
==================  ===================================================================

An empty list and an empty text count as absent, but an empty list never means everything. A value of another sort than
the operator compares (text for a number) is `unknown_value`. A time after the moment of judging is `invalid_record` for
`within`. A day is over when it has ended: a last day of today is after now.
"""

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any

import msgspec

from annexa.evidence.fact import ABSENT, Missing
from annexa.mappings.times import DAY, Span, moment
from annexa.schemas.words import State, UnknownReason, Verdict

AS_OF = "as_of"
"""What `before` and `after` are given for the moment of judging."""


class AbsentMeans(Enum):
    """What a field says by being absent, by the words of its kind."""

    NONE = "none"
    ENDLESS = "endless"
    EVERYTHING = "everything"


ABSENT_MEANS: dict[tuple[str, str], AbsentMeans] = {
    ("data_store", "retention_days"): AbsentMeans.ENDLESS,
    ("credential", "expires"): AbsentMeans.ENDLESS,
    ("decision", "until"): AbsentMeans.ENDLESS,
    ("person", "left"): AbsentMeans.ENDLESS,
    ("alert", "closed"): AbsentMeans.ENDLESS,
    ("incident", "closed"): AbsentMeans.ENDLESS,
    ("quota", "value"): AbsentMeans.ENDLESS,
    ("enforcement", "included"): AbsentMeans.EVERYTHING,
}
"""Fields whose absence means more than "there is none"."""


class Held(msgspec.Struct, frozen=True):
    """What became of one comparison."""

    verdict: Verdict
    reason: UnknownReason | None = None


class ScaleTest(msgspec.Struct, frozen=True, kw_only=True):
    """The operand of `at_scale`: words in their order, and the least or the highest that passes."""

    order: tuple[str, ...]
    absent_is_lowest: bool
    at_least: str | None = None
    at_most: str | None = None


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison needs beside the two values."""

    as_of: datetime
    absent: AbsentMeans = AbsentMeans.NONE


PASS, FAIL = Held(Verdict.PASS), Held(Verdict.FAIL)
UNKNOWN = {reason: Held(Verdict.UNKNOWN, reason) for reason in UnknownReason}
STATES = {
    State.NOT_EXPOSED: UnknownReason.NOT_EXPOSED,
    State.UNREAD: UnknownReason.UNREAD,
    State.AMBIGUOUS: UnknownReason.AMBIGUOUS_VALUE,
    State.UNKNOWN_VALUE: UnknownReason.UNKNOWN_VALUE,
    State.REDACTED: UnknownReason.REDACTED,
}


def check(operator: str, value: Any, operand: Any, around: Around) -> Held:
    """Hold an observed value against an operand; `decided` must be resolved to another operator before."""
    if isinstance(value, Missing) and value.state is not State.ABSENT:
        forbidden = operator in ("none_of", "contains_none") and value.raw is not None and value.raw in operand
        return FAIL if forbidden else UNKNOWN[STATES[value.state]]
    if isinstance(value, Missing) or (value == () and around.absent is not AbsentMeans.EVERYTHING) or value == "":
        value = ABSENT
    return _HOW[operator](value, operand, around)


def _held(holds: bool) -> Held:
    return PASS if holds else FAIL


def _odd() -> Held:
    return UNKNOWN[UnknownReason.UNKNOWN_VALUE]


def _is(value: Any, operand: Any, around: Around) -> Held:
    if operand in ("present", "absent"):
        there = value is not ABSENT or (operand == "present" and around.absent is AbsentMeans.EVERYTHING)
        return _held(there == (operand == "present"))
    return _equals(value, operand, around)


def _equals(value: Any, operand: Any, around: Around) -> Held:
    if value is ABSENT:
        return FAIL
    if isinstance(value, tuple) and isinstance(operand, (list, tuple)):
        return _held(set(value) == set(operand))
    return _held(value == operand) if type(value) is type(operand) else _odd()


def _one_of(value: Any, operand: Any, around: Around) -> Held:
    if value is ABSENT:
        return FAIL
    return _odd() if isinstance(value, tuple) else _held(_among(value, operand))


def _none_of(value: Any, operand: Any, around: Around) -> Held:
    if not operand:
        return UNKNOWN[UnknownReason.CRITERION_UNSET]
    if value is ABSENT:
        return PASS
    return _odd() if isinstance(value, tuple) else _held(not _among(value, operand))


def _among(value: Any, operand: Any) -> bool:
    return any(type(word) is type(value) and word == value for word in operand)


def _at_least(value: Any, operand: Any, around: Around) -> Held:
    if value is ABSENT:
        return _held(around.absent is AbsentMeans.ENDLESS)
    return _held(value >= operand) if _is_number(value) and _is_number(operand) else _odd()


def _at_most(value: Any, operand: Any, around: Around) -> Held:
    if value is ABSENT:
        return FAIL
    return _held(value <= operand) if _is_number(value) and _is_number(operand) else _odd()


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _within(value: Any, operand: Any, around: Around) -> Held:
    span = operand if isinstance(operand, Span) else Span(operand, "days")
    if value is ABSENT:
        return FAIL
    seen, earliest = moment(value, end_of_day=False), span.before(around.as_of)
    if seen is None:
        return _odd()
    if seen > around.as_of:
        return UNKNOWN[UnknownReason.INVALID_RECORD]
    return _held(seen.date() >= earliest.date() if len(value) == DAY else seen >= earliest)


def _before(value: Any, operand: Any, around: Around) -> Held:
    return FAIL if value is ABSENT else _compared(value, operand, around, lambda left, right: left <= right)


def _after(value: Any, operand: Any, around: Around) -> Held:
    if value is ABSENT:
        return _held(around.absent is AbsentMeans.ENDLESS)
    return _compared(value, operand, around, lambda left, right: left > right)


def _compared(value: Any, operand: Any, around: Around, holds: Callable[[Any, Any], bool]) -> Held:
    """By moments; by days where what it is held against is a day."""
    left = moment(value, end_of_day=True)
    if left is None:
        return _odd()
    if operand == AS_OF:
        return _held(holds(left, around.as_of))
    if len(operand) == DAY:
        day, limit = date.fromisoformat(value[:DAY]), date.fromisoformat(operand)
        return _held(day != limit and holds(day, limit))
    right = moment(operand, end_of_day=False)
    return _odd() if right is None else _held(left != right and holds(left, right))


def _contains_all(value: Any, operand: Any, around: Around) -> Held:
    if not operand:
        return UNKNOWN[UnknownReason.CRITERION_UNSET]
    if value is ABSENT:
        return _held(around.absent is AbsentMeans.EVERYTHING)
    return _held(set(operand) <= set(value)) if isinstance(value, tuple) else _odd()


def _contains_none(value: Any, operand: Any, around: Around) -> Held:
    if not operand:
        return UNKNOWN[UnknownReason.CRITERION_UNSET]
    if value is ABSENT:
        return _held(around.absent is not AbsentMeans.EVERYTHING)
    return _held(not set(operand) & set(value)) if isinstance(value, tuple) else _odd()


def _subset_of(value: Any, operand: Any, around: Around) -> Held:
    if value is ABSENT:
        return _held(around.absent is not AbsentMeans.EVERYTHING)
    return _held(set(value) <= set(operand)) if isinstance(value, tuple) else _odd()


def _at_scale(value: Any, operand: ScaleTest, around: Around) -> Held:
    words = {word.casefold(): place for place, word in enumerate(operand.order)}
    if value is ABSENT and not operand.absent_is_lowest:
        return UNKNOWN[UnknownReason.NOT_EXPOSED]
    place = 0 if value is ABSENT else words.get(value.casefold()) if isinstance(value, str) else None
    limits = [words.get(word.casefold()) for word in (operand.at_least, operand.at_most) if word is not None]
    if place is None or None in limits:
        return _odd()
    least = words[operand.at_least.casefold()] if operand.at_least is not None else place
    most = words[operand.at_most.casefold()] if operand.at_most is not None else place
    return _held(least <= place <= most)


_HOW: dict[str, Callable[[Any, Any, Around], Held]] = {
    "is": _is,
    "equals": _equals,
    "one_of": _one_of,
    "none_of": _none_of,
    "at_least": _at_least,
    "at_most": _at_most,
    "within": _within,
    "before": _before,
    "after": _after,
    "contains_all": _contains_all,
    "contains_none": _contains_none,
    "subset_of": _subset_of,
    "at_scale": _at_scale,
}
OPERATORS = (*_HOW, "decided")
"""The closed list."""
