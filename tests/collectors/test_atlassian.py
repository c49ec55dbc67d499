"""Atlassian's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from annexa import collectors
from annexa.collectors import atlassian
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.atlassian import (
    DOMAINS,
    EVENTS,
    POLICIES,
    TOKENS,
    USERS,
    api_tokens,
    audit_log,
    domains,
    policies,
    users,
)
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.gather import Gathered
from annexa.evidence.redact import Redactor
from annexa.mappings.settings import load_settings
from annexa.schemas.words import Environment, Reason, State
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Pages, collect, facts, lost

NEXT = "https://vendor.example/v1/orgs/org-1/users?cursor=c2"


def read(collector: Any, answer: Any) -> Gathered:
    return collect(collector, {collector.calls[0].op: answer}, organisation="org-1")


def page(*rows: Any, **links: str) -> dict[str, Any]:
    return {"data": list(rows), "links": links}


def user(key: str = "u1", **changed: Any) -> dict[str, Any]:
    return {"account_id": key, "account_type": "atlassian", "account_status": "active", "name": "Kim",
            "email": "kim@acme.example", "last_active": "2026-08-29T06:00:00.000Z", **changed}  # fmt: skip


def test_managed_accounts_on_every_page() -> None:
    gathered = read(
        users, Pages(page(user(), next=NEXT), page(user("u2", account_type="app", account_status="closed")))
    )
    kim, app = facts(gathered)
    assert (kim.name, kim.sort, kim.state, kim.last_seen) == (
        "kim@acme.example",
        "person",
        "active",
        "2026-08-29T06:00:00Z",
    )
    assert (app.sort, app.state, lost(gathered)) == ("service", "closed", [])
    kept = Redactor(b"k" * 32).page(page(user()), drop=USERS.drop)
    assert "'Kim'" not in str(kept) and "kim@acme.example" in str(kept)


@pytest.mark.parametrize(
    ("changed", "field"), [({"account_type": "robot"}, "sort"), ({"account_status": "asleep"}, "state")]
)
def test_words_that_nobody_documented_are_kept_raw(changed: dict[str, Any], field: str) -> None:
    (found,) = facts(read(users, page(user(**changed))))
    assert getattr(found, field).state is State.UNKNOWN_VALUE


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1/orgs/org-1/users?cursor=c", "https://vendor.example/v1/orgs/o2/users"]
)
def test_a_next_page_elsewhere_is_not_followed(link: str) -> None:
    gathered = read(users, page(user(), next=link))
    assert lost(gathered) == [(USERS.op, None, Reason.INVALID_ANSWER)]


def test_domains_with_what_became_of_their_proof() -> None:
    rows = [{"id": "1", "attributes": {"name": "acme.example", "claim": {"status": "verified"}}}, {"id": "2"}]
    acme, bare = facts(read(domains, page(*rows)))
    assert (acme.subject, acme.value, bare.subject, bare.value) == ("acme.example", "verified", "2", NOT_EXPOSED)


# --- policies


def policy(sort: str, status: Any = "enabled", **more: Any) -> dict[str, Any]:
    return {"id": "p1", "type": "policy", "attributes": {"type": sort, "name": "Ours", "status": status, **more}}


def test_a_policy_that_is_on_with_what_it_allows() -> None:
    status, inside = facts(read(policies, page(policy("ip-allowlist", rule={"in": ["2.0.0.0/8", "1.0.0.0/8"]}))))
    assert (status.name, status.value, status.set_by) == ("atlassian.policy.ip_allowlist", "enabled", "Ours")
    assert (inside.name, inside.value) == ("atlassian.ip_allowlist", ("1.0.0.0/8", "2.0.0.0/8"))


@pytest.mark.parametrize(
    ("sort", "status", "inside"),
    [
        ("data-residency", "disabled", State.ABSENT), ("data-residency", None, State.NOT_EXPOSED),
        ("data-residency", "waiting", State.UNKNOWN_VALUE), ("a-new-one", "enabled", State.UNKNOWN_VALUE),
    ],
)  # fmt: skip
def test_a_policy_that_is_not_known_to_be_on_allows_nothing(sort: str, status: Any, inside: State) -> None:
    found = facts(read(policies, page(policy(sort, status, rule={"in": ["eu"]}))))[1]
    assert found.value.state is inside


@pytest.mark.parametrize("status", ["enabled", "disabled"])
def test_a_policy_about_generative_ai_is_kept_and_never_understood(status: str) -> None:
    (found,) = facts(read(policies, page(policy("generative-ai", status, rule=[]))))
    assert (found.name, found.value) == ("atlassian.policy.other", f"generative-ai: {status}")
    assert load_settings().understand(found.name, found.value).state is State.AMBIGUOUS


# --- the audit log and tokens


def test_only_the_newest_entry_of_the_audit_log_is_asked_for() -> None:
    answer = page({"id": "e", "attributes": {"time": "2026-08-30T04:00:00.000Z", "actor": {"name": "Kim"}}}, next=NEXT)
    wire = FakeRest({EVENTS.op: answer}, api=atlassian.API)
    (found,) = facts(collect(audit_log, {}, wire=wire, organisation="org-1"))
    assert (found.name, found.enabled, found.last_event) == ("atlassian.audit", True, "2026-08-30T04:00:00Z")
    ((_, asked),) = wire.asked
    week = int(datetime(2026, 8, 23, tzinfo=UTC).timestamp() * 1000)
    assert asked == {"orgId": "org-1", "from": week, "sortOrder": "desc", "limit": 1}


def test_a_silent_audit_log_is_neither_on_nor_off() -> None:
    (found,) = facts(read(audit_log, page()))
    assert found.enabled.state is found.last_event.state is State.AMBIGUOUS


@pytest.mark.parametrize("call", [EVENTS, POLICIES])
def test_a_key_with_scopes_may_be_refused_and_is_told_why(call: Any) -> None:
    collector = {EVENTS.op: audit_log, POLICIES.op: policies}[call.op]
    gathered = read(collector, DENIED)
    (entry,) = gathered.unreads
    assert facts(gathered) == [] and entry.reason is Reason.DENIED
    assert "or a key without scopes" in str(entry.cure)


def test_tokens_of_managed_accounts_by_a_cursor() -> None:
    def token(key: str, **more: Any) -> dict[str, Any]:
        return {"id": key, "label": "x", "status": "ALLOWED", "createdAt": "2026-01-01T00:00:00Z",
                "expiresAt": "2027-01-01T00:00:00Z", "lastActiveAt": None, "user": {"id": "u1"}, **more}  # fmt: skip

    pages = Pages(
        page(token("t1"), next="c2"), page(token("t2", status="BLOCKED", expiresAt=None), token("t3", lastActiveAt="?"))
    )
    first, second, third = facts(read(api_tokens, pages))
    assert (first.owner, first.state, first.expires, first.last_used) == (
        "u1",
        "allowed",
        "2027-01-01T00:00:00Z",
        ABSENT,
    )
    assert (second.state, second.expires) == ("blocked", NOT_EXPOSED)
    assert third.last_used.state is State.AMBIGUOUS and TOKENS.drop == ("label", "name", "email")


@pytest.mark.parametrize("collector", [users, domains, policies, audit_log, api_tokens], ids=lambda one: one.name)
@pytest.mark.parametrize("answer", [{}, {"data": None}, [], {"data": {}}])
def test_an_answer_without_a_list_is_not_an_empty_one(collector: Any, answer: Any) -> None:
    gathered = read(collector, answer)
    assert facts(gathered) == [] and [reason for _, _, reason in lost(gathered)] == [Reason.INVALID_ANSWER]
    assert DOMAINS.path == "data"


# --- signing in

KEY = {"ATLASSIAN_API_KEY": "made-up-key", "ATLASSIAN_ORG_ID": "org-1"}


def connect(environment: Mapping[str, str], body: Any, status: int = 200) -> tuple[Source, list[httpx2.Request]]:
    seen = list[httpx2.Request]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(status, json=body)

    lent = Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r", environment=environment,
        pacing=False, prepare=lambda vendor, client: client.answer_with(httpx2.MockTransport(answer)),
    )  # fmt: skip
    return atlassian.connect(atlassian.Settings(attempts=1), lent), seen


def test_the_organisation_of_the_key_is_asked_for_by_its_id() -> None:
    source, (request,) = connect(KEY, {"data": {"id": "org-1", "type": "orgs"}})
    assert str(request.url) == "https://api.atlassian.com/admin/v1/orgs/org-1"
    assert request.headers["authorization"] == "Bearer made-up-key"
    assert (source.tenant, source.environment) == ("org-1", Environment.VENDOR)
    assert source.known("org-1")["organisation"] == "org-1"


@pytest.mark.parametrize(
    ("environment", "body", "status", "says"),
    [
        ({"ATLASSIAN_API_KEY": "k"}, {}, 200, "no organisation is named"),
        ({"ATLASSIAN_ORG_ID": "org-1"}, {}, 200, "ATLASSIAN_API_KEY is not set"),
        (KEY, {"data": {"id": "org-2"}}, 200, "does not say who we are"),
        (KEY, {"errors": []}, 404, "HTTP 404"),
        (KEY, {}, 401, "HTTP 401"),
    ],
)
def test_what_keeps_it_from_starting(environment: Mapping[str, str], body: Any, status: int, says: str) -> None:
    with pytest.raises(CannotStartError, match=says) as caught:
        connect(environment, body, status)
    assert caught.value.cure


def test_the_grant_lists_scopes_that_only_read() -> None:
    found = atlassian.grant(GrantOrder(collectors=tuple(collectors.of(atlassian))))
    (text,) = found.documents.values()
    assert text.count(":admin") == 6 and "write:" not in text and "read:events:admin, or a key without scopes" in text
