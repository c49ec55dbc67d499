"""Conditions over the fields of one record: made ready once for a rule, then held against each record.

Within one condition a failing part beats an unknown one, and that beats a pass: a violation fails, however much of the
rest could not be read.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds.settings import Setting
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.criterion import Settled
from annexa.mappings.first_seen import FIELD as FIRST_SEEN
from annexa.mappings.operators import ABSENT_MEANS, UNKNOWN, AbsentMeans, Around, Held, ScaleTest, check
from annexa.mappings.parameters import Effective
from annexa.mappings.rule import Condition
from annexa.schemas.words import Basis, Criterion, State, UnknownReason, Verdict

SHOWN_LENGTH = 200
"""Characters of an observed value that a reader gets to see."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One field with one operator, ready to be held against records."""

    field: str
    operator: str
    operand: Any
    around: Around
    parameter: Effective | None = None
    """The parameter that the operand comes from."""
    unset: UnknownReason | None = None
    """Why there is no operand."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one part, or a predicate, found."""

    verdict: Verdict
    reason: UnknownReason | None = None
    observed: str | None = None
    expected: str | None = None
    criterion: Criterion | None = None
    """Whose threshold it was, where that is not the rule's criterion."""
    ref: str | None = None
    basis: Basis | None = None
    """On what the value rests, where that is not the record's basis."""


def make_ready(condition: Condition, kind: str, default: Any, context: Context) -> tuple[Part, ...]:
    """The parts of `condition`, with parameters and scales put in; `default` is the rule's own default, if any."""
    pairs = ((field, operator, operand) for field, held in condition.items() for operator, operand in held.items())
    return tuple(_part(field, operator, operand, kind, default, context) for field, operator, operand in pairs)


def look(part: Part, record: Record, context: Context, settled: Settled | None = None) -> tuple[Held, Any, bool]:
    """What became of the comparison, the value, and whether a default that the vendor documents stood in for it."""
    began = context.first_seen(record) if part.field == FIRST_SEEN else None
    value, stood_in = (str(began), False) if began is not None else _value(part, record, context, settled)
    if part.unset is not None:
        return UNKNOWN[part.unset], value, stood_in
    if began is not None:
        return began.held(part.operator, part.operand, part.around), value, stood_in
    operator, operand = part.operator, part.operand
    if operator == "decided":
        if settled is None or settled.test is None:
            return UNKNOWN[UnknownReason.CRITERION_UNSET], value, stood_in
        operator, operand = settled.test
    return check(operator, value, operand, part.around), value, stood_in


def see(part: Part, record: Record, context: Context, settled: Settled) -> Seen:
    """The same with words for people."""
    held, value, stood_in = look(part, record, context, settled)
    operator, operand = settled.test if part.operator == "decided" and settled.test else (part.operator, part.operand)
    return Seen(
        verdict=held.verdict,
        reason=held.reason,
        observed=f"{part.field} {shown(value)}" + (", the vendor's documented default" if stood_in else ""),
        expected=f"{part.field} {_SAYS.get(operator, operator)} {_operand(operand)}",
        criterion=part.parameter.criterion if part.parameter else None,
        ref=part.parameter.name if part.parameter else None,
        basis=Basis.VENDOR_DEFAULT if stood_in else None,
    )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of the whole: fail before unknown before shown before pass."""
    found = set(verdicts)
    return next((verdict for verdict in ORDER if verdict in found), Verdict.PASS)


def shown(value: Any) -> str:
    """A value for people: `is true`, `is absent`, `is ambiguous ("inherit")`."""
    if isinstance(value, Missing):
        word = value.state.replace("_", " ")
        return f"is {word}" + (f' ("{_cut(value.raw)}")' if value.raw is not None else "")
    return f"is {_cut(_plain(value))}"


def _part(field: str, operator: str, raw: Any, kind: str, default: Any, context: Context) -> Part:
    around = Around(as_of=context.as_of, absent=ABSENT_MEANS.get((kind, field), AbsentMeans.NONE))
    if isinstance(raw, dict) and set(raw) == {"parameter"}:
        parameter = context.parameters.effective(raw["parameter"], default)
        unset = UnknownReason.CRITERION_UNREAD if parameter.invalid else None
        unset = UnknownReason.CRITERION_UNSET if parameter.value is None and unset is None else unset
        operand = parameter.span if operator == "within" and parameter.span else parameter.value
        return Part(field=field, operator=operator, operand=operand, around=around, parameter=parameter, unset=unset)
    if operator == "at_scale":
        raw = context.scale(raw["scale"], at_least=raw.get("at_least"), at_most=raw.get("at_most"))
    return Part(field=field, operator=operator, operand=raw, around=around)


def _value(part: Part, record: Record, context: Context, settled: Settled | None) -> tuple[Any, bool]:
    """The observed value as the settings dictionary understands it."""
    fact = record.data
    value = getattr(fact, part.field)
    name = fact.name if isinstance(fact, Setting) and part.field == "value" else None
    if name is None and part.operator == "decided":
        name = part.operand
    if name is None:
        return value, False
    asks_for_presence = part.operator == "is" and part.operand in ("present", "absent")
    if isinstance(value, Missing) and value.state is State.ABSENT and not asks_for_presence:
        entry = context.settings.entry(name)
        if isinstance(fact, Setting) and entry is not None and entry.default is not None:
            return context.settings.understand(name, entry.default), True
    return context.settings.understand(name, value), False


def _operand(operand: Any) -> str:
    if isinstance(operand, ScaleTest):
        limits = {"at least": operand.at_least, "at most": operand.at_most}
        return " and ".join(f"{side} {word}" for side, word in limits.items() if word is not None)
    return _cut(_plain(operand))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(word) for word in value) or "nothing"
    return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SHOWN, Verdict.PASS)
_SAYS = {
    "is": "is",
    "equals": "is",
    "one_of": "is one of",
    "none_of": "is none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "within": "lies within",
    "before": "is before",
    "after": "is after",
    "contains_all": "contains all of",
    "contains_none": "contains none of",
    "subset_of": "is nothing but",
    "at_scale": "is",
    "decided": "is as decided about",
}
