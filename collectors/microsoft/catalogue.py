"""What the tenant's catalogues offer to people: agents in Copilot, and the organisation's own apps in Teams."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors._values import choose
from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, flag, moment, names, odd, text
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing, Text
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem, Application

PACKAGES = Read(
    op="GET /copilot/admin/catalog/packages", path="value", needs="CopilotPackages.Read.All", pager=GRAPH_PAGES,
    plan="Microsoft Agent 365",
)  # fmt: skip
TEAMS_APPS = listed(
    "/appCatalogs/teamsApps", "AppCatalog.Read.All", top=None,
    params={"$filter": "distributionMethod eq 'organization'", "$expand": "appDefinitions"},
)  # fmt: skip
PROVIDER, TEAMS = "microsoft.copilot_catalogue", "teams_catalogue"
OFFERED = {
    **{word: word for word in ("none", "some", "all")},
    **{f"allowedFor{word.title()}": word for word in ("none", "some", "all")},
}  # fmt: skip
"""To how many people a package is offered; Microsoft's documentation and its type system write it in two ways."""
_AGENT = re.compile(r"agents?$", re.IGNORECASE)
PUBLISHED = {"submitted": "submitted", "rejected": "rejected", "published": "published"}


@collects(AiSystem, PACKAGES, per="source", where={"ai_system.provider": (PROVIDER,), "ai_system.category": ("agent",)})
def copilot_agents(handle: Handle) -> Iterator[AiSystem]:
    """One record per agent of somebody else than Microsoft that people can use in Copilot; blocked ones cannot be used."""
    for item in every(handle, PACKAGES):
        if item.get("type") != "microsoft" and is_agent(item) and (offered := _offered(item)) != "none":
            yield AiSystem(
                subject=item["id"], category="agent", provider=PROVIDER, name=text(item, "displayName"),
                owner=text(item, "ownerId", ABSENT), version=text(item, "version", ABSENT), offered=offered,
                created=moment(item, "createdDateTime"),
            )  # fmt: skip


@collects(Application, TEAMS_APPS, per="source", where={"application.listed_in": (TEAMS,)})
def teams_apps(handle: Handle) -> Iterator[Application]:
    """One record per app that the organisation put into its own Teams catalogue; Microsoft's store is everybody's."""
    for item in every(handle, TEAMS_APPS):
        with handle.item(item["id"]):
            yield Application(
                subject=item["id"], vendor_id=str(item.get("externalId") or item["id"]).lower(), listed_in=TEAMS,
                name=text(item, "displayName"), publisher=ABSENT, verified=False, state=_published(item),
            )  # fmt: skip


def is_agent(item: Mapping[str, Any]) -> bool:
    """Whether an agent is in it, or it works in Copilot; where Microsoft does not say what is in it, it counts as one.

    https://learn.microsoft.com/microsoft-365-copilot/extensibility/api/admin-settings/package/copilotpackages-list
    """
    parts, hosts = names(item.get("elementTypes")), names(item.get("supportedHosts"))
    works_in_copilot = not isinstance(hosts, Missing) and any(host.lower() == "copilot" for host in hosts)
    return isinstance(parts, Missing) or works_in_copilot or any(_AGENT.search(word) for word in parts)


def _offered(item: Mapping[str, Any]) -> Text:
    """To how many people: `none`, `some`, `all`; what an administrator blocked is offered to nobody."""
    blocked = flag(item, "isBlocked")
    if blocked is True:
        return "none"
    return blocked if isinstance(blocked, Missing) else choose(item.get("availableTo"), OFFERED)


def _published(item: Item) -> Text:
    """The state of its newest version, which comes last."""
    versions = item.get("appDefinitions")
    if not isinstance(versions, list):
        raise odd(TEAMS_APPS, "an app has no list of versions")
    newest = versions[-1] if versions else {}
    return choose(newest.get("publishingState") if isinstance(newest, Mapping) else None, PUBLISHED)
