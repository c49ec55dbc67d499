"""Predicates about the roles that AI systems run as: shared with nothing, and no broader than use needs."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AccessGrant, AiSystem
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.operators import STATES
from annexa.mappings.outcome import Outcome, failed, left_out, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Rule
from annexa.schemas.words import State, UnknownReason


@predicate("role_unshared", reads=("ai_system",), joins=("ai_system",), narrows=("ai_system",))
def role_unshared(record: Record, rule: Rule, context: Context) -> Outcome:
    """No other AI system runs as the same role, so that what each may do can be limited to what it needs."""
    system, systems = record.data, context.joined("ai_system", rule)
    assert isinstance(system, AiSystem)  # noqa: S101
    if isinstance(system.role, Missing):
        if system.role.state is State.ABSENT:
            return left_out(record, "it runs as no role")
        return unknown(record, STATES.get(system.role.state, UnknownReason.NOT_EXPOSED), "its role is not known")
    sharing = sorted(_by_role(rule, context).get((record.source, system.role), set()) - {record.subject_uid})
    if sharing:
        return failed(record, f"{system.role} serves {len(sharing)} more", expected="a role of its own")
    if not systems.complete:
        return unknown(record, systems.reason, "not all AI systems were read", expected="a role of its own")
    return passed(record, f"{system.role} serves nothing else", expected="a role of its own")


@predicate("role_not_broad", reads=("ai_system",), joins=("access_grant",), narrows=("access_grant",))
def role_not_broad(record: Record, rule: Rule, context: Context) -> Outcome:
    """The role that the AI system runs as may not administer AI, and holds no whole AI service by `*`.

    A grant behind a condition, or whose effect is not settled, makes it unknown.
    """
    system, grants = record.data, context.joined("access_grant", rule)
    assert isinstance(system, AiSystem)  # noqa: S101
    if isinstance(system.role, Missing):
        if system.role.state is State.ABSENT:
            return left_out(record, "it runs as no role")
        return unknown(record, STATES.get(system.role.state, UnknownReason.NOT_EXPOSED), "its role is not known")
    held = [grant for grant in _by_grantee(rule, context).get(system.role, []) if _broad(grant)]
    expected = "a role that can use what it needs and administers nothing"
    if any(grant.verdict == "allowed" for grant in held):
        return failed(record, f"{system.role} may {held[0].purpose} {held[0].target}", expected=expected)
    if held or not grants.complete:
        reason = UnknownReason.CONDITIONAL if held else grants.reason
        return unknown(record, reason, f"what {system.role} may do is not settled", expected=expected)
    return passed(record, f"{system.role} administers nothing", expected=expected)


def _broad(grant: AccessGrant) -> bool:
    whole = any(name == "*" or name.endswith(":*") for name in grant.permissions)
    return grant.purpose == "administer" or whole


def _by_role(rule: Rule, context: Context) -> dict[tuple[str, str], set[str]]:
    def build() -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for row in context.joined("ai_system", rule).records:
            if isinstance(row.data, AiSystem) and isinstance(row.data.role, str):
                found.setdefault((row.source, row.data.role), set()).add(row.subject_uid)
        return found

    return context.kept_for(rule, "roles", build)


def _by_grantee(rule: Rule, context: Context) -> dict[str, list[AccessGrant]]:
    def build() -> dict[str, list[AccessGrant]]:
        found: dict[str, list[AccessGrant]] = {}
        for row in context.joined("access_grant", rule).records:
            if isinstance(row.data, AccessGrant):
                found.setdefault(row.data.grantee, []).append(row.data)
        return found

    return context.kept_for(rule, "grantees", build)
