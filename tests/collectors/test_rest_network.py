"""Proxies, private authorities and names: over real TLS on loopback, where nothing but the proxy knows the vendor's name."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from annexa.collectors._rest import Api, Me, Read, RestSettings, RestSource, bearer
from annexa.collectors._source import Circumstances
from annexa.evidence.answer import Answer, Trouble, UnreadError
from annexa.evidence.clock import VirtualClock
from annexa.schemas.words import Reason

KEY = "made-up-key-0123456789"
HOST = "api.vendor.example"
THINGS = Read(op="GET /things", needs="x")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.upper, PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A company's own authority, and a certificate of the vendor's name from it, as files."""
    folder = tmp_path_factory.mktemp("tls")
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme CA")])
    ca = _built(name, name, key, key, x509.BasicConstraints(ca=True, path_length=None))
    own = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    leaf = _built(subject, name, own, key, x509.SubjectAlternativeName([x509.DNSName(HOST)]))
    trusted, served = folder / "ca.pem", folder / "server.pem"
    trusted.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    served.write_bytes(
        leaf.public_bytes(serialization.Encoding.PEM)
        + own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return trusted, served


def _built(
    subject: x509.Name, issuer: x509.Name, key: Any, signer: Any, extension: x509.ExtensionType
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    return (
        made.not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=True)
        .sign(signer, hashes.SHA256())
    )


@contextmanager
def listening(serve: Any) -> Iterator[int]:
    """A server of one connection after the other, each handed to `serve`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(2)
                    try:
                        serve(connection)
                    except OSError:
                        continue  # the client went away

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()


def _head(connection: Any) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (part := connection.recv(4096)):
        head += part
    return head


@contextmanager
def tunnel(server_file: Path) -> Iterator[tuple[int, list[bytes], list[bytes]]]:
    """A proxy that leads every tunnel to one vendor; what the proxy and what the vendor received."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_file)
    by_proxy, by_vendor = list[bytes](), list[bytes]()

    def serve(connection: socket.socket) -> None:
        by_proxy.append(_head(connection))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as inside:
            by_vendor.append(_head(inside))
            inside.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    with listening(serve) as port:
        yield port, by_proxy, by_vendor


def source(**settings: Any) -> RestSource:
    api = Api(vendor="made_up", title="Made up", base=f"https://{HOST}", sign=bearer("MADE_UP_KEY"), suffixes=(HOST,))
    lent = Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, tzinfo=UTC)), run_id="r", pacing=False,
        environment={"MADE_UP_KEY": KEY}, connect_timeout=2, read_timeout=2,
    )  # fmt: skip
    made = RestSettings(name="made_up:main", vendor="made_up", attempts=2, **settings)
    return RestSource(api, made, lent, me=lambda wire: Me(tenant="t", identity="i"))


def answer(made: RestSource) -> Answer:
    return next(made.wire("t").pages(THINGS, {}))


def trouble(made: RestSource) -> Trouble:
    with pytest.raises(UnreadError) as caught:
        answer(made)
    return caught.value.trouble


@pytest.mark.parametrize("by", ["setting", "SSL_CERT_FILE"])
def test_through_a_proxy_to_a_private_authority(
    by: str, authority: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, served = authority
    if by != "setting":
        monkeypatch.setenv(by, str(trusted))
    with tunnel(served) as (port, by_proxy, by_vendor):
        monkeypatch.setenv("HTTPS_PROXY", f"http://someone:word@127.0.0.1:{port}")
        made = source(ca_file=str(trusted)) if by == "setting" else source()
        assert answer(made).content == {}
        assert made.hosts() == (f"https://{HOST}",)
    assert by_proxy[0].startswith(f"CONNECT {HOST}:443 ".encode())
    assert b"Proxy-Authorization: Basic" in by_proxy[0]
    assert KEY.encode() not in b"".join(by_proxy), "the key goes through the tunnel alone"
    assert f"Bearer {KEY}".encode() in by_vendor[0] and b"Proxy-Authorization" not in by_vendor[0]


def test_a_folder_of_authorities(authority: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL finds certificates in a folder by the hash of their subject; an empty folder trusts nobody."""
    trusted, served = authority
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with tunnel(served) as (port, _, by_vendor):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert trouble(source()).code == "certificate"
        assert answer(source(ca_file=str(trusted))).content == {}, "the setting is trusted besides"
    assert len(by_vendor) == 1


def test_an_authority_that_is_not_trusted(authority: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with tunnel(authority[1]) as (port, by_proxy, by_vendor):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        found = trouble(source())
    assert (found.reason, found.code) == (Reason.UNREACHABLE, "certificate")
    assert "ca_file" in str(found.cure)
    assert len(by_proxy) == 1 and by_vendor == [], "another try mends nothing, and nothing was said"


def test_a_host_without_proxy(authority: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """`NO_PROXY` is honoured: the name is then looked up here, where it does not exist."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with tunnel(authority[1]) as (port, by_proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", ".vendor.example")
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        found = trouble(source())
    assert (found.reason, found.code, by_proxy) == (Reason.UNREACHABLE, "name", [])
    assert HOST in found.says and "HTTPS_PROXY" in str(found.cure)


def test_this_machine_is_asked_without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[bytes]()

    def serve(connection: socket.socket) -> None:
        asked.append(_head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:1")
    with listening(serve) as port:
        assert answer(source(endpoint=f"http://127.0.0.1:{port}")).content == {}
    assert asked[0].startswith(b"GET /things ")


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(connection: socket.socket) -> None:
        _head(connection)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with listening(serve) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        found = trouble(source())
    assert (found.reason, found.code) == (Reason.UNREACHABLE, "ProxyError")


def test_no_tls_on_the_other_side() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with listening(serve) as port:
        assert trouble(source(endpoint=f"https://127.0.0.1:{port}")).code == "tls"
