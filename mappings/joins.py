"""Kinds that rules join: their records, whole or the part that a rule looks into, and whether these are all."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.condition import look, make_ready
from annexa.mappings.context import Context, Joined
from annexa.mappings.evidence_view import Evidence, broken
from annexa.mappings.freshness import Freshness
from annexa.mappings.population import Populations
from annexa.mappings.rule import Condition, Rule, looks_into
from annexa.schemas.words import UnknownReason, Verdict

ALWAYS = ("ai_service", "register_entry")
"""Registers of AI that are always looked into: who answers for a subject, and what is an AI service."""
T = TypeVar("T")


class Joins:
    """Everything that the rules of one run join."""

    def __init__(self, evidence: Evidence, populations: Populations, freshness: Freshness) -> None:
        self._evidence, self._populations, self._freshness = evidence, populations, freshness
        self._known: dict[str, Joined] = {}
        self._strange: set[str] = set()

    def whole(self, rules: Iterable[Rule]) -> dict[str, Joined]:
        """Every joined kind with all of its records."""
        kinds = {kind for rule in rules for kind in rule.joins}
        return {kind: self._whole(kind) for kind in sorted({*kinds, *ALWAYS})}

    def parts(self, rules: Iterable[Rule], context: Context) -> dict[tuple[str, str], Joined]:
        """The part of a kind that a rule looks into; only what can bring that part has to have been read."""
        found: dict[bytes, Joined] = {}
        parts = {}
        for rule in rules:
            for kind in sorted({*rule.joins_where, *rule.joins_own}):
                where, vendor = looks_into(rule, kind)
                key = msgspec.json.encode((kind, where, vendor), order="sorted")
                if key not in found:
                    found[key] = self._part(kind, where, vendor, context)
                parts[rule.id, kind] = found[key]
        return parts

    def _whole(self, kind: str) -> Joined:
        """All records of a kind; those that are not valid in time are left out, and then these are not all."""
        if kind not in self._known:
            slim, valid = Slim(), list[Record]()
            for record in self._evidence.records(kind):
                if self._freshness.valid(record):
                    valid.append(slim(record))
                else:
                    self._strange.add(kind)
            self._known[kind] = self._joined(kind, valid)
        return self._known[kind]

    def _part(self, kind: str, where: Condition, vendor: str | None, context: Context) -> Joined:
        """A record of which nobody can say whether it belongs stays in, and then these may not be all that do."""
        conditions, chosen, unsure = make_ready(where, kind, None, context), list[Record](), False
        for record in self._whole(kind).records:
            if vendor is not None and context.vendors.get(record.source) != vendor:
                continue
            verdicts = {look(part, record, context)[0].verdict for part in conditions}
            if Verdict.FAIL not in verdicts:
                chosen.append(record)
                unsure = unsure or Verdict.UNKNOWN in verdicts
        joined = self._joined(kind, chosen, where, vendor)
        if unsure and joined.complete:
            return Joined(records=joined.records, complete=False, reason=UnknownReason.UNREAD)
        return joined

    def _joined(
        self, kind: str, records: list[Record], where: Condition | None = None, vendor: str | None = None
    ) -> Joined:
        reason = self._populations.of(kind, where=where, vendor=vendor).reason
        if reason is None and (kind in self._strange or broken(self._evidence, kind)):
            reason = UnknownReason.INVALID_RECORD
        return Joined(records=tuple(records), complete=reason is None, reason=reason)


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
