"""Predicates about Microsoft's conditional access: whether a policy in force asks everybody for a second factor."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AccessPolicy, AiSystem, Application
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.operators import STATES
from annexa.mappings.outcome import Outcome, Whose, failed, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Rule
from annexa.schemas.words import UnknownReason, Verdict

COPILOT = "fb8d773d-7ef8-4ec0-a117-179f88add510"
"""Enterprise Copilot Platform: what Microsoft names as the target for Copilot in conditional access."""
EXPECTED = "a policy in force that asks everybody for a second factor"
Said = tuple[Verdict, UnknownReason | None, str]


@predicate(
    "asked_for_second_factor", reads=("ai_system", "application"), joins=("access_policy",), narrows=("access_policy",)
)  # fmt: skip
def asked_for_second_factor(record: Record, rule: Rule, context: Context) -> Outcome:
    """A conditional-access policy that is in force asks everybody who signs in to the AI service for a second factor.

    A policy counts where it names the service or all applications, and all people; a policy for some sign-ins only, or one
    that only reports, does not. It may leave out no more people than the rule's parameter says: accounts for emergencies.
    """
    limit = context.parameters.effective(rule.criterion.parameter or "", rule.criterion.default)
    if not isinstance(limit.value, int):
        return unknown(record, UnknownReason.CRITERION_UNSET, f"{limit.name} is not set", expected=EXPECTED)
    policies, target = context.joined("access_policy", rule), _target(record)
    about = [
        row.data
        for row in policies.records
        if row.source == record.source and isinstance(row.data, AccessPolicy) and _names(row.data, target)
    ]
    said = [_asks(policy, limit.value) for policy in about]
    observed = "; ".join(sorted(what for _, _, what in said)) or "no policy is about it"
    if any(verdict is Verdict.PASS for verdict, _, _ in said):
        return passed(record, next(what for verdict, _, what in said if verdict is Verdict.PASS), expected=EXPECTED)
    open_ = next((reason for verdict, reason, _ in said if verdict is Verdict.UNKNOWN), None)
    if open_ is not None:
        return unknown(record, open_, observed, expected=EXPECTED)
    if not policies.complete:
        return unknown(record, policies.reason, "not all policies were read", expected=EXPECTED)
    whose = Whose(criterion=limit.criterion, criterion_ref=limit.name)
    return failed(record, observed, expected=EXPECTED, **whose)


def _target(record: Record) -> str:
    """The id under which policies name the service."""
    fact = record.data
    assert isinstance(fact, (AiSystem, Application))  # noqa: S101
    return fact.vendor_id if isinstance(fact, Application) else COPILOT


def _names(policy: AccessPolicy, target: str) -> bool:
    """Whether a policy is, or may be, about the service; what it leaves out is not."""
    excludes = () if isinstance(policy.excludes, Missing) else policy.excludes
    if f"app {target}" in excludes:
        return False
    named = {"app All", f"app {target}", "only applicationFilter"}
    return isinstance(policy.targets, Missing) or bool(named & set(policy.targets))


def _asks(policy: AccessPolicy, most: int) -> Said:
    """What one policy amounts to. What certainly does not count is settled before what is not known."""
    name = policy.name if isinstance(policy.name, str) else policy.subject
    if policy.state in ("off", "report_only"):
        word = "only reports" if policy.state == "report_only" else "is off"
        return Verdict.FAIL, None, f"{name} {word}{_left_out(policy)}"
    if isinstance(policy.requires, tuple) and not {"mfa", "block"} & set(policy.requires):
        return Verdict.FAIL, None, f"{name} asks for {', '.join(policy.requires)}"
    if isinstance(policy.requires, Missing) and policy.requires.state not in STATES:
        return Verdict.FAIL, None, f"{name} asks for nothing"
    if isinstance(policy.targets, tuple) and "only applicationFilter" in policy.targets:
        return (
            Verdict.UNKNOWN,
            UnknownReason.AMBIGUOUS_VALUE,
            f"{name}: which applications its filter chooses is not known",
        )
    if isinstance(policy.targets, tuple) and _some_groups(policy.targets):
        return Verdict.UNKNOWN, UnknownReason.CONDITIONAL, f"{name}: whether its groups are everybody is not known"
    if isinstance(policy.targets, tuple) and not _everybody(policy.targets):
        return Verdict.FAIL, None, f"{name} holds for some people or sign-ins only"
    for value in (policy.state, policy.targets, policy.excludes, policy.requires, policy.excluded_members):
        if isinstance(value, Missing) and value.state in STATES:
            return Verdict.UNKNOWN, STATES[value.state], f"{name}: {value.why or 'not known in full'}"
    if isinstance(policy.excluded_members, int) and policy.excluded_members > most:
        return Verdict.FAIL, None, f"{name} leaves {policy.excluded_members} out"
    return Verdict.PASS, None, f"{name} is in force{_left_out(policy)}"


def _everybody(targets: tuple[str, ...]) -> bool:
    return "user All" in targets and not any(name.startswith("only ") for name in targets)


def _some_groups(targets: tuple[str, ...]) -> bool:
    """Whether it holds for every sign-in of groups, which may or may not be everybody."""
    narrow = any(name.startswith("only ") for name in targets)
    return "user All" not in targets and not narrow and any(name.startswith("group ") for name in targets)


def _left_out(policy: AccessPolicy) -> str:
    return f" and leaves {policy.excluded_members} out" if isinstance(policy.excluded_members, int) else ""
