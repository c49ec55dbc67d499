"""Harbourline's organization at Mistral: three workspaces, its people, keys, limits, connectors and audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from annexa.sandbox._rest import Asked, Key, LimitOffset, Numbered, Pager, RestPlay, Route, Token, World, collection
from annexa.sandbox._rest.pages import Cut
from annexa.sandbox.play import DateName, ScenarioName

ADMIN_KEY = "mistral-admin-harbourline-of-the-sandbox-01"
WORKSPACE_KEY = "mistral-workspace-harbourline-of-the-sandbox"
ADMIN, WORKSPACE = "admin", "workspace"


@dataclass(frozen=True, kw_only=True)
class Listed(Numbered):
    """Pages with their size and the number of all rows."""

    items: str = "items"
    limit: str | None = "page_size"
    total: str | None = "total"
    number: str | None = "page"

    def _body(self, cut: Cut) -> Any:
        return {**super()._body(cut), "page_size": cut.size}


@dataclass(frozen=True, kw_only=True)
class Users(Listed):
    """Members and invitations share pages, each in a list of its own."""

    items: str = "members"

    def _body(self, cut: Cut) -> Any:
        found = super()._body(cut)
        return {
            **found,
            "members": [one for one in found["members"] if "expired" not in one],
            "invites": [one for one in found["members"] if "expired" in one],
        }


@dataclass(frozen=True, kw_only=True)
class Connectors(Token):
    """A cursor beside the size of the page."""

    def _body(self, cut: Cut) -> Any:
        return {**super()._body(cut), "pagination": {"page_size": cut.size}}


def _workspaces(world: World, asked: Asked) -> list[Any]:
    """Archived ones on request only, and unmarked."""
    with_all = asked.query.get("is_archived") == "true"
    return [one for one in collection(world, "workspaces") if with_all or not one["$archived"]]


def _everybody(world: World, asked: Asked) -> list[Any]:
    return [*collection(world, "members"), *collection(world, "user_invites")]


def _entries(world: World, asked: Asked) -> list[Any]:
    """Entries of the audit log, the newest first, as many as asked for."""
    backwards = asked.query.get("sort", "descending") == "descending"
    found = sorted(collection(world, "entries"), key=lambda one: str(one["created_at"]), reverse=backwards)
    return found[: asked.whole("limit", 20)]


ROUTES = (
    Route("GET /admin/users", _everybody, pager=Users(size=25), needs=ADMIN, enums=("raw_roles.*",)),
    Route("GET /admin/users-invite", "invites", pager=Pager(items=""), needs=ADMIN),
    Route("GET /admin/roles", "roles", needs=ADMIN),
    Route("GET /admin/workspaces", _workspaces, pager=Listed(size=25, extra={"object": "list"}), query=("is_archived",),
          needs=ADMIN),
    Route("GET /admin/user-groups", "groups", pager=Listed(size=25), needs=ADMIN),
    Route("GET /admin/api-keys", "api_keys", pager=LimitOffset(items="keys", total=None, size=100), needs=ADMIN),
    Route("GET /admin/rate-limit", "rate_limit", needs=ADMIN),
    Route("GET /admin/spend-limit", "spend_limit", needs=ADMIN),
    Route("GET /admin/audit-logs", _entries, pager=Pager(items=""), query=("limit", "sort"), needs=ADMIN),
    Route(
        "GET /connectors", "connectors", needs=WORKSPACE, enums=("visibility", "protocol"),
        pager=Connectors(items="items", limit="page_size", param="cursor", next="pagination.next_cursor", last="null",
                         size=100, most=1000),
    ),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""


def _error(status: int, code: str, message: str) -> Any:
    return {"object": "error", "message": message, "type": code, "param": None, "code": None}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Mistral on one of the company's days."""
    return RestPlay(
        "mistral", scenario, date, mended, routes=ROUTES, base="/v1", error=_error, request_id="x-request-id",
        keys=(
            Key(secret=ADMIN_KEY, env="MISTRAL_ADMIN_API_KEY", scopes=(ADMIN,)),
            Key(secret=WORKSPACE_KEY, name="workspace", env="MISTRAL_API_KEY", scopes=(WORKSPACE,)),
        ),
    )  # fmt: skip
