"""Signing in as a service principal: its OAuth secret is exchanged for a token of one hour, at the workspace's own host.

The exchange is the one request of this vendor that is no read. It is declared here, apart from the calls of collectors, and
leaves through a client of its own that sends nothing else.
"""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx2

from annexa.collectors._rest.address import PORTS, Address, base_of
from annexa.collectors._rest.client import http_client
from annexa.collectors._rest.sign import key_of
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.databricks._api import API
from annexa.collectors.databricks._settings import DatabricksSettings
from annexa.evidence.answer import UndeclaredCallError

PATH = "/oidc/v1/token"
EXCHANGE = f"POST {PATH}"
"""The credential endpoint; it needs the service principal's secret and no permission."""
FORM = {"grant_type": "client_credentials", "scope": "all-apis"}
SECRET, CLIENT = "DATABRICKS_CLIENT_SECRET", "DATABRICKS_CLIENT_ID"
RENEW = timedelta(minutes=5)
"""A token with less than this left is exchanged for a new one before more is asked."""
_CURES = {
    "invalid_client": "Check that `client_id` is the application id of the service principal and that its secret has not "
    "ended, and that the service principal was added to this workspace.",
    "invalid_grant": "Check that the service principal was added to this workspace and is active.",
    "unauthorized_client": "Give the service principal an OAuth secret: `annexa permissions databricks` says how.",
}
"""What to do, by the code of OAuth's error; other words of the answer are never shown."""


class SecretLogin:
    """Keeps a fresh access token; raises `CannotStartError` where none can be had."""

    def __init__(self, settings: DatabricksSettings, lent: Circumstances) -> None:
        self._settings, self._lent = settings, lent
        self._client, self._secret = _client_id(settings, lent.environment), key_of(settings, lent.environment, SECRET)
        self._address = base_of(API.base, settings)
        self._token, self._ends = "", lent.clock.now()
        self._lock = threading.Lock()

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
            raise self._cannot("the exchange brought no token", "Check the workspace's host.")
        self._token, self._ends = str(token), asked_at + timedelta(seconds=lasts)

    def _sent(self, http: httpx2.Client, url: str) -> Mapping[str, Any]:
        try:
            response = http.post(url, data=FORM, auth=(self._client, self._secret))
        except httpx2.TransportError as error:
            raise self._cannot(f"no answer came: {type(error).__name__}", "Check the network and the proxy.") from error
        found = _object(response)
        if response.status_code != 200:
            code = str(found.get("error"))
            says = code if code in _CURES else f"HTTP {response.status_code}"
            raise self._cannot(f"the exchange was refused: {says}", _CURES.get(code, _CURES["invalid_client"]))
        return found

    def _cannot(self, says: str, cure: str) -> CannotStartError:
        return CannotStartError(f"{self._settings.name}: {says}", cure=cure)


def _client_id(settings: DatabricksSettings, environment: Mapping[str, str]) -> str:
    value = settings.client_id or environment.get(CLIENT, "").strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise CannotStartError(
            f"{settings.name}: the service principal's application id is not named",
            cure=f"Give `client_id` in the source's table, or set {CLIENT}.",
        )
    return value


def _only(address: Address) -> Callable[[Any], None]:
    """A hook that lets the one exchange pass and nothing else."""

    def check(request: Any) -> None:
        url, port = request.url, request.url.port or PORTS.get(request.url.scheme)
        asked = (request.method, url.scheme, url.host, port, url.raw_path.decode())
        if asked != ("POST", address.scheme, address.host, address.port, address.path + PATH):
            raise UndeclaredCallError(f"{request.method} {request.url.path} is not {EXCHANGE}; it was not sent")

    return check


def _object(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}
