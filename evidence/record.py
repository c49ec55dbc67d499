"""Records and unreads: what a run keeps of what was asked.

Invariants: a record says where it comes from, down to the kept page and the item in it; what was asked for and is not
in the evidence is an `Unread`, never an absence.
"""

import hashlib

import msgspec

from annexa.evidence.fact import Fact, Time, kind_of
from annexa.evidence.kinds import AnyFact
from annexa.schemas.words import Completeness, Reason


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer that a record rests on."""

    call: str
    """The declared call: `bedrock:GetGuardrail`."""
    page: str
    """SHA-256 of the kept page, which is also its file name under `pages/`."""
    item: int | None = None
    """Index of the item in the page's list; null: the whole page."""
    request_id: str | None = None
    """The vendor's id of the request."""
    host: str
    """Effective scheme and host that answered."""
    date: str | None = None
    """The vendor's own date header; of an import the day on which the export was made."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who collected a record, as whom, from which answers."""

    collector: str
    """The collector: `aws.bedrock.guardrails`."""
    version: str
    """Version of annexa that collected."""
    identity: str
    """The identity that the vendor confirmed for the caller."""
    origins: tuple[Origin, ...]
    """The answers that it rests on, in the order in which they were read."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One typed fact with its provenance."""

    record_id: str
    """Id of this observation: the first 32 hexadecimal digits of a hash over run, unit, order and content."""
    subject_uid: str
    """Id of what it is about; it survives runs and renamed sources."""
    kind: str
    """The kind, as in `data`."""
    source: str
    """Our alias of the source: `aws:main`."""
    scope: str
    """Path of the scope inside the source: `111122223333/eu-west-1`."""
    collected_at: Time
    """When the last of its answers arrived."""
    data: AnyFact
    """The fact."""
    provenance: Provenance
    """Where it comes from."""
    nonce: str
    """128 random bits, so that a removed record cannot be guessed from its hash."""


class Unread(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that was asked for and is not in the evidence, and why."""

    source: str
    """Our alias of the source."""
    scope: str
    """Path of the scope."""
    collector: str
    """Who asked."""
    call: str
    """What was asked."""
    permission: str
    """The permission that allows the call."""
    subject: str | None = None
    """The one item that is missing; null: everything from here on."""
    subject_uid: str | None = None
    """Id of that item."""
    reason: Reason
    """Why it is missing."""
    detail: str
    """The vendor's code and a sentence of ours; never the vendor's free text, which can hold secrets."""
    cure: str | None = None
    """What would make it readable; null: nothing would."""


class Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One piece of work: a collector over a scope of a source, and how far it came."""

    source: str
    """Our alias of the source."""
    scope: str
    """Path of the scope."""
    collector: str
    """The collector."""
    completeness: Completeness
    """How much of what was asked was read."""
    records: int = 0
    """Records it brought."""
    unread: int = 0
    """Unreads it brought."""
    calls: int = 0
    """Answers it took."""
    not_applicable: str | None = None
    """Positive proof that there is nothing to read there, in one sentence; null: it was asked."""


def subject_uid(organisation: str, tenant: str, subject: str) -> str:
    """Return the stable id of a subject: a hash of organisation, the vendor's tenant and the vendor's own id."""
    return hashlib.sha256("\0".join((organisation, tenant, subject)).encode()).hexdigest()[:32]


def make_record_id(run_id: str, unit: str, order: int, fact: Fact) -> str:
    """Return the id of one observation; equal runs of equal answers give equal ids."""
    content = msgspec.json.encode(fact, order="sorted")
    return hashlib.sha256(f"{run_id}\0{unit}\0{order}\0{kind_of(fact)}\0".encode() + content).hexdigest()[:32]
