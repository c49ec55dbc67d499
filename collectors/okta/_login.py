"""Signing in as an API Services app: its private key signs a short statement, for which Okta hands out a token of one hour.

The exchange is the one request of this vendor that is no read. It is declared here, apart from the calls of collectors, and
leaves through a client of its own that sends nothing else.
"""

import base64
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
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
from annexa.collectors._rest.client import http_client
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.okta._api import API
from annexa.collectors.okta._settings import OktaSettings
from annexa.evidence.answer import UndeclaredCallError

PATH = "/oauth2/v1/token"
EXCHANGE = f"POST {PATH}"
"""The credential endpoint; it needs the app's private key and no permission."""
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS = timedelta(minutes=5)
"""How long a statement is good for; Okta takes an hour at most."""
RENEW = timedelta(minutes=5)
"""A token with less than this left is exchanged for a new one before more is asked."""


class AppLogin:
    """Keeps a fresh access token; raises `CannotStartError` where none can be had."""

    def __init__(self, settings: OktaSettings, lent: Circumstances, scopes: Iterable[str]) -> None:
        self._settings, self._lent = settings, lent
        self._client = _client_id(settings)
        self._key = _private_key(settings, lent.environment)
        self._scopes = " ".join(sorted(settings.scopes or scopes))
        self._address = base_of(API.base, settings)
        self._token, self._ends = "", lent.clock.now()
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """Who asks, as Okta names it."""
        return f"app/{self._client}"

    def headers(self) -> Mapping[str, str]:
        """What signs a request; exchanges the token where it is about to end."""
        with self._lock:
            if self._lent.clock.now() + RENEW >= self._ends:
                self._exchange()
            return {"Authorization": f"Bearer {self._token}"}

    def _exchange(self) -> None:
        asked_at = self._lent.clock.now()
        with http_client(self._settings, self._lent, API.headers) as http:
            if self._lent.prepare is not None:
                self._lent.prepare(API.vendor, http)
            http.event_hooks = {"request": [_only(self._address)]}
            answer = self._sent(http, self._address.origin + self._address.path + PATH)
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        plain = isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token
        if not plain or not token or isinstance(lasts, bool) or not isinstance(lasts, int):
            raise self._cannot("the exchange brought no token", "Check the endpoint.")
        self._token, self._ends = str(token), asked_at + timedelta(seconds=lasts)

    def _sent(self, http: httpx2.Client, url: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "client_credentials", "scope": self._scopes,
            "client_assertion_type": ASSERTION, "client_assertion": self._statement(),
        }  # fmt: skip
        try:
            response = http.post(url, data=form)
        except httpx2.TransportError as error:
            raise self._cannot(f"no answer came: {type(error).__name__}", "Check the network and the proxy.") from error
        found = _object(response)
        if response.status_code != 200:
            code = str(found.get("error"))
            says = code if code in _CURES else f"HTTP {response.status_code}"
            raise self._cannot(f"the exchange was refused: {says}", _CURES.get(code, _LOOK))
        return found

    def _statement(self) -> str:
        now = self._lent.clock.now()
        claims = {
            "aud": f"https://{self._settings.domain}{PATH}", "iss": self._client, "sub": self._client,
            "iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp()), "jti": secrets.token_hex(16),
        }  # fmt: skip
        named = {"kid": self._settings.key_id} if self._settings.key_id else {}
        body = f"{_coded({'alg': 'RS256', 'typ': 'JWT', **named})}.{_coded(claims)}"
        return f"{body}.{_base64(self._key.sign(body.encode(), PKCS1v15(), SHA256()))}"

    def _cannot(self, says: str, cure: str) -> CannotStartError:
        return CannotStartError(f"{self._settings.name}: {says}", cure=cure)


_LOOK = "Run again; if it stays, look for the exchange in Okta's System Log."
_CURES = {
    "invalid_client": "Check that `client_id` and the private key belong to one active app, that `key_id` is given where "
    "the app has several keys, and that this machine's clock is right.",
    "invalid_scope": "Grant the app every scope that `annexa permissions okta` lists, or name those it has in `scopes`.",
    "invalid_dpop_proof": "Switch off, in the app's settings, that tokens need a proof of possession (DPoP).",
    "unauthorized_client": "Make the app an API Services app: it must be allowed the grant type client credentials.",
    "access_denied": "Assign the app the role Read-only Administrator.",
}
"""What to do, by the code of OAuth's error; other words of the answer are never shown."""


def _client_id(settings: OktaSettings) -> str:
    value = str(settings.client_id or "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise CannotStartError(
            f"{settings.name}: client_id is no id of an app", cure="Copy it from the app's page in the Admin Console."
        )
    return value


def _private_key(settings: OktaSettings, environment: Mapping[str, str]) -> RSAPrivateKey:
    """The app's key; errors name where it was looked for and never show what was found."""
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


_KEY_CURE = "Generate a key on the app's page, in PEM form, and set private_key_file or the environment variable."


def _only(address: Address) -> Callable[[Any], None]:
    """A hook that lets the one exchange pass and nothing else."""

    def check(request: Any) -> None:
        port = request.url.port or {"https": 443, "http": 80}.get(request.url.scheme)
        asked = (request.method, request.url.scheme, request.url.host, port, request.url.raw_path.decode())
        if asked != ("POST", address.scheme, address.host, address.port, address.path + PATH):
            raise UndeclaredCallError(f"{request.method} {request.url.path} is not {EXCHANGE}; it was not sent")

    return check


def _object(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _coded(part: Mapping[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
