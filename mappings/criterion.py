"""Whose rule an item is held against, and what that rule says: the criterion belongs to the item.

A decision of the organisation or a parameter that it set is its own criterion; the rule's `default` is ours and is
labelled so. A register that was configured and could not be read, an invalid row, or a decision that does not fit its
setting leaves the item unknown (`criterion_unread`): it never falls back to a default. Neither decision nor default:
unknown, `criterion_unset`.
"""

from typing import Any

import msgspec

from annexa.mappings.context import Context
from annexa.mappings.decisions import Found, Place
from annexa.mappings.operators import ScaleTest
from annexa.mappings.rule import Rule
from annexa.mappings.settings import SWITCH, Entry, Settings
from annexa.schemas.words import Criterion, UnknownReason

Test = tuple[str, Any]
"""An operator with its operand."""
MUSTS = ("be", "be_one_of", "not_be", "be_at_least", "be_at_most", "contain_all", "contain_none")
"""The words with which a decision, or a rule's default, says what must hold."""


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one item."""

    criterion: Criterion | None = None
    ref: str | None = None
    """Record id of the decision, name of the parameter or setting, or `inherent`."""
    required: bool = True
    """False: a decision leaves this item out."""
    test: Test | None = None
    """What the operator `decided` stands for."""
    unknown: UnknownReason | None = None
    note: str | None = None
    """What the reader must know beside it."""


INHERENT = Settled(criterion=Criterion.INHERENT, ref="inherent")


def settle(rule: Rule, place: Place, context: Context) -> Settled:
    """The criterion of `rule` for the item at `place`."""
    asked = rule.criterion
    if asked.inherent:
        return INHERENT
    if asked.decided is None:
        return context.kept_for(rule, "settled", lambda: _by_parameter(rule, context))
    if context.decisions.uniform(asked.decided):
        return context.kept_for(rule, "settled", lambda: _decided(rule, place, context))
    return _decided(rule, place, context)


def as_test(must: str, value: Any, entry: Entry, settings: Settings, name: str) -> Test | None:
    """The operator that `must` stands for with a setting of this sort; None where the two do not fit."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    sort = _SORTS.get(entry.type, str)
    if any(type(word) is not sort or (entry.values and word not in entry.values) for word in values):
        return None
    many, number = entry.type == "names", entry.type == "count"
    if must == "be":
        return ("equals", values) if many else ("equals", value) if len(values) == 1 and value is values[0] else None
    if must in ("be_one_of", "not_be"):
        return _MANY[must] if many else _ONE[must], values
    if must in ("be_at_least", "be_at_most") and len(values) == 1:
        if number:
            return must.removeprefix("be_"), value
        return _on_order(must.removeprefix("be_"), value, settings.order_of(name))
    return (_MANY[must], values) if must in ("contain_all", "contain_none") and many else None


def read_default(default: Any) -> tuple[str, Any]:
    """A rule's `default` as `must` and value: `none`, `[a, b]`, or `{be_at_least: HIGH}`."""
    if isinstance(default, dict) and len(default) == 1:
        return next(iter(default.items()))
    return ("be_one_of", default) if isinstance(default, list) else ("be", default)


def default_fits(name: str, default: Any, settings: Settings) -> bool:
    """Whether a rule's `default` can be held against the setting `name`."""
    entry = settings.entry(name)
    must, value = read_default(default)
    if entry is None or must not in MUSTS:
        return False
    if entry.type == "switch":
        return must == "be" and value in SWITCH
    return as_test(must, value, entry, settings, name) is not None


def _by_parameter(rule: Rule, context: Context) -> Settled:
    name = rule.criterion.parameter or ""
    effective = context.parameters.effective(name, rule.criterion.default)
    if effective.invalid:
        return Settled(unknown=UnknownReason.CRITERION_UNREAD, note=f"the value set for {name} is not valid")
    if effective.value is None:
        return Settled(unknown=UnknownReason.CRITERION_UNSET, note=f"{name} is not set")
    return Settled(criterion=effective.criterion, ref=name)


def _decided(rule: Rule, place: Place, context: Context) -> Settled:
    name = rule.criterion.decided or ""
    found = context.decisions.find(name, place, context.day)
    if found.unread:
        return Settled(unknown=UnknownReason.CRITERION_UNREAD, note=found.unread)
    if found.decision is not None:
        return _read(name, found.decision.must, found.decision.value, context, found)
    if rule.criterion.default is None:
        note = "; ".join(part for part in (f"nothing is decided about {name}", found.note) if part)
        return Settled(unknown=UnknownReason.CRITERION_UNSET, note=note)
    return _read(name, *read_default(rule.criterion.default), context, found)


def _read(name: str, must: str, value: Any, context: Context, found: Found) -> Settled:
    """What a decision or a default says."""
    criterion = Criterion.ORGANISATION if found.record else Criterion.ANNEXA_DEFAULT
    ref = found.record.record_id if found.record else name
    entry = context.settings.entry(name)
    if entry is not None and entry.type == "switch" and must == "be" and value in SWITCH:
        return Settled(criterion=criterion, ref=ref, required=value == SWITCH[0], note=found.note)
    test = as_test(must, value, entry, context.settings, name) if entry and entry.type != "switch" else None
    if test is None:
        note = f"the decision about {name} does not fit that setting"
        return Settled(unknown=UnknownReason.CRITERION_UNREAD, ref=ref, note=note)
    return Settled(criterion=criterion, ref=ref, test=test, note=found.note)


def _on_order(side: str, word: Any, order: tuple[str, ...]) -> Test | None:
    if word not in order:
        return None
    least, most = (word, None) if side == "at_least" else (None, word)
    return "at_scale", ScaleTest(order=order, absent_is_lowest=True, at_least=least, at_most=most)


_SORTS: dict[str, type] = {"flag": bool, "count": int}
_ONE = {"be_one_of": "one_of", "not_be": "none_of"}
_MANY = {
    "be_one_of": "subset_of",
    "not_be": "contains_none",
    "contain_all": "contains_all",
    "contain_none": "contains_none",
}
