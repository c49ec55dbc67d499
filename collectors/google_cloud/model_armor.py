"""Model Armor: floor settings of a project and of what lies above it, and templates, where the service is enabled there.

A floor setting is the least that templates below it must filter. On a project it may also filter every prompt that goes to
Gemini by way of Vertex AI; those of folders and of the organisation cannot.
https://docs.cloud.google.com/model-armor/configure-floor-settings,
https://docs.cloud.google.com/model-armor/model-armor-vertex-integration
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._values import inside
from annexa.collectors.google_cloud._api import (
    MODEL_ARMOR,
    SERVICES,
    enabled_services,
    here,
    moment,
    odd,
    rows,
    unproved,
)
from annexa.collectors.google_cloud.policies import ANCESTRY, chain
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Text, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Safeguard, Setting
from annexa.evidence.kinds.settings import Strength

FLOOR = {
    "fields": "name,createTime,filterConfig,enableFloorSettingEnforcement,integratedServices,aiPlatformFloorSetting"
}
PROJECT_FLOOR = Call(
    op="modelarmor/v1:projects.locations.getFloorSetting", needs="modelarmor.floorSettings.get", params=FLOOR
)
FOLDER_FLOOR = Call(
    op="modelarmor/v1:folders.locations.getFloorSetting", needs="modelarmor.floorSettings.get", params=FLOOR
)
ORGANIZATION_FLOOR = Call(
    op="modelarmor/v1:organizations.locations.getFloorSetting", needs="modelarmor.floorSettings.get", params=FLOOR
)
FLOORS = {"projects": PROJECT_FLOOR, "folders": FOLDER_FLOOR, "organizations": ORGANIZATION_FLOOR}
LOCATIONS = Call(
    op="modelarmor/v1:projects.locations.list", needs="modelarmor.locations.list", path="locations",
    params={"pageSize": 100, "fields": "nextPageToken,locations(name,locationId)"},
)  # fmt: skip
TEMPLATES = Call(
    op="modelarmor/v1:projects.locations.templates.list", needs="modelarmor.templates.list", path="templates",
    params={
        "pageSize": 100,
        "fields": "nextPageToken,unreachable,templates(name,createTime,filterConfig,templateMetadata(enforcementType))",
    },
)  # fmt: skip
"""Asked at the host of each location: the one without a location refuses."""
PLACE = "locations/global/floorSetting"
VERTEX, WORD = "AI_PLATFORM", "google_cloud.modelarmor.vertexai"
Mode = Literal["enforce", "detect", "off"]
MODES: Mapping[str, Mode] = {
    "ENFORCEMENT_TYPE_UNSPECIFIED": "enforce", "INSPECT_AND_BLOCK": "enforce", "INSPECT_ONLY": "detect",
}  # fmt: skip
"""What a template does; Google documents the unspecified word, which answers leave out, as the same as the second."""
DONE = {"inspectOnly": "inspect_only", "inspectAndBlock": "block"}
"""What a floor setting does about calls of a service; it says one of the two."""
MODE: Mapping[str, Mode] = {"none": "off", "inspect_only": "detect", "block": "enforce"}


@collects((Safeguard, Setting), SERVICES, ANCESTRY, PROJECT_FLOOR, FOLDER_FLOOR, ORGANIZATION_FLOOR, LOCATIONS, TEMPLATES,
          per="project", where={"setting.name": (WORD,)})  # fmt: skip
def model_armor(handle: Handle) -> Iterator[Safeguard | Setting]:
    """One record per floor setting over the project and per template in it, and what is done about calls of Vertex AI."""
    if MODEL_ARMOR not in enabled_services(handle):
        return
    yield from _templates(handle)
    for place, _ in list(chain(handle)):
        name = f"{place}/{PLACE}"
        with handle.item(f"{here(handle)}#{name}"):
            call = FLOORS[place.partition("/")[0]]
            floor = handle.one(call, name=name)
            if not str(floor.get("name", "")).endswith(f"/{PLACE}"):
                raise odd(call, "a floor setting without its name")
            with handle.citing(floor):
                yield from _floor(handle, floor, name, project=place == here(handle))


def _templates(handle: Handle) -> Iterator[Safeguard]:
    places = list(handle.each(LOCATIONS, name=here(handle)))
    if not places:
        raise unproved(LOCATIONS, "a service without any location was told")
    for place, reply in handle.many(TEMPLATES, places, lambda place: {"parent": str(place["name"])}):
        with handle.item(str(place["name"])):
            for row in reply.each():
                with handle.citing(row):
                    word = inside(row, "templateMetadata").get("enforcementType", "ENFORCEMENT_TYPE_UNSPECIFIED")
                    yield _safeguard(f"//{MODEL_ARMOR}/{row['name']}", row, MODES.get(str(word)) or unknown_value(word))


def _floor(handle: Handle, floor: Item, name: str, *, project: bool) -> Iterator[Safeguard | Setting]:
    """The record of each project says which floor settings lie over it; only its own one can act on calls."""
    subject = f"{here(handle)}#{name}"
    if not project:
        yield _safeguard(subject, floor, NOT_EXPOSED)
        return
    value = _vertex(floor)
    yield _safeguard(subject, floor, value if isinstance(value, Missing) else MODE[value])
    yield Setting(subject=f"{here(handle)}/{WORD}", name=WORD, value=value)


def _vertex(floor: Mapping[str, Any]) -> str | Missing:
    """What the floor setting does about calls of Vertex AI: `none`, `inspect_only` or `block`."""
    force, acts = floor.get("enableFloorSettingEnforcement"), inside(floor, "aiPlatformFloorSetting")
    if force is False:
        return "none"
    if force is not True:
        return ambiguous("", "it is not told whether the floor setting is in force")
    named = VERTEX in (floor.get("integratedServices") or ())
    done = [word for member, word in DONE.items() if acts.get(member) is True]
    if named and len(done) == 1:
        return done[0]
    return ambiguous(",".join(done), "services and what is done do not agree") if named or done else "none"


def _safeguard(subject: str, row: Mapping[str, Any], mode: Mode | Missing) -> Safeguard:
    config = row.get("filterConfig")
    return Safeguard(
        subject=subject, type="guardrail", name=str(row["name"]).rpartition("/")[2], pinned=False, mode=mode,
        filters=NOT_EXPOSED if config is None else tuple(_filters(config)) or ABSENT, masking=_masking(config),
        masks_input=_masks(config), masks_output=_masks(config), prompt_attack=_attack(config),
        created=moment(row.get("createTime")),
    )  # fmt: skip


def _filters(config: Mapping[str, Any]) -> Iterator[Strength]:
    """Filters that are on; each looks at prompts and at answers alike."""
    for one in rows(inside(config, "raiSettings"), "raiFilters"):
        sort = one.get("filterType") or "RAI_FILTER_TYPE_UNSPECIFIED"
        yield _strength(str(sort), one.get("confidenceLevel") or "DETECTION_CONFIDENCE_LEVEL_UNSPECIFIED")
    word = inside(config, "maliciousUriFilterSettings").get("filterEnforcement")
    if _on(word):
        yield _strength("MALICIOUS_URI", word)
    sensitive = _sensitive(config)
    if sensitive is not None:
        yield _strength("SENSITIVE_DATA", sensitive)


def _strength(name: str, word: object) -> Strength:
    return Strength(filter=name, input_strength=str(word), output_strength=str(word))


def _on(word: object) -> bool:
    """Every other documented word, and its absence, is the same as disabled."""
    return word is not None and word != "DISABLED" and not str(word).endswith("_UNSPECIFIED")


def _attack(config: Mapping[str, Any] | None) -> Text:
    """From which confidence on an attack by prompt is found."""
    if config is None:
        return NOT_EXPOSED
    told = inside(config, "piAndJailbreakFilterSettings")
    word = told.get("filterEnforcement")
    if not _on(word):
        return ABSENT
    return str(told.get("confidenceLevel") or "LOW_AND_ABOVE") if word == "ENABLED" else unknown_value(word)


def _sensitive(config: Mapping[str, Any]) -> str | None:
    """Which sort of Sensitive Data Protection is on."""
    told = inside(config, "sdpSettings")
    if _on(inside(told, "basicConfig").get("filterEnforcement")):
        return "basicConfig"
    return "advancedConfig" if inside(told, "advancedConfig").get("inspectTemplate") else None


def _masks(config: Mapping[str, Any] | None) -> Flag:
    """No, where no sensitive data is looked for; else it depends on templates, and on the program that asks."""
    return NOT_EXPOSED if config is None or _sensitive(config) is not None else False


def _masking(config: Mapping[str, Any] | None) -> Missing:
    return NOT_EXPOSED if config is None or _sensitive(config) is not None else ABSENT
