"""What a rule says about one item.

Order: does a decision leave the item out; is there a criterion at all; may it be judged (a predicate that is a gate);
then the condition and the predicate together, a fail before an unknown before a pass. Every outcome carries its
criterion, because the criterion belongs to the item, and its basis, because not every basis meets a need.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.condition import Part, Seen, look, make_ready, see, shown, worst
from annexa.mappings.context import Context
from annexa.mappings.criterion import Settled, settle
from annexa.mappings.decisions import Place, place_of
from annexa.mappings.operators import check
from annexa.mappings.outcome import Outcome, left_out
from annexa.mappings.predicates import PREDICATES, Predicate
from annexa.mappings.rule import Rule
from annexa.mappings.service_matches import belongs
from annexa.schemas.words import Basis, Criterion, UnknownReason, Verdict

__all__ = ["Outcome", "Selected", "judge_item", "judge_limit", "judge_scope", "selects"]


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a record belongs to a rule's population: `pass` it does, `fail` it does not, `unknown`."""

    verdict: Verdict
    reason: UnknownReason | None = None
    observed: str | None = None
    """The field that could not be read."""
    may_pass: bool = False
    """Whether the item passes all the same where it satisfies the rule: whether it belongs then makes no difference."""


def selects(rule: Rule, record: Record, context: Context) -> Selected:
    """Hold a record against `population.of` and `population.where`; what is unknown stays an item, and unknown."""
    vendor = context.vendors.get(record.source, record.source.partition(":")[0])
    if rule.population.of is not None and vendor != rule.population.of:
        return _NOT_SELECTED
    unsure = _SELECTED
    if rule.population.ai is not None:
        found = belongs(record, context)
        if found.verdict is Verdict.FAIL:
            return _NOT_SELECTED
        if found.verdict is Verdict.UNKNOWN:
            every = rule.quantifier == "every"
            unsure = Selected(verdict=found.verdict, reason=found.reason, observed=found.says, may_pass=every)
    for part in _plan(rule, context).where:
        held, value, _ = look(part, record, context)
        if held.verdict is Verdict.FAIL:
            return _NOT_SELECTED
        if held.verdict is Verdict.UNKNOWN and (unsure is _SELECTED or unsure.may_pass):
            unsure = Selected(verdict=held.verdict, reason=held.reason, observed=f"{part.field} {shown(value)}")
    return unsure


def judge_item(rule: Rule, record: Record, context: Context) -> Outcome:
    """The outcome for one record: quantifiers `every`, `count`, `ratio`, and `none`.

    With `none` the condition says what must not be: an item for which it holds fails; without a condition every item
    that exists fails.
    """
    plan, settled = _plan(rule, context), settle(rule, place_of(record), context)
    if not settled.required:
        return _left_out(record, settled)
    match = belongs(record, context).match if rule.population.ai is not None else None
    if match is not None and match.service.no_ai is not None:
        return left_out(record, f"the organisation says that it is no AI service: {match.service.no_ai}")
    if settled.unknown is not None:
        if plan.predicate is None or not plan.predicate.settles:
            return _outcome(record, settled, [Seen(verdict=Verdict.UNKNOWN, reason=settled.unknown)])
        settled = Settled()
    found = plan.predicate.judge(record, rule, context) if plan.predicate else None
    if found is not None and not found.required:
        return found
    if plan.predicate is not None and plan.predicate.gate and found is not None and found.verdict is Verdict.UNKNOWN:
        return _outcome(record, settled, [_seen(found)])
    seen = [see(part, record, context, settled) for part in plan.condition]
    if rule.quantifier == "none":
        return _outcome(record, settled, [_forbidden(rule, seen)])
    outcome = _outcome(record, settled, [*seen, *([_seen(found)] if found is not None else [])])
    if found is None or found.compared_with is None:
        return outcome
    return msgspec.structs.replace(outcome, compared_with=found.compared_with)


def judge_scope(
    rule: Rule, scope_record: Record, records_in_scope: Sequence[Record], context: Context, *, complete: bool = True
) -> Outcome:
    """The outcome for one scope of an `at_least_one` rule: one record for which all holds is enough.

    `complete`: whether the records are all there are. If not, and none passes, the scope is unknown and never fails.
    """
    settled = settle(rule, place_of(scope_record), context)
    if not settled.required:
        return _left_out(scope_record, settled)
    chosen = [(record, selects(rule, record, context)) for record in records_in_scope]
    found = [_one(rule, record, selected, context) for record, selected in chosen if selected.verdict != Verdict.FAIL]
    found = [outcome for outcome in found if outcome.required]
    passed = [outcome for outcome in found if outcome.verdict is Verdict.PASS]
    if passed:
        return min(passed, key=lambda outcome: _BASES.index(outcome.basis))
    if settled.unknown is not None and not found:
        return _outcome(scope_record, settled, [Seen(verdict=Verdict.UNKNOWN, reason=settled.unknown)])
    doubts = [outcome for outcome in found if outcome.verdict is not Verdict.FAIL]
    if doubts:
        return min(doubts, key=lambda outcome: outcome.verdict is not Verdict.UNKNOWN)
    if not complete:
        return _outcome(scope_record, settled, [Seen(verdict=Verdict.UNKNOWN, reason=UnknownReason.SCOPES_UNREAD)])
    if found:
        return min(found, key=lambda outcome: outcome.criterion is Criterion.ANNEXA_DEFAULT)
    none = Seen(verdict=Verdict.FAIL, observed=f"no {rule.reads} was found", expected=f"at least one {rule.reads}")
    return _outcome(scope_record, settled, [none])


def judge_limit(rule: Rule, number: int, total: int, context: Context) -> Outcome:
    """Hold the number of items (`count`), or their share of `total` in whole percent (`ratio`), against the limit."""
    settled = settle(rule, Place(subjects=(), source="", scope=""), context)
    what, limit = ("share" if rule.quantifier == "ratio" else "number"), _plan(rule, context).limit
    if not settled.required:
        return msgspec.structs.replace(_said(Verdict.SHOWN, settled), required=False)
    if settled.unknown is not None:
        return _said(Verdict.UNKNOWN, settled, reason=settled.unknown)
    (part,) = limit
    if part.unset is not None:
        return _said(Verdict.UNKNOWN, settled, reason=part.unset)
    left, right = (number * 100, part.operand * total) if rule.quantifier == "ratio" else (number, part.operand)
    held = check(part.operator, left, right, part.around)
    observed = f"{number} of {total}" if rule.quantifier == "ratio" else str(number)
    unit = " percent" if rule.quantifier == "ratio" else ""
    own = part.parameter
    if own is not None:
        settled = msgspec.structs.replace(settled, criterion=own.criterion, ref=own.name)
    expected = f"{what} {part.operator.replace('_', ' ')} {part.operand}{unit}"
    return _said(held.verdict, settled, reason=held.reason, observed=f"{what} is {observed}", expected=expected)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A rule made ready for one context."""

    where: tuple[Part, ...]
    condition: tuple[Part, ...]
    limit: tuple[Part, ...]
    predicate: Predicate | None


def _plan(rule: Rule, context: Context) -> _Plan:
    return context.kept_for(rule, "plan", lambda: _make_plan(rule, context))


def _make_plan(rule: Rule, context: Context) -> _Plan:
    default = rule.criterion.default if rule.criterion.parameter else None

    def ready(condition: Any) -> tuple[Part, ...]:
        return make_ready(condition, rule.reads, default, context)

    return _Plan(
        where=ready(rule.population.where),
        condition=ready(rule.condition),
        limit=ready({"": rule.limit} if rule.limit else {}),
        predicate=PREDICATES[rule.predicate] if rule.predicate else None,
    )


def _one(rule: Rule, record: Record, selected: Selected, context: Context) -> Outcome:
    """A record of a scope; one of which nobody knows whether it counts can neither save nor sink the scope."""
    outcome = judge_item(rule, record, context)
    if selected.verdict is Verdict.PASS:
        return outcome
    return msgspec.structs.replace(
        outcome, verdict=Verdict.UNKNOWN, reason=selected.reason, observed=selected.observed, expected=None
    )


def _seen(outcome: Outcome) -> Seen:
    return Seen(
        verdict=outcome.verdict,
        reason=outcome.reason,
        observed=outcome.observed,
        expected=outcome.expected,
        criterion=outcome.criterion,
        ref=outcome.criterion_ref,
        basis=outcome.basis,
    )


def _forbidden(rule: Rule, seen: list[Seen]) -> Seen:
    """Turn a condition that says what must not be into a verdict."""
    if not seen:
        return Seen(verdict=Verdict.FAIL, observed=f"the {rule.reads} exists", expected=f"no {rule.reads}")
    whole = worst(part.verdict for part in seen)
    if whole is Verdict.UNKNOWN:
        return next(part for part in seen if part.verdict is whole)
    telling = seen if whole is Verdict.PASS else [part for part in seen if part.verdict is whole]
    ours = next((part for part in seen if part.criterion is Criterion.ANNEXA_DEFAULT), None)
    own = ours or next((part for part in seen if part.criterion is not None), None)
    return Seen(
        verdict=Verdict.FAIL if whole is Verdict.PASS else Verdict.PASS,
        observed=_joined(part.observed for part in telling),
        expected="not: " + (_joined(part.expected for part in seen) or ""),
        criterion=own.criterion if own else None,
        ref=own.ref if own else None,
        basis=next((part.basis for part in telling if part.basis), None),
    )


def _outcome(record: Record, settled: Settled, seen: list[Seen]) -> Outcome:
    """One outcome from all parts: what tells is said, the rest is not."""
    verdict = worst(part.verdict for part in seen)
    telling = [part for part in seen if part.verdict is verdict]
    whose = [(part.criterion or settled.criterion, part.ref if part.criterion else settled.ref) for part in telling]
    strongest = [pair for pair in whose if pair[0] not in (None, Criterion.ANNEXA_DEFAULT)] or whose
    settles = strongest and verdict in (Verdict.FAIL, Verdict.PASS)
    criterion, ref = strongest[0] if settles else (settled.criterion, settled.ref)
    bases = [record.data.basis, *(part.basis for part in telling if part.basis)]
    notes = [part.expected for part in telling]
    return Outcome(
        verdict=verdict,
        reason=telling[0].reason if telling else None,
        criterion=criterion,
        criterion_ref=ref,
        observed=_joined(part.observed for part in telling),
        expected=_joined([*notes, settled.note]),
        basis=max(bases, key=_BASES.index),
    )


def _left_out(record: Record, settled: Settled) -> Outcome:
    return Outcome(
        verdict=Verdict.SHOWN,
        criterion=settled.criterion,
        criterion_ref=settled.ref,
        expected=_joined(["nothing: a decision leaves it out", settled.note]),
        basis=record.data.basis,
        required=False,
    )


def _said(verdict: Verdict, settled: Settled, **words: Any) -> Outcome:
    return Outcome(
        verdict=verdict, criterion=settled.criterion, criterion_ref=settled.ref, basis=Basis.EXPLICIT, **words
    )


def _joined(texts: Any) -> str | None:
    return "; ".join(text for text in texts if text) or None


_SELECTED, _NOT_SELECTED = Selected(verdict=Verdict.PASS), Selected(verdict=Verdict.FAIL)
_BASES = (Basis.EXPLICIT, Basis.VENDOR_DEFAULT, Basis.IMPORTED, Basis.ATTESTED, Basis.LOG_INFERRED)
"""From the strongest to the weakest."""
