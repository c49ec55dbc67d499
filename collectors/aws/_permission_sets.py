"""What a permission set of IAM Identity Center allows, by the same evaluator as roles in an account.

A permission set becomes a role in every account it is assigned to; here it is read as if it were one. Policies that an
account keeps itself, and whatever could not be read, leave the outcome open; they never count as granting nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annexa.collectors.aws._access import Grant, access_grants
from annexa.evidence.call import Call
from annexa.evidence.fact import NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item

DESCRIBE = Call(op="sso-admin:DescribePermissionSet", needs="sso:DescribePermissionSet", path="PermissionSet")
INLINE = Call(op="sso-admin:GetInlinePolicyForPermissionSet", needs="sso:GetInlinePolicyForPermissionSet")
MANAGED = Call(
    op="sso-admin:ListManagedPoliciesInPermissionSet",
    needs="sso:ListManagedPoliciesInPermissionSet",
    path="AttachedManagedPolicies",
)
CUSTOMER = Call(
    op="sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
    needs="sso:ListCustomerManagedPolicyReferencesInPermissionSet",
    path="CustomerManagedPolicyReferences",
)
BOUNDARY = Call(
    op="sso-admin:GetPermissionsBoundaryForPermissionSet",
    needs="sso:GetPermissionsBoundaryForPermissionSet",
    path="PermissionsBoundary",
    absent=("ResourceNotFoundException",),
)
POLICY = Call(op="iam:GetPolicy", needs="iam:GetPolicy", path="Policy")
VERSION = Call(op="iam:GetPolicyVersion", needs="iam:GetPolicyVersion", path="PolicyVersion")
CALLS = (DESCRIBE, INLINE, MANAGED, CUSTOMER, BOUNDARY, POLICY, VERSION)
"""For the collector that uses this: its declarations."""

LOST = "could not be read"


@dataclass(frozen=True, kw_only=True)
class PermissionSet:
    """A permission set and what it allows with AI."""

    arn: str
    name: str | Missing
    grants: tuple[Grant, ...]


class PermissionSets:
    """Reads permission sets of one instance; each managed policy is read once."""

    def __init__(self, handle: Handle, instance: str, account: str) -> None:
        self._handle, self._instance, self._account = handle, instance, account
        self._documents: dict[str, Any] = {}

    def read(self, arn: str) -> PermissionSet:
        """One permission set; what could not be read of it is noted and leaves its grants open."""
        asked = {"InstanceArn": self._instance, "PermissionSetArn": arn}
        described = self._handle.attempt(DESCRIBE, **asked)
        name = described.get("Name", NOT_EXPOSED) if isinstance(described, Item) else NOT_EXPOSED
        inline, attached = self._inline(asked), [*self._managed(asked), *self._customer(asked)]
        boundary = self._boundary(asked)
        role = {
            "Arn": f"arn:aws:iam::{self._account}:role/aws-reserved/sso.amazonaws.com/{arn.rsplit('/', 1)[-1]}",
            "RolePolicyList": inline,
            "AttachedManagedPolicies": [{"PolicyArn": policy} for policy in attached],
            **({"PermissionsBoundary": {"PermissionsBoundaryArn": boundary}} if boundary else {}),
            "AssumeRolePolicyDocument": {"Statement": []},
        }
        for policy in (*attached, boundary or ""):
            self._load(policy)
        found = access_grants(
            users=(), groups=(), roles=(role,), policies=self._policies(), account_id=self._account,
            management_account=False, scp_levels=(),
        )  # fmt: skip
        return PermissionSet(arn=arn, name=name, grants=tuple(found))

    def _inline(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        answer = self._handle.attempt(INLINE, **asked)
        text = answer.get("InlinePolicy") if isinstance(answer, Item) else None
        if isinstance(answer, Item) and not text:
            return []
        return [{"PolicyName": "inline", "PolicyDocument": text}]

    def _managed(self, asked: dict[str, str]) -> list[str]:
        found = self._handle.detail(MANAGED, lambda: [str(it["Arn"]) for it in self._handle.each(MANAGED, **asked)])
        return [f"managed policies: {LOST}"] if isinstance(found, Missing) else found

    def _customer(self, asked: dict[str, str]) -> list[str]:
        found = self._handle.detail(CUSTOMER, lambda: [str(it["Name"]) for it in self._handle.each(CUSTOMER, **asked)])
        return [f"references: {LOST}"] if isinstance(found, Missing) else [f"each account's own {it}" for it in found]

    def _boundary(self, asked: dict[str, str]) -> str | None:
        answer = self._handle.attempt(BOUNDARY, **asked)
        if answer is None:
            return None
        arn = answer.get("ManagedPolicyArn") if isinstance(answer, Item) else None
        return str(arn) if arn else "a boundary that each account keeps, or that could not be read"

    def _load(self, arn: str) -> None:
        if not arn.startswith("arn:") or arn in self._documents:
            return
        self._documents[arn] = None
        policy = self._handle.attempt(POLICY, PolicyArn=arn)
        if isinstance(policy, Item):
            version = self._handle.attempt(VERSION, PolicyArn=arn, VersionId=policy["DefaultVersionId"])
            self._documents[arn] = version.get("Document") if isinstance(version, Item) else None

    def _policies(self) -> Iterator[dict[str, Any]]:
        for arn, document in self._documents.items():
            yield {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": document}]}
