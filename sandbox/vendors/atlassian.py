"""Harbourline's Atlassian organisation: managed accounts, domains, policies, API tokens and the audit log."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from annexa.sandbox._rest import (
    Asked,
    Key,
    NextLink,
    Refused,
    RestPlay,
    Route,
    Token,
    World,
    collection,
    moment,
)
from annexa.sandbox.play import DateName, ScenarioName

ORG = "4c0b1f2e-7a55-4d1c-9e20-000000000c01"
"""The organisation's id."""
API_KEY = "ATCTT3xFfGN0HarbourlineOrganisationKeyOfTheSandbox0001"
SCOPES = (
    "read:accounts:admin", "read:domains:admin", "read:events:admin", "read:orgs:admin", "read:policies:admin",
    "read:tokens:admin",
)  # fmt: skip
LISTED = NextLink(items="data", limit=None, size=100, most=100)


def _of(name: str) -> Any:
    """What the organisation has; another organisation's id is refused."""

    def answer(world: World, asked: Asked) -> Any:
        if asked.params["orgId"] != ORG:
            raise Refused("not_found")
        return world.data[name]

    return answer


def _events(world: World, asked: Asked) -> list[Any]:
    """Events since a moment in milliseconds, by the time at which they were taken down; the oldest first unless asked."""
    _of("events")(world, asked)
    since = datetime.fromtimestamp(asked.whole("from", 0) / 1000, world.now.tzinfo)
    newest_first = asked.query.get("sortOrder", "asc") == "desc"
    found = sorted(collection(world, "events"), key=_taken_down, reverse=newest_first)
    return [one for one in found if datetime.fromisoformat(_taken_down(one)) >= since]


def _taken_down(event: Any) -> str:
    return str(event["attributes"]["processedAt"])


ROUTES = (
    Route("GET /v1/orgs/{orgId}", _of("org"), wrap="data", needs="read:orgs:admin"),
    Route(
        "GET /v1/orgs/{orgId}/users", _of("users"), pager=LISTED, needs="read:accounts:admin",
        enums=("account_type", "account_status"),
    ),
    Route(
        "GET /v1/orgs/{orgId}/domains", _of("domains"), pager=LISTED, needs="read:domains:admin",
        enums=("attributes.claim.status",),
    ),
    Route(
        "GET /v1/orgs/{orgId}/policies", _of("policies"), pager=LISTED, needs="read:policies:admin", query=("type",),
        enums=("attributes.type", "attributes.status"),
    ),
    Route(
        "GET /v1/orgs/{orgId}/events-stream", _events, needs="read:events:admin", query=("from", "to", "sortOrder"),
        pager=NextLink(items="data", size=50, most=500),
    ),
    Route(
        "GET /api-access/v1/orgs/{orgId}/api-tokens", _of("tokens"), needs="read:tokens:admin", enums=("status",),
        pager=Token(items="data", limit="pageSize", param="cursor", next="links.next", last="absent"),
    ),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""

REFUSALS = {
    "bad_request": (400, "ADMIN-UAM-400-1", "Bad Request"),
    "unauthorised": (401, "ADMIN-UAM-401-1", "Unauthenticated"),
    "expired": (401, "ADMIN-UAM-401-1", "Unauthenticated"),
    "denied": (403, "ADMIN-UAM-403-1", "Forbidden"),
    "not_found": (404, "ADMIN-UAM-404-2", "Organization not found"),
    "conflict": (409, "ADMIN-UAM-409-2", "Resource Conflicts"),
    "throttled": (429, "ADMIN-UAM-429-1", "Too Many Requests"),
    "server_error": (500, "ADMIN-UAM-500-1", "Internal Error"),
}


def _error(status: int, code: str, message: str) -> Any:
    return {"errors": [{"id": "err-sandbox", "code": code, "status": str(status), "title": message, "detail": message}]}


def _reset(now: datetime) -> dict[str, str]:
    return {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(moment(now + timedelta(seconds=2)))}  # fmt: skip


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Atlassian on one of the company's days."""
    return RestPlay(
        "atlassian", scenario, date, mended, routes=ROUTES, base="/admin", error=_error, refusals=REFUSALS,
        keys=(Key(secret=API_KEY, env="ATLASSIAN_API_KEY", scopes=SCOPES),), throttle=_reset,
        table={"organisation": ORG},
    )  # fmt: skip
