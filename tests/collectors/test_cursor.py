"""Cursor's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import cursor
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError
from annexa.collectors.cursor._api import API
from annexa.collectors.cursor._source import _me
from annexa.collectors.cursor.audit import audit_log
from annexa.collectors.cursor.limits import spend_limits
from annexa.collectors.cursor.models import allowed_models, model_access
from annexa.collectors.cursor.people import USAGE as USAGE_READ
from annexa.collectors.cursor.people import members, seats
from annexa.collectors.cursor.repositories import repo_blocklists
from annexa.evidence.call import Collector
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Environment, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Pages, Status, connected, facts, lost

MEMBERS, GROUPS, USAGE, SPEND = (
    "GET /teams/members", "GET /teams/groups", "POST /teams/daily-usage-data", "POST /teams/spend",
)  # fmt: skip
AUDIT, BLOCKLISTS = "GET /teams/audit-logs", "GET /settings/repo-blocklists/repos"
ACCESS, PROVIDERS = "GET /teams/model-access/configuration", "GET /teams/model-access/providers"
DAY = 86_400_000
NOW = 1788069600000  # 2026-08-30T06:00:00Z
CONFLICT = Status(409, {"error": "Conflict", "message": "The team has no custom policy"})


def collect(collector: Collector, answers: Any, **how: Any) -> Gathered:
    return rest_wire.collect(collector, answers, scope="4711", tenant="4711", team="4711", **how)


def member(key: str = "user_1", role: Any = "member", removed: Any = False, **more: Any) -> dict[str, Any]:
    found = {"id": key, "email": f"{key}@acme.example", "name": key, "role": role, "isRemoved": removed, **more}
    return {name: value for name, value in found.items() if value is not None}


def used(*rows: tuple[str, int, Any], more: bool = False) -> dict[str, Any]:
    """Rows of usage: who, how many days ago, whether active."""
    data = [
        {"userId": 1, "email": f"{who.upper()}@acme.example", "date": NOW - ago * DAY, "day": "x", "isActive": active}
        for who, ago, active in rows
    ]
    return {"data": data, "pagination": {"hasNextPage": more}}


def windows(*answers: Any) -> Any:
    """One answer per window, the newest first; later ones are empty."""

    def answer(params: Any) -> Any:
        number = round((NOW - params["endDate"]) / (30 * DAY))
        return answers[number] if number < len(answers) else used()

    return answer


def of_seats(members_: list[Any], usage: Any, wire: Any = None) -> Gathered:
    return collect(seats, {MEMBERS: {"teamMembers": members_}, USAGE: usage}, wire=wire)


def seat(found: Gathered, who: str = "user_1") -> Any:
    return next(fact for fact in facts(found) if fact.subject == f"{who}#seat")


def test_a_seat_has_its_newest_active_day_whatever_the_case_of_the_address() -> None:
    found = of_seats([member()], windows(used(("user_1", 9, True), ("user_1", 3, True), ("user_1", 1, False))))
    one = seat(found)
    assert (one.last_used, one.granted, one.purpose, one.permissions) == (
        "2026-08-27T06:00:00Z",
        NOT_EXPOSED,
        "use",
        ("seat",),
    )
    assert (one.verdict, one.target, found.unit.completeness) == ("allowed", "cursor", Completeness.COMPLETE)


def test_older_windows_are_asked_only_for_members_without_a_day() -> None:
    idle = [used(("user_1", 9, True), ("user_2", 2, False)), used(("user_2", 41, True))]
    wire = FakeRest({MEMBERS: {"teamMembers": [member(), member("user_2")]}, USAGE: windows(*idle)}, api=API)
    found = of_seats([], None, wire)
    assert seat(found, "user_2").last_used == "2026-07-20T06:00:00Z"
    assert [params["endDate"] - params["startDate"] for op, params in wire.asked if op == USAGE] == [30 * DAY] * 2


@pytest.mark.parametrize(
    ("usage", "state"),
    [
        (windows(used(("user_1", 2, False)), used(("user_1", 40, False))), State.ABSENT),
        (windows(), State.NOT_EXPOSED),
        (windows(used(("user_1", 2, None))), State.NOT_EXPOSED),
        (windows(used(("user_1", 2, "often"))), State.UNKNOWN_VALUE),
        (windows(DENIED), State.UNREAD),
        (windows(used(("user_1", 2, False)), Status(500)), State.UNREAD),
        (windows({"data": None, "pagination": {"hasNextPage": False}}), State.UNREAD),
        (windows({"data": []}), State.UNREAD),
    ],
    ids=["never active", "not in the rows", "no word", "odd word", "refused", "older refused", "no list", "no end"],
)
def test_what_is_not_a_day_is_no_day(usage: Any, state: State) -> None:
    found = of_seats([member()], usage)
    assert seat(found).last_used.state is state
    assert bool(lost(found)) == (state is State.UNREAD)


def test_a_window_that_breaks_after_a_page_says_nothing() -> None:
    broken = Pages(used(("user_1", 20, True), more=True), Status(500))
    found = of_seats([member()], windows(broken))
    assert seat(found).last_used.state is State.UNREAD


def test_roles_are_seats_and_administration() -> None:
    team = [member("user_1", "owner"), member("user_2", "free-owner"), member("user_3"), member("user_4", removed=True)]
    found = [fact for fact in facts(of_seats(team, windows(used()))) if hasattr(fact, "grantee")]
    assert [fact.subject for fact in found] == [
        "user_1#administer", "user_1#seat", "user_2#administer", "user_3#seat",
    ]  # fmt: skip


def test_a_role_that_nobody_knows_is_both_and_neither_for_certain() -> None:
    found = of_seats([member(role="guest-of-honour")], windows(used(("user_1", 1, True))))
    grants = {fact.subject: fact for fact in facts(found) if hasattr(fact, "grantee")}
    assert grants["user_1#administer"].verdict.state is State.UNKNOWN_VALUE
    assert grants["user_1#seat"].last_used.state is State.UNKNOWN_VALUE


def test_whether_a_member_was_removed_may_not_be_said() -> None:
    found = of_seats([member(removed=None), member("user_2", removed="perhaps")], windows(used()))
    assert seat(found).verdict == NOT_EXPOSED
    assert seat(found, "user_2").verdict.state is State.UNKNOWN_VALUE


def test_the_team_is_one_ai_system_only_where_its_members_are_read() -> None:
    (system,) = [fact for fact in facts(of_seats([], windows())) if hasattr(fact, "category")]
    assert (system.subject, system.category, system.provider) == ("4711", "service", "cursor")
    refused = collect(seats, {MEMBERS: Status(403), USAGE: windows()})
    assert facts(refused) == [] and lost(refused) == [(MEMBERS, None, Reason.DENIED)]


def test_a_member_without_an_id_costs_only_itself() -> None:
    found = of_seats([member(id=None), member("user_2")], windows(used()))
    assert [fact.subject for fact in facts(found) if hasattr(fact, "grantee")] == ["user_2#seat"]
    assert [reason for _, _, reason in lost(found)] == [Reason.INVALID_ANSWER]


GROUP = {"id": "group_1", "directoryGroupId": "dir_1", "currentMembers": [{"userId": "user_1"}]}


def test_members_of_a_directory_group_come_from_the_directory() -> None:
    groups = {"groups": [GROUP, {**GROUP, "directoryGroupId": None, "currentMembers": [{"userId": "user_2"}]}]}
    found = facts(
        collect(members, {MEMBERS: {"teamMembers": [member(), member("user_2", removed=True)]}, GROUPS: groups})
    )
    assert [(one.subject, one.state, one.managed) for one in found] == [
        ("user_1", "active", "scim"), ("user_2", "removed", NOT_EXPOSED),
    ]  # fmt: skip


def test_where_groups_are_refused_members_are_still_members() -> None:
    found = collect(members, {MEMBERS: {"teamMembers": [member()]}, GROUPS: Status(403)})
    assert facts(found)[0].managed.state is State.UNREAD
    assert lost(found) == [(GROUPS, None, Reason.DENIED)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"effectivePerUserLimitDollars": 49.5}, 4950), ({"effectivePerUserLimitDollars": 0}, 0),
        ({"effectivePerUserLimitDollars": None}, ABSENT), ({}, NOT_EXPOSED),
    ],
)  # fmt: skip
def test_what_a_member_may_spend(row: dict[str, Any], expected: Any) -> None:
    answer = {"teamMemberSpend": [{"userId": "user_1", "monthlyLimitDollars": 7, **row}], "totalPages": 1}
    (limit,) = facts(collect(spend_limits, {SPEND: answer}))
    assert (limit.value, limit.limits, limit.unit) == (expected, "user_1", "USD")


CUSTOM = {"teamId": 4711, "state": "custom", "newProviderDefault": "disabled", "newModelDefault": "enabled"}
OPEN = {"teamId": 4711, "state": "unrestricted", "newProviderDefault": None, "newModelDefault": None}


def test_the_policy_of_models_and_what_it_does_with_new_ones() -> None:
    found = {fact.name.removeprefix("cursor."): fact.value for fact in facts(collect(model_access, {ACCESS: CUSTOM}))}
    assert found == {
        "model_access": "custom", "model_access.new_providers": "disabled", "model_access.new_models": "enabled",
    }  # fmt: skip


def test_without_a_policy_nothing_new_is_held_back() -> None:
    state, *defaults = facts(collect(model_access, {ACCESS: OPEN}))
    assert state.value == "unrestricted"
    assert all(one.value.state is State.ABSENT and "may be used" in one.value.why for one in defaults)


def providers(*models: tuple[str, Any, Any]) -> dict[str, Any]:
    rows = [{"id": name, "enabled": outer, "models": [{"id": "m1", "enabled": inner}]} for name, outer, inner in models]
    return {"teamId": 4711, "state": "custom", "providers": rows}


def test_a_model_is_allowed_where_both_switches_are_on() -> None:
    answer = providers(("b", True, True), ("a", True, True), ("c", False, True), ("d", True, False))
    (found,) = facts(collect(allowed_models, {PROVIDERS: answer, ACCESS: CUSTOM}))
    assert found.value == ("a/m1", "b/m1")


@pytest.mark.parametrize(
    ("answer", "access", "state"),
    [
        (CONFLICT, OPEN, State.ABSENT),
        (CONFLICT, {**OPEN, "state": "legacy"}, State.AMBIGUOUS),
        (CONFLICT, CUSTOM, State.AMBIGUOUS),
        (providers(("a", True, "maybe")), CUSTOM, State.AMBIGUOUS),
        (providers(), CUSTOM, State.ABSENT),
    ],
    ids=["unrestricted", "legacy", "contradiction", "odd switch", "nothing allowed"],
)
def test_a_conflict_means_unrestricted_only_where_cursor_says_so(answer: Any, access: Any, state: State) -> None:
    found = collect(allowed_models, {PROVIDERS: answer, ACCESS: access})
    (one,) = facts(found)
    assert one.value.state is state and lost(found) == []
    if access is OPEN:
        assert "unrestricted" in one.value.why


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({PROVIDERS: Status(403), ACCESS: CUSTOM}, Reason.DENIED),
        ({PROVIDERS: CONFLICT, ACCESS: Status(401)}, Reason.DENIED),
        ({PROVIDERS: {"state": "custom"}, ACCESS: CUSTOM}, Reason.INVALID_ANSWER),
        ({PROVIDERS: {"providers": [{"id": "a", "enabled": True}]}, ACCESS: CUSTOM}, Reason.INVALID_ANSWER),
    ],
)
def test_what_is_refused_or_lacks_its_list_restricts_nothing_and_allows_nothing(answers: Any, reason: Reason) -> None:
    found = collect(allowed_models, answers)
    assert facts(found) == [] and {one for _, _, one in lost(found)} == {reason}


@pytest.mark.parametrize(
    ("repo", "mode", "patterns"),
    [
        ({"patterns": ["secrets/**", "*.env"]}, "enforce", ("*.env", "secrets/**")),
        ({"patterns": []}, "off", ABSENT),
        ({}, NOT_EXPOSED, NOT_EXPOSED),
    ],
)
def test_repositories_that_are_kept_from_the_assistant(repo: dict[str, Any], mode: Any, patterns: Any) -> None:
    row = {"id": "repo_1", "url": "https://user:token@github.com/acme/core", **repo}
    guard, setting = facts(collect(repo_blocklists, {BLOCKLISTS: {"repos": [row]}}))
    assert (guard.name, guard.mode, guard.type, setting.value) == (
        "github.com/acme/core",
        mode,
        "repo_blocklist",
        patterns,
    )


def events(*times: Any, more: bool = False) -> dict[str, Any]:
    rows = [{"event_id": "e", "timestamp": one, "event_type": "login", "user_email": "a@acme.example"} for one in times]
    return {"events": rows, "pagination": {"hasNextPage": more}, "params": {"teamId": 4711}}


def test_the_audit_log_has_its_newest_entry_over_all_pages() -> None:
    first, second = "2026-08-29T01:00:00.000Z", "2026-08-30T05:00:00.000Z"
    wire = FakeRest({AUDIT: Pages(events(first, more=True), events(second))}, api=API)
    (log,) = facts(collect(audit_log, {}, wire=wire))
    assert (log.enabled, log.last_event) == (True, "2026-08-30T05:00:00Z")
    assert wire.asked[0][1]["startTime"] == "2026-08-23T00:00:00Z"


@pytest.mark.parametrize(("answer", "state"), [(events(), State.AMBIGUOUS), (events("soon"), State.AMBIGUOUS)])
def test_an_audit_log_without_a_readable_time_says_neither(answer: Any, state: State) -> None:
    (log,) = facts(collect(audit_log, {AUDIT: answer}))
    assert log.last_event.state is state


def connect(handle: Any, **environment: str) -> Any:
    return connected(
        handle, api=API, settings=cursor.Settings(), me=_me,
        environment={"CURSOR_ADMIN_API_KEY": "crsr_1", **environment},
    )  # fmt: skip


def test_the_key_goes_as_user_name_and_the_policy_names_the_team() -> None:
    seen: list[Any] = []

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        seen.append(request)
        return 200, {}, CUSTOM

    source = connect(handle)
    assert (source.tenant, source.environment, source.known("4711")["team"]) == ("4711", Environment.VENDOR, "4711")
    assert {request.headers["authorization"] for request in seen} == {"Basic Y3Jzcl8xOg=="}
    assert [request.url.path for request in seen] == ["/teams/model-access/configuration"]


def test_a_key_that_may_not_see_models_finds_its_team_in_the_audit_log() -> None:
    source = connect(lambda asked: (200, {}, events()) if asked.url.path.endswith("audit-logs") else (401, {}, {}))
    assert source.tenant == "4711"


@pytest.mark.parametrize(("status", "body"), [(401, {}), (200, {"state": "custom"}), (200, {"teamId": "x"})])
def test_it_cannot_start(status: int, body: Any) -> None:
    with pytest.raises(CannotStartError):
        connect(lambda asked: (status, {}, body))


def test_usage_leaves_only_with_its_own_path_and_body() -> None:
    """The guard lets the read by POST out, with what tells it from a write, and no other path of that kind."""
    seen: list[Any] = []

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        seen.append((request.url.path, request.content))
        return 200, {}, CUSTOM if request.method == "GET" else used()

    source = connect(handle)
    list(source.wire("4711").pages(USAGE_READ, {"startDate": 1, "endDate": 2}))
    assert seen[-1] == ("/teams/daily-usage-data", b'{"pageSize":500,"startDate":1,"endDate":2,"page":1}')
    posts = {call.op for one in collectors.of(cursor) for call in one.calls if call.op.startswith("POST")}
    assert posts == {USAGE, SPEND}


def test_the_grant_names_both_scopes_and_what_the_key_could_do() -> None:
    grant = cursor.grant(GrantOrder(collectors=collectors.of(cursor)))
    (text,) = grant.documents.values()
    assert all(word in text for word in ("admin:*", "models:read", "remove members", USAGE, "CURSOR_ADMIN_API_KEY"))
