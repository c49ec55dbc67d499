"""A small threaded HTTP/1.1 server on loopback: keep-alive, Content-Length, one send per answer.

Vendor-neutral: it hands every request to a `Handle` and writes what that returns. The parser reads only what SDKs
send; it is no server for the open network and binds to loopback alone.
"""

import socketserver
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from annexa.sandbox._errors import Cut, SandboxError, Silence, Unresolved
from annexa.sandbox._refusals import plain_error

Handle = Callable[[str, str, Mapping[str, str], bytes], tuple[int, dict[str, str], bytes]]
"""Method, URL as on the request line, headers (lower-case names) and body to status, headers and body."""

_REASONS = {status.value: status.phrase for status in HTTPStatus}


@contextmanager
def loopback(handle: Handle, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve until the block ends and give the base URL; a mistake met while serving is raised at the end."""
    with _Server((host, port), _Connection, handle) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="sandbox-http", daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{server.server_address[1]}"
        finally:
            server.stop()
            thread.join()
    if server.mistakes:
        raise server.mistakes[0]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], connection: type["_Connection"], handle: Handle) -> None:
        super().__init__(address, connection)
        self.handle_call = handle
        self.mistakes: list[BaseException] = []
        self.stopping = threading.Event()
        self.open: set[Any] = set()

    def stop(self) -> None:
        """Stop accepting, then end every connection so that its thread can be joined."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self.open):
            connection.hang_up()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep a mistake for the end of `loopback`; a client that went away is none."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.mistakes.append(error)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self)

    def finish(self) -> None:
        self.server.open.discard(self)
        super().finish()

    def hang_up(self) -> None:
        """Wake the thread that waits for the next request."""
        try:
            self.connection.shutdown(2)
        except OSError:
            return

    def handle(self) -> None:
        """Answer requests one after the other until either side closes."""
        try:
            while self._answer_one():
                pass
        except (ConnectionError, TimeoutError):
            return

    def _answer_one(self) -> bool:
        line = self.rfile.readline(65_536).split()
        if len(line) != 3:
            return False
        headers = self._headers()
        method, url = line[0].decode(), line[1].decode()
        body = self._body(headers)
        try:
            status, answer, content = self.server.handle_call(method, url, headers, body)
        except Silence as silence:
            self.server.stopping.wait(silence.seconds)
            return False
        except Unresolved:
            return False
        except Cut as cut:
            if cut.status:
                self.wfile.write(_head(cut.status, cut.headers, cut.length) + cut.sent)
            return False
        except SandboxError as mistake:
            self.server.mistakes.append(mistake)
            broken = plain_error(501, str(mistake))
            status, answer, content = broken.status, broken.headers, broken.body
        self.wfile.write(_head(status, answer, len(content)) + (b"" if method == "HEAD" else content))
        return headers.get("connection", "").lower() != "close"

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(65_536)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return headers

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self.rfile.read(int(headers.get("content-length") or 0))


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
