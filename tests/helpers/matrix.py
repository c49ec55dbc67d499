"""The deny matrix: what the judge makes of a run in which something did not answer, and what was told about it."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from one_day import Collected, Day

from annexa.collectors._collect import Done
from annexa.evidence.call import Call
from annexa.evidence.record import Unread
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.results import Assessment, BlindSpot, ItemResult, RuleResult
from annexa.schemas.words import Result, Verdict

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

    def __init__(self, day: Day, *earlier: ListEvidence, pack: RulePack | None = None) -> None:
        self.day, self.earlier, self._pack = day, earlier, pack
        self.before = judged(day.evidence(), earlier, pack)
        """The day as it was."""
        self._known: dict[Any, Judged] = {}

    def of(self, collected: Collected) -> Judged:
        key = tuple(_outcome(done) for done in collected.fresh())
        if key not in self._known:
            self._known[key] = judged(self.day.evidence(collected), self.earlier, self._pack)
        return self._known[key]

    def forget(self) -> None:
        """Let go of what was judged so far: the next call has other units."""
        self._known.clear()


def _outcome(done: Done) -> Any:
    """Everything of a unit that the judge looks at; codes and words of an error are for readers only."""
    unreads = tuple(
        (one.call, one.permission, one.subject, one.reason, one.cure is None) for one in done.gathered.unreads
    )
    return done.gathered.unit, tuple(record.record_id for record in done.gathered.records), unreads


PACK = load_pack()


@dataclass
class Struck:
    """What of a collection was hit by a fault, by what the ledger of calls says."""

    op: str
    collected: Collected
    lost: dict[tuple[str, str], list[Unread]] = field(default_factory=dict)
    """Units (collector, scope) in which a call had no answer, with the unreads of that unit."""
    absent: int = 0
    made: int = 0
    sources: set[str] = field(default_factory=set)
    """Our aliases of the sources that were asked."""

    def __post_init__(self) -> None:
        self.sources = {done.work.source.alias for done in self.collected.fresh()}
        for done in self.collected.fresh():
            entries = [entry for entry in done.gathered.keeper.calls if entry.call == self.op]
            self.made += len(entries)
            self.absent += sum(entry.outcome == "absent" for entry in entries)
            told = any(one.call == self.op for one in done.gathered.unreads)
            if any(entry.outcome not in SERVED for entry in entries) or (entries and told):
                self.lost[done.work.collector.name, done.work.scope] = list(done.gathered.unreads)

    def unnamed(self, calls: list[Call]) -> Iterator[str]:
        """Units that lost the call and do not say so by source, scope, call and permission."""
        permissions = {call.needs for call in calls}
        for (collector, scope), unreads in self.lost.items():
            named = [one for one in unreads if one.call == self.op and one.permission in permissions]
            if not any(
                one.scope == scope and one.source in self.sources and one.collector == collector for one in named
            ):
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
        spot.call == struck.op
        and spot.permission in permissions
        and spot.scope in scopes
        and spot.source in struck.sources
        for spot in found
    )


def no_comfort(
    before: Judged, after: Judged, rule: str, comfort: Container[Result] = (Result.PASS, Result.NO_POPULATION)
) -> Iterator[str]:
    """A rule that became better; it may have become worse, and one that passed may have lost its population."""
    old, new = before.rules[rule].result, after.rules[rule].result
    if old is not Result.PASS and new is not old and new in comfort:
        yield f"{rule} was {old} and is {new}"


def related(scope: str, other: str) -> bool:
    return scope == other or scope.startswith(f"{other}/") or other.startswith(f"{scope}/")


BETTER = (Result.PASS, Result.NO_POPULATION)
"""Results that nothing unread may bring about."""
