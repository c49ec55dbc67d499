"""A REST vendor as a source: one key, one tenant, one client for every scope."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from threading import Semaphore
from typing import Any

from annexa.collectors._rest.address import base_of
from annexa.collectors._rest.read import Api
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._rest.wire import LANES, RestWire
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.answer import AbsentError, UnreadError
from annexa.evidence.clock import stamp
from annexa.schemas.words import Environment


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who the vendor says we are."""

    tenant: str
    """The vendor's immutable id of the tenant."""
    identity: str
    """The key or user that asks, as the vendor names it; never the key itself."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """What collectors find in `handle.known` besides `scope` and `now`."""


class RestSource:
    """One tenant of a REST vendor."""

    def __init__(self, api: Api, settings: RestSettings, lent: Circumstances, *, me: Callable[[RestWire], Me]) -> None:
        """Connect: find the key, and let `me` ask the vendor who we are; raises `CannotStartError`."""
        self.alias, self.vendor = settings.name, api.vendor
        self._api, self._lent, self._lanes = api, lent, Semaphore(LANES)
        self._client = self._connected(settings)
        self.environment = self._environment(settings)
        self._me = self._asked(settings, me)
        self.tenant = self._me.tenant

    def wire(self, scope: str) -> RestWire:
        """A wire under the one key; every scope is reached alike."""
        return self._wire(self._me.identity, pool=self._lent.pool)

    def known(self, scope: str) -> Mapping[str, Any]:
        """The scope, the moment, and what the vendor told when we connected."""
        return {**self._me.known, "scope": scope, "now": stamp(self._lent.clock.now())}

    def hosts(self) -> tuple[str, ...]:
        """Hosts that answered so far."""
        answered: tuple[str, ...] = self._client.hosts()
        return answered

    def identities(self) -> tuple[str, ...]:
        """The identity that the vendor confirmed."""
        return (self._me.identity,)

    def _wire(self, identity: str, pool: Executor | None = None) -> RestWire:
        return RestWire(self._client, api=self._api, identity=identity, pool=pool, lanes=self._lanes)

    def _connected(self, settings: RestSettings) -> Any:
        """The client that every wire asks; raises `CannotStartError`."""
        from annexa.collectors._rest.client import RestClient

        self._api.sign(settings, self._lent.environment)
        return RestClient(self._api, settings, self._lent)

    def _asked(self, settings: RestSettings, me: Callable[[RestWire], Me]) -> Me:
        try:
            found = me(self._wire("the key of this source"))
        except UnreadError as error:
            trouble = error.trouble
            raise CannotStartError(
                f"{settings.name}: {error.call.op}: {trouble.code}: {trouble.says}",
                cure=trouble.cure or "Check the key and the endpoint.",
            ) from error
        except AbsentError as error:
            raise CannotStartError(
                f"{settings.name}: {self._api.title} has no tenant for this key: {error.code}",
                cure="Check which organisation the key was made in.",
            ) from error
        except (LookupError, TypeError) as error:
            raise CannotStartError(
                f"{settings.name}: {self._api.title} does not say who we are as it documents",
                cure="Check the endpoint; report it if it is the vendor's own.",
            ) from error
        if not isinstance(found.tenant, str) or not found.tenant:
            raise CannotStartError(
                f"{settings.name}: {self._api.title} names no tenant", cure="Check the key and the endpoint."
            )
        return found

    def _environment(self, settings: RestSettings) -> Environment:
        if self._lent.sandbox:
            return Environment.SANDBOX
        home = base_of(self._api.base, settings)
        return Environment.VENDOR if home.is_of(self._api.suffixes) else Environment.NON_VENDOR
