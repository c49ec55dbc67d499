"""Predicates about settings of which each has a decision of its own."""

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Setting
from annexa.evidence.record import Record
from annexa.mappings.condition import shown
from annexa.mappings.context import Context
from annexa.mappings.criterion import Settled, settle
from annexa.mappings.decisions import place_of
from annexa.mappings.operators import Around, ScaleTest, check
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Criterion, Rule
from annexa.schemas.words import UnknownReason, Verdict


@predicate("decided_by_its_own_name", reads=("setting",), settles=True)
def decided_by_its_own_name(record: Record, rule: Rule, context: Context) -> Outcome:
    """The setting has the value that was decided for it.

    Decided for it is a decision about the setting of exactly that name; where there is none, one about the setting that
    the rule names; where there is none either, the rule's default.
    """
    setting = record.data
    assert isinstance(setting, Setting)  # noqa: S101
    settled = _settled(record, setting.name, rule, context)
    whose = Whose(criterion=settled.criterion, criterion_ref=settled.ref)
    if not settled.required:
        return left_out(record, "a decision leaves it out")
    if settled.test is None:
        reason = settled.unknown or UnknownReason.CRITERION_UNREAD
        return unknown(record, reason, settled.note or "no decision says what it should be")
    operator, operand = settled.test
    value = context.settings.understand(setting.name, setting.value)
    held = check(operator, value, operand, Around(as_of=context.as_of))
    observed, expected = f"value {shown(value)}", f"value {_says(operator, operand)}"
    if held.verdict is Verdict.UNKNOWN:
        why = value.why if isinstance(value, Missing) and value.why else None
        return unknown(record, held.reason, f"{observed}: {why}" if why else observed, expected=expected, **whose)
    if held.verdict is Verdict.FAIL:
        return failed(record, observed, expected=expected, **whose)
    return passed(record, observed, expected=expected, **whose)


def _settled(record: Record, name: str, rule: Rule, context: Context) -> Settled:
    """What was decided about the setting itself, or else about the one that the rule names."""

    def narrowed() -> Rule:
        return msgspec.structs.replace(rule, criterion=Criterion(decided=name))

    place = place_of(record)
    own = settle(context.kept_for(rule, f"about {name}", narrowed), place, context)
    return settle(rule, place, context) if own.unknown is UnknownReason.CRITERION_UNSET else own


def _says(operator: str, operand: object) -> str:
    if isinstance(operand, ScaleTest):
        return f"is at least {operand.at_least}" if operand.at_least else f"is at most {operand.at_most}"
    return f"{operator.replace('_', ' ')} {shown(operand).removeprefix('is ')}"
