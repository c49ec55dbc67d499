"""Harbourline's LiteLLM proxy: three models, two teams, their keys, two MCP servers, a guardrail, and single sign-on."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from annexa.sandbox._rest import (
    Asked,
    Key,
    Numbered,
    Page,
    Pager,
    Refused,
    RestPlay,
    Route,
    World,
    collection,
    nothing,
)
from annexa.sandbox._rest.pages import Cut, put
from annexa.sandbox.play import DateName, ScenarioName

HOST = "litellm.harbourline.example"
KEY = "sk-annexa-of-the-sandbox"
SORTED = ("sort_by", "sort_order")


@dataclass(frozen=True, kw_only=True)
class Sized(Numbered):
    """Most lists also say how many items a page may have."""

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        super()._mark(page, cut, asked)
        put(page.body, "page_size", cut.size)


KEYS = Numbered(
    items="keys", limit="size", size=10, number="current_page", total="total_count", total_pages="total_pages"
)


def _listing(items: str, size: int) -> Sized:
    return Sized(items=items, limit="page_size", size=size, number="page", total="total", total_pages="total_pages")


def _audit(world: World, asked: Asked) -> list[Any]:
    """Changes, the newest first where that is asked for."""
    last = asked.query.get("sort_order", "desc") == "desc"
    return sorted(collection(world, "audit"), key=lambda one: str(one["updated_at"]), reverse=last)


def _keys(world: World, asked: Asked) -> list[Any]:
    """Whole keys where they are asked for; else only what each is known by."""
    if asked.query.get("return_full_object") != "true":
        raise Refused("bad_request", "the sandbox plays whole keys only")
    return collection(world, "keys")


ROUTES = (
    Route("GET /health/readiness", "readiness", open=True),
    Route("GET /v2/user/info", "whoami"),
    Route("GET /key/info", "own_key"),
    Route("GET /key/list", _keys, query=("return_full_object", *SORTED),
          pager=KEYS),
    Route("GET /v2/team/list", "teams", query=SORTED, enums=("members_with_roles.*.role",),
          pager=_listing("teams", 10)),
    Route("GET /user/list", "users", query=SORTED, enums=("user_role",),
          pager=_listing("users", 25)),
    Route("GET /v2/guardrails/list", "guardrails", pager=Pager(items="guardrails"), enums=("litellm_params.mode",)),
    Route("GET /v1/mcp/server", "mcp_servers", pager=Pager(items=""), enums=("auth_type", "approval_status", "transport")),
    Route("GET /v1/model/info", "models", pager=Pager(items="data")),
    Route("GET /get/sso_settings", "sso_settings", enums=("values.ui_access_mode",)),
    Route("GET /audit", _audit, query=SORTED, pager=_listing("audit_logs", 10)),
)  # fmt: skip
"""What the stand-in answers, in the words of the package."""

REFUSALS = {
    "bad_request": (400, "400", "Bad request"),
    "unauthorised": (401, "401", "Authentication Error, Invalid proxy server token passed."),
    "expired": (401, "400", "Authentication Error - Expired Key."),
    "denied": (403, "403", "user not allowed to access this route"),
    "not_found": (404, "404", "Not Found"),
    "throttled": (429, "429", "Rate limit exceeded"),
    "server_error": (500, "500", "Authentication Error, Database not connected"),
}


def _error(status: int, code: str, message: str) -> Any:
    return {"error": {"message": message, "type": "auth_error", "param": "None", "code": code}}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """The proxy on one of the company's days."""
    return RestPlay(
        "litellm", scenario, date, mended, routes=ROUTES, error=_error, refusals=REFUSALS,
        keys=(Key(secret=KEY, env="LITELLM_PROXY_API_KEY"),), throttle=nothing(), table={"host": HOST},
    )  # fmt: skip
