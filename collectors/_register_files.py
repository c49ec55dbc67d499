"""Reads register files: YAML with a JSON Schema each; every mistake is named by file, line and field.

A row that is wrong is not dropped: it is handed over as an invalid row, which blocks what rests on the register. A file
whose name is none of a register's is refused before anything is read: a misspelt one would look like none at all.
"""

import difflib
import hashlib
import json
from collections.abc import Collection
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from annexa.evidence.errors import ConfigError

READ = (".yaml", ".yml")
TABLES = (".csv", ".json", ".ods", ".toml", ".tsv", ".xls", ".xlsx")
"""Endings of files in which people keep tables; one under a register's name is not passed over in silence."""
TEMPLATE = ".template"
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


def check_names(folder: Path, registers: Collection[str]) -> None:
    """Raise a `ConfigError` for a file that was meant to be a register and is not named like one.

    Folders, hidden files, a README, templates, and files of other kinds (a policy as PDF) may lie there too.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError:
        return  # Whoever reads a register there says so of each.
    there = {Path(name).stem for name in names if Path(name).suffix in READ}
    for name in names:
        meant = None if _may_lie_there(name) else _misspelt(name, registers)
        if meant == "":
            hint = f"the registers are {', '.join(f'{known}.yaml' for known in sorted(registers))}; or move it away"
            raise ConfigError("is no register", hint=hint, file=folder / name)
        # A copy that an editor left beside the register itself does no harm.
        if meant is not None and (Path(name).suffix.casefold() in (*READ, *TABLES) or meant not in there):
            raise ConfigError("is no register", hint=f"did you mean {meant}.yaml?", file=folder / name)


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


def _may_lie_there(name: str) -> bool:
    return name.startswith(".") or name.casefold().startswith("readme") or name.endswith(TEMPLATE)


def _misspelt(name: str, registers: Collection[str]) -> str | None:
    """The register that a file's name was meant to be, empty where nobody can say which; None: it is none at all."""
    path, word = Path(name), name.partition(".")[0].casefold()
    if path.stem in registers and path.suffix in (*READ, *TABLES):
        return None
    table = path.suffix.casefold() in (*READ, *TABLES)
    near = difflib.get_close_matches(word, sorted(registers), n=1, cutoff=0.6 if table else 0.85)
    return near[0] if near else "" if table else None


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
    """What only one row can have and an earlier one has: the row's id, and what an AI service is known by."""
    identifier = row.get("id") or row.get("control")
    claims = [identifier] if identifier is not None else []
    known_by = [one for one in row.get("identifiers", ()) if isinstance(one, dict)]
    claims += [f"{one['sort']} {str(one['value']).casefold()}" for one in known_by]
    twice = next((claim for at, claim in enumerate(claims) if claim in seen or claim in claims[:at]), None)
    if twice is not None:
        return f"{twice} stands twice"
    seen.update(claims)
    return None


@cache
def validator(register: str) -> Draft202012Validator:
    """The JSON Schema of one row of a register."""
    schema = json.loads((files("annexa.schemas") / f"register_{register}.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema)
