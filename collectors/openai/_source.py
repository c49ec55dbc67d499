"""Which organization the key belongs to.

No answer of the Admin API names it. Where somebody names it, every request carries the name, and the vendor refuses a key of
another organization. Where nobody does, its oldest project stands for it: projects are archived and keep their id.
"""

from annexa.collectors._rest import Me, RestSource, RestWire
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.openai._api import API, organization_of
from annexa.collectors.openai._settings import OpenAiSettings
from annexa.collectors.openai.projects import PROJECTS


def source(settings: OpenAiSettings, lent: Circumstances) -> RestSource:
    """One organization."""
    named = organization_of(settings, lent.environment)
    return RestSource(API, settings, lent, me=lambda wire: _me(wire, settings, named))


def _me(wire: RestWire, settings: OpenAiSettings, named: str | None) -> Me:
    tenant = named or f"organization-of-{_oldest(wire, settings)}"
    if named:
        wire.ask(PROJECTS, limit=1)
    return Me(tenant=tenant, identity=f"admin key of {tenant}")


def _oldest(wire: RestWire, settings: OpenAiSettings) -> str:
    """The id of the project that was made first."""
    pages = wire.pages(PROJECTS, PROJECTS.params)
    found = [(row["created_at"], str(row["id"])) for page in pages for row in page.content["data"]]
    if not found:
        raise CannotStartError(
            f"{settings.name}: the organization has no project by which it could be known",
            cure='Name it: organization = "org-…" in the source\'s table, or OPENAI_ORG_ID.',
        )
    return min(found)[1]
