"""The matrix would notice: each of these runs hides something, as a careless collector would, and is found out."""

from copy import copy
from dataclasses import replace

import msgspec
import pytest
from matrix import Struck
from matrix_days import Days
from matrix_depend import depend, rest_play
from matrix_planted import planted
from matrix_poorer import emptied, kept
from matrix_refused import refused
from matrix_table import Table
from one_day import Collected
from told import group, lines

from annexa.collectors._collect import Done
from annexa.evidence.call import Call
from annexa.sandbox._rest import NEW_ENUM_VALUE
from annexa.schemas.words import Completeness

VENDOR = "openai"
KEYS = "GET /organization/projects/{project_id}/api_keys"
ADMIN_KEYS = "GET /organization/admin_api_keys"
here = pytest.mark.parametrize("vendor", [VENDOR])


@pytest.fixture
def table(vendor: str) -> Table:
    """One of its own: nothing of this belongs to what is printed."""
    return Table(seed=0, everything=False, vendor=vendor)


def without_unreads(collected: Collected) -> Collected:
    """What a collector makes of it that takes every refusal for an empty list."""
    return replace(collected, done={key: _whole(done) if key in collected.again else done
                                    for key, done in collected.done.items()})  # fmt: skip


def _whole(done: Done) -> Done:
    keeper = copy(done.gathered.keeper)
    keeper.unreads = []
    unit = msgspec.structs.replace(done.gathered.unit, completeness=Completeness.COMPLETE, unread=0)
    return replace(done, gathered=replace(done.gathered, keeper=keeper, unit=unit))


@here
def test_a_refusal_that_became_an_empty_list(vendor: str, days: Days, table: Table) -> None:
    clean = days.clean(vendor)
    play = rest_play(clean.day)
    assert play is not None
    struck = Struck(KEYS, without_unreads(clean.day.again(KEYS, [play.fault(KEYS, "denied")])))
    found = [*refused(clean, clean.of(struck.collected), struck, depend(clean.day, KEYS), table, "denied")]
    assert any("does not name the call as unread" in line for line in found)
    assert any(line.endswith((" is pass", " is no_population")) for line in found)


@here
def test_a_failure_that_went_with_a_refusal(vendor: str, days: Days, table: Table) -> None:
    first, second = days.first(vendor), days.second(vendor)
    play = rest_play(second.day)
    assert play is not None
    struck = Struck(ADMIN_KEYS, without_unreads(second.day.again(ADMIN_KEYS, [play.fault(ADMIN_KEYS, "denied")])))
    found = [*planted(first.before, second, struck, table, vendor)]
    assert any("does not name the call as unread" in line for line in found)
    assert any("is a failure no more" in line or "and is pass" in line or "was a gap" in line for line in found)


@here
def test_a_rule_that_passes_by_an_empty_list(vendor: str, days: Days) -> None:
    """An empty list is read as if every rule about it passed."""
    clean = days.clean(vendor)
    play = rest_play(clean.day)
    assert play is not None
    after = clean.of(clean.day.again(KEYS, [play.fault(KEYS, "empty_list")]))
    assert [*emptied(clean.day, clean.before, after, set(depend(clean.day, KEYS)))] == []
    pretended = replace(after)
    pretended.__dict__["rules"] = {
        **after.rules,
        **{rule: clean.before.rules[rule] for rule in depend(clean.day, KEYS)},
    }
    found = [*emptied(clean.day, clean.before, pretended, set(depend(clean.day, KEYS)))]
    assert any("passes with nothing" in line for line in found)


@here
def test_a_record_that_an_unknown_word_took_away(vendor: str, days: Days) -> None:
    clean = days.clean(vendor)
    play = rest_play(clean.day)
    assert play is not None
    collected = clean.day.again(KEYS, [play.fault(KEYS, "unknown_enum")])
    assert [*kept(clean.day, Struck(KEYS, collected))] == []
    told = [done for done in collected.fresh() if NEW_ENUM_VALUE.encode() in b"".join(done.pages.values())]
    lost = {key: replace(done, gathered=replace(done.gathered, records=())) if done in told else done
            for key, done in collected.done.items()}  # fmt: skip
    assert any("without a word" in line for line in kept(clean.day, Struck(KEYS, replace(collected, done=lost))))


@here
def test_a_call_that_nobody_named(vendor: str, days: Days) -> None:
    """An unread that names another permission is not enough."""
    clean = days.clean(vendor)
    play = rest_play(clean.day)
    assert play is not None
    struck = Struck(KEYS, clean.day.again(KEYS, [play.fault(KEYS, "denied")]))
    assert [*struck.unnamed([call for one in clean.day.collectors.values() for call in one.calls])] == []
    assert [*struck.unnamed([Call(op=KEYS, needs="another.permission")])] != []


def test_the_matrix_of_a_vendor_stays_together() -> None:
    vendors = "tests/matrix/test_deny_vendors.py::test_refused"
    assert group(f"{vendors}[openai: GET /v1/x]") == group(f"{vendors}_too[openai: GET /v1/y: z]") == "matrix of openai"
    assert group(f"{vendors}[openai]") == "matrix of openai" != group(f"{vendors}[okta]")
    assert group("tests/matrix/test_deny_matrix.py::test_x[s3:GetX]") == group(
        "tests/matrix/test_deny_whole.py::test_y"
    )
    assert group("tests/whole/test_rows.py::test_x[openai]") == "tests/whole/test_rows.py"


def test_tables_of_several_processes_are_printed_as_one() -> None:
    def told(vendor: str) -> dict[str, dict[str, object]]:
        table = Table(seed=1, everything=True, vendor=vendor)
        table.enter("refused everywhere", "GET /x", "denied", ["it passes"] if vendor == "b" else [])
        return {vendor: table.told()}

    printed = [*lines({**told("b"), **told("aws"), **told("a")})]
    assert [title.split()[2].strip(",:") for title, _ in printed] == ["aws", "a", "b", "all"]
    assert printed[-1][1] == ["3 tables, 3 calls, 3 cells: 1 violations"]
    assert "1 calls x 1 faults, 1 cells: zero violations" in printed[0][1]
