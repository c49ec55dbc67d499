"""Who may use AI: the four lists, the policies above, last use."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from annexa.collectors.aws._last_used import ROUNDS
from annexa.collectors.aws.grants import DETAILS, grants
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, FakeWire, Refusal, collect, facts, lost

WHEN = "2025-01-02T03:04:05Z"
INVOKE = "bedrock:InvokeModel"
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/models"
ROOT, UNIT, OTHER = "r-acme", "ou-acme-1234567", "222233334444"
START, REPORT = "iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"
ORGANISATION, ROOTS = "organizations:DescribeOrganization", "organizations:ListRoots"
PARENTS, POLICIES = "organizations:ListParents", "organizations:ListPoliciesForTarget"
POLICY = "organizations:DescribePolicy"


def doc(action: Any = INVOKE, effect: str = "Allow", **more: Any) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": action, "Resource": "*", **more}}
    )


def role(name: str, *documents: str, attached: tuple[str, ...] = (), path: str = "/") -> dict[str, Any]:
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": f"AROA{name.upper():X<16}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
        "CreateDate": WHEN,
        "AssumeRolePolicyDocument": json.dumps(
            {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        ),
        "RolePolicyList": [{"PolicyName": f"inline{n}", "PolicyDocument": it} for n, it in enumerate(documents)],
        "AttachedManagedPolicies": [{"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn} for arn in attached],
    }  # fmt: skip


def user(name: str, *groups: str) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {
        "UserName": name,
        "UserId": f"AIDA{name.upper():X<16}",
        "Arn": arn,
        "CreateDate": WHEN,
        "GroupList": list(groups),
    }


def managed(document: str, arn: str = MANAGED) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document, "CreateDate": WHEN}
    return {
        "PolicyName": "models",
        "PolicyId": "ANPAEXAMPLEPOLICY",
        "Arn": arn,
        "DefaultVersionId": "v1",
        "PolicyVersionList": [version],
    }


def iam(users: Any = (), groups: Any = (), roles: Any = (), policies: Any = ()) -> dict[str, Any]:
    lists = {
        "User": ("UserDetailList", users), "Group": ("GroupDetailList", groups), "Role": ("RoleDetailList", roles),
        "LocalManagedPolicy": ("Policies", policies),
    }  # fmt: skip

    def answer(params: Mapping[str, Any]) -> Any:
        name, found = lists[params["Filter"][0]]
        return found if isinstance(found, Refusal) else {name: list(found)}

    return {DETAILS: answer}


def last_used(services: Any = (), status: str = "COMPLETED") -> dict[str, Any]:
    report = {"JobStatus": status, "JobCreationDate": WHEN, "JobCompletionDate": WHEN}
    return {
        START: lambda params: {"JobId": f"job-{params['Arn'].rsplit('/', 1)[-1]}".ljust(36, "0")},
        REPORT: {**report, "ServicesLastAccessed": list(services)},
    }


def service(namespace: str, when: str | None = None) -> dict[str, Any]:
    used = {"LastAuthenticated": when} if when else {}
    return {"ServiceName": namespace, "ServiceNamespace": namespace, **used}


ALONE = {ORGANISATION: Refusal("AWSOrganizationsNotInUseException")}
WHOLE = [service("bedrock", WHEN)]


def organisation(*, master: str = OTHER, at_root: Any = None, status: str = "ENABLED") -> dict[str, Any]:
    """An organisation with one unit; a full-access policy everywhere and, at the root, one more."""
    texts = {"p-full1234": doc("*"), "p-more1234": at_root}

    def attached(params: Mapping[str, Any]) -> dict[str, Any]:
        ids = ["p-full1234", *(["p-more1234"] if at_root and params["TargetId"] == ROOT else [])]
        return {"Policies": [{"Id": it, "Arn": f"arn:aws:organizations::{OTHER}:policy/{it}"} for it in ids]}

    parents = {ACCOUNT: (UNIT, "ORGANIZATIONAL_UNIT"), UNIT: (ROOT, "ROOT")}
    types = [{"Type": "SERVICE_CONTROL_POLICY", "Status": status}]
    return {
        ORGANISATION: {"Organization": {"Id": "o-acme", "MasterAccountId": master, "FeatureSet": "ALL"}},
        ROOTS: {"Roots": [{"Id": ROOT, "PolicyTypes": types}]},
        PARENTS: lambda params: {"Parents": [dict(zip(("Id", "Type"), parents[params["ChildId"]], strict=True))]},
        POLICIES: attached,
        POLICY: lambda params: {"Policy": {"Content": texts[params["PolicyId"]]}},
    }


def run(*, above: Any = ALONE, used: Any = None, **lists: Any) -> Any:
    return collect(grants, {**iam(**lists), **above, **(used or last_used(WHOLE))}, scope=ACCOUNT)


def test_no_principal_is_no_grant() -> None:
    found = run()
    assert (facts(found), lost(found), found.unit.completeness) == ([], [], Completeness.COMPLETE)


def test_a_grant_says_who_what_where_and_why() -> None:
    found = run(roles=[role("app", doc())])
    [grant] = facts(found)
    assert (grant.grantee, grant.grantee_name, grant.grantee_sort) == (
        f"arn:aws:iam::{ACCOUNT}:role/app",
        "app",
        "role",
    )
    assert (grant.subject, grant.purpose, grant.target) == (f"{grant.grantee}#use", "use", "ai")
    assert (grant.verdict, grant.permissions, grant.resources) == ("allowed", (INVOKE,), ("*",))
    assert grant.via == (f"inline0 (inline) #1: Allow Action {INVOKE} on Resource *",)
    assert "Service:lambda.amazonaws.com" in " ".join(grant.not_evaluated)
    assert (grant.last_used, grant.vendor_managed) == (WHEN, False)


def test_use_and_administration_are_two_grants() -> None:
    found = facts(run(roles=[role("boss", doc("*"))]))
    assert [grant.purpose for grant in found] == ["use", "administer"]


def test_not_action_and_conditions() -> None:
    no_iam = json.dumps({"Statement": [{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}]})
    mfa = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    found = facts(run(roles=[role("wide", no_iam), role("careful", doc(**mfa))]))
    assert {(it.grantee_name, it.purpose): it.verdict for it in found} == {
        ("wide", "use"): "allowed",
        ("wide", "administer"): "allowed",
        ("careful", "use"): "conditional",
    }


def test_a_grant_cites_principal_group_and_policies() -> None:
    group = {"GroupName": "staff", "GroupId": "AGPAEXAMPLEGROUP", "Arn": "a" * 20, "CreateDate": WHEN}
    group["AttachedManagedPolicies"] = [{"PolicyName": "models", "PolicyArn": MANAGED}]
    found = run(users=[user("mia", "staff")], groups=[group], policies=[managed(doc())])
    origins = found.records[0].provenance.origins
    assert [origin.call for origin in origins] == [DETAILS, DETAILS, DETAILS, REPORT]
    assert len({origin.page for origin in origins}) == 4
    assert [origin.item for origin in origins] == [0, 0, 0, None]


def test_two_pages_of_roles() -> None:
    pages = [
        {"RoleDetailList": [role("one", doc())], "IsTruncated": True, "Marker": "m"},
        {"RoleDetailList": [role("two", doc())], "IsTruncated": False},
    ]
    answers = {**iam(), **ALONE, **last_used(WHOLE)}
    others = answers[DETAILS]
    answers[DETAILS] = lambda params: pages if params["Filter"] == ["Role"] else others(params)
    assert [it.grantee_name for it in facts(collect(grants, answers, scope=ACCOUNT))] == ["one", "two"]


def test_a_denied_list_of_principals_is_one_unread() -> None:
    found = run(roles=DENIED, users=DENIED)
    assert (facts(found), lost(found)) == ([], [(DETAILS, None, Reason.DENIED)])
    assert found.unit.completeness is Completeness.UNREAD


def test_lost_policies_leave_grants_open_and_never_absent() -> None:
    found = run(roles=[role("app", attached=(MANAGED,)), role("plain", doc())], policies=DENIED)
    by_name = {it.grantee_name: it for it in facts(found) if it.purpose == "use"}
    assert by_name["app"].verdict.state is State.UNREAD
    assert MANAGED in " ".join(by_name["app"].not_evaluated)
    assert by_name["plain"].verdict == "allowed"
    assert lost(found) == [(DETAILS, None, Reason.DENIED)]


def test_policies_above_take_a_grant_away() -> None:
    found = run(above=organisation(at_root=doc("bedrock:*", "Deny")), roles=[role("app", doc())])
    assert (facts(found), lost(found)) == ([], [])


def test_policies_above_that_leave_it_are_cited() -> None:
    found = run(above=organisation(at_root=doc("s3:*", "Deny")), roles=[role("app", doc())])
    [grant] = facts(found)
    assert grant.verdict == "allowed"
    assert {POLICY, ROOTS} <= {origin.call for origin in found.records[0].provenance.origins}


@pytest.mark.parametrize(
    "above",
    [
        organisation(master=ACCOUNT, at_root=doc("bedrock:*", "Deny")),
        organisation(status="PENDING_DISABLE", at_root=doc("bedrock:*", "Deny")),
        {ORGANISATION: {"Organization": {"Id": "o-a", "FeatureSet": "CONSOLIDATED_BILLING"}}},
        ALONE,
    ],
    ids=["management account", "type switched off", "billing only", "no organisation"],
)
def test_where_no_policy_above_binds(above: Any) -> None:
    found = run(above=above, roles=[role("app", doc())])
    assert ([it.verdict for it in facts(found)], lost(found)) == (["allowed"], [])


@pytest.mark.parametrize("call", [ORGANISATION, ROOTS, PARENTS, POLICIES, POLICY])
def test_unread_policies_above_leave_no_verdict_but_conditions_stay(call: str) -> None:
    mfa = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    above = {**organisation(), call: DENIED}
    found = run(above=above, roles=[role("app", doc()), role("careful", doc(**mfa))])
    app, careful = facts(found)
    assert app.verdict.state is State.UNREAD
    assert careful.verdict == "conditional"
    assert lost(found) == [(call, None, Reason.DENIED)]
    assert "delegated administrator" in str(found.unreads[0].cure)


@pytest.mark.parametrize("broken", [{PARENTS: {"Parents": []}}, {ROOTS: {"Roots": []}}], ids=["no parents", "no root"])
def test_a_tree_that_does_not_reach_the_root_is_invalid(broken: Any) -> None:
    found = run(above={**organisation(), **broken}, roles=[role("app", doc())])
    assert [entry.reason for entry in found.unreads] == [Reason.INVALID_ANSWER]
    assert facts(found)[0].verdict.state is State.UNREAD


def test_a_service_linked_role_is_the_vendors_and_not_asked_for() -> None:
    wire = FakeWire({**iam(roles=[role("svc", doc(), path="/aws-service-role/bedrock.amazonaws.com/")]), **ALONE})
    [grant] = facts(collect(grants, {}, wire=wire, scope=ACCOUNT))
    assert (grant.vendor_managed, grant.last_used) == (True, NOT_EXPOSED)
    assert START not in [op for op, _ in wire.asked]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ([service("bedrock", "2026-01-01T00:00:00Z"), service("s3", "2026-08-01T00:00:00Z")], "2026-01-01T00:00:00Z"),
        ([service("bedrock")], ABSENT),
        ([service("s3", WHEN)], NOT_EXPOSED),
    ],
    ids=["used", "never", "not in the report"],
)
def test_last_use(services: Any, expected: Any) -> None:
    assert expected == facts(run(roles=[role("app", doc())], used=last_used(services)))[0].last_used


def test_a_report_is_asked_for_until_it_is_finished() -> None:
    left = [3]

    def report(params: Any) -> Any:
        left[0] -= 1
        return last_used(WHOLE, "COMPLETED" if left[0] == 0 else "IN_PROGRESS")[REPORT]

    assert facts(run(roles=[role("app", doc())], used={**last_used(), REPORT: report}))[0].last_used == WHEN


@pytest.mark.parametrize(
    ("used", "call", "reason"),
    [
        (last_used(status="IN_PROGRESS"), REPORT, Reason.ERROR),
        (last_used(status="FAILED"), REPORT, Reason.ERROR),
        ({**last_used(), START: DENIED}, START, Reason.DENIED),
        ({**last_used(), REPORT: DENIED}, REPORT, Reason.DENIED),
    ],
    ids=["never finished", "failed", "start denied", "report denied"],
)
def test_an_unread_report_leaves_the_date_unread(used: Any, call: str, reason: Reason) -> None:
    found = run(roles=[role("app", doc())], used=used)
    assert facts(found)[0].last_used.state is State.UNREAD
    assert facts(found)[0].verdict == "allowed"
    assert lost(found) == [(call, f"arn:aws:iam::{ACCOUNT}:role/app", reason)]
    assert found.unit.calls < 2 * ROUNDS


def test_a_long_report_is_read_over_its_pages() -> None:
    def report(params: Any) -> Any:
        whole = last_used([service("s3")])[REPORT]
        if "MaxItems" in params:
            return {**whole, "IsTruncated": True, "Marker": "m"}
        return [{**whole, "IsTruncated": True, "Marker": "m"}, last_used(WHOLE)[REPORT]]

    assert facts(run(roles=[role("app", doc())], used={**last_used(), REPORT: report}))[0].last_used == WHEN


def test_another_accounts_principal_is_invalid() -> None:
    strange = {**role("app", doc()), "Arn": f"arn:aws:iam::{OTHER}:role/app"}
    found = run(roles=[strange])
    assert (facts(found), [entry.reason for entry in found.unreads]) == ([], [Reason.INVALID_ANSWER])
