"""Answers and errors in the five wire formats, the inverse of botocore's parsers.

Supported: json, rest-json, query, ec2, rest-xml. Header, status and payload locations, flattened lists, maps,
timestamps and blobs follow the output shape.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from annexa.sandbox._errors import Unsupported
from annexa.sandbox._models import Shape, members, operation_model, service_model

_S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP answer without its Date header and request id."""

    status: int
    headers: dict[str, str]
    body: bytes


def serialise(service: str, operation: str, protocol: str, output: dict[str, Any]) -> Answer:
    """The answer that botocore parses back into `output`; `Unsupported` for a wire format outside the five."""
    shape = operation_model(service, operation).output_shape
    match protocol:
        case "json":
            return _answer(200, _json_type(service), _json_body(shape, output, ()))
        case "query" | "ec2":
            return _answer(200, "text/xml", _enveloped(service, operation, protocol, shape, output))
        case "rest-xml" if operation == "GetBucketLocation":
            return _answer(200, "application/xml", _bucket_location(output))
        case "rest-json" | "rest-xml":
            return _rest(service, protocol, shape, output)
        case _:
            raise Unsupported(f"the sandbox does not speak {protocol}")


def wire_time(value: Any, style: str) -> str | float | int:
    """A moment as `iso8601`, `rfc822` or `unixtimestamp`; accepts what botocore accepts."""
    from botocore.utils import parse_to_aware_datetime

    moment: datetime = parse_to_aware_datetime(value).astimezone(UTC)
    if style == "iso8601":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if style == "rfc822":
        return format_datetime(moment, usegmt=True)
    seconds = moment.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _bucket_location(output: dict[str, Any]) -> bytes:
    """The one S3 answer whose root is the value itself, which no model says."""
    return _document("LocationConstraint", escape(output.get("LocationConstraint", "")), _S3_NAMESPACE)


def _answer(status: int, kind: str, body: bytes) -> Answer:
    return Answer(status=status, headers={"Content-Type": kind}, body=body)


def _json_type(service: str) -> str:
    return f"application/x-amz-json-{service_model(service).metadata.get('jsonVersion', '1.1')}"


def _rest(service: str, protocol: str, shape: Shape, output: dict[str, Any]) -> Answer:
    found = members(shape)
    placed = {name: value for name, value in output.items() if found[name].serialization.get("location")}
    headers = dict(_headers(found, placed))
    status = next((v for n, v in placed.items() if found[n].serialization["location"] == "statusCode"), 200)
    payload = shape.serialization.get("payload") if shape is not None else None
    if protocol == "rest-json":
        kind, body = "application/json", _json_payload(shape, output, payload, tuple(placed))
    else:
        kind, body = "application/xml", _xml_payload(service, shape, output, payload, tuple(placed))
    return Answer(status=status, headers={"Content-Type": kind} | headers, body=body)


def _headers(found: dict[str, Shape], placed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in placed.items():
        place = found[name].serialization
        if place["location"] == "headers":
            yield from ((f"{place.get('name', '')}{key}", str(item)) for key, item in value.items())
        elif place["location"] == "header":
            yield place.get("name", name), _text(found[name], value, "rfc822")


def _json_payload(shape: Shape, output: dict[str, Any], payload: str | None, placed: tuple[str, ...]) -> bytes:
    if payload is None:
        return _json_body(shape, output, placed)
    if payload not in output:
        return b""
    inner = shape.members[payload]
    return _raw(output[payload]) if inner.type_name in ("blob", "string") else _json_body(inner, output[payload], ())


def _json_body(shape: Shape, value: dict[str, Any], left_out: tuple[str, ...]) -> bytes:
    kept = {name: item for name, item in value.items() if name not in left_out}
    return json.dumps(_json(shape, kept) if shape is not None else {}, separators=(",", ":")).encode()


def _json(shape: Shape, value: Any) -> Any:
    match shape.type_name:
        case "structure" if not shape.is_document_type:
            found = shape.members
            return {found[n].serialization.get("name", n): _json(found[n], item) for n, item in value.items()}
        case "list":
            return [_json(shape.member, item) for item in value]
        case "map":
            return {key: _json(shape.value, item) for key, item in value.items()}
        case "timestamp":
            return wire_time(value, shape.serialization.get("timestampFormat", "unixtimestamp"))
        case "blob":
            return base64.b64encode(_raw(value)).decode()
        case _:
            return value


def _raw(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _enveloped(service: str, operation: str, protocol: str, shape: Shape, output: dict[str, Any]) -> bytes:
    inner = "".join(_xml_members(shape, output)) if shape is not None else ""
    wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
    namespace = service_model(service).metadata.get("xmlNamespace", "")
    result = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
    return _document(f"{operation}Response", result + REQUEST_ID_SLOT[protocol], namespace)


REQUEST_ID = "@request-id@"
"""Stands in an XML body where the request id is filled in per answer."""
REQUEST_ID_SLOT = {
    "query": f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>",
    "ec2": f"<requestId>{REQUEST_ID}</requestId>",
}


def _document(root: str, inner: str, namespace: str = "") -> bytes:
    attribute = f' xmlns="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}{attribute}>{inner}</{root}>'.encode()


def _xml_payload(
    service: str, shape: Shape, output: dict[str, Any], payload: str | None, placed: tuple[str, ...]
) -> bytes:
    if shape is None or (payload is not None and payload not in output):
        return b""
    namespace = str(shape.serialization.get("xmlNamespace", {}).get("uri", ""))
    if payload is None:
        kept = {name: item for name, item in output.items() if name not in placed}
        return _document(_root_name(shape), "".join(_xml_members(shape, kept)), namespace)
    inner = shape.members[payload]
    if inner.type_name in ("blob", "string"):
        return _raw(output[payload])
    name = inner.serialization.get("name", payload)
    return _document(name, "".join(_xml_members(inner, output[payload])), namespace)


def _root_name(shape: Shape) -> str:
    return str(shape.serialization.get("name", shape.name))


def _xml_members(shape: Shape, value: dict[str, Any]) -> Iterator[str]:
    for name, item in value.items():
        member = shape.members[name]
        yield _xml(member, item, member.serialization.get("name", name))


def _xml(shape: Shape, value: Any, tag: str) -> str:
    match shape.type_name:
        case "structure":
            return _tagged(tag, "".join(_xml_members(shape, value)))
        case "list" if shape.serialization.get("flattened"):
            inner = shape.member.serialization.get("name", tag)
            return "".join(_xml(shape.member, item, inner) for item in value)
        case "list":
            inner = shape.member.serialization.get("name", "member")
            return _tagged(tag, "".join(_xml(shape.member, item, inner) for item in value))
        case "map":
            return _xml_map(shape, value, tag)
        case _:
            return _tagged(tag, escape(_text(shape, value, "iso8601")))


def _xml_map(shape: Shape, value: dict[str, Any], tag: str) -> str:
    key = shape.key.serialization.get("name", "key")
    inner = shape.value.serialization.get("name", "value")
    pairs = [_tagged(key, escape(name)) + _xml(shape.value, item, inner) for name, item in value.items()]
    if shape.serialization.get("flattened"):
        return "".join(_tagged(tag, pair) for pair in pairs)
    return _tagged(tag, "".join(_tagged("entry", pair) for pair in pairs))


def _tagged(tag: str, inner: str) -> str:
    return f"<{tag}>{inner}</{tag}>"


def _text(shape: Shape, value: Any, style: str) -> str:
    plain: dict[str, Callable[[], str]] = {
        "boolean": lambda: "true" if value else "false",
        "timestamp": lambda: str(wire_time(value, shape.serialization.get("timestampFormat", style))),
        "blob": lambda: base64.b64encode(_raw(value)).decode(),
    }
    return plain.get(shape.type_name, lambda: str(value))()
