"""Everybody who has an account at Okta, those who left included."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, moment_in, text
from annexa.collectors.okta._api import LINKED, PROFILE, lower
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Identity

USERS = Read(
    op="GET /api/v1/users",
    needs="okta.users.read",
    path="",
    pager=LINKED,
    # Without a filter Okta leaves out those who were deactivated.
    params={"filter": 'lastUpdated gt "1970-01-01T00:00:00.000Z"', "limit": 200},
    keep=PROFILE,
)

STATES = lower((
    "ACTIVE", "DEPROVISIONED", "LOCKED_OUT", "PASSWORD_EXPIRED", "PROVISIONED", "RECOVERY", "STAGED", "SUSPENDED",
))  # fmt: skip
DIRECTORIES = {
    "OKTA": "local", "ACTIVE_DIRECTORY": "directory", "LDAP": "directory", "FEDERATION": "sso", "SOCIAL": "sso",
    "IMPORT": "import",
}  # fmt: skip
"""Who keeps the password, by Okta's word for the provider of the credentials."""


@collects(Identity, USERS, per="source")
def users(handle: Handle) -> Iterator[Identity]:
    """One record per user, those who were deactivated included."""
    for user in handle.each(USERS):
        with handle.item(str(user["id"])):
            yield _identity(user)


def _identity(user: Item) -> Identity:
    credentials = inside(user, "credentials")
    return Identity(
        subject=str(user["id"]),
        name=text(inside(user, "profile").get("login")),
        state=choose(user.get("status"), STATES),
        managed=choose(inside(credentials, "provider").get("type"), DIRECTORIES),
        # Okta shows an empty object where there is a password, and says nothing where there is none.
        password=True if "password" in credentials else NOT_EXPOSED,
        created=moment_in(user, "created"),
        last_seen=moment_in(user, "lastLogin", ABSENT),
    )
