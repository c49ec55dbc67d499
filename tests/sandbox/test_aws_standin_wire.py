"""What the stand-in writes, botocore reads back; what botocore sends, the stand-in understands."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.awsrequest import HeadersDict
from botocore.config import Config
from botocore.parsers import create_parser

from annexa.sandbox._errors import AwsError
from annexa.sandbox._models import operation_model, service_model
from annexa.sandbox._refusals import REFUSALS, error_answer, refusal
from annexa.sandbox._routes import Request, route, scope_of
from annexa.sandbox._serialise import Answer, serialise
from annexa.sandbox.aws import ANSWERS, SERVICES

OPERATIONS = sorted(ANSWERS)
TEXT = "text & <more> é"
MOMENT = datetime(2026, 8, 30, 6, 0, 1, tzinfo=UTC)
QUIET = Config(auth_scheme_preference="sigv4", parameter_validation=False)


def example(shape: Any, *, full: bool, text: str = TEXT, above: tuple[str, ...] = ()) -> Any:
    """A value of a shape: only what is required, or everything, recursion cut."""
    match shape.type_name:
        case "structure":
            names = shape.members if full and shape.name not in above else shape.required_members
            names = list(shape.members)[:1] if shape.is_tagged_union else names
            return {n: example(shape.members[n], full=full, text=text, above=(*above, shape.name)) for n in names}
        case "list":
            again = shape.name in above or not full
            return [] if again else [example(shape.member, full=full, text=text, above=(*above, shape.name))] * 2
        case "map":
            return {"key & <1>": example(shape.value, full=full, text=text, above=above)} if full else {}
        case "string":
            return shape.enum[0] if shape.enum else text.ljust(shape.metadata.get("min", 1), "x")
        case "timestamp":
            return MOMENT
        case "blob":
            return b"\x00bytes"
        case "boolean":
            return True
        case "integer" | "long":
            return max(7, shape.metadata.get("min", 7))
        case _:
            return 0.5


def parsed(service: str, operation: str, answer: Answer, protocol: str) -> Any:
    """What botocore makes of an answer."""
    shape = operation_model(service, operation).output_shape
    headers = HeadersDict(answer.headers | {"x-amzn-RequestId": "r"})
    response = {"body": answer.body, "headers": headers, "status_code": answer.status, "context": {}}
    result = create_parser(protocol).parse(response, shape)
    result.pop("ResponseMetadata", None)
    return result


@pytest.mark.parametrize("full", [True, False], ids=["full", "minimal"])
@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_an_answer_is_read_back_unchanged(service: str, operation: str, full: bool) -> None:
    shape = operation_model(service, operation).output_shape
    output = example(shape, full=full)
    protocol = service_model(service).resolved_protocol
    answer = serialise(service, operation, protocol, output)
    if operation == "GetBucketLocation":
        region = output.get("LocationConstraint", "").encode()
        assert answer.body.endswith(b">" + region + b"</LocationConstraint>")
        return
    result = parsed(service, operation, answer, protocol)
    payload = shape.serialization.get("payload")
    if payload and payload not in output:
        assert result.pop(payload) == {}  # botocore's reading of an empty body
    assert result == output


def test_cloudwatch_answers_in_the_older_protocol_too() -> None:
    output = {"Metrics": [{"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Dimensions": []}]}
    answer = serialise("cloudwatch", "ListMetrics", "query", output)
    shape_free = answer.body.replace(b"<Dimensions></Dimensions>", b"")
    assert b"<MetricName>Invocations</MetricName>" in shape_free
    assert b"<ListMetricsResponse" in shape_free


@pytest.fixture(scope="module")
def sent() -> dict[str, Any]:
    """One client per service whose requests are caught instead of sent."""
    session = boto3.Session("AKIA", "secret", region_name="eu-west-1")
    caught: list[Any] = []

    def catch(request: Any, **_: Any) -> None:
        caught.append(request)
        raise _CaughtError

    session.events.register("before-send", catch)
    clients = {name: session.client(name, config=QUIET) for name in SERVICES}
    return {"clients": clients, "caught": caught}


class _CaughtError(Exception):
    """Ends a call before it is sent."""


@pytest.mark.parametrize("full", [True, False], ids=["full", "minimal"])
@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_a_request_is_understood(sent: dict[str, Any], service: str, operation: str, full: bool) -> None:
    shape = operation_model(service, operation).input_shape
    params = example(shape, full=full, text="text & <more>") if shape is not None else {}
    for member in shape.members if shape is not None else ():
        if shape.members[member].type_name == "timestamp":
            params.pop(member, None)
    hosts = {"s3": ("Bucket", "bucket-of-ours"), "s3control": ("AccountId", "381200000030")}
    if service in hosts and hosts[service][0] in params:
        params[hosts[service][0]] = hosts[service][1]
    client = sent["clients"][service]
    request = _capture(client, operation, params, sent["caught"])
    headers = {name.lower(): str(v, "latin-1") if isinstance(v, bytes) else v for name, v in request.headers.items()}
    scope = scope_of(headers)
    assert scope is not None
    assert scope.access_key == "AKIA"
    body = request.body.encode() if isinstance(request.body, str) else bytes(request.body or b"")
    asked = Request(method=request.method, url=request.url, headers=headers, body=body)
    routed = route(asked, scope.signing_name, SERVICES)
    assert (routed.service, routed.operation) == (service, operation)
    assert routed.params == params


def _capture(client: Any, operation: str, params: dict[str, Any], caught: list[Any]) -> Any:
    caught.clear()
    with pytest.raises(_CaughtError):
        getattr(client, xform_name(operation))(**params)
    return caught[0]


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("service", SERVICES)
def test_an_error_is_read_as_its_code(service: str, kind: str) -> None:
    operation = next(operation for name, operation in OPERATIONS if name == service)
    protocol = service_model(service).resolved_protocol
    error = refusal(kind, service, operation, protocol)
    result = parsed(service, operation, error_answer(error, service, protocol), protocol)
    assert result["Error"]["Code"] == error.code
    assert result["Error"]["Message"] == error.message


def test_an_error_takes_the_status_that_the_model_declares() -> None:
    answer = error_answer(AwsError("ResourceNotFoundException", "gone"), "bedrock-agent", "rest-json")
    assert answer.status == 404
