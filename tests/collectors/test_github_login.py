"""Signing in at GitHub: as an App by its private key, or with a token; what goes wrong is said with its cure."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as elliptic
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from annexa import collectors
from annexa.collectors import github
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Address
from annexa.collectors._rest.exchange import only
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.github._settings import GitHubSettings
from annexa.evidence.answer import UndeclaredCallError
from annexa.evidence.clock import VirtualClock
from annexa.schemas.words import Environment

NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
ENDPOINT = "http://127.0.0.1:1"
EXCHANGE = "/app/installations/77/access_tokens"
ORGANISATION = {"id": 4711, "login": "acme"}


@cache
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(found: Any) -> str:
    return str(found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


class GitHub:
    """Answers sign-ins and the one question of connecting; every request is kept."""

    def __init__(self, **changed: Any) -> None:
        self.answers: dict[str, Any] = {
            EXCHANGE: (201, {"token": "ghs_First", "expires_at": "2026-08-30T07:00:00Z"}), "/orgs/acme": (200, ORGANISATION),
            "/user": (200, {"login": "ines"}), **changed,
        }  # fmt: skip
        self.seen: list[tuple[str, str, str]] = []
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
        return github.connect(GitHubSettings(**{"endpoint": ENDPOINT, "attempts": 1, **settings}), lent)

    def _prepare(self, vendor: str, client: Any) -> None:
        client._transport, client._mounts = httpx2.MockTransport(self._answer), {}

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append((request.method, request.url.path, request.headers["authorization"]))
        found = self.answers[request.url.path]
        if isinstance(found, Exception):
            raise found
        status, body = found
        return httpx2.Response(status, content=body) if isinstance(body, bytes) else httpx2.Response(status, json=body)


APP = {"organisation": "acme", "app_id": "42", "installation_id": "77"}


def as_app(server: GitHub, **changed: Any) -> Source:
    return server.connect({"GITHUB_APP_PRIVATE_KEY": pem(key())}, **{**APP, **changed})


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_an_app_signs_a_short_statement_and_asks_with_the_token() -> None:
    server = GitHub()
    source = as_app(server)
    assert (source.tenant, source.identities(), source.environment) == (
        "4711", ("app/42 installation/77",), Environment.NON_VENDOR,
    )  # fmt: skip
    (method, path, statement), (_, asked, bearer) = server.seen
    assert (method, path, asked, bearer) == ("POST", EXCHANGE, "/orgs/acme", "Bearer ghs_First")
    head, claims, signature = statement.removeprefix("Bearer ").split(".")
    assert part(head) == {"alg": "RS256", "typ": "JWT"}
    told = part(claims)
    assert told["iss"] == "42"
    assert told["iat"] == int(NOW.timestamp()) - 60
    assert 0 < told["exp"] - int(NOW.timestamp()) <= 600
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    key().public_key().verify(raw, f"{head}.{claims}".encode(), PKCS1v15(), SHA256())


def test_collectors_are_told_name_and_number_of_the_organisation() -> None:
    source = as_app(GitHub())
    known = source.known(source.tenant)
    assert (known["org"], known["org_id"]) == ("acme", "4711")


def test_a_token_that_is_about_to_end_is_renewed_before_the_next_unit() -> None:
    server = GitHub()
    source = as_app(server)
    source.wire("4711")
    assert sum(path == EXCHANGE for _, path, _ in server.seen) == 1
    server.clock.sleep(52 * 60)
    server.answers[EXCHANGE] = (201, {"token": "ghs_Second", "expires_at": "2026-08-30T08:00:00Z"})
    wire: Any = source.wire("4711")
    wire.ask(github_organisation(), org="acme")
    assert server.seen[-1][2] == "Bearer ghs_Second"


def github_organisation() -> Any:
    from annexa.collectors.github.organisation import ORGANISATION as read

    return read


def test_a_key_in_a_file_goes_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(pem(key()))
    source = GitHub().connect({"GITHUB_APP_PRIVATE_KEY": "nonsense"}, **APP, private_key_file=str(file))
    assert source.tenant == "4711"


def test_a_key_with_escaped_line_breaks_is_understood() -> None:
    source = GitHub().connect({"GITHUB_APP_PRIVATE_KEY": pem(key()).replace("\n", "\\n")}, **APP)
    assert source.tenant == "4711"


@pytest.mark.parametrize(
    ("answer", "says", "cure"),
    [
        ((401, {"message": "x"}), "HTTP 401", "clock"),
        ((404, {"message": "x"}), "HTTP 404", "installation_id"),
        ((403, {}), "HTTP 403", "suspended"),
        ((302, {}), "HTTP 302", "status page"),
        ((500, {}), "HTTP 500", "Run again"),
        ((201, b"<html>"), "something else", "endpoint"),
        ((201, {"expires_at": "2026-08-30T07:00:00Z"}), "no token", "endpoint"),
        ((201, []), "no token", "endpoint"),
        (httpx2.ConnectError("no"), "no answer came", "network"),
    ],
)
def test_an_exchange_that_fails_says_why(answer: Any, says: str, cure: str) -> None:
    server = GitHub(**{EXCHANGE: answer})
    with pytest.raises(CannotStartError) as error:
        as_app(server)
    assert says in error.value.says
    assert cure in error.value.cure
    assert [path for _, path, _ in server.seen] == [EXCHANGE], "nothing else is asked, and no redirect is followed"


@pytest.mark.parametrize(
    ("environment", "settings", "says"),
    [
        ({}, {}, "GITHUB_APP_PRIVATE_KEY holds no private key"),
        ({"GITHUB_APP_PRIVATE_KEY": "plain-words-of-a-key"}, {}, "holds no private key"),
        ({"GITHUB_APP_PRIVATE_KEY": pem(elliptic(SECP256R1()))}, {}, "a key of another sort"),
        ({}, {"private_key_file": "/nowhere/at/all.pem"}, "/nowhere/at/all.pem holds no private key"),
        ({}, {"installation_id": None}, "installation_id is missing"),
        ({}, {"installation_id": "77/../1"}, "installation_id is no such id"),
        ({}, {"organisation": None}, "the organisation is not named"),
        ({}, {"organisation": "a/b"}, "the organisation is no name of one"),
        ({}, {"app_id": None}, "GITHUB_TOKEN is not set"),
    ],
)
def test_settings_that_lead_nowhere_are_named(environment: dict[str, str], settings: dict[str, Any], says: str) -> None:
    server = GitHub()
    with pytest.raises(CannotStartError) as error:
        server.connect(environment, **{**APP, **settings})
    assert says in error.value.says
    assert error.value.cure
    assert "plain-words" not in error.value.says
    assert server.seen == []


def test_a_personal_token_asks_as_its_owner() -> None:
    server = GitHub()
    source = server.connect({"GITHUB_TOKEN": "github_pat_made_up", "GITHUB_ORGANISATION": "acme"})
    assert (source.tenant, source.identities()) == ("4711", ("user/ines",))
    assert {authorization for _, _, authorization in server.seen} == {"Bearer github_pat_made_up"}


def test_a_token_of_an_app_names_nobody() -> None:
    server = GitHub(**{"/user": (403, {"message": "Resource not accessible by integration"})})
    source = server.connect({"GITHUB_TOKEN": "ghs_made_up"}, organisation="acme")
    assert source.identities() == ("an App's token, which GitHub does not name",)


@pytest.mark.parametrize(
    "answer", [(404, {"message": "Not Found"}), (401, {}), (200, {"login": "acme"}), (200, {"id": True})]
)
def test_an_organisation_that_is_not_shown_cannot_be_asked(answer: Any) -> None:
    with pytest.raises(CannotStartError):
        GitHub(**{"/orgs/acme": answer}).connect({"GITHUB_TOKEN": "t"}, organisation="acme")


def sent(method: str, url: str) -> None:
    only(Address(scheme="https", host="api.github.com", port=443), EXCHANGE)(httpx2.Request(method, url))


def test_nothing_but_the_exchange_leaves_with_the_statement() -> None:
    sent("POST", f"https://api.github.com{EXCHANGE}")
    for method, url in (
        ("GET", f"https://api.github.com{EXCHANGE}"), ("POST", f"https://evil.example{EXCHANGE}"),
        ("POST", f"http://api.github.com{EXCHANGE}"), ("POST", "https://api.github.com/app/installations/78/access_tokens"),
        ("POST", f"https://api.github.com{EXCHANGE}?x=1"),
    ):  # fmt: skip
        with pytest.raises(UndeclaredCallError):
            sent(method, url)


def test_the_grant_names_every_permission_and_none_that_writes() -> None:
    order = GrantOrder(collectors=collectors.of(github))
    (text,) = github.grant(order).documents.values()
    for permission in ("organisation: Administration (read)", "repository: Dependabot alerts (read)", "GET /user"):
        assert permission in text
    assert "(write)" not in text
    assert "Contents" not in text
