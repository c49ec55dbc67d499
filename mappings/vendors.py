"""Vendors that are not configured: in use all the same, by a record or a register, or not used as far as anything shows.

In use and not configured is a blind spot; so is an AI service that no source of annexa reads, until the AI register
names it: then people told what no system can. An application shows one by an exact id, a verified publisher or a domain
of the list of known AI services, never by its name alone; a register shows one by naming it. Not used is said only
where discovery is complete: the AI register was read whole, and so was every list of third-party applications that a
vendor offered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from annexa.evidence.kinds import RegisterEntry, Supplier
from annexa.evidence.manifest import PEOPLE
from annexa.evidence.record import Record
from annexa.mappings.ai_services import Service, Services
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.pack import RulePack
from annexa.mappings.population import Populations
from annexa.mappings.registered_services import named_by, supplied_by
from annexa.mappings.service_matches import Inventory
from annexa.schemas.words import Certainty, UnknownReason

SHOWING = {
    "application": ("vendor_id", "name", "publisher"),
    "register_entry": ("name", "supplier", "identifiers"),
    "supplier": ("name",),
}
"""Where a vendor can be named of which the list of AI services knows nothing."""


@dataclass(frozen=True, kw_only=True)
class Vendors:
    """The vendors of the rules, and the AI services, that no source of this run speaks for."""

    in_use: dict[str, str]
    """By vendor, or by service where no source of annexa reads it: where it was seen."""
    unreadable: frozenset[str]
    """Those of them that no source of annexa reads."""
    registered: frozenset[str]
    """Those of the unreadable ones that an entry of the AI register names."""
    unused: frozenset[str]
    """Not used, as far as the sources show."""
    sources: int
    """How many sources those are."""


def vendors(
    evidence: Evidence, pack: RulePack, populations: Populations, services: Services, inventory: Inventory
) -> Vendors:
    """Look for what is used and no source was configured for."""
    configured = {source.vendor for source in evidence.manifest.sources}
    chosen = {name for rule in pack.rules.values() for name in (rule.population.of, rule.population.about)}
    named = {name for name in chosen if name is not None and name not in PEOPLE}
    absent = sorted(named - configured)
    listed = {vendor for service in services.all.values() for vendor in (service.source, service.id) if vendor}
    seen, doubted = _seen(evidence, services, inventory, configured)
    registered = _told(evidence, services, inventory)
    for kind in SHOWING if set(absent) - listed else ():
        for record in evidence.records(kind):
            for vendor in absent:
                if vendor not in listed and vendor not in seen and _names(record, vendor):
                    seen[vendor] = f"{kind} {record.data.subject} at {record.source}"
    in_use = {vendor: where for vendor, where in seen.items() if vendor not in configured}
    readable = named | {service.source for service in services.all.values()}
    unused = {vendor for vendor in absent if vendor not in in_use and vendor not in doubted}
    unreadable = frozenset(in_use) - readable
    return Vendors(
        in_use=dict(sorted(in_use.items())),
        unreadable=unreadable,
        registered=unreadable & registered,
        unused=frozenset(unused if _discovered(evidence, populations) else ()),
        sources=sum(source.vendor != "imports" for source in evidence.manifest.sources),
    )


def _seen(
    evidence: Evidence, services: Services, inventory: Inventory, configured: set[str]
) -> tuple[dict[str, str], set[str]]:
    """What is in use and where it was seen, and what may be in use, for all that its name says."""
    seen, doubted = dict[str, str](), set[str]()
    for _, sighted in sorted(inventory.items()):
        if sighted.certainty is Certainty.NAME:
            doubted.add(_vendor(sighted.service))
        else:
            seen.setdefault(_vendor(sighted.service), sighted.where)
    for kind in ("register_entry", "supplier"):
        for record in evidence.records(kind):
            for vendor in _registered(record, services, configured):
                seen.setdefault(vendor, f"{kind} {record.data.subject} at {record.source}")
    return seen, doubted


def _registered(record: Record, services: Services, configured: set[str]) -> Iterator[str]:
    """Vendors that a row of a register shows in use; a mere supplier only if none of its services is connected."""
    fact = record.data
    if isinstance(fact, RegisterEntry) and (named := named_by(fact, services)):
        yield from (_vendor(services.all[service]) for service in named if service in services.all)
        return
    supplier = fact.supplier if isinstance(fact, RegisterEntry) else fact.name if isinstance(fact, Supplier) else None
    if isinstance(supplier, str):
        supplied = sorted({_vendor(services.all[service]) for service in supplied_by(supplier, services)})
        if not configured & set(supplied):
            yield from supplied


def _told(evidence: Evidence, services: Services, inventory: Inventory) -> set[str]:
    """Services that an entry of the AI register names, by an id under which a source shows them too."""
    ids = {name: service for service, sighted in inventory.items() for name in sighted.ids}
    found = set[str]()
    for record in evidence.records("register_entry"):
        if isinstance(record.data, RegisterEntry):
            found.update(named_by(record.data, services))
            found.update(ids[name] for name in record.data.identifiers if name in ids)
    return found


def _vendor(service: Service) -> str:
    """Who would read a service; its own id where nobody does."""
    return service.source or service.id


def _discovered(evidence: Evidence, populations: Populations) -> bool:
    asked = any(source.vendor not in PEOPLE and source.started for source in evidence.manifest.sources)
    applications = populations.of("application").reason
    whole = applications in (None, UnknownReason.NOT_CONNECTED)
    return asked and whole and populations.of("register_entry").complete


def _names(record: Record, vendor: str) -> bool:
    """Whether a field names the vendor, as a word of its own."""
    word = re.compile(rf"(?<![a-z0-9]){re.escape(vendor.casefold())}(?![a-z0-9])")
    values = (getattr(record.data, field) for field in SHOWING[record.kind])
    texts = (text for value in values for text in (value if isinstance(value, tuple) else (value,)))
    return any(isinstance(text, str) and word.search(text.casefold()) is not None for text in texts)
