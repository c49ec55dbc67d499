"""Harbourline's Azure: three subscriptions, one of them with Azure OpenAI, behind Resource Manager and Resource Graph."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from annexa.sandbox._entra import TENANT, TOKEN, TOKEN_ENV
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
    retry_after,
)
from annexa.sandbox._rest.pages import AGAIN, Cut, Page, opened, put, sealed
from annexa.sandbox.play import DateName, ScenarioName

VERSION = ("api-version",)
LIST = NextLink(items="value", limit=None, next="nextLink", param="$skiptoken", size=100, hollow=True)
"""Lists of Resource Manager; the second page may be empty, and still point to a third."""
ACCOUNT = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}"
)
TABLES = {
    "microsoft.resources/subscriptions": "containers",
    "microsoft.cognitiveservices/accounts": "accounts",
    "microsoft.machinelearningservices/workspaces": "workspaces",
    "microsoft.security/pricings": "pricings",
    "microsoft.authorization/roleassignments": "role_assignments",
    "microsoft.authorization/roledefinitions": "role_definitions",
}
"""The type that a query asks for, and where its rows stand."""


@dataclass(frozen=True, kw_only=True)
class SkipToken(Token):
    """Resource Graph: the token goes back inside the body's `options`, and `resultTruncated` is a text."""

    items: str = "data"
    limit: str | None = None
    total: str | None = "totalRecords"
    param: str = "options"
    next: str = "$skipToken"
    size: int = 1000
    most: int = 1000

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        token = _options(asked).get("$skipToken")
        return 0 if token is None else opened(_with(asked, str(token)), "token", ("token", "options"))

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        again = cut.spoil == "repeated_token"
        token = AGAIN if again else sealed(asked, ("token", "options"), cut.after)
        put(page.body, "count", len(cut.items))
        page.body["resultTruncated"] = "false"
        if token is not None:
            page.body["$skipToken"] = token


def _options(asked: Asked) -> Mapping[str, Any]:
    found = asked.body.get("options") if isinstance(asked.body, dict) else None
    return found if isinstance(found, dict) else {}


def _with(asked: Asked, token: str) -> Asked:
    return replace(asked, query={**asked.query, "token": token})


def _queried(world: World, asked: Asked) -> list[Any]:
    """What Resource Graph shows: rows of one type, without the subscriptions that it hides from this reader."""
    text = str(asked.body.get("query", "")) if isinstance(asked.body, dict) else ""
    found = re.search(r"type =~ '([^']+)'", text)
    if found is None or found[1] not in TABLES:
        raise Refused("bad_request", "the query is none that the sandbox plays")
    rows = collection(world, TABLES[found[1]])
    hidden = set(collection(world, "hidden_from_resource_graph"))
    return [row for row in rows if str(row.get("subscriptionId", "")) not in hidden]


def _account(world: World, asked: Asked) -> Any:
    for row in collection(world, "accounts"):
        if row["id"].lower() == _id(asked):
            return {name: value for name, value in row.items() if name != "subscriptionId"}
    raise Refused("not_found", code="ResourceNotFound")


def _of_account(name: str) -> Any:
    def rows(world: World, asked: Asked) -> list[Any]:
        _account(world, asked)
        return [row for row in collection(world, name) if row["id"].lower().startswith(f"{_id(asked)}/")]

    return rows


def _id(asked: Asked) -> str:
    found = ACCOUNT
    for name, value in asked.params.items():
        found = found.replace("{" + name + "}", value)
    return found.lower()


ROUTES = (
    Route("GET /tenants", "tenants", pager=LIST, required=VERSION),
    Route("GET /subscriptions", "subscriptions", pager=LIST, required=VERSION, enums=("state",)),
    Route("POST /providers/Microsoft.ResourceGraph/resources", _queried, pager=SkipToken(), required=VERSION,
          enums=("properties.publicNetworkAccess", "properties.networkAcls.defaultAction")),
    Route(f"GET {ACCOUNT}", _account, required=VERSION, lists=("properties.capabilities",)),
    Route(f"GET {ACCOUNT}/deployments", _of_account("deployments"), pager=LIST, required=VERSION,
          enums=("sku.name", "properties.versionUpgradeOption")),
    Route(f"GET {ACCOUNT}/raiPolicies", _of_account("policies"), pager=LIST, required=VERSION,
          enums=("properties.contentFilters.*.severityThreshold",)),
    Route(f"GET {ACCOUNT}/projects", _of_account("projects"), pager=LIST, required=VERSION),
    Route(f"GET {ACCOUNT}/defenderForAISettings", _of_account("defender_settings"), pager=LIST, required=VERSION,
          enums=("properties.state",)),
    Route(f"GET {ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings", _of_account("diagnostics"), pager=LIST,
          required=VERSION),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""


def _error(status: int, code: str, message: str) -> Any:
    return {"error": {"code": code, "message": message}}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Azure on one of the company's days."""
    return RestPlay(
        "azure", scenario, date, mended, routes=ROUTES, error=_error, request_id="x-ms-request-id",
        keys=(Key(secret=TOKEN, env=TOKEN_ENV),), throttle=retry_after(2), environment={"AZURE_TENANT_ID": TENANT},
        refusals={"denied": (403, "AuthorizationFailed", "The client does not have authorization to perform action.")},
    )  # fmt: skip
