"""Who may become which role through IAM Identity Center."""

import json
from typing import Any

import pytest

from annexa.collectors.aws.identity_center import assignments
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, REGION, Refusal, calls_cited, collect, facts, lost

INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
SET = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef"
MEMBER = "222233334444"
WHO = "90677a10-0001-4000-8000-000000000001"
MANAGED = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
ANSWERS: dict[str, Any] = {
    "sso-admin:ListInstances": {"Instances": [{"InstanceArn": INSTANCE, "OwnerAccountId": ACCOUNT}]},
    "sso-admin:ListPermissionSets": {"PermissionSets": [SET]},
    "sso-admin:DescribePermissionSet": {"PermissionSet": {"Name": "Models", "PermissionSetArn": SET}},
    "sso-admin:GetInlinePolicyForPermissionSet": {},
    "sso-admin:ListManagedPoliciesInPermissionSet": {"AttachedManagedPolicies": [{"Name": "Full", "Arn": MANAGED}]},
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": {"CustomerManagedPolicyReferences": []},
    "sso-admin:GetPermissionsBoundaryForPermissionSet": Refusal("ResourceNotFoundException"),
    "sso-admin:ListAccountsForProvisionedPermissionSet": {"AccountIds": [MEMBER]},
    "sso-admin:ListAccountAssignments": {
        "AccountAssignments": [
            {"AccountId": MEMBER, "PermissionSetArn": SET, "PrincipalType": "GROUP", "PrincipalId": WHO}
        ]
    },
    "iam:GetPolicy": {"Policy": {"Arn": MANAGED, "DefaultVersionId": "v1"}},
}


def doc(action: str, effect: str = "Allow") -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]})


def run(managed: str = "bedrock:InvokeModel", **more: Any) -> Any:
    version = {"iam:GetPolicyVersion": {"PolicyVersion": {"Document": doc(managed), "VersionId": "v1"}}}
    named = {f"sso-admin:{name}" if ":" not in name else name: answer for name, answer in more.items()}
    return collect(assignments, {**ANSWERS, **version, **named})


def test_an_assignment_names_who_may_enter_which_account() -> None:
    found = run()
    [grant] = facts(found)
    assert (grant.grantee, grant.grantee_sort, grant.target, grant.purpose) == (WHO, "group", MEMBER, "use")
    assert (grant.permissions, grant.verdict) == (("bedrock:InvokeModel",), "allowed")
    assert grant.via[0] == "permission set Models"
    assert found.records[0].scope == MEMBER
    assert {"sso-admin:ListAccountAssignments", "iam:GetPolicyVersion"} <= set(calls_cited(found))
    assert found.unit.completeness is Completeness.COMPLETE


def test_a_set_without_rights_over_ai_is_not_followed() -> None:
    assert facts(run("s3:*", ListAccountsForProvisionedPermissionSet=DENIED)) == []


def test_an_inline_denial_takes_it_away() -> None:
    assert facts(run(GetInlinePolicyForPermissionSet={"InlinePolicy": doc("bedrock:*", "Deny")})) == []


@pytest.mark.parametrize(
    "more",
    [
        {"CustomerManagedPolicyReferences": [{"Name": "local"}]},
    ],
)
def test_policies_that_accounts_keep_leave_it_open(more: Any) -> None:
    found = run("s3:*", ListCustomerManagedPolicyReferencesInPermissionSet=more)
    assert {grant.verdict.state for grant in facts(found)} == {State.UNREAD}
    assert "local" in " ".join(facts(found)[0].not_evaluated)


@pytest.mark.parametrize(
    "call",
    [
        "sso-admin:GetInlinePolicyForPermissionSet",
        "sso-admin:ListManagedPoliciesInPermissionSet",
        "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    ],
)
def test_what_could_not_be_read_never_counts_as_granting_nothing(call: str) -> None:
    found = run("s3:*", **{call: DENIED})
    assert {grant.verdict.state for grant in facts(found)} == {State.UNREAD}
    assert lost(found) == [(call, SET, Reason.DENIED)]


@pytest.mark.parametrize("answer", [DENIED, {"PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "b"}}}])
def test_an_unread_boundary_leaves_it_open(answer: Any) -> None:
    [grant] = facts(run(GetPermissionsBoundaryForPermissionSet=answer))
    assert grant.verdict.state is State.UNREAD


@pytest.mark.parametrize(
    "instance",
    [
        {"InstanceArn": INSTANCE, "OwnerAccountId": MEMBER},
        {"InstanceArn": INSTANCE, "OwnerAccountId": ACCOUNT, "PrimaryRegion": "us-east-1"},
    ],
)
def test_only_the_home_of_the_instance_is_read(instance: Any) -> None:
    found = run(ListInstances={"Instances": [instance]}, ListPermissionSets=DENIED)
    assert (facts(found), lost(found)) == ([], [])


def test_home_may_be_named() -> None:
    instance = {"InstanceArn": INSTANCE, "OwnerAccountId": ACCOUNT, "PrimaryRegion": REGION}
    assert len(facts(run(ListInstances={"Instances": [instance]}))) == 1


def test_an_unknown_sort_of_principal_is_kept() -> None:
    entry = {"AccountId": MEMBER, "PermissionSetArn": SET, "PrincipalType": "AGENT", "PrincipalId": WHO}
    [grant] = facts(run(ListAccountAssignments={"AccountAssignments": [entry]}))
    assert grant.grantee_sort.raw == "AGENT"


def test_assignments_over_two_pages_until_a_refusal() -> None:
    page = {**ANSWERS["sso-admin:ListAccountAssignments"], "NextToken": "t"}
    found = run(ListAccountAssignments=[page, DENIED])
    assert len(facts(found)) == 1
    assert lost(found) == [("sso-admin:ListAccountAssignments", SET, Reason.DENIED)]


def test_a_managed_policy_is_read_once_and_cited_by_every_set() -> None:
    found = run(ListPermissionSets={"PermissionSets": [SET, SET.replace("ps-1", "ps-2")]})
    assert [calls_cited(found, number).count("iam:GetPolicyVersion") for number in range(2)] == [1, 1]
    assert [entry.call for entry in found.keeper.calls].count("iam:GetPolicyVersion") == 1


def test_none_and_refused() -> None:
    assert facts(run(ListInstances={"Instances": []})) == []
    assert lost(run(ListInstances=DENIED)) == [("sso-admin:ListInstances", None, Reason.DENIED)]
