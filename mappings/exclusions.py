"""Exclusions in the Statement of Applicability: honoured if justified, and checked against what was seen.

An exclusion without justification is not honoured. `verified` is said only where everything that would contradict it was
enumerated completely and is empty; activity once seen stays until then, with its date.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from annexa.evidence.kinds import SoaRow
from annexa.mappings.activity import Activity
from annexa.mappings.catalogue import Control
from annexa.mappings.register import written
from annexa.mappings.world import World
from annexa.schemas.words import ExclusionNote


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """What became of the exclusion of one control."""

    note: ExclusionNote
    detail: str
    """The SoA's words, and what speaks against them."""


def exclusion(control: Control, world: World, remembered: Mapping[str, Activity]) -> Exclusion | None:
    """The exclusion of a control; None if it is not excluded, or without justification."""
    rows = [row for _, row in world.supplied.soa if row.control == control.id]
    if not rows or any(row.applicable or not isinstance(row.justification, str) for row in rows):
        return None
    row = rows[0]
    if not all(written(one.justification) for one in rows):
        return None
    names = tuple(dict.fromkeys((*control.contradicted_by, *(name for one in rows for name in one.claims_none_of))))
    active = [remembered[name] for name in names if name in remembered]
    if active:
        seen = "; ".join(_seen(activity, world) for activity in active)
        return Exclusion(note=ExclusionNote.ACTIVITY_SEEN, detail=f"{_words(row)}; but {seen}")
    blind = [name for name in names if name not in world.activity or not world.activity[name].joined.complete]
    if blind or not names:
        why = f"not enumerated: {', '.join(blind)}" if blind else "nothing that we read could contradict it"
        return Exclusion(note=ExclusionNote.NOT_VERIFIED, detail=f"{_words(row)}; {why}")
    if not world.supplied.soa_read:
        return Exclusion(note=ExclusionNote.NOT_VERIFIED, detail=f"{_words(row)}; the statement was not read whole")
    return Exclusion(note=ExclusionNote.VERIFIED, detail=f"{_words(row)}; enumerated and empty: {', '.join(names)}")


def _words(row: SoaRow) -> str:
    claims = f" (claims none of: {', '.join(row.claims_none_of)})" if row.claims_none_of else ""
    return f"excluded because: {row.justification}{claims}"


def _seen(activity: Activity, world: World) -> str:
    now = world.activity.get(activity.id)
    when = "" if now is not None and now.number else f", last on {activity.last[:10]}"
    shown = ", ".join(record.data.subject for record in activity.joined.records[:3])
    more = f" and {activity.number - 3} more" if activity.number > 3 else ""
    return f"{activity.says}: {shown}{more}{when}"
