"""Identity Center: one instance, in one home region, readable from management and delegated accounts."""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, own_members, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld


def list_instances(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The instance, in its home region only."""
    refuse_unknown(question, ())
    return {"Instances": [world.head["identity_center"]["instance"]] if _at_home(world, question) else []}


def list_permission_sets(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The ARNs of all permission sets."""
    refuse_unknown(question, ("InstanceArn",))
    return {"PermissionSets": [item["PermissionSetArn"] for item in _sets(world, question)]}


def describe_permission_set(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """One permission set."""
    return {"PermissionSet": own_members(_asked(world, question))}


def get_inline_policy(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The inline policy; without one the member is left out, since the model allows no empty text."""
    chosen = _asked(world, question)
    return {"InlinePolicy": chosen["_inline"]} if "_inline" in chosen else {}


def list_managed_policies(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The AWS managed policies of a permission set."""
    refuse_unknown(question, ("InstanceArn", "PermissionSetArn"))
    names = _asked(world, question)["_managed"]
    return {"AttachedManagedPolicies": [{"Name": n, "Arn": f"arn:aws:iam::aws:policy/{n}"} for n in names]}


def list_customer_policies(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The customer managed policies that a permission set names."""
    refuse_unknown(question, ("InstanceArn", "PermissionSetArn"))
    names = _asked(world, question).get("_customer", [])
    return {"CustomerManagedPolicyReferences": [{"Name": name, "Path": "/"} for name in names]}


def get_boundary(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The permission set's boundary; having none is an error by name."""
    name = _asked(world, question).get("_boundary")
    if name is None:
        raise AwsError("ResourceNotFoundException", "the permission set has no boundary")
    return {"PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": name, "Path": "/"}}}


def list_accounts(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The accounts in which a permission set is provisioned."""
    refuse_unknown(question, ("InstanceArn", "PermissionSetArn"))
    return {"AccountIds": [world.account_id(name) for name in _asked(world, question)["_assignments"]]}


def list_assignments(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Who holds a permission set in an account."""
    refuse_unknown(question, ("InstanceArn", "PermissionSetArn", "AccountId"))
    chosen, account = _asked(world, question), question.params["AccountId"]
    if account not in world.by_id:
        raise AwsError("ResourceNotFoundException", "there is no such account")
    held = chosen["_assignments"].get(world.by_id[account].name, [])
    shared = {"AccountId": account, "PermissionSetArn": chosen["PermissionSetArn"]}
    return {"AccountAssignments": [shared | holder for holder in held]}


def _at_home(world: "AwsWorld", question: Question) -> bool:
    head = world.head["identity_center"]
    return world.by_id[question.account].name in head["readers"] and question.region == head["region"]


def _sets(world: "AwsWorld", question: Question) -> list[dict[str, Any]]:
    head = world.head["identity_center"]
    if not _at_home(world, question):
        raise AwsError("AccessDeniedException", "the instance is not administered from here")
    if question.params["InstanceArn"] != head["instance"]["InstanceArn"]:
        raise AwsError("ResourceNotFoundException", "there is no such instance")
    return list(head["permission_sets"])


def _asked(world: "AwsWorld", question: Question) -> dict[str, Any]:
    for item in _sets(world, question):
        if item["PermissionSetArn"] == question.params["PermissionSetArn"]:
            return item
    raise AwsError("ResourceNotFoundException", "there is no such permission set")


ANSWERS: Answers = {
    ("sso-admin", "ListInstances"): list_instances,
    ("sso-admin", "ListPermissionSets"): list_permission_sets,
    ("sso-admin", "DescribePermissionSet"): describe_permission_set,
    ("sso-admin", "GetInlinePolicyForPermissionSet"): get_inline_policy,
    ("sso-admin", "ListManagedPoliciesInPermissionSet"): list_managed_policies,
    ("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet"): list_customer_policies,
    ("sso-admin", "GetPermissionsBoundaryForPermissionSet"): get_boundary,
    ("sso-admin", "ListAccountsForProvisionedPermissionSet"): list_accounts,
    ("sso-admin", "ListAccountAssignments"): list_assignments,
}
"""The workforce's way into the accounts."""
