"""VPC endpoints to AI services."""

import json
from typing import Any

import pytest

from annexa.collectors.aws.network import ai_service, private_endpoints
from annexa.evidence.fact import NOT_EXPOSED, Missing, unknown_value
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import DENIED, collect, facts, lost

CALL = "ec2:DescribeVpcEndpoints"
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def endpoint(service: str = "com.amazonaws.eu-west-1.bedrock-runtime", **more: Any) -> dict[str, Any]:
    found = {"VpcEndpointId": "vpce-1", "ServiceName": service, "State": "Available", "PrivateDnsEnabled": True}
    return {**found, **more}


def policy(*statements: Any) -> str:
    return json.dumps({"Statement": list(statements)})


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("com.amazonaws.eu-west-1.bedrock", "bedrock"),
        ("com.amazonaws.us-gov-west-1.bedrock-runtime-fips", "bedrock-runtime-fips"),
        ("com.amazonaws.us-east-1.sagemaker.api", "sagemaker.api"),
        ("aws.sagemaker.us-east-1.notebook", "sagemaker.notebook"),
        ("com.amazonaws.us-east-1.s3", None),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-bedrock", None),
    ],
)
def test_services(name: str, service: str | None) -> None:
    assert service == ai_service(name)


@pytest.mark.parametrize(
    ("document", "restrictive"),
    [
        (policy(OPEN), False),
        (policy({**OPEN, "Principal": {"AWS": ["*"]}, "Action": ["*"], "Resource": ["*"]}), False),
        (json.dumps({"Statement": OPEN}), False),
        (policy({**OPEN, "Action": "bedrock:InvokeModel"}), True),
        (policy({**OPEN, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a"}}}), True),
        (policy({**OPEN, "Principal": {"AWS": "111122223333"}}), True),
        (policy(OPEN, {**OPEN, "Effect": "Deny", "Action": "s3:*"}), True),
        ("no JSON", State.AMBIGUOUS),
        (None, NOT_EXPOSED.state),
    ],
)
def test_policies(document: str | None, restrictive: object) -> None:
    found = endpoint() if document is None else endpoint(PolicyDocument=document)
    [fact] = facts(collect(private_endpoints, {CALL: {"VpcEndpoints": [found]}}))
    assert restrictive == (fact.restrictive.state if isinstance(fact.restrictive, Missing) else fact.restrictive)


def test_two_pages_and_only_ai_services() -> None:
    pages = [
        {"VpcEndpoints": [endpoint("com.amazonaws.eu-west-1.s3"), endpoint()], "NextToken": "t"},
        {"VpcEndpoints": [endpoint("aws.sagemaker.eu-west-1.studio", VpcEndpointId="vpce-2", State="Hovering")]},
    ]
    found = facts(collect(private_endpoints, {CALL: pages}))
    assert [(it.subject, it.service, it.state, it.private_dns) for it in found] == [
        ("vpce-1", "bedrock-runtime", "available", True),
        ("vpce-2", "sagemaker.studio", unknown_value("Hovering"), True),
    ]


def test_none_and_refused() -> None:
    empty = collect(private_endpoints, {CALL: {"VpcEndpoints": []}})
    assert (facts(empty), empty.unit.completeness) == ([], Completeness.COMPLETE)
    refused = collect(private_endpoints, {CALL: DENIED})
    assert (facts(refused), lost(refused)) == ([], [(CALL, None, Reason.DENIED)])
