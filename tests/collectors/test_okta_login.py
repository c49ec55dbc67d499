"""Signing in at Okta: as an app by its private key, or with an API token; what goes wrong is said with its cure."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as elliptic
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from annexa import collectors
from annexa.collectors import okta
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Address
from annexa.collectors._rest.exchange import only
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.okta._settings import OktaSettings
from annexa.collectors.okta.logs import STREAMS
from annexa.evidence.answer import UndeclaredCallError, UnreadError
from annexa.evidence.clock import VirtualClock
from annexa.schemas.words import Environment, Reason

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
EXCHANGE, ORG, ME = "/oauth2/v1/token", "/api/v1/org", "/api/v1/users/me"
GRANTED = {"token_type": "Bearer", "expires_in": 3600, "access_token": "eyFirst", "scope": "okta.orgs.read"}
APP = {"domain": "acme.okta.com", "client_id": "0oa1"}


@cache
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(found: Any) -> str:
    return str(found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


class Okta:
    """Answers sign-ins and the questions of connecting; every request is kept."""

    def __init__(self, **changed: Any) -> None:
        self.answers: dict[str, Any] = {
            EXCHANGE: (200, GRANTED), ORG: (200, {"id": "00o1", "subdomain": "acme"}), ME: (200, {"id": "00u1"}),
            "/api/v1/logStreams": (200, []), **changed,
        }  # fmt: skip
        self.seen: list[tuple[str, str]] = []
        self.signed: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.clock = VirtualClock(NOW)

    def connect(self, environment: Mapping[str, str], **settings: Any) -> Source:
        lent = Circumstances(
            organisation="acme",
            clock=self.clock,
            run_id="r",
            environment=environment,
            pacing=False,
            prepare=self._prepare,
        )
        return okta.connect(OktaSettings(**{"attempts": 1, **settings}), lent)

    def _prepare(self, vendor: str, client: Any) -> None:
        client._transport, client._mounts = httpx2.MockTransport(self._answer), {}

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append((str(request.url.copy_with(query=None)), request.method))
        self.signed.append(request.headers.get("authorization", ""))
        if request.url.path == EXCHANGE:
            self.forms.append({name: one for name, (one,) in parse_qs(request.content.decode()).items()})
        found = self.answers[request.url.path]
        if isinstance(found, Exception):
            raise found
        status, body = found
        return httpx2.Response(status, content=body) if isinstance(body, bytes) else httpx2.Response(status, json=body)


def as_app(server: Okta, **changed: Any) -> Source:
    return server.connect({"OKTA_CLIENT_PRIVATEKEY": pem(key())}, **{**APP, **changed})


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


# --- as an app


def test_an_app_signs_a_statement_and_asks_with_the_token_that_it_brings() -> None:
    server = Okta()
    source = as_app(server, key_id="kid-1")
    assert (source.tenant, source.identities(), source.environment) == ("00o1", ("app/0oa1",), Environment.VENDOR)
    assert server.seen == [
        (f"https://acme.okta.com{EXCHANGE}", "POST"), (f"https://acme.okta.com{ORG}", "GET"),
    ]  # fmt: skip
    assert server.signed == ["", "Bearer eyFirst"]
    (form,) = server.forms
    head, body, signature = form["client_assertion"].split(".")
    assert part(head) == {"alg": "RS256", "typ": "JWT", "kid": "kid-1"}
    claims = part(body)
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("0oa1", "0oa1", "https://acme.okta.com/oauth2/v1/token")
    assert claims["iat"] == int(NOW.timestamp()) and 0 < claims["exp"] - claims["iat"] <= 3600
    key().public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), f"{head}.{body}".encode(), PKCS1v15(), SHA256()
    )


def test_every_scope_that_a_call_needs_is_asked_for_and_no_other() -> None:
    server = Okta()
    as_app(server)
    form = server.forms[0]
    needed = {call.needs for one in collectors.of(okta) for call in one.calls} | {"okta.orgs.read"}
    assert set(form["scope"].split()) == needed
    assert all(scope.startswith("okta.") and scope.endswith(".read") for scope in needed)
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    as_app(server, scopes=("okta.orgs.read", "okta.apps.read"))
    assert server.forms[1]["scope"] == "okta.apps.read okta.orgs.read"


def test_two_statements_are_never_the_same() -> None:
    server = Okta()
    as_app(server)
    as_app(server)
    first, second = (part(form["client_assertion"].split(".")[1])["jti"] for form in server.forms)
    assert first != second


def test_a_token_is_renewed_before_it_ends() -> None:
    server = Okta()
    source = as_app(server)
    server.answers[EXCHANGE] = (200, {**GRANTED, "access_token": "eySecond"})
    server.clock.sleep(50 * 60)
    ask(source)
    server.clock.sleep(6 * 60)
    ask(source)
    assert server.signed[2:] == ["Bearer eyFirst", "", "Bearer eySecond"]


def ask(source: Source) -> None:
    assert [page.content for page in source.wire(source.tenant).pages(STREAMS, {})] == [{"": []}]


def test_a_token_that_cannot_be_renewed_leaves_the_rest_unread() -> None:
    server = Okta()
    source = as_app(server)
    server.answers[EXCHANGE] = (400, {"error": "invalid_client"})
    server.clock.sleep(60 * 60)
    with pytest.raises(UnreadError) as caught:
        ask(source)
    assert caught.value.trouble.reason is Reason.DENIED


@pytest.mark.parametrize(
    ("answer", "says", "cure"),
    [
        ((400, {"error": "invalid_scope", "error_description": "no"}), "invalid_scope", "`scopes`"),
        ((401, {"error": "invalid_client"}), "invalid_client", "clock"),
        ((400, {"error": "invalid_dpop_proof"}), "invalid_dpop_proof", "DPoP"),
        ((403, {"error": "access_denied"}), "access_denied", "role"),
        ((400, {"error": "strange words of somebody"}), "HTTP 400", "System Log"), ((500, b"<html>"), "HTTP 500", "again"),
        ((200, {"access_token": "", "expires_in": 3600}), "no token", "endpoint"),
        ((200, {"access_token": "two words", "expires_in": 3600}), "no token", "endpoint"),
        ((200, {"access_token": "eyFirst"}), "no token", "endpoint"), ((200, []), "no token", "endpoint"),
        ((200, {"access_token": "eyFirst", "expires_in": True}), "no token", "endpoint"),
        (httpx2.ConnectTimeout("slow"), "no answer came", "network"),
    ],
)  # fmt: skip
def test_an_exchange_that_fails_says_why_and_shows_no_key(answer: Any, says: str, cure: str) -> None:
    with pytest.raises(CannotStartError) as caught:
        as_app(Okta(**{EXCHANGE: answer}))
    error = caught.value
    assert error.says.startswith("okta:main: ") and says in error.says and cure in error.cure
    assert "PRIVATE KEY" not in str(error) and "strange" not in str(error)


@pytest.mark.parametrize("found", ["", "no key", pem(elliptic(SECP256R1()))])
def test_a_key_that_is_none_says_where_it_was_looked_for(found: str) -> None:
    server = Okta()
    with pytest.raises(CannotStartError, match="OKTA_CLIENT_PRIVATEKEY") as caught:
        server.connect({"OKTA_CLIENT_PRIVATEKEY": found}, **APP)
    assert server.seen == [] and (not found or found not in str(caught.value))


def test_the_key_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "okta.pem"
    file.write_text(pem(key()))
    assert Okta().connect({}, **APP, private_key_file=str(file)).tenant == "00o1"
    with pytest.raises(CannotStartError, match=r"missing\.pem"):
        Okta().connect({}, **APP, private_key_file=str(tmp_path / "missing.pem"))


def test_a_client_id_must_be_one() -> None:
    with pytest.raises(CannotStartError, match="client_id"):
        as_app(Okta(), client_id="../x")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "https://acme.okta.com/oauth2/v1/token"), ("POST", "https://acme.okta.com/oauth2/v1/revoke"),
        ("POST", "https://elsewhere.example/oauth2/v1/token"), ("POST", "http://acme.okta.com/oauth2/v1/token"),
        ("POST", "https://acme.okta.com/oauth2/v1/token?x=1"),
    ],
)  # fmt: skip
def test_nothing_but_the_one_exchange_leaves_by_its_client(method: str, url: str) -> None:
    check = only(Address(scheme="https", host="acme.okta.com", port=443), EXCHANGE)
    check(httpx2.Request("POST", "https://acme.okta.com/oauth2/v1/token"))
    with pytest.raises(UndeclaredCallError):
        check(httpx2.Request(method, url))


# --- with an API token


@pytest.mark.parametrize("address", ["https://acme.okta.com", "https://acme.okta.com/", "acme.okta.com"])
def test_an_api_token_needs_two_variables_and_nothing_else(address: str) -> None:
    server = Okta()
    source = server.connect({"OKTA_CLIENT_ORGURL": address, "OKTA_CLIENT_TOKEN": "00Token"})
    assert (source.tenant, source.identities()) == ("00o1", ("user/00u1",))
    assert server.signed == ["SSWS 00Token"] * 2 and server.forms == []
    assert source.hosts() == ("https://acme.okta.com",)
    assert okta.CREDENTIALS == ("OKTA_CLIENT_ORGURL", "OKTA_CLIENT_TOKEN")


@pytest.mark.parametrize(
    ("environment", "settings", "says"),
    [
        ({"OKTA_CLIENT_TOKEN": "00T"}, {}, "OKTA_CLIENT_ORGURL"),
        ({"OKTA_CLIENT_ORGURL": "https://[", "OKTA_CLIENT_TOKEN": "00T"}, {}, "host"),
        ({}, {"domain": "acme.okta.com"}, "OKTA_CLIENT_TOKEN"),
        ({"OKTA_CLIENT_TOKEN": "00T"}, {"domain": "acme.okta.com/x"}, "domain"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(environment: dict[str, str], settings: dict[str, Any], says: str) -> None:
    with pytest.raises(CannotStartError) as caught:
        Okta().connect(environment, **settings)
    assert says in caught.value.says + caught.value.cure


def test_an_organisation_under_a_domain_of_its_own_is_marked() -> None:
    source = Okta().connect({"OKTA_CLIENT_TOKEN": "00T"}, domain="login.example.com")
    assert source.environment is Environment.NON_VENDOR


def test_a_refused_token_says_what_to_do() -> None:
    with pytest.raises(CannotStartError, match="not accepted"):
        Okta(**{ORG: (401, {"errorCode": "E0000011"})}).connect({"OKTA_CLIENT_TOKEN": "00T"}, domain="acme.okta.com")


def test_a_throttled_call_waits_until_the_moment_that_okta_names() -> None:
    server = Okta()
    source = server.connect({"OKTA_CLIENT_TOKEN": "00T"}, domain="acme.okta.com", attempts=2)
    asked: list[datetime] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(server.clock.now())
        reset = {"X-Rate-Limit-Reset": str(int(NOW.timestamp()) + 7), "X-Rate-Limit-Remaining": "0"}
        return httpx2.Response(200, json=[]) if len(asked) == 2 else httpx2.Response(429, headers=reset, json={})

    source._client._http._transport = httpx2.MockTransport(answer)  # type: ignore[attr-defined]
    ask(source)
    first, second = asked
    assert 7 <= (second - first).total_seconds() < 9


def test_permissions_name_every_scope_and_both_ways_to_log_in() -> None:
    made = okta.grant(GrantOrder(collectors=collectors.of(okta)))
    (text,) = made.documents.values()
    for one in collectors.of(okta):
        assert all(call.needs in text for call in one.calls)
    assert "DPoP" in text and "OKTA_CLIENT_TOKEN" in text and "Read-only Administrator" in text
