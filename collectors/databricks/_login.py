"""Signing in as a service principal: its OAuth secret is exchanged for a token of one hour, at the workspace's own host."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from annexa.collectors._rest.exchange import Exchange
from annexa.collectors._rest.sign import key_of
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.databricks._api import API
from annexa.collectors.databricks._settings import DatabricksSettings

PATH = "/oidc/v1/token"
EXCHANGE = f"POST {PATH}"
"""The credential endpoint; it needs the service principal's secret and no permission."""
FORM = {"grant_type": "client_credentials", "scope": "all-apis"}
SECRET, CLIENT = "DATABRICKS_CLIENT_SECRET", "DATABRICKS_CLIENT_ID"
_WHO = (
    "Check that `client_id` is the application id of the service principal and that its secret has not ended, and that the "
    "service principal was added to this workspace."
)


class SecretLogin(Exchange):
    """Signs as the service principal that `client_id` names."""

    path = PATH
    cures: ClassVar = {
        "invalid_client": _WHO,
        "invalid_grant": "Check that the service principal was added to this workspace and is active.",
        "unauthorized_client": "Give the service principal an OAuth secret: `annexa permissions databricks` says how.",
    }
    otherwise = _WHO

    def __init__(self, settings: DatabricksSettings, lent: Circumstances) -> None:
        super().__init__(API, settings, lent)
        self._client, self._secret = _client_id(settings, lent.environment), key_of(settings, lent.environment, SECRET)

    def asked(self) -> Mapping[str, Any]:
        """The form, and the secret as HTTP's Basic authentication."""
        return {"data": FORM, "auth": (self._client, self._secret)}


def _client_id(settings: DatabricksSettings, environment: Mapping[str, str]) -> str:
    value = settings.client_id or environment.get(CLIENT, "").strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise CannotStartError(
            f"{settings.name}: the service principal's application id is not named",
            cure=f"Give `client_id` in the source's table, or set {CLIENT}.",
        )
    return value
