"""One run, made ready for judging: its scopes, what was read of them, what people supplied, and the joined kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Unread
from annexa.mappings.activity import Activity, activities, named_by
from annexa.mappings.ai_services import Services
from annexa.mappings.beginnings import Beginnings
from annexa.mappings.boundary import Boundary
from annexa.mappings.catalogue import Catalogue
from annexa.mappings.context import Context
from annexa.mappings.evidence_view import Evidence, broken
from annexa.mappings.first_seen import Past
from annexa.mappings.freshness import Freshness
from annexa.mappings.joins import Joins
from annexa.mappings.pack import RulePack
from annexa.mappings.population import EVERYTHING, Populations
from annexa.mappings.reach import Asked, Reach
from annexa.mappings.rule import Rule
from annexa.mappings.scopes import Scopes, listed
from annexa.mappings.service_matches import inventory, own_services
from annexa.mappings.supplied import Supplied, supplied
from annexa.mappings.use import Traces, Use
from annexa.mappings.vendors import Vendors, vendors


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything about one run that rules are judged with."""

    evidence: Evidence
    as_of: datetime
    pack: RulePack
    catalogue: Catalogue
    scopes: Scopes
    reach: Reach
    use: Use
    populations: Populations
    boundary: Boundary
    """What belongs to the management system that is judged."""
    supplied: Supplied
    unreads: tuple[Unread, ...]
    activity: Mapping[str, Activity]
    """The catalogue's populations that any exclusion in the SoA depends on, by id."""
    vendors: Vendors
    context: Context
    freshness: Freshness
    beginnings: Beginnings
    missing: bool
    """Whether an earlier run that should be heard is not here."""

    @property
    def manifest(self) -> Manifest:
        """The run's manifest."""
        return self.evidence.manifest

    @property
    def past(self) -> Past:
        """What the runs after it need of it."""
        return Past(evidence=self.evidence, whole=_reads(self.populations))

    @cached_property
    def day(self) -> str:
        """The day of judging."""
        return self.context.day

    @cached_property
    def disabled(self) -> frozenset[str]:
        """Rules that the organisation switched off."""
        return frozenset(self.context.parameters.disabled_rules())

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are judged, by id."""
        return tuple(rule for rule in self.pack.rules.values() if rule.id not in self.disabled)

    @cached_property
    def tenants(self) -> dict[str, str]:
        """Source of each tenant."""
        return {source.tenant: source.source for source in self.manifest.sources}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is the same for every run that an assessment judges."""

    pack: RulePack
    catalogue: Catalogue
    excluded_by: frozenset[str] = frozenset()
    """Populations of the catalogue that are looked at beside those on which a run's own SoA depends."""
    boundary: Boundary = EVERYTHING
    missing: bool = False
    """Whether an earlier run that should be heard is not here."""


def prepare(evidence: Evidence, frame: Frame, as_of: datetime, past: tuple[Past, ...] = ()) -> World:
    """Read everything of a run that must be known before its first item is judged; `past`: the runs before it."""
    manifest, pack, catalogue, boundary = evidence.manifest, frame.pack, frame.catalogue, frame.boundary
    scope_records = listed(evidence.records("scope"))
    facts = {path: record.data for path, record in scope_records.items()}
    traces = Traces(evidence)
    unreads, settled = _settled(evidence)
    reach = Reach(manifest, evidence.units(), unreads, facts, settled, traces.shown)  # type: ignore[arg-type]  # `listed` gives scopes only
    scopes = Scopes(manifest, scope_records, reach, traces.places, broken=broken(evidence, "scope"))
    use = Use(manifest, scopes, reach, traces)
    populations = Populations(manifest, scopes, reach, use, boundary)
    given = supplied(evidence, populations, pack.parameters)
    freshness = Freshness(manifest, given.parameters, as_of)
    vendors_of = {source.source: source.vendor for source in manifest.sources}
    plain = _context(as_of, pack, given, scopes, vendors_of)
    names = frame.excluded_by | named_by(catalogue, (row for _, row in given.soa))
    wanted = [population for population in catalogue.populations if population.id in names]
    activity = activities(evidence, wanted, populations, plain, freshness, boundary)
    services = Services(pack.services, own_services(evidence.records("ai_service")))
    known = inventory(evidence, services)
    off = frozenset(given.parameters.disabled_rules())
    active, joins = (
        [rule for rule in pack.rules.values() if rule.id not in off],
        Joins(evidence, populations, freshness),
    )
    beginnings = Beginnings((*past, Past(evidence=evidence, whole=_reads(populations))), missing=frame.missing)
    context = Context(
        as_of=as_of,
        past=past,
        missing=frame.missing,
        began=beginnings.of,
        decisions=given.decisions,
        parameters=given.parameters,
        settings=pack.settings,
        joins=joins.whole(active),
        parts=joins.parts(active, plain),
        populations={name: found.joined for name, found in activity.items()},
        contradicted_by={control.id: control.contradicted_by for control in catalogue.controls},
        scopes=scopes.facts,
        severities=plain.severities,
        vendors=vendors_of,
        services=pack.services,
        sighted={name: frozenset(seen.ids) for name, seen in known.items()},
    )
    return World(
        evidence=evidence, as_of=as_of, pack=pack, catalogue=catalogue, scopes=scopes, reach=reach, use=use,
        populations=populations, boundary=boundary, supplied=given, unreads=unreads, activity=activity,
        vendors=vendors(evidence, pack, populations, services, known), context=context, freshness=freshness,
        beginnings=beginnings, missing=frame.missing,
    )  # fmt: skip


def _reads(populations: Populations) -> Callable[[str], bool]:
    """Of which kinds a run read everything."""
    return lambda kind: populations.of(kind).complete


def _settled(evidence: Evidence) -> tuple[tuple[Unread, ...], frozenset[Asked]]:
    """The unreads that stay, and the units that lack only what the same collector read elsewhere: a bucket, where it is owned.

    A record from the place that lacks something shows that part of it was read there, and settles nothing.
    """
    unreads = tuple(evidence.unreads())
    missing = {_item(unread) for unread in unreads if unread.subject_uid}
    given = {info.name: info.yields for info in evidence.manifest.collectors}
    read: dict[tuple[str, str, str | None], set[str]] = {}
    for kind in sorted({item.kind for _, collector, _ in missing for item in given.get(collector, ())}):
        for trace in evidence.traces(kind):
            asked = (trace.source, trace.collector, trace.subject_uid)
            if asked in missing:
                read.setdefault(asked, set()).add(trace.scope)
    whole = {source.tenant for source in evidence.manifest.sources}
    kept = tuple(
        one for one in unreads
        if one.scope in whole or all(_related(one.scope, scope) for scope in read.get(_item(one), ()))
    )  # fmt: skip
    lacking = {(one.source, one.scope, one.collector) for one in kept}
    return kept, frozenset((one.source, one.scope, one.collector) for one in unreads) - lacking


def _item(unread: Unread) -> tuple[str, str, str | None]:
    return unread.source, unread.collector, unread.subject_uid


def _related(scope: str, other: str) -> bool:
    """Whether one is the other, or lies in it."""
    return scope == other or scope.startswith(f"{other}/") or other.startswith(f"{scope}/")


def _context(as_of: datetime, pack: RulePack, given: Supplied, scopes: Scopes, vendors_of: dict[str, str]) -> Context:
    severities = {rule.id: rule.severity for rule in pack.rules.values()}
    return Context(
        as_of=as_of, decisions=given.decisions, parameters=given.parameters, settings=pack.settings,
        scopes=scopes.facts, severities=severities, vendors=vendors_of,
    )  # fmt: skip
