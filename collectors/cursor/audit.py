"""The audit log: only whether it goes on. Who did what, from where, is dropped before anything is kept."""

from collections.abc import Iterator
from datetime import timedelta

from annexa.collectors._rest import Read
from annexa.collectors.cursor import _api
from annexa.collectors.cursor._api import ADMIN, ENTERPRISE, PAGES, moment
from annexa.evidence.call import collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import Missing, When, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import LogSource

LOGS = Read(
    op=_api.AUDIT, needs=ADMIN, path="events", pager=PAGES, params={"pageSize": 500}, query=("startTime",),
    plan=ENTERPRISE, drop=("event_data", "ip_address", "user_email"),
)  # fmt: skip
AUDIT = "cursor.audit"
WINDOW = timedelta(days=7)
"""How far back an entry is looked for: what Cursor shows where nothing is asked for."""


@collects(LogSource, LOGS, per="source", where={"log_source.name": (AUDIT,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the audit log last took down anything. Cursor does not say in which order, so all pages are read."""
    # The beginning of that day, so that every question of a run asks the same.
    begin = (parse(str(handle.known["now"])) - WINDOW).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [moment(event.get("timestamp")) for event in handle.each(LOGS, startTime=stamp(begin))]
    silent = ambiguous("[]", f"no entry within {WINDOW.days} days: nothing happened, or nothing was taken down")
    yield LogSource(
        subject=AUDIT, name=AUDIT, enabled=True if moments else silent, organisation_wide=True,
        last_event=_newest(moments) if moments else silent,
    )  # fmt: skip


def _newest(moments: list[When]) -> When:
    """The newest of those that could be read; none of them where one could not."""
    unreadable = next((one for one in moments if isinstance(one, Missing)), None)
    return unreadable or max(str(one) for one in moments)
