"""What sort each field of each kind is of, so that a rule with an operator that cannot work is refused when loaded."""

from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import KINDS
from annexa.mappings.first_seen import FIELD as FIRST_SEEN
from annexa.mappings.operators import AS_OF
from annexa.mappings.times import moment

ALL = "any"
"""The sort of a field that can hold values of several sorts."""
OPERATORS_OF: dict[str, frozenset[str]] = {
    "flag": frozenset({"is", "equals", "decided"}),
    "count": frozenset({"is", "equals", "one_of", "none_of", "at_least", "at_most", "decided"}),
    "time": frozenset({"is", "within", "before", "after"}),
    "names": frozenset({"is", "equals", "contains_all", "contains_none", "subset_of", "decided"}),
    "text": frozenset({"is", "equals", "one_of", "none_of", "at_scale", "decided"}),
    "word": frozenset({"is", "equals", "one_of", "none_of", "at_scale", "decided"}),
    "parts": frozenset({"is"}),
}
"""Operators that can compare a field of that sort; every operator can stand with a field of any sort."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a kind."""

    sort: str
    """flag, count, time, names, text, word (one of `words`), parts (a list of objects), any."""
    words: tuple[str, ...] = ()


@cache
def fields_of(kind: str) -> dict[str, Field]:
    """The fields of a kind, with `first_seen`, which is found out; `at` and `basis` are not asked about."""
    found = {field.name: _field(field.type) for field in msgspec.structs.fields(KINDS[kind])}
    return {
        **{name: field for name, field in found.items() if name not in ("at", "basis")},
        FIRST_SEEN: Field(sort="time"),
    }


def operand_fits(operator: str, operand: Any, field: Field) -> bool:
    """Whether an operator can hold a field of that sort against `operand`."""
    if operator == "is":
        return operand in ("present", "absent") or _is_plain(operand, field)
    if operator == "equals":
        return isinstance(operand, list) if field.sort == "names" else _is_plain(operand, field)
    if operator in ("one_of", "none_of", "contains_all", "contains_none", "subset_of"):
        return isinstance(operand, list) and (bool(operand) or operator == "subset_of")
    if operator in NUMBERS:
        return isinstance(operand, int) and not isinstance(operand, bool) and operand >= 0
    return operand == AS_OF or (isinstance(operand, str) and moment(operand, end_of_day=False) is not None)


def _is_plain(operand: Any, field: Field) -> bool:
    sort = {"flag": bool, "count": int, "text": str, "word": str}.get(field.sort)
    return type(operand) is sort if sort else isinstance(operand, (str, bool, int)) and field.sort == ALL


def _field(sort: Any) -> Field:
    options = [option for option in _options(sort) if option not in (Missing, type(None))]
    found = [_sort(option) for option in options]
    return found[0] if len(found) == 1 else Field(sort=ALL)


def _options(sort: Any) -> tuple[Any, ...]:
    return get_args(sort) if get_origin(sort) in (Union, UnionType) else (sort,)


def _sort(option: Any) -> Field:
    if option is bool or option is int or option is str:
        return Field(sort={bool: "flag", int: "count", str: "text"}[option])
    if get_origin(option) is Literal:
        return Field(sort="word", words=get_args(option))
    if get_origin(option) is Annotated:
        timed = any(getattr(extra, "pattern", "") and r"\d{4}-" in extra.pattern for extra in get_args(option)[1:])
        return Field(sort="time" if timed else "text")
    if get_origin(option) is tuple:
        return Field(sort="names" if get_args(option)[0] is str else "parts")
    return Field(sort=ALL)


NUMBERS = ("at_least", "at_most", "within")
"""Operators with a number as operand."""
_LIST = "a list, or {parameter: name}"
EXPECTED = {
    "is": "true or false for a flag; present, absent, or a value",
    "equals": "a value of the field's sort",
    **dict.fromkeys(("one_of", "none_of", "contains_all", "contains_none", "subset_of"), _LIST),
    **dict.fromkeys(("at_least", "at_most", "within"), "a whole number, or {parameter: name}"),
    **dict.fromkeys(("before", "after"), "a day, a moment in UTC, or as_of"),
}
"""What an operator takes, for people."""
