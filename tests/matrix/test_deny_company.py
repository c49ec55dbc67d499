"""The deny matrix on the whole clean company, all vendors at once: some calls of each, one fault per call.

What one vendor did not answer makes the rules unknown that look at it, and no rule that looks at the others alone.
"""

import pytest
from matrix import Judge, Struck
from matrix_days import Days
from matrix_depend import COMPARES, FULLER, depend, fault, kinds, operations, rest_play
from matrix_refused import refused
from matrix_table import Table, table_of

from annexa.sandbox import vendors as played
from annexa.schemas.words import Result

VENDORS = played.names()
CALLS = 6
"""So many calls of each vendor are drawn."""


@pytest.fixture(scope="module")
def company(days: Days) -> Judge:
    return days.clean(VENDORS)


@pytest.fixture
def table() -> Table:
    return table_of("company")


def test_every_rule_passes_in_the_whole_company(company: Judge) -> None:
    found = {rule: one.result for rule, one in company.before.rules.items()}
    assert {rule: result for rule, result in found.items() if result is not Result.PASS and rule not in COMPARES} == {}
    assert not company.before.assessment.internal_errors


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_one_vendor_does_not_answer_is_unknown(vendor: str, company: Judge, table: Table) -> None:
    found, own = list[str](), table_of(vendor)
    play = rest_play(company.day, vendor)
    for op in table.sample(sorted(set(operations(vendor)) - FULLER), CALLS, vendor):
        kind = table.draw(kinds(op, refused=True, play=play), vendor, op)
        planted = fault(op, kind) if play is None else play.fault(op, kind)
        struck = Struck(op, company.day.again(op, [planted], vendor=vendor))
        if not struck.made or (struck.absent and not struck.lost):
            continue
        after, dependent = company.of(struck.collected), depend(company.day, op, vendor=vendor)
        found += table.enter(
            "one fault", f"{vendor} {op}", kind, refused(company, after, struck, dependent, own, kind, vendor)
        )
    assert found == []
