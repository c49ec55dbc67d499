"""Items that are AI services: one item per service, however many sources show it and under how many ids.

Its id is made of the organisation and the service, never of a source: so what several rules say about one service is
one cause, and a service that another source shows tomorrow is the same finding. An item belongs to no source; where it
was seen stands under its sightings.
"""

import hashlib
from collections import Counter

import msgspec

from annexa.evidence.record import Record, subject_uid
from annexa.mappings.ai_services import Service
from annexa.mappings.held import Several
from annexa.mappings.outcome import Outcome, item_of
from annexa.mappings.registered_services import entries_of
from annexa.mappings.results import ItemResult
from annexa.mappings.service_matches import belongs
from annexa.mappings.tally import BASES, Tally
from annexa.schemas.words import Basis, Criterion, Verdict

ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SHOWN, Verdict.PASS)
"""Of several sightings of a service the gravest speaks."""


def service_uid(organisation: str, service: str) -> str:
    """The id of a service as a subject; it is the same in every rule and run."""
    return subject_uid(organisation, organisation, f"ai_service:{service}")


class ServiceItems:
    """The services that one rule speaks about, gathered while records stream past."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._groups: dict[str, _Group] = {}

    def take(self, record: Record, valid: bool) -> None:
        """Judge one record and note it under its service; one of which nobody knows the service stands for itself."""
        outcome = self._tally.judge(record)
        if outcome is None or self._tally.aside(record, outcome):
            return
        outcome = self._tally.weigh(outcome, record, valid=valid)
        match = belongs(record, self._tally.world.context).match
        self._tally.observed(record.collected_at)
        if match is None:
            item, collector = item_of(self._tally.rule.id, outcome, record), record.provenance.collector
            self._tally.enter(item, required=outcome.required, records=(record,), collector=collector)
        else:
            self._groups.setdefault(match.service.id, _Group(match.service)).add(outcome, record)

    def close(self) -> None:
        """Count every service once."""
        for _, group in sorted(self._groups.items()):
            world = self._tally.world
            item = group.item(self._tally.rule.id, world.manifest.organisation.id)
            systems = tuple(entry.subject for _, entry in entries_of(group.service, world.context))
            self._tally.enter(item, required=group.required, several=group.several(systems))


class _Group:
    """The sightings of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._first: tuple[tuple[bool, int, bool, str, str, str], Outcome] | None = None
        self._basis = Basis.EXPLICIT
        self._records: list[str] = []
        self._facts: list[bytes] = []
        self._places: Counter[tuple[str, str]] = Counter()
        self._at = ""

    @property
    def required(self) -> bool:
        """Whether anything is asked of it at all."""
        return self._told.required

    @property
    def _told(self) -> Outcome:
        assert self._first is not None  # noqa: S101
        return self._first[1]

    def add(self, outcome: Outcome, record: Record) -> None:
        """One sighting."""
        ours = outcome.criterion is Criterion.ANNEXA_DEFAULT
        gravity = ORDER.index(outcome.verdict)
        place = (not outcome.required, gravity, ours, record.source, record.scope, record.record_id)
        if self._first is None or place < self._first[0]:
            self._first = place, outcome
        self._basis = max(self._basis, outcome.basis, key=BASES.index)
        self._records.append(record.record_id)
        self._facts.append(hashlib.sha256(msgspec.json.encode(record.data, order="sorted")).digest())
        self._places[record.source, record.scope] += 1
        self._at = max(self._at, record.collected_at)

    def item(self, rule: str, organisation: str) -> ItemResult:
        """The service as an item of the organisation."""
        outcome = self._told
        return ItemResult(
            rule=rule, subject=self.service.id, subject_uid=service_uid(organisation, self.service.id), source="",
            scope=organisation, verdict=outcome.verdict, reason=outcome.reason, criterion=outcome.criterion,
            criterion_ref=outcome.criterion_ref, observed="; ".join(filter(None, (outcome.observed, self._seen()))),
            expected=outcome.expected, basis=self._basis, records=tuple(sorted(self._records)),
        )  # fmt: skip

    def several(self, systems: tuple[str, ...]) -> Several:
        """What a held item needs of its records."""
        places = tuple(sorted(f"{source} {scope}" for source, scope in self._places))
        content = hashlib.sha256(b"".join(sorted(self._facts))).hexdigest()[:32]
        return Several(at=self._at, content=content, sightings=places, systems=systems)

    def _seen(self) -> str:
        """Where it was seen, and how often: `seen at google_workspace:main (12 times), okta:main`."""
        times = Counter[str]()
        for (source, _), count in self._places.items():
            times[source] += count
        said = (f"{source} ({count} times)" if count > 1 else source for source, count in sorted(times.items()))
        return f"seen at {', '.join(said)}"
