"""One run, made ready for judging: its scopes, what was read of them, what people supplied, and the joined kinds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Record, Unread
from annexa.mappings.activity import Activity, activities, named_by
from annexa.mappings.catalogue import Catalogue
from annexa.mappings.context import Context, Joined
from annexa.mappings.evidence_view import Evidence, broken
from annexa.mappings.freshness import Freshness
from annexa.mappings.pack import RulePack
from annexa.mappings.population import Populations
from annexa.mappings.reach import Asked, Reach
from annexa.mappings.rule import Rule
from annexa.mappings.scopes import Scopes, listed
from annexa.mappings.supplied import Supplied, supplied
from annexa.mappings.use import Traces, Use
from annexa.mappings.vendors import Vendors, vendors
from annexa.schemas.words import UnknownReason

T = TypeVar("T")


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
    supplied: Supplied
    unreads: tuple[Unread, ...]
    activity: Mapping[str, Activity]
    """The catalogue's populations that any exclusion in the SoA depends on, by id."""
    vendors: Vendors
    context: Context
    freshness: Freshness

    @property
    def manifest(self) -> Manifest:
        """The run's manifest."""
        return self.evidence.manifest

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


def prepare(
    evidence: Evidence, pack: RulePack, catalogue: Catalogue, as_of: datetime, excluded_by: frozenset[str] = frozenset()
) -> World:
    """Read everything of a run that must be known before its first item is judged.

    `excluded_by`: populations of the catalogue that are looked at beside those on which this run's own SoA depends.
    """
    manifest = evidence.manifest
    scope_records = listed(evidence.records("scope"))
    facts = {path: record.data for path, record in scope_records.items()}
    traces = Traces(evidence)
    unreads, settled = _settled(evidence)
    reach = Reach(manifest, evidence.units(), unreads, facts, settled, traces.shown)  # type: ignore[arg-type]  # `listed` gives scopes only
    scopes = Scopes(manifest, scope_records, reach, traces.places, broken=broken(evidence, "scope"))
    use = Use(manifest, scopes, reach, traces)
    populations = Populations(manifest, scopes, reach, use)
    given = supplied(evidence, populations, pack.parameters)
    freshness = Freshness(manifest, given.parameters, as_of)
    vendors_of = {source.source: source.vendor for source in manifest.sources}
    plain = _context(as_of, pack, given, scopes, vendors_of)
    names = excluded_by | named_by(catalogue, (row for _, row in given.soa))
    wanted = [population for population in catalogue.populations if population.id in names]
    activity = activities(evidence, wanted, populations, plain, freshness)
    context = Context(
        as_of=as_of,
        decisions=given.decisions,
        parameters=given.parameters,
        settings=pack.settings,
        joins=_joins(evidence, pack, populations, freshness, given),
        populations={name: found.joined for name, found in activity.items()},
        contradicted_by={control.id: control.contradicted_by for control in catalogue.controls},
        scopes=scopes.facts,
        severities=plain.severities,
        vendors=vendors_of,
    )
    return World(
        evidence=evidence, as_of=as_of, pack=pack, catalogue=catalogue, scopes=scopes, reach=reach, use=use,
        populations=populations, supplied=given, unreads=unreads, activity=activity,
        vendors=vendors(evidence, pack, populations), context=context, freshness=freshness,
    )  # fmt: skip


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


def _joins(
    evidence: Evidence, pack: RulePack, populations: Populations, freshness: Freshness, given: Supplied
) -> dict[str, Joined]:
    """Every kind that a rule joins; the AI register always, since findings name who answers for their subject."""
    disabled = frozenset(given.parameters.disabled_rules())
    kinds = {kind for rule in pack.rules.values() if rule.id not in disabled for kind in rule.joins}
    return {kind: _join(evidence, kind, populations, freshness) for kind in sorted({*kinds, "register_entry"})}


def _join(evidence: Evidence, kind: str, populations: Populations, freshness: Freshness) -> Joined:
    """All records of a kind; those that are not valid in time are left out, and then these are not all."""
    slim, valid, strange = Slim(), list[Record](), False
    for record in evidence.records(kind):
        if freshness.valid(record):
            valid.append(slim(record))
        else:
            strange = True
    reason = populations.of(kind).reason
    if reason is None and (strange or broken(evidence, kind)):
        reason = UnknownReason.INVALID_RECORD
    return Joined(records=tuple(valid), complete=reason is None, reason=reason)


class Slim:
    """Makes records that can be held in great number: no call and nonce, and one copy of what many have in common.

    What a statement rests on is found in the run by the record's id.
    """

    def __init__(self) -> None:
        self._common: dict[Any, Any] = {}

    def __call__(self, record: Record) -> Record:
        """The record without its calls."""
        one, told = self._one, record.provenance
        return Record(
            record_id=record.record_id, subject_uid=record.subject_uid, kind=one(record.kind),
            source=one(record.source), scope=one(record.scope), collected_at=one(record.collected_at), data=record.data,
            provenance=one(msgspec.structs.replace(told, identity="", origins=())), nonce="",
        )  # fmt: skip

    def _one(self, value: T) -> T:
        found: T = self._common.setdefault(value, value)
        return found
