"""The kinds of records with all their fields, from the published schemas."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from annexa.reports._docs_text import code, document, table

COMMON = ("kind", "subject", "basis", "at")
"""Fields of every kind; they are told once."""
NONE = "or why there is none"


def page() -> str:
    """`docs/kinds.md`."""
    from annexa.evidence.kinds import KINDS

    kinds = sorted(KINDS)
    return document(
        "Kinds of records",
        [
            "A kind is vendor-neutral: every vendor that shows an agent shows it as an `ai_system`. Each kind has its JSON",
            "Schema in `schemas/kind_<name>.schema.json`.",
            "",
            f"*{NONE[0].upper()}{NONE[1:]}*: the field holds a value, or an object with a `state`: `absent` (the vendor says",
            "that there is none), `not_exposed` (it does not say), `unread`, `ambiguous`, `unknown_value` or `redacted`.",
        ],
        ["## In every kind", "", *rows(kinds[0], common=True)],
        *(_section(kind) for kind in kinds),
    )


def rows(kind: str, *, common: bool = False) -> Iterator[str]:
    """The table of a kind's fields, or of those that all kinds have."""
    schema = schema_of(kind)
    fields = {name: field for name, field in schema["properties"].items() if (name in COMMON) == common}
    yield from _fields(fields, parts_of(kind))


def parts(kind: str) -> Iterator[str]:
    """A table for each sort of entry that lists of this kind hold."""
    inner = parts_of(kind)
    for name in _mentioned(schema_of(kind), inner):
        yield from ("", f"An entry `{name}`: {_sentence(inner[name])}", "", *_fields(inner[name]["properties"], inner))


def says(kind: str) -> str:
    """What one record of a kind says."""
    return _sentence(schema_of(kind))


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of a kind's class."""
    whole = _schemas()[f"kind_{kind}.schema.json"]
    found: dict[str, Any] = parts_of(kind)[whole["$ref"].rpartition("/")[2]]
    return found


def parts_of(kind: str) -> dict[str, Any]:
    """Every class that a kind's schema uses, by name."""
    found: dict[str, Any] = _schemas()[f"kind_{kind}.schema.json"]["$defs"]
    return found


def words(schema: dict[str, Any], inner: dict[str, Any]) -> str:
    """What a field can hold, in words."""
    if "anyOf" in schema:
        return _choice(schema["anyOf"], inner)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return words(inner[name], inner) if "enum" in inner[name] else f"an entry {code(name)}"
    if "enum" in schema:
        return "one of " + ", ".join(map(code, schema["enum"]))
    return _sort(schema, inner)


def _section(kind: str) -> Iterator[str]:
    yield from (f"## `{kind}`", "", says(kind), "", *rows(kind), *parts(kind))


def _fields(fields: dict[str, Any], inner: dict[str, Any]) -> Iterator[str]:
    yield from table(
        ("Field", "Holds", "What it says"),
        (
            (code(name), words(field, inner), field["description"])
            if name != "kind"
            else (code(name), "text", "The kind, by its name.")
            for name, field in fields.items()
        ),
    )


def _choice(choices: Iterable[dict[str, Any]], inner: dict[str, Any]) -> str:
    names = [choice.get("$ref", "").rpartition("/")[2] or choice.get("type") for choice in choices]
    told = [
        words(choice, inner) for choice, name in zip(choices, names, strict=True) if name not in ("Missing", "null")
    ]
    text = " or ".join(told)
    if "Missing" in names:
        return f"{text}, {NONE}"
    return f"{text}; may be left out" if "null" in names else text


def _sort(schema: dict[str, Any], inner: dict[str, Any]) -> str:
    sort = schema.get("type")
    if sort == "array":
        return f"list: {words(schema['items'], inner)}"
    if sort == "object":
        return f"table: {words(schema.get('additionalProperties', {}), inner)}"
    if sort == "string" and "T" in schema.get("pattern", ""):
        return "time in UTC"
    if sort == "string" and schema.get("pattern", "").startswith(r"^\d{4}-"):
        return "day"
    return {"string": "text", "boolean": "yes or no", "integer": "whole number"}.get(str(sort), "any value")


def _mentioned(schema: Any, inner: dict[str, Any]) -> list[str]:
    """Names of the classes with fields that a schema leads to, each once."""
    found: list[str] = []
    todo = [schema]
    while todo:
        node = todo.pop(0)
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in inner and "properties" in inner[name] and name not in (*found, "Missing"):
                found.append(name)
                todo.append(inner[name])
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return found


def _sentence(schema: dict[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).split())


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    from annexa.schemas.build import schemas

    return dict(schemas())
