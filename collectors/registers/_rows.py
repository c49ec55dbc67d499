"""What reading a register's file gives, whatever its form: rows with their place, good and wrong ones."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, FormatChecker


class BadRegisterError(Exception):
    """A register file that cannot be read at all; the message names file and place."""


class InvalidRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row that cannot be used."""

    line: int
    says: str


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a file before anything was checked but that they can be read."""

    rows: tuple[tuple[int, Any], ...] = ()
    """Line and value; a row that has no value stands as an `InvalidRow`."""
    columns: Mapping[str, str] = {}
    """In a table, where the column of each field is: `column 4`, `column D`."""


class RegisterFile(msgspec.Struct, frozen=True, kw_only=True):
    """One register file as it was found."""

    name: str
    body: bytes
    rows: tuple[dict[str, Any], ...]
    """Valid rows; each carries its `line`."""
    invalid: tuple[InvalidRow, ...]
    columns: Mapping[str, str] = {}
    named: frozenset[str] = frozenset()
    """Ids of all rows, the wrong ones included."""

    @property
    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return hashlib.sha256(self.body).hexdigest()


@cache
def schema(register: str) -> dict[str, Any]:
    """The JSON Schema of one row of a register."""
    loaded: dict[str, Any] = json.loads(
        (files("annexa.schemas") / f"register_{register}.schema.json").read_text("utf-8")
    )
    return loaded


@cache
def validator(register: str) -> Draft202012Validator:
    """The same, ready to check rows; a day must be one of the calendar."""
    return Draft202012Validator(schema(register), format_checker=FormatChecker(["date"]))
