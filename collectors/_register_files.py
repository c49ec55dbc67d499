"""Reads register files: YAML with a JSON Schema each; every mistake is named by file, line and field.

A row that is wrong is not dropped: it is handed over as an invalid row, which blocks what rests on the register.
"""

import hashlib
import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadRegisterError(Exception):
    """A register file that cannot be read at all; the message names file and line."""


class InvalidRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row that cannot be used."""

    line: int
    says: str


class RegisterFile(msgspec.Struct, frozen=True, kw_only=True):
    """One register file as it was found."""

    name: str
    body: bytes
    rows: tuple[dict[str, Any], ...]
    """Valid rows; each carries its `line`."""
    invalid: tuple[InvalidRow, ...]

    @property
    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return hashlib.sha256(self.body).hexdigest()


def read(folder: Path, register: str) -> RegisterFile | None:
    """Read one register; None where there is no such file; raises `BadRegisterError`."""
    path = next(
        (folder / f"{register}{end}" for end in (".yaml", ".yml") if (folder / f"{register}{end}").exists()), None
    )
    if path is None:
        return None
    try:
        body = path.read_bytes()
        rows = _rows(path.name, body)
    except OSError as error:
        raise BadRegisterError(f"{path.name}: {error.strerror}") from error
    good, bad, seen = [], [], set[str]()
    for line, row in rows:
        problem = _problem(register, row) or _repeated(row, seen)
        if problem:
            bad.append(InvalidRow(line=line, says=f"{path.name}:{line}: {problem}"))
        else:
            good.append({**row, "line": line})
    return RegisterFile(name=path.name, body=body, rows=tuple(good), invalid=tuple(bad))


def _rows(name: str, body: bytes) -> list[tuple[int, dict[str, Any]]]:
    try:
        node = yaml.compose(body.decode("utf-8"), Loader=LOADER)
    except UnicodeDecodeError as error:
        raise BadRegisterError(f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}" if mark else ""
        raise BadRegisterError(f"{name}{at}: is no YAML: {getattr(error, 'problem', error)}") from error
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise BadRegisterError(f"{name}:1: must be a list of rows, each beginning with `- `")
    return [(child.start_mark.line + 1, _plain(_construct(child))) for child in node.value]


def _construct(node: Any) -> Any:
    # PyYAML builds values from nodes only through a loader object; it is given nothing else to read.
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _problem(register: str, row: Any) -> str | None:
    if not isinstance(row, dict):
        return "a row must be a table of fields"
    error = best_match(validator(register).iter_errors(row))
    if error is None:
        return None
    field = ".".join(str(part) for part in error.absolute_path) or "the row"
    hint = (
        " (put it in quotes: YAML reads A.8.10 as text, but 8.10 as the number 8.1)"
        if isinstance(error.instance, float)
        else ""
    )
    return f"{field}: {error.message}{hint}"


def _repeated(row: dict[str, Any], seen: set[str]) -> str | None:
    identifier = row.get("id") or row.get("control")
    if identifier is None:
        return None
    if identifier in seen:
        return f"{identifier} stands twice"
    seen.add(identifier)
    return None


@cache
def validator(register: str) -> Draft202012Validator:
    """The JSON Schema of one row of a register."""
    schema = json.loads((files("annexa.schemas") / f"register_{register}.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema)
