"""Each fault shows as what it is meant to be, in process and over the wire."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from annexa.sandbox._errors import BadFixture, Cut, Silence
from annexa.sandbox._faults import NEW_ENUM_VALUE
from annexa.sandbox.aws import ANSWERS
from annexa.sandbox.aws_server import KINDS, AwsStandIn, Fault, Rate, Seen, fault_kinds
from annexa.sandbox.company import aws_world

REFUSED = {
    ("bedrock", "denied"): ("AccessDeniedException", 403),
    ("bedrock", "unauthorised"): ("UnrecognizedClientException", 401),
    ("bedrock", "expired"): ("ExpiredTokenException", 403),
    ("bedrock", "not_found"): ("ResourceNotFoundException", 404),
    ("bedrock", "conflict"): ("ConflictException", 409),
    ("bedrock", "throttled"): ("ThrottlingException", 429),
    ("bedrock", "server_error"): ("InternalServerException", 500),
    ("organizations", "denied"): ("AccessDeniedException", 400),
    ("organizations", "throttled"): ("TooManyRequestsException", 400),
    ("iam", "denied"): ("AccessDenied", 403),
    ("iam", "throttled"): ("Throttling", 400),
    ("ec2", "denied"): ("UnauthorizedOperation", 403),
    ("s3", "denied"): ("AccessDenied", 403),
    ("s3", "throttled"): ("SlowDown", 503),
    ("kms", "not_found"): ("NotFoundException", 404),
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "bedrock": lambda client: client.list_guardrails(),
    "organizations": lambda client: client.list_accounts(),
    "iam": lambda client: client.get_account_authorization_details(),
    "ec2": lambda client: client.describe_vpc_endpoints(),
    "s3": lambda client: client.list_buckets(),
    "kms": lambda client: client.describe_key(KeyId="alias/ai-data"),
}


@pytest.mark.parametrize(("service", "kind"), REFUSED, ids=lambda word: word)
def test_a_refusal_has_the_name_that_the_service_uses(company: Any, service: str, kind: Any) -> None:
    broken = company(faults=[Fault(service, "*", kind=kind)])
    with pytest.raises(ClientError) as error:
        CALLS[service](broken.client(service, "management" if service == "organizations" else "prod"))
    status = error.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (error.value.response["Error"]["Code"], status) == REFUSED[service, kind]


def listed(company: Any, kind: Any, **where: Any) -> dict[str, Any]:
    """The guardrails of prod under a fault."""
    broken = company(faults=[Fault("bedrock", "ListGuardrails", kind=kind, **where)])
    answer: dict[str, Any] = broken.client("bedrock", "prod").list_guardrails()
    return answer


def test_a_missing_list_is_not_there(company: Any) -> None:
    assert "guardrails" not in listed(company, "missing_list")


def test_an_empty_list_is_empty(company: Any) -> None:
    assert listed(company, "empty_list")["guardrails"] == []


def test_a_new_enum_value_reaches_every_item(company: Any) -> None:
    assert {item["status"] for item in listed(company, "unknown_enum")["guardrails"]} == {NEW_ENUM_VALUE}


def test_a_new_enum_value_reaches_a_single_answer(company: Any) -> None:
    broken = company(faults=[Fault("bedrock", "GetAccountDataRetention", kind="unknown_enum")])
    assert broken.client("bedrock", "prod").get_account_data_retention()["mode"] == NEW_ENUM_VALUE


def test_html_and_truncated_json_leave_nothing_to_read(company: Any) -> None:
    for kind in ("html", "truncated"):
        answer = listed(company, kind)
        assert "guardrails" not in answer
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("service", "error"), [("iam", ResponseParserError), ("ec2", ResponseParserError), ("s3", ClientError)]
)
def test_truncated_xml_is_an_error(company: Any, service: str, error: type[Exception]) -> None:
    """S3's is turned into a 500 by botocore, to be tried again."""
    broken = company(faults=[Fault(service, "*", kind="truncated")])
    with pytest.raises(error):
        CALLS[service](broken.client(service, "prod"))


def test_a_redirect_leads_elsewhere(company: Any) -> None:
    with pytest.raises(ClientError) as error:
        listed(company, "redirect")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 307
    assert error.value.response["ResponseMetadata"]["HTTPHeaders"]["location"].startswith("https://elsewhere.example")


def test_transport_faults_are_botocores_own_errors(company: Any) -> None:
    with pytest.raises(ReadTimeoutError):
        listed(company, "timeout")
    with pytest.raises(ConnectionClosedError):
        listed(company, "hangup")


def test_a_cut_answer_is_shorter_than_it_said(company: Any) -> None:
    """Botocore does not compare lengths: without a look at the header it would be a clean answer without a list."""
    answer = listed(company, "cut")
    assert "guardrails" not in answer
    assert int(answer["ResponseMetadata"]["HTTPHeaders"]["content-length"]) > 0


def test_a_slow_answer_comes_late(company: Any) -> None:
    naps: list[float] = []
    slow = company(faults=[Fault("bedrock", "*", kind="slow", seconds=0.25)], sleep=naps.append)
    assert slow.client("bedrock", "prod").list_guardrails()["guardrails"]
    assert naps == [0.25]


def test_a_fault_keeps_to_its_scope_and_count(company: Any) -> None:
    world = aws_world()
    prod = world.accounts["prod"].id
    fault = Fault("bedrock", "ListGuardrails", account=prod, region="us-east-1", kind="denied", after=1, times=1)
    broken = company(faults=[fault])
    here, there = broken.client("bedrock", "prod"), broken.client("bedrock", "prod", "eu-west-1")
    other = broken.client("bedrock", "staging")
    assert here.list_guardrails()["guardrails"]
    with pytest.raises(ClientError):
        here.list_guardrails()
    assert here.list_guardrails()["guardrails"]
    assert there.list_guardrails()["guardrails"]
    assert other.list_guardrails()["guardrails"]


def test_only_faults_that_mean_something_are_offered() -> None:
    assert "repeated_token" not in fault_kinds("bedrock", "GetAccountDataRetention")
    assert "missing_list" not in fault_kinds("bedrock", "GetAccountDataRetention")
    assert "unknown_enum" not in fault_kinds("sagemaker", "ListModels")
    assert set(fault_kinds("bedrock", "ListGuardrails")) == set(KINDS)
    assert all("denied" in fault_kinds(*key) for key in ANSWERS)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("timeout", ReadTimeoutError),
        ("hangup", ConnectionClosedError),
        ("denied", ClientError),
        ("redirect", ClientError),
    ],
)
def test_the_same_over_real_http(http_client: Any, kind: Any, error: type[Exception]) -> None:
    with http_client([Fault("bedrock", "*", kind=kind)]) as client, pytest.raises(error):
        client.list_guardrails()


def test_a_cut_over_real_http_looks_the_same_as_in_process(company: Any, http_client: Any) -> None:
    with http_client([Fault("bedrock", "*", kind="cut")]) as client:
        answer = client.list_guardrails()
    length = answer["ResponseMetadata"]["HTTPHeaders"]["content-length"]
    assert "guardrails" not in answer
    assert length == listed(company, "cut")["ResponseMetadata"]["HTTPHeaders"]["content-length"]


def test_html_over_real_http(http_client: Any) -> None:
    with http_client([Fault("bedrock", "*", kind="html")]) as client:
        answer = client.list_guardrails()
    assert "guardrails" not in answer
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"].startswith("text/html")


def test_a_bucket_of_tokens_is_kept_per_account_region_and_service(company: Any) -> None:
    now = [0.0]
    limited = company(rates={"bedrock": Rate(per_second=2, burst=2)}, ticks=lambda: now[0])
    client = limited.client("bedrock", "prod")
    for _ in range(2):
        client.list_guardrails()
    with pytest.raises(ClientError, match="ThrottlingException"):
        client.list_guardrails()
    limited.client("bedrock", "staging").list_guardrails()
    limited.client("bedrock", "prod", "eu-west-1").list_guardrails()
    limited.client("iam", "prod").get_account_summary()
    now[0] = 0.5
    client.list_guardrails()


def test_the_call_log_names_service_operation_account_and_region(company: Any) -> None:
    fresh = company()
    fresh.client("bedrock-agent", "prod", "eu-central-1").list_agents()
    prod = fresh.world.accounts["prod"].id
    assert fresh.standin.calls == [Seen("bedrock-agent", "ListAgents", prod, "eu-central-1")]


def test_a_bad_fixture_is_raised_at_the_end_of_serving(http_client: Any) -> None:
    world = aws_world()
    world.single(world.accounts["prod"].id, "us-east-1", "retention")["mode"] = "sometimes"  # type: ignore[index]
    with pytest.raises(BadFixture, match="sometimes"), http_client([], world) as client, pytest.raises(ClientError):
        client.get_account_data_retention()


def test_handle_raises_where_the_transport_must_fail() -> None:
    world = aws_world()
    headers = {
        "Authorization": f"Credential={world.access_key(world.management.id)}/20260830/us-east-1/bedrock/aws4_request"
    }
    for kind, error in (("timeout", Silence), ("cut", Cut)):
        standin = AwsStandIn(world, [Fault("bedrock", "*", kind=kind)])  # type: ignore[arg-type]
        with pytest.raises(error):
            standin.handle("GET", "/guardrails", headers, b"")


def test_no_host_is_a_connection_error(company: Any) -> None:
    later = company("planted", "second")
    with pytest.raises(EndpointConnectionError):
        later.client("bedrock", "prod", "eu-west-1").list_guardrails()
