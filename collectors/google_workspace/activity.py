"""The audit logs of Google Workspace: whether they deliver. Only moments and sorts of events are asked for."""

from collections.abc import Iterator

from annexa.collectors.google_workspace._api import AUDIT_READ, moment
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import Missing, When
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import LogSource
from annexa.schemas.words import State

DAYS = 180
"""Google keeps events of these logs for about six months."""
LOGS = ("token", "gemini_in_workspace_apps", "admin", "login")


def _newest(application: str) -> Call:
    """The newest event of one log; what follows on further pages is older and not asked for."""
    return Call(
        op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
        params={
            "userKey": "all", "applicationName": application, "maxResults": 1,
            "fields": "kind,nextPageToken,items(id/time,events/name)",
        },
    )  # fmt: skip


TOKEN, GEMINI, ADMIN, LOGIN = (_newest(name) for name in LOGS)
NAMES = tuple(f"google_workspace.{name}" for name in LOGS)


@collects(LogSource, TOKEN, per="source", where={"log_source.name": (NAMES[0],)})
def token_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when an app last was given, used or lost access to somebody's account."""
    yield _heartbeat(handle, TOKEN, NAMES[0])


@collects(LogSource, GEMINI, per="source", where={"log_source.name": (NAMES[1],)})
def gemini_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when somebody last used Gemini in Gmail, Docs and other apps of Workspace."""
    yield _heartbeat(handle, GEMINI, NAMES[1])


@collects(LogSource, ADMIN, per="source", where={"log_source.name": (NAMES[2],)})
def admin_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when an administrator last changed something."""
    yield _heartbeat(handle, ADMIN, NAMES[2])


@collects(LogSource, LOGIN, per="source", where={"log_source.name": (NAMES[3],)})
def login_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when somebody last signed in."""
    yield _heartbeat(handle, LOGIN, NAMES[3])


def _heartbeat(handle: Handle, call: Call, name: str) -> LogSource:
    newest = next(handle.each(call), None)
    return LogSource(
        subject=name, name=name, enabled=True, event_types=(name.partition(".")[2],), organisation_wide=True,
        retention_days=DAYS, last_event=_last(newest),
    )  # fmt: skip


def _last(newest: Item | None) -> When:
    if newest is None:
        says = f"no event in {DAYS} days: nothing happened, or nothing was taken down"
        return Missing(state=State.NOT_EXPOSED, why=says)
    return moment((newest.get("id") or {}).get("time"))
