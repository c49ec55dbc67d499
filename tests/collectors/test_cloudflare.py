"""Cloudflare's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from typing import Any

import msgspec
import pytest

from annexa import collectors
from annexa.collectors import cloudflare
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError
from annexa.collectors.cloudflare._api import API
from annexa.collectors.cloudflare._settings import CloudflareSettings
from annexa.collectors.cloudflare._source import _me
from annexa.collectors.cloudflare.accounts import account_settings, accounts, members
from annexa.collectors.cloudflare.gateways import gateways, providers
from annexa.collectors.cloudflare.library import LIBRARY, approved_applications
from annexa.collectors.cloudflare.mcp import portals, servers
from annexa.collectors.cloudflare.policies import access_policies, gateway_rules
from annexa.collectors.cloudflare.protections import protections
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.kinds import (
    AccessGrant,
    AccessPolicy,
    AiSystem,
    Application,
    DataConnection,
    Exposure,
    Identity,
    LogSource,
    Quota,
    Safeguard,
    Setting,
)
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import FakeRest, Pages, Status, collect, connected, facts, lost

ACCOUNTS, MEMBERS = "GET /accounts", "GET /accounts/{account_id}/members"
GATEWAYS = "GET /accounts/{account_id}/ai-gateway/gateways"
PROVIDERS = "GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs"
SERVERS = "GET /accounts/{account_id}/access/ai-controls/mcp/servers"
PORTALS = "GET /accounts/{account_id}/access/ai-controls/mcp/portals"
APPS, RULES = "GET /accounts/{account_id}/access/apps", "GET /accounts/{account_id}/gateway/rules"
REFUSED = {
    "success": False,
    "errors": [{"code": 10000, "message": "Authentication error"}],
    "messages": [],
    "result": None,
}
GOOD = {"success": True, "errors": [], "messages": []}


def page(*rows: Any, total: int | None = None) -> dict[str, Any]:
    info = {"page": 1, "per_page": 50, "count": len(rows), "total_count": len(rows) if total is None else total}
    return {**GOOD, "result": list(rows), "result_info": info}


def found(collector: Any, op: str, *rows: Any, **answers: Any) -> list[Any]:
    return facts(collect(collector, {op: page(*rows), **answers}, scope="A1"))


def only(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


GATEWAY: dict[str, Any] = {
    "id": "freight", "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-02-01T00:00:00Z", "authentication": True,
    "byok_only": True, "zdr": True, "collect_logs": True, "logpush": False, "rate_limiting_limit": 600,
    "rate_limiting_interval": 60,
}  # fmt: skip


# --- accounts


def test_accounts_are_scopes_and_every_page_is_read() -> None:
    pages = Pages(page({"id": "A1", "name": "One"}, total=2), page({"id": "A2"}, total=2))
    rows = facts(collect(accounts, {ACCOUNTS: pages}))
    assert [(one.path, one.level, one.name) for one in rows] == [
        ("A1", "account", "One"),
        ("A2", "account", NOT_EXPOSED),
    ]
    assert accounts.lists_scopes == "account" and gateways.per == members.per == "account"
    (one,) = facts(collect(account_settings, {ACCOUNTS: page({"id": "A1", "settings": {"enforce_twofactor": True}})}))
    assert (one.at, one.name, one.value) == ("A1", "cloudflare.account.enforce_twofactor", True)


def member(**changed: Any) -> dict[str, Any]:
    user = {"id": "U1", "email": "kim@example.com", "two_factor_authentication_enabled": True}
    return {"id": "M1", "status": "accepted", "user": user, "roles": [], **changed}


@pytest.mark.parametrize(
    ("role", "purpose", "target", "settled"),
    [
        ("Super Administrator - All Privileges", "administer", "ai", True), ("Cloudflare Gateway", "administer", "ai", True),
        ("Administrator Read Only", "read", "account", True), ("DNS", "write", "account", True),
        ("Workers Platform Admin", "administer", "ai", False), ("Role of our own", "administer", "ai", False),
    ],
)  # fmt: skip
def test_what_a_role_amounts_to(role: str, purpose: str, target: str, settled: bool) -> None:
    rows = found(members, MEMBERS, member(roles=[{"id": "R1", "name": role}]))
    (person,), (grant,) = only(rows, Identity), only(rows, AccessGrant)
    assert (person.name, person.state, person.mfa) == ("kim@example.com", "accepted", True)
    assert (grant.grantee, grant.grantee_name, grant.purpose, grant.target) == (
        "U1",
        "kim@example.com",
        purpose,
        target,
    )
    assert grant.verdict == "allowed" if settled else grant.verdict.state is State.UNKNOWN_VALUE


def test_roles_come_from_both_forms_and_a_pending_member_has_none_yet() -> None:
    allowed = {"access": "allow", "permission_groups": [{"id": "G1", "name": "Administrator"}, {"id": "G2"}]}
    denied = {"access": "deny", "permission_groups": [{"id": "G3", "name": "Billing"}]}
    rows = found(
        members, MEMBERS, member(status="pending", roles=[{"name": "Administrator"}], policies=[allowed, denied])
    )
    grants = {one.permissions[0]: one.verdict for one in only(rows, AccessGrant)}
    assert set(grants) == {"Administrator", "G2"} and grants["Administrator"] == "conditional"


def test_a_member_without_any_list_of_roles_may_administer_for_all_anybody_knows() -> None:
    (grant,) = only(found(members, MEMBERS, {"id": "M1", "status": "accepted"}), AccessGrant)
    assert grant.purpose == "administer" and grant.verdict.state is State.UNKNOWN_VALUE


# --- AI Gateway


def test_a_gateway_with_its_switches_and_its_log() -> None:
    rows = found(gateways, GATEWAYS, GATEWAY)
    (system,), (log,) = only(rows, AiSystem), only(rows, LogSource)
    assert (system.subject, system.category, system.name) == ("A1/ai-gateway/freight", "gateway", "freight")
    assert {one.name.rpartition(".")[2]: one.value for one in only(rows, Setting)} == {
        "authentication": True, "byok_only": True, "zdr": True, "collect_logs": True, "logpush": False,
    }  # fmt: skip
    assert (log.name, log.enabled) == ("cloudflare.ai_gateway.logs", True)


def test_a_switch_that_is_not_told_is_not_off() -> None:
    told = {
        one.name.rpartition(".")[2]: one.value
        for one in only(found(gateways, GATEWAYS, {"id": "x", "zdr": "on"}), Setting)
    }
    assert told["authentication"] is NOT_EXPOSED and told["zdr"].state is State.UNKNOWN_VALUE


def test_keys_of_providers_are_connections_and_a_refusal_costs_one_gateway() -> None:
    def answer(asked: Any) -> Any:
        config = {"id": "c1", "provider_slug": "openai", "secret_preview": "sk-x", "secret_id": "s"}
        return page(config) if asked["gateway_id"] == "freight" else Status(403, REFUSED)

    got = collect(providers, {GATEWAYS: page(GATEWAY, {"id": "lab"}), PROVIDERS: answer}, scope="A1")
    (link,) = facts(got)
    assert (link.ai_system, link.store, link.third_party) == ("A1/ai-gateway/freight", "openai", True)
    assert lost(got) == [(PROVIDERS, "A1/ai-gateway/lab", Reason.DENIED)]


@pytest.mark.parametrize(
    ("told", "mode"),
    [
        ({"guardrails": {"prompt": {"S1": "BLOCK"}, "response": {"S1": "FLAG"}}}, "enforce"),
        ({"guardrails": {"prompt": {"S1": "FLAG"}, "response": {}}}, "detect"),
        ({"guardrails": {"prompt": {}, "response": {}}}, "off"), ({"guardrails": None}, ABSENT), ({}, NOT_EXPOSED),
        ({"guardrails": {"prompt": {"S1": "MASK"}, "response": {}}}, State.UNKNOWN_VALUE),
    ],
)  # fmt: skip
def test_what_guardrails_do(told: dict[str, Any], mode: Any) -> None:
    guard = only(found(protections, GATEWAYS, {"id": "x", **told}), Safeguard)[0]
    assert guard.mode == mode if not isinstance(mode, State) else guard.mode.state is mode


POLICY = {"id": "p", "action": "BLOCK", "check": ["REQUEST"], "enabled": True, "profiles": ["cards"]}


@pytest.mark.parametrize(
    ("dlp", "says"),
    [
        ({"enabled": True, "policies": [POLICY]}, ("enforce", True, False)),
        ({"enabled": True, "policies": [{**POLICY, "action": "FLAG"}]}, ("detect", False, False)),
        ({"enabled": False, "policies": [POLICY]}, ("off", False, False)),
        ({"enabled": True, "policies": [{**POLICY, "enabled": False}]}, ("off", False, False)),
        ({"enabled": True, "action": "BLOCK", "profiles": ["cards"]}, ("enforce", NOT_EXPOSED, NOT_EXPOSED)),
        (None, (ABSENT, NOT_EXPOSED, NOT_EXPOSED)),
    ],
)  # fmt: skip
def test_what_rules_against_leakage_do(dlp: Any, says: tuple[Any, ...]) -> None:
    rule = only(found(protections, GATEWAYS, {"id": "x", "dlp": dlp}), Safeguard)[1]
    assert (rule.mode, rule.masks_input, rule.masks_output) == says


@pytest.mark.parametrize(
    ("told", "limits"),
    [
        ({"rate_limiting_limit": 5, "rate_limiting_interval": 60}, [5, NOT_EXPOSED]),
        ({"rate_limiting_limit": None, "spend_limits": None}, [ABSENT, ABSENT]),
        ({"spend_limits": {"enabled": True, "rules": [{"limit": 10, "window": 60}]}}, [NOT_EXPOSED, 10]),
        ({"rate_limiting_limit": 0, "spend_limits": {"rules": [{"limit": 1.5, "window": 60}]}}, [State.AMBIGUOUS] * 2),
    ],
)  # fmt: skip
def test_limits(told: dict[str, Any], limits: list[Any]) -> None:
    values = [one.value for one in only(found(protections, GATEWAYS, {"id": "x", **told}), Quota)]
    assert [
        value.state if isinstance(wanted, State) else value for value, wanted in zip(values, limits, strict=True)
    ] == limits


# --- AI controls


def test_servers_and_portals() -> None:
    tools = [{"name": "list", "enabled": True}, {"name": "delete", "enabled": False}, {"name": "other"}]
    server = {"id": "git", "name": "Git", "hostname": "https://git.example/mcp", "auth_type": "unauthenticated",
              "status": "ready", "updated_tools": tools}  # fmt: skip
    rows = found(servers, SERVERS, server)
    (system,), (link,), (way,) = only(rows, AiSystem), only(rows, DataConnection), only(rows, Exposure)
    assert (system.subject, system.state, system.components) == (
        "A1/mcp-server/git",
        "ready",
        ("tool_off:delete", "tool_on:list"),
    )
    assert (link.ai_system, link.store, way.authorisation) == ("A1/mcp-server/git", "https://git.example/mcp", "NONE")
    rows = found(portals, PORTALS, {"id": "staff", "name": "Staff", "servers": [{**server, "server_id": "git"}]})
    (portal,), (link,) = only(rows, AiSystem), only(rows, DataConnection)
    assert (portal.category, portal.components, link.store) == (
        "gateway",
        ("mcp_server:git",),
        "https://git.example/mcp",
    )


def test_a_portal_without_its_list_of_servers_is_unread_and_costs_no_other() -> None:
    server = {"server_id": "git", "hostname": "https://git.example/mcp"}
    got = collect(portals, {PORTALS: page({"id": "one"}, {"id": "two", "servers": [server]})}, scope="A1")
    assert {one.subject for one in facts(got)} == {"A1/mcp-portal/two", "A1/mcp-portal/two#git"}
    assert lost(got) == [(PORTALS, "A1/mcp-portal/one", Reason.INVALID_ANSWER)]


# --- the application library


def test_only_what_the_organisation_approved_is_asked_for_and_kept() -> None:
    wire = FakeRest(
        {LIBRARY.op: page({"id": 1, "name": "ChatGPT", "hostnames": ["chatgpt.com"], "review_status": "approved"})},
        api=API,
    )
    (app,) = facts(collect(approved_applications, {}, scope="A1", wire=wire))
    assert (app.vendor_id, app.name, app.state, app.domains) == ("1", "ChatGPT", "approved", ("chatgpt.com",))
    (_, asked), = wire.asked  # fmt: skip
    assert asked["filter"] == "review_status:approved" and "gen_ai_score" not in asked["fields"]


@pytest.mark.parametrize("status", ["unapproved", "in_review", "unreviewed"])
def test_a_catalogue_is_no_use(status: str) -> None:
    """A vendor that does not follow the filter gives what exists, and not what the organisation decided."""
    assert found(approved_applications, LIBRARY.op, {"id": 1, "review_status": status}) == []


def test_a_status_that_nobody_documented_is_kept_and_one_that_is_missing_is_not_held_against_it() -> None:
    first, second = found(approved_applications, LIBRARY.op, {"id": 1, "review_status": "trial"}, {"id": 2})
    assert first.state.state is State.UNKNOWN_VALUE and second.state is NOT_EXPOSED


# --- rules and policies


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, ("enforced", ("app.type.ids:25", "app.type.ids:30"))), ({"enabled": False}, ("off", None)),
        ({"expiration": {"expired": True}}, ("off", None)),
        ({"traffic": 'any(app.statuses[*] == "unreviewed")'}, ("enforced", ("app.statuses:unreviewed",))),
        ({"traffic": "not(any(app.ids[*] in {7}))"}, ("enforced", State.AMBIGUOUS)),
        ({"traffic": "any(app.ids[*] in $list)"}, ("enforced", State.AMBIGUOUS)),
    ],
)  # fmt: skip
def test_a_rule_about_applications(changed: dict[str, Any], says: tuple[str, Any]) -> None:
    rule = {"id": "r", "name": "No AI", "action": "block", "enabled": True, "filters": ["http"],
            "traffic": "any(app.type.ids[*] in {25 30})", **changed}  # fmt: skip
    (policy,) = found(gateway_rules, RULES, rule)
    assert (policy.state, policy.type) == (says[0], "gateway.block")
    assert policy.targets == says[1] or says[1] is None or policy.targets.state is says[1]


def test_a_rule_about_leakage_is_a_safeguard_and_others_are_left_out() -> None:
    rule = {
        "id": "r",
        "action": "allow",
        "enabled": True,
        "filters": ["http"],
        "traffic": 'any(dlp.profiles[*] in {"p"})',
    }
    (guard,) = found(gateway_rules, RULES, rule)
    assert (guard.type, guard.mode, guard.channels) == ("dlp_rule", "detect", ("http",))
    assert (
        found(gateway_rules, RULES, {**rule, "traffic": "any(dns.domains[*] in $bad)"}, {**rule, "deleted_at": "2026"})
        == []
    )


def test_policies_of_access_and_applications_that_people_sign_in_to() -> None:
    policy = {"id": "p", "name": "Staff", "decision": "allow", "include": [{"email": {"email": "kim@example.com"}}],
              "require": [{"auth_method": {"auth_method": "mfa"}}, {"group": {"id": "g"}}]}  # fmt: skip
    saas = {"auth_type": "saml", "consumer_service_url": "https://chat.example/acs", "client_secret": "secret"}
    rows = found(
        access_policies, APPS, {"id": "a", "name": "Chat", "type": "saas", "saas_app": saas, "policies": [policy]}
    )
    (held,), (app,) = only(rows, AccessPolicy), only(rows, Application)
    assert (held.subject, held.type, held.targets) == ("a/p", "access.allow", ("a",))
    assert held.requires == ("auth_method:mfa", "group")
    assert (app.vendor_id, app.sign_on, app.domains) == ("a", "saml", ("chat.example",))


# --- what is no answer, and what is never kept


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (REFUSED, Reason.INVALID_ANSWER), (Status(403, REFUSED), Reason.DENIED), (Status(401, REFUSED), Reason.DENIED),
        (Status(429, REFUSED, {"Retry-After": "300"}), Reason.THROTTLED),
        ({"result": [], "success": None}, Reason.INVALID_ANSWER),
        ({**page(), "result": None}, Reason.INVALID_ANSWER), ({**GOOD, "result": []}, Reason.INVALID_ANSWER),
        (page({"id": "x"}, total=2), Reason.INVALID_ANSWER), (Status(200, b"<html>"), Reason.INVALID_ANSWER),
    ],
)  # fmt: skip
def test_what_is_no_list_is_never_an_empty_one(answer: Any, reason: Reason) -> None:
    pages = Pages(answer, page(total=2)) if not isinstance(answer, Status) else answer
    got = collect(protections, {GATEWAYS: pages}, scope="A1")
    assert [why for _, _, why in lost(got)] == [reason] and got.unit.completeness is not Completeness.COMPLETE


SECRET = "plain words that no pattern would find"
HIDDEN: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "gateway": (gateways, GATEWAYS, {
        **GATEWAY, "otel": [{"headers": {"x": SECRET}, "authorization": SECRET}], "stripe": {"authorization": SECRET},
    }),
    "server": (servers, SERVERS, {
        "id": "s", "hostname": "h", "description": SECRET, "tools": [{"d": SECRET}], "error": SECRET,
        "auth_config_summary": {"registration_info": {"client_id": SECRET}},
    }),
    "rule": (gateway_rules, RULES, {
        "id": "r", "traffic": "any(app.ids[*] in {1})", "identity": SECRET, "rule_settings": {"x": SECRET},
    }),
    "app": (access_policies, APPS, {
        "id": "a", "scim_config": {"token": SECRET}, "saas_app": {"client_secret": SECRET},
        "policies": [{
            "id": "p", "include": [{"email": {"email": SECRET}}], "exclude": [{"ip": {"ip": SECRET}}],
            "require": [{"okta": {"name": SECRET}}],
        }],
    }),
    "member": (members, MEMBERS, member(user={"id": "U", "first_name": SECRET, "last_name": SECRET})),
}  # fmt: skip


@pytest.mark.parametrize("where", HIDDEN)
def test_what_people_write_into_free_fields_is_not_kept(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    keeper = rest_wire.Keeper

    def keeping(*given: Any, store: Any, **how: Any) -> Any:
        return keeper(*given, store=lambda body: kept.append(body) or store(body), **how)

    monkeypatch.setattr(rest_wire, "Keeper", keeping)
    collector, op, row = HIDDEN[where]
    got = collect(collector, {op: page(row)}, scope="A1")
    assert got.records and kept and SECRET.encode() not in b"".join(kept) + msgspec.json.encode(got.records)


# --- signing in


def signed_in(*rows: Any, **settings: Any) -> Any:
    seen: list[str] = []

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        seen.append(f"{request.url} {request.headers['authorization']}")
        return 200, {}, page(*rows)

    made = CloudflareSettings(attempts=1, **settings)
    source = connected(
        handle, api=API, settings=made, me=lambda wire: _me(wire, made), environment={"CLOUDFLARE_API_TOKEN": "cf-1"}
    )
    return source, seen


OLD, NEW = {"id": "A1", "created_on": "2020-01-01T00:00:00Z"}, {"id": "A0", "created_on": "2024-01-01T00:00:00Z"}
ORG = {"managed_by": {"parent_org_id": "O1"}}


@pytest.mark.parametrize(
    ("rows", "settings", "tenant"),
    [
        ([NEW, OLD], {}, "accounts-of-A1"), ([{**NEW, **ORG}, {**OLD, **ORG}], {}, "O1"),
        ([{**NEW, **ORG}, OLD], {}, "accounts-of-A1"),
        ([NEW], {"organization": "acme"}, "acme"),
    ],
)  # fmt: skip
def test_what_stands_for_all_accounts(rows: list[Any], settings: dict[str, Any], tenant: str) -> None:
    source, seen = signed_in(*rows, **settings)
    assert source.tenant == tenant
    assert seen == ["https://api.cloudflare.com/client/v4/accounts?per_page=50&page=1 Bearer cf-1"]


def test_a_token_that_opens_no_account_cannot_start() -> None:
    with pytest.raises(CannotStartError, match="no account"):
        signed_in()


def test_the_grant_names_a_read_permission_for_every_product() -> None:
    order = GrantOrder(collectors=collectors.of(cloudflare))
    (told,) = cloudflare.grant(order).documents.values()
    for name in (
        "AI Gateway Read",
        "MCP Portals Read",
        "Zero Trust Read",
        "Access: Apps and Policies Read",
        "Account Settings Read",
    ):
        assert f"  {name}\n" in told
