"""What speaks against an exclusion: the catalogue's populations, as far as this run shows and enumerates them."""

from collections.abc import Iterable

import msgspec

from annexa.evidence.kinds import SoaRow
from annexa.evidence.record import Record
from annexa.mappings.boundary import Boundary
from annexa.mappings.catalogue import Catalogue, Population
from annexa.mappings.condition import look, make_ready
from annexa.mappings.context import Context, Joined
from annexa.mappings.evidence_view import Evidence, broken
from annexa.mappings.freshness import Freshness
from annexa.mappings.population import Populations
from annexa.mappings.reach import Lack
from annexa.schemas.words import UnknownReason, Verdict

KEPT = 100
"""Records of one population that are kept; one is enough to contradict."""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One population of the catalogue in one run."""

    id: str
    says: str
    joined: Joined
    number: int = 0
    """How many records it has."""
    last: str = ""
    """When the last of them was collected."""
    lacks: tuple[Lack, ...] = ()
    """What is lacking of it."""


def named_by(catalogue: Catalogue, soa: Iterable[SoaRow]) -> frozenset[str]:
    """The populations on which the exclusions of a SoA depend; others are not looked at."""
    known = {population.id for population in catalogue.populations}
    contradicted = {control.id: control.contradicted_by for control in catalogue.controls}
    excluded = [row for row in soa if not row.applicable]
    return frozenset(
        name for row in excluded for name in (*row.claims_none_of, *contradicted.get(row.control, ())) if name in known
    )


def activities(
    evidence: Evidence,
    wanted: Iterable[Population],
    populations: Populations,
    context: Context,
    freshness: Freshness,
    boundary: Boundary,
) -> dict[str, Activity]:
    """What a run shows of some populations of the catalogue inside the management system, by id."""
    found = {}
    for one in wanted:
        parts = make_ready(one.where, one.kind, None, context)
        tally = _Tally()
        for record in evidence.records(one.kind):
            if not boundary.inside(record.source, record.data.at or record.scope):
                continue
            verdicts = {look(part, record, context)[0].verdict for part in parts}
            if Verdict.FAIL not in verdicts:
                tally.take(record, sure=Verdict.UNKNOWN not in verdicts and freshness.valid(record))
        coverage = populations.of(one.kind, where=one.where, inside=True)
        reason = coverage.reason or (UnknownReason.UNREAD if tally.unsure else None)
        reason = (
            reason or freshness.enumeration or (UnknownReason.INVALID_RECORD if broken(evidence, one.kind) else None)
        )
        joined = Joined(records=tuple(tally.kept), complete=reason is None, reason=reason)
        found[one.id] = Activity(
            id=one.id, says=one.says, joined=joined, number=tally.number, last=tally.last, lacks=coverage.lacks
        )  # fmt: skip
    return found


class _Tally:
    def __init__(self) -> None:
        self.kept: list[Record] = []
        self.number, self.unsure, self.last = 0, False, ""

    def take(self, record: Record, *, sure: bool) -> None:
        if not sure:
            self.unsure = True
            return
        self.number, self.last = self.number + 1, max(self.last, record.collected_at)
        if len(self.kept) < KEPT:
            self.kept.append(record)
