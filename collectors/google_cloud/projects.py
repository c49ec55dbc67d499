"""Projects: the list of Resource Manager, held against what Cloud Asset shows of the organisation."""

from collections.abc import Iterator, Mapping
from typing import Literal

from annexa.collectors._values import text
from annexa.collectors.google_cloud._api import odd
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Scope
from annexa.schemas.words import Reason

PROJECTS = Call(
    op="cloudresourcemanager/v3:projects.search", needs="resourcemanager.projects.get", path="projects",
    params={"pageSize": 500, "fields": "nextPageToken,projects(name,projectId,displayName,parent,state,createTime,labels)"},
)  # fmt: skip
FOLDERS = Call(
    op="cloudresourcemanager/v3:folders.search", needs="resourcemanager.folders.get", path="folders",
    params={"pageSize": 500, "fields": "nextPageToken,folders(name,parent,state)"},
)  # fmt: skip
PROJECT = "cloudresourcemanager.googleapis.com/Project"
"""The type of a project in Cloud Asset."""
SHOWN = Call(
    op="cloudasset/v1:v1.searchAllResources", needs="cloudasset.assets.searchAllResources", path="results",
    params={"assetTypes": [PROJECT], "pageSize": 500, "readMask": "name,assetType,project,displayName,state"},
)  # fmt: skip
"""Projects as Cloud Asset has them: it shows without a word only what the reader may see."""
State = Literal["enabled", "disabled"]
STATES: Mapping[str, State] = {"ACTIVE": "enabled", "DELETE_REQUESTED": "disabled"}
"""In a project that is being deleted nothing runs and nothing can be asked."""
CURE = "Grant the custom role on the organisation, not on single projects, and run again in some minutes."


@collects(Scope, PROJECTS, FOLDERS, SHOWN, per="source", lists_scopes="project")
def projects(handle: Handle) -> Iterator[Scope]:
    """One record per project that either list shows; a difference between the two leaves both unproved."""
    listed = dict[str, Item]()
    for project in ours(handle):
        listed[number(project)] = project
        path = str(project["projectId"])
        with handle.citing(project):
            yield Scope(
                subject=str(project["name"]), level="project", path=path, name=text(project.get("displayName")),
                state=_state(project.get("state")), at=path,
            )  # fmt: skip
    shown = show(handle)
    for missing in sorted(set(shown) - set(listed)):
        handle.note(
            PROJECTS,
            Reason.VISIBILITY_UNPROVED,
            f"the list lacks project {missing}, which Cloud Asset shows",
            cure=CURE,
        )
        with handle.citing(shown[missing]):
            yield Scope(
                subject=f"projects/{missing}", level="project", path=missing, name=text(shown[missing].get("displayName")),
                at=missing,
            )  # fmt: skip
    compare(handle, listed, shown)


def compare(handle: Handle, listed: Mapping[str, Item], shown: Mapping[str, Item], call: Call = SHOWN) -> None:
    """Note which projects a search of Cloud Asset does not show; one that is being deleted may be gone from there."""
    hidden = sorted(
        str(project["projectId"])
        for name, project in listed.items()
        if name not in shown and project.get("state") != "DELETE_REQUESTED"
    )
    if hidden or not shown:
        what = f"does not show {', '.join(hidden)}, which the list of projects has" if hidden else "shows no project"
        handle.note(call, Reason.VISIBILITY_UNPROVED, f"Cloud Asset {what}", cure=CURE)


def ours(handle: Handle) -> Iterator[Item]:
    """The projects of this organisation; one under a folder that nobody shows is noted, and counts as one of them."""
    above = {str(folder["name"]): str(folder.get("parent", "")) for folder in handle.each(FOLDERS)}
    root = f"organizations/{handle.known['organization']}"
    for project in handle.each(PROJECTS):
        top = _top(str(project.get("parent", "")), above)
        if top.startswith("folders/"):
            handle.note(
                FOLDERS,
                Reason.VISIBILITY_UNPROVED,
                f"the list of folders lacks {top}, which holds a project",
                cure=CURE,
            )
        if top == root or top.startswith("folders/"):
            yield project


def show(handle: Handle) -> dict[str, Item]:
    """Projects that Cloud Asset shows, by number."""
    scope = f"organizations/{handle.known['organization']}"
    return {number(row, "project"): row for row in handle.each(SHOWN, scope=scope)}


def number(row: Mapping[str, object], member: str = "name") -> str:
    """The number in `projects/415000000001`; raises `UnreadError` where there is none."""
    found = str(row.get(member, "")).removeprefix("projects/")
    if not found.isdecimal():
        raise odd(PROJECTS if member == "name" else SHOWN, "a project has no number")
    return found


def _top(parent: str, above: Mapping[str, str]) -> str:
    """Where a chain of folders ends: at an organisation, at a folder that is not listed, or nowhere."""
    seen = set[str]()
    while parent in above and parent not in seen:
        seen.add(parent)
        parent = above[parent]
    return parent


def _state(word: object) -> State | Missing:
    return STATES.get(str(word)) or unknown_value(word)
