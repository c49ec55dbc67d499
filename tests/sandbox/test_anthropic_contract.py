"""The stand-ins of Anthropic answer as the vendor does: its own SDK reads them over loopback, and what is derived from it fits.

The SDK has no models for the Compliance API; its answers are held against the vendor's documentation in words of ours. The
derived description lies beside the project where it is developed; elsewhere those tests are skipped.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from annexa import collectors
from annexa.collectors import anthropic as console
from annexa.collectors import claude as enterprise
from annexa.collectors._rest import Cursor, Read
from annexa.collectors._rest.address import split
from annexa.mappings.settings import load_settings
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import anthropic as played
from annexa.sandbox.vendors import claude as played_enterprise

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "anthropic-admin-get.derived.json"
described = pytest.mark.skipif(not SPEC.is_file(), reason="the derived description does not lie beside the project")
PLAYS = {"anthropic": played.play("planted", "second"), "claude": played_enterprise.play("planted", "second")}
SECRETS = {"anthropic": played.TOKEN.secret, "claude": played_enterprise.KEY.secret}
WORLDS = {name: play.world.data for name, play in PLAYS.items()}
WORKSPACE = WORLDS["anthropic"]["workspaces"][1]["id"]
OWN = WORLDS["claude"]["organizations"][1]["uuid"]
IDS = {
    "workspace_id": WORKSPACE, "organization_id": OWN, "rbac_role_id": WORLDS["claude"]["roles"][0]["id"],
    "plugin_id": WORLDS["claude"]["plugins"][0]["id"], "rbac_group_id": WORLDS["claude"]["documents"][0]["rbac_group_id"],
}  # fmt: skip
READS = sorted(
    {(name, call.op): call for name, vendor in (("anthropic", console), ("claude", enterprise))
     for one in collectors.of(vendor) for call in one.calls}.items()
)  # fmt: skip
ADMIN = [(name, read) for (name, op), read in READS if "/compliance/" not in op]
per_read = pytest.mark.parametrize(("vendor", "read"), ADMIN, ids=[f"{name} {read.op}" for name, read in ADMIN])


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    with loopback(PLAYS["anthropic"].standin().handle) as one, loopback(PLAYS["claude"].standin().handle) as two:
        yield {"anthropic": one, "claude": two}


@pytest.fixture(scope="module")
def sdk(urls: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The vendor's client, which refuses answers that its models do not fit, for each of the two."""
    found = pytest.importorskip("anthropic")
    clients = {
        name: found.Anthropic(api_key=SECRETS[name], base_url=url, max_retries=0, _strict_response_validation=True)
        for name, url in urls.items()
    }
    yield {name: client.beta.organization for name, client in clients.items()}
    for client in clients.values():
        client.close()


LISTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "users": ("anthropic", lambda org: org.users.list(limit=5)),
    "invites": ("anthropic", lambda org: org.invites.list()),
    "workspaces": ("anthropic", lambda org: org.workspaces.list(include_default=True, include_archived=True, limit=2)),
    "api_keys": ("anthropic", lambda org: org.api_keys.list(limit=1)),
    "service_accounts": ("anthropic", lambda org: org.service_accounts.list(include_archived=True, limit=1)),
    "issuers": ("anthropic", lambda org: org.federation.issuers.list()),
    "rules": ("anthropic", lambda org: org.federation.rules.list()),
    "rate_limits": ("anthropic", lambda org: org.rate_limits.list(limit=1)),
    "external_keys": ("anthropic", lambda org: org.external_keys.list()),
    "telemetry": ("anthropic", lambda org: org.telemetry_destinations.list()),
    "spend_limits": ("anthropic", lambda org: org.spend_limits.list(limit=1)),
    "memberships": ("anthropic", lambda org: org.workspaces.service_accounts.list(WORKSPACE)),
    "groups": ("claude", lambda org: org.rbac_groups.list(limit=1, extra_headers=played_enterprise.USERS)),
    "roles": ("claude", lambda org: org.rbac_roles.list(extra_headers=played_enterprise.USERS)),
    "plugins": ("claude", lambda org: org.plugins.list(organization_id=OWN, limit=1)),
    "marketplaces": ("claude", lambda org: org.plugin_marketplaces.list(organization_id=OWN)),
    "documents": ("claude", lambda org: org.claude_code.managed_settings.rbac_groups.list()),
    "slack_workspaces": ("claude", lambda org: org.claude_tag.slack_workspaces.list(include_inherited=True)),
    "slack_channels": ("claude", lambda org: org.claude_tag.slack_channels.list(slack_workspace_id="T0HARBOUR1")),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_vendors_own_client_reads_every_page(sdk: dict[str, Any], name: str) -> None:
    vendor, ask = LISTS[name]
    assert len(list(ask(sdk[vendor]))) == len(WORLDS[vendor][name]) > 0


def test_the_vendors_own_client_reads_single_answers(sdk: dict[str, Any]) -> None:
    console, enterprise = sdk["anthropic"], sdk["claude"]
    assert console.retrieve().name == "Harbourline"
    assert console.compliance_settings.retrieve().state.type == "enabled"
    assert len(list(console.workspaces.members.list(WORKSPACE))) == 7
    assert [one.limits[0].source.type for one in console.workspaces.rate_limits.list(WORKSPACE)] == ["workspace"]
    managed = enterprise.claude_code.managed_settings
    assert managed.configuration.retrieve().mode.type == "rbac_groups"
    assert managed.rbac_group_default.retrieve().settings["cleanupPeriodDays"] == 30
    assert managed.rbac_groups.retrieve(IDS["rbac_group_id"]).rbac_group_status.type == "active"
    assert [
        one.action
        for one in enterprise.rbac_roles.permissions.list(IDS["rbac_role_id"], extra_headers=played_enterprise.USERS)
    ]
    assert [
        one.installation_preference
        for one in enterprise.plugins.installation_settings.list(IDS["plugin_id"], organization_id=OWN)
    ]


def test_default_and_archived_workspaces_come_on_request_only(sdk: dict[str, Any]) -> None:
    usual = [one.name for one in sdk["anthropic"].workspaces.list()]
    assert usual == ["Freight assistant", "Pricing research"]


def test_refusals_are_the_clients_own_errors(urls: dict[str, str]) -> None:
    anthropic = pytest.importorskip("anthropic")
    with (
        anthropic.Anthropic(api_key="sk-ant-admin01-of-nobody", base_url=urls["anthropic"], max_retries=0) as stranger,
        pytest.raises(anthropic.AuthenticationError),
    ):
        stranger.beta.organization.retrieve()
    key = {"X-Api-Key": played.KEY.secret}
    with anthropic.Anthropic(
        api_key=None, auth_token=None, base_url=urls["anthropic"], max_retries=0, default_headers=key
    ) as admin:
        organization = admin.beta.organization
        assert organization.retrieve().name == "Harbourline"
        with pytest.raises(anthropic.PermissionDeniedError, match="org:admin"):
            list(organization.service_accounts.list())


def test_without_its_beta_header_an_endpoint_is_not_found() -> None:
    asked = {"x-api-key": SECRETS["claude"], "anthropic-version": "2023-06-01"}
    for read in (read for name, read in ADMIN if name == "claude" and read.headers):
        path = (
            split(read.op)[1].format_map(IDS)
            + "?"
            + "&".join(f"{name}={IDS.get(name, 'T0HARBOUR1')}" for name in read.query)
        )
        for headers, expected in ((asked, 404), ({**asked, **read.headers}, 200)):
            status, _, body = PLAYS["claude"].standin().handle("GET", f"http://h/v1{path}", headers, b"")
            assert (status, read.op) == (expected, read.op)
        assert json.loads(body)


# --- the description that is derived from the SDK


@cache
def spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SPEC.read_text("utf-8"))
    return found


def operation(read: Read) -> dict[str, Any]:
    found: dict[str, Any] = spec()["paths"][f"/v1{split(read.op)[1]}"]["get"]
    return found


def answer_schema(read: Read) -> dict[str, Any]:
    found: dict[str, Any] = operation(read)["responses"]["200"]["content"]["application/json"]["schema"]
    return found


@described
@per_read
def test_every_read_is_described_with_its_query_and_its_pages(vendor: str, read: Read) -> None:
    known = {one["name"] for one in operation(read)["parameters"]}
    pager = {read.pager.param} if isinstance(read.pager, Cursor) else set()
    assert {*read.params, *read.query, *pager} <= known
    if isinstance(read.pager, Cursor):
        properties = answer_schema(read)["properties"]
        assert {read.pager.at, *([read.pager.more] if read.pager.more else [])} <= set(properties)
        assert properties[str(read.path)]["type"] == "array"


@described
@per_read
def test_every_answer_fits_the_description(vendor: str, read: Read) -> None:
    validator = jsonschema_rs.validator_for({**answer_schema(read), "components": spec()["components"]})
    query = {
        **{name: str(value).lower() for name, value in read.params.items()},
        **{name: IDS.get(name, "T0HARBOUR1") for name in read.query},
    }
    told = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {"authorization": f"Bearer {SECRETS[vendor]}", "anthropic-version": "2023-06-01", **read.headers}
    path = split(read.op)[1].format_map(IDS)
    status, _, body = PLAYS[vendor].standin().handle("GET", f"http://h/v1{path}?{told}", headers, b"")
    assert status == 200
    assert [str(error) for error in validator.iter_errors(json.loads(body))] == []


@described
def test_words_of_the_dictionary_are_those_that_the_vendor_lists() -> None:
    entries, schemas = load_settings().settings, spec()["components"]["schemas"]
    residency = schemas["BetaDataResidency"]["properties"]
    assert set(entries["anthropic.default_inference_geo"].values) == set(words(residency["default_inference_geo"]))
    assert set(entries["anthropic.workspace_geo"].values) == set(words(residency["workspace_geo"]))
    assert set(entries["anthropic.allowed_inference_geos"].values) == {*words(residency["allowed_inference_geos"])}


def words(schema: Any) -> list[str]:
    """Every word that a schema lists, at any depth."""
    if isinstance(schema, dict):
        own = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
        return [*own, *(word for part in schema.values() for word in words(part))]
    return [word for part in schema for word in words(part)] if isinstance(schema, list) else []


# --- the Compliance API, which the vendor documents in words only


def test_effective_settings_have_the_documented_form() -> None:
    headers = {"x-api-key": SECRETS["claude"], "anthropic-version": "2023-06-01"}
    path = f"http://h/v1/compliance/organizations/{OWN}/settings"
    status, _, body = PLAYS["claude"].standin().handle("GET", path, headers, b"")
    found = json.loads(body)
    assert (status, found["type"], found["organization_id"]) == (200, "effective_organization_settings", OWN)
    shapes = {"boolean": bool, "integer": int, "string_list": list, "provisioning_mode": str, "data_retention": dict}
    assert all(isinstance(row["value"], shapes[row["type"]]) for row in found["settings"])
    assert {
        set(key) >= {"id", "name", "scopes", "is_active", "created_at", "created_by_id"} for key in found["api_keys"]
    } == {True}
    known = load_settings().settings
    assert [row["name"] for row in found["settings"] if f"claude.{row['name']}" not in known] == []


def test_the_parent_and_strangers_are_not_found_alike() -> None:
    headers = {"x-api-key": SECRETS["claude"], "anthropic-version": "2023-06-01"}
    parent = WORLDS["claude"]["organizations"][0]["uuid"]
    told = {
        PLAYS["claude"]
        .standin()
        .handle("GET", f"http://h/v1/compliance/organizations/{each}/settings", headers, b"")[::2]
        for each in (parent, "00000000-0000-4000-8000-000000000000")
    }
    assert len(told) == 1
    assert {status for status, _ in told} == {404}
