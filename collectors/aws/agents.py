"""Agents of Amazon Bedrock as their callers meet them.

An agent's draft is what developers see; callers come through aliases that lead to numbered versions. Guardrail, model
and role are those of the versions that aliases lead to. The test alias, which every agent has, leads to the draft: it
counts only where no other alias accepts calls.
"""

from collections.abc import Iterator

from annexa.collectors.aws._keys import DESCRIBE_KEY, encryption
from annexa.collectors.aws._resources import (
    OWNER,
    PERMITTED_CLASS,
    Detail,
    Tags,
    agreed,
    arn,
    field,
    tag_map,
    when,
)
from annexa.collectors.aws._values import ENVIRONMENT, tagged
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Encryption
from annexa.evidence.kinds.systems import AiSystem

LIST_AGENTS = Call(
    op="bedrock-agent:ListAgents", needs="bedrock:ListAgents", path="agentSummaries", drop=("description",)
)
GET_AGENT = Call(
    op="bedrock-agent:GetAgent",
    needs="bedrock:GetAgent",
    path="agent",
    drop=("description", "instruction", "promptOverrideConfiguration", "failureReasons", "recommendedActions"),
)
GET_AGENT_VERSION = Call(
    op="bedrock-agent:GetAgentVersion",
    needs="bedrock:GetAgentVersion",
    path="agentVersion",
    drop=("description", "instruction", "promptOverrideConfiguration", "failureReasons", "recommendedActions"),
)
LIST_ALIASES = Call(
    op="bedrock-agent:ListAgentAliases",
    needs="bedrock:ListAgentAliases",
    path="agentAliasSummaries",
    drop=("description",),
)
LIST_TAGS = Call(op="bedrock-agent:ListTagsForResource", needs="bedrock:ListTagsForResource", path="tags")

DRAFT = "DRAFT"
TEST_ALIAS = "TSTALIASID"


@collects(
    (AiSystem, Encryption), LIST_AGENTS, GET_AGENT, LIST_ALIASES, GET_AGENT_VERSION, LIST_TAGS, DESCRIBE_KEY,
    where={"ai_system.category": ("agent",)}, per="region", signals="bedrock",
)  # fmt: skip
def agents(handle: Handle) -> Iterator[AiSystem | Encryption]:
    """One record per agent, and one about the key that encrypts it."""
    for agent, reply in handle.many(GET_AGENT, handle.each(LIST_AGENTS), lambda agent: {"agentId": agent["agentId"]}):
        subject = agent_arn(handle, agent["agentId"])
        with handle.item(subject):
            draft = handle.detail(GET_AGENT, reply.one)
            versions = versions_in_use(handle, agent["agentId"])
            used = parts_in_use(handle, agent["agentId"], draft, versions)
            tags = tag_map(handle, LIST_TAGS, resourceArn=subject)
            yield _agent(subject, agent, draft, versions, used, tags)
            key = agreed(field(part, "customerEncryptionKeyArn") for part in used)
            yield encryption(handle, subject, "agent", key)


def agent_arn(handle: Handle, agent: str) -> str:
    """ARN of an agent; lists give its id only."""
    return arn(handle, "bedrock", f"agent/{agent}")


def versions_in_use(handle: Handle, agent: str) -> tuple[str, ...] | Missing:
    """Versions to which aliases that accept calls lead; the draft where none accepts any."""
    aliases = handle.detail(LIST_ALIASES, lambda: list(handle.each(LIST_ALIASES, agentId=agent)))
    if isinstance(aliases, Missing):
        return aliases
    leading = [
        [route["agentVersion"] for route in alias.get("routingConfiguration", ()) if "agentVersion" in route]
        for alias in aliases
        if alias["agentAliasId"] != TEST_ALIAS and alias.get("aliasInvocationState") != "REJECT_INVOCATIONS"
    ]
    if not all(leading):
        return NOT_EXPOSED
    return tuple(sorted({version for routes in leading for version in routes})) or (DRAFT,)


def parts_in_use(handle: Handle, agent: str, draft: Detail, versions: tuple[str, ...] | Missing) -> list[Detail]:
    """The agent as each version in use has it; never empty."""
    if isinstance(versions, Missing):
        return [versions]
    return [draft if version == DRAFT else _version(handle, agent, version) for version in versions]


def _version(handle: Handle, agent: str, version: str) -> Detail:
    return handle.detail(GET_AGENT_VERSION, lambda: handle.one(GET_AGENT_VERSION, agentId=agent, agentVersion=version))


def _agent(
    subject: str,
    agent: Item,
    draft: Detail,
    versions: tuple[str, ...] | Missing,
    used: list[Detail],
    tags: Tags,
) -> AiSystem:
    return AiSystem(
        subject=subject, category="agent", provider="bedrock", name=agent["agentName"], owner=tagged(tags, OWNER),
        version=versions if isinstance(versions, Missing) else ", ".join(versions),
        model=agreed(field(part, "foundationModel") for part in used),
        role=agreed(field(part, "agentResourceRoleArn") for part in used),
        environment=tagged(tags, ENVIRONMENT), permitted_class=tagged(tags, PERMITTED_CLASS),
        safeguards=agreed(_guardrail(subject, part) for part in used),
        state=agent["agentStatus"], created=when(draft, "createdAt"),
    )  # fmt: skip


def _guardrail(subject: str, part: Detail) -> tuple[str, ...] | Missing:
    """The guardrail's ARN with its version; an id alone means one beside the agent."""
    config = field(part, "guardrailConfiguration", {})
    if isinstance(config, Missing):
        return config
    named, version = config.get("guardrailIdentifier"), config.get("guardrailVersion")
    if not named:
        return ABSENT
    guardrail = named if named.startswith("arn:") else f"{subject.rsplit(':', 1)[0]}:guardrail/{named}"
    return (f"{guardrail}:{version}",) if version else ambiguous(guardrail, "the agent names no version of it")
