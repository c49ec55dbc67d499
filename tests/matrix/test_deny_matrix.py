"""The deny matrix on the clean company: what was not read is unknown and named, and nothing else changes.

Each test is one call of AWS; every fault that can befall it is tried in it.
"""

import pytest
from matrix import Judge, Struck, changed
from matrix_depend import FULLER, OPERATIONS, depend, fault, kinds, rules_about
from matrix_refused import dependent_in, refused, scopes_of
from matrix_table import Table

from annexa.sandbox.aws_server import Fault
from annexa.schemas.words import Result


@pytest.fixture
def company(op: str, clean: Judge, fuller: Judge) -> Judge:
    return fuller if op in FULLER else clean


def test_every_rule_about_aws_passes_where_everything_answers(clean: Judge, fuller: Judge) -> None:
    about = rules_about("aws")
    assert {rule for rule in about if clean.before.rules[rule].result is not Result.PASS} == set()
    assert {rule for rule in about if fuller.before.rules[rule].result is not Result.PASS} == {"GOV-ANY-08"}
    assert [one.rule for one in clean.before.rules.values() if one.result is Result.FAIL] == []
    assert not clean.before.assessment.internal_errors


@pytest.mark.parametrize("op", OPERATIONS)
def test_refused_in_every_scope_every_dependent_rule_is_unknown(company: Judge, table: Table, op: str) -> None:
    day, before = company.day, company.before
    dependent, found, moved = depend(day, op), list[str](), False
    for kind in table.some(kinds(op, refused=True), op):
        struck = Struck(op, day.again(op, [fault(op, kind)]))
        if struck.absent and not struck.lost and table.excuses("declared", op, kind=kind):
            continue  # By this name the vendor says that there is none: see the absences.
        after = company.of(struck.collected)
        moved = moved or any(changed(before.rules[rule], one) for rule, one in after.rules.items())
        found += table.enter("refused everywhere", op, kind, refused(company, after, struck, dependent, table, kind))
    if not moved and not table.excuses("unchanged", op):
        found += table.enter("refused everywhere", op, "denied", ["changes no rule, and nothing says why"])
    assert found == []


@pytest.mark.parametrize("op", OPERATIONS)
def test_refused_in_one_scope_its_rules_are_unknown_too(company: Judge, table: Table, op: str) -> None:
    day, before = company.day, company.before
    found = list[str]()
    for scope in scopes_of(day, op, table):
        tried = kinds(op, refused=True)
        for kind in ("denied", *table.sample(tried[1:], 1, op, scope)):
            struck = Struck(op, day.again(op, [fault(op, kind)], scopes=frozenset({scope})))
            if not struck.lost:
                continue
            after = company.of(struck.collected)
            dependent = dependent_in(before, day, struck, scope)
            said = refused(company, after, struck, dependent, table, kind)
            found += table.enter("refused in one scope", op, kind, said)
    assert found == []


def test_regions_are_unread_where_neither_of_the_two_calls_lists_them(clean: Judge, table: Table) -> None:
    day, before = clean.day, clean.before
    both = [Fault("account", "ListRegions", kind="denied"), Fault("ec2", "DescribeRegions", kind="denied")]
    struck = Struck("ec2:DescribeRegions", day.again("account:ListRegions", both))
    after = clean.of(struck.collected)
    said = refused(clean, after, struck, depend(day, struck.op), table, "both")
    assert table.enter("refused everywhere", struck.op, "denied", said) == []
    assert len(struck.lost) == 6 and before.rules.keys() == after.rules.keys()
