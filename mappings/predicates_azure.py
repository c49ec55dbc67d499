"""Predicates about Azure: which content filter stands in front of a deployment, and how strict it is."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AiSystem, Safeguard
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.criterion import settle
from annexa.mappings.decisions import place_of
from annexa.mappings.operators import STATES, Around, ScaleTest, check
from annexa.mappings.outcome import Outcome, Whose, failed, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Rule
from annexa.schemas.words import State, UnknownReason, Verdict

HARMS = ("Hate", "Sexual", "Violence", "Selfharm")
"""Categories for which every content filter of Azure OpenAI has a severity."""


@predicate("deployment_filter_strong", reads=("ai_system",), joins=("safeguard",), settles=True)
def deployment_filter_strong(record: Record, rule: Rule, context: Context) -> Outcome:
    """The content filter of the deployment blocks hate, sexual content, violence and self-harm from the decided severity on.

    Prompts and answers are looked at apart. A filter that could not be read, or that says nothing about one of them, is
    unknown.
    """
    settled = settle(rule, place_of(record), context)
    if settled.test is None or not isinstance(settled.test[1], ScaleTest):
        reason = settled.unknown or UnknownReason.CRITERION_UNREAD
        return unknown(record, reason, settled.note or "the decision does not say be_at_least")
    whose = Whose(criterion=settled.criterion, criterion_ref=settled.ref)
    guard, doubt = _filter_of(record, context)
    if guard is None:
        return unknown(record, doubt, "its content filter could not be read")
    expected = f"every harm blocked from {settled.test[1].at_least} on"
    if isinstance(guard.filters, Missing):
        return unknown(record, STATES.get(guard.filters.state), f"what {_name(guard)} filters is not told")
    held = {side: check("at_scale", word, settled.test[1], Around(as_of=context.as_of)) for side, word in _words(guard)}
    weak = sorted(side for side, one in held.items() if one.verdict is Verdict.FAIL)
    if weak:
        return failed(record, f"{_name(guard)} is weaker for {', '.join(weak)}", expected=expected, **whose)
    open_ = sorted(side for side, one in held.items() if one.verdict is Verdict.UNKNOWN)
    if open_:
        return unknown(record, UnknownReason.UNKNOWN_VALUE, f"{_name(guard)} does not tell: {', '.join(open_)}")
    return passed(record, f"{_name(guard)} is as strict", expected=expected, **whose)


@predicate("deployment_shielded", reads=("ai_system",), joins=("safeguard",))
def deployment_shielded(record: Record, rule: Rule, context: Context) -> Outcome:
    """The content filter of the deployment blocks attacks by prompt; one that only marks them, or is off, does not."""
    guard, doubt = _filter_of(record, context)
    if guard is None:
        return unknown(record, doubt, "its content filter could not be read")
    shield, expected = guard.prompt_attack, "a shield against prompt attacks that blocks"
    if shield == "block":
        return passed(record, f"{_name(guard)} blocks prompt attacks", expected=expected)
    if isinstance(shield, Missing) and shield.state is not State.ABSENT:
        return unknown(record, STATES.get(shield.state), f"whether {_name(guard)} blocks prompt attacks is not told")
    word = "has no such shield" if isinstance(shield, Missing) else f"has its shield on {shield}"
    return failed(record, f"{_name(guard)} {word}", expected=expected)


def _filter_of(record: Record, context: Context) -> tuple[Safeguard | None, UnknownReason | None]:
    """The filter in front of a deployment; where none was found, why: the list was not read, or lacks it."""
    system, joined = record.data, context.joined("safeguard")
    assert isinstance(system, AiSystem)  # noqa: S101
    found = context.kept("filters_by_deployment", lambda: _by_deployment(context)).get((record.source, system.subject))
    if found is not None:
        return found, None
    return None, UnknownReason.VISIBILITY_UNPROVED if joined.complete else joined.reason or UnknownReason.UNREAD


def _by_deployment(context: Context) -> dict[tuple[str, str], Safeguard]:
    return {
        (row.source, system): row.data
        for row in context.joined("safeguard").records
        if isinstance(row.data, Safeguard) and not isinstance(row.data.attached_to, Missing)
        for system in row.data.attached_to
    }


def _words(guard: Safeguard) -> list[tuple[str, str]]:
    """Every harm on both sides with its severity; nothing stands for what the filter says nothing about."""
    rows = {one.filter.casefold(): one for one in guard.filters} if isinstance(guard.filters, tuple) else {}
    found = []
    for harm in HARMS:
        one = rows.get(harm.casefold())
        found.append((f"{harm} in prompts", one.input_strength if one else "untold"))
        found.append((f"{harm} in answers", one.output_strength if one else "untold"))
    return found


def _name(guard: Safeguard) -> str:
    return f"the filter {guard.name}" if isinstance(guard.name, str) else f"the filter {guard.subject}"
