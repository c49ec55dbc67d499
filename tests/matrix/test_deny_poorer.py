"""Valid but poorer answers on the clean company: an empty list, an unknown value, a declared absence, a shorter list."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from matrix import Judge, Judged, Struck, changed
from matrix_depend import COLLECTORS, FULLER, OPERATIONS, PACK, depend, fault, kinds
from matrix_table import Table, justified
from one_day import Day
from poorer_worlds import Saying, Shortened, enum_paths, with_new_value

from annexa.collectors._collect import Done
from annexa.evidence.record import Record
from annexa.sandbox import _spoil
from annexa.sandbox._faults import NEW_ENUM_VALUE
from annexa.schemas.words import Result, Verdict

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
        found += table.enter("poorer", op, kind, _emptied(company.before, after, set(dependent)))
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
        if not _sent(struck):
            continue  # No answer of the company has anything there.
        after = company.of(struck.collected)
        said = [*_kept(day, struck), *_judged_unknown(company.before, after, struck, dependent)]
        if not _moved(day, struck) and not table.excuses("values", op, kind=place):
            said.append(f"{place} changes no record, and nothing says why")
        found += table.enter("poorer", op, "unknown_enum", said)
    assert found == []


@pytest.mark.parametrize(("op", "absence"), ABSENCES)
def test_a_declared_absence_gives_what_its_mapping_says(clean: Judge, table: Table, op: str, absence: str) -> None:
    entry = next(entry for entry in justified()["absences"] if (entry["call"], entry["says"]) == (op, absence))
    table.used.add(f"absences: {entry}")
    struck = Struck(op, clean.day.again(op, world=Saying(clean.day.world, op, absence)))
    after = clean.of(struck.collected)
    moved = {rule: one.result for rule, one in after.rules.items() if changed(clean.before.rules[rule], one)}
    expected = {rule: Result(result) for rule, result in entry["rules"].items()}
    if entry.get("others"):
        rest = {rule for rule in depend(clean.day, op) if rule not in expected}
        expected |= {rule: Result(entry["others"]) for rule in rest}
    found = [f"{rule} is {moved.get(rule, 'as it was')}, not {expected.get(rule, 'as it was')}"
             for rule in sorted({*moved, *expected}) if moved.get(rule) != expected.get(rule)]  # fmt: skip
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
        collected = clean.day.again(op, world=Shortened(clean.day.world, op, path, name, row))
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


def _emptied(before: Judged, after: Judged, dependent: set[str]) -> Iterator[str]:
    for rule, result in after.rules.items():
        if rule not in dependent:
            if changed(before.rules[rule], result):
                yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif result.result is Result.PASS:
            passing, known = _passing(after, rule), _passing(before, rule)
            if PACK.rules[rule].quantifier == "none":
                if result.counts.expected_scopes < 1:
                    yield f"{rule} passes over no scope"
            elif not passing or passing - known:
                yield f"{rule} passes with {sorted(passing - known) or 'nothing'}"
    yield from after.assessment.internal_errors


def _passing(found: Judged, rule: str) -> set[tuple[str, str, str]]:
    return {key for key, item in found.items.items() if key[0] == rule and item.verdict is Verdict.PASS}


def _sent(struck: Struck) -> bool:
    """Whether an answer held the unknown value."""
    pages = (page for done in struck.collected.fresh() for page in done.pages.values())
    return any(NEW_ENUM_VALUE.encode() in page for page in pages)


def _moved(day: Day, struck: Struck) -> bool:
    """Whether the value reached a record, or was noted as unread."""
    for done in struck.collected.fresh():
        before = day.whole.done.get((done.work.source.alias, done.work.collector.name, done.work.scope))
        if before is None or done.gathered.unreads != before.gathered.unreads:
            return True
        old, new = _by_subject(before), _by_subject(done)
        if {key: record.data for key, record in old.items()} != {key: record.data for key, record in new.items()}:
            return True
    return False


def _kept(day: Day, struck: Struck) -> Iterator[str]:
    """A record that an unknown value took away, or changed without saying so."""
    for done in struck.collected.fresh():
        key = (done.work.source.alias, done.work.collector.name, done.work.scope)
        before = day.whole.done.get(key)
        old, new = _by_subject(before) if before else {}, _by_subject(done)
        if set(old) - set(new) and not done.gathered.unreads:
            yield f"{key[1]} at {key[2]} lost {sorted(set(old) - set(new))} without a word"
        for subject in set(old) & set(new):
            if old[subject].data != new[subject].data and not _says_so(new[subject], done):
                yield f"{key[1]} at {key[2]}: {subject} is different and does not name the value"


def _says_so(record: Record, done: Done) -> bool:
    text = msgspec.json.encode(record.data).decode()
    return NEW_ENUM_VALUE.lower() in text.lower() or bool(done.gathered.unreads)


def _by_subject(done: Done) -> dict[tuple[str, str], Record]:
    return {(record.kind, record.data.subject): record for record in done.gathered.records}


def _judged_unknown(before: Judged, after: Judged, struck: Struck, dependent: set[str]) -> Iterator[str]:
    doubtful = {
        (record.kind, record.subject_uid): names
        for done in struck.collected.fresh()
        for record in done.gathered.records
        if (names := _unknown_fields(record.data))
    }
    for key, item in after.items.items():
        old, rule = before.items.get(key), PACK.rules[key[0]]
        asked = {*rule.condition, *rule.population.where}
        if old is not None and item.verdict not in (old.verdict, Verdict.UNKNOWN):
            yield f"{rule.id}: {item.subject} is {item.verdict} and was {old.verdict}"
        if doubtful.get((rule.reads, key[1]), set()) & asked and item.verdict in (Verdict.PASS, Verdict.FAIL):
            yield f"{rule.id}: {item.subject} is {item.verdict} by an unknown value"
    for rule_id, result in after.rules.items():
        if rule_id not in dependent and changed(before.rules[rule_id], result):
            yield f"{rule_id} does not depend on it and changes to {result.result} {result.reason}"
        if result.result not in (Result.UNKNOWN, before.rules[rule_id].result):
            yield f"{rule_id} is {result.result}"


def _unknown_fields(fact: Any) -> set[str]:
    """Fields whose value the documentation does not list."""
    values = msgspec.to_builtins(fact)
    return {name for name, value in values.items() if isinstance(value, dict) and value.get("state") == "unknown_value"}
