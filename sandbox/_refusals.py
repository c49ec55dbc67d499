"""Errors in each wire format, and the names under which each service refuses.

AWS has no single name for "denied" or "throttled": the code and the status depend on the protocol, on the age of
the service and on what its model declares. JSON services say 400 for what REST services say 403 or 429.
"""

import json
from typing import Any
from xml.sax.saxutils import escape

from annexa.sandbox._errors import AwsError
from annexa.sandbox._models import service_model
from annexa.sandbox._serialise import REQUEST_ID, Answer

REFUSALS = ("denied", "unauthorised", "expired", "not_found", "conflict", "throttled", "server_error")
"""The kinds for which `refusal` knows a service's own error."""

_BY_PROTOCOL: dict[str, dict[str, tuple[str, int]]] = {
    "denied": {
        "json": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
        "query": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
        "rest-xml": ("AccessDenied", 403),
    },
    "unauthorised": {
        "json": ("UnrecognizedClientException", 401),
        "rest-json": ("UnrecognizedClientException", 401),
        "query": ("InvalidClientTokenId", 401),
        "ec2": ("AuthFailure", 401),
        "rest-xml": ("InvalidAccessKeyId", 401),
    },
    "expired": {
        "json": ("ExpiredTokenException", 400),
        "rest-json": ("ExpiredTokenException", 403),
        "query": ("ExpiredToken", 403),
        "ec2": ("RequestExpired", 400),
        "rest-xml": ("ExpiredToken", 400),
    },
    "not_found": {
        "json": ("ResourceNotFoundException", 404),
        "rest-json": ("ResourceNotFoundException", 404),
        "query": ("NoSuchEntity", 404),
        "ec2": ("InvalidParameterValue", 404),
        "rest-xml": ("NoSuchBucket", 404),
    },
    "conflict": {
        "json": ("ConflictException", 409),
        "rest-json": ("ConflictException", 409),
        "query": ("ConcurrentModification", 409),
        "ec2": ("IncorrectState", 409),
        "rest-xml": ("OperationAborted", 409),
    },
    "throttled": {
        "json": ("ThrottlingException", 400),
        "rest-json": ("ThrottlingException", 429),
        "query": ("Throttling", 400),
        "ec2": ("RequestLimitExceeded", 503),
        "rest-xml": ("SlowDown", 503),
    },
    "server_error": {
        "json": ("InternalServerException", 500),
        "rest-json": ("InternalServerException", 500),
        "query": ("InternalFailure", 500),
        "ec2": ("InternalError", 500),
        "rest-xml": ("InternalError", 500),
    },
}
_OWN_NAMES = {
    "throttled": ("TooManyRequestsException",),
    "not_found": ("NotFoundException", "TrailNotFoundException", "NoSuchEntityException"),
    "conflict": ("ConcurrentModificationException",),
}
"""What a service may declare in its model instead of the common name."""


def refusal(kind: str, service: str, operation: str, protocol: str) -> AwsError:
    """The error by which this service refuses; `kind` is one of `REFUSALS`."""
    code, status = _BY_PROTOCOL[kind][protocol]
    declared = {shape.name for shape in service_model(service).operation_model(operation).error_shapes}
    if protocol in ("json", "rest-json") and code not in declared:
        code = next((name for name in _OWN_NAMES.get(kind, ()) if name in declared), code)
    return AwsError(code, f"{kind.replace('_', ' ')} by the sandbox: {service} {operation}", status)


def error_answer(error: AwsError, service: str, protocol: str) -> Answer:
    """An error as this protocol carries it, with the status that the model declares unless the error names one."""
    shape = service_model(service).shape_for_error_code(error.code)
    status = error.status or _declared_status(shape) or (404 if protocol == "rest-xml" else 400)
    if protocol in ("json", "rest-json"):
        return _json_error(error, shape, status, service, protocol)
    kind = "application/xml" if protocol == "rest-xml" else "text/xml"
    headers = {"Content-Type": kind} | error.headers
    return Answer(status=status, headers=headers, body=_xml_error(error, protocol).encode())


def plain_error(status: int, message: str) -> Answer:
    """An error outside every protocol, in the sandbox's own words."""
    body = json.dumps({"__type": "SandboxError", "message": message}).encode()
    return Answer(status=status, headers={"Content-Type": "application/json"}, body=body)


def _declared_status(shape: Any) -> int:
    return int(shape.metadata.get("error", {}).get("httpStatusCode", 0)) if shape is not None else 0


def _json_error(error: AwsError, shape: Any, status: int, service: str, protocol: str) -> Answer:
    named = list(shape.members) if shape is not None else []
    key = next((name for name in ("message", "Message") if name in named), "message")
    headers = {"x-amzn-ErrorType": error.code}
    body = {key: error.message}
    if protocol == "json":
        body = {"__type": error.code} | body
        version = service_model(service).metadata.get("jsonVersion", "1.1")
        headers = {"Content-Type": f"application/x-amz-json-{version}"}
    else:
        headers["Content-Type"] = "application/json"
    return Answer(status=status, headers=headers, body=json.dumps(body).encode())


def _xml_error(error: AwsError, protocol: str) -> str:
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if protocol == "rest-xml":
        return f"<Error>{inner}<RequestId>{REQUEST_ID}</RequestId></Error>"
    if protocol == "ec2":
        return f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
    return (
        f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )
