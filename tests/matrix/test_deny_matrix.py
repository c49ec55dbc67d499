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
    proved_used,
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
    for kind in kinds(op, COLLECTORS, refused=True):
        struck = Struck(op, clean.again(op, [fault(op, kind)]))
        if struck.absent and not struck.lost:
            continue  # By this name the vendor says that there is none: see the absences.
        after = judged(clean.evidence(struck.collected))
        found += table.enter("clean, refused everywhere", op, kind, refused(clean, clean_judged, after, struck, dependent, kind))
    assert found == []


def refused(
    day: Day, before: Judged, after: Judged, struck: Struck, dependent: dict[str, Dependence], kind: str
) -> Iterator[str]:
    calls = calls_of(day, struck.op)
    yield from struck.unnamed("aws:main", calls)
    for rule, result in after.rules.items():
        how = dependent.get(rule)
        same = not changed(before.rules[rule], result)
        if how is None:
            if not same:
                yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif result.result is not Result.UNKNOWN:
            if not same or not (still_used(day, after, struck, rule, how) or excused("unchanged", struck.op, rule, kind)):
                yield f"{rule} is {result.result}"
        elif not names_call(after.of_rule(rule), struck, calls):
            yield f"{rule} is unknown and names {sorted({spot.call for spot in after.of_rule(rule)})}"


def still_used(day: Day, after: Judged, struck: Struck, rule: str, how: Dependence) -> bool:
    """Whether the rule needs the call only to know which scopes are used, and other records show those in use."""
    service = PACK.rules[rule].population.used
    scopes = {scope for name, scope in struck.lost if day.collectors[name].signals == service}
    signal_only = how.signal and not how.records and not how.scopes
    return signal_only and service is not None and proved_used(after.evidence, service, scopes, day)
