"""Harbourline's OpenAI API organization: five projects and an archived one, its people, keys, controls and audit log."""

from collections.abc import Collection
from typing import Any

from annexa.sandbox._rest import (
    AfterId,
    Asked,
    Key,
    Refused,
    RestPlay,
    Route,
    Token,
    World,
    collection,
    retry_after,
    row,
    rows,
)
from annexa.sandbox.play import DateName, ScenarioName

ORGANIZATION = "org-HblFreightSoftware00001"
"""The organization's id, which no answer names."""
ADMIN_KEY = "sk-admin-harbourline-of-the-sandbox-0001"
LIST = AfterId(extra={"object": "list"})
EVENTS = AfterId(extra={"object": "list"}, size=20)
NEXT = Token(extra={"object": "list"}, param="after", next="next", more="has_more", size=100, most=1000)
PROJECT = ("projects", {"id": "{project_id}"})


def _projects(world: World, asked: Asked) -> list[Any]:
    """Archived projects are listed on request only."""
    found = collection(world, "projects")
    return [one for one in found if one["status"] != "archived" or asked.query.get("include_archived") == "true"]


def _project_keys(world: World, asked: Asked) -> list[Any]:
    """Without `owner_project_access`, keys whose owner lost access are left out, as the vendor says."""
    wanted = asked.query.get("owner_project_access", "active")
    if wanted not in ("active", "inactive", "any"):
        raise Refused("bad_request", "owner_project_access is active, inactive or any")
    if not any(one["id"] == asked.params["project_id"] for one in collection(world, "projects")):
        raise Refused("not_found")
    keys = [one for one in collection(world, "api_keys") if one["$project"] == asked.params["project_id"]]
    return [key for key in keys if wanted in ("any", key["owner_project_access"])]


def _of_project(name: str) -> Any:
    return rows(name, {"$project": "{project_id}"}, of=PROJECT)


ROUTES = (
    Route("GET /organization/users", "users", pager=LIST),
    Route("GET /organization/users/{user_id}/roles", rows("user_roles", {"$user": "{user_id}"}), pager=NEXT),
    Route("GET /organization/invites", "invites", pager=LIST, enums=("status", "role")),
    Route("GET /organization/groups", "groups", pager=NEXT),
    Route("GET /organization/groups/{group_id}/roles", rows("group_roles", {"$group": "{group_id}"}), pager=NEXT),
    Route("GET /organization/admin_api_keys", "admin_api_keys", pager=LIST, enums=("owner.type",)),
    Route("GET /organization/certificates", "certificates", pager=LIST),
    Route("GET /organization/data_retention", "data_retention", enums=("type",)),
    Route("GET /organization/spend_limit", "spend_limit"),
    Route("GET /organization/audit_logs", "audit_logs", pager=EVENTS),
    Route(
        "GET /organization/projects", _projects, pager=LIST, query=("include_archived",), enums=("status", "residency")
    ),
    Route(
        "GET /organization/projects/{project_id}/api_keys", _project_keys, pager=LIST, query=("owner_project_access",),
        enums=("owner_project_access", "owner.type"),
    ),
    Route("GET /organization/projects/{project_id}/users", _of_project("project_users"), pager=LIST, enums=("role",)),
    Route(
        "GET /organization/projects/{project_id}/service_accounts", _of_project("service_accounts"), pager=LIST,
        enums=("role",),
    ),
    Route("GET /organization/projects/{project_id}/groups", _of_project("project_groups"), pager=NEXT),
    Route("GET /organization/projects/{project_id}/certificates", _of_project("project_certificates"), pager=LIST),
    Route("GET /organization/projects/{project_id}/rate_limits", _of_project("rate_limits"), pager=LIST),
    Route(
        "GET /organization/projects/{project_id}/data_retention",
        row("project_data_retention", {"$project": "{project_id}"}), enums=("type",),
    ),
    Route(
        "GET /organization/projects/{project_id}/model_permissions",
        row("model_permissions", {"$project": "{project_id}"}), enums=("mode",),
    ),
    Route(
        "GET /organization/projects/{project_id}/hosted_tool_permissions", row("hosted_tools", {"$project": "{project_id}"})
    ),
    Route("GET /organization/projects/{project_id}/spend_limit", row("project_spend_limits", {"$project": "{project_id}"})),
    Route(
        "GET /projects/{project_id}/users/{user_id}/roles",
        rows("project_user_roles", {"$project": "{project_id}", "$user": "{user_id}"}), pager=NEXT,
    ),
    Route(
        "GET /projects/{project_id}/groups/{group_id}/roles",
        rows("project_group_roles", {"$project": "{project_id}", "$group": "{group_id}"}), pager=NEXT,
    ),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""


def _error(status: int, code: str, message: str) -> Any:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """OpenAI on one of the company's days."""
    return RestPlay(
        "openai", scenario, date, mended, routes=ROUTES, base="/v1", error=_error, request_id="x-request-id",
        keys=(Key(secret=ADMIN_KEY, env="OPENAI_ADMIN_KEY"),), throttle=retry_after(2),
        table={"organization": ORGANIZATION},
    )  # fmt: skip
