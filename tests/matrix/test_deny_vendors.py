"""The deny matrix of every vendor but AWS, each in a company that has this vendor and registers alone.

Each test is one call; its faults are tried in it. What rules need of other vendors is not there: such a rule may be
unknown from the beginning, and then nothing unread may turn it into a comfort.
"""

from collections.abc import Iterator

import pytest
from matrix import Judge, Judged, Struck, changed
from matrix_days import Days
from matrix_depend import COMPARES, depend, kinds, operations, rest_play, rules_about
from matrix_planted import planted
from matrix_poorer import emptied, judged_unknown, kept, moved, sent
from matrix_refused import dependent_in, refused, scopes_of
from matrix_table import Table, table_of

from annexa import collectors
from annexa.sandbox import vendors as played
from annexa.sandbox._rest import RestPlay, RestStandIn
from annexa.sandbox._rest.pages import ELSEWHERE
from annexa.schemas.words import Result

VENDORS = [name for name in played.names() if name != "aws"]
CELLS = [(vendor, op) for vendor in VENDORS for op in operations(vendor)]
ABSENCES = sorted(
    {
        (vendor, call.op, absence)
        for vendor in VENDORS
        for one in collectors.of(collectors.vendor(vendor))
        for call in one.calls
        for absence in call.absent
    }
)
NOT_PLAYED = 501
"""What the sandbox answers to what it does not play."""
each_call = pytest.mark.parametrize(("vendor", "op"), CELLS, ids=[f"{vendor}: {op}" for vendor, op in CELLS])
each_vendor = pytest.mark.parametrize("vendor", VENDORS)


@pytest.fixture
def table(vendor: str) -> Table:
    return table_of(vendor)


@pytest.fixture
def clean(vendor: str, days: Days) -> Judge:
    return days.clean(vendor)


@pytest.fixture
def play(clean: Judge) -> RestPlay:
    found = rest_play(clean.day)
    assert found is not None
    return found


@each_vendor
def test_where_everything_answers_the_rules_of_the_vendor_pass(vendor: str, clean: Judge) -> None:
    found = {rule: one.result for rule, one in clean.before.rules.items()}
    assert {rule: found[rule] for rule in rules_about(vendor) if found[rule] is not Result.PASS} == {}
    assert [rule for rule, result in found.items() if result is Result.FAIL] == []
    assert not clean.before.assessment.internal_errors


@each_vendor
def test_every_request_is_played(vendor: str, clean: Judge) -> None:
    standin = clean.day.standin()
    assert isinstance(standin, RestStandIn)
    assert sorted({seen.path for seen in standin.calls if seen.status == NOT_PLAYED}) == []


@each_call
def test_refused_in_every_scope_every_dependent_rule_is_unknown(
    vendor: str, op: str, clean: Judge, play: RestPlay, table: Table
) -> None:
    day, before, dependent = clean.day, clean.before, depend(clean.day, op, vendor=vendor)
    found, any_moved = list[str](), False
    for kind in table.some(kinds(op, refused=True, play=play), op):
        standin = play.standin([play.fault(op, kind)])
        struck = Struck(op, day.again(op, standin=standin))
        if struck.absent and not struck.lost:
            continue  # By this the vendor says that there is none: see the absences.
        after = clean.of(struck.collected)
        any_moved = any_moved or any(changed(before.rules[rule], one) for rule, one in after.rules.items())
        said = [*refused(clean, after, struck, dependent, table, kind, vendor), *_strayed(standin)]
        found += table.enter("refused everywhere", op, kind, said)
    if not any_moved and not table.excuses("unchanged", op):
        found += table.enter("refused everywhere", op, "denied", ["changes no rule, and nothing says why"])
    assert found == []


@each_call
def test_refused_in_one_scope_its_rules_are_unknown_too(
    vendor: str, op: str, clean: Judge, play: RestPlay, table: Table
) -> None:
    day, found, tried = clean.day, list[str](), kinds(op, refused=True, play=play)
    for scope in scopes_of(day, op, table):
        for kind in ("denied", *table.sample(tried[1:], 1, op, scope)):
            struck = Struck(op, day.again(op, [play.fault(op, kind)], scopes=frozenset({scope})))
            if not struck.lost:
                continue
            after = clean.of(struck.collected)
            dependent = dependent_in(clean.before, day, struck, scope, vendor)
            said = refused(clean, after, struck, dependent, table, kind, vendor)
            found += table.enter("refused in one scope", op, kind, said)
    assert found == []


@each_call
def test_a_poorer_answer_makes_no_rule_pass(vendor: str, op: str, clean: Judge, play: RestPlay, table: Table) -> None:
    dependent, found = depend(clean.day, op, vendor=vendor), list[str]()
    lists_scopes = any(how.scopes for how in dependent.values())
    for kind in (kind for kind in kinds(op, refused=False, play=play) if kind != "unknown_enum"):
        after = clean.of(clean.day.again(op, [play.fault(op, kind)]))
        said = [*emptied(clean.day, clean.before, after, set(dependent))]
        if kind == "shortened" and lists_scopes and not table.excuses("limits", op):
            said += _unnoticed(clean.before, after, {rule for rule, how in dependent.items() if how.scopes})
        found += table.enter("poorer", op, kind, said)
    assert found == []


@each_call
def test_an_unknown_value_is_kept_and_makes_its_item_unknown(
    vendor: str, op: str, clean: Judge, play: RestPlay, table: Table
) -> None:
    """Each place of the answer that holds a word of a closed list is tried alone."""
    day, dependent, found = clean.day, set(depend(clean.day, op, vendor=vendor)), list[str]()
    for place in play.enums(op):
        struck = Struck(op, day.again(op, [play.fault(op, "unknown_enum", place=place)]))
        after = clean.of(struck.collected)
        said = [*kept(day, struck), *judged_unknown(day, clean.before, after, struck, dependent)]
        if not sent(struck):
            said.append(f"no answer of the company has anything at {place}")
        elif not moved(day, struck) and not table.excuses("values", op, kind=place):
            said.append(f"{place} changes no record, and nothing says why")
        found += table.enter("poorer", op, "unknown_enum", said)
    assert found == []


@pytest.mark.parametrize(
    ("vendor", "op", "absence"), ABSENCES, ids=[f"{vendor}: {op} {absence}" for vendor, op, absence in ABSENCES]
)
def test_a_declared_absence_gives_what_its_mapping_says(
    vendor: str, op: str, absence: str, clean: Judge, play: RestPlay, table: Table
) -> None:
    entry = next((entry for entry in table.entries("absences", op) if str(entry["says"]) == absence), None)
    code, _, words = absence.partition(": ")
    how = {"status": int(code)} if code.isdecimal() else {"code": code}
    fault = play.fault(op, "not_found", **how, **({"message": words} if words else {}))
    struck = Struck(op, clean.day.again(op, [fault]))
    after = clean.of(struck.collected)
    moved = {rule: one for rule, one in after.rules.items() if changed(clean.before.rules[rule], one)}
    now = {rule: one.result for rule, one in moved.items() if rule not in COMPARES}
    expected = {rule: Result(result) for rule, result in (entry or {"rules": {}})["rules"].items()}
    noted = bool(entry and entry.get("noted"))
    found = [f"{rule} is {now.get(rule, 'as it was')}, not {expected.get(rule, 'as it was')}"
             for rule in sorted({*now, *expected}) if now.get(rule) != expected.get(rule)]  # fmt: skip
    found += [] if struck.absent and bool(struck.lost) is noted else ["the answer is not taken as an absence"]
    assert table.enter("poorer", op, "absence", found) == []


@each_call
def test_refused_in_the_second_run_nothing_gets_better(vendor: str, op: str, days: Days, table: Table) -> None:
    assert _tried("planted, second run", days.first(vendor), days.second(vendor), table, op, 2) == []


@each_call
def test_what_fails_anew_and_is_not_seen_is_unknown(vendor: str, op: str, days: Days, table: Table) -> None:
    assert _tried("planted, all of it new", days.mended(vendor), days.newly(vendor), table, op, 1) == []


@each_vendor
def test_every_justified_entry_was_needed(vendor: str, table: Table) -> None:
    """It stands last: only a run of all of the vendor's cells knows."""
    if not {("refused everywhere", op) for op in operations(vendor)} <= table.ran:
        pytest.skip("only a part of the matrix was run")
    assert table.unneeded() == []
    assert all(entry["because"] for entry in table.every_entry())


def _tried(sort: str, first: Judge, second: Judge, table: Table, op: str, number: int) -> list[str]:
    play, found = rest_play(second.day), list[str]()
    assert play is not None
    tried = kinds(op, refused=True, play=play)
    for kind in ("denied", *table.sample(tried[1:], number, op, sort)):
        struck = Struck(op, second.day.again(op, [play.fault(op, kind)]))
        if struck.absent and not struck.lost:
            continue
        found += table.enter(sort, op, kind, planted(first.before, second, struck, table, table.vendor))
    return found


def _strayed(standin: RestStandIn) -> Iterator[str]:
    """Requests that followed a link or a redirect to another host."""
    for seen in standin.calls:
        if seen.host.partition(":")[0] == ELSEWHERE:
            yield f"{seen.method} {seen.path} went to {seen.host}, {'with' if seen.key else 'without'} the key"


def _unnoticed(before: Judged, after: Judged, rules: set[str]) -> Iterator[str]:
    """Rules that pass over fewer scopes than there are."""
    passing = [rule for rule in sorted(rules) if before.rules[rule].result is after.rules[rule].result is Result.PASS]
    if passing:
        yield f"a scope can be left out unnoticed: {', '.join(passing)} pass"
