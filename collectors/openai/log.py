"""The organization's audit log: whether it delivers. What happened, and who did it, is not kept."""

from collections.abc import Iterator, Sequence
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors.openai._api import AUDIT, moment
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import LogSource
from annexa.schemas.words import Reason

EVENTS = 20
"""So many events are looked at: enough to see that the newest come first."""
AUDIT_LOG = Read(op="GET /organization/audit_logs", needs=AUDIT, path="data", params={"limit": EVENTS})
NAME = "openai.audit"


@collects(LogSource, AUDIT_LOG, per="source", where={"log_source.name": (NAME,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """Whether the audit log is on, and its newest event; an empty list says neither."""
    times = [event.get("effective_at") for event in handle.each(AUDIT_LOG)]
    if not times:
        says = "the list is empty: the log is off, or nothing ever happened"
        cure = "Look at Settings > Organization > Data controls > Audit logging."
        handle.note(AUDIT_LOG, Reason.VISIBILITY_UNPROVED, says, cure=cure, subject=NAME)
        silent = ambiguous("[]", says)
        yield LogSource(subject=NAME, name=NAME, enabled=silent, organisation_wide=True, last_event=silent)
        return
    yield LogSource(subject=NAME, name=NAME, enabled=True, organisation_wide=True, last_event=_newest(times))


def _newest(times: Sequence[Any]) -> str | Missing:
    """The latest of them; where the oldest came first and there may be more, nobody knows it."""
    known = [time for time in times if isinstance(time, int) and not isinstance(time, bool)]
    if len(known) < len(times):
        return unknown_value(times) if any(time is not None for time in times if time not in known) else NOT_EXPOSED
    if len(known) >= EVENTS and known[0] < known[-1]:
        return ambiguous(str(known[-1]), "the oldest events came first, and there may be newer ones")
    return moment(max(known))
