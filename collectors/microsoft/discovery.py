"""AI that people reach over the company's network, by Microsoft Defender for Cloud Apps, and what was decided about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors.microsoft._api import APPS_SEEN, BETA
from annexa.collectors.microsoft._reading import every, moment, names, odd
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Count, Day, Missing, Names, Text, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Usage
from annexa.schemas.words import Reason

PLAN = "Microsoft Defender for Cloud Apps"
STREAMS = Read(
    op="GET /security/dataDiscovery/cloudAppDiscovery/uploadedStreams", path="value", needs="CloudApp-Discovery.Read.All",
    pager=GRAPH_PAGES, base=BETA, plan=PLAN,
)  # fmt: skip
SEEN = Read(
    op=APPS_SEEN, path="value", needs="CloudApp-Discovery.Read.All", pager=GRAPH_PAGES, base=BETA, plan=PLAN
)  # fmt: skip
SIGNAL = "microsoft.cloud_discovery"
AI = "generativeai"
TAGS = ("sanctioned", "unsanctioned", "monitored")
"""What Microsoft lets people say of an app, beside words of their own, lower case; the first that is found counts."""


@collects(Usage, STREAMS, SEEN, per="source", where={"usage.signal": (SIGNAL,)})
def discovered_ai(handle: Handle) -> Iterator[Usage]:
    """One record per generative AI app and stream in which it was seen in the past 30 days."""
    streams = list(every(handle, STREAMS))
    if not streams:
        handle.note(STREAMS, Reason.NOT_SUPPLIED, "no traffic is handed to the discovery of cloud apps",
                    cure="Hand it the traffic of devices or firewalls: Microsoft Defender portal > Cloud apps > Cloud "
                    "discovery.")  # fmt: skip
    for stream, reply in handle.many(SEEN, streams, lambda one: {"stream": one["id"]}):
        with handle.item(stream["id"]):
            for item in reply.each():
                if _may_be_ai(item):
                    yield _seen(stream, item)


def _may_be_ai(item: Mapping[str, Any]) -> bool:
    """Whether Microsoft counts it as generative AI; where it does not say what it is, it counts as that."""
    raw = item.get("category")
    return not isinstance(raw, str) or raw.lower() == AI


def _seen(stream: Item, item: Item) -> Usage:
    name, uid = item.get("displayName"), item.get("id")
    if not isinstance(name, str) or not name or not isinstance(uid, str):
        raise odd(SEEN, "an app has neither id nor name")
    return Usage(
        subject=f"{stream['id']}/{uid}", signal=SIGNAL, service=name, count=_count(item.get("userCount")),
        last_used=_day(item), state=_tag(item), domains=_domains(item),
    )  # fmt: skip


def _tag(item: Mapping[str, Any]) -> Text:
    """What the organisation said of it; `absent`: nothing that Microsoft knows a meaning for."""
    found = names(item.get("tags"))
    if isinstance(found, Missing):
        return found
    said = {word.lower() for word in found}
    return next((word for word in TAGS if word in said), ABSENT)


def _count(raw: object) -> Count:
    return (
        raw
        if isinstance(raw, int) and not isinstance(raw, bool)
        else NOT_EXPOSED
        if raw is None
        else unknown_value(raw)
    )


def _day(item: Mapping[str, Any]) -> Day:
    found = moment(item, "lastSeenDateTime")
    return found if isinstance(found, Missing) else found[:10]


def _domains(item: Mapping[str, Any]) -> Names:
    found = names(item.get("domains"))
    return found if isinstance(found, Missing) else tuple(sorted(set(found))) or ABSENT
