"""SageMaker: domains, notebooks, endpoints, models and their tags."""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, Getting, Listing, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

_ARNS = {
    "domain": "DomainArn",
    "notebook": "NotebookInstanceArn",
    "endpoint": "EndpointArn",
    "endpoint_config": "EndpointConfigArn",
    "model": "ModelArn",
}


def list_tags(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The tags of any resource that SageMaker has here."""
    refuse_unknown(question, ("ResourceArn",))
    for kind, arn in _ARNS.items():
        for item in world.at(question.account, question.region, kind):
            if item[arn] == question.params["ResourceArn"]:
                return {"Tags": [{"Key": key, "Value": value} for key, value in item.get("_tags", {}).items()]}
    raise AwsError("ValidationException", "could not find that resource")


def _named(kind: str, name: str) -> Getting:
    return Getting(kind=kind, by={name: (name,)}, error="ValidationException")


ANSWERS: Answers = {
    ("sagemaker", "ListDomains"): Listing(kind="domain", into="Domains"),
    ("sagemaker", "DescribeDomain"): Getting(kind="domain", by={"DomainId": ("DomainId",)}, error="ResourceNotFound"),
    ("sagemaker", "ListNotebookInstances"): Listing(kind="notebook", into="NotebookInstances"),
    ("sagemaker", "DescribeNotebookInstance"): _named("notebook", "NotebookInstanceName"),
    ("sagemaker", "ListEndpoints"): Listing(kind="endpoint", into="Endpoints"),
    ("sagemaker", "DescribeEndpoint"): _named("endpoint", "EndpointName"),
    ("sagemaker", "DescribeEndpointConfig"): _named("endpoint_config", "EndpointConfigName"),
    ("sagemaker", "ListModels"): Listing(kind="model", into="Models"),
    ("sagemaker", "DescribeModel"): _named("model", "ModelName"),
    ("sagemaker", "ListTags"): list_tags,
}
"""SageMaker says ValidationException where others say ResourceNotFoundException."""
