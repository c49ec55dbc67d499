"""Harbourline's Claude Enterprise: one organisation under a parent, behind the Compliance API and the Admin API."""

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
    bearer,
    either,
    header,
    rows,
)
from annexa.sandbox.play import DateName, ScenarioName
from annexa.sandbox.vendors.anthropic import BETA, REFUSALS, SPEND, error

ORG_DATA, FEED, MEMBERS = "read:compliance_org_data", "read:compliance_activities", "read:members"
GROUPS, SPENDING, PLUGINS, CODE = (
    "read:rbac_groups",
    "read:spend_limits",
    "read:plugins",
    "read:claude_code_managed_settings",
)
KEY = Key(
    secret="sk-ant-api01-sandbox-harbourline-enterprise-0000000000", env="ANTHROPIC_COMPLIANCE_ACCESS_KEY",  # noqa: S106 - made up
    scopes=(ORG_DATA, FEED, MEMBERS, GROUPS, SPENDING, PLUGINS, CODE),
)  # fmt: skip
LAST_ID = AfterId(after="after_id", most=1000)
FEED_PAGES = AfterId(after="after_id", most=5000)
NEXT = Token(most=1000)
DIRECTORY = Token(most=1000, more="has_more")
USERS = {"anthropic-beta": "ce-user-management-2026-07-13"}
PLUGIN = {"anthropic-beta": "ce-plugins-2026-09-01"}
MANAGED = {"anthropic-beta": "ce-claude-code-managed-settings-2026-10-06"}
TAG = {"anthropic-beta": "experimental-claude-tag-2026-10-21"}
SETTINGS = "/organizations/claude_code/managed_settings"


def _settings(world: World, asked: Asked) -> Any:
    """Settings of a linked organisation; the parent itself is not found, like an organisation that nobody knows."""
    found = world.data["settings"].get(asked.params["organization_id"])
    if found is None:
        raise Refused("not_found")
    return {
        "type": "effective_organization_settings", "organization_id": asked.params["organization_id"], "settings": found,
        "api_keys": world.data["access_keys"],
    }  # fmt: skip


def _of_child(name: str) -> Any:
    """Rows of a linked organisation; the parent and strangers are not found."""

    def answer(world: World, asked: Asked) -> list[Any]:
        if asked.query.get("organization_id", "") not in world.data["settings"]:
            raise Refused("not_found")
        return list(world.data[name])

    return answer


def _offers(world: World, asked: Asked) -> list[Any]:
    """Installation settings of a plug-in of the organisation; a member's has none."""
    if not any(
        each["id"] == asked.params["plugin_id"] for each in world.data["plugins"] if each["owner"]["type"] != "user"
    ):
        raise Refused("not_found")
    return [each for each in world.data["offers"] if each["plugin_id"] == asked.params["plugin_id"]]


def _document(world: World, asked: Asked) -> Any:
    for each in world.data["documents"]:
        if each["rbac_group_id"] == asked.params["rbac_group_id"]:
            return {**each, "type": "claude_code_rbac_group_managed_settings"}
    raise Refused("not_found")


def _summaries(world: World, asked: Asked) -> list[Any]:
    kind = {"type": "claude_code_rbac_group_managed_settings_summary"}
    return [
        {name: item for name, item in each.items() if name != "settings"} | kind for each in world.data["documents"]
    ]


CHILD = ("organization_id", *BETA)
ROUTES = (
    Route("GET /compliance/organizations", "organizations", pager=DIRECTORY, needs=ORG_DATA),
    Route("GET /compliance/organizations/{organization_id}/settings", _settings, needs=ORG_DATA, enums=("settings.*.type",)),
    Route("GET /compliance/activities", "activities", pager=FEED_PAGES, needs=FEED),
    Route("GET /organizations/users", "users", pager=LAST_ID, needs=MEMBERS, query=BETA, enums=("role",)),
    Route("GET /organizations/invites", "invites", pager=LAST_ID, needs=MEMBERS, query=BETA, enums=("status", "role")),
    Route("GET /organizations/rbac_groups", "groups", pager=NEXT, needs=GROUPS, headers=USERS, query=BETA),
    Route("GET /organizations/rbac_roles", "roles", pager=NEXT, needs=MEMBERS, headers=USERS, query=BETA),
    Route(
        "GET /organizations/rbac_roles/{rbac_role_id}/permissions", pager=NEXT, needs=MEMBERS, headers=USERS, query=BETA,
        answer=rows("permissions", {"$role": "{rbac_role_id}"}, of=("roles", {"id": "{rbac_role_id}"})),
        enums=("resource.type",),
    ),
    Route(
        "GET /organizations/plugins", _of_child("plugins"), pager=Token(most=100), needs=PLUGINS, headers=PLUGIN, query=CHILD,
        enums=("reach", "organization_installation_preference", "content_scan.assessment"),
    ),
    Route(
        "GET /organizations/plugins/{plugin_id}/installation_settings", _offers, pager=Token(most=100), needs=PLUGINS,
        headers=PLUGIN, query=CHILD, enums=("installation_preference",),
    ),
    Route(
        "GET /organizations/plugin_marketplaces", _of_child("marketplaces"), pager=NEXT, needs=PLUGINS, headers=PLUGIN,
        query=CHILD, enums=("source", "default_installation_preference"),
    ),
    Route(f"GET {SETTINGS}/configuration", "configuration", needs=CODE, headers=MANAGED, query=BETA, enums=("mode.type",)),
    Route(f"GET {SETTINGS}/rbac_group_default", "default_document", needs=CODE, headers=MANAGED, query=BETA),
    Route(f"GET {SETTINGS}/rbac_groups", _summaries, pager=Token(most=100), needs=CODE, headers=MANAGED, query=BETA,
          enums=("rbac_group_status.type",)),
    Route(f"GET {SETTINGS}/rbac_groups/{{rbac_group_id}}", _document, needs=CODE, headers=MANAGED, query=BETA),
    Route(
        "GET /organizations/claude_tag/slack_workspaces", "slack_workspaces", pager=Token(most=100), headers=TAG,
        query=("include_inherited", *BETA), enums=("settings.guest_policy.type",),
    ),
    Route(
        "GET /organizations/claude_tag/slack_channels", pager=Token(most=100), headers=TAG, required=("slack_workspace_id",),
        answer=rows("slack_channels", {"slack.workspace_id": "?slack_workspace_id"}), query=("include_inherited", *BETA),
        enums=("settings.guest_policy.type", "settings.reply_mode.type"),
    ),
    Route(
        "GET /organizations/spend_limits", "spend_limits", pager=NEXT, needs=SPENDING, headers=SPEND, query=BETA,
        enums=("period", "scope.type"),
    ),
)  # fmt: skip


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Claude Enterprise on one of the company's days."""
    return RestPlay(
        "claude", scenario, date, mended, routes=ROUTES, keys=(KEY,), carried=either(header("x-api-key"), bearer()),
        error=error, refusals=REFUSALS, base="/v1", headers={"anthropic-version": ""}, request_id="request-id",
    )  # fmt: skip
