"""Real boto3 over real HTTP, and the other ways to reach the stand-in."""

import http.client
import io
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from annexa.sandbox.aws_server import AwsStandIn, Fault, resolve_names, serve
from annexa.sandbox.company import aws_world

NO_LOCK = "ObjectLockConfigurationNotFoundError"


def test_one_call_of_each_protocol(over_http: Any) -> None:
    prod = over_http.world.accounts["prod"].id
    assert over_http.client("sts", "prod").get_caller_identity()["Account"] == prod
    assert over_http.client("ec2", "prod").describe_vpc_endpoints()["VpcEndpoints"][0]["State"] == "available"
    assert len(over_http.client("s3", "prod").list_buckets()["Buckets"]) == 6
    assert over_http.client("bedrock", "prod").list_guardrails()["guardrails"][0]["name"] == "harbourline-baseline"
    assert over_http.client("organizations").describe_organization()["Organization"]["FeatureSet"] == "ALL"
    assert over_http.client("cloudwatch", "prod").list_metrics()["Metrics"]
    terms = [{"name": "PartyType", "values": ["Acceptor"]}]
    agreements = over_http.client("marketplace-agreement", "prod").search_agreements(filters=terms)
    assert agreements["agreementViewSummaries"][0]["status"] == "ACTIVE"


def test_policy_documents_arrive_decoded(over_http: Any) -> None:
    role = over_http.client("iam", "prod").get_account_authorization_details()["RoleDetailList"][0]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == "sts:AssumeRole"
    endpoint = over_http.client("ec2", "prod").describe_vpc_endpoints()["VpcEndpoints"][0]
    assert json.loads(endpoint["PolicyDocument"])["Statement"][0]["Principal"] == "*"


def test_every_service_shares_one_address_and_the_signature_says_which(over_http: Any) -> None:
    found = over_http.client("bedrock-agent", "prod").list_tags_for_resource(
        resourceArn=f"arn:aws:bedrock:us-east-1:{over_http.world.accounts['prod'].id}:agent/FRTHELPER1"
    )
    assert found["tags"]["owner"] == "customer-service"


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status"),
    [
        ("s3", "get_object_lock_configuration", {"Bucket": "harbourline-contracts"}, NO_LOCK, 404),
        ("s3", "get_bucket_tagging", {"Bucket": "harbourline-org-trail"}, "AccessDenied", 403),
        ("s3", "get_bucket_tagging", {"Bucket": "nobody-has-this"}, "NoSuchBucket", 404),
        ("organizations", "list_accounts", {}, "AccessDeniedException", 400),
        ("bedrock-agent", "get_agent", {"agentId": "NOSUCHAGNT"}, "ResourceNotFoundException", 404),
        ("iam", "generate_service_last_accessed_details", {"Arn": "arn:aws:iam::1:role/nobody"}, "NoSuchEntity", 404),
        ("kms", "describe_key", {"KeyId": "alias/none"}, "NotFoundException", 400),
        ("guardduty", "get_detector", {"DetectorId": "0" * 32}, "BadRequestException", 400),
        ("sts", "assume_role", {"RoleArn": "arn:aws:iam::1:role/another", "RoleSessionName": "x1"}, "AccessDenied", 403),
    ],
)  # fmt: skip
def test_errors_are_read_by_name(
    over_http: Any, service: str, operation: str, params: dict[str, Any], code: str, status: int
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(over_http.client(service, "prod"), operation)(**params)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


def test_s3_knows_where_a_bucket_is(over_http: Any) -> None:
    s3 = over_http.client("s3", "prod")
    assert s3.get_bucket_location(Bucket="harbourline-contracts")["LocationConstraint"] is None
    central = s3.get_bucket_location(Bucket="harbourline-prod-ai-logs-eu-central-1")
    assert central["LocationConstraint"] == "eu-central-1"


def test_a_bucket_is_asked_for_in_its_own_region(over_http: Any) -> None:
    world = over_http.world
    prod = world.access_key(world.accounts["prod"].id)
    head = {"Authorization": f"Credential={prod}/20260830/us-east-1/s3/aws4_request"}
    status, headers, body = over_http.standin.handle("GET", "/harbourline-prod-ai-logs-eu-central-1?tagging", head, b"")
    assert (status, headers["x-amz-bucket-region"]) == (301, "eu-central-1")
    assert b"<Code>PermanentRedirect</Code>" in body
    tags = over_http.client("s3", "prod", "eu-central-1").get_bucket_tagging(
        Bucket="harbourline-prod-ai-logs-eu-central-1"
    )
    assert {"Key": "purpose", "Value": "ai-logs"} in tags["TagSet"]


def test_s3_control_is_told_from_s3(planted: Any) -> None:
    prod = planted.world.accounts["prod"].id
    control = planted.client("s3control", "prod")
    assert all(control.get_public_access_block(AccountId=prod)["PublicAccessBlockConfiguration"].values())
    with pytest.raises(ClientError, match="AccessDenied"):
        control.get_public_access_block(AccountId=planted.world.management.id)


def test_s3_virtual_hosts_are_understood_in_process(planted: Any) -> None:
    tags = planted.client("s3", "prod").get_bucket_tagging(Bucket="harbourline-help-centre")["TagSet"]
    assert {"Key": "classification", "Value": "internal"} in tags


def test_an_assumed_role_is_that_account(over_http: Any) -> None:
    acquired = over_http.world.accounts["acquired"].id
    answer = over_http.client("sts").assume_role(RoleArn=over_http.world.role_arn(acquired), RoleSessionName="run-7")
    keys = answer["Credentials"]
    assert keys["Expiration"] == datetime(2026, 8, 30, 7, tzinfo=UTC)
    client = over_http.session.client(
        "sts",
        endpoint_url=over_http.client("sts").meta.endpoint_url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    identity = client.get_caller_identity()
    assert identity["Account"] == acquired
    assert identity["Arn"] == f"arn:aws:sts::{acquired}:assumed-role/annexa-collector/run-7"


def test_a_member_may_not_assume_into_another(over_http: Any) -> None:
    role = over_http.world.role_arn(over_http.world.accounts["acquired"].id)
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        over_http.client("sts", "prod").assume_role(RoleArn=role, RoleSessionName="run-7")


def test_a_stranger_is_refused(over_http: Any) -> None:
    url = over_http.client("sts").meta.endpoint_url
    for service, code in (("bedrock", "UnrecognizedClientException"), ("sts", "InvalidClientTokenId")):
        client = boto3.client(
            service, "us-east-1", endpoint_url=url, aws_access_key_id="AKIASTRANGER", aws_secret_access_key="x"
        )
        call = client.list_guardrails if service == "bedrock" else client.get_caller_identity
        with pytest.raises(ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("service", "operation"),
    [("iam", "list_groups"), ("bedrock", "list_model_copy_jobs"), ("lambda", "list_functions")],
)
def test_what_is_not_played_is_a_clear_error(over_http: Any, service: str, operation: str) -> None:
    with pytest.raises(ClientError, match="unsupported by the sandbox") as error:
        getattr(over_http.client(service, "prod"), operation)()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_write_is_not_played(over_http: Any) -> None:
    for call in (
        lambda: over_http.client("iam", "prod").delete_user(UserName="x"),
        lambda: over_http.client("bedrock", "prod").delete_guardrail(guardrailIdentifier="abcdefghijkl"),
    ):
        with pytest.raises(ClientError, match="unsupported by the sandbox"):
            call()
    with pytest.raises(ClientError) as error:
        over_http.client("s3", "prod").put_bucket_policy(Bucket="harbourline-contracts", Policy="{}")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_request_without_signature_is_refused(over_http: Any) -> None:
    connection = http.client.HTTPConnection(urlsplit(over_http.client("sts").meta.endpoint_url).netloc)
    connection.request("GET", "/guardrails")
    assert connection.getresponse().status == 403
    connection.close()


def test_a_connection_is_kept_for_many_requests(over_http: Any) -> None:
    netloc = urlsplit(over_http.client("sts").meta.endpoint_url).netloc
    connection = http.client.HTTPConnection(netloc)
    key = over_http.world.access_key(over_http.world.accounts["prod"].id)
    head = {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260830/us-east-1/bedrock/aws4_request"}
    used, ids = set(), set()
    for _ in range(3):
        connection.request("GET", "/guardrails", headers=head)
        used.add(connection.sock)
        answer = connection.getresponse()
        assert len(answer.read()) == int(answer.headers["Content-Length"])
        ids.add(answer.headers["x-amzn-RequestId"])
    connection.close()
    assert len(used) == 1
    assert len(ids) == 3


def test_answers_carry_the_date_of_the_clock() -> None:
    moments = iter([datetime(2026, 9, 29, 6, 0, second, tzinfo=UTC) for second in range(2)])
    world = aws_world()
    standin = AwsStandIn(world, clock=lambda: next(moments))
    key = world.access_key(world.management.id)
    head = {"Authorization": f"Credential={key}/20260830/us-east-1/bedrock/aws4_request"}
    _, headers, _ = standin.handle("GET", "/data-retention", head, b"")
    assert headers["Date"] == "Tue, 29 Sep 2026 06:00:01 GMT"


def test_many_threads_get_their_own_answers(over_http: Any) -> None:
    wrong: list[str] = []

    def ask(name: str) -> None:
        client = over_http.client("sts", name)
        for _ in range(10):
            if client.get_caller_identity()["Account"] != over_http.world.accounts[name].id:
                wrong.append(name)

    for name in over_http.world.accounts:
        over_http.client("sts", name)
    threads = [threading.Thread(target=ask, args=(name,)) for name in over_http.world.accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_hosts_that_do_not_exist_over_http() -> None:
    world = aws_world("planted", "second")
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"}, auth_scheme_preference="sigv4")
    with serve(AwsStandIn(world)) as url:
        plain, told = boto3.Session(region_name="eu-west-1"), boto3.Session(region_name="eu-west-1")
        resolve_names(told, world)
        for session, error in ((plain, ConnectionClosedError), (told, EndpointConnectionError)):
            client = session.client("bedrock", endpoint_url=url, config=once, **world.credentials())
            with pytest.raises(error):
                client.list_guardrails()
        assert told.client("sts", endpoint_url=url, **world.credentials()).get_caller_identity()
        control = told.client("s3control", endpoint_url=url, config=once, **world.credentials())
        assert control.get_public_access_block(AccountId=world.management.id)["PublicAccessBlockConfiguration"]


def call_wsgi(standin: AwsStandIn, **environ: Any) -> tuple[str, bytes]:
    """Status and body of one WSGI exchange."""
    heads: list[Any] = []
    base = {"REQUEST_METHOD": "GET", "PATH_INFO": "/guardrails", "QUERY_STRING": "", "wsgi.input": io.BytesIO()}
    body = b"".join(standin(base | environ, lambda status, headers: heads.append((status, headers))))
    return heads[0][0], body


def test_it_is_a_wsgi_application() -> None:
    world = aws_world()
    key = world.access_key(world.accounts["prod"].id)
    signed = {"HTTP_AUTHORIZATION": f"Credential={key}/20260830/us-east-1/bedrock/aws4_request"}
    status, body = call_wsgi(AwsStandIn(world), **signed)
    assert status.startswith("200 ")
    assert json.loads(body)["guardrails"]
    for kind in ("cut", "hangup"):
        with pytest.raises(ConnectionAbortedError):
            call_wsgi(AwsStandIn(world, [Fault("*", "*", kind=kind)]), **signed)  # type: ignore[arg-type]


def test_the_package_loads_no_sdk_until_it_answers() -> None:
    code = (
        "import sys, annexa.sandbox, annexa.sandbox.company, annexa.sandbox.aws_server;"
        "print([m for m in sys.modules if m.startswith('boto')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
