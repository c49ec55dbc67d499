"""Azure: what its answers become, over pages, refusals, empty tenants and odd values; asked over HTTP through the real SDK."""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import azure
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError
from annexa.collectors.azure import access, accounts, deployments, detection, foundry, logs, machine_learning, scopes
from annexa.collectors.azure._api import API
from annexa.collectors.azure._settings import AzureSettings
from annexa.collectors.azure._source import _me
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, unknown_value
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Basis, Completeness, Reason
from annexa.tests.collectors.graph_stage import TENANT, connected, serving
from annexa.tests.collectors.rest_wire import facts, lost

S1, S2 = "3f1c9a52-0a11-4b6e-9d21-5a0000000001", "3f1c9a52-0a11-4b6e-9d21-5a0000000002"
GRAPH = "POST /providers/Microsoft.ResourceGraph/resources"
SUBSCRIPTIONS = "GET /subscriptions"
INSIDE = f"/subscriptions/{S1}/resourcegroups/rg/providers/Microsoft.CognitiveServices/accounts/a"
UID = INSIDE.lower()


def account(**properties: Any) -> dict[str, Any]:
    """An account as Resource Graph shows it, in another letter case than its paths."""
    return {"id": INSIDE.replace("/rg/", "/RG/"), "name": "a", "kind": "OpenAI", "subscriptionId": S1, "tags": {"Owner": "Kim"},
            "properties": {"provisioningState": "Succeeded", **properties}}  # fmt: skip


def listed(*ids: str, **more: Any) -> dict[str, Any]:
    return {"value": [{"id": f"/subscriptions/{one}", "subscriptionId": one, "displayName": one[-1], "state": "Enabled", **more}
                      for one in ids]}  # fmt: skip


class Azure:
    """Answers by path, and for Resource Graph by what the query asks for."""

    def __init__(self, *rows: dict[str, Any], shown: tuple[str, ...] = (S1,), **paths: Any) -> None:
        self.rows, self.shown = rows, shown
        self.paths = {"/subscriptions": listed(S1), **paths}
        self.tables: dict[str, Any] = {}

    def __call__(self, method: str, path: str) -> Any:
        path = path.partition("?")[0]
        found = self.paths.get(
            path, self.paths.get(path.rpartition("/")[2], (404, {}, {"error": {"code": "NotFound"}}))
        )
        return found if isinstance(found, tuple) else (200, {}, found)

    def graph(self, text: str) -> dict[str, Any]:
        shown = tuple({"id": f"/subscriptions/{one}", "subscriptionId": one} for one in self.shown)
        known = {"microsoft.resources/subscriptions": shown, "microsoft.cognitiveservices/accounts": self.rows}
        rows = {**known, **self.tables}.get(text.split("type =~ '")[1].split("'")[0], ())
        return {
            "totalRecords": len(rows),
            "count": len(rows),
            "data": list(rows),
            "facets": [],
            "resultTruncated": "false",
        }


def collect(collector: Collector, stage: Azure) -> Gathered:
    """Run a collector against it over loopback, through the real handle, pages, redaction and records."""

    def answer(method: str, path: str) -> Any:
        if method == "POST" and "ResourceGraph" not in stage.paths:
            return 200, {}, stage.graph(json.loads(asked[-1][3])["query"])
        return stage("GET" if method == "POST" else method, path if method != "POST" else "/ResourceGraph")

    with serving(answer) as (url, asked):
        settings = {"name": "azure:main", "vendor": "azure"}
        source = connected(url, api=API, settings=settings)
        place = Place(organisation="acme", tenant=TENANT, source="azure:main", scope=TENANT, collector=collector.name,
                      identity="i")  # fmt: skip
        keeper = Keeper(
            place, store=lambda page: hashlib.sha256(page).hexdigest(), redactor=Redactor(b"k" * 32),
            clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), token=lambda: "00" * 16,
        )  # fmt: skip
        told = Known({"scope": TENANT, "now": "2026-08-30T06:00:00Z"})
        return gather(collector, source.wire(TENANT), keeper, told, run_id="r1", version="0", nonce=lambda: "0" * 32)


def one(collector: Collector, stage: Azure, kind: str) -> Any:
    found = [fact for fact in facts(collect(collector, stage)) if fact.__struct_config__.tag == kind]
    assert len(found) == 1
    return found[0]


# --- subscriptions


@pytest.mark.parametrize(
    ("word", "state"),
    [("Enabled", "enabled"), ("Warned", "enabled"), ("PastDue", "enabled"), ("Disabled", "suspended"),
     ("Deleted", "closing"), ("Expired", unknown_value("Expired")), (None, unknown_value(None))],
)  # fmt: skip
def test_a_subscription_that_is_not_enabled_is_no_proof_that_nothing_is_there(word: Any, state: Any) -> None:
    (fact,) = facts(collect(scopes.subscriptions, Azure(**{"/subscriptions": listed(S1.upper(), state=word)})))
    assert (fact.path, fact.state, fact.level) == (S1, state, "subscription")


def test_a_subscription_that_only_resource_graph_shows_breaks_the_list() -> None:
    found = collect(scopes.subscriptions, Azure(shown=(S1, S2)))
    assert [(fact.path, fact.state) for fact in facts(found)] == [(S1, "enabled"), (S2, NOT_EXPOSED)]
    assert lost(found) == [(SUBSCRIPTIONS, None, Reason.VISIBILITY_UNPROVED)]
    assert found.unit.completeness is Completeness.PARTIAL


def test_a_subscription_that_resource_graph_hides_leaves_the_list_whole() -> None:
    found = collect(scopes.subscriptions, Azure(**{"/subscriptions": listed(S1, S2, S2)}))
    assert [fact.path for fact in facts(found)] == [S1, S2] and lost(found) == []


# --- what Resource Graph shows


COLLECTORS = (
    accounts.services, accounts.protection, deployments.models, deployments.content_filters, logs.diagnostics,
    logs.content_logging, access.role_assignments, detection.defender_plans, machine_learning.workspaces,
    foundry.projects, detection.defender_in_accounts,
)  # fmt: skip
EMPTY = {
    "deployments": {"value": []},
    "raiPolicies": {"value": []},
    "diagnosticSettings": {"value": []},
    "projects": {"value": []},
    "defenderForAISettings": {"value": []},
    "a": account(),
}


@pytest.mark.parametrize("collector", COLLECTORS)
def test_fewer_subscriptions_and_no_error_prove_nothing(collector: Collector) -> None:
    found = collect(collector, Azure(account(), **EMPTY, **{"/subscriptions": listed(S1, S2)}))
    assert (GRAPH, None, Reason.VISIBILITY_UNPROVED) in lost(found)
    assert found.unit.completeness is not Completeness.COMPLETE
    assert S2 in found.unreads[-1].detail


LACKING = (
    {"/subscriptions": {"value": []}},
    {"/subscriptions": (403, {}, {})},
    {"ResourceGraph": (403, {}, {"error": {"code": "AuthorizationFailed"}})},
    {"ResourceGraph": {"data": None}},
    {"ResourceGraph": {"data": [], "resultTruncated": "true"}},
)


@pytest.mark.parametrize("collector", COLLECTORS)
@pytest.mark.parametrize("paths", LACKING)
def test_nothing_that_is_lacking_looks_like_an_empty_tenant(collector: Collector, paths: Any) -> None:
    found = collect(collector, Azure(**{**EMPTY, **paths}))
    assert found.unit.completeness is not Completeness.COMPLETE and found.unreads


@pytest.mark.parametrize("collector", COLLECTORS)
def test_a_tenant_without_accounts_is_read_whole(collector: Collector) -> None:
    found = collect(collector, Azure())
    assert (facts(found), lost(found), found.unit.completeness) == ([], [], Completeness.COMPLETE)


def test_an_account_on_two_pages_is_one() -> None:
    assert len(facts(collect(accounts.protection, Azure(account(), account())))) == 1


@pytest.mark.parametrize("row", [{**account(), "id": None}, {**account(), "id": 7}, {**account(), "id": "/a/b"}])
def test_an_account_whose_id_is_none_is_an_invalid_answer(row: Any) -> None:
    found = collect(deployments.models, Azure(row, **EMPTY))
    assert found.unit.completeness is not Completeness.COMPLETE
    assert {reason for _, _, reason in lost(found)} == {Reason.INVALID_ANSWER}


# --- accounts


PROJECT = {
    "id": f"{INSIDE}/projects/P", "name": "a/P", "tags": {"owner": "Kim"},
    "systemData": {"createdAt": "2026-02-01T08:00:00Z"}, "properties": {"provisioningState": "Succeeded"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "managed", "asked"),
    [("AIServices", True, True), ("AIServices", None, True), ("AIServices", False, False), ("OpenAI", None, False),
     ("OpenAI", True, True), (None, None, True), ("AIServices", "yes", True)],
)  # fmt: skip
def test_projects_of_an_account_that_may_hold_them(kind: Any, managed: Any, asked: bool) -> None:
    row = {**account(allowProjectManagement=managed), "kind": kind}
    found = facts(collect(foundry.projects, Azure(row, projects={"value": [PROJECT, PROJECT]})))
    assert [(one.subject, one.name, one.owner, one.created, one.at) for one in found] == (
        [(f"{UID}/projects/p", "a/P", "Kim", "2026-02-01T08:00:00Z", S1)] if asked else []
    )


@pytest.mark.parametrize(
    ("state", "enabled"),
    [("Enabled", True), ("Disabled", False), (None, NOT_EXPOSED), ("Paused", unknown_value("Paused"))],
)
def test_whether_defender_watches_an_account(state: Any, enabled: Any) -> None:
    rows = {"value": [{"id": f"{INSIDE}/defenderForAISettings/Default", "properties": {"state": state}}]}
    (fact,) = facts(collect(detection.defender_in_accounts, Azure(account(), defenderForAISettings=rows)))
    assert (fact.service, fact.enabled, fact.subject) == (
        "defender.ai_account",
        enabled,
        f"{UID}/defenderforaisettings/default",
    )


@pytest.mark.parametrize(
    ("properties", "network"),
    [
        ({"publicNetworkAccess": "Disabled", "networkAcls": {"defaultAction": "Allow"}}, "private"),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.7"}]}},
         "vpc"),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "0.0.0.0/0"}]}},
         "public"),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}, "public"),
        ({"publicNetworkAccess": "Enabled"}, "public"), ({"publicNetworkAccess": None, "networkAcls": None}, "public"),
        ({"publicNetworkAccess": "SecuredByPerimeter"}, unknown_value("SecuredByPerimeter")),
        ({"networkAcls": {"defaultAction": "Ask"}}, unknown_value("Ask")),
    ],
)  # fmt: skip
def test_from_where_an_account_is_reached(properties: Any, network: Any) -> None:
    fact = one(accounts.services, Azure(account(**properties)), "exposure")
    assert (fact.network, fact.resource, fact.at) == (network, UID, S1)


@pytest.mark.parametrize(
    ("value", "read", "basis"),
    [(True, True, Basis.EXPLICIT), (False, False, Basis.EXPLICIT), (None, False, Basis.VENDOR_DEFAULT),
     ("true", unknown_value("true"), Basis.EXPLICIT)],
)  # fmt: skip
def test_whether_an_account_takes_keys(value: Any, read: Any, basis: Basis) -> None:
    fact = one(accounts.services, Azure(account(disableLocalAuth=value)), "setting")
    assert (fact.name, fact.value, fact.basis) == ("azure.ai.local_auth_disabled", read, basis)


def test_an_account_without_properties_tells_nothing() -> None:
    found = facts(collect(accounts.services, Azure({**account(), "properties": None, "tags": None})))
    assert [getattr(fact, "value", getattr(fact, "network", None)) for fact in found[1:]] == [NOT_EXPOSED, NOT_EXPOSED]
    assert (found[0].subject, found[0].owner, found[0].created) == (UID, ABSENT, NOT_EXPOSED)


def test_what_an_account_is() -> None:
    fact = one(accounts.services, Azure(account(dateCreated="2025-07-16T06:00:00.1234567Z")), "ai_system")
    assert (fact.category, fact.owner, fact.environment, fact.created[:19]) == (
        "service",
        "Kim",
        ABSENT,
        "2025-07-16T06:00:00",
    )


@pytest.mark.parametrize(
    ("encryption", "key", "holder"),
    [
        ({"keySource": "Microsoft.KeyVault", "keyVaultProperties": {"keyVaultUri": "https://v.example/", "keyName": "k"}},
         "https://v.example/k", "customer"),
        ({"keySource": "Microsoft.CognitiveServices"}, ABSENT, "vendor"), (None, ABSENT, "vendor"),
        ({"keySource": "Elsewhere"}, unknown_value("Elsewhere"), unknown_value("Elsewhere")),
    ],
)  # fmt: skip
def test_with_whose_key_an_account_is_encrypted(encryption: Any, key: Any, holder: Any) -> None:
    fact = one(accounts.protection, Azure(account(encryption=encryption)), "encryption")
    assert (fact.key, fact.holder) == (key, holder)


def test_private_paths_to_an_account() -> None:
    state = {"privateLinkServiceConnectionState": {"status": "Pending"}}
    stage = Azure(
        account(privateEndpointConnections=[{"id": f"{INSIDE}/privateEndpointConnections/P", "properties": state}])
    )
    fact = one(accounts.protection, stage, "private_endpoint")
    assert (fact.subject, fact.state) == (f"{UID}/privateendpointconnections/p", "Pending")


# --- deployments and filters


def deployment(**properties: Any) -> dict[str, Any]:
    said = {"model": {"name": "gpt-4o", "version": "2024-08-06"}, "raiPolicyName": "Strict", **properties}
    return {"id": f"{INSIDE}/deployments/Chat", "name": "Chat", "sku": {"name": "GlobalStandard"}, "properties": said}


def test_a_deployment_with_its_settings() -> None:
    stage = Azure(account(), deployments={"value": [deployment(versionUpgradeOption="NoAutoUpgrade")]})
    model, *settings = facts(collect(deployments.models, stage))
    assert (model.subject, model.model, model.version) == (f"{UID}/deployments/chat", "gpt-4o", "2024-08-06")
    assert {fact.name: fact.value for fact in settings} == {
        "azure.openai.deployment_type": "GlobalStandard", "azure.openai.version_upgrade": "NoAutoUpgrade",
    }  # fmt: skip
    silent = facts(collect(deployments.models, Azure(account(), deployments={"value": [deployment()]})))
    assert silent[2].value == NOT_EXPOSED, "no word is no mode"


def content_filter(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "source": source, "enabled": True, "blocking": True, **more}


def guard(*filters: Any, given: Any = ()) -> Any:
    policy = {"id": f"{INSIDE}/raiPolicies/strict", "name": "strict", "properties": {"mode": "Blocking",
              "contentFilters": list(filters) if given == () else given}}  # fmt: skip
    stage = Azure(account(), deployments={"value": [deployment()]}, raiPolicies={"value": [policy]})
    return one(deployments.content_filters, stage, "safeguard")


def test_a_filter_with_its_strengths_and_who_uses_it() -> None:
    found = guard(
        content_filter("Hate", "Prompt", severityThreshold="Low"),
        content_filter("Hate", "Completion", severityThreshold="High"),
        content_filter("Sexual", "Prompt", severityThreshold="Medium"),
        content_filter("Violence", "Prompt", severityThreshold="Low", blocking=False),
        content_filter("Selfharm", "Prompt", severityThreshold="Low", enabled=None), content_filter("Jailbreak", "Prompt"),
    )  # fmt: skip
    assert found.attached_to == (f"{UID}/deployments/chat",) and found.mode == "enforce"
    assert [(row.filter, row.input_strength, row.output_strength) for row in found.filters] == [
        ("Hate", "Low", "High"), ("Selfharm", "untold", "untold"), ("Sexual", "Medium", "untold"),
        ("Violence", "off", "untold"),
    ]  # fmt: skip
    assert found.prompt_attack == "block"


@pytest.mark.parametrize(
    ("more", "word"),
    [({"blocking": False}, "annotate"), ({"enabled": False}, "off"), ({"enabled": False, "blocking": False}, "off")],
)
def test_a_shield_that_does_not_block(more: Any, word: str) -> None:
    assert guard(content_filter("Jailbreak", "Prompt", **more)).prompt_attack == word


def test_a_shield_that_is_not_there_and_one_that_is_not_told() -> None:
    assert guard().prompt_attack == ABSENT
    assert guard(content_filter("Jailbreak", "Prompt", blocking=None)).prompt_attack.state == "ambiguous"
    assert guard(given=None).prompt_attack == NOT_EXPOSED and guard(given="no list").filters == NOT_EXPOSED


@pytest.mark.parametrize(
    ("collector", "part", "call"),
    [(deployments.models, "deployments", "deployments"), (deployments.content_filters, "raiPolicies", "raiPolicies"),
     (logs.diagnostics, "diagnosticSettings", "diagnosticSettings"), (logs.content_logging, "a", "accounts/{account}")],
)  # fmt: skip
def test_a_refusal_costs_one_account(collector: Collector, part: str, call: str) -> None:
    found = collect(
        collector, Azure(account(), **{**EMPTY, part: (403, {}, {"error": {"code": "AuthorizationFailed"}})})
    )
    assert facts(found) == [] and found.unit.completeness is Completeness.PARTIAL
    assert [(op.endswith(call), subject, reason) for op, subject, reason in lost(found)] == [(True, UID, Reason.DENIED)]
    assert "Microsoft." in found.unreads[0].permission


# --- logs


@pytest.mark.parametrize(
    ("properties", "enabled", "types"),
    [
        ({"workspaceId": "/W", "logs": [{"category": "Audit", "enabled": True}, {"category": "Trace", "enabled": False}]},
         True, ("Audit",)),
        ({"workspaceId": "/W", "logs": [{"categoryGroup": "allLogs", "enabled": True}]}, True,
         ("Audit", "RequestResponse", "allLogs")),
        ({"workspaceId": "", "logs": [{"category": "Audit", "enabled": True}]}, False, ABSENT),
        ({"workspaceId": "/W", "logs": None}, False, ABSENT), ({"workspaceId": "/W", "logs": []}, False, ABSENT),
    ],
)  # fmt: skip
def test_what_an_account_logs(properties: Any, enabled: bool, types: Any) -> None:
    settings = {"value": [{"id": f"{INSIDE}/d/1", "properties": properties}]}
    fact = one(logs.diagnostics, Azure(account(), diagnosticSettings=settings), "log_source")
    assert (fact.enabled, fact.event_types, fact.destinations) == (enabled, types, ("/w",) if enabled else ABSENT)


@pytest.mark.parametrize(
    ("capabilities", "value", "basis"),
    [
        ([{"name": "ContentLogging", "value": "false"}], False, Basis.EXPLICIT),
        ([{"name": "ContentLogging", "value": "true"}], True, Basis.EXPLICIT), ([], True, Basis.VENDOR_DEFAULT),
        ([{"name": "VirtualNetworks"}], True, Basis.VENDOR_DEFAULT),
        ([{"name": "ContentLogging", "value": "some"}], unknown_value("some"), Basis.EXPLICIT),
    ],
)  # fmt: skip
def test_whether_microsoft_may_store_content(capabilities: Any, value: Any, basis: Basis) -> None:
    fact = one(logs.content_logging, Azure(account(), a=account(capabilities=capabilities)), "setting")
    assert (fact.value, fact.basis) == (value, basis)


@pytest.mark.parametrize("capabilities", [None, "none", {}])
def test_capabilities_that_are_no_list_prove_nothing(capabilities: Any) -> None:
    found = collect(logs.content_logging, Azure(account(), a=account(capabilities=capabilities)))
    assert facts(found) == [] and [(subject, reason) for _, subject, reason in lost(found)] == [
        (UID, Reason.INVALID_ANSWER)
    ]


# --- access, plans, workspaces

ROLES = {
    "user": {
        "roleName": "User",
        "permissions": [{"actions": ["*/read"], "dataActions": ["Microsoft.CognitiveServices/*"]}],
    },
    "owner": {"roleName": "Owner", "permissions": [{"actions": ["*"], "dataActions": []}]},
    "reader": {"roleName": "Reader", "permissions": [{"actions": ["*/read"]}]},
    "both": {
        "roleName": "Both",
        "permissions": [{"actions": ["Microsoft.CognitiveServices/*/write"], "dataActions": ["*"]}],
    },
    "other": {
        "roleName": "Other",
        "permissions": [{"actions": ["Microsoft.Storage/*"], "dataActions": ["Microsoft.Storage/*"]}],
    },
}


def assigned(role: str, scope: str, **more: Any) -> Gathered:
    stage = Azure(account())
    said = {"roleDefinitionId": f"/providers/x/roleDefinitions/{role.upper()}", "principalId": "p", "principalType": "User",
            "scope": scope, "createdOn": "2026-01-02T03:04:05Z", **more}  # fmt: skip
    stage.tables = {
        "microsoft.authorization/roleassignments": [
            {"id": f"{scope}/providers/m/roleAssignments/1", "properties": said}
        ],
        "microsoft.authorization/roledefinitions": [
            {"id": f"/providers/x/roleDefinitions/{name}", "properties": body} for name, body in ROLES.items()
        ],
    }
    return collect(access.role_assignments, stage)


@pytest.mark.parametrize(
    ("role", "purposes"),
    [("user", ["use"]), ("owner", ["administer"]), ("reader", []), ("both", ["use", "administer"]), ("other", [])],
)
@pytest.mark.parametrize(
    "scope", [INSIDE, f"/subscriptions/{S1}", "/providers/Microsoft.Management/managementGroups/root", "/"]
)
def test_what_a_role_amounts_to_at_an_account(role: str, purposes: list[str], scope: str) -> None:
    found = facts(assigned(role, scope))
    assert [fact.purpose for fact in found] == purposes
    assert all((fact.grantee, fact.resources, fact.verdict) == ("p", (UID,), "allowed") for fact in found)
    assert all(len(fact.not_evaluated) == (2 if "managementGroups" in scope else 1) for fact in found)


def test_an_assignment_elsewhere_a_condition_and_a_role_that_is_not_listed() -> None:
    assert facts(assigned("owner", f"/subscriptions/{S2}")) == [] == facts(assigned("owner", f"{INSIDE}-other"))
    (fact,) = facts(assigned("owner", INSIDE, condition="@Resource[x] == 'y'", principalType="Robot"))
    assert (fact.verdict, fact.grantee_sort) == ("conditional", unknown_value("Robot"))
    found = assigned("secret", INSIDE)
    assert facts(found) == [] and [reason for _, _, reason in lost(found)] == [Reason.INVALID_ANSWER]


@pytest.mark.parametrize(
    ("tier", "enabled"),
    [("Standard", True), ("Free", False), (None, NOT_EXPOSED), ("Deluxe", unknown_value("Deluxe"))],
)  # fmt: skip
def test_a_plan_of_defender(tier: Any, enabled: Any) -> None:
    stage = Azure()
    said = {
        "pricingTier": tier,
        "extensions": [{"name": "b", "isEnabled": "True"}, {"name": "a", "isEnabled": "False"}],
    }
    stage.tables = {
        "microsoft.security/pricings": [{"id": f"/subscriptions/{S1}/p/AI", "name": "AI", "properties": said}]
    }
    fact = one(detection.defender_plans, stage, "detection")
    assert (fact.service, fact.enabled, fact.features, fact.at) == ("defender", enabled, ("AI", "AI.b"), S1)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"publicNetworkAccess": "Disabled", "encryption": {"status": "Enabled", "keyVaultProperties": {"keyIdentifier": "k"}}},
         ("private", "k", "customer")),
        ({"publicNetworkAccess": "Enabled", "encryption": {"status": "Disabled"}}, ("public", ABSENT, "vendor")),
        ({}, (NOT_EXPOSED, ABSENT, "vendor")),
        ({"publicNetworkAccess": "X", "encryption": {"status": "Y"}},
         (unknown_value("X"), unknown_value("Y"), unknown_value("Y"))),
    ],
)  # fmt: skip
def test_a_workspace(properties: Any, expected: Any) -> None:
    stage = Azure()
    row = {"id": f"/subscriptions/{S1}/w", "name": "w", "properties": properties}
    stage.tables = {"microsoft.machinelearningservices/workspaces": [row]}
    system, exposure, encryption = facts(collect(machine_learning.workspaces, stage))
    assert (exposure.network, encryption.key, encryption.holder) == expected
    assert (system.category, system.provider) == ("service", "azure.machine_learning")


# --- the vendor as a whole


@pytest.mark.parametrize(("listed_tenants", "fine"), [([TENANT], True), ([], False), (["another"], False)])
def test_the_tenant_must_be_one_that_azure_lists(listed_tenants: list[str], fine: bool) -> None:
    answer = {"value": [{"id": f"/tenants/{one}", "tenantId": one} for one in listed_tenants]}
    with serving(lambda method, path: (200, {}, answer)) as (url, _):
        settings = AzureSettings()

        def start() -> Any:
            return connected(url, api=API, me=lambda wire: _me(wire, settings))

        if fine:
            assert (start().tenant, start().identities()) == (TENANT, ("application app-1",))
            return
        with pytest.raises(CannotStartError, match="does not list the tenant"):
            start()


def test_every_query_is_a_read_and_no_call_could_write() -> None:
    calls = {(call.op, call.needs) for one in collectors.of(azure) for call in one.calls}
    assert {op for op, _ in calls if op.startswith("POST")} == {GRAPH}
    assert all(needs.endswith("/read") for _, needs in calls)
    assert not any(re.search("listKeys|regenerate", op) for op, _ in calls)


def test_the_grant_is_the_role_reader() -> None:
    made = azure.grant(GrantOrder(collectors=collectors.of(azure), settings={"tenant_id": TENANT}))
    (text,) = made.documents.values()
    assert "--role Reader" in text and f"managementGroups/{TENANT}" in text
    assert not re.search("Contributor|Owner --|write", text)
