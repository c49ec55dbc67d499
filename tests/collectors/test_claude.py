"""Claude Enterprise: what its answers become, over pages, refusals, omitted settings, the parent and planted secrets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import claude
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Read
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.claude import code, feed, organisations, people, plugins, tag
from annexa.collectors.claude._api import API, ORGANISATIONS, SETTINGS
from annexa.collectors.claude._me import by_elimination
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Pages, Status, facts, lost

MADE = "2026-05-01T08:00:00Z"
OWN, PARENT, OTHER = (f"{digit}0000000-0000-4000-8000-000000000000" for digit in "123")
ORGS, ROWS = ORGANISATIONS.op, SETTINGS.op
USERS, FEED = "GET /organizations/users", "GET /compliance/activities"
DOCS = "GET /organizations/claude_code/managed_settings"
NOT_THERE = Status(404, {"type": "error", "error": {"type": "not_found_error", "message": "Not Found"}})


def collect(collector: Collector, answers: Any, **how: Any) -> Gathered:
    return rest_wire.collect(collector, answers, api=API, **{"scope": OWN, "parent": None, "linked": (OWN,), **how})


def tokens(*rows: Mapping[str, Any], then: str | None = None) -> dict[str, Any]:
    return {"data": list(rows), "has_more": then is not None, "next_page": then}


def by_id(*rows: Mapping[str, Any]) -> dict[str, Any]:
    ends = {"first_id": rows[0]["id"], "last_id": rows[-1]["id"]} if rows else {"first_id": None, "last_id": None}
    return {"data": list(rows), "has_more": False, **ends}


def org(uuid: str = OWN, **more: Any) -> dict[str, Any]:
    return {"uuid": uuid, "name": "Acme", "created_at": MADE, **more}


def row(name: str, value: Any, sort: str = "boolean") -> dict[str, Any]:
    return {"name": name, "type": sort, "value": value}


ENTERPRISE = row("cmek_enabled", True)
CONSOLE = row("api_zero_data_retention_enabled", False)


def answer(*rows: Mapping[str, Any], keys: Any = ()) -> dict[str, Any]:
    return {
        "type": "effective_organization_settings",
        "organization_id": OWN,
        "settings": list(rows),
        "api_keys": list(keys),
    }


def told(*rows: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by name: the value, or the state of one that is none."""
    found = facts(collect(organisations.settings, {ROWS: answer(*rows)}))
    return {each.name: each.value.state if isinstance(each.value, Missing) else each.value for each in found}


# --- the vendor as a whole


def test_scopes_that_open_content_are_never_asked_for() -> None:
    needs = {call.needs for one in collectors.of(claude) for call in one.calls}
    assert needs == {
        "read:compliance_org_data", "read:compliance_activities", "read:members", "read:rbac_groups", "read:spend_limits",
        "read:plugins", "read:claude_code_managed_settings", "read access to Claude Tag",
    }  # fmt: skip
    (grant,) = claude.grant(GrantOrder(collectors=collectors.of(claude))).documents.values()
    for scope in needs - {"read access to Claude Tag"}:
        assert scope in grant
    assert "Leave out read:org_audit and read:compliance_user_data" in grant


def test_every_beta_has_its_header() -> None:
    reads = {call.op: call for one in collectors.of(claude) for call in one.calls if isinstance(call, Read)}
    betas = {op.split("/")[2]: read.headers["anthropic-beta"] for op, read in reads.items() if read.headers}
    assert betas == {
        "rbac_groups": "ce-user-management-2026-07-13", "rbac_roles": "ce-user-management-2026-07-13",
        "plugins": "ce-plugins-2026-09-01", "plugin_marketplaces": "ce-plugins-2026-09-01",
        "claude_code": "ce-claude-code-managed-settings-2026-10-06", "claude_tag": "experimental-claude-tag-2026-10-21",
        "spend_limits": "spend-limit-reads-2026-09-26",
    }  # fmt: skip
    assert {read.not_found for read in reads.values() if read.headers} == {Reason.NOT_LICENSED}


def test_no_call_reads_content() -> None:
    ops = {call.op for one in collectors.of(claude) for call in one.calls}
    assert [op for op in ops if any(word in op for word in ("chats", "files", "projects", "sessions", "content"))] == []


# --- organisations


@pytest.mark.parametrize(
    ("answers", "parent"),
    [
        ({"a": True, "b": False}, "b"),
        ({"a": True, "b": False, "c": False}, None),
        ({"a": False, "b": False}, None),
        ({"a": True, "b": None, "c": False}, None),
        ({"a": True}, None),
        ({"a": False}, None),
        ({}, None),
    ],
)
def test_the_parent_is_known_only_where_no_other_reason_is_left(answers: Any, parent: str | None) -> None:
    assert by_elimination(answers) == parent


def test_the_parent_is_skipped_with_its_reason_and_its_proof() -> None:
    settings = {OWN: answer(ENTERPRISE), PARENT: NOT_THERE}
    answers = {ORGS: tokens(org(PARENT), org(OWN)), ROWS: lambda asked: settings[asked["organization_id"]]}
    found = collect(organisations.organisations, answers)
    parent, own = facts(found)
    assert (parent.path, parent.state, own.path, own.state) == (PARENT, "disabled", OWN, "enabled")
    assert "the parent organisation" in parent.note and own.note == NOT_EXPOSED
    assert rest_wire.calls_cited(found, 0) == [ORGS, ROWS, ROWS]
    assert (found.unit.completeness, lost(found)) == (Completeness.COMPLETE, [])


def test_a_refused_organisation_leaves_the_parent_open() -> None:
    settings = {OWN: DENIED, PARENT: NOT_THERE}
    answers = {ORGS: tokens(org(PARENT), org(OWN)), ROWS: lambda asked: settings[asked["organization_id"]]}
    found = collect(organisations.organisations, answers)
    assert [each.state for each in facts(found)] == ["enabled", "enabled"]
    assert lost(found) == [(ROWS, OWN, Reason.DENIED)]


def test_one_organisation_alone_is_not_asked_for_its_parent() -> None:
    wire = FakeRest({ORGS: tokens(org())}, api=API)
    (scope,) = facts(collect(organisations.organisations, {}, wire=wire))
    assert (scope.state, [op for op, _ in wire.asked]) == ("enabled", [ORGS])


def test_the_older_list_without_pages_is_understood() -> None:
    assert len(facts(collect(organisations.services, {ORGS: {"data": [org(), org(OTHER)]}}))) == 2


def test_services_are_those_of_linked_organisations() -> None:
    found = facts(collect(organisations.services, {ORGS: tokens(org(PARENT), org())}, parent=PARENT))
    assert [(each.subject, each.category, each.created) for each in found] == [(OWN, "service", MADE)]


# --- settings


def test_values_of_every_type_keep_their_meaning() -> None:
    found = told(
        ENTERPRISE,
        row("sso_claude_ai_enforced", False),
        row("account_session_duration_seconds", 28800, "integer"),
        row("claude_code_default_worker_pool_id", None, "string"),
        row("ip_allowlist_ip_ranges", ["10.0.0.0/8"], "string_list"),
        {"type": "provisioning_mode", "value": "scim_advanced"},
        row("new_setting_of_the_vendor", {"x": 1}, "future_widget"),
    )
    assert found["claude.sso_claude_ai_enforced"] is False
    assert found["claude.account_session_duration_seconds"] == 28800
    assert found["claude.claude_code_default_worker_pool_id"] is State.ABSENT
    assert found["claude.ip_allowlist_ip_ranges"] == ("10.0.0.0/8",)
    assert found["claude.sso_provisioning_mode"] == "scim_advanced"
    assert found["claude.new_setting_of_the_vendor"] is State.UNKNOWN_VALUE
    assert told(ENTERPRISE, row("account_session_duration_seconds", None, "integer"))[
        "claude.account_session_duration_seconds"
    ] is State.ABSENT  # fmt: skip


def test_an_omitted_setting_is_not_told_and_never_off() -> None:
    found = told(ENTERPRISE)
    for name in (
        "sso_claude_ai_enforced",
        "content_redaction_enabled",
        "web_search_enabled",
        "hipaa_compliance_enabled",
    ):
        assert found[f"claude.{name}"] is State.NOT_EXPOSED, name
    assert "claude.api_zero_data_retention_enabled" not in found, "an arrangement of the Console's"


def test_arrangements_are_expected_of_the_sort_of_organisation_that_can_have_them() -> None:
    console = told(CONSOLE, row("sso_console_enforced", True))
    assert "claude.cmek_enabled" not in console and "claude.sso_claude_ai_enforced" not in console
    assert console["claude.hipaa_compliance_enabled"] is State.NOT_EXPOSED
    nobody_knows = told(row("web_search_enabled", True))
    for name in ("cmek_enabled", "api_zero_data_retention_enabled"):
        assert nobody_knows[f"claude.{name}"] is State.NOT_EXPOSED


@pytest.mark.parametrize(
    ("periods", "days"),
    [
        ({"chat": {"type": "fixed", "timescale": "day", "duration": 90}}, {"chat": 90}),
        ({"all": {"type": "fixed", "timescale": "month", "duration": 2}}, {"all": 62}),
        ({"chat": {"type": "indefinite"}}, {"chat": State.ABSENT}),
        ({"chat": {"type": "fixed", "timescale": "year", "duration": 1}}, {"chat": State.UNKNOWN_VALUE}),
        (
            {"project": {"type": "fixed", "timescale": "day", "duration": 30}},
            {"project": 30, "chat": State.NOT_EXPOSED},
        ),
        ({}, {"chat": State.NOT_EXPOSED}),
        (None, {"chat": State.NOT_EXPOSED}),
    ],
)
def test_periods_of_retention(periods: Any, days: dict[str, Any]) -> None:
    found = facts(
        collect(
            organisations.settings, {ROWS: answer(ENTERPRISE, row("data_retention_periods", periods, "data_retention"))}
        )
    )
    told = {each.subject.rpartition("/")[2]: each.value for each in found if each.name == "claude.retention_days"}
    assert {sort: value.state if isinstance(value, Missing) else value for sort, value in told.items()} == days


def test_settings_belong_to_their_organisation() -> None:
    (found, *_) = facts(collect(organisations.settings, {ROWS: answer(ENTERPRISE)}))
    assert (found.subject, found.at, found.set_by) == (f"{OWN}/claude.cmek_enabled", OWN, "effective")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (NOT_THERE, Reason.NOT_LICENSED),
        (DENIED, Reason.DENIED),
        ({}, Reason.INVALID_ANSWER),
        (answer(), Reason.INVALID_ANSWER),
        (Status(200, b"<html>"), Reason.INVALID_ANSWER),
    ],
)
def test_settings_that_did_not_come_are_unread(given: Any, reason: Reason) -> None:
    found = collect(organisations.settings, {ROWS: given})
    assert (facts(found), lost(found)) == ([], [(ROWS, None, reason)])


def test_keys_are_listed_once_for_the_whole_tree() -> None:
    key = {"type": "compliance_api_key", "id": "apikey_1", "name": "annexa", "scopes": ["read:plugins", "read:members"],
           "is_active": True, "created_at": MADE, "created_by_id": None, "expires_at": None}  # fmt: skip
    answers = {ORGS: tokens(org(PARENT), org(), org(OTHER)), ROWS: answer(ENTERPRISE, keys=[key])}
    (found,) = facts(collect(organisations.access_keys, answers, parent=PARENT))
    assert (found.type, found.state, found.privilege, found.owner, found.owner_sort) == (
        "claude_access_key", "active", "read:members read:plugins", "nobody", ABSENT,
    )  # fmt: skip
    assert (found.expires, found.long_term, found.created) == (ABSENT, True, MADE)


def test_a_missing_list_of_keys_is_unread() -> None:
    given = answer(ENTERPRISE)
    del given["api_keys"]
    found = collect(organisations.access_keys, {ORGS: tokens(org()), ROWS: given})
    assert lost(found) == [(ROWS, None, Reason.INVALID_ANSWER)]


# --- people


def user(name: str = "user_1", **more: Any) -> dict[str, Any]:
    return {
        "type": "user",
        "id": name,
        "email": "kim@example.com",
        "name": "Kim",
        "role": "owner",
        "added_at": MADE,
        **more,
    }


def test_members_of_one_organisation_are_all_there_is_of_one() -> None:
    found = collect(people.users, {USERS: by_id(user(), user("user_2", role="emperor"))})
    assert [(each.purpose, each.verdict) for each in facts(found)[1::2]] == [
        ("administer", "allowed"), ("administer", unknown_value("emperor")),
    ]  # fmt: skip
    assert found.unit.completeness is Completeness.COMPLETE


@pytest.mark.parametrize(
    ("collector", "op", "given"),
    [
        (people.users, USERS, by_id(user())),
        (people.invites, "GET /organizations/invites", by_id()),
        (feed.spend_limits, "GET /organizations/spend_limits", tokens()),
    ],
)
def test_members_of_further_organisations_are_missing_and_said_to_be(collector: Collector, op: str, given: Any) -> None:
    found = collect(collector, {op: given}, linked=(OWN, OTHER))
    assert lost(found) == [(op, None, Reason.VISIBILITY_UNPROVED)]


ROLES, GROUPS = "GET /organizations/rbac_roles", "GET /organizations/rbac_groups"
PERMISSIONS = "GET /organizations/rbac_roles/{rbac_role_id}/permissions"


def test_groups_hold_what_their_roles_allow() -> None:
    allowed = {
        "role_1": tokens(
            {"action": "use", "resource": {"type": "connector_tool", "connector_id": "c1", "tool_name": "search"}}
        ),
        "role_2": tokens(
            {"action": "permission_members_manage", "resource": {"type": "organization", "organization_id": OWN}}
        ),
        "role_3": DENIED,
    }
    group = {"type": "rbac_group", "id": "group_1", "name": "Planners", "source_type": "scim", "created_at": MADE,
             "role_ids": ["role_1", "role_2", "role_3", "role_9"]}  # fmt: skip
    answers = {
        ROLES: tokens(*({"id": name, "display_name": name} for name in allowed)),
        PERMISSIONS: lambda asked: allowed[asked["rbac_role_id"]],
        GROUPS: tokens(group),
    }
    found = collect(people.groups, answers)
    assert [(each.purpose, each.permissions) for each in facts(found)] == [
        ("use", ("connector_tool:search:use",)), ("administer", ("organization:permission_members_manage",)),
        ("administer", ()), ("administer", ()),
    ]  # fmt: skip
    assert [each.verdict.state for each in facts(found)[2:]] == [State.UNREAD, State.UNREAD]
    assert lost(found) == [(PERMISSIONS, "role_3", Reason.DENIED)]


def test_a_group_whose_roles_the_vendor_could_not_tell_is_unread() -> None:
    group = {"id": "group_1", "name": "Planners", "source_type": "direct", "created_at": MADE, "role_ids": None}
    found = collect(people.groups, {ROLES: tokens(), GROUPS: tokens(group)})
    assert (facts(found), lost(found)) == ([], [(GROUPS, "group_1", Reason.INVALID_ANSWER)])


# --- plug-ins

PLUGINS = "GET /organizations/plugins"


def plugin(name: str = "plugin_1", **more: Any) -> dict[str, Any]:
    return {"type": "plugin", "id": name, "name": "tickets", "display_name": "Ticket desk", "description": "secret words",
            "owner": {"type": "organization"}, "reach": "remote", "created_at": MADE, "manifest_version": "1.2.0",
            "components": [{"type": "mcp_server", "name": "tickets"}, {"type": "hook", "name": "PreToolUse"}],
            "content_scan": {"status": "completed", "assessment": "warn"},
            "organization_installation_preference": "required", **more}  # fmt: skip


def test_plugins_say_how_far_they_reach_and_who_gets_them() -> None:
    own = plugin(
        "plugin_2", owner={"type": "user", "user_id": "user_1"}, reach=None, components=None, content_scan=None,
        organization_installation_preference=None, manifest_version=None,
    )  # fmt: skip
    wire = FakeRest({PLUGINS: Pages(tokens(plugin(), then="p2"), tokens(own))}, api=API)
    found = collect(plugins.plugins, {}, wire=wire)
    one, two = facts(found)
    assert (one.reach, one.components, one.offered, one.content_scan, one.owner) == (
        "remote", ("hook:PreToolUse", "mcp_server:tickets"), "required", "warn", ABSENT,
    )  # fmt: skip
    assert (two.reach, two.components, two.offered, two.content_scan, two.owner, two.version) == (
        ABSENT, NOT_EXPOSED, ABSENT, ABSENT, "user_1", ABSENT,
    )  # fmt: skip
    assert wire.asked[0][1]["organization_id"] == OWN
    assert {each.at for each in facts(found)} == {OWN}


@pytest.mark.parametrize(
    ("field", "raw", "name", "value"),
    [
        ("reach", "cosmic", "reach", unknown_value("cosmic")),
        ("content_scan", {"status": "processing", "assessment": None}, "content_scan", "processing"),
        ("content_scan", {"status": "completed", "assessment": "odd"}, "content_scan", unknown_value("odd")),
        ("organization_installation_preference", "sometimes", "offered", unknown_value("sometimes")),
    ],
)
def test_odd_words_of_plugins_are_kept_raw(field: str, raw: Any, name: str, value: Any) -> None:
    (found,) = facts(collect(plugins.plugins, {PLUGINS: tokens(plugin(**{field: raw}))}))
    assert getattr(found, name) == value


def test_offers_to_groups_and_the_loss_of_one() -> None:
    op = f"{PLUGINS}/{{plugin_id}}/installation_settings"
    offer = {"plugin_id": "plugin_1", "installation_preference": "available", "updated_at": MADE,
             "target": {"type": "rbac_group", "rbac_group_id": "group_1"}}  # fmt: skip
    rows = tokens(plugin(), plugin("plugin_2"), plugin("plugin_3", owner={"type": "user", "user_id": "u"}))
    answers = {PLUGINS: rows, op: lambda asked: tokens(offer) if asked["plugin_id"] == "plugin_1" else DENIED}
    found = collect(plugins.offers, answers)
    assert [(each.value, each.set_by) for each in facts(found)] == [("available", "group_1")]
    assert lost(found) == [(op, "plugin_2", Reason.DENIED)]


@pytest.mark.parametrize(
    ("collector", "op"),
    [
        (plugins.plugins, PLUGINS),
        (plugins.marketplaces, "GET /organizations/plugin_marketplaces"),
        (tag.agents, "GET /organizations/claude_tag/slack_workspaces"),
        (code.mode, f"{DOCS}/configuration"),
        (people.groups, ROLES),
        (feed.spend_limits, "GET /organizations/spend_limits"),
    ],
)
def test_a_missing_beta_header_is_an_unread_and_never_none(collector: Collector, op: str) -> None:
    found = collect(collector, {op: NOT_THERE})
    assert (facts(found), lost(found)) == ([], [(op, None, Reason.NOT_LICENSED)])
    assert found.unit.completeness is Completeness.UNREAD


# --- Claude Code

SECRET = "planted-secret"
DOCUMENT = {
    "permissions": {"disableBypassPermissionsMode": "disable", "deny": ["Read(./.env)"]},
    "allowedMcpServers": [{"serverName": "tickets"}, {"serverCommand": ["npx", f"--token={SECRET}"]}],
    "deniedMcpServers": [{"serverUrl": "https://*.bad.example/*"}],
    "allowManagedMcpServersOnly": True,
    "cleanupPeriodDays": 30,
    "env": {"TOKEN": SECRET, "OTEL_EXPORTER_OTLP_HEADERS": f"Authorization=Bearer {SECRET}"},
    "apiKeyHelper": f"echo {SECRET}",
    "otelHeadersHelper": f"echo {SECRET}",
    "mcpServers": {
        "tickets": {
            "url": "https://tickets.example",
            "headers": {"X-Key": SECRET},
            "env": {"K": SECRET},
            "args": [SECRET],
        }
    },
    "hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": f"curl -H {SECRET}"}]}]},
}


def test_documents_of_groups_say_what_guards_and_lose_what_is_secret() -> None:
    answers = {
        f"{DOCS}/rbac_group_default": {"settings": None, "updated_at": None},
        f"{DOCS}/rbac_groups": tokens(
            {"rbac_group_id": "group_1", "rbac_group_status": {"type": "active"}},
            {"rbac_group_id": "group_2", "rbac_group_status": {"type": "deleted"}},
        ),
        f"{DOCS}/rbac_groups/{{rbac_group_id}}": {"settings": DOCUMENT, "updated_at": MADE},
    }
    found = collect(code.documents, answers)
    assert {each.name.removeprefix("claude.code."): each.value for each in facts(found)} == {
        "bypass_permissions_disabled": True, "mcp_allowed": ("a command", "tickets"), "managed_mcp_only": True,
        "mcp_denied": ("https://*.bad.example/*",),
    }  # fmt: skip
    assert {each.set_by for each in facts(found)} == {"group_1"}
    assert lost(found) == []


def test_pages_keep_what_is_no_secret() -> None:
    from annexa.evidence.redact import Redactor

    for read in (code.GROUP, code.DEFAULT):
        kept = str(Redactor(b"k" * 32).page({"settings": DOCUMENT, "updated_at": MADE}, drop=read.drop, keep=read.keep))
        assert SECRET not in kept
        for word in (
            "'cleanupPeriodDays': 30",
            "https://tickets.example",
            "Read(./.env)",
            "'serverName': 'tickets'",
            "'TOKEN'",
        ):
            assert word in kept


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ({}, "bypass_permissions_disabled", False),
        (
            {"permissions": {"disableBypassPermissionsMode": "maybe"}},
            "bypass_permissions_disabled",
            unknown_value("maybe"),
        ),
        ({}, "mcp_allowed", ABSENT),
        ({"allowedMcpServers": "all"}, "mcp_allowed", unknown_value("all")),
        ({"allowManagedMcpServersOnly": "yes"}, "managed_mcp_only", unknown_value("yes")),
    ],
)
def test_what_a_document_says(settings: Any, name: str, value: Any) -> None:
    answers = {
        f"{DOCS}/rbac_group_default": {"settings": settings, "updated_at": MADE},
        f"{DOCS}/rbac_groups": tokens(),
    }
    found = {each.name: each.value for each in facts(collect(code.documents, answers))}
    assert found[f"claude.code.{name}"] == value


def test_an_empty_list_of_servers_is_not_no_list() -> None:
    answers = {
        f"{DOCS}/rbac_group_default": {"settings": {"allowedMcpServers": []}, "updated_at": MADE},
        f"{DOCS}/rbac_groups": tokens(),
    }
    found = {each.name: each.value for each in facts(collect(code.documents, answers))}
    assert found["claude.code.mcp_allowed"].state is State.AMBIGUOUS


@pytest.mark.parametrize("answer", [{"settings": None, "updated_at": MADE}, {"settings": [], "updated_at": None}, {}])
def test_a_damaged_document_is_unread_and_so_is_an_answer_without_one(answer: dict[str, Any]) -> None:
    answers = {f"{DOCS}/rbac_group_default": answer, f"{DOCS}/rbac_groups": tokens()}
    assert lost(collect(code.documents, answers)) == [(f"{DOCS}/rbac_group_default", "default", Reason.INVALID_ANSWER)]


# --- Slack and the feed


def slack(name: str, kind: str, **settings: Any) -> dict[str, Any]:
    said = {"enabled": True, "guest_policy": {"type": "allow"}, "model": None, "environment_id": None, "reply_mode": None,
            "instructions": SECRET, **settings}  # fmt: skip
    return {"type": kind, "id": name, "created_at": MADE, "updated_at": MADE, "slack": {"workspace_id": "T1"}, "settings": said,
            "sources": {"enabled": {"type": "default"}, "guest_policy": {"type": kind}, "instructions": []}}  # fmt: skip


def test_claude_in_slack_is_an_agent_with_settings_by_place() -> None:
    workspaces, channels = (
        "GET /organizations/claude_tag/slack_workspaces",
        "GET /organizations/claude_tag/slack_channels",
    )
    answers = {
        workspaces: tokens(slack("slws_1", "slack_workspace", model="claude-sonnet-4-6")),
        channels: lambda asked: tokens(slack("slch_1", "slack_channel", enabled=False, reply_mode={"type": "thread"})),
    }
    (agent,) = facts(collect(tag.agents, answers))
    assert (agent.category, agent.model, agent.state) == ("agent", "claude-sonnet-4-6", "enabled")
    found = facts(collect(tag.settings, answers))
    assert [(each.subject, each.value) for each in found] == [
        ("slws_1/claude.tag.enabled", True), ("slws_1/claude.tag.guest_policy", "allow"),
        ("slch_1/claude.tag.enabled", False), ("slch_1/claude.tag.guest_policy", "allow"),
        ("slch_1/claude.tag.reply_mode", "thread"),
    ]  # fmt: skip
    lost_one = collect(tag.settings, {**answers, channels: Status(503)})
    assert lost(lost_one) == [(channels, "slws_1", Reason.UNREACHABLE)]


def entry(name: str, at: str) -> dict[str, Any]:
    return {"id": name, "created_at": at, "type": "claude_chat_created", "actor": {"email_address": "kim@example.com"}}


def test_an_entry_that_comes_twice_counts_once() -> None:
    rows = by_id(
        entry("a3", "2026-08-30T05:58:00Z"), entry("a2", "2026-08-30T05:50:00Z"), entry("a2", "2026-08-30T05:50:00Z")
    )
    wire = FakeRest({FEED: rows}, api=API)
    log, use = facts(collect(feed.activity_feed, {}, wire=wire))
    assert (log.name, log.last_event) == ("claude.activities", "2026-08-30T05:58:00Z")
    assert (use.count, use.since, use.until) == (2, "2026-08-30T05:50:00Z", "2026-08-30T05:58:00Z")
    assert wire.asked == [(FEED, {"limit": 100})]


def test_an_empty_feed_proves_nothing() -> None:
    found = collect(feed.activity_feed, {FEED: by_id()})
    assert {each.last_event.state for each in facts(found)[:1]} == {State.AMBIGUOUS}
    assert lost(found) == [(FEED, "claude.activities", Reason.VISIBILITY_UNPROVED)]


@pytest.mark.parametrize("given", [DENIED, NOT_THERE, {"data": None, "has_more": False}, Status(200, b"{")])
def test_a_feed_that_did_not_come_is_unread(given: Any) -> None:
    found = collect(feed.activity_feed, {FEED: given})
    assert (facts(found), found.unit.completeness) == ([], Completeness.UNREAD)


# --- connecting


def source(answers: Mapping[str, Any], **environment: str) -> Any:
    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        assert request.headers["x-api-key"] == "sk-ant-api01-x"
        assert request.headers["anthropic-version"] == "2023-06-01"
        return answers[request.url.path.removeprefix("/v1/compliance/organizations").strip("/")]  # type: ignore[no-any-return]

    lent = Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r1", pacing=False,
        environment={"ANTHROPIC_COMPLIANCE_ACCESS_KEY": "sk-ant-api01-x", **environment},
        prepare=lambda _, client: client.answer_with(rest_wire._transport(handle)),
    )  # fmt: skip
    return claude.connect(claude.Settings(attempts=1), lent)


def test_the_tree_is_named_by_its_oldest_organisation() -> None:
    listed = tokens(org(OWN), org(PARENT, created_at="2024-01-01T00:00:00Z"))
    made = source(
        {"": (200, {}, listed), f"{OWN}/settings": (200, {}, answer(ENTERPRISE)), f"{PARENT}/settings": (404, {}, {})}
    )
    assert (made.tenant, made.known("s")["parent"], made.known("s")["linked"]) == (f"claude-{PARENT}", PARENT, (OWN,))
    alone = source({"": (200, {}, tokens(org()))})
    assert (alone.tenant, alone.known("s")["linked"]) == (f"claude-{OWN}", (OWN,))
    nobody = source({"": (200, {}, listed), f"{OWN}/settings": (403, {}, {}), f"{PARENT}/settings": (404, {}, {})})
    assert (nobody.known("s")["parent"], len(nobody.known("s")["linked"])) == (None, 2)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ((403, {}, {"error": {"type": "permission_error"}}), "permission_error"),
        ((200, {}, tokens()), "reaches no organisation"),
    ],
)
def test_a_key_without_organisations_cannot_start(answers: Any, says: str) -> None:
    with pytest.raises(CannotStartError, match=says):
        source({"": answers})
