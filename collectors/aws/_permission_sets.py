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
    cited: tuple[Item, ...]
    """The answers that this rests on."""


class PermissionSets:
    """Reads permission sets of one instance; each managed policy is read once."""

    def __init__(self, handle: Handle, instance: str, account: str) -> None:
        self._handle, self._instance, self._account = handle, instance, account
        self._documents: dict[str, Any] = {}
        self._versions: dict[str, Item] = {}
        self._cited: list[Item] = []

    def read(self, arn: str) -> PermissionSet:
        """One permission set; what could not be read of it is noted and leaves its grants open."""
        asked = {"InstanceArn": self._instance, "PermissionSetArn": arn}
        self._cited = []
        described = self._kept(self._handle.attempt(DESCRIBE, **asked))
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
        return PermissionSet(arn=arn, name=name, grants=tuple(found), cited=tuple(self._cited))

    def _kept(self, answer: Item | Missing | None) -> Item | Missing | None:
        if isinstance(answer, Item):
            self._cited.append(answer)
        return answer

    def _listed(self, call: Call, asked: dict[str, str]) -> list[Item] | Missing:
        found = self._handle.detail(call, lambda: list(self._handle.each(call, **asked)))
        self._cited += found if isinstance(found, list) else []
        return found

    def _inline(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        answer = self._kept(self._handle.attempt(INLINE, **asked))
        text = answer.get("InlinePolicy") if isinstance(answer, Item) else None
        if isinstance(answer, Item) and not text:
            return []
        return [{"PolicyName": "inline", "PolicyDocument": text}]

    def _managed(self, asked: dict[str, str]) -> list[str]:
        found = self._listed(MANAGED, asked)
        return [f"managed policies: {LOST}"] if isinstance(found, Missing) else [str(it["Arn"]) for it in found]

    def _customer(self, asked: dict[str, str]) -> list[str]:
        found = self._listed(CUSTOMER, asked)
        if isinstance(found, Missing):
            return [f"references: {LOST}"]
        return [f"each account's own {it['Name']}" for it in found]

    def _boundary(self, asked: dict[str, str]) -> str | None:
        answer = self._kept(self._handle.attempt(BOUNDARY, **asked))
        if answer is None:
            return None
        arn = answer.get("ManagedPolicyArn") if isinstance(answer, Item) else None
        return str(arn) if arn else "a boundary that each account keeps, or that could not be read"

    def _load(self, arn: str) -> None:
        """Read a managed policy, once; it is cited by every permission set that it is in."""
        if not arn.startswith("arn:"):
            return
        if arn not in self._documents:
            self._documents[arn] = None
            policy = self._handle.attempt(POLICY, PolicyArn=arn)
            if isinstance(policy, Item):
                self._version(arn, str(policy["DefaultVersionId"]))
        if arn in self._versions:
            self._cited.append(self._versions[arn])

    def _version(self, arn: str, version: str) -> None:
        found = self._handle.attempt(VERSION, PolicyArn=arn, VersionId=version)
        if isinstance(found, Item):
            self._documents[arn], self._versions[arn] = found.get("Document"), found

    def _policies(self) -> Iterator[dict[str, Any]]:
        for arn, document in self._documents.items():
            yield {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": document}]}
