"""Agents and MCP servers that stand in the agent registries of the projects."""

from collections.abc import Iterator

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud._api import AGENT_REGISTRY, SERVICES, enabled_services, here, moment, unproved
from annexa.evidence.call import Call, collects
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem

LOCATIONS = Call(
    op="agentregistry/v1:projects.locations.list", needs="agentregistry.locations.list", path="locations",
    params={"pageSize": 100, "fields": "nextPageToken,locations(name,locationId)"},
)  # fmt: skip
AGENTS = Call(
    op="agentregistry/v1:projects.locations.agents.list", needs="agentregistry.agents.list", path="agents",
    params={"pageSize": 100, "fields": "nextPageToken,agents(name,displayName,version,createTime,attributes)"},
)  # fmt: skip
SERVERS = Call(
    op="agentregistry/v1:projects.locations.mcpServers.list", needs="agentregistry.mcpServers.list", path="mcpServers",
    params={"pageSize": 100, "fields": "nextPageToken,mcpServers(name,displayName,createTime,attributes)"},
)  # fmt: skip
IDENTITY = f"{AGENT_REGISTRY}/system/RuntimeIdentity"
"""The attribute that says as whom an agent or server runs."""


@collects(AiSystem, SERVICES, LOCATIONS, AGENTS, SERVERS, per="project",
          where={"ai_system.category": ("agent", "plugin")})  # fmt: skip
def registered(handle: Handle) -> Iterator[AiSystem]:
    """One record per agent and MCP server of the project's registry, where that service is enabled."""
    if AGENT_REGISTRY not in enabled_services(handle):
        return
    places = list(handle.each(LOCATIONS, name=here(handle)))
    if not places:
        raise unproved(LOCATIONS, "a registry without any location was told")
    for call in (AGENTS, SERVERS):
        for place, reply in handle.many(call, places, lambda place: {"parent": str(place["name"])}):
            with handle.item(str(place["name"])):
                for row in reply.each():
                    yield _system(row, agent=call is AGENTS)


def _system(row: Item, *, agent: bool) -> AiSystem:
    return AiSystem(
        subject=f"//{AGENT_REGISTRY}/{row['name']}", category="agent" if agent else "plugin", provider=AGENT_REGISTRY,
        name=text(row.get("displayName")), version=text(row.get("version")), created=moment(row.get("createTime")),
        role=text(inside(inside(row, "attributes"), IDENTITY).get("principal")),
    )  # fmt: skip
