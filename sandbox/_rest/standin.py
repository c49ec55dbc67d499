"""The stand-in for a REST vendor: real requests in, answers of the make-believe company out.

    world + routes ──> RestStandIn.handle() ──> loopback()      real HTTP
                                    └─────────> in_process()    no sockets, for fast tests

What no route plays is refused with 501, never answered with nothing. The order is the vendor's: who asks (401), what is
planted, how fast (429), the version or beta that it needs (400, 404), what the key may do (403), and the answer.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from annexa.sandbox._errors import Silence, Unresolved, Unsupported
from annexa.sandbox._rates import Gate, Rate
from annexa.sandbox._rest.asked import Asked, Refused, query_of
from annexa.sandbox._rest.faults import REFUSALS, FaultBook, RestFault
from annexa.sandbox._rest.keys import Key, KeyRing
from annexa.sandbox._rest.pages import ELSEWHERE, Page
from annexa.sandbox._rest.refusals import Refusals
from annexa.sandbox._rest.route import Route, Table
from annexa.sandbox._rest.spoil import Sent, page_of, spoiled
from annexa.sandbox._rest.world import World


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One line of the request log."""

    method: str
    op: str
    """The route's operation; empty where none plays it."""
    host: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name, without those that carry a key."""
    key: str | None
    """Name of the key that it carried; None for a stranger."""
    status: int
    """0 where the transport failed."""


@dataclass(frozen=True, kw_only=True)
class Api:
    """What is always the same about a vendor's API."""

    table: Table
    base: str
    """What stands before every path."""
    keys: KeyRing
    refusals: Refusals
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that every request must carry; an empty value takes any."""
    failed: Callable[[str], Any] | None = None
    """The body of an error that comes with status 200, from its code."""
    failed_code: str = "fatal_error"
    """The code of such an error, where a fault names none."""
    request_id: str | None = None
    """The header with the vendor's id of the request."""
    sends: Mapping[str, str] = field(default_factory=dict)
    """Headers of every answer."""


class RestStandIn:
    """Answers requests out of a world; thread-safe.

    `page_size` caps every page, `rates` limits requests per key by operation (`*` for the others), counted on `ticks` in
    seconds; `clock` tells the moment for headers.
    """

    def __init__(
        self,
        world: World,
        api: Api,
        faults: Iterable[RestFault] = (),
        *,
        page_size: int | None = None,
        rates: Mapping[str, Rate] | None = None,
        clock: Callable[[], datetime] | None = None,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.world, self.api = world, api
        self.calls: list[Seen] = []
        """Every request, in order of arrival."""
        self._faults, self._page_size = FaultBook(faults), page_size
        self._gate = Gate(rates or {}, ticks)
        self._clock, self._sleep = clock or (lambda: world.now), sleep

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """One exchange; raises `Cut`, `Silence` or `Unresolved` where the transport itself must fail."""
        exchange = _Exchange(self.api, method, url, {name.lower(): value for name, value in headers.items()})
        try:
            if exchange.host.partition(":")[0] == ELSEWHERE:
                raise Unresolved("https", ELSEWHERE)
            sent = self._sent(*self._answer(exchange, body))
            sent = spoiled(exchange.fault.kind if exchange.fault else None, sent)
            exchange.status = sent[0]
            return sent
        finally:
            self.calls.append(exchange.seen())

    def _answer(self, exchange: "_Exchange", body: bytes) -> tuple[int, Page]:
        try:
            exchange.understand(body)
            page = self._page(exchange)
            return page.status, page
        except Unsupported as unsupported:
            refused = Refused("unsupported", f"unsupported by the sandbox: {unsupported}")
        except Refused as known:
            refused = known
        own = exchange.route.refusals if exchange.route else {}
        return self.api.refusals.page(refused, own, self._clock())

    def _page(self, exchange: "_Exchange") -> Page:
        route, asked = exchange.found, exchange.asked
        if exchange.key is None and not route.open:
            raise Refused("unauthorised")
        self._plant(exchange)
        fault = exchange.fault
        if fault is not None and fault.kind in REFUSALS:
            raise Refused(fault.kind, fault.message, status=fault.status, code=fault.code)
        if fault is not None and fault.kind == "ok_false" and self.api.failed is not None:
            return Page(body=self.api.failed(fault.code or self.api.failed_code))
        if not self._gate.lets(asked.key or "", "", route.op):
            raise Refused("throttled")
        self._admit(exchange)
        return page_of(route, lambda: route.answered(self.world, asked), asked, self._page_size, fault)

    def _plant(self, exchange: "_Exchange") -> None:
        """Find the fault that hits this request; a slow one is waited for."""
        for fault in self._faults.hitting(exchange.found.op, exchange.asked):
            if fault.kind == "slow":
                self._sleep(fault.seconds)
            elif fault.kind == "timeout":
                raise Silence(fault.seconds)
            elif exchange.fault is None:
                exchange.fault = fault

    def _admit(self, exchange: "_Exchange") -> None:
        """Version, beta, scopes and parameters, in this order."""
        route, asked = exchange.found, exchange.asked
        for wanted, kind in ((self.api.headers, "bad_request"), (route.headers, "no_beta")):
            lacking = [name for name, value in wanted.items() if not _carries(asked.headers, name, value)]
            if lacking and not route.open:
                raise Refused(kind, f"the header {lacking[0]} is needed" if kind == "bad_request" else None)
        if exchange.key is not None and not exchange.key.may(route.scopes):
            raise Refused("denied")
        unknown = sorted(set(asked.query) - route.known())
        if unknown and asked.method == "GET":
            raise Unsupported(f"{route.op} with the parameter {', '.join(unknown)}")
        if lacking := [name for name in route.required if name not in asked.query]:
            raise Refused("bad_request", f"{lacking[0]} is required")

    def _sent(self, status: int, page: Page) -> Sent:
        date = format_datetime(self._clock().astimezone(UTC), usegmt=True)
        always = {"Content-Type": "application/json; charset=utf-8", "Server": "annexa-sandbox", "Date": date}
        headers = {**always, **self.api.sends, **page.headers}
        if self.api.request_id:
            headers[self.api.request_id] = f"req_sandbox_{len(self.calls):06}"
        return status, headers, page.body if isinstance(page.body, bytes) else msgspec.json.encode(page.body)


class _Exchange:
    """What is known so far of one request."""

    def __init__(self, api: Api, method: str, url: str, headers: Mapping[str, str]) -> None:
        self._api, self._headers = api, headers
        self._parts = urlsplit(url)
        self.host = self._parts.netloc or headers.get("host", "")
        self.route: Route | None = None
        self.key: Key | None = None
        self.fault: RestFault | None = None
        self.status = 0
        self.asked = Asked(
            method=method, path=unquote(self._parts.path), origin=f"{self._parts.scheme or 'http'}://{self.host}",
            params={}, query={}, headers=api.keys.hidden(headers),
        )  # fmt: skip

    @property
    def found(self) -> Route:
        """The route; only after `understand`."""
        assert self.route is not None  # noqa: S101 - `understand` raises where there is none
        return self.route

    def understand(self, body: bytes) -> None:
        """Find key, route and parameters; raises `Unsupported` where no route plays it."""
        query, parsed = query_of(self._parts.query, self._headers, body)
        self.key = self._api.keys.of(self._headers, query)
        name = self.key.name if self.key else None
        self.asked = replace(self.asked, query=self._api.keys.hidden(query), body=parsed, key=name)
        self.route, params = self._api.table.find(self.asked.method, self._parts.path)
        self.asked = replace(self.asked, params={name: unquote(value) for name, value in params.items()})

    def seen(self) -> Seen:
        """Its line in the log."""
        asked = self.asked
        return Seen(
            method=asked.method, op=self.route.op if self.route else "", host=self.host, path=asked.path,
            params=asked.params, query=asked.query, headers=asked.headers, key=asked.key, status=self.status,
        )  # fmt: skip


def _carries(headers: Mapping[str, str], name: str, value: str) -> bool:
    given = headers.get(name.lower())
    return given is not None and (not value or value in [word.strip() for word in given.split(",")])
