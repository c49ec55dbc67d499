"""The guard on the wire: a request leaves only if it is the declared read that is under way.

It looks at the final request alone: method, scheme, host, port, path, query keys, and for a read by POST the members of
its body. It catches our mistakes and those of honest plug-ins; it is no sandbox for hostile code.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from annexa.collectors._rest.address import LOOPBACK, PORTS, Address, is_segment, pattern, split
from annexa.collectors._rest.read import BodyLink, Counted, Cursor, Link, Numbered, Offset, Onward, Read
from annexa.evidence.answer import UndeclaredCallError

READS = frozenset({"GET", "POST"})
"""Methods that a read may have; POST only with a body that tells it from a write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InFlight:
    """The one call that this thread is making."""

    read: Read
    address: Address


IN_FLIGHT: ContextVar[InFlight | None] = ContextVar("annexa_rest_in_flight", default=None)


def check(request: Any) -> None:
    """Refuse a request that is not the declared read under way; raised before anything is sent."""
    flight = IN_FLIGHT.get()
    if flight is None:
        raise UndeclaredCallError(f"{request.method} {request.url.path} was not declared by any collector")
    problem = _host(flight.address, request) or _operation(flight, request)
    if problem:
        raise UndeclaredCallError(f"{flight.read.op}: {problem}; the request was not sent")


def _host(address: Address, request: Any) -> str | None:
    url = request.url
    asked = (url.scheme, url.host, url.port or PORTS.get(url.scheme))
    if asked != (address.scheme, address.host, address.port):
        return f"{url.scheme}://{url.host}:{asked[2]} is not {address.origin}"
    if url.scheme != "https" and url.host not in LOOPBACK:
        return f"{url.host} is not encrypted"
    if url.userinfo or request.headers.get("host", "").lower() != address.origin.partition("://")[2]:
        return "the header Host, or the address, names somebody else"
    return None


def _operation(flight: InFlight, request: Any) -> str | None:
    read, (path, _, query) = flight.read, request.url.raw_path.decode("ascii", "replace").partition("?")
    method, template, in_path = split(read.op)
    if request.method != method or method not in READS:
        return f"{request.method} is not the method of a read"
    found = pattern(flight.address.path, template).fullmatch(path)
    if found is None or not all(is_segment(unquote(part)) for part in found.groups()):
        return "the path is another operation's"
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    undeclared = names - ({*read.params, *read.query, *_keys(read)} - {*in_path})
    if undeclared:
        return f"the query has {sorted(undeclared)}"
    return _body(read, method, request.content)


def _keys(read: Read) -> tuple[str, ...]:
    match read.pager:
        case Cursor(param=param) | Numbered(param=param) | Counted(param=param):
            return (param,)
        case Offset(param=param) | Onward(param=param):
            return (param,)
        case Link(keys=keys) | BodyLink(keys=keys):
            return keys
    return ()


def _body(read: Read, method: str, content: bytes) -> str | None:
    if method != "POST":
        return "a body, where none is declared" if content or read.body is not None else None
    if not read.body:
        return "a POST without members that tell it from a write"
    try:
        sent = msgspec.json.decode(content)
    except ValueError:
        return "the body is no JSON"
    if not isinstance(sent, Mapping) or any(name not in sent or sent[name] != read.body[name] for name in read.body):
        return "the body asks for something else"
    undeclared = set(sent) - set(read.body) - set(read.body_params)
    return f"the body has {sorted(undeclared)}" if undeclared else None
