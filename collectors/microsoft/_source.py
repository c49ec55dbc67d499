"""Which tenant signed in: the one of the token, which Graph confirms."""

from annexa.collectors._graph import GraphSource, GraphWire
from annexa.collectors._rest import Me
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.microsoft._api import API, listed
from annexa.collectors.microsoft._settings import MicrosoftSettings

ORGANIZATION = listed("/organization", "User.Read.All", "id", top=None)
"""The tenant; asked while connecting."""


def source(settings: MicrosoftSettings, lent: Circumstances) -> GraphSource:
    """One tenant; raises `CannotStartError`."""
    return GraphSource(API, settings, lent, me=lambda wire: _me(wire, settings))


def _me(wire: GraphWire, settings: MicrosoftSettings) -> Me:
    claims = wire.claims()
    found = [row["id"] for page in wire.pages(ORGANIZATION, ORGANIZATION.params) for row in page.content["value"]]
    if len(found) != 1 or claims.get("tid", found[0]) != found[0]:
        raise CannotStartError(
            f"{settings.name}: Graph does not confirm the tenant that signed in",
            cure="Set `tenant_id` of the source, and sign in to that tenant.",
        )
    person = "scp" in claims or settings.delegated
    name = claims.get("upn") or claims.get("oid") if person else claims.get("appid")
    identity = f"{'person' if person else 'application'} {name or 'unnamed'}"
    return Me(tenant=found[0], identity=identity, known={"delegated": person})
