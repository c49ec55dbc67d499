"""Google Cloud: Model Armor's floor settings and templates, over words that say nothing, refusals and unknown values."""

from typing import Any

import pytest
from google_cloud_answers import DENIED, ROOT, VERTEX, chain, collect, enabled, facts, policy, reasons

from annexa.collectors.google_cloud import _api, model_armor
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.gather import Gathered
from annexa.evidence.kinds import Safeguard, Setting
from annexa.evidence.kinds.settings import Strength
from annexa.schemas.words import Completeness, Reason, State

INLINE = {
    "enableFloorSettingEnforcement": True, "integratedServices": ["AI_PLATFORM"],
    "aiPlatformFloorSetting": {"inspectAndBlock": True},
}  # fmt: skip
FILTERS = {
    "raiSettings": {"raiFilters": [{"filterType": "HARASSMENT", "confidenceLevel": "HIGH"}, {"filterType": "DANGEROUS"}]},
    "piAndJailbreakFilterSettings": {"filterEnforcement": "ENABLED", "confidenceLevel": "MEDIUM_AND_ABOVE"},
    "maliciousUriFilterSettings": {"filterEnforcement": "ENABLED"},
}  # fmt: skip


def floor(place: str, **told: Any) -> dict[str, Any]:
    return {"name": f"{place}/locations/global/floorSetting", **told}


def found(*templates: Any, own: Any = None, places: tuple[str, ...] = ("eu",), **more: Any) -> Gathered:
    answers = {
        **chain(policy(), policy(), ROOT, enabled(VERTEX, _api.MODEL_ARMOR)),
        model_armor.PROJECT_FLOOR.op: own or floor("projects/1"),
        model_armor.FOLDER_FLOOR.op: floor("folders/5"),
        model_armor.ORGANIZATION_FLOOR.op: floor("organizations/1"),
        model_armor.LOCATIONS.op: {"locations": [{"name": f"projects/p1/locations/{one}"} for one in places]},
        model_armor.TEMPLATES.op: {"templates": list(templates)},
        **{getattr(model_armor, name).op: reply for name, reply in more.items()},
    }
    return collect(model_armor.model_armor, answers)


def setting(**told: Any) -> Any:
    (one,) = [row for row in facts(found(own=floor("projects/1", **told))) if isinstance(row, Setting)]
    return one.value


def template(**told: Any) -> Safeguard:
    made: Safeguard = facts(found({"name": "projects/1/locations/eu/templates/t", **told}))[0]
    return made


def test_nothing_is_asked_where_the_service_is_not_enabled() -> None:
    gathered = collect(model_armor.model_armor, {_api.SERVICES.op: enabled(VERTEX)})
    assert (facts(gathered), gathered.unit.completeness) == ([], Completeness.COMPLETE)


def test_a_record_for_each_floor_above_and_for_each_template() -> None:
    gathered = found({"name": "projects/1/locations/eu/templates/t", "createTime": "2026-01-02T03:04:05Z"})
    kinds = [(type(one).__name__, one.subject) for one in facts(gathered)]
    assert kinds == [
        ("Safeguard", "//modelarmor.googleapis.com/projects/1/locations/eu/templates/t"),
        ("Safeguard", "projects/p1#projects/p1/locations/global/floorSetting"),
        ("Setting", "projects/p1/google_cloud.modelarmor.vertexai"),
        ("Safeguard", "projects/p1#folders/5/locations/global/floorSetting"),
        ("Safeguard", "projects/p1#organizations/1/locations/global/floorSetting"),
    ]
    assert facts(gathered)[0].created == "2026-01-02T03:04:05Z"
    assert gathered.unit.completeness is Completeness.COMPLETE


@pytest.mark.parametrize(
    ("told", "value", "mode"),
    [
        (INLINE, "block", "enforce"),
        ({**INLINE, "aiPlatformFloorSetting": {"inspectOnly": True}}, "inspect_only", "detect"),
        ({**INLINE, "enableFloorSettingEnforcement": False}, "none", "off"),
        ({**INLINE, "integratedServices": ["GOOGLE_MCP_SERVER"], "aiPlatformFloorSetting": {}}, "none", "off"),
        ({"enableFloorSettingEnforcement": True}, "none", "off"),
    ],
)
def test_what_the_projects_own_floor_does_about_vertex(told: Any, value: str, mode: str) -> None:
    assert setting(**told) == value
    own = facts(found(own=floor("projects/1", **told)))[0]
    assert own.mode == mode


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"integratedServices": ["AI_PLATFORM"], "aiPlatformFloorSetting": {"inspectAndBlock": True}},
        {**INLINE, "integratedServices": []},
        {**INLINE, "aiPlatformFloorSetting": {}},
        {**INLINE, "aiPlatformFloorSetting": {"inspectAndBlock": True, "inspectOnly": True}},
    ],
)
def test_what_does_not_agree_or_is_not_told_is_ambiguous(told: Any) -> None:
    value = setting(**told)
    assert isinstance(value, Missing) and value.state is State.AMBIGUOUS


def test_a_floor_above_the_project_never_acts_on_calls() -> None:
    above = found(FOLDER_FLOOR=floor("folders/5", **INLINE, filterConfig=FILTERS))
    folder = next(one for one in facts(above) if "folders/5" in one.subject)
    assert (folder.mode, folder.prompt_attack) == (NOT_EXPOSED, "MEDIUM_AND_ABOVE")


@pytest.mark.parametrize(
    ("metadata", "mode"),
    [
        ({}, "enforce"),
        ({"enforcementType": "ENFORCEMENT_TYPE_UNSPECIFIED"}, "enforce"),
        ({"enforcementType": "INSPECT_AND_BLOCK"}, "enforce"),
        ({"enforcementType": "INSPECT_ONLY"}, "detect"),
    ],
)
def test_what_a_template_does(metadata: Any, mode: str) -> None:
    assert template(filterConfig={}, templateMetadata=metadata).mode == mode


def test_a_word_that_is_not_documented_is_unknown() -> None:
    attack = {"piAndJailbreakFilterSettings": {"filterEnforcement": "MOSTLY"}}
    made = template(filterConfig=attack, templateMetadata={"enforcementType": "PONDER"})
    assert (made.mode.raw, made.prompt_attack.raw) == ("PONDER", "MOSTLY")  # type: ignore[union-attr]


def test_filters_that_are_on() -> None:
    made = template(filterConfig=FILTERS)
    unspecified = "DETECTION_CONFIDENCE_LEVEL_UNSPECIFIED"
    assert made.filters == tuple(
        Strength(filter=name, input_strength=word, output_strength=word)
        for name, word in (("HARASSMENT", "HIGH"), ("DANGEROUS", unspecified), ("MALICIOUS_URI", "ENABLED"))
    )
    assert (made.prompt_attack, made.masking, made.masks_input) == ("MEDIUM_AND_ABOVE", ABSENT, False)


@pytest.mark.parametrize(
    ("config", "filters", "attack", "masks"),
    [
        (None, NOT_EXPOSED, NOT_EXPOSED, NOT_EXPOSED),
        ({}, ABSENT, ABSENT, False),
        ({"piAndJailbreakFilterSettings": {"filterEnforcement": "DISABLED"}}, ABSENT, ABSENT, False),
        ({"piAndJailbreakFilterSettings": {"filterEnforcement": "ENABLED"}}, ABSENT, "LOW_AND_ABOVE", False),
        ({"sdpSettings": {"basicConfig": {"filterEnforcement": "DISABLED"}}}, ABSENT, ABSENT, False),
        ({"sdpSettings": {"basicConfig": {"filterEnforcement": "ENABLED"}}}, "basicConfig", ABSENT, NOT_EXPOSED),
        ({"sdpSettings": {"advancedConfig": {"inspectTemplate": "i"}}}, "advancedConfig", ABSENT, NOT_EXPOSED),
    ],
)
def test_what_is_off_and_what_is_not_told(config: Any, filters: Any, attack: Any, masks: Any) -> None:
    made = template(**({} if config is None else {"filterConfig": config}))
    told = made.filters if isinstance(made.filters, Missing) else made.filters[0].input_strength
    assert (told, made.prompt_attack, made.masks_input, made.masks_output) == (filters, attack, masks, masks)


def test_one_floor_that_is_refused_costs_itself_alone() -> None:
    gathered = found(FOLDER_FLOOR=DENIED)
    assert reasons(gathered) == [Reason.DENIED]
    (one,) = gathered.keeper.unreads
    assert one.subject == "projects/p1#folders/5/locations/global/floorSetting"
    assert [type(row).__name__ for row in facts(gathered)] == ["Safeguard", "Setting", "Safeguard"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"places": ()}, Reason.VISIBILITY_UNPROVED),
        ({"TEMPLATES": {"templates": [], "unreachable": ["eu"]}}, Reason.UNREACHABLE),
        ({"TEMPLATES": DENIED}, Reason.DENIED),
        ({"own": {"filterConfig": {}}}, Reason.INVALID_ANSWER),
        ({"own": floor("projects/1", enableFloorSettingEnforcement="yes")}, Reason.INVALID_ANSWER),
    ],
)
def test_what_cannot_be_believed_is_unread(more: Any, reason: Reason) -> None:
    gathered = found(**more)
    assert reasons(gathered) == [reason]
    assert gathered.unit.completeness is not Completeness.COMPLETE
