"""The stand-in of Cloudflare answers as the vendor does: its own SDK reads every answer over loopback and checks it."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from annexa import collectors
from annexa.collectors import cloudflare as vendor
from annexa.collectors._rest import Counted, Offset
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import cloudflare as played

PLANTED = played.play("planted", "second")
HOME, LAB = (row["id"] for row in PLANTED.world.data["accounts"])
READS = {call.op: call for one in collectors.of(vendor) for call in one.calls}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(PLANTED.standin().handle) as found:
        yield f"{found}/client/v4"


@pytest.fixture(scope="module")
def sdk(url: str) -> Iterator[Any]:
    """The vendor's client, which refuses answers that its models do not fit."""
    cloudflare = pytest.importorskip("cloudflare", reason="the vendor's SDK is not installed (extra: test)")
    with cloudflare.Cloudflare(
        api_token=played.TOKEN, base_url=url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


LISTS: dict[str, Callable[[Any], Any]] = {
    "accounts": lambda sdk: sdk.accounts.list(per_page=1),
    "members": lambda sdk: sdk.accounts.members.list(account_id=HOME, per_page=5),
    "gateways": lambda sdk: sdk.ai_gateway.list(account_id=HOME, per_page=1),
    "provider_configs": lambda sdk: sdk.ai_gateway.provider_configs.list("freight-production", account_id=HOME),
    "mcp_servers": lambda sdk: sdk.zero_trust.access.ai_controls.mcp.servers.list(account_id=HOME),
    "mcp_portals": lambda sdk: sdk.zero_trust.access.ai_controls.mcp.portals.list(account_id=HOME),
    "library": lambda sdk: sdk.zero_trust.resource_library.applications.list(account_id=HOME, limit=250),
    "gateway_rules": lambda sdk: sdk.zero_trust.gateway.rules.list(account_id=HOME),
    "access_apps": lambda sdk: sdk.zero_trust.access.applications.list(account_id=HOME),
}


def mine(name: str) -> list[Any]:
    """The rows of the world that such a list must hold."""
    kept = {"provider_configs": {"gateway_id": "freight-production"}}.get(name, {})
    return [
        row for row in PLANTED.world.data[name]
        if row.get("$account", HOME) == HOME and all(row[key] == value for key, value in kept.items())
    ]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_the_vendors_own_client_reads_every_page(sdk: Any, name: str) -> None:
    found = list(LISTS[name](sdk))
    assert [str(one.id) for one in found] == [str(row["id"]) for row in mine(name)] != []


def test_the_vendors_own_client_reads_what_the_collectors_read(sdk: Any) -> None:
    gateway = next(iter(sdk.ai_gateway.list(account_id=HOME)))
    assert (gateway.authentication, gateway.byok_only, gateway.zdr, gateway.logpush) == (True, True, True, True)
    assert (gateway.guardrails.prompt.p1, gateway.guardrails.response.s2) == ("BLOCK", "FLAG")
    assert [policy.check for policy in gateway.dlp.policies] == [["REQUEST"], ["REQUEST", "RESPONSE"]]
    approved = sdk.zero_trust.resource_library.applications.list(
        account_id=HOME, filter="review_status:approved", fields="id,name,review_status"
    )
    assert {(one.name, one.review_status, one.hostnames) for one in approved} == {
        (name, "approved", None) for name in ("ChatGPT", "Slack", "Figma")
    }
    portal = next(iter(sdk.zero_trust.access.ai_controls.mcp.portals.list(account_id=HOME)))
    assert [server.server_id for server in portal.servers] == ["github-mcp", "tracker-mcp"]


def test_refusals_are_the_clients_own_errors(url: str) -> None:
    cloudflare = pytest.importorskip("cloudflare", reason="the vendor's SDK is not installed (extra: test)")
    with (
        cloudflare.Cloudflare(api_token="cf-of-nobody", base_url=url, max_retries=0) as stranger,
        pytest.raises(cloudflare.AuthenticationError),
    ):
        list(stranger.accounts.list())


def test_every_paged_read_finds_its_total_in_the_answer(url: str) -> None:
    """What ends our lists is in every page, with what else the vendor's envelope has."""
    for op, read in READS.items():
        path = op.removeprefix("GET ").format(account_id=HOME, gateway_id="freight-production")
        address = f"{url}{path}"
        status, _, body = PLANTED.standin().handle("GET", address, {"authorization": f"Bearer {played.TOKEN}"}, b"")
        told = json.loads(body)
        assert (status, told["success"], told["errors"], urlsplit(address).path) == (200, True, [], f"/client/v4{path}")
        assert isinstance(read.pager, Counted | Offset) == ("result_info" in told)  # type: ignore[attr-defined]
