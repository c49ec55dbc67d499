"""Harbourline's Slack: an Enterprise organisation with three workspaces, its people, and the apps that were decided about."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from annexa.sandbox._rest import (
    Asked,
    Key,
    Refused,
    RestPlay,
    Route,
    Token,
    World,
    collection,
    retry_after,
)
from annexa.sandbox.play import DateName, ScenarioName

TOKEN = "xoxp-4711-0001-harbourline-of-the-sandbox"  # noqa: S105 - made up
SCOPES = ("admin.apps:read", "admin.teams:read", "admin.users:read", "auditlogs:read")
OK = {"ok": True}


def _list(items: str, most: int = 1000) -> Token:
    return Token(
        items=items, param="cursor", next="response_metadata.next_cursor", last="empty", most=most, size=100, extra=OK
    )


def _apps(name: str) -> Any:
    """Decisions of the organisation or of one workspace; certified apps only on request, and then nothing else."""

    def answer(world: World, asked: Asked) -> list[Any]:
        team, enterprise = (asked.query.get(where) for where in ("team_id", "enterprise_id"))
        if (team is None) == (enterprise is None):
            raise Refused("bad_request", code="invalid_arguments")
        known = world.data["whoami"]["enterprise_id"], *(one["id"] for one in collection(world, "teams"))
        if (team or enterprise) not in known:
            raise Refused("not_found", code="team_not_found" if team else "enterprise_not_found")
        certified = asked.query.get("certified", "false") == "true"
        return [
            one for one in collection(world, name) if one.get("$team") == team and one["$certified"] is certified
        ]  # fmt: skip

    return answer


def _users(world: World, asked: Asked) -> list[Any]:
    """People who are active, or those who are not."""
    active = asked.query.get("is_active", "true") == "true"
    return [one for one in collection(world, "users") if one["is_active"] is active]


def _entries(world: World, asked: Asked) -> list[Any]:
    """Entries of the audit log, the newest first."""
    oldest = asked.whole("oldest", 0)
    found = [one for one in collection(world, "entries") if one["date_create"] >= oldest]
    return sorted(found, key=lambda one: int(one["date_create"]), reverse=True)


PLACE = ("team_id", "enterprise_id", "certified")
READS = (
    Route("GET /auth.test", "whoami", extra=OK),
    Route("GET /admin.teams.list", "teams", pager=_list("teams", 100), needs="admin.teams:read"),
    Route("GET /admin.users.list", _users, pager=_list("users"), query=("is_active",), needs="admin.users:read"),
    Route(
        "GET /admin.apps.approved.list", _apps("approved_apps"), pager=_list("approved_apps"), query=PLACE,
        needs="admin.apps:read",
    ),
    Route(
        "GET /admin.apps.restricted.list", _apps("restricted_apps"), pager=_list("restricted_apps"), query=PLACE,
        needs="admin.apps:read",
    ),
    Route(
        "GET /audit/v1/logs", _entries, base="", query=("oldest",), needs="auditlogs:read",
        pager=Token(items="entries", param="cursor", next="response_metadata.next_cursor", last="empty", most=9999, size=100),
    ),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""
# Every method of the Web API takes GET and POST alike, and the vendor's own clients send nothing but POST.
ROUTES = (*READS, *(replace(one, op=one.op.replace("GET", "POST")) for one in READS if one.base is None))

REFUSALS = {
    "bad_request": (200, "invalid_arguments", ""),
    "unauthorised": (200, "invalid_auth", ""),
    "expired": (200, "token_expired", ""),
    "denied": (200, "missing_scope", ""),
    "not_found": (200, "unknown_method", ""),
    "conflict": (200, "team_added_to_org", ""),
    "throttled": (429, "ratelimited", ""),
    "server_error": (500, "internal_error", ""),
}
"""Whatever goes wrong, the status is 200; only a throttle and a broken server say so by theirs."""


def _error(status: int, code: str, message: str) -> Any:
    scopes = {"needed": "admin", "provided": "identify"} if code == "missing_scope" else {}
    return {"ok": False, "error": code, **scopes}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Slack on one of the company's days."""
    return RestPlay(
        "slack", scenario, date, mended, routes=ROUTES, base="/api", error=_error, refusals=REFUSALS,
        failed=lambda code: _error(200, code, ""), request_id="x-slack-req-id",
        keys=(Key(secret=TOKEN, env="SLACK_ORG_ADMIN_USER_TOKEN", scopes=SCOPES),), throttle=retry_after(2),
    )  # fmt: skip
