"""Trails: on or off, where to, which events."""

from typing import Any

import pytest

from annexa.collectors.aws.cloudtrail import trails
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, REGION, FakeWire, calls_cited, collect, facts, lost

LIST, STATUS, SELECTORS = "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
WHEN = "2026-08-30T05:55:00Z"


def trail(**more: Any) -> dict[str, Any]:
    return {
        "Name": "main", "TrailARN": ARN, "HomeRegion": REGION, "S3BucketName": "logs", "IsMultiRegionTrail": True,
        "IsOrganizationTrail": True, "LogFileValidationEnabled": True, **more,
    }  # fmt: skip


def field(name: str, **test: list[str]) -> dict[str, Any]:
    return {"Field": name, **test}


def run(*listed: Any, status: Any = None, selectors: Any = None) -> Any:
    answers = {
        LIST: {"trailList": list(listed)},
        STATUS: status or {"IsLogging": True, "LatestDeliveryTime": WHEN},
        SELECTORS: selectors or {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]},
    }
    return collect(trails, answers)


def test_a_trail_with_everything() -> None:
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:trail:*"
    found = run(trail(CloudWatchLogsLogGroupArn=group, KmsKeyId="arn:aws:kms:eu-west-1:1:key/1"))
    [log] = facts(found)
    assert (log.subject, log.name, log.enabled) == (ARN, "aws.cloudtrail", True)
    assert log.destinations == ("arn:aws:s3:::logs", group.removesuffix(":*"))
    assert (log.multi_region, log.organisation_wide, log.integrity) == (True, True, True)
    assert (log.event_types, log.key) == (("management",), "arn:aws:kms:eu-west-1:1:key/1")
    assert (log.last_event, log.delivering) == (WHEN, True)
    assert calls_cited(found) == [LIST, STATUS, SELECTORS]


@pytest.mark.parametrize(
    ("status", "enabled", "delivering", "last"),
    [
        ({"IsLogging": False, "LatestDeliveryTime": WHEN}, False, True, WHEN),
        ({"IsLogging": True, "LatestDeliveryTime": WHEN, "LatestDeliveryError": "NoSuchBucket"}, True, False, WHEN),
        ({"IsLogging": True}, True, NOT_EXPOSED, ABSENT),
    ],
)
def test_status(status: Any, enabled: object, delivering: object, last: object) -> None:
    [log] = facts(run(trail(), status=status))
    assert (log.enabled, log.delivering, log.last_event) == (enabled, delivering, last)


DATA = field("eventCategory", Equals=["Data"])
AGENTS = field("resources.type", Equals=["AWS::Bedrock::AgentAlias"])
MANAGEMENT = field("eventCategory", Equals=["Management"])


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([[MANAGEMENT], [DATA, AGENTS]], ("AWS::Bedrock::AgentAlias", "management")),
        ([[DATA, AGENTS, field("readOnly", Equals=["false"])]], ("AWS::Bedrock::AgentAlias (narrowed)",)),
        ([[DATA, AGENTS, field("readOnly", Equals=["true"])], [DATA, AGENTS]], ("AWS::Bedrock::AgentAlias",)),
        ([[MANAGEMENT, field("eventSource", NotEquals=["kms.amazonaws.com"])]], ("management",)),
        ([[MANAGEMENT, field("eventSource", NotEquals=["bedrock.amazonaws.com"])]], ("management (narrowed)",)),
        ([[MANAGEMENT, field("eventSource", Equals=["s3.amazonaws.com"])]], ("management (narrowed)",)),
        ([[MANAGEMENT, field("readOnly", Equals=["false"])]], ("management (narrowed)",)),
        ([[field("eventCategory", Equals=["NetworkActivity"])]], ("NetworkActivity",)),
        ([], ()),
    ],
)
def test_advanced_selectors(selectors: Any, expected: tuple[str, ...]) -> None:
    answer = {"AdvancedEventSelectors": [{"FieldSelectors": fields} for fields in selectors]}
    assert expected == facts(run(trail(), selectors={"TrailARN": ARN, **answer}))[0].event_types


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}, ("management (narrowed)",)),
        ({"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}, ("AWS::S3::Object", "management")),
        (
            {
                "IncludeManagementEvents": False,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::one/"]}],
            },
            ("AWS::S3::Object (narrowed)",),
        ),
    ],
)
def test_basic_selectors(selector: Any, expected: tuple[str, ...]) -> None:
    assert expected == facts(run(trail(), selectors={"EventSelectors": [selector]}))[0].event_types


def test_copies_of_a_trail_are_left_to_its_home() -> None:
    elsewhere = trail(HomeRegion="us-east-1")
    foreign = trail(TrailARN=ARN.replace(ACCOUNT, "222233334444"))
    assert facts(run(elsewhere, foreign)) == []


def test_no_trail_and_a_refused_list() -> None:
    assert (facts(run()), run().unit.completeness) == ([], Completeness.COMPLETE)
    refused = collect(trails, {LIST: DENIED})
    assert (facts(refused), lost(refused)) == ([], [(LIST, None, Reason.DENIED)])


@pytest.mark.parametrize("call", [STATUS, SELECTORS])
def test_a_refused_detail_leaves_its_fields_unread(call: str) -> None:
    details = {STATUS: {"IsLogging": True}, SELECTORS: {"EventSelectors": []}, call: DENIED}
    found = collect(trails, {LIST: {"trailList": [trail()]}, **details})
    [log] = facts(found)
    states = [log.enabled, log.last_event, log.delivering] if call == STATUS else [log.event_types]
    assert {value.state for value in states} == {State.UNREAD}
    assert lost(found) == [(call, ARN, Reason.DENIED)]


def test_copies_are_not_even_asked_for() -> None:
    wire = FakeWire({LIST: {"trailList": []}})
    collect(trails, {}, wire=wire)
    assert wire.asked == [(LIST, {"includeShadowTrails": False})]
