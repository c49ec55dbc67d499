"""What judging one item gives, and the ways in which predicates say it."""

import msgspec

from annexa.evidence.record import Record
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


def passed(record: Record, observed: str | None = None, **words: str | Criterion | None) -> Outcome:
    """The item is in order."""
    return _outcome(Verdict.PASS, record, observed, None, words)


def failed(record: Record, observed: str, **words: str | Criterion | None) -> Outcome:
    """The item violates the rule."""
    return _outcome(Verdict.FAIL, record, observed, None, words)


def unknown(record: Record, reason: UnknownReason | None, observed: str, **words: str | Criterion | None) -> Outcome:
    """Nobody can say, and why."""
    return _outcome(Verdict.UNKNOWN, record, observed, reason or UnknownReason.UNREAD, words)


def shown_only(record: Record, reason: UnknownReason, observed: str, **words: str | Criterion | None) -> Outcome:
    """It is shown to the reader, and neither passes nor fails."""
    return _outcome(Verdict.SHOWN, record, observed, reason, words)


def left_out(record: Record, observed: str) -> Outcome:
    """It is not asked of this item."""
    return msgspec.structs.replace(_outcome(Verdict.SHOWN, record, observed, None, {}), required=False)


def _outcome(
    verdict: Verdict,
    record: Record,
    observed: str | None,
    reason: UnknownReason | None,
    words: dict[str, str | Criterion | None],
) -> Outcome:
    fields = {"verdict": verdict, "reason": reason, "observed": observed, "basis": record.data.basis, **words}
    return msgspec.convert(fields, Outcome)
