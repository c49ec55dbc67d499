"""What a statement of a person must carry before it counts: who, as what, when, over which document, until when."""

from annexa.evidence.record import Record
from annexa.mappings.register import legible, written
from annexa.schemas.words import UnknownReason

MUST_HAVE = {
    "attestation": (
        "attester", "role", "stated_on", "period_from", "period_until", "document", "document_sha256", "version",
        "approver", "next_review",
    ),
    "document": ("sha256", "owner", "approver", "version", "approved_on", "next_review"),
}  # fmt: skip
"""The text of a document is not judged; that it is approved, dated and owned is."""


def incomplete(record: Record, day: str) -> tuple[UnknownReason, str] | None:
    """Why a statement does not count on `day`; None: it does, or it is no statement of a person."""
    fields = MUST_HAVE.get(record.kind)
    if fields is None:
        return None
    values = {name: getattr(record.data, name) for name in fields}
    lacking = [name for name, value in values.items() if not written(value) or not legible(value)]
    if lacking:
        return UnknownReason.ATTESTATION_INCOMPLETE, f"not filled in: {', '.join(lacking)}"
    if any(str(values[name]) > day for name in ("stated_on", "period_from", "approved_on") if name in values):
        return UnknownReason.INVALID_RECORD, "dated in the future"
    if str(values["next_review"]) < day:
        return UnknownReason.STALE, f"its review was due on {values['next_review']}"
    return None
