"""Searches of Cloud Asset over the whole organisation, each held against the list of projects.

Cloud Asset leaves out without a word what the reader may not see. A search therefore asks for the projects too: those that
it lacks are noted, and nothing below them counts as read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud._api import rows
from annexa.collectors.google_cloud.projects import PROJECT, compare, number, ours
from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Encryption

FULL = "name,assetType,project,displayName,location,labels,kmsKeys,createTime,state,versionedResources"
SECRETS = ("value",)
"""Values of environment variables, in the bodies of models and agents."""


def search(types: tuple[str, ...]) -> Call:
    """A search for resources of these types, bodies included, and for the projects that it sees."""
    return Call(
        op="cloudasset/v1:v1.searchAllResources", needs="cloudasset.assets.searchAllResources", path="results",
        params={"assetTypes": sorted({*types, PROJECT}), "pageSize": 500, "readMask": FULL}, drop=SECRETS,
    )  # fmt: skip


def listed(handle: Handle) -> dict[str, Item]:
    """The projects of the organisation by number."""
    return {number(project): project for project in ours(handle)}


def found(handle: Handle, call: Call, projects: Mapping[str, Item]) -> Iterator[Item]:
    """Rows of a search other than projects; at its end, projects that it did not see are noted."""
    seen = dict[str, Item]()
    for row in handle.each(call, scope=f"organizations/{handle.known['organization']}"):
        if row.get("assetType") == PROJECT:
            seen[number(row, "project")] = row
        else:
            yield row
    compare(handle, projects, seen, call)


def owner(row: Item, projects: Mapping[str, Item]) -> tuple[Item, ...]:
    """The listed project that a row belongs to, if there is one."""
    told = projects.get(str(row.get("project") or "").removeprefix("projects/"))
    return () if told is None else (told,)


def place(row: Item, projects: Mapping[str, Item]) -> str | None:
    """The scope of a row: the id of its project, or the number where no project of that number is listed."""
    return next((str(one["projectId"]) for one in owner(row, projects)), None) or (
        str(row.get("project") or "").removeprefix("projects/") or None
    )


def body(row: Item) -> Mapping[str, Any] | None:
    """The resource itself, as its own service shows it; None where Cloud Asset does not show it, or only a part."""
    versions = rows(row, "versionedResources")
    if any(one.get("assetExceptions") for one in versions):
        return None
    return next((inside(one, "resource") for one in versions if inside(one, "resource")), None)


def encryption(row: Item, at: str | None) -> Encryption:
    """With whose key a resource is encrypted; only a body that names no key says that it is Google's."""
    whole = body(row)
    keys = [str(key) for key in row.get("kmsKeys") or ()] + [
        str(inside(whole or {}, spec)[name])
        for spec, name in (("encryptionSpec", "kmsKeyName"), ("cmekConfig", "kmsKey"))
        if inside(whole or {}, spec).get(name)
    ]
    otherwise = NOT_EXPOSED if whole is None else ABSENT
    return Encryption(
        subject=f"{row['name']}#encryption", resource=str(row["name"]), resource_sort=str(row["assetType"]),
        key=text(keys[0] if keys else None, otherwise), at=at,
        holder="customer" if keys else NOT_EXPOSED if whole is None else "vendor",
    )  # fmt: skip
