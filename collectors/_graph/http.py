"""The HTTP client under the SDK's request adapter: no redirects, no retries, the guard in front, one event loop.

Kiota's middleware is left out: it would retry and follow redirects behind our back.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from annexa.collectors._rest import guard
from annexa.collectors._rest.address import LOOPBACK
from annexa.collectors._rest.asking import LARGEST, authorities
from annexa.collectors._rest.read import Api
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._source import CannotStartError, Circumstances

T = TypeVar("T")


class TooLargeError(Exception):
    """An answer larger than any that is read."""


class GraphHttp(httpx.AsyncClient):
    """What the SDK sends with; a stand-in can take its place: this is what `Circumstances.prepare` is handed."""

    def answer_with(self, transport: httpx.AsyncBaseTransport) -> None:
        """Have every request answered by this transport, past sockets and proxies; the guard stays in front."""
        self._transport = transport
        self._mounts = {}

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """The whole answer, read up to a limit; raises `TooLargeError`."""
        response = await super().send(request, **{**how, "stream": True})
        try:
            parts, size = list[bytes](), 0
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST:
                    raise TooLargeError
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _UNPACKED]
        return httpx.Response(response.status_code, headers=headers, content=b"".join(parts), request=request)


_UNPACKED = ("content-encoding", "content-length", "transfer-encoding")
"""Headers about the body as it came over the wire, which is not the body any more."""


def graph_http(api: Api, settings: RestSettings, lent: Circumstances) -> GraphHttp:
    """A client with the run's time-outs, proxies and authorities; raises `CannotStartError`."""
    try:
        made = GraphHttp(
            headers={"accept": "application/json", "user-agent": "annexa", **api.headers}, follow_redirects=False,
            verify=authorities(settings), mounts={f"all://{_bracketed(host)}": None for host in LOOPBACK},
            timeout=httpx.Timeout(lent.read_timeout, connect=lent.connect_timeout, pool=None),
            limits=httpx.Limits(max_connections=lent.connections, max_keepalive_connections=lent.connections),
        )  # fmt: skip
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise CannotStartError(
            f"{settings.name}: the proxy of the environment cannot be used", cure="Correct HTTPS_PROXY and NO_PROXY."
        ) from error
    if lent.prepare is not None:
        lent.prepare(api.vendor, made)
    made.event_hooks = {"request": [_check]}
    return made


class Loop:
    """One event loop in a thread of its own; what runs in it sees the context of the thread that asked."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(self._loop,), name=name, daemon=True).start()

    def run(self, made: Coroutine[Any, Any, T], seconds: float) -> T:
        """What it gives, waited for by the calling thread; raises `TimeoutError` where it takes longer than this."""
        return asyncio.run_coroutine_threadsafe(_within(made, seconds), self._loop).result()

    def end(self, http: GraphHttp) -> None:
        """Close the client's connections, then end the loop; waits for neither."""
        closing = asyncio.run_coroutine_threadsafe(http.aclose(), self._loop)
        closing.add_done_callback(lambda _: self._loop.call_soon_threadsafe(self._loop.stop))


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _within(made: Coroutine[Any, Any, T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await made


async def _check(request: httpx.Request) -> None:
    guard.check(request)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
