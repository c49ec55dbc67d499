"""The stand-in of Cursor answers as Cursor's documentation says, and its collectors keep none of the secrets in it.

Cursor publishes no description that a machine could read and no client for its Admin API; what its pages print for each
answer is written down here in words of ours.
"""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from whole_source import Whole, played

from annexa.evidence.fact import NOT_EXPOSED
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import cursor
from annexa.schemas.words import Completeness, Environment

PLAY = cursor.play("clean", "second")
NOW = int(PLAY.now.timestamp() * 1000)
DAY = 86_400_000
NUMBER = (int, float)
ANSWERS: dict[str, tuple[dict[str, Any] | None, str, dict[str, Any]]] = {
    "/teams/members": (None, "teamMembers", {"id": str, "email": str, "name": str, "role": str, "isRemoved": bool}),
    "/teams/audit-logs?pageSize=2": (
        None, "events",
        {"event_id": str, "timestamp": str, "ip_address": str, "user_email": str, "event_type": str,
         "application_type": str, "event_data": dict},
    ),
    "/teams/daily-usage-data": (
        {"startDate": NOW - 2 * DAY, "endDate": NOW, "page": 1, "pageSize": 50}, "data",
        {"userId": int, "day": str, "date": int, "email": str, "isActive": bool, "agentRequests": int, "chatRequests": int},
    ),
    "/teams/spend": (
        {"page": 1, "pageSize": 50}, "teamMemberSpend",
        {"userId": str, "name": str, "email": str, "role": str, "spendCents": NUMBER, "overallSpendCents": NUMBER,
         "effectivePerUserLimitDollars": NUMBER, "hardLimitOverrideDollars": NUMBER},
    ),
    "/teams/groups": (None, "groups", {"id": str, "name": str, "type": str, "memberCount": int, "currentMembers": list}),
    "/settings/repo-blocklists/repos": (None, "repos", {"id": str, "url": str, "patterns": list}),
    "/teams/model-access/providers": (
        None, "providers", {"id": str, "displayName": str, "enabled": bool, "models": list},
    ),
}  # fmt: skip
"""By path: the body that is posted, where the list stands, and what its items have."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(PLAY.standin().handle) as found:
        yield found


def asked(url: str, path: str, body: Any = None, key: str = cursor.KEY) -> tuple[int, dict[str, str], Any]:
    said = {
        "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
        "Content-Type": "application/json",
    }
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, data, said)) as reply:
            return reply.status, dict(reply.headers), json.load(reply)
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers), json.load(refused)


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_has_what_the_documentation_prints(url: str, path: str) -> None:
    body, items, fields = ANSWERS[path]
    status, _, found = asked(url, path, body)
    assert status == 200 and found[items]
    for item in found[items]:
        assert {name: item.get(name) for name, sort in fields.items() if not isinstance(item.get(name), sort)} == {}


def test_the_audit_log_says_whose_it_is_and_goes_on_by_number(url: str) -> None:
    pages = [asked(url, f"/teams/audit-logs?pageSize=4&startTime=2026-01-01&page={number}")[2] for number in (1, 2, 3)]
    assert [page["pagination"]["hasNextPage"] for page in pages] == [True, True, False]
    assert {page["params"]["teamId"] for page in pages} == {4711}
    assert len({event["event_id"] for page in pages for event in page["events"]}) == 10


def test_usage_is_told_for_thirty_days_at_most(url: str) -> None:
    status, _, _ = asked(url, "/teams/daily-usage-data", {"startDate": NOW - 31 * DAY, "endDate": NOW})
    assert status == 400


def test_a_stranger_is_refused_and_a_throttle_lasts_a_minute(url: str) -> None:
    assert asked(url, "/teams/members", key="crsr_nobody")[0] == 401
    with loopback(PLAY.standin([PLAY.fault("GET /teams/members", "throttled")]).handle) as throttled:
        status, headers, _ = asked(throttled, "/teams/members")
    assert (status, headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("state", ["unrestricted", "legacy"])
def test_without_a_policy_of_its_own_the_models_are_a_conflict(state: str) -> None:
    play = cursor.play("clean", "second")
    play.world.data["model_access"] |= {"state": state, "newProviderDefault": None, "newModelDefault": None}
    with loopback(play.standin().handle) as found:
        assert asked(found, "/teams/model-access/providers")[0] == 409


@pytest.fixture(scope="module")
def whole() -> Iterator[Whole]:
    with played(PLAY) as found:
        yield found


def test_the_whole_team_is_read(whole: Whole) -> None:
    assert {name: one.unreads for name, one in whole.found.items() if one.unreads} == {}
    assert {one.unit.completeness for one in whole.found.values()} == {Completeness.COMPLETE}
    assert (whole.source.tenant, whole.source.environment) == ("4711", Environment.SANDBOX)


def test_every_seat_was_used_and_every_administrator_is_known(whole: Whole) -> None:
    grants = [fact for fact in whole.facts("cursor.people.seats") if hasattr(fact, "grantee")]
    seats = {fact.grantee_name: fact.last_used for fact in grants if fact.permissions == ("seat",)}
    assert len(seats) == 10 and min(seats.values()) == "2026-08-20T00:00:00Z"
    assert sorted(fact.grantee_name for fact in grants if fact.purpose == "administer") == [
        "i.solheim@harbourline.example", "t.brandt@harbourline.example",
    ]  # fmt: skip


def test_no_secret_and_nobodys_doings_are_kept(whole: Whole) -> None:
    kept = b"".join(whole.pages)
    for word in (b"OfNobody", b"ghp_0123", b"203.0.113.42", b"Bearer", cursor.KEY.encode()):
        assert word not in kept
    assert b"harbourline/customs-keys" in kept and b"claude-opus-4-6" in kept
    (blocked, _, _, _) = whole.facts("cursor.repositories.repo_blocklists")
    assert blocked.name == "github.com/harbourline/customs-keys" and blocked.filters == NOT_EXPOSED
