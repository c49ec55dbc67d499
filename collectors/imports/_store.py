"""Where imports are kept: the bytes of every export as they were given, and a note that says what they are.

    imports/dlp.json          day of the export, moment of the import, files with their digests
    imports/dlp/<sha256>      one export, byte by byte

Invariants: the note is written last and in one step, so that an import is there whole or not at all; the one before it
stays until then. An export whose bytes are no longer those that were imported is refused.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from annexa.evidence.errors import storing
from annexa.evidence.fact import Date, Time

FOLDER = "imports"
"""The folder of imports, inside the folder of registers."""


class BadImportError(Exception):
    """An import that cannot be read any more; the message names the file."""


class KeptFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One export of an import."""

    name: str
    """Its name when it was imported."""
    sha256: str
    """Digest of its bytes, under which they are kept."""


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the file of an import."""

    exported_on: Date
    """The day on which the export was made, as whoever imported it said."""
    imported_at: Time
    """When it was imported."""
    files: tuple[KeptFile, ...]


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One import with the bytes of its exports."""

    note: Note
    bodies: dict[str, bytes]
    """By name of the file."""


def digest(body: bytes) -> str:
    """The digest under which an export is kept."""
    return hashlib.sha256(body).hexdigest()


def write(folder: Path, kind: str, files: Mapping[str, bytes], *, exported_on: str, imported_at: str) -> Note:
    """Keep an import in the place of the one before it; raises `VaultError` where the disk refuses."""
    kept = tuple(KeptFile(name=name, sha256=digest(body)) for name, body in files.items())
    note = Note(exported_on=exported_on, imported_at=imported_at, files=kept)
    inside = folder / kind
    with storing(inside):
        inside.mkdir(parents=True, exist_ok=True)
        for body in files.values():
            _put(inside / digest(body), body)
        _put(folder / f"{kind}.json", msgspec.json.format(msgspec.json.encode(note), indent=2) + b"\n")
        for old in inside.iterdir():
            if old.name not in {one.sha256 for one in kept}:
                old.unlink()
    return note


def read(folder: Path, kind: str) -> Import | None:
    """What was imported last; None where nothing was; raises `BadImportError`."""
    path = folder / f"{kind}.json"
    try:
        note = msgspec.json.decode(path.read_bytes(), type=Note)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadImportError(f"{path.name}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise BadImportError(f"{path.name} was not written by annexa: {error}") from error
    return Import(note=note, bodies={one.name: _body(folder / kind, one) for one in note.files})


def _body(folder: Path, one: KeptFile) -> bytes:
    try:
        body = (folder / Path(one.sha256).name).read_bytes()
    except OSError as error:
        raise BadImportError(f"{one.name}: its bytes cannot be read: {error.strerror}") from error
    if digest(body) != one.sha256:
        raise BadImportError(f"{one.name}: its bytes are not those that were imported")
    return body


def _put(path: Path, body: bytes) -> None:
    """Write a file in one step."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(body)
    os.replace(partial, path)
