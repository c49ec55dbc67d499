"""A Microsoft that answers over real HTTP on loopback, asked through the real SDK, on a clock that does not wait."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from annexa.collectors._graph import GRAPH_PAGES, GraphSettings, GraphSource, by_sdk
from annexa.collectors._rest import Api, Me, Read
from annexa.collectors._source import Circumstances
from annexa.evidence.clock import VirtualClock

TENANT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
APPS = Read(op="GET /servicePrincipals", path="value", needs="Application.Read.All", pager=GRAPH_PAGES,
            params={"$top": 999})  # fmt: skip


def jwt(**claims: Any) -> str:
    """A token of the right shape that nobody signed."""
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{part}.c2lnbmF0dXJl"


TOKEN = jwt(tid=TENANT, appid="app-1", exp=4102444800, roles=["Application.Read.All"])
GRAPH = Api(
    vendor="microsoft", title="Microsoft Graph", base="https://graph.microsoft.com/v1.0", sign=by_sdk,
    suffixes=("graph.microsoft.com",), code="error.code", says="error.message", request_id="request-id",
)  # fmt: skip
Answer = tuple[int, Mapping[str, str], Any]
Asked = tuple[str, str, dict[str, str], bytes]


@contextmanager
def serving(answer: Callable[[str, str], Answer]) -> Iterator[tuple[str, list[Asked]]]:
    """A server whose answers are a function of method and path; its address, and what it was asked."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append((self.command, self.path, headers, body))
            status, said, content = answer(self.command, self.path)
            sent = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(sent)), **said}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connected(url: str | None, *, api: Api = GRAPH, me: Any = None, **how: Any) -> GraphSource:
    """A source of this API behind an address, signed in with a finished token."""
    given = {"name": "microsoft:main", "vendor": "microsoft", "token_env": "TOKEN", "attempts": 3}
    settings = GraphSettings(**{**given, "endpoint": url, **how.pop("settings", {})})
    lent = Circumstances(**{
        "organisation": "acme", "clock": VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), "run_id": "r1",
        "environment": {"TOKEN": TOKEN}, "pacing": False, "connect_timeout": 2, "read_timeout": 2, **how,
    })  # fmt: skip

    def by_claims(wire: Any) -> Me:
        return Me(tenant=wire.claims()["tid"], identity=wire.claims()["appid"])

    return GraphSource(api, settings, lent, me=me or by_claims)
