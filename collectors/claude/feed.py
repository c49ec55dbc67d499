"""The activity feed and limits on spending: times and numbers, never what happened or who did it."""

from collections.abc import Iterator

from annexa.collectors._anthropic import FEED_DROPS, NEWEST, beta, feed, ident, limited, spent, word
from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.claude._api import ACTIVITIES as READS
from annexa.collectors.claude._api import ENTERPRISE, NEXT, SPENDING, only_its_own
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.data import LogSource
from annexa.evidence.kinds.settings import Quota
from annexa.evidence.kinds.systems import Usage
from annexa.schemas.words import Reason

ACTIVITIES = Read(
    op="GET /compliance/activities", needs=READS, path="data", params=NEWEST, drop=FEED_DROPS, plan=ENTERPRISE
)
SPEND_LIMITS = Read(
    op="GET /organizations/spend_limits", needs=SPENDING, path="data", pager=NEXT, plan=ENTERPRISE,
    headers=beta("spend-limit-reads-2026-09-26"), not_found=Reason.NOT_LICENSED,
)  # fmt: skip
FEED, SPEND = "claude.activities", "claude.spend_limit"


@collects((LogSource, Usage), ACTIVITIES, where={"log_source.name": (FEED,), "usage.signal": (FEED,)}, per="source")
def activity_feed(handle: Handle) -> Iterator[LogSource | Usage]:
    """When the newest entry of the feed was made, and how many different ones its newest hundred are."""
    found = feed(handle, ACTIVITIES, handle.each(ACTIVITIES), FEED)
    yield LogSource(subject=FEED, name=FEED, organisation_wide=True, last_event=found.newest)
    yield Usage(
        subject=f"{FEED}/newest", signal=FEED, service="claude", count=found.different, since=found.oldest,
        until=found.newest,
    )  # fmt: skip


@collects(Quota, SPEND_LIMITS, where={"quota.name": (SPEND,)}, per="source")
def spend_limits(handle: Handle) -> Iterator[Quota]:
    """What may be spent, by the organisation as a whole, by seat tiers, groups and members."""
    for item in handle.each(SPEND_LIMITS):
        yield Quota(
            subject=ident(SPEND_LIMITS, item), name=SPEND, value=spent(item), unit=text(item.get("currency")),
            period=word(item.get("period"), "daily", "weekly", "monthly"), limits=limited(inside(item, "scope")),
        )  # fmt: skip
    only_its_own(handle, SPEND_LIMITS)
