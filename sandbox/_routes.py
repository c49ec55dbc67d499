"""From a signed request on the wire to (service, operation, parameters, who, where).

The credential scope in the Authorization header names signing service and region, the key id names the account.
The operation comes from `X-Amz-Target`, from the form's `Action`, or from the REST templates of the model, where
literal query keys (`?tagging`) count.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from annexa.sandbox._errors import Unsupported
from annexa.sandbox._inputs import form_params, json_params, rest_params
from annexa.sandbox._models import has_service, operation_model, service_model

_SCOPE = re.compile(r"Credential=([^/\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")
_BUCKET_HOST = re.compile(r"^(?P<bucket>.+?)\.(?:s3[.-][a-z0-9.-]*amazonaws\.com|localhost)(?::\d+)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Who signs, and for which region and signing name; nothing is verified but the form."""

    access_key: str
    region: str
    signing_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request with lower-case header names; `url` may be absolute or only path and query."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Routed:
    """What a request asks for; `protocol` is the one it was sent in, which its answer must use."""

    service: str
    operation: str
    protocol: str
    params: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Template:
    service: str
    operation: str
    method: str
    path: re.Pattern[str]
    literal: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    weight: tuple[int, int]

    def fits(self, path: str, query: Mapping[str, str]) -> re.Match[str] | None:
        """The matched path, if literal query keys agree and required ones are there."""
        keys = all(query.get(key) == value for key, value in self.literal) and all(key in query for key in self.needed)
        return self.path.fullmatch(path) if keys else None


def scope_of(headers: Mapping[str, str]) -> Scope | None:
    """The credential scope of a SigV4 header, `None` when the request is not signed that way."""
    found = _SCOPE.search(headers.get("authorization", ""))
    return Scope(access_key=found[1], region=found[3], signing_name=found[4]) if found else None


def route(request: Request, signing_name: str, services: Iterable[str]) -> Routed:
    """Find the operation among the services that sign as `signing_name`; `Unsupported` when there is none."""
    candidates = _candidates(signing_name, tuple(services))
    target = request.headers.get("x-amz-target")
    if target:
        return _by_target(target, request.body, candidates)
    if b"Action=" in request.body and _is_form(request.headers):
        return _by_action(request.body, candidates)
    return _by_path(request, candidates)


@cache
def _candidates(signing_name: str, services: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(name for name in services if service_model(name).signing_name == signing_name)
    if not found and has_service(signing_name):
        found = (signing_name,)
    if not found:
        raise Unsupported(f"no service known to the sandbox signs as {signing_name!r}")
    return found


def _by_target(target: str, body: bytes, candidates: tuple[str, ...]) -> Routed:
    prefix, _, operation = target.rpartition(".")
    for service in candidates:
        model = service_model(service)
        if model.metadata.get("targetPrefix") == prefix and operation in model.operation_names:
            shape = operation_model(service, operation).input_shape
            return Routed(
                service=service,
                operation=operation,
                protocol="json",
                params=json_params(shape, json.loads(body or b"{}")),
            )
    raise Unsupported(f"no operation for the target {target!r}")


def _is_form(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _by_action(body: bytes, candidates: tuple[str, ...]) -> Routed:
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    operation = form["Action"]
    for service in candidates:
        model = service_model(service)
        if operation in model.operation_names:
            protocol = "ec2" if model.resolved_protocol == "ec2" else "query"
            shape = operation_model(service, operation).input_shape
            params = form_params(shape, form, ec2=protocol == "ec2")
            return Routed(service=service, operation=operation, protocol=protocol, params=params)
    raise Unsupported(f"no operation for the action {operation!r}")


def _by_path(request: Request, candidates: tuple[str, ...]) -> Routed:
    url = urlsplit(request.url)
    if "s3" in candidates:
        # Both sign as s3; only control calls name an account in a header.
        candidates = ("s3control",) if "x-amz-account-id" in request.headers else ("s3",)
    path = _path_style(url, request.headers) if candidates == ("s3",) else url.path or "/"
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    for template in _templates(candidates, request.method):
        found = template.fits(path, query)
        if found:
            return _rest(template, found, query, request)
    raise Unsupported(f"no operation of {', '.join(candidates)} for {request.method} {path}")


def _path_style(url: SplitResult, headers: Mapping[str, str]) -> str:
    found = _BUCKET_HOST.match(url.netloc or headers.get("host", ""))
    return f"/{found['bucket']}{url.path.rstrip('/')}" if found else url.path or "/"


def _rest(template: _Template, found: re.Match[str], query: dict[str, str], request: Request) -> Routed:
    model = operation_model(template.service, template.operation)
    labels = {key.removeprefix("p_"): unquote(value) for key, value in found.groupdict().items()}
    uri = {_label_names(template.service, template.operation)[key]: value for key, value in labels.items()}
    return Routed(
        service=template.service,
        operation=template.operation,
        protocol=service_model(template.service).resolved_protocol,
        params=rest_params(model.input_shape, uri, _all_values(request.url, query), request.headers, request.body),
    )


def _all_values(url: str, query: dict[str, str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {key: [] for key in query}
    for key, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        values[key].append(value)
    return values


@cache
def _templates(services: tuple[str, ...], method: str) -> tuple[_Template, ...]:
    """All REST templates for a method, the most literal first."""
    found = [t for service in services for t in _of_service(service) if t.method == method]
    return tuple(sorted(found, key=lambda t: t.weight, reverse=True))


def _of_service(service: str) -> Iterable[_Template]:
    model = service_model(service)
    if not str(model.resolved_protocol).startswith("rest"):
        return
    for name in model.operation_names:
        operation = operation_model(service, name)
        if not operation.deprecated:
            yield _template(service, name)


def _template(service: str, operation: str) -> _Template:
    model = operation_model(service, operation)
    path, _, query = model.http["requestUri"].partition("?")
    pieces = re.split(r"(\{[^}]+\})", path.rstrip("/") or "/")
    labels = iter(range(len(pieces)))
    pattern = "".join(_piece(piece, labels) for piece in pieces)
    literals = sum(len(piece) for piece in pieces if not piece.startswith("{"))
    keys = tuple(parse_qsl(query, keep_blank_values=True))
    needed = _required_query(model.input_shape)
    return _Template(
        service=service,
        operation=operation,
        method=model.http["method"],
        path=re.compile(pattern + ("/?" if pattern != "/" else "")),
        literal=keys,
        needed=needed,
        weight=(len(keys) + len(needed), literals),
    )


def _required_query(shape: Any) -> tuple[str, ...]:
    if shape is None:
        return ()
    places = ((shape.members[name].serialization, name) for name in shape.required_members)
    return tuple(place.get("name", name) for place, name in places if place.get("location") == "querystring")


def _piece(piece: str, labels: Iterable[int]) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    number = next(iter(labels))
    return f"(?P<p_{number}>.+)" if piece.endswith("+}") else f"(?P<p_{number}>[^/]+)"


@cache
def _label_names(service: str, operation: str) -> dict[str, str]:
    """Which input member each numbered label of the template fills."""
    model = operation_model(service, operation)
    labels = re.findall(r"\{([^}+]+)\+?\}", model.http["requestUri"].partition("?")[0])
    by_wire = {shape.serialization.get("name", name): name for name, shape in model.input_shape.members.items()}
    return {str(number): by_wire[label] for number, label in enumerate(labels)}
