"""Since when something exists: what dates it, and when only "not later than" can be said.

The earliest of the vendor's creation or consent time, a log event, and the register's `in_use_since`. Our own first
sighting counts only after an earlier complete run without it; a tool that is years old and seen by a first run today is
`not_later_than` today, and a rule about dates cannot judge it (`history_too_short`). That something was used at some
time shows that it existed then, and not that it began then.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Literal

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.operators import UNKNOWN, Around, Held, check
from annexa.mappings.times import moment
from annexa.schemas.words import Basis, UnknownReason, Verdict

FIELD = "first_seen"
"""The name under which a condition asks for it, of any kind."""
DATING = ("created", "granted", "in_use_since")
"""Fields in which a vendor dates a subject's beginning or the consent to it, and the register its first use."""
USED = ("last_used", "last_seen", "last_event")
"""Fields that show that a subject existed at some time."""
By = Literal["vendor", "log", "register", "sighting"]


class FirstSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a subject, as far as it is known."""

    at: str
    exact: bool
    """False: it may be much older."""
    by: By = "sighting"
    """What dates it."""
    reason: UnknownReason = UnknownReason.HISTORY_TOO_SHORT
    """Why it may be older."""

    def after(self, day: str) -> bool | UnknownReason:
        """Whether it began after `day`; what was there at the latest on that day began before, however old it is."""
        began, limit = moment(self.at, end_of_day=False), moment(day, end_of_day=True)
        if began is None or limit is None:
            return UnknownReason.UNKNOWN_VALUE
        if began < limit:
            return False
        return True if self.exact else self.reason

    def held(self, operator: str, operand: object, around: Around) -> Held:
        """A comparison with it: where it may be older, only what an older one would give too."""
        found = check(operator, self.at, operand, around)
        if self.exact or found.verdict is Verdict.UNKNOWN or operator == "is":
            return found
        settles = Verdict.PASS if operator == "before" else Verdict.FAIL
        return found if found.verdict is settles else UNKNOWN[self.reason]

    def __str__(self) -> str:
        return self.at if self.exact else f"not later than {self.at}"


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One complete run, and of which kinds it read everything."""

    evidence: Evidence
    whole: Callable[[str], bool]


class Sightings:
    """Which of some complete runs saw each subject of a kind first; made by reading those runs once."""

    def __init__(self, kind: str, runs: Sequence[Past], only: Container[str] | None = None) -> None:
        """`runs`: oldest first. `only`: subjects that are asked for, where that is not all."""
        self._first: dict[str, tuple[bool, str]] = {}
        lacking = False
        for run in runs:
            for record in run.evidence.records(kind):
                if only is None or record.subject_uid in only:
                    self._first.setdefault(record.subject_uid, (lacking, record.collected_at))
            lacking = lacking or run.whole(kind)

    def of(self, uid: str) -> FirstSeen | None:
        """Our own first sighting: exact only if an earlier run that read everything did not have it."""
        if uid not in self._first:
            return None
        exact, at = self._first[uid]
        return FirstSeen(at=at, exact=exact)


def dated(record: Record, *, registered: Iterable[str] = (), events: Iterable[str] = ()) -> FirstSeen | None:
    """What dates a subject beside our own sightings; None: nothing does. `events`: log events of its beginning."""
    own: By = "log" if record.data.basis is Basis.LOG_INFERRED else "vendor"
    own = "register" if record.data.basis is Basis.ATTESTED else own
    found: list[tuple[str, By]] = [(str(value), own) for value in _texts(record, DATING)]
    found += [(day, "register") for day in registered]
    found += [(at, "log") for at in events]
    if not found:
        return None
    at, by = min(found, key=lambda pair: _moment(pair[0]))
    return FirstSeen(at=at, exact=True, by=by)


def bound(record: Record) -> FirstSeen:
    """What can be said without any date: it was there when it was last used, and when it was read."""
    times = [record.collected_at, *_texts(record, USED)]
    at = min(times, key=_moment)
    return FirstSeen(at=at, exact=False, by="sighting" if at == record.collected_at else "log")


def earliest(stated: FirstSeen, sighted: FirstSeen | None) -> FirstSeen:
    """What is stated and what we saw: a first sighting that may be no first one refutes no date.

    A date after which something is known to have existed already is none.
    """
    if sighted is None or (stated.exact and not sighted.exact):
        return stated
    first = min((sighted, stated), key=lambda one: _moment(one.at))
    counts = first is sighted and stated.reason is UnknownReason.HISTORY_TOO_SHORT
    if first.exact and (stated.exact or counts):
        return first
    return msgspec.structs.replace(first, exact=False, reason=stated.reason)


def _texts(record: Record, fields: Iterable[str]) -> list[str]:
    values = (getattr(record.data, name, None) for name in fields)
    return [value for value in values if isinstance(value, str) and value]


def _moment(text: str) -> tuple[bool, str]:
    """Sorts moments and days; what is neither comes last."""
    found = moment(text, end_of_day=False)
    return found is None, found.isoformat() if found else text
