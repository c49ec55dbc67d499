"""IAM: principals with their policies, Bedrock API keys, the credential report and service last accessed.

The asynchronous pairs are complete at once: the report exists as soon as it is asked for, a job is done when its id
is known.
"""

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import GLOBAL, Answers, Resource, own_members, project, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

SERVICE_NAMES = {
    "bedrock": "Amazon Bedrock",
    "bedrock-agentcore": "Amazon Bedrock AgentCore",
    "sagemaker": "Amazon SageMaker",
    "q": "Amazon Q",
    "qbusiness": "Amazon Q Business",
    "kendra": "Amazon Kendra",
    "iam": "AWS Identity and Access Management",
    "logs": "Amazon CloudWatch Logs",
    "s3": "Amazon S3",
}
"""The namespaces that a last-accessed report can list here."""
REPORT_COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(
        f"access_key_{number}_{part}"
        for number in (1, 2)
        for part in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
    ),
    *(f"cert_{number}_{part}" for number in (1, 2) for part in ("active", "last_rotated")),
)
"""The columns of the credential report, in order."""
_UNSET = {
    "password_enabled": "false",
    "mfa_active": "false",
    "access_key_1_active": "false",
    "access_key_2_active": "false",
    "cert_1_active": "false",
    "cert_2_active": "false",
}
_JOBS = uuid.UUID("2f4f3a8e-51a5-49d8-9a26-ef7a1d5b6a55")
_LISTS = {
    "User": ("UserDetailList", "iam_user"),
    "Group": ("GroupDetailList", "iam_group"),
    "Role": ("RoleDetailList", "iam_role"),
}


def get_account_authorization_details(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Users, groups, roles and policies with every document, all of them or the kinds asked for."""
    refuse_unknown(question, ("Filter",))
    asked = question.params.get("Filter") or [*_LISTS, "LocalManagedPolicy", "AWSManagedPolicy"]
    output: dict[str, Any] = {
        into: [own_members(item) for item in _of(world, question, kind)] if word in asked else []
        for word, (into, kind) in _LISTS.items()
    }
    wanted = [item for item in _of(world, question, "iam_policy") if _policy_word(item) in asked]
    return output | {"Policies": [_policy(world, question, item) for item in wanted]}


def get_account_summary(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Counts, and how the root user is protected."""
    counts = {f"{word}s": len(_of(world, question, kind)) for word, (_, kind) in _LISTS.items()}
    local = [item for item in _of(world, question, "iam_policy") if _policy_word(item) == "LocalManagedPolicy"]
    fixed = {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 0, "MFADevices": 1}
    return {"SummaryMap": counts | fixed | {"Policies": len(local)}}


def list_users(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The users without their policies."""
    refuse_unknown(question, ())
    return {"Users": project(question, "Users", _of(world, question, "iam_user"))}


def get_policy(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """A managed policy without its text."""
    whole = _policy(world, question, _asked_policy(world, question))
    return {"Policy": {name: value for name, value in whole.items() if name != "PolicyVersionList"}}


def get_policy_version(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The text of a managed policy; every policy has its first version only."""
    version = _policy(world, question, _asked_policy(world, question))["PolicyVersionList"][0]
    if question.params["VersionId"] != version["VersionId"]:
        raise AwsError("NoSuchEntity", "there is no such version")
    return {"PolicyVersion": version}


def list_service_specific_credentials(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Long-term keys for one service, of one user or of all."""
    refuse_unknown(question, ("UserName", "ServiceName", "AllUsers"))
    user, service = question.params.get("UserName"), question.params.get("ServiceName")
    if user is None and not question.params.get("AllUsers"):
        raise AwsError("ValidationError", "name a user or ask for all of them", 400)
    found = _of(world, question, "api_key")
    kept = [k for k in found if user in (None, k["UserName"]) and service in (None, k["ServiceName"])]
    return {"ServiceSpecificCredentials": [own_members(key) for key in kept]}


def generate_credential_report(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The report is there at once."""
    return {"State": "COMPLETE"}


def get_credential_report(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """One CSV line for the root user and one for each user."""
    text = io.StringIO()
    writer = csv.DictWriter(text, REPORT_COLUMNS, restval="N/A", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_report_rows(world, question))
    return {"Content": text.getvalue().encode(), "ReportFormat": "text/csv", "GeneratedTime": world.now}


def generate_last_accessed(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """A job id for one principal; the same principal has the same job."""
    if question.params["Arn"] not in dict(_principals(world, question)):
        raise AwsError("NoSuchEntity", "there is no such principal")
    return {"JobId": _job(question.params["Arn"])}


def get_last_accessed(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Every namespace that the principal's own policies allow, with the time of its last use if there was one."""
    refuse_unknown(question, ("JobId",))
    for arn, item in _principals(world, question):
        if _job(arn) == question.params["JobId"]:
            return _report(world, question, arn, item)
    raise AwsError("NoSuchEntity", "there is no such job")


def _of(world: "AwsWorld", question: Question, kind: str) -> list[Resource]:
    return world.at(question.account, GLOBAL, kind)


def _asked_policy(world: "AwsWorld", question: Question) -> Resource:
    managed = (item for _, _, item in world.everywhere("iam_policy") if _policy_word(item) == "AWSManagedPolicy")
    for item in [*_of(world, question, "iam_policy"), *managed]:  # AWS's own are in every account, attached or not
        if item["Arn"] == question.params["PolicyArn"]:
            return item
    raise AwsError("NoSuchEntity", "there is no such policy")


def _policy_word(item: Resource) -> str:
    return "AWSManagedPolicy" if item["Arn"].startswith("arn:aws:iam::aws:") else "LocalManagedPolicy"


def _policy(world: "AwsWorld", question: Question, item: Resource) -> Resource:
    everyone = [p for _, kind in _LISTS.values() for p in _of(world, question, kind)]
    attached = sum(item["Arn"] in _attached(principal) for principal in everyone)
    bound = sum(p.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") == item["Arn"] for p in everyone)
    version = {"Document": item["_document"], "VersionId": "v1", "IsDefaultVersion": True}
    return own_members(item) | {
        "DefaultVersionId": "v1",
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": bound,
        "IsAttachable": True,
        "UpdateDate": item["CreateDate"],
        "PolicyVersionList": [version | {"CreateDate": item["CreateDate"]}],
    }


def _attached(principal: Resource) -> set[str]:
    return {policy["PolicyArn"] for policy in principal.get("AttachedManagedPolicies", ())}


def _report_rows(world: "AwsWorld", question: Question) -> Iterator[dict[str, str]]:
    account = world.by_id[question.account]
    root = {"password_enabled": "not_supported", "password_last_used": "no_information", "mfa_active": "true"}
    yield _row("<root_account>", f"arn:aws:iam::{account.id}:root", account.joined, root)
    for user in _of(world, question, "iam_user"):
        yield _row(user["UserName"], user["Arn"], user["CreateDate"], user.get("_report", {}))


def _row(name: str, arn: str, created: datetime, known: dict[str, Any]) -> dict[str, str]:
    words = {column: str(value).lower() if isinstance(value, bool) else value for column, value in known.items()}
    return (
        _UNSET | words | {"user": name, "arn": arn, "user_creation_time": created.strftime("%Y-%m-%dT%H:%M:%S+00:00")}
    )


def _principals(world: "AwsWorld", question: Question) -> Iterator[tuple[str, Resource]]:
    for _, kind in _LISTS.values():
        yield from ((item["Arn"], item) for item in _of(world, question, kind))


def _job(arn: str) -> str:
    return str(uuid.uuid5(_JOBS, arn))


def _report(world: "AwsWorld", question: Question, arn: str, item: Resource) -> dict[str, Any]:
    used = item.get("_last_accessed", {})
    allowed = _namespaces(world, question, item)
    return {
        "JobStatus": "COMPLETED",
        "JobType": "SERVICE_LEVEL",
        "JobCreationDate": world.now,
        "JobCompletionDate": world.now,
        "ServicesLastAccessed": [_line(name, arn, used.get(name, used.get("*"))) for name in allowed],
    }


def _line(namespace: str, arn: str, last: datetime | None) -> Resource:
    line = {"ServiceName": SERVICE_NAMES[namespace], "ServiceNamespace": namespace}
    if last is None:
        return line | {"TotalAuthenticatedEntities": 0}
    seen = {"LastAuthenticated": last, "LastAuthenticatedEntity": arn, "LastAuthenticatedRegion": "us-east-1"}
    return line | seen | {"TotalAuthenticatedEntities": 1}


def _namespaces(world: "AwsWorld", question: Question, item: Resource) -> list[str]:
    """The namespaces allowed by any statement; as in the vendor's report, nothing is subtracted."""
    documents = list(_documents(world, question, item))
    return [name for name in SERVICE_NAMES if any(_allows(document, name) for document in documents)]


def _documents(world: "AwsWorld", question: Question, item: Resource) -> Iterator[Resource]:
    for inline in ("UserPolicyList", "GroupPolicyList", "RolePolicyList"):
        yield from (policy["PolicyDocument"] for policy in item.get(inline, ()))
    managed = {policy["Arn"]: policy["_document"] for policy in _of(world, question, "iam_policy")}
    yield from (managed[arn] for arn in _attached(item))
    for group in _of(world, question, "iam_group"):
        if group["GroupName"] in item.get("GroupList", ()):
            yield from _documents(world, question, group)


def _allows(document: Resource, namespace: str) -> bool:
    return any(_touches(s, namespace) for s in document["Statement"] if s["Effect"] == "Allow")


def _touches(statement: Resource, namespace: str) -> bool:
    if "NotAction" in statement:
        return f"{namespace}:*" not in _texts(statement["NotAction"])
    return any(action == "*" or action.startswith(f"{namespace}:") for action in _texts(statement["Action"]))


def _texts(value: str | list[str]) -> Iterable[str]:
    return [value] if isinstance(value, str) else value


ANSWERS: Answers = {
    ("iam", "GetAccountAuthorizationDetails"): get_account_authorization_details,
    ("iam", "GetAccountSummary"): get_account_summary,
    ("iam", "ListUsers"): list_users,
    ("iam", "GetPolicy"): get_policy,
    ("iam", "GetPolicyVersion"): get_policy_version,
    ("iam", "ListServiceSpecificCredentials"): list_service_specific_credentials,
    ("iam", "GenerateCredentialReport"): generate_credential_report,
    ("iam", "GetCredentialReport"): get_credential_report,
    ("iam", "GenerateServiceLastAccessedDetails"): generate_last_accessed,
    ("iam", "GetServiceLastAccessedDetails"): get_last_accessed,
}
"""One endpoint per account."""
