"""Agents and knowledge bases of Amazon Bedrock: what runs, what it reads, and through which guardrail."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa.collectors.aws import agents, knowledge
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, unknown_value
from annexa.sandbox._errors import AwsError
from annexa.sandbox.aws_server import Fault
from annexa.schemas.words import State

T = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HERE = "arn:aws:bedrock:eu-west-1:111122223333"
AGENT, BASE, BUCKET = f"{HERE}:agent/AGENT00001", f"{HERE}:knowledge-base/BASE000001", "arn:aws:s3:::freight-docs"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::111122223333:role/agent"
Play = Callable[..., Any]
Params = dict[str, Any]


def listed_agent(number: int = 1) -> Params:
    name = f"agent-{number}"
    return {"agentId": f"AGENT0000{number}", "agentName": name, "agentStatus": "PREPARED", "updatedAt": T}


def body(agent: str = "AGENT00001", **more: Any) -> Params:
    return {
        "agentId": agent,
        "agentName": "agent",
        "agentArn": f"{HERE}:agent/{agent}",
        "agentStatus": "PREPARED",
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": ROLE,
        "foundationModel": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "createdAt": T,
        "updatedAt": T,
        "instruction": "You know the customs tariff of every harbour by heart.",
        **more,
    }


def guarded(version: str = "DRAFT", guardrail: str = "guard1") -> Params:
    return {"guardrailConfiguration": {"guardrailIdentifier": guardrail, "guardrailVersion": version}}


def alias(name: str, *versions: str, **more: Any) -> Params:
    return {
        "agentAliasId": name,
        "agentAliasName": name,
        "agentAliasStatus": "PREPARED",
        "createdAt": T,
        "updatedAt": T,
        "routingConfiguration": [{"agentVersion": version} for version in versions],
        **more,
    }


def one_agent(*aliases: Params, versions: Params | None = None, tags: Params | None = None, **draft: Any) -> Params:
    """Answers for one agent; `versions` are the bodies of its numbered versions."""

    def version(params: Params) -> Params:
        number = params["agentVersion"]
        return {"agentVersion": {**body(), "version": number, **(versions or {})[number]}}

    return {
        "bedrock-agent:ListAgents": {"agentSummaries": [listed_agent()]},
        "bedrock-agent:GetAgent": {"agent": {**body(), "agentVersion": "DRAFT", **draft}},
        "bedrock-agent:ListAgentAliases": {"agentAliasSummaries": [alias("TSTALIASID", "DRAFT"), *aliases]},
        "bedrock-agent:GetAgentVersion": version,
        "bedrock-agent:ListTagsForResource": {"tags": tags or {}},
    }


def one_base(
    *sources: Params, storage: Params | None = None, config: Params | None = None, tags: Params | None = None
) -> Params:
    """Answers for one knowledge base that no agent uses; a source is its `dataSourceConfiguration`."""
    base = {"knowledgeBaseId": "BASE000001", "name": "docs", "status": "ACTIVE", "updatedAt": T}
    model = f"{HERE.rsplit(':', 1)[0]}::foundation-model/amazon.titan-embed-text-v2:0"
    vector = {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": model}}
    whole = {
        **base,
        "knowledgeBaseArn": BASE,
        "roleArn": ROLE,
        "createdAt": T,
        "knowledgeBaseConfiguration": config or vector,
        **({"storageConfiguration": storage} if storage else {}),
    }

    def listed(number: int) -> Params:
        ids = {"knowledgeBaseId": "BASE000001", "dataSourceId": f"SOURCE000{number}"}
        return {**ids, "name": f"source-{number}", "status": "AVAILABLE", "updatedAt": T}

    def source(params: Params) -> Params:
        number = int(params["dataSourceId"][-1])
        return {"dataSource": {**listed(number), "createdAt": T, "dataSourceConfiguration": sources[number]}}

    return {
        "bedrock-agent:ListKnowledgeBases": {"knowledgeBaseSummaries": [base]},
        "bedrock-agent:GetKnowledgeBase": {"knowledgeBase": whole},
        "bedrock-agent:ListDataSources": {"dataSourceSummaries": [listed(number) for number in range(len(sources))]},
        "bedrock-agent:GetDataSource": source,
        "bedrock-agent:ListAgents": {"agentSummaries": []},
        "bedrock-agent:ListTagsForResource": {"tags": tags or {}},
        "s3:GetBucketTagging": {"TagSet": [{"Key": "data-classification", "Value": "restricted"}]},
    }


def read_by(number: int, permitted: str | None, *, state: str = "ENABLED") -> Params:
    """Answers for agents that use the knowledge base, tagged alike."""

    def tags(params: Params) -> Params:
        return {"tags": {"permitted-class": permitted} if permitted and ":agent/" in params["resourceArn"] else {}}

    link = {"knowledgeBaseId": "BASE000001", "knowledgeBaseState": state, "updatedAt": T}
    return {
        "bedrock-agent:ListAgents": {"agentSummaries": [listed_agent(each) for each in range(1, number + 1)]},
        "bedrock-agent:ListAgentAliases": {"agentAliasSummaries": [alias("TSTALIASID", "DRAFT")]},
        "bedrock-agent:ListAgentKnowledgeBases": {"agentKnowledgeBaseSummaries": [link]},
        "bedrock-agent:ListTagsForResource": tags,
    }


S3 = {"type": "S3", "s3Configuration": {"bucketArn": BUCKET, "bucketOwnerAccountId": "111122223333"}}
PINECONE = {
    "type": "PINECONE",
    "pineconeConfiguration": {
        "connectionString": "https://freight.svc.pinecone.example",
        "credentialsSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pinecone",
        "fieldMapping": {"textField": "t", "metadataField": "m"},
    },
}


# agents


def test_an_agent_as_its_draft_where_nobody_calls_another_version(play: Play) -> None:
    answers = one_agent(tags={"owner": "ops", "Environment": "prod", "permitted-class": "internal"}, **guarded())
    got = play(agents.agents, answers)
    [agent], [key] = got.of("ai_system"), got.of("encryption")
    assert (agent.subject, agent.category, agent.version) == (AGENT, "agent", "DRAFT")
    assert agent.safeguards == (f"{HERE}:guardrail/guard1:DRAFT",)
    assert (agent.model, agent.role) == ("anthropic.claude-sonnet-4-5-20250929-v1:0", ROLE)
    assert (agent.owner, agent.environment, agent.permitted_class) == ("ops", "prod", "internal")
    assert (key.key, key.holder) == (ABSENT, "vendor")
    assert agent.created == "2026-01-02T03:04:05Z"


def test_callers_meet_the_version_behind_the_alias(play: Play) -> None:
    versions = {"2": {"customerEncryptionKeyArn": KEY, "foundationModel": "amazon.nova-pro-v1:0"}}
    got = play(agents.agents, one_agent(alias("LIVE000000", "2"), versions=versions, **guarded()))
    [agent], [key] = got.of("ai_system"), got.of("encryption")
    assert (agent.version, agent.model, agent.safeguards) == ("2", "amazon.nova-pro-v1:0", ABSENT)
    assert (key.key, key.holder) == (KEY, "customer")


def test_versions_that_differ_leave_it_open(play: Play) -> None:
    arn = f"{HERE}:guardrail/guard2"
    versions = {"1": {}, "2": guarded("4", arn)}
    answers = one_agent(alias("OLD0000000", "1"), alias("NEW0000000", "2"), versions=versions)
    [agent] = play(agents.agents, answers).of("ai_system")
    assert agent.version == "1, 2"
    assert agent.safeguards.state is State.AMBIGUOUS
    assert agent.role == ROLE


def test_versions_that_agree_do_not(play: Play) -> None:
    versions = {"1": guarded("4"), "2": guarded("4")}
    answers = one_agent(alias("OLD0000000", "1"), alias("NEW0000000", "2"), versions=versions)
    [agent] = play(agents.agents, answers).of("ai_system")
    assert agent.safeguards == (f"{HERE}:guardrail/guard1:4",)


def test_an_alias_that_rejects_calls_does_not_count(play: Play) -> None:
    paused = alias("OLD0000000", "1", aliasInvocationState="REJECT_INVOCATIONS")
    [agent] = play(agents.agents, one_agent(paused)).of("ai_system")
    assert (agent.version, agent.safeguards) == ("DRAFT", ABSENT)


def test_a_guardrail_without_version_is_ambiguous(play: Play) -> None:
    config = {"guardrailConfiguration": {"guardrailIdentifier": "guard1"}}
    [agent] = play(agents.agents, one_agent(**config)).of("ai_system")
    assert (agent.safeguards.state, agent.safeguards.raw) == (State.AMBIGUOUS, f"{HERE}:guardrail/guard1")


@pytest.mark.parametrize(
    ("refused", "unread"),
    [
        ("GetAgent", {"model", "role", "safeguards", "created"}),
        ("ListAgentAliases", {"model", "role", "safeguards", "version"}),
        ("ListTagsForResource", {"owner", "environment", "permitted_class"}),
    ],
)
def test_what_is_refused_is_unread_and_not_absent(refused: str, unread: set[str], play: Play) -> None:
    got = play(agents.agents, one_agent(**guarded()), refused=[f"bedrock-agent:{refused}"])
    [agent] = got.of("ai_system")
    found = {name for name in agent.__struct_fields__ if getattr(getattr(agent, name), "state", "") == State.UNREAD}
    assert found == unread
    assert got.unread == [(f"bedrock-agent:{refused}", AGENT, "denied")]
    assert (agent.name, agent.state) == ("agent-1", "PREPARED")


def test_a_refused_version_is_unread(play: Play) -> None:
    answers = one_agent(alias("LIVE000000", "2"), versions={"2": {}}, **guarded())
    got = play(agents.agents, answers, refused=["bedrock-agent:GetAgentVersion"])
    [agent] = got.of("ai_system")
    assert agent.version == "2"
    assert agent.safeguards.state is agent.model.state is got.of("encryption")[0].key.state is State.UNREAD


def test_instructions_are_not_kept(play: Play) -> None:
    got = play(agents.agents, one_agent(alias("LIVE000000", "2"), versions={"2": {}}))
    assert "customs tariff" not in "".join(got.pages)
    assert got.of("ai_system")


def test_every_agent_of_every_page(play: Play) -> None:
    answers = one_agent()
    answers["bedrock-agent:ListAgents"] = {"agentSummaries": [listed_agent(number) for number in range(1, 6)]}
    got = play(agents.agents, answers, page_size=2)
    assert [agent.name for agent in got.of("ai_system")] == [f"agent-{number}" for number in range(1, 6)]
    assert got.completeness == "complete"


# knowledge bases


def test_a_knowledge_base_with_its_model_and_role(play: Play) -> None:
    got = play(knowledge.knowledge_bases, one_base(tags={"owner": "docs-team"}))
    [base] = got.facts
    assert (base.subject, base.category, base.name, base.role) == (BASE, "knowledge_base", "docs", ROLE)
    assert (base.owner, base.state) == ("docs-team", "ACTIVE")
    assert base.model.endswith("amazon.titan-embed-text-v2:0")


def test_a_managed_knowledge_base_has_a_key(play: Play) -> None:
    managed = {"embeddingModelType": "MANAGED", "serverSideEncryptionConfiguration": {"kmsKeyArn": KEY}}
    config = {"type": "MANAGED", "managedKnowledgeBaseConfiguration": managed}
    got = play(knowledge.knowledge_bases, one_base(config=config))
    assert got.of("ai_system")[0].model == ABSENT
    assert got.of("encryption")[0].key == KEY


def test_a_refused_knowledge_base_still_exists(play: Play) -> None:
    got = play(knowledge.knowledge_bases, one_base(), refused=["bedrock-agent:GetKnowledgeBase"])
    [base] = got.facts
    assert base.model.state is base.role.state is State.UNREAD
    assert got.unread == [("bedrock-agent:GetKnowledgeBase", BASE, "denied")]


# what they read


def test_a_bucket_with_its_class_and_the_agents_that_read_it(play: Play) -> None:
    got = play(knowledge.data_connections, {**one_base(S3), **read_by(2, "internal")})
    [link], [store] = got.of("data_connection"), got.of("data_store")
    other = f"{HERE}:agent/AGENT00002"
    assert (link.ai_system, link.store, link.direction, link.third_party) == (BASE, BUCKET, "read", False)
    assert (link.classification, link.permitted_class) == ("restricted", ABSENT)
    assert link.reached_by == (AGENT, other)
    assert link.readers == (f"{AGENT}=internal", f"{other}=internal")
    assert (store.name, store.role, store.classification) == ("freight-docs", "source", "restricted")
    assert store.tags == ("data-classification=restricted",)
    assert got.of("encryption")[0].subject == f"{BASE}#SOURCE0000"
    cited = {origin.call for origin in got.record("data_connection").provenance.origins}
    assert {"bedrock-agent:ListAgentKnowledgeBases", "s3:GetBucketTagging", "bedrock-agent:GetDataSource"} <= cited


def test_a_bucket_without_tags_has_no_class(play: Play) -> None:
    answers = {**one_base(S3), "s3:GetBucketTagging": AwsError("NoSuchTagSet", "none", 404)}
    got = play(knowledge.data_connections, answers)
    assert [link.classification for link in got.of("data_connection")] == [ABSENT]
    assert (got.of("data_store")[0].tags, got.completeness) == ((), "complete")


def test_a_bucket_of_another_account_is_unread(play: Play) -> None:
    got = play(knowledge.data_connections, one_base(S3), refused=["s3:GetBucketTagging"])
    [link], [store] = got.of("data_connection"), got.of("data_store")
    assert link.classification.state is store.tags.state is store.classification.state is State.UNREAD
    assert got.unread == [("s3:GetBucketTagging", f"{BASE}#SOURCE0000", "denied")]


def test_an_answer_without_tags_is_not_an_untagged_bucket(play: Play) -> None:
    faults = [Fault("s3", "GetBucketTagging", kind="missing_list")]
    got = play(knowledge.data_connections, one_base(S3), faults=faults)
    assert got.of("data_connection")[0].classification.state is got.of("data_store")[0].tags.state is State.UNREAD
    assert got.unread == [("s3:GetBucketTagging", f"{BASE}#SOURCE0000", "invalid_answer")]


def test_a_bucket_that_two_sources_read_is_one_store(play: Play) -> None:
    got = play(knowledge.data_connections, one_base(S3, S3))
    assert len(got.of("data_connection")) == 2
    assert len(got.of("data_store")) == 1


def test_a_link_that_is_switched_off_reads_nothing(play: Play) -> None:
    got = play(knowledge.data_connections, {**one_base(S3), **read_by(1, "internal", state="DISABLED")})
    assert [link.reached_by for link in got.of("data_connection")] == [ABSENT]


def test_a_reader_without_a_class_is_told_from_an_unread_one(play: Play) -> None:
    answers = {**one_base(S3), **read_by(1, None)}
    [link] = play(knowledge.data_connections, answers).of("data_connection")
    assert link.readers == (f"{AGENT}=",)
    got = play(knowledge.data_connections, answers, refused=["bedrock-agent:ListTagsForResource"])
    [link] = got.of("data_connection")
    assert (link.readers, link.permitted_class.state) == ((f"{AGENT}=unread",), State.UNREAD)


@pytest.mark.parametrize("refused", ["ListAgents", "ListAgentAliases", "ListAgentKnowledgeBases"])
def test_readers_that_may_be_missing_are_unread(refused: str, play: Play) -> None:
    answers = {**one_base(S3), **read_by(1, "internal")}
    got = play(knowledge.data_connections, answers, refused=[f"bedrock-agent:{refused}"])
    [link] = got.of("data_connection")
    assert (link.reached_by.state, link.readers) == (State.UNREAD, ())
    assert got.unread == [(f"bedrock-agent:{refused}", None, "denied")]


@pytest.mark.parametrize("refused", ["ListDataSources", "GetDataSource"])
def test_what_a_knowledge_base_reads_is_noted_where_it_is_refused(refused: str, play: Play) -> None:
    got = play(knowledge.data_connections, one_base(S3, storage=PINECONE), refused=[f"bedrock-agent:{refused}"])
    assert [link.connector for link in got.of("data_connection")] == ["PINECONE"]
    assert got.completeness == "partial"


@pytest.mark.parametrize(
    ("storage", "store", "third_party"),
    [
        (PINECONE, "https://freight.svc.pinecone.example", True),
        (
            {"type": "S3_VECTORS", "s3VectorsConfiguration": {"vectorBucketArn": f"{HERE}:bucket/vectors"}},
            f"{HERE}:bucket/vectors",
            False,
        ),
        ({"type": "S3_VECTORS", "s3VectorsConfiguration": {"indexArn": f"{HERE}:index/i"}}, f"{HERE}:index/i", False),
        ({"type": "BRAND_NEW"}, f"{BASE}#storage", unknown_value("BRAND_NEW")),
    ],
)
def test_a_vector_store_and_whose_it_is(storage: Params, store: str, third_party: Any, play: Play) -> None:
    [link] = play(knowledge.data_connections, one_base(storage=storage), newer=True).of("data_connection")
    assert (link.store, link.third_party, link.direction) == (store, third_party, "both")


@pytest.mark.parametrize(
    ("config", "connector", "store"),
    [
        (
            {"type": "KENDRA", "kendraKnowledgeBaseConfiguration": {"kendraIndexArn": f"{HERE}:index/k"}},
            "KENDRA",
            f"{HERE}:index/k",
        ),
        (
            {
                "type": "SQL",
                "sqlKnowledgeBaseConfiguration": {
                    "type": "REDSHIFT",
                    "redshiftConfiguration": {
                        "queryEngineConfiguration": {"provisionedConfiguration": {"clusterIdentifier": "freight"}}
                    },
                },
            },
            "REDSHIFT",
            "freight",
        ),
    ],
)
def test_a_knowledge_base_without_a_vector_store(config: Params, connector: str, store: str, play: Play) -> None:
    [link] = play(knowledge.data_connections, one_base(config=config), newer=True).of("data_connection")
    assert (link.connector, link.store, link.third_party) == (connector, store, False)


@pytest.mark.parametrize(
    ("source", "store", "third_party"),
    [
        (
            {
                "type": "CONFLUENCE",
                "confluenceConfiguration": {
                    "sourceConfiguration": {
                        "hostUrl": "https://harbour.atlassian.example",
                        "hostType": "SAAS",
                        "authType": "BASIC",
                        "credentialsSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:wiki",
                    }
                },
            },
            "https://harbour.atlassian.example",
            True,
        ),
        (
            {
                "type": "WEB",
                "webConfiguration": {
                    "sourceConfiguration": {"urlConfiguration": {"seedUrls": [{"url": "https://docs.example"}]}}
                },
            },
            "https://docs.example",
            NOT_EXPOSED,
        ),
        ({"type": "CUSTOM"}, f"{BASE}#SOURCE0000", NOT_EXPOSED),
        ({"type": "BRAND_NEW"}, f"{BASE}#SOURCE0000", unknown_value("BRAND_NEW")),
    ],
)
def test_other_sources_and_whose_they_are(source: Params, store: str, third_party: Any, play: Play) -> None:
    [link] = play(knowledge.data_connections, one_base(source), newer=True).of("data_connection")
    assert (link.store, link.third_party, link.classification) == (store, third_party, NOT_EXPOSED)
