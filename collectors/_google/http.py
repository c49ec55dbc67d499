"""The HTTP client of google-api-python-client, one per thread, with the guard in front of it.

A shared `httplib2.Http` hands one caller's answer to another; so every thread has its own. Redirects are never followed.
"""

import json
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httplib2

from annexa.collectors._google.documents import Method
from annexa.evidence.answer import UndeclaredCallError

SIGN_IN = frozenset(
    {"oauth2.googleapis.com", "www.googleapis.com/oauth2", "sts.googleapis.com", "metadata.google.internal"}
)
"""Where google-auth gets tokens; these exchanges are declared apart and bring no records."""
TOKEN_PATHS = ("/token", "/oauth2/v4/token", "/v1/token", "/computeMetadata/")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class InFlight:
    """The one call that this thread is making."""

    op: str
    method: Method
    base: str
    """The beginning of its address: `https://admin.googleapis.com/`."""
    given: frozenset[str]
    """Names of the parameters that were given."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """For a read by POST: the members of the body that are always the same."""


IN_FLIGHT: ContextVar[InFlight | None] = ContextVar("annexa_google_in_flight", default=None)
ALWAYS = frozenset({"alt", "prettyPrint", "quotaUser"})
"""Query keys that the SDK itself adds."""


class GuardedHttp(httplib2.Http):  # type: ignore[misc]
    """Sends only the declared call that is under way, and exchanges of tokens."""

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.follow_redirects = False
        self.redirect_codes: frozenset[int] = frozenset()
        self._sender: Callable[..., Any] = super().request

    def answer_with(self, sender: Callable[..., Any]) -> None:
        """Have every request answered by this function instead of the network; the guard stays in front."""
        self._sender = sender

    def request(self, uri: str, method: str = "GET", *rest: Any, **more: Any) -> Any:
        """As `httplib2.Http.request`; raises `UndeclaredCallError` before anything else is sent."""
        check(uri, method, rest[0] if rest else more.get("body"))
        return self._sender(uri, method, *rest, **more)


def check(uri: str, verb: str, body: Any = None) -> None:
    """Refuse a request that is neither the declared call nor an exchange of tokens."""
    parts = urlsplit(uri)
    if parts.hostname in SIGN_IN and parts.path.startswith(TOKEN_PATHS):
        return
    flight = IN_FLIGHT.get()
    if flight is None:
        raise UndeclaredCallError(f"{verb} {parts.path} was not declared by any collector")
    problem = _problem(flight, uri, verb) or _in_body(flight, body)
    if problem:
        raise UndeclaredCallError(f"{flight.op}: {problem}; the request was not sent")


def _problem(flight: InFlight, uri: str, verb: str) -> str | None:
    parts = urlsplit(uri)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        return f"{parts.hostname} is not encrypted"
    if verb != flight.method.verb:
        return f"{verb} is not its HTTP method"
    if not uri.startswith(flight.base):
        return f"{parts.scheme}://{parts.netloc} is not its address"
    path = uri.removeprefix(flight.base).partition("?")[0].lstrip("/")
    if flight.method.path.fullmatch(path) is None or ".." in path.split("/"):
        return "the path is another method's"
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    undeclared = names - flight.given - ALWAYS - {"pageToken"}
    return f"the query has {sorted(undeclared)}" if undeclared else None


def _in_body(flight: InFlight, body: Any) -> str | None:
    """A read by POST says what its call declares, and nothing that the method's document does not have."""
    if not body:
        return "the body lacks what is declared" if flight.fixed else None
    if not flight.method.has_body:
        return "its method has no body"
    try:
        said = json.loads(body)
    except ValueError:
        return "the body is no JSON"
    if not isinstance(said, dict) or any(said.get(name) != value for name, value in flight.fixed.items()):
        return "the body lacks what is declared"
    undeclared = set(said) - flight.method.body
    return f"the body has {sorted(undeclared)}" if undeclared else None


class PerThread:
    """Makes each thread its own authorised clients, one per scope.

    One scope per token: a scope that nobody authorised then costs its own calls and no others. Credentials that cannot be
    narrowed are used as they are, and so they are for calls that need a permission and not a scope.
    """

    def __init__(self, credentials: Any, timeout: float, prepare: Callable[[Any], None] | None) -> None:
        self._credentials, self._timeout, self._prepare = credentials, timeout, prepare
        self._local, made = threading.local(), list[GuardedHttp]()
        self._made, self._lock, self._narrowed = made, threading.Lock(), dict[str, Any]()
        weakref.finalize(self, _close, made)  # nobody closes a source
        self._signs_in: bool | None = None

    def get(self, needs: str = "") -> Any:
        """This thread's client for calls that need this scope."""
        found: dict[str, Any] = self._local.__dict__.setdefault("http", {})
        scope = needs if needs.startswith("https://") else ""
        if scope not in found:
            from google_auth_httplib2 import AuthorizedHttp

            found[scope] = AuthorizedHttp(self._for(scope), http=self._plain())
        return found[scope]

    def signs_in(self, scopes: Iterable[str]) -> bool:
        """Whether any of these scopes gives a token; asked once, where one of them does not."""
        if self._signs_in is None:
            self._signs_in = any(self._gives_token(self._for(scope)) for scope in scopes)
        return self._signs_in

    def _gives_token(self, credentials: Any) -> bool:
        from google.auth.exceptions import GoogleAuthError
        from google_auth_httplib2 import Request

        try:
            if not credentials.valid:
                credentials.refresh(Request(self._plain()))
        except GoogleAuthError:
            return False
        return True

    def _plain(self) -> GuardedHttp:
        """The connections of this thread."""
        plain: GuardedHttp | None = getattr(self._local, "plain", None)
        if plain is None:
            plain = self._local.plain = GuardedHttp(self._timeout)
            if self._prepare is not None:
                self._prepare(plain)
            self._made.append(plain)
        return plain

    def _for(self, scope: str) -> Any:
        """Credentials of this scope alone, made once for all threads."""
        if not scope or not getattr(self._credentials, "with_scopes", None):
            return self._credentials
        with self._lock:
            if scope not in self._narrowed:
                self._narrowed[scope] = self._credentials.with_scopes([scope])
            return self._narrowed[scope]


def _close(made: list[GuardedHttp]) -> None:
    for http in made:
        http.close()
