"""Everybody who has an account in the organisation, those who were deactivated included."""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.slack._api import ENTERPRISE, NEXT, flag, moment
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Identity

USERS = Read(
    op="GET /admin.users.list", needs="admin.users:read", path="users", pager=NEXT, params={"limit": 100},
    plan=ENTERPRISE, query=("is_active",), drop=("full_name", "profile", "workspaces"),
)  # fmt: skip
ACTIVE = (("true", "active"), ("false", "deactivated"))
"""Slack lists active people unless it is asked for the others alone."""


@collects(Identity, USERS, per="source")
def users(handle: Handle) -> Iterator[Identity]:
    """One record per account of a person, a guest or a bot."""
    for active, state in ACTIVE:
        for user in handle.each(USERS, is_active=active):
            with handle.item(str(user["id"])):
                yield _identity(user, state)


def _identity(user: Item, state: str) -> Identity:
    sso = flag(user, "has_sso")
    return Identity(
        subject=str(user["id"]), name=text(user.get("email") or user.get("username")), sort=_sort(user), state=state,
        managed="sso" if sso is True else NOT_EXPOSED if sso is False else sso, mfa=flag(user, "has_2fa"),
        created=moment(user.get("date_created")), last_seen=_last(user),
    )  # fmt: skip


def _sort(user: Item) -> Literal["person", "service", "guest"] | Missing:
    bot, guest, single = (flag(user, name) for name in ("is_bot", "is_restricted", "is_ultra_restricted"))
    if bot is True:
        return "service"
    if guest is True or single is True:
        return "guest"
    return next((one for one in (bot, guest, single) if isinstance(one, Missing)), "person")


def _last(user: Item) -> str | Missing:
    """When the account was last active; Slack says 0 of one that never was."""
    return moment(user["last_active_ts"], ABSENT) if "last_active_ts" in user else NOT_EXPOSED
