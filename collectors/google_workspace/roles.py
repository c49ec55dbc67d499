"""Who may administer Google Workspace: roles and whom they are assigned to."""

from collections.abc import Iterator, Mapping
from typing import Literal

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import MINE, ROLES_READ, WORKSPACE
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, unknown_value, unread
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant

ROLES = Call(
    op="admin/directory_v1:roles.list", needs=ROLES_READ, path="items", params={"customer": MINE, "maxResults": 100},
    drop=("roleDescription",),
)  # fmt: skip
ASSIGNMENTS = Call(
    op="admin/directory_v1:roleAssignments.list", needs=ROLES_READ, path="items",
    params={"customer": MINE, "maxResults": 200},
)  # fmt: skip
SORTS: Mapping[str, Literal["user", "group"]] = {"user": "user", "group": "group", "USER": "user", "GROUP": "group"}


@collects(AccessGrant, ROLES, ASSIGNMENTS, per="source",
          where={"access_grant.target": (WORKSPACE,), "access_grant.purpose": ("administer",)})  # fmt: skip
def administrators(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role that is assigned to a user or a group."""
    roles = {str(role["roleId"]): role for role in handle.each(ROLES)}
    for assignment in handle.each(ASSIGNMENTS):
        role = roles.get(str(assignment.get("roleId")))
        with handle.citing(assignment, *((role,) if role else ())):
            yield _grant(assignment, role)


def _grant(assignment: Item, role: Item | None) -> AccessGrant:
    name, unit = text(role.get("roleName")) if role else NOT_EXPOSED, assignment.get("orgUnitId")
    return AccessGrant(
        subject=str(assignment["roleAssignmentId"]),
        grantee=str(assignment["assignedTo"]),
        grantee_sort=_sort(assignment.get("assigneeType")),
        purpose="administer",
        permissions=(name if isinstance(name, str) else str(assignment["roleId"]),),
        target=WORKSPACE,
        resources=(str(unit).removeprefix("id:"),) if unit else NOT_EXPOSED,
        verdict=_verdict(assignment, role),
    )


def _sort(raw: object) -> Literal["user", "group"] | Missing:
    if raw is None:
        return NOT_EXPOSED
    return SORTS[raw] if isinstance(raw, str) and raw in SORTS else unknown_value(raw)


def _verdict(assignment: Item, role: Item | None) -> Literal["allowed", "conditional"] | Missing:
    if role is None:
        return unread("the role is not in the list of roles")
    return "conditional" if assignment.get("condition") else "allowed"
