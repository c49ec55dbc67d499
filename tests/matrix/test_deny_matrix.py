"""The deny matrix over every AWS call: nothing that was not read is ever comfort, and it is always told.

Each test is one call; all faults that can befall it are tried in it, on the clean company and on the planted one.
"""

from collections.abc import Iterable, Iterator

import pytest
from matrix import (
    BETTER,
    PACK,
    Dependence,
    Judged,
    Struck,
    calls_of,
    changed,
    dependence,
    fault,
    judged,
    kinds,
    names_call,
    operations,
    populations_of_exclusions,
)
from matrix_table import Table, excused
from one_day import Collected, Day

from annexa import collectors
from annexa.mappings import catalogue
from annexa.schemas.words import Result, Verdict

COLLECTORS = collectors.of(collectors.vendor("aws"))
OPERATIONS = operations(COLLECTORS)
ANYWHERE = pytest.mark.parametrize("op", OPERATIONS)


def depend(day: Day, op: str) -> dict[str, Dependence]:
    soa = [record.data for record in day.evidence().records("soa_row")]
    extra = populations_of_exclusions(soa, catalogue.load())
    found = {rule.id: dependence(rule, op, day.collectors.values(), extra) for rule in PACK.rules.values()}
    return {rule: how for rule, how in found.items() if how.any}


@ANYWHERE
def test_refused_in_every_scope_every_dependent_rule_is_unknown(
    clean: Day, clean_judged: Judged, table: Table, op: str
) -> None:
    dependent, found = depend(clean, op), list[str]()
    for kind in kinds(op, refused=True):
        struck = Struck(op, clean.again(op, [fault(op, kind)]))
        after = judged(clean.evidence(struck.collected))
        found += table.enter("clean, refused everywhere", op, kind, refused(clean, clean_judged, after, struck, dependent, kind))
    assert found == []


def refused(
    day: Day, before: Judged, after: Judged, struck: Struck, dependent: dict[str, Dependence], kind: str
) -> Iterator[str]:
    calls = calls_of(day, struck.op)
    yield from struck.unnamed("aws:main", calls)
    for rule, result in after.rules.items():
        if rule not in dependent:
            if changed(before.rules[rule], result):
                yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif result.result is not Result.UNKNOWN:
            if changed(before.rules[rule], result) or not excused("unchanged", struck.op, rule, kind):
                yield f"{rule} is {result.result}"
        elif not names_call(after.of_rule(rule), struck, calls):
            yield f"{rule} is unknown and names {sorted({spot.call for spot in after.of_rule(rule)})}"
