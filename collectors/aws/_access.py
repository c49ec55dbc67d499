"""Answers "who may use or administer AI" from one account's IAM data. Pure: no network, no clock.

The rule for one action of one principal: some identity statement (inline, attached or through a group) allows it, the
permissions boundary and every level of service control policies (root, each organisational unit, account) allow it, and
no statement anywhere denies it. SCPs bind neither the management account nor service-linked roles.

- `allowed`: proven for the resources of the granting statements, whatever the circumstances.
- `conditional`: a `Condition`, a `NotResource`, or a deny or ceiling that reaches only some of the resources decides.
- `unknown`: a policy that could grant it, or the boundary, could not be read, and nothing else proves `allowed`.
- Absent (nothing is yielded): no readable statement grants it and no unread one could.

An attached policy without its document never counts as granting nothing. Not decided here, since these data do not say:
session policies, resource policies, resource control policies, VPC endpoint policies, the root user, Bedrock API keys,
and detours such as `iam:PassRole`. Who can become a role is in `Grant.trust`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from annexa.collectors.aws._access_actions import ENOUGH, PURPOSES, Purpose, names
from annexa.collectors.aws._access_layers import Ceiling, Decision, Limits, Placed, Source, decide
from annexa.collectors.aws._access_sources import (
    NO_SERVICE_CONTROL,
    Account,
    Detail,
    Level,
    Principal,
    ServiceControl,
    trusted,
)
from annexa.collectors.aws._policy import Statement, as_text
from annexa.evidence.errors import AnnexaError

Verdict = Literal["allowed", "conditional", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantingStatement:
    """One policy statement as an assessor would look it up."""

    policy: str
    """The ARN of a managed policy, the name of another."""
    attached: str
    """`inline`, `attached`, `group:<name>`, `boundary` or `scp:<level>`, where level 1 is the root."""
    sid: str
    """Its `Sid`, or `#2` for the second statement when it has none."""
    effect: Literal["Allow", "Deny"]
    action_element: Literal["Action", "NotAction"]
    actions: tuple[str, ...]
    """The patterns as written."""
    resource_element: Literal["Resource", "NotResource"]
    resources: tuple[str, ...]
    condition: str | None
    """The `Condition` element as JSON with sorted keys; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one principal may do with AI for one purpose; there is at most one grant for each such pair."""

    account_id: str
    principal_arn: str
    principal_type: Literal["user", "role"]
    principal_id: str
    """AWS's own unique id: another one after the name is deleted and made again."""
    principal_name: str
    purpose: Purpose
    verdict: Verdict
    actions: tuple[str, ...]
    """The actions the verdict speaks of; with `unknown`, those that the policies which were read make possible."""
    also_conditional: tuple[str, ...]
    """Beside the actions of an `allowed` grant, those that are only conditional."""
    via: tuple[GrantingStatement, ...]
    """The allow statements behind both lists of actions."""
    limited_by: tuple[GrantingStatement, ...]
    """Denies, and statements of the boundary and of SCPs, that make actions conditional."""
    boundary: str | None
    """The ARN of the permissions boundary."""
    unresolved: tuple[str, ...]
    """Policies that could not be read: where attached, which one, and why."""
    scp_evaluated: bool
    """False when service control policies apply and could not all be read: the verdict is then without them."""
    service_linked: bool
    trust: tuple[str, ...] | None
    """Who may assume the role, conditions included, denies not subtracted; None if its trust policy is unreadable."""


def access_grants(
    *,
    users: Iterable[Detail],
    groups: Iterable[Detail],
    roles: Iterable[Detail],
    policies: Iterable[Detail],
    account_id: str,
    management_account: bool,
    scp_levels: Sequence[Level] | None,
) -> Iterator[Grant]:
    """One grant per principal and purpose that the account's policies allow, or may allow; users first, then roles.

    `users`, `groups`, `roles` and `policies` are `UserDetailList`, `GroupDetailList`, `RoleDetailList` and `Policies`
    of GetAccountAuthorizationDetails, all pages, as boto3 parses them; documents are mappings or JSON text, URL-encoded
    or not. `scp_levels` are the SCPs at the root, each organisational unit and the account, in this order: empty if
    none applies (no organisation, or SCPs not enabled in it), None if they could not be read; the management account
    and service-linked roles are outside them. A principal without an ARN of `account_id` raises `AnnexaError`: somebody
    else's details must not become this account's evidence.
    """
    account = Account(groups=groups, policies=policies)
    control = NO_SERVICE_CONTROL if management_account else ServiceControl.of(scp_levels)
    report = _Report(account_id)
    for detail in users:
        yield from report.grants(account.principal(_own(detail, account_id), "user"), control)
    for detail in roles:
        principal = account.principal(_own(detail, account_id), "role")
        yield from report.grants(principal, NO_SERVICE_CONTROL if principal.service_linked else control)


class _Report:
    """Turns decisions into grants; a statement shown before is shown by the same object."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._shown: dict[Placed, GrantingStatement] = {}

    def grants(self, principal: Principal, control: ServiceControl) -> Iterator[Grant]:
        limits = _limits(principal, control)
        decision = decide(principal.sources, limits)
        unread = 0 if principal.identity_read else limits.leave_possible()
        if not (decision.possible or unread):
            return
        trust = trusted(principal.detail.get("AssumeRolePolicyDocument")) if principal.kind == "role" else ()
        for purpose, bits in PURPOSES.items():
            verdict = _verdict(principal, decision, bits & ENOUGH, unread)
            if verdict is not None:
                yield self._grant(principal, control, decision, purpose, verdict, trust)

    def _grant(
        self,
        principal: Principal,
        control: ServiceControl,
        decision: Decision,
        purpose: Purpose,
        verdict: Verdict,
        trust: tuple[str, ...] | None,
    ) -> Grant:
        possible, allowed = decision.possible & PURPOSES[purpose], decision.allowed & PURPOSES[purpose]
        spoken_of = allowed if verdict == "allowed" else possible
        return Grant(
            account_id=self._account_id,
            principal_arn=principal.detail["Arn"],
            principal_type=principal.kind,
            principal_id=principal.detail.get(f"{principal.kind.title()}Id", ""),
            principal_name=principal.detail.get(f"{principal.kind.title()}Name", ""),
            purpose=purpose,
            verdict=verdict,
            actions=names(spoken_of),
            also_conditional=names(possible & ~spoken_of),
            via=self._statements(decision.granting, possible),
            limited_by=self._statements(decision.limiting, possible & ~allowed),
            boundary=principal.boundary_arn,
            unresolved=(*principal.unresolved, *control.unresolved),
            scp_evaluated=control.complete,
            service_linked=principal.service_linked,
            trust=trust,
        )

    def _statements(self, placed: Iterable[tuple[Placed, int]], bits: int) -> tuple[GrantingStatement, ...]:
        chosen = dict.fromkeys(item for item, touched in placed if touched & bits)
        return tuple(self._shown.get(item) or self._shown.setdefault(item, _shown(*item)) for item in chosen)


def _limits(principal: Principal, control: ServiceControl) -> Limits:
    boundary = [principal.boundary] if principal.boundary is not None else []
    ceilings = [*(Ceiling.of([source]) for source in boundary), *control.ceilings]
    return Limits.of([*principal.sources, *boundary, *control.sources], ceilings)


def _verdict(principal: Principal, decision: Decision, purpose: int, unread: int) -> Verdict | None:
    """The verdict for one purpose; `unread` are the actions that an unread identity policy could grant."""
    if principal.boundary_arn is not None and principal.boundary is None:
        return "unknown" if (decision.possible | unread) & purpose else None
    if decision.allowed & purpose:
        return "allowed"
    if unread & purpose:
        return "unknown"
    return "conditional" if decision.possible & purpose else None


def _own(detail: Detail, account_id: str) -> Detail:
    parts = str(detail.get("Arn")).split(":")
    if len(parts) != 6 or parts[4] != account_id:
        raise AnnexaError(
            f"the IAM details of account {account_id} hold a principal with the ARN {detail.get('Arn')!r}",
            expected=f"an ARN of account {account_id}",
            hint="check which identity and endpoint answered: these details must not be used for this account",
        )
    return detail


def _shown(source: Source, statement: Statement) -> GrantingStatement:
    return GrantingStatement(
        policy=source.policy,
        attached=source.attached,
        sid=statement.sid,
        effect="Allow" if statement.allows else "Deny",
        action_element="NotAction" if statement.negated else "Action",
        actions=statement.patterns,
        resource_element="NotResource" if statement.excludes else "Resource",
        resources=statement.resources,
        condition=as_text(statement.condition),
    )
