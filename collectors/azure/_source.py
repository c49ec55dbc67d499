"""Which directory signed in: the tenant of the token, which Resource Manager confirms by its own list."""

from annexa.collectors._graph import GraphSource, GraphWire
from annexa.collectors._rest import Me
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.azure._api import API, arm
from annexa.collectors.azure._settings import AzureSettings

TENANTS = arm("/tenants", "2022-12-01", "none: every identity may ask")
"""Directories that the identity belongs to."""


def source(settings: AzureSettings, lent: Circumstances) -> GraphSource:
    """One directory; raises `CannotStartError`."""
    return GraphSource(API, settings, lent, me=lambda wire: _me(wire, settings))


def _me(wire: GraphWire, settings: AzureSettings) -> Me:
    claims = wire.claims()
    listed = [row["tenantId"] for page in wire.pages(TENANTS, TENANTS.params) for row in page.content["value"]]
    tenant = claims.get("tid") or (listed[0] if len(listed) == 1 else None)
    if tenant not in listed:
        raise CannotStartError(
            f"{settings.name}: Azure does not list the tenant that signed in",
            cure="Set `tenant_id` of the source, and sign in to that tenant.",
        )
    name = claims.get("appid") or claims.get("upn") or claims.get("oid")
    return Me(tenant=str(tenant), identity=f"application {name}" if claims.get("appid") else str(name or "unnamed"))
