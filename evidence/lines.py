"""The checks of one segment's lines, and their leaf hashes."""

from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from annexa.evidence import layout, tree
from annexa.evidence.canonical import decode_strict
from annexa.evidence.errors import CanonicalError, storing

_BLOCK = 1 << 20


def examine(path: Path, files: Container[str], leaves: bytearray) -> Iterator[tuple[int, str, str]]:
    """Line number, code and reason of each bad line; appends the leaf hash of every line to `leaves`.

    A line must be a canonical object, and the kept pages that it names must be among `files`.
    """
    number = 0
    with storing(path), path.open("rb") as file:
        while block := file.readlines(_BLOCK):
            lines = [line.removesuffix(b"\n") for line in block]
            leaves += tree.leaf_hashes(lines)
            for line in lines:
                number += 1
                try:
                    value = decode_strict(line)
                except CanonicalError as error:
                    yield number, "line", error.message
                    continue
                if type(value) is not dict:
                    yield number, "line", "is no object"
                    continue
                for page in _pages(value):
                    if layout.page_name(page) not in files:
                        yield number, "page_absent", f"names the kept page {page}, which is not in this folder"
            if not block[-1].endswith(b"\n"):
                yield number, "line", "does not end with a line feed"


def _pages(value: dict[str, Any]) -> Iterator[str]:
    """Digests of kept pages that a record (`provenance.*[].page`) or a call (`kept_sha256`) names."""
    provenance = value.get("provenance")
    if type(provenance) is dict:
        for part in provenance.values():
            if type(part) is list:
                for origin in part:
                    if type(origin) is dict and type(page := origin.get("page")) is str:
                        yield page
    if type(page := value.get("kept_sha256")) is str:
        yield page
