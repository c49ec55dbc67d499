"""Organisational units: the scopes of a Workspace customer, by which its settings differ."""

from collections.abc import Iterator, Mapping

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import MINE, UNITS_READ
from annexa.evidence.call import Call, collects
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.systems import Scope
from annexa.schemas.words import Reason

UNITS = Call(
    op="admin/directory_v1:orgunits.list", needs=UNITS_READ, path="organizationUnits",
    params={"customerId": MINE, "type": "allIncludingParent"}, drop=("description",),
)  # fmt: skip
TOP = "/"


@collects(Scope, UNITS, per="source", lists_scopes="unit", where={"scope.level": ("unit",)})
def units(handle: Handle) -> Iterator[Scope]:
    """One record per organisational unit, the topmost included."""
    for unit in tree(handle).values():
        with handle.citing(unit):
            yield Scope(
                subject=unit_id(unit), level="unit", path=unit_id(unit), name=text(unit.get("orgUnitPath")),
                state="enabled",
            )  # fmt: skip


def tree(handle: Handle) -> dict[str, Item]:
    """Every unit by id; a list without the topmost one, or without a unit that another is under, is noted as unproved."""
    found = {unit_id(unit): unit for unit in handle.each(UNITS)}
    above = {parent for unit in found.values() if (parent := _parent(unit))}
    paths = {unit.get("orgUnitPath") for unit in found.values()}
    if above - set(found) or TOP not in paths:
        handle.note(
            UNITS, Reason.VISIBILITY_UNPROVED, "the list of organisational units lacks one that others are under",
            cure="Run again; if it stays, give the administrator a role over all organisational units.",
        )  # fmt: skip
    return found


def unit_id(unit: Mapping[str, object]) -> str:
    """The id as policies name it, without Google's prefix `id:`."""
    return str(unit["orgUnitId"]).removeprefix("id:")


def upward(units: Mapping[str, Item], unit: str) -> frozenset[str]:
    """A unit and every unit above it."""
    found = set[str]()
    while unit and unit not in found:
        found.add(unit)
        unit = _parent(units[unit]) if unit in units else ""
    return frozenset(found)


def _parent(unit: Mapping[str, object]) -> str:
    return str(unit.get("parentOrgUnitId") or "").removeprefix("id:")
