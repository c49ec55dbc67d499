"""Sends declared methods through google-api-python-client, with pacing and the only owner of retries.

The SDK checks names and forms of parameters and builds the request from the discovery document; its own retries, which
ignore what Google asks us to wait, are off.
"""

import random
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from annexa.collectors._google import documents, faults
from annexa.collectors._google.credentials import credentials
from annexa.collectors._google.http import IN_FLIGHT, InFlight, PerThread
from annexa.collectors._google.settings import GoogleSettings
from annexa.collectors._pacing import Pacer, Rate
from annexa.collectors._rest.later import seconds
from annexa.collectors._rest.reply import Reply
from annexa.collectors._source import Circumstances
from annexa.evidence.answer import Trouble, UndeclaredCallError, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import stamp
from annexa.schemas.words import Reason

CAREFUL = Rate(per_second=10, burst=20)
"""For APIs whose limit is not declared."""
SLOWEST = 30.0
"""Seconds that are waited at most before a try for which Google named no moment."""
AGAIN = frozenset({Reason.THROTTLED, Reason.UNREACHABLE})


class _Again(Exception):
    """An attempt that is worth another; `wait` is what Google asked for."""

    def __init__(self, ended: Reply | UnreadError, wait: float | None) -> None:
        super().__init__()
        self.ended, self.wait = ended, wait


class GoogleClient:
    """Asks Google's APIs as one identity; safe to be used by many threads."""

    def __init__(
        self, settings: GoogleSettings, lent: Circumstances, scopes: Iterable[str], rates: Mapping[str, Rate]
    ) -> None:
        """`scopes`: of all declared calls; `rates`: published limits by `service/version`."""
        self._settings, self._clock, self._rates = settings, lent.clock, rates
        self._scopes = tuple(sorted(scopes))
        self.credentials = credentials(settings, lent, self._scopes)
        prepare = partial(lent.prepare, settings.vendor) if lent.prepare else None
        self._http = PerThread(self.credentials, lent.read_timeout, prepare)
        self._pacer = Pacer(lent.clock, CAREFUL if lent.pacing else None, dict(rates))
        self._services, self._lock = dict[str, tuple[Any, str]](), threading.Lock()
        self._makers = dict[tuple[str, str], Any]()
        self.hosts: set[str] = set()
        """Hosts that answered so far."""

    def ask(self, call: Call, params: Mapping[str, Any]) -> Reply:
        """The last reply to a call with these parameters; raises `UnreadError` where none came."""
        retrying = Retrying(
            stop=stop_after_attempt(max(1, self._settings.attempts)), wait=_wait, sleep=self._clock.sleep,
            retry=retry_if_exception_type(_Again), reraise=True,
        )  # fmt: skip
        try:
            return retrying(self._attempt, call, params)
        except _Again as tired:
            if isinstance(tired.ended, UnreadError):
                raise tired.ended from tired
            return tired.ended

    def _attempt(self, call: Call, params: Mapping[str, Any]) -> Reply:
        api = call.op.partition(":")[0]
        self._pacer.wait((self._settings.vendor, api), api)
        reply = self._send(call, params)
        if reply.status < 300:
            return reply
        why = faults.reason_of(reply.status, code := faults.code_of(reply.status, reply.said))
        if why not in AGAIN or code in call.absent or str(reply.status) in call.absent:
            return reply
        wait = seconds(reply.headers, ("retry-after",), self._clock.now())
        if wait is not None and wait > self._settings.patience:
            until = stamp(self._clock.now() + timedelta(seconds=wait))
            told = faults.trouble(
                call, reply.status, code, host=reply.host, subject=self._settings.subject, until=until
            )
            raise UnreadError(call, told)
        raise _Again(reply, wait)

    def _send(self, call: Call, params: Mapping[str, Any]) -> Reply:
        method = documents.method(call.op)
        service, base = self._service(method.api)
        request = self._built(call, service, method, params)
        if (region := documents.region(method, params)) is not None:
            there = self._at(call, method.api, region)
            request.uri, base = there + request.uri.removeprefix(base), there
        given = frozenset(name for name in params if name in method.parameters)
        fixed = call.params.get("body") or {}
        token = IN_FLIGHT.set(InFlight(op=call.op, method=method, base=base, given=given, fixed=fixed))
        try:
            head, content = request.execute(http=self._http.get(call.needs), num_retries=0)
        except HttpError as error:
            head, content = error.resp, error.content
        except RefreshError as error:
            raise UnreadError(call, self._no_token(call, error)) from error
        except (GoogleAuthError, httplib2.HttpLib2Error, HTTPException, OSError) as error:
            raise _unanswered(call, error, _origin(base)) from error
        finally:
            IN_FLIGHT.reset(token)
        self.hosts.add(_origin(base))
        body = content.encode() if isinstance(content, str) else bytes(content or b"")
        return Reply(
            status=int(head.status),
            body=body,
            host=_origin(base),
            headers={name.lower(): str(value) for name, value in head.items()},
        )

    def _at(self, call: Call, api: str, region: str) -> str:
        """Where a location of an API is asked: at a host that the API's document names for it, and at no other."""
        known = documents.regions(api)
        if region not in known:
            says, cure = f"no host is documented for the location {region}", "Report the location with this code."
            told = Trouble(reason=Reason.UNSUPPORTED, code="unknown_location", says=says, cure=cure)
            raise UnreadError(call, told)
        path = str(documents.document(api).get("servicePath", ""))
        if not self._settings.endpoint:
            return known[region] + path
        return f"{self._settings.endpoint.rstrip('/')}/{api.replace('/', '.')}.{region}/{path}"

    def _no_token(self, call: Call, error: RefreshError) -> Trouble:
        word = _word(error)
        delegated = word == "unauthorized_client" and self._http.signs_in(self._scopes)
        return faults.sign_in(call, word, self._settings.subject, delegated=delegated)

    def _built(self, call: Call, service: Any, method: documents.Method, params: Mapping[str, Any]) -> Any:
        try:
            request = self._maker(service, method)(**params)
        except (TypeError, ValueError) as error:
            raise UndeclaredCallError(f"{call.op}: {error}") from error
        request.postproc = lambda head, content: (head, content)
        return request

    def _maker(self, service: Any, method: documents.Method) -> Any:
        """What makes requests of a method, found once: the SDK makes its resources anew each time they are named."""
        key = (method.api, method.name)
        if key not in self._makers:
            *resources, last = method.name.split(".")
            for name in resources:
                service = getattr(service, name.replace("-", "_"))()
            self._makers[key] = getattr(service, _attribute(last))
        return self._makers[key]

    def _service(self, api: str) -> tuple[Any, str]:
        """The SDK's service object of an API, made once, and where it asks."""
        with self._lock:
            if api not in self._services:
                self._services[api] = self._made(api)
            return self._services[api]

    def _made(self, api: str) -> tuple[Any, str]:
        told, (name, _, version) = documents.document(api), api.partition("/")
        base = f"{told['rootUrl'].rstrip('/')}/{told.get('servicePath', '')}"
        if self._settings.endpoint:
            base = f"{self._settings.endpoint.rstrip('/')}/{name}.{version}/{told.get('servicePath', '')}"
        options = {"api_endpoint": base}
        http = httplib2.Http()  # never asked: each call brings its thread's own
        if documents.is_ours(api):
            return build_from_document({**told, "rootUrl": base, "servicePath": ""}, http=http), base
        return build(name, version, http=http, static_discovery=True, client_options=options), base


def _attribute(name: str) -> str:
    """The SDK's name of a method: a word of Python's gets an underscore."""
    import keyword

    return f"{name}_" if keyword.iskeyword(name) or name == "print" else name


def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"


def _word(error: RefreshError) -> str:
    """Google's error word of a refused token: `unauthorized_client`."""
    words = ("unauthorized_client", "invalid_grant", "invalid_scope", "access_denied")
    return next((word for word in words if word in str(error)), "sign_in")


def _wait(state: RetryCallState) -> float:
    again = state.outcome.exception() if state.outcome else None
    asked = again.wait if isinstance(again, _Again) else None
    if asked:
        return asked + random.uniform(0, 0.5)  # noqa: S311  # spreads callers; nothing secret
    return random.uniform(0.5, 1) * min(SLOWEST, 2.0 ** (state.attempt_number - 1))  # noqa: S311


def _unanswered(call: Call, error: Exception, host: str) -> Exception:
    """What a failure without an answer is: worth another try, or not."""
    if isinstance(error, UndeclaredCallError):
        return error
    cure = "Check the network and the proxy; run again."
    hopeless = isinstance(error, (ssl.SSLCertVerificationError, httplib2.ServerNotFoundError)) or (
        isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN
    )
    code = type(error).__name__ if not isinstance(error, TransportError) else "sign_in_unreachable"
    says = "the host cannot be reached, or is not trusted" if hopeless else "no answer came"
    unread = UnreadError(call, Trouble(reason=Reason.UNREACHABLE, code=code, says=says, cure=cure, host=host))
    return unread if hopeless else _Again(unread, None)
