"""The stand-in as a WSGI application, for servers other than its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from annexa.sandbox._errors import Cut, Silence, Unresolved
from annexa.sandbox._http import Handle


def answer_wsgi(
    handle: Handle, sleep: Callable[[float], None], environ: Mapping[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """One WSGI exchange; `ConnectionAbortedError` where the transport itself must fail."""
    try:
        status, headers, body = handle(*_request(environ))
    except Cut as cut:
        if not cut.status:
            raise ConnectionAbortedError(str(cut)) from cut
        start_response(f"{cut.status} Sandbox", [*cut.headers.items(), ("Content-Length", str(cut.length))])
        return _broken(cut)
    except (Silence, Unresolved) as nothing:
        sleep(nothing.seconds if isinstance(nothing, Silence) else 0)
        raise ConnectionAbortedError(str(nothing)) from nothing
    start_response(f"{status} Sandbox", [*headers.items(), ("Content-Length", str(len(body)))])
    return [body]


def _request(environ: Mapping[str, Any]) -> tuple[str, str, dict[str, str], bytes]:
    url = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if not url:
        query = environ.get("QUERY_STRING", "")
        url = quote(environ.get("PATH_INFO", "/"), safe="/:@") + (f"?{query}" if query else "")
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return environ["REQUEST_METHOD"], url, headers, body


def _broken(cut: Cut) -> Iterator[bytes]:
    yield cut.sent
    raise ConnectionAbortedError("cut by the sandbox")
