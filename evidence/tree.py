"""The Merkle tree of RFC 6962 over the lines of a sealed folder.

A leaf is one stored line without its line feed. The root of no lines is the SHA-256 of nothing. A level's odd last node
goes up unchanged, which gives the same root as the RFC's recursive definition.
"""

import hashlib
from collections.abc import Iterable

WIDTH = 32
"""Bytes per hash."""

_sha256 = hashlib.sha256


def leaf_hashes(lines: Iterable[bytes]) -> bytes:
    """The leaf hashes of some lines, one after the other."""
    return b"".join([_sha256(b"\0" + line).digest() for line in lines])


def root(leaves: bytes | bytearray) -> bytes:
    """The root over leaf hashes that stand one after the other, `WIDTH` bytes each."""
    if not leaves:
        return _sha256(b"").digest()
    level = leaves
    while len(level) > WIDTH:
        level = _parents(level)
    return bytes(level)


_CHUNK = 8192 * 2 * WIDTH


def _parents(level: bytes | bytearray) -> bytearray:
    """The level above; in chunks, so that a million leaves cost their own size and little more."""
    above = bytearray()
    even = len(level) - len(level) % (2 * WIDTH)
    for start in range(0, even, _CHUNK):
        pairs = range(start, min(start + _CHUNK, even), 2 * WIDTH)
        above += b"".join([_sha256(b"\1" + level[at : at + 2 * WIDTH]).digest() for at in pairs])
    above += level[even:]
    return above
