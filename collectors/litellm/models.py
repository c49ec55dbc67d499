"""The proxy itself, and the models that it hands requests on to."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.litellm._api import VIEWER, ident, moment, prove
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem

SECRETS = (
    "api_key", "api_token", "api_base", "base_url", "headers", "extra_headers", "default_headers", "extra_body", "client_id",
    "client_secret", "tenant_id", "azure_ad_token", "azure_username", "azure_password", "azure_scope", "token", "password",
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_web_identity_token", "aws_external_id",
    "vertex_credentials", "vertex_ai_credentials", "watsonx_token", "s3_endpoint_url", "credentials", "proxy_url",
)  # fmt: skip
"""Parameters of a provider's client that are secrets, or addresses in which people put them."""
MODELS = Read(op="GET /v1/model/info", needs=VIEWER, path="data", drop=SECRETS)


@collects(AiSystem, MODELS, per="source", where={"ai_system.category": ("gateway", "model")})
def models(handle: Handle) -> Iterator[AiSystem]:
    """One record for the proxy, and one per model that it offers: a provider's deployment under a name of the proxy's."""
    seen = set[str]()
    proxy = str(handle.known["proxy"])
    for model in handle.each(MODELS):
        if not seen:
            yield AiSystem(subject=proxy, category="gateway", provider="litellm", name="LiteLLM proxy")
        with handle.item(str(model.get("model_name"))):
            made = _model(model, seen)
            seen.add(made.subject)
            yield made
    prove(handle, MODELS, "models", "team_id", "agent_id")


def _model(model: Item, seen: set[str]) -> AiSystem:
    info, params = _inside(model, "model_info"), _inside(model, "litellm_params")
    key, name, behind = ident(MODELS, info, "id"), text(model.get("model_name")), text(params.get("model"))
    return AiSystem(
        # A wildcard and its aliases are listed under one id, with a name each.
        subject=f"{key}/{name}" if key in seen else key,
        category="model", provider=_provider(params, info, behind), name=name, model=behind,
        created=moment(info.get("created_at")),
    )  # fmt: skip


def _provider(params: Mapping[str, Any], info: Mapping[str, Any], behind: str | Missing) -> str:
    """As the deployment or the proxy's list of models names it; else the word before the first slash."""
    for named in (params.get("custom_llm_provider"), info.get("litellm_provider")):
        if isinstance(named, str) and named:
            return named
    before, slash, _ = behind.partition("/") if isinstance(behind, str) else ("", "", "")
    return before if slash and before else "litellm"


def _inside(item: Item, name: str) -> Mapping[str, Any]:
    found = item.get(name)
    return found if isinstance(found, Mapping) else {}
