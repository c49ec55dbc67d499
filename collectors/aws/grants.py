"""Who may use or administer AI in an account, worked out from IAM's own data.

The four lists of IAM's authorisation details are read apart, so that a lost list costs only what rests on it. Where the
policies above the account could not be read, a grant that they could take away has no verdict.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from annexa.collectors.aws import _last_used, _service_control
from annexa.collectors.aws._access import Grant, GrantingStatement, access_grants
from annexa.collectors.aws._last_used import LastUsed
from annexa.collectors.aws._service_control import Control, control
from annexa.evidence.call import Call, collects
from annexa.evidence.errors import AnnexaError
from annexa.evidence.fact import NOT_EXPOSED, Missing, unread
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant
from annexa.schemas.words import Reason

DETAILS = "iam:GetAccountAuthorizationDetails"
USERS = Call(op=DETAILS, needs=DETAILS, path="UserDetailList", params={"Filter": ["User"]})
GROUPS = Call(op=DETAILS, needs=DETAILS, path="GroupDetailList", params={"Filter": ["Group"]})
ROLES = Call(op=DETAILS, needs=DETAILS, path="RoleDetailList", params={"Filter": ["Role"]})
POLICIES = Call(
    op=DETAILS, needs=DETAILS, path="Policies", params={"Filter": ["LocalManagedPolicy", "AWSManagedPolicy"]}
)

ALWAYS_OPEN = (
    "resource policies, resource control policies, session policies and VPC endpoint policies",
    "detours through other rights, such as iam:PassRole",
)
"""What IAM's authorisation details cannot tell."""


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The four lists, as far as they were read."""

    users: list[Item]
    groups: list[Item]
    roles: list[Item]
    policies: list[Item]


@collects(
    AccessGrant, ROLES, USERS, GROUPS, POLICIES, *_service_control.CALLS, *_last_used.CALLS, per="account",
    where={"access_grant.purpose": ("use", "administer"), "access_grant.target": ("ai",)},
)  # fmt: skip
def grants(handle: Handle) -> Iterator[AccessGrant]:
    """One record per principal and purpose that the account's policies allow, or may allow."""
    account = str(handle.known["account"])
    lists = _lists(handle)
    above = control(handle, account)
    found = _evaluated(handle, account, lists, above)
    used = LastUsed()
    used.read(handle, dict.fromkeys(grant.principal_arn for grant in found if not grant.service_linked))
    evidence = _Evidence(lists, above)
    for grant in found:
        with handle.citing(*evidence.of(grant), *used.cited(grant.principal_arn)):
            yield _record(grant, used)


def _lists(handle: Handle) -> Lists:
    """The first list fails as a whole; once it answers, each of the others may fail alone."""
    roles = list(handle.each(ROLES))
    return Lists(roles=roles, users=_all(handle, USERS), groups=_all(handle, GROUPS), policies=_all(handle, POLICIES))


def _evaluated(handle: Handle, account: str, lists: Lists, above: Control) -> list[Grant]:
    try:
        return list(access_grants(
            users=lists.users, groups=lists.groups, roles=lists.roles, policies=lists.policies, account_id=account,
            management_account=above.management, scp_levels=above.levels,
        ))  # fmt: skip
    except AnnexaError as error:
        handle.note(ROLES, Reason.INVALID_ANSWER, error.message, cure=error.hint)
        return []


def _all(handle: Handle, call: Call) -> list[Item]:
    """What could be read of a list; an end before its time is noted."""
    found: list[Item] = []
    handle.detail(call, lambda: found.extend(handle.each(call)))
    return found


def _record(grant: Grant, used: LastUsed) -> AccessGrant:
    services = sorted({action.split(":", 1)[0] for action in (*grant.actions, *grant.also_conditional)})
    return AccessGrant(
        subject=f"{grant.principal_arn}#{grant.purpose}",
        grantee=grant.principal_arn,
        grantee_name=grant.principal_name or NOT_EXPOSED,
        grantee_sort=grant.principal_type,
        on_behalf_of="none",
        purpose=grant.purpose,
        permissions=tuple(sorted(grant.actions)),
        target="ai",
        resources=_resources(grant.via),
        verdict=_verdict(grant),
        via=(*(_line(statement) for statement in grant.via), *(f"limited by {_line(it)}" for it in grant.limited_by)),
        not_evaluated=_not_evaluated(grant),
        vendor_managed=grant.service_linked,
        last_used=used.of(grant.principal_arn, services),
    )


def _verdict(grant: Grant) -> Literal["allowed", "conditional"] | Missing:
    if grant.verdict == "unknown":
        return unread(f"{DETAILS}: {'; '.join(grant.unresolved)}")
    if grant.verdict == "allowed" and not grant.scp_evaluated:
        return unread("service control policies above the account were not read")
    return grant.verdict


def _not_evaluated(grant: Grant) -> tuple[str, ...]:
    lines = [*grant.unresolved]
    if not grant.scp_evaluated:
        lines.append("service control policies: not read")
    if grant.also_conditional:
        lines.append(f"only under conditions: {', '.join(grant.also_conditional)}")
    if grant.trust is None:
        lines.append("who may become this role: its trust policy could not be read")
    elif grant.trust:
        lines.append(f"who is behind the role; it may be assumed by {'; '.join(grant.trust)}")
    return (*lines, *ALWAYS_OPEN)


def _line(statement: GrantingStatement) -> str:
    text = (
        f"{statement.policy} ({statement.attached}) {statement.sid}: {statement.effect} "
        f"{statement.action_element} {', '.join(statement.actions)} on "
        f"{statement.resource_element} {', '.join(statement.resources)}"
    )
    return f"{text} if {statement.condition}" if statement.condition else text


def _resources(via: Sequence[GrantingStatement]) -> tuple[str, ...] | Missing:
    named = {
        resource if statement.resource_element == "Resource" else f"all but {resource}"
        for statement in via
        for resource in statement.resources
    }
    return tuple(sorted(named)) or NOT_EXPOSED


class _Evidence:
    """Which answers a grant rests on: the principal, its groups, their policies, and the policies above."""

    def __init__(self, lists: Lists, above: Control) -> None:
        self._principals = {str(item["Arn"]): item for item in (*lists.users, *lists.roles)}
        self._groups = {str(item["GroupName"]): item for item in lists.groups}
        self._policies = {str(item["Arn"]): item for item in lists.policies}
        self._above = above.cited

    def of(self, grant: Grant) -> Iterator[Item]:
        principal = self._principals[grant.principal_arn]
        groups = [self._groups[name] for name in principal.get("GroupList", ()) if name in self._groups]
        yield from (principal, *groups)
        arns = dict.fromkeys((grant.boundary or "", *_attached((principal, *groups))))
        yield from (self._policies[arn] for arn in arns if arn in self._policies)
        if not grant.service_linked:
            yield from self._above


def _attached(holders: Iterable[Item]) -> Iterator[str]:
    for holder in holders:
        for policy in holder.get("AttachedManagedPolicies", ()):
            yield str(policy.get("PolicyArn"))
