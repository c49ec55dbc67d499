"""Who is asking and where: STS, the regions of an account, and AWS's own list of services by region."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

_OPT_IN = {"ENABLED_BY_DEFAULT": "opt-in-not-required", "ENABLED": "opted-in", "DISABLED": "not-opted-in"}
_SERVICES = "/aws/service/global-infrastructure/services"


def get_caller_identity(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Account and ARN of the caller."""
    session = question.arn.rpartition("/")[2]
    user = f"AROA{world.digest(question.account).upper()}:{session}"
    return {"UserId": user, "Account": question.account, "Arn": question.arn}


def assume_role(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Credentials for the collector's role in an account, from management only; other roles are denied."""
    arn, session = question.params["RoleArn"], question.params["RoleSessionName"]
    known = {world.role_arn(account): account for account in world.by_id}
    if arn not in known or question.account != world.management.id:
        who = f"User: {question.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        raise AwsError("AccessDenied", who, 403)
    account = known[arn]
    credentials = {
        "AccessKeyId": world.session_key(account, session),
        "SecretAccessKey": f"secret of {account}",
        "SessionToken": f"session-of-{account}-{session}",
        "Expiration": question.now + timedelta(seconds=question.params.get("DurationSeconds", 3600)),
    }
    user = {
        "AssumedRoleId": f"AROA{world.digest(account).upper()}:{session}",
        "Arn": f"arn:aws:sts::{account}:assumed-role/{world.collector_role}/{session}",
    }
    return {"Credentials": credentials, "AssumedRoleUser": user}


def list_regions(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The account's regions with their state; another account's only for management."""
    refuse_unknown(question, ("AccountId", "RegionOptStatusContains"))
    target = question.params.get("AccountId", question.account)
    if target not in world.by_id or (target != question.account and question.account != world.management.id):
        raise AwsError("AccessDeniedException", "you may not read this account")
    wanted = question.params.get("RegionOptStatusContains")
    kept = [(name, state) for name, state in world.regions.items() if not wanted or state in wanted]
    return {"Regions": [{"RegionName": name, "RegionOptStatus": state} for name, state in kept]}


def describe_regions(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The enabled regions, or all with their opt-in state."""
    refuse_unknown(question, ("AllRegions", "RegionNames"))
    names, everything = question.params.get("RegionNames"), question.params.get("AllRegions", False)
    kept = {n: s for n, s in world.regions.items() if (everything or s != "DISABLED") and (not names or n in names)}
    return {"Regions": [_region(name, state) for name, state in kept.items()]}


def get_parameters_by_path(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The public parameters that say in which regions a service exists."""
    refuse_unknown(question, ("Path", "Recursive", "WithDecryption"))
    path = question.params["Path"].rstrip("/")
    service, _, rest = path.removeprefix(f"{_SERVICES}/").partition("/")
    if not path.startswith(f"{_SERVICES}/") or rest != "regions":
        raise Unsupported(f"ssm GetParametersByPath of {path}")
    regions = world.head["service_regions"].get(service, [])
    return {"Parameters": [_parameter(f"{path}/{name}", name, question.region) for name in regions]}


def _region(name: str, state: str) -> dict[str, Any]:
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": _OPT_IN[state]}


def _parameter(name: str, value: str, region: str) -> dict[str, Any]:
    arn = f"arn:aws:ssm:{region}::parameter{name}"
    return {"Name": name, "Type": "String", "Value": value, "Version": 1, "ARN": arn, "DataType": "text"}


ANSWERS: Answers = {
    ("sts", "GetCallerIdentity"): get_caller_identity,
    ("sts", "AssumeRole"): assume_role,
    ("account", "ListRegions"): list_regions,
    ("ec2", "DescribeRegions"): describe_regions,
    ("ssm", "GetParametersByPath"): get_parameters_by_path,
}
"""Identity and scope."""
