"""Nothing leaves but the declared read that is under way; every other request is refused before it is sent."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from annexa.collectors._rest import Address, BodyLink, Cursor, Link, Numbered, Offset, Read, guard
from annexa.collectors._rest.address import address
from annexa.evidence.answer import UndeclaredCallError
from annexa.tests.collectors.rest_wire import connected

HOME = address("https://vendor.example/v1")
LIST = Read(
    op="GET /orgs/{org}/things", needs="x", path="data", params={"limit": 5}, query=("since",),
    pager=Cursor(param="after", at="next"),
)  # fmt: skip
SEARCH = Read(
    op="POST /search", needs="x", path="data", body={"kind": "things", "deep": {"a": 1}}, body_params=("page",),
    pager=Numbered(more="more"),
)  # fmt: skip


def refused(read: Read, method: str, url: str, *, home: Address = HOME, **how: Any) -> str | None:
    """What the guard says to a request while this read is under way."""
    token = guard.IN_FLIGHT.set(guard.InFlight(read=read, address=home))
    try:
        guard.check(httpx2.Request(method, url, **how))
    except UndeclaredCallError as error:
        return str(error)
    finally:
        guard.IN_FLIGHT.reset(token)
    return None


ALLOWED: list[tuple[Read, str, str, Mapping[str, Any]]] = [
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://vendor.example:443/v1/orgs/a%20b%3A1/things?limit=5&since=x&after=y", {}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {"json": {"kind": "things", "deep": {"a": 1}, "page": 2}}),
]
OTHERS: list[tuple[Read, str, str, Mapping[str, Any]]] = [
    (LIST, "POST", "https://vendor.example/v1/orgs/acme/things", {}),
    (LIST, "DELETE", "https://vendor.example/v1/orgs/acme/things", {}),
    (LIST, "HEAD", "https://vendor.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "http://vendor.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://evil.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://vendor.example.evil.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://sub.vendor.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://vendor.example:8443/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://key@vendor.example/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things", {"headers": {"host": "evil.example"}}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/secrets", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things/", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things/1", {}),
    (LIST, "GET", "https://vendor.example/orgs/acme/things", {}),
    (LIST, "GET", "https://vendor.example/v1/v1/orgs/acme/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs//things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/a/b/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/a%2Fb/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/a%5Cb/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/%2E%2E/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/%252E%252E/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/../things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/a%00b/things", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things?reveal=1", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things?reveal", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things?org=other", {}),
    (LIST, "GET", "https://vendor.example/v1/orgs/acme/things", {"content": b"{}"}),
    (SEARCH, "GET", "https://vendor.example/v1/search", {}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {"content": b"not json"}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {"json": ["kind"]}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {"json": {"kind": "people", "deep": {"a": 1}}}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {"json": {"kind": "things", "deep": {"a": 2}}}),
    (SEARCH, "POST", "https://vendor.example/v1/search", {"json": {"kind": "things"}}),
    (
        SEARCH,
        "POST",
        "https://vendor.example/v1/search",
        {"json": {"kind": "things", "deep": {"a": 1}, "delete": True}},
    ),
    (Read(op="POST /search", needs="x"), "POST", "https://vendor.example/v1/search", {"json": {}}),
    (Read(op="POST /search", needs="x", body={}), "POST", "https://vendor.example/v1/search", {"json": {}}),
    (Read(op="HEAD /search", needs="x"), "HEAD", "https://vendor.example/v1/search", {}),
    (Read(op="DELETE /search", needs="x"), "DELETE", "https://vendor.example/v1/search", {}),
    (Read(op="PUT /search", needs="x", body={"a": 1}), "PUT", "https://vendor.example/v1/search", {"json": {"a": 1}}),
    (Read(op="get /search", needs="x"), "get", "https://vendor.example/v1/search", {}),
]


@pytest.mark.parametrize(("read", "method", "url", "how"), ALLOWED)
def test_the_declared_read_passes(read: Read, method: str, url: str, how: Mapping[str, Any]) -> None:
    assert refused(read, method, url, **how) is None


@pytest.mark.parametrize(("read", "method", "url", "how"), OTHERS)
def test_everything_else_is_refused(read: Read, method: str, url: str, how: Mapping[str, Any]) -> None:
    assert "not sent" in str(refused(read, method, url, **how))


@pytest.mark.parametrize(
    ("pager", "key"),
    [
        (Cursor(param="after", at="next"), "after"), (Numbered(more="more"), "page"),
        (Offset(param="offset", total="total"), "offset"), (Link(), "cursor"), (Link(keys=("token",)), "token"),
        (BodyLink(at="next", keys=("start",)), "start"),
    ],
)  # fmt: skip
def test_the_pagers_own_key_passes(pager: Any, key: str) -> None:
    url = f"https://vendor.example/v1/things?{key}=1"
    assert refused(Read(op="GET /things", needs="x", pager=pager), "GET", url) is None
    assert refused(Read(op="GET /things", needs="x"), "GET", url)


def test_only_this_machine_is_asked_without_encryption() -> None:
    read = Read(op="GET /things", needs="x")
    for host in ("127.0.0.1", "localhost", "[::1]"):
        home = Address(scheme="http", host=host.strip("[]"), port=8080)
        assert refused(read, "GET", f"http://{host}:8080/things", home=home) is None
    home = Address(scheme="http", host="10.0.0.1", port=80)
    assert "not encrypted" in str(refused(read, "GET", "http://10.0.0.1/things", home=home))


def test_nothing_leaves_while_no_call_is_under_way() -> None:
    """A client that somebody gets hold of asks for nothing."""
    sent, held = list[Any](), list[Any]()

    def prepare(vendor: str, client: Any) -> None:
        client.answer_with(httpx2.MockTransport(lambda request: sent.append(request) or httpx2.Response(200, json={})))
        held.append(client)

    source = connected(lambda request: (200, {}, {}), prepare=prepare)
    with pytest.raises(UndeclaredCallError, match="not declared"):
        held[0].get("https://vendor.example/v1/things")
    assert sent == []
    assert next(source.wire("t").pages(Read(op="GET /things", needs="x"), {})).content == {}
    assert len(sent) == 1


def test_a_parameter_that_is_not_declared_is_not_sent() -> None:
    sent = list[Any]()
    wire = connected(lambda request: (sent.append(request), (200, {}, {}))[1]).wire("t")
    with pytest.raises(UndeclaredCallError, match="reveal"):
        next(wire.pages(Read(op="GET /things", needs="x"), {"reveal": True}))
    assert sent == []


def test_a_refused_request_is_no_gap() -> None:
    """It is our own mistake: side by side it is raised as well, and never noted as something unread."""
    wire = connected(lambda request: (200, {}, {})).wire("t")
    with pytest.raises(UndeclaredCallError):
        list(wire.ahead(Read(op="GET /things", needs="x"), [{"reveal": 1}, {"reveal": 2}]))
