"""Connecting: the key, the address, who we are; what cannot work says so and says what to do."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import (
    Api,
    Me,
    Read,
    RestSettings,
    RestWire,
    Sign,
    basic_key,
    bearer,
    header_key,
    rest_grant,
)
from annexa.collectors._rest.address import address, base_of
from annexa.collectors._source import CannotStartError
from annexa.evidence.call import Call, Collector
from annexa.schemas.words import Environment
from annexa.tests.collectors.rest_wire import MADE_UP, connected

WHOAMI = Read(op="GET /me", needs="me.read", path="org", absent=("404",))


class Settings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = "made_up:main"
    vendor: str = "made_up"
    key_env: str = "MADE_UP_KEY"
    domain: str = "acme.vendor.example"


def me(wire: RestWire) -> Me:
    org = wire.ask(WHOAMI)
    return Me(tenant=org["id"], identity=org["key"]["name"], known={"plan": org["plan"]})


GOOD = {"org": {"id": "org_1", "key": {"name": "annexa"}, "plan": "team"}}


def start(answer: Any = (200, {}, GOOD), **how: Any) -> Any:
    return connected(lambda request: answer, me=me, **{"settings": Settings(), **how})


def test_a_source_knows_its_tenant() -> None:
    source = start()
    assert (source.alias, source.vendor, source.tenant) == ("made_up:main", "made_up", "org_1")
    assert source.identities() == ("annexa",) and source.wire("org_1").identity == "annexa"
    assert source.hosts() == ("https://vendor.example",)
    assert source.known("proj_1") == {"scope": "proj_1", "now": "2026-08-30T06:00:00Z", "plan": "team"}


@pytest.mark.parametrize(
    ("answer", "says", "cure"),
    [
        ((401, {}, {}), "not accepted", "new key"), ((403, {}, {}), "may not", "me.read"), ((500, {}, {}), "failed", "again"),
        ((200, {}, b"<html>"), "web page", "Run again"), ((404, {}, {}), "no tenant", "organisation"),
        ((302, {}, {}), "redirect", "endpoint"), ((200, {}, {}), "no object", "report"),
        ((200, {}, {"org": {}}), "who we are", "endpoint"),
        ((200, {}, {"org": {"id": "o", "key": None, "plan": 1}}), "who we are", "endpoint"),
        ((200, {}, {"org": {"id": "", "key": {"name": "n"}, "plan": 1}}), "names no tenant", "key"),
        ((200, {}, {"org": {"id": 7, "key": {"name": "n"}, "plan": 1}}), "names no tenant", "key"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_start_says_why(answer: Any, says: str, cure: str) -> None:
    with pytest.raises(CannotStartError) as caught:
        start(answer)
    assert caught.value.says.startswith("made_up:main: ")
    assert says in caught.value.says and cure in caught.value.cure


@pytest.mark.parametrize("value", [None, "", "  \n", "two words", "k\ney", "kéy", "k\x00"])
def test_without_a_key_nothing_is_sent(value: str | None) -> None:
    with pytest.raises(CannotStartError, match="OTHER_KEY") as caught:
        environment = {} if value is None else {"OTHER_KEY": value}
        start(environment=environment, settings=Settings(key_env="OTHER_KEY"))
    assert "OTHER_KEY" in caught.value.cure
    assert not value or not value.strip() or value not in caught.value.says


@pytest.mark.parametrize(
    ("sign", "headers"),
    [
        (bearer("MADE_UP_KEY"), {"Authorization": "Bearer k1"}),
        (bearer("MADE_UP_KEY", scheme="SSWS"), {"Authorization": "SSWS k1"}),
        (header_key("x-api-key", "MADE_UP_KEY"), {"x-api-key": "k1"}),
        (basic_key("MADE_UP_KEY"), {"Authorization": "Basic azE6"}),
    ],
)  # fmt: skip
def test_a_key_is_sent_as_the_vendor_wants_it(sign: Sign, headers: Mapping[str, str]) -> None:
    assert sign(Settings(), {"MADE_UP_KEY": " k1\n"}) == headers
    assert sign(Settings(key_env="OTHER"), {"OTHER": "k1", "MADE_UP_KEY": "k2"}) == headers


@pytest.mark.parametrize(
    ("base", "settings", "sandbox", "environment"),
    [
        ("https://vendor.example/v1", {}, False, Environment.VENDOR),
        ("https://api.vendor.example", {}, False, Environment.NON_VENDOR),
        ("https://eu.sub.example", {}, False, Environment.VENDOR),
        ("https://sub.example", {}, False, Environment.NON_VENDOR),
        ("https://vendor.example", {"endpoint": "https://ghe.acme.example/api/v3"}, False, Environment.NON_VENDOR),
        ("https://vendor.example", {"endpoint": "http://127.0.0.1:9"}, False, Environment.NON_VENDOR),
        ("https://vendor.example", {"endpoint": "https://eu.sub.example"}, False, Environment.VENDOR),
        ("https://{domain}", {"domain": "acme.sub.example"}, False, Environment.VENDOR),
        ("https://{domain}", {"domain": "login.acme.example"}, False, Environment.NON_VENDOR),
        ("https://vendor.example", {}, True, Environment.SANDBOX),
        ("https://vendor.example", {"endpoint": "http://127.0.0.1:9"}, True, Environment.SANDBOX),
    ],
)  # fmt: skip
def test_where_evidence_comes_from(base: str, settings: Any, sandbox: bool, environment: Environment) -> None:
    api = Api(
        vendor="made_up", title="Made up", base=base, sign=bearer("MADE_UP_KEY"), suffixes=("vendor.example", ".sub.example")
    )  # fmt: skip
    assert start(api=api, settings=Settings(**settings), sandbox=sandbox).environment is environment


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://vendor.example", "http://10.0.0.1", "ftp://vendor.example", "vendor.example", "https://", "https://u:p@vendor.example",
        "https://vendor.example?x=1", "https://vendor.example#x", "https://vendor.example/a/../b", "https://vendor.example/a%2e",
        "https://vendor.example:port", "https://[vendor", "https://vendör.example", "http://127.0.0.1.evil.example", "",
        "https://vendor.example:0", "https://vendor.example//x",
    ],
)  # fmt: skip
def test_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    sent = list[Any]()
    with pytest.raises(CannotStartError) as caught:
        connected(
            lambda request: (sent.append(request), (200, {}, GOOD))[1], me=me, settings=Settings(endpoint=endpoint)
        )
    assert sent == [] and "u:p" not in caught.value.says


@pytest.mark.parametrize("domain", ["", "a/b", "a@b", "evil.example/", "a b", "..", "a..b", "-", "a?b", "a#b"])
def test_a_setting_never_leads_to_another_host(domain: str) -> None:
    with pytest.raises(CannotStartError, match="domain"):
        base_of("https://{domain}/api", Settings(domain=domain))


def test_addresses() -> None:
    assert address("https://Vendor.Example/v1/").origin == "https://vendor.example"
    assert address("https://vendor.example:443").origin == "https://vendor.example"
    assert address("https://vendor.example:8443/x").origin == "https://vendor.example:8443"
    assert address("http://[::1]:80/x").origin == "http://[::1]"
    assert base_of("https://vendor.example/v1", Settings(endpoint="https://[::1]:7/")).origin == "https://[::1]:7"


def test_a_file_of_authorities_that_cannot_be_read(tmp_path: Any) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    for file in ("missing.pem", "empty.pem"):
        with pytest.raises(CannotStartError, match="certificates") as caught:
            start(settings=Settings(ca_file=str(tmp_path / file)))
        assert "PEM" in caught.value.cure


@pytest.mark.parametrize("proxy", ["http://proxy.example:port", "gopher://proxy.example", "socks5://proxy.example"])
def test_a_proxy_that_is_none(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(CannotStartError, match="proxy"):
        start()


def test_importing_the_adapter_loads_no_client() -> None:
    """A vendor's file is imported to list its collectors; that must not cost a tenth of a second each."""
    program = (
        "import sys, annexa.collectors._rest, annexa.collectors._rest.pages, annexa.collectors._rest.guard\n"
        "print([name for name in ('httpx2', 'tenacity', 'ssl', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def collector(*calls: Call) -> Collector:
    return Collector(name="made_up.things.all", gather=lambda handle: iter(()), yields=(), calls=calls, per="source")


def granted(*calls: Call, **order: Any) -> tuple[str, tuple[str, ...]]:
    made = rest_grant(
        GrantOrder(collectors=(collector(*calls),), **order), title=MADE_UP.title, who="an owner",
        where="Settings > Keys", plan="any", steps=("Open the page.", "Copy the key."), beyond="It could also write.",
        credential_calls=(WHOAMI,),
    )  # fmt: skip
    assert list(made.documents) == ["annexa-made_up.txt"]
    return made.documents["annexa-made_up.txt"], made.notes


def test_the_grant_is_made_from_the_declared_calls() -> None:
    text, notes = granted(
        Read(op="GET /things", needs="things.read"), Read(op="GET /other", needs="things.read", plan="Enterprise"),
        Read(op="GET /bill", needs="bill.read", costs="1 US$"), Read(op="GET /new", needs="new.read", unconfirmed="its scope"),
    )  # fmt: skip
    for words in ("an owner", "Settings > Keys", "1. Open the page.", "2. Copy the key.", "It could also write."):
        assert words in text
    assert text.index("  me.read\n      GET /me") < text.index("  things.read\n      GET /other\n      GET /things")
    assert "  Enterprise\n      GET /other" in text
    assert "bill.read" not in text and any("GET /bill costs 1 US$" in note for note in notes)
    assert any(note.startswith("unconfirmed: new.read") for note in notes)


def test_calls_that_cost_are_granted_on_request() -> None:
    assert "bill.read" in granted(Read(op="GET /bill", needs="bill.read", costs="1 US$"), costs=True)[0]
