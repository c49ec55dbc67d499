"""Models of one's own on Amazon Bedrock, and the terms of the vendors' models that are in use."""

from collections.abc import Iterator
from typing import Any

from annexa.collectors.aws._keys import DESCRIBE_KEY, encryption
from annexa.collectors.aws._resources import (
    OWNER,
    Detail,
    Tags,
    field,
    partition,
    tag_list,
    when,
)
from annexa.collectors.aws._values import ENVIRONMENT, choose, tagged
from annexa.collectors.aws.agents import (
    GET_AGENT,
    GET_AGENT_VERSION,
    LIST_AGENTS,
    LIST_ALIASES,
    parts_in_use,
    versions_in_use,
)
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import SupplierDocument
from annexa.evidence.kinds.settings import Encryption
from annexa.evidence.kinds.systems import AiSystem

LIST_CUSTOM = Call(op="bedrock:ListCustomModels", needs="bedrock:ListCustomModels", path="modelSummaries")
GET_CUSTOM = Call(op="bedrock:GetCustomModel", needs="bedrock:GetCustomModel", drop=("failureMessage",))
LIST_IMPORTED = Call(op="bedrock:ListImportedModels", needs="bedrock:ListImportedModels", path="modelSummaries")
GET_IMPORTED = Call(op="bedrock:GetImportedModel", needs="bedrock:GetImportedModel")
LIST_TAGS = Call(op="bedrock:ListTagsForResource", needs="bedrock:ListTagsForResource", path="tags")
GET_PROFILE = Call(op="bedrock:GetInferenceProfile", needs="bedrock:GetInferenceProfile", drop=("description",))
GET_AVAILABILITY = Call(
    op="bedrock:GetFoundationModelAvailability",
    needs="bedrock:GetFoundationModelAvailability",
    drop=("errorMessage",),
)
OFFERS = Call(
    op="bedrock:ListFoundationModelAgreementOffers", needs="bedrock:ListFoundationModelAgreementOffers", path="offers",
    drop=("offerToken",),
)  # fmt: skip

AREAS = ("us", "us-gov", "eu", "apac", "jp", "au", "ca", "global")
"""Areas by which names of AWS's own inference profiles begin: `eu.anthropic.claude-…`."""
AGREEMENTS = ("AVAILABLE", "PENDING", "NOT_AVAILABLE", "ERROR")


@collects(
    (AiSystem, Encryption),
    LIST_CUSTOM,
    GET_CUSTOM,
    LIST_TAGS,
    DESCRIBE_KEY,
    where={"ai_system.category": ("custom_model",)},
    per="region",
    signals="bedrock",
)
def custom_models(handle: Handle) -> Iterator[AiSystem | Encryption]:
    """One record per model that was trained further, and one about its key."""
    for model, reply in handle.many(GET_CUSTOM, handle.each(LIST_CUSTOM), _identified):
        with handle.item(model["modelArn"]):
            detail = handle.detail(GET_CUSTOM, reply.one)
            training = field(detail, "trainingDataConfig")
            yield _system(
                model, detail, tag_list(handle, LIST_TAGS, resourceARN=model["modelArn"]), category="custom_model",
                model=model["baseModelArn"], state=field(model, "modelStatus", field(detail, "modelStatus")),
                source_location=field(training, "s3Uri"),
            )  # fmt: skip
            yield encryption(handle, model["modelArn"], "custom_model", field(detail, "modelKmsKeyArn"))


@collects(
    (AiSystem, Encryption),
    LIST_IMPORTED,
    GET_IMPORTED,
    LIST_TAGS,
    DESCRIBE_KEY,
    where={"ai_system.category": ("imported_model",)},
    per="region",
    signals="bedrock",
)
def imported_models(handle: Handle) -> Iterator[AiSystem | Encryption]:
    """One record per model that was brought from elsewhere, with where from, and one about its key."""
    for model, reply in handle.many(GET_IMPORTED, handle.each(LIST_IMPORTED), _identified):
        with handle.item(model["modelArn"]):
            detail = handle.detail(GET_IMPORTED, reply.one)
            yield _system(
                model, detail, tag_list(handle, LIST_TAGS, resourceARN=model["modelArn"]), category="imported_model",
                model=field(model, "modelArchitecture", field(detail, "modelArchitecture")),
                source_location=_origin(detail),
            )  # fmt: skip
            yield encryption(handle, model["modelArn"], "imported_model", field(detail, "modelKmsKeyArn"))


@collects(
    SupplierDocument, LIST_CUSTOM, LIST_AGENTS, GET_AGENT, LIST_ALIASES, GET_AGENT_VERSION, GET_PROFILE,
    GET_AVAILABILITY, OFFERS, per="region", where={"supplier_document.type": ("model_terms",)},
)  # fmt: skip
def model_terms(handle: Handle) -> Iterator[SupplierDocument]:
    """Whether the supplier's terms are agreed to, and where they are, per model behind an agent or a custom model."""
    used = {model["baseModelArn"] for model in handle.each(LIST_CUSTOM)}
    for agent in list(handle.each(LIST_AGENTS)):
        used.update(_behind_agent(handle, agent["agentId"]))
    models = sorted({model for name in used for model in _foundation_models(handle, name)})
    for model, reply in handle.many(GET_AVAILABILITY, models, lambda model: {"modelId": model}):
        subject = _foundation_arn(handle, model)
        with handle.item(subject):
            availability = reply.one()
            yield _terms(subject, model, availability, _link(handle, model))


def _identified(model: Item) -> dict[str, str]:
    return {"modelIdentifier": model["modelArn"]}


def _system(summary: Item, detail: Detail, tags: Tags, **more: Any) -> AiSystem:
    return AiSystem(
        subject=summary["modelArn"], provider="bedrock", name=summary["modelName"], owner=tagged(tags, OWNER),
        environment=tagged(tags, ENVIRONMENT), created=when(summary, "creationTime"), **more,
    )  # fmt: skip


def _origin(detail: Detail) -> str | Missing:
    source = field(detail, "modelDataSource")
    if isinstance(source, Missing):
        return source
    if "s3DataSource" not in source:
        return unknown_value(", ".join(sorted(source)))
    return str(source["s3DataSource"]["s3Uri"])


def _behind_agent(handle: Handle, agent: str) -> set[str]:
    """Names of the models of the versions in use, as far as they can be read."""
    draft = handle.detail(GET_AGENT, lambda: handle.one(GET_AGENT, agentId=agent))
    parts = parts_in_use(handle, agent, draft, versions_in_use(handle, agent))
    names = {field(part, "foundationModel") for part in parts}
    return {name for name in names if not isinstance(name, Missing)}


def _foundation_models(handle: Handle, name: str) -> set[str]:
    """Ids of the foundation models behind a model's name; those behind a profile are asked for."""
    if ":foundation-model/" in name:
        return {name.rsplit("/", 1)[-1]}
    if "inference-profile/" in name or name.split(".", 1)[0] in AREAS:
        profile = handle.attempt(GET_PROFILE, inferenceProfileIdentifier=name)
        models = () if profile is None or isinstance(profile, Missing) else profile["models"]
        return {model["modelArn"].rsplit("/", 1)[-1] for model in models if "modelArn" in model}
    return set() if name.startswith("arn:") else {name}


def _foundation_arn(handle: Handle, model: str) -> str:
    region = handle.known["region"]
    return f"arn:{partition(region)}:bedrock:{region}::foundation-model/{model}"


def _link(handle: Handle, model: str) -> str | Missing:
    """Address of the terms; Amazon's own models are under the service terms and have no offers."""
    if model.startswith("amazon."):
        return NOT_EXPOSED
    offers = handle.detail(OFFERS, lambda: list(handle.each(OFFERS, modelId=model)))
    if isinstance(offers, Missing):
        return offers
    links = {str(offer["termDetails"]["legalTerm"].get("url") or "") for offer in offers} - {""}
    return ", ".join(sorted(links)) or ABSENT


def _terms(subject: str, model: str, found: Item, link: str | Missing) -> SupplierDocument:
    return SupplierDocument(
        subject=subject, type="model_terms", name=model, supplier=model.split(".", 1)[0], covers=(model,),
        state=choose(found["agreementAvailability"]["status"], {word: word for word in AGREEMENTS}),
        link=link,
    )  # fmt: skip
