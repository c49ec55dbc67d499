"""Harbourline's Snowflake account: its users, who may use Cortex, and from where people get in."""

from collections.abc import Collection
from typing import Any

from annexa.sandbox._rest import Asked, Key, Page, Refused, RestPlay, Route, World, collection, nothing
from annexa.sandbox._scenario import invented
from annexa.sandbox.play import DateName, ScenarioName

ACCOUNT = "harbourline-main"
TOKEN = "eyJraWQiOiJzYW5kYm94In0.HarbourlineSnowflakeTokenOfTheSandbox.0001"  # noqa: S105 - made up
TYPE = "X-Snowflake-Authorization-Token-Type"
PATH = "/api/v2/statements"
ROWS = 100
"""Rows of a partition."""
TIMES = ("created_on", "last_success_login", "expires_at_time", "locked_until_time")
GRANTED = ("created_on", "role", "granted_to", "grantee_name", "granted_by")
PARAMETERS = ("key", "value", "default", "level", "description", "type")
STATEMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "SELECT CURRENT_REGION() AS REGION, CURRENT_ACCOUNT() AS ACCOUNT, CURRENT_USER() AS NAME, CURRENT_ROLE() AS ROLE":
        ("whoami", ("REGION", "ACCOUNT", "NAME", "ROLE")),
    "SHOW PARAMETERS LIKE 'CORTEX%' IN ACCOUNT": ("cortex", PARAMETERS),
    "SHOW PARAMETERS LIKE 'NETWORK_POLICY' IN ACCOUNT": ("network", PARAMETERS),
    "SHOW NETWORK POLICIES": ("policies", (
        "created_on", "name", "comment", "entries_in_allowed_ip_list", "entries_in_blocked_ip_list",
        "entries_in_allowed_network_rules", "entries_in_blocked_network_rules",
    )),
    "SHOW USERS": ("users", (
        "name", "created_on", "login_name", "display_name", "first_name", "last_name", "email", "mins_to_unlock",
        "days_to_expiry", "comment", "disabled", "must_change_password", "snowflake_lock", "default_warehouse",
        "default_namespace", "default_role", "default_secondary_roles", "ext_authn_duo", "ext_authn_uid",
        "mins_to_bypass_mfa", "owner", "last_success_login", "expires_at_time", "locked_until_time", "has_password",
        "has_rsa_public_key", "type", "has_mfa",
    )),
    "SHOW GRANTS OF DATABASE ROLE SNOWFLAKE.CORTEX_USER": ("cortex_users", GRANTED),
    "SHOW GRANTS OF DATABASE ROLE SNOWFLAKE.AI_FUNCTIONS_USER": ("functions_users", GRANTED),
    "SHOW GRANTS ON ACCOUNT": ("account_grants", (
        "created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by",
    )),
    "SHOW GRANTS OF ROLE ACCOUNTADMIN": ("account_admins", GRANTED),
}  # fmt: skip
"""What each statement lists, and the columns that Snowflake documents for it."""
SLOW = ("SHOW GRANTS OF ROLE ACCOUNTADMIN", "SHOW GRANTS ON ACCOUNT")
"""Statements that are not done at once."""
HANDLES = {invented(f"uuid {text}", "snowflake"): text for text in STATEMENTS}


def _submit(world: World, asked: Asked) -> Any:
    """The result of a statement, or where it can be asked for."""
    text = asked.query.get("statement", "")
    if text not in STATEMENTS:
        raise Refused("bad_request", f"the sandbox does not know {text!r}", status=422, code="001003")
    handle = next(handle for handle, known in HANDLES.items() if known == text)
    if text not in SLOW:
        return _result(world, handle)
    url = f"{PATH}/{handle}"
    return Page(status=202, body={
        "code": "333334", "message": "Asynchronous execution in progress. Use provided query id to perform query monitoring "
        "and management.", "statementHandle": handle, "statementStatusUrl": url,
    })  # fmt: skip


def _fetched(world: World, asked: Asked) -> Any:
    """The result of a statement once more, or one of its further partitions."""
    handle, number = asked.params["statementHandle"], asked.whole("partition", 0)
    if handle not in HANDLES:
        raise Refused("not_found")
    if not number:
        return _result(world, handle)
    data = _data(world, HANDLES[handle])[number * ROWS : (number + 1) * ROWS]
    if not data:
        raise Refused("bad_request", "there is no such partition")
    return {"data": data}


def _data(world: World, text: str) -> list[list[Any]]:
    name, columns = STATEMENTS[text]
    return [[row.get(column) for column in columns] for row in collection(world, name)]


def _result(world: World, handle: str) -> dict[str, Any]:
    text = HANDLES[handle]
    data = _data(world, text)
    sizes = [len(data[at : at + ROWS]) for at in range(0, max(len(data), 1), ROWS)]
    sorts = {name: "timestamp_ltz" if name in TIMES else "text" for name in STATEMENTS[text][1]}
    return {
        "resultSetMetaData": {
            "numRows": len(data), "format": "jsonv2", "partitionInfo": [{"rowCount": size} for size in sizes],
            "rowType": [{"name": name, "type": sort, "nullable": True} for name, sort in sorts.items()],
        },
        "data": data[:ROWS], "code": "090001", "statementStatusUrl": f"{PATH}/{handle}", "sqlState": "00000",
        "statementHandle": handle, "message": "Statement executed successfully.",
        "createdOn": int(world.now.timestamp() * 1000),
    }  # fmt: skip


ROUTES = (
    Route(f"POST {PATH}", _submit, query=("statement", "timeout"), required=("statement",), lists=("data",)),
    Route(f"GET {PATH}/{{statementHandle}}", _fetched, query=("partition",), lists=("data",)),
)
"""What the stand-in answers, in the vendor's own words."""

REFUSALS = {
    "bad_request": (400, "391902", "The request is not valid."),
    "unauthorised": (401, "390303", "Invalid OAuth access token."),
    "expired": (401, "390318", "OAuth access token expired."),
    "denied": (422, "003001", "SQL access control error: Insufficient privileges to operate on account."),
    "not_found": (404, "391918", "The requested statement was not found."),
    "conflict": (409, "391909", "The request is in conflict with another."),
    "throttled": (429, "391906", "Too many requests."),
    "server_error": (500, "391922", "Internal server error."),
}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Snowflake on one of the company's days."""
    return RestPlay(
        "snowflake", scenario, date, mended, routes=ROUTES, refusals=REFUSALS, throttle=nothing(),
        error=lambda status, code, message: {"code": code, "message": message, "sqlState": "42501"},
        headers={TYPE: "PROGRAMMATIC_ACCESS_TOKEN"}, keys=(Key(secret=TOKEN, env="SNOWFLAKE_TOKEN"),),
        table={"account": ACCOUNT},
    )  # fmt: skip
