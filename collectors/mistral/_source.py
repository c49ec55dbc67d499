"""Which organization the key belongs to.

No answer of the Admin API names it. Where nobody else does, its default workspace stands for it: there is one, and it keeps
its id.
"""

from annexa.collectors._rest import Me, RestSource, RestWire
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.mistral._api import API
from annexa.collectors.mistral._settings import MistralSettings
from annexa.collectors.mistral.workspaces import WORKSPACES


def source(settings: MistralSettings, lent: Circumstances) -> RestSource:
    """One organization."""
    return RestSource(API, settings, lent, me=lambda wire: _me(wire, settings))


def _me(wire: RestWire, settings: MistralSettings) -> Me:
    pages = wire.pages(WORKSPACES, WORKSPACES.params)
    default = [str(row["uuid"]) for page in pages for row in page.content["items"] if row.get("is_default") is True]
    if settings.organization is None and len(default) != 1:
        raise CannotStartError(
            f"{settings.name}: the organization has no default workspace by which it could be known",
            cure='Name it: organization = "…" in the source\'s table.',
        )
    tenant = settings.organization or f"organization-of-{default[0]}"
    return Me(tenant=tenant, identity=f"admin key of {tenant}", known={"organization": tenant})
