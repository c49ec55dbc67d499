"""Users of the proxy and the teams that they are in, with what the roles let them do."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._rest import Numbered, Read
from annexa.collectors._values import choose, text
from annexa.collectors.litellm._api import VIEWER, ident, moment, names, prove, stored
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, Identity
from annexa.schemas.words import Reason

FREE_TEXT = ("metadata", "object_permission", "router_settings", "litellm_model_table")
"""Parts in which people can have written anything, secrets of callbacks among them."""
USERS = Read(
    op="GET /user/list", needs=VIEWER, path="users", pager=Numbered(total="total_pages"), drop=(*FREE_TEXT, "password"),
    params={"page_size": 100, "sort_by": "created_at", "sort_order": "asc"},
)  # fmt: skip
TEAMS = Read(
    op="GET /v2/team/list", needs=VIEWER, path="teams", pager=Numbered(total="total_pages"), drop=FREE_TEXT,
    params={"page_size": 100, "sort_by": "created_at", "sort_order": "asc"},
)  # fmt: skip

Purpose = Literal["use", "administer", "read"]
ROLES: Mapping[str, Purpose] = {
    "proxy_admin": "administer",
    "proxy_admin_viewer": "read",
    "org_admin": "administer",
    "internal_user": "use",
    "internal_user_viewer": "read",
    "team": "use",
    "customer": "use",
}
"""What a role of the proxy lets its holder do."""
TEAM_ROLES: Mapping[str, Purpose] = {"admin": "administer", "user": "use"}
TARGET = "litellm"


@collects((Identity, AccessGrant), USERS, per="source", where={"access_grant.target": (TARGET,)})
def users(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """One record per user, and one for the user's role at the proxy."""
    stored(handle, USERS)
    for user in handle.each(USERS):
        with handle.item(str(user.get("user_id"))):
            who = ident(USERS, user, "user_id")
            name = text(user.get("user_email"), text(user.get("user_alias")))  # type: ignore[arg-type]
            yield Identity(
                subject=who, name=name, managed="sso" if user.get("sso_user_id") else NOT_EXPOSED,
                created=moment(user.get("created_at")),
            )  # fmt: skip
            if "user_role" in user:
                yield _grant(f"{who}#role", who, name, user["user_role"], ROLES, TARGET)
    prove(handle, USERS)


@collects(AccessGrant, TEAMS, per="source")
def teams(handle: Handle) -> Iterator[AccessGrant]:
    """One record per member of a team, with the models that the team may use."""
    stored(handle, TEAMS)
    for team in handle.each(TEAMS):
        with handle.item(str(team.get("team_id"))):
            where = ident(TEAMS, team, "team_id")
            for member in _members(team):
                who = ident(TEAMS, member, "user_id" if member.get("user_id") else "user_email")
                yield _grant(
                    f"{where}#{who}", who, text(member.get("user_email")), member.get("role"), TEAM_ROLES, where,
                    names(team.get("models")) or NOT_EXPOSED,
                )  # fmt: skip
    prove(handle, TEAMS)


def _members(team: Item) -> Iterator[Mapping[str, Any]]:
    """Members with their roles; a list that is missing is not an empty one."""
    found = team.get("members_with_roles")
    if not isinstance(found, list) or not all(isinstance(member, Mapping) for member in found):
        says, cure = "a team without its list of members", "Run again; if it stays, report it with this code."
        raise UnreadError(TEAMS, Trouble(reason=Reason.INVALID_ANSWER, code="missing_list", says=says, cure=cure))
    yield from found


def _grant(
    subject: str, who: str, name: str | Missing, role: object, words: Mapping[str, Purpose], target: str,
    resources: tuple[str, ...] | Missing = NOT_EXPOSED,
) -> AccessGrant:  # fmt: skip
    """The grant of a role; one that nobody knows, or that the proxy leaves open, may administer."""
    purpose = choose(role, words)
    return AccessGrant(
        subject=subject, grantee=who, grantee_name=name, grantee_sort="user", on_behalf_of="user",
        purpose="administer" if isinstance(purpose, Missing) else purpose, permissions=(str(role),), target=target,
        resources=resources, verdict=purpose if isinstance(purpose, Missing) else "allowed", via=(f"role {role}",),
    )  # fmt: skip
