"""The global session policies: under which proof of identity somebody gets into Okta at all."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, text
from annexa.collectors.okta._api import LINKED
from annexa.collectors.okta._sign_on import requires
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessPolicy

SESSION = "OKTA_SIGN_ON"
SESSION_POLICIES = Read(
    op="GET /api/v1/policies", needs="okta.policies.read", path="", pager=LINKED, params={"type": SESSION}
)
RULES = Read(op="GET /api/v1/policies/{policyId}/rules", needs="okta.policies.read", path="", pager=LINKED)

State = Literal["enforced", "report_only", "off"]
STATES: Mapping[str, State] = {"ACTIVE": "enforced", "INACTIVE": "off"}


@collects(AccessPolicy, SESSION_POLICIES, RULES, per="source", where={"access_policy.type": (SESSION,)})
def session_policies(handle: Handle) -> Iterator[AccessPolicy]:
    """One record per global session policy, with what all of its rules ask for."""
    for policy, reply in handle.many(RULES, handle.each(SESSION_POLICIES), rules_of):
        with handle.item(str(policy["id"])), handle.citing(policy):
            yield described(policy, list(reply.each()), SESSION)


def rules_of(policy: Item) -> Mapping[str, Any]:
    """The parameters by which a policy's rules are asked for."""
    return {"policyId": str(policy["id"])}


def described(policy: Item, rules: Iterable[Mapping[str, Any]] | Missing, sort: str) -> AccessPolicy:
    """The record of one policy."""
    return AccessPolicy(
        subject=str(policy["id"]),
        name=text(policy.get("name")),
        state=choose(policy.get("status"), STATES),
        requires=rules if isinstance(rules, Missing) else requires(rules),
        type=sort,
    )
