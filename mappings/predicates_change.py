"""The predicate about change: a supplier's setting is as it was approved, however many runs ago it changed."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Setting
from annexa.evidence.record import Record
from annexa.mappings.condition import shown
from annexa.mappings.context import Context
from annexa.mappings.criterion import Settled, settle
from annexa.mappings.decisions import place_of
from annexa.mappings.first_seen import Past
from annexa.mappings.operators import STATES, Around, check
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Criterion, Rule
from annexa.mappings.times import DAY
from annexa.schemas.words import State, UnknownReason, Verdict

Sighting = tuple[str, Any]
"""When a setting was read, and what it was."""


@predicate("as_last_approved", reads=("setting",), settles=True)
def as_last_approved(record: Record, rule: Rule, context: Context) -> Outcome:
    """The setting has the value that was last approved.

    Approved is what the earliest of the earlier runs shows that the assessment names; after it each value that a
    decision about the setting of exactly that name allows, if that decision was approved since the old value was last
    seen, or forbids the old one. Any other value stays a change until it is approved or taken back, and the run that
    shows the approved value is named as long as it is. What no earlier run shows is unknown: the history is too short.
    """
    setting = record.data
    assert isinstance(setting, Setting)  # noqa: S101
    settled = settle(rule, place_of(record), context)
    if not settled.required:
        return left_out(record, "a decision leaves it out")
    if settled.unknown is not None:
        return unknown(record, settled.unknown, settled.note or "what was decided about changes cannot be read")
    value = context.settings.understand(setting.name, setting.value)
    if (reason := _illegible(value)) is not None:
        return unknown(record, reason, f"value {shown(value)}")
    before = context.kept_for(rule, "read before", lambda: _read_before(rule, context)).get(record.subject_uid)
    if not before:
        reason = UnknownReason.INPUT_MISSING if context.missing else UnknownReason.HISTORY_TOO_SHORT
        return unknown(record, reason, "no earlier run that is named shows it")
    return _held_against(before, (record.collected_at, value), record, rule, settled, context)


def _held_against(
    before: list[Sighting], now: Sighting, record: Record, rule: Rule, settled: Settled, context: Context
) -> Outcome:
    """Go through the values in the order of time: each is the approved one, or becomes it by a decision, or is a change."""
    approved, since, decided = before[0], None, _Decided(record, rule, context)
    for seen in (*before[1:], now):
        if seen[1] == approved[1]:
            approved, since = seen, None
        elif decided.unread:
            return unknown(record, UnknownReason.CRITERION_UNREAD, decided.unread)
        elif decided.approves(approved, seen):
            approved, since = seen, None
        else:
            since = since or seen
    if since is None:
        return _as_approved(approved, record, settled, context)
    observed = f"value {shown(now[1])}, changed between {approved[0][:DAY]} and {since[0][:DAY]}"
    expected = f"value {shown(approved[1])}, or a decision since then that allows the new one"
    whose = Whose(criterion=settled.criterion, criterion_ref=settled.ref)
    return msgspec.structs.replace(failed(record, observed, expected=expected, **whose), compared_with=approved[0])


def _as_approved(approved: Sighting, record: Record, settled: Settled, context: Context) -> Outcome:
    whose = Whose(criterion=settled.criterion, criterion_ref=settled.ref)
    observed = f"value {shown(approved[1])}, as last approved"
    if context.missing:
        # The run that is not here may show that another value was approved.
        return unknown(record, UnknownReason.INPUT_MISSING, observed, **whose)
    return passed(record, observed, **whose)


class _Decided:
    """What was decided about the setting itself."""

    def __init__(self, record: Record, rule: Rule, context: Context) -> None:
        name, place = getattr(record.data, "name", ""), place_of(record)

        def narrowed() -> Rule:
            return msgspec.structs.replace(rule, criterion=Criterion(decided=name))

        self._as_of, self._own = (
            context.as_of,
            settle(context.kept_for(rule, f"about {name}", narrowed), place, context),
        )
        self._decision = context.decisions.find(name, place, context.day).decision
        lost = self._own.unknown not in (None, UnknownReason.CRITERION_UNSET)
        self.unread = (self._own.note or "what was decided about it cannot be read") if lost else None
        """Why nobody can say what was decided."""

    def approves(self, old: Sighting, new: Sighting) -> bool:
        """Whether the change from one value to the other is one that was decided."""
        if self._decision is None or not self._allows(new[1]):
            return False
        return self._decision.approved_on >= old[0][:DAY] or not self._allows(old[1])

    def _allows(self, value: Any) -> bool:
        if self._own.test is None:
            return not self._own.required
        return check(self._own.test[0], value, self._own.test[1], Around(as_of=self._as_of)).verdict is Verdict.PASS


def _illegible(value: Any) -> UnknownReason | None:
    """Why a value says nothing; that the vendor says there is none is a value."""
    if not isinstance(value, Missing) or value.state is State.ABSENT:
        return None
    return STATES[value.state]


def _read_before(rule: Rule, context: Context) -> Mapping[str, list[Sighting]]:
    """Each setting of the population as the earlier runs show it, oldest first; what they could not read is left out."""
    found: dict[str, list[Sighting]] = {}
    for record in _settings(rule, context.past):
        assert isinstance(record.data, Setting)  # noqa: S101
        value = context.settings.understand(record.data.name, record.data.value)
        if _illegible(value) is None:
            found.setdefault(record.subject_uid, []).append((record.collected_at, value))
    return found


def _settings(rule: Rule, runs: Iterable[Past]) -> Iterable[Record]:
    names = frozenset(rule.population.where["name"]["one_of"])  # type: ignore[arg-type]  # the rule's schema makes it a list
    for run in runs:
        started, finished = run.evidence.manifest.started, run.evidence.manifest.finished
        for record in run.evidence.records("setting"):
            # What is dated outside its run proves nothing.
            if getattr(record.data, "name", None) in names and started <= record.collected_at <= finished:
                yield record
