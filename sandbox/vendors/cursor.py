"""Harbourline's Cursor team: engineers with seats, two administrators, blocked repositories and a policy of models."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    basic,
    collection,
    moment,
    retry_after,
)
from annexa.sandbox._rest.pages import Cut, put
from annexa.sandbox.play import DateName, ScenarioName

KEY = "crsr_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
MONTH = 30 * 86_400_000
"""The longest time that usage is told for at once, in milliseconds."""
LIST = Numbered(
    items="data", limit="pageSize", size=100, most=1000, number="pagination.page", more="pagination.hasNextPage",
    total_pages="pagination.totalPages",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Events(Numbered):
    """The audit log says besides for which team and time it was asked."""

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        super()._mark(page, cut, asked)
        put(page.body, "params", {"teamId": 4711, "startDate": asked.query.get("startTime", "7d"), "endDate": "now"})


EVENTS = Events(
    items="events", limit="pageSize", size=100, most=500, number="pagination.page", more="pagination.hasNextPage",
    total_pages="pagination.totalPages", total="pagination.totalCount",
)  # fmt: skip


def _usage(world: World, asked: Asked) -> Iterator[Any]:
    """A row for every member and day, with the counts of that day."""
    begin, end = asked.whole("startDate", 0), asked.whole("endDate", 0)
    if not 0 < end - begin <= MONTH:
        raise Refused("bad_request", "Date range cannot exceed 30 days")
    day = datetime.fromtimestamp(begin / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while day.timestamp() * 1000 <= end:
        for person in collection(world, "usage"):
            age = math.ceil((world.now - day) / timedelta(days=1))
            active = age >= person["$idle"] and day.weekday() < 5
            counts = {name: int(active) * count for name, count in person["$counts"].items()}
            yield {**person, "day": moment(day, "date"), "date": moment(day, "epoch_ms"), "isActive": active, **counts}
        day += timedelta(days=1)


def _events(world: World, asked: Asked) -> list[Any]:
    """Entries since the time that is asked for, the newest first."""
    since = asked.query.get("startTime", "")
    found = [one for one in collection(world, "events") if one["timestamp"] >= since]
    return sorted(found, key=lambda one: str(one["timestamp"]), reverse=True)


def _providers(world: World, asked: Asked) -> Any:
    access = world.data["model_access"]
    if access["state"] != "custom":
        raise Refused("conflict")
    return {"teamId": access["teamId"], "state": access["state"], "providers": collection(world, "providers")}


ROUTES = (
    Route("GET /teams/members", "members", pager=Pager(items="teamMembers"), enums=("role",)),
    Route("GET /teams/groups", "groups", lists=("groups",)),
    Route("POST /teams/daily-usage-data", lambda world, asked: list(_usage(world, asked)), pager=LIST,
          required=("startDate", "endDate")),
    Route("POST /teams/spend", "spend",
          pager=Numbered(items="teamMemberSpend", limit="pageSize", size=100, most=1000, total_pages="totalPages")),
    Route("GET /teams/audit-logs", _events, pager=EVENTS, query=("startTime",)),
    Route("GET /settings/repo-blocklists/repos", "repos", pager=Pager(items="repos")),
    Route("GET /teams/model-access/configuration", "model_access",
          enums=("state", "newProviderDefault", "newModelDefault")),
    Route("GET /teams/model-access/providers", _providers, lists=("providers",)),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""

REFUSALS = {
    "bad_request": (400, "Bad Request", "Some parameters are not valid"),
    "unauthorised": (401, "Unauthorized", "Invalid API key"),
    "expired": (401, "Unauthorized", "Invalid API key"),
    "denied": (403, "Forbidden", "Enterprise access required"),
    "not_found": (404, "Not Found", "Resource not found"),
    "conflict": (409, "error", "The team has no custom policy"),
    "throttled": (429, "Too Many Requests", "Rate limit exceeded. Please try again later."),
    "server_error": (500, "Internal Server Error", "An unexpected error occurred"),
}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Cursor on one of the company's days."""
    return RestPlay(
        "cursor", scenario, date, mended, routes=ROUTES, carried=basic(), refusals=REFUSALS,
        error=lambda status, code, message: {"error": code, "message": message},
        keys=(Key(secret=KEY, env="CURSOR_ADMIN_API_KEY"),), throttle=retry_after(60),
    )  # fmt: skip
