"""The audit log's records of Copilot's interactions: that they arrive, and when the last did. What was said is never kept.

Microsoft's audit log is searched by a query that has to be made first, and making one writes. annexa makes none: it reads
the results of queries that the organisation makes itself.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors.microsoft._api import RECORDS, listed
from annexa.collectors.microsoft._reading import every, moment, names
from annexa.evidence.call import collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, Flag, Missing, When, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import LogSource
from annexa.schemas.words import Reason

QUERIES = listed("/security/auditLog/queries", "AuditLogsQuery.Read.All", top=None)
FOUND = Read(op=RECORDS, path="value", needs="AuditLogsQuery.Read.All", pager=GRAPH_PAGES)
NAME = "microsoft.copilot_interactions"
RECORD = "copilotinteraction"
"""The type of the records, and the operation that they tell, lower case."""
UNFINISHED = ("notStarted", "running", "failed", "cancelled")
"""States of a query without results."""
NARROWS = (
    "administrativeUnitIdFilters", "ipAddressFilters", "objectIdFilters", "userPrincipalNameFilters", "keywordFilter",
)  # fmt: skip
"""What makes a query find some records only: its silence says nothing about the others."""
NEAR = timedelta(hours=6)
"""How near its end a record must lie for the search for a newer one to be ended."""


@collects(LogSource, QUERIES, FOUND, per="source", where={"log_source.name": (NAME,)})
def copilot_interactions(handle: Handle) -> Iterator[LogSource]:
    """The log with its newest record, or one of the last six hours at which the newest finished query looked."""
    queries = [item for item in every(handle, QUERIES) if _is_for_all(item) and item.get("status") not in UNFINISHED]
    newest = max(queries, key=lambda item: str(moment(item, "filterEndDateTime")), default=None)
    if newest is None:
        handle.note(
            QUERIES, Reason.NOT_SUPPLIED, "nobody made a query of the audit log for Copilot's interactions",
            cure="Have one made every day (Microsoft Purview > Audit, or POST /security/auditLog/queries), with the record "
            "type CopilotInteraction alone and no further filter. annexa makes none, because that writes.",
        )  # fmt: skip
        return
    until, last = moment(newest, "filterEndDateTime"), _last(handle, newest)
    enabled: Flag = True if isinstance(last, str) else last
    if last is ABSENT:
        enabled = ambiguous("[]", "no record in the time that was looked at")
    yield LogSource(
        subject=NAME, name=NAME, enabled=enabled, last_event=last,
        looked_since=moment(newest, "filterStartDateTime"), looked_until=until,
    )  # fmt: skip


def _is_for_all(query: Mapping[str, Any]) -> bool:
    """Whether it looks for Copilot's interactions, whoever had them."""
    words = [word for name in ("recordTypeFilters", "operationFilters") for word in _words(query, name)]
    return any(word.lower() == RECORD for word in words) and not any(query.get(name) for name in NARROWS)


def _words(query: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = names(query.get(name))
    return () if isinstance(found, Missing) else found


def _last(handle: Handle, query: Item) -> When:
    """A record near the end of the query's time, where there is one; else the newest of all; `absent`: none."""
    if query.get("status") != "succeeded":
        return unknown_value(query.get("status"))
    until, last = moment(query, "filterEndDateTime"), ""
    enough = stamp(parse(until) - NEAR) if isinstance(until, str) else None
    for item in every(handle, FOUND, id=query["id"]):
        made = moment(item, "createdDateTime")
        if str(item.get("auditLogRecordType")).lower() != RECORD or not isinstance(made, str):
            continue
        last = max(last, made)
        if enough is not None and last >= enough:
            break
    return last or ABSENT
