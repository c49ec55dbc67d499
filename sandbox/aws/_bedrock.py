"""Bedrock: logging, retention, guardrails by version, models and what was agreed for them."""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, Getting, Listing, Only, own_members, project, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

_TAGGED = {
    "guardrail": "guardrailArn",
    "custom_model": "modelArn",
    "imported_model": "modelArn",
}


def list_guardrails(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The draft of every guardrail, or every version of the one asked for."""
    refuse_unknown(question, ("guardrailIdentifier",))
    found = world.at(question.account, question.region, "guardrail")
    asked = question.params.get("guardrailIdentifier")
    kept = [item for item in found if (_is(item, asked) if asked else item["version"] == "DRAFT")]
    return {"guardrails": project(question, "guardrails", kept, {"id": "guardrailId", "arn": "guardrailArn"})}


def get_guardrail(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """One version of a guardrail, its draft if none is named."""
    version = question.params.get("guardrailVersion", "DRAFT")
    for item in world.at(question.account, question.region, "guardrail"):
        if _is(item, question.params["guardrailIdentifier"]) and item["version"] == version:
            return own_members(item)
    raise AwsError("ResourceNotFoundException", "there is no such guardrail version")


def list_foundation_models(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The models offered in the region, the same in all of them."""
    refuse_unknown(question, ("byProvider",))
    provider = question.params.get("byProvider")
    offered = [m for m in world.head["foundation_models"] if provider in (None, m["providerName"])]
    return {"modelSummaries": [_summary(model, question.region) for model in offered]}


def get_availability(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """Whether the account accepted the model's terms; Amazon's own models need none."""
    model = _model(world, question.params["modelId"])
    accepted = world.by_id[question.account].name in model.get("_accepted_in", world.accounts)
    word = "AVAILABLE" if accepted else "NOT_AVAILABLE"
    return {
        "modelId": model["modelId"],
        "agreementAvailability": {"status": word},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": word,
        "regionAvailability": "AVAILABLE",
    }


def list_offers(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The offer behind a third party's model; Amazon's own models have none."""
    refuse_unknown(question, ("modelId", "offerType"))
    model = _model(world, question.params["modelId"])
    offers = [_offer(world, model)] if "_legal" in model else []
    return {"modelId": model["modelId"], "offers": offers}


def list_tags(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The tags of a guardrail, custom or imported model."""
    for kind, arn in _TAGGED.items():
        for item in world.at(question.account, question.region, kind):
            if item[arn] == question.params["resourceARN"]:
                return {"tags": [{"key": key, "value": value} for key, value in item.get("_tags", {}).items()]}
    raise AwsError("ResourceNotFoundException", "there is no such resource")


def _is(item: dict[str, Any], asked: str | None) -> bool:
    return asked in (item["guardrailId"], item["guardrailArn"])


def _summary(model: dict[str, Any], region: str) -> dict[str, Any]:
    return own_members(model) | {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{model['modelId']}"}


def _model(world: "AwsWorld", model_id: str) -> dict[str, Any]:
    for model in world.head["foundation_models"]:
        if model["modelId"] == model_id:
            return dict(model)
    raise AwsError("ResourceNotFoundException", f"there is no model {model_id}")


def _offer(world: "AwsWorld", model: dict[str, Any]) -> dict[str, Any]:
    price = {"dimension": "InputTokenCount", "price": "0.003", "description": "1,000 input tokens", "unit": "Unit"}
    return {
        "offerId": f"offer-{world.digest(model['modelId'])[:13]}",
        "offerToken": f"token-{world.digest('token', model['modelId'])}",
        "termDetails": {
            "usageBasedPricingTerm": {"rateCard": [price]},
            "legalTerm": {"url": model["_legal"]},
            "supportTerm": {"refundPolicyDescription": "No refunds."},
        },
    }


_PROFILE = {"inferenceProfileIdentifier": ("inferenceProfileId", "inferenceProfileArn")}
_CUSTOM = {"baseModelName": "_base_model_name", "ownerAccountId": "_owner"}
_MODEL = {"modelIdentifier": ("modelArn", "modelName")}

ANSWERS: Answers = {
    ("bedrock", "GetModelInvocationLoggingConfiguration"): Only(kind="logging", into="loggingConfig"),
    ("bedrock", "GetAccountDataRetention"): Only(kind="retention"),
    ("bedrock", "ListGuardrails"): list_guardrails,
    ("bedrock", "GetGuardrail"): get_guardrail,
    ("bedrock", "ListEnforcedGuardrailsConfiguration"): Listing(kind="enforced_guardrail", into="guardrailsConfig"),
    ("bedrock", "ListFoundationModels"): list_foundation_models,
    ("bedrock", "GetFoundationModelAvailability"): get_availability,
    ("bedrock", "ListFoundationModelAgreementOffers"): list_offers,
    ("bedrock", "ListCustomModels"): Listing(kind="custom_model", into="modelSummaries", names=_CUSTOM),
    ("bedrock", "GetCustomModel"): Getting(kind="custom_model", by=_MODEL),
    ("bedrock", "ListImportedModels"): Listing(kind="imported_model", into="modelSummaries"),
    ("bedrock", "GetImportedModel"): Getting(kind="imported_model", by=_MODEL),
    ("bedrock", "GetInferenceProfile"): Getting(kind="inference_profile", by=_PROFILE),
    ("bedrock", "ListTagsForResource"): list_tags,
}
"""Bedrock's control plane."""
