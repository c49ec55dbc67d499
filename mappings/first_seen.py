"""Since when something exists: what dates it, and when only "not later than" can be said.

The earliest of the vendor's creation or consent time, a log event, and the register's `in_use_since`. Our own first
sighting counts only after an earlier complete run without it; a tool that is years old and seen by a first run today is
`not_later_than` today, and a rule about dates cannot judge it (`history_too_short`).
"""

from collections.abc import Iterable, Sequence

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.times import moment
from annexa.schemas.words import RunState, UnknownReason

DATING = ("created", "granted")
"""Fields in which a vendor dates a subject's beginning, or the consent to it."""


class FirstSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a subject, as far as it is known."""

    at: str
    exact: bool
    """False: it may be much older."""

    def after(self, day: str) -> bool | UnknownReason:
        """Whether it began after `day`; what was there at the latest on that day began before, however old it is."""
        began, limit = moment(self.at, end_of_day=False), moment(day, end_of_day=True)
        if began is None or limit is None:
            return UnknownReason.UNKNOWN_VALUE
        if began < limit:
            return False
        return True if self.exact else UnknownReason.HISTORY_TOO_SHORT


class Sightings:
    """Which of some complete runs saw each subject of a kind; made by reading those runs once."""

    def __init__(self, kind: str, runs: Iterable[Evidence]) -> None:
        complete = (run for run in runs if run.manifest.state is RunState.COMPLETE)
        self._runs = sorted(complete, key=lambda run: run.manifest.finished)
        self._first: dict[str, tuple[int, str]] = {}
        for number, run in enumerate(self._runs):
            for record in run.records(kind):
                self._first.setdefault(record.subject_uid, (number, record.collected_at))

    def of(self, uid: str) -> FirstSeen | None:
        """Our own first sighting: exact only if an earlier complete run did not have it."""
        if uid not in self._first:
            return None
        number, at = self._first[uid]
        return FirstSeen(at=at, exact=number > 0)


def first_seen(
    record: Record, sighted: FirstSeen | None, *, registered: str | None = None, events: Sequence[str] = ()
) -> FirstSeen:
    """Since when the subject of a record exists. `registered`: the register's `in_use_since`; `events`: from logs."""
    fields = (getattr(record.data, name, None) for name in DATING)
    dated = [value for value in (*fields, registered, *events) if isinstance(value, str) and value]
    seen = sighted or FirstSeen(at=record.collected_at, exact=False)
    if not dated:
        return seen
    return FirstSeen(at=min([*dated, *([seen.at] if seen.exact else [])], key=_moment), exact=True)


def _moment(text: str) -> tuple[bool, str]:
    """Sorts moments and days; what is neither comes last."""
    found = moment(text, end_of_day=False)
    return found is None, found.isoformat() if found else text
