"""Databricks' collectors against answers that a test writes down, and signing in with an OAuth secret."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from annexa import collectors
from annexa.collectors import databricks
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Address
from annexa.collectors._rest.exchange import only
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.databricks._api import API
from annexa.collectors.databricks._login import PATH
from annexa.collectors.databricks.serving import SERVING, endpoints, gateways, permissions
from annexa.collectors.databricks.workspace import ip_access, ip_lists, partner_powered, tokens
from annexa.evidence.answer import UndeclaredCallError, UnreadError
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.gather import Gathered
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Environment, Reason, State
from annexa.tests.collectors.rest_wire import DENIED, collect, facts, lost

LIST, ACL = SERVING.op, "GET /api/2.0/permissions/serving-endpoints/{serving_endpoint_id}"
CHAT: dict[str, Any] = {
    "id": "e1", "name": "chat", "creation_timestamp": 1700000000000, "state": {"ready": "READY"},
    "tags": [{"key": "Owner", "value": "Kim"}],
    "config": {"served_entities": [{"external_model": {
        "provider": "openai", "name": "gpt-4.1", "task": "llm/v1/chat",
        "openai_config": {"openai_api_key": "{{secrets/ai/key}}", "openai_api_base": "https://api.openai.com/v1"},
    }}]},
}  # fmt: skip
GATEWAY = {
    "guardrails": {
        "input": {"pii": {"behavior": "BLOCK"}, "safety": True, "invalid_keywords": ["a", "b"]},
        "output": {},
    },
    "inference_table_config": {"enabled": True, "catalog_name": "c", "schema_name": "s", "table_name_prefix": "p"},
    "usage_tracking_config": {"enabled": False},
    "rate_limits": [
        {"calls": 60, "key": "user", "renewal_period": "minute"},
        {"tokens": 9, "renewal_period": "minute"},
    ],
}


def read(collector: Any, *rows: Any, admin: bool = True, **answers: Any) -> Gathered:
    return collect(collector, {LIST: {"endpoints": list(rows)}, **answers}, admin=admin)


# --- serving endpoints


def test_an_endpoint_in_front_of_another_provider() -> None:
    gathered = read(endpoints, CHAT | {"ai_gateway": GATEWAY})
    system, guard, outside, table = facts(gathered)
    assert (system.subject, system.category, system.model, system.owner) == (
        "chat",
        "endpoint",
        "openai/gpt-4.1",
        "Kim",
    )
    assert (system.state, system.created, system.safeguards) == ("READY", "2023-11-14T22:13:20Z", ("chat/guardrails",))
    assert (guard.mode, guard.masks_input, guard.masks_output, guard.attached_to) == ("enforce", True, False, ("chat",))
    assert {(one.filter, one.input_strength) for one in guard.filters} == {
        ("safety", "true"), ("invalid_keywords", "2 listed"), ("valid_topics", "not set"),
    }  # fmt: skip
    assert (outside.store, outside.direction, outside.third_party) == ("openai", "both", True)
    assert (table.store, table.direction, table.third_party) == ("c.s.p", "write", False)


def test_secrets_of_external_models_are_not_kept() -> None:
    kept = Redactor(b"k" * 32).page({"endpoints": [CHAT]}, drop=SERVING.drop)
    assert "secrets/ai/key" not in str(kept) and "https://api.openai.com/v1" in str(kept)


@pytest.mark.parametrize(
    ("provider", "third"),
    [
        ("anthropic", True),
        ("databricks-model-serving", False),
        ("custom", NOT_EXPOSED),
        ("new-one", State.UNKNOWN_VALUE),
    ],
)
def test_whose_a_model_is(provider: str, third: Any) -> None:
    model = {"config": {"served_entities": [{"external_model": {"provider": provider, "name": "m"}}]}}
    _, link = facts(read(endpoints, CHAT | model))
    assert link.third_party == third or link.third_party.state is third


@pytest.mark.parametrize(
    ("config", "model", "version"),
    [
        ({"served_entities": [{"entity_name": "main.x.eta", "entity_version": "7"}]}, "main.x.eta", "7"),
        ({"served_models": [{"model_name": "old", "model_version": "3"}]}, "old", "3"),
        ({"served_entities": [{"foundation_model": {"name": "llama"}, "entity_name": "system.ai.l"}]}, "llama", NOT_EXPOSED),
        ({"served_entities": [{"entity_name": "a"}, {"entity_name": "b"}]}, "a, b", NOT_EXPOSED),
        ({"served_entities": [{"entity_name": "a"}, {}]}, NOT_EXPOSED, NOT_EXPOSED),
        ({}, NOT_EXPOSED, NOT_EXPOSED),
    ],
)  # fmt: skip
def test_what_an_endpoint_serves(config: Any, model: Any, version: Any) -> None:
    (found,) = facts(read(endpoints, CHAT | {"config": config}))
    assert (found.model, found.version, found.safeguards) == (model, version, NOT_EXPOSED)


@pytest.mark.parametrize(
    ("pii", "masks", "mode"),
    [
        ({"behavior": "MASK"}, True, "enforce"), ({"behavior": "NONE"}, False, "off"), ({}, NOT_EXPOSED, NOT_EXPOSED),
        ({"behavior": "SHOUT"}, State.UNKNOWN_VALUE, State.UNKNOWN_VALUE),
    ],
)  # fmt: skip
def test_a_behaviour_that_nobody_documented_is_no_protection(pii: Any, masks: Any, mode: Any) -> None:
    guard = facts(read(endpoints, CHAT | {"ai_gateway": {"guardrails": {"input": {"pii": pii}}}}))[1]
    for found, wanted in ((guard.masks_input, masks), (guard.mode, mode)):
        assert found == wanted or (isinstance(found, Missing) and found.state is wanted)


def test_what_a_gateway_takes_down_and_lets_through() -> None:
    table, usage, first, second = facts(read(gateways, CHAT | {"ai_gateway": GATEWAY}))
    assert (table.name, table.enabled, table.destinations) == ("databricks.inference_table", True, ("c.s.p",))
    assert (usage.name, usage.enabled, usage.destinations) == ("databricks.usage_tracking", False, ABSENT)
    assert (first.value, first.unit, first.limits) == (60, "calls_per_minute", "chat/user")
    assert (second.value, second.unit, second.limits) == (9, "tokens_per_minute", "chat")
    (table, usage) = facts(read(gateways, CHAT))
    assert (table.enabled, table.destinations, usage.enabled) == (NOT_EXPOSED, NOT_EXPOSED, NOT_EXPOSED)


# --- who may


def entry(level: str = "CAN_QUERY", **holder: Any) -> dict[str, Any]:
    return {**(holder or {"group_name": "users"}), "all_permissions": [{"permission_level": level, "inherited": False}]}


def test_who_may_use_and_who_may_administer_an_endpoint() -> None:
    above = {"permission_level": "CAN_MANAGE", "inherited": True, "inherited_from_object": ["/serving-endpoints/"]}
    acl = {"access_control_list": [
        {"group_name": "admins", "all_permissions": [above]}, entry(service_principal_name="sp1"),
        entry("CAN_VIEW", user_name="kim"), entry("CAN_FLY"),
    ]}  # fmt: skip
    admins, service, kim, unknown = facts(read(permissions, CHAT, **{ACL: acl}))
    assert (admins.purpose, admins.grantee_sort, admins.via) == (
        "administer",
        "group",
        ("inherited from /serving-endpoints/",),
    )
    assert (service.grantee, service.grantee_sort, service.purpose) == ("sp1", "service", "use")
    assert (kim.purpose, kim.grantee_sort, kim.target) == ("read", "user", "chat")
    assert (unknown.purpose, unknown.verdict.state) == ("administer", State.UNKNOWN_VALUE)


@pytest.mark.parametrize(("answer", "reason"), [
    (DENIED, Reason.DENIED), ({}, Reason.INVALID_ANSWER), ({"access_control_list": []}, Reason.INVALID_ANSWER),
])  # fmt: skip
def test_permissions_that_cannot_be_read_are_not_none(answer: Any, reason: Reason) -> None:
    gathered = read(permissions, CHAT, **{ACL: answer})
    assert facts(gathered) == [] and lost(gathered) == [(ACL, "chat", reason)]


def test_an_endpoint_without_id_is_not_silently_nobodys() -> None:
    own = {"name": "databricks-llama"}
    gathered = read(permissions, own, CHAT, **{ACL: {"access_control_list": [entry()]}})
    assert [one.target for one in facts(gathered)] == ["chat"]
    assert lost(gathered) == [(ACL, "databricks-llama", Reason.UNSUPPORTED)]


@pytest.mark.parametrize("collector", [endpoints, gateways, permissions], ids=lambda one: one.name)
def test_who_is_no_admin_is_not_shown_everything(collector: Any) -> None:
    gathered = read(collector, admin=False)
    assert lost(gathered) == [(LIST, None, Reason.VISIBILITY_UNPROVED)]


# --- the workspace


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"boolean_val": {"value": False}}, False),
        ({"boolean_val": {"value": True}}, True),
        ({"boolean_val": {}}, NOT_EXPOSED),
    ],
)
def test_partner_powered_ai(answer: Any, value: Any) -> None:
    (found,) = facts(collect(partner_powered, {partner_powered.calls[0].op: answer}))
    assert (found.name, found.value) == ("databricks.partner_powered_ai", value)


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("false", False), (None, NOT_EXPOSED), ("maybe", None)])
def test_whether_lists_of_addresses_are_looked_at(raw: Any, value: Any) -> None:
    (found,) = facts(collect(ip_access, {ip_access.calls[0].op: {"enableIpAccessLists": raw}}))
    assert found.value == value if value is not None else found.value.state is State.UNKNOWN_VALUE


def test_lists_of_addresses_that_are_on() -> None:
    def row(key: str, sort: str, *, enabled: bool = True) -> dict[str, Any]:
        return {"list_id": key, "list_type": sort, "enabled": enabled, "ip_addresses": ["2.0.0.0/8", "1.0.0.0/8"]}

    rows = [row("a", "ALLOW"), row("b", "BLOCK"), row("c", "ALLOW", enabled=False), row("d", "SOME")]
    allow, block, other = facts(collect(ip_lists, {ip_lists.calls[0].op: {"ip_access_lists": rows}}))
    assert (allow.name, allow.value) == ("databricks.ip_allow_list", ("1.0.0.0/8", "2.0.0.0/8"))
    assert block.name == "databricks.ip_block_list" and other.value.state is State.UNKNOWN_VALUE


def test_a_token_that_never_ends_is_not_one_of_which_nothing_is_said() -> None:
    ends = {"a": -1, "b": 1800000000000, "c": None, "d": "soon"}
    rows = [{"token_id": key, "owner_id": 7, "expiry_time": end, "comment": "x"} for key, end in ends.items()]
    never, later, silent, odd = facts(collect(tokens, {tokens.calls[0].op: {"token_infos": rows}}))
    assert (never.expires, never.long_term) == (ABSENT, True)
    assert (later.expires, later.long_term) == ("2027-01-15T08:00:00Z", False)
    assert silent.expires is silent.long_term is NOT_EXPOSED and odd.expires.state is State.AMBIGUOUS


@pytest.mark.parametrize("collector", [endpoints, ip_lists, tokens], ids=lambda one: one.name)
def test_a_list_that_is_left_out_is_not_an_empty_one(collector: Any) -> None:
    op = collector.calls[0].op
    gathered = collect(collector, {op: {}}, admin=True)
    assert facts(gathered) == [] and lost(gathered)[-1] == (op, None, Reason.INVALID_ANSWER)


# --- signing in

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
ME = "/api/2.0/preview/scim/v2/Me"
GRANTED = {"access_token": "eyFirst", "token_type": "Bearer", "expires_in": 3600}
SECRET = {"DATABRICKS_HOST": "https://acme.cloud.databricks.com/", "DATABRICKS_CLIENT_ID": "sp-1",
          "DATABRICKS_CLIENT_SECRET": "dose-made-up"}  # fmt: skip


class Workspace:
    """Answers sign-ins and the questions of connecting; every request is kept."""

    def __init__(self, **changed: Any) -> None:
        self.answers: dict[str, Any] = {
            PATH: (200, GRANTED), ME: (200, {"userName": "sp-1", "groups": [{"display": "admins"}]}), **changed,
        }  # fmt: skip
        self.seen: list[httpx2.Request] = []
        self.clock = VirtualClock(NOW)

    def connect(self, environment: Mapping[str, str] = SECRET, **settings: Any) -> Source:
        lent = Circumstances(
            organisation="acme", clock=self.clock, run_id="r", environment=environment, pacing=False,
            prepare=lambda vendor, client: client.answer_with(httpx2.MockTransport(self._answer)),
        )  # fmt: skip
        return databricks.connect(databricks.Settings(**{"attempts": 1, **settings}), lent)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        status, body = self.answers[request.url.path]
        return httpx2.Response(status, json=body)


def test_the_secret_is_exchanged_for_a_token_and_goes_nowhere_else() -> None:
    workspace = Workspace()
    source = workspace.connect()
    exchange, me = workspace.seen
    assert parse_qs(exchange.content.decode()) == {"grant_type": ["client_credentials"], "scope": ["all-apis"]}
    assert exchange.headers["authorization"] == "Basic " + base64.b64encode(b"sp-1:dose-made-up").decode()
    assert me.headers["authorization"] == "Bearer eyFirst"
    assert (source.tenant, source.environment) == ("acme.cloud.databricks.com", Environment.VENDOR)
    assert source.known("acme.cloud.databricks.com")["admin"] is True
    assert source.identities() == ("principal/sp-1",)


def test_a_token_that_is_about_to_end_is_exchanged_again() -> None:
    workspace = Workspace(**{SERVING.op.split(" ")[1]: (200, {"endpoints": []})})
    wire = workspace.connect().wire("x")
    for _ in range(2):
        list(wire.pages(SERVING, {}))
        workspace.clock.sleep(timedelta(minutes=56).total_seconds())
    assert [one.url.path for one in workspace.seen].count(PATH) == 2


@pytest.mark.parametrize("groups", [None, [], [{"display": "users"}], "admins", [{"value": "admins"}]])
def test_what_does_not_prove_that_it_is_an_admin(groups: Any) -> None:
    assert Workspace(**{ME: (200, {"userName": "sp-1", "groups": groups})}).connect().known("x")["admin"] is False


@pytest.mark.parametrize(
    ("environment", "answers", "says"),
    [
        (SECRET | {"DATABRICKS_HOST": ""}, {}, "host is not named"),
        (SECRET | {"DATABRICKS_CLIENT_ID": "no id"}, {}, "application id is not named"),
        (SECRET | {"DATABRICKS_CLIENT_SECRET": ""}, {}, "DATABRICKS_CLIENT_SECRET is not set"),
        (SECRET, {PATH: (401, {"error": "invalid_client", "error_description": "secret text"})}, "invalid_client"),
        (SECRET, {PATH: (200, {})}, "brought no token"),
        (SECRET, {PATH: (307, {})}, "HTTP 307"),
        (SECRET, {ME: (403, {"error_code": "PERMISSION_DENIED"})}, "PERMISSION_DENIED"),
        (SECRET, {ME: (200, {})}, "does not say who we are"),
    ],
)  # fmt: skip
def test_what_keeps_it_from_starting(environment: Mapping[str, str], answers: Any, says: str) -> None:
    with pytest.raises(CannotStartError, match=says) as caught:
        Workspace(**answers).connect(environment)
    assert caught.value.cure and "secret text" not in str(caught.value) + caught.value.cure


def test_only_the_exchange_leaves_through_the_client_that_holds_the_secret() -> None:
    check = only(Address(scheme="https", host="acme.cloud.databricks.com", port=443), PATH)
    check(httpx2.Request("POST", f"https://acme.cloud.databricks.com{PATH}"))
    for method, url in (("GET", f"https://acme.cloud.databricks.com{PATH}"), ("POST", f"https://evil.example{PATH}"),
                        ("POST", "https://acme.cloud.databricks.com/api/2.0/token/create")):  # fmt: skip
        with pytest.raises(UndeclaredCallError):
            check(httpx2.Request(method, url))


def test_a_workspace_elsewhere_is_marked_as_not_the_vendors() -> None:
    found = Workspace().connect(domain="workspace.evil.example")
    assert found.environment is Environment.NON_VENDOR
    assert API.base == "https://{domain}" and ".azuredatabricks.net" in API.suffixes


def test_a_secret_that_ends_on_the_way_leaves_things_unread() -> None:
    workspace = Workspace(**{SERVING.op.split(" ")[1]: (401, {"error_code": "UNAUTHENTICATED"})})
    with pytest.raises(UnreadError) as caught:
        list(workspace.connect().wire("x").pages(SERVING, {}))
    assert caught.value.trouble.reason is Reason.DENIED


def test_the_grant_says_what_an_admin_could_do() -> None:
    found = databricks.grant(GrantOrder(collectors=tuple(collectors.of(databricks))))
    (text,) = found.documents.values()
    assert "member of the workspace's group admins" in text and "Beyond reading: a member of admins can do" in text
