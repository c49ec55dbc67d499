"""How much the organization may spend and ask: by month, by second, and by model."""

from collections.abc import Iterator, Mapping

from annexa.collectors._rest import Read
from annexa.collectors._values import inside, number, text
from annexa.collectors.mistral._api import ADMIN, GUIDE, cents
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Quota

SPEND = Read(op="GET /admin/spend-limit", needs=ADMIN, path="limits", unconfirmed=GUIDE)
RATES = Read(op="GET /admin/rate-limit", needs=ADMIN, unconfirmed=GUIDE)
SPENT, REQUESTS, TOKENS = "mistral.spend_limit", "mistral.rate_limit.requests", "mistral.rate_limit.tokens"
COUNTED = ("tokens_per_minute", "tokens_per_month")


@collects(Quota, SPEND, per="source", where={"quota.name": (SPENT,)})
def spend_limit(handle: Handle) -> Iterator[Quota]:
    """How much the organization may spend on completions a month."""
    found = handle.one(SPEND)
    used = inside(found, "completion")
    value = ABSENT if used.get("no_monthly_limit") is True else cents(used.get("usage_limit"))
    yield Quota(subject=SPENT, name=SPENT, value=value, unit=text(found.get("currency")), period="monthly")


@collects(Quota, RATES, per="source", where={"quota.name": (REQUESTS, TOKENS)})
def rate_limits(handle: Handle) -> Iterator[Quota]:
    """How many requests a second there may be, and how many tokens of each model a minute and a month."""
    found = handle.one(RATES)
    yield Quota(
        subject=REQUESTS, name=REQUESTS, value=number(found.get("requests_per_second")), unit="requests_per_second"
    )
    for model, limits in sorted(inside(found, "tokens_limits_by_model").items()):
        for unit in COUNTED:
            value = number(limits.get(unit) if isinstance(limits, Mapping) else None)
            yield Quota(subject=f"{model}#{unit}", name=TOKENS, value=value, unit=unit, limits=model)
