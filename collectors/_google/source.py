"""A Google tenant as a source: one identity, one client for every scope."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Semaphore
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from annexa.collectors._google.settings import GoogleSettings
from annexa.collectors._pacing import Rate
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.answer import AbsentError, UnreadError
from annexa.evidence.clock import stamp
from annexa.schemas.words import Environment

if TYPE_CHECKING:
    from annexa.collectors._google.wire import GoogleWire

LANES = 8
"""So many calls of one source go side by side in the lent pool."""


@dataclass(frozen=True, kw_only=True)
class Self:
    """Who Google says we are."""

    tenant: str
    """The immutable id of the customer or organisation."""
    identity: str
    """The account that asks."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """What collectors find in `handle.known` besides `scope` and `now`."""


class GoogleSource:
    """One Workspace customer, or one Google Cloud organisation."""

    def __init__(
        self,
        settings: GoogleSettings,
        lent: Circumstances,
        *,
        scopes: Iterable[str],
        me: "Callable[[GoogleWire, GoogleSettings], Self]",
        rates: Mapping[str, Rate] | None = None,
    ) -> None:
        """Connect as the settings say, and let `me` ask who we are; raises `CannotStartError`."""
        from annexa.collectors._google.client import GoogleClient

        self.alias, self.vendor = settings.name, settings.vendor
        self._settings, self._lent, self._lanes = settings, lent, Semaphore(LANES)
        self._check_endpoint()
        self.environment = self._environment()
        self._client = GoogleClient(settings, lent, scopes, rates or {})
        self._me = self._asked(me)
        self.tenant = self._me.tenant

    def wire(self, scope: str) -> "GoogleWire":
        """A wire under the one identity; every scope is reached alike."""
        return self._wire(self._me.identity)

    def known(self, scope: str) -> Mapping[str, Any]:
        """The scope, the moment, and what Google told when we connected."""
        return {**self._me.known, "scope": scope, "now": stamp(self._lent.clock.now())}

    def hosts(self) -> tuple[str, ...]:
        """Hosts that answered so far."""
        return tuple(sorted(self._client.hosts))

    def identities(self) -> tuple[str, ...]:
        """The identity that Google confirmed."""
        return (self._me.identity,)

    def _wire(self, identity: str) -> "GoogleWire":
        from annexa.collectors._google.wire import GoogleWire

        return GoogleWire(
            self._client, identity=identity, subject=self._settings.subject, pool=self._lent.pool, lanes=self._lanes
        )

    def _asked(self, me: "Callable[[GoogleWire, GoogleSettings], Self]") -> Self:
        name = self._settings.name
        try:
            return me(self._wire("the credentials of this source"), self._settings)
        except UnreadError as error:
            trouble = error.trouble
            raise CannotStartError(
                f"{name}: {error.call.op}: {trouble.code}: {trouble.says}",
                cure=trouble.cure or "Check the credentials.",
            ) from error
        except (AbsentError, LookupError, TypeError) as error:
            raise CannotStartError(
                f"{name}: Google does not say which tenant this is",
                cure="Check that the account may see the customer or organisation.",
            ) from error

    def _check_endpoint(self) -> None:
        parts = urlsplit(self._settings.endpoint or "https://googleapis.com")
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1")):
            raise CannotStartError(
                f"{self._settings.name}: the endpoint is no address to ask",
                cure="It must begin with https:// and a host name.",
            )

    def _environment(self) -> Environment:
        if self._lent.sandbox:
            return Environment.SANDBOX
        return Environment.NON_VENDOR if self._settings.endpoint else Environment.VENDOR
