"""A quick look at rows whose form is plainly right; whatever it does not know is left to the JSON Schema.

It only ever says yes: a row that it lets through is valid by the schema, any other is looked at again and explained.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from annexa.collectors.registers._rows import schema

Test = Callable[[Any], bool]
HEAD = frozenset({"$schema", "$id", "title", "description", "type", "required", "properties", "additionalProperties"})
PLAIN = frozenset({"description", "type", "minLength", "pattern", "format", "enum", "items", "minimum"})


@cache
def quick(register: str) -> Test:
    """Says yes to rows that are surely valid."""
    found = schema(register)
    if not set(found) <= HEAD or found["additionalProperties"] is not False:
        return _never
    required, tests = frozenset(found["required"]), {name: _test(field) for name, field in found["properties"].items()}
    return lambda row: required <= row.keys() and all(name in tests and tests[name](row[name]) for name in row)


def _test(field: Mapping[str, Any]) -> Test:
    if not set(field) <= PLAIN:
        return _never
    if "enum" in field:
        return _one_of(frozenset(field["enum"]))
    match field["type"]:
        case "string":
            return _text(field)
        case "array":
            item = _test(field["items"])
            return lambda value: type(value) is list and all(item(one) for one in value)
        case "boolean":
            return lambda value: type(value) is bool
        case "integer":
            return lambda value: type(value) is int and value >= field.get("minimum", value)
    return _never


def _text(field: Mapping[str, Any]) -> Test:
    if "format" in field:
        return _is_day
    if "pattern" in field:
        pattern = re.compile(field["pattern"])
        return lambda value: type(value) is str and pattern.search(value) is not None
    least = field.get("minLength", 0)
    return lambda value: type(value) is str and len(value) >= least


def _one_of(words: frozenset[str]) -> Test:
    return lambda value: type(value) is str and value in words


def _is_day(value: Any) -> bool:
    if type(value) is not str or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _never(value: Any) -> bool:
    return False
