"""The deny matrix on the clean company: what was not read is unknown and named, and nothing else changes.

Each test is one call of AWS; every fault that can befall it is tried in it.
"""

from collections.abc import Iterator

import pytest
from matrix import Judge, Judged, Struck, changed, names_call
from matrix_depend import FULLER, OPERATIONS, PACK, Dependence, calls_of, depend, fault, kinds, proved_used
from matrix_table import Table
from one_day import Day

from annexa.sandbox.aws_server import Fault
from annexa.schemas.words import Result


@pytest.fixture
def company(op: str, clean: Judge, fuller: Judge) -> Judge:
    return fuller if op in FULLER else clean


def test_every_rule_passes_where_everything_answers(clean: Judge, fuller: Judge) -> None:
    assert {one.result for one in clean.before.rules.values()} == {Result.PASS}
    assert {rule for rule, one in fuller.before.rules.items() if one.result is not Result.PASS} == {"GOV-ANY-08"}
    assert not clean.before.assessment.internal_errors


@pytest.mark.parametrize("op", OPERATIONS)
def test_refused_in_every_scope_every_dependent_rule_is_unknown(company: Judge, table: Table, op: str) -> None:
    day, before = company.day, company.before
    dependent, found, moved = depend(day, op), list[str](), False
    for kind in kinds(op, refused=True):
        struck = Struck(op, day.again(op, [fault(op, kind)]))
        if struck.absent and not struck.lost and table.excuses("declared", op, kind=kind):
            continue  # By this name the vendor says that there is none: see the absences.
        after = company.of(struck.collected)
        moved = moved or any(changed(before.rules[rule], one) for rule, one in after.rules.items())
        found += table.enter("refused everywhere", op, kind, _refused(company, after, struck, dependent, table, kind))
    if not moved and not table.excuses("unchanged", op):
        found += table.enter("refused everywhere", op, "denied", ["changes no rule, and nothing says why"])
    assert found == []


@pytest.mark.parametrize("op", OPERATIONS)
def test_refused_in_one_scope_its_rules_are_unknown_too(company: Judge, table: Table, op: str) -> None:
    day, before = company.day, company.before
    found = list[str]()
    for scope in _scopes(day, op, table):
        tried = kinds(op, refused=True)
        for kind in ("denied", *table.sample(tried[1:], 1, op, scope)):
            struck = Struck(op, day.again(op, [fault(op, kind)], scopes=frozenset({scope})))
            if not struck.lost:
                continue
            after = company.of(struck.collected)
            dependent = {
                rule: how
                for rule, how in depend(day, op, {name for name, _ in struck.lost}).items()
                if not _unused(before, day, rule, how, scope)
            }
            said = _refused(company, after, struck, dependent, table, kind)
            found += table.enter("refused in one scope", op, kind, said)
    assert found == []


def test_regions_are_unread_where_neither_of_the_two_calls_lists_them(clean: Judge, table: Table) -> None:
    day, before = clean.day, clean.before
    both = [Fault("account", "ListRegions", kind="denied"), Fault("ec2", "DescribeRegions", kind="denied")]
    struck = Struck("ec2:DescribeRegions", day.again("account:ListRegions", both))
    after = clean.of(struck.collected)
    said = _refused(clean, after, struck, depend(day, struck.op), table, "both")
    assert table.enter("refused everywhere", struck.op, "denied", said) == []
    assert len(struck.lost) == 6 and before.rules.keys() == after.rules.keys()


def _scopes(day: Day, op: str, table: Table) -> list[str]:
    """The scope where the call is made most often, and one of the others; none if it is made once for the source."""
    calls: dict[str, int] = {}
    for done in day.whole.done.values():
        if done.work.collector.per != "source":
            made = sum(entry.call == op for entry in done.gathered.keeper.calls)
            calls[done.work.scope] = calls.get(done.work.scope, 0) + made
    found = sorted((scope for scope, number in calls.items() if number), key=lambda scope: (-calls[scope], scope))
    return [*found[:1], *table.sample(found[1:], 1, op)]


def _unused(before: Judged, day: Day, rule: str, how: Dependence, scope: str) -> bool:
    """Whether the rule asks about used scopes only, and every signal of this one was read and is silent."""
    service = PACK.rules[rule].population.used
    silent = service is not None and not proved_used(before.evidence, service, [scope], day)
    return silent and "/" in scope and not how.scopes and not how.signal


def _refused(
    company: Judge, after: Judged, struck: Struck, dependent: dict[str, Dependence], table: Table, kind: str
) -> Iterator[str]:
    day, before = company.day, company.before
    calls = calls_of(day, struck.op)
    for line in struck.unnamed("aws:main", calls):
        if not table.excuses("unnamed", struck.op):
            yield line
    for rule, result in after.rules.items():
        same = not changed(before.rules[rule], result)
        if rule not in dependent:
            if not same:
                yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif result.result is not Result.UNKNOWN:
            known = same and _still_used(day, after, struck, rule, dependent[rule])
            if not known and not (same and table.excuses("unchanged", struck.op, rule, kind)):
                yield f"{rule} is {result.result}"
        elif not names_call(after.of_rule(rule), struck, calls):
            yield f"{rule} is unknown and names {sorted({spot.call for spot in after.of_rule(rule)})}"
    yield from after.assessment.internal_errors


def _still_used(day: Day, after: Judged, struck: Struck, rule: str, how: Dependence) -> bool:
    """Whether the rule needs the call only to know which scopes are used, and other records show those in use."""
    service = PACK.rules[rule].population.used
    scopes = {scope for name, scope in struck.lost if day.collectors[name].signals == service}
    signal_only = how.signal and not how.records and not how.scopes
    return signal_only and service is not None and proved_used(after.evidence, service, scopes, day)
