"""Single collectors of Workspace: who is asked about, what the log proves, and how odd answers stay odd."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google_stage import Stage, answer, pages, source
from google_table import DENIED, Table, collect, facts, lost

from annexa.collectors._google import documents
from annexa.collectors._google.http import IN_FLIGHT, InFlight, check
from annexa.collectors._google.wire import GoogleWire
from annexa.collectors.google_workspace import (
    app_passwords,
    authorisations,
    chrome,
    groups,
    licences,
    policies,
    roles,
    tokens,
    units,
    users,
    vault,
)
from annexa.collectors.google_workspace._api import RATES
from annexa.evidence.answer import UndeclaredCallError
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.schemas.words import Basis, Reason, State

PEOPLE = {"users": [{"id": "1"}, {"id": "2", "suspended": True}, {"id": "3", "suspended": False, "archived": True}]}
GROUP_POLICY = {"name": "policies/1", "type": "ADMIN", "setting": {"type": "settings/a.b", "value": {}}, "policyQuery": {
    "query": "entity.groups.exists(group, group.group_id == groupId('g1'))", "sortOrder": 1}}  # fmt: skip


# --- who is asked about


def test_nobody_is_asked_about_a_suspended_account_and_it_is_counted() -> None:
    table = Table({users.USERS.op: PEOPLE, tokens.TOKENS.op: {"kind": "x", "items": []}})
    found = collect(tokens.tokens, table)
    assert [params["userKey"] for op, params in table.asked if op == tokens.TOKENS.op] == ["1", "3"]
    assert {one.name: one.value for one in facts(found)} == {tokens.ASKED: 2, tokens.READ: 2, tokens.SUSPENDED: 1}
    assert lost(found) == []


def test_somebody_who_is_restored_is_asked_about_again() -> None:
    back = {"users": [{**one, "suspended": False} for one in PEOPLE["users"]]}
    table = Table({users.USERS.op: back, app_passwords.ASPS.op: {"kind": "x"}})
    collect(app_passwords.app_passwords, table)
    assert [params["userKey"] for op, params in table.asked if op == app_passwords.ASPS.op] == ["1", "2", "3"]


def test_no_silence_of_the_log_spares_a_question() -> None:
    """What was let in longer ago than the log reaches still holds: the tokens collector does not ask the log at all."""
    assert {call.op for call in tokens.tokens.calls} == {users.USERS.op, tokens.TOKENS.op}
    never = {"users": [{"id": "1", "lastLoginTime": "1970-01-01T00:00:00.000Z"}]}
    table = Table({users.USERS.op: never, tokens.TOKENS.op: {"items": [{"clientId": "c", "scopes": ["openid"]}]}})
    assert [one.grantee for one in facts(collect(tokens.tokens, table))[:1]] == ["c"]


def test_the_pace_stays_under_what_the_directory_takes() -> None:
    for api in ("admin/directory_v1", "admin/reports_v1"):
        assert RATES[api].per_second * 60 + RATES[api].burst < 2400


# --- who last used Gemini


def seats(holders: int, events: list[str], more: bool = False) -> Table:
    """Licences, and a log that tells these people's events, newest first; `more`: there are further pages of it."""
    held = [{"userId": f"u{number}@acme.example", "skuId": "1"} for number in range(holders)]

    def log_of(params: Mapping[str, Any]) -> Any:
        if params["userKey"] != "all":
            return {
                "kind": "x",
                "items": [{"id": {"time": "2026-06-01T00:00:00Z"}}] if params["userKey"][1] == "1" else [],
            }
        first = "pageToken" not in params
        rows = [{"id": {"time": "2026-08-01T00:00:00Z"}, "actor": {"email": f"{who}@Acme.example"}} for who in events]
        page = {"kind": "x", "items": rows if first else [{"id": {"time": "2026-07-01T00:00:00Z"}}] * 1000}
        return {**page, "nextPageToken": f"{params.get('pageToken', '')}p"} if more else page

    return Table({licences.LICENCES.op: {"kind": "x", "items": held}, licences.ONE.op: log_of})


def used(table: Table) -> tuple[list[Any], list[str]]:
    """When each holder last used it, and who was asked about one by one."""
    found = [one.last_used for one in facts(collect(licences.licences, table))]
    return found, [str(params["userKey"]) for _, params in table.asked if params.get("userKey") not in (None, "all")]


def test_who_stands_in_the_log_about_everybody_needs_no_question() -> None:
    assert used(seats(2, ["u1", "u0"])) == (["2026-08-01T00:00:00Z"] * 2, [])


def test_a_log_that_was_read_to_its_end_shows_who_did_not() -> None:
    assert used(seats(2, ["u1"])) == ([ABSENT, "2026-08-01T00:00:00Z"], [])


def test_others_are_asked_about_one_by_one_where_the_log_is_long() -> None:
    found, asked = used(seats(3, ["u0"] * 1000, more=True))
    assert found == ["2026-08-01T00:00:00Z", "2026-06-01T00:00:00Z", ABSENT]
    assert asked == ["u1@acme.example", "u2@acme.example"]


def test_a_log_that_is_not_read_is_no_silence() -> None:
    table = seats(2, [])
    table.answers = {**table.answers, licences.ONE.op: DENIED}
    found = collect(licences.licences, table)
    assert {one.last_used.state for one in facts(found)} == {State.UNREAD}
    assert lost(found) == [(None, Reason.DENIED)]


# --- whole numbers as text


def asps(**password: Any) -> Table:
    rows = {"items": [{"codeId": 7, "userKey": "1", **password}]}
    return Table({users.USERS.op: {"users": [{"id": "1"}]}, app_passwords.ASPS.op: rows})


@pytest.mark.parametrize(
    ("told", "created", "used"),
    [
        ({"creationTime": "1762000000", "lastTimeUsed": "1787900000"}, "2025-11-01T12:26:40Z", "2026-08-28T06:53:20Z"),
        ({"creationTime": "1762000000", "lastTimeUsed": "0"}, "2025-11-01T12:26:40Z", NOT_EXPOSED),
        ({}, NOT_EXPOSED, NOT_EXPOSED),
    ],
)
def test_a_time_in_seconds_is_text(told: dict[str, Any], created: Any, used: Any) -> None:
    (one,) = facts(collect(app_passwords.app_passwords, asps(**told)))
    assert (one.created, one.last_used, one.owner, one.long_term) == (created, used, "1", True)


@pytest.mark.parametrize("raw", ["yesterday", "99999999999999999999"])
def test_a_time_that_is_none_stays_open(raw: str) -> None:
    (one,) = facts(collect(app_passwords.app_passwords, asps(creationTime=raw)))
    assert isinstance(one.created, Missing) and (one.created.state, one.created.raw) == (State.AMBIGUOUS, raw)


def test_a_large_number_that_is_no_text_is_no_answer() -> None:
    found = collect(app_passwords.app_passwords, asps(creationTime=1762000000))
    assert (facts(found), lost(found)) == ([], [("1", Reason.INVALID_ANSWER)])


# --- groups


def grouped(**answers: Any) -> Table:
    rows = [{"id": "g1", "directMembersCount": "31"}, {"id": "g2", "directMembersCount": "5"}, {"id": "g3"}]
    roles_of = {"items": [{"roleAssignmentId": "1", "roleId": "r", "assignedTo": "gone", "assigneeType": "group"}]}
    return Table({policies.POLICIES.op: {"policies": [GROUP_POLICY]}, roles.ASSIGNMENTS.op: roles_of,
                  groups.GROUPS.op: {"groups": rows}, **answers})  # fmt: skip


def test_members_are_counted_of_groups_that_matter() -> None:
    found = collect(groups.group_members, grouped())
    assert {one.subject: one.value for one in facts(found)} == {"group/g1": 31, "group/gone": NOT_EXPOSED}


def test_no_group_matters_so_that_none_is_asked_for() -> None:
    table = grouped(**{policies.POLICIES.op: {"policies": []}, roles.ASSIGNMENTS.op: {"kind": "x"}})
    assert facts(collect(groups.group_members, table)) == []
    assert groups.GROUPS.op not in [op for op, _ in table.asked]


def test_what_cannot_be_read_of_policies_does_not_hide_groups_with_a_role() -> None:
    found = collect(groups.group_members, grouped(**{policies.POLICIES.op: DENIED}))
    assert ([one.subject for one in facts(found)], lost(found)) == (["group/gone"], [(None, Reason.DENIED)])


def test_a_number_of_members_that_is_none_is_not_guessed() -> None:
    rows = {"groups": [{"id": "g1", "directMembersCount": "many"}]}
    found = facts(collect(groups.group_members, grouped(**{groups.GROUPS.op: rows})))
    assert [one.value.state for one in found] == [State.UNKNOWN_VALUE, State.NOT_EXPOSED]


# --- the token log


def event(time: str, client: str | None = "c1", user: str = "u1", *scopes: str) -> dict[str, Any]:
    said = [{"name": "app_name", "value": "App"}, {"name": "scope", "multiValue": list(scopes)}]
    said += [{"name": "client_id", "value": client}] if client else []
    return {"id": {"time": time}, "actor": {"profileId": user}, "events": [{"name": "authorize", "parameters": said}]}


def log(*authorised: dict[str, Any], silent: tuple[str, ...] = (), reaches: bool = True) -> Table:
    """A token log; `silent`: days on which a stretch begins of which it knows nothing."""

    def told(params: Mapping[str, Any]) -> Any:
        if "eventName" in params:
            return {"kind": "x", "items": list(authorised)}
        begins = str(params.get("startTime", "before"))[:10]
        some = reaches if begins == "before" else begins not in silent
        return {"kind": "x", "items": [{"id": {"time": params["endTime"]}}] if some else []}

    return Table({authorisations.AUTHORISED.op: told})


def test_the_newest_authorisation_of_each_user_and_app() -> None:
    drive = "https://www.googleapis.com/auth/drive"
    again, other = event("2026-08-29T08:00:00Z", "c1", "u1", drive), event("2026-08-01T08:00:00Z", "c2")
    found = collect(authorisations.authorisations, log(event("2026-08-20T08:00:00Z"), again, other))
    assert [(one.grantee, one.granted, one.purpose, one.permissions) for one in facts(found)] == [
        ("c1", "2026-08-29T08:00:00Z", "write", (drive,)), ("c2", "2026-08-01T08:00:00Z", "read", ()),
    ]  # fmt: skip
    assert lost(found) == []


def test_thirty_days_are_asked_for_and_proved_stretch_by_stretch() -> None:
    table = log()
    collect(authorisations.authorisations, table)
    spans = [(params.get("startTime"), params.get("endTime")) for _, params in table.asked]
    assert spans[0] == ("2026-07-31T06:00:00Z", None)
    assert spans[1] == (None, "2026-07-31T06:00:00Z")
    assert [start for start, _ in spans[2:]] == ["2026-07-31T06:00:00Z", *[end for _, end in spans[2:-1]]]
    assert (len(spans), spans[-1][1]) == (12, "2026-08-30T06:00:00Z")


GAPS = [
    (log(reaches=False), 1),
    (log(silent=("2026-08-15",)), 1),
    (log(reaches=False, silent=("2026-07-31",)), 2),
]


@pytest.mark.parametrize(("table", "times"), GAPS)
def test_a_gap_in_the_log_is_noted(table: Table, times: int) -> None:
    found = collect(authorisations.authorisations, table)
    assert lost(found) == [(None, Reason.VISIBILITY_UNPROVED)] * times


def test_an_authorisation_that_names_no_app_is_noted() -> None:
    found = collect(authorisations.authorisations, log(event("2026-08-29T08:00:00Z", None)))
    assert (facts(found), lost(found)) == ([], [(None, Reason.INVALID_ANSWER)])


# --- Vault


def vaulted(matters: list[str], **holds: Any) -> Table:
    rows = {"matters": [{"matterId": one, "state": "OPEN"} for one in matters]}
    return Table({vault.MATTERS.op: rows, vault.HOLDS.op: lambda params: holds[params["matterId"]]})


def kept(*corpora: str) -> dict[str, Any]:
    return {"holds": [{"holdId": str(number), "corpus": one} for number, one in enumerate(corpora)]}


def test_holds_are_counted_over_matters() -> None:
    table = vaulted(["a", "b"], a=kept("MAIL", "GEMINI"), b=kept("GEMINI", "GEMINI_IN_WORKSPACE"))
    assert [one.value for one in facts(collect(vault.gemini_holds, table))] == [2, 1]


def test_a_matter_whose_holds_are_not_read_leaves_no_number() -> None:
    found = collect(vault.gemini_holds, vaulted(["a", "b"], a=kept("GEMINI"), b=DENIED))
    assert {one.value.state for one in facts(found)} == {State.UNREAD}
    assert lost(found) == [("b", Reason.DENIED)]


def test_no_matter_that_is_shown_is_not_no_hold() -> None:
    assert {one.value.state for one in facts(collect(vault.gemini_holds, vaulted([])))} == {State.NOT_EXPOSED}


# --- Chrome


@pytest.mark.parametrize(
    ("name", "category", "says", "about"),
    [
        ("GenAiDefaultSettings", "", "", True),
        ("GeminiSettings", "", "", True),
        ("AIModeSettings", "", "", True),
        ("HelpMeWriteSettings", "", "", True),
        ("SomethingNew", "Generative AI", "", True),
        ("SomethingNew", "", "Controls features that use generative AI.", True),
        ("ShowLogoutButton", "User experience", "Said again: show it in the main tray.", False),
        ("AirPrintEnabled", "", "Maintains the detail of paid plans.", False),
    ],
)
def test_which_policies_speak_of_generative_ai(name: str, category: str, says: str, about: bool) -> None:
    schema = {"schemaName": f"chrome.users.{name}", "categoryTitle": category, "policyDescription": says}
    assert chrome.speaks_of_ai(schema) is about


def chromed(resolved: Any) -> Table:
    lab = {"orgUnitId": "id:lab", "orgUnitPath": "/lab", "parentOrgUnitId": "id:top"}
    rows = [{"orgUnitId": "id:top", "orgUnitPath": "/"}, lab]
    return Table({units.UNITS.op: {"organizationUnits": rows}, chrome.RESOLVED.op: resolved,
                  chrome.SCHEMAS.op: {"policySchemas": [{"schemaName": "chrome.users.GeminiSettings"}]}})  # fmt: skip


def policy(value: Any, name: str = "GeminiSettings", **more: Any) -> dict[str, Any]:
    return {"value": {"policySchema": f"chrome.users.{name}", "value": {"mode": value}}, **more}


def test_values_are_resolved_by_unit_and_say_where_they_come_from() -> None:
    def resolved(params: Mapping[str, Any]) -> Any:
        unit = params["body"]["policyTargetKey"]["targetResource"]
        more = {} if unit == "orgunits/top" else {"sourceKey": {"targetResource": unit}}
        return {"resolvedPolicies": [policy("ALLOW" if more else "BLOCK", **more), policy(True, "ShowLogoutButton")]}

    top, lab = facts(collect(chrome.generative_ai, chromed(resolved)))
    assert (top.subject, top.value, top.set_by, top.basis) == (
        "top/chrome.users.GeminiSettings.mode", "BLOCK", ABSENT, Basis.VENDOR_DEFAULT)  # fmt: skip
    assert (lab.at, lab.value, lab.set_by, lab.basis) == ("lab", "ALLOW", "orgunits/lab", Basis.EXPLICIT)


def test_a_unit_that_is_not_resolved_is_named_and_a_value_with_parts_is_not_flattened() -> None:
    def resolved(params: Mapping[str, Any]) -> Any:
        at_top = params["body"]["policyTargetKey"]["targetResource"] == "orgunits/top"
        return {"resolvedPolicies": [policy({"deep": 1})]} if at_top else DENIED

    found = collect(chrome.generative_ai, chromed(resolved))
    (one,) = facts(found)
    assert (one.value.state, lost(found)) == (State.UNKNOWN_VALUE, [("lab", Reason.DENIED)])


def test_a_read_by_post_goes_on_with_the_token_in_its_body() -> None:
    body = {**chrome.RESOLVED.params["body"], "policyTargetKey": {"targetResource": "orgunits/lab"}}
    first, second = answer({"nextPageToken": "p2"}), answer({"resolvedPolicies": [policy(True)]})
    stage = Stage({"/policies:resolve": [first, second]})
    found = pages(stage, chrome.RESOLVED, customer="customers/C1", body=body)
    assert [len(page.content["resolvedPolicies"]) for page in found] == [0, 1]
    assert [method for method, *_ in stage.asked[1:]] == ["POST", "POST"]
    table = Table({chrome.RESOLVED.op: lambda params: {} if "pageToken" in params["body"] else {"nextPageToken": "p2"}})
    wire = GoogleWire(table, identity="me", subject=None)  # type: ignore[arg-type]
    assert len(list(wire.pages(chrome.RESOLVED, {"customer": "customers/C1", "body": body}))) == 2
    assert [params["body"] for _, params in table.asked] == [body, {**body, "pageToken": "p2"}]


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"{}", b'{"policySchemaFilter": "chrome.users.*"}',
             b'{"policySchemaFilter": "chrome.users.*", "pageSize": 1000, "requests": []}',
             b'{"policySchemaFilter": "chrome.devices.*", "pageSize": 1000}'],
)  # fmt: skip
def test_a_post_that_does_not_say_what_is_declared_is_not_sent(body: bytes) -> None:
    method = documents.method(chrome.RESOLVED.op)
    base = "https://chromepolicy.googleapis.com/"
    uri = f"{base}v1/customers/C1/policies:resolve"
    fixed, right = chrome.RESOLVED.params["body"], b'{"policySchemaFilter": "chrome.users.*", "pageSize": 1000}'
    flight = InFlight(op=chrome.RESOLVED.op, method=method, base=base, given=frozenset(), fixed=fixed)
    token = IN_FLIGHT.set(flight)
    try:
        check(uri, "POST", right[:-1] + b', "pageToken": "p2"}')
        with pytest.raises(UndeclaredCallError):
            check(uri, "POST", body)
        with pytest.raises(UndeclaredCallError):
            check(uri.replace(":resolve", ":batchModify"), "POST", right)
    finally:
        IN_FLIGHT.reset(token)


def test_answers_of_posts_are_not_mixed_either() -> None:
    def resolved(url: str) -> Any:
        return answer({"resolvedPolicies": [policy(url.partition("/customers/")[2].partition("/")[0])]})

    body = chrome.RESOLVED.params["body"]
    asked = [{"customer": f"customers/C{number}", "body": body} for number in range(64)]
    with ThreadPoolExecutor(8) as pool, source(Stage({"/policies:resolve": resolved}), pool=pool) as (made, _):
        found = list(made.wire("C").ahead(chrome.RESOLVED, asked))
    values = [one.answers[0].content["resolvedPolicies"][0]["value"]["value"]["mode"] for one in found]
    assert values == [f"C{number}" for number in range(64)]
