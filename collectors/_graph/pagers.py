"""How Microsoft's lists continue: a whole address in the page, which may be empty while another one follows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from annexa.collectors._rest.read import BodyLink, Cursor

T = TypeVar("T", bound=Mapping[str, Any])

GRAPH_PAGES = BodyLink(
    at="@odata.nextLink", keys=("$skiptoken", "$skipToken", "$skip", "$deltatoken"), may_be_empty=True
)
"""Microsoft Graph: https://learn.microsoft.com/graph/paging"""
ARM_PAGES = BodyLink(at="nextLink", keys=("$skiptoken", "$skipToken", "skipToken", "skiptoken"), may_be_empty=True)
"""Azure Resource Manager: https://learn.microsoft.com/rest/api/azure#async-operations-throttling-and-paging"""
RESOURCE_GRAPH_PAGES = Cursor(
    param="options.$skipToken", at="$skipToken", may_lack=True, may_be_empty=True, cut="resultTruncated",
    total="totalRecords",
)  # fmt: skip
"""Azure Resource Graph: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data

`resultTruncated` is a text. A result that is cut short without a token (a query that drops the ids) is a broken list.
"""


def once(items: Iterable[T], key: str = "id") -> Iterator[T]:
    """Each object once, the first time it comes: a list that changes while it is read may hand one over on two pages."""
    seen = set[str]()
    for item in items:
        uid = str(item.get(key) or "").lower()
        if not uid or uid not in seen:
            seen.add(uid)
            yield item
