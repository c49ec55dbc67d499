"""One file of lines while it is written: its digest and leaf hashes are taken on the way to the disk."""

import hashlib
from pathlib import Path

from annexa.evidence import tree
from annexa.evidence.errors import SealError


class Segment:
    """Gathers lines and writes them in blocks; what lets an error out here must not be used for a seal any more."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self._sha256 = hashlib.sha256()
        self._lines: list[bytes] = []
        self._count = 0
        self.waiting = 0
        """Bytes that are not written yet."""
        self.leaves = bytearray()
        """Leaf hashes of what is written."""

    @property
    def digest(self) -> str:
        """SHA-256 of what is written, hexadecimal."""
        return self._sha256.hexdigest()

    def append(self, data: bytes) -> int:
        """Take one line; returns its index."""
        if not data or b"\n" in data:
            raise SealError("a line is empty or holds a line feed", hint="append canonical JSON, one value per line")
        self._lines.append(data)
        self.waiting += len(data)
        self._count += 1
        return self._count - 1

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._lines, self.waiting = self._lines, [], 0
        if lines:
            block = b"\n".join([*lines, b""])
            self.leaves += tree.leaf_hashes(lines)
            self._sha256.update(block)
            self._write(block)

    def close(self, *, flush: bool) -> None:
        """Close the file; without `flush` what is waiting is lost."""
        try:
            if flush:
                self.flush()
        finally:
            self._file.close()

    def _write(self, block: bytes) -> None:
        """Write all of it: a file without buffer may take only a part at a time."""
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]
