"""The System Log: whether Okta streams it to a place of the organisation's own, and whether it goes on.

Okta always writes the log and keeps it for a while; only moments and sorts of its events are kept here.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import moment
from annexa.collectors.okta._api import LINKED, LOGS
from annexa.evidence.call import collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, Missing, Names, When, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import LogSource
from annexa.schemas.words import State

STREAMS = Read(op="GET /api/v1/logStreams", needs="okta.logStreams.read", path="", pager=LINKED)
# The newest one alone is asked for: what follows on further pages is older.
NEWEST = {"limit": 1, "sortOrder": "DESCENDING"}
EVENTS = Read(op=LOGS, needs="okta.logs.read", path="", params=NEWEST, query=("since", "until"))
SIGN_IN = "user.authentication.sso"
SIGN_INS = Read(
    op=LOGS, needs="okta.logs.read", path="", params={**NEWEST, "filter": f'eventType eq "{SIGN_IN}"'},
    query=("since", "until"),
)  # fmt: skip

STREAMED, EVENT_LOG, SIGN_IN_LOG = "okta.system_log.streams", "okta.system_log", "okta.system_log.sign_ins"
WINDOW = timedelta(days=7)
"""How far back an event is looked for."""


@collects(LogSource, STREAMS, per="source", where={"log_source.name": (STREAMED,)})
def log_streams(handle: Handle) -> Iterator[LogSource]:
    """One record: the log streams that are on; none is a statement of Okta's."""
    streams = list(handle.each(STREAMS))
    yield LogSource(
        subject=STREAMED, name=STREAMED, enabled=_any_on(streams), destinations=_destinations(streams),
        event_types=("all",), organisation_wide=True,
    )  # fmt: skip


@collects(LogSource, EVENTS, per="source", where={"log_source.name": (EVENT_LOG,)})
def system_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the System Log last took down anything."""
    yield _heartbeat(handle, EVENTS, EVENT_LOG, "all")


@collects(LogSource, SIGN_INS, per="source", where={"log_source.name": (SIGN_IN_LOG,)})
def sign_in_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the System Log last took down that somebody signed in to an app."""
    yield _heartbeat(handle, SIGN_INS, SIGN_IN_LOG, SIGN_IN)


def _heartbeat(handle: Handle, call: Read, name: str, sort: str) -> LogSource:
    newest = next(handle.each(call, **_window(handle.known)), None)
    return LogSource(
        subject=name, name=name, enabled=True, event_types=(sort,), organisation_wide=True,
        last_event=_last(newest),
    )  # fmt: skip


def _window(known: Mapping[str, Any]) -> dict[str, str]:
    """Both ends are named: without an end Okta would wait for events that are still to come."""
    now = parse(str(known["now"]))
    return {"since": stamp(now - WINDOW), "until": stamp(now)}


def _last(newest: Item | None) -> When:
    if newest is None:
        return Missing(
            state=State.NOT_EXPOSED, why=f"no event in {WINDOW.days} days: nothing happened, or nothing was taken down"
        )
    return moment(newest.get("published"))


def _destinations(streams: list[Item]) -> Names:
    """Ids of the streams that are on, each with its name."""
    strange = _strange(streams)
    if strange is not None:
        return strange
    return tuple(sorted(f"{one['id']} ({one.get('type')})" for one in streams if one["status"] == "ACTIVE")) or ABSENT


def _any_on(streams: list[Item]) -> bool | Missing:
    strange = _strange(streams)
    return strange if strange is not None else any(one["status"] == "ACTIVE" for one in streams)


def _strange(streams: list[Item]) -> Missing | None:
    """The first state that Okta did not document, unless another stream is surely on."""
    states = [one.get("status") for one in streams]
    if "ACTIVE" in states:
        return None
    return next((unknown_value(one) for one in states if one != "INACTIVE"), None)
