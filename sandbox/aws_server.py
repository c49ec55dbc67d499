"""The stand-in for AWS: real signed requests in, answers of the make-believe company out.

    world ──answers──> AwsStandIn ──> serve()              real HTTP on loopback
                            └───────> answer_in_process()  no sockets, for fast tests

One base URL serves every service (`endpoint_url`, `AWS_ENDPOINT_URL`): the signature's credential scope says which.
A call that the sandbox does not play is refused with 501, never answered with nothing.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple, Protocol

from annexa.sandbox._check import check_output
from annexa.sandbox._errors import AwsError, Silence, Unresolved, Unsupported
from annexa.sandbox._faults import KINDS, Fault, FaultBook, fault_kinds
from annexa.sandbox._http import loopback
from annexa.sandbox._models import has_service
from annexa.sandbox._pager import page
from annexa.sandbox._question import Question
from annexa.sandbox._rates import Gate, Rate
from annexa.sandbox._refusals import error_answer, plain_error, refusal
from annexa.sandbox._routes import Request, Routed, Scope, route, scope_of
from annexa.sandbox._serialise import REQUEST_ID, Answer, serialise
from annexa.sandbox._spoil import spoil_answer, spoil_output
from annexa.sandbox._wsgi import answer_wsgi

__all__ = [
    "KINDS",
    "AwsStandIn",
    "Fault",
    "Question",
    "Rate",
    "Seen",
    "World",
    "answer_in_process",
    "fault_kinds",
    "resolve_names",
    "serve",
]

_CACHED = 20_000


class World(Protocol):
    """What the stand-in needs to know of a company."""

    now: datetime
    """The moment at which the company is seen."""
    services: tuple[str, ...]
    """The services that it plays, by botocore's names."""

    def caller(self, access_key: str) -> tuple[str, str] | None:
        """Account id and ARN behind a key id, `None` for a stranger."""

    def resolves(self, service: str, region: str) -> bool:
        """Whether the service's host name exists in the region."""

    def answer(self, question: Question) -> dict[str, Any]:
        """The whole answer, unpaged; raises `AwsError` or `Unsupported`."""


class Seen(NamedTuple):
    """One line of the call log."""

    service: str
    operation: str
    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class _Call:
    """A routed request with what is always the same about its answer."""

    routed: Routed
    account: str
    region: str
    arn: str
    digest: bytes


class AwsStandIn:
    """Answers AWS requests out of a world; thread-safe.

    `clock` dates answers and credentials (the world's own moment by default), `rates` limits calls by service name
    (`*` for the others) per account and region, counted on `ticks` in seconds.
    """

    def __init__(
        self,
        world: World,
        faults: Iterable[Fault] = (),
        *,
        page_size: int = 100,
        clock: Callable[[], datetime] | None = None,
        rates: Mapping[str, Rate] | None = None,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.world = world
        self.calls: list[Seen] = []
        """Every call that was understood, in order of arrival."""
        self._faults = FaultBook(faults)
        self._page_size = page_size
        self._clock = clock or (lambda: world.now)
        self._gate = Gate(rates or {}, ticks)
        self._sleep = sleep
        self._understood: dict[tuple[object, ...], _Call] = {}
        self._answers: dict[bytes, Answer] = {}

    def handle(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """One exchange; raises `Cut` or `Silence` where the transport itself must fail."""
        lower = {name.lower(): value for name, value in headers.items()}
        request = Request(method=method, url=url, headers=lower, body=body)
        scope = scope_of(lower)
        if scope is None:
            return self._sent(plain_error(403, "the request carries no SigV4 authorization"), b"", "rest-json")
        try:
            call = self._understand(request, scope)
        except Unsupported as refused:
            protocol = "query" if lower.get("content-type", "").startswith("application/x-www-form") else "rest-json"
            return self._sent(_unsupported(refused, scope.signing_name, protocol), b"", protocol)
        self.calls.append(Seen(call.routed.service, call.routed.operation, call.account, call.region))
        return self._sent(self._answer(call), call.digest, call.routed.protocol)

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The same as a WSGI application; a cut connection sends its first bytes and then fails."""
        return answer_wsgi(self.handle, self._sleep, environ, start_response)

    def _understand(self, request: Request, scope: Scope) -> _Call:
        target = request.headers.get("x-amz-target")
        key = (scope, request.method, request.url, request.headers.get("host"), target, request.body)
        known = self._understood.get(key)
        if known is None:
            if len(self._understood) > _CACHED:
                self._understood.clear()
            known = self._understood[key] = self._routed(request, scope, repr(key).encode())
        return known

    def _routed(self, request: Request, scope: Scope, key: bytes) -> _Call:
        routed = route(request, scope.signing_name, self.world.services)
        account, arn = self.world.caller(scope.access_key) or ("", "")
        digest = hashlib.sha256(key).digest()
        return _Call(routed=routed, account=account, region=scope.region, arn=arn, digest=digest)

    def _answer(self, call: _Call) -> Answer:
        routed = call.routed
        faults = self._faults.hitting(routed.service, routed.operation, call.account, call.region)
        for fault in faults:
            if fault.kind == "slow":
                self._sleep(fault.seconds)
        faults = tuple(fault for fault in faults if fault.kind != "slow")
        if faults:
            return self._spoiled(call, faults[0])
        if not self._gate.lets(call.account, call.region, routed.service):
            full = refusal("throttled", routed.service, routed.operation, routed.protocol)
            return error_answer(full, routed.service, routed.protocol)
        return self._plain(call)

    def _plain(self, call: _Call) -> Answer:
        known = self._answers.get(call.digest)
        if known is not None:
            return known
        answer = self._fresh(call)
        if call.routed.service != "sts":
            if len(self._answers) > _CACHED:
                self._answers.clear()
            self._answers[call.digest] = answer
        return answer

    def _fresh(self, call: _Call) -> Answer:
        routed = call.routed
        try:
            return serialise(routed.service, routed.operation, routed.protocol, self._output(call))
        except AwsError as error:
            return error_answer(error, routed.service, routed.protocol)
        except Unsupported as refused:
            return _unsupported(refused, routed.service, routed.protocol)

    def _output(self, call: _Call) -> dict[str, Any]:
        routed = call.routed
        if not self.world.resolves(routed.service, call.region):
            raise Unresolved(routed.service, call.region)
        if not call.account:
            named = refusal("unauthorised", routed.service, routed.operation, routed.protocol)
            raise AwsError(named.code, "the security token included in the request is invalid", 403)
        question = Question(
            service=routed.service,
            operation=routed.operation,
            params=routed.params,
            account=call.account,
            region=call.region,
            arn=call.arn,
            now=self._clock(),
        )
        full = self.world.answer(question)
        check_output(routed.service, routed.operation, full)
        cut = page(routed.service, routed.operation, routed.params, full, self._page_size)
        check_output(routed.service, routed.operation, cut)
        return cut

    def _spoiled(self, call: _Call, fault: Fault) -> Answer:
        routed = call.routed
        if fault.kind == "timeout":
            raise Silence(fault.seconds)
        try:
            output = spoil_output(fault.kind, routed, lambda: self._output(call))
            whole = serialise(routed.service, routed.operation, routed.protocol, output)
        except AwsError as error:
            whole = error_answer(error, routed.service, routed.protocol)
        except Unsupported as refused:
            whole = _unsupported(refused, routed.service, routed.protocol)
        return spoil_answer(fault.kind, whole)

    def _sent(self, answer: Answer, digest: bytes, protocol: str) -> tuple[int, dict[str, str], bytes]:
        number = hashlib.sha256(digest + len(self.calls).to_bytes(8, "big")).hexdigest()
        request_id = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}"
        name = "x-amz-request-id" if protocol == "rest-xml" else "x-amzn-RequestId"
        date = format_datetime(self._clock().astimezone(UTC), usegmt=True)
        headers = answer.headers | {name: request_id, "Date": date, "Server": "annexa-sandbox"}
        body = answer.body
        if protocol in ("query", "ec2", "rest-xml"):
            body = body.replace(REQUEST_ID.encode(), request_id.encode())
        return answer.status, headers, body


def serve(standin: AwsStandIn, host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[str]:
    """The stand-in behind real HTTP for the length of a `with` block, which gets the base URL."""
    return loopback(standin.handle, host, port)


def answer_in_process(session: Any, standin: AwsStandIn) -> None:
    """Let clients made by this boto3 or botocore session from now on be answered without sockets.

    A cut, a silence and a name that does not resolve raise what botocore raises for them over the network.
    """
    from annexa.sandbox._in_process import register

    register(session, standin.handle, standin.world)


def resolve_names(session: Any, world: World) -> None:
    """Let clients of this session, made from now on, fail as if by DNS where the world has no such host.

    For use with `serve`, whose one loopback address always resolves.
    """
    from annexa.sandbox._in_process import register

    register(session, None, world)


def _unsupported(refused: Unsupported, service: str, protocol: str) -> Answer:
    message = f"unsupported by the sandbox: {refused}"
    if not has_service(service) or (service == "s3" and protocol == "rest-json"):
        return plain_error(501, message)
    return error_answer(AwsError("UnsupportedBySandbox", message, 501), service, protocol)
