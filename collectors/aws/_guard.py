"""The guard on the wire: a request leaves only if it is the declared read that is under way.

It compares the signed request with the operation's own description (Action, X-Amz-Target, or method, path template and
query keys), and the host with the endpoint. It catches our mistakes and those of honest plug-ins; it is no sandbox.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from annexa.evidence.answer import UndeclaredCallError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
VENDOR_SUFFIXES = (".amazonaws.com", ".api.aws", ".amazonaws.com.cn", ".api.amazonwebservices.com.cn")
"""Hosts of the vendor, as botocore's own endpoint rules build them."""


@dataclass(kw_only=True)
class InFlight:
    """The one call that this thread is making, and what was seen of it on the wire."""

    model: Any
    """botocore's operation model."""
    endpoint: str | None
    """The configured endpoint; None: the vendor's own."""
    key: tuple[str, ...]
    """For pacing: account, region, service."""
    region: str = ""
    host: str = ""
    body: bytes = b""
    status: int = 0
    """HTTP status of the last answer; 0 while there is none."""
    attempts: int = field(default=0)


IN_FLIGHT: ContextVar[InFlight | None] = ContextVar("annexa_aws_in_flight", default=None)


def check(request: Any) -> InFlight:
    """Refuse a request that is not the declared call under way; it is raised before anything is sent."""
    flight = IN_FLIGHT.get()
    if flight is None:
        raise UndeclaredCallError(f"{request.method} {_path(request.url)} was not declared by any collector")
    _check_host(flight, request.url)
    problem = _operation_problem(flight.model, request)
    if problem:
        raise UndeclaredCallError(f"{flight.model.name}: {problem}; the request was not sent")
    flight.attempts += 1
    return flight


def is_vendor(host: str) -> bool:
    """Whether a host name is the vendor's own."""
    return host.endswith(VENDOR_SUFFIXES)


def unreadable(model: Any, body: bytes, response: Mapping[str, Any]) -> str | None:
    """Why a good answer cannot be the operation's; botocore would read some of these as empty answers."""
    if int(response.get("status_code", 0)) >= 300:
        return None
    promised = response.get("headers", {}).get("content-length")
    if promised is not None and promised.isdecimal() and int(promised) > len(body):
        return "the answer was cut short"
    start = body.lstrip()[:400]
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "HTML instead of an answer"
    protocol = model.service_model.resolved_protocol
    if protocol in ("query", "ec2") and f"<{model.name}Response".encode() not in start:
        return "no answer of this operation"
    return None


def _check_host(flight: InFlight, url: str) -> None:
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}"
    if flight.host and host != flight.host:
        raise UndeclaredCallError(f"redirected from {flight.host} to {host}; the request was not sent")
    if flight.endpoint is not None:
        if host != flight.endpoint:
            raise UndeclaredCallError(
                f"{host} is not the configured endpoint {flight.endpoint}; the request was not sent"
            )
    elif not is_vendor(parts.hostname or ""):
        raise UndeclaredCallError(f"{host} is no host of AWS; the request was not sent")
    if parts.scheme != "https" and (parts.hostname or "") not in LOOPBACK:
        raise UndeclaredCallError(f"{host} is not encrypted; the request was not sent")
    flight.host = host


def _operation_problem(model: Any, request: Any) -> str | None:
    if request.method != model.http["method"]:
        return f"{request.method} instead of {model.http['method']}"
    protocol = model.service_model.resolved_protocol
    if protocol in ("query", "ec2"):
        return _form_problem(model, request)
    if protocol == "json":
        return _target_problem(model, request)
    return _rest_problem(model, request.url)


def _form_problem(model: Any, request: Any) -> str | None:
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode("utf-8", "replace")
    actions = parse_qs(body).get("Action", []) + parse_qs(urlsplit(request.url).query).get("Action", [])
    return None if actions == [model.name] else f"the form asks for {', '.join(actions) or 'nothing'}"


def _target_problem(model: Any, request: Any) -> str | None:
    target = request.headers.get("X-Amz-Target", b"")
    text = target.decode() if isinstance(target, bytes) else target
    wanted = f"{model.metadata['targetPrefix']}.{model.name}"
    return None if text == wanted else f"the header asks for {text or 'nothing'}"


def _rest_problem(model: Any, url: str) -> str | None:
    parts = urlsplit(url)
    literal, allowed = _query(model.http["requestUri"]), _query_members(model)
    sent = set(parse_qs(parts.query, keep_blank_values=True))
    if not literal <= sent:
        return f"the query lacks {sorted(literal - sent)}"
    if not sent <= literal | allowed:
        return f"the query has {sorted(sent - literal - allowed)}"
    bucket = model.input_shape is not None and "Bucket" in model.input_shape.members
    if not _template(model.http["requestUri"], bucket).fullmatch(parts.path or "/"):
        return f"the path {parts.path} is another operation's"
    return None


@lru_cache(maxsize=512)
def _template(uri: str, bucket: bool) -> re.Pattern[str]:
    path = uri.split("?", 1)[0]
    pattern = "".join(
        part if not part.startswith("{") else ".+" if part.endswith("+}") else "[^/]+"
        for part in re.split(r"(\{[^}]+\})", re.sub(r"([.()$|*^])", r"\\\1", path))
    )
    # botocore takes the bucket out of the template; the endpoint rules put it into the host name or before the path.
    return re.compile("/?([^/]+)?" if bucket and path in ("", "/", "/{Bucket}") else pattern)


@lru_cache(maxsize=512)
def _query(uri: str) -> frozenset[str]:
    return frozenset(parse_qs(uri.partition("?")[2], keep_blank_values=True))


_MEMBERS: dict[tuple[str, str], frozenset[str]] = {}


def _query_members(model: Any) -> frozenset[str]:
    key = (model.service_model.service_name, model.name)
    found = _MEMBERS.get(key)
    if found is None:
        found = _MEMBERS[key] = _members_in_query(model)
    return found


def _members_in_query(model: Any) -> frozenset[str]:
    shape = model.input_shape
    members = shape.members.items() if shape is not None else ()
    return frozenset(
        member.serialization.get("name", name)
        for name, member in members
        if member.serialization.get("location") == "querystring"
    )


def _path(url: str) -> str:
    return urlsplit(url).path
