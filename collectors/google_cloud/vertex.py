"""What Vertex AI keeps of prompts in its caches, and whether it shares them with the publisher of a model.

Sharing can be set for a whole project and for a single model at a single location. Only the first is told in one answer;
what rules out the second is an organisation policy that allows no model of a publisher that takes part.
https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/capabilities/request-response-logging
"""

import re
from collections.abc import Iterator

from annexa.collectors._values import inside
from annexa.collectors.google_cloud._api import SERVICES, VERTEX, ai_services, here, odd
from annexa.collectors.google_cloud.constraints import CONSTRAINT, EFFECTIVE, listed, mode
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Setting

PUBLISHERS = Call(
    op="aiplatform/v1beta1:projects.fetchPublisherModelConfig", needs="aiplatform.endpoints.get",
    unconfirmed="Google's reference names no permission for this method; a wrong one is a refusal",
)  # fmt: skip
CACHE = Call(op="aiplatform/v1:projects.getCacheConfig", needs="aiplatform.cacheConfigs.get")
SHARING, CACHING = "google_cloud.vertexai.data_sharing", "google_cloud.vertexai.cache"
UNSET = "MODEL_PROVIDER_UNSPECIFIED"
PROVIDERS = ("ANTHROPIC",)
"""Publishers with whom prompts and answers can be shared; in the names of models they stand in lower case."""
MODEL = re.compile(r"publishers/([a-z0-9-]+)/models/\S+")
RETENTION = {"RETENTION_TYPE_UNSPECIFIED": "durable", "DURABLE": "durable", "EPHEMERAL": "ephemeral"}
"""Google treats the first like the second."""


@collects(Setting, SERVICES, EFFECTIVE, PUBLISHERS, per="project", where={"setting.name": (SHARING,)})
def sharing(handle: Handle) -> Iterator[Setting]:
    """With which publisher of models the project shares prompts and answers, where Vertex AI is enabled."""
    if VERTEX not in ai_services(handle):
        return
    policy = handle.one(EFFECTIVE, name=f"{here(handle)}/policies/{CONSTRAINT}")
    config = handle.one(PUBLISHERS, name=here(handle))
    with handle.citing(policy, config):
        yield Setting(subject=f"{here(handle)}/{SHARING}", name=SHARING, value=_shared(config, policy))


@collects(Setting, SERVICES, CACHE, per="project", where={"setting.name": (CACHING,)})
def caching(handle: Handle) -> Iterator[Setting]:
    """Whether and where Vertex AI keeps prompts of the project in its caches, where that service is enabled."""
    if VERTEX not in ai_services(handle):
        return
    config = handle.one(CACHE, name=f"{here(handle)}/cacheConfig")
    if not str(config.get("name", "")).endswith("/cacheConfig"):
        raise odd(CACHE, "a configuration of caches without its name")
    with handle.citing(config):
        yield Setting(subject=f"{here(handle)}/{CACHING}", name=CACHING, value=_kept(config))


def _shared(config: Item, policy: Item) -> str | Missing:
    """The project's own word, if it has one; else nobody, if no model that can be shared is allowed."""
    provider = config.get("dataSharingEnabledProvider", UNSET)
    if provider in PROVIDERS:
        return str(provider)
    if provider != UNSET:
        return unknown_value(provider)
    return "none" if _ruled_out(policy) else ambiguous(UNSET, "single models at single locations may be set otherwise")


def _ruled_out(policy: Item) -> bool:
    """Whether every allowed model is of a publisher with whom nothing can be shared."""
    allowed = listed(policy, "allowedValues")
    if mode(policy) == "none":
        return True
    if mode(policy) != "allow_list" or isinstance(allowed, Missing):
        return False
    publishers = [MODEL.fullmatch(value) for value in allowed]
    return all(found is not None and found[1].upper() not in PROVIDERS for found in publishers)


def _kept(config: Item) -> str | Missing:
    if config.get("disableCache") is True:
        return "disabled"
    told = inside(config, "retentionConfig").get("retentionType")
    if told is None:
        return ambiguous("enabled", "Google documents that the answer says how long, and it does not")
    return RETENTION.get(str(told)) or unknown_value(told)
