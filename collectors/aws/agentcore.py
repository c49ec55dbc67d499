"""Amazon Bedrock AgentCore: agents that run there, gateways to tools, and whom those gateways reach.

A runtime without an authoriser of its own takes IAM signatures, as AWS documents; such a record rests on that default.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

from annexa.collectors.aws._keys import DESCRIBE_KEY, encryption
from annexa.collectors.aws._resources import OWNER, PERMITTED_CLASS, Detail, Tags, arn, field, tag_map, when
from annexa.collectors.aws._values import ENVIRONMENT, choose, tagged
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import DataConnection
from annexa.evidence.kinds.settings import Encryption, Exposure
from annexa.evidence.kinds.systems import AiSystem
from annexa.schemas.words import Basis

LIST_RUNTIMES = Call(
    op="bedrock-agentcore-control:ListAgentRuntimes",
    needs="bedrock-agentcore:ListAgentRuntimes",
    path="agentRuntimes",
    drop=("description",),
)
GET_RUNTIME = Call(
    op="bedrock-agentcore-control:GetAgentRuntime",
    needs="bedrock-agentcore:GetAgentRuntime",
    drop=("description", "failureReason", "environmentVariables"),
)
LIST_GATEWAYS = Call(
    op="bedrock-agentcore-control:ListGateways",
    needs="bedrock-agentcore:ListGateways",
    path="items",
    drop=("description",),
)
GET_GATEWAY = Call(
    op="bedrock-agentcore-control:GetGateway",
    needs="bedrock-agentcore:GetGateway",
    drop=("description", "instructions", "statusReasons"),
)
LIST_TARGETS = Call(
    op="bedrock-agentcore-control:ListGatewayTargets",
    needs="bedrock-agentcore:ListGatewayTargets",
    path="items",
    drop=("description", "authorizationData"),
)
GET_TARGET = Call(
    op="bedrock-agentcore-control:GetGatewayTarget",
    needs="bedrock-agentcore:GetGatewayTarget",
    drop=(
        "description", "statusReasons", "inlinePayload", "parameters", "parameterValues", "parameterOverrides",
        "customParameters", "staticQueryParameters", "authorizationData",
    ),
)  # fmt: skip
LIST_TAGS = Call(
    op="bedrock-agentcore-control:ListTagsForResource", needs="bedrock-agentcore:ListTagsForResource", path="tags"
)

SERVICE = "bedrock-agentcore"
AUTHORISERS = ("CUSTOM_JWT", "AWS_IAM", "NONE", "AUTHENTICATE_ONLY")
ENGINE_MODES = ("ENFORCE", "LOG_ONLY")
ADDRESSES: dict[tuple[str, ...], str] = {
    ("mcp", "lambda"): "lambdaArn", ("mcp", "mcpServer"): "endpoint", ("mcp", "apiGateway"): "restApiId",
    ("http", "agentcoreRuntime"): "arn", ("http", "passthrough"): "endpoint", ("inference", "provider"): "endpoint",
}  # fmt: skip
"""Sorts of target whose address stands in the answer, and where."""
UNKNOWN = "SDK_UNKNOWN_MEMBER"
"""Under which botocore hands over the name of a sort that its description does not hold."""
WITHOUT_ADDRESS = (
    ("mcp", "openApiSchema"), ("mcp", "smithyModel"), ("mcp", "connector"), ("http", "connector"),
    ("inference", "connector"),
)  # fmt: skip
"""Sorts of target whose address stands in a document that is not read, or is AWS's own matter."""


@collects(
    (AiSystem, Exposure),
    LIST_RUNTIMES,
    GET_RUNTIME,
    LIST_TAGS,
    where={"ai_system.category": ("agent_runtime",)},
    per="region",
    signals="bedrock-agentcore",
)
def agent_runtimes(handle: Handle) -> Iterator[AiSystem | Exposure]:
    """One record per agent runtime, and one about who reaches it."""
    for runtime, reply in handle.many(GET_RUNTIME, handle.each(LIST_RUNTIMES), _runtime_id):
        subject = runtime["agentRuntimeArn"]
        with handle.item(subject):
            detail = handle.detail(GET_RUNTIME, reply.one)
            yield _runtime(runtime, detail, tag_map(handle, LIST_TAGS, resourceArn=subject))
            yield Exposure(
                subject=subject, resource=subject, service=SERVICE, network=_network(detail),
                authorisation=_authoriser(detail), basis=_basis(detail),
            )  # fmt: skip


@collects(
    (AiSystem, Exposure, Encryption), LIST_GATEWAYS, GET_GATEWAY, LIST_TAGS, DESCRIBE_KEY,
    where={"ai_system.category": ("gateway",)}, per="region", signals="bedrock-agentcore",
)  # fmt: skip
def gateways(handle: Handle) -> Iterator[AiSystem | Exposure | Encryption]:
    """One record per gateway, one about who may call it, one about its key."""
    for gateway, reply in handle.many(GET_GATEWAY, handle.each(LIST_GATEWAYS), _gateway_id):
        subject = _gateway_arn(handle, gateway)
        with handle.item(subject):
            detail = handle.detail(GET_GATEWAY, reply.one)
            yield _gateway(subject, gateway, detail, tag_map(handle, LIST_TAGS, resourceArn=subject))
            yield Exposure(
                subject=subject, resource=subject, service=SERVICE,
                authorisation=choose(gateway["authorizerType"], {word: word for word in AUTHORISERS}),
                enforcement=_enforcement(detail),
            )  # fmt: skip
            yield encryption(handle, subject, "gateway", field(detail, "kmsKeyArn"))


@collects(DataConnection, LIST_GATEWAYS, LIST_TARGETS, GET_TARGET, per="region", signals="bedrock-agentcore")
def gateway_targets(handle: Handle) -> Iterator[DataConnection]:
    """One record per target of every gateway: which service agents reach through it, and whose it is."""
    for gateway in handle.each(LIST_GATEWAYS):
        system = _gateway_arn(handle, gateway)
        with handle.item(system):
            listed = handle.each(LIST_TARGETS, gatewayIdentifier=gateway["gatewayId"])
            for target, reply in handle.many(GET_TARGET, listed, partial(_target_id, gateway)):
                with handle.item(f"{system}#{target['targetId']}"):
                    yield _connection(system, target, handle.detail(GET_TARGET, reply.one))


def _runtime_id(runtime: Item) -> dict[str, str]:
    return {"agentRuntimeId": runtime["agentRuntimeId"]}


def _gateway_id(gateway: Item) -> dict[str, str]:
    return {"gatewayIdentifier": gateway["gatewayId"]}


def _target_id(gateway: Item, target: Item) -> dict[str, str]:
    return {**_gateway_id(gateway), "targetId": target["targetId"]}


def _gateway_arn(handle: Handle, gateway: Item) -> str:
    return arn(handle, SERVICE, f"gateway/{gateway['gatewayId']}")


def _runtime(runtime: Item, detail: Detail, tags: Tags) -> AiSystem:
    network = _network(detail)
    return AiSystem(
        subject=runtime["agentRuntimeArn"], category="agent_runtime", provider=SERVICE,
        name=runtime["agentRuntimeName"], owner=tagged(tags, OWNER), version=runtime["agentRuntimeVersion"],
        role=field(detail, "roleArn"), environment=tagged(tags, ENVIRONMENT),
        permitted_class=tagged(tags, PERMITTED_CLASS), source_location=_artifact(detail),
        direct_internet=network if isinstance(network, Missing) else network == "public", state=runtime["status"],
        created=when(detail, "createdAt"),
    )  # fmt: skip


def _network(detail: Detail) -> Literal["public", "vpc", "private"] | Missing:
    config = field(detail, "networkConfiguration", NOT_EXPOSED)
    words: dict[str, Literal["public", "vpc", "private"]] = {"PUBLIC": "public", "VPC": "vpc"}
    return config if isinstance(config, Missing) else choose(config.get("networkMode"), words)


def _authoriser(detail: Detail) -> str | Missing:
    config = field(detail, "authorizerConfiguration", {})
    if isinstance(config, Missing):
        return config
    if not config:
        return "AWS_IAM"
    return "CUSTOM_JWT" if "customJWTAuthorizer" in config else unknown_value(", ".join(sorted(config)))


def _basis(detail: Detail) -> Basis:
    own = isinstance(detail, Missing) or detail.get("authorizerConfiguration")
    return Basis.EXPLICIT if own else Basis.VENDOR_DEFAULT


def _artifact(detail: Detail) -> str | Missing:
    """The image or archive that runs."""
    artifact = field(detail, "agentRuntimeArtifact")
    if isinstance(artifact, Missing):
        return artifact
    if "containerConfiguration" in artifact:
        return str(artifact["containerConfiguration"]["containerUri"])
    code = artifact.get("codeConfiguration", {}).get("code", {}).get("s3")
    return f"s3://{code['bucket']}/{code['prefix']}" if code else unknown_value(", ".join(sorted(artifact)))


def _gateway(subject: str, gateway: Item, detail: Detail, tags: Tags) -> AiSystem:
    return AiSystem(
        subject=subject, category="gateway", provider=SERVICE, name=gateway["name"], owner=tagged(tags, OWNER),
        role=field(detail, "roleArn"), environment=tagged(tags, ENVIRONMENT),
        permitted_class=tagged(tags, PERMITTED_CLASS), state=gateway["status"], created=when(gateway, "createdAt"),
    )  # fmt: skip


def _enforcement(detail: Detail) -> str | Missing:
    """Mode of the policy engine; `absent`: there is none in front of the gateway."""
    engine = field(detail, "policyEngineConfiguration")
    return engine if isinstance(engine, Missing) else choose(engine.get("mode"), {word: word for word in ENGINE_MODES})


def _connection(system: str, target: Item, detail: Detail) -> DataConnection:
    subject = f"{system}#{target['targetId']}"
    sort, config = _sort(detail)
    store = config.get(ADDRESSES.get(sort, ""))
    return DataConnection(
        subject=subject, ai_system=system, store=str(store or subject), direction="both",
        third_party=detail if isinstance(detail, Missing) else _third_party(system, sort, str(store or "")),
        connector=target.get("targetType") or ".".join(sort) or NOT_EXPOSED, created=when(target, "createdAt"),
    )  # fmt: skip


def _sort(detail: Detail) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """What sort of target it is, and its configuration."""
    outer = {} if isinstance(detail, Missing) else detail["targetConfiguration"]
    for protocol, inner in outer.items():
        if protocol == UNKNOWN:
            return (inner["name"],), {}
        for sort, config in inner.items():
            return (protocol, config["name"] if sort == UNKNOWN else sort), config
    return (), {}


def _third_party(system: str, sort: tuple[str, ...], address: str) -> bool | Missing:
    """Whose the target is, as far as its sort and address tell; a host alone does not name its owner."""
    if sort in WITHOUT_ADDRESS:
        return NOT_EXPOSED
    if sort == ("inference", "provider"):
        return True
    if sort not in ADDRESSES:
        return unknown_value(".".join(sort))
    if ADDRESSES[sort] == "endpoint":
        return ambiguous(urlsplit(address).hostname or address, "the address does not say whose service it is")
    if address.startswith("arn:") and address.split(":")[4] != system.split(":")[4]:
        return ambiguous(address, "it belongs to another account")
    return False
