"""What speaks against an exclusion: the catalogue's populations, as far as this run shows and enumerates them."""

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.catalogue import Catalogue
from annexa.mappings.condition import look, make_ready
from annexa.mappings.context import Context, Joined
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.freshness import Freshness
from annexa.mappings.population import Populations
from annexa.mappings.supplied import Supplied
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


def activities(
    evidence: Evidence,
    catalogue: Catalogue,
    given: Supplied,
    populations: Populations,
    context: Context,
    freshness: Freshness,
) -> dict[str, Activity]:
    """The populations on which the exclusions of this run's SoA depend; others are not looked at."""
    known = {population.id: population for population in catalogue.populations}
    contradicted = {control.id: control.contradicted_by for control in catalogue.controls}
    excluded = [row for _, row in given.soa if not row.applicable]
    names = {name for row in excluded for name in (*row.claims_none_of, *contradicted.get(row.control, ()))}
    found = {}
    for name in sorted(names & known.keys()):
        wanted = known[name]
        parts = make_ready(wanted.where, wanted.kind, None, context)
        seen, number, unsure, last = list[Record](), 0, False, ""
        for record in evidence.records(wanted.kind):
            verdicts = {look(part, record, context)[0].verdict for part in parts}
            if Verdict.FAIL in verdicts:
                continue
            if Verdict.UNKNOWN in verdicts or not freshness.valid(record):
                unsure = True
                continue
            number, last = number + 1, max(last, record.collected_at)
            if len(seen) < KEPT:
                seen.append(record)
        reason = populations.of(wanted.kind, where=wanted.where).reason or (UnknownReason.UNREAD if unsure else None)
        reason = reason or freshness.enumeration
        joined = Joined(records=tuple(seen), complete=reason is None, reason=reason)
        found[name] = Activity(id=name, says=wanted.says, joined=joined, number=number, last=last)
    return found
