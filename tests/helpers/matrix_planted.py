"""What must hold where the second run lost a call: no failure and no blind spot of before becomes a comfort."""

from collections.abc import Iterator

from matrix import BETTER, Judge, Judged, Struck, changed, names_call, related
from matrix_depend import calls_of, depend, whole_here
from matrix_table import Table
from one_day import Day

from annexa.mappings.results import BlindSpot
from annexa.schemas.words import ExclusionNote, Reason, Result, Status, Verdict

COMFORT = (Status.STALE, Status.ON_FILE, Status.SUPPORTED)


def planted(first: Judged, second: Judge, struck: Struck, table: Table, vendor: str | None = None) -> Iterator[str]:
    """Violations in a second run that was struck, after an unbroken first one; `vendor` says whose call it is."""
    after = second.of(struck.collected)
    yield from _named(second, struck, table, vendor)
    yield from _failures(first, second, after, struck, vendor)
    yield from _controls(second.before, after, new=_new(first, second.before))
    yield from _blind_spots(second.before, after, struck, second.day.tenants())
    yield from _rules(second.before, after, set(depend(second.day, struck.op, vendor=vendor)), second.day)


def _new(first: Judged, second: Judged) -> set[str]:
    """Controls that are a gap by failures that the first run did not see, and by these alone."""
    seen = {second.rules[rule].control for rule, uid in second.failing if (rule, uid) in first.failing}
    return {second.rules[rule].control for rule, _ in second.failing} - seen


def _named(second: Judge, struck: Struck, table: Table, vendor: str | None) -> Iterator[str]:
    for line in struck.unnamed(calls_of(second.day, struck.op, vendor)):
        if not table.excuses("unnamed", struck.op):
            yield line


def _failures(first: Judged, company: Judge, after: Judged, struck: Struck, vendor: str | None) -> Iterator[str]:
    second, calls = company.before, calls_of(company.day, struck.op, vendor)
    for (rule, uid), item in second.failing.items():
        if (rule, uid) in after.failing:
            continue
        if (rule, uid) in first.failing:
            yield f"{rule}: {item.subject} failed in the first run and is a failure no more"
        elif after.rules[rule].result in BETTER:
            yield f"{rule}: {item.subject} is new, was not seen, and the rule is {after.rules[rule].result}"
        elif not names_call(after.of_rule(rule), struck, calls):
            yield f"{rule}: {item.subject} is new, was not seen, and no blind spot names the call"
    for (rule, uid), item in after.failing.items():
        if (rule, uid) not in second.failing and (rule, uid) not in first.failing:
            yield f"{rule}: {item.subject} is a failure that nothing showed"


def _controls(second: Judged, after: Judged, *, new: set[str]) -> Iterator[str]:
    for old, now in zip(second.assessment.controls, after.assessment.controls, strict=True):
        if old.status is Status.GAP and now.status is not Status.GAP and old.ref not in new:
            yield f"{old.ref} was a gap and is {now.status}"
        if old.exclusion is ExclusionNote.ACTIVITY_SEEN and now.exclusion is not ExclusionNote.ACTIVITY_SEEN:
            yield f"{old.ref}: activity that was seen is forgotten"
        if now.exclusion is ExclusionNote.VERIFIED and old.exclusion is not ExclusionNote.VERIFIED:
            yield f"{old.ref}: the exclusion is verified by what was not read"
        if now.status in COMFORT and old.status is not now.status:
            yield f"{old.ref} was {old.status} and is {now.status}"


def _blind_spots(second: Judged, after: Judged, struck: Struck, tenants: set[str]) -> Iterator[str]:
    """A blind spot may give way only to a wider one of the call that was refused now."""
    lost = {(one.call, one.scope) for one in after.spots.values()} & {
        (unread.call, unread.scope) for unreads in struck.lost.values() for unread in unreads
    }
    wider = [spot for spot in after.spots.values() if (spot.call, spot.scope) in lost]
    unconnected = {one.source for one in after.spots.values() if one.reason is Reason.NOT_CONNECTED}
    for spot in second.spots.values():
        if spot.reason is Reason.NOT_CONNECTED:  # Its id tells where the vendor was seen; that list may be lost now.
            kept = spot.source in unconnected or any(f" at {source})" in spot.detail for source in struck.sources)
        else:
            kept = spot.id in after.spots or set(spot.rules) <= _hidden(spot, wider, tenants)
        if not kept:
            yield f"the blind spot {spot.call} at {spot.scope} for {', '.join(spot.rules)} is gone"


def _hidden(spot: BlindSpot, wider: list[BlindSpot], tenants: set[str]) -> set[str]:
    """Rules that a blind spot around this one names: of the same scope, or of a source as a whole."""
    around = [one for one in wider if related(one.scope, spot.scope) or one.scope in tenants]
    return {rule for one in around for rule in one.rules}


def _rules(second: Judged, after: Judged, dependent: set[str], day: Day) -> Iterator[str]:
    for rule, result in after.rules.items():
        old = second.rules[rule]
        if rule not in dependent and changed(old, result) and whole_here(day, rule):
            yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        if result.result in BETTER and old.result is not result.result:
            yield f"{rule} was {old.result} and is {result.result}"
        unknown = {key[1] for key, item in after.items.items() if key[0] == rule and item.verdict is Verdict.UNKNOWN}
        if unknown and result.result is Result.PASS:
            yield f"{rule} passes with unknown items"
    yield from set(after.assessment.internal_errors) - set(second.assessment.internal_errors)
