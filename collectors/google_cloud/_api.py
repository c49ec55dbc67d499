"""What all Google Cloud collectors share: the scope, the limits, which services are AI, and how Google's values are read."""

from collections.abc import Mapping
from typing import Any

from annexa.collectors._pacing import Rate
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""The one scope that every declared method takes: Cloud Asset and IAM know no other. What keeps it to reading is the role."""
RATES = {"cloudasset/v1": Rate(per_second=6, burst=20)}
"""Requests a second by API: Cloud Asset takes 400 searches a minute and project; the others stay under our own limit."""

SERVICES = Call(
    op="serviceusage/v1:services.list", needs="serviceusage.services.list", path="services",
    params={
        "filter": "state:ENABLED", "pageSize": 200, "fields": "nextPageToken,services(name,state,config(name,title))",
    },
)  # fmt: skip
"""Enabled services of a project."""
GENERATIVE_LANGUAGE = "generativelanguage.googleapis.com"
VERTEX = "aiplatform.googleapis.com"
AI_SERVICES = frozenset(
    {
        VERTEX, GENERATIVE_LANGUAGE, "cloudaicompanion.googleapis.com", "dialogflow.googleapis.com",
        "discoveryengine.googleapis.com", "documentai.googleapis.com", "notebooks.googleapis.com", "speech.googleapis.com",
    }
)  # fmt: skip
"""Services whose only purpose is AI, by the name under which a project enables them."""
AGENT_REGISTRY = "agentregistry.googleapis.com"
MODEL_ARMOR = "modelarmor.googleapis.com"
WATCHED = AI_SERVICES | {AGENT_REGISTRY, MODEL_ARMOR}
"""Services whose state decides what else is asked."""


def here(handle: Handle) -> str:
    """The project that the collector runs in, as the paths of Google's methods name it."""
    return f"projects/{handle.known['scope']}"


def ai_services(handle: Handle) -> dict[str, Item]:
    """The AI services that are enabled in the project; raises `UnreadError` where the list cannot be believed."""
    return {name: row for name, row in enabled_services(handle).items() if name in AI_SERVICES}


def enabled_services(handle: Handle) -> dict[str, Item]:
    """Every service that is enabled in the project; raises `UnreadError` where the list cannot be believed.

    A project without any service is one whose services are not shown: each has some from its first day.
    """
    found = dict[str, Item]()
    for row in handle.each(SERVICES, parent=here(handle)):
        name = str(row.get("name", "")).rpartition("/")[2]
        if row.get("state") != "ENABLED" and name in WATCHED:
            raise odd(SERVICES, f"{name} has the state {row.get('state')}, where enabled services were asked for")
        found[name] = row
    if not found:
        raise unproved(SERVICES, "a project without any enabled service was told")
    return found


def odd(call: Call, says: str) -> UnreadError:
    """An answer that is not as documented."""
    cure = "Run again; if it stays, report it with this code."
    return UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="unexpected", says=says, cure=cure))


def unproved(call: Call, says: str) -> UnreadError:
    """An answer that may show less than there is."""
    cure = "Grant the role over the whole organisation, and run again."
    return UnreadError(call, Trouble(reason=Reason.VISIBILITY_UNPROVED, code="unproved", says=says, cure=cure))


def moment(raw: object) -> str | Missing:
    """A time of Google's, in UTC; the last year of the calendar stands for "never"."""
    if raw in (None, ""):
        return NOT_EXPOSED
    if str(raw).startswith("9999-"):
        return ABSENT
    try:
        return stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time")


def rows(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects inside an object; Google leaves an empty one out."""
    return [one for one in row.get(name) or () if isinstance(one, Mapping)]
