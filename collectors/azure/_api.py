"""Azure Resource Manager and Resource Graph as a whole: addresses, versions, limits, and the queries that are asked."""

from typing import Any

from annexa.collectors._graph import ARM_PAGES, RESOURCE_GRAPH_PAGES, by_sdk
from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Read

GRAPH_OP = "POST /providers/Microsoft.ResourceGraph/resources"
"""Every query of Resource Graph; what tells one from another is its text."""
QUERIES = Rate(per_second=3, burst=15)
"""15 queries in 5 seconds: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests"""

API = Api(
    vendor="azure",
    title="Azure Resource Manager",
    base="https://management.azure.com",
    sign=by_sdk,
    suffixes=("management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"),
    request_id="x-ms-request-id",
    code="error.code",
    says="error.message",
    rates={GRAPH_OP: QUERIES},
)

SECRET = ("qnaAzureSearchEndpointKey", "eventHubConnectionString", "storageAccountConnectionString")
"""Members of an account's `apiProperties` that hold secrets."""


def arm(path: str, version: str, needs: str, **more: Any) -> Read:
    """One list of Resource Manager."""
    return Read(op=f"GET {path}", path="value", needs=needs, pager=ARM_PAGES, params={"api-version": version}, **more)


def query(text: str, needs: str) -> Read:
    """One query over everything that the reader may see; its text is fixed, and also what tells its answers apart."""
    options = {"resultFormat": "objectArray", "$top": 1000}
    return Read(
        op=GRAPH_OP, path="data", needs=needs, pager=RESOURCE_GRAPH_PAGES, body={"query": text},
        body_params=("options",), params={"api-version": "2024-04-01", "options": options, "query": text}, drop=SECRET,
    )  # fmt: skip


SUBSCRIPTIONS = arm("/subscriptions", "2022-12-01", "Microsoft.Resources/subscriptions/read")
"""Subscriptions in which the reader has any role."""
CONTAINERS = query(
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project id, name, subscriptionId",
    "Microsoft.Resources/subscriptions/read",
)
"""The same, as far as Resource Graph knows them."""
ACCOUNTS = query(
    "resources | where type =~ 'microsoft.cognitiveservices/accounts' | where kind in~ ('OpenAI', 'AIServices') "
    "| project id, name, kind, location, subscriptionId, tags, properties",
    "Microsoft.CognitiveServices/accounts/read",
)
"""Azure OpenAI and AI Foundry accounts of all subscriptions."""
