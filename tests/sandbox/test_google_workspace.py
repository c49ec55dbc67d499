"""The stand-in of Workspace is what Google's discovery documents describe: fixtures, answers, parameters and errors."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from annexa.collectors._google import documents
from annexa.sandbox import vendors
from annexa.sandbox._errors import BadFixture
from annexa.sandbox._google_api import TOKEN, Method, google_play, picked, selection
from annexa.sandbox._rest.world import World
from annexa.sandbox.vendors.google_workspace import ROUTES

PLAY: Any = vendors.play("google_workspace", "planted", "second")
KEYED = {"host": "127.0.0.1", "authorization": f"Bearer {TOKEN}"}
FILTER = "setting.type.matches('^settings/(rule)\\\\..*$')"


QUERIES = {"licensing": "?customerId=C03harbor", "chromepolicy": "?filter=namespace%3Dchrome.users"}
RESOLVE = {
    "policySchemaFilter": "chrome.users.*",
    "policyTargetKey": {"targetResource": "orgunits/03ph8a2z1datas1"},
}


def post(path: str, body: Any) -> tuple[int, Any]:
    said = json.dumps(body).encode()
    status, _, answer = PLAY.standin(()).handle("POST", f"http://127.0.0.1{path}", KEYED, said)
    return status, json.loads(answer)


def get(path: str, headers: Mapping[str, str] = KEYED, *faults: Any) -> tuple[int, Any]:
    status, _, body = PLAY.standin(faults).handle("GET", f"http://127.0.0.1{path}", headers, b"")
    return status, json.loads(body)


@pytest.mark.parametrize("route", ROUTES, ids=[route.op for route in ROUTES])
def test_every_answer_is_what_the_document_allows(route: Method) -> None:
    user = "all" if "activities" in route.op else "113570000000020"
    user = "113570000000030" if "asps" in route.op else user
    known = {"userKey": user, "applicationName": "token", "productId": "101047", "matterId": "m-2025-001"}
    path = route.path
    for name in documents.method(route.op).in_path:
        path = path.replace(f"{{{name}}}", known.get(name, "my_customer"))
    method, more = documents.method(route.op), QUERIES.get(route.op.partition("/")[0], "")
    status, answer = get(path + more) if method.verb == "GET" else post(path, RESOLVE)
    assert status == 200
    assert documents.violation(method.api, method.response, answer) is None
    assert route.items is None or answer[route.items]


def world(name: str, row: Any) -> World:
    data = {**PLAY.world.data, name: [row] if isinstance(PLAY.world.data[name], list) else row}
    return World(now=PLAY.now, data=data, faults=())


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("users", {"id": 7}),
        ("users", {"id": "7", "isSuperUser": True}),
        ("units", {"orgUnitId": ["id:1"]}),
        ("tokens", {"userKey": "7", "scopes": "all"}),
        ("policies", {"type": "CUSTOM"}),
        ("policies", {"policyQuery": {"sortOrder": "201"}}),
        ("activities", {"events": [{"parameters": [{"name": "x", "text": "y"}]}]}),
        ("assignments", {"assigneeType": "robot"}),
        ("customer", {"id": 5}),
    ],
)
def test_a_fixture_that_violates_the_schema_is_refused_when_it_is_loaded(name: str, row: Any) -> None:
    with pytest.raises(BadFixture, match="google_workspace"):
        google_play("google_workspace", "planted", "first", (), routes=ROUTES, world=world(name, row))


def test_a_parameter_that_the_method_does_not_have_is_a_mistake_of_the_table() -> None:
    with pytest.raises(BadFixture, match="no parameter"):
        Method("admin/directory_v1:customers.get", "customer", query=("moon",)).known()


def test_pages_go_on_by_token_and_an_empty_list_is_left_out() -> None:
    path, seen, token = (
        "/admin.directory_v1/admin/directory/v1/users?customer=my_customer&maxResults=50",
        list[str](),
        "",
    )
    while True:
        _, answer = get(path + (f"&pageToken={token}" if token else ""))
        seen += [user["id"] for user in answer["users"]]
        token = answer.get("nextPageToken", "")
        if not token:
            break
    assert len(seen) == len(set(seen)) == 120
    nothing = next(iter(sorted(set(seen) - {token["userKey"] for token in PLAY.world.data["tokens"]})))
    status, empty = get(f"/admin.directory_v1/admin/directory/v1/users/{nothing}/tokens")
    assert (status, "items" in empty, empty["kind"]) == (200, False, "admin#directory#tokenList")


def test_partial_answers() -> None:
    path = "/admin.reports_v1/admin/reports/v1/activity/users/all/applications/token?fields=kind,items(id/time,events(name))"
    _, answer = get(path)
    assert {frozenset(item) for item in answer["items"]} == {frozenset({"id", "events"})}
    assert {frozenset(item["id"]) for item in answer["items"]} == {frozenset({"time"})}
    assert picked({"a": {"b": 1, "c": 2}, "d": 3}, selection("a(b),d")) == {"a": {"b": 1}, "d": 3}


def test_the_filter_of_policies_chooses_parts_of_the_settings() -> None:
    from urllib.parse import quote

    _, answer = get(f"/cloudidentity.v1/v1/policies?filter={quote(FILTER)}")
    assert {one["setting"]["type"] for one in answer["policies"]} == {"settings/rule.dlp"}


def test_refusals_are_googles_own() -> None:
    path = "/admin.directory_v1/admin/directory/v1/users?customer=my_customer"
    status, stranger = get(path, {"host": "127.0.0.1"})
    assert (status, stranger["error"]["errors"][0]["reason"]) == (401, "authError")
    for kind, code in (("denied", "forbidden"), ("throttled", "userRateLimitExceeded")):
        status, refused = get(path, KEYED, PLAY.fault("admin/directory_v1:users.list", kind))
        assert (status, refused["error"]["code"], refused["error"]["errors"][0]["reason"]) == (403, 403, code)
    status, gone = get("/admin.directory_v1/admin/directory/v1/users/nobody/tokens")
    assert (status, gone["error"]["errors"][0]["reason"]) == (404, "notFound")


def test_what_is_not_played_is_refused() -> None:
    members = "/admin.directory_v1/admin/directory/v1/groups/g/members"
    for path in (members, "/cloudidentity.v1/v1/policies?pageSize=5&view=FULL"):
        assert get(path)[0] == 501
