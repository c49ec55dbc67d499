"""A folder that is written once, then sealed.

Invariants: everything is written under `<final>.partial`; the final name appears in one rename, after all bytes and all
folders are on the disk. So whatever happens at whatever moment, either the whole sealed folder stands there, or a
partial one that says so by its name. Digests are taken of the bytes on their way to the disk: sealing reads nothing
back. After any error the writer refuses everything but `abandon`.
"""

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from annexa.evidence import dsse, layout, statement, tree
from annexa.evidence.errors import AnnexaError, SealError, VaultError, storing
from annexa.evidence.keys import SigningKey
from annexa.evidence.segment import Segment

_FLUSH = 1 << 18
"""Bytes that a segment gathers before it writes."""
_SYNCING = 8
"""Files synced at the same time: they then share the disk's waiting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """What sealing a folder gave."""

    path: Path
    """The final folder."""
    statement_sha256: str
    """Digest of `verify/statement.pae`: what the next run and an assessment name; worth keeping elsewhere."""
    tree_size: int
    tree_root: str
    files: int
    """Files that `SHA256SUMS` lists."""
    fingerprint: str
    """Of the key that signed."""


class SealedFolder:
    """The writer of one folder, for many threads; as a `with` block it abandons what was not sealed in it."""

    def __init__(self, final: Path, partial: Path, identity: Mapping[str, str]) -> None:
        self.final = final
        self.partial = partial
        self._identity = dict(identity)
        self._lock = threading.RLock()
        self._state = "open"
        self._segments: dict[str, Segment] = {}
        self._digests: dict[str, str] = {}
        self._folders = {partial}

    @classmethod
    def create(cls, final: Path, identity: Mapping[str, str] | None = None) -> Self:
        """Begin `<final>.partial`; `identity` are members that the predicate must have, such as the run's id.

        Raises `VaultError` if either name is taken or the place cannot be written.
        """
        partial = final.with_name(final.name + layout.PARTIAL)
        for taken in (final, partial):
            if taken.exists():
                raise VaultError(f"{taken} exists already", hint="nothing is ever overwritten: use a new id")
        with storing(partial):
            partial.mkdir(parents=True)
        return cls(final, partial, identity or {})

    def line(self, segment: str, data: bytes) -> int:
        """Append one canonical line (without line feed) to `<segment>.jsonl`; returns its index there, from 0."""
        with self._lock:
            self._require_open()
            place = self._segments.get(segment) or self._begin(segment)
            index = place.append(data)
            if place.waiting >= _FLUSH:
                with self._writing():
                    place.flush()
            return index

    def file(self, name: str, data: bytes) -> None:
        """Write one file, once."""
        if layout.check_name(name).endswith(layout.SEGMENT):
            raise SealError(f"{name} is the name of a segment", hint="append its lines with line()")
        if name in self._digests:
            raise SealError(f"{name} is already written", hint="write each file once")
        self._put(name, data)

    def page(self, data: bytes) -> str:
        """Keep one page under its SHA-256, which is returned; equal pages are stored once."""
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            if layout.page_name(digest) not in self._digests:
                self._put(layout.page_name(digest), data)
        return digest

    def finish(self, *, predicate_type: str, predicate: Mapping[str, Any], key: SigningKey) -> Seal:
        """Close, sign and sync everything and give the folder its final name; nothing can be written afterwards."""
        with self._lock:
            self._require_open()
            stated = self._stated(predicate)
            with self._writing():
                seal = self._seal(predicate_type, stated, key)
                self._sync()
                self.partial.rename(self.final)
                self._state = "sealed"
                _sync_folder(self.final.parent)
            return seal

    def abandon(self, reason: str) -> None:
        """Leave the folder partial, with a note that says why; never raises, so that the cause is not hidden."""
        with self._lock:
            if self._state == "sealed":
                return
            # A full disk would say so once more here; what was written in part must not be written twice.
            for segment in self._segments.values():
                with suppress(OSError):
                    segment.close(flush=self._state == "open")
            self._state = "abandoned"
            with suppress(OSError):
                (self.partial / layout.ABANDONED).write_text(f"{reason}\n", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._state in ("open", "broken"):
            # A foreign message may quote what must not be kept: only its class is.
            self.abandon(str(error) if isinstance(error, AnnexaError) else kind.__name__ if kind else "was not sealed")

    def _require_open(self) -> None:
        if self._state != "open":
            raise SealError(f"{self.final.name} is {self._state}", hint="begin a new folder")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """After any interruption here, bytes and digests may differ: the writer is broken."""
        try:
            with storing(self.partial):
                yield
        except BaseException:
            self._state = "broken"
            raise

    def _begin(self, segment: str) -> Segment:
        name = layout.check_name(segment) + layout.SEGMENT
        with self._writing():
            place = self._segments[segment] = Segment(self._path(name))
        return place

    def _put(self, name: str, data: bytes, *, listed: bool = True) -> None:
        with self._lock:
            self._require_open()
            with self._writing():
                self._path(name).write_bytes(data)
                if listed:
                    self._digests[name] = hashlib.sha256(data).hexdigest()

    def _path(self, name: str) -> Path:
        path = self.partial / name
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders |= {folder for folder in path.parents if self.partial in folder.parents}
        return path

    def _stated(self, predicate: Mapping[str, Any]) -> dict[str, Any]:
        for name, value in self._identity.items():
            if predicate.get(name, value) != value:
                raise SealError(f"the predicate's {name} is not {value}", hint="state the folder's own id")
        return {**predicate, **self._identity}

    def _seal(self, predicate_type: str, predicate: dict[str, Any], key: SigningKey) -> Seal:
        grown = self._close_segments()
        origin = f"annexa/{self.final.name}"
        self._put(layout.CHECKPOINT, dsse.note(statement.checkpoint(origin, grown, predicate), origin, key))
        self._put(layout.PUBLIC_KEY, key.public.pem)
        files = len(self._digests) + 1
        self._put(layout.GUIDE, layout.guide(fingerprint=key.public.fingerprint, listed=files))
        sums = layout.write_sums(self._digests)
        envelope = dsse.sign(
            statement.build(
                predicate_type=predicate_type,
                predicate=predicate,
                sums_sha256=hashlib.sha256(sums).hexdigest(),
                files=files,
                tree=grown,
            ),
            key,
        )
        for name, data in layout.seal_files(sums, envelope).items():
            self._put(name, data, listed=False)
        return Seal(
            path=self.final,
            statement_sha256=envelope.digest,
            tree_size=grown.size,
            tree_root=grown.root,
            files=files,
            fingerprint=key.public.fingerprint,
        )

    def _close_segments(self) -> statement.Tree:
        leaves = bytearray()
        lines = []
        for name, segment in sorted(self._segments.items()):
            segment.close(flush=True)
            self._digests[name + layout.SEGMENT] = segment.digest
            lines.append(statement.SegmentLines(name=name, lines=len(segment.leaves) // tree.WIDTH))
            leaves += segment.leaves
            segment.leaves.clear()
        size = len(leaves) // tree.WIDTH
        return statement.Tree(root=tree.root(leaves).hex(), size=size, segments=tuple(lines))

    def _sync(self) -> None:
        names = [*self._digests, *layout.SEAL_FILES]
        with ThreadPoolExecutor(_SYNCING) as pool:
            for _ in pool.map(_sync_file, [self.partial / name for name in names]):
                pass
        for folder in self._folders:
            _sync_folder(folder)


def _sync_file(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make the names in a folder lasting; Windows has no such call and does it by itself."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
