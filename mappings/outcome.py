"""What judging one item gives, and the ways in which predicates say it."""

from typing import TypedDict, Unpack

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.results import ItemResult
from annexa.schemas.words import Basis, Criterion, UnknownReason, Verdict


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says about one item."""

    verdict: Verdict
    reason: UnknownReason | None = None
    """Why it is unknown."""
    criterion: Criterion | None = None
    """Whose rule it was held against; a predicate leaves it out where it is the rule's own criterion."""
    criterion_ref: str | None = None
    """Record id of the decision or register entry, name of the parameter, or `inherent`."""
    observed: str | None = None
    expected: str | None = None
    basis: Basis
    required: bool = True
    """False: it is not asked of this item, which leaves the population and is counted."""
    compared_with: str | None = None
    """When an earlier run read what a change is held against: later runs have to hear that run again."""


class Whose(TypedDict, total=False):
    """Whose rule it was, where it is not the rule's own criterion."""

    criterion: Criterion | None
    criterion_ref: str | None


def doubt(outcome: Outcome, reason: UnknownReason, observed: str | None) -> Outcome:
    """The same outcome, of which nobody can be sure."""
    said = observed if outcome.observed is None else f"{outcome.observed}; {observed}" if observed else outcome.observed
    return msgspec.structs.replace(outcome, verdict=Verdict.UNKNOWN, reason=reason, observed=said)


def item_of(rule: str, outcome: Outcome, record: Record) -> ItemResult:
    """The item that a record stands for, with what a rule says about it."""
    return ItemResult(
        rule=rule, subject=record.data.subject, subject_uid=record.subject_uid, source=record.source,
        scope=record.scope, verdict=outcome.verdict, reason=outcome.reason, criterion=outcome.criterion,
        criterion_ref=outcome.criterion_ref, observed=outcome.observed, expected=outcome.expected,
        basis=outcome.basis, records=(record.record_id,),
    )  # fmt: skip


def passed(
    record: Record, observed: str | None = None, *, expected: str | None = None, **whose: Unpack[Whose]
) -> Outcome:
    """The item is in order."""
    basis = record.data.basis
    return Outcome(verdict=Verdict.PASS, observed=observed, expected=expected, basis=basis, **whose)


def failed(record: Record, observed: str, *, expected: str | None = None, **whose: Unpack[Whose]) -> Outcome:
    """The item violates the rule."""
    basis = record.data.basis
    return Outcome(verdict=Verdict.FAIL, observed=observed, expected=expected, basis=basis, **whose)


def unknown(
    record: Record, reason: UnknownReason | None, observed: str, *, expected: str | None = None, **whose: Unpack[Whose]
) -> Outcome:
    """Nobody can say, and why; without a reason it is `unread`."""
    reason, basis = reason or UnknownReason.UNREAD, record.data.basis
    return Outcome(verdict=Verdict.UNKNOWN, reason=reason, observed=observed, expected=expected, basis=basis, **whose)


def shown_only(record: Record, reason: UnknownReason, observed: str, *, expected: str | None = None) -> Outcome:
    """It is shown to the reader, and neither passes nor fails."""
    basis = record.data.basis
    return Outcome(verdict=Verdict.SHOWN, reason=reason, observed=observed, expected=expected, basis=basis)


def left_out(record: Record, observed: str) -> Outcome:
    """It is not asked of this item."""
    return Outcome(verdict=Verdict.SHOWN, observed=observed, basis=record.data.basis, required=False)
