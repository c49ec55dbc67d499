"""What a vendor's API answers: a route per endpoint, and where in the world its answer stands.

    Route("GET /projects/{project_id}/api_keys", rows("api_keys", {"$project": "{project_id}"}), pager=AfterId())

The answer is a function of the world and the request: one of `annexa.sandbox._rest.answers`, or one of the vendor's own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annexa.sandbox._errors import BadFixture, Unsupported
from annexa.sandbox._rest.answers import NAMED, Answering, named
from annexa.sandbox._rest.asked import Asked
from annexa.sandbox._rest.pages import Page, Pager
from annexa.sandbox._rest.world import World


@dataclass(frozen=True)
class Route:
    """One endpoint; `op` is its method and path template as the collectors name it."""

    op: str
    answer: str | Answering
    """The answer, or the name of a collection or value in the world."""
    pager: Pager | None = field(default=None, kw_only=True)
    """How the list is sent; None: the answer is sent as it is."""
    needs: str | tuple[str, ...] = field(default=(), kw_only=True)
    """Scopes that the key must have, all of them."""
    query: tuple[str, ...] = field(default=(), kw_only=True)
    """Further query parameters; any other is outside what the sandbox plays."""
    required: tuple[str, ...] = field(default=(), kw_only=True)
    """Query parameters without which the question is refused."""
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    """Headers without which the vendor says that there is no such thing: `{"anthropic-beta": "plugins-2026-09-01"}`."""
    enums: tuple[str, ...] = field(default=(), kw_only=True)
    """Where an item, or the answer, holds a word of a closed list (dotted; `*` for each of a list)."""
    lists: tuple[str, ...] = field(default=(), kw_only=True)
    """Lists inside an answer without pager (dotted), which can be missing or empty like those of a pager."""
    hide: tuple[str, ...] = field(default=(), kw_only=True)
    """Members of an item, or of the answer, that this endpoint does not show."""
    select: str | None = field(default=None, kw_only=True)
    """Query parameter that names the members to be shown, with commas: `$select`."""
    wrap: str | None = field(default=None, kw_only=True)
    """The member in which an answer without pager is sent: `{"app": ...}`."""
    extra: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    """Members of an answer without pager that are always the same: `{"ok": True}`."""
    base: str | None = field(default=None, kw_only=True)
    """What stands before the path in place of the API's own: an audit API under another path."""
    refusals: Mapping[str, tuple[int, str, str]] = field(default_factory=dict, kw_only=True)
    """Refusals that are different here: status, code and text by kind."""
    open: bool = field(default=False, kw_only=True)
    """Whether it answers without a key: where tokens are handed out."""

    @property
    def method(self) -> str:
        return self.op.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.op.partition(" ")[2]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that the key must have."""
        return (self.needs,) if isinstance(self.needs, str) else self.needs

    def known(self) -> set[str]:
        """Every query parameter that it understands."""
        asked = getattr(self.answer, "asks", ())
        pager = self.pager.params if self.pager else ()
        return {*self.query, *self.required, *asked, *pager, *((self.select,) if self.select else ())}

    def answered(self, world: World, asked: Asked) -> Any:
        """The whole answer out of the world, with the members that are to be shown; a `Page` is sent as it is."""
        found = named(self.answer)(world, asked) if isinstance(self.answer, str) else self.answer(world, asked)
        wanted = asked.query.get(self.select) if self.select else None
        return _without_ours(_showing(found, self.hide, wanted.split(",") if wanted else None))

    def sent(self, answer: Any) -> Page:
        """An answer without pager, as it is sent."""
        if isinstance(answer, Page):
            return answer
        body = {self.wrap: answer} if self.wrap else answer
        return Page(body={**self.extra, **body} if self.extra else body)


class Table:
    """The routes of a vendor, found by method and path."""

    def __init__(self, routes: tuple[Route, ...], base: str) -> None:
        self.by_op = {shape(route.op): route for route in routes}
        if len(self.by_op) != len(routes):
            raise BadFixture("two routes have the same method and path")
        found = [(route, base if route.base is None else route.base) for route in routes]
        self._patterns = [(route.method, re.compile(_pattern(above + route.path)), route) for route, above in found]

    def of(self, op: str) -> Route:
        """The route of an operation, whatever its parameters are called."""
        try:
            return self.by_op[shape(op)]
        except KeyError:
            raise BadFixture(f"the sandbox has no route {op}") from None

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route of a request, and what stands in its path; the template with the most fixed letters wins."""
        hits = [
            (route, hit)
            for wanted, pattern, route in self._patterns
            if wanted == method and (hit := pattern.fullmatch(path))
        ]
        if not hits:
            raise Unsupported(f"{method} {path}")
        route, hit = max(hits, key=lambda one: len(NAMED.sub("", one[0].path)))
        names = NAMED.findall(route.path)
        return route, dict(zip(names, hit.groups(), strict=True))


def shape(op: str) -> str:
    """An operation without the names of its parameters."""
    return NAMED.sub("{}", op)


def _pattern(path: str) -> str:
    """`{name}` is one segment of the path, `{name...}` any number of them."""
    parts = re.split(r"(\{[^}]+\})", path)
    return "".join(
        ("(.+)" if part.endswith("...}") else "([^/]+)") if part.startswith("{") else re.escape(part) for part in parts
    )


def _showing(found: Any, hidden: tuple[str, ...], wanted: Iterable[str] | None) -> Any:
    if not hidden and wanted is None:
        return found
    if isinstance(found, list):
        return [_showing(item, hidden, wanted) for item in found]
    if not isinstance(found, dict):
        return found
    shown = found if wanted is None else {name: found[name] for name in wanted if name in found}
    return {name: item for name, item in shown.items() if name not in hidden}


def _without_ours(value: Any) -> Any:
    """Vendors' data without the members that are ours; envelopes come later, and may have names that begin with `$`."""
    if isinstance(value, dict):
        return {name: _without_ours(item) for name, item in value.items() if not str(name).startswith("$")}
    return [_without_ours(item) for item in value] if isinstance(value, list) else value
