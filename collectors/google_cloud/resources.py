"""AI resources over the whole organisation, as Cloud Asset shows them, and roles that were given on one of them."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud import _assets
from annexa.collectors.google_cloud._api import moment, rows
from annexa.collectors.google_cloud.policies import AI, AI_ROLES, grant
from annexa.collectors.google_cloud.projects import FOLDERS, PROJECTS, SHOWN, compare, show
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, AiSystem, Encryption, Exposure

Category = Literal["endpoint", "custom_model", "knowledge_base", "service", "agent"]
ENDPOINT, INDEX_ENDPOINT = "aiplatform.googleapis.com/Endpoint", "aiplatform.googleapis.com/IndexEndpoint"
TUNING = "aiplatform.googleapis.com/TuningJob"
TYPES: Mapping[str, Category] = {
    ENDPOINT: "endpoint",
    "aiplatform.googleapis.com/Index": "knowledge_base",
    INDEX_ENDPOINT: "endpoint",
    "aiplatform.googleapis.com/Model": "custom_model",
    "aiplatform.googleapis.com/ReasoningEngine": "agent",
    TUNING: "custom_model",
    "discoveryengine.googleapis.com/Engine": "service",
}
RESOURCES = _assets.search(tuple(TYPES))
BINDINGS = Call(
    op="cloudasset/v1:v1.searchAllIamPolicies", needs="cloudasset.assets.searchAllIamPolicies", path="results",
    params={"query": f"policy:({' OR '.join(role.rstrip('.') for role in AI_ROLES)})", "pageSize": 500},
)  # fmt: skip


@collects((AiSystem, Encryption, Exposure), RESOURCES, PROJECTS, FOLDERS, per="source",
          where={"ai_system.category": tuple(sorted(set(TYPES.values())))})  # fmt: skip
def resources(handle: Handle) -> Iterator[AiSystem | Encryption | Exposure]:
    """One record per model, tuning job, agent, endpoint, index and search app, with its key and from where it is reached."""
    projects = _assets.listed(handle)
    for row in _assets.found(handle, RESOURCES, projects):
        with handle.citing(row):
            yield _system(row, at := _assets.place(row, projects))
            yield _assets.encryption(row, at)
            if row["assetType"] in (ENDPOINT, INDEX_ENDPOINT):
                yield _exposure(row, at)


@collects(AccessGrant, BINDINGS, PROJECTS, FOLDERS, SHOWN, per="source", where={"access_grant.target": (AI,)})
def bindings(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role over AI that was given on a single resource; what lies higher is read with the projects."""
    projects = _assets.listed(handle)
    compare(handle, projects, show(handle))
    for row in handle.each(BINDINGS, scope=f"organizations/{handle.known['organization']}"):
        resource = str(row["resource"])
        if resource.startswith("//cloudresourcemanager.googleapis.com/"):
            continue
        with handle.citing(row):
            for binding in rows(inside(row, "policy"), "bindings"):
                yield from _held(resource, binding, _assets.place(row, projects))


def training_data(whole: Mapping[str, Any]) -> str | None:
    """Where a tuning job takes its examples from."""
    specs = (inside(whole, name) for name in ("supervisedTuningSpec", "preferenceOptimizationSpec"))
    return next((str(spec["trainingDatasetUri"]) for spec in specs if spec.get("trainingDatasetUri")), None)


def _held(resource: str, binding: Mapping[str, Any], at: str | None) -> Iterator[AccessGrant]:
    role = str(binding.get("role"))
    if not role.startswith(AI_ROLES):
        return
    for member in binding.get("members") or ():
        made = grant(str(member), role, binding, target=AI, here=resource, place=resource)
        yield replace(made, at=at)


def _system(row: Item, at: str | None) -> AiSystem:
    sort, whole = str(row["assetType"]), _assets.body(row) or {}
    spec = inside(whole, "spec")
    return AiSystem(
        subject=str(row["name"]), category=TYPES[sort], provider=sort.partition("/")[0], name=text(row.get("displayName")),
        owner=text(inside(row, "labels").get("owner"), ABSENT), state=text(row.get("state") or whole.get("state")),
        environment=text(inside(row, "labels").get("environment"), ABSENT), created=moment(row.get("createTime")), at=at,
        version=text(whole.get("versionId")), model=text(whole.get("baseModel")),
        role=text(spec.get("effectiveIdentity") or spec.get("serviceAccount")),
        source_location=text(whole.get("artifactUri") or training_data(whole)),
    )  # fmt: skip


def _exposure(row: Item, at: str | None) -> Exposure:
    return Exposure(
        subject=f"{row['name']}#network", resource=str(row["name"]), service=str(row["assetType"]),
        network=_network(row), at=at,
    )  # fmt: skip


def _network(row: Item) -> Literal["public", "vpc", "private"] | Missing:
    """Without a word of its body nothing is said; an endpoint for predictions that names no network is a public one."""
    whole = _assets.body(row)
    if whole is None:
        return NOT_EXPOSED
    if whole.get("publicEndpointEnabled") is True:
        return "public"
    connected = inside(whole, "privateServiceConnectConfig").get("enablePrivateServiceConnect")
    if connected is True or whole.get("enablePrivateServiceConnect") is True:
        return "private"
    if whole.get("network"):
        return "vpc"
    return "public" if row["assetType"] == ENDPOINT else ambiguous("", "no network and no public endpoint is named")
