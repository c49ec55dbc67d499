"""Signing in by one exchange of credentials for a token that ends, as OAuth's client credentials do (RFC 6749, section 4.4).

The exchange is the one request of a vendor that is no read. Its path is declared by the vendor's login, apart from the calls
of collectors, and it leaves through a client of its own that sends nothing else.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import httpx2

from annexa.collectors._rest.address import PORTS, Address, base_of
from annexa.collectors._rest.client import http_client
from annexa.collectors._rest.read import Api
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.answer import UndeclaredCallError


class Exchange:
    """Keeps a fresh token, safe to be used by many threads; raises `CannotStartError` where none can be had.

    A vendor's login says what is sent (`asked`), where (`path`), and what to do about a refusal (`cures`).
    """

    path: str
    """Below the vendor's base address."""
    ahead = timedelta(minutes=5)
    """A token with less than this left is exchanged for a new one before more is asked."""
    cures: ClassVar[Mapping[str, str]]
    """What to do, by the code of OAuth's error; other words of the answer are never shown."""
    otherwise: str
    """What to do about any other refusal."""

    def __init__(self, api: Api, settings: RestSettings, lent: Circumstances) -> None:
        self._api, self._settings, self._lent = api, settings, lent
        self._address = base_of(api.base, settings)
        self._token, self._ends = "", lent.clock.now()
        self._lock = threading.Lock()

    def headers(self) -> Mapping[str, str]:
        """What signs a request; exchanges the token where it is about to end."""
        with self._lock:
            if self._lent.clock.now() + self.ahead >= self._ends:
                self._token, self._ends = self._exchanged()
            return {"Authorization": f"Bearer {self._token}"}

    def asked(self) -> Mapping[str, Any]:
        """What the exchange sends beside its address: httpx's `data`, `auth` or `headers`."""
        raise NotImplementedError

    def brought(self, answer: Mapping[str, Any], asked_at: datetime) -> tuple[object, datetime]:
        """The token, and when it ends; raises `LookupError`, `TypeError` or `ValueError` where the answer lacks them."""
        lasts = answer["expires_in"]
        if isinstance(lasts, bool) or not isinstance(lasts, int):
            raise TypeError("expires_in")
        return answer["access_token"], asked_at + timedelta(seconds=lasts)

    def refused(self, status: int, answer: Mapping[str, Any]) -> tuple[str, str]:
        """How a refusal is told, and its cure."""
        code = str(answer.get("error"))
        return code if code in self.cures else f"HTTP {status}", self.cures.get(code, self.otherwise)

    def cannot(self, says: str, cure: str) -> CannotStartError:
        """The error of this source."""
        return CannotStartError(f"{self._settings.name}: {says}", cure=cure)

    def _exchanged(self) -> tuple[str, datetime]:
        asked_at = self._lent.clock.now()
        with http_client(self._settings, self._lent, self._api.headers) as http:
            if self._lent.prepare is not None:
                self._lent.prepare(self._api.vendor, http)
            http.event_hooks = {"request": [only(self._address, self.path)]}
            answer = self._sent(http)
        try:
            token, ends = self.brought(answer, asked_at)
        except (LookupError, TypeError, ValueError) as error:
            raise self.cannot("the exchange brought no token", "Check the endpoint.") from error
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token or not token:
            raise self.cannot("the exchange brought no token", "Check the endpoint.")
        return token, ends

    def _sent(self, http: httpx2.Client) -> Mapping[str, Any]:
        try:
            response = http.post(self._address.origin + self._address.path + self.path, **self.asked())
        except httpx2.TransportError as error:
            raise self.cannot(f"no answer came: {type(error).__name__}", "Check the network and the proxy.") from error
        try:
            found = response.json()
        except ValueError as error:
            if response.status_code in (200, 201):
                raise self.cannot("the exchange was answered by something else", "Check the endpoint.") from error
            found = None
        answer = found if isinstance(found, Mapping) else {}
        if response.status_code not in (200, 201):
            says, cure = self.refused(response.status_code, answer)
            raise self.cannot(f"the exchange was refused: {says}", cure)
        return answer


def only(address: Address, path: str) -> Callable[[httpx2.Request], None]:
    """A hook that lets the one exchange pass and nothing else."""

    def check(request: httpx2.Request) -> None:
        port = request.url.port or PORTS.get(request.url.scheme)
        asked = (request.method, request.url.scheme, request.url.host, port, request.url.raw_path.decode())
        if asked != ("POST", address.scheme, address.host, address.port, address.path + path):
            raise UndeclaredCallError(f"{request.method} {request.url.path} is not POST {path}; it was not sent")

    return check
