"""Amazon SageMaker AI: domains, notebooks, endpoints and models, with their way to the internet and their keys.

`network` of an endpoint or domain says where its containers stand: in a VPC of the organisation, isolated, or with the
service's own way to the internet. Callers always come through AWS's signed API.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from annexa.collectors.aws._keys import DESCRIBE_KEY, encryption
from annexa.collectors.aws._resources import (
    OWNER,
    PERMITTED_CLASS,
    Detail,
    Tags,
    agreed,
    field,
    holding,
    tag_list,
    when,
)
from annexa.collectors.aws._values import ENVIRONMENT, choose, tagged
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Encryption, Exposure
from annexa.evidence.kinds.systems import AiSystem

LIST_DOMAINS = Call(op="sagemaker:ListDomains", needs="sagemaker:ListDomains", path="Domains")
DESCRIBE_DOMAIN = Call(op="sagemaker:DescribeDomain", needs="sagemaker:DescribeDomain", drop=("FailureReason",))
LIST_NOTEBOOKS = Call(
    op="sagemaker:ListNotebookInstances", needs="sagemaker:ListNotebookInstances", path="NotebookInstances"
)
DESCRIBE_NOTEBOOK = Call(
    op="sagemaker:DescribeNotebookInstance", needs="sagemaker:DescribeNotebookInstance", drop=("FailureReason",)
)
LIST_ENDPOINTS = Call(op="sagemaker:ListEndpoints", needs="sagemaker:ListEndpoints", path="Endpoints")
DESCRIBE_ENDPOINT = Call(
    op="sagemaker:DescribeEndpoint", needs="sagemaker:DescribeEndpoint", drop=("FailureReason", "StatusMessage")
)
DESCRIBE_CONFIG = Call(op="sagemaker:DescribeEndpointConfig", needs="sagemaker:DescribeEndpointConfig")
LIST_MODELS = Call(op="sagemaker:ListModels", needs="sagemaker:ListModels", path="Models")
DESCRIBE_MODEL = Call(op="sagemaker:DescribeModel", needs="sagemaker:DescribeModel", drop=("Environment",))
LIST_TAGS = Call(op="sagemaker:ListTags", needs="sagemaker:ListTags", path="Tags")

SERVICE = "sagemaker"
SWITCH = {"Enabled": True, "Disabled": False}
W = TypeVar("W")
Network = Literal["public", "vpc", "private"]
ACCESS: dict[str, Network] = {"PublicInternetOnly": "public", "VpcOnly": "vpc"}


@collects(
    (AiSystem, Exposure, Encryption),
    LIST_DOMAINS,
    DESCRIBE_DOMAIN,
    LIST_TAGS,
    DESCRIBE_KEY,
    where={"ai_system.category": ("domain",)},
    per="region",
    signals="sagemaker",
)
def domains(handle: Handle) -> Iterator[AiSystem | Exposure | Encryption]:
    """One record per Studio domain, one about its network and sign-on, one about its key."""
    for domain, reply in handle.many(DESCRIBE_DOMAIN, handle.each(LIST_DOMAINS), _named("DomainId")):
        subject = domain["DomainArn"]
        with handle.item(subject):
            detail = handle.detail(DESCRIBE_DOMAIN, reply.one)
            access = _chosen(detail, "AppNetworkAccessType", ACCESS)
            yield _system(
                subject, _tags(handle, subject), category="domain", name=domain["DomainName"], state=domain["Status"],
                role=field(field(detail, "DefaultUserSettings"), "ExecutionRole"),
                direct_internet=access if isinstance(access, Missing) else access == "public",
                created=when(domain, "CreationTime"),
            )  # fmt: skip
            yield Exposure(
                subject=subject, resource=subject, service=SERVICE, network=access,
                authorisation=field(detail, "AuthMode", NOT_EXPOSED),
            )  # fmt: skip
            yield encryption(handle, subject, "domain", field(detail, "KmsKeyId"))


@collects(
    (AiSystem, Encryption),
    LIST_NOTEBOOKS,
    DESCRIBE_NOTEBOOK,
    LIST_TAGS,
    DESCRIBE_KEY,
    where={"ai_system.category": ("notebook",)},
    per="region",
    signals="sagemaker",
)
def notebooks(handle: Handle) -> Iterator[AiSystem | Encryption]:
    """One record per notebook instance with its way to the internet and its root access, one about its key."""
    listed = handle.each(LIST_NOTEBOOKS)
    for notebook, reply in handle.many(DESCRIBE_NOTEBOOK, listed, _named("NotebookInstanceName")):
        subject = notebook["NotebookInstanceArn"]
        with handle.item(subject):
            detail = handle.detail(DESCRIBE_NOTEBOOK, reply.one)
            yield _system(
                subject, _tags(handle, subject), category="notebook", name=notebook["NotebookInstanceName"],
                state=field(notebook, "NotebookInstanceStatus", NOT_EXPOSED), role=field(detail, "RoleArn"),
                direct_internet=_chosen(detail, "DirectInternetAccess", SWITCH),
                root_access=_chosen(detail, "RootAccess", SWITCH), created=when(notebook, "CreationTime"),
            )  # fmt: skip
            yield encryption(handle, subject, "notebook", field(detail, "KmsKeyId"))


@collects(
    (AiSystem, Exposure, Encryption), LIST_ENDPOINTS, DESCRIBE_ENDPOINT, DESCRIBE_CONFIG, DESCRIBE_MODEL, LIST_TAGS,
    DESCRIBE_KEY,
    where={"ai_system.category": ("endpoint",)}, per="region", signals="sagemaker",
)  # fmt: skip
def endpoints(handle: Handle) -> Iterator[AiSystem | Exposure | Encryption]:
    """One record per endpoint with the models behind it, one about its network, one about its key."""
    for endpoint, reply in handle.many(DESCRIBE_ENDPOINT, handle.each(LIST_ENDPOINTS), _named("EndpointName")):
        subject = endpoint["EndpointArn"]
        with handle.item(subject):
            config = _config(handle, handle.detail(DESCRIBE_ENDPOINT, reply.one))
            names = _model_names(config)
            parts = [_model(handle, name) for name in names] or [config]
            placed = _network(config, parts)
            yield _system(
                subject, _tags(handle, subject), category="endpoint", name=endpoint["EndpointName"],
                state=endpoint["EndpointStatus"], model=config if isinstance(config, Missing) else _joined(names),
                role=_role(config, parts), direct_internet=placed if isinstance(placed, Missing) else placed == "public",
                created=when(endpoint, "CreationTime"),
            )  # fmt: skip
            yield Exposure(subject=subject, resource=subject, service=SERVICE, network=placed)
            yield encryption(handle, subject, "endpoint", field(config, "KmsKeyId"))


@collects(
    AiSystem, LIST_MODELS, DESCRIBE_MODEL, where={"ai_system.category": ("model",)}, per="region", signals="sagemaker"
)
def models(handle: Handle) -> Iterator[AiSystem]:
    """One record per model that can be deployed, with where its weights come from."""
    for model, reply in handle.many(DESCRIBE_MODEL, handle.each(LIST_MODELS), _named("ModelName")):
        subject = model["ModelArn"]
        with handle.item(subject):
            detail = handle.detail(DESCRIBE_MODEL, reply.one)
            placed = _network(detail, [detail])
            yield AiSystem(
                subject=subject, category="model", provider=SERVICE, name=model["ModelName"],
                source_location=_weights(detail), role=field(detail, "ExecutionRoleArn"),
                direct_internet=placed if isinstance(placed, Missing) else placed == "public",
                created=when(model, "CreationTime"),
            )  # fmt: skip


def _named(name: str) -> Callable[[Item], dict[str, str]]:
    return lambda item: {name: item[name]}


def _tags(handle: Handle, subject: str) -> Tags:
    return tag_list(handle, LIST_TAGS, ResourceArn=subject)


def _system(subject: str, tags: Tags, **fields: Any) -> AiSystem:
    return AiSystem(
        subject=subject, provider=SERVICE, owner=tagged(tags, OWNER), environment=tagged(tags, ENVIRONMENT),
        permitted_class=tagged(tags, PERMITTED_CLASS), **fields,
    )  # fmt: skip


def _chosen(detail: Detail, name: str, words: Mapping[str, W]) -> W | Missing:
    return detail if isinstance(detail, Missing) else choose(detail.get(name), words)


def _config(handle: Handle, endpoint: Detail) -> Detail:
    """The configuration behind an endpoint; while one is being made it may have none yet."""
    name = field(endpoint, "EndpointConfigName", NOT_EXPOSED)
    if isinstance(name, Missing):
        return name
    found = handle.detail(DESCRIBE_CONFIG, lambda: handle.one(DESCRIBE_CONFIG, EndpointConfigName=name))
    return holding(handle, DESCRIBE_CONFIG, found, "ProductionVariants")


def _model(handle: Handle, name: str) -> Detail:
    return handle.detail(DESCRIBE_MODEL, lambda: handle.one(DESCRIBE_MODEL, ModelName=name))


def _model_names(config: Detail) -> list[str]:
    """Models of all variants; one that takes inference components names none."""
    if isinstance(config, Missing):
        return []
    variants = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", ())]
    return sorted({variant["ModelName"] for variant in variants if variant.get("ModelName")})


def _joined(names: list[str]) -> str | Missing:
    return ", ".join(names) or ABSENT


def _role(config: Detail, parts: list[Detail]) -> str | Missing:
    """The role of the configuration; models have one of their own where it has none."""
    own = field(config, "ExecutionRoleArn")
    found: str | Missing = agreed(field(part, "ExecutionRoleArn") for part in parts) if own is ABSENT else own
    return found


def _network(whole: Detail, parts: list[Detail]) -> Network | Missing:
    """The most open of the places in which its containers stand; what holds for the whole holds for each part."""
    if isinstance(whole, Missing):
        return whole
    places = [_place(whole, part) for part in parts]
    if "public" in places:
        return "public"
    unread = next((place for place in places if isinstance(place, Missing)), None)
    return unread or ("vpc" if "vpc" in places else "private")


def _place(whole: Item, part: Detail) -> Network | Missing:
    if whole.get("EnableNetworkIsolation"):
        return "private"
    if isinstance(part, Missing):
        return part
    if part.get("EnableNetworkIsolation"):
        return "private"
    return "vpc" if whole.get("VpcConfig") or part.get("VpcConfig") else "public"


def _weights(detail: Detail) -> str | Missing:
    if isinstance(detail, Missing):
        return detail
    containers = [detail.get("PrimaryContainer"), *detail.get("Containers", ())]
    found = {origin for container in containers if container for origin in _origins(container)}
    return _joined(sorted(found))


def _origins(container: Mapping[str, Any]) -> Iterator[str]:
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    for origin in (container.get("ModelDataUrl"), source.get("S3Uri"), container.get("ModelPackageName")):
        if origin:
            yield str(origin)
