"""Exports that people bring from systems whose settings no API serves, read like any other source.

Log in: nothing; `annexa import KIND FILE` keeps an export, byte by byte, in the folder `imports` inside the folder of
registers, with the day on which it was made, and every later run reads it there. What was never imported is
`not_supplied`; it is never taken for an empty list.
"""

from pathlib import Path

import msgspec

from annexa.collectors._source import Circumstances, Source
from annexa.collectors.imports._kind import BadExportError, ImportKind, kinds, load
from annexa.collectors.imports._store import FOLDER, write

__all__ = [
    "CANNOT_SEE", "FOLDER", "BadExportError", "ImportKind", "Settings", "connect", "kinds", "load", "write",
]  # fmt: skip

CANNOT_SEE = (
    "Whether an export is whole: it holds what the account that made it was allowed to see.",
    "Whether the system is still as it was when the export was made: only its age is judged, by the day that was named.",
    "Whether that day is true, and whether a file was changed before it was imported.",
)
"""What stays out of sight; each is a sentence for the page about imports."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of the imports, made from where `annexa.toml` keeps the registers."""

    name: str = "imports:main"
    vendor: str = "imports"
    folder: str | None = None


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Imports can always be asked; what was not imported says so."""
    from annexa.collectors.imports._source import ImportsSource

    return ImportsSource(settings.name, Path(settings.folder) if settings.folder else None, lent)
