"""How Azure's values are read: ids without their letter case, times, tags, and what the reader could not see."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._graph import once
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SUBSCRIPTIONS
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

PROVIDER = "azure.openai"
"""Azure OpenAI, also inside an AI Foundry account."""


def accounts(handle: Handle) -> Iterator[Item]:
    """Every account once."""
    return once(handle.each(ACCOUNTS))


def reconcile(handle: Handle) -> None:
    """Note which listed subscriptions Resource Graph does not show: fewer rows and no error prove nothing."""
    listed = {_subscription(SUBSCRIPTIONS, row) for row in handle.each(SUBSCRIPTIONS)}
    shown = {_subscription(CONTAINERS, row) for row in handle.each(CONTAINERS)}
    hidden = sorted(listed - shown)
    if hidden or not listed:
        what = (
            f"does not show {', '.join(hidden)}, which the list of subscriptions has"
            if hidden
            else "cannot be compared"
        )
        handle.note(
            CONTAINERS, Reason.VISIBILITY_UNPROVED, f"Resource Graph {what}",
            cure="Give the reader the role Reader at the root management group, and run again in some minutes.",
        )  # fmt: skip


def _subscription(call: Call, row: Mapping[str, Any]) -> str:
    found = row.get("subscriptionId")
    if not isinstance(found, str) or not found:
        raise odd(call, "a subscription has no id")
    return found.lower()


def uid(call: Call, row: Mapping[str, Any]) -> str:
    """The resource's id; Azure compares ids without their letter case, and prints them in either."""
    found = row.get("id")
    if not isinstance(found, str) or not found.startswith("/"):
        raise odd(call, "a resource has no id")
    return found.lower()


def odd(call: Call, says: str) -> UnreadError:
    """An answer that is not as documented."""
    cure = "Run again; if it stays, report it with this code."
    return UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="wrong_type", says=says, cure=cure))


def place(resource: str) -> str | None:
    """The subscription of a resource, by its id; None for what lies above subscriptions."""
    parts = resource.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" and parts[2] else None


def steps(account: Mapping[str, Any]) -> dict[str, Any]:
    """What a path to something inside an account is made of; an id of another form raises `UnreadError`."""
    parts = uid(ACCOUNTS, account).split("/")
    if len(parts) != 9 or parts[1] != "subscriptions" or parts[3] != "resourcegroups":
        raise odd(ACCOUNTS, "the id of an account is of no known form")
    return {"subscription": parts[2], "group": parts[4], "account": parts[8]}


def text(value: Any) -> str | Missing:
    """A word; null is the vendor's way to say that nothing is set, and a field that is not there says nothing."""
    if value is None:
        return NOT_EXPOSED
    return value if isinstance(value, str) and value else ABSENT if value == "" else unknown_value(value)


def tag(row: Mapping[str, Any], name: str) -> str | Missing:
    """A tag, whose name Azure compares without its letter case; `absent` where the resource has no such tag."""
    tags = row.get("tags")
    if tags is not None and not isinstance(tags, Mapping):
        return unknown_value(type(tags).__name__)
    found = next((value for key, value in (tags or {}).items() if key.lower() == name), None)
    return found if isinstance(found, str) and found else ABSENT


def when(value: Any) -> str | Missing:
    """A moment; a time of another form is unknown."""
    if value is None:
        return NOT_EXPOSED
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return unknown_value(value)
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
