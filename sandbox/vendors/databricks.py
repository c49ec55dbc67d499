"""Harbourline's Databricks: one workspace, three serving endpoints, and the service principal that may look at them."""

from collections.abc import Collection
from typing import Any

from annexa.sandbox._rest import Asked, Key, Refused, RestPlay, Route, World, basic, bearer, either, retry_after, row
from annexa.sandbox._rest.pages import Pager
from annexa.sandbox.play import DateName, ScenarioName

DOMAIN = "harbourline.cloud.databricks.com"
CLIENT_ID = "5f1d2c3b-4a59-4e68-8777-000000000a01"
CLIENT_SECRET = "dose-harbourline-of-the-sandbox-0001"  # noqa: S105 - made up
ACCESS_TOKEN = "eyJraWQiOiJzYW5kYm94In0.HarbourlineDatabricksTokenOfTheSandbox.0001"  # noqa: S105 - made up
TOKEN_PATH = "/oidc/v1/token"  # noqa: S105
ALL = "all-apis"


def _token(world: World, asked: Asked) -> Any:
    """An access token of one hour for the service principal's secret."""
    if asked.key != "principal":
        raise Refused("unauthorised", code="invalid_client")
    if asked.query.get("grant_type") != "client_credentials" or asked.query.get("scope") != ALL:
        raise Refused("bad_request", code="invalid_request")
    return {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3600, "scope": ALL}


def _conf(world: World, asked: Asked) -> Any:
    """The switches of the workspace that were asked for."""
    return {name: world.data["workspace_conf"].get(name) for name in asked.query["keys"].split(",")}


GUARDS = "ai_gateway.guardrails.input.pii.behavior"
ROUTES = (
    Route("GET /api/2.0/preview/scim/v2/Me", "me", needs=ALL),
    Route(
        "GET /api/2.0/serving-endpoints", "endpoints", pager=Pager(items="endpoints"), needs=ALL,
        enums=(
            "state.ready", "config.served_entities.*.external_model.provider", GUARDS,
            "ai_gateway.rate_limits.*.renewal_period",
        ),
    ),
    Route(
        "GET /api/2.0/permissions/serving-endpoints/{serving_endpoint_id}", needs=ALL,
        answer=row("permissions", {"object_id": "/serving-endpoints/{serving_endpoint_id}"}),
        lists=("access_control_list",), enums=("access_control_list.*.all_permissions.*.permission_level",),
    ),
    Route("GET /api/2.0/settings/types/llm_proxy_partner_powered/names/default", "partner_powered", needs=ALL),
    Route("GET /api/2.0/workspace-conf", _conf, needs=ALL, required=("keys",), enums=("enableIpAccessLists",)),
    Route(
        "GET /api/2.0/ip-access-lists", "ip_access_lists", pager=Pager(items="ip_access_lists"), needs=ALL,
        enums=("list_type",),
    ),
    Route("GET /api/2.0/token-management/tokens", "tokens", pager=Pager(items="token_infos"), needs=ALL),
    Route(f"POST {TOKEN_PATH}", _token, open=True, query=("grant_type", "scope")),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""

REFUSALS = {
    "bad_request": (400, "INVALID_PARAMETER_VALUE", "The value that was sent is not valid."),
    "unauthorised": (401, "UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API."),
    "expired": (401, "UNAUTHENTICATED", "Token is expired."),
    "denied": (403, "PERMISSION_DENIED", "Only admins may do this."),
    "not_found": (404, "RESOURCE_DOES_NOT_EXIST", "There is no such object."),
    "conflict": (409, "RESOURCE_CONFLICT", "The object is being changed."),
    "throttled": (429, "RESOURCE_EXHAUSTED", "Too many requests."),
    "server_error": (500, "INTERNAL_ERROR", "Something went wrong on our side."),
}


def _error(status: int, code: str, message: str) -> Any:
    if code.islower():  # the token endpoint speaks OAuth
        return {"error": code, "error_description": message}
    return {"error_code": code, "message": message}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Databricks on one of the company's days."""
    return RestPlay(
        "databricks", scenario, date, mended, routes=ROUTES, error=_error, refusals=REFUSALS, throttle=retry_after(2),
        keys=(
            Key(secret=ACCESS_TOKEN, name="token", scopes=(ALL,)),
            Key(secret=f"{CLIENT_ID}:{CLIENT_SECRET}", name="principal", scopes=()),
        ),
        carried=either(bearer(), basic()), table={"domain": DOMAIN, "client_id": CLIENT_ID},
        environment={"DATABRICKS_CLIENT_SECRET": CLIENT_SECRET},
    )  # fmt: skip
