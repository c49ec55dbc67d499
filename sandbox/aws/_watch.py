"""What watches: CloudTrail trails, log groups, GuardDuty, and the private way in.

An organisation's multi-region trail is one object in its home region; every member and region sees its shadow.
"""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, own_members, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld


def describe_trails(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The trails that cover this account and region, shadows included unless they are not wanted."""
    refuse_unknown(question, ("trailNameList", "includeShadowTrails"))
    names, shadows = question.params.get("trailNameList"), question.params.get("includeShadowTrails", True)
    found = [t for t in _trails(world, question) if shadows or _is_at_home(t, question)]
    kept = [t for t in found if not names or t["Name"] in names or t["TrailARN"] in names]
    return {"trailList": [own_members(trail) for trail in kept]}


def get_trail_status(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Whether a trail logs, and when it last delivered."""
    return dict(_trail(world, question, question.params["Name"])["_status"])


def get_event_selectors(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The advanced selectors of a trail."""
    trail = _trail(world, question, question.params["TrailName"])
    return {"TrailARN": trail["TrailARN"], "AdvancedEventSelectors": trail["_selectors"]}


def describe_log_groups(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The region's log groups, by prefix if one is given."""
    refuse_unknown(question, ("logGroupNamePrefix",))
    prefix = question.params.get("logGroupNamePrefix", "")
    found = world.at(question.account, question.region, "log_group")
    return {"logGroups": [own_members(group) for group in found if group["logGroupName"].startswith(prefix)]}


def list_detectors(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The ids of GuardDuty's detectors; none means that it is off here."""
    refuse_unknown(question, ())
    return {"DetectorIds": [d["_id"] for d in world.at(question.account, question.region, "detector")]}


def get_detector(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """One detector; a wrong id is a bad request."""
    for detector in world.at(question.account, question.region, "detector"):
        if detector["_id"] == question.params["DetectorId"]:
            return own_members(detector)
    raise AwsError("BadRequestException", "the request is rejected because the detector is not owned by the account")


def describe_vpc_endpoints(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The region's VPC endpoints, by service name if that filter is given."""
    refuse_unknown(question, ("Filters",))
    found = world.at(question.account, question.region, "vpc_endpoint")
    for condition in question.params.get("Filters", ()):
        if condition["Name"] != "service-name":
            raise Unsupported(f"ec2 DescribeVpcEndpoints filtered by {condition['Name']}")
        found = [endpoint for endpoint in found if endpoint["ServiceName"] in condition["Values"]]
    return {"VpcEndpoints": [own_members(endpoint) for endpoint in found]}


def _trails(world: "AwsWorld", question: Question) -> list[dict[str, Any]]:
    return [trail for owner, _, trail in world.everywhere("trail") if _covers(trail, owner, question)]


def _covers(trail: dict[str, Any], owner: str, question: Question) -> bool:
    account = owner == question.account or trail["IsOrganizationTrail"]
    return bool(account and (trail["IsMultiRegionTrail"] or trail["HomeRegion"] == question.region))


def _is_at_home(trail: dict[str, Any], question: Question) -> bool:
    return bool(trail["HomeRegion"] == question.region and f":{question.account}:" in trail["TrailARN"])


def _trail(world: "AwsWorld", question: Question, asked: str) -> dict[str, Any]:
    for trail in _trails(world, question):
        if asked == trail["TrailARN"] or (asked == trail["Name"] and _is_at_home(trail, question)):
            return trail
    raise AwsError("TrailNotFoundException", f"unknown trail: {asked}")


ANSWERS: Answers = {
    ("cloudtrail", "DescribeTrails"): describe_trails,
    ("cloudtrail", "GetTrailStatus"): get_trail_status,
    ("cloudtrail", "GetEventSelectors"): get_event_selectors,
    ("logs", "DescribeLogGroups"): describe_log_groups,
    ("guardduty", "ListDetectors"): list_detectors,
    ("guardduty", "GetDetector"): get_detector,
    ("ec2", "DescribeVpcEndpoints"): describe_vpc_endpoints,
}
"""Logs, detection and network."""
