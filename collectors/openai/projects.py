"""Projects: the scopes of an organization, where their data stays, and with whose key it is encrypted."""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, text
from annexa.collectors.openai._api import LAST_ID, MANAGEMENT, PAGE, ident
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Encryption, Scope, Setting

PROJECTS = Read(
    op="GET /organization/projects", needs=MANAGEMENT, path="data", pager=LAST_ID,
    params={**PAGE, "include_archived": "true"},
)  # fmt: skip
RESIDENCY = "openai.project.residency"


@collects(Scope, PROJECTS, per="source", lists_scopes="project")
def projects(handle: Handle) -> Iterator[Scope]:
    """One record per project, archived ones included: in those nothing can run, and nothing needs to be read."""
    for project in handle.each(PROJECTS):
        path = ident(PROJECTS, project)
        yield Scope(
            subject=path, level="project", path=path, name=text(project.get("name")),
            state=choose(project.get("status"), {"active": "enabled", "archived": "disabled"}),
        )  # fmt: skip


@collects((Setting, Encryption), PROJECTS, per="source", where={"setting.name": (RESIDENCY,)})
def placement(handle: Handle) -> Iterator[Setting | Encryption]:
    """Per project that is not archived: where its data is stored and processed, and the key it is encrypted with."""
    for project in handle.each(PROJECTS):
        name = ident(PROJECTS, project)
        if project.get("status") == "archived":
            continue
        yield Setting(subject=f"{name}/{RESIDENCY}", at=name, name=RESIDENCY, value=text(project.get("residency")))
        key = _key(project)
        yield Encryption(
            subject=f"{name}#encryption", at=name, resource=name, resource_sort="project", key=key, holder=_holder(key)
        )


def _key(project: Item) -> str | Missing:
    """The organisation's own key; the vendor says null where there is none, and nothing where it does not say."""
    return text(project["external_key_id"], ABSENT) if "external_key_id" in project else NOT_EXPOSED


def _holder(key: str | Missing) -> Literal["customer", "vendor"] | Missing:
    if isinstance(key, str):
        return "customer"
    return "vendor" if key is ABSENT else key
