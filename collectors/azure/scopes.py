"""Subscriptions: the list of Resource Manager, held against what Resource Graph shows."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._graph import once
from annexa.collectors.azure._api import CONTAINERS, SUBSCRIPTIONS
from annexa.collectors.azure._reading import odd, text
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Scope
from annexa.schemas.words import Reason

State = Literal["enabled", "disabled", "suspended", "closing"]
STATES: Mapping[str, State] = {
    "Enabled": "enabled", "Warned": "enabled", "PastDue": "enabled", "Disabled": "suspended", "Deleted": "closing",
}  # fmt: skip
"""https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states; what a disabled one holds stays."""


@collects(Scope, SUBSCRIPTIONS, CONTAINERS, per="source", lists_scopes="subscription")
def subscriptions(handle: Handle) -> Iterator[Scope]:
    """One record per subscription that either list shows; one that only Resource Graph shows breaks the list."""
    listed = set[str]()
    for row in once(handle.each(SUBSCRIPTIONS), "subscriptionId"):
        path = _path(row)
        listed.add(path)
        yield Scope(
            subject=f"/subscriptions/{path}", level="subscription", path=path, name=text(row.get("displayName")),
            state=_state(row.get("state")), at=path,
        )  # fmt: skip
    for row in once(handle.each(CONTAINERS), "subscriptionId"):
        path = _path(row)
        if path in listed:
            continue
        handle.note(
            SUBSCRIPTIONS, Reason.VISIBILITY_UNPROVED, f"the list lacks {path}, which Resource Graph shows",
            cure="Give the reader the role Reader at the root management group.",
        )  # fmt: skip
        yield Scope(
            subject=f"/subscriptions/{path}", level="subscription", path=path, name=text(row.get("name")), at=path
        )


def _path(row: Mapping[str, Any]) -> str:
    found = row.get("subscriptionId")
    if not isinstance(found, str) or not found:
        raise odd(SUBSCRIPTIONS, "a subscription has no id")
    return found.lower()


def _state(word: Any) -> State | Missing:
    return STATES.get(str(word)) or unknown_value(word)
