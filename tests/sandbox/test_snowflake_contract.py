"""The stand-in of Snowflake answers as its SQL API reference describes: result sets, statuses, partitions, errors.

Snowflake's own client for Python speaks another protocol than the SQL API, so that members are held against the reference.
"""

import json
from typing import Any

import pytest

from annexa.sandbox.vendors import snowflake as played

HEADERS = {"authorization": f"Bearer {played.TOKEN}", played.TYPE.lower(): "PROGRAMMATIC_ACCESS_TOKEN"}
HOST = "https://harbourline-main.snowflakecomputing.com"
STANDIN = played.play("clean", "second").standin()
RESULT_SET = {
    "resultSetMetaData": dict, "data": list, "code": str, "statementStatusUrl": str, "sqlState": str, "statementHandle": str,
    "message": str, "createdOn": int,
}  # fmt: skip
"""Members of a ResultSet."""
META = {"numRows": int, "format": str, "rowType": list, "partitionInfo": list}
QUERY_STATUS = {"code": str, "message": str, "statementHandle": str, "statementStatusUrl": str}
"""Members of a QueryStatus."""


def post(statement: str, headers: dict[str, str] = HEADERS) -> tuple[int, Any]:
    body = json.dumps({"statement": statement, "timeout": 60}).encode()
    status, _, answer = STANDIN.handle(
        "POST", f"{HOST}{played.PATH}", {**headers, "content-type": "application/json"}, body
    )
    return status, json.loads(answer)


def get(path: str) -> tuple[int, Any]:
    status, _, answer = STANDIN.handle("GET", f"{HOST}{path}", HEADERS, b"")
    return status, json.loads(answer)


def sorts(found: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in found.items()}


@pytest.mark.parametrize("statement", played.STATEMENTS)
def test_a_statement_brings_a_result_set_sooner_or_later(statement: str) -> None:
    status, found = post(statement)
    if statement in played.SLOW:
        assert (status, sorts(found), found["code"]) == (202, QUERY_STATUS, "333334")
        status, found = get(found["statementStatusUrl"])
    assert (status, sorts(found), found["code"]) == (200, RESULT_SET, "090001")
    meta = found["resultSetMetaData"]
    assert sorts(meta) == META and meta["format"] == "jsonv2"
    assert meta["numRows"] == sum(part["rowCount"] for part in meta["partitionInfo"]) > 0
    assert len(found["data"]) == meta["partitionInfo"][0]["rowCount"]
    assert all(len(row) == len(meta["rowType"]) for row in found["data"])
    assert {type(value) for row in found["data"] for value in row} <= {str, type(None)}, "every value comes as text"


def test_further_partitions_hold_rows_and_no_names() -> None:
    _, first = post("SHOW USERS")
    rows = list(first["data"])
    for number in range(1, len(first["resultSetMetaData"]["partitionInfo"])):
        status, part = get(f"{first['statementStatusUrl']}?partition={number}")
        assert (status, sorts(part)) == (200, {"data": list})
        rows += part["data"]
    assert len(rows) == first["resultSetMetaData"]["numRows"] == len({row[0] for row in rows}) > 100
    assert get(f"{first['statementStatusUrl']}?partition=9")[0] == 400


@pytest.mark.parametrize(
    ("headers", "statement", "wanted"),
    [
        ({}, "SHOW USERS", 401), ({"authorization": HEADERS["authorization"]}, "SHOW USERS", 400),
        (HEADERS, "DROP USER KIM", 422), (HEADERS, "SHOW USERS; DROP USER KIM", 422),
    ],
)  # fmt: skip
def test_a_refusal_is_a_failure_status(headers: dict[str, str], statement: str, wanted: int) -> None:
    status, found = post(statement, headers)
    assert status == wanted
    assert sorts(found) == {"code": str, "message": str, "sqlState": str}
