"""The stand-in of Atlassian answers as its reference describes: members of every row, links to pages, scopes, refusals.

Atlassian publishes no client of its own for these interfaces, so that members are held against the reference.
"""

import json
from typing import Any

import pytest

from annexa.sandbox.vendors import atlassian as played

STANDIN = played.play("clean", "second").standin()
KEY = {"authorization": f"Bearer {played.API_KEY}"}
HOST = "https://api.atlassian.com"
V1 = f"{HOST}/admin/v1/orgs/{played.ORG}"
TOKENS = f"{HOST}/admin/api-access/v1/orgs/{played.ORG}/api-tokens"
ROWS: dict[str, tuple[str, set[str], set[str]]] = {
    "users": (f"{V1}/users", {"account_id", "account_type", "account_status", "name", "picture", "access_billable"},
              {"email", "last_active", "product_access", "links"}),
    "domains": (f"{V1}/domains", {"id", "type", "attributes", "links"}, set()),
    "policies": (f"{V1}/policies", {"id", "type", "attributes"}, {"links"}),
    "events": (f"{V1}/events-stream", {"id", "type", "attributes", "links"}, {"message"}),
    "tokens": (TOKENS, {"id", "label", "status", "createdAt", "expiresAt", "lastActiveAt", "user"}, set()),
}  # fmt: skip
"""By collection: its address, the members that every row has, and those that a row may have."""


def get(url: str, headers: dict[str, str] = KEY) -> tuple[int, dict[str, str], Any]:
    status, sent, body = STANDIN.handle("GET", url, headers, b"")
    return status, sent, json.loads(body)


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_the_members_of_the_reference(name: str) -> None:
    url, must, may = ROWS[name]
    status, _, found = get(url)
    assert status == 200 and found["data"]
    assert all(must <= set(row) <= must | may for row in found["data"])


def test_pages_of_the_organisation_follow_by_an_address() -> None:
    rows, url = list[Any](), f"{V1}/users"
    while url:
        _, _, found = get(url)
        rows += found["data"]
        url = found.get("links", {}).get("next", "")
        assert not url or url.startswith(f"{V1}/users?cursor=")
    assert len(rows) == len({row["account_id"] for row in rows}) == 112


def test_pages_of_tokens_follow_by_a_cursor() -> None:
    _, _, first = get(f"{TOKENS}?pageSize=1")
    cursor = first["links"]["next"]
    assert "://" not in cursor
    _, _, second = get(f"{TOKENS}?pageSize=1&cursor={cursor}")
    assert first["data"][0]["id"] != second["data"][0]["id"] and "next" not in second.get("links", {})


def test_the_newest_event_comes_first_on_request() -> None:
    times = [
        get(f"{V1}/events-stream?limit=1&sortOrder={order}")[2]["data"][0]["attributes"]["time"]
        for order in ("asc", "desc")
    ]
    assert times[0] < times[1]


@pytest.mark.parametrize(
    ("url", "headers", "wanted"),
    [(f"{V1}/users", {}, 401), (f"{HOST}/admin/v1/orgs/another/users", KEY, 404)],
)
def test_refusals_are_lists_of_errors(url: str, headers: dict[str, str], wanted: int) -> None:
    status, _, found = get(url, headers)
    assert status == wanted
    (error,) = found["errors"]
    assert error["status"] == str(wanted) and error["code"].startswith(f"ADMIN-UAM-{wanted}")


def test_a_throttle_says_when_it_ends() -> None:
    play = played.play("clean", "second")
    standin = play.standin([play.fault("GET /v1/orgs/{orgId}/events-stream", "throttled")])
    status, sent, _ = standin.handle("GET", f"{V1}/events-stream", KEY, b"")
    assert status == 429 and sent["X-RateLimit-Reset"].endswith("Z")
