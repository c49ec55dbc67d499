"""Who administers the directory: roles that are in force, for good or for a time, and roles that somebody can call up."""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, moment, odd
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant

DEFINITIONS = listed("/roleManagement/directory/roleDefinitions", "RoleManagement.Read.Directory", top=None)
ASSIGNMENTS = listed("/roleManagement/directory/roleAssignments", "RoleManagement.Read.Directory", top=None)
ELIGIBLE = listed(
    "/roleManagement/directory/roleEligibilityScheduleInstances", "RoleEligibilitySchedule.Read.Directory", top=None,
    plan="Microsoft Entra ID P2 or Governance",
)  # fmt: skip
SCHEDULED = listed(
    "/roleManagement/directory/roleAssignmentScheduleInstances", "RoleAssignmentSchedule.Read.Directory", top=None,
    plan="Microsoft Entra ID P2 or Governance",
)  # fmt: skip
ENTRA = "entra"
"""The target of a directory role."""
WHERE = {"access_grant.target": (ENTRA,), "access_grant.purpose": ("administer", "read")}


@collects(AccessGrant, DEFINITIONS, ASSIGNMENTS, per="source", where=WHERE)
def directory_roles(handle: Handle) -> Iterator[AccessGrant]:
    """One record per directory role that somebody holds, called up for a time or for good."""
    names = _names(handle)
    for item in every(handle, ASSIGNMENTS):
        yield _held(ASSIGNMENTS, item, names, "allowed", "role is in force")


@collects(AccessGrant, DEFINITIONS, ELIGIBLE, per="source", where=WHERE)
def eligible_roles(handle: Handle) -> Iterator[AccessGrant]:
    """One record per directory role that somebody can call up; it takes effect only then."""
    names = _names(handle)
    for item in every(handle, ELIGIBLE):
        yield _held(ELIGIBLE, item, names, "conditional", "role can be called up")


@collects(AccessGrant, DEFINITIONS, SCHEDULED, per="source", where=WHERE)
def scheduled_roles(handle: Handle) -> Iterator[AccessGrant]:
    """One record per directory role that is in force through a schedule: since when, until when, and if it was called up."""
    names = _names(handle)
    for item in every(handle, SCHEDULED):
        until = item.get("endDateTime") or "further notice"
        how = {"Activated": "role was called up", "Assigned": "role was assigned"}.get(
            str(item.get("assignmentType")), f"role is in force as {item.get('assignmentType')}"
        )
        yield _held(SCHEDULED, item, names, "allowed", f"{how}, until {until}")


def _names(handle: Handle) -> dict[str, str]:
    return {item["id"]: str(item.get("displayName") or item["id"]) for item in every(handle, DEFINITIONS)}


def _held(
    call: Call, item: Item, names: dict[str, str], verdict: Literal["allowed", "conditional"], how: str
) -> AccessGrant:
    """A role that the list of roles lacks counts as one that administers."""
    role, holder = item.get("roleDefinitionId"), item.get("principalId")
    if not isinstance(role, str) or not isinstance(holder, str):
        raise odd(call, "an assignment names neither holder nor role")
    name = names.get(role, role)
    reads = name.endswith("Reader")
    return AccessGrant(
        subject=item["id"], grantee=holder, purpose="read" if reads else "administer", permissions=(name,), target=ENTRA,
        verdict=verdict, via=(f"{how}, at {item.get('directoryScopeId') or 'an unnamed place'}",),
        granted=moment(item, "startDateTime") if "startDateTime" in item else NOT_EXPOSED,
    )  # fmt: skip
