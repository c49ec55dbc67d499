"""Which people and groups may enter which account with rights over AI, through IAM Identity Center.

The instance is read where it has its home, in the account that owns it. The roles themselves stand in each account and
are judged there, with the policies above it; here stands who may become them, so the target is the account.
"""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors.aws import _permission_sets
from annexa.collectors.aws._access import Grant
from annexa.collectors.aws._permission_sets import PermissionSet, PermissionSets
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import Missing, unknown_value, unread
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant

INSTANCES = Call(op="sso-admin:ListInstances", needs="sso:ListInstances", path="Instances")
SETS = Call(op="sso-admin:ListPermissionSets", needs="sso:ListPermissionSets", path="PermissionSets")
ACCOUNTS = Call(
    op="sso-admin:ListAccountsForProvisionedPermissionSet",
    needs="sso:ListAccountsForProvisionedPermissionSet",
    path="AccountIds",
)
ASSIGNMENTS = Call(op="sso-admin:ListAccountAssignments", needs="sso:ListAccountAssignments", path="AccountAssignments")

OPEN = (
    "service control policies: evaluated on the role in the account",
    "who is in the group",
)
"""What an assignment alone cannot tell."""


@collects(
    AccessGrant, INSTANCES, SETS, ACCOUNTS, ASSIGNMENTS, *_permission_sets.CALLS, per="region",
    where={"access_grant.purpose": ("use", "administer")},
)  # fmt: skip
def assignments(handle: Handle) -> Iterator[AccessGrant]:
    """One record per person or group, account, permission set and purpose over AI."""
    for instance in handle.each(INSTANCES):
        if _at_home(handle, instance):
            arn = str(instance["InstanceArn"])
            sets = PermissionSets(handle, arn, str(handle.known["account"]))
            for entry in handle.each(SETS, InstanceArn=arn):
                with handle.item(str(entry["value"])):
                    found = sets.read(str(entry["value"]))
                    if found.grants:
                        yield from _assigned(handle, arn, found)


def _at_home(handle: Handle, instance: Item) -> bool:
    here = (handle.known["region"], handle.known["account"])
    return here == (instance.get("PrimaryRegion", here[0]), instance.get("OwnerAccountId"))


def _assigned(handle: Handle, instance: str, found: PermissionSet) -> Iterator[AccessGrant]:
    asked = {"InstanceArn": instance, "PermissionSetArn": found.arn}
    for account in handle.each(ACCOUNTS, **asked):
        for assignment in handle.each(ASSIGNMENTS, AccountId=account["value"], **asked):
            with handle.citing(assignment, *found.cited):
                for grant in found.grants:
                    yield _record(assignment, found, grant)


def _record(assignment: Item, found: PermissionSet, grant: Grant) -> AccessGrant:
    account, who = str(assignment["AccountId"]), str(assignment["PrincipalId"])
    label = found.name if isinstance(found.name, str) else found.arn
    return AccessGrant(
        subject=f"{found.arn}/{account}/{who}#{grant.purpose}",
        at=account,
        grantee=who,
        grantee_sort=_sort(assignment),
        on_behalf_of="none",
        purpose=grant.purpose,
        permissions=tuple(sorted(grant.actions)),
        target=account,
        verdict=_verdict(grant),
        via=(f"permission set {label}", *(f"{it.policy} ({it.attached}) {it.sid}" for it in grant.via)),
        not_evaluated=(*grant.unresolved, *OPEN),
    )


def _sort(assignment: Item) -> Literal["user", "group"] | Missing:
    raw = str(assignment.get("PrincipalType"))
    sorts: dict[str, Literal["user", "group"]] = {"USER": "user", "GROUP": "group"}
    return sorts.get(raw, unknown_value(raw))


def _verdict(grant: Grant) -> Literal["allowed", "conditional"] | Missing:
    if grant.verdict == "unknown":
        return unread(f"policies of the permission set: {'; '.join(grant.unresolved)}")
    return grant.verdict
