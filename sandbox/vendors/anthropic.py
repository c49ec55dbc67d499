"""Harbourline's organisation in the Claude Console: three workspaces and an archived one, behind the Admin API."""

from collections.abc import Collection
from typing import Any

from annexa.sandbox._rest import AfterId, Asked, Key, RestPlay, Route, Token, World, bearer, either, header, rows
from annexa.sandbox.play import DateName, ScenarioName

ADMIN, OAUTH, FEED = "admin", "org:admin", "read:compliance_activities"
"""What a credential can have; only the middle one is a scope of the vendor's, keys have none."""
KEY = Key(
    secret="sk-ant-admin01-sandbox-harbourline-console-0000000000", name="key", env="ANTHROPIC_ADMIN_KEY",  # noqa: S106 - made up
    scopes=(ADMIN, FEED),
)  # fmt: skip
TOKEN = Key(
    secret="sk-ant-oat01-sandbox-harbourline-console-0000000000", name="token", env="ANTHROPIC_ADMIN_TOKEN",  # noqa: S106 - made up
    scopes=(ADMIN, OAUTH),
)  # fmt: skip
LAST_ID = AfterId(after="after_id", most=1000)
MEMBER = AfterId(after="after_id", id="user_id", most=1000)
NEXT = Token(most=1000)
TOKEN_ONLY = {
    "denied": (
        403, "permission_error",
        "This endpoint requires an OAuth access token with the `org:admin` scope. Admin API keys are not accepted.",
    )
}  # fmt: skip
SPEND = {"anthropic-beta": "spend-limit-reads-2026-09-26"}
TELEMETRY = {"anthropic-beta": "telemetry-destinations-2026-08-11"}
BETA = ("beta",)
"""The vendor's own SDK says with each question that it is one of the beta's."""


def _workspaces(world: World, asked: Asked) -> list[Any]:
    """The default and archived workspaces only come when they are asked for."""
    default, archived = (asked.query.get(name) == "true" for name in ("include_default", "include_archived"))
    return [
        each for each in world.data["workspaces"]
        if (default or not each.get("$default")) and (archived or each["archived_at"] is None)
    ]  # fmt: skip


def _accounts(world: World, asked: Asked) -> list[Any]:
    archived = asked.query.get("include_archived") == "true"
    return [each for each in world.data["service_accounts"] if archived or each["archived_at"] is None]


WORKSPACE = ("workspaces", {"id": "{workspace_id}"})
ROUTES = (
    Route("GET /organizations/me", "organization", needs=ADMIN, query=BETA),
    Route("GET /organizations/users", "users", pager=LAST_ID, needs=ADMIN, query=BETA, enums=("role",)),
    Route("GET /organizations/invites", "invites", pager=LAST_ID, needs=ADMIN, query=BETA, enums=("status", "role")),
    Route(
        "GET /organizations/workspaces", _workspaces, pager=LAST_ID, needs=ADMIN,
        query=("include_default", "include_archived", *BETA),
        enums=("data_residency.allowed_inference_geos.*", "data_residency.default_inference_geo",
               "data_residency.workspace_geo"),
    ),
    Route(
        "GET /organizations/workspaces/{workspace_id}/members", pager=MEMBER, needs=ADMIN, query=BETA,
        answer=rows("members", {"workspace_id": "{workspace_id}"}, of=WORKSPACE), enums=("workspace_role",),
    ),
    Route(
        "GET /organizations/workspaces/{workspace_id}/service_accounts", pager=NEXT, needs=OAUTH, query=BETA,
        answer=rows("memberships", {"workspace_id": "{workspace_id}"}, of=WORKSPACE), enums=("workspace_role",),
        refusals=TOKEN_ONLY,
    ),
    Route(
        "GET /organizations/workspaces/{workspace_id}/rate_limits", pager=NEXT, needs=ADMIN, query=BETA,
        answer=rows("workspace_limits", {"workspace_id": "{workspace_id}"}, of=WORKSPACE),
    ),
    Route(
        "GET /organizations/api_keys", "api_keys", pager=LAST_ID, needs=ADMIN, query=BETA,
        enums=("status", "scope.type", "principal.type", "created_by.type"),
    ),
    Route(
        "GET /organizations/service_accounts", _accounts, pager=NEXT, needs=OAUTH, query=("include_archived", *BETA),
        enums=("organization_role",), refusals=TOKEN_ONLY,
    ),
    Route("GET /organizations/federation_issuers", "issuers", pager=NEXT, needs=OAUTH, query=BETA, refusals=TOKEN_ONLY),
    Route(
        "GET /organizations/federation_rules", "rules", pager=NEXT, needs=OAUTH, query=BETA, enums=("oauth_scope",),
        refusals=TOKEN_ONLY,
    ),
    Route("GET /organizations/rate_limits", "rate_limits", pager=NEXT, needs=ADMIN, query=BETA),
    Route(
        "GET /organizations/spend_limits", "spend_limits", pager=NEXT, needs=ADMIN, headers=SPEND, query=BETA,
        enums=("period", "scope.type"),
    ),
    Route("GET /organizations/external_keys", "external_keys", pager=NEXT, needs=ADMIN, query=BETA,
          enums=("provider_config.type",)),
    Route(
        "GET /organizations/telemetry_destinations", "telemetry", pager=NEXT, needs=ADMIN, headers=TELEMETRY, query=BETA,
        enums=("state.type", "traces.content_mode", "workspaces.type"),
    ),
    Route("GET /organizations/compliance_settings", "compliance", needs=ADMIN, query=BETA, enums=("state.type",)),
    Route("GET /compliance/activities", "activities", pager=LAST_ID, needs=FEED),
)  # fmt: skip


def error(status: int, code: str, message: str) -> dict[str, Any]:
    """An error as Anthropic writes it."""
    return {"type": "error", "error": {"type": code, "message": message}, "request_id": "req_sandbox"}


REFUSALS = {
    "bad_request": (400, "invalid_request_error", "The request is not valid."),
    "unauthorised": (401, "authentication_error", "invalid x-api-key"),
    "expired": (401, "authentication_error", "The credential has expired."),
    "denied": (403, "permission_error", "Your API key does not have permission to use the specified resource."),
    "not_found": (404, "not_found_error", "Not Found"),
    "no_beta": (404, "not_found_error", "Not Found"),
    "conflict": (409, "invalid_request_error", "The list changed; start again from the first page."),
    "throttled": (429, "rate_limit_error", "Number of requests has exceeded your rate limit."),
    "server_error": (500, "api_error", "Internal server error"),
}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """The Claude Console on one of the company's days."""
    return RestPlay(
        "anthropic", scenario, date, mended, routes=ROUTES, keys=(KEY, TOKEN), carried=either(header("x-api-key"), bearer()),
        error=error, refusals=REFUSALS, base="/v1", headers={"anthropic-version": ""}, request_id="request-id",
    )  # fmt: skip
