"""Harbourline's Okta: everybody's accounts, the applications behind single sign-on, sign-on policies and the System Log."""

import base64
import json
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from annexa.sandbox._rest import (
    Asked,
    Key,
    LinkHeader,
    NextLink,
    Refused,
    RestPlay,
    Route,
    World,
    bearer,
    collection,
    either,
    reset_epoch,
    row,
    rows,
    scheme,
)
from annexa.sandbox.play import DateName, ScenarioName

DOMAIN = "harbourline.okta.com"
API_TOKEN = "00HarbourlineApiTokenOfTheSandbox000000001"  # noqa: S105 - made up
ACCESS_TOKEN = "eyJraWQiOiJzYW5kYm94In0.HarbourlineAccessTokenOfTheSandbox.0001"  # noqa: S105 - made up
CLIENT_ID = "0oaHblAnnexaReader01"
"""The API Services app that may ask with a private key."""
TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105
LIST = LinkHeader(items="", own=True, size=200, most=200)
ROWS = LinkHeader(items="", own=True, limit=None, size=50)
ASSIGNEES = NextLink(items="value", next="_links.next.href", param="after")
EVENTS = LinkHeader(items="", own=True, size=100, most=1000)
FILTER = re.compile(r'eventType eq "([a-z._]+)"')


def _apps(world: World, asked: Asked) -> list[Any]:
    """Without `includeNonDeleted`, apps that are switched off are left out."""
    every = asked.query.get("includeNonDeleted", "").lower() == "true"
    return [app for app in collection(world, "apps") if every or app["status"] == "ACTIVE"]


def _users(world: World, asked: Asked) -> list[Any]:
    """Without a filter, those who were deactivated are left out."""
    every = "filter" in asked.query
    return [user for user in collection(world, "users") if every or user["status"] != "DEPROVISIONED"]


def _groups(world: World, asked: Asked) -> list[Any]:
    """Groups of an app; which groups they are is told only to those who ask for it."""
    found = rows("app_groups", {"$app": "{appId}"}, of=("apps", {"id": "{appId}"}))(world, asked)
    if asked.query.get("expand") == "group":
        return list(found)
    return [{name: value for name, value in entry.items() if name != "_embedded"} for entry in found]


def _events(world: World, asked: Asked) -> list[Any]:
    """Events of the sort and the time that were asked for."""
    wanted = FILTER.fullmatch(asked.query.get("filter", ""))
    if "filter" in asked.query and wanted is None:
        raise Refused("bad_request", "filter")
    first, last = (_moment(asked, name) for name in ("since", "until"))
    found = [
        event
        for event in collection(world, "events")
        if (wanted is None or event["eventType"] == wanted[1])
        and (first is None or datetime.fromisoformat(event["published"]) >= first)
        and (last is None or datetime.fromisoformat(event["published"]) <= last)
    ]
    newest_first = asked.query.get("sortOrder", "ASCENDING") == "DESCENDING"
    return sorted(found, key=lambda event: str(event["published"]), reverse=newest_first)


def _moment(asked: Asked, name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(asked.query[name]) if name in asked.query else None
    except ValueError:
        raise Refused("bad_request", name) from None


def _token(world: World, asked: Asked) -> Any:
    """An access token for the statement of the one app; the signature is nothing that the sandbox could check."""
    if asked.query.get("grant_type") != "client_credentials":
        raise Refused("bad_request", code="unsupported_grant_type")
    said = _claims(asked.query.get("client_assertion", ""))
    if said.get("iss") != CLIENT_ID or said.get("sub") != CLIENT_ID or not str(said.get("aud")).endswith(TOKEN_PATH):
        raise Refused("unauthorised", code="invalid_client")
    scopes = asked.query.get("scope", "").split()
    if not scopes or any(not scope.endswith(".read") for scope in scopes):
        raise Refused("bad_request", code="invalid_scope")
    return {"token_type": "Bearer", "expires_in": 3600, "access_token": ACCESS_TOKEN, "scope": " ".join(scopes)}


def _claims(statement: str) -> dict[str, Any]:
    part = statement.split(".")[1] if statement.count(".") == 2 else ""
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


ROUTES = (
    Route("GET /api/v1/org", "org", enums=("status",)),
    Route("GET /api/v1/users/me", row("users", {"$me": True})),
    Route("GET /api/v1/users", _users, pager=LIST, query=("filter",), enums=("status", "credentials.provider.type")),
    Route(
        "GET /api/v1/users/{userId}/roles", rows("roles", {"$user": "{userId}"}), pager=ROWS,
        enums=("status", "type", "assignmentType"),
    ),
    Route("GET /api/v1/iam/assignees/users", "assignees", pager=ASSIGNEES),
    Route("GET /api/v1/api-tokens", "api_tokens", pager=ROWS),
    Route("GET /api/v1/apps", _apps, pager=LIST, query=("includeNonDeleted",), enums=("status", "signOnMode")),
    Route(
        "GET /api/v1/apps/{appId}/groups", _groups, pager=LIST, query=("expand",), enums=("_embedded.group.type",)
    ),
    Route(
        "GET /api/v1/apps/{appId}/users", rows("app_users", {"$app": "{appId}"}, of=("apps", {"id": "{appId}"})),
        pager=LinkHeader(items="", own=True, size=50, most=500), enums=("scope", "status"),
    ),
    Route(
        "GET /api/v1/apps/{appId}/grants", rows("grants", {"$app": "{appId}"}, of=("apps", {"id": "{appId}"})),
        pager=ROWS, enums=("status", "source"),
    ),
    Route("GET /integrations/api/v1/api-services", "api_services", pager=ROWS),
    Route(
        "GET /api/v1/policies", rows("policies", {"type": "?type"}), pager=ROWS, required=("type",), enums=("status",)
    ),
    Route(
        "GET /api/v1/policies/{policyId}/rules",
        rows("rules", {"$policy": "{policyId}"}, of=("policies", {"id": "{policyId}"}), order="priority"), pager=ROWS,
        enums=(
            "status", "actions.appSignOn.access", "actions.appSignOn.verificationMethod.type",
            "actions.appSignOn.verificationMethod.factorMode", "actions.signon.access",
        ),
    ),
    Route("GET /api/v1/logStreams", "log_streams", pager=ROWS, enums=("status",)),
    Route("GET /api/v1/logs", _events, pager=EVENTS, query=("since", "until", "filter", "sortOrder")),
    Route(
        f"POST {TOKEN_PATH}", _token, open=True, query=("grant_type", "scope", "client_assertion", "client_assertion_type")
    ),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""

REFUSALS = {
    "bad_request": (400, "E0000001", "Api validation failed"),
    "unauthorised": (401, "E0000011", "Invalid token provided"),
    "expired": (401, "E0000011", "Invalid token provided"),
    "denied": (403, "E0000006", "You do not have permission to perform the requested action"),
    "not_found": (404, "E0000007", "Not found: Resource not found"),
    "throttled": (429, "E0000047", "API call exceeded rate limit due to too many requests."),
    "server_error": (500, "E0000009", "Internal Server Error"),
}


def _error(status: int, code: str, message: str) -> Any:
    if not code.startswith("E0"):  # the token endpoint speaks OAuth
        return {"error": code, "error_description": message}
    return {"errorCode": code, "errorSummary": message, "errorLink": code, "errorId": "oaeSandbox", "errorCauses": []}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Okta on one of the company's days."""
    return RestPlay(
        "okta", scenario, date, mended, routes=ROUTES, error=_error, refusals=REFUSALS, request_id="x-okta-request-id",
        keys=(Key(secret=API_TOKEN, env="OKTA_CLIENT_TOKEN"), Key(secret=ACCESS_TOKEN, name="app")),
        carried=either(scheme("SSWS"), bearer()), table={"domain": DOMAIN},
        throttle=reset_epoch("X-Rate-Limit-Reset", X_Rate_Limit_Limit="600", X_Rate_Limit_Remaining="0"),
    )  # fmt: skip
