"""What is kept, which models and which hosted tools may be used: of the organization, and of each project."""

from collections.abc import Iterator
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.openai._api import MANAGEMENT, NO_404, UNTOLD
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Setting

RETENTION = Read(op="GET /organization/data_retention", needs=MANAGEMENT, unconfirmed=UNTOLD)
PROJECT_RETENTION = Read(
    op="GET /organization/projects/{project_id}/data_retention", needs=MANAGEMENT, unconfirmed=UNTOLD
)
MODELS = Read(
    op="GET /organization/projects/{project_id}/model_permissions", needs=MANAGEMENT, absent=("404",),
    unconfirmed=f"{UNTOLD}; {NO_404}",
)  # fmt: skip
TOOLS = Read(op="GET /organization/projects/{project_id}/hosted_tool_permissions", needs=MANAGEMENT, unconfirmed=UNTOLD)

KEPT, PROJECT_KEPT, SHARED = "openai.data_retention", "openai.project.data_retention", "openai.data_sharing"
MODE, LISTED = "openai.project.model_permissions", "openai.project.models"
TOOL = "openai.project.hosted_tool"
TOOL_NAMES = ("file_search", "web_search", "image_generation", "mcp", "code_interpreter")
"""The hosted tools that the vendor documents."""


@collects(Setting, RETENTION, per="source", where={"setting.name": (KEPT,)})
def data_retention(handle: Handle) -> Iterator[Setting]:
    """What OpenAI keeps of what the organization sends."""
    yield Setting(subject=KEPT, name=KEPT, value=text(handle.one(RETENTION).get("type")), set_by="organisation")


@collects(Setting, RETENTION, per="source", where={"setting.name": (SHARED,)})
def data_sharing(handle: Handle) -> Iterator[Setting]:
    """Whether what the organization sends is shared with OpenAI for training: no API tells it, so people must state it."""
    handle.one(RETENTION)  # The organization is there, and its data controls answer; this one is not among them.
    yield Setting(subject=SHARED, name=SHARED, set_by="organisation")


@collects(Setting, PROJECT_RETENTION, per="project", where={"setting.name": (PROJECT_KEPT,)})
def project_data_retention(handle: Handle) -> Iterator[Setting]:
    """The same for one project, which can follow the organization or have a rule of its own."""
    here = str(handle.known["scope"])
    found = handle.one(PROJECT_RETENTION, project_id=here)
    yield Setting(subject=f"{here}/{PROJECT_KEPT}", name=PROJECT_KEPT, value=text(found.get("type")), set_by=here)


@collects(Setting, MODELS, per="project", where={"setting.name": (MODE, LISTED)})
def model_permissions(handle: Handle) -> Iterator[Setting]:
    """Whether the project has a list of allowed or of forbidden models, and which models an allow-list names."""
    here = str(handle.known["scope"])
    found = handle.find(MODELS, project_id=here)
    mode = ABSENT if found is None else text(found.get("mode"))
    yield Setting(subject=f"{here}/{MODE}", name=MODE, value=mode, set_by=here)
    yield Setting(subject=f"{here}/{LISTED}", name=LISTED, value=_models(found, mode), set_by=here)


@collects(Setting, TOOLS, per="project", where={"setting.name": (TOOL, *(f"{TOOL}.{name}" for name in TOOL_NAMES))})
def hosted_tools(handle: Handle) -> Iterator[Setting]:
    """One record per hosted tool: whether the project may use it."""
    here = str(handle.known["scope"])
    found = handle.one(TOOLS, project_id=here)
    for name in TOOL_NAMES:
        yield _tool(here, f"{TOOL}.{name}", inside(found, name).get("enabled", NOT_EXPOSED))
    strange = sorted(set(found) - {*TOOL_NAMES, "object"})
    if strange:
        yield _tool(here, TOOL, unknown_value(", ".join(strange)))


def _tool(here: str, name: str, enabled: Any) -> Setting:
    value = enabled if isinstance(enabled, (bool, Missing)) else unknown_value(enabled)
    return Setting(subject=f"{here}/{name}", name=name, value=value, set_by=here)


def _models(found: Item | None, mode: str | Missing) -> tuple[str, ...] | Missing:
    """The models of an allow-list; where there is none every model may be used, of which there is no list."""
    if found is None or mode == "deny_list":
        return ABSENT
    if mode != "allow_list":
        return mode if isinstance(mode, Missing) else unknown_value(mode)
    names = found.get("model_ids")
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        return NOT_EXPOSED if names is None else unknown_value(names)
    return tuple(sorted(names))
