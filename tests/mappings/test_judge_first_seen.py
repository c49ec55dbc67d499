"""Since when something exists, and when nobody can say; what findings and rules about dates make of it."""

from typing import Any

import pytest

from annexa.evidence.errors import ConfigError
from annexa.mappings.first_seen import FirstSeen, Past, Sightings, bound, dated, earliest
from annexa.mappings.pack_checks import Known, Report, check_rule
from annexa.mappings.rule import Rule
from annexa.mappings.small_run import SmallRun
from annexa.reports._items import _since
from annexa.schemas.words import UnknownReason
from annexa.tests.mappings.judging import Judged, defaults, judged, make_rule

TODAY = "2026-09-29T06:05:00Z"
RECENT = {"within": 30}
NEW = {"reads": "ai_system", "joins": ["register_entry"], "condition": {"first_seen": {"within": 30}}}
"""Everything began within the last 30 days."""
OLD = {**NEW, "condition": {"first_seen": {"before": "2026-08-01"}}}


def tool(day: str = "2026-09-29", *subjects: str, lost: bool = False, **fields: Any) -> SmallRun:
    run = SmallRun(run_id=f"run-{day}", day=day)
    run.collects("ai_system", per="source")
    for subject in subjects:
        run.add("ai_system", "o-example", subject=subject, category="agent", provider="bedrock", **fields)
    if lost:
        run.lose("aws.ai_system", "o-example", subject="one of many")
    run.supply("register_entry")
    return run


def since(run: SmallRun, *earlier: SmallRun) -> FirstSeen:
    record = next(record for record in run.records if record.kind == "ai_system")
    past = [Past(evidence=one.build(), whole=lambda kind, one=one: not one.unreads) for one in (*earlier, run)]
    return earliest(dated(record) or bound(record), Sightings("ai_system", past).of(record.subject_uid))


def test_a_tool_years_old_in_a_first_run_is_not_dated() -> None:
    found = since(tool("2026-09-29", "agent"))
    assert (found.at, found.exact, str(found)) == (TODAY, False, f"not later than {TODAY}")
    assert found.after("2026-06-01") is UnknownReason.HISTORY_TOO_SHORT
    assert found.after("2026-10-01") is False, "it was there before that day, however old it is"


def test_the_vendor_dates_it() -> None:
    found = since(tool("2026-09-29", "agent", created="2021-03-01T00:00:00Z"))
    assert (found.at, found.exact, found.by) == ("2021-03-01T00:00:00Z", True, "vendor")
    assert found.after("2026-06-01") is False
    assert since(tool("2026-09-29", "agent", created="2026-07-01T00:00:00Z")).after("2026-06-01") is True


def test_our_sighting_counts_after_a_complete_run_without_it() -> None:
    found = since(tool("2026-09-29", "agent"), tool("2026-08-30", "other"))
    assert (found.at, found.exact, found.by) == (TODAY, True, "sighting")
    seen_before = since(tool("2026-09-29", "agent"), tool("2026-08-30", "agent"))
    assert (seen_before.at, seen_before.exact) == ("2026-08-30T06:05:00Z", False)


def test_a_run_that_did_not_read_everything_proves_no_absence() -> None:
    found = since(tool("2026-09-29", "agent"), tool("2026-08-30", "other", lost=True))
    assert (found.at, found.exact) == (TODAY, False)
    seen_there = since(tool("2026-09-29", "agent"), tool("2026-07-30"), tool("2026-08-30", "agent", lost=True))
    assert (seen_there.at, seen_there.exact) == ("2026-08-30T06:05:00Z", True)


def test_what_was_used_existed_then_and_is_not_dated_by_it() -> None:
    used = tool("2026-09-29", "agent", last_used="2026-09-01T00:00:00Z")
    assert (since(used).at, since(used).exact, since(used).by) == ("2026-09-01T00:00:00Z", False, "log")
    contradicted = since(used, tool("2026-09-15"))
    assert (contradicted.at, contradicted.exact) == ("2026-09-01T00:00:00Z", False), "used before we did not see it"


@pytest.mark.parametrize(
    ("known", "at", "by"),
    [
        ({"registered": ["2024-01-15"]}, "2024-01-15", "register"),
        ({"events": ["2025-01-01T00:00:00Z", "2024-06-01T00:00:00Z"]}, "2024-06-01T00:00:00Z", "log"),
        ({"registered": ["2024-06-01"], "events": ["2024-05-31T23:00:00Z"]}, "2024-05-31T23:00:00Z", "log"),
    ],
)
def test_the_earliest_of_register_and_log_counts(known: dict[str, Any], at: str, by: str) -> None:
    (record,) = (one for one in tool("2026-09-29", "agent", created="2025-02-01T00:00:00Z").records)
    assert dated(record, **known) == FirstSeen(at=at, exact=True, by=by)


def test_a_date_from_a_log_is_a_log_event() -> None:
    run = tool("2026-09-29", "agent", created="2026-07-01T00:00:00Z", basis="log_inferred")
    assert (since(run).by, since(run).exact) == ("log", True)


def test_a_day_counts_to_its_end() -> None:
    assert FirstSeen(at="2026-06-01T12:00:00Z", exact=True).after("2026-06-01") is False
    assert FirstSeen(at="2026-06-02T00:00:00Z", exact=True).after("2026-06-01") is True
    assert FirstSeen(at="soon", exact=True).after("2026-06-01") is UnknownReason.UNKNOWN_VALUE


def ruled(rule: dict[str, Any], run: SmallRun, *earlier: SmallRun, **asked: Any) -> Judged:
    return judged(run, make_rule(**rule), earlier=earlier, **asked)


@pytest.mark.parametrize(
    ("rule", "created", "expected"),
    [
        (NEW, "2026-09-20T00:00:00Z", ("pass", None)),
        (NEW, "2021-03-01T00:00:00Z", ("fail", None)),
        (OLD, "2021-03-01T00:00:00Z", ("pass", None)),
        (OLD, "2026-09-20T00:00:00Z", ("fail", None)),
        (NEW, None, ("unknown", "history_too_short")),
        (OLD, None, ("unknown", "history_too_short")),
    ],
)
def test_a_rule_about_dates(rule: dict[str, Any], created: str | None, expected: tuple[str, str | None]) -> None:
    run = tool("2026-09-29", "agent", **({"created": created} if created else {}))
    assert ruled(rule, run).found() == expected


def test_what_is_older_than_asked_however_old_is_settled_without_a_date() -> None:
    used = tool("2026-09-29", "agent", last_used="2026-06-01T00:00:00Z")
    assert ruled(NEW, used).found() == ("fail", None)
    assert ruled(OLD, used).found() == ("pass", None)
    assert ruled(NEW, used).item("agent").observed == "first_seen is not later than 2026-06-01T00:00:00Z"


def test_our_own_sighting_is_heard_by_rules() -> None:
    run = tool("2026-09-29", "agent")
    assert ruled(NEW, run, tool("2026-08-30")).found() == ("pass", None)
    assert ruled(NEW, run, tool("2026-08-30", lost=True)).found() == ("unknown", "history_too_short")
    assert ruled(NEW, run, tool("2026-07-30"), tool("2026-08-30", "agent")).found() == ("fail", None), "30 days ago"


def registered(run: SmallRun, **fields: Any) -> SmallRun:
    run.supply("register_entry", [{"name": "Agent", "identifiers": ["agent"], **fields}])
    return run


def test_the_register_dates_it_and_may_say_an_earlier_day_than_the_vendor() -> None:
    run = registered(tool("2026-09-29", "agent"), in_use_since="2026-09-10")
    assert ruled(NEW, run).found() == ("pass", None)
    moved = registered(tool("2026-09-29", "agent", created="2026-09-20T00:00:00Z"), in_use_since="2024-01-15")
    assert ruled(NEW, moved).found() == ("fail", None)
    assert ruled(NEW, moved).findings[0].subject_since.at == "2024-01-15"  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["unreadable", "invalid_rows"])
def test_a_register_that_was_not_read_whole_may_say_an_earlier_day(state: str) -> None:
    run = tool("2026-09-29", "agent", created="2026-09-20T00:00:00Z")
    run.supply("register_entry", state=state)
    made = ruled(NEW, run)
    assert made.found()[0] == "unknown"
    assert made.item("agent").verdict == "unknown"


def test_a_register_that_nobody_supplied_says_nothing() -> None:
    run = tool("2026-09-29", "agent", created="2026-09-20T00:00:00Z")
    run.supply("register_entry", state="not_supplied")
    assert ruled(NEW, run).item("agent").verdict == "pass"


def test_it_can_choose_a_population_too() -> None:
    rule = {
        **NEW,
        "population": {"where": {"first_seen": {"after": "2026-09-01"}}},
        "condition": {"owner": {"is": "present"}},
    }
    old = tool("2026-09-29", "agent", created="2021-03-01T00:00:00Z")
    assert ruled(rule, old).found() == ("no_population", None)
    assert ruled(rule, tool("2026-09-29", "agent")).found() == ("unknown", "history_too_short")


def test_such_a_rule_says_that_it_looks_into_the_register() -> None:
    settings, parameters = defaults()
    known = Known(settings=settings, parameters=parameters, controls=frozenset({"A.8.15"}))
    rule: Rule = make_rule(**{**NEW, "joins": []})
    with pytest.raises(ConfigError, match="first_seen looks into register_entry"):
        check_rule(rule, known, Report(file="x", of="T-1"))  # type: ignore[arg-type]


OWNED = {"reads": "ai_system", "condition": {"owner": {"is": "present"}}}


def test_findings_say_since_when_their_subject_exists() -> None:
    unowned = {"owner": {"state": "absent"}}
    run = tool("2026-09-29", "agent", **unowned)
    run.add(
        "ai_system",
        "o-example",
        subject="old",
        category="agent",
        provider="bedrock",
        created="2021-03-01T00:00:00Z",
        **unowned,
    )
    run.add("ai_system", "o-example", subject="new", category="agent", provider="bedrock", **unowned)
    found = {one.subject: one.subject_since for one in ruled(OWNED, run, tool("2026-08-30", "agent")).findings}
    assert {name: (one.at, one.exact, one.by, one.reason) for name, one in found.items() if one} == {
        "agent": ("2026-08-30T06:05:00Z", False, "sighting", "history_too_short"),
        "old": ("2021-03-01T00:00:00Z", True, "vendor", None),
        "new": (TODAY, True, "sighting", None),
    }
    said = {name: _since(one) for name, one in found.items() if one}
    assert said["agent"] == "it exists not later than 2026-08-30T06:05:00Z: the history is too short"
    assert said["old"] == "it exists since 2021-03-01T00:00:00Z, as the vendor says"
    assert said["new"] == f"it exists since {TODAY}, our own first sighting"


def test_a_number_or_a_scope_has_no_beginning() -> None:
    run = tool("2026-09-29", "agent")
    limit = {
        "reads": "ai_system",
        "quantifier": "count",
        "condition": {"category": {"is": "agent"}},
        "limit": {"at_most": 0},
    }
    (found,) = ruled(limit, run).findings
    assert found.subject_since is None
