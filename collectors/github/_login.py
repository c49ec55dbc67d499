"""Signing in as a GitHub App: the private key signs a short statement, for which GitHub hands out a token of one hour.

The exchange is the one request of this vendor that is no read. It is declared here, apart from the calls of collectors, and
leaves through a client of its own that sends nothing else.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from annexa.collectors._rest.address import Address, base_of
from annexa.collectors._rest.client import _http as http_client
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.github._api import API
from annexa.collectors.github._settings import GitHubSettings
from annexa.evidence.answer import UndeclaredCallError
from annexa.evidence.clock import parse

EXCHANGE = "POST /app/installations/{installation_id}/access_tokens"
"""The credential endpoint; it needs the App's private key and no permission."""
LASTS = timedelta(minutes=9)
"""How long a statement is good for; GitHub takes ten minutes at most."""
SLOW_CLOCK = timedelta(minutes=1)
"""A statement begins a minute ago, as GitHub advises: clocks differ."""
RENEW = timedelta(minutes=10)
"""A token with less than this left is exchanged for a new one before more is asked."""


class AppLogin:
    """Keeps a fresh installation token; raises `CannotStartError` where none can be had."""

    def __init__(self, settings: GitHubSettings, lent: Circumstances) -> None:
        self._settings, self._lent = settings, lent
        self._app = _plain(settings, "app_id", r"[A-Za-z0-9.]{1,64}")
        self._installation = _plain(settings, "installation_id", r"[0-9]{1,20}")
        self._key = _private_key(settings, lent.environment)
        self._address = base_of(API.base, settings)
        self._token, self._ends = "", lent.clock.now()

    @property
    def identity(self) -> str:
        """Who asks, as GitHub names it."""
        return f"app/{self._app} installation/{self._installation}"

    def headers(self) -> Mapping[str, str]:
        """What signs a request; exchanges the token where it is about to end."""
        if self._lent.clock.now() + RENEW >= self._ends:
            self._exchange()
        return {"Authorization": f"Bearer {self._token}"}

    def _exchange(self) -> None:
        path = f"/app/installations/{self._installation}/access_tokens"
        signed = {**API.headers, "Authorization": f"Bearer {self._statement()}"}
        with http_client(self._settings, self._lent, signed) as http:
            if self._lent.prepare is not None:
                self._lent.prepare(API.vendor, http)
            http.event_hooks = {"request": [_only(self._address, self._address.path + path)]}
            answer = self._sent(http, self._address.origin + self._address.path + path)
        try:
            self._token, self._ends = str(answer["token"]), parse(str(answer["expires_at"]))
        except (KeyError, ValueError) as error:
            raise self._cannot("the exchange brought no token", "Check the endpoint.") from error

    def _sent(self, http: Any, url: str) -> Mapping[str, Any]:
        try:
            response = http.post(url)
        except httpx2.TransportError as error:
            raise self._cannot(f"no answer came: {type(error).__name__}", "Check the network and the proxy.") from error
        if response.status_code not in (200, 201):
            raise self._cannot(f"the exchange was refused: HTTP {response.status_code}", _CURES.get(
                response.status_code, "Run again; if it stays, look at GitHub's own status page."))  # fmt: skip
        try:
            found = response.json()
        except ValueError as error:
            raise self._cannot("the exchange was answered by something else", "Check the endpoint.") from error
        return found if isinstance(found, Mapping) else {}

    def _statement(self) -> str:
        now = self._lent.clock.now()
        claims = {
            "iat": int((now - SLOW_CLOCK).timestamp()), "exp": int((now + LASTS).timestamp()), "iss": self._app,
        }  # fmt: skip
        body = f"{_coded({'alg': 'RS256', 'typ': 'JWT'})}.{_coded(claims)}"
        signature = self._key.sign(body.encode(), PKCS1v15(), SHA256())
        return f"{body}.{_base64(signature)}"

    def _cannot(self, says: str, cure: str) -> CannotStartError:
        return CannotStartError(f"{self._settings.name}: {says}", cure=cure)


_CURES = {
    401: "Check that the private key belongs to this `app_id`, and that this machine's clock is right.",
    403: "Check that the App is not suspended in the organisation.",
    404: "Check `installation_id`: the number at the end of the address of the App's installation.",
}


def _plain(settings: GitHubSettings, name: str, form: str) -> str:
    value = str(getattr(settings, name) or "")
    if not re.fullmatch(form, value):
        raise CannotStartError(
            f"{settings.name}: {name} is {'missing' if not value else 'no such id'}",
            cure="Give app_id and installation_id of the GitHub App in the source's table.",
        )
    return value


def _private_key(settings: GitHubSettings, environment: Mapping[str, str]) -> RSAPrivateKey:
    """The App's key; errors name where it was looked for and never show what was found."""
    place = settings.private_key_file or settings.private_key_env
    try:
        if settings.private_key_file is not None:
            pem = Path(settings.private_key_file).expanduser().read_bytes()
        else:
            pem = environment.get(settings.private_key_env, "").replace("\\n", "\n").encode()
        key = load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CannotStartError(
            f"{settings.name}: {place} holds no private key that can be read", cure=_KEY_CURE
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise CannotStartError(f"{settings.name}: {place} holds a key of another sort", cure=_KEY_CURE)
    return key


_KEY_CURE = "Make a private key on the App's page at GitHub, and set private_key_file or the environment variable."


def _only(address: Address, path: str) -> Any:
    """A hook that lets the one exchange pass and nothing else."""

    def check(request: Any) -> None:
        port = request.url.port or {"https": 443, "http": 80}.get(request.url.scheme)
        asked = (request.method, request.url.scheme, request.url.host, port, request.url.raw_path.decode())
        if asked != ("POST", address.scheme, address.host, address.port, path):
            raise UndeclaredCallError(f"{request.method} {request.url.path} is not {EXCHANGE}; it was not sent")

    return check


def _coded(part: Mapping[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
