"""Items that did not pass, with what findings and history need of them."""

import hashlib
from collections.abc import Iterable

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AiSystem, RegisterEntry
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.first_seen import FirstSeen
from annexa.mappings.register import Register, names_of, written
from annexa.mappings.results import ItemResult
from annexa.schemas.words import Criterion, Verdict


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One item that failed or is unknown, in one run."""

    item: ItemResult
    at: str
    """When its subject was collected."""
    collector: str | None = None
    """Who brought it; null: it is a scope or a number, and every relevant collector counts."""
    tenant: str
    """The vendor's id of the tenant: it survives a renamed source."""
    content: str = ""
    """Digest of the facts that it rests on."""
    owner: str | None = None
    """Who answers for it."""
    about: tuple[str, ...] | None = None
    """For an event that a later one renews: what it is about."""
    began: FirstSeen | None = None
    """Since when its subject exists, without our own sightings; null: it is a scope or a number."""
    systems: tuple[str, ...] = ()
    """Subjects of the registered AI systems to which it belongs."""
    sightings: tuple[str, ...] = ()
    """Further places in which the same subject did not pass."""
    compared_with: str | None = None
    """For a change: when an earlier run read what it is held against."""

    @property
    def key(self) -> tuple[str, str]:
        """Rule and subject."""
        return self.item.rule, self.item.subject_uid


class Several(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an item that many records stand for, without holding them."""

    at: str
    """When the last of them was collected."""
    content: str
    """Digest of their facts."""
    sightings: tuple[str, ...]
    """Places in which they lie."""
    systems: tuple[str, ...] = ()
    """Subjects of the registered AI systems to which it belongs."""

    def told(self, held: Held) -> Held:
        """A held item with all of it."""
        return msgspec.structs.replace(
            held, at=self.at, content=self.content if held.content else "", sightings=self.sightings
        )


def merged(held: Iterable[Held]) -> list[Held]:
    """One item per subject, a failing one first; where else it was seen stands under `sightings`."""
    groups: dict[str, list[Held]] = {}
    for one in held:
        groups.setdefault(one.item.subject_uid, []).append(one)
    return [_together(sorted(group, key=_order)) for _, group in sorted(groups.items())]


def digest_of(records: Iterable[Record]) -> str:
    """One digest over the facts of some records, whatever their order and the run."""
    parts = sorted(hashlib.sha256(msgspec.json.encode(record.data, order="sorted")).digest() for record in records)
    return hashlib.sha256(b"".join(parts)).hexdigest()[:32]


def newest(records: Iterable[Record], fallback: str) -> str:
    """When the last of some records was collected."""
    return max((record.collected_at for record in records), default=fallback)


def owner_of(record: Record, context: Context) -> str | None:
    """Who answers for a subject: its entry in the AI register, else what the vendor shows of an AI system."""
    for _, entry in Register.of(context).about(names_of(record)):
        if written(entry.owner) and not isinstance(entry.owner, Missing):
            return entry.owner
    own = record.data.owner if isinstance(record.data, (AiSystem, RegisterEntry)) else None
    return own if isinstance(own, str) and own else None


def _together(group: list[Held]) -> Held:
    first = group[0]
    if len(group) == 1:
        return first
    others = {f"{one.item.source} {one.item.scope}" for one in group} - {f"{first.item.source} {first.item.scope}"}
    records = tuple(sorted({record for one in group for record in one.item.records}))
    item = msgspec.structs.replace(first.item, records=records)
    systems = tuple(dict.fromkeys(system for one in group for system in one.systems))
    return msgspec.structs.replace(first, item=item, systems=systems, sightings=tuple(sorted(others)))


def _order(held: Held) -> tuple[bool, bool, str, str, tuple[str, ...]]:
    item = held.item
    ours = item.criterion is Criterion.ANNEXA_DEFAULT
    return item.verdict is not Verdict.FAIL, ours, item.source, item.scope, item.records
