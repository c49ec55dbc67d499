"""The Graph adapter over real HTTP with the real SDK: pages, throttles, what is no answer, and where the token goes."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

import pytest

from annexa.collectors._graph import RESOURCE_GRAPH_PAGES, once
from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Read
from annexa.evidence.answer import Trouble, UndeclaredCallError, UnreadError
from annexa.evidence.clock import VirtualClock
from annexa.schemas.words import Environment, Reason
from annexa.tests.collectors.graph_stage import APPS, GRAPH, TENANT, TOKEN, Answer, connected, jwt, serving

GOOD: Answer = (200, {}, {"value": [{"id": "a"}]})


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def rows(source: Any, read: Read = APPS, **params: Any) -> list[Any]:
    pages = source.wire("t").pages(read, {**read.params, **params})
    return [row["id"] for page in pages for row in page.content.get("value") or []]


def trouble(source: Any, read: Read = APPS, **params: Any) -> Trouble:
    with pytest.raises(UnreadError) as caught:
        rows(source, read, **params)
    return caught.value.trouble


def script(*answers: Answer) -> Any:
    left = chain(answers, repeat(answers[-1]))
    return lambda method, path: next(left)


def test_an_empty_page_with_a_next_link_is_not_the_end() -> None:
    def answer(method: str, path: str) -> Answer:
        link = f"{base}/v1.0/servicePrincipals?$top=999&$skiptoken="
        if "skiptoken=p3" in path:
            return 200, {}, {"value": [{"id": "b"}, {"id": "a"}]}
        if "skiptoken=p2" in path:
            return 200, {}, {"value": [], "@odata.nextLink": f"{link}p3"}
        return 200, {}, {"value": [{"id": "a"}], "@odata.nextLink": f"{link}p2"}

    with serving(answer) as (base, asked):
        source = connected(base)
        assert rows(source, replace(APPS, headers={"ConsistencyLevel": "eventual"})) == ["a", "b", "a"]
        assert source.hosts() == (base,)
    assert [path.split("?")[1] for _, path, _, _ in asked] == [
        "$top=999", "$top=999&$skiptoken=p2", "$top=999&$skiptoken=p3",
    ]  # fmt: skip
    assert {headers["consistencylevel"] for _, _, headers, _ in asked} == {"eventual"}
    assert {headers["authorization"] for _, _, headers, _ in asked} == {f"Bearer {TOKEN}"}


def test_an_object_on_two_pages_is_one() -> None:
    given = [{"id": "a", "n": 1}, {"id": "b"}, {"id": "A", "n": 2}, {"n": 3}, {"n": 3}]
    assert list(once(given)) == [given[0], given[1], given[3], given[4]]


@pytest.mark.parametrize("how", ["nextLink", "redirect"])
def test_the_token_never_goes_to_another_host(how: str) -> None:
    with serving(script(GOOD)) as (elsewhere, theirs):
        foreign = f"{elsewhere}/v1.0/servicePrincipals?$top=999&$skiptoken=x"

        def answer(method: str, path: str) -> Answer:
            if how == "redirect":
                return 302, {"Location": foreign}, {}
            return 200, {}, {"value": [{"id": "a"}], "@odata.nextLink": foreign}

        with serving(answer) as (base, ours):
            found = trouble(connected(base))
    assert (found.reason, found.code) == (Reason.INVALID_ANSWER, "foreign_link" if how == "nextLink" else "redirect")
    assert (len(ours), theirs) == (1, []), "another host on this very machine is a foreign one too"


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ({"Retry-After": "30"}, 30, 30.5), ({"Retry-After": "Sun, 30 Aug 2026 06:00:40 GMT"}, 40, 40.5), ({}, 0.5, 1),
        ({"Retry-After": "soon"}, 0.5, 1),
    ],
)  # fmt: skip
def test_it_comes_again_when_microsoft_says(said: dict[str, str], least: float, most: float) -> None:
    clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
    with serving(script((429, said, {"error": {"code": "TooManyRequests"}}), GOOD)) as (base, asked):
        before = clock.monotonic()
        assert rows(connected(base, clock=clock)) == ["a"]
    assert least <= clock.monotonic() - before <= most and len(asked) == 2


def test_a_throttle_that_is_too_long_is_an_unread_with_its_end() -> None:
    with serving(script((429, {"Retry-After": "300"}, {}), GOOD)) as (base, asked):
        found = trouble(connected(base))
    assert (found.reason, len(asked)) == (Reason.THROTTLED, 1)
    assert "2026-08-30T06:05:00Z" in f"{found.says} {found.cure}"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_retries_have_one_owner(status: int) -> None:
    with serving(script((status, {}, {}))) as (base, asked):
        found = trouble(connected(base))
    assert len(asked) == 3, "as many as `attempts`, none of the SDK's own"
    assert found.reason is (Reason.THROTTLED if status == 429 else Reason.UNREACHABLE)


def test_published_limits_are_kept() -> None:
    clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
    policies = Read(op="GET /identity/conditionalAccess/policies", path="value", needs="Policy.Read.All")
    signs = Read(op="GET /auditLogs/signIns", path="value", needs="AuditLog.Read.All")
    audits = Read(op="GET /auditLogs/directoryAudits", path="value", needs="AuditLog.Read.All")
    rates = {policies.op: Rate(per_second=1, burst=1), "reports": Rate(per_second=0.5, burst=5)}
    together = {signs.op: "reports", audits.op: "reports"}
    with serving(script(GOOD)) as (base, asked):
        source = connected(base, api=replace(GRAPH, rates=rates, together=together), clock=clock, pacing=True)
        start = clock.monotonic()
        for _ in range(4):
            rows(source, policies)
        assert 3 <= clock.monotonic() - start < 3.5
        start = clock.monotonic()
        for _ in range(5):
            rows(source, signs)
            rows(source, audits)
        assert 10 <= clock.monotonic() - start < 10.5, "five at once, then five more in ten seconds"
    assert len(asked) == 14


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>sign in</html>"), "web_page"),
        ((200, {}, b'{"value": [{"id": '), "unreadable_body"), ((200, {}, b""), "empty_body"), ((200, {}, []), "wrong_type"),
        ((200, {"Content-Encoding": "gzip"}, b"no gzip"), "unreadable_body"), ((204, {}, b""), "HTTP 204"),
        ((200, {}, {"value": None}), "missing_list"), ((200, {}, {}), "missing_list"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_invalid(answer: Answer, code: str) -> None:
    with serving(script(answer)) as (base, _):
        found = trouble(connected(base))
    assert (found.reason, found.code) == (Reason.INVALID_ANSWER, code)


def test_consent_that_is_revoked_in_mid_run() -> None:
    def answer(method: str, path: str) -> Answer:
        if "skiptoken" in path:
            return 403, {"request-id": "r-7"}, {"error": {"code": "Authorization_RequestDenied", "message": "no"}}
        return 200, {}, {"value": [], "@odata.nextLink": f"{base}/v1.0/servicePrincipals?$top=999&$skiptoken=2"}

    with serving(answer) as (base, _):
        found = trouble(connected(base))
    assert (found.reason, found.code, found.request_id) == (Reason.DENIED, "Authorization_RequestDenied", "r-7")
    assert "Application.Read.All" in str(found.cure) and "taken back" in str(found.cure)


PIM = replace(APPS, op="GET /roleManagement", needs="Roles.Read", plan="Microsoft Entra ID P2")


@pytest.mark.parametrize(
    ("read", "claims", "reason", "says"),
    [
        (PIM, {"roles": ["Roles.Read"]}, Reason.NOT_LICENSED, "the plan is missing"),
        (PIM, {"scp": "openid Roles.Read"}, Reason.DENIED, "may not make this call"),
        (PIM, {"roles": ["Application.Read.All"]}, Reason.DENIED, "nobody consented"),
        (PIM, {}, Reason.DENIED, "may not make this call"),
        (APPS, {"roles": ["Application.Read.All"]}, Reason.DENIED, "may not make this call"),
        (APPS, {"roles": []}, Reason.DENIED, "nobody consented"),
        (APPS, {"roles": "Application.Read.All"}, Reason.DENIED, "may not make this call"),
    ],
)
def test_a_missing_consent_is_not_a_missing_licence(read: Read, claims: Any, reason: Reason, says: str) -> None:
    token = jwt(tid=TENANT, appid="app-1", exp=4102444800, **claims)
    with serving(script((403, {}, {"error": {"code": "Authorization_RequestDenied"}}))) as (base, _):
        found = trouble(connected(base, environment={"TOKEN": token}), read)
    assert (found.reason, says in found.says) == (reason, True)
    assert ("Microsoft Entra ID P2" if reason is Reason.NOT_LICENSED else read.needs) in str(found.cure)


@pytest.mark.parametrize(
    ("date", "cure"),
    [
        ("Sun, 30 Aug 2026 06:20:00 GMT", "20 minutes behind"), ("Sun, 30 Aug 2026 05:00:00 GMT", "60 minutes ahead"),
        ("Sun, 30 Aug 2026 06:00:01 GMT", "Sign in again"),
    ],
)  # fmt: skip
def test_a_token_that_is_not_accepted_and_a_wrong_clock(date: str, cure: str) -> None:
    refused = (401, {"Date": date}, {"error": {"code": "InvalidAuthenticationToken"}})
    with serving(script(refused)) as (base, asked):
        found = trouble(connected(base))
    assert (found.reason, found.code, len(asked)) == (Reason.DENIED, "InvalidAuthenticationToken", 1)
    assert cure in str(found.cure)


def test_a_beta_path_is_asked_of_the_same_host() -> None:
    limited = Read(op="GET /copilot/admin/settings", needs="x", base="https://graph.microsoft.com/beta")
    with serving(script(GOOD)) as (base, asked):
        next(connected(base).wire("t").pages(limited, {}))
    assert asked[0][1] == "/beta/copilot/admin/settings"


def test_only_what_is_declared_leaves() -> None:
    with serving(script(GOOD)) as (base, asked):
        source = connected(base)
        with pytest.raises(UndeclaredCallError):
            rows(source, APPS, **{"$expand": "owners"})
        with pytest.raises(UndeclaredCallError):
            rows(source, Read(op="DELETE /servicePrincipals", path="value", needs="x"))
        assert rows(source, replace(APPS, query=("$filter",)), **{"$filter": "startswith(displayName,'A b')"}) == ["a"]
    assert [path for _, path, _, _ in asked] == [
        "/v1.0/servicePrincipals?$top=999&$filter=startswith(displayName,'A%20b')"
    ]


def test_many_threads_get_their_own_answers() -> None:
    def answer(method: str, path: str) -> Answer:
        return 200, {}, {"value": [{"id": path.split("/")[3]}]}

    owners = Read(op="GET /servicePrincipals/{id}/owners", path="value", needs="x")
    with serving(answer) as (base, _), ThreadPoolExecutor(8) as pool:
        wire = connected(base, pool=pool).wire("t")
        asked = [{"id": f"sp-{number}"} for number in range(40)]
        found = [fetched.answers[0].content["value"][0]["id"] for fetched in wire.ahead(owners, asked)]
    assert found == [one["id"] for one in asked]


# --- Resource Graph

QUERY = "resources | project id"
RESOURCES = Read(
    op="POST /providers/Microsoft.ResourceGraph/resources", path="value", needs="Reader", pager=RESOURCE_GRAPH_PAGES,
    params={"options": {"resultFormat": "objectArray", "$top": 1000}}, body={"query": QUERY}, body_params=("options",),
)  # fmt: skip


def result(*ids: str, total: int | None = None, cut: Any = "false", **more: Any) -> Answer:
    found = {"value": [{"id": one} for one in ids], "totalRecords": len(ids) if total is None else total, **more}
    return 200, {}, found if cut is None else {**found, "resultTruncated": cut}


def test_resource_graph_takes_its_token_inside_the_body() -> None:
    pages = (result("a", total=3, cut="false", **{"$skipToken": "t1"}), result(total=3, **{"$skipToken": "t2"}))
    with serving(script(*pages, result("b", "c", total=3))) as (base, asked):
        assert rows(connected(base), RESOURCES) == ["a", "b", "c"]
    assert [json.loads(body) for _, _, _, body in asked] == [
        {"query": QUERY, "options": {"resultFormat": "objectArray", "$top": 1000, **token}}
        for token in ({}, {"$skipToken": "t1"}, {"$skipToken": "t2"})
    ]


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ((result("a", cut="true"),), "cut_short"), ((result("a", cut=True),), "cut_short"),
        ((result("a", cut=None),), "cut_short"),
        ((result("a", total=2),), "rows_missing"), ((result("a", total=2, **{"$skipToken": "t"}),) * 2, "repeated_cursor"),
    ],
)  # fmt: skip
def test_a_result_that_is_cut_short_is_never_whole(pages: tuple[Answer, ...], code: str) -> None:
    with serving(script(*pages)) as (base, _):
        found = trouble(connected(base), RESOURCES)
    assert (found.reason, found.code) == (Reason.INVALID_ANSWER, code)


def test_another_query_than_the_declared_one_does_not_leave() -> None:
    named = replace(RESOURCES, params={**RESOURCES.params, "query": QUERY})
    with serving(script(result("a"))) as (base, asked):
        source = connected(base)
        assert trouble(source, named, query="other").code == "unsafe_parameter" and asked == []
        assert rows(source, named) == ["a"]
    assert [json.loads(body)["query"] for _, _, _, body in asked] == [QUERY] and "query" not in asked[0][1]


# --- who we are


def test_a_source_knows_tenant_and_identity() -> None:
    with serving(script(GOOD)) as (base, _):
        source = connected(base)
        assert (source.tenant, source.identities(), source.environment) == (TENANT, ("app-1",), Environment.NON_VENDOR)
        assert source.wire("t").identity == "app-1"
    assert connected(None).environment is Environment.VENDOR, "nothing is asked while connecting"
