"""What the two products of Anthropic share: how their lists page, and how their values are read.

A field that is null where the vendor documents what null means is a statement; a field that is missing is none.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar

from annexa.collectors._rest import Cursor
from annexa.collectors._values import choose, text
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant
from annexa.schemas.words import Reason

W = TypeVar("W")
Purpose = Literal["use", "administer", "read", "write"]

BASE = "https://api.anthropic.com/v1"
HOSTS = ("api.anthropic.com",)
VERSION = {"anthropic-version": "2023-06-01"}
"""The version of the API that every request names."""
AFTER_ID = Cursor(param="after_id", at="last_id", more="has_more")
"""The older lists: `after_id` takes the id of the page's last item."""
NEXT_PAGE = Cursor(param="page", at="next_page")
"""The other lists: `page` takes the page's `next_page`, which is null on the last one."""

ROLES: Mapping[str, Purpose] = {
    "admin": "administer", "owner": "administer", "primary_owner": "administer", "membership_admin": "administer",
    "developer": "use", "user": "use", "managed": "use", "claude_code_user": "use", "billing": "read",
}  # fmt: skip
"""What the roles of an organisation amount to."""

NEWEST = {"limit": 100}
"""The feed's newest entries: they come first, so that one page tells when something was recorded last."""
FEED_DROPS = (
    "actor", "email", "email_address", "full_name", "user_name", "display_name", "name", "title", "filename", "file_name",
    "file_path", "path", "url", "uri", "link", "description", "summary", "comment", "message", "text", "content", "prompt",
    "query", "instructions", "ip_address", "user_agent", "ip_ranges", "domain", "domains", "details", "metadata", "changes",
    "before", "after", "previous", "updated", "previous_value", "new_value", "old_value", "value", "values", "error",
)  # fmt: skip
"""Members of activities, of which there are hundreds of types, that name people or can hold what people wrote."""

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def beta(name: str) -> Mapping[str, str]:
    """The header without which a beta's endpoints answer 404, as if they did not exist."""
    return {"anthropic-beta": name}


def ident(call: Call, item: Mapping[str, Any], name: str = "id") -> str:
    """The vendor's own id of an item; an item without one is no answer that this call documents."""
    found = item.get(name)
    if isinstance(found, str) and found:
        return found
    says, cure = f"an item has no {name}", "Run again; if it stays, report it with this code."
    raise UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="missing_id", says=says, cure=cure))


def nobody(call: Call) -> NoReturn:
    """Raise that a list of members is empty: somebody made the key that asks."""
    says, cure = "the list of members is empty, which cannot be", "Run again; if it stays, report it with this code."
    raise UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="no_members", says=says, cure=cure))


def moment(raw: object, null: Missing = NOT_EXPOSED) -> str | Missing:
    """A time of the vendor in UTC; `null` is what the vendor means by a null."""
    if raw is None:
        return null
    if isinstance(raw, str) and _RFC3339.fullmatch(raw):
        return raw
    try:
        found = datetime.fromisoformat(str(raw))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time in RFC 3339")
    return stamp(found.astimezone(UTC)) if found.tzinfo else ambiguous(str(raw), "the time names no zone")


def moment_in(item: Mapping[str, Any], name: str, null: Missing = ABSENT) -> str | Missing:
    """The time in a field: `null` where the vendor says null, not exposed where the field is missing."""
    return moment(item[name], null) if name in item else NOT_EXPOSED


def word(raw: object, *words: str) -> str | Missing:
    """A word of a closed list, unchanged; one that the vendor did not document is kept raw."""
    return choose(raw, {each: each for each in words})


def count(raw: object) -> int | Missing:
    """A whole number of the vendor, also where it is sent as text."""
    if raw is None:
        return NOT_EXPOSED
    if isinstance(raw, str) and raw.isascii() and raw.isdigit():
        return int(raw)
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else unknown_value(raw)


def names(raw: object) -> tuple[str, ...] | Missing:
    """A list of texts, sorted; an empty one is absent."""
    if raw is None:
        return NOT_EXPOSED
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        return unknown_value(raw)
    return tuple(sorted(set(raw))) or ABSENT


def parts(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects inside an item; empty where the vendor gave none."""
    found = item.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def as_far_as_read(items: Iterable[Item]) -> tuple[list[Item], UnreadError | None]:
    """The items that came, and what kept the rest away, to be raised when they have been used."""
    read: list[Item] = []
    try:
        for item in items:
            read.append(item)
    except UnreadError as error:
        return read, error
    return read, None


class Feed(NamedTuple):
    """What the newest entries of a feed tell."""

    newest: str | Missing
    oldest: str | Missing
    """Of those that were looked at."""
    different: int | Missing
    """How many there are; an entry that came twice counts once, since the vendor delivers at least once."""


def feed(handle: Handle, call: Call, entries: Iterable[Mapping[str, Any]], subject: str) -> Feed:
    """Times and number of the newest entries; an empty list proves nothing and is noted."""
    made = {ident(call, entry): moment(entry.get("created_at")) for entry in entries}
    if not made:
        says = "the feed is empty: nothing is recorded, or nothing ever happened"
        cure = "Look at Organization settings > Data and privacy > Compliance API."
        handle.note(call, Reason.VISIBILITY_UNPROVED, says, cure=cure, subject=subject)
        silent = ambiguous("[]", says)
        return Feed(silent, silent, silent)
    odd = next((each for each in made.values() if isinstance(each, Missing)), None)
    if odd is not None:
        return Feed(odd, odd, len(made))
    times = sorted((str(each) for each in made.values()), key=datetime.fromisoformat)
    return Feed(times[-1], times[0], len(made))


def granted(
    item: Mapping[str, Any], *, grantee: str, role: object, words: Mapping[str, Purpose], target: str,
    sort: Literal["user", "service"] = "user", at: str | None = None, since: str = "added_at",
) -> AccessGrant:  # fmt: skip
    """A role that somebody holds on an organisation or workspace.

    One that the vendor did not document has no verdict, and counts as administering until somebody knows better.
    """
    named = str(role)
    return AccessGrant(
        subject=f"{grantee}@{target}", at=at, grantee=grantee, grantee_name=text(item.get("email", item.get("name"))),
        grantee_sort=sort, on_behalf_of="user" if sort == "user" else "none", purpose=words.get(named, "administer"),
        permissions=(named,), target=target, verdict="allowed" if named in words else unknown_value(named),
        granted=moment(item.get(since)),
    )  # fmt: skip


def spent(item: Mapping[str, Any]) -> int | Missing:
    """The amount in the currency's smallest unit; null says that no cap is set, and a switched-off one is no cap."""
    if "amount" not in item:
        return NOT_EXPOSED
    return ABSENT if item["amount"] is None or item.get("is_enabled") is False else count(item["amount"])


SORTS = ("organization", "organization_service", "rbac_group", "seat_tier", "usage_tier", "user", "workspace")
"""What a spend limit can bind, in the vendor's words."""


def limited(scope: Mapping[str, Any], tenant: str = "organization") -> str | Missing:
    """Whom a spend limit binds: the id that its scope names, the organisation, or the sort of scope."""
    for name in ("workspace_id", "user_id", "rbac_group_id", "seat_tier", "service"):
        if isinstance(scope.get(name), str):
            return str(scope[name])
    sort = word(scope.get("type"), *SORTS)
    return tenant if sort == "organization" else sort
