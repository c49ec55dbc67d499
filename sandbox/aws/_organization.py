"""Organizations: the accounts, the tree, policies and what is effective where.

Lists are for management and delegated administrators; every member may ask for the organisation and for its own
effective policy.
"""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError, BadFixture
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import Account, AwsWorld


def describe_organization(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The organisation itself."""
    head, owner = world.head["organization"], world.management
    types = [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
    described = {
        "Id": head["id"],
        "Arn": f"arn:aws:organizations::{owner.id}:organization/{head['id']}",
        "FeatureSet": "ALL",
        "MasterAccountArn": _account_arn(world, owner),
        "MasterAccountId": owner.id,
        "MasterAccountEmail": owner.email,
        "AvailablePolicyTypes": types,
    }
    return {"Organization": described}


def list_accounts(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Every account with its state and path."""
    _only_administrators(world, question)
    return {"Accounts": [_account(world, account) for account in world.accounts.values()]}


def list_roots(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The one root with its enabled policy types."""
    _only_administrators(world, question)
    head = world.head["organization"]
    types = [{"Type": name, "Status": "ENABLED"} for name in head["policy_types"]]
    arn = f"arn:aws:organizations::{world.management.id}:root/{head['id']}/{head['root']}"
    return {"Roots": [{"Id": head["root"], "Arn": arn, "Name": "Root", "PolicyTypes": types}]}


def list_units(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The units directly below a parent."""
    _only_administrators(world, question)
    head, parent = world.head["organization"], question.params["ParentId"]
    if parent not in {head["root"], *(unit["id"] for unit in head["units"])}:
        raise AwsError("ParentNotFoundException", "there is no such root or unit")
    return {"OrganizationalUnits": [_unit(world, unit) for unit in head["units"] if unit["parent"] == parent]}


def list_policies(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """All policies of one type."""
    _only_administrators(world, question)
    refuse_unknown(question, ("Filter",))
    return {"Policies": [_summary(world, p) for p in _policies(world, question.params["Filter"])]}


def list_policies_for_target(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The policies attached directly to a root, unit or account."""
    _only_administrators(world, question)
    refuse_unknown(question, ("Filter", "TargetId"))
    target = question.params["TargetId"]
    if target not in {*_targets(world)}:
        raise AwsError("TargetNotFoundException", "there is no such root, unit or account")
    attached = [p for p in _policies(world, question.params["Filter"]) if target in _attached_to(world, p)]
    return {"Policies": [_summary(world, policy) for policy in attached]}


def describe_policy(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """A policy with its text."""
    _only_administrators(world, question)
    for policy in world.head["organization"]["policies"]:
        if policy["id"] == question.params["PolicyId"]:
            return {"Policy": {"PolicySummary": _summary(world, policy), "Content": policy["content"]}}
    raise AwsError("PolicyNotFoundException", "there is no such policy")


def describe_effective_policy(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """What applies to an account after inheritance; no policy at all is an error by name."""
    refuse_unknown(question, ("PolicyType", "TargetId"))
    target = question.params.get("TargetId", question.account)
    if target != question.account:
        _only_administrators(world, question)
    if target not in world.by_id:
        raise AwsError("TargetNotFoundException", "there is no such account")
    kind, above = question.params["PolicyType"], {*_above(world, world.by_id[target])}
    found = [p for p in _policies(world, kind) if above & _attached_to(world, p)]
    if not found:
        raise AwsError("EffectivePolicyNotFoundException", f"no {kind} is in effect for {target}")
    if len(found) > 1:
        raise BadFixture(f"{kind} policies are not merged by the sandbox")
    effective = {"PolicyContent": found[0]["effective"], "LastUpdatedTimestamp": found[0]["since"]}
    return {"EffectivePolicy": effective | {"TargetId": target, "PolicyType": kind}}


def list_parents(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The root or unit right above an account or unit."""
    _only_administrators(world, question)
    child, head = question.params["ChildId"], world.head["organization"]
    parents = {unit["id"]: unit["parent"] for unit in head["units"]}
    parents |= {account.id: account.parent for account in world.by_id.values()}
    if child not in parents:
        raise AwsError("ChildNotFoundException", "there is no such account or unit")
    kind = "ROOT" if parents[child] == head["root"] else "ORGANIZATIONAL_UNIT"
    return {"Parents": [{"Id": parents[child], "Type": kind}]}


def list_tags(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The tags of an account; roots, units and policies have none."""
    _only_administrators(world, question)
    target = question.params["ResourceId"]
    if target not in _targets(world):
        raise AwsError("TargetNotFoundException", "there is no such root, unit or account")
    tags = world.by_id[target].tags if target in world.by_id else {}
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def list_delegated(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The accounts that administer a service for the organisation."""
    _only_administrators(world, question)
    refuse_unknown(question, ("ServicePrincipal",))
    asked = question.params.get("ServicePrincipal")
    found = world.head["organization"]["delegated"].items()
    items = [(world.accounts[n], d) for n, d in found if asked is None or asked in d["services"]]
    return {"DelegatedAdministrators": [_delegate(world, account, data) for account, data in items]}


def _only_administrators(world: "AwsWorld", question: Question) -> None:
    allowed = {"management", *world.head["organization"]["delegated"]}
    if world.by_id[question.account].name not in allowed:
        raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")


def _account_arn(world: "AwsWorld", account: "Account") -> str:
    return f"arn:aws:organizations::{world.management.id}:account/{world.head['organization']['id']}/{account.id}"


def _account(world: "AwsWorld", account: "Account") -> dict[str, Any]:
    return {
        "Id": account.id,
        "Arn": _account_arn(world, account),
        "Email": account.email,
        "Name": account.name,
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "Paths": ["/".join([*reversed([*_above(world, account)]), ""])],
        "JoinedMethod": account.method,
        "JoinedTimestamp": account.joined,
    }


def _delegate(world: "AwsWorld", account: "Account", data: dict[str, Any]) -> dict[str, Any]:
    item = {name: value for name, value in _account(world, account).items() if name != "Paths"}
    return item | {"DelegationEnabledDate": data["since"]}


def _above(world: "AwsWorld", account: "Account") -> list[str]:
    """The account's id, its units from the inside out, the root and the organisation."""
    head = world.head["organization"]
    parents = {unit["id"]: unit["parent"] for unit in head["units"]}
    chain = [account.id, account.parent]
    while chain[-1] in parents:
        chain.append(parents[chain[-1]])
    return [*chain, head["id"]]


def _unit(world: "AwsWorld", unit: dict[str, Any]) -> dict[str, Any]:
    head = world.head["organization"]
    arn = f"arn:aws:organizations::{world.management.id}:ou/{head['id']}/{unit['id']}"
    return {"Id": unit["id"], "Arn": arn, "Name": unit["name"], "Path": f"{head['id']}/{head['root']}/{unit['id']}/"}


def _policies(world: "AwsWorld", kind: str) -> list[dict[str, Any]]:
    return [policy for policy in world.head["organization"]["policies"] if policy["type"] == kind]


def _attached_to(world: "AwsWorld", policy: dict[str, Any]) -> set[str]:
    return {world.account_id(target) for target in policy["targets"]}


def _targets(world: "AwsWorld") -> list[str]:
    head = world.head["organization"]
    return [head["root"], *(unit["id"] for unit in head["units"]), *world.by_id]


def _summary(world: "AwsWorld", policy: dict[str, Any]) -> dict[str, Any]:
    managed = bool(policy.get("aws_managed"))
    path = f"{policy['type'].lower()}/{policy['id']}"
    owner = "aws:policy" if managed else f"{world.management.id}:policy/{world.head['organization']['id']}"
    return {
        "Id": policy["id"],
        "Arn": f"arn:aws:organizations::{owner}/{path}",
        "Name": policy["name"],
        "Description": policy["description"],
        "Type": policy["type"],
        "AwsManaged": managed,
    }


ANSWERS: Answers = {
    ("organizations", "DescribeOrganization"): describe_organization,
    ("organizations", "ListAccounts"): list_accounts,
    ("organizations", "ListRoots"): list_roots,
    ("organizations", "ListOrganizationalUnitsForParent"): list_units,
    ("organizations", "ListPolicies"): list_policies,
    ("organizations", "ListPoliciesForTarget"): list_policies_for_target,
    ("organizations", "DescribePolicy"): describe_policy,
    ("organizations", "DescribeEffectivePolicy"): describe_effective_policy,
    ("organizations", "ListParents"): list_parents,
    ("organizations", "ListTagsForResource"): list_tags,
    ("organizations", "ListDelegatedAdministrators"): list_delegated,
}
"""One endpoint for the whole organisation."""
