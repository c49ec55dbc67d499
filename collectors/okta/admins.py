"""Who administers Okta, and the API tokens that administrators made."""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors._rest import BodyLink, Read
from annexa.collectors._values import choose, moment_in, text
from annexa.collectors.okta._api import LINKED
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant, Credential

ASSIGNEES = Read(
    op="GET /api/v1/iam/assignees/users",
    needs="okta.roles.read",
    path="value",
    pager=BodyLink(at="_links.next.href"),
    params={"limit": 100},
)
ROLES = Read(op="GET /api/v1/users/{userId}/roles", needs="okta.roles.read", path="", pager=LINKED)
TOKENS = Read(op="GET /api/v1/api-tokens", needs="okta.apiTokens.read", path="", pager=LINKED)

Purpose = Literal["administer", "read"]
PURPOSES: dict[str, Purpose] = {
    **dict.fromkeys((
        "ACCESS_CERTIFICATIONS_ADMIN", "ACCESS_REQUESTS_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN", "APP_ADMIN", "CUSTOM",
        "GROUP_MEMBERSHIP_ADMIN", "HELP_DESK_ADMIN", "ORG_ADMIN", "SUPER_ADMIN", "USER_ADMIN", "WORKFLOWS_ADMIN",
    ), "administer"),
    **dict.fromkeys(("READ_ONLY_ADMIN", "REPORT_ADMIN"), "read"),
}  # fmt: skip
"""What each role of Okta's amounts to; a role that nobody documented counts as one that administers."""
WAYS = {"USER": "assigned to the user", "GROUP": "assigned to a group of the user's"}


@collects(AccessGrant, ASSIGNEES, ROLES, per="source",
          where={"access_grant.target": ("okta",), "access_grant.purpose": ("administer", "read")})  # fmt: skip
def admin_roles(handle: Handle) -> Iterator[AccessGrant]:
    """One record per administrator's role that is in force, by whichever way it was given."""
    for user, reply in handle.many(ROLES, handle.each(ASSIGNEES), lambda user: {"userId": str(user["id"])}):
        with handle.item(str(user["id"])):
            for role in reply.each():
                if role.get("status") != "INACTIVE":
                    with handle.citing(user, role):
                        yield _role(str(user["id"]), role)


@collects(Credential, TOKENS, per="source", where={"credential.type": ("okta_api_token",)})
def api_tokens(handle: Handle) -> Iterator[Credential]:
    """One record per API token; it may do whatever its owner may, and lives on as long as it is used."""
    for token in handle.each(TOKENS):
        yield Credential(
            subject=str(token["id"]), type="okta_api_token", owner=str(token["userId"]), owner_sort="user",
            privilege="everything that its owner may do", state="active", long_term=True,
            created=moment_in(token, "created"), expires=NOT_EXPOSED,
        )  # fmt: skip


def _role(user: str, role: Item) -> AccessGrant:
    sort = str(role.get("type"))
    label = text(role.get("label"))
    verdict: Literal["allowed"] | Missing = choose(role.get("status"), {"ACTIVE": "allowed"})
    return AccessGrant(
        subject=f"{user}/roles/{role['id']}", grantee=user, grantee_sort="user", on_behalf_of="user",
        purpose=PURPOSES.get(sort, "administer"), permissions=(sort,), target="okta",
        verdict=verdict if sort in PURPOSES else NOT_EXPOSED,
        via=(f"role {label if isinstance(label, str) else sort}, {_way(role)}",),
        not_evaluated=("to which users, groups and apps the role is limited",), granted=moment_in(role, "created"),
    )  # fmt: skip


def _way(role: Item) -> str:
    sort = str(role.get("assignmentType"))
    return WAYS.get(sort, f"assigned by {sort}")
