"""AI resources over the whole organisation, as Cloud Asset shows them, and roles that were given on one of them.

What Cloud Asset shows is held against the list of projects: it leaves out without a word what the reader may not see.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from annexa.collectors.google_cloud._api import inside, moment, rows, text
from annexa.collectors.google_cloud.policies import AI, AI_ROLES, grant
from annexa.collectors.google_cloud.projects import FOLDERS, PROJECTS, SHOWN, compare, number, ours, show
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, AiSystem, Encryption

Category = Literal["endpoint", "custom_model", "knowledge_base", "service"]
TYPES: Mapping[str, Category] = {
    "aiplatform.googleapis.com/Endpoint": "endpoint",
    "aiplatform.googleapis.com/Index": "knowledge_base",
    "aiplatform.googleapis.com/IndexEndpoint": "endpoint",
    "aiplatform.googleapis.com/Model": "custom_model",
    "discoveryengine.googleapis.com/Engine": "service",
}
RESOURCES = Call(
    op="cloudasset/v1:v1.searchAllResources", needs="cloudasset.assets.searchAllResources", path="results",
    params={
        "assetTypes": sorted(TYPES), "pageSize": 500,
        "readMask": "name,assetType,project,displayName,location,labels,kmsKeys,createTime,state",
    },
)  # fmt: skip
BINDINGS = Call(
    op="cloudasset/v1:v1.searchAllIamPolicies", needs="cloudasset.assets.searchAllIamPolicies", path="results",
    params={"query": "policy:roles/aiplatform", "pageSize": 500},
)  # fmt: skip


@collects((AiSystem, Encryption), RESOURCES, PROJECTS, FOLDERS, SHOWN, per="source",
          where={"ai_system.category": tuple(sorted(set(TYPES.values())))})  # fmt: skip
def resources(handle: Handle) -> Iterator[AiSystem | Encryption]:
    """One record per model, endpoint, index and search app, and one for the key that it is encrypted with."""
    paths = _paths(handle)
    for row in handle.each(RESOURCES, scope=f"organizations/{handle.known['organization']}"):
        with handle.citing(row):
            yield _system(row, place := _place(row, paths))
            yield _encryption(row, place)


@collects(AccessGrant, BINDINGS, PROJECTS, FOLDERS, SHOWN, per="source", where={"access_grant.target": (AI,)})
def bindings(handle: Handle) -> Iterator[AccessGrant]:
    """One record per role over Vertex AI that was given on a single resource; what lies higher is read with the projects."""
    paths = _paths(handle)
    for row in handle.each(BINDINGS, scope=f"organizations/{handle.known['organization']}"):
        resource = str(row["resource"])
        if resource.startswith("//cloudresourcemanager.googleapis.com/"):
            continue
        with handle.citing(row):
            for binding in rows(inside(row, "policy"), "bindings"):
                yield from _held(resource, binding, _place(row, paths))


def _held(resource: str, binding: Mapping[str, Any], place: str | None) -> Iterator[AccessGrant]:
    role = str(binding.get("role"))
    if not role.startswith(AI_ROLES):
        return
    for member in binding.get("members") or ():
        made = grant(str(member), role, binding, target=AI, here=resource, place=resource)
        yield replace(made, at=place)


def _paths(handle: Handle) -> dict[str, str]:
    """Project numbers with the ids by which the projects go; notes what Cloud Asset does not show."""
    listed = {number(project): project for project in ours(handle)}
    compare(handle, listed, show(handle))
    return {name: str(project["projectId"]) for name, project in listed.items()}


def _place(row: Item, paths: Mapping[str, str]) -> str | None:
    told = str(row.get("project") or "").removeprefix("projects/")
    return paths.get(told, told) or None


def _system(row: Item, place: str | None) -> AiSystem:
    sort = str(row["assetType"])
    return AiSystem(
        subject=str(row["name"]), category=TYPES[sort], provider=sort.partition("/")[0], name=text(row.get("displayName")),
        owner=text(inside(row, "labels").get("owner"), ABSENT), state=text(row.get("state")),
        environment=text(inside(row, "labels").get("environment"), ABSENT), created=moment(row.get("createTime")), at=place,
    )  # fmt: skip


def _encryption(row: Item, place: str | None) -> Encryption:
    """Cloud Asset names a key where the type of resource has one; where none stands it says nothing."""
    keys = [str(key) for key in row.get("kmsKeys") or ()]
    return Encryption(
        subject=f"{row['name']}#encryption", resource=str(row["name"]), resource_sort=str(row["assetType"]),
        key=keys[0] if keys else NOT_EXPOSED, holder="customer" if keys else NOT_EXPOSED, at=place,
    )  # fmt: skip
