"""Lets HTTP clients be answered without sockets, by exchanging their transport.

Understood are clients of httpx2 and httpx, synchronous and asynchronous, and `httplib2.Http` objects. A cut, a silence and
a host that does not exist raise what the client's own library raises for them over the network.
"""

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

from annexa.sandbox._errors import Cut, Silence, Unresolved
from annexa.sandbox._http import Handle

LIBRARIES = ("httpx2", "httpx")


def answer(target: Any, handle: Handle) -> None:
    """Answer everything that this client asks from now on; raises `TypeError` for a client of another kind."""
    for kind in type(target).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in LIBRARIES and kind.__name__ in ("Client", "AsyncClient"):
            made = _transport(import_module(library), handle, asynchronous=kind.__name__ == "AsyncClient")
            if hasattr(target, "answer_with"):
                target.answer_with(made)
            else:
                target._transport, target._mounts = made, {}  # the libraries offer no other way
            return
        if library == "httplib2" and kind.__name__ == "Http":
            sender = _httplib2(import_module("httplib2"), handle)
            if hasattr(target, "answer_with"):
                target.answer_with(sender)
            else:
                target.request = sender
            return
    raise TypeError(f"the sandbox cannot answer a {type(target).__qualname__} of {type(target).__module__}")


def _transport(library: Any, handle: Handle, *, asynchronous: bool) -> Any:
    """A transport of this library over the stand-in."""

    class Transport(library.BaseTransport):  # type: ignore[misc]
        def handle_request(self, request: Any) -> Any:
            return _exchanged(library, handle, request, request.read())

    class AsyncTransport(library.AsyncBaseTransport):  # type: ignore[misc]
        async def handle_async_request(self, request: Any) -> Any:
            return _exchanged(library, handle, request, await request.aread())

    return AsyncTransport() if asynchronous else Transport()


def _exchanged(library: Any, handle: Handle, request: Any, body: bytes) -> Any:
    try:
        status, headers, content = handle(request.method, str(request.url), dict(request.headers), body)
    except Unresolved as unresolved:
        raise library.ConnectError("the name does not resolve", request=request) from unresolved
    except Silence as silence:
        raise library.ReadTimeout("nothing came in time", request=request) from silence
    except Cut as cut:
        if not cut.status:
            raise library.RemoteProtocolError("the server hung up without an answer", request=request) from cut
        length = {"Content-Length": str(cut.length)}
        return library.Response(cut.status, headers=cut.headers | length, stream=_broken(library, cut), request=request)
    return library.Response(status, headers=headers, content=content, request=request)


def _broken(library: Any, cut: Cut) -> Any:
    """A body that ends too early."""

    class Broken(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            yield cut.sent
            raise library.RemoteProtocolError("the server hung up in the middle of the answer")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in self:
                yield part

    return Broken()


def _httplib2(library: Any, handle: Handle) -> Any:
    """The method `request` of `httplib2.Http`."""

    def request(uri: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> Any:
        sent = body.encode() if isinstance(body, str) else bytes(body or b"")
        try:
            status, answer, content = handle(method, uri, dict(headers or {}), sent)
        except Unresolved as unresolved:
            raise library.ServerNotFoundError("the name does not resolve") from unresolved
        except Silence as silence:
            raise TimeoutError("nothing came in time") from silence
        except Cut as cut:
            raise ConnectionResetError("the server hung up") from cut
        lower = {name.lower(): value for name, value in answer.items()}
        return library.Response({**lower, "status": str(status)}), content

    return request
