"""What knowledge bases of Amazon Bedrock read, where they keep it, and which agents read through them."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors.aws._keys import DESCRIBE_KEY, encryption
from annexa.collectors.aws._readers import LIST_LINKS, Readers
from annexa.collectors.aws._resources import (
    OWNER,
    PERMITTED_CLASS,
    Detail,
    Tags,
    arn,
    field,
    holding,
    tag_map,
    when,
)
from annexa.collectors.aws._stores import base_config, other_end, vector_store
from annexa.collectors.aws._values import CLASSIFICATION, ENVIRONMENT, pairs, tagged
from annexa.collectors.aws.agents import LIST_AGENTS, LIST_ALIASES, LIST_TAGS
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import DataConnection, DataStore
from annexa.evidence.kinds.settings import Encryption
from annexa.evidence.kinds.systems import AiSystem

LIST_KNOWLEDGE_BASES = Call(
    op="bedrock-agent:ListKnowledgeBases",
    needs="bedrock:ListKnowledgeBases",
    path="knowledgeBaseSummaries",
    drop=("description",),
)
GET_KNOWLEDGE_BASE = Call(
    op="bedrock-agent:GetKnowledgeBase",
    needs="bedrock:GetKnowledgeBase",
    path="knowledgeBase",
    keep=("vectorBucketArn", "indexArn", "graphArn"),
    drop=("description", "failureReasons"),
)
LIST_DATA_SOURCES = Call(
    op="bedrock-agent:ListDataSources",
    needs="bedrock:ListDataSources",
    path="dataSourceSummaries",
    drop=("description",),
)
GET_DATA_SOURCE = Call(
    op="bedrock-agent:GetDataSource",
    needs="bedrock:GetDataSource",
    path="dataSource",
    drop=("description", "failureReasons", "inclusionPrefixes", "connectorParameters", "parsingPrompt"),
)
GET_BUCKET_TAGS = Call(op="s3:GetBucketTagging", needs="s3:GetBucketTagging", absent=("NoSuchTagSet",))


@collects(
    (AiSystem, Encryption),
    LIST_KNOWLEDGE_BASES,
    GET_KNOWLEDGE_BASE,
    LIST_TAGS,
    DESCRIBE_KEY,
    where={"ai_system.category": ("knowledge_base",)},
    per="region",
    signals="bedrock",
)
def knowledge_bases(handle: Handle) -> Iterator[AiSystem | Encryption]:
    """One record per knowledge base, and one about its key where AWS manages its storage."""
    for base, reply in handle.many(GET_KNOWLEDGE_BASE, handle.each(LIST_KNOWLEDGE_BASES), _base_id):
        subject = _base_arn(handle, base)
        with handle.item(subject):
            detail = handle.detail(GET_KNOWLEDGE_BASE, reply.one)
            yield _knowledge_base(subject, base, detail, tag_map(handle, LIST_TAGS, resourceArn=subject))
            managed = base_config(detail).get("managedKnowledgeBaseConfiguration")
            if managed is not None:
                key = (managed.get("serverSideEncryptionConfiguration") or {}).get("kmsKeyArn")
                yield encryption(handle, subject, "knowledge_base", key)


@collects(
    (DataConnection, DataStore, Encryption), LIST_KNOWLEDGE_BASES, GET_KNOWLEDGE_BASE, LIST_DATA_SOURCES,
    GET_DATA_SOURCE, GET_BUCKET_TAGS, LIST_AGENTS, LIST_ALIASES, LIST_LINKS, LIST_TAGS, DESCRIBE_KEY,
    where={"data_store.role": ("source",)}, per="region", signals="bedrock",
)  # fmt: skip
def data_connections(handle: Handle) -> Iterator[DataConnection | DataStore | Encryption]:
    """What every knowledge base reads and where it keeps it, with the agents that read it too."""
    bases = list(handle.each(LIST_KNOWLEDGE_BASES))
    through = Readers(handle) if bases else None
    stores: set[str] = set()
    for base, reply in handle.many(GET_KNOWLEDGE_BASE, bases, _base_id):
        with handle.item(_base_arn(handle, base)):
            detail = handle.detail(GET_KNOWLEDGE_BASE, reply.one)
            shared = _shared(handle, base, through)
            yield from _storage(detail, shared)
            yield from _once(_sources(handle, base, shared), stores)


def _once(
    facts: Iterator[DataConnection | DataStore | Encryption], stores: set[str]
) -> Iterator[DataConnection | DataStore | Encryption]:
    """Leave out a store that an earlier data source brought."""
    for fact in facts:
        if not isinstance(fact, DataStore):
            yield fact
        elif fact.subject not in stores:
            stores.add(fact.subject)
            yield fact


def _shared(handle: Handle, base: Item, through: Readers | None) -> dict[str, Any]:
    """Fields that all connections of a knowledge base have in common."""
    subject = _base_arn(handle, base)
    readers = through.of(base["knowledgeBaseId"]) if through else ()
    lost = through.lost if through else None
    tags = tag_map(handle, LIST_TAGS, resourceArn=subject)
    return {
        "ai_system": subject,
        "reached_by": lost or tuple(reader for reader, _ in readers) or ABSENT,
        "readers": tuple(f"{reader}={permitted}" for reader, permitted in readers),
        "permitted_class": tagged(tags, PERMITTED_CLASS),
    }


def _storage(detail: Detail, shared: Mapping[str, Any]) -> Iterator[DataConnection]:
    """Where the knowledge base keeps what it read; none where AWS manages that unseen."""
    if isinstance(detail, Missing):
        return
    subject = f"{shared['ai_system']}#storage"
    type_, store, third_party = vector_store(detail)
    if type_ is not None:
        yield DataConnection(
            subject=subject, store=store or subject, direction="both", third_party=third_party, connector=type_,
            created=when(detail, "createdAt"), **shared,
        )  # fmt: skip


def _sources(
    handle: Handle, base: Item, shared: Mapping[str, Any]
) -> Iterator[DataConnection | DataStore | Encryption]:
    listed = handle.each(LIST_DATA_SOURCES, knowledgeBaseId=base["knowledgeBaseId"])
    for source, reply in handle.many(GET_DATA_SOURCE, listed, _source_id):
        subject = f"{shared['ai_system']}#{source['dataSourceId']}"
        with handle.item(subject):
            detail = reply.one()
            key = (detail.get("serverSideEncryptionConfiguration") or {}).get("kmsKeyArn")
            yield encryption(handle, subject, "data_source", key)
            yield from _source(handle, subject, detail, shared)


def _source(
    handle: Handle, subject: str, detail: Item, shared: Mapping[str, Any]
) -> Iterator[DataConnection | DataStore]:
    config = detail["dataSourceConfiguration"]
    common = {**shared, "direction": "read", "connector": config["type"], "created": when(detail, "createdAt")}
    bucket = config.get("s3Configuration")
    if bucket is None:
        store, third_party = other_end(config)
        yield DataConnection(subject=subject, store=store or subject, third_party=third_party, **common)
        return
    tags = _bucket_tags(handle, bucket)
    yield DataConnection(
        subject=subject, store=bucket["bucketArn"], third_party=False, classification=tagged(tags, CLASSIFICATION),
        **common,
    )  # fmt: skip
    yield DataStore(
        subject=bucket["bucketArn"], type="s3_bucket", role="source", name=_bucket_name(bucket), tags=tags,
        classification=tagged(tags, CLASSIFICATION), owner_account=field(bucket, "bucketOwnerAccountId", NOT_EXPOSED),
    )  # fmt: skip


def _bucket_tags(handle: Handle, bucket: Mapping[str, Any]) -> Tags:
    """Tags of a bucket; one of another account or region may refuse, and then they are unread."""
    owner = bucket.get("bucketOwnerAccountId")
    expected = {"ExpectedBucketOwner": owner} if owner else {}
    found = handle.attempt(GET_BUCKET_TAGS, Bucket=_bucket_name(bucket), **expected)
    found = holding(handle, GET_BUCKET_TAGS, found, "TagSet")
    return found if isinstance(found, Missing) else pairs(found["TagSet"]) if found else ()


def _knowledge_base(subject: str, base: Item, detail: Detail, tags: Tags) -> AiSystem:
    vector = base_config(detail).get("vectorKnowledgeBaseConfiguration") or {}
    managed = base_config(detail).get("managedKnowledgeBaseConfiguration") or {}
    model = detail if isinstance(detail, Missing) else field({**managed, **vector}, "embeddingModelArn")
    return AiSystem(
        subject=subject, category="knowledge_base", provider="bedrock", name=base["name"], owner=tagged(tags, OWNER),
        model=model, role=field(detail, "roleArn"), environment=tagged(tags, ENVIRONMENT),
        permitted_class=tagged(tags, PERMITTED_CLASS), state=base["status"], created=when(detail, "createdAt"),
    )  # fmt: skip


def _base_id(base: Item) -> dict[str, str]:
    return {"knowledgeBaseId": base["knowledgeBaseId"]}


def _source_id(source: Item) -> dict[str, str]:
    return {"knowledgeBaseId": source["knowledgeBaseId"], "dataSourceId": source["dataSourceId"]}


def _base_arn(handle: Handle, base: Item) -> str:
    return arn(handle, "bedrock", f"knowledge-base/{base['knowledgeBaseId']}")


def _bucket_name(bucket: Mapping[str, Any]) -> str:
    return str(bucket["bucketArn"]).rsplit(":", 1)[-1]
