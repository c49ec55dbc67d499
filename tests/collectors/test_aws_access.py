"""The access evaluator: one table of cases, a brute-force model of AWS's rules, AWS's own policies, and moto."""

import json
import random
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import botocore.session
import pytest

from annexa.collectors.aws._access import Grant, GrantingStatement, access_grants
from annexa.collectors.aws._access_actions import ACTIONS, ADMINISTER, ALL, ARN_SERVICES, PURPOSES, USE, names
from annexa.collectors.aws._policy import MalformedPolicyError, action_bits, parse_policy
from annexa.evidence.errors import AnnexaError

ACCOUNT = "111122223333"
INVOKE = "bedrock:InvokeModel"
MODEL = "arn:aws:bedrock:eu-west-1::foundation-model/"
ONE, TWO = f"{MODEL}one", f"{MODEL}two"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/managed"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def allow(action: Any = INVOKE, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = INVOKE, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def without(statement: dict[str, Any], element: str) -> dict[str, Any]:
    """The statement with `Action` turned into `NotAction`, or `Resource` into `NotResource`."""
    return {(f"Not{key}" if key == element else key): value for key, value in statement.items()}


def doc(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(arn: str, document: Any) -> dict[str, Any]:
    old = {"VersionId": "v1", "IsDefaultVersion": False, "Document": doc(allow("*"))}
    return {"Arn": arn, "PolicyVersionList": [old, {"VersionId": "v2", "IsDefaultVersion": True, "Document": document}]}


def evaluate(
    *inline: Any,
    managed: Any = None,
    group: Any = None,
    boundary: Any = None,
    lost: Iterable[str] = (),
    scp: Any = (),
    management: bool = False,
    path: str = "/",
    trust: Any = None,
) -> dict[str, Grant]:
    """One principal, a user if it has a group and else a role, by purpose; `lost` policies have no document."""
    kind = "user" if group is not None else "role"
    detail: dict[str, Any] = {
        "Arn": f"arn:aws:iam::{ACCOUNT}:{kind}{path}anna",
        f"{kind.title()}Name": "anna",
        f"{kind.title()}Id": "AIDANNA",
        f"{kind.title()}PolicyList": [{"PolicyName": f"i{n}", "PolicyDocument": d} for n, d in enumerate(inline)],
        "AssumeRolePolicyDocument": trust or doc(),
    }
    groups, policies = [], []
    if managed is not None:
        detail["AttachedManagedPolicies"] = [{"PolicyName": "managed", "PolicyArn": MANAGED}]
        policies.append(policy(MANAGED, managed))
    if boundary is not None:
        detail["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}
        policies.append(policy(BOUNDARY, boundary))
    if group is not None:
        detail["GroupList"] = ["staff"]
        groups = [{"GroupName": "staff", "GroupPolicyList": [{"PolicyName": "g", "PolicyDocument": group}]}]
    found = access_grants(
        users=[detail] if kind == "user" else [],
        roles=[detail] if kind == "role" else [],
        groups=[item for item in groups if "group" not in lost],
        policies=[item for item in policies if item["Arn"] not in lost],
        account_id=ACCOUNT,
        management_account=management,
        scp_levels=scp,
    )
    grants = list(found)
    assert len(grants) == len({grant.purpose for grant in grants})
    return {grant.purpose: grant for grant in grants}


def verdict_on(grants: dict[str, Grant], action: str = INVOKE) -> str:
    for grant in grants.values():
        if grant.verdict == "unknown":
            return "unknown"
        if action in grant.actions:
            return grant.verdict
        if action in grant.also_conditional:
            return "conditional"
    return "absent"


FULL = doc(allow("*"))
S3_ONLY = doc(allow("s3:*"))

CASES: dict[str, tuple[dict[str, Any], str]] = {
    # what grants
    "inline": ({"inline": [doc(allow())]}, "allowed"),
    "attached": ({"managed": doc(allow())}, "allowed"),
    "group": ({"group": doc(allow())}, "allowed"),
    "nothing about AI": ({"inline": [S3_ONLY]}, "absent"),
    "no policy": ({}, "absent"),
    "star": ({"inline": [FULL]}, "allowed"),
    "prefix": ({"inline": [doc(allow("bedrock:Invoke*"))]}, "allowed"),
    "prefix of another service": ({"inline": [doc(allow("bedrock-agentcore:*"))]}, "absent"),
    "upper and lower case": ({"inline": [doc(allow("BedRock:invokeMODEL"))]}, "allowed"),
    "question marks": ({"inline": [doc(allow("bedrock:Invoke?odel"))]}, "allowed"),
    "question mark stands for one character": ({"inline": [doc(allow("bedrock:InvokeModel?"))]}, "absent"),
    "question mark is not optional": ({"inline": [doc(allow("bedrock:InvokeMode?"))]}, "allowed"),
    "star may stand for nothing": ({"inline": [doc(allow("bedrock:InvokeModel*"))]}, "allowed"),
    "stars inside": ({"inline": [doc(allow("b*k:*v*Mo*l"))]}, "allowed"),
    "dot is a dot": ({"inline": [doc(allow("bedrock:Invoke.odel"))]}, "absent"),
    "brackets are no set": ({"inline": [doc(allow("bedrock:[I]nvoke*"))]}, "absent"),
    "list of actions": ({"inline": [doc(allow(["s3:*", INVOKE]))]}, "allowed"),
    "one statement outside a list": ({"inline": [{"Statement": allow()}]}, "allowed"),
    "JSON text": ({"inline": [json.dumps(doc(allow()))]}, "allowed"),
    "URL-encoded text": ({"managed": quote(json.dumps(doc(allow())))}, "allowed"),
    "NotAction leaves it": ({"inline": [doc(without(allow(["iam:*", "s3:*"]), "Action"))]}, "allowed"),
    "NotAction takes it": ({"inline": [doc(without(allow(["iam:*", "bedrock:*"]), "Action"))]}, "absent"),
    "old version of a policy": ({"managed": S3_ONLY}, "absent"),
    "one model": ({"inline": [doc(allow(resource=ONE))]}, "allowed"),
    "only resources of another service": ({"inline": [doc(allow("*", "arn:aws:s3:::data/*"))]}, "absent"),
    "resources of another service too": ({"inline": [doc(allow("*", ["arn:aws:s3:::data/*", ONE]))]}, "allowed"),
    "any partition": ({"inline": [doc(allow("*", "arn:*:bedrock:*:*:*"))]}, "allowed"),
    "condition": ({"inline": [doc(allow(Condition=MFA))]}, "conditional"),
    "empty condition": ({"inline": [doc(allow(Condition={}))]}, "allowed"),
    "condition beside a plain allow": ({"inline": [doc(allow(Condition=MFA), allow())]}, "allowed"),
    "NotResource": ({"inline": [doc(without(allow(resource=ONE), "Resource"))]}, "conditional"),
    # denies
    "deny in another policy": ({"managed": FULL, "inline": [doc(deny("bedrock:*"))]}, "absent"),
    "deny through the group": ({"inline": [FULL], "group": doc(deny())}, "absent"),
    "deny by NotAction": ({"inline": [FULL, doc(without(deny("s3:*"), "Action"))]}, "absent"),
    "deny of other actions": ({"inline": [FULL, doc(deny("bedrock:Create*"))]}, "allowed"),
    "deny with a condition": ({"inline": [FULL, doc(deny(Condition=MFA))]}, "conditional"),
    "deny of one model": ({"inline": [FULL, doc(deny(resource=ONE))]}, "conditional"),
    "deny of all but one model": ({"inline": [FULL, doc(without(deny(resource=ONE), "Resource"))]}, "conditional"),
    "deny of a bucket": ({"inline": [FULL, doc(deny("*", "arn:aws:s3:::data/*"))]}, "allowed"),
    "deny of exactly what is allowed": ({"inline": [doc(allow(resource=ONE), deny(resource=ONE))]}, "absent"),
    "deny of more than is allowed": ({"inline": [doc(allow(resource=ONE), deny(resource=f"{MODEL}*"))]}, "absent"),
    "deny of half of it": ({"inline": [doc(allow(resource=[ONE, TWO]), deny(resource=ONE))]}, "conditional"),
    "deny of another model": ({"inline": [doc(allow(resource=ONE), deny(resource=TWO))]}, "allowed"),
    "deny of a model whose name begins alike": (
        {"inline": [doc(allow(resource=ONE), deny(resource=f"{ONE}-b"))]},
        "allowed",
    ),
    "deny of a name that is a beginning": ({"inline": [doc(allow(resource=ONE), deny(resource=ONE[:-1]))]}, "allowed"),
    "deny of what begins alike": ({"inline": [doc(allow(resource=ONE), deny(resource=f"{MODEL}o*e"))]}, "conditional"),
    "deny in every region": (
        {"inline": [doc(allow(resource="arn:aws:bedrock:*::a/one"), deny(resource="arn:aws:bedrock:*::a/*"))]},
        "absent",
    ),
    "deny of all but the allowed": (
        {"inline": [doc(allow(resource=ONE), without(deny(resource=f"{MODEL}*"), "Resource"))]},
        "allowed",
    ),
    "conditional deny of what is allowed": (
        {"inline": [doc(allow(resource=ONE), deny(resource=ONE, Condition=MFA))]},
        "conditional",
    ),
    "deny by policy variable": (
        {"inline": [doc(allow(resource=ONE), deny(resource=f"{MODEL}${{aws:PrincipalTag/m}}"))]},
        "conditional",
    ),
    # permissions boundary
    "boundary allows": ({"inline": [FULL], "boundary": doc(allow("bedrock:*"))}, "allowed"),
    "boundary grants nothing": ({"inline": [S3_ONLY], "boundary": FULL}, "absent"),
    "boundary is silent": ({"inline": [FULL], "boundary": S3_ONLY}, "absent"),
    "boundary denies": ({"inline": [FULL], "boundary": doc(allow("*"), deny())}, "absent"),
    "boundary with a condition": ({"inline": [FULL], "boundary": doc(allow(Condition=MFA))}, "conditional"),
    "boundary on one model": ({"inline": [FULL], "boundary": doc(allow(resource=ONE))}, "conditional"),
    "boundary holds the allowed model": (
        {"inline": [doc(allow(resource=ONE))], "boundary": doc(allow(resource=f"{MODEL}*"))},
        "allowed",
    ),
    "boundary on another model": (
        {"inline": [doc(allow(resource=ONE))], "boundary": doc(allow(resource=TWO))},
        "absent",
    ),
    "boundary on a user with a group": ({"group": FULL, "boundary": S3_ONLY}, "absent"),
    # service control policies
    "two levels allow": ({"inline": [FULL], "scp": [[FULL], [FULL]]}, "allowed"),
    "second level is silent": ({"inline": [FULL], "scp": [[FULL], [S3_ONLY]]}, "absent"),
    "first level is silent": ({"inline": [FULL], "scp": [[S3_ONLY], [FULL]]}, "absent"),
    "one level is a union": ({"inline": [FULL], "scp": [[S3_ONLY, doc(allow("bedrock:*"))]]}, "allowed"),
    "first level denies": ({"inline": [FULL], "scp": [[FULL, doc(deny("bedrock:*"))], [FULL]]}, "absent"),
    "deny outside two regions": (
        {"inline": [FULL], "scp": [[FULL, doc(without(deny("iam:*", Condition=MFA), "Action"))], [FULL]]},
        "conditional",
    ),
    "approved models only": (
        {"inline": [doc(allow(resource=ONE))], "scp": [[FULL, doc(without(deny(resource=[ONE]), "Resource"))]]},
        "allowed",
    ),
    "SCP grants nothing": ({"inline": [S3_ONLY], "scp": [[FULL]]}, "absent"),
    "management account": ({"inline": [FULL], "scp": [[doc(deny("*"))]], "management": True}, "allowed"),
    "service-linked role": (
        {"inline": [FULL], "scp": [[doc(deny("*"))]], "path": "/aws-service-role/bedrock.amazonaws.com/"},
        "allowed",
    ),
    "a path that only looks like it": (
        {"inline": [FULL], "scp": [[doc(deny("*"))]], "path": "/team/aws-service-role/"},
        "absent",
    ),
    "SCPs unread": ({"inline": [FULL], "scp": None}, "allowed"),
    # unread documents
    "lost policy alone": ({"managed": FULL, "lost": [MANAGED]}, "unknown"),
    "lost policy beside an allow": ({"managed": S3_ONLY, "lost": [MANAGED], "inline": [doc(allow())]}, "allowed"),
    "lost policy beside a conditional allow": (
        {"managed": S3_ONLY, "lost": [MANAGED], "inline": [doc(allow(Condition=MFA))]},
        "unknown",
    ),
    "lost policy under a boundary that is silent": (
        {"managed": FULL, "lost": [MANAGED], "boundary": S3_ONLY},
        "absent",
    ),
    "lost policy beside a deny": ({"managed": FULL, "lost": [MANAGED], "inline": [doc(deny("*"))]}, "absent"),
    "lost group": ({"group": FULL, "lost": ["group"]}, "unknown"),
    "lost boundary": ({"inline": [FULL], "boundary": FULL, "lost": [BOUNDARY]}, "unknown"),
    "lost boundary above nothing": ({"inline": [S3_ONLY], "boundary": FULL, "lost": [BOUNDARY]}, "absent"),
}


@pytest.mark.parametrize("case", CASES)
def test_verdict(case: str) -> None:
    arguments, expected = CASES[case]
    inline = arguments.get("inline", [])
    rest = {key: value for key, value in arguments.items() if key != "inline"}
    assert expected == verdict_on(evaluate(*inline, **rest))


MALFORMED: dict[str, Any] = {
    "no text": 7,
    "no JSON": "Statement: none",
    "JSON cut off": '{"Statement": [',
    "list": [],
    "no statement": {"Version": "2012-10-17"},
    "statement is text": {"Statement": "Allow"},
    "statement in a list is text": {"Statement": ["Allow"]},
    "unknown effect": doc(allow(Effect="Permit")),
    "no effect": doc({"Action": "*", "Resource": "*"}),
    "no action": doc({"Effect": "Allow", "Resource": "*"}),
    "both actions": doc(allow(NotAction="s3:*")),
    "action is a number": doc(allow(7)),
    "action in a list is a number": doc(allow([INVOKE, 7])),
    "no action in the list": doc(allow([])),
    "action without service": doc(allow("InvokeModel")),
    "no resource": doc({"Effect": "Allow", "Action": INVOKE}),
    "both resources": doc(allow(NotResource=ONE)),
    "condition is text": doc(allow(Condition="mfa")),
    "condition without keys": doc(allow(Condition={"Bool": "true"})),
    "broken statement about something else": doc(allow(), {"Effect": "Allow", "Action": "s3:*"}),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_document_is_never_an_empty_one(case: str) -> None:
    """Wherever the document stands, the principal is unknown and the document is named."""
    with pytest.raises(MalformedPolicyError):
        parse_policy(MALFORMED[case])
    for grants, place in (
        (evaluate(MALFORMED[case]), "inline: i0: "),
        (evaluate(managed=MALFORMED[case]), f"attached: {MANAGED}: "),
        (evaluate(group=MALFORMED[case]), "group:staff: g: "),
        (evaluate(FULL, boundary=MALFORMED[case]), f"boundary: {BOUNDARY}: "),
    ):
        assert {grant.purpose: grant.verdict for grant in grants.values()} == {
            "use": "unknown",
            "administer": "unknown",
        }
        assert all(grant.unresolved[0].startswith(place) for grant in grants.values())


@pytest.mark.parametrize(
    ("levels", "evaluated", "unresolved"),
    [
        ([], True, ()),
        ([[FULL]], True, ()),
        (None, False, ()),
        ([[FULL], None], False, ("scp:2: not read",)),
        ([[], [FULL]], False, ("scp:1: no policy at this level",)),
        ([[FULL, None]], False, ("scp:1: #2: no document",)),
        ([{"FullAWSAccess": FULL, "guard": "{"}], False, ("scp:1: guard: not JSON",)),
    ],
)
def test_service_control_policies_that_were_not_read_are_said(levels: Any, evaluated: bool, unresolved: Any) -> None:
    grant = evaluate(FULL, scp=levels)["use"]
    assert (evaluated, unresolved, "allowed") == (grant.scp_evaluated, grant.unresolved, grant.verdict)


def test_what_was_read_of_a_level_still_denies() -> None:
    grants = evaluate(FULL, scp=[[doc(deny("bedrock:*")), None]])
    assert verdict_on(grants) == "absent"
    assert not grants["use"].scp_evaluated


def test_nothing_is_missing_where_no_service_control_policy_applies() -> None:
    assert evaluate(FULL, scp=None, management=True)["use"].scp_evaluated
    linked = evaluate(FULL, scp=None, path="/aws-service-role/x.amazonaws.com/")["use"]
    assert (linked.scp_evaluated, linked.service_linked) == (True, True)
    assert not evaluate(FULL, scp=[[FULL]])["use"].service_linked


def test_role_that_may_call_every_model_through_not_action() -> None:
    """The grant names the statement, so that an auditor finds it: policy, sid, element, resources."""
    grants = evaluate(managed=doc(allow("s3:*"), without(allow(["iam:*", "organizations:*"]), "Action")))
    expected = GrantingStatement(
        policy=MANAGED,
        attached="attached",
        sid="#2",
        effect="Allow",
        action_element="NotAction",
        actions=("iam:*", "organizations:*"),
        resource_element="Resource",
        resources=("*",),
        condition=None,
    )
    assert [((expected,), ())] * 2 == [(grant.via, grant.limited_by) for grant in grants.values()]
    assert (*grants["use"].actions, *grants["administer"].actions) == ACTIONS


def test_conditional_grant_keeps_the_condition() -> None:
    grant = evaluate(doc(allow(Sid="OnlyWithMfa", Condition=MFA)))["use"]
    assert (grant.verdict, grant.actions, grant.also_conditional) == ("conditional", (INVOKE,), ())
    assert [("OnlyWithMfa", json.dumps(MFA))] == [(via.sid, via.condition) for via in grant.via]


def test_allowed_and_conditional_actions_are_told_apart() -> None:
    grant = evaluate(doc(allow(), allow("bedrock:InvokeAgent", Condition=MFA)))["use"]
    assert (grant.verdict, grant.actions, grant.also_conditional) == ("allowed", (INVOKE,), ("bedrock:InvokeAgent",))
    assert [via.sid for via in grant.via] == ["#1", "#2"]


def test_what_limits_a_grant_is_named() -> None:
    grants = evaluate(
        doc(allow("bedrock:*", Sid="Give"), deny("bedrock:CreateGuardrail", ONE, Sid="Other")),
        group=doc(deny(Sid="Mfa", Condition=MFA)),
        boundary=doc(allow("bedrock:*", f"{MODEL}*", Sid="Models")),
        scp=[{"FullAWSAccess": FULL}, {"FullAWSAccess": FULL, "regions": doc(deny(Sid="Regions", Condition=MFA))}],
    )
    assert [via.sid for via in grants["use"].via] == ["Give"]
    assert {("group:staff", "Mfa"), ("scp:2", "Regions"), ("boundary", "Models")} == {
        (limit.attached, limit.sid) for limit in grants["use"].limited_by
    }
    assert {"Other", "Models"} == {limit.sid for limit in grants["administer"].limited_by}
    assert grants["use"].boundary == BOUNDARY


def test_group_statements_say_which_group() -> None:
    assert [(via.attached, via.policy) for via in evaluate(group=doc(allow()))["use"].via] == [("group:staff", "g")]


def test_principals_share_groups_and_policies() -> None:
    """The second principal with the same group and policies gets the same answer as the first."""
    users = [
        {"Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "UserName": name, "GroupList": ["staff"]} for name in ("a", "b")
    ]
    staff = {"GroupName": "staff", "AttachedManagedPolicies": [{"PolicyArn": MANAGED}]}
    role = {"Arn": f"arn:aws:iam::{ACCOUNT}:role/c", "RoleName": "c", **staff}
    found = access_grants(
        users=users,
        groups=[staff],
        roles=[role],
        policies=[policy(MANAGED, doc(allow()))],
        account_id=ACCOUNT,
        management_account=False,
        scp_levels=[],
    )
    assert [(grant.principal_name, grant.verdict, grant.via[0].attached) for grant in found] == [
        ("a", "allowed", "group:staff"),
        ("b", "allowed", "group:staff"),
        ("c", "allowed", "attached"),
    ]


def test_unknown_grant_shows_what_was_read() -> None:
    grant = evaluate(doc(allow(Condition=MFA)), managed=FULL, lost=[MANAGED])["use"]
    assert (grant.verdict, grant.actions) == ("unknown", (INVOKE,))
    assert (f"attached: {MANAGED}: no document",) == grant.unresolved
    assert evaluate(group=FULL, lost=["group"])["use"].unresolved == (
        "group:staff: the group is not among the details",
    )


def test_policy_without_a_version_in_force_is_unread() -> None:
    detail = {
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/r",
        "RoleName": "r",
        "AttachedManagedPolicies": [{"PolicyArn": MANAGED}],
        "AssumeRolePolicyDocument": doc(),
    }
    listed = {"Arn": MANAGED, "PolicyVersionList": [{"IsDefaultVersion": False, "Document": S3_ONLY}]}
    found = access_grants(
        users=[],
        groups=[],
        roles=[detail],
        policies=[listed],
        account_id=ACCOUNT,
        management_account=False,
        scp_levels=[],
    )
    assert [grant.verdict for grant in found] == ["unknown", "unknown"]


def test_the_right_to_come_with_an_api_key_uses_nothing_by_itself() -> None:
    key = allow("bedrock:CallWithBearerToken")
    assert evaluate(doc(key)) == {}
    assert evaluate(doc(key, allow()))["use"].actions == (INVOKE, "bedrock:CallWithBearerToken")
    conditional = evaluate(doc(key, allow(Condition=MFA)))["use"]
    assert (conditional.verdict, conditional.actions) == ("conditional", (INVOKE, "bedrock:CallWithBearerToken"))


def test_purposes_are_separate() -> None:
    grants = evaluate(doc(allow("bedrock:CreateGuardrail")))
    assert list(grants) == ["administer"]
    assert (
        grants["administer"].principal_id,
        grants["administer"].principal_name,
        grants["administer"].principal_type,
    ) == ("AIDANNA", "anna", "role")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, ("Service:lambda.amazonaws.com",)),
        ({"Principal": {"AWS": ["1", "2"], "Federated": "f"}}, ("AWS:1", "AWS:2", "Federated:f")),
        ({"Principal": "*"}, ("AWS:*",)),
        ({"NotPrincipal": {"AWS": "1"}}, ("all but AWS:1",)),
        ({"Principal": {"AWS": "1"}, "Condition": MFA}, (f"AWS:1 if {json.dumps(MFA)}",)),
        ({"Principal": {"AWS": "1"}, "Effect": "Deny"}, ()),
        ({}, None),
        ({"Principal": {"AWS": 1}}, None),
    ],
)
def test_trust_says_who_may_become_the_role(statement: dict[str, Any], expected: tuple[str, ...] | None) -> None:
    trust = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}}
    assert expected == evaluate(FULL, trust=trust)["use"].trust
    assert expected == evaluate(FULL, trust=quote(json.dumps(trust)))["use"].trust


def test_unreadable_trust_policy_is_none_and_leaves_the_verdict() -> None:
    grant = evaluate(FULL, trust="{")["use"]
    assert (grant.trust, grant.verdict, grant.unresolved) == (None, "allowed", ())
    assert evaluate(group=FULL)["use"].trust == ()


@pytest.mark.parametrize("arn", [None, "", "arn:aws:iam::999999999999:role/r", "role/r"])
def test_details_of_another_account_are_refused(arn: str | None) -> None:
    details = access_grants(
        users=[],
        groups=[],
        roles=[{"Arn": arn, "RoleName": "r"}],
        policies=[],
        account_id=ACCOUNT,
        management_account=False,
        scp_levels=[],
    )
    with pytest.raises(AnnexaError, match=ACCOUNT):
        list(details)


# The tables of actions


def test_tables_name_each_action_once() -> None:
    assert len(ACTIONS) == len(set(map(str.lower, ACTIONS)))
    assert (PURPOSES["use"] | PURPOSES["administer"], PURPOSES["use"] & PURPOSES["administer"]) == (ALL, 0)
    assert names(ALL) == ACTIONS
    assert set(ARN_SERVICES) == set(USE) | set(ADMINISTER)


MODELS = {
    "bedrock": "bedrock bedrock-runtime bedrock-agent bedrock-agent-runtime bedrock-data-automation "
    "bedrock-data-automation-runtime",
    "bedrock-agentcore": "bedrock-agentcore bedrock-agentcore-control",
    "sagemaker": "sagemaker sagemaker-runtime",
    "qbusiness": "qbusiness",
    "kendra": "kendra",
    "nova-act": "nova-act",
}
NO_OPERATION = {
    "bedrock:CallWithBearerToken",
    "bedrock:DeleteMarketplaceModelAgreement",
    "bedrock:PutFoundationModelEntitlement",
    "bedrock-agentcore:InvokeAgentRuntimeCommandShell",
    "bedrock-agentcore:InvokeAgentRuntimeForUser",
    "bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream",
    "bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser",
    "bedrock-agentcore:InvokeGateway",
    "qbusiness:PutResourcePolicy",
}
"""Published actions that are permissions only: no operation of that name."""


def test_actions_are_operations_of_their_service() -> None:
    session = botocore.session.get_session()
    operations = {
        f"{prefix}:{name}"
        for prefix, services in MODELS.items()
        for service in services.split()
        for name in session.get_service_model(service).operation_names
    }
    expected = {action for action in ACTIONS if action.partition(":")[0] in MODELS}
    assert expected - operations == NO_OPERATION


# Against a brute-force model: every request on a small world of resources, with every condition met and not met

WORLD = (ONE, TWO, "arn:aws:bedrock:eu-west-1:1:guardrail/g", "arn:aws:sagemaker:eu-west-1:1:endpoint/e")
PATTERNS = (
    "*",
    f"{MODEL}*",
    ONE,
    TWO,
    "arn:aws:bedrock:*",
    "arn:aws:bedrock:eu-west-1:?:*",
    "arn:aws:s3:::b",
    WORLD[3],
)
ACTION_PATTERNS = ("*", "bedrock:*", INVOKE, "bedrock:Invoke*", "s3:*", "bedrock:CreateGuardrail")


def glob(pattern: str, text: str) -> bool:
    """Matches by dynamic programming: no regular expression, and nothing shared with the code under test."""
    reached = {0}
    for character in pattern:
        if character == "*":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and character in ("?", text[at])}
    return len(text) in reached


def applies(statement: dict[str, Any], action: str, resource: str, met: bool) -> bool:
    own = [glob(p.lower(), action.lower()) for p in statement.get("Action", statement.get("NotAction"))]
    at = [glob(p, resource) for p in statement.get("Resource", statement.get("NotResource"))]
    right = any(own) == ("Action" in statement) and any(at) == ("Resource" in statement)
    return right and (met or "Condition" not in statement)


def permits(layers: list[list[dict[str, Any]]], action: str, resource: str, met: bool) -> bool:
    """AWS's rule for one request: each layer allows it, none denies it."""
    hits = [[s["Effect"] for s in layer if applies(s, action, resource, met)] for layer in layers]
    return all("Allow" in hit and "Deny" not in hit for hit in hits)


def made_up_layer(dice: random.Random) -> list[dict[str, Any]]:
    layer = []
    for _ in range(dice.randint(1, 3)):
        statement: dict[str, Any] = {
            "Effect": dice.choice(["Allow", "Allow", "Deny"]),
            dice.choice(["Action", "Action", "NotAction"]): dice.sample(ACTION_PATTERNS, dice.randint(1, 2)),
            dice.choice(["Resource", "Resource", "Resource", "NotResource"]): dice.sample(PATTERNS, dice.randint(1, 2)),
        }
        if dice.random() < 0.2:
            statement["Condition"] = MFA
        layer.append(statement)
    return layer


def test_verdicts_hold_for_every_request_of_a_small_world() -> None:
    """Absent: no request passes. Allowed: a granting statement passes on all its resources, conditions met or not."""
    dice = random.Random(20260929)
    seen = {"allowed": 0, "conditional": 0, "absent": 0}
    for _ in range(2000):
        layers = [made_up_layer(dice) for _ in range(dice.randint(1, 4))]
        rest = {"boundary": doc(*layers[1])} if len(layers) > 1 else {}
        verdict = verdict_on(evaluate(doc(*layers[0]), scp=[[doc(*layer)] for layer in layers[2:]], **rest))
        seen[verdict] += 1
        passing = {(at, met) for at in WORLD for met in (True, False) if permits(layers, INVOKE, at, met)}
        if verdict == "absent":
            assert not passing, layers
        elif verdict == "allowed":
            plain = [s for s in layers[0] if s["Effect"] == "Allow" and "Resource" in s and "Condition" not in s]
            held = [{(at, met) for at in WORLD for met in (True, False) if applies(s, INVOKE, at, met)} for s in plain]
            assert any(requests and requests <= passing for requests in held), layers
    assert min(seen.values()) > 50, seen


# AWS's own managed policies, as moto ships them


@cache
def managed_policies() -> dict[str, dict[str, Any]]:
    data = pytest.importorskip("moto.iam.aws_managed_policies").aws_managed_policies_data
    return {name: entry["Document"] for name, entry in json.loads(data).items()}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements() -> Iterator[dict[str, Any]]:
    for document in managed_policies().values():
        yield from as_list(document["Statement"])


def test_every_managed_policy_is_understood() -> None:
    assert len(managed_policies()) > 1000
    for document in managed_policies().values():
        parse_policy(document)


def test_patterns_of_managed_policies_match_what_the_model_matches() -> None:
    patterns = {p for s in statements() for p in as_list(s.get("Action", s.get("NotAction")))}
    services = {action.partition(":")[0] for action in ACTIONS}
    compared = 0
    for pattern in patterns:
        service = pattern.partition(":")[0].lower()
        if service in services or "*" in service:
            expected = tuple(action for action in ACTIONS if glob(pattern.lower(), action.lower()))
            assert expected == names(action_bits(pattern)), pattern
            compared += bool(expected)
        else:
            assert action_bits(pattern) == 0, pattern
    assert compared > 100


@pytest.mark.parametrize(
    ("name", "use", "administer"),
    [
        ("AdministratorAccess", "allowed", "allowed"),
        ("PowerUserAccess", "allowed", "allowed"),
        ("AmazonBedrockFullAccess", "allowed", "allowed"),
        ("AmazonBedrockMantleInferenceAccess", "allowed", None),
        ("AmazonBedrockReadOnly", None, None),
        ("AmazonBedrockMantleReadOnly", None, None),
        ("ReadOnlyAccess", None, None),
        ("SecurityAudit", None, None),
        ("AmazonS3FullAccess", None, None),
    ],
)
def test_known_managed_policies(name: str, use: str | None, administer: str | None) -> None:
    grants = evaluate(managed=managed_policies()[name])
    found = {purpose: grant.verdict for purpose, grant in grants.items()}
    assert (use, administer) == (found.get("use"), found.get("administer"))


def test_verdicts_agree_with_moto_where_moto_is_right() -> None:
    """On statements that moto can read: every resource, no condition, no `?`, the exact case."""
    control = pytest.importorskip("moto.iam.access_control")
    dice = random.Random(5)
    simple = [{**s, "Resource": "*"} for s in statements() if "Condition" not in s and "Resource" in s]
    about_ai = [s for s in simple if parse_policy(doc(s))]
    sample = [about_ai[n] for n in sorted(dice.sample(range(len(about_ai)), 60))]
    sample += [
        deny("bedrock:Create*"),
        without(deny(["bedrock:*", "sagemaker:*"]), "Action"),
        deny("sagemaker:Invoke*"),
    ]
    actions = [*dice.sample(ACTIONS, 25), INVOKE, "sagemaker:InvokeEndpoint"]
    compared = 0
    for _ in range(60):
        documents = [doc(*dice.sample(sample, 2)) for _ in range(2)]
        grants = evaluate(*documents)
        policies = [control.IAMPolicy(json.dumps(document)) for document in documents]
        for action in actions:
            results = [each.is_action_permitted(action).name for each in policies]
            expected = "allowed" if "PERMITTED" in results and "DENIED" not in results else "absent"
            assert expected == verdict_on(grants, action), (action, documents)
            compared += expected == "allowed"
    assert compared > 50


def test_details_as_boto3_parses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way through boto3: user, group, role, inline and managed policies, boundary."""
    moto, boto3 = pytest.importorskip("moto"), pytest.importorskip("boto3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        iam = boto3.client("iam", region_name="us-east-1")
        use = iam.create_policy(PolicyName="use", PolicyDocument=json.dumps(doc(allow())))["Policy"]["Arn"]
        edge = iam.create_policy(PolicyName="edge", PolicyDocument=json.dumps(S3_ONLY))["Policy"]["Arn"]
        iam.create_group(GroupName="staff")
        iam.attach_group_policy(GroupName="staff", PolicyArn=use)
        iam.create_user(UserName="anna")
        iam.add_user_to_group(GroupName="staff", UserName="anna")
        trust = json.dumps(
            {"Statement": [{"Effect": "Allow", "Principal": {"Service": "x"}, "Action": "sts:AssumeRole"}]}
        )
        for name, extra in (("free", {}), ("bound", {"PermissionsBoundary": edge})):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **extra)
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(doc(allow("bedrock:*"))))
        details = iam.get_account_authorization_details()
    grants = access_grants(
        users=details["UserDetailList"],
        groups=details["GroupDetailList"],
        roles=details["RoleDetailList"],
        policies=details["Policies"],
        account_id=details["UserDetailList"][0]["Arn"].split(":")[4],
        management_account=False,
        scp_levels=[],
    )
    found = {(grant.principal_name, grant.purpose): (grant.verdict, grant.via[0].attached) for grant in grants}
    assert found == {
        ("anna", "use"): ("allowed", "group:staff"),
        ("free", "use"): ("allowed", "inline"),
        ("free", "administer"): ("allowed", "inline"),
    }


def test_a_pattern_full_of_stars_is_not_slow() -> None:
    """Policies are other people's text: a pattern must not be able to hold the evaluation up."""
    assert action_bits("bedrock:" + "*e" * 200 + "z") == 0
