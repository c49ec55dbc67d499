"""The deny matrix of rules that hold a run against an earlier one: on the company's second clean day, the first named.

Everything else of the matrix is tried on a first day, where such a rule is unknown from the beginning.
"""

import dataclasses

import pytest
from matrix import PACK, Judge, Struck
from matrix_days import Days
from matrix_depend import COMPARES, depend, fault, kinds, operations, rest_play
from matrix_refused import refused
from matrix_table import Table, table_of

from annexa.sandbox import vendors as played
from annexa.schemas.words import Result

ALONE = dataclasses.replace(PACK, rules={name: PACK.rules[name] for name in sorted(COMPARES)})
TRIED = 2
"""Faults beside `denied` for each call."""


@pytest.fixture
def table() -> Table:
    return table_of("change")


@pytest.mark.parametrize("vendor", played.names())
def test_what_was_not_read_again_is_unknown_and_named(vendor: str, days: Days, table: Table) -> None:
    second = days.clean_second(vendor)
    asked = [op for op in operations(vendor) if COMPARES & set(depend(second, op, vendor=vendor))]
    if not asked:
        pytest.skip("shows no setting that is compared")
    company = Judge(second, days.clean(vendor).day.evidence(), pack=ALONE)
    assert {rule: one.result for rule, one in company.before.rules.items()} == dict.fromkeys(COMPARES, Result.PASS)
    play, said, own = rest_play(second, vendor), list[str](), table_of(vendor)
    for op in asked:
        tried, dependent = kinds(op, refused=True, play=play), depend(second, op, vendor=vendor)
        for kind in ("denied", *table.sample([kind for kind in tried if kind != "denied"], TRIED, vendor, op)):
            planted = fault(op, kind) if play is None else play.fault(op, kind)
            struck = Struck(op, second.again(op, [planted], vendor=vendor))
            if struck.lost:
                after = company.of(struck.collected)
                found = refused(company, after, struck, dependent, own, kind, vendor)
                said += table.enter("compared", f"{vendor} {op}", kind, list(found))
    assert said == []
