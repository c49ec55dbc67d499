"""Mistral's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from typing import Any

import msgspec
import pytest

from annexa import collectors
from annexa.collectors import mistral
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError
from annexa.collectors.mistral._api import API
from annexa.collectors.mistral._settings import MistralSettings
from annexa.collectors.mistral._source import _me
from annexa.collectors.mistral.connectors import connectors
from annexa.collectors.mistral.keys import keys
from annexa.collectors.mistral.limits import rate_limits, spend_limit
from annexa.collectors.mistral.log import audit_log
from annexa.collectors.mistral.people import groups, invites, users
from annexa.collectors.mistral.workspaces import services, workspaces
from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.kinds import AccessGrant, AiSystem, DataConnection, Identity, Quota
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import DENIED, Pages, Status, collect, connected, facts, lost

USERS, INVITES, ROLES = "GET /admin/users", "GET /admin/users-invite", "GET /admin/roles"
WORKSPACES, GROUPS, KEYS = "GET /admin/workspaces", "GET /admin/user-groups", "GET /admin/api-keys"
SPEND, RATES, LOG, CONNECTORS = (
    "GET /admin/spend-limit",
    "GET /admin/rate-limit",
    "GET /admin/audit-logs",
    "GET /connectors",
)
OWN = {"uuid": "r-own", "name": "organization_admin", "is_custom_role": True}
LISTED = {
    "organization_roles": [{"uuid": "r-admin", "name": "organization_admin", "is_custom_role": False}, OWN],
    "workspace_roles": [{"uuid": "r-ws", "name": "workspace_contributor", "is_custom_role": False}],
}


def listed(name: str, *rows: Any, total: int | None = None, **more: Any) -> dict[str, Any]:
    return {name: list(rows), "total": len(rows) if total is None else total, "page": 1, "page_size": 100, **more}


def only(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


# --- people


def user(*roles: str, **changed: Any) -> dict[str, Any]:
    return {"uuid": "u1", "email": "kim@example.com", "raw_roles": list(roles), "created_at": "2026-01-01T00:00:00Z",
            "workspaces": None, **changed}  # fmt: skip


def of_users(*rows: Any, roles: Any = LISTED, invited: Any = ()) -> list[Any]:
    answer = listed("members", *rows, total=len(rows) + len(invited), invites=list(invited))
    return facts(collect(users, {USERS: answer, ROLES: roles}))


@pytest.mark.parametrize(
    ("role", "purpose", "settled"),
    [
        ("A", "administer", True), ("M", "use", True), ("B", "write", True), ("r-admin", "administer", True),
        ("r-own", "administer", False), ("r-nobody", "administer", False),
    ],
)  # fmt: skip
def test_what_a_role_amounts_to(role: str, purpose: str, settled: bool) -> None:
    rows = of_users(user(role))
    (person,), (grant,) = only(rows, Identity), only(rows, AccessGrant)
    assert (person.subject, person.name) == ("u1", "kim@example.com")
    assert (grant.grantee, grant.grantee_name, grant.purpose, grant.target) == (
        "u1",
        "kim@example.com",
        purpose,
        "organization",
    )
    assert grant.verdict == "allowed" if settled else grant.verdict.state is State.UNKNOWN_VALUE


def test_roles_in_workspaces_are_grants_there() -> None:
    places = [{"uuid": "w1", "raw_roles": ["A"]}, {"uuid": "w2", "raw_roles": ["r-ws"]}]
    grants = only(of_users(user(workspaces=places)), AccessGrant)
    assert [(one.target, one.purpose) for one in grants] == [("w1", "administer"), ("w2", "use")]


@pytest.mark.parametrize(("told", "managed"), [(False, "sso"), (True, "local"), (None, NOT_EXPOSED)])
def test_who_is_outside_of_single_sign_on(told: Any, managed: Any) -> None:
    assert only(of_users(user(is_sso_outsider=told)), Identity)[0].managed == managed


def test_invitations_share_pages_with_members_and_count_with_them() -> None:
    waiting = [{"uuid": "i1", "expired": False}]
    assert len(only(of_users(user(), invited=waiting), Identity)) == 1
    pages = Pages(listed("members", user(), total=3, invites=waiting), listed("members", total=3, invites=[]))
    got = collect(users, {USERS: pages, ROLES: LISTED})
    assert lost(got) == [(USERS, None, Reason.INVALID_ANSWER)], "one of three is missing"


@pytest.mark.parametrize("roles", [DENIED, {}, {"organization_roles": [], "workspace_roles": None}])
def test_without_the_list_of_roles_an_id_says_nothing_and_a_letter_does(roles: Any) -> None:
    first, second = only(of_users(user("r-admin", "M"), roles=roles), AccessGrant)
    assert (first.purpose, first.verdict.state, second.purpose) == ("administer", State.UNREAD, "use")


def test_a_member_without_a_list_of_roles_may_administer_for_all_anybody_knows() -> None:
    (grant,) = only(of_users({"uuid": "u1"}), AccessGrant)
    assert (grant.purpose, grant.verdict) == ("administer", NOT_EXPOSED)


def test_an_invitation_gives_nothing_until_it_is_accepted() -> None:
    answers = {INVITES: [{"invite_uuid": "i1", "email": "new@example.com", "roles": ["A"]}], ROLES: LISTED}
    (grant,) = facts(collect(invites, answers))
    assert (grant.grantee, grant.verdict, grant.purpose) == ("i1", "conditional", "administer")


def test_groups_with_a_role_in_the_organization() -> None:
    rows = [
        {"uuid": "g1", "name": "Admins", "organization_role": "r-admin", "externally_managed": True},
        {"uuid": "g2"},
    ]
    (grant,) = facts(collect(groups, {GROUPS: listed("items", *rows), ROLES: LISTED}))
    assert (grant.grantee_sort, grant.purpose, grant.via[-1]) == (
        "group",
        "administer",
        "managed by an external directory",
    )


# --- workspaces, limits, keys


def test_workspaces_are_scopes_and_services_of_their_own() -> None:
    row = {"uuid": "w1", "name": "Customs", "is_default": True}
    pages = Pages(listed("items", row, total=2), listed("items", {"uuid": "w2"}, total=2))
    assert [(one.path, one.level) for one in facts(collect(workspaces, {WORKSPACES: pages}))] == [
        ("w1", "workspace"), ("w2", "workspace"),
    ]  # fmt: skip
    limit = {"value": 12.5, "currency": "EUR", "no_monthly_limit": False}
    rows = facts(collect(services, {WORKSPACES: listed("items", {**row, "spend_limit": limit})}))
    (system,), (quota,) = only(rows, AiSystem), only(rows, Quota)
    assert (system.subject, system.at, system.provider) == ("w1", "w1", "mistral")
    assert (quota.value, quota.unit, quota.limits) == (1250, "EUR", "w1")


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ({"no_monthly_limit": True, "usage_limit": None}, ABSENT), ({"usage_limit": 2500}, 250000), ({}, NOT_EXPOSED),
        ({"usage_limit": 0.001}, State.UNKNOWN_VALUE), ({"usage_limit": "much"}, State.UNKNOWN_VALUE),
    ],
)  # fmt: skip
def test_how_much_may_be_spent(limit: dict[str, Any], value: Any) -> None:
    (quota,) = facts(collect(spend_limit, {SPEND: {"limits": {"completion": limit, "currency": "EUR"}}}))
    assert quota.value.state is value if isinstance(value, State) else quota.value == value


def test_how_much_may_be_asked() -> None:
    answer = {
        "requests_per_second": 6,
        "tokens_limits_by_model": {"m": {"tokens_per_minute": 10, "tokens_per_month": 99}},
    }
    assert [(one.limits, one.unit, one.value) for one in facts(collect(rate_limits, {RATES: answer}))] == [
        (NOT_EXPOSED, "requests_per_second", 6), ("m", "tokens_per_minute", 10), ("m", "tokens_per_month", 99),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"expiration_date": "2026-12-31"}, ("2026-12-31T00:00:00Z", False)), ({"expiration_date": None}, (ABSENT, True)),
        ({}, (NOT_EXPOSED, NOT_EXPOSED)),
    ],
)  # fmt: skip
def test_a_key_and_its_end(changed: dict[str, Any], says: tuple[Any, Any]) -> None:
    row = {
        "key_id": "k1",
        "workspace_id": "w1",
        "created_by": "kim@example.com",
        "product": "API",
        "last_used": None,
        **changed,
    }
    (key,) = facts(collect(keys, {KEYS: Pages({"keys": [row]}, {"keys": []})}))
    assert (key.at, key.owner, key.privilege, key.last_used) == ("w1", "kim@example.com", "API", ABSENT)
    assert (key.expires, key.long_term) == says


def test_keys_are_asked_for_until_a_page_is_empty() -> None:
    got = collect(keys, {KEYS: Pages({"keys": [{"key_id": "k1"}]}, {"keys": [{"key_id": "k2"}]}, Status(500))})
    assert [one.subject for one in facts(got)] == ["k1", "k2"] and got.unit.completeness is Completeness.PARTIAL


# --- the log


@pytest.mark.parametrize(
    ("entries", "newest"),
    [
        ([{"created_at": "2026-08-30T04:00:00Z"}, {"created_at": "2026-08-29T04:00:00Z"}], "2026-08-30T04:00:00Z"),
        ([{"created_at": "2026-08-30T04:00:00Z"}, {}], NOT_EXPOSED), ([{"created_at": "today"}], State.AMBIGUOUS),
    ],
)  # fmt: skip
def test_the_newest_entry_is_the_heartbeat(entries: list[Any], newest: Any) -> None:
    (log,) = facts(collect(audit_log, {LOG: entries}))
    assert log.enabled is True
    assert log.last_event.state is newest if isinstance(newest, State) else log.last_event == newest


def test_an_empty_log_is_neither_on_nor_off() -> None:
    got = collect(audit_log, {LOG: []})
    (log,) = facts(got)
    assert isinstance(log.enabled, Missing) and lost(got) == [(LOG, "mistral.audit", Reason.VISIBILITY_UNPROVED)]


# --- connectors


def of_connectors(**changed: Any) -> tuple[Any, Any]:
    row = {"id": "c1", "name": "tracker", "visibility": "shared_org", "protocol": "mcp", "mistral": False, "active": True,
           "server": "https://mcp.example", "supported_auth_methods": [{"method_type": "oauth2"}], **changed}  # fmt: skip
    page = {"items": [row], "pagination": {"page_size": 100, "next_cursor": None}}
    rows = facts(collect(connectors, {CONNECTORS: page}, organization="org-1"))
    return only(rows, AiSystem)[0], only(rows, DataConnection)[0]


def test_a_connector_and_where_it_leads() -> None:
    system, link = of_connectors()
    assert (system.category, system.state, system.offered, system.components) == (
        "plugin",
        "active",
        "shared_org",
        ("auth:oauth2",),
    )
    assert (link.ai_system, link.reached_by, link.store) == ("c1", ("org-1",), "https://mcp.example")
    assert (link.third_party, link.connector, link.direction) == (True, "mcp", "both")


@pytest.mark.parametrize(
    ("changed", "store"),
    [
        ({"server": None, "connection_config": {"base_url": "https://x.example"}}, "https://x.example"),
        ({"server": None}, "tracker"),
    ],
)  # fmt: skip
def test_a_connector_without_a_server_is_known_by_what_there_is(changed: dict[str, Any], store: str) -> None:
    assert of_connectors(**changed)[1].store == store


def test_words_of_connectors_that_nobody_documented_are_kept() -> None:
    system, link = of_connectors(visibility="everywhere", protocol="x", supported_auth_methods=[{"method_type": "x"}])
    assert {one.state for one in (system.offered, system.components, link.connector)} == {State.UNKNOWN_VALUE}
    assert of_connectors(supported_auth_methods=None)[0].components is NOT_EXPOSED


# --- what is never kept


SECRET = "plain words that no pattern would find"
HIDDEN: dict[str, tuple[Any, dict[str, Any]]] = {
    "users": (users, {
        USERS: listed("members", user("M", name=SECRET, subscriptions=[{"user": SECRET}]), invites=[]), ROLES: LISTED,
    }),
    "keys": (keys, {KEYS: Pages({"keys": [{"key_id": "k", "key": SECRET, "hidden_key": SECRET}]}, {"keys": []})}),
    "log": (audit_log, {LOG: [{
        "created_at": "2026-08-30T04:00:00Z", "actor_metadata": {"ip": SECRET}, "event_metadata": {"x": SECRET},
        "target_metadata": {"x": SECRET},
    }]}),
    "connectors": (connectors, {CONNECTORS: {"pagination": {}, "items": [{
        "id": "c", "name": "n", "description": SECRET, "system_prompt": SECRET, "connection_credentials": [{"name": SECRET}],
        "supported_auth_methods": [{"method_type": "bearer", "global_headers": {"x": {"value": SECRET}}}],
        "connection_config": {"headers": {"authorization": SECRET}}, "tools": [{"description": SECRET}],
    }]}}),
}  # fmt: skip


@pytest.mark.parametrize("where", HIDDEN)
def test_what_people_write_into_free_fields_is_not_kept(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    keeper = rest_wire.Keeper

    def keeping(*given: Any, store: Any, **how: Any) -> Any:
        return keeper(*given, store=lambda body: kept.append(body) or store(body), **how)

    monkeypatch.setattr(rest_wire, "Keeper", keeping)
    collector, answers = HIDDEN[where]
    got = collect(collector, answers, organization="org-1")
    assert got.records and kept and SECRET.encode() not in b"".join(kept) + msgspec.json.encode(got.records)


# --- signing in


def signed_in(*rows: Any, environment: dict[str, str] | None = None, **settings: Any) -> Any:
    seen: list[str] = []

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        seen.append(f"{request.url.path} {request.headers['authorization']}")
        return 200, {}, listed("items", *rows, pagination={"page_size": 100})

    made = MistralSettings(attempts=1, **settings)
    given = {"MISTRAL_ADMIN_API_KEY": "admin-1", **(environment or {})}
    return connected(handle, api=API, settings=made, me=lambda wire: _me(wire, made), environment=given), seen


DEFAULT, OTHER = {"uuid": "w0", "is_default": True}, {"uuid": "w1", "is_default": False}


def test_the_default_workspace_stands_for_the_organization_unless_it_is_named() -> None:
    source, seen = signed_in(OTHER, DEFAULT)
    assert (source.tenant, source.known("w1")["organization"]) == ("organization-of-w0",) * 2
    assert seen == ["/v1/admin/workspaces Bearer admin-1"]
    assert signed_in(OTHER, organization="org-7")[0].tenant == "org-7"


@pytest.mark.parametrize("rows", [[], [OTHER], [DEFAULT, DEFAULT | {"uuid": "w9"}]])
def test_without_one_default_workspace_it_has_to_be_named(rows: list[Any]) -> None:
    with pytest.raises(CannotStartError, match="default workspace"):
        signed_in(*rows)


def test_connectors_are_asked_with_the_key_of_a_workspace_and_the_rest_with_the_admin_key() -> None:
    source, seen = signed_in(DEFAULT, environment={"MISTRAL_API_KEY": "workspace-1"})
    (call,) = connectors.calls
    next(source.wire("w0").pages(call, {}))
    assert seen[-1] == "/v1/connectors Bearer workspace-1"


def test_without_the_second_key_only_connectors_stay_unread() -> None:
    from annexa.evidence.answer import UnreadError

    source, _ = signed_in(DEFAULT)
    call: Call = connectors.calls[0]
    with pytest.raises(UnreadError) as caught:
        next(source.wire("w0").pages(call, {}))
    assert caught.value.trouble.reason is Reason.DENIED and "MISTRAL_API_KEY" in str(caught.value.trouble.cure)


def test_the_grant_says_what_an_admin_key_could_do_besides() -> None:
    (told,) = mistral.grant(GrantOrder(collectors=collectors.of(mistral))).documents.values()
    assert "an Admin API key has no scopes" in told and "MISTRAL_API_KEY" in told and "GET /connectors" in told
