"""Agents, knowledge bases and AgentCore."""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, Getting, Listing, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld


def list_aliases(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The aliases of an agent."""
    refuse_unknown(question, ("agentId",))
    return {"agentAliasSummaries": _agent(world, question)["_aliases"]}


def list_agent_knowledge_bases(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The knowledge bases of an agent, the same for its draft and for every version up to the latest."""
    refuse_unknown(question, ("agentId", "agentVersion"))
    agent, version = _agent(world, question), question.params["agentVersion"]
    if version != "DRAFT" and not (version.isdecimal() and 1 <= int(version) <= int(agent["_latest_version"])):
        raise AwsError("ResourceNotFoundException", f"the agent has no version {version}")
    return {"agentKnowledgeBaseSummaries": agent["_knowledge_bases"]}


def list_data_sources(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The data sources of a knowledge base; an error if there is no such base."""
    known = [item["knowledgeBaseId"] for item in world.at(question.account, question.region, "knowledge_base")]
    if question.params["knowledgeBaseId"] not in known:
        raise AwsError("ResourceNotFoundException", "there is no such knowledge base")
    return _DATA_SOURCES(world, question)


def list_tags(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The tags of an agent or knowledge base."""
    for kind, arn in (("agent", "agentArn"), ("knowledge_base", "knowledgeBaseArn")):
        for item in world.at(question.account, question.region, kind):
            if item[arn] == question.params["resourceArn"]:
                return {"tags": item.get("_tags", {})}
    raise AwsError("ResourceNotFoundException", "there is no such resource")


def list_targets(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The targets of a gateway; an error if there is no such gateway."""
    known = [item["gatewayId"] for item in world.at(question.account, question.region, "gateway")]
    if question.params["gatewayIdentifier"] not in known:
        raise AwsError("ResourceNotFoundException", "there is no such gateway")
    return _TARGETS(world, question)


def _agent(world: "AwsWorld", question: Question) -> dict[str, Any]:
    for item in world.at(question.account, question.region, "agent"):
        if item["agentId"] == question.params["agentId"]:
            return item
    raise AwsError("ResourceNotFoundException", "there is no such agent")


_DATA_SOURCES = Listing(kind="data_source", into="dataSourceSummaries", where={"knowledgeBaseId": "knowledgeBaseId"})
_TARGETS = Listing(kind="gateway_target", into="items", where={"gatewayIdentifier": "_gateway"})
_KNOWLEDGE_BASE = {"knowledgeBaseId": ("knowledgeBaseId",)}

ANSWERS: Answers = {
    ("bedrock-agent", "ListAgents"): Listing(
        kind="agent", into="agentSummaries", names={"latestAgentVersion": "_latest_version"}
    ),
    ("bedrock-agent", "GetAgent"): Getting(kind="agent", by={"agentId": ("agentId",)}, into="agent"),
    ("bedrock-agent", "ListAgentAliases"): list_aliases,
    ("bedrock-agent", "ListAgentKnowledgeBases"): list_agent_knowledge_bases,
    ("bedrock-agent", "ListKnowledgeBases"): Listing(kind="knowledge_base", into="knowledgeBaseSummaries"),
    ("bedrock-agent", "GetKnowledgeBase"): Getting(kind="knowledge_base", by=_KNOWLEDGE_BASE, into="knowledgeBase"),
    ("bedrock-agent", "ListDataSources"): list_data_sources,
    ("bedrock-agent", "GetDataSource"): Getting(
        kind="data_source", by=_KNOWLEDGE_BASE | {"dataSourceId": ("dataSourceId",)}, into="dataSource"
    ),
    ("bedrock-agent", "ListTagsForResource"): list_tags,
    ("bedrock-agentcore-control", "ListAgentRuntimes"): Listing(kind="runtime", into="agentRuntimes"),
    ("bedrock-agentcore-control", "GetAgentRuntime"): Getting(
        kind="runtime",
        by={"agentRuntimeId": ("agentRuntimeId",), "agentRuntimeVersion": ("agentRuntimeVersion",)},
    ),
    ("bedrock-agentcore-control", "ListGateways"): Listing(kind="gateway", into="items"),
    ("bedrock-agentcore-control", "GetGateway"): Getting(
        kind="gateway", by={"gatewayIdentifier": ("gatewayId", "gatewayArn")}
    ),
    ("bedrock-agentcore-control", "ListGatewayTargets"): list_targets,
}
"""Everything that acts on a model's behalf."""
