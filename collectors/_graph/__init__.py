"""The adapter for Microsoft Graph and Azure Resource Manager: declared reads, sent through Microsoft's own SDK.

Reads, pages, errors and the guard are those of the REST adapter; signing in, and the way onto the wire, are the SDK's.
Nothing in here loads the SDK before a source is connected.
"""

from annexa.collectors._graph.pagers import ARM_PAGES, GRAPH_PAGES, RESOURCE_GRAPH_PAGES, once
from annexa.collectors._graph.settings import GraphSettings
from annexa.collectors._graph.source import GraphSource, by_sdk
from annexa.collectors._graph.wire import GraphWire

__all__ = [
    "ARM_PAGES",
    "GRAPH_PAGES",
    "RESOURCE_GRAPH_PAGES",
    "GraphSettings",
    "GraphSource",
    "GraphWire",
    "by_sdk",
    "once",
]
