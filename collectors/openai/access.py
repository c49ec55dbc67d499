"""Who is in each project: users, service accounts and groups, and the roles that they have there."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.openai._api import LAST_ID, MANAGEMENT, NEXT, PAGE, UNTOLD, ident, moment_in
from annexa.collectors.openai._grants import by_role, by_word
from annexa.collectors.openai.people import HIDDEN
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AccessGrant, Identity

USERS = Read(
    op="GET /organization/projects/{project_id}/users", needs=MANAGEMENT, path="data", pager=LAST_ID, params=PAGE
)
SERVICE_ACCOUNTS = Read(
    op="GET /organization/projects/{project_id}/service_accounts", needs=MANAGEMENT, path="data", pager=LAST_ID,
    params=PAGE,
)  # fmt: skip
GROUPS = Read(
    op="GET /organization/projects/{project_id}/groups", needs=MANAGEMENT, path="data", pager=NEXT, params=PAGE,
    unconfirmed=UNTOLD,
)  # fmt: skip
USER_ROLES = Read(
    op="GET /projects/{project_id}/users/{user_id}/roles", needs=MANAGEMENT, path="data", pager=NEXT, params=PAGE,
    drop=HIDDEN, unconfirmed=UNTOLD,
)  # fmt: skip
GROUP_ROLES = Read(
    op="GET /projects/{project_id}/groups/{group_id}/roles", needs=MANAGEMENT, path="data", pager=NEXT, params=PAGE,
    drop=HIDDEN, unconfirmed=UNTOLD,
)  # fmt: skip


@collects(AccessGrant, USERS, USER_ROLES, per="project")
def project_users(handle: Handle) -> Iterator[AccessGrant]:
    """One record per user of the project and role: the built-in one, and those that were assigned."""
    here = str(handle.known["scope"])
    asked = handle.many(
        USER_ROLES,
        handle.each(USERS, project_id=here),
        lambda user: {"project_id": here, "user_id": ident(USERS, user)},
    )
    for user, reply in asked:
        name, holder = text(user.get("email"), text(user.get("name"))), str(user["id"])  # type: ignore[arg-type]
        added = moment_in(user, "added_at", NOT_EXPOSED)
        with handle.citing(user):
            built_in = by_word(holder, name, user.get("role"), here, sort="user", granted=added)
            if built_in is not None:
                yield built_in
        with handle.item(holder):
            for role in reply.each():
                with handle.citing(user, role):
                    yield by_role(holder, name, role, here, call=USER_ROLES, sort="user")


@collects((Identity, AccessGrant), SERVICE_ACCOUNTS, per="project")
def service_accounts(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """One record per service account of the project, and one for its role."""
    here = str(handle.known["scope"])
    for account in handle.each(SERVICE_ACCOUNTS, project_id=here):
        who, name = ident(SERVICE_ACCOUNTS, account), text(account.get("name"))
        made = moment_in(account, "created_at", NOT_EXPOSED)
        yield Identity(subject=who, name=name, sort="service", created=made)
        grant = by_word(who, name, account.get("role"), here, sort="service", granted=made)
        if grant is not None:
            yield grant


@collects(AccessGrant, GROUPS, GROUP_ROLES, per="project")
def project_groups(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role that a group has in the project."""
    here = str(handle.known["scope"])
    asked = handle.many(
        GROUP_ROLES, handle.each(GROUPS, project_id=here),
        lambda group: {"project_id": here, "group_id": ident(GROUPS, group, "group_id")},
    )  # fmt: skip
    for group, reply in asked:
        holder, name = str(group["group_id"]), text(group.get("group_name"))
        with handle.item(holder):
            for role in reply.each():
                with handle.citing(group, role):
                    yield by_role(holder, name, role, here, call=GROUP_ROLES, sort="group")
