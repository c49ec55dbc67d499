"""A REST vendor out of a table, for tests of collectors: its answers go through the adapter's own pages and errors.

    collect(users, {"GET /organization/users": {"data": [...], "has_more": False}})     one page
    collect(users, {OP: Pages({"data": [...], ...}, {"data": [...], ...})})             several pages
    collect(users, {OP: Status(403)})                                                   a refusal
    collect(users, {OP: Pages({...}, Status(500))})                                     it fails after a page
    collect(keys, {OP: lambda params: {...} if params["project_id"] == "a" else Status(404)})

For reads that follow the header `Link`, the next links are made here. What is tried again over HTTP is not tried here:
`connected(handle, api=...)` gives a whole source, whose requests end in a function instead of a socket.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import msgspec

from annexa.collectors._rest import Address, Api, Link, Me, Read, RestSettings, RestSource, RestWire, bearer
from annexa.collectors._rest.question import Question
from annexa.collectors._rest.reply import Reply
from annexa.collectors._source import Circumstances
from annexa.evidence.answer import Answer
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.record import Record
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason

MADE_UP = Api(
    vendor="made_up", title="Made up", base="https://vendor.example", sign=bearer("MADE_UP_KEY"),
    suffixes=("vendor.example",), code="error.code", says="error.message", request_id="x-request-id",
)  # fmt: skip
"""An API for collectors whose module has none."""
NOW = "2026-08-30T06:00:00Z"
TENANT = "tenant-1"
IDENTITY = "annexa-key"


@dataclass(frozen=True)
class Status:
    """The vendor answers with this HTTP status, and this body and these headers."""

    status: int
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Pages:
    """Several pages of one call, in order; each is a body or a `Status`."""

    def __init__(self, *pages: Any) -> None:
        self.pages = pages


DENIED = Status(403, {"error": {"code": "forbidden", "type": "permission_error", "message": "no"}})
Answers = Mapping[str, Any]
"""By `op`: a body, a `Status`, `Pages`, or a function of the call's parameters that gives one of them."""


class FakeRest(RestWire):
    """Answers by operation; a question that the table has no answer for is a bug of the test."""

    def __init__(self, answers: Answers, *, api: Api | None = None, pool: Executor | None = None) -> None:
        super().__init__(_Table(()), api=api or MADE_UP, identity=IDENTITY, pool=pool)
        self._answers = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """The pages of one call, as the adapter hands them over."""
        self.asked.append((call.op, params))
        found = self._answers[call.op]
        given = found(params) if callable(found) else found
        table = _Table(given.pages if isinstance(given, Pages) else (given,))
        yield from RestWire(table, api=self._api, identity=IDENTITY).pages(call, params)


class _Table:
    """Hands out the pages of one call, in order."""

    def __init__(self, pages: tuple[Any, ...]) -> None:
        self._pages, self._next = pages, 0

    def address(self, read: Read) -> Address:
        return Address(scheme="https", host="vendor.example", port=443)

    def ask(self, read: Read, question: Question) -> Reply:
        assert self._next < len(self._pages), f"{read.op} asks for a page more than the test has: {question.query}"
        page = self._pages[self._next]
        self._next += 1
        status = page if isinstance(page, Status) else Status(200, page)
        body = status.body if isinstance(status.body, bytes) else msgspec.json.encode(status.body)
        links: tuple[str, ...] = ()
        if isinstance(read.pager, Link) and self._next < len(self._pages):
            links = (f'<https://vendor.example{question.path}?page={self._next + 1}>; rel="next"',)
        headers = {name.lower(): value for name, value in status.headers.items()}
        return Reply(
            status=status.status, body=body, host="https://vendor.example", headers=headers,
            links=(headers["link"],) if "link" in headers else links,
        )  # fmt: skip


def collect(
    collector: Collector, answers: Answers, *, scope: str = TENANT, api: Api | None = None, wire: Any = None,
    tenant: str = TENANT, **known: Any,
) -> Gathered:  # fmt: skip
    """Run a collector over one scope, through the real handle, pages, redaction and records.

    The API is the one that the collector's own module holds, if `api` does not name another.
    """
    vendor = collector.name.split(".")[0]
    place = Place(
        organisation="acme", tenant=tenant, source=f"{vendor}:main", scope=scope, collector=collector.name,
        identity=IDENTITY,
    )  # fmt: skip
    keeper = Keeper(
        place,
        store=lambda page: hashlib.sha256(page).hexdigest(),
        redactor=Redactor(b"k" * 32),
        clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)),
        token=lambda: "00" * 16,
    )
    asked = wire or FakeRest(answers, api=api or api_of(collector))
    told = Known({"scope": scope, "now": NOW, **known})
    gathered = gather(collector, asked, keeper, told, run_id="r1", version="0", nonce=lambda: "0" * 32)
    for record in gathered.records:
        assert msgspec.json.decode(msgspec.json.encode(record), type=Record) == record
        assert record.provenance.origins, f"{record.data.subject} rests on nothing"
    return gathered


def api_of(collector: Collector) -> Api:
    """The `Api` of a collector's vendor, from whichever of its modules holds it; `MADE_UP` for tests' own collectors."""
    own = sys.modules[collector.gather.__module__]
    vendor = collector.name.split(".")[0]
    spec = find_spec(f"annexa.collectors.{vendor}")
    package = import_module(spec.name) if spec is not None else own
    inside = (found.name for found in iter_modules(getattr(package, "__path__", [])))
    for module in [own, package, *(import_module(f"{package.__name__}.{name}") for name in inside)]:
        for value in vars(module).values():
            if isinstance(value, Api) and (value.vendor == vendor or module is own):
                return value
    return MADE_UP


Handle = Callable[[Any], tuple[int, dict[str, str], Any]]
"""An `httpx2.Request` to status, headers and body: bytes, or anything else as JSON."""


def connected(
    handle: Handle, *, api: Api | None = None, settings: RestSettings | None = None, me: Any = None,
    environment: Mapping[str, str] | None = None, **lent: Any,
) -> RestSource:  # fmt: skip
    """A source of this API whose every request is answered by `handle`, on a clock on which waiting takes no time."""
    circumstances = Circumstances(**{
        "organisation": "acme", "clock": VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), "run_id": "r1",
        "environment": {"MADE_UP_KEY": "made-up-key"} if environment is None else environment, "pacing": False,
        "prepare": lambda _, client: client.answer_with(_transport(handle)), **lent,
    })  # fmt: skip
    made_up = RestSettings(name="made_up:main", vendor="made_up")
    told = me or (lambda wire: Me(tenant=TENANT, identity=IDENTITY))
    return RestSource(api or MADE_UP, settings or made_up, circumstances, me=told)


def _transport(handle: Handle) -> Any:
    import httpx2

    def answer(request: httpx2.Request) -> httpx2.Response:
        status, headers, body = handle(request)
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return httpx2.Response(status, headers=headers, content=content)

    return httpx2.MockTransport(answer)


def facts(gathered: Gathered) -> list[Any]:
    """What it yielded."""
    return [record.data for record in gathered.records]


def calls_cited(gathered: Gathered, number: int = 0) -> list[str]:
    """The calls on which one record rests."""
    return [origin.call for origin in gathered.records[number].provenance.origins]


def lost(gathered: Gathered) -> list[tuple[str, str | None, Reason]]:
    """What it noted as unread: call, subject, reason."""
    return [(entry.call, entry.subject, entry.reason) for entry in gathered.unreads]
