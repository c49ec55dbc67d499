"""Holds of Google Vault: how many open ones keep what people asked Gemini, and nothing of what they are about.

An administrator sees the matters that are shared with them, or all of them with the privilege View All Matters; Google
does not say which of the two holds. So a number is one of the holds that this administrator sees, and where no matter is
shown nothing is said. Retention rules have no API.
"""

from collections import Counter
from collections.abc import Iterator

from annexa.collectors.google_workspace._api import VAULT_READ
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import Missing, unread
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Setting
from annexa.schemas.words import State

# Names of matters and of holds, and what is searched for, never leave Google.
MATTERS = Call(
    op="vault/v1:matters.list", needs=VAULT_READ, path="matters",
    params={"state": "OPEN", "pageSize": 100, "fields": "nextPageToken,matters(matterId,state)"},
)  # fmt: skip
HOLDS = Call(
    op="vault/v1:matters.holds.list", needs=VAULT_READ, path="holds",
    params={"view": "BASIC_HOLD", "pageSize": 100, "fields": "nextPageToken,holds(holdId,corpus)"},
)  # fmt: skip
NAMES = {
    "GEMINI": "google_workspace.vault_holds.gemini",
    "GEMINI_IN_WORKSPACE": "google_workspace.vault_holds.workspace",
}
"""What is counted, by Google's word for what a hold keeps."""
NOBODY = Missing(
    state=State.NOT_EXPOSED, why="no open matter is shown: there is none, or this administrator may not see it"
)


@collects(Setting, MATTERS, HOLDS, per="source", where={"setting.name": tuple(NAMES.values())})
def gemini_holds(handle: Handle) -> Iterator[Setting]:
    """One record per sort of conversation with Gemini: how many holds of open matters keep it."""
    seen, matters, lost = Counter[str](), 0, 0
    for matter, reply in handle.many(HOLDS, handle.each(MATTERS), lambda matter: {"matterId": str(matter["matterId"])}):
        matters, lost = matters + 1, lost + 1
        with handle.item(str(matter["matterId"])):
            seen.update(str(hold.get("corpus")) for hold in reply.each())
            lost -= 1
    for corpus, name in NAMES.items():
        yield Setting(subject=name, name=name, value=_count(seen[corpus], matters, lost))


def _count(count: int, matters: int, lost: int) -> int | Missing:
    if lost:
        return unread(f"the holds of {lost} of {matters} matters could not be read")
    return count if matters else NOBODY
