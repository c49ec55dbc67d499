"""The Claude Console: what its answers become, over pages, refusals, empty tenants, odd values and two credentials."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import _anthropic as shared
from annexa.collectors import anthropic
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Read
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.anthropic import federation, keys, limits, logs, people, workspaces
from annexa.collectors.anthropic._api import API, ME, OAUTH
from annexa.collectors.anthropic._source import TwoKeys
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Environment, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Pages, Status, facts, lost

MADE = "2026-05-01T08:00:00Z"
ORGANISATION = "org-1"
USERS, WORKSPACES, KEYS = "GET /organizations/users", "GET /organizations/workspaces", "GET /organizations/api_keys"
ACCOUNTS, FEED = "GET /organizations/service_accounts", "GET /compliance/activities"
COMPLIANCE, TELEMETRY = "GET /organizations/compliance_settings", "GET /organizations/telemetry_destinations"
SPEND = "GET /organizations/spend_limits"


def collect(collector: Collector, answers: Any, **how: Any) -> Gathered:
    return rest_wire.collect(collector, answers, api=API, **{"organisation": ORGANISATION, **how})


def page(*rows: Mapping[str, Any], more: bool = False, id: str = "id") -> dict[str, Any]:
    ends = {"first_id": rows[0].get(id), "last_id": rows[-1].get(id)} if rows else {"first_id": None, "last_id": None}
    return {"data": list(rows), "has_more": more, **ends}


def tokens(*rows: Mapping[str, Any], then: str | None = None) -> dict[str, Any]:
    return {"data": list(rows), "next_page": then}


def workspace(name: str = "wrkspc_1", **more: Any) -> dict[str, Any]:
    residency = {"workspace_geo": "us", "default_inference_geo": "us", "allowed_inference_geos": ["us"]}
    return {"type": "workspace", "id": name, "name": "Freight", "created_at": MADE, "archived_at": None,
            "data_residency": residency, "external_key_id": None, "tags": {}, **more}  # fmt: skip


def user(name: str = "user_1", **more: Any) -> dict[str, Any]:
    return {"type": "user", "id": name, "email": "kim@example.com", "name": "Kim Berg", "role": "developer",
            "added_at": MADE, **more}  # fmt: skip


def key(name: str = "apikey_1", **more: Any) -> dict[str, Any]:
    return {"type": "api_key", "id": name, "name": "a key", "created_at": MADE, "expires_at": None, "status": "active",
            "created_by": {"id": "user_1", "type": "user"}, "principal": {"type": "user_actor", "user_id": "user_1"},
            "partial_key_hint": "sk-ant-api03-R2D...igAA", "scope": {"type": "workspace", "workspace_id": "wrkspc_1"},
            **more}  # fmt: skip


def account(name: str = "svac_1", **more: Any) -> dict[str, Any]:
    return {"type": "service_account", "id": name, "name": "dispatch", "organization_role": "developer",
            "created_at": MADE, "archived_at": None, **more}  # fmt: skip


def destination(**more: Any) -> dict[str, Any]:
    return {"type": "telemetry_destination", "id": "tdst_1", "created_at": MADE, "updated_at": MADE,
            "endpoint_url": "https://otel.example/otlp?token=x", "header_names": ["authorization"],
            "state": {"type": "enabled"},
            "traces": {"enabled": True, "content_mode": "content", "endpoint_url": None},
            "delivery_health": {"last_success_at": MADE, "last_error_at": None}, "workspaces": {"type": "all"},
            **more}  # fmt: skip


# --- the vendor as a whole


def test_importing_the_vendor_loads_no_http_client() -> None:
    import subprocess
    import sys

    asked = "import sys; from annexa import collectors as c; c.of(c.vendor('anthropic')); c.of(c.vendor('claude'));"
    told = f"{asked} print([name for name in ('httpx2', 'anthropic') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_read_names_its_permission_and_every_list_its_pages() -> None:
    reads = [call for one in collectors.of(anthropic) for call in one.calls]
    assert all(isinstance(read, Read) and read.needs and read.op.startswith("GET /") for read in reads)
    betas = {read.op: dict(read.headers) for read in reads if isinstance(read, Read) and read.headers}
    assert betas == {
        SPEND: {"anthropic-beta": "spend-limit-reads-2026-09-26"},
        TELEMETRY: {"anthropic-beta": "telemetry-destinations-2026-08-11"},
    }


def test_the_grant_says_what_the_key_could_do_beyond_reading() -> None:
    grant = anthropic.grant(GrantOrder(collectors=collectors.of(anthropic)))
    (told,) = grant.documents.values()
    assert "no scopes" in told and "ANTHROPIC_ADMIN_KEY" in told and "ANTHROPIC_ADMIN_TOKEN" in told
    assert OAUTH in told and "GET /organizations/federation_rules" in told and ME.op in told


# --- workspaces


def test_the_default_and_archived_workspaces_are_asked_for() -> None:
    wire = FakeRest({WORKSPACES: page(workspace())}, api=API)
    collect(workspaces.workspaces, {}, wire=wire)
    assert wire.asked[0][1] == {"limit": 1000, "include_archived": True, "include_default": True}


def test_workspaces_over_two_pages_are_scopes() -> None:
    first = workspace(tags={"Environment": "production", "classification": "internal"})
    second = workspace("wrkspc_2", archived_at=MADE)
    found = collect(workspaces.workspaces, {WORKSPACES: Pages(page(first, more=True), page(second))})
    one, two = facts(found)
    assert (one.path, one.level, one.state, one.environment, one.classification) == (
        "wrkspc_1", "workspace", "enabled", "production", "internal",
    )  # fmt: skip
    assert (two.path, two.state, two.note, two.environment) == ("wrkspc_2", "disabled", "archived", ABSENT)
    assert found.unit.completeness is Completeness.COMPLETE


def test_a_workspace_that_does_not_say_whether_it_is_archived_is_no_disabled_one() -> None:
    item = workspace()
    del item["archived_at"]
    assert facts(collect(workspaces.workspaces, {WORKSPACES: page(item)}))[0].state == NOT_EXPOSED


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (["us", "global"], ("global", "us")),
        ("unrestricted", ("unrestricted",)),
        ([], State.AMBIGUOUS),
        (["us", 7], State.UNKNOWN_VALUE),
        ("anywhere", State.UNKNOWN_VALUE),
        (None, State.NOT_EXPOSED),
    ],
)
def test_geographies_in_which_models_may_run(raw: Any, value: Any) -> None:
    found = collect(workspaces.residency, {WORKSPACES: page(workspace(data_residency={"allowed_inference_geos": raw}))})
    (told,) = (each for each in facts(found) if each.name == "anthropic.allowed_inference_geos")
    assert (told.value.state if isinstance(told.value, Missing) else told.value) == value
    assert (told.at, told.subject) == ("wrkspc_1", "wrkspc_1/anthropic.allowed_inference_geos")


def test_archived_workspaces_have_no_residency_and_no_encryption() -> None:
    answers = {WORKSPACES: page(workspace(archived_at=MADE))}
    assert facts(collect(workspaces.residency, answers)) == facts(collect(workspaces.encryption, answers)) == []


def test_whose_key_encrypts_a_workspace() -> None:
    rows = (workspace(external_key_id="ekey_1"), workspace("wrkspc_2"), workspace("wrkspc_3"))
    del rows[2]["external_key_id"]
    found = facts(collect(workspaces.encryption, {WORKSPACES: page(*rows)}))
    assert [(each.key, each.holder) for each in found] == [
        ("ekey_1", "customer"), (ABSENT, "vendor"), (NOT_EXPOSED, NOT_EXPOSED),
    ]  # fmt: skip


def test_members_of_a_workspace() -> None:
    rows = [{"type": "workspace_member", "user_id": f"user_{role}", "workspace_id": "wrkspc_1", "workspace_role": role}
            for role in ("workspace_admin", "workspace_user", "workspace_king")]  # fmt: skip
    op = "GET /organizations/workspaces/{workspace_id}/members"
    found = facts(collect(workspaces.members, {op: page(*rows, id="user_id")}, scope="wrkspc_1"))
    assert [(each.purpose, each.verdict) for each in found] == [
        ("administer", "allowed"), ("use", "allowed"), ("administer", unknown_value("workspace_king")),
    ]  # fmt: skip
    assert {(each.at, each.target) for each in found} == {("wrkspc_1", "wrkspc_1")}


# --- people and keys


def test_members_and_their_roles() -> None:
    person, grant = facts(collect(people.users, {USERS: page(user(role="admin"))}))
    assert (person.name, person.sort, person.state, person.created) == ("kim@example.com", "person", "active", MADE)
    assert (grant.grantee_name, grant.purpose, grant.target, grant.granted) == (
        "kim@example.com", "administer", ORGANISATION, MADE,
    )  # fmt: skip


def test_a_list_of_members_without_members_is_not_believed() -> None:
    assert lost(collect(people.users, {USERS: page()})) == [(USERS, None, Reason.INVALID_ANSWER)]


def test_only_open_invites_are_people_to_come() -> None:
    rows = [{"type": "invite", "id": f"invite_{state}", "email": "a@example.com", "status": state, "invited_at": MADE}
            for state in ("pending", "accepted", "expired", "odd")]  # fmt: skip
    found = facts(collect(people.invites, {"GET /organizations/invites": page(*rows)}))
    assert [(each.subject, each.state) for each in found] == [
        ("invite_pending", "pending"), ("invite_odd", unknown_value("odd")),
    ]  # fmt: skip


def test_a_key_acts_as_somebody_who_is_there_or_gone() -> None:
    gone = key("apikey_2", principal={"type": "user_actor", "user_id": "user_9"}, expires_at=MADE, status="inactive")
    maker = key("apikey_3", principal=None)
    none = key("apikey_4", principal=None, created_by=None)
    found = facts(collect(keys.api_keys, {USERS: page(user()), KEYS: page(key(), gone, maker, none)}))
    assert [(each.owner, each.owner_sort, each.owner_has_access) for each in found] == [
        ("user_1", "person", True), ("user_9", "person", False), ("user_1", "person", True), ("nobody", ABSENT, ABSENT),
    ]  # fmt: skip
    assert [(each.expires, each.long_term, each.state) for each in found[:2]] == [
        (ABSENT, True, "active"), (MADE, False, "inactive"),
    ]  # fmt: skip
    assert {each.last_used for each in found} == {NOT_EXPOSED}


def test_service_accounts_are_read_only_where_a_key_acts_as_one() -> None:
    acts = key("apikey_2", principal={"type": "service_account_actor", "service_account_id": "svac_1"})
    old = key("apikey_3", principal={"type": "service_account_actor", "service_account_id": "svac_2"})
    answers = {USERS: page(user()), KEYS: page(key(), acts, old),
               ACCOUNTS: tokens(account(), account("svac_2", archived_at=MADE))}  # fmt: skip
    found = facts(collect(keys.api_keys, answers))
    assert [(each.owner_sort, each.owner_has_access) for each in found] == [
        ("person", True), ("service", True), ("service", False),
    ]  # fmt: skip
    wire = FakeRest({USERS: page(user()), KEYS: page(key())}, api=API)
    assert collect(keys.api_keys, {}, wire=wire).unit.completeness is Completeness.COMPLETE
    assert [op for op, _ in wire.asked] == [USERS, KEYS]


def test_a_refused_list_of_owners_leaves_the_owner_unread() -> None:
    found = collect(keys.api_keys, {USERS: DENIED, KEYS: page(key())})
    assert facts(found)[0].owner_has_access.state is State.UNREAD
    assert lost(found) == [(USERS, None, Reason.DENIED)]


def test_keys_before_a_broken_page_are_kept() -> None:
    found = collect(keys.api_keys, {USERS: page(user()), KEYS: Pages(page(key(), more=True), Status(500))})
    assert [each.subject for each in facts(found)] == ["apikey_1"]
    assert found.unit.completeness is Completeness.PARTIAL


@pytest.mark.parametrize(
    ("scope", "privilege", "at"),
    [
        ({"type": "workspace", "workspace_id": "wrkspc_1"}, "wrkspc_1", "wrkspc_1"),
        ({"type": "organization"}, "organization", None),
        ({"type": "team", "workspace_id": "wrkspc_1"}, unknown_value("team"), None),
        ({}, NOT_EXPOSED, None),
    ],
)
def test_where_a_key_belongs(scope: Any, privilege: Any, at: Any) -> None:
    (found,) = facts(collect(keys.api_keys, {USERS: page(user()), KEYS: page(key(scope=scope))}))
    assert (found.privilege, found.at) == (privilege, at)


def test_an_actor_of_an_unknown_sort_owns_with_an_unknown_right() -> None:
    odd = key(principal={"type": "robot_actor", "robot_id": "r1"})
    (found,) = facts(collect(keys.api_keys, {USERS: page(user()), KEYS: page(odd)}))
    assert found.owner_has_access == unknown_value("robot_actor")


# --- service accounts and federation


def test_service_accounts_are_identities_and_archived_ones_hold_nothing() -> None:
    rows = tokens(account(), account("svac_2", archived_at=MADE))
    found = facts(collect(federation.service_accounts, {ACCOUNTS: rows}))
    assert [(each.subject, getattr(each, "state", None)) for each in found] == [
        ("svac_1", "active"), ("svac_1@org-1", None), ("svac_2", "archived"),
    ]  # fmt: skip


def test_rules_of_federation_say_who_may_become_whom() -> None:
    rule = {"type": "federation_rule", "id": "fdrl_1", "name": "ci", "issuer_id": "fdis_1",
            "oauth_scope": "workspace:developer", "match": {"subject_prefix": "repo:a/b", "condition": None},
            "target": {"service_account_id": "svac_1"},
            "applies_to_all_workspaces": False, "workspace_ids": ["wrkspc_1"], "created_at": MADE}  # fmt: skip
    rows = tokens(rule, {**rule, "id": "fdrl_2", "oauth_scope": "org:admin", "applies_to_all_workspaces": True},
                  {**rule, "id": "fdrl_3", "oauth_scope": "org:emperor"})  # fmt: skip
    found = facts(collect(federation.rules, {"GET /organizations/federation_rules": rows}))
    assert [(each.purpose, each.resources, each.verdict) for each in found] == [
        ("use", ("wrkspc_1",), "allowed"), ("administer", ABSENT, "allowed"),
        ("administer", ("wrkspc_1",), unknown_value("org:emperor")),
    ]  # fmt: skip
    assert (found[0].target, found[0].via) == ("svac_1", ("subject_prefix: repo:a/b",))


# --- limits and logs


def test_a_workspaces_own_limits_and_the_organisations() -> None:
    group = {"type": "model_group", "id": "rlg_1", "display_name": "Sonnet"}
    org = {"id": "rl_1", "group": group, "limits": [{"type": "requests_per_minute", "value": 4000}]}
    own = {"rate_limit_id": "rl_1", "workspace_id": "wrkspc_1", "group": group,
           "limits": [{"type": "requests_per_minute", "value": 50, "source": {"type": "workspace"}}]}  # fmt: skip
    (whole,) = facts(collect(limits.rate_limits, {"GET /organizations/rate_limits": tokens(org)}))
    op = "GET /organizations/workspaces/{workspace_id}/rate_limits"
    (part,) = facts(collect(limits.workspace_rate_limits, {op: tokens(own)}, scope="wrkspc_1"))
    assert (whole.name, whole.value, whole.unit) == ("anthropic.rate_limit", 4000, "requests_per_minute")
    assert (part.name, part.value, part.limits) == ("anthropic.workspace.rate_limit", 50, "wrkspc_1:model_group")


@pytest.mark.parametrize(
    ("amount", "on", "value"),
    [("50000", True, 50000), (None, True, ABSENT), ("50000", False, ABSENT), ("many", True, unknown_value("many"))],
)
def test_spend_limits(amount: Any, on: bool, value: Any) -> None:
    row = {"id": "spl_1", "amount": amount, "currency": "USD", "is_enabled": on, "period": "monthly",
           "scope": {"type": "workspace", "workspace_id": "wrkspc_1"}}  # fmt: skip
    (found,) = facts(collect(limits.spend_limits, {SPEND: tokens(row)}))
    assert (found.value, found.unit, found.limits, found.at) == (value, "USD", "wrkspc_1", "wrkspc_1")


@pytest.mark.parametrize(("collector", "op"), [(limits.spend_limits, SPEND), (logs.telemetry, TELEMETRY)])
def test_a_missing_beta_header_is_an_unread_and_never_none(collector: Collector, op: str) -> None:
    found = collect(collector, {op: Status(404, {"type": "error", "error": {"type": "not_found_error"}})})
    assert (facts(found), lost(found)) == ([], [(op, None, Reason.NOT_LICENSED)])
    assert found.unit.completeness is Completeness.UNREAD


def entry(name: str, at: str) -> dict[str, Any]:
    return {"id": name, "created_at": at, "type": "claude_file_uploaded", "filename": "salaries.xlsx",
            "actor": {"type": "user_actor", "email_address": "kim@example.com", "ip_address": "192.0.2.1"}}  # fmt: skip


def test_the_feed_tells_when_and_nothing_else() -> None:
    rows = page(entry("activity_2", "2026-08-30T05:50:00Z"), entry("activity_1", "2026-08-30T05:55:00.5Z"))
    found = collect(logs.activity_feed, {COMPLIANCE: {"state": {"type": "enabled"}}, FEED: rows})
    (log,) = facts(found)
    assert (log.enabled, log.last_event, log.organisation_wide) == (True, "2026-08-30T05:55:00.5Z", True)
    assert b"salaries" not in str(found).encode() and b"kim@example" not in str(found).encode()


@pytest.mark.parametrize(
    ("answers", "enabled", "last"),
    [
        ({COMPLIANCE: {"state": {"type": "disabled"}}, FEED: DENIED}, False, State.UNREAD),
        ({COMPLIANCE: DENIED, FEED: page()}, State.UNREAD, State.AMBIGUOUS),
        (
            {COMPLIANCE: {"state": {"type": "paused"}}, FEED: page(entry("a", "yesterday"))},
            State.UNKNOWN_VALUE,
            State.AMBIGUOUS,
        ),
        ({COMPLIANCE: {}, FEED: Status(404)}, State.NOT_EXPOSED, State.UNREAD),
    ],
)
def test_a_feed_that_is_off_refused_empty_or_odd(answers: Any, enabled: Any, last: Any) -> None:
    (log,) = facts(collect(logs.activity_feed, answers))
    assert (log.enabled.state if isinstance(log.enabled, Missing) else log.enabled) == enabled
    assert log.last_event.state == last


def test_telemetry_leaves_with_prompts_for_an_address_without_its_query() -> None:
    found = collect(logs.telemetry, {TELEMETRY: tokens(destination())})
    link, log, content, covers = facts(found)
    assert (link.store, link.direction, link.ai_system) == ("https://otel.example/otlp", "write", ORGANISATION)
    assert (log.enabled, log.delivering, log.last_event) == (True, True, MADE)
    assert (content.value, covers.value) == ("content", "all")


def test_a_destination_that_is_off_connects_nothing() -> None:
    off = destination(state={"type": "disabled", "reason": {"type": "caller"}})
    kinds = [type(each).__name__ for each in facts(collect(logs.telemetry, {TELEMETRY: tokens(off)}))]
    assert kinds == ["LogSource", "Setting", "Setting"]
    odd = destination(state={"type": "resting"})
    assert facts(collect(logs.telemetry, {TELEMETRY: tokens(odd)}))[1].enabled == unknown_value("resting")


# --- the values


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2026-05-01T10:00:00+02:00", MADE),
        ("2024-10-30T23:58:27.427722Z", "2024-10-30T23:58:27.427722Z"),
        ("2026-05-01", State.AMBIGUOUS),
        ("soon", State.AMBIGUOUS),
        (None, State.NOT_EXPOSED),
    ],
)
def test_moments(raw: Any, value: Any) -> None:
    found = shared.moment(raw)
    assert (found.state if isinstance(found, Missing) else found) == value


def test_an_item_without_an_id_is_an_invalid_answer() -> None:
    found = collect(people.users, {USERS: page({"type": "user", "role": "admin"})})
    assert lost(found) == [(USERS, None, Reason.INVALID_ANSWER)]


# --- two credentials


def answering(**by_credential: int) -> Any:
    """A vendor that takes keys for most things and tokens for all."""

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        signed = "token" if "authorization" in request.headers else "key"
        if by_credential.get(signed, 200) != 200:
            return by_credential[signed], {}, {"type": "error", "error": {"type": "authentication_error"}}
        if request.url.path == "/v1/organizations/me":
            return 200, {}, {"id": by_credential.get("of_token", 1) if signed == "token" else 1, "name": "Acme"}
        if signed == "key" and "service_accounts" in request.url.path:
            return 403, {}, {"type": "error", "error": {"type": "permission_error"}}
        return 200, {}, tokens(account()) if "service_accounts" in request.url.path else page(user())

    return handle


def source(handle: Any, **environment: str) -> Any:
    def named(request: Any) -> tuple[int, dict[str, str], Any]:
        status, headers, body = handle(request)
        return (
            status,
            headers,
            {**body, "id": f"org-{body['id']}"} if request.url.path.endswith("/me") and "id" in body else body,
        )

    lent = Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r1", environment=environment,
        pacing=False, prepare=lambda _, client: client.answer_with(rest_wire._transport(named)),
    )  # fmt: skip
    return anthropic.connect(anthropic.Settings(attempts=1), lent)


def test_a_key_and_a_token_each_ask_what_they_may() -> None:
    made = source(answering(), ANTHROPIC_ADMIN_KEY="sk-ant-admin01-x", ANTHROPIC_ADMIN_TOKEN="sk-ant-oat01-x")
    assert (made.tenant, made.environment, made.vendor) == ("org-1", Environment.VENDOR, "anthropic")
    wire = made.wire(made.tenant)
    (mine,) = facts(collect(people.users, {}, wire=wire))[:1]
    assert mine.subject == "user_1"
    found = collect(federation.service_accounts, {}, wire=wire)
    assert lost(found) == []
    asked_as = {entry.call: entry.identity for entry in found.keeper.calls}
    assert asked_as == {ACCOUNTS: "org:admin token of organization org-1"}
    assert made.identities() == ("Admin API key of organization org-1", "org:admin token of organization org-1")


def test_with_a_key_alone_the_refusal_names_its_cure() -> None:
    made = source(answering(), ANTHROPIC_ADMIN_KEY="sk-ant-admin01-x")
    found = collect(federation.service_accounts, {}, wire=made.wire("org-1"))
    (entry,) = found.unreads
    assert (entry.call, entry.reason, entry.permission) == (ACCOUNTS, Reason.DENIED, OAUTH)
    assert "ANTHROPIC_ADMIN_TOKEN" in str(entry.cure) and "org:admin" in str(entry.cure)
    assert lost(collect(people.users, {}, wire=made.wire("org-1"))) == []


def test_a_token_alone_is_enough() -> None:
    made = source(answering(key=401), ANTHROPIC_ADMIN_TOKEN="sk-ant-oat01-x")
    assert made.identities() == ("org:admin token of organization org-1",)
    for collector in (people.users, federation.service_accounts):
        assert lost(collect(collector, {}, wire=made.wire("org-1"))) == []


def test_an_expired_token_costs_only_what_needs_it() -> None:
    made = source(answering(token=401), ANTHROPIC_ADMIN_KEY="sk-ant-admin01-x", ANTHROPIC_ADMIN_TOKEN="sk-ant-oat01-x")
    assert lost(collect(people.users, {}, wire=made.wire("org-1"))) == []
    (entry,) = collect(federation.service_accounts, {}, wire=made.wire("org-1")).unreads
    assert "was not used" in str(entry.cure)


def test_a_token_of_another_organisation_is_refused() -> None:
    with pytest.raises(CannotStartError, match="is a token of organization org-2"):
        source(answering(of_token=2), ANTHROPIC_ADMIN_KEY="sk-ant-admin01-x", ANTHROPIC_ADMIN_TOKEN="sk-ant-oat01-x")


def test_without_any_credential_it_cannot_start() -> None:
    with pytest.raises(CannotStartError, match="ANTHROPIC_ADMIN_KEY is not set"):
        source(answering())


def test_calls_for_many_parameters_go_to_the_same_credential() -> None:
    made = source(answering(), ANTHROPIC_ADMIN_KEY="sk-ant-admin01-x")
    wire: TwoKeys = made.wire("org-1")
    (refused,) = wire.ahead(federation.SERVICE_ACCOUNTS, [{}])
    assert "ANTHROPIC_ADMIN_TOKEN" in str(refused.ended.trouble.cure)  # type: ignore[union-attr]
    (answered,) = wire.ahead(people.USERS, [{}])
    assert (answered.ended, len(answered.answers)) == (None, 1)
