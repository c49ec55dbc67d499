"""API keys: where they belong, as whom they act, and whether that somebody is still there."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._anthropic import AFTER_ID, as_far_as_read, ident, moment_in, nobody, word
from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, text
from annexa.collectors.anthropic._api import KEY, SERVICE_ACCOUNTS, USERS, archived
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.access import Credential

API_KEYS = Read(
    op="GET /organizations/api_keys", needs=KEY, path="data", pager=AFTER_ID, params={"limit": 1000},
    drop=("partial_key_hint",),
)  # fmt: skip
TYPE = "anthropic_api_key"
ORGANISATION = "organization"
"""The privilege of a key that belongs to no workspace."""
NOBODY = "nobody"
"""The owner of a key that acts as nobody and whose creator is not recorded."""

Sort = Literal["person", "service"] | Missing
ACTORS: Mapping[str, Literal["person", "service"]] = {
    "user_actor": "person", "service_account_actor": "service", "user": "person", "service_account": "service",
}  # fmt: skip
"""Sorts of actors: as whom a key acts, and who made it."""
People = Mapping[str, bool | Missing] | Missing
"""Ids of those who can own a key, and whether they are still there."""


@collects(Credential, API_KEYS, USERS, SERVICE_ACCOUNTS, where={"credential.type": (TYPE,)}, per="source")
def api_keys(handle: Handle) -> Iterator[Credential]:
    """Every API key, without its value; service accounts are read only where a key acts as one."""
    users = handle.detail(USERS, lambda: _members(handle))
    keys, ended = as_far_as_read(handle.each(API_KEYS))
    services: People = {}
    if any(_owner(key)[1] == "service" for key in keys):
        services = handle.detail(SERVICE_ACCOUNTS, lambda: _accounts(handle))
    for key in keys:
        yield _key(key, users, services)
    if ended is not None:
        raise ended


def _key(item: Mapping[str, Any], users: People, services: People) -> Credential:
    (owner, sort), workspace = _owner(item), _workspace(item)
    there = sort if isinstance(sort, Missing) else users if sort == "person" else services
    return Credential(
        subject=ident(API_KEYS, item), at=workspace if isinstance(workspace, str) else None, type=TYPE, owner=owner,
        owner_sort=sort, owner_has_access=there if isinstance(there, Missing) else there.get(owner, False),
        privilege=workspace if workspace is not None else ORGANISATION,
        state=word(item.get("status"), "active", "inactive", "archived", "expired"),
        long_term=item["expires_at"] is None if "expires_at" in item else NOT_EXPOSED,
        created=moment_in(item, "created_at"), expires=moment_in(item, "expires_at"),
    )  # fmt: skip


def _owner(item: Mapping[str, Any]) -> tuple[str, Sort]:
    """As whom the key acts; where it acts as nobody, who made it. A sort of actor that is not documented is unknown."""
    acts, made = inside(item, "principal"), inside(item, "created_by")
    if acts:
        owner = acts.get("user_id") or acts.get("service_account_id") or NOBODY
        return str(owner), choose(acts.get("type"), ACTORS)
    maker = made.get("id")
    if "principal" not in item or "created_by" not in item:
        return str(maker or NOBODY), NOT_EXPOSED
    return (maker, choose(made.get("type"), ACTORS)) if isinstance(maker, str) else (NOBODY, ABSENT)


def _workspace(item: Mapping[str, Any]) -> str | Missing | None:
    """The workspace of a key; None for one of the organisation as a whole."""
    scope = inside(item, "scope")
    known = word(scope.get("type"), "workspace", "organization")
    if isinstance(known, Missing):
        return known
    return None if known == "organization" else text(scope.get("workspace_id"))


def _members(handle: Handle) -> dict[str, bool | Missing]:
    """Members of the organisation, who are all there; a list without any is not believed, since an admin made the key."""
    found: dict[str, bool | Missing] = {ident(USERS, item): True for item in handle.each(USERS)}
    return found or nobody(USERS)


def _accounts(handle: Handle) -> dict[str, bool | Missing]:
    """Service accounts, and whether they can still be used."""
    states: Mapping[bool | None, bool | Missing] = {True: False, False: True, None: NOT_EXPOSED}
    found = handle.each(SERVICE_ACCOUNTS)
    return {ident(SERVICE_ACCOUNTS, item): states[archived(item)] for item in found}
