"""A Microsoft tenant as a source: one signed-in identity, one host, one client for every scope."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from annexa.collectors._graph.settings import GraphSettings
from annexa.collectors._graph.wire import GraphWire
from annexa.collectors._rest.read import Api
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._rest.source import Me, RestSource
from annexa.collectors._source import CannotStartError, Circumstances

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def by_sdk(settings: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
    """For `Api.sign`: the SDK adds the token itself, and only for the source's own host."""
    return {}


class GraphSource(RestSource):
    """One tenant, through Microsoft Graph or Azure Resource Manager."""

    def __init__(
        self, api: Api, settings: GraphSettings, lent: Circumstances, *, me: Callable[[GraphWire], Me]
    ) -> None:
        """Sign in, and let `me` ask the vendor who we are; raises `CannotStartError`."""

        def checked(wire: Any) -> Me:
            wire.claims()  # signing in fails here, with its own reason, and not at the first read
            return me(wire)

        super().__init__(api, settings, lent, me=checked)
        wanted = settings.tenant_id or lent.environment.get("AZURE_TENANT_ID", "")
        if _GUID.fullmatch(wanted) and wanted.lower() != self.tenant.lower():
            raise CannotStartError(
                f"{settings.name}: signed in to the tenant {self.tenant}, not to {wanted}",
                cure="Correct `tenant_id` of the source, or sign in to that tenant.",
            )

    def _connected(self, settings: RestSettings) -> Any:
        from annexa.collectors._graph.client import GraphClient

        assert isinstance(settings, GraphSettings)  # noqa: S101  # for the type checker: __init__ takes no other
        return GraphClient(self._api, settings, self._lent)

    def _wire(self, identity: str, pool: Executor | None = None) -> GraphWire:
        made = GraphWire(self._client, api=self._api, identity=identity, pool=pool, lanes=self._lanes)
        made.knows = self._client
        return made
