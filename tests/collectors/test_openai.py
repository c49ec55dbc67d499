"""The OpenAI API platform: what its answers become, over pages, refusals, empty tenants and odd values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import openai
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.openai import access, controls, keys, limits, log, people, projects
from annexa.collectors.openai._api import API
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, ambiguous, unknown_value
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Environment, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Pages, Status, facts, lost

MADE, USED = 1711471533, 1780000000
"""2024-03-26T16:45:33Z and 2026-05-28T20:26:40Z."""
USERS, PROJECTS = "GET /organization/users", "GET /organization/projects"
ADMIN_KEYS, KEYS = "GET /organization/admin_api_keys", "GET /organization/projects/{project_id}/api_keys"
AUDIT = "GET /organization/audit_logs"


def collect(collector: Collector, answers: Any, **how: Any) -> Gathered:
    return rest_wire.collect(collector, answers, api=API, **how)


def page(*rows: Any, more: bool = False, **extra: Any) -> dict[str, Any]:
    ends = {"first_id": rows[0]["id"], "last_id": rows[-1]["id"]} if rows and "id" in rows[0] else {}
    return {"object": "list", "data": list(rows), "has_more": more, **ends, **extra}


def project(name: str = "proj_a", **more: Any) -> dict[str, Any]:
    return {"object": "organization.project", "id": name, "name": name, "created_at": MADE, "archived_at": None,
            "status": "active", "residency": "EU_STORAGE_PROCESSING", **more}  # fmt: skip


def user(name: str = "user-1", **more: Any) -> dict[str, Any]:
    return {"object": "organization.user", "id": name, "name": "Kim Berg", "email": "kim@example.com", "role": "reader",
            "added_at": MADE, "is_service_account": False, "is_scim_managed": True, "api_key_last_used_at": USED,
            "user": {"object": "user", "id": name, "enabled": True, "banned": False}, **more}  # fmt: skip


def key(name: str = "key_1", **more: Any) -> dict[str, Any]:
    owner = {
        "type": "user",
        "user": {"id": "user-1", "name": "Kim", "email": "kim@example.com", "created_at": MADE, "role": "owner"},
    }
    return {"object": "organization.project.api_key", "id": name, "name": "a key", "redacted_value": "sk-abc...def",
            "created_at": MADE, "last_used_at": USED, "owner_project_access": "active", "owner": owner, **more}  # fmt: skip


def admin_key(name: str = "key_1", **more: Any) -> dict[str, Any]:
    return {"object": "organization.admin_api_key", "id": name, "name": "admin", "redacted_value": "sk-admin...def",
            "created_at": MADE, "expires_at": USED, "last_used_at": USED,
            "owner": {"type": "user", "object": "organization.user", "id": "user-1", "role": "owner"}, **more}  # fmt: skip


# --- projects


def test_projects_over_two_pages_archived_ones_are_proved_to_need_no_reading() -> None:
    found = collect(
        projects.projects, {PROJECTS: Pages(page(project(), more=True), page(project("proj_b", status="archived")))}
    )
    assert [(fact.path, fact.state) for fact in facts(found)] == [("proj_a", "enabled"), ("proj_b", "disabled")]
    assert found.unit.completeness is Completeness.COMPLETE
    asked = FakeRest({PROJECTS: page()}, api=API)
    collect(projects.projects, {}, wire=asked)
    assert asked.asked[0][1]["include_archived"] == "true"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"status": "paused"}, State.UNKNOWN_VALUE),
        ({"status": None}, State.NOT_EXPOSED),
        ({"status": True}, State.UNKNOWN_VALUE),
    ],
)
def test_a_project_whose_state_nobody_can_tell_is_not_off(given: dict[str, Any], expected: State) -> None:
    (fact,) = facts(collect(projects.projects, {PROJECTS: page(project(**given))}))
    assert fact.state.state is expected


def test_an_item_without_an_id_breaks_the_list_off() -> None:
    nameless = {name: value for name, value in project().items() if name != "id"}
    found = collect(projects.projects, {PROJECTS: {"data": [project(), nameless], "has_more": False}})
    assert [fact.path for fact in facts(found)] == ["proj_a"]
    assert lost(found) == [(PROJECTS, None, Reason.INVALID_ANSWER)]


def test_placement_of_projects_and_their_keys() -> None:
    rows = (
        project("proj_a", external_key_id="extkey_1"), project("proj_b", external_key_id=None, residency="MARS_STORAGE"),
        project("proj_c"), project("proj_d", status="archived"),
    )  # fmt: skip
    found = collect(projects.placement, {PROJECTS: page(*rows)})
    encryption = {record.scope: record.data for record in found.records if record.kind == "encryption"}
    assert {path: (fact.key, fact.holder) for path, fact in encryption.items()} == {
        "proj_a": ("extkey_1", "customer"), "proj_b": (ABSENT, "vendor"), "proj_c": (NOT_EXPOSED, NOT_EXPOSED),
    }  # fmt: skip
    residency = {record.scope: record.data.value for record in found.records if record.kind == "setting"}
    assert residency == {"proj_a": "EU_STORAGE_PROCESSING", "proj_b": "MARS_STORAGE", "proj_c": "EU_STORAGE_PROCESSING"}


# --- people


def test_users_and_their_built_in_roles() -> None:
    rows = (
        user(role="owner"),
        user(
            "user-2", email=None, is_scim_managed=False, is_service_account=True, role=None, api_key_last_used_at=None
        ),
    )
    identities = [fact for fact in facts(collect(people.users, {USERS: page(*rows)})) if hasattr(fact, "managed")]
    first, second = identities
    assert (first.name, first.sort, first.state, first.managed) == ("kim@example.com", "person", "enabled", "scim")
    assert (first.created, first.last_seen) == ("2024-03-26T16:45:33Z", "2026-05-28T20:26:40Z")
    assert (second.name, second.sort, second.managed, second.last_seen) == ("Kim Berg", "service", "local", NOT_EXPOSED)
    grants = [fact for fact in facts(collect(people.users, {USERS: page(*rows)})) if hasattr(fact, "purpose")]
    assert [(grant.grantee, grant.purpose, grant.verdict) for grant in grants] == [("user-1", "administer", "allowed")]


@pytest.mark.parametrize(
    ("nested", "expected"),
    [
        ({"enabled": False}, "disabled"),
        ({"enabled": True, "banned": True}, "banned"),
        ({}, NOT_EXPOSED),
        (None, NOT_EXPOSED),
    ],
)
def test_state_of_a_user(nested: Any, expected: Any) -> None:
    found = facts(collect(people.users, {USERS: page(user(user=nested))}))
    assert found[0].state == expected


def test_a_user_of_whom_little_is_told() -> None:
    bare = {"object": "organization.user", "id": "user-9", "added_at": MADE}
    (fact,) = facts(collect(people.users, {USERS: page(bare)}))
    assert (fact.name, fact.sort, fact.state, fact.managed) == (NOT_EXPOSED,) * 4


def test_a_role_that_nobody_knows_may_administer() -> None:
    _, grant = facts(collect(people.users, {USERS: page(user(role="billing"))}))
    assert (grant.purpose, grant.verdict) == ("administer", unknown_value("billing"))


def test_a_refusal_on_the_second_page_keeps_the_first() -> None:
    found = collect(people.users, {USERS: Pages(page(user(), more=True), Status(500))})
    assert len(found.records) == 2
    assert found.unit.completeness is Completeness.PARTIAL
    assert lost(found) == [(USERS, None, Reason.UNREACHABLE)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (DENIED, Reason.DENIED), (Status(401), Reason.DENIED), (Status(404), Reason.INVALID_ANSWER),
        (Status(429), Reason.THROTTLED), ({"has_more": False}, Reason.INVALID_ANSWER),
        ({"data": None, "has_more": False}, Reason.INVALID_ANSWER),
        (page(user(), more=True) | {"last_id": None}, Reason.INVALID_ANSWER),
        (Pages(page(user(), more=True), page(user(), more=True)), Reason.INVALID_ANSWER),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_never_an_empty_list(answer: Any, reason: Reason) -> None:
    found = collect(people.users, {USERS: answer})
    assert [entry[2] for entry in lost(found)] == [reason]
    assert found.unit.completeness is not Completeness.COMPLETE


ROLE = {"id": "role_1", "name": "API Group Manager", "permissions": ["api.groups.write", "api.groups.read"],
        "resource_type": "api.organization", "predefined_role": False, "description": "sk-proj-0123456789012345678901",
        "created_by_user_obj": {"secret": "in plain words"}, "metadata": {"token": "in plain words"},
        "assignment_sources": [{"principal_id": "group_1", "principal_type": "group"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        (ROLE, "administer"),
        ({**ROLE, "permissions": ["api.groups.read", "api.usage.read"]}, "use"),
        ({**ROLE, "permissions": ["api.model.request", "api.files.write"]}, "use"),
        ({**ROLE, "permissions": [], "predefined_role": True, "name": "owner"}, "administer"),
    ],
)
def test_what_an_assigned_role_amounts_to(role: dict[str, Any], purpose: str) -> None:
    rights = {
        "GET /organization/users/{user_id}/roles": {"object": "list", "data": [role], "has_more": False, "next": None}
    }
    (grant,) = facts(collect(people.user_roles, {USERS: page(user()), **rights}))
    assert (grant.grantee, grant.purpose, grant.grantee_name) == ("user-1", purpose, "kim@example.com")
    assert grant.via == (f"role {role['name']}", "inherited from group group_1")


def test_roles_that_cannot_be_read_cost_their_holder_only() -> None:
    def answer(params: Any) -> Any:
        return DENIED if params["user_id"] == "user-1" else {"data": [ROLE], "has_more": False, "next": None}

    rows = page(user("user-1"), user("user-2"))
    found = collect(people.user_roles, {USERS: rows, "GET /organization/users/{user_id}/roles": answer})
    assert [fact.grantee for fact in facts(found)] == ["user-2"]
    assert lost(found) == [("GET /organization/users/{user_id}/roles", "user-1", Reason.DENIED)]


def test_groups_are_read_by_their_own_token() -> None:
    group = {"id": "group_1", "name": "Admins", "created_at": MADE, "is_scim_managed": True, "group_type": "group"}
    groups = Pages(
        {"data": [group], "has_more": True, "next": "t"},
        {"data": [{**group, "id": "group_2"}], "has_more": False, "next": None},
    )
    roles = {"data": [ROLE], "has_more": False, "next": None}
    found = facts(
        collect(
            people.group_roles, {"GET /organization/groups": groups, "GET /organization/groups/{group_id}/roles": roles}
        )
    )
    assert [(grant.grantee, grant.grantee_sort, grant.grantee_name) for grant in found] == [
        ("group_1", "group", "Admins"), ("group_2", "group", "Admins"),
    ]  # fmt: skip
    assert "who the members of the group are" in found[0].not_evaluated


def test_only_open_invitations_grant_anything_and_under_a_condition() -> None:
    invite = {"object": "organization.invite", "id": "invite-1", "email": "new@example.com", "role": "owner",
              "status": "pending", "created_at": MADE, "projects": []}  # fmt: skip
    rows = [invite, {**invite, "id": "invite-2", "status": "accepted"}, {**invite, "id": "invite-3", "status": "expired"},
            {**invite, "id": "invite-4", "status": "queued"}]  # fmt: skip
    found = facts(collect(people.invites, {"GET /organization/invites": page(*rows)}))
    assert [(grant.subject, grant.grantee, grant.purpose, grant.verdict) for grant in found] == [
        ("invite-1", "new@example.com", "administer", "conditional"),
        ("invite-4", "new@example.com", "administer", unknown_value("queued")),
    ]


# --- who is in a project

IN_PROJECT = "GET /organization/projects/{project_id}"


def test_users_of_a_project_with_built_in_and_assigned_roles() -> None:
    member = {"object": "organization.project.user", "id": "user-1", "name": "Kim", "email": "kim@example.com",
              "role": "member", "added_at": MADE}  # fmt: skip
    answers = {
        f"{IN_PROJECT}/users": page(member),
        "GET /projects/{project_id}/users/{user_id}/roles": {"data": [ROLE], "has_more": False, "next": None},
    }
    found = collect(access.project_users, answers, scope="proj_a")
    assert [(fact.target, fact.purpose) for fact in facts(found)] == [("proj_a", "use"), ("proj_a", "administer")]
    refused = collect(
        access.project_users, {**answers, "GET /projects/{project_id}/users/{user_id}/roles": DENIED}, scope="proj_a"
    )
    assert [fact.purpose for fact in facts(refused)] == ["use"]
    assert lost(refused) == [("GET /projects/{project_id}/users/{user_id}/roles", "user-1", Reason.DENIED)]


def test_service_accounts_and_groups_of_a_project() -> None:
    account = {"object": "organization.project.service_account", "id": "svc_1", "name": "pipeline", "role": "owner",
               "created_at": MADE}  # fmt: skip
    rows = page(account, {**account, "id": "svc_2", "role": "none"})
    found = facts(collect(access.service_accounts, {f"{IN_PROJECT}/service_accounts": rows}, scope="proj_a"))
    assert [fact.subject for fact in found if hasattr(fact, "sort")] == ["svc_1", "svc_2"]
    assert [(fact.grantee, fact.purpose) for fact in found if hasattr(fact, "purpose")] == [("svc_1", "administer")]
    group = {"object": "project.group", "project_id": "proj_a", "group_id": "group_1", "group_name": "Admins",
             "group_type": "group", "created_at": MADE}  # fmt: skip
    answers = {
        f"{IN_PROJECT}/groups": {"data": [group], "has_more": False, "next": None},
        "GET /projects/{project_id}/groups/{group_id}/roles": {"data": [ROLE], "has_more": False, "next": None},
    }
    (grant,) = facts(collect(access.project_groups, answers, scope="proj_a"))
    assert (grant.grantee, grant.target, grant.purpose) == ("group_1", "proj_a", "administer")


# --- keys


def test_project_keys_are_asked_for_with_those_of_owners_without_access() -> None:
    service = {
        "type": "service_account",
        "service_account": {"id": "svc_1", "name": "pipeline", "created_at": MADE, "role": "member"},
    }
    rows = page(key(owner_project_access="inactive"), key("key_2", owner=service, last_used_at=None))
    asked = FakeRest({KEYS: rows}, api=API)
    first, second = facts(collect(keys.project_keys, {}, wire=asked, scope="proj_a"))
    assert asked.asked[0][1]["owner_project_access"] == "any"
    assert (first.owner, first.owner_sort, first.owner_has_access) == ("user-1", "person", False)
    assert (first.created, first.last_used, first.expires) == (
        "2024-03-26T16:45:33Z",
        "2026-05-28T20:26:40Z",
        NOT_EXPOSED,
    )
    assert (second.owner, second.owner_sort, second.owner_has_access, second.last_used) == (
        "svc_1",
        "service",
        True,
        ABSENT,
    )


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        ({"expires_at": None}, "expires", ABSENT),
        ({"expires_at": None}, "long_term", True),
        ({"expires_at": USED}, "long_term", False),
        ({"expires_at": "soon"}, "expires", ambiguous("soon", "the vendor documents seconds since 1970")),
        ({"owner_project_access": "pending"}, "owner_has_access", unknown_value("pending")),
        ({"owner_project_access": None}, "owner_has_access", NOT_EXPOSED),
        ({"owner": {}}, "owner", ""),
        ({"owner": {"type": "agent"}}, "owner_sort", unknown_value("agent")),
        ({"created_at": None}, "created", NOT_EXPOSED),
    ],
)
def test_odd_values_of_a_key(given: dict[str, Any], field: str, expected: Any) -> None:
    (fact,) = facts(collect(keys.project_keys, {KEYS: page(key(**given))}, scope="proj_a"))
    assert getattr(fact, field) == expected


def test_admin_keys_with_their_owner() -> None:
    robot = {"type": "service_account", "id": "sa_1", "role": "member"}
    rows = page(
        admin_key(), admin_key("key_2", expires_at=None, last_used_at=None),
        admin_key("key_3", owner={"type": "user", "id": "user-gone", "role": "owner"}), admin_key("key_4", owner=robot),
    )  # fmt: skip
    found = facts(collect(keys.admin_keys, {ADMIN_KEYS: rows, USERS: page(user())}))
    assert [fact.owner_state for fact in found] == ["enabled", "enabled", ABSENT, NOT_EXPOSED]
    assert [fact.expires for fact in found[:2]] == ["2026-05-28T20:26:40Z", ABSENT]
    assert (found[1].long_term, found[1].last_used, found[3].owner_sort) == (True, ABSENT, "service")


def test_owners_that_could_not_be_read_are_not_gone() -> None:
    found = collect(keys.admin_keys, {ADMIN_KEYS: page(admin_key()), USERS: DENIED})
    assert facts(found)[0].owner_state.state is State.UNREAD
    assert lost(found) == [(USERS, None, Reason.DENIED)]


def test_certificates_of_organization_and_project() -> None:
    row = {"object": "organization.certificate", "id": "cert_1", "name": "gateway", "active": True, "created_at": MADE,
           "certificate_details": {"valid_at": MADE, "expires_at": USED, "content": "-----BEGIN"}}  # fmt: skip
    (whole,) = facts(collect(keys.certificates, {"GET /organization/certificates": page(row)}))
    assert (whole.subject, whole.state, whole.expires) == ("cert_1", "active", "2026-05-28T20:26:40Z")
    rows = page({**row, "active": False, "certificate_details": {}})
    (part,) = facts(collect(keys.project_certificates, {f"{IN_PROJECT}/certificates": rows}, scope="proj_a"))
    assert (part.subject, part.owner, part.state, part.expires) == ("proj_a/cert_1", "proj_a", "inactive", NOT_EXPOSED)


# --- controls and limits


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"object": "organization.data_retention", "type": "zero_data_retention"}, "zero_data_retention"),
        ({"object": "organization.data_retention"}, NOT_EXPOSED),
        ({"type": 7}, unknown_value(7)),
    ],
)
def test_retention_of_the_organization(answer: Any, expected: Any) -> None:
    (fact,) = facts(collect(controls.data_retention, {"GET /organization/data_retention": answer}))
    assert (fact.name, fact.value) == ("openai.data_retention", expected)


def test_retention_of_a_project_keeps_the_vendors_word() -> None:
    answer = {"object": "project.data_retention", "type": "none"}
    (fact,) = facts(collect(controls.project_data_retention, {f"{IN_PROJECT}/data_retention": answer}, scope="proj_a"))
    assert (fact.subject, fact.value) == ("proj_a/openai.project.data_retention", "none")
    gone = collect(controls.project_data_retention, {f"{IN_PROJECT}/data_retention": Status(404)}, scope="proj_a")
    assert lost(gone) == [(f"{IN_PROJECT}/data_retention", None, Reason.INVALID_ANSWER)]


@pytest.mark.parametrize(
    ("answer", "mode", "models"),
    [
        ({"mode": "allow_list", "model_ids": ["o3", "gpt-4.1"]}, "allow_list", ("gpt-4.1", "o3")),
        ({"mode": "allow_list", "model_ids": []}, "allow_list", ()),
        ({"mode": "allow_list"}, "allow_list", NOT_EXPOSED),
        ({"mode": "deny_list", "model_ids": ["o3"]}, "deny_list", ABSENT),
        ({"mode": "new_list", "model_ids": ["o3"]}, "new_list", unknown_value("new_list")),
        ({}, NOT_EXPOSED, NOT_EXPOSED),
        (Status(404), ABSENT, ABSENT),
    ],
)
def test_models_of_a_project(answer: Any, mode: Any, models: Any) -> None:
    found = facts(collect(controls.model_permissions, {f"{IN_PROJECT}/model_permissions": answer}, scope="proj_a"))
    assert [fact.value for fact in found] == [mode, models]


def test_hosted_tools_one_by_one_and_those_that_nobody_knows() -> None:
    answer = {"file_search": {"enabled": True}, "web_search": {"enabled": False}, "image_generation": {"enabled": "yes"},
              "mcp": {}, "browser": {"enabled": True}}  # fmt: skip
    found = facts(collect(controls.hosted_tools, {f"{IN_PROJECT}/hosted_tool_permissions": answer}, scope="proj_a"))
    values = {fact.name.removeprefix("openai.project.hosted_tool").lstrip("."): fact.value for fact in found}
    assert values == {
        "file_search": True, "web_search": False, "image_generation": unknown_value("yes"), "mcp": NOT_EXPOSED,
        "code_interpreter": NOT_EXPOSED, "": unknown_value("browser"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "expected"),
    [({"threshold_amount": 10000, "currency": "USD"}, 10000), (Status(404), ABSENT), ({}, NOT_EXPOSED),
     ({"threshold_amount": "much"}, unknown_value("much"))],
)  # fmt: skip
def test_spend_limits(answer: Any, expected: Any) -> None:
    (whole,) = facts(collect(limits.spend_limit, {"GET /organization/spend_limit": answer}))
    (part,) = facts(collect(limits.project_spend_limit, {f"{IN_PROJECT}/spend_limit": answer}, scope="proj_a"))
    assert (whole.value, part.value, part.subject) == (expected, expected, "proj_a/openai.project.spend_limit")


def test_rate_limits_keep_their_numbers() -> None:
    row = {"object": "project.rate_limit", "id": "rl-o3", "model": "o3", "max_requests_per_1_minute": 500,
           "max_tokens_per_1_minute": 30000}  # fmt: skip
    found = facts(collect(limits.rate_limits, {f"{IN_PROJECT}/rate_limits": page(row)}, scope="proj_a"))
    assert {fact.subject: fact.value for fact in found} == {
        "proj_a/rl-o3#max_requests_per_1_minute": 500, "proj_a/rl-o3#max_tokens_per_1_minute": 30000,
    }  # fmt: skip


# --- the audit log


def events(*times: Any) -> dict[str, Any]:
    return page(
        *({"id": f"e{number}", "type": "login.succeeded", "effective_at": time} for number, time in enumerate(times))
    )


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((USED, MADE), "2026-05-28T20:26:40Z"),
        ((MADE, USED), "2026-05-28T20:26:40Z"),
        (tuple(range(log.EVENTS)), ambiguous(str(log.EVENTS - 1), "the oldest events came first, and there may be newer ones")),
        ((USED, None), NOT_EXPOSED),
    ],
)  # fmt: skip
def test_the_newest_event(times: tuple[Any, ...], expected: Any) -> None:
    (fact,) = facts(collect(log.audit_log, {AUDIT: events(*times)}))
    assert (fact.enabled, fact.last_event) == (True, expected)


def test_an_empty_audit_log_is_neither_on_nor_off() -> None:
    found = collect(log.audit_log, {AUDIT: page()})
    (fact,) = facts(found)
    assert (fact.enabled.state, fact.last_event.state) == (State.AMBIGUOUS, State.AMBIGUOUS)
    assert lost(found) == [(AUDIT, "openai.audit", Reason.VISIBILITY_UNPROVED)]


# --- an empty tenant, and connecting

EMPTY: dict[str, Any] = {
    PROJECTS: page(), USERS: page(), ADMIN_KEYS: page(), "GET /organization/invites": page(),
    "GET /organization/certificates": page(), "GET /organization/groups": {"data": [], "has_more": False, "next": None},
}  # fmt: skip


def test_an_empty_tenant_brings_no_records_and_no_unreads() -> None:
    empty = (projects.projects, projects.placement, people.users, people.user_roles, people.group_roles, people.invites,
             keys.admin_keys, keys.certificates)  # fmt: skip
    for collector in empty:
        found = collect(collector, EMPTY)
        assert (facts(found), lost(found), found.unit.completeness) == ([], [], Completeness.COMPLETE)


def test_every_refusal_is_an_unread_of_its_collector() -> None:
    for collector in collectors.of(openai):
        answers = {call.op: DENIED for call in collector.calls}
        found = collect(collector, answers, scope="proj_a")
        assert (facts(found), found.unit.completeness) == ([], Completeness.UNREAD), collector.name
        assert {entry[2] for entry in lost(found)} == {Reason.DENIED}


KEY = {"OPENAI_ADMIN_KEY": "sk-admin-of-the-test"}


def handled(*rows: Any, seen: list[Any] | None = None) -> Any:
    def answer(request: Any) -> tuple[int, dict[str, str], Any]:
        if seen is not None:
            seen.append(request)
        return 200, {"x-request-id": "req_1"}, page(*rows)

    return answer


def started(environment: dict[str, str], *rows: Any, seen: list[Any] | None = None, **settings: Any) -> Any:
    transport = rest_wire._transport(handled(*rows, seen=seen))
    lent = Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r1", pacing=False,
        environment=environment, prepare=lambda _, client: client.answer_with(transport),
    )  # fmt: skip
    return openai.connect(openai.Settings(**settings), lent)


def test_the_organization_that_is_named_is_the_tenant_and_sent_along() -> None:
    seen: list[Any] = []
    found = started({**KEY, "OPENAI_ORG_ID": "org-elsewhere"}, project(), seen=seen, organization="org-named")
    assert (found.tenant, found.environment) == ("org-named", Environment.VENDOR)
    assert {request.headers["openai-organization"] for request in seen} == {"org-named"}
    assert started({**KEY, "OPENAI_ORG_ID": "org-told"}, project()).tenant == "org-told"


def test_without_a_name_the_oldest_project_stands_for_the_organization() -> None:
    seen: list[Any] = []
    rows = (project("proj_new", created_at=USED), project("proj_old", status="archived"))
    found = started(KEY, *rows, seen=seen)
    assert found.tenant == "organization-of-proj_old"
    assert all("openai-organization" not in request.headers for request in seen)
    with pytest.raises(CannotStartError, match="no project"):
        started(KEY)


def test_without_a_key_it_cannot_start() -> None:
    with pytest.raises(CannotStartError, match="OPENAI_ADMIN_KEY") as told:
        started({}, project())
    assert "annexa permissions openai" in told.value.cure


def test_the_grant_names_every_call_and_what_the_key_could_do() -> None:
    found = openai.grant(GrantOrder(collectors=collectors.of(openai)))
    (text,) = found.documents.values()
    assert all(call.op in text for collector in collectors.of(openai) for call in collector.calls)
    assert "Read only" in text
    assert "Beyond reading" in text
