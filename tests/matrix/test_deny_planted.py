"""The deny matrix on the planted company: the fault hits the second run, the first, unbroken, is named.

What failed and was not seen again stays a failure, and what is new and cannot be seen is unknown: never a comfort.
"""

import pytest
from matrix import Judge, Struck
from matrix_depend import OPERATIONS, fault, kinds
from matrix_planted import planted
from matrix_table import Table

from annexa.schemas.words import ExclusionNote


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
    found, tried = list[str](), kinds(op, refused=True)
    for kind in ("denied", *table.sample(tried[1:], number, op, sort)):
        struck = Struck(op, second.day.again(op, [fault(op, kind)]))
        if struck.absent and not struck.lost and table.excuses("declared", op, kind=kind):
            continue
        found += table.enter(sort, op, kind, planted(first.before, second, struck, table))
    return found
