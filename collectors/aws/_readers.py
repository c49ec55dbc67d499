"""Which agents read through which knowledge base, and how sensitive a class each of them may handle."""

from annexa.collectors.aws._resources import PERMITTED_CLASS, tag_map
from annexa.collectors.aws._values import tagged
from annexa.collectors.aws.agents import LIST_AGENTS, LIST_TAGS, agent_arn, versions_in_use
from annexa.evidence.call import Call
from annexa.evidence.fact import Missing
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import State

LIST_LINKS = Call(
    op="bedrock-agent:ListAgentKnowledgeBases",
    needs="bedrock:ListAgentKnowledgeBases",
    path="agentKnowledgeBaseSummaries",
    drop=("description",),
)

Reader = tuple[str, str]
"""ARN of an agent and the highest class that it may handle; empty where it has no such tag, `unread` where nobody knows."""


class Readers:
    """Agents by the knowledge base that they use, as far as it can be read."""

    def __init__(self, handle: Handle) -> None:
        """Read all agents of the region; `lost` tells why some reader may be missing."""
        self.lost: Missing | None = None
        self._of: dict[str, set[Reader]] = {}
        agents = handle.detail(LIST_AGENTS, lambda: list(handle.each(LIST_AGENTS)))
        if isinstance(agents, Missing):
            self.lost = agents
            return
        for agent in agents:
            self._add(handle, agent["agentId"])

    def of(self, base: str) -> tuple[Reader, ...]:
        """Agents that are known to use this knowledge base."""
        return tuple(sorted(self._of.get(base, ())))

    def _add(self, handle: Handle, agent: str) -> None:
        versions = versions_in_use(handle, agent)
        used = versions if isinstance(versions, Missing) else _used(handle, agent, versions)
        if isinstance(used, Missing):
            self.lost = used
            return
        if used:
            reader = agent_arn(handle, agent)
            permitted = tagged(tag_map(handle, LIST_TAGS, resourceArn=reader), PERMITTED_CLASS)
            word = _word(permitted) if isinstance(permitted, Missing) else permitted
            for base in used:
                self._of.setdefault(base, set()).add((reader, word))


def _word(permitted: Missing) -> str:
    return "" if permitted.state is State.ABSENT else str(State.UNREAD)


def _used(handle: Handle, agent: str, versions: tuple[str, ...]) -> set[str] | Missing:
    """Knowledge bases that these versions of an agent use."""
    found: set[str] = set()
    for version in versions:
        links = _links(handle, agent, version)
        if isinstance(links, Missing):
            return links
        found.update(link["knowledgeBaseId"] for link in links if link["knowledgeBaseState"] != "DISABLED")
    return found


def _links(handle: Handle, agent: str, version: str) -> list[Item] | Missing:
    return handle.detail(LIST_LINKS, lambda: list(handle.each(LIST_LINKS, agentId=agent, agentVersion=version)))
