"""The deny matrix: which rules depend on a call, and what may become of them where the call does not answer.

Dependence is derived from what collectors and rules declare, never from what a run happened to do.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from one_day import Collected, Day, makes

from annexa.collectors._collect import Done
from annexa.evidence.call import Call, Collector, Yields
from annexa.evidence.record import Unread
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.results import Assessment, BlindSpot, ItemResult, RuleResult
from annexa.mappings.rule import Rule
from annexa.sandbox._models import list_members, operation_model
from annexa.sandbox.aws_server import Fault, fault_kinds
from annexa.schemas.words import Result, Verdict

POORER = ("empty_list", "unknown_enum")
"""Kinds of fault that leave a valid answer."""
SERVED = ("answered", "absent")
"""Outcomes in the ledger of calls that are answers."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A run and what the judge made of it."""

    evidence: ListEvidence
    assessment: Assessment
    items: Mapping[tuple[str, str, str], ItemResult]
    """By rule, subject and scope."""

    @cached_property
    def rules(self) -> dict[str, RuleResult]:
        return {one.rule: one for one in self.assessment.rules}

    @cached_property
    def spots(self) -> dict[str, BlindSpot]:
        return {one.id: one for one in self.assessment.blind_spots}

    def of_rule(self, rule: str) -> list[BlindSpot]:
        return [self.spots[name] for name in self.rules[rule].blind_spots]

    @cached_property
    def failing(self) -> dict[tuple[str, str], ItemResult]:
        found = {(one.rule, one.subject_uid): one for one in self.items.values() if one.verdict is Verdict.FAIL}
        return dict(sorted(found.items()))


def judged(evidence: ListEvidence, earlier: Iterable[ListEvidence] = (), pack: RulePack | None = None) -> Judged:
    items: list[ItemResult] = []
    made = judge(evidence, earlier, pack=pack or PACK, items=items.append)
    found = {(one.rule, one.subject_uid, one.scope): one for one in items}
    return Judged(evidence=evidence, assessment=made.assessment, items=found)


class Judge:
    """Judges what was collected again; faults that leave the same records and the same unreads are judged once."""

    def __init__(self, day: Day, *earlier: ListEvidence) -> None:
        self.day, self._earlier = day, earlier
        self.before = judged(day.evidence(), earlier)
        """The day as it was."""
        self._known: dict[Any, Judged] = {}

    def of(self, collected: Collected) -> Judged:
        key = tuple(_outcome(done) for done in collected.fresh())
        if key not in self._known:
            self._known[key] = judged(self.day.evidence(collected), self._earlier)
        return self._known[key]

    def forget(self) -> None:
        """Let go of what was judged so far: the next call has other units."""
        self._known.clear()


def _outcome(done: Done) -> Any:
    """Everything of a unit that the judge looks at; codes and words of an error are for readers only."""
    unreads = tuple((one.call, one.permission, one.subject, one.reason, one.cure is None) for one in done.gathered.unreads)
    return done.gathered.unit, tuple(record.record_id for record in done.gathered.records), unreads


PACK = load_pack()


def looks_at(rule: Rule, given: Yields, vendor: str) -> bool:
    """Whether a record of this declaration can be in the rule's population or among what it looks into."""
    if given.kind in rule.joins:
        return True
    return given.kind == rule.reads and rule.population.of in (None, vendor) and not _shut_out(given, rule)


def _shut_out(given: Yields, rule: Rule) -> bool:
    """Whether the filter can never let through what the collector always has in a field."""
    for name, values in given.where.items():
        for operator, operand in rule.population.where.get(name, {}).items():
            wanted = operand if isinstance(operand, list) else [operand]
            if operator in ("is", "equals", "one_of") and operand != "present" and not set(wanted) & set(values):
                return True
            if operator == "none_of" and set(values) <= set(wanted):
                return True
    return False


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """How a rule depends on an operation."""

    records: bool = False
    """It yields records that the rule selects or joins."""
    scopes: bool = False
    """It lists the rule's scopes."""
    signal: bool = False
    """It tells whether the rule's scopes are used."""

    @property
    def any(self) -> bool:
        return self.records or self.scopes or self.signal


def dependence(
    rule: Rule, op: str, collectors: Iterable[Collector], extra: Mapping[str, Any], only: Container[str] | None = None
) -> Dependence:
    """`extra`: for a rule that looks into the catalogue's populations, their kinds and filters; `only`: through these."""
    known = list(collectors)
    mine = [one for one in known if makes(one, op) and (only is None or one.name in only)]
    populations = extra.get(rule.id, ())

    def gives(one: Collector) -> bool:
        vendor = one.name.partition(".")[0]
        return any(looks_at(rule, given, vendor) for given in one.yields) or any(
            given.kind == kind and not _shut_out(given, other) for given in one.yields for kind, other in populations
        )

    vendors = {one.name.partition(".")[0] for one in known if gives(one)}
    return Dependence(
        records=any(gives(one) for one in mine),
        scopes=any(one.lists_scopes and one.name.partition(".")[0] in vendors for one in mine),
        signal=any(one.signals is not None and one.signals == rule.population.used for one in mine),
    )


def populations_of_exclusions(soa: Iterable[Any], catalogue: Any) -> dict[str, tuple[tuple[str, Rule], ...]]:
    """For the rule about exclusions: kind and filter of every population that speaks against one."""
    base = PACK.rules["GOV-ANY-08"]
    by_id = {one.id: one for one in catalogue.populations}
    against = {one.id: one.contradicted_by for one in catalogue.controls}
    names = {name for row in soa if not row.applicable for name in (*row.claims_none_of, *against.get(row.control, ()))}
    chosen = [by_id[name] for name in sorted(names) if name in by_id]
    return {
        base.id: tuple(
            (
                one.kind,
                msgspec.structs.replace(base, population=msgspec.structs.replace(base.population, where=one.where)),
            )
            for one in chosen
        )
    }


def operations(collectors: Iterable[Collector], vendor: str = "aws") -> list[str]:
    mine = (one for one in collectors if one.name.startswith(f"{vendor}."))
    return sorted({call.op for one in mine for call in one.calls})


def kinds(op: str, collectors: Iterable[Collector], *, refused: bool) -> list[Any]:
    """The kinds of fault that apply to an operation: those that refuse or break it, or the poorer ones.

    An answer without a list is broken only where the call reads that list or the vendor's model requires it.
    """
    service, operation = op.split(":", 1)
    poorer = {*POORER} if _needs_a_list(op, collectors) else {*POORER, "missing_list"}
    found = [kind for kind in fault_kinds(service, operation) if kind != "slow"]
    return [kind for kind in found if (kind not in poorer) == refused]


def _needs_a_list(op: str, collectors: Iterable[Collector]) -> bool:
    service, operation = op.split(":", 1)
    lists = set(list_members(service, operation))
    shape = operation_model(service, operation).output_shape
    read = {call.path for one in collectors for call in one.calls if call.op == op}
    return bool(lists & (read | set(shape.required_members if shape is not None else ())))


def fault(op: str, kind: Any) -> Fault:
    service, operation = op.split(":", 1)
    return Fault(service, operation, kind=kind)


def calls_of(day: Day, op: str) -> list[Call]:
    return [call for one in day.collectors.values() for call in one.calls if call.op == op]


@dataclass
class Struck:
    """What of a collection was hit by a fault, by what the ledger of calls says."""

    op: str
    collected: Collected
    lost: dict[tuple[str, str], list[Unread]] = field(default_factory=dict)
    """Units (collector, scope) in which a call had no answer, with the unreads of that unit."""
    absent: int = 0
    made: int = 0

    def __post_init__(self) -> None:
        for done in self.collected.fresh():
            entries = [entry for entry in done.gathered.keeper.calls if entry.call == self.op]
            self.made += len(entries)
            self.absent += sum(entry.outcome == "absent" for entry in entries)
            told = any(one.call == self.op for one in done.gathered.unreads)
            if any(entry.outcome not in SERVED for entry in entries) or (entries and told):
                self.lost[done.work.collector.name, done.work.scope] = list(done.gathered.unreads)

    def unnamed(self, source: str, calls: list[Call]) -> Iterator[str]:
        """Units that lost the call and do not say so by source, scope, call and permission."""
        permissions = {call.needs for call in calls}
        for (collector, scope), unreads in self.lost.items():
            named = [one for one in unreads if one.call == self.op and one.permission in permissions]
            if not any(one.scope == scope and one.source == source and one.collector == collector for one in named):
                yield f"{collector} at {scope} does not name the call as unread"


def changed(before: RuleResult, after: RuleResult) -> bool:
    """Whether anything that the rule found is different."""
    return _signature(before) != _signature(after)


def _signature(one: RuleResult) -> tuple[Any, ...]:
    counts = one.counts
    return one.result, one.reason, one.stale, counts.items, counts.passed, counts.failed, counts.unknown, counts.shown


def names_call(found: list[BlindSpot], struck: Struck, calls: list[Call]) -> bool:
    """Whether a blind spot names source, scope, call and permission of what was lost."""
    scopes, permissions = {scope for _, scope in struck.lost}, {call.needs for call in calls}
    return any(
        spot.call == struck.op and spot.permission in permissions and spot.scope in scopes and spot.source == "aws:main"
        for spot in found
    )


def proved_used(evidence: ListEvidence, service: str, scopes: Iterable[str], day: Day) -> bool:
    """Whether a record of the run shows each of these scopes in use: of a collector that signals it, or a measure."""
    signals = {name for name, one in day.collectors.items() if one.signals == service}
    shown = {
        record.scope
        for kind in evidence.kinds()
        for record in evidence.records(kind)
        if (
            getattr(record.data, "service", None) == service
            if kind == "usage"
            else record.provenance.collector in signals
        )
    }
    return all(scope in shown for scope in scopes)


def related(scope: str, other: str) -> bool:
    return scope == other or scope.startswith(f"{other}/") or other.startswith(f"{scope}/")


BETTER = (Result.PASS, Result.NO_POPULATION)
"""Results that nothing unread may bring about."""
