"""What applications may do in the tenant: for a person who agreed, for everybody, or for themselves.

The application permissions of all applications are read at the few services that offer them, not at each application.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors._values import choose
from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, moment, odd, text
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AccessGrant
from annexa.schemas.words import Reason

RESOURCES = {
    "00000003-0000-0000-c000-000000000000": "microsoft_graph",
    "00000003-0000-0ff1-ce00-000000000000": "sharepoint",
    "00000002-0000-0ff1-ce00-000000000000": "exchange",
}
"""The services whose permissions open mail, files and the directory, by the ids that they have in every tenant."""
GRANTS = listed("/oauth2PermissionGrants", "Directory.Read.All")
OFFERED = listed(
    "/servicePrincipals", "Application.Read.All", "id", "appId", "appRoles", top=None,
    params={"$filter": f"appId in ({','.join(repr(one) for one in RESOURCES)})"},
)  # fmt: skip
ASSIGNED = Read(
    op="GET /servicePrincipals/{id}/appRoleAssignedTo", path="value", needs="Application.Read.All", pager=GRAPH_PAGES,
    params={"$top": 999},
)  # fmt: skip

For = Literal["user", "all"]
FOR: Mapping[str, For] = {"AllPrincipals": "all", "Principal": "user"}
SORTS: Mapping[str, Literal["application", "user", "group"]] = {
    "ServicePrincipal": "application", "User": "user", "Group": "group",
}  # fmt: skip
WRITES = ("write", "send", "fullcontrol", "manage", "full_access", "accessasuser", "privileged")
"""Parts of permissions' names by which they change something, lower case."""


@collects(AccessGrant, GRANTS, OFFERED, per="source", where={"access_grant.purpose": ("read", "write")})
def delegated(handle: Handle) -> Iterator[AccessGrant]:
    """One record per consent by which an application acts for one person, or for everybody."""
    offered = {item["id"]: RESOURCES.get(str(item.get("appId")).lower()) for item in every(handle, OFFERED)}
    for item in every(handle, GRANTS):
        scopes = item.get("scope")
        if not isinstance(scopes, str) or not isinstance(item.get("clientId"), str):
            raise odd(GRANTS, "a grant says neither for whom nor what")
        permissions = tuple(sorted(set(scopes.split())))
        whom = choose(item.get("consentType"), FOR)
        yield AccessGrant(
            subject=item["id"], grantee=item["clientId"], grantee_sort="application", on_behalf_of=whom,
            purpose=purpose(permissions), permissions=permissions,
            target=offered.get(item.get("resourceId")) or str(item.get("resourceId")),
            verdict=whom if isinstance(whom, Missing) else "allowed", via=_told_by(item),
        )  # fmt: skip


@collects(AccessGrant, OFFERED, ASSIGNED, per="source",
          where={"access_grant.purpose": ("read", "write"), "access_grant.on_behalf_of": ("none",)})  # fmt: skip
def application_permissions(handle: Handle) -> Iterator[AccessGrant]:
    """One record per permission that an application holds for itself, at Microsoft Graph, SharePoint and Exchange."""
    offered = list(every(handle, OFFERED))
    if not any(str(item.get("appId")).lower() in RESOURCES for item in offered):
        handle.note(OFFERED, Reason.VISIBILITY_UNPROVED, "Microsoft Graph itself is not among what the tenant lists",
                    cure="Run again; if it stays, report it.")  # fmt: skip
    for resource, reply in handle.many(ASSIGNED, offered, lambda item: {"id": item["id"]}):
        with handle.item(resource["id"]):
            roles = {role["id"]: role for role in resource.get("appRoles") or () if isinstance(role, Mapping)}
            for item in reply.each():
                yield _held(item, roles, RESOURCES.get(str(resource.get("appId")).lower(), resource["id"]))


def purpose(permissions: tuple[str, ...]) -> Literal["read", "write"]:
    """What permissions amount to, by their names."""
    return "write" if any(part in name.lower() for name in permissions for part in WRITES) else "read"


def _held(item: Mapping[str, Any], roles: Mapping[str, Mapping[str, Any]], target: str) -> AccessGrant:
    """An assignment whose role nobody explains keeps the role's id: it is never left out."""
    role, holder = item.get("appRoleId"), item.get("principalId")
    if not isinstance(role, str) or not isinstance(holder, str) or not isinstance(item.get("id"), str):
        raise odd(ASSIGNED, "an assignment names neither holder nor role")
    permission = roles.get(role, {}).get("value")
    permissions = (permission if isinstance(permission, str) and permission else role,)
    return AccessGrant(
        subject=item["id"], grantee=holder, grantee_name=text(item, "principalDisplayName"),
        grantee_sort=choose(item.get("principalType"), SORTS), on_behalf_of="none", purpose=purpose(permissions),
        permissions=permissions, target=target, verdict="allowed", granted=moment(item, "createdDateTime"),
    )  # fmt: skip


def _told_by(item: Mapping[str, Any]) -> tuple[str, ...]:
    person = item.get("principalId")
    return (f"consent of {person}",) if isinstance(person, str) else ("consent of an administrator for all",)
