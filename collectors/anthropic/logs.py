"""Whether activity is recorded and arrives, and where traces of requests leave the organisation."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import FEED_DROPS, NEWEST, NEXT_PAGE, beta, feed, ident, moment_in, word
from annexa.collectors._rest import Read
from annexa.collectors._values import choose, flag, inside
from annexa.collectors.anthropic._api import KEY
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import DataConnection, LogSource
from annexa.evidence.kinds.settings import Setting
from annexa.schemas.words import Reason

COMPLIANCE = Read(op="GET /organizations/compliance_settings", needs=KEY)
ACTIVITIES = Read(
    op="GET /compliance/activities", needs="read:compliance_activities", path="data", params=NEWEST, drop=FEED_DROPS,
    plan="the Compliance API, which Anthropic switches on for a Console organisation on request",
    not_found=Reason.NOT_LICENSED,
)  # fmt: skip
TELEMETRY = Read(
    op="GET /organizations/telemetry_destinations", needs=KEY, path="data", pager=NEXT_PAGE, params={"limit": 1000},
    headers=beta("telemetry-destinations-2026-08-11"), plan="the vendor's beta of telemetry destinations",
    not_found=Reason.NOT_LICENSED, drop=("last_error",),
)  # fmt: skip
ACTIVITY, TRACES = "anthropic.activities", "anthropic.telemetry"
CONTENT, COVERS = "anthropic.telemetry.content_mode", "anthropic.telemetry.workspaces"


@collects(LogSource, COMPLIANCE, ACTIVITIES, where={"log_source.name": (ACTIVITY,)}, per="source")
def activity_feed(handle: Handle) -> Iterator[LogSource]:
    """Whether the organisation's activity is recorded, and when the newest entry was."""
    subject = f"{handle.known['organisation']}/{ACTIVITY}"
    said = handle.attempt(COMPLIANCE)
    found = handle.detail(ACTIVITIES, lambda: feed(handle, ACTIVITIES, handle.each(ACTIVITIES), subject))
    yield LogSource(
        subject=subject, name=ACTIVITY, enabled=_state(said), organisation_wide=True,
        last_event=found if isinstance(found, Missing) else found.newest,
    )  # fmt: skip


@collects(
    (DataConnection, LogSource, Setting), TELEMETRY, per="source",
    where={"log_source.name": (TRACES,), "setting.name": (CONTENT, COVERS), "data_connection.connector": ("otlp",)},
)  # fmt: skip
def telemetry(handle: Handle) -> Iterator[DataConnection | LogSource | Setting]:
    """Where traces of requests are sent, whether with prompts and answers, for which workspaces, and whether they arrive."""
    for item in handle.each(TELEMETRY):
        subject, traces = ident(TELEMETRY, item), inside(item, "traces")
        store = _address(traces.get("endpoint_url") or item.get("endpoint_url"))
        if _sends(item) is not False:
            yield DataConnection(
                subject=subject, ai_system=str(handle.known["organisation"]), reached_by=ABSENT, store=store,
                direction="write", connector="otlp", created=moment_in(item, "created_at"),
            )  # fmt: skip
        health = inside(item, "delivery_health")
        yield LogSource(
            subject=f"{subject}#log", name=TRACES, enabled=_sends(item), destinations=(store,), event_types=("traces",),
            last_event=moment_in(health, "last_success_at"), delivering=_delivering(health),
        )  # fmt: skip
        covers = word(inside(item, "workspaces").get("type"), "all", "include", "exclude")
        for name, value in ((CONTENT, word(traces.get("content_mode"), "metadata_only", "content")), (COVERS, covers)):
            yield Setting(subject=f"{subject}/{name}", name=name, value=value, updated=moment_in(item, "updated_at"))


def _state(said: Item | Missing | None) -> bool | Missing:
    if said is None or isinstance(said, Missing):
        return NOT_EXPOSED if said is None else said
    return choose(inside(said, "state").get("type"), {"enabled": True, "disabled": False})


def _sends(item: Mapping[str, Any]) -> bool | Missing:
    """Whether anything is delivered: the destination is enabled, and traces are."""
    state = choose(inside(item, "state").get("type"), {"enabled": True, "disabled": False})
    traces = flag(inside(item, "traces").get("enabled"))
    if state is False or traces is False:
        return False
    return next((each for each in (state, traces) if isinstance(each, Missing)), True)


def _delivering(health: Mapping[str, Any]) -> bool | Missing:
    """Whether the last delivery that the vendor tells of succeeded."""
    good, bad = moment_in(health, "last_success_at"), moment_in(health, "last_error_at")
    if good == ABSENT and bad == ABSENT:
        return ABSENT
    if isinstance(good, str) and isinstance(bad, str):
        return good > bad
    if isinstance(good, str):
        return True if bad == ABSENT else NOT_EXPOSED
    return False if isinstance(bad, str) and good == ABSENT else NOT_EXPOSED


def _address(raw: object) -> str:
    """Scheme, host and path of an endpoint; a query can hold a secret."""
    return raw.partition("?")[0] if isinstance(raw, str) else "unknown"
