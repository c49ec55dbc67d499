"""The deny matrix on the planted company: the fault hits the second run, the first, unbroken, is named.

What failed and was not seen again stays a failure, and what is new and cannot be seen is unknown: never a comfort.
"""

from collections.abc import Iterator

import pytest
from matrix import BETTER, Judge, Judged, Struck, changed, names_call, related
from matrix_depend import OPERATIONS, calls_of, depend, fault, kinds
from matrix_table import Table

from annexa.mappings.results import BlindSpot
from annexa.schemas.words import ExclusionNote, Result, Status, Verdict

COMFORT = (Status.STALE, Status.ON_FILE, Status.SUPPORTED)


@pytest.mark.parametrize("op", OPERATIONS)
def test_refused_in_the_second_run_nothing_gets_better(first: Judge, second: Judge, table: Table, op: str) -> None:
    assert _tried("planted, second run", first, second, table, op, 2) == []


@pytest.mark.parametrize("op", OPERATIONS)
def test_what_fails_anew_and_is_not_seen_is_unknown(mended: Judge, newly: Judge, table: Table, op: str) -> None:
    assert _tried("planted, all of it new", mended, newly, table, op, 1) == []


def test_the_planted_company_has_what_the_matrix_looks_for(
    first: Judge, second: Judge, mended: Judge, newly: Judge
) -> None:
    assert len(first.before.failing) >= 10
    assert len(newly.before.failing.keys() - mended.before.failing.keys()) >= 10
    assert second.before.assessment.blind_spots
    excluded = [one for one in second.before.assessment.controls if one.exclusion is ExclusionNote.ACTIVITY_SEEN]
    assert [one.ref for one in excluded] == ["A.8.25"]


def test_activity_is_remembered_where_every_list_of_agents_is_refused(second: Judge, table: Table) -> None:
    lists = frozenset({"bedrock-agent:ListAgents", "bedrock-agentcore-control:ListAgentRuntimes"})
    after = second.of(second.day.again(lists, [fault(op, "denied") for op in sorted(lists)]))
    (control,) = [one for one in after.assessment.controls if one.ref == "A.8.25"]
    said = [] if control.exclusion is ExclusionNote.ACTIVITY_SEEN else [f"A.8.25: {control.exclusion}"]
    assert table.enter("planted, second run", "bedrock-agent:ListAgents", "denied", said) == []
    assert f"last on {first_day(second)}" in str(control.exclusion_detail)


def first_day(second: Judge) -> str:
    """The day of the run that is named as the earlier one."""
    return second.earlier[0].manifest.finished[:10]


def _tried(sort: str, first: Judge, second: Judge, table: Table, op: str, number: int) -> list[str]:
    dependent, found = set(depend(second.day, op)), list[str]()
    tried = kinds(op, refused=True)
    for kind in ("denied", *table.sample(tried[1:], number, op, sort)):
        struck = Struck(op, second.day.again(op, [fault(op, kind)]))
        if struck.absent and not struck.lost and table.excuses("declared", op, kind=kind):
            continue
        after = second.of(struck.collected)
        said = [
            *_named(second, struck, table),
            *_failures(first.before, second.before, after, second, struck),
            *_controls(second.before, after, new=_new(first.before, second.before)),
            *_blind_spots(second.before, after, struck),
            *_rules(second.before, after, dependent),
        ]
        found += table.enter(sort, op, kind, said)
    return found


def _new(first: Judged, second: Judged) -> set[str]:
    """Controls that are a gap by failures that the first run did not see, and by these alone."""
    seen = {second.rules[rule].control for rule, uid in second.failing if (rule, uid) in first.failing}
    return {second.rules[rule].control for rule, _ in second.failing} - seen


def _named(second: Judge, struck: Struck, table: Table) -> Iterator[str]:
    for line in struck.unnamed("aws:main", calls_of(second.day, struck.op)):
        if not table.excuses("unnamed", struck.op):
            yield line


def _failures(first: Judged, second: Judged, after: Judged, company: Judge, struck: Struck) -> Iterator[str]:
    calls = calls_of(company.day, struck.op)
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


def _blind_spots(second: Judged, after: Judged, struck: Struck) -> Iterator[str]:
    """A blind spot may give way only to a wider one of the call that was refused now."""
    lost = {(one.call, one.scope) for one in after.spots.values()} & {
        (unread.call, unread.scope) for unreads in struck.lost.values() for unread in unreads
    }
    wider = [spot for spot in after.spots.values() if (spot.call, spot.scope) in lost]
    for spot in second.spots.values():
        if spot.id not in after.spots and not set(spot.rules) <= _hidden(spot, wider):
            yield f"the blind spot {spot.call} at {spot.scope} for {', '.join(spot.rules)} is gone"


def _hidden(spot: BlindSpot, wider: list[BlindSpot]) -> set[str]:
    """Rules that a blind spot around this one names."""
    around = [one for one in wider if related(one.scope, spot.scope) or not one.scope[0].isdecimal()]
    return {rule for one in around for rule in one.rules}


def _rules(second: Judged, after: Judged, dependent: set[str]) -> Iterator[str]:
    for rule, result in after.rules.items():
        old = second.rules[rule]
        if rule not in dependent and changed(old, result):
            yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        if result.result in BETTER and old.result is not result.result:
            yield f"{rule} was {old.result} and is {result.result}"
        unknown = {key[1] for key, item in after.items.items() if key[0] == rule and item.verdict is Verdict.UNKNOWN}
        if unknown and result.result is Result.PASS:
            yield f"{rule} passes with unknown items"
    yield from set(after.assessment.internal_errors) - set(second.assessment.internal_errors)
