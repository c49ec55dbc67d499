"""One Databricks workspace as a source: which service principal asks it, and whether it is shown everything."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import msgspec

from annexa.collectors._rest import Me, Read, RestSource, RestWire
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.databricks._api import API
from annexa.collectors.databricks._login import SecretLogin
from annexa.collectors.databricks._settings import DatabricksSettings

WHOAMI = Read(op="GET /api/2.0/preview/scim/v2/Me", needs="none: everybody may ask who they are")
"""Asked while connecting."""
ADDRESS = "DATABRICKS_HOST"
ADMINS = "admins"
"""The group of every workspace whose members may manage everything in it."""


def source(settings: DatabricksSettings, lent: Circumstances) -> RestSource:
    """Sign in with an OAuth secret; raises `CannotStartError`."""
    settings = msgspec.structs.replace(settings, domain=_domain(settings, lent.environment))
    login = SecretLogin(settings, lent)
    api = replace(API, sign=lambda settings, environment: login.headers())
    return RestSource(api, settings, lent, me=lambda wire: _me(wire, str(settings.domain)))


def _me(wire: RestWire, host: str) -> Me:
    """Databricks names a workspace by its host, which is assigned once."""
    found = wire.ask(WHOAMI)
    return Me(tenant=host, identity=f"principal/{found['userName']}", known={"admin": _is_admin(found.get("groups"))})


def _is_admin(groups: Any) -> bool:
    """Whether the answer proves membership; anything else proves nothing."""
    rows = groups if isinstance(groups, list) else []
    return any(isinstance(row, Mapping) and row.get("display") == ADMINS for row in rows)


def _domain(settings: DatabricksSettings, environment: Mapping[str, str]) -> str:
    """The workspace's host; `DATABRICKS_HOST` holds an address, of which only the host is taken."""
    if settings.domain:
        return settings.domain.lower()
    given = environment.get(ADDRESS, "").strip()
    try:
        host = urlsplit(given if "://" in given else f"https://{given}").hostname
    except ValueError:
        host = None
    if not host:
        raise CannotStartError(
            f"{settings.name}: the workspace's host is not named",
            cure=f"Give `domain` (dbc-….cloud.databricks.com) in the source's table, or set {ADDRESS}.",
        )
    return host
