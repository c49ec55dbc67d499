"""Agents, knowledge bases and AgentCore."""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._models import members, operation_model
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, Getting, Listing, own_members, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld


def get_agent_version(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """A numbered version of an agent; versions differ from the draft by their number only."""
    refuse_unknown(question, ("agentId", "agentVersion"))
    agent, version = _agent(world, question), question.params["agentVersion"]
    _has_version(agent, version)
    kept = members(operation_model("bedrock-agent", "GetAgentVersion").output_shape)["agentVersion"].members
    return {"agentVersion": {name: agent[name] for name in kept if name in agent} | {"version": version}}


def list_aliases(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The aliases of an agent."""
    refuse_unknown(question, ("agentId",))
    return {"agentAliasSummaries": _agent(world, question)["_aliases"]}


def list_agent_knowledge_bases(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The knowledge bases of an agent, the same for its draft and for every version up to the latest."""
    refuse_unknown(question, ("agentId", "agentVersion"))
    agent, version = _agent(world, question), question.params["agentVersion"]
    if version != "DRAFT":
        _has_version(agent, version)
    return {"agentKnowledgeBaseSummaries": agent["_knowledge_bases"]}


def list_data_sources(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The data sources of a knowledge base; an error if there is no such base."""
    known = [item["knowledgeBaseId"] for item in world.at(question.account, question.region, "knowledge_base")]
    if question.params["knowledgeBaseId"] not in known:
        raise AwsError("ResourceNotFoundException", "there is no such knowledge base")
    return _DATA_SOURCES(world, question)


def list_tags(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The tags of an agent or knowledge base."""
    return _tags(world, question, {"agent": "agentArn", "knowledge_base": "knowledgeBaseArn"})


def list_targets(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The targets of a gateway; an error if there is no such gateway."""
    known = [item["gatewayId"] for item in world.at(question.account, question.region, "gateway")]
    if question.params["gatewayIdentifier"] not in known:
        raise AwsError("ResourceNotFoundException", "there is no such gateway")
    return _TARGETS(world, question)


def get_target(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """One target of a gateway."""
    refuse_unknown(question, ("gatewayIdentifier", "targetId"))
    for target in world.at(question.account, question.region, "gateway_target"):
        if [target["_gateway"], target["targetId"]] == list(question.params.values()):
            return own_members(target)
    raise AwsError("ResourceNotFoundException", "there is no such target")


def list_core_tags(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The tags of a runtime or gateway."""
    return _tags(world, question, {"runtime": "agentRuntimeArn", "gateway": "gatewayArn"})


def _has_version(agent: dict[str, Any], version: str) -> None:
    if not (version.isdecimal() and 1 <= int(version) <= int(agent["_latest_version"])):
        raise AwsError("ResourceNotFoundException", f"the agent has no version {version}")


def _tags(world: "AwsWorld", question: Question, arns: dict[str, str]) -> dict[str, Any]:
    for kind, arn in arns.items():
        for item in world.at(question.account, question.region, kind):
            if item[arn] == question.params["resourceArn"]:
                return {"tags": item.get("_tags", {})}
    raise AwsError("ResourceNotFoundException", "there is no such resource")


def _agent(world: "AwsWorld", question: Question) -> dict[str, Any]:
    for item in world.at(question.account, question.region, "agent"):
        if item["agentId"] == question.params["agentId"]:
            return item
    raise AwsError("ResourceNotFoundException", "there is no such agent")


_DATA_SOURCES = Listing(kind="data_source", into="dataSourceSummaries", where={"knowledgeBaseId": "knowledgeBaseId"})
_TARGETS = Listing(
    kind="gateway_target", into="items", names={"targetType": "_type"}, where={"gatewayIdentifier": "_gateway"}
)
_KNOWLEDGE_BASE = {"knowledgeBaseId": ("knowledgeBaseId",)}

ANSWERS: Answers = {
    ("bedrock-agent", "ListAgents"): Listing(
        kind="agent", into="agentSummaries", names={"latestAgentVersion": "_latest_version"}
    ),
    ("bedrock-agent", "GetAgent"): Getting(kind="agent", by={"agentId": ("agentId",)}, into="agent"),
    ("bedrock-agent", "GetAgentVersion"): get_agent_version,
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
    ("bedrock-agentcore-control", "GetGatewayTarget"): get_target,
    ("bedrock-agentcore-control", "ListTagsForResource"): list_core_tags,
}
"""Everything that acts on a model's behalf."""
