"""Everybody who has an account in Google Workspace, suspended ones included."""

from collections.abc import Iterable, Iterator

from annexa.collectors._values import flag, text
from annexa.collectors.google_workspace._api import MINE, USERS_READ, moment
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Identity
from annexa.schemas.words import Reason

USERS = Call(
    op="admin/directory_v1:users.list", needs=USERS_READ, path="users",
    # What is not named here (telephone numbers, addresses, what administrators wrote) never leaves Google.
    params={
        "customer": MINE, "projection": "basic", "maxResults": 500, "orderBy": "email",
        "fields": (
            "kind,nextPageToken,users(id,primaryEmail,suspended,archived,isAdmin,isDelegatedAdmin,isEnrolledIn2Sv,"
            "isEnforcedIn2Sv,isGuestUser,creationTime,lastLoginTime,orgUnitPath)"
        ),
    },
)  # fmt: skip


@collects(Identity, USERS, per="source")
def users(handle: Handle) -> Iterator[Identity]:
    """One record per user, with state, second factor and last sign-in."""
    for user in everybody(handle):
        with handle.citing(user):
            yield _identity(user)


def everybody(handle: Handle) -> Iterator[Item]:
    """Every user; a list without anybody cannot be true, since somebody asked for it."""
    some = False
    for user in handle.each(USERS):
        some = True
        yield user
    if not some:
        says = "a customer without a single user was told, and one of them asks"
        handle.note(USERS, Reason.VISIBILITY_UNPROVED, says, cure="Check the role of the administrator; run again.")


def reachable(users: Iterable[Item], suspended: list[Item]) -> Iterator[Item]:
    """Users whose account can be reached; the others are put aside.

    Of a suspended account Google tells neither tokens nor app passwords (it answers 401), and nobody gets anything out of
    it with one: it is asked about again when it is restored.
    """
    for user in users:
        if user.get("suspended") is True:
            suspended.append(user)
        else:
            yield user


def _identity(user: Item) -> Identity:
    state = "archived" if user.get("archived") is True else "suspended" if user.get("suspended") is True else "active"
    return Identity(
        subject=str(user["id"]),
        name=text(user.get("primaryEmail")),
        sort="guest" if user.get("isGuestUser") is True else "person",
        state=state if isinstance(flag(user.get("suspended")), bool) else flag(user.get("suspended")),  # type: ignore[arg-type]
        managed="local",
        mfa=flag(user.get("isEnrolledIn2Sv")),
        created=moment(user.get("creationTime")),
        last_seen=moment(user.get("lastLoginTime"), ABSENT),
    )
