"""Whether a record is valid in time, and whether a pass that rests on it is too old to be one.

Every record ages by the moment it was collected. A rule whose `max_age` is a cadence (a review, a training) also asks
the day that the record itself carries. What was imported ages by the day on which its export was made.
"""

from datetime import datetime
from typing import Any

from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import Missing
from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Record
from annexa.mappings.operators import STATES
from annexa.mappings.parameters import Parameters
from annexa.mappings.rule import Rule
from annexa.schemas.words import Basis, State, UnknownReason

SNAPSHOT, IMPORT = "snapshot", "import"
DATED = {
    "acknowledgement": "on", "attestation": "stated_on", "change": "on", "decision": "approved_on",
    "document": "approved_on", "incident": "opened", "log_source": "last_event", "register_entry": "reviewed",
    "review": "on", "risk": "assessed", "soa_row": "approved_on", "supplier": "reviewed", "test_record": "on",
    "training": "completed", "alert": "raised", "dpia": "done", "legal_duty": "reviewed", "review_decision": "decided_on",
    "supplier_notice": "received",
}  # fmt: skip
"""The day that records of a kind carry of themselves."""
EVENTS = frozenset(
    {
        "acknowledgement", "alert", "change", "incident", "review", "review_decision", "supplier_notice", "test_record",
        "training",
    }
)  # fmt: skip
"""Kinds that say that something happened; that nothing is listed proves nothing."""

RENEWED_BY = {
    "acknowledgement": ("person", "document"), "review": ("of",), "test_record": ("about",),
    "training": ("person", "course"),
}  # fmt: skip
"""Events that a later one of the same sort renews: what they are about."""


def renews(record: Record) -> tuple[str, ...] | None:
    """What an event is about, so that an older one of the same is not missed; None if each stands alone."""
    fields = RENEWED_BY.get(record.kind)
    return tuple(str(getattr(record.data, name)) for name in fields) if fields else None


def dated(record: Record) -> str:
    """From when a record is, for a reader."""
    day = exported(record)
    return f"exported on {day}" if day else f"collected at {record.collected_at}"


def exported(record: Record) -> str | None:
    """The day on which the oldest export was made that an imported record rests on; None: it was not imported."""
    days = (origin.date for origin in record.provenance.origins if origin.date)
    return min(days, default=None) if record.data.basis is Basis.IMPORTED else None


class Freshness:
    """The limits of time for one run and one moment of judging."""

    def __init__(self, manifest: Manifest, parameters: Parameters, as_of: datetime) -> None:
        self._started, self._as_of = parse(manifest.started), as_of
        self._first, self._last = stamp(self._started), stamp(as_of)
        self._parameters = parameters
        self._oldest = parameters.oldest(SNAPSHOT, as_of)
        self._oldest_text = stamp(self._oldest) if self._oldest else "9999"
        self.enumeration: UnknownReason | None = self._too_old(manifest.finished)
        """Why the run as a whole is too old for saying what there is not."""

    def valid(self, record: Record) -> bool:
        """Whether it was collected in its run and not after the moment of judging."""
        at = record.collected_at
        if len(at) == len(self._first):
            return self._first <= at <= self._last
        return self._started <= parse(at) <= self._as_of

    def trouble(self, rule: Rule, record: Record) -> UnknownReason | None:
        """Why a pass that rests on this record is none for its age; null: it is fresh."""
        old = self._too_old(record.collected_at) or self._export_trouble(record)
        if old is not None or rule.max_age == SNAPSHOT or record.kind not in DATED:
            return old
        return self._day_trouble(rule.max_age, getattr(record.data, DATED[record.kind]))

    def _too_old(self, at: str) -> UnknownReason | None:
        if self._oldest is None:
            return UnknownReason.CRITERION_UNREAD
        if len(at) == len(self._first):
            return None if at >= self._oldest_text else UnknownReason.STALE
        return None if parse(at) >= self._oldest else UnknownReason.STALE

    def _export_trouble(self, record: Record) -> UnknownReason | None:
        if record.data.basis is not Basis.IMPORTED:
            return None
        day = exported(record)
        return self._day_trouble(IMPORT, day) if day else UnknownReason.NOT_EXPOSED

    def _day_trouble(self, age: str, value: Any) -> UnknownReason | None:
        oldest = self._parameters.oldest(age, self._as_of)
        if oldest is None:
            return UnknownReason.CRITERION_UNREAD
        if isinstance(value, Missing):
            return UnknownReason.NOT_EXPOSED if value.state is State.ABSENT else STATES[value.state]
        seen = parse(value)
        if seen > self._as_of:
            return UnknownReason.INVALID_RECORD
        late = seen.date() < oldest.date() if "T" not in value else seen < oldest
        return UnknownReason.STALE if late else None
