"""Valid but poorer answers on the clean company: an empty list, an unknown value, a declared absence, a shorter list."""

from typing import Any

import pytest
from matrix import Judge, Struck, changed, no_comfort
from matrix_depend import COLLECTORS, FULLER, OPERATIONS, depend, fault, kinds
from matrix_poorer import emptied, judged_unknown, kept, moved, sent
from matrix_table import Table, justified
from poorer_worlds import Saying, Shortened, enum_paths, with_new_value

from annexa.sandbox import _spoil
from annexa.sandbox.aws_server import AwsStandIn
from annexa.schemas.words import Result

ABSENCES = sorted({(call.op, name) for one in COLLECTORS for call in one.calls for name in call.absent})
POORER = [op for op in OPERATIONS if set(kinds(op, refused=False)) - {"unknown_enum"}]
ENUMS = [op for op in OPERATIONS if enum_paths(op)]
AGENTCORE = "bedrock-agentcore"
LISTS = {
    "organizations:ListAccounts": ("Accounts", "Id"),
    "account:ListRegions": ("Regions", "RegionName"),
}
"""Lists of scopes, and what names a row of them."""


@pytest.fixture
def company(op: str, clean: Judge, fuller: Judge) -> Judge:
    return fuller if op in FULLER else clean


@pytest.mark.parametrize("op", POORER)
def test_an_empty_list_makes_no_rule_pass(company: Judge, table: Table, op: str) -> None:
    dependent, found = depend(company.day, op), list[str]()
    for kind in (kind for kind in kinds(op, refused=False) if kind != "unknown_enum"):
        struck = Struck(op, company.day.again(op, [fault(op, kind)]))
        after = company.of(struck.collected)
        found += table.enter("poorer", op, kind, emptied(company.day, company.before, after, set(dependent)))
    assert found == []


@pytest.mark.parametrize("op", ENUMS)
def test_an_unknown_value_is_kept_and_makes_its_item_unknown(
    clean: Judge, fuller: Judge, table: Table, op: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each place of the answer where the model lists the values is tried alone."""
    company = fuller if op.startswith(AGENTCORE) or op in FULLER else clean
    day, dependent, found = company.day, set(depend(company.day, op)), list[str]()
    for path in enum_paths(op):
        place = ".".join(path)
        monkeypatch.setattr(_spoil, "with_new_enum", lambda service, name, output, at=path: with_new_value(output, at))
        struck = Struck(op, day.again(op, [fault(op, "unknown_enum")]))
        if not sent(struck):
            continue  # No answer of the company has anything there.
        after = company.of(struck.collected)
        said = [*kept(day, struck), *judged_unknown(day, company.before, after, struck, dependent)]
        if not moved(day, struck) and not table.excuses("values", op, kind=place):
            said.append(f"{place} changes no record, and nothing says why")
        found += table.enter("poorer", op, "unknown_enum", said)
    assert found == []


@pytest.mark.parametrize(("op", "absence"), ABSENCES)
def test_a_declared_absence_gives_what_its_mapping_says(clean: Judge, table: Table, op: str, absence: str) -> None:
    entry = next(entry for entry in justified()["absences"] if (entry["call"], entry["says"]) == (op, absence))
    table.used.add(f"absences: {entry}")
    struck = Struck(op, clean.day.again(op, standin=AwsStandIn(Saying(_world(clean), op, absence))))
    after = clean.of(struck.collected)
    before = clean.before.rules
    passed = {rule for rule, one in before.items() if one.result is Result.PASS}
    found_now = {rule: after.rules[rule].result for rule in passed if changed(before[rule], after.rules[rule])}
    expected = {rule: Result(result) for rule, result in entry["rules"].items()}
    if entry.get("others"):
        rest = {rule for rule in depend(clean.day, op) if rule in passed and rule not in expected}
        expected |= {rule: Result(entry["others"]) for rule in rest}
    found = [f"{rule} is {found_now.get(rule, 'as it was')}, not {expected.get(rule, 'as it was')}"
             for rule in sorted({*found_now, *expected}) if found_now.get(rule) != expected.get(rule)]  # fmt: skip
    found += [line for rule in before.keys() - passed for line in no_comfort(clean.before, after, rule)]
    found += [] if struck.absent and not struck.lost else ["the answer is not taken as an absence"]
    assert table.enter("poorer", op, "absence", found) == []


@pytest.mark.parametrize("op", LISTS)
def test_a_list_of_scopes_without_a_row_is_noticed_or_is_a_stated_limit(clean: Judge, table: Table, op: str) -> None:
    path, name = LISTS[op]
    level = "account" if op.startswith("organizations") else "region"
    facts = [record.data for record in clean.day.evidence().records("scope")]
    rows = sorted({fact.path.rpartition("/")[2] for fact in facts if fact.level == level})  # type: ignore[union-attr]
    unnoticed, found = set[str](), list[str]()
    for row in rows:
        collected = clean.day.again(op, standin=AwsStandIn(Shortened(_world(clean), op, path, name, row)))
        after = clean.of(collected)
        states = {after.rules[rule].result for rule in depend(clean.day, op)}
        if states != {Result.UNKNOWN}:
            unnoticed.add(row)
        table.enter("poorer", op, "shortened", [])
    stated = [entry for entry in justified()["limits"] if entry["call"] == op]
    table.used.update(f"limits: {entry}" for entry in stated)
    limits = {str(row) for entry in stated for row in entry["rows"]}
    found = [f"{row} can be left out unnoticed" for row in sorted(unnoticed - limits)]
    found += [f"{row} is noticed, and stated as a limit" for row in sorted(limits - unnoticed)]
    assert found == []


def _world(company: Judge) -> Any:
    return company.day.play.world  # type: ignore[attr-defined]  # that of AWS has one
