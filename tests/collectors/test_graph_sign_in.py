"""Signing in to Microsoft: what can go wrong says what it is and what to do, and a proxy may have its own certificate."""

import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from annexa.collectors._graph import GraphSettings, credentials, signing_in
from annexa.collectors._source import CannotStartError
from annexa.evidence.answer import UnreadError
from annexa.schemas.words import Environment, Reason
from annexa.tests.collectors import test_rest_network
from annexa.tests.collectors.graph_stage import APPS, GRAPH, TENANT, TOKEN, connected, serving
from annexa.tests.collectors.test_rest_network import HOST, tunnel

no_proxies, authority = test_rest_network.no_proxies, test_rest_network.authority
OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e"
SECRET = {"client_id": "app-1", "tenant_id": TENANT, "token_env": None}
ENVIRONMENT = {"AZURE_CLIENT_SECRET": "made-up"}


class Refuses:
    """A sign-in service that says no, as azure-identity hands it over."""

    def __init__(self, text: str, cause: Exception | None = None) -> None:
        self.error = ClientAuthenticationError(f"Authentication failed: {text}")
        self.error.__cause__ = cause

    def get_token(self, *scopes: str, **_: Any) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("text", "says", "cure"),
    [
        ("AADSTS90002: Tenant 'x' not found. Trace", "no such tenant", "tenant_id"),
        ("AADSTS700016: Application with identifier was not found in the directory", "not in this tenant", "tenant_id"),
        ("AADSTS7000222: The provided client secret keys are expired.", "expired", "new client secret"),
        ("AADSTS7000215: Invalid client secret provided.", "secret is wrong", "not its id"),
        ("AADSTS700027: The certificate is not registered", "certificate", "Upload"),
        ("AADSTS700024: Client assertion is not within its valid time range.", "time", "clock"),
        ("AADSTS65001: The user or administrator has not consented", "consented", "administrator"),
        ("AADSTS99999999: something new; secret made-up", "AADSTS99999999", "az login"),
        ("no words at all", "no credential", "az login"),
    ],
)
def test_a_refused_sign_in_says_why(text: str, says: str, cure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_of_application", lambda *_: Refuses(text))
    with pytest.raises(CannotStartError) as caught:
        connected(None, settings=SECRET, environment=ENVIRONMENT)
    assert says in caught.value.says and cure in caught.value.cure
    assert "made-up" not in caught.value.says + caught.value.cure, "the service's own words are not repeated"


def test_a_sign_in_that_ends_in_mid_run_is_an_unread() -> None:
    with serving(lambda method, path: (200, {}, {"value": []})) as (base, asked):
        source = connected(base)
        provider = source._client._adapter._authentication_provider.access_token_provider
        provider._credentials = Refuses("AADSTS7000222: expired")
        with pytest.raises(UnreadError) as caught:
            next(source.wire("t").pages(APPS, {}))
    assert (caught.value.trouble.reason, caught.value.trouble.code) == (Reason.DENIED, "AADSTS7000222")
    assert "new client secret" in str(caught.value.trouble.cure) and asked == []


@pytest.mark.parametrize("code", ["unreachable", "certificate"])
def test_a_sign_in_service_that_is_out_of_reach_is_no_refusal(code: str) -> None:
    class ConnectionError(Exception):  # the name under which requests has it
        """Nobody is there."""

    text = "certificate verify failed: self-signed" if code == "certificate" else "refused"
    found = signing_in.why(Refuses(text, ConnectionError(text)).error)
    assert found[0] == code and signing_in.is_unreachable(found[0])


def pem(folder: Path, what: str, authority: tuple[Path, Path]) -> Path:
    """A file with a certificate, a key, or neither."""
    whole, file = authority[1].read_text(), folder / "cert.pem"
    end = "-----END CERTIFICATE-----\n"
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    texts = {"certificate": whole.partition(end)[0] + end, "key": key.decode(), "nothing": "no PEM", "other": whole}
    file.write_text(texts[what])
    return file


@pytest.mark.parametrize("what", ["certificate", "key", "nothing"])
def test_a_certificate_without_its_key(what: str, tmp_path: Path, authority: tuple[Path, Path]) -> None:
    file = pem(tmp_path, what, authority)
    with pytest.raises(CannotStartError) as caught:
        connected(None, settings={**SECRET, "certificate": str(file)})
    assert "private key" in caught.value.cure and str(file) in caught.value.says


@pytest.mark.parametrize(
    ("settings", "environment", "says"),
    [
        ({**SECRET, "certificate": "/nowhere/cert.pem"}, {}, "no file"), (SECRET, {}, "AZURE_CLIENT_SECRET"),
        ({**SECRET, "tenant_id": None}, ENVIRONMENT, "tenant is not named"), ({}, {}, "TOKEN"),
        ({**SECRET, "tenant_id": "no tenant/../x"}, ENVIRONMENT, "cannot be used"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(settings: Any, environment: Any, says: str) -> None:
    with pytest.raises(CannotStartError, match=says) as caught:
        connected(None, settings=settings, environment=environment)
    assert caught.value.cure


def test_the_wrong_tenant_is_refused() -> None:
    with pytest.raises(CannotStartError, match=f"signed in to the tenant {TENANT}, not to {OTHER}"):
        connected(None, settings={"tenant_id": OTHER})
    assert connected(None, settings={"tenant_id": TENANT.upper()}).tenant == TENANT
    assert connected(None, settings={"tenant_id": "acme.onmicrosoft.com"}).tenant == TENANT


def test_the_sandbox_has_a_token_of_its_own() -> None:
    environment = {"ANNEXA_SANDBOX_MICROSOFT_TOKEN": TOKEN, "AZURE_CLIENT_SECRET": "real"}
    source = connected("http://127.0.0.1:9", settings=SECRET, environment=environment, sandbox=True)
    assert (source.environment, source.tenant) == (Environment.SANDBOX, TENANT)


@pytest.mark.parametrize("trusts", [True, False])
def test_a_proxy_with_its_own_certificate(
    trusts: bool, authority: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = replace(GRAPH, base=f"https://{HOST}", suffixes=(HOST,))
    with tunnel(authority[1]) as (port, by_proxy, by_vendor):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        source = connected(None, api=api, settings={"ca_file": str(authority[0])} if trusts else {})
        pages = source.wire("t").pages(APPS, {})
        if trusts:
            assert next(pages).content == {}
            assert b"Bearer " not in b"".join(by_proxy) and f"Bearer {TOKEN}".encode() in by_vendor[0]
            return
        with pytest.raises(UnreadError) as caught:
            next(pages)
    trouble = caught.value.trouble
    assert (trouble.reason, trouble.code, by_vendor) == (Reason.UNREACHABLE, "certificate", [])
    assert "ca_file" in str(trouble.cure)


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(CannotStartError, match="certificates could not be read"):
        connected(None, settings={"ca_file": str(tmp_path / "ca.pem")})


def test_the_claims_of_a_token_are_read_and_nothing_is_believed_of_another() -> None:
    assert credentials.claims(TOKEN)["tid"] == TENANT
    for odd in ("", "a.b", "a.!!!.c", "a.bm90IGpzb24.c", "a.W10.c"):
        assert credentials.claims(odd) == {}


def test_importing_it_loads_no_sdk() -> None:
    code = (
        "import sys, json, annexa.collectors._graph, annexa.collectors.azure\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"msgraph", "httpx", "httpx2", "azure", "kiota_http", "msal"} & set(json.loads(done.stdout))


def test_settings_hold_no_secret() -> None:
    assert not any("password" in name or name == "secret" for name in GraphSettings.__struct_fields__)


LOGIN = "login.microsoftonline.com"
DISCOVERY = {
    "token_endpoint": f"https://{LOGIN}/{TENANT}/oauth2/v2.0/token", "issuer": f"https://{LOGIN}/{TENANT}/v2.0",
    "authorization_endpoint": f"https://{LOGIN}/{TENANT}/oauth2/v2.0/authorize",
}  # fmt: skip


@contextmanager
def sign_in_service(folder: Path, answer: Callable[[str], tuple[int, Any]]) -> Iterator[tuple[int, Path, list[str]]]:
    """Microsoft's sign-in service behind a proxy that opens connections with a certificate of its own."""
    ca, served = made_for(folder, LOGIN)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(served)
    asked = list[str]()

    def serve(connection: Any) -> None:
        connection.settimeout(30)  # the SDK takes its time before it speaks, on a busy machine most of all
        test_rest_network._head(connection)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as inside:
            path = test_rest_network._head(inside).split(b" ")[1].decode()
            asked.append(path)
            status, body = answer(path)
            sent = json.dumps(body).encode()
            lines = (
                f"HTTP/1.1 {status} x",
                "Content-Type: application/json",
                f"Content-Length: {len(sent)}",
                "Connection: close",
            )
            inside.sendall("\r\n".join((*lines, "", "")).encode() + sent)

    with test_rest_network.listening(serve) as port:
        yield port, ca, asked


def made_for(folder: Path, host: str) -> tuple[Path, Path]:
    """A company's authority, and a certificate from it for a host."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme CA")])
    built = test_rest_network._built
    ca = built(name, name, key, key, x509.BasicConstraints(ca=True, path_length=None))
    own = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    leaf = built(subject, name, own, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    private = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem) + private)
    return folder / "ca.pem", folder / "server.pem"


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"}, None),
        (401, {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys are expired."},
         "AADSTS7000222"),
        (400, {"error": "unauthorized_client", "error_description": "AADSTS700016: Application not found."}, "AADSTS700016"),
    ],
)  # fmt: skip
def test_the_sdk_signs_in_over_a_proxy_with_its_own_certificate(
    status: int, body: Any, says: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(path: str) -> tuple[int, Any]:
        if path.startswith("/common/discovery/instance"):
            return 200, {"tenant_discovery_endpoint": DISCOVERY["issuer"], "metadata": []}
        return (200, DISCOVERY) if "openid-configuration" in path else (status, body)

    with sign_in_service(tmp_path, answer) as (port, ca, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        settings = {**SECRET, "ca_file": str(ca)}
        if says is None:
            assert connected(None, settings=settings, environment=ENVIRONMENT).tenant == TENANT
        else:
            with pytest.raises(CannotStartError, match=says):
                connected(None, settings=settings, environment=ENVIRONMENT)
    assert asked[0].startswith(f"/{TENANT}/")


def test_a_tenant_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"error": "invalid_tenant", "error_description": f"AADSTS90002: Tenant '{TENANT}' not found."}
    with sign_in_service(tmp_path, lambda path: (400, body)) as (port, ca, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(CannotStartError, match="tenant") as caught:
            connected(None, settings={**SECRET, "ca_file": str(ca)}, environment=ENVIRONMENT)
    assert "tenant_id" in caught.value.cure


def test_a_sign_in_service_behind_a_certificate_that_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sign_in_service(tmp_path, lambda path: (200, DISCOVERY)) as (port, _, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(CannotStartError, match="certificate") as caught:
            connected(None, settings=SECRET, environment=ENVIRONMENT)
    assert "ca_file" in caught.value.cure and asked == []
