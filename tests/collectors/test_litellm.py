"""The LiteLLM proxy's collectors against answers that a test writes down, through the adapter's own pages and redaction."""

from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import litellm
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.litellm.controls import audit_log, sign_on
from annexa.collectors.litellm.keys import keys
from annexa.collectors.litellm.mcp import servers
from annexa.collectors.litellm.models import models
from annexa.collectors.litellm.people import teams, users
from annexa.collectors.litellm.safeguards import guardrails
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Environment, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import FakeRest, Pages, Status, facts, lost

KEYS, USERS, TEAMS, AUDIT = "GET /key/list", "GET /user/list", "GET /v2/team/list", "GET /audit"
MODELS, SERVERS = "GET /v1/model/info", "GET /v1/mcp/server"
GUARDRAILS, SSO = "GET /v2/guardrails/list", "GET /get/sso_settings"
PROXY = "litellm.acme.example"
LAST = {"total_pages": 1}


def collect(collector: Collector, answers: Any, **how: Any) -> Gathered:
    known = {"proxy": PROXY, "role": "proxy_admin_viewer", "limits": (), "database": True, **how}
    return rest_wire.collect(collector, answers, scope=PROXY, tenant=PROXY, **known)


def key(**fields: Any) -> dict[str, Any]:
    found = {
        "token": "a" * 64, "user_id": "u-1", "team_id": None, "models": ["chat"], "expires": "2026-09-30T00:00:00Z",
        "blocked": None, "created_at": "2026-08-01T00:00:00", "last_active": "2026-08-29T10:00:00Z", "max_budget": 10.5,
        "budget_duration": "30d", "key_type": "llm_api", **fields,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value != "gone"}


def of_keys(*rows: Any) -> list[Any]:
    return facts(collect(keys, {KEYS: {"keys": list(rows), **LAST}}))


def test_a_key_is_a_credential_and_a_budget() -> None:
    one, budget = of_keys(key())
    assert (one.subject, one.owner, one.owner_sort, one.state, one.long_term) == (
        "a" * 64,
        "u-1",
        "user",
        "active",
        False,
    )
    assert (one.created, one.expires, one.last_used) == (
        "2026-08-01T00:00:00Z", "2026-09-30T00:00:00Z", "2026-08-29T10:00:00Z",
    )  # fmt: skip
    assert (one.restricted_to, one.privilege) == (("chat",), "llm_api")
    assert (budget.value, budget.unit, budget.period, budget.limits) == (1050, "USD", "30d", "a" * 64)


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"expires": None}, "expires", ABSENT), ({"expires": None}, "long_term", True),
        ({"expires": "gone"}, "expires", NOT_EXPOSED), ({"expires": "gone"}, "long_term", NOT_EXPOSED),
        ({"expires": "gone"}, "state", NOT_EXPOSED),
        ({"expires": "2026-08-01T00:00:00+00:00"}, "state", "expired"), ({"expires": None}, "state", "active"),
        ({"blocked": True, "expires": None}, "state", "blocked"), ({"blocked": False}, "state", "active"),
        ({"user_id": None, "team_id": "t-1"}, "owner", "team/t-1"), ({"user_id": None}, "owner", "nobody"),
        ({"user_id": None, "team_id": "t-1"}, "owner_sort", "service"),
        ({"models": []}, "restricted_to", ABSENT), ({"models": ["all-proxy-models"], "team_id": "t"}, "restricted_to", ABSENT),
        ({"models": ["b", "a"]}, "restricted_to", ("a", "b")),
    ],
)  # fmt: skip
def test_what_a_keys_fields_say(fields: dict[str, Any], name: str, expected: Any) -> None:
    assert getattr(of_keys(key(**fields))[0], name) == expected


@pytest.mark.parametrize(
    ("fields", "name", "state"),
    [
        ({"expires": "never"}, "expires", State.AMBIGUOUS), ({"blocked": "perhaps"}, "state", State.UNKNOWN_VALUE),
        ({"blocked": "gone"}, "state", State.NOT_EXPOSED), ({"last_active": None}, "last_used", State.NOT_EXPOSED),
        ({"models": None}, "restricted_to", State.NOT_EXPOSED),
        ({"models": [], "team_id": "t"}, "restricted_to", State.NOT_EXPOSED),
        ({"models": "chat"}, "restricted_to", State.UNKNOWN_VALUE),
    ],
)  # fmt: skip
def test_what_a_key_does_not_say(fields: dict[str, Any], name: str, state: State) -> None:
    assert getattr(of_keys(key(**fields))[0], name).state is state


@pytest.mark.parametrize(("budget", "expected"), [(None, ABSENT), ("gone", NOT_EXPOSED), (0, 0), (0.01, 1)])
def test_a_keys_budget(budget: Any, expected: Any) -> None:
    assert of_keys(key(max_budget=budget))[1].value == expected


def test_keys_go_on_over_pages_and_a_key_without_an_id_costs_only_itself() -> None:
    pages = Pages(
        {"keys": [key()], "total_pages": 2}, {"keys": [key(token=None), key(token="b" * 64)], "total_pages": 2}
    )
    found = collect(keys, {KEYS: pages})
    assert [fact.subject for fact in facts(found) if hasattr(fact, "owner")] == ["a" * 64, "b" * 64]
    assert [reason for _, _, reason in lost(found)] == [Reason.INVALID_ANSWER]


def user(role: Any = "internal_user", **fields: Any) -> dict[str, Any]:
    return {
        "user_id": "u-1", "user_email": "u@acme.example", "user_role": role, "sso_user_id": None,
        "created_at": "2026-08-01T00:00:00Z", **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "purpose", "verdict"),
    [
        ("proxy_admin", "administer", "allowed"), ("proxy_admin_viewer", "read", "allowed"),
        ("internal_user", "use", "allowed"), ("org_admin", "administer", "allowed"),
        ("emperor", "administer", State.UNKNOWN_VALUE), (None, "administer", State.NOT_EXPOSED),
    ],
)  # fmt: skip
def test_a_user_is_an_account_and_a_role(role: Any, purpose: str, verdict: Any) -> None:
    account, grant = facts(collect(users, {USERS: {"users": [user(role, sso_user_id="00u1")], **LAST}}))
    assert (account.subject, account.name, account.managed) == ("u-1", "u@acme.example", "sso")
    assert (grant.purpose, grant.grantee_name, grant.target) == (purpose, "u@acme.example", "litellm")
    assert getattr(grant.verdict, "state", grant.verdict) == verdict


def team(members: Any, **fields: Any) -> dict[str, Any]:
    return {"team_id": "t-1", "models": ["chat"], "members_with_roles": members, **fields}


def test_a_team_is_a_grant_for_every_member() -> None:
    members = [{"role": "admin", "user_id": "u-1"}, {"role": "user", "user_id": None, "user_email": "b@acme.example"}]
    first, second = facts(collect(teams, {TEAMS: {"teams": [team(members)], **LAST}}))
    assert (first.purpose, first.grantee, first.target, first.resources) == ("administer", "u-1", "t-1", ("chat",))
    assert (second.purpose, second.grantee, second.subject) == ("use", "b@acme.example", "t-1#b@acme.example")


@pytest.mark.parametrize("members", [None, "u-1", ["u-1"]])
def test_a_team_without_a_list_of_members_has_not_none(members: Any) -> None:
    found = collect(teams, {TEAMS: {"teams": [team(members), team([{"role": "user", "user_id": "u-2"}])], **LAST}})
    assert len(facts(found)) == 1 and lost(found) == [(TEAMS, "t-1", Reason.INVALID_ANSWER)]


def model(name: str, key: str = "m-1", **params: Any) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": "azure/gpt-4.1", **params}, "model_info": {"id": key}}


def test_the_proxy_is_a_gateway_with_models_behind_it() -> None:
    rows = [model("chat"), model("other", api_key="plain-secret"), model("own", "m-2", custom_llm_provider="vllm")]
    found = facts(collect(models, {MODELS: {"data": rows}}))
    assert [(one.subject, one.category, one.provider) for one in found] == [
        (PROXY, "gateway", "litellm"), ("m-1", "model", "azure"), ("m-1/other", "model", "azure"), ("m-2", "model", "vllm"),
    ]  # fmt: skip
    assert (found[1].name, found[1].model) == ("chat", "azure/gpt-4.1")


def server(**fields: Any) -> dict[str, Any]:
    return {
        "server_id": "s-1", "server_name": "tickets", "transport": "http", "auth_type": "oauth2", "allowed_tools": ["b", "a"],
        "available_on_public_internet": True, "approval_status": "active", "url": "https://user:pw@mcp.example/x",
        "created_at": None, **fields,
    }  # fmt: skip


def of_server(**fields: Any) -> tuple[Any, Any, dict[str, Any]]:
    system, connection, *settings = facts(collect(servers, {SERVERS: [server(**fields)]}))
    return system, connection, {one.name.removeprefix("litellm.mcp."): one.value for one in settings}


def test_an_mcp_server_is_a_system_a_connection_and_settings() -> None:
    system, connection, settings = of_server()
    assert (system.subject, system.category, system.state) == ("s-1", "plugin", "active")
    assert system.components == ("tool:a", "tool:b")
    assert (connection.ai_system, connection.store, connection.reached_by) == ("s-1", "mcp:tickets", (PROXY,))
    assert settings == {
        "auth_type": "oauth2", "allowed_tools": ("a", "b"), "available_on_public_internet": True, "approval_status": "active",
    }  # fmt: skip


def test_what_an_mcp_server_leaves_open_stays_open() -> None:
    system, connection, settings = of_server(
        auth_type=None, allowed_tools=[], available_on_public_internet=None, server_name=None
    )
    assert (settings["auth_type"].state, settings["allowed_tools"].state) == (State.AMBIGUOUS, State.AMBIGUOUS)
    assert settings["available_on_public_internet"] == NOT_EXPOSED
    assert (system.components.state, connection.store) == (State.AMBIGUOUS, "mcp:s-1")


def guardrail(**params: Any) -> Any:
    row = {"guardrail_id": "g-1", "guardrail_name": "pii", "litellm_params": {"guardrail": "presidio", **params}}
    (found,) = facts(collect(guardrails, {GUARDRAILS: {"guardrails": [row]}}))
    return found


PII = {"EMAIL": "MASK"}


@pytest.mark.parametrize(
    ("params", "mode", "masks", "everywhere"),
    [
        ({"mode": "pre_call", "default_on": True, "pii_entities_config": PII}, "enforce", (True, False), (PROXY,)),
        ({"mode": ["pre_call", "post_call"], "pii_entities_config": PII}, "enforce", (True, True), ABSENT),
        ({"mode": "logging_only", "default_on": False, "pii_entities_config": PII}, "detect", (False, False), ABSENT),
        ({"mode": "post_call"}, "enforce", (NOT_EXPOSED, NOT_EXPOSED), ABSENT),
    ],
)
def test_when_a_guardrail_acts_and_on_what(params: dict[str, Any], mode: str, masks: Any, everywhere: Any) -> None:
    found = guardrail(**params)
    assert (found.mode, (found.masks_input, found.masks_output), found.enforced_on) == (mode, masks, everywhere)


@pytest.mark.parametrize(
    ("params", "state"),
    [
        ({"mode": "sometimes"}, State.UNKNOWN_VALUE), ({"mode": ["pre_call", "sometimes"]}, State.UNKNOWN_VALUE),
        ({"mode": {"tags": {}}}, State.AMBIGUOUS), ({}, State.NOT_EXPOSED),
    ],
)  # fmt: skip
def test_a_guardrail_whose_moment_is_not_known_is_not_on(params: dict[str, Any], state: State) -> None:
    found = guardrail(pii_entities_config=PII, **params)
    assert (found.mode.state, found.masking.state, found.masks_input.state) == (state, state, state)


def test_an_action_that_nobody_knows_masks_nothing_for_certain() -> None:
    assert guardrail(mode="pre_call", pii_entities_config={"EMAIL": "SMILE"}).masks_input.state is State.UNKNOWN_VALUE


NONE = {"google_client_id": None, "microsoft_client_id": None, "generic_client_id": None, "ui_access_mode": None}


@pytest.mark.parametrize(
    ("values", "sso", "access"),
    [
        (NONE, ABSENT, ABSENT),
        ({**NONE, "microsoft_client_id": "x", "ui_access_mode": "admin_only"}, ("microsoft",), "admin_only"),
        (
            {**NONE, "saml_idp_metadata_url": "https://idp", "ui_access_mode": {"type": "restricted_sso_group"}},
            ("saml",), "restricted_sso_group",
        ),
    ],
)  # fmt: skip
def test_how_people_sign_in(values: Any, sso: Any, access: Any) -> None:
    first, second = facts(collect(sign_on, {SSO: {"values": values}}))
    assert (first.value, second.value) == (sso, access)


def test_sign_on_without_its_fields_is_not_off() -> None:
    first, second = facts(collect(sign_on, {SSO: {"values": {"google_client_id": None}}}))
    assert (first.value.state, second.value.state) == (State.NOT_EXPOSED, State.NOT_EXPOSED)


@pytest.mark.parametrize(
    ("answer", "enabled", "last"),
    [
        ({"audit_logs": [{"id": "1", "updated_at": "2026-08-30T05:00:00"}]}, True, "2026-08-30T05:00:00Z"),
        ({"audit_logs": []}, State.AMBIGUOUS, State.AMBIGUOUS),
    ],
)
def test_the_audit_log(answer: Any, enabled: Any, last: Any) -> None:
    (log,) = facts(collect(audit_log, {AUDIT: answer}))
    assert (getattr(log.enabled, "state", log.enabled), getattr(log.last_event, "state", log.last_event)) == (
        enabled,
        last,
    )


def test_an_edition_without_an_audit_log_says_so() -> None:
    found = collect(audit_log, {AUDIT: Status(404)})
    assert facts(found) == [] and lost(found) == [(AUDIT, None, Reason.NOT_LICENSED)]


@pytest.mark.parametrize(
    ("collector", "call"),
    [(keys, KEYS), (users, USERS), (teams, TEAMS), (sign_on, SSO), (audit_log, AUDIT)],
    ids=["keys", "users", "teams", "sign-on", "audit"],
)
def test_without_a_database_nothing_is_asked_and_nothing_is_said(collector: Collector, call: str) -> None:
    wire = FakeRest({}, api=rest_wire.api_of(collector))
    found = collect(collector, {}, database=False, wire=wire)
    assert facts(found) == [] and wire.asked == [] and lost(found) == [(call, None, Reason.UNSUPPORTED)]


@pytest.mark.parametrize(
    "known",
    [{"role": None}, {"role": "internal_user"}, {"limits": None}, {"limits": ("models",)}, {"limits": ("team_id",)}],
)
def test_a_list_that_may_lack_rows_is_not_complete(known: Any) -> None:
    found = collect(models, {MODELS: {"data": [model("chat")]}}, **known)
    assert found.unit.completeness is Completeness.PARTIAL and lost(found) == [
        (MODELS, None, Reason.VISIBILITY_UNPROVED)
    ]


def test_limits_that_do_not_bound_a_list_leave_it_whole() -> None:
    found = collect(models, {MODELS: {"data": [model("chat")]}}, limits=("allowed_routes",))
    assert (found.unit.completeness, lost(found)) == (Completeness.COMPLETE, [])
    assert lost(collect(servers, {SERVERS: []}, limits=("allowed_routes",))) == [
        (SERVERS, None, Reason.VISIBILITY_UNPROVED)
    ]
    assert lost(collect(users, {USERS: {"users": [], **LAST}}, limits=None)) == []


def lent(handle: Any, **environment: str) -> Circumstances:
    return Circumstances(
        organisation="acme", clock=VirtualClock(parse("2026-08-30T06:00:00Z")), run_id="r1", pacing=False,
        environment={"LITELLM_PROXY_API_KEY": "sk-1", **environment},
        prepare=lambda _, client: client.answer_with(rest_wire._transport(handle)),
    )  # fmt: skip


OWN: dict[str, Any] = {
    "models": [], "team_id": None, "agent_id": None, "allowed_routes": [], "object_permission_id": None,
}  # fmt: skip


def proxy(database: str = "connected", who: Any = None, status: int = 200, own: Any = OWN) -> Any:
    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        match request.url.path.removeprefix("/gateway"):
            case "/health/readiness":
                return 200, {}, {"db": database}
            case "/v2/user/info":
                return status, {}, who or {"user_id": "u-1", "user_role": "proxy_admin_viewer"}
            case "/key/info":
                return status, {}, {"key": "x", "info": own}
            case _:
                return status, {}, {"data": []}

    return handle


WHERE: dict[str, tuple[dict[str, Any], dict[str, str], str, str]] = {
    "host": ({"host": "llm.acme.example:4000"}, {}, "llm.acme.example:4000", "https://llm.acme.example:4000"),
    "endpoint": ({"endpoint": "https://llm.acme.example/gateway"}, {}, "llm.acme.example", "https://llm.acme.example"),
    "variable": ({}, {"LITELLM_PROXY_URL": "http://127.0.0.1:4000"}, "127.0.0.1:4000", "http://127.0.0.1:4000"),
    "both": ({"host": "llm", "endpoint": "http://127.0.0.1:4000"}, {}, "llm", "http://127.0.0.1:4000"),
}


@pytest.mark.parametrize("case", WHERE)
def test_the_proxy_is_where_somebody_says_and_is_never_the_vendors(case: str) -> None:
    table, environment, tenant, host = WHERE[case]
    source = litellm.connect(litellm.Settings(**table), lent(proxy(), **environment))
    assert (source.tenant, source.hosts(), source.environment) == (tenant, (host,), Environment.NON_VENDOR)
    assert source.known(tenant)["role"] == "proxy_admin_viewer" and source.identities() == ("user/u-1",)


def test_only_the_vendors_own_domain_is_the_vendors() -> None:
    source = litellm.connect(litellm.Settings(host="acme.litellm.ai"), lent(proxy()))
    assert source.environment is Environment.VENDOR


@pytest.mark.parametrize(
    ("database", "status", "known"),
    [
        ("connected", 404, (True, None)),
        ("Not connected", 200, (False, None)),
        ("stalled", 200, (None, "proxy_admin_viewer")),
    ],
)
def test_what_is_not_known_of_the_key_stays_unknown(database: str, status: int, known: Any) -> None:
    source = litellm.connect(litellm.Settings(host="llm"), lent(proxy(database, status=status)))
    found = source.known("llm")
    assert (found["database"], found["role"]) == known


@pytest.mark.parametrize(
    ("own", "limits"),
    [
        (OWN, ()), ({**OWN, "models": ["all-proxy-models"], "allowed_routes": None}, ()),
        ({**OWN, "models": ["no-default-models"]}, ("models",)),
        ({**OWN, "team_id": "t-1", "allowed_routes": ["management_routes"]}, ("team_id", "allowed_routes")),
        ({"models": []}, None),
    ],
)  # fmt: skip
def test_what_limits_the_key_itself(own: Any, limits: Any) -> None:
    source = litellm.connect(litellm.Settings(host="llm"), lent(proxy(own=own)))
    assert source.known("llm")["limits"] == limits


@pytest.mark.parametrize(
    ("table", "handle"),
    [
        ({}, proxy()), ({"endpoint": "http://llm.acme.example"}, proxy()), ({"endpoint": "https://user:pw@llm"}, proxy()),
        ({"host": "llm"}, proxy(status=401)), ({"host": "llm"}, proxy("Not connected", status=400)),
        ({"host": "../x"}, proxy()),
    ],
    ids=["nowhere", "not encrypted", "with a password", "refused key", "refused without a database", "no host"],
)  # fmt: skip
def test_it_cannot_start(table: dict[str, Any], handle: Any) -> None:
    with pytest.raises(CannotStartError):
        litellm.connect(litellm.Settings(**table), lent(handle))


def test_the_grant_asks_for_a_viewer_and_not_for_the_master_key() -> None:
    (text,) = litellm.grant(GrantOrder(collectors=collectors.of(litellm))).documents.values()
    assert all(word in text for word in ("proxy_admin_viewer", "master key", KEYS, "LITELLM_PROXY_URL"))
    assert not any("/spend" in call.op or "logs" in call.op for one in collectors.of(litellm) for call in one.calls)
