"""Agents that have an identity of their own in Entra ID, and who owns them."""

from collections.abc import Iterator

from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, flag, moment, odd, text
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing, Text
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem

AGENTS = listed(
    "/servicePrincipals/microsoft.graph.agentIdentity", "AgentIdentity.Read.All", top=100,
    params={"$expand": "owners($select=id)"},
)  # fmt: skip
PROVIDER = "microsoft.agent_id"


@collects(AiSystem, AGENTS, per="source", where={"ai_system.provider": (PROVIDER,), "ai_system.category": ("agent",)})
def agent_identities(handle: Handle) -> Iterator[AiSystem]:
    """One record per identity of an agent."""
    for item in every(handle, AGENTS):
        yield AiSystem(
            subject=item["id"], category="agent", provider=PROVIDER, name=text(item, "displayName"), owner=_owner(item),
            role=text(item, "agentIdentityBlueprintId"), state=_state(item), created=moment(item, "createdDateTime"),
        )  # fmt: skip


def _owner(item: Item) -> Text:
    """Ids of the owners, with commas."""
    owners = item.get("owners")
    if not isinstance(owners, list):
        raise odd(AGENTS, "an agent has no list of owners")
    found = [one["id"] for one in owners if isinstance(one, dict) and isinstance(one.get("id"), str)]
    return ", ".join(sorted(found)) or ABSENT


def _state(item: Item) -> Text:
    if item.get("disabledByMicrosoftStatus") not in (None, "NotDisabled"):
        return "disabled"
    enabled = flag(item, "accountEnabled")
    return enabled if isinstance(enabled, Missing) else "enabled" if enabled else "disabled"
