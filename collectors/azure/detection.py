"""Microsoft Defender for Cloud: which of its plans are paid for in which subscription, and which AI account it watches."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import once
from annexa.collectors._values import inside
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SUBSCRIPTIONS, arm, query
from annexa.collectors.azure._reading import accounts, place, reconcile, steps, uid
from annexa.collectors.azure.deployments import INSIDE
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Flag, Names, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Detection

SERVICE, IN_ACCOUNT = "defender", "defender.ai_account"
PRICINGS = query(
    "securityresources | where type =~ 'microsoft.security/pricings' | project id, name, subscriptionId, properties",
    "Microsoft.Security/pricings/read",
)
"""Plans of all subscriptions, those for AI among them."""
SETTINGS = arm(
    f"{INSIDE}/defenderForAISettings", "2025-09-01", "Microsoft.CognitiveServices/accounts/defenderForAISettings/read"
)
"""Whether Defender watches one account; its plan alone does not say so."""


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


@collects(
    Detection, ACCOUNTS, SETTINGS, SUBSCRIPTIONS, CONTAINERS, per="source", where={"detection.service": (IN_ACCOUNT,)}
)
def defender_in_accounts(handle: Handle) -> Iterator[Detection]:
    """One record per setting of an AI account; an account without any says nothing."""
    for account, reply in handle.many(SETTINGS, list(accounts(handle)), steps):
        with handle.item(uid(ACCOUNTS, account)):
            for row in once(reply.each()):
                subject, state = uid(SETTINGS, row), inside(row, "properties").get("state")
                yield Detection(subject=subject, service=IN_ACCOUNT, enabled=_on(state), at=place(subject))
    reconcile(handle)


def _on(state: Any) -> Flag:
    known = {"Enabled": True, "Disabled": False}
    return known[state] if state in known else NOT_EXPOSED if state is None else unknown_value(state)


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
