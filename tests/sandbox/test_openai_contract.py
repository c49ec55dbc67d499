"""The stand-in of OpenAI answers as the vendor does: its own SDK reads it over loopback, and its own description fits.

The description lies beside the project where it is developed; elsewhere those tests are skipped. What the SDK checks is
checked everywhere.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from annexa import collectors
from annexa.collectors import openai as vendor
from annexa.collectors._rest import Cursor, Read
from annexa.collectors._rest.address import split
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import openai as played

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "openai-admin-get.json"
described = pytest.mark.skipif(not SPEC.is_file(), reason="the vendor's description does not lie beside the project")
READS = sorted(
    {call.op: call for one in collectors.of(vendor) for call in one.calls}.values(), key=lambda call: call.op
)
PLANTED = played.play("planted", "second")
IDS = {"project_id": "proj_lab", "user_id": "", "group_id": "group_HblFinance"}
per_read = pytest.mark.parametrize("read", READS, ids=[read.op for read in READS])


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(PLANTED.standin().handle) as found:
        yield f"{found}/v1"


@pytest.fixture(scope="module")
def sdk(url: str) -> Iterator[Any]:
    """The vendor's client, which refuses answers that its models do not fit."""
    openai = pytest.importorskip("openai")
    with openai.OpenAI(
        api_key="none", admin_api_key=played.ADMIN_KEY, base_url=url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client.admin.organization


LISTS: dict[str, Callable[[Any], Any]] = {
    "users": lambda admin: admin.users.list(limit=10),
    "invites": lambda admin: admin.invites.list(),
    "admin_api_keys": lambda admin: admin.admin_api_keys.list(),
    "groups": lambda admin: admin.groups.list(limit=1),
    "certificates": lambda admin: admin.certificates.list(),
    "audit_logs": lambda admin: admin.audit_logs.list(limit=10),
    "api_keys": lambda admin: admin.projects.api_keys.list("proj_lab", owner_project_access="any"),
    "project_users": lambda admin: admin.projects.users.list("proj_lab", limit=3),
    "service_accounts": lambda admin: admin.projects.service_accounts.list("proj_freight"),
    "project_groups": lambda admin: admin.projects.groups.list("proj_freight"),
    "project_certificates": lambda admin: admin.projects.certificates.list("proj_lab"),
    "rate_limits": lambda admin: admin.projects.rate_limits.list_rate_limits("proj_lab", limit=1),
    "group_roles": lambda admin: admin.groups.roles.list("group_HblFinance"),
    "project_group_roles": lambda admin: admin.projects.groups.roles.list(
        "group_HblFreightEngineers", project_id="proj_freight"
    ),
}


def mine(name: str) -> list[Any]:
    """The rows of the world that such a list must hold."""
    kept = {"api_keys": "proj_lab", "project_users": "proj_lab", "project_certificates": "proj_lab",
            "rate_limits": "proj_lab", "service_accounts": "proj_freight", "project_groups": "proj_freight"}  # fmt: skip
    rows: list[Any] = PLANTED.world.data[name]
    return [row for row in rows if name not in kept or row["$project"] == kept[name]]


@pytest.mark.parametrize("name", LISTS)
def test_the_vendors_own_client_reads_every_page(sdk: Any, name: str) -> None:
    found = list(LISTS[name](sdk))
    assert len(found) == len(mine(name)) > 0


def test_the_vendors_own_client_reads_projects_and_archived_ones_on_request(sdk: Any) -> None:
    assert [one.id for one in sdk.projects.list(limit=2)] == [
        row["id"] for row in PLANTED.world.data["projects"] if row["status"] == "active"
    ]
    assert {one.status for one in sdk.projects.list(include_archived=True)} == {"active", "archived"}


def test_the_vendors_own_client_reads_single_answers(sdk: Any) -> None:
    assert sdk.data_retention.retrieve().type == "modified_abuse_monitoring"
    assert sdk.spend_limit.retrieve().threshold_amount == 2500000
    assert sdk.projects.data_retention.retrieve("proj_customs").type == "none"
    assert sdk.projects.model_permissions.retrieve("proj_lab").mode == "allow_list"
    assert sdk.projects.hosted_tool_permissions.retrieve("proj_portal").mcp.enabled is True
    assert sdk.projects.spend_limit.retrieve("proj_lab").threshold_amount == 500000


def test_roles_of_users(sdk: Any) -> None:
    owner = next(row["$user"] for row in PLANTED.world.data["user_roles"])
    assert [role.name for role in sdk.users.roles.list(owner)] == ["owner"]
    held = next(row for row in PLANTED.world.data["project_user_roles"])
    assert [role.id for role in sdk.projects.users.roles.list(held["$user"], project_id=held["$project"])] == [
        held["id"]
    ]


def test_keys_of_owners_without_access_are_hidden_unless_asked_for(sdk: Any) -> None:
    usual = [key.id for key in sdk.projects.api_keys.list("proj_customs")]
    every = [key.id for key in sdk.projects.api_keys.list("proj_customs", owner_project_access="any")]
    assert set(every) - set(usual) == {"key_HblCustomsOld"}


def test_refusals_are_the_clients_own_errors(url: str) -> None:
    openai = pytest.importorskip("openai")
    stranger = openai.OpenAI(api_key="none", admin_api_key="sk-admin-of-nobody", base_url=url, max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError):
        list(stranger.admin.organization.users.list())


# --- the vendor's description


@cache
def spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SPEC.read_text("utf-8"))
    return found


def operation(op: str) -> dict[str, Any]:
    found: dict[str, Any] = spec()["paths"][split(op)[1]]["get"]
    return found


def answer_schema(op: str) -> dict[str, Any]:
    (content,) = operation(op)["responses"]["200"]["content"].values()
    schema: dict[str, Any] = content["schema"]
    return schema


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema behind its reference."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = spec()["components"]["schemas"][name] if name else schema
    return found


@described
@per_read
def test_every_read_is_described_with_its_query_and_its_pages(read: Read) -> None:
    method, _, in_path = split(read.op)
    assert method == "GET"
    known = {one["name"] for one in operation(read.op)["parameters"]} if "parameters" in operation(read.op) else set()
    pager = {read.pager.param} if isinstance(read.pager, Cursor) else set()
    assert {*read.params, *read.query, *pager} - set(in_path) <= known
    properties = resolved(answer_schema(read.op))["properties"]
    if read.path is not None:
        assert properties[read.path]["type"] == "array"
    if isinstance(read.pager, Cursor):
        assert {read.pager.at, str(read.pager.more)} <= set(properties)


def addresses(read: Read) -> Iterator[str]:
    """Where the stand-in is asked for a read: in every project, for everybody."""
    _, template, names = split(read.op)
    people = sorted({row["$user"] for row in PLANTED.world.data["user_roles"]})[:3]
    for project in ["proj_freight", "proj_portal", "proj_lab"] if "project_id" in names else [""]:
        for person in people if "user_id" in names else [""]:
            for group in ["group_HblFinance", "group_HblFreightEngineers"] if "group_id" in names else [""]:
                yield template.format_map({"project_id": project, "user_id": person, "group_id": group})


@described
@per_read
def test_every_answer_fits_the_vendors_description(read: Read, url: str) -> None:
    validator = jsonschema_rs.validator_for({**answer_schema(read.op), "components": spec()["components"]})
    handle, base = PLANTED.standin().handle, urlsplit(url).path
    for path in addresses(read):
        status, _, body = handle(
            "GET", f"{url.removesuffix(base)}{base}{path}", {"authorization": f"Bearer {played.ADMIN_KEY}"}, b""
        )
        assert status == 200
        assert [str(error) for error in validator.iter_errors(json.loads(body))] == []


@described
def test_words_of_the_dictionary_are_those_that_the_vendor_lists() -> None:
    from annexa.mappings.settings import load_settings

    entries = load_settings().settings
    schemas = spec()["components"]["schemas"]
    for name, schema in (
        ("openai.data_retention", "OrganizationDataRetention"),
        ("openai.project.data_retention", "ProjectDataRetention"),
    ):
        assert set(entries[name].values) == set(schemas[schema]["properties"]["type"]["enum"])
    assert set(entries["openai.project.model_permissions"].values) == set(
        schemas["ProjectModelPermissions"]["properties"]["mode"]["enum"]
    )
    # The SDK, which is newer than the description, knows further places.
    assert set(schemas["PublicProjectResidency"]["enum"]) <= set(entries["openai.project.residency"].values)
    tools = {name.rpartition(".")[2] for name in entries if name.startswith("openai.project.hosted_tool.")}
    assert tools == set(schemas["ProjectHostedToolPermissions"]["properties"])


def test_the_dictionary_knows_every_place_that_the_client_knows() -> None:
    from typing import get_args

    residency = pytest.importorskip("openai.types.admin.organization.project_residency")
    from annexa.mappings.settings import load_settings

    assert set(load_settings().settings["openai.project.residency"].values) == set(get_args(residency.ProjectResidency))
