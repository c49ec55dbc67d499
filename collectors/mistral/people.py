"""Who is in the organization: members, invitations and groups, and the roles that they have."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Counted, Read
from annexa.collectors._values import choose, text
from annexa.collectors.mistral._api import ADMIN, GUIDE, PAGE, PAGED, ident, moment_in
from annexa.collectors.mistral._roles import UNTOLD, Roles, grant
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AccessGrant, Identity
from annexa.schemas.words import Reason

LETTERS = "what the letters A, M and B mean is taken from the labels Admin, Member and Billing of the vendor's guide"
USERS = Read(
    op="GET /admin/users", needs=ADMIN, path="members", pager=Counted(total="total", among=("invites",)), params=PAGE,
    unconfirmed=f"{GUIDE}; {LETTERS}",
)  # fmt: skip
INVITES = Read(op="GET /admin/users-invite", needs=ADMIN, path="", unconfirmed=f"{GUIDE}; {LETTERS}")
ROLES = Read(op="GET /admin/roles", needs=ADMIN, drop=("description",), unconfirmed=GUIDE)
GROUPS = Read(
    op="GET /admin/user-groups",
    needs=ADMIN,
    path="items",
    pager=PAGED,
    params=PAGE,
    drop=("description",),
    unconfirmed=GUIDE,
)
OWNERS: Mapping[Any, str] = {True: "managed by an external directory", False: "managed here"}
ORGANISATION = "organization"
"""What an organization's roles apply to."""


@collects((Identity, AccessGrant), ROLES, USERS, per="source")
def users(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """One record per member, and one for each role that he or she has in the organization or in a workspace."""
    roles = _roles(handle)
    for user in handle.each(USERS):
        who, mail = ident(USERS, user), text(user.get("email"))
        yield Identity(
            subject=who, name=mail, sort="person", created=moment_in(user, "created_at"),
            managed=choose(user.get("is_sso_outsider"), {False: "sso", True: "local"}),
        )  # fmt: skip
        for role in _texts(user.get("raw_roles")):
            yield grant(who, mail, roles.organisation(role), ORGANISATION, granted=moment_in(user, "created_at"))
        for place in user.get("workspaces") or ():
            yield from _inside(who, mail, place, roles)


@collects(AccessGrant, ROLES, INVITES, per="source")
def invites(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role that an invitation brings which can still be accepted."""
    roles = _roles(handle)
    for invite in handle.each(INVITES):
        who, mail = ident(INVITES, invite, "invite_uuid"), text(invite.get("email"))
        for role in _texts(invite.get("roles")):
            yield grant(who, mail, roles.organisation(role), ORGANISATION, invited=True)


@collects(AccessGrant, GROUPS, ROLES, per="source")
def groups(handle: Handle) -> Iterator[AccessGrant]:
    """One record per group that has a role in the organization; other groups only gather people."""
    roles = _roles(handle)
    for group in handle.each(GROUPS):
        role = group.get("organization_role")
        if role not in (None, ""):
            yield grant(
                ident(GROUPS, group), text(group.get("name")), roles.organisation(str(role)), ORGANISATION, sort="group",
                more=OWNERS.get(group.get("externally_managed"), ""),
            )  # fmt: skip


def _roles(handle: Handle) -> Roles:
    """The roles by their ids; where the list could not be read, what stands in its place."""

    def read() -> Roles:
        found = handle.one(ROLES)
        lists = [found.get(name) for name in ("organization_roles", "workspace_roles")]
        if not all(isinstance(one, list) for one in lists):
            says, cure = "the answer lacks a list of roles", "Report it: the answer is not as documented."
            trouble = Trouble(reason=Reason.INVALID_ANSWER, code="missing_list", says=says, cure=cure)
            raise UnreadError(ROLES, trouble)
        return Roles.of(role for one in lists for role in one or ())

    got = handle.detail(ROLES, read)
    return Roles(unread=got) if isinstance(got, Missing) else got


def _inside(who: str, mail: Any, place: Mapping[str, Any], roles: Roles) -> Iterator[AccessGrant]:
    where = ident(USERS, place)
    for role in _texts(place.get("raw_roles")):
        yield grant(who, mail, roles.workspace(role), where)


def _texts(raw: object) -> Iterable[str]:
    """The roles of a holder; where the vendor gives none at all, one of which nobody knows what it is."""
    return [str(one) for one in raw] if isinstance(raw, list) else [UNTOLD]
