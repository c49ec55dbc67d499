"""Reading a sealed folder. Reading trusts the disk: whoever needs proof calls `annexa.evidence.verify` first."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from annexa.evidence import dsse, layout, statement
from annexa.evidence.canonical import decode_strict
from annexa.evidence.errors import CanonicalError, VaultError, storing

_BLOCK = 1 << 18


class SealedReader:
    """One sealed folder; `path` may be a partial one, which has no statement."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def _envelope(self) -> dsse.Envelope:
        return dsse.read(self.file(layout.STATEMENT))

    @cached_property
    def statement(self) -> statement.Statement:
        """The statement, its signature not checked; raises `VaultError` if it is missing, `VerifyError` if damaged."""
        return statement.parse(self._envelope.payload)

    @property
    def statement_digest(self) -> str:
        """SHA-256 of the signed bytes: what a later run or an assessment names."""
        return self._envelope.digest

    @property
    def predicate(self) -> dict[str, Any]:
        """What the writer of the folder stated."""
        return self.statement.predicate

    def segments(self) -> list[str]:
        """Names of the segments, sorted: `records/setting`, `unread`, `calls`."""
        found = (path.relative_to(self.path).as_posix() for path in self.path.rglob(f"*{layout.SEGMENT}"))
        return sorted(name.removesuffix(layout.SEGMENT) for name in found)

    def lines(self, segment: str) -> Iterator[bytes]:
        """The lines of a segment in their order, without line feeds; none if there is no such segment."""
        path = self._path(segment + layout.SEGMENT)
        if not path.exists():
            return
        with storing(path), path.open("rb", buffering=_BLOCK) as file:
            for line in file:
                yield line.rstrip(b"\n")

    def line_at(self, segment: str, offset: int, length: int) -> bytes:
        """The line of `length` bytes at a byte offset, as the index names it."""
        path = self._path(segment + layout.SEGMENT)
        with storing(path), path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def file(self, name: str) -> bytes:
        """One file, whole."""
        path = self._path(name)
        with storing(path):
            return path.read_bytes()

    def document(self, name: str) -> Any:
        """One canonical JSON file, decoded."""
        try:
            return decode_strict(self.file(name).removesuffix(b"\n"))
        except CanonicalError as error:
            raise VaultError(f"{self.path / name}: {error}", hint="check the folder with: annexa verify") from error

    def page(self, sha256: str) -> bytes:
        """A kept page; raises `VaultError` if its bytes are not those of its name."""
        data = self.file(layout.page_name(sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise VaultError(f"the kept page {sha256} was changed", hint="check the folder with: annexa verify")
        return data

    def _path(self, name: str) -> Path:
        if not layout.is_name(name):
            raise VaultError(f"{name!r} cannot be the name of a file here", hint="take the name from the run itself")
        return self.path / name
