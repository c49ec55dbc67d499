"""Reads register files: YAML with a JSON Schema each; every mistake is named by file, line and field.

A row that is wrong is not dropped: it is handed over as an invalid row, which blocks what rests on the register.
"""

import hashlib
import json
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

READ = (".yaml", ".yml")
TABLES = (".csv", ".json", ".ods", ".toml", ".tsv", ".xls", ".xlsx")
"""Endings of files in which people keep tables; one under a register's name is not passed over in silence."""
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
    path = _file(folder, register)
    if path is None:
        return None
    try:
        body = path.read_bytes()
        rows = _rows(path.name, body)
    except OSError as error:
        raise BadRegisterError(f"{path.name}: {error.strerror}") from error
    good, bad, seen = [], [], set[str]()
    for line, row in rows:
        problem = row.says if isinstance(row, InvalidRow) else _problem(register, row) or _repeated(row, seen)
        if problem:
            bad.append(InvalidRow(line=line, says=f"{path.name}:{line}: {problem}"))
        else:
            good.append({**row, "line": line})
    return RegisterFile(name=path.name, body=body, rows=tuple(good), invalid=tuple(bad))


def _file(folder: Path, register: str) -> Path | None:
    """The register's one file; a table that is plainly meant to be it and would not be read is no empty register."""
    try:
        meant = sorted(path for path in folder.iterdir() if _meant(path, register))
    except OSError as error:
        raise BadRegisterError(f"{folder.name}: {error.strerror}") from error
    if not meant:
        return None
    if len(meant) > 1:
        raise BadRegisterError(f"{' and '.join(path.name for path in meant)}: only one can be the register")
    if meant[0].name not in {register + end for end in READ}:
        raise BadRegisterError(f"{meant[0].name}: is not read; make it {register}.yaml")
    return meant[0]


def _meant(path: Path, register: str) -> bool:
    return path.stem.casefold() == register and path.suffix.casefold() in (*READ, *TABLES)


def _rows(name: str, body: bytes) -> list[tuple[int, Any]]:
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
    return [(child.start_mark.line + 1, _row(child)) for child in node.value]


def _row(node: Any) -> Any:
    """A row's value, or the row as invalid where a part of it has none."""
    # PyYAML builds values from nodes only through a loader object; it is given nothing else to read.
    loader = yaml.SafeLoader("")
    try:
        return _value(node, loader, set())
    except (yaml.YAMLError, ValueError) as error:
        return InvalidRow(line=node.start_mark.line + 1, says=str(getattr(error, "problem", None) or error))
    finally:
        loader.dispose()


def _value(node: Any, loader: Any, seen: set[int]) -> Any:
    """Plain values; a key is the text that stands there, since YAML reads a bare `on` as true."""
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_object(node)
        return value.isoformat() if isinstance(value, date) else value
    if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
        raise ValueError(f"{node.tag.rpartition(':')[2]} is no list and no table of fields")
    if id(node) in seen:
        raise ValueError("a part is used twice by an alias (`*`): write it out")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, loader, seen) for child in node.value]
    row: dict[str, Any] = {}
    for key, child in node.value:
        if str(key.value) in row:
            raise ValueError(f"{key.value}: stands twice in this row")
        row[str(key.value)] = _value(child, loader, seen)
    return row


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
