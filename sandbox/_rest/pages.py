"""How a vendor cuts a list into pages, written from the vendor's description of its answers.

Every pager takes the whole list and gives one page as the vendor would send it: body and headers. Names are the vendor's
own; `next="links.next"` is a member inside a member, a name that begins with `@` is one name.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from annexa.sandbox._rest.asked import Asked, Refused

ELSEWHERE = "elsewhere.example"
"""The host to which broken answers point; nobody but an attacker would follow."""
AGAIN = "c2FuZGJveC1hZ2Fpbg"
"""The token that never moves on."""


@dataclass(kw_only=True)
class Page:
    """One answer, before it is written."""

    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Where a page stands in its list."""

    items: list[Any]
    start: int
    size: int
    """How many items a page may have."""
    total: int
    after: int | None
    """Where the next page begins; None on the last one."""
    spoil: Literal["repeated_token", "foreign_next"] | None = None


@dataclass(frozen=True, kw_only=True)
class Pager:
    """What all styles share. Without a style of its own, the whole list comes in one answer."""

    items: str = "data"
    """Where the items stand in the answer; empty text: the answer itself is the list."""
    limit: str | None = "limit"
    """Query parameter with the size of a page."""
    size: int = 20
    """Items of a page where nothing is asked for."""
    most: int = 100
    """The largest page."""
    over: Literal["refuse", "clamp"] = "refuse"
    """What becomes of a larger one."""
    total: str | None = None
    """Where the answer says how many items there are in all."""
    omit_empty: bool = False
    """Whether the list is left out where it has no items."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Members of every page that are always the same: `{"object": "list"}`."""
    pages: ClassVar[bool] = False
    """Whether another page can follow."""
    links: ClassVar[bool] = False
    """Whether the next page is given as an address."""

    @property
    def params(self) -> tuple[str, ...]:
        """Query parameters that belong to paging."""
        return (self.limit,) if self.limit and self.pages else ()

    def page(self, items: list[Any], asked: Asked, cap: int | None = None, spoil: Any = None) -> Page:
        """The page that is asked for, of at most `cap` items; `spoil` makes its token or link a broken one."""
        size = self._size(asked, cap) if self.pages else max(len(items), 1)
        start = 0 if spoil == "repeated_token" or not self.pages else self._start(items, asked, size)
        after = start + size if start + size < len(items) else None
        chunk = items[start : start + size]
        cut = Cut(items=chunk, start=start, size=size, total=len(items), after=after, spoil=spoil)
        return self._page(cut, asked)

    def _page(self, cut: Cut, asked: Asked) -> Page:
        page = Page(body=self._body(cut))
        self._mark(page, cut, asked)
        return page

    def _body(self, cut: Cut) -> Any:
        if not self.items:
            return cut.items
        body: dict[str, Any] = dict(self.extra)
        if cut.items or not self.omit_empty:
            put(body, self.items, cut.items)
        if self.total:
            put(body, self.total, cut.total)
        return body

    def _size(self, asked: Asked, cap: int | None) -> int:
        size = asked.whole(self.limit, self.size) if self.limit else self.size
        if size > self.most and self.over == "refuse":
            raise Refused("bad_request", f"{self.limit} must be at most {self.most}")
        return max(min(size, self.most, cap or self.most), 1)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        return 0

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        """Say in the page where the next one is."""


def put(body: dict[str, Any], name: str, value: Any) -> None:
    """Set a member of an answer: `a.b` inside `a`; a name that begins with `@` stands for itself."""
    *above, last = steps(name)
    for step in above:
        body = body.setdefault(step, {})
    body[last] = value


def steps(name: str) -> list[str]:
    """The members on the way to one."""
    return [name] if name.startswith("@") else name.split(".")


def dig(body: Any, name: str) -> Any:
    """A member of an answer; None where there is none."""
    for step in steps(name):
        body = body.get(step) if isinstance(body, dict) else None
    return body


def placed(body: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """An answer with another member in the place of one; the answer itself is left as it was."""
    first, *rest = steps(name)
    return {**body, first: placed(body.get(first, {}), ".".join(rest), value) if rest else value}


def drop(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An answer without one of its members; the answer itself is left as it was."""
    first, *rest = steps(name)
    if first not in body:
        return body
    return {**body, first: drop(body[first], ".".join(rest))} if rest else {k: v for k, v in body.items() if k != first}


def next_link(asked: Asked, pager: Pager, param: str, cut: Cut, shown: Asked | None = None) -> str | None:
    """The address of the next page, or a broken one; `shown` is the request as addresses print it."""
    shown = shown or asked
    if cut.spoil == "foreign_next":
        return shown.link({param: AGAIN}, ELSEWHERE)
    token = AGAIN if cut.spoil == "repeated_token" else sealed(asked, pager.params, cut.after)
    return None if token is None else shown.link({param: token})


def sealed(asked: Asked, params: tuple[str, ...], at: int | None) -> str | None:
    """A token for a place in the list of exactly this question."""
    if at is None:
        return None
    return base64.urlsafe_b64encode(f"{_question(asked, params)}.{at}".encode()).decode().rstrip("=")


def opened(asked: Asked, param: str, params: tuple[str, ...]) -> int:
    token = asked.query.get(param)
    if not token:
        return 0
    try:
        question, _, at = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii").partition(".")
        place = int(at)
    except ValueError:
        raise Refused("bad_request", f"{param} is no token of this service") from None
    if question != _question(asked, params):
        raise Refused("bad_request", f"{param} belongs to another question")
    return place


def _question(asked: Asked, params: tuple[str, ...]) -> str:
    rest = sorted((name, value) for name, value in asked.query.items() if name not in params)
    return hashlib.sha256(repr((asked.path, rest)).encode()).hexdigest()[:8]
