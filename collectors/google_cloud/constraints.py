"""Organisation policies as they take effect in a project: which models of Vertex AI it may use.

What counts is the effective policy, which merges those of the project, its folders and the organisation. A policy in dry
run is not part of it.
"""

from collections.abc import Iterator
from typing import Any

from annexa.collectors._values import inside
from annexa.collectors.google_cloud._api import SERVICES, VERTEX, ai_services, here, odd, rows
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Setting

EFFECTIVE = Call(op="orgpolicy/v2:projects.policies.getEffectivePolicy", needs="orgpolicy.policy.get")
CONSTRAINT = "vertexai.allowedModels"
MODE, MODELS = "google_cloud.vertexai.allowed_models", "google_cloud.vertexai.models"


@collects(Setting, SERVICES, EFFECTIVE, per="project", where={"setting.name": (MODE, MODELS)})
def allowed_models(handle: Handle) -> Iterator[Setting]:
    """Whether the project may use only listed models of Vertex AI, and which, where that service is enabled."""
    if VERTEX not in ai_services(handle):
        return
    policy = handle.one(EFFECTIVE, name=f"{here(handle)}/policies/{CONSTRAINT}")
    if not _rules(policy):
        raise odd(EFFECTIVE, "a policy that takes effect has no rule, not even the one that allows everything")
    with handle.citing(policy):
        yield Setting(
            subject=f"{here(handle)}/{MODE}", name=MODE, value=mode(policy), set_by=str(policy.get("name", ""))
        )
        yield Setting(subject=f"{here(handle)}/{MODELS}", name=MODELS, value=listed(policy, "allowedValues"))


def mode(policy: Item) -> str | Missing:
    """What the rules amount to: `all`, `allow_list`, `deny_list` or `none`."""
    found = _rules(policy)
    if any(one.get("allowAll") is True for one in found):
        return "all"
    if isinstance(listed(policy, "allowedValues"), tuple):
        return "allow_list"
    if any(one.get("denyAll") is True for one in found):
        return "none"
    return "deny_list" if isinstance(listed(policy, "deniedValues"), tuple) else NOT_EXPOSED


def listed(policy: Item, member: str) -> tuple[str, ...] | Missing:
    """The values that the rules list under `allowedValues` or `deniedValues`, sorted."""
    found = {str(value) for rule in _rules(policy) for value in inside(rule, "values").get(member) or ()}
    return tuple(sorted(found)) or ABSENT


def _rules(policy: Item) -> list[Any]:
    return list(rows(inside(policy, "spec"), "rules"))
