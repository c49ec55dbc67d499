"""Predicates about Microsoft 365 Copilot: whether its records arrive, and whether the agents that it offers are approved."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AiSystem, LogSource, Usage
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.decisions import Found, place_of
from annexa.mappings.operators import STATES, Around, check
from annexa.mappings.outcome import Outcome, Whose, failed, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.register import Register, names_of
from annexa.mappings.rule import Rule
from annexa.mappings.times import moment
from annexa.schemas.words import Criterion, State, UnknownReason, Verdict

AGENT = "microsoft.copilot_agent"


@predicate("copilot_records_arrive", reads=("log_source",), joins=("usage",), narrows=("usage",))
def copilot_records_arrive(record: Record, rule: Rule, context: Context) -> Outcome:
    """The newest record is no older than the rule's parameter says.

    Silence is a violation only if people used Copilot on a day that was looked at as a whole, and no record is of that day
    or a later one. Without such a day it is unknown: nobody may have used it.
    """
    log = record.data
    assert isinstance(log, LogSource)  # noqa: S101
    limit = context.parameters.effective(rule.criterion.parameter or "log_heartbeat_hours", rule.criterion.default)
    if limit.span is None:
        return unknown(record, UnknownReason.CRITERION_UNSET, f"{limit.name} is not set")
    expected = f"a record within {limit.span}"
    if isinstance(log.last_event, Missing) and log.last_event.state is not State.ABSENT:
        return unknown(
            record, STATES[log.last_event.state], "when the last record came is not known", expected=expected
        )
    said = f"newest record of {log.last_event}" if isinstance(log.last_event, str) else "no record"
    if check("within", log.last_event, limit.span, Around(as_of=context.as_of)).verdict is Verdict.PASS:
        return passed(record, said, expected=expected)
    day = _missed(record, log, rule, context)
    if day is not None:
        whose = Whose(criterion=limit.criterion, criterion_ref=limit.name)
        return failed(record, f"{said}, though people used Copilot on {day}", expected=expected, **whose)
    reason = UnknownReason.STALE if isinstance(log.last_event, str) else UnknownReason.EMPTY_LOG
    return unknown(record, reason, f"{said}; that people used Copilot meanwhile is not shown", expected=expected)


def _missed(record: Record, log: LogSource, rule: Rule, context: Context) -> str | None:
    """A day of use that was looked at as a whole, and of which, as of every later one, there is no record."""
    since, until = moment(log.looked_since, end_of_day=False), moment(log.looked_until, end_of_day=True)
    last = moment(log.last_event, end_of_day=False)
    for row in context.joined("usage", rule).records:
        if row.source != record.source or not isinstance(row.data, Usage) or not isinstance(row.data.last_used, str):
            continue
        begins, ends = (moment(row.data.last_used, end_of_day=end) for end in (False, True))
        if begins is None or ends is None or since is None or until is None:
            continue
        if since <= begins and ends <= until and (last is None or last < begins):
            return row.data.last_used
    return None


@predicate("offered_agent_approved", reads=("ai_system",), joins=("register_entry",), settles=True)
def offered_agent_approved(record: Record, rule: Rule, context: Context) -> Outcome:
    """The organisation approved that people use the agent.

    A decision about `microsoft.copilot_agent` for the agent or the place says `approved`, or an entry of the AI register
    names the agent. A decision that says `forbidden` beats the register.
    """
    agent, expected = record.data, "an approved agent"
    assert isinstance(agent, AiSystem)  # noqa: S101
    if isinstance(agent.offered, Missing) and agent.offered.state in STATES:
        return unknown(record, STATES[agent.offered.state], "to whom it is offered is not known", expected=expected)
    decided = context.decisions.find(AGENT, place_of(record, agent.subject), context.day)
    if decided.unread or _odd(decided):
        return unknown(record, UnknownReason.CRITERION_UNREAD, decided.unread or "the decision does not fit")
    if decided.decision is not None:
        judge = passed if decided.decision.value == "approved" else failed
        ref = decided.record.record_id if decided.record else None
        observed = f"it is {decided.decision.value}"
        return judge(record, observed, expected=expected, criterion=Criterion.ORGANISATION, criterion_ref=ref)
    register = Register.of(context)
    entries = register.about(names_of(record))
    whose = Whose(
        criterion=Criterion.ORGANISATION, criterion_ref=entries[0][0].record_id if entries else "register_entry"
    )
    if entries:
        return passed(record, f"registered as {entries[0][1].name}", expected=expected, **whose)
    if not register.complete:
        return unknown(record, register.missing(), "no entry was found, and the register was not read whole")
    return failed(record, f"offered to {agent.offered}, and nobody approved it", expected=expected, **whose)


def _odd(found: Found) -> bool:
    """Whether a decision says something else than `approved` or `forbidden`."""
    decision = found.decision
    return decision is not None and not (decision.must == "be" and decision.value in ("approved", "forbidden"))
