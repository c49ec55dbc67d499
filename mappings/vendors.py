"""Vendors that are not configured: in use all the same, by a record or a register, or not used as far as anything shows.

In use and not configured is a blind spot. Not used is said only where discovery is complete: the AI register was read
whole, and so was every list of third-party applications that a vendor offered.
"""

import re
from dataclasses import dataclass

from annexa.evidence.record import Record
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.pack import RulePack
from annexa.mappings.population import Populations
from annexa.schemas.words import UnknownReason

SHOWING = {
    "application": ("vendor_id", "name", "publisher"),
    "register_entry": ("name", "supplier", "identifiers"),
    "supplier": ("name",),
}
"""Where a vendor can be named."""


@dataclass(frozen=True, kw_only=True)
class Vendors:
    """The vendors of the rules that no source of this run speaks for."""

    in_use: dict[str, str]
    """By vendor, where it was seen."""
    unused: frozenset[str]
    """Not used, as far as the sources show."""
    sources: int
    """How many sources those are."""


def vendors(evidence: Evidence, pack: RulePack, populations: Populations) -> Vendors:
    """Look for the vendors that rules speak about and no source was configured for."""
    configured = {source.vendor for source in evidence.manifest.sources}
    named = {rule.population.of for rule in pack.rules.values() if rule.population.of is not None}
    absent = sorted(named - configured)
    in_use = dict[str, str]()
    for kind in SHOWING if absent else ():
        for record in evidence.records(kind):
            for vendor in absent:
                if vendor not in in_use and _names(record, vendor):
                    in_use[vendor] = f"{kind} {record.data.subject} at {record.source}"
    complete = _discovered(evidence, populations)
    unused = frozenset(vendor for vendor in absent if vendor not in in_use) if complete else frozenset[str]()
    return Vendors(in_use=in_use, unused=unused, sources=len(evidence.manifest.sources))


def _discovered(evidence: Evidence, populations: Populations) -> bool:
    asked = any(source.vendor != "registers" and source.started for source in evidence.manifest.sources)
    applications = populations.of("application").reason
    whole = applications in (None, UnknownReason.NOT_CONNECTED)
    return asked and whole and populations.of("register_entry").complete


def _names(record: Record, vendor: str) -> bool:
    """Whether a field names the vendor, as a word of its own."""
    word = re.compile(rf"(?<![a-z0-9]){re.escape(vendor.casefold())}(?![a-z0-9])")
    values = (getattr(record.data, field) for field in SHOWING[record.kind])
    texts = (text for value in values for text in (value if isinstance(value, tuple) else (value,)))
    return any(isinstance(text, str) and word.search(text.casefold()) is not None for text in texts)
