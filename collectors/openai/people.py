"""Who is in the organization: its users, those who are invited, its groups, and the roles that all of them have."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside, text
from annexa.collectors.openai._api import LAST_ID, MANAGEMENT, NEXT, PAGE, UNTOLD, ident, moment_in
from annexa.collectors.openai._grants import ORGANISATION, by_role, by_word
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, Identity

HIDDEN = ("created_by_user_obj", "metadata")
"""Parts of a role that say nothing about its holder: who made it, and what people wrote to it."""
USERS = Read(op="GET /organization/users", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE, drop=("picture",))
INVITES = Read(op="GET /organization/invites", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE)
GROUPS = Read(
    op="GET /organization/groups", needs="api.groups.read", path="data", pager=NEXT, params=PAGE, unconfirmed=UNTOLD
)
USER_ROLES = Read(
    op="GET /organization/users/{user_id}/roles", needs=MANAGEMENT, path="data", pager=NEXT, params=PAGE, drop=HIDDEN,
    unconfirmed=UNTOLD,
)  # fmt: skip
GROUP_ROLES = Read(
    op="GET /organization/groups/{group_id}/roles", needs="api.groups.read", path="data", pager=NEXT, params=PAGE,
    drop=HIDDEN, unconfirmed=UNTOLD,
)  # fmt: skip


@collects((Identity, AccessGrant), USERS, per="source")
def users(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """One record per user and service account of the organization, and one for the built-in role that it has."""
    for user in handle.each(USERS):
        who = ident(USERS, user)
        yield _identity(user, who)
        grant = by_word(who, _name(user), user.get("role"), ORGANISATION, sort=_sort(user),
                        granted=moment_in(user, "added_at", NOT_EXPOSED))  # fmt: skip
        if grant is not None:
            yield grant


@collects(AccessGrant, USERS, USER_ROLES, per="source")
def user_roles(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role that was assigned to a user, directly or through a group."""
    for user, reply in handle.many(USER_ROLES, handle.each(USERS), lambda user: {"user_id": ident(USERS, user)}):
        with handle.item(str(user["id"])):
            for role in reply.each():
                with handle.citing(user, role):
                    yield by_role(str(user["id"]), _name(user), role, ORGANISATION, call=USER_ROLES, sort=_sort(user))


@collects(AccessGrant, GROUPS, GROUP_ROLES, per="source")
def group_roles(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role that a group has in the organization."""
    for group, reply in handle.many(GROUP_ROLES, handle.each(GROUPS), lambda group: {"group_id": ident(GROUPS, group)}):
        with handle.item(str(group["id"])):
            for role in reply.each():
                with handle.citing(group, role):
                    yield by_role(
                        str(group["id"]), text(group.get("name")), role, ORGANISATION, call=GROUP_ROLES, sort="group"
                    )


@collects(AccessGrant, INVITES, per="source")
def invites(handle: Handle) -> Iterator[AccessGrant]:
    """One record per invitation that can still be accepted, with the role that it brings."""
    for invite in handle.each(INVITES):
        status = choose(invite.get("status"), {"pending": "conditional", "accepted": None, "expired": None})
        if status is None:
            continue
        mail = text(invite.get("email"))
        name = ident(INVITES, invite)
        grantee = mail if isinstance(mail, str) else name
        grant = by_word(grantee, mail, invite.get("role"), ORGANISATION, sort="user",
                        granted=moment_in(invite, "created_at", NOT_EXPOSED))  # fmt: skip
        if grant is not None:
            yield _invited(grant, name, status)


def state(user: Item) -> str | Missing:
    """The vendor tells it in the nested user: banned, enabled, or neither of both."""
    nested = inside(user, "user")
    if nested.get("banned") is True:
        return "banned"
    return choose(nested.get("enabled"), {True: "enabled", False: "disabled"})


def _invited(grant: AccessGrant, subject: str, status: Any) -> AccessGrant:
    fields = {name: getattr(grant, name) for name in grant.__struct_fields__}
    verdict = grant.verdict if isinstance(grant.verdict, Missing) else status
    return AccessGrant(**{**fields, "subject": subject, "verdict": verdict, "via": ("invitation, not accepted yet",)})


def _identity(user: Item, who: str) -> Identity:
    return Identity(
        subject=who, name=_name(user), sort=_is_service(user, "service", "person"), state=state(user),
        managed=choose(user.get("is_scim_managed"), {True: "scim", False: "local"}),
        created=moment_in(user, "added_at", NOT_EXPOSED), last_seen=moment_in(user, "api_key_last_used_at", NOT_EXPOSED),
    )  # fmt: skip


def _name(user: Mapping[str, Any]) -> str | Missing:
    return text(user.get("email"), text(user.get("name")))  # type: ignore[arg-type]


def _sort(user: Mapping[str, Any]) -> Any:
    return "service" if user.get("is_service_account") is True else "user"


def _is_service(user: Mapping[str, Any], yes: Any, no: Any) -> Any:
    return choose(user.get("is_service_account"), {True: yes, False: no})
