"""Harbourline's Google Workspace: half of its people, the apps they let in, settings by organisational unit, audit logs.

Routes and schemas come from Google's discovery documents; see `annexa.sandbox._google_api`.
"""

import re
from collections.abc import Collection
from typing import Any

from annexa.sandbox._google_api import Method, google_play, shows
from annexa.sandbox._rest import Asked, Refused, RestPlay, World, collection, rows
from annexa.sandbox.people import person
from annexa.sandbox.play import DateName, ScenarioName

CUSTOMER = "C03harbor"
SUBJECT = person("Ingrid Solheim").mail
"""The super administrator in whose name annexa asks."""
_APPS = re.compile(r"\^settings/\(([a-z_|]+)\)")


def _policies(world: World, asked: Asked) -> list[Any]:
    """Policies of the parts of the settings that the filter names."""
    found, wanted = collection(world, "policies"), _APPS.search(asked.query.get("filter", ""))
    if wanted is None:
        return found
    parts = wanted[1].split("|")
    return [one for one in found if one["setting"]["type"].removeprefix("settings/").partition(".")[0] in parts]


def _activities(world: World, asked: Asked) -> list[Any]:
    """Events of one log, of everybody or of one user, in a time if one is named, the newest first."""
    user, event = asked.params["userKey"], asked.query.get("eventName")
    since, until = asked.query.get("startTime", ""), asked.query.get("endTime", "~")
    found = [
        one
        for one in collection(world, "activities")
        if one["id"]["applicationName"] == asked.params["applicationName"]
        and user in ("all", one["actor"]["email"], one["actor"]["profileId"])
        and (event is None or any(told["name"] == event for told in one["events"]))
        and since <= one["id"]["time"] <= until
    ]
    return sorted(found, key=lambda one: str(one["id"]["time"]), reverse=True)


def _schemas(world: World, asked: Asked) -> list[Any]:
    """Schemas of Chrome's policies in the namespace that the filter names."""
    space = asked.query.get("filter", "").removeprefix("namespace=")
    return [one for one in collection(world, "chrome_schemas") if one["schemaName"].startswith(f"{space}.")]


def _resolved(world: World, asked: Asked) -> list[Any]:
    """Values of Chrome's policies for one organisational unit, of which the sandbox plays a whole namespace alone."""
    target = (asked.body or {}).get("policyTargetKey", {}).get("targetResource")
    space = asked.query.get("policySchemaFilter", "")
    if not space.endswith(".*") or f"id:{str(target).removeprefix('orgunits/')}" not in _units(world):
        raise Refused("bad_request")
    found = collection(world, "chrome_policies")
    return [one for one in found if one["value"]["policySchema"].startswith(space[:-1]) and _for(one, str(target))]


def _units(world: World) -> set[str]:
    return {one["orgUnitId"] for one in collection(world, "units")}


def _for(policy: Any, target: str) -> bool:
    """Whether a value is the one of this unit: its own, or what it inherits where it has none."""
    own = policy["targetKey"]["targetResource"]
    return bool(own == target or (own == "orgunits/*" and target not in policy.get("$not", ())))


ROUTES = (
    Method("admin/directory_v1:customers.get", "customer"),
    Method("admin/directory_v1:orgunits.list", "units", items="organizationUnits", query=("type",)),
    Method(
        "admin/directory_v1:users.list", "users", items="users", size=100, most=500,
        query=("customer", "projection", "orderBy"),
    ),
    Method(
        "admin/directory_v1:tokens.list",
        shows("tokens", rows("tokens", {"userKey": "{userKey}"}, of=("users", {"id": "{userKey}"}))), items="items",
    ),
    Method(
        "admin/directory_v1:asps.list",
        shows("asps", rows("asps", {"userKey": "{userKey}"}, of=("users", {"id": "{userKey}"}))), items="items",
    ),
    Method("admin/directory_v1:groups.list", "groups", items="groups", size=200, most=200, query=("customer",)),
    Method("admin/directory_v1:roles.list", "roles", items="items", size=100, most=100),
    Method(
        "admin/directory_v1:roleAssignments.list", "assignments", items="items", size=100, most=200,
        enums=("assigneeType",),
    ),
    Method(
        "cloudidentity/v1:policies.list", shows("policies", _policies), items="policies", size=50, most=100,
        query=("filter",),
        enums=(
            "type", "setting.value.serviceState", "setting.value.accessLevel", "setting.value.state",
            "setting.value.externalSharingMode",
        ),
    ),
    Method(
        "admin/reports_v1:activities.list", shows("activities", _activities), items="items", size=1000, most=1000,
        query=("eventName", "startTime", "endTime"),
    ),
    Method(
        "licensing/v1:licenseAssignments.listForProduct", shows("licences", rows("licences", {"productId": "{productId}"})),
        items="items", size=100, most=1000, query=("customerId",),
    ),
    Method(
        "vault/v1:matters.list", shows("matters", rows("matters", {"state": "?state"})), items="matters", size=100, most=100
    ),
    Method(
        "vault/v1:matters.holds.list",
        shows("holds", rows("holds", {"$matter": "{matterId}"}, of=("matters", {"matterId": "{matterId}"}))),
        items="holds", size=100, most=100, query=("view",),
    ),
    Method(
        "chromepolicy/v1:customers.policySchemas.list", shows("chrome_schemas", _schemas), items="policySchemas", size=100,
        most=1000, query=("filter",),
    ),
    Method(
        "chromepolicy/v1:customers.policies.resolve", shows("chrome_policies", _resolved), items="resolvedPolicies",
        size=100, most=1000,
    ),
    Method("alertcenter/v1beta1:alerts.list", "alerts", items="alerts", size=50, most=200, enums=("type", "metadata.status")),
)  # fmt: skip
"""What the stand-in answers, by the discovery documents."""


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Google Workspace on one of the company's days."""
    return google_play(
        "google_workspace", scenario, date, mended, routes=ROUTES, environment={"GOOGLE_WORKSPACE_SUBJECT": SUBJECT}
    )
