"""The styles of paging that vendors have, each as its vendor's page describes it."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from annexa.sandbox._rest.asked import Asked, Refused
from annexa.sandbox._rest.pages import AGAIN, Cut, Page, Pager, next_link, opened, put, sealed


@dataclass(frozen=True, kw_only=True)
class AfterId(Pager):
    """`after=<id of the last item>`, with `has_more` and `last_id` in the page."""

    after: str = "after"
    id: str = "id"
    """Which member of an item is its id."""
    first_id: str | None = "first_id"
    last_id: str | None = "last_id"
    more: str = "has_more"
    pages: ClassVar[bool] = True

    @property
    def params(self) -> tuple[str, ...]:
        return (*super().params, self.after)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        wanted = asked.query.get(self.after)
        if wanted is None:
            return 0
        ids = [str(item[self.id]) for item in items]
        if wanted not in ids:
            raise Refused("bad_request", f"{self.after}: there is no {wanted}")
        return ids.index(wanted) + 1

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        ends = (cut.items[0][self.id], cut.items[-1][self.id]) if cut.items else (None, None)
        again = cut.spoil == "repeated_token"
        for name, value in zip((self.first_id, self.last_id), ends, strict=True):
            if name:
                put(page.body, name, AGAIN if again and value is None else value)
        put(page.body, self.more, cut.after is not None or again)


@dataclass(frozen=True, kw_only=True)
class Token(Pager):
    """An opaque token: `page=<next_page>`, `cursor=<response_metadata.next_cursor>`, `pageToken=<nextPageToken>`."""

    param: str = "page"
    next: str = "next_page"
    last: Literal["null", "empty", "absent"] = "null"
    """What stands there on the last page: null, empty text, or nothing."""
    more: str | None = None
    """Where the page says in words of its own whether another one follows."""
    pages: ClassVar[bool] = True

    @property
    def params(self) -> tuple[str, ...]:
        return (*super().params, self.param)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        return opened(asked, self.param, self.params)

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        again = cut.spoil == "repeated_token"
        value = AGAIN if again else sealed(asked, self.params, cut.after)
        if value is not None:
            put(page.body, self.next, value)
        elif self.last != "absent":
            put(page.body, self.next, None if self.last == "null" else "")
        if self.more:
            put(page.body, self.more, cut.after is not None or again)


@dataclass(frozen=True, kw_only=True)
class NextLink(Pager):
    """The next page's address in the page: `links.next`, `nextLink`, `@odata.nextLink` with `$skiptoken`."""

    param: str = "cursor"
    """Query parameter of that address which tells the page."""
    next: str = "links.next"
    last: Literal["null", "absent"] = "absent"
    relative: bool = False
    """Whether the address lacks scheme and host."""
    hollow: bool = False
    """Whether the second page is empty and yet points to a third one, as Microsoft Graph allows itself."""
    pages: ClassVar[bool] = True
    links: ClassVar[bool] = True

    @property
    def params(self) -> tuple[str, ...]:
        return (*super().params, self.param)

    def page(self, items: list[Any], asked: Asked, cap: int | None = None, spoil: Any = None) -> Page:
        """The page that is asked for; with `hollow`, an empty one comes in between."""
        size = self._size(asked, cap)
        start = 0 if spoil == "repeated_token" else self._start(items, asked, size)
        empty = self.hollow and start < 0
        at = abs(start)
        after = at if empty else at + size if at + size < len(items) else None
        if self.hollow and at == 0 and after is not None and not empty:
            after = -after
        chunk = [] if empty else items[at : at + size]
        return self._page(Cut(items=chunk, start=at, size=size, total=len(items), after=after, spoil=spoil), asked)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        return opened(asked, self.param, self.params)

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        link = next_link(asked, self, self.param, cut)
        if link is not None:
            put(page.body, self.next, link.removeprefix(asked.origin) if self.relative else link)
        elif self.last == "null":
            put(page.body, self.next, None)


@dataclass(frozen=True, kw_only=True)
class LinkHeader(Pager):
    """The header `Link` with `rel="next"`."""

    param: str = "after"
    """Query parameter of the address which tells the page."""
    own: bool = False
    """Whether the address of the page itself is there too, as at Okta."""
    renamed: tuple[str, str] = ("", "")
    """A beginning of the path and how links print it: `("/orgs/acme", "/organizations/4711")`, as at GitHub."""
    pages: ClassVar[bool] = True
    links: ClassVar[bool] = True
    items: str = ""

    @property
    def params(self) -> tuple[str, ...]:
        return (*super().params, self.param)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        return opened(asked, self.param, self.params)

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        link = next_link(asked, self, self.param, cut, replace(asked, path=asked.path.replace(*self.renamed, 1)))
        found = [("self", asked.link({})), ("next", link)] if self.own else [("next", link)]
        said = ", ".join(f'<{address}>; rel="{rel}"' for rel, address in found if address)
        if said:
            page.headers["Link"] = said


@dataclass(frozen=True, kw_only=True)
class Numbered(Pager):
    """Pages are counted: `page=2`; the page says how many there are, or whether another one follows."""

    param: str = "page"
    first: int = 1
    total_pages: str | None = None
    more: str | None = None
    number: str | None = None
    """Where the page says which one it is."""
    pages: ClassVar[bool] = True

    @property
    def params(self) -> tuple[str, ...]:
        return (*super().params, self.param)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        number = asked.whole(self.param, self.first)
        if number < self.first:
            raise Refused("bad_request", f"{self.param} begins at {self.first}")
        return (number - self.first) * size

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        again = cut.spoil == "repeated_token"
        asked_for = asked.whole(self.param, self.first)
        count = max(-(-cut.total // cut.size), 1)
        said = {
            self.total_pages: asked_for + 1 if again else count,
            self.more: again or cut.after is not None,
            self.number: asked_for,
        }
        if again and self.total and not (self.total_pages or self.more):
            said[self.total] = cut.total + cut.size
        for name, value in said.items():
            if name:
                put(page.body, name, value)


@dataclass(frozen=True, kw_only=True)
class LimitOffset(Pager):
    """Items are counted: `offset=100`; the page says how many there are in all."""

    param: str = "offset"
    total: str | None = "total"
    pages: ClassVar[bool] = True

    @property
    def params(self) -> tuple[str, ...]:
        return (*super().params, self.param)

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        return asked.whole(self.param, 0)

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        if cut.spoil == "repeated_token" and self.total:
            put(page.body, self.total, asked.whole(self.param, 0) + 2 * len(cut.items) + 1)
