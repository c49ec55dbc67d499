"""The stand-in of Mistral answers as the vendor does: every answer and every question fits its own description.

The description lies beside the project where it is developed; elsewhere these tests are skipped. The vendor's SDK has no
models of the Admin API.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from annexa import collectors
from annexa.collectors import mistral as vendor
from annexa.collectors._rest import Counted, Cursor, Onward, Read
from annexa.collectors._rest.address import split
from annexa.collectors.mistral._roles import LETTERS, WORKSPACE_LETTERS
from annexa.collectors.mistral.connectors import METHODS, PROTOCOLS, VISIBLE
from annexa.sandbox.vendors import mistral as played

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "mistral-admin-get.json"
pytestmark = pytest.mark.skipif(not SPEC.is_file(), reason="the vendor's description does not lie beside the project")
READS = sorted(
    {call.op: call for one in collectors.of(vendor) for call in one.calls}.values(), key=lambda call: call.op
)
PLANTED = played.play("planted", "second")
per_read = pytest.mark.parametrize("read", READS, ids=[read.op for read in READS])


@cache
def spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SPEC.read_text("utf-8"))
    return found


def operation(read: Read) -> dict[str, Any]:
    found: dict[str, Any] = spec()["paths"][f"/v1{split(read.op)[1]}"]["get"]
    return found


def schema(read: Read) -> dict[str, Any]:
    found: dict[str, Any] = operation(read)["responses"]["200"]["content"]["application/json"]["schema"]
    name = found.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = spec()["components"]["schemas"][name] if name else found
    return resolved


def answer(read: Read, query: str = "") -> Any:
    secret = played.WORKSPACE_KEY if read.sign else played.ADMIN_KEY
    url = f"https://api.mistral.ai/v1{split(read.op)[1]}{query}"
    status, _, body = PLANTED.standin().handle("GET", url, {"authorization": f"Bearer {secret}"}, b"")
    assert status == 200, body
    return json.loads(body)


@per_read
def test_every_read_is_described_with_its_query_its_pages_and_its_key(read: Read) -> None:
    known = {one["name"] for one in operation(read).get("parameters", ())}
    pager = {read.pager.param} if isinstance(read.pager, Counted | Cursor | Onward) else set()
    assert {*read.params, *read.query, *pager} <= known
    shown = schema(read)
    if read.path:
        assert read.path in shown["properties"]
    if isinstance(read.pager, Counted):
        assert {read.pager.total, *read.pager.among} <= set(shown["properties"])
    assert operation(read).get("security", spec()["security"]) == [{"ApiKey" if read.sign else "AdminApiKey": []}]


@per_read
def test_every_answer_fits_the_vendors_description(read: Read) -> None:
    validator = jsonschema_rs.validator_for({**schema(read), "components": spec()["components"]})
    told = answer(read)
    assert [str(error) for error in validator.iter_errors(told)] == []
    rows = told.get(read.path) if read.path and isinstance(told, dict) else told
    assert rows, "an empty answer would fit anything"


def test_pages_are_cut_as_described() -> None:
    users = next(read for read in READS if read.op == "GET /admin/users")
    first, second = answer(users, "?page_size=25&page=1"), answer(users, "?page_size=25&page=2")
    both = [*first["members"], *second["members"], *first["invites"], *second["invites"]]
    assert len(both) == first["total"] == second["total"] > 25 and first["invites"] == [] != second["invites"]
    keys = next(read for read in READS if read.op == "GET /admin/api-keys")
    assert [len(answer(keys, f"?limit=2&offset={at}")["keys"]) for at in (0, 2, 3)] == [2, 1, 0]


def test_words_of_the_collectors_are_those_that_the_vendor_lists() -> None:
    schemas = spec()["components"]["schemas"]
    for ours, theirs in (
        (LETTERS, "UserRole"), (WORKSPACE_LETTERS, "WorkspaceRole"), (VISIBLE, "ResourceVisibility"),
        (PROTOCOLS, "ConnectorProtocol"), (METHODS, "OutboundAuthenticationType"),
    ):  # fmt: skip
        assert set(ours) == set(schemas[theirs]["enum"])


def test_an_ordinary_key_opens_no_admin_call_and_an_admin_key_no_connector() -> None:
    for path, secret in (("/admin/users", played.WORKSPACE_KEY), ("/connectors", played.ADMIN_KEY)):
        url = f"https://api.mistral.ai/v1{path}"
        assert PLANTED.standin().handle("GET", url, {"authorization": f"Bearer {secret}"}, b"")[0] == 403
