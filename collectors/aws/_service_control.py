"""Reads the service control policies above one account, root first.

Only the management account and delegated administrators may read them. No organisation, consolidated billing alone, and
a root where the policy type is off, each prove that none applies.
"""

from dataclasses import dataclass

from annexa.evidence.answer import UnreadError
from annexa.evidence.call import Call
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

ORGANISATION = Call(
    op="organizations:DescribeOrganization",
    needs="organizations:DescribeOrganization",
    path="Organization",
    absent=("AWSOrganizationsNotInUseException",),
    drop=("MasterAccountEmail",),
)
PARENTS = Call(op="organizations:ListParents", needs="organizations:ListParents", path="Parents", asked_as="source")
ROOTS = Call(op="organizations:ListRoots", needs="organizations:ListRoots", path="Roots", asked_as="source")
POLICIES = Call(
    op="organizations:ListPoliciesForTarget",
    needs="organizations:ListPoliciesForTarget",
    path="Policies",
    params={"Filter": "SERVICE_CONTROL_POLICY"},
    asked_as="source",
)
POLICY = Call(op="organizations:DescribePolicy", needs="organizations:DescribePolicy", path="Policy", asked_as="source")
CALLS = (ORGANISATION, PARENTS, ROOTS, POLICIES, POLICY)
"""For the collector that uses this: its declarations."""

CURE = "Let the management account, or a delegated administrator of AWS Organizations, read the policies."
DEEPEST = 8
"""Levels above an account; AWS allows five units below the root."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """What binds an account from above."""

    levels: tuple[dict[str, str | None], ...] | None
    """Policy ARN to text, root first; empty: none applies; None: not read."""
    management: bool = False
    """It is the management account, which no such policy binds."""
    cited: tuple[Item, ...] = ()
    """The answers that this rests on."""


def control(handle: Handle, account: str) -> Control:
    """The policies above an account; what could not be read is noted once."""
    try:
        organisation = handle.find(ORGANISATION)
        if organisation is None or organisation.get("FeatureSet") == "CONSOLIDATED_BILLING":
            return Control(levels=(), cited=(organisation,) if organisation else ())
        if organisation.get("MasterAccountId") == account:
            return Control(levels=(), management=True, cited=(organisation,))
        return _levels(handle, account)
    except UnreadError as error:
        says = f"service control policies: {error.trouble.code}: {error.trouble.says}"
        handle.note(error.call, error.trouble.reason, says, cure=CURE)
        return Control(levels=None)


def _levels(handle: Handle, account: str) -> Control:
    roots = list(handle.each(ROOTS))
    if len(roots) != 1:
        return _broken(handle, ROOTS, f"the list of roots has {len(roots)} entries")
    if not _enabled(roots[0]):
        return Control(levels=(), cited=(roots[0],))
    targets = _above(handle, account)
    if targets[0] != roots[0]["Id"]:
        return _broken(handle, PARENTS, "the parents of the account do not lead to the root")
    levels: list[dict[str, str | None]] = []
    cited: list[Item] = roots
    for target in targets:
        listed = list(handle.each(POLICIES, TargetId=target))
        texts = [handle.one(POLICY, PolicyId=policy["Id"]) for policy in listed]
        levels.append({str(policy["Arn"]): text.get("Content") for policy, text in zip(listed, texts, strict=True)})
        cited += [*listed, *texts]
    return Control(levels=tuple(levels), cited=tuple(cited))


def _above(handle: Handle, account: str) -> list[str]:
    """The topmost ancestor that is told, every unit below it, and the account itself, in this order."""
    chain = [account]
    while len(chain) <= DEEPEST:
        parents = list(handle.each(PARENTS, ChildId=chain[-1]))
        if not parents:
            break
        chain.append(str(parents[0]["Id"]))
        if parents[0].get("Type") == "ROOT":
            break
    return chain[::-1]


def _broken(handle: Handle, call: Call, says: str) -> Control:
    handle.note(call, Reason.INVALID_ANSWER, says, cure="Run again; if it stays, report it.")
    return Control(levels=None)


def _enabled(root: Item) -> bool:
    types = {entry.get("Type"): entry.get("Status") for entry in root.get("PolicyTypes", ())}
    return types.get("SERVICE_CONTROL_POLICY") not in (None, "PENDING_DISABLE")
