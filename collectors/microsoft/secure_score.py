"""Microsoft Secure Score: what the organisation said of each recommendation, that it leaves it or meets it otherwise.

How many points Microsoft gives is not read: they follow from settings, licences and devices together, and tell none of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors._values import choose
from annexa.collectors.microsoft._api import CONTROLS
from annexa.collectors.microsoft._reading import every, moment, odd
from annexa.evidence.call import collects
from annexa.evidence.clock import parse
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Text, When, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Setting

# Nothing is selected: of the query options, Microsoft documents count, filter, skip and top alone for this list.
PROFILES = Read(op=CONTROLS, path="value", needs="SecurityEvents.Read.All", pager=GRAPH_PAGES)
NAME = "microsoft.secure_score_control"
ELSEWHERE = ("device", "infrastructure")
"""Categories that are left out; identity, apps and data stay, and so does a word that is not documented."""
WORDS = ("Default", "Ignored", "ThirdParty", "Reviewed")
STATES = {
    **{word: word for word in WORDS},
    **{word[0].lower() + word[1:]: word for word in WORDS},
}
"""What a control can be marked as; Microsoft's documentation writes the words with a small letter, too.

https://learn.microsoft.com/graph/api/resources/securescorecontrolstateupdate
"""
OPEN = "several marks, and no time tells which one is the newest"
"""Why a mark is ambiguous."""


@collects(Setting, PROFILES, per="source", where={"setting.name": (NAME,)})
def secure_score_controls(handle: Handle) -> Iterator[Setting]:
    """One record per control about identity, apps or data that Microsoft still offers, with how it is marked."""
    for item in every(handle, PROFILES):
        if item.get("deprecated") is True or str(item.get("controlCategory")).lower() in ELSEWHERE:
            continue
        with handle.item(item["id"]):
            value, updated = _marked(item)
            yield Setting(subject=item["id"], name=NAME, value=value, set_by="tenant", updated=updated)


def _marked(item: Mapping[str, Any]) -> tuple[Text, When]:
    """The newest mark and its time; who made it and why is never read. `absent`: nobody ever marked it."""
    marks = item.get("controlStateUpdates")
    if not isinstance(marks, list) or not all(isinstance(one, Mapping) for one in marks):
        raise odd(PROFILES, "a control has no list of how it was marked")
    if not marks:
        return ABSENT, ABSENT
    made = [moment(one, "updatedDateTime") for one in marks]
    newest = _newest(made)
    if newest is None:
        return ambiguous(", ".join(str(one.get("state")) for one in marks), OPEN), NOT_EXPOSED
    return choose(marks[newest].get("state"), STATES), made[newest]


def _newest(made: list[When]) -> int | None:
    """Which of these times is the latest; None where they do not tell."""
    if len(made) == 1:
        return 0
    times = [parse(time) for time in made if isinstance(time, str)]
    latest = [number for number, time in enumerate(times) if time == max(times)]
    return latest[0] if len(times) == len(made) and len(latest) == 1 else None
