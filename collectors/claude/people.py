"""People of the organisation with their roles, those who are invited, and what roles give to groups."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import AFTER_ID, ROLES, beta, granted, ident, moment_in, names, nobody, word
from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.claude._api import ENTERPRISE, GROUPS, MEMBERS, NEXT, only_its_own
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing, unread
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.access import AccessGrant, Identity
from annexa.schemas.words import Reason

BETA = beta("ce-user-management-2026-07-13")
USERS = Read(op="GET /organizations/users", needs=MEMBERS, path="data", pager=AFTER_ID, params={"limit": 1000})
INVITES = Read(op="GET /organizations/invites", needs=MEMBERS, path="data", pager=AFTER_ID, params={"limit": 1000})
RBAC_GROUPS = Read(
    op="GET /organizations/rbac_groups", needs=GROUPS, path="data", pager=NEXT, params={"limit": 1000}, headers=BETA,
    plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
RBAC_ROLES = Read(
    op="GET /organizations/rbac_roles", needs=MEMBERS, path="data", pager=NEXT, params={"limit": 1000}, headers=BETA,
    plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
PERMISSIONS = Read(
    op="GET /organizations/rbac_roles/{rbac_role_id}/permissions", needs=MEMBERS, path="data", pager=NEXT,
    params={"limit": 1000}, headers=BETA, plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
TARGET = "claude"
OVER = ("accepted", "deleted", "expired")
"""States of invites from which nobody can become a member any more."""
ADMIN = "permission_"
"""What actions of the admin panel begin with."""


@collects((Identity, AccessGrant), USERS, where={"identity.sort": ("person",)}, per="source")
def users(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """Every member of the key's own organisation with their role."""
    found = 0
    for item in handle.each(USERS):
        found += 1
        user = ident(USERS, item)
        yield Identity(
            subject=user,
            name=text(item.get("email")),
            sort="person",
            state="active",
            created=moment_in(item, "added_at"),
        )
        yield granted(item, grantee=user, role=item.get("role"), words=ROLES, target=TARGET)
    if not found:
        nobody(USERS)
    only_its_own(handle, USERS)


@collects(Identity, INVITES, where={"identity.sort": ("person",)}, per="source")
def invites(handle: Handle) -> Iterator[Identity]:
    """Everybody who is invited into the key's own organisation and has not answered yet."""
    for item in handle.each(INVITES):
        if item.get("status") not in OVER:
            yield Identity(
                subject=ident(INVITES, item), name=text(item.get("email")), sort="person",
                state=word(item.get("status"), "pending"), created=moment_in(item, "invited_at"),
            )  # fmt: skip
    only_its_own(handle, INVITES)


@collects(
    AccessGrant, RBAC_GROUPS, RBAC_ROLES, PERMISSIONS, where={"access_grant.grantee_sort": ("group",)}, per="source"
)
def groups(handle: Handle) -> Iterator[AccessGrant]:
    """What each group's roles allow its members; a role of another organisation can only be named."""
    roles = _roles(handle)
    for item in handle.each(RBAC_GROUPS):
        group = ident(RBAC_GROUPS, item)
        held = names(item.get("role_ids", item.get("roles")))
        if isinstance(held, Missing):
            if item.get("role_ids", item.get("roles")) is None:
                says = "the vendor could not say which roles the group has"
                handle.note(RBAC_GROUPS, Reason.INVALID_ANSWER, says, cure="Run again.", subject=group)
            continue
        for role in held:
            yield _grant(
                item, group, role, roles.get(role, ("a role of another organisation", unread("not listed here")))
            )


def _roles(handle: Handle) -> dict[str, tuple[str, tuple[str, ...] | Missing]]:
    """Every role of the organisation: its name, and its permissions as `resource:action`."""
    found: dict[str, tuple[str, tuple[str, ...] | Missing]] = {}
    asked = handle.many(PERMISSIONS, handle.each(RBAC_ROLES), lambda role: {"rbac_role_id": ident(RBAC_ROLES, role)})
    for role, reply in asked:
        allowed: tuple[str, ...] | Missing = unread(f"{PERMISSIONS.op}: not read")
        with handle.item(str(role["id"])):
            allowed = tuple(sorted({_permission(each) for each in reply.each()}))
        found[str(role["id"])] = (str(role.get("display_name")), allowed)
    return found


def _permission(item: Mapping[str, Any]) -> str:
    resource = inside(item, "resource")
    what = resource.get("tool_name") or resource.get("scope") or resource.get("connector_id") or ""
    return ":".join(str(part) for part in (resource.get("type"), what, item.get("action")) if part)


def _grant(item: Mapping[str, Any], group: str, role: str, found: tuple[str, tuple[str, ...] | Missing]) -> AccessGrant:
    name, allowed = found
    known = allowed if isinstance(allowed, tuple) else ()
    administers = isinstance(allowed, Missing) or any(f":{ADMIN}" in each for each in known)
    return AccessGrant(
        subject=f"{group}@{role}", grantee=group, grantee_name=text(item.get("name")), grantee_sort="group",
        purpose="administer" if administers else "use", permissions=known, target=TARGET,
        verdict=allowed if isinstance(allowed, Missing) else "allowed",
        via=(f"role {role} ({name})", f"group made {item.get('source_type')}"), granted=moment_in(item, "created_at"),
    )  # fmt: skip
