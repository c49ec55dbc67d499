"""The directory's own log: that it records, and when it last did. Who did what is never kept."""

from collections.abc import Iterator

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors.microsoft._api import AUDITS
from annexa.collectors.microsoft._reading import moment
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Flag, When, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import LogSource

EVENTS = Read(op=AUDITS, path="value", needs="AuditLog.Read.All", pager=GRAPH_PAGES,
              params={"$top": 1, "$orderby": "activityDateTime desc"})  # fmt: skip
NAME = "microsoft.directory_audit"


@collects(LogSource, EVENTS, per="source", where={"log_source.name": (NAME,)})
def directory_audit(handle: Handle) -> Iterator[LogSource]:
    """The log with the moment of its newest event; an empty list proves nothing."""
    enabled: Flag = ambiguous("[]", "no event, which can also mean that none is shown")
    last: When = NOT_EXPOSED
    for event in handle.each(EVENTS):
        enabled, last = True, moment(event, "activityDateTime")
        break  # the newest comes first
    yield LogSource(subject=NAME, name=NAME, enabled=enabled, last_event=last)
