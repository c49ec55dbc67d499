"""How many people used Copilot, and when last, by Microsoft's own report. Who they are is never kept."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from annexa.collectors._graph import GRAPH_PAGES, once
from annexa.collectors._rest import Read
from annexa.collectors.microsoft._api import BETA, USED
from annexa.collectors.microsoft._reading import odd
from annexa.collectors.microsoft.copilot import COPILOT
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Day, When
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Usage

DAYS = 30
"""Days that the report covers."""
REPORT = Read(
    op=USED, path="value", needs="Reports.Read.All", pager=GRAPH_PAGES, params={"$format": "application/json"}, base=BETA
)  # fmt: skip
"""Beside v1.0: there Microsoft documents no rows. Where it sends a file instead, nothing is read."""
SIGNAL = "microsoft.copilot_report"


@collects(Usage, REPORT, per="source", where={"usage.signal": (SIGNAL,)})
def copilot_use(handle: Handle) -> Iterator[Usage]:
    """How many people used Copilot in the report's 30 days, and on which day the last of them did."""
    made, used = "", list[str]()
    for item in once(handle.each(REPORT), "userPrincipalName"):
        made = max(made, _day(item, "reportRefreshDate"))
        used.append(_day(item, "lastActivityDate"))
    since = (date.fromisoformat(made) - timedelta(days=DAYS)).isoformat() if made else ""
    last: Day = max(used, default="") or ABSENT
    yield Usage(
        subject=SIGNAL, signal=SIGNAL, service=COPILOT, count=sum(day > since for day in used if day), last_used=last,
        since=_moment(since), until=_moment(made),
    )  # fmt: skip


def _day(row: Mapping[str, Any], name: str) -> str:
    """A day, as it stands; empty where there is none."""
    raw = row.get(name)
    if raw in (None, ""):
        return ""
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise odd(REPORT, "a day is none") from None


def _moment(day: str) -> When:
    return f"{day}T00:00:00Z" if day else NOT_EXPOSED
