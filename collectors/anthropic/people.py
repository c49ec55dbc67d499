"""People of the organisation, with their roles, and those who are invited."""

from collections.abc import Iterator

from annexa.collectors._anthropic import AFTER_ID, ROLES, granted, ident, moment_in, nobody, word
from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.anthropic._api import KEY, USERS
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.access import AccessGrant, Identity

INVITES = Read(op="GET /organizations/invites", needs=KEY, path="data", pager=AFTER_ID, params={"limit": 1000})
OVER = ("accepted", "deleted", "expired")
"""States of invites from which nobody can become a member any more."""


@collects((Identity, AccessGrant), USERS, where={"identity.sort": ("person",)}, per="source")
def users(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """Every member with their role; the vendor lists members for as long as they are members."""
    target = str(handle.known["organisation"])
    found = 0
    for item in handle.each(USERS):
        found += 1
        user = ident(USERS, item)
        yield Identity(
            subject=user, name=text(item.get("email")), sort="person", state="active",
            created=moment_in(item, "added_at"),
        )  # fmt: skip
        yield granted(item, grantee=user, role=item.get("role"), words=ROLES, target=target)
    if not found:
        nobody(USERS)


@collects(Identity, INVITES, where={"identity.sort": ("person",)}, per="source")
def invites(handle: Handle) -> Iterator[Identity]:
    """Everybody who is invited and has not answered yet."""
    for item in handle.each(INVITES):
        if item.get("status") not in OVER:
            yield Identity(
                subject=ident(INVITES, item), name=text(item.get("email")), sort="person",
                state=word(item.get("status"), "pending"), created=moment_in(item, "invited_at"),
            )  # fmt: skip
