"""Ways in which an answer can be refused, broken or poorer, and which of them mean something for a route."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from annexa.sandbox._errors import BadFixture
from annexa.sandbox._rest.asked import Asked
from annexa.sandbox._rest.route import Route, shape

REFUSALS = ("denied", "unauthorised", "expired", "not_found", "conflict", "throttled", "server_error")
"""Kinds that are an error of the vendor."""
BROKEN = ("timeout", "hangup", "cut", "truncated", "html", "redirect")
"""Kinds that spoil an answer's bytes, or the connection."""
PAGED = ("repeated_token", "foreign_next")
"""Kinds that lead astray from page to page."""
LISTS = ("missing_list", "null_list", "empty_list", "shortened")
"""Kinds that change a list."""
KINDS = (*REFUSALS, *BROKEN, *PAGED, "ok_false", *LISTS, "empty_object", "unknown_enum", "slow")
"""Every kind of fault, refusals first."""
NEW_ENUM_VALUE = "SANDBOX_NEW_VALUE"
"""What `unknown_enum` puts where the vendor lists its words."""


@dataclass(frozen=True, slots=True)
class RestFault:
    """One planted fault; `*` matches every operation, None every scope.

    The first `after` matching requests are answered properly, then `times` requests (all, if None) are hit. `seconds` is
    how long a `timeout` keeps silent and a `slow` answer takes.
    """

    op: str
    kind: str = field(kw_only=True)
    scope: str | None = field(default=None, kw_only=True)
    """A value in the path or the query of the request: the id of a project or workspace."""
    place: str | None = field(default=None, kw_only=True)
    """The one place that `unknown_enum` changes; all of the route's, if None."""
    status: int | None = field(default=None, kw_only=True)
    """Another status of a refusal than the vendor's usual one."""
    code: str | None = field(default=None, kw_only=True)
    message: str | None = field(default=None, kw_only=True)
    after: int = field(default=0, kw_only=True)
    times: int | None = field(default=None, kw_only=True)
    seconds: float = field(default=60.0, kw_only=True)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadFixture(f"there is no fault of kind {self.kind}")

    def matches(self, op: str, asked: Asked) -> bool:
        """Whether this request is one of those that the fault is planted on."""
        if self.op != "*" and shape(self.op) != shape(op):
            return False
        given = {*asked.params.values(), *asked.query.values()}
        return self.scope is None or self.scope in given or self.scope.rpartition("/")[2] in given


class FaultBook:
    """The planted faults with their counters; safe under threads."""

    def __init__(self, faults: Iterable[RestFault]) -> None:
        self._faults = tuple(faults)
        self._seen = [0] * len(self._faults)
        self._lock = threading.Lock()

    def hitting(self, op: str, asked: Asked) -> tuple[RestFault, ...]:
        """The faults that hit this request; counts it."""
        if not self._faults:
            return ()
        with self._lock:
            return tuple(self._count(op, asked))

    def _count(self, op: str, asked: Asked) -> Iterator[RestFault]:
        for number, fault in enumerate(self._faults):
            if fault.matches(op, asked):
                self._seen[number] += 1
                hit = self._seen[number] - fault.after
                if hit > 0 and (fault.times is None or hit <= fault.times):
                    yield fault


def fault_kinds(route: Route, *, fails: bool) -> tuple[str, ...]:
    """The kinds that change this route's answer; `fails`: whether the vendor has errors with status 200."""
    pager = route.pager
    wanted = {
        "repeated_token": pager is not None and pager.pages,
        "foreign_next": pager is not None and pager.links,
        "ok_false": fails,
        **dict.fromkeys(LISTS, pager is not None or bool(route.lists)),
        "empty_object": pager is None,
        "unknown_enum": bool(route.enums),
    }
    return tuple(kind for kind in KINDS if wanted.get(kind, True))


def poorer_kinds(route: Route) -> tuple[str, ...]:
    """The kinds that leave an answer which the vendor could have given: an object can lack any of its members."""
    poorer = {"empty_list", "shortened", "empty_object", "unknown_enum"}
    if route.pager is None:
        poorer |= {"missing_list", "null_list"}
    elif route.pager.omit_empty:
        poorer.add("missing_list")
    return tuple(kind for kind in fault_kinds(route, fails=False) if kind in poorer)


def with_new_enum(value: Any, places: Iterable[str]) -> Any:
    """An item with a word that no documentation lists, at each of these places where there is one."""
    for place in places:
        value = _put_new(value, place.split("."))
    return value


def _put_new(value: Any, path: list[str]) -> Any:
    if not path:
        return NEW_ENUM_VALUE if isinstance(value, str) else value
    if path[0] == "*":
        return [_put_new(item, path[1:]) for item in value] if isinstance(value, list) else value
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return {**value, path[0]: _put_new(value[path[0]], path[1:])}
