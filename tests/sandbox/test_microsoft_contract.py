"""The stand-in of Microsoft Graph answers as the vendor does: its own SDK reads it over loopback, its own types fit.

The type system lies beside the project where it is developed; elsewhere those tests are skipped.
"""

import asyncio
import json
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from annexa.sandbox._entra import TENANT, TOKEN
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import microsoft as played

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "graph_v1.0-Prod.csdl"
typed = pytest.mark.skipif(not SPEC.is_file(), reason="Graph's type system does not lie beside the project")
PLANTED = played.play("planted", "second")
DATA = PLANTED.world.data
TYPES = {
    "organization": "organization", "users": "user", "registrations": "userRegistrationDetails",
    "service_principals": "servicePrincipal", "grants": "oAuth2PermissionGrant",
    "app_role_assignments": "appRoleAssignment", "applications": "application", "authorization": "authorizationPolicy",
    "consent_requests": "adminConsentRequestPolicy", "grant_policies": "permissionGrantPolicy",
    "security_defaults": "identitySecurityDefaultsEnforcementPolicy", "policies": "conditionalAccessPolicy",
    "groups": "group", "members": "user", "role_definitions": "unifiedRoleDefinition",
    "role_assignments": "unifiedRoleAssignment", "eligible": "unifiedRoleEligibilityScheduleInstance",
    "skus": "subscribedSku", "limited_mode": "copilotAdminLimitedMode", "labels": "sensitivityLabel",
    "audits": "directoryAudit", "asked": "appConsentRequest", "scheduled": "unifiedRoleAssignmentScheduleInstance",
    "agent_identities": "agentIdentity", "reviews": "accessReviewScheduleDefinition",
    "review_instances": "accessReviewInstance", "review_decisions": "accessReviewInstanceDecisionItem",
    "audit_queries": "auditLogQuery", "audit_records": "auditLogRecord", "packages": "copilotPackage",
    "teams_apps": "teamsApp", "secure_score": "secureScoreControlProfile",
}  # fmt: skip
"""Graph's type of each of the company's collections."""
UNTYPED = {
    "copilot_use": "beta; documented with its rows",
    "discovered": "beta; documented as discoveredCloudAppDetail", "streams": "beta; documented as cloudAppDiscoveryReport",
}  # fmt: skip
"""Collections for which v1.0 has no type, and why they are played as they are."""
DOCUMENTED = {
    "labels": ("isEnabled", "applicableTo"),  # documented for v1.0, and not in its type system
}
"""Members that stand in Microsoft's documentation alone."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(PLANTED.standin().handle) as found:
        yield found


Ask = Callable[[Callable[[Any], Any]], Any]


@pytest.fixture
def ask(url: str, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """One call of the vendor's client, with its own models: `ask(lambda graph: graph.users.get())`."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    httpx, msgraph = pytest.importorskip("httpx"), pytest.importorskip("msgraph")
    from azure.core.credentials import AccessToken
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph.graph_request_adapter import GraphRequestAdapter

    class Credential:
        def get_token(self, *scopes: str, **_: Any) -> Any:
            return AccessToken(TOKEN, 4102444800)

    def run(call: Callable[[Any], Any]) -> Any:
        async def asked() -> Any:
            provider = AzureIdentityAuthenticationProvider(
                Credential(), scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["127.0.0.1"]
            )
            async with httpx.AsyncClient(trust_env=False) as client:
                adapter = GraphRequestAdapter(provider, client=client)
                adapter.base_url = f"{url}/v1.0"
                return await call(msgraph.GraphServiceClient(request_adapter=adapter))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's own
            return asyncio.run(asked())

    return run


def test_the_vendors_own_client_reads_applications_and_grants(ask: Ask) -> None:
    found = ask(lambda graph: graph.service_principals.get()).value
    assert [one.id for one in found] == [row["id"] for row in DATA["service_principals"]]
    otter = next(one for one in found if one.display_name == "Otter Notetaker")
    assert (otter.verified_publisher.display_name, otter.account_enabled) == ("Otter.ai, Inc.", True)
    grants = ask(lambda graph: graph.oauth2_permission_grants.get()).value
    assert [one.consent_type for one in grants] == ["AllPrincipals", "AllPrincipals", "Principal"]
    graph_id = DATA["service_principals"][0]["id"]
    held = ask(
        lambda graph: graph.service_principals.by_service_principal_id(graph_id).app_role_assigned_to.get()
    ).value
    assert {str(one.app_role_id) for one in held} == {row["appRoleId"] for row in DATA["app_role_assignments"]}


def test_the_vendors_own_client_reads_policies(ask: Ask) -> None:
    found = ask(lambda graph: graph.identity.conditional_access.policies.get()).value
    assert [one.state.value for one in found] == ["enabled", "enabledForReportingButNotEnforced", "enabled"]
    assert found[1].conditions.applications.include_applications == ["fb8d773d-7ef8-4ec0-a117-179f88add510"]
    assert [one.value for one in found[0].grant_controls.built_in_controls] == ["mfa"]
    consent = ask(lambda graph: graph.policies.authorization_policy.get()).default_user_role_permissions
    assert (
        consent.permission_grant_policies_assigned[0] == "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"
    )
    assert ask(lambda graph: graph.policies.admin_consent_request_policy.get()).is_enabled is False


def test_the_vendors_own_client_reads_people_products_secrets_and_events(ask: Ask) -> None:
    page = ask(lambda graph: graph.users.get())
    assert len(page.value) == 100 and page.odata_next_link
    assert [one.sku_part_number for one in ask(lambda graph: graph.subscribed_skus.get()).value] == [
        "SPE_E5", "Microsoft_365_Copilot",
    ]  # fmt: skip
    mailer = ask(lambda graph: graph.applications.get()).value[0]
    assert mailer.password_credentials[0].end_date_time > mailer.password_credentials[0].start_date_time
    events = ask(lambda graph: graph.audit_logs.directory_audits.get()).value
    assert len(events) == 3 and events[0].result.value == "success"


def request(path: str, query: dict[str, str] | None = None, token: str = TOKEN) -> tuple[int, Any]:
    """What the stand-in answers to a request without the client."""
    asked = f"https://graph.microsoft.com/v1.0{path}?{urlencode(query or {})}"
    status, _, body = PLANTED.standin().handle("GET", asked, {"authorization": f"Bearer {token}"}, b"")
    return status, json.loads(body)


def test_the_roles_of_the_token_decide() -> None:
    assert request("/organization")[1]["value"][0]["id"] == TENANT
    status, body = request("/copilot/admin/settings/limitedMode")
    assert (status, body["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert request("/users", token="nobody")[0] == 401


def test_a_page_may_be_empty_and_yet_point_to_another() -> None:
    pages, path, query = list[Any](), "/users", {"$top": "60"}
    while True:
        _, body = request(path, query)
        pages.append(body)
        link = body.get("@odata.nextLink")
        if link is None:
            break
        query = {"$top": "60", "$skiptoken": re.findall(r"skiptoken=([^&]+)", link)[0]}
    assert [len(page["value"]) for page in pages] == [60, 0, 60, len(DATA["users"]) - 120]


def test_only_what_is_asked_for_is_shown() -> None:
    _, body = request("/users", {"$select": "id,accountEnabled"})
    assert set(body["value"][0]) == {"id", "accountEnabled"}


# --- the vendor's type system


@cache
def types() -> dict[str, tuple[str | None, dict[str, str]]]:
    """By name: the base type, and the type of each property."""
    found: dict[str, tuple[str | None, dict[str, str]]] = {}
    for sort, name, head, body in re.findall(
        r'<(EntityType|ComplexType) Name="(\w+)"([^>]*?)(?:/>|>(.*?)</\1>)', SPEC.read_text("utf-8"), re.DOTALL
    ):
        base = re.search(r'BaseType="[\w.]*?\.?(\w+)"', head)
        fields = re.findall(r'<(?:Property|NavigationProperty) Name="(\w+)" Type="([^"]+)"', body)
        found.setdefault(name, (base[1] if base else None, dict(fields)))
        assert sort
    return found


def rows_of(name: str) -> list[Any]:
    """The rows of a collection, as the stand-in sends them."""
    rows = DATA[name] if isinstance(DATA[name], list) else [DATA[name]]
    return [{key: value for key, value in row.items() if not key.startswith("$")} for row in rows]


def fields_of(name: str) -> dict[str, str]:
    base, own = types()[name]
    return {**(fields_of(base) if base in types() else {}), **own}


EDM: dict[str, type | tuple[type, ...]] = {
    "Edm.String": str, "Edm.Boolean": bool, "Edm.Int32": int, "Edm.Double": (int, float),
    "Edm.Guid": str, "Edm.DateTimeOffset": str, "Edm.Binary": str,
}  # fmt: skip


def misfits(value: Any, sort: str, at: str) -> Iterator[str]:
    """What does not fit Graph's types: a property that they lack, or a value of another sort."""
    if value is None:
        return
    listed = re.fullmatch(r"Collection\((.+)\)", sort)
    if listed:
        if not isinstance(value, list):
            yield f"{at} is no list"
            return
        for number, one in enumerate(value):
            yield from misfits(one, listed[1], f"{at}[{number}]")
    elif sort in EDM:
        if not isinstance(value, EDM[sort]):
            yield f"{at} is no {sort}"
    elif isinstance(value, dict):
        known = fields_of(str(value.get("@odata.type", sort)).rpartition(".")[2])
        for name, one in value.items():
            if name.startswith(("@", "$")):
                continue
            if name not in known:
                yield f"{at}.{name} is unknown"
            else:
                yield from misfits(one, known[name], f"{at}.{name}")


@typed
@pytest.mark.parametrize("name", TYPES)
def test_every_member_is_one_of_graphs_own(name: str) -> None:
    known = [f"{name}.{member} is unknown" for member in DOCUMENTED.get(name, ())]
    said = [one for row in rows_of(name) for one in misfits(row, f"graph.{TYPES[name]}", name)]
    assert [one for one in said if one not in known] == []
    assert set(known) <= set(said), "a member that the type system has meanwhile is no exception any more"


@typed
def test_the_type_system_would_notice() -> None:
    assert list(misfits({"displayname": "x"}, "graph.user", "u")) == ["u.displayname is unknown"]
    assert list(misfits({"accountEnabled": "yes"}, "graph.user", "u")) == ["u.accountEnabled is no Edm.Boolean"]


def test_every_collection_has_a_type() -> None:
    assert set(DATA) == {*TYPES, *UNTYPED} and not set(TYPES) & set(UNTYPED)


# --- the SDK's own models


def model(name: str) -> Any:
    """The SDK's class for one of Graph's types."""
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    for package in ("msgraph.generated.models", "msgraph.generated.models.security"):
        if find_spec(f"{package}.{module}"):
            return getattr(import_module(f"{package}.{module}"), name[0].upper() + name[1:])
    raise AssertionError(f"the SDK has no model for {name}")


def overlooked(value: dict[str, Any], read: Any, at: str) -> Iterator[str]:
    """What the SDK's model does not take up: members that it does not know, and values that it reads as nothing."""
    fields = read.get_field_deserializers()
    for name, one in value.items():
        if name.startswith("@"):
            continue
        if name not in fields:
            yield f"{at}.{name} is unknown"
            continue
        taken = getattr(read, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
        if one is None or one == []:
            continue
        if taken is None or (isinstance(taken, list) and (len(taken) != len(one) or None in taken)):
            yield f"{at}.{name} is read as nothing"
        elif isinstance(one, dict):
            yield from overlooked(one, taken, f"{at}.{name}")
        elif isinstance(one, list) and isinstance(one[0], dict):
            for below, model_below in zip(one, taken, strict=True):
                yield from overlooked(below, model_below, f"{at}.{name}")


def read_by_sdk(value: Any, name: str) -> Any:
    """A row as the SDK's own parser makes it an object."""
    pytest.importorskip("msgraph")
    from kiota_serialization_json.json_parse_node import JsonParseNode

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's own
        return JsonParseNode(value).get_object_value(model(name))


@pytest.mark.parametrize("name", TYPES)
def test_the_sdks_own_model_takes_up_every_member(name: str) -> None:
    shapes = {tuple(sorted(row)): row for row in rows_of(name)}
    said = {one for row in shapes.values() for one in overlooked(row, read_by_sdk(row, TYPES[name]), name)}
    assert said == {f"{name}.{member} is unknown" for member in DOCUMENTED.get(name, ())}


def test_the_sdks_model_would_notice() -> None:
    odd = {
        "state": "sleeping",
        "displayname": "x",
        "conditions": {"applications": {"includeApplications": ["All"], "x": 1}},
    }
    assert list(overlooked(odd, read_by_sdk(odd, "conditionalAccessPolicy"), "p")) == [
        "p.state is read as nothing", "p.displayname is unknown", "p.conditions.applications.x is unknown",
    ]  # fmt: skip
