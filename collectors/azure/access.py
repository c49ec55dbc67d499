"""Who may use or administer AI accounts: role assignments at the accounts and above them, with what their roles allow."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._graph import once
from annexa.collectors._values import inside
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SUBSCRIPTIONS, query
from annexa.collectors.azure._reading import accounts, odd, place, reconcile, uid, when
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AccessGrant

ASSIGNMENTS = query(
    "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | project id, name, properties",
    "Microsoft.Authorization/roleAssignments/read",
)
ROLES = query(
    "authorizationresources | where type =~ 'microsoft.authorization/roledefinitions' | project id, name, properties",
    "Microsoft.Authorization/roleDefinitions/read",
)
TARGET = "azure.openai"
AI = "microsoft.cognitiveservices/"
Sort = Literal["user", "role", "group", "application", "service", "permission_set"]
SORTS: Mapping[str, Sort] = {
    "User": "user", "Group": "group", "ForeignGroup": "group", "ServicePrincipal": "application",
}  # fmt: skip
Purpose = Literal["use", "administer", "read", "write"]
UNKNOWN_ABOVE = "which subscriptions the management group holds"
DENIED = "what the role leaves out, and deny assignments"


@collects(
    AccessGrant, ASSIGNMENTS, ROLES, ACCOUNTS, SUBSCRIPTIONS, CONTAINERS, per="source",
    where={"access_grant.target": (TARGET,)},
)  # fmt: skip
def role_assignments(handle: Handle) -> Iterator[AccessGrant]:
    """One record per assignment that reaches an AI account, and per purpose that its role serves."""
    here = sorted(uid(ACCOUNTS, row) for row in accounts(handle))
    roles = {uid(ROLES, row).rpartition("/")[2]: inside(row, "properties") for row in handle.each(ROLES)}
    for row in once(handle.each(ASSIGNMENTS)):
        subject, said = uid(ASSIGNMENTS, row), inside(row, "properties")
        reached = _reached(str(said.get("scope") or "").lower(), here)
        with handle.item(subject):
            if reached:
                yield from _grants(subject, said, reached, roles)
    reconcile(handle)


def _grants(
    subject: str, said: Mapping[str, Any], reached: tuple[str, ...], roles: Mapping[str, Mapping[str, Any]]
) -> Iterator[AccessGrant]:
    role = roles.get(str(said.get("roleDefinitionId")).lower().rpartition("/")[2])
    grantee, scope = said.get("principalId"), str(said["scope"]).lower()
    if role is None or not isinstance(grantee, str):
        raise odd(ASSIGNMENTS, "the assignment names a role that is not listed, or nobody")
    for purpose in purposes(role):
        yield AccessGrant(
            subject=f"{subject}#{purpose}", grantee=grantee, grantee_sort=_sort(said.get("principalType")),
            on_behalf_of="none", purpose=purpose, permissions=(str(role.get("roleName")),), target=TARGET,
            resources=reached, verdict="conditional" if said.get("condition") else "allowed", via=(f"role at {scope}",),
            not_evaluated=(DENIED, UNKNOWN_ABOVE) if "managementgroups" in scope else (DENIED,),
            granted=when(said.get("createdOn")), at=place(scope),
        )  # fmt: skip


def purposes(role: Mapping[str, Any]) -> tuple[Purpose, ...]:
    """What a role amounts to at AI accounts: calling models, changing or opening the account; reading alone is nothing."""
    found: dict[Purpose, bool] = {"use": False, "administer": False}
    for part in role.get("permissions") or ():
        if isinstance(part, Mapping):
            found["use"] |= any(_is_ai(word) for word in part.get("dataActions") or ())
            found["administer"] |= any(_changes(word) for word in part.get("actions") or ())
    return tuple(purpose for purpose, held in found.items() if held)


def _is_ai(word: Any) -> bool:
    return str(word) == "*" or str(word).lower().startswith(AI)


def _changes(word: Any) -> bool:
    text = str(word).lower()
    return text in ("*", "*/write", "*/action") or (text.startswith(AI) and not text.endswith("/read"))


def _reached(scope: str, here: list[str]) -> tuple[str, ...]:
    """The accounts at or below a scope; a management group is taken to hold all of them."""
    if scope == "/" or scope.startswith("/providers/microsoft.management/"):
        return tuple(here)
    return tuple(one for one in here if one == scope or one.startswith(f"{scope}/")) if scope else ()


def _sort(word: Any) -> Sort | Missing:
    return SORTS.get(str(word)) or unknown_value(word)
