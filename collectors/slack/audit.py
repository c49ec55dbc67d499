"""The audit log, on its own address: only whether it goes on. Slack always writes it for an Enterprise organisation."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors.slack._api import ENTERPRISE, moment
from annexa.evidence.call import collects
from annexa.evidence.clock import parse
from annexa.evidence.fact import Missing, When
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.data import LogSource
from annexa.schemas.words import State

LOGS = Read(
    op="GET /audit/v1/logs", needs="auditlogs:read", path="entries", plan=ENTERPRISE, params={"limit": 1},
    query=("oldest",), base="https://api.slack.com", drop=("actor", "entity", "context", "details"),
)  # fmt: skip
AUDIT = "slack.audit"
WINDOW = timedelta(days=7)
"""How far back an entry is looked for."""


@collects(LogSource, LOGS, per="source", where={"log_source.name": (AUDIT,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the audit log last took down anything. The newest entry comes first and is the only one asked for."""
    newest = next(handle.each(LOGS, oldest=_since(handle.known)), None)
    yield LogSource(
        subject=AUDIT, name=AUDIT, enabled=True, event_types=("all",), organisation_wide=True, last_event=_last(newest)
    )


def _since(known: Mapping[str, Any]) -> int:
    return int((parse(str(known["now"])) - WINDOW).timestamp())


def _last(newest: Mapping[str, Any] | None) -> When:
    if newest is None:
        why = f"no entry in {WINDOW.days} days: nothing happened, or nothing was taken down"
        return Missing(state=State.NOT_EXPOSED, why=why)
    return moment(newest.get("date_create"))
