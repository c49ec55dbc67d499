"""Answers inside botocore's `before-send` event: no sockets, and transport failures by botocore's own exceptions."""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from annexa.sandbox._errors import Cut, Silence, Unresolved, Unsupported
from annexa.sandbox._http import Handle
from annexa.sandbox._routes import Request, route, scope_of

if TYPE_CHECKING:
    from annexa.sandbox.aws_server import World


_ACCOUNT_IN_FRONT = re.compile(r"^(https?://)\d{12}\.(?=127\.0\.0\.1|localhost)")
"""S3 Control puts the account id in front of any host name; loopback has no such names."""


def register(session: Any, handle: Handle | None, world: "World") -> None:
    """Hook a session's future clients; without `handle` only names are played."""

    def before_send(request: Any, **_: Any) -> Any:
        return _exchange(request, handle, world)

    emitter = getattr(session, "_session", session).get_component("event_emitter")
    emitter.register_first("before-send", before_send)


def _exchange(request: Any, handle: Handle | None, world: "World") -> Any:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = _bytes(request.body)
    if handle is None:
        asked = Request(method=request.method, url=request.url, headers=headers, body=body)
        if not _resolves(asked, world):
            raise _no_host(request.url)
        request.url = _ACCOUNT_IN_FRONT.sub(r"\1", request.url)
        return None
    try:
        status, answer, content = handle(request.method, request.url, headers, body)
    except Unresolved as unresolved:
        raise _no_host(request.url) from unresolved
    except Silence as silence:
        raise ReadTimeoutError(endpoint_url=request.url, error=silence) from silence
    except Cut as cut:
        if not cut.status:
            raise ConnectionClosedError(endpoint_url=request.url, error=cut) from cut
        # Botocore does not compare a body's length with its Content-Length: it takes what came.
        status, answer, content = cut.status, cut.headers | {"Content-Length": str(cut.length)}, cut.sent
    head: Any = HeadersDict(answer)
    return AWSResponse(request.url, status, head, _Raw(content))


def _no_host(url: str) -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url=url, error="the name does not resolve")


def _resolves(request: Request, world: "World") -> bool:
    scope = scope_of(request.headers)
    if scope is None:
        return True
    try:
        routed = route(request, scope.signing_name, world.services)
    except Unsupported:
        return True
    return world.resolves(routed.service, scope.region)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)


class _Raw(io.BytesIO):
    """A body with the one method of urllib3 that botocore uses."""

    def stream(self, amt: int = 65_536, decode_content: bool | None = None) -> Iterator[bytes]:
        """The body in chunks; `decode_content` has no meaning here."""
        while chunk := self.read(amt):
            yield chunk
