"""The JSON Schema of a register's row, made from the kind that the row becomes and from what the register says of itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from annexa.evidence.fact import Fact, Missing
from annexa.evidence.kinds import KINDS
from annexa.schemas.registers import Register

DAY = r"^\d{4}-\d{2}-\d{2}$"
OWN_ID = "Your own id; never reused."
ABSENT = re.compile(r"; `absent`: [^.;]*")
"""What a record says for a field that its row leaves out; of no use to whoever writes the row."""
Texts = Mapping[str, Mapping[str, str]]
"""By class and field, the sentence that stands under the field."""
PLAIN: dict[type[Any], str] = {inspect.BoolType: "boolean", inspect.IntType: "integer", inspect.StrType: "string"}


def row_schema(name: str, register: Register, texts: Texts) -> dict[str, Any]:
    """The schema of one row, without its head."""
    kind = KINDS[register.kind]
    fields = dict(_fields(register, kind, texts))
    if register.key == ("id",):
        fields = {"id": {"type": "string", "minLength": 1, "description": register.says.get("id", OWN_ID)}, **fields}
    unknown = {*register.required, *register.says, *register.words, *register.past, *register.example} - set(fields)
    if unknown:
        raise SystemExit(f"registers.yaml: {name} has no field {sorted(unknown)[0]}")
    return {
        "title": register.title,
        "description": f"A row of the register {name}: {register.row}.",
        "type": "object",
        "required": list(register.required),
        "properties": fields,
        "additionalProperties": False,
    }


def _fields(register: Register, kind: type[Fact], texts: Texts) -> Iterator[tuple[str, dict[str, Any]]]:
    own = {field.name for field in msgspec.structs.fields(Fact)} | {register.id, *register.without}
    known = inspect.type_info(kind)
    assert isinstance(known, inspect.StructType)  # noqa: S101
    for field in known.fields:
        if field.name not in own:
            schema = _schema(field.type, texts, register.words.get(field.name))
            yield field.name, {**schema, "description": _says(field.name, register, texts[kind.__name__])}


def _says(name: str, register: Register, texts: Mapping[str, str]) -> str:
    """What the field means and what is checked about it beyond its form."""
    said = [register.says.get(name) or ABSENT.sub("", texts[name])]
    said += ["Not in the future."] if name in register.past else []
    said += [f"Ids of the register {register.refers[name]}."] if name in register.refers else []
    return " ".join(said)


def _schema(kind: Any, texts: Texts, words: tuple[str, ...] | None) -> dict[str, Any]:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        return _either([one for one in kind.types if not _stands_for_nothing(one)], texts, words)
    if isinstance(kind, inspect.LiteralType):
        return {"enum": [str(value) for value in kind.values]}
    if isinstance(kind, inspect.EnumType):
        return {"enum": [str(value) for value in kind.cls]}
    if isinstance(kind, inspect.VarTupleType):
        return {"type": "array", "items": _schema(kind.item_type, texts, words)}
    if isinstance(kind, inspect.StructType):
        return _part(kind, texts)
    if isinstance(kind, inspect.StrType):
        return {"enum": list(words)} if words else _text(kind.pattern)
    return {"type": PLAIN[type(kind)], **({"minimum": 0} if isinstance(kind, inspect.IntType) else {})}


def _either(kinds: list[Any], texts: Texts, words: tuple[str, ...] | None) -> dict[str, Any]:
    """One of several types; several plain ones and a list stand side by side."""
    if len(kinds) == 1:
        return _schema(kinds[0], texts, words)
    parts = [_schema(kind, texts, words) for kind in kinds]
    items = next(({"items": part["items"]} for part in parts if "items" in part), {})
    return {"type": [part["type"] for part in parts], **items}


def _part(kind: inspect.StructType, texts: Texts) -> dict[str, Any]:
    """A part of a row that has fields of its own."""
    said = texts[kind.cls.__name__]
    return {
        "type": "object",
        "required": [field.name for field in kind.fields if field.required],
        "properties": {
            field.name: {**_schema(field.type, texts, None), "description": said[field.name]} for field in kind.fields
        },
        "additionalProperties": False,
    }


def _text(pattern: str | None) -> dict[str, Any]:
    if pattern is None:
        return {"type": "string", "minLength": 1}
    return {"type": "string", "pattern": pattern, **({"format": "date"} if pattern == DAY else {})}


def _stands_for_nothing(kind: Any) -> bool:
    return isinstance(kind, inspect.NoneType) or (isinstance(kind, inspect.StructType) and kind.cls is Missing)
