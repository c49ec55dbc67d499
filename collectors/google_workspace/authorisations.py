"""Apps that people let in lately, as the token log tells: whether they still may is told by the tokens themselves.

The log proves something only where it covers the whole time. So for every stretch of days inside it, and once for before
it, one event of any sort is asked for; a stretch without any is a gap, of which nobody knows whether nothing happened or
nothing was taken down.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import AUDIT_READ, moment, names
from annexa.collectors.google_workspace.tokens import writes
from annexa.evidence.call import Call, collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant
from annexa.schemas.words import Reason

DAYS, STRETCH = 30, 3
"""How far back is looked, and how many days may pass without any event before they are a gap."""
TOKEN_LOG = "google_workspace.token_log"  # noqa: S105  # a log, no token
"""The target of what the log tells: the access that was given on a day, whatever became of it."""
AUTHORISED = Call(
    op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
    params={
        "userKey": "all", "applicationName": "token", "eventName": "authorize", "maxResults": 1000,
        "fields": "kind,nextPageToken,items(id/time,actor/profileId,events(name,parameters(name,value,multiValue)))",
    },
)  # fmt: skip
ANY = Call(
    op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
    params={
        "userKey": "all", "applicationName": "token", "maxResults": 1,
        "fields": "kind,nextPageToken,items(id/time,events/name)",
    },
)  # fmt: skip


@collects(AccessGrant, AUTHORISED, ANY, per="source",
          where={"access_grant.target": (TOKEN_LOG,), "access_grant.purpose": ("read", "write")})  # fmt: skip
def authorisations(handle: Handle) -> Iterator[AccessGrant]:
    """One record per user and app that was let in within 30 days, with the newest time; a gap in the log is noted."""
    until = parse(str(handle.known["now"]))
    since = until - timedelta(days=DAYS)
    newest = dict[tuple[str, str], tuple[str | Missing, Item, dict[str, Any]]]()
    for activity in handle.each(AUTHORISED, startTime=stamp(since)):
        _take(handle, newest, activity)
    _gaps(handle, since, until)
    for (user, client), (time, activity, said) in sorted(newest.items()):
        with handle.citing(activity):
            yield _grant(user, client, time, said)


def _take(
    handle: Handle, newest: dict[tuple[str, str], tuple[str | Missing, Item, dict[str, Any]]], activity: Item
) -> None:
    """Keep the newest authorisation of each user and app; one that names no app is an answer not as documented."""
    user = str((activity.get("actor") or {}).get("profileId") or "")
    time = moment((activity.get("id") or {}).get("time"))
    for event in activity.get("events") or ():
        if event.get("name") != "authorize":
            continue
        said = {str(one.get("name")): one.get("multiValue", one.get("value")) for one in event.get("parameters") or ()}
        client = said.get("client_id")
        if not isinstance(client, str) or not client:
            cure = "Run again; if it stays, report it: the answer is not as documented."
            handle.note(AUTHORISED, Reason.INVALID_ANSWER, "an authorisation does not name the app", cure=cure)
            continue
        known = newest.get((user, client))
        if known is None or str(known[0]) < str(time):
            newest[user, client] = (time, activity, said)


def _gaps(handle: Handle, since: datetime, until: datetime) -> None:
    """Note what the log does not prove: that it reaches back so far, and that it took something down all the time."""
    if next(handle.each(ANY, endTime=stamp(since)), None) is None:
        _gap(handle, f"nothing shows that the token log reaches back {DAYS} days")
    for day in range(0, DAYS, STRETCH):
        start = since + timedelta(days=day)
        end = min(start + timedelta(days=STRETCH), until)
        if next(handle.each(ANY, startTime=stamp(start), endTime=stamp(end)), None) is None:
            _gap(handle, f"the token log has no event at all between {stamp(start)[:10]} and {stamp(end)[:10]}")


def _gap(handle: Handle, says: str) -> None:
    cure = "Look into OAuth log events in the console; if nobody used any app in those days, nothing can be done."
    handle.note(ANY, Reason.VISIBILITY_UNPROVED, says, cure=cure)


def _grant(user: str, client: str, time: str | Missing, said: dict[str, Any]) -> AccessGrant:
    scopes = names(said.get("scope")) or ()
    return AccessGrant(
        subject=f"{TOKEN_LOG}/{user}/{client}", grantee=client, grantee_name=text(said.get("app_name")),
        grantee_sort="application", on_behalf_of="user", purpose="write" if writes(scopes) else "read",
        permissions=scopes, target=TOKEN_LOG, resources=(user,) if user else NOT_EXPOSED, granted=time,
    )  # fmt: skip
