"""Addresses and owners of what knowledge bases keep and read, as their configurations tell. Pure: no calls."""

from collections.abc import Mapping
from typing import Any

from annexa.collectors.aws._resources import Detail
from annexa.evidence.fact import NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Item

STORES = {
    "OPENSEARCH_SERVERLESS": ("opensearchServerlessConfiguration", "collectionArn", False),
    "OPENSEARCH_MANAGED_CLUSTER": ("opensearchManagedClusterConfiguration", "domainArn", False),
    "PINECONE": ("pineconeConfiguration", "connectionString", True),
    "REDIS_ENTERPRISE_CLOUD": ("redisEnterpriseCloudConfiguration", "endpoint", True),
    "MONGO_DB_ATLAS": ("mongoDbAtlasConfiguration", "endpoint", True),
    "RDS": ("rdsConfiguration", "resourceArn", False),
    "NEPTUNE_ANALYTICS": ("neptuneAnalyticsConfiguration", "graphArn", False),
    "S3_VECTORS": ("s3VectorsConfiguration", "indexArn", False),
}
"""Per type of vector store: where its configuration and its address stand, and whether it is a third party's."""
SERVICES = {"CONFLUENCE": "confluence", "SALESFORCE": "salesforce", "SHAREPOINT": "sharePoint"}
"""Types of data source that are a third party's service, and how their configuration's name begins."""
SEEN_ELSEWHERE = ("VECTOR", "MANAGED")
"""Types of knowledge base whose store stands in a configuration of its own, or is AWS's and unseen."""
OPEN_TYPES = ("WEB", "CUSTOM", "MANAGED_KNOWLEDGE_BASE_CONNECTOR")
"""Types of which the vendor does not say whose the other end is."""


def vector_store(detail: Item) -> tuple[str | None, str | None, bool | Missing]:
    """Type and address of a knowledge base's store, and whether it is a third party's; no type: AWS keeps it unseen."""
    storage = detail.get("storageConfiguration")
    if storage:
        if storage["type"] not in STORES:
            return storage["type"], None, unknown_value(storage["type"])
        member, name, third_party = STORES[storage["type"]]
        config = storage.get(member) or {}
        return storage["type"], config.get(name) or config.get("vectorBucketArn"), third_party
    config = base_config(detail)
    if config.get("type") == "KENDRA":
        return "KENDRA", (config.get("kendraKnowledgeBaseConfiguration") or {}).get("kendraIndexArn"), False
    if config.get("type") == "SQL":
        return "REDSHIFT", _redshift(config), False
    if config.get("type") not in (None, *SEEN_ELSEWHERE):
        return str(config["type"]), None, unknown_value(config["type"])
    return None, None, NOT_EXPOSED


def other_end(config: Mapping[str, Any]) -> tuple[str | None, bool | Missing]:
    """Address of what is no bucket, and whether it is a third party's."""
    type_ = config["type"]
    if type_ in SERVICES:
        source = (config.get(f"{SERVICES[type_]}Configuration") or {}).get("sourceConfiguration") or {}
        return source.get("hostUrl") or ", ".join(source.get("siteUrls", ())) or None, True
    if type_ == "WEB":
        urls = config["webConfiguration"]["sourceConfiguration"]["urlConfiguration"].get("seedUrls", ())
        return ", ".join(url["url"] for url in urls if "url" in url) or None, NOT_EXPOSED
    if type_ == "REDSHIFT_METADATA":
        return None, False
    return None, NOT_EXPOSED if type_ in OPEN_TYPES else unknown_value(type_)


def base_config(detail: Detail) -> dict[str, Any]:
    """The part of a knowledge base that says how it finds things; empty where it is unread."""
    return {} if isinstance(detail, Missing) else detail.get("knowledgeBaseConfiguration") or {}


def _redshift(config: Mapping[str, Any]) -> str | None:
    engine = config.get("sqlKnowledgeBaseConfiguration", {}).get("redshiftConfiguration", {})
    query = engine.get("queryEngineConfiguration", {})
    serverless, provisioned = query.get("serverlessConfiguration", {}), query.get("provisionedConfiguration", {})
    found = serverless.get("workgroupArn") or provisioned.get("clusterIdentifier")
    return None if found is None else str(found)
