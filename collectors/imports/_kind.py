"""What a kind of import must say of itself; one file per kind, found by its presence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from annexa.evidence.call import Call

NEEDS = "read access to the folder of registers"
Rows = Mapping[str, list[dict[str, Any]]]
"""What an export holds: rows by part."""


class BadExportError(Exception):
    """A file that is not the export that was meant; `expected` says what would be."""

    def __init__(self, says: str, *, expected: str) -> None:
        super().__init__(says)
        self.expected = expected


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """One kind of export."""

    name: str
    """The word of `annexa import`, and the name of its file here."""
    parts: Mapping[str, str]
    """What an import can hold, each with what it is called: it may come in one file or in several."""
    expected: str
    """What a file must be, in a sentence."""
    how: str
    """How the export is made."""
    read: Callable[[bytes], Rows]
    """The rows of one file; raises `BadExportError`."""
    check: Callable[[Rows], None]
    """Looks at the rows of all files together; raises `BadExportError`."""

    def cure(self, part: str) -> str:
        """What to do where a part was not imported."""
        return f"{self.how} Then: annexa import {self.name} FILE... --exported-on DAY ({self.parts[part]})"

    def together(self, files: Mapping[str, bytes]) -> dict[str, Rows]:
        """The rows of each file, checked; raises `BadExportError` that names the file."""
        found, whole = dict[str, Rows](), {part: list[dict[str, Any]]() for part in self.parts}
        for name, body in files.items():
            try:
                found[name] = self.read(body)
            except BadExportError as error:
                raise BadExportError(f"{name}: {error}", expected=error.expected) from error
            for part, rows in found[name].items():
                whole[part] += rows
        self.check(whole)
        return found


def call(kind: str, part: str) -> Call:
    """The call by which a part of an import is read."""
    return Call(op=f"imports:{kind}.{part}", needs=NEEDS, path="rows")


def kinds() -> list[str]:
    """Every kind of import, without loading any."""
    here = str(Path(__file__).parent)
    return sorted(module.name for module in iter_modules([here]) if not module.name.startswith("_"))


def load(kind: str) -> ImportKind:
    """One kind of import."""
    found = import_module(f"annexa.collectors.imports.{kind}").KIND
    assert isinstance(found, ImportKind)  # noqa: S101
    return found
