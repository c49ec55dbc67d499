"""Limits: how much may be asked and spent, by the organisation and by a workspace."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import NEXT_PAGE, beta, count, ident, limited, parts, spent, word
from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.anthropic._api import KEY
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Quota
from annexa.schemas.words import Reason

RATE_LIMITS = Read(op="GET /organizations/rate_limits", needs=KEY, path="data", pager=NEXT_PAGE)
WORKSPACE_LIMITS = Read(
    op="GET /organizations/workspaces/{workspace_id}/rate_limits", needs=KEY, path="data", pager=NEXT_PAGE
)
SPEND_LIMITS = Read(
    op="GET /organizations/spend_limits", needs=KEY, path="data", pager=NEXT_PAGE,
    headers=beta("spend-limit-reads-2026-09-26"), plan="the vendor's early access preview of listing spend limits",
    not_found=Reason.NOT_LICENSED,
)  # fmt: skip
RATE, WORKSPACE_RATE, SPEND = "anthropic.rate_limit", "anthropic.workspace.rate_limit", "anthropic.spend_limit"


@collects(Quota, RATE_LIMITS, where={"quota.name": (RATE,)}, per="source")
def rate_limits(handle: Handle) -> Iterator[Quota]:
    """Rate limits of the organisation, one for each group of models or interface and each thing that is counted."""
    for item in handle.each(RATE_LIMITS):
        yield from _limits(item, RATE, ident(RATE_LIMITS, item), limits=str(handle.known["organisation"]))


@collects(Quota, WORKSPACE_LIMITS, where={"quota.name": (WORKSPACE_RATE,)}, per="workspace")
def workspace_rate_limits(handle: Handle) -> Iterator[Quota]:
    """Rate limits that a workspace has of its own; what it inherits from the organisation is not listed."""
    place = str(handle.known["scope"])
    for item in handle.each(WORKSPACE_LIMITS, workspace_id=place):
        yield from _limits(
            item, WORKSPACE_RATE, f"{place}/{ident(WORKSPACE_LIMITS, item, 'rate_limit_id')}", limits=place
        )


@collects(Quota, SPEND_LIMITS, where={"quota.name": (SPEND,)}, per="source")
def spend_limits(handle: Handle) -> Iterator[Quota]:
    """What may be spent, by the organisation as a whole and by workspaces; the vendor's own cap is named `usage_tier`."""
    tenant = str(handle.known["organisation"])
    for item in handle.each(SPEND_LIMITS):
        workspace = inside(item, "scope").get("workspace_id")
        yield Quota(
            subject=ident(SPEND_LIMITS, item), at=workspace if isinstance(workspace, str) else None, name=SPEND,
            value=spent(item), unit=text(item.get("currency")),
            period=word(item.get("period"), "daily", "weekly", "monthly"),
            limits=limited(inside(item, "scope"), tenant),
        )  # fmt: skip


def _limits(item: Mapping[str, Any], name: str, subject: str, *, limits: str) -> Iterator[Quota]:
    group = inside(item, "group")
    for limit in parts(item, "limits"):
        yield Quota(
            subject=f"{subject}/{limit.get('type')}", name=name, value=count(limit.get("value")),
            unit=text(limit.get("type")), period=ABSENT, limits=f"{limits}:{group.get('type', 'unknown')}",
        )  # fmt: skip
