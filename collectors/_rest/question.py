"""One request before it is signed, and why there may be none for the next page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annexa.collectors._rest.address import Address

Query = tuple[tuple[str, str], ...]


class BrokenPagesError(Exception):
    """Why no next page can be asked for, or why the last one cannot be believed; `code` is ours."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code, self.says = code, says


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request, before it is signed."""

    method: str
    path: str
    """With the address's own beginning; quoted."""
    query: Query = ()
    body: Mapping[str, Any] | None = None
    """JSON members of a read by POST."""

    def url(self, address: Address) -> str:
        """The whole address without the query."""
        return address.origin + self.path
