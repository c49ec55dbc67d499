"""What the properties of DLP policies and rules mean; what Microsoft does not document is never taken for protection.

Microsoft documents the parameters of the cmdlets, whose names the properties bear:
https://learn.microsoft.com/powershell/module/exchangepowershell/new-dlpcompliancepolicy and new-dlpcompliancerule
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors.imports._powershell import listed, word
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Names, ambiguous, unknown_value

COPILOT = "copilot"
"""The channel between people and Microsoft 365 Copilot."""
LOCATION = "470f2276-e011-4e9d-a6ec-20768be3a4b0"
"""The location Microsoft 365 Copilot, the same in every tenant."""
PLANE, WORKLOAD = "CopilotExperiences", "Applications"
Word = Literal["enforce", "detect", "off"]
MODES: Mapping[str, Word] = {
    "Enable": "enforce", "TestWithNotifications": "detect", "TestWithoutNotifications": "detect", "Disable": "off",
    "PendingDeletion": "off",
}  # fmt: skip
"""In simulation no action is taken; what is about to be deleted protects nobody for long."""
RESTRICTS = "ExcludeContentProcessing"
"""The action that keeps Copilot from working on what was found."""
BLOCKS = "BlockAccess"
"""The action of the other workloads."""
OWN = ("Enforce", "Enable")
"""What a rule that is enforced may say of its own mode."""


def policy_mode(row: Mapping[str, Any]) -> Word | Missing:
    """Whether a policy acts, only reports, or is off."""
    mode, enabled = word(row.get("Mode")), row.get("Enabled")
    if enabled is False:
        return "off"
    if mode is None or enabled not in (True, None):
        return NOT_EXPOSED if mode is None else unknown_value(enabled)
    return (MODES.get(mode) if isinstance(mode, str) else None) or unknown_value(mode)


def rule_mode(row: Mapping[str, Any], policy: Mapping[str, Any]) -> Word | Missing:
    """What a rule does under its policy; a rule without an action that stops anything only reports."""
    above, off, own = policy_mode(policy), row.get("Disabled"), word(row.get("Mode"))
    if off is True or above == "off":
        return "off"
    if isinstance(above, Missing) or above == "detect":
        return above
    if off is not False:
        return NOT_EXPOSED if off is None else unknown_value(off)
    if own is not None and own not in OWN:
        return unknown_value(own)
    action, where = acts(row), channels(policy)
    if action == BLOCKS and not isinstance(where, Missing) and COPILOT in where:
        return ambiguous(BLOCKS, "Microsoft documents another action for Copilot")
    return action if isinstance(action, Missing) else "enforce" if action else "detect"


def acts(row: Mapping[str, Any]) -> str | Missing:
    """The action that stops something, in Microsoft's words; empty: it only reports."""
    given = _unpacked(row.get("RestrictAccess"))
    if given is None:
        return ambiguous(str(row.get("RestrictAccess")), "RestrictAccess is of no known form")
    for one in given:
        setting, value = (_member(one, name) for name in ("setting", "value"))
        if setting == RESTRICTS:
            return f"{RESTRICTS}={value}" if value == "Block" else unknown_value(f"{setting}={value}")
    if given or row.get("RestrictWebGrounding"):
        return ambiguous(str(given or "RestrictWebGrounding"), "Microsoft does not document what it stops")
    blocks = row.get(BLOCKS)
    return BLOCKS if blocks is True else "" if blocks in (False, None) else unknown_value(blocks)


def channels(row: Mapping[str, Any]) -> Names:
    """Where a policy watches: its workloads, and Copilot where its location says so."""
    given, planes = row.get("Workload"), listed(row.get("EnforcementPlanes"))
    if "Locations" not in row and not isinstance(given, str):
        return NOT_EXPOSED
    found = {one.strip() for one in str(given or "").split(",") if one.strip()}
    places = _unpacked(row.get("Locations"))
    named = {str(word(one)) for one in planes or ()}
    if places is None or planes is None:
        return ambiguous(str(row.get("Locations")), "locations or planes are of no known form")
    there, planned = any(map(_is_copilot, places)), PLANE in named
    if there != planned and (named or planned):
        return ambiguous(f"{sorted(named)} {places}", "location and plane do not agree on Copilot")
    return tuple(sorted(found | {COPILOT} if there else found))


def everybody(row: Mapping[str, Any]) -> Flag:
    """Whether a policy that watches Copilot holds for the whole tenant; of groups nobody knows who is not in them."""
    place = next((one for one in _unpacked(row.get("Locations")) or () if _is_copilot(one)), None)
    if place is None:
        return NOT_EXPOSED
    included, excluded = _unpacked(_member(place, "Inclusions")), _unpacked(_member(place, "Exclusions"))
    units = listed(row.get("PolicyRBACScopes"))
    if included is None or excluded is None or units is None:
        return ambiguous(str(place), "whom it includes is of no known form")
    if excluded or units:
        return ambiguous(
            f"{included} without {excluded or units}", "nobody tells whether all who use Copilot are in it"
        )
    whole = any(_member(one, "Type") == "Tenant" and _member(one, "Identity") == "All" for one in included)
    return True if whole else ambiguous(str(included), "nobody tells whether all who use Copilot are in it")


def conditions(row: Mapping[str, Any]) -> tuple[str, ...] | Missing:
    """What a rule looks for: types of sensitive information, and labels as `label:` with their id."""
    given: list[Any] = []
    for name in ("ContentContainsSensitiveInformation", "AdvancedRule"):
        part = _unpacked(row.get(name))
        if part is None:
            return ambiguous(str(row.get(name)), f"{name} is of no known form")
        given += part
    return tuple(sorted({name for one in given for name in _looked_for(one)})) or ABSENT


def _looked_for(node: Any, label: bool = False) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _looked_for(one, label)
    elif isinstance(node, dict):
        inner = {name: value for name, value in node.items() if isinstance(value, list | dict)}
        for name, value in inner.items():
            yield from _looked_for(value, label or name.lower() == "labels")
        named = _member(node, "name")
        if not inner and isinstance(named, str):
            yield f"label:{named}" if label or _member(node, "type") == "Sensitivity" else named


def _is_copilot(place: Any) -> bool:
    return str(_member(place, "Workload")) == WORKLOAD and str(_member(place, "Location")).lower() == LOCATION


def _member(node: Any, name: str) -> Any:
    """A member of an object by its name, whose case differs between the shells."""
    found = node.items() if isinstance(node, dict) else ()
    return next((value for key, value in found if key.lower() == name.lower()), None)


def _unpacked(value: Any) -> list[dict[str, Any]] | None:
    """A list of objects that may have been written as text, or one by one as texts; empty for none; None: of no known form."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except (ValueError, RecursionError):
            return None
    rows = listed(value) if not isinstance(value, dict) or "Count" in value else [value]
    if rows is None:
        return None
    found = list[dict[str, Any]]()
    for row in rows:
        inner = [row] if isinstance(row, dict) else _unpacked(row) if isinstance(row, str) else None
        if inner is None:
            return None
        found += inner
    return found
