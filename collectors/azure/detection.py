"""Microsoft Defender for Cloud: which of its plans are paid for in which subscription."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import once
from annexa.collectors.azure._api import CONTAINERS, SUBSCRIPTIONS, query
from annexa.collectors.azure._reading import inside, place, reconcile, uid
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Flag, Names, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Detection

SERVICE = "defender"
PRICINGS = query(
    "securityresources | where type =~ 'microsoft.security/pricings' | project id, name, subscriptionId, properties",
    "Microsoft.Security/pricings/read",
)
"""Plans of all subscriptions, those for AI among them."""


@collects(Detection, PRICINGS, SUBSCRIPTIONS, CONTAINERS, per="source", where={"detection.service": (SERVICE,)})
def defender_plans(handle: Handle) -> Iterator[Detection]:
    """One record per plan and subscription; the plan's name, and what is switched on in it, are its features."""
    for row in once(handle.each(PRICINGS)):
        subject = uid(PRICINGS, row)
        said = inside(row, "properties")
        yield Detection(
            subject=subject, service=SERVICE, enabled=_paid(said.get("pricingTier")),
            features=_features(row.get("name"), said.get("extensions")), at=place(subject),
        )  # fmt: skip
    reconcile(handle)


def _paid(tier: Any) -> Flag:
    known = {"Standard": True, "Free": False}
    return known[tier] if tier in known else NOT_EXPOSED if tier is None else unknown_value(tier)


def _features(plan: Any, listed: Any) -> Names:
    if not isinstance(plan, str):
        return NOT_EXPOSED
    on = (
        one.get("name") for one in listed or () if isinstance(one, Mapping) and one.get("isEnabled") in (True, "True")
    )
    return (plan, *sorted(f"{plan}.{name}" for name in on))
