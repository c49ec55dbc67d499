"""Slack's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from annexa import collectors
from annexa.collectors import slack
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError
from annexa.collectors.slack._api import API
from annexa.collectors.slack._settings import SlackSettings
from annexa.collectors.slack._source import _me
from annexa.collectors.slack.apps import organisation_apps, workspace_apps
from annexa.collectors.slack.audit import LOGS, audit_log
from annexa.collectors.slack.people import users
from annexa.collectors.slack.workspaces import workspaces
from annexa.evidence.call import Collector
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Environment, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import Answers, FakeRest, Pages, Status, collect, connected, facts, lost

APPROVED, RESTRICTED = "GET /admin.apps.approved.list", "GET /admin.apps.restricted.list"
TEAMS, USERS, AUDIT = "GET /admin.teams.list", "GET /admin.users.list", "GET /audit/v1/logs"
MISSING_SCOPE = {"ok": False, "error": "missing_scope", "needed": "admin.apps:read", "provided": "identify"}


def failed(code: str) -> dict[str, Any]:
    return {"ok": False, "error": code}


def page(name: str, *rows: Any, after: str = "") -> dict[str, Any]:
    return {"ok": True, name: list(rows), "response_metadata": {"next_cursor": after}}


def entry(key: str = "A1", scopes: Any = None, **app: Any) -> dict[str, Any]:
    found = {
        "app": {"id": key, "name": "ChatGPT", "is_app_directory_approved": True, **app},
        "date_updated": 1700000000,
    }
    return found if scopes is None else {**found, "scopes": scopes}


def lists(approved: Any = (), restricted: Any = ()) -> Answers:
    """Both lists; what is certified comes only to those who ask for it."""

    def answer(name: str, rows: Any) -> Callable[[Any], Any]:
        return lambda asked: page(
            name, *(row for row in rows if row.get("certified", False) == (asked["certified"] == "true"))
        )

    return {APPROVED: answer("approved_apps", approved), RESTRICTED: answer("restricted_apps", restricted)}


def of_organisation(answers: Answers, *, enterprise: bool = True, wire: Any = None) -> Gathered:
    return collect(organisation_apps, answers, scope="E1", tenant="E1", enterprise=enterprise, wire=wire)


# --- apps


def test_approved_and_restricted_apps_of_the_organisation() -> None:
    chatgpt = entry(
        "A1", [{"name": "chat:write"}, {"name": "app_mentions:read"}], app_homepage_url="https://chatgpt.com/x"
    )
    poll = entry("A2", [], name="Poll", is_app_directory_approved=False, app_homepage_url="")
    first, second = facts(of_organisation(lists([chatgpt], [poll])))
    assert (first.vendor_id, first.name, first.state, first.consented) == ("A1", "ChatGPT", "approved", "organisation")
    assert (first.domains, first.permissions) == (("chatgpt.com",), ("app_mentions:read", "chat:write"))
    assert (first.verified, first.created) == (True, NOT_EXPOSED)
    assert (second.vendor_id, second.state, second.consented) == ("A2", "restricted", "none")
    assert (second.verified, second.domains, second.permissions) == (False, NOT_EXPOSED, ABSENT)


def test_certified_apps_are_asked_for_too() -> None:
    both = [entry("A1"), {**entry("A2"), "certified": True}]
    assert {one.vendor_id for one in facts(of_organisation(lists(both)))} == {"A1", "A2"}


def test_each_list_is_asked_for_in_terms_of_its_place() -> None:
    wire = FakeRest(lists(), api=API)
    of_organisation({}, wire=wire)
    assert [(op, asked["certified"], asked["enterprise_id"]) for op, asked in wire.asked] == [
        (op, certified, "E1") for op in (APPROVED, RESTRICTED) for certified in ("false", "true")
    ]
    assert not any("team_id" in asked for _, asked in wire.asked)
    wire = FakeRest(lists(), api=API)
    collect(workspace_apps, {}, scope="T1", tenant="E1", enterprise=True, wire=wire)
    assert {asked["team_id"] for _, asked in wire.asked} == {"T1"}
    wire = FakeRest(lists(), api=API)
    of_organisation({}, enterprise=False, wire=wire)
    assert {asked.get("team_id") for _, asked in wire.asked} == {"E1"}


def test_apps_of_a_workspace_are_open_to_the_workspace() -> None:
    (found,) = facts(collect(workspace_apps, lists([entry()]), scope="T1", tenant="E1", enterprise=True))
    assert found.consented == "workspace"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"app_homepage_url": "no address"}, "domains"), ({"app_homepage_url": "https://["}, "domains"),
        ({"is_app_directory_approved": "yes"}, "verified"), ({"name": 7}, "name"),
    ],
)  # fmt: skip
def test_what_is_not_as_documented_is_kept_raw(changed: dict[str, Any], field: str) -> None:
    (found,) = facts(of_organisation(lists([entry(**changed)])))
    assert getattr(found, field).state in (State.AMBIGUOUS, State.UNKNOWN_VALUE)


@pytest.mark.parametrize("scopes", ["chat:write", ["chat:write"], [{"scope": "x"}]])
def test_scopes_that_are_not_as_documented_are_not_none(scopes: Any) -> None:
    (found,) = facts(of_organisation(lists([entry(scopes=scopes)])))
    assert found.permissions.state is State.AMBIGUOUS
    (found,) = facts(of_organisation(lists([entry()])))
    assert found.permissions is NOT_EXPOSED


def test_every_page_is_read_and_a_page_may_be_empty() -> None:
    pages = Pages(
        page("approved_apps", entry("A1"), after="c1"),
        page("approved_apps", after="c2"),
        page("approved_apps", entry("A2")),
    )
    answers = {**lists(), APPROVED: lambda asked: pages if asked["certified"] == "false" else page("approved_apps")}
    assert [one.vendor_id for one in facts(of_organisation(answers))] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("missing_scope", Reason.DENIED), ("not_an_admin", Reason.DENIED), ("token_revoked", Reason.DENIED),
        ("invalid_auth", Reason.DENIED), ("not_allowed_token_type", Reason.DENIED),
        ("feature_not_enabled", Reason.NOT_LICENSED), ("not_an_enterprise", Reason.NOT_LICENSED),
        ("team_not_authorized", Reason.NOT_LICENSED), ("fatal_error", Reason.UNREACHABLE),
        ("ratelimited", Reason.THROTTLED), ("a_new_word", Reason.INVALID_ANSWER),
    ],
)  # fmt: skip
def test_a_good_status_that_says_no_is_no_answer(code: str, reason: Reason) -> None:
    found = of_organisation({**lists(), APPROVED: failed(code)})
    assert facts(found) == [] and found.unit.completeness is not Completeness.COMPLETE
    assert lost(found) == [(APPROVED, None, reason)]
    assert code in found.unreads[0].detail


def test_a_missing_scope_names_the_scope_and_a_missing_plan_the_plan() -> None:
    found = of_organisation({**lists(), APPROVED: MISSING_SCOPE})
    assert "admin.apps:read" in str(found.unreads[0].cure)
    found = of_organisation({**lists(), APPROVED: failed("feature_not_enabled")})
    assert "Enterprise" in str(found.unreads[0].cure)


@pytest.mark.parametrize("code", ["token_revoked", "token_expired", "account_inactive"])
def test_a_token_that_ends_while_it_is_used_is_cured_by_another_one(code: str) -> None:
    found = of_organisation({**lists(), APPROVED: failed(code)})
    assert "Make a new key" in str(found.unreads[0].cure)


@pytest.mark.parametrize(
    "answer",
    [
        {"approved_apps": []}, {"ok": None, "approved_apps": []}, {"ok": "true", "approved_apps": []}, {"ok": True},
        {"ok": True, "approved_apps": None}, Status(429, failed("ratelimited"), {"Retry-After": "30"}), Status(500), b"<html>",
    ],
)  # fmt: skip
def test_what_is_no_list_is_never_an_empty_one(answer: Any) -> None:
    given = Status(200, answer) if isinstance(answer, bytes) else answer
    found = of_organisation({**lists(), APPROVED: given})
    assert facts(found) == [] and len(found.unreads) == 1
    assert found.unit.completeness is not Completeness.COMPLETE


# --- workspaces and people


def test_workspaces_are_scopes_of_their_own() -> None:
    found = facts(collect(workspaces, {TEAMS: page("teams", {"id": "T1", "name": "Staff"}, {"id": "T2"})}))
    assert [(one.path, one.level, one.name) for one in found] == [
        ("T1", "workspace", "Staff"), ("T2", "workspace", NOT_EXPOSED),
    ]  # fmt: skip
    assert workspaces.lists_scopes == "workspace" and workspace_apps.per == "workspace"


def people(*rows: Any, gone: Any = ()) -> Answers:
    return {USERS: lambda asked: page("users", *(rows if asked["is_active"] == "true" else gone))}


def test_people_who_were_deactivated_are_listed_too() -> None:
    found = facts(collect(users, people({"id": "W1"}, gone=[{"id": "W2"}])))
    assert [(one.subject, one.state) for one in found] == [("W1", "active"), ("W2", "deactivated")]


PERSON = {"id": "W1", "email": "kim@example.com", "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, {"sort": "person", "name": "kim@example.com"}), ({"is_bot": True}, {"sort": "service"}),
        ({"is_restricted": True}, {"sort": "guest"}), ({"is_ultra_restricted": True}, {"sort": "guest"}),
        ({"email": None, "username": "kim"}, {"name": "kim"}), ({"has_2fa": True}, {"mfa": True}),
        ({"has_2fa": False}, {"mfa": False}), ({}, {"mfa": NOT_EXPOSED, "managed": NOT_EXPOSED, "last_seen": NOT_EXPOSED}),
        ({"has_sso": True}, {"managed": "sso"}), ({"has_sso": False}, {"managed": NOT_EXPOSED}),
        ({"date_created": 1700000000}, {"created": "2023-11-14T22:13:20Z"}), ({"last_active_ts": 0}, {"last_seen": ABSENT}),
        ({"last_active_ts": 1700000000}, {"last_seen": "2023-11-14T22:13:20Z"}),
    ],
)  # fmt: skip
def test_what_slack_says_of_people(changed: dict[str, Any], says: dict[str, Any]) -> None:
    (found,) = facts(collect(users, people({**PERSON, **changed})))
    assert {name: getattr(found, name) for name in says} == says


def test_what_slack_does_not_say_of_people_stays_open() -> None:
    (found,) = facts(collect(users, people({"id": "W1", "has_2fa": "maybe", "last_active_ts": "today"})))
    assert found.sort is NOT_EXPOSED and found.mfa.state is State.UNKNOWN_VALUE
    assert found.last_seen.state is State.AMBIGUOUS


def test_the_second_list_of_people_counts_as_much_as_the_first() -> None:
    answers = {USERS: lambda asked: page("users", PERSON) if asked["is_active"] == "true" else failed("missing_scope")}
    found = collect(users, answers)
    assert found.unit.completeness is not Completeness.COMPLETE and lost(found) == [(USERS, None, Reason.DENIED)]


# --- the audit log


def test_the_newest_entry_is_the_heartbeat() -> None:
    wire = FakeRest({AUDIT: {"entries": [{"id": "1", "date_create": 1788062400, "action": "user_login"}]}}, api=API)
    (found,) = facts(collect(audit_log, {}, wire=wire))
    assert (found.name, found.enabled, found.last_event) == ("slack.audit", True, "2026-08-30T04:00:00Z")
    assert wire.asked[0][1]["oldest"] == 1787464800, "seven days before"
    assert LOGS.params == {"limit": 1} and LOGS.base == "https://api.slack.com"


def test_an_empty_audit_log_is_no_heartbeat_and_no_silence() -> None:
    (found,) = facts(collect(audit_log, {AUDIT: {"entries": []}}))
    assert found.last_event.state is State.NOT_EXPOSED


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (failed("user_not_authorized"), Reason.DENIED), (failed("missing_scope"), Reason.DENIED),
        (failed("feature_not_enabled"), Reason.NOT_LICENSED), (failed("invalid_workspace"), Reason.NOT_LICENSED),
        (Status(401, failed("invalid_authentication")), Reason.DENIED), ({"ok": False}, Reason.INVALID_ANSWER),
        ({"ok": None, "entries": []}, Reason.INVALID_ANSWER), ({}, Reason.INVALID_ANSWER),
        (Status(429, failed("ratelimited")), Reason.THROTTLED),
    ],
)  # fmt: skip
def test_an_audit_log_that_says_no_is_unread(answer: Any, reason: Reason) -> None:
    found = collect(audit_log, {AUDIT: answer})
    assert facts(found) == [] and lost(found) == [(AUDIT, None, reason)]


# --- what is never kept


SECRET = "plain words that no pattern would find"
HIDDEN: dict[str, tuple[Collector, Answers]] = {
    "apps": (workspace_apps, lists([entry(
        description=SECRET, additional_info=SECRET, help_url=f"https://x.example/?{SECRET}", icons={"image_32": SECRET}
    )])),
    "workspaces": (workspaces, {TEAMS: page("teams", {"id": "T1", "primary_owner": {"email": SECRET}})}),
    "people": (users, people({**PERSON, "full_name": SECRET, "profile": {"status_text": SECRET}, "workspaces": [SECRET]})),
    "entries": (audit_log, {AUDIT: {"entries": [{
        "date_create": 1788062400, "actor": {"user": {"email": SECRET}}, "entity": {"user": {"name": SECRET}},
        "context": {"ua": SECRET}, "details": {"token": SECRET},
    }]}}),
}  # fmt: skip


@pytest.mark.parametrize("where", HIDDEN)
def test_what_people_write_into_free_fields_is_not_kept(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []

    class Keeping(rest_wire.Keeper):
        def __init__(self, *given: Any, store: Callable[[bytes], str], **how: Any) -> None:
            def keep(body: bytes) -> str:
                kept.append(body)
                return store(body)

            super().__init__(*given, store=keep, **how)

    monkeypatch.setattr(rest_wire, "Keeper", Keeping)
    collector, answers = HIDDEN[where]
    found = collect(collector, answers, scope="T1", enterprise=True)
    assert found.records and kept
    assert SECRET.encode() not in b"".join(kept) + msgspec.json.encode(found.records)


# --- signing in


WHOAMI = {
    "ok": True,
    "team": "Acme",
    "team_id": "E1",
    "user_id": "W1",
    "enterprise_id": "E1",
    "is_enterprise_install": True,
}


def signed_in(answer: Any, **settings: Any) -> Any:
    seen: list[Any] = []

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        seen.append((str(request.url), request.headers["authorization"]))
        return answer

    source = connected(
        handle,
        api=API,
        settings=SlackSettings(attempts=1, **settings),
        me=_me,
        environment={"SLACK_ORG_ADMIN_USER_TOKEN": "xoxp-1"},
    )
    return source, seen


def test_a_token_belongs_to_an_organisation() -> None:
    source, seen = signed_in((200, {}, WHOAMI))
    assert (source.tenant, source.identities(), source.environment) == ("E1", ("user/W1",), Environment.VENDOR)
    assert seen == [("https://slack.com/api/auth.test", "Bearer xoxp-1")]
    assert source.known("E1")["enterprise"] is True
    assert slack.CREDENTIALS == ("SLACK_ORG_ADMIN_USER_TOKEN",)


@pytest.mark.parametrize("none", [{}, {"enterprise_id": None}, {"enterprise_id": ""}])
def test_a_plan_without_organisation_is_one_workspace(none: dict[str, Any]) -> None:
    said = {name: value for name, value in WHOAMI.items() if name != "enterprise_id"} | {"team_id": "T9"} | none
    source, _ = signed_in((200, {}, said))
    assert (source.tenant, source.known("T9")["enterprise"]) == ("T9", False)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (failed("invalid_auth"), "invalid_auth"), (failed("account_inactive"), "not accepted"), ({"ok": True}, "who we are"),
        ({"team_id": "T1", "user_id": "W1"}, "no_verdict"),
    ],
)  # fmt: skip
def test_a_token_that_is_none_cannot_start(answer: Any, says: str) -> None:
    with pytest.raises(CannotStartError) as caught:
        signed_in((200, {}, answer))
    assert says in caught.value.says and "xoxp-1" not in str(caught.value)


def test_permissions_name_every_scope() -> None:
    made = slack.grant(GrantOrder(collectors=collectors.of(slack)))
    (text,) = made.documents.values()
    assert all(call.needs in text for one in collectors.of(slack) for call in one.calls)
    assert "owner" in text and "SLACK_ORG_ADMIN_USER_TOKEN" in text and "Enterprise" in text
