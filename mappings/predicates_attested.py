"""The predicate about settings that no API tells: what a person states of them, with a document, counts for a time."""

from collections.abc import Iterator

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Attestation, Setting
from annexa.evidence.record import Record
from annexa.mappings.attested import incomplete
from annexa.mappings.condition import shown
from annexa.mappings.context import Context, Joined
from annexa.mappings.criterion import Settled, settle
from annexa.mappings.decisions import place_of
from annexa.mappings.operators import Around, check
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Rule
from annexa.schemas.words import Basis, State, UnknownReason, Verdict

AGE = "attestation_months"
Said = tuple[Record, Attestation]
_ORDER = {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.SHOWN: 2, Verdict.PASS: 3}
"""Of several statements of one day, the one that is least comfort counts."""
Lacks = tuple[UnknownReason, str]


@predicate("as_stated", reads=("setting",), joins=("attestation",), settles=True)
def as_stated(record: Record, rule: Rule, context: Context) -> Outcome:
    """The setting has the value that was decided for it; where no API tells the value, a person's statement of it counts.

    A statement counts if it is about this setting of this tenant and gives a value; if it names attester, role, date,
    period, a document with its digest, version and approver; if its period holds, its next review is not overdue, and it
    is no older than `attestation_months`. Of several the newest counts. Without one the setting is unknown. The text is
    not judged.
    """
    setting = record.data
    assert isinstance(setting, Setting)  # noqa: S101
    settled = settle(rule, place_of(record), context)
    if not settled.required:
        return left_out(record, "a decision leaves it out")
    if settled.test is None:
        reason = settled.unknown or UnknownReason.CRITERION_UNREAD
        return unknown(record, reason, settled.note or "no decision says what it should be")
    if not isinstance(setting.value, Missing) or setting.value.state is not State.NOT_EXPOSED:
        value = context.settings.understand(setting.name, setting.value)
        return _held(record, value, f"value {shown(value)}", settled, context)
    outcome = _stated(record, setting.name, settled, context)
    return msgspec.structs.replace(outcome, basis=Basis.ATTESTED)


def _stated(record: Record, name: str, settled: Settled, context: Context) -> Outcome:
    """What people state about a setting that the vendor does not tell."""
    joined = context.joined("attestation")
    said = sorted(_about(name, record, joined), key=_newest_first)
    if not said:
        reason = UnknownReason.NOT_EXPOSED if joined.complete else joined.reason
        return unknown(record, reason, "no API tells it, and nobody has stated it")
    newest = [one for one in said if one[1].stated_on == said[0][1].stated_on]
    found = min((_counted(record, one, settled, context) for one in newest), key=lambda one: _ORDER[one.verdict])
    if found.verdict is Verdict.PASS and not joined.complete:
        return unknown(
            record, joined.reason, "not every statement could be read, and a newer one may be among the rest"
        )
    return found


def _counted(record: Record, said: Said, settled: Settled, context: Context) -> Outcome:
    lacks, who = _lacks(*said, context), f"stated by {said[1].attester} on {said[1].stated_on}"
    if lacks is not None:
        return unknown(record, lacks[0], lacks[1])
    return _held(record, said[1].value, f"{who}: {shown(said[1].value)}", settled, context)


def _about(name: str, record: Record, joined: Joined) -> Iterator[Said]:
    for other in joined.records:
        fact = other.data
        if isinstance(fact, Attestation) and fact.about == name and _of(fact, record):
            yield other, fact


def _of(said: Attestation, record: Record) -> bool:
    """Whether a statement speaks of the tenant of the record."""
    return isinstance(said.tenant, Missing) or said.tenant in (record.source, record.scope)


def _newest_first(said: Said) -> tuple[int, str]:
    """By the day of the statement, the newest first; one without a day comes last."""
    day = said[1].stated_on
    return (-int(day.replace("-", "")) if isinstance(day, str) else 0, said[0].record_id)


def _lacks(record: Record, said: Attestation, context: Context) -> Lacks | None:
    """Why a statement does not count; null: it does."""
    if isinstance(said.value, Missing):
        return UnknownReason.ATTESTATION_INCOMPLETE, "not filled in: value"
    found = incomplete(record, context.day)
    if found is not None:
        return found
    if str(said.period_until) < context.day:
        return UnknownReason.STALE, f"it speaks of the time until {said.period_until}"
    limit = context.parameters.effective(AGE)
    held = check("within", said.stated_on, limit.span, Around(as_of=context.as_of)) if limit.span else None
    if held is None:
        return UnknownReason.CRITERION_UNREAD, f"{AGE} has no valid value"
    late = held.verdict is not Verdict.PASS
    return (UnknownReason.STALE, f"it was stated on {said.stated_on}") if late else None


def _held(record: Record, value: object, observed: str, settled: Settled, context: Context) -> Outcome:
    assert settled.test is not None  # noqa: S101
    operator, operand = settled.test
    whose, expected = Whose(criterion=settled.criterion, criterion_ref=settled.ref), f"value {shown(operand)}"
    held = check(operator, value, operand, Around(as_of=context.as_of))
    if held.verdict is Verdict.UNKNOWN:
        return unknown(record, held.reason, observed, expected=expected, **whose)
    if held.verdict is Verdict.FAIL:
        return failed(record, observed, expected=expected, **whose)
    return passed(record, observed, expected=expected, **whose)
