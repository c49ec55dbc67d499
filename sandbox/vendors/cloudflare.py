"""Harbourline's Cloudflare: two accounts, three AI gateways, a portal for MCP servers, and the rules in front of AI."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annexa.sandbox._rest import (
    Asked,
    Key,
    LimitOffset,
    Numbered,
    Page,
    Pager,
    RestPlay,
    Route,
    World,
    collection,
    rows,
)
from annexa.sandbox._rest.pages import Cut, put
from annexa.sandbox.play import DateName, ScenarioName

TOKEN = "cf-harbourline-token-of-the-sandbox-0001"  # noqa: S105 - made up
SCOPES = (
    "Account Settings Read", "AI Gateway Read", "MCP Portals Read", "Zero Trust Read", "Access: Apps and Policies Read",
)  # fmt: skip
GOOD: Mapping[str, Any] = {"success": True, "errors": [], "messages": []}
TOTAL = "result_info.total_count"


@dataclass(frozen=True, kw_only=True)
class Listed(Numbered):
    """A list in the envelope, with how many rows this page has and may have."""

    items: str = "result"
    limit: str | None = "per_page"
    total: str | None = TOTAL
    number: str | None = "result_info.page"

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        super()._mark(page, cut, asked)
        put(page.body, "result_info.per_page", cut.size)
        put(page.body, "result_info.count", len(cut.items))


LIST = Listed(extra=GOOD, size=20, most=50)
ACCOUNT = ("accounts", {"id": "{account_id}"})


def _of_account(name: str) -> Any:
    return rows(name, {"$account": "{account_id}"}, of=ACCOUNT)


def _library(world: World, asked: Asked) -> list[Any]:
    """Applications that meet the filter, with the members that are asked for; the id always comes."""
    name, _, value = asked.query.get("filter", "").partition(":")
    wanted = [*asked.query["fields"].split(","), "id"] if "fields" in asked.query else None
    found = [one for one in collection(world, "library") if one["$account"] == asked.params["account_id"]]
    fitting = [one for one in found if not name or str(one.get(name)) == value]
    return [{key: one[key] for key in one if wanted is None or key in wanted} for one in fitting]


ROUTES = (
    Route("GET /accounts", "accounts", pager=LIST, needs="Account Settings Read"),
    Route(
        "GET /accounts/{account_id}/members", _of_account("members"), pager=LIST, needs="Account Settings Read",
        enums=("status",),
    ),
    Route(
        "GET /accounts/{account_id}/ai-gateway/gateways", _of_account("gateways"), pager=LIST, needs="AI Gateway Read",
        enums=("guardrails.prompt.S1", "dlp.policies.*.action"),
    ),
    Route(
        "GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs",
        rows("provider_configs", {"$account": "{account_id}", "gateway_id": "{gateway_id}"}, of=ACCOUNT), pager=LIST,
        needs="AI Gateway Read",
    ),
    Route(
        "GET /accounts/{account_id}/access/ai-controls/mcp/servers", _of_account("mcp_servers"), pager=LIST,
        needs="MCP Portals Read", enums=("status", "auth_type"),
    ),
    Route(
        "GET /accounts/{account_id}/access/ai-controls/mcp/portals", _of_account("mcp_portals"), pager=LIST,
        needs="MCP Portals Read",
    ),
    Route(
        "GET /accounts/{account_id}/resource-library/applications", _library, query=("filter", "fields"),
        pager=LimitOffset(items="result", total=TOTAL, size=25, most=250, extra=GOOD), needs="Zero Trust Read",
        enums=("review_status",),
    ),
    Route(
        "GET /accounts/{account_id}/gateway/rules", _of_account("gateway_rules"), pager=Pager(items="result", extra=GOOD),
        needs="Zero Trust Read", enums=("action",),
    ),
    Route(
        "GET /accounts/{account_id}/access/apps", _of_account("access_apps"), pager=LIST,
        needs="Access: Apps and Policies Read", enums=("policies.*.decision",),
    ),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""


def _error(status: int, code: str, message: str) -> Any:
    found = {"code": int(code) if code.isdecimal() else 10000, "message": message}
    return {"success": False, "errors": [found], "messages": [], "result": None}


def _later(now: datetime) -> dict[str, str]:
    return {"Retry-After": "2", "Ratelimit": '"default";r=0;t=2', "Ratelimit-Policy": '"default";q=1200;w=300'}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Cloudflare on one of the company's days."""
    return RestPlay(
        "cloudflare", scenario, date, mended, routes=ROUTES, base="/client/v4", error=_error, request_id="cf-ray",
        failed=lambda code: _error(200, code, "Something is not right."),
        keys=(Key(secret=TOKEN, env="CLOUDFLARE_API_TOKEN", scopes=SCOPES),), throttle=_later,
    )  # fmt: skip
