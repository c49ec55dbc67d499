"""Periods: what must be observed for a control that works regularly, and what a failed day makes of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from annexa.mappings.history import Seen
from annexa.mappings.periods import Course, Period
from annexa.mappings.small_run import SmallRun
from annexa.reports import markdown, table
from annexa.reports.statuses import status_words
from annexa.reports.summary import summarise
from annexa.schemas.words import Result
from annexa.tests.mappings.judging import Judged, accounts, judged, key, make_rule

TEN = ("2026-09-20", "2026-09-29")
WORKS = {"strength": "operating", "control": "A.5.18"}
NEEDS = {"A.5.18": [{"rules": ["T-1"], "accepts": ["operating"]}]}


def daily(first: str, last: str, *, without: Iterable[str] = (), failing: Iterable[str] = ()) -> list[SmallRun]:
    """One run a day; newest first."""
    day, runs = date.fromisoformat(first), []
    while day <= date.fromisoformat(last):
        text = day.isoformat()
        if text not in without:
            run = accounts("a", run=SmallRun(run_id=f"run-{text}", day=text))
            key(run, state="leaked" if text in failing else "active")
            runs.append(run)
        day += timedelta(days=1)
    return runs[::-1]


def over(runs: list[SmallRun], rule: Any = None, needs: Any = NEEDS, period: tuple[str, str] = TEN) -> Judged:
    return judged(runs[0], rule or make_rule(**WORKS), earlier=runs[1:], needs=needs, period=period)


def test_an_operating_need_is_met_by_daily_observation() -> None:
    made = over(daily(*TEN))
    assert made.state(1, "A.5.18") == ("met", None)
    assert made.control("A.5.18").status == "supported"
    assert made.assessment.period == {
        "from": "2026-09-20", "until": "2026-09-29", "days": "10", "observed_days": "10",
    }  # fmt: skip
    assert made.assessment.as_of == "2026-09-29T23:59:59Z"


def test_how_a_rule_fared_is_told_with_the_period() -> None:
    made = over(daily(*TEN, without=["2026-09-22"], failing=["2026-09-24"]))
    seen = made.rule().in_period
    assert seen is not None
    assert (seen.days, seen.observed, seen.failed, seen.longest_gap) == (10, 9, 1, 1)
    assert (seen.first, seen.last, seen.closed) == ("2026-09-20", "2026-09-29", "2026-09-25")
    summary = summarise(made.assessment, made.findings)
    says = "2026-09-20 to 2026-09-29: observed 9 of 10 days"
    assert f"\nPeriod {says}\n" in table.render(summary, 100)
    assert f"\n- Period: {says}\n" in markdown.render(summary)
    assert judged(daily(*TEN)[0], make_rule()).rule().in_period is None


def test_too_many_days_without_observation() -> None:
    made = over(daily(*TEN, without=["2026-09-22"]))
    assert made.state(1, "A.5.18") == ("unmet", "period_not_covered")
    assert made.control("A.5.18").status == "incomplete"
    longer = ("2026-09-01", "2026-09-29")
    assert over(daily(*longer, without=["2026-09-12"]), period=longer).state(1, "A.5.18") == ("met", None)


def test_without_a_period_it_is_at_best_incomplete() -> None:
    runs = daily(*TEN)
    made = judged(runs[0], make_rule(**WORKS), earlier=runs[1:], needs=NEEDS)
    assert made.found() == ("pass", None)
    assert made.state(1, "A.5.18") == ("unmet", "no_period")
    assert made.control("A.5.18").status == "incomplete"


def test_a_failed_day_is_a_deviation_and_says_when_it_was_closed() -> None:
    made = over(daily(*TEN, failing=["2026-09-23", "2026-09-24"]))
    assert made.found() == ("pass", None)
    control = made.control("A.5.18")
    assert (control.status, control.deviation) == ("incomplete", "deviation in period, closed on 2026-09-25")
    told = "T-1 failed on 2 of 10 observed days, passes since 2026-09-25"
    assert control.note == f"deviation in period, closed on 2026-09-25: {told}"
    assert status_words(control) == "incomplete, deviation in period, closed on 2026-09-25"


def test_one_that_was_not_seen_to_pass_since_is_not_closed() -> None:
    runs = daily(*TEN, failing=["2026-09-29"])
    runs[0] = accounts("a", run=SmallRun(run_id="run-last", day="2026-09-29"))
    runs[0].lose("aws.credential", "a")
    runs[0].supply("retirement", [{"what": "key-1", "reason": "gone", "approver": "lee", "on": "2026-09-28"}])
    runs[1] = daily("2026-09-28", "2026-09-28", failing=["2026-09-28"])[0]
    made = over(runs)
    assert made.found() == ("unknown", "scopes_unread")
    control = made.control("A.5.18")
    assert (control.status, control.deviation) == ("not_assessed", "deviation in period, not closed")
    assert status_words(control) == "not assessed, deviation in period, not closed"


def test_of_several_rules_the_last_day_counts() -> None:
    runs = daily(*TEN, failing=["2026-09-23"])
    for run in runs:
        key(run, subject="key-2", state="leaked" if run.run_id == "run-2026-09-26" else "active")
    names = {"T-1": "key-1", "T-2": "key-2"}
    rules = [make_rule(name, **WORKS, population={"where": {"subject": {"is": one}}}) for name, one in names.items()]
    made = judged(runs[0], *rules, earlier=runs[1:], needs={"A.5.18": [{"rules": ["T-1", "T-2"]}]}, period=TEN)
    control = made.control("A.5.18")
    assert control.deviation == "deviation in period, closed on 2026-09-27"
    assert "passes since 2026-09-24" in (control.note or "")


def test_what_is_only_too_old_stays_stale_with_its_deviation() -> None:
    made = judged(
        (runs := daily(*TEN, failing=["2026-09-23"]))[0], make_rule(control="A.8.20"), earlier=runs[1:],
        needs={"A.8.20": [{"rules": ["T-1"]}]}, period=TEN, as_of="2026-10-20",
    )  # fmt: skip
    control = made.control("A.8.20")
    assert (control.status, control.deviation) == ("stale", "deviation in period, closed on 2026-09-24")


def test_a_failure_before_the_period_is_no_deviation() -> None:
    runs = daily("2026-09-10", "2026-09-29", failing=["2026-09-12"])
    assert over(runs).control("A.5.18").status == "supported"


def test_design_rules_deviate_too() -> None:
    made = over(daily(*TEN, failing=["2026-09-23"]), make_rule(control="A.8.20"), {"A.8.20": [{"rules": ["T-1"]}]})
    assert made.control("A.8.20").status == "incomplete"
    assert "deviation" in (made.control("A.8.20").note or "")


def test_a_failure_that_stands_is_a_gap_and_no_deviation() -> None:
    made = over(daily(*TEN, failing=["2026-09-29"]))
    assert made.control("A.5.18").status == "gap"
    assert made.control("A.5.18").note is None


def reviewed(*days: str) -> SmallRun:
    run = accounts("a")
    run.supply("review", [{"of": "seats", "on": day} for day in days])
    return run


REVIEWS = {"reads": "review", "condition": {"of": {"is": "seats"}}, "max_age": "review", **WORKS}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("2026-06-15", "2026-09-01"), ("met", None)),
        (("2026-09-01",), ("unmet", "period_not_covered")),
        (("2026-07-05", "2026-09-28"), ("met", None)),
        (("2026-07-10", "2026-09-28"), ("unmet", "period_not_covered")),
    ],
    ids=["covered by two", "begins too late", "four days short, within tolerance", "nine days short"],
)
def test_dated_records_cover_a_period_at_their_cadence(days: tuple[str, ...], expected: tuple[str, str | None]) -> None:
    made = over([reviewed(*days)], make_rule(**REVIEWS), period=("2026-07-01", "2026-09-29"))
    assert made.found() == ("pass", None)
    assert made.state(1, "A.5.18") == expected


def test_a_later_review_renews_an_older_one_of_the_same_and_no_other() -> None:
    run = accounts("a")
    run.supply("review", [{"of": "seats", "on": "2026-03-01"}, {"of": "seats", "on": "2026-09-01"}])
    rule = make_rule(**{**REVIEWS, "condition": {"of": {"is": "present"}}})
    made = judged(run, rule)
    assert made.found() == ("pass", None)
    assert (made.rule().counts.items, made.rule().counts.passed, len(made.items)) == (2, 2, 2)
    run.records.pop()
    run.supply("review", [{"of": "keys", "on": "2026-03-01"}])
    assert judged(run, rule).found() == ("unknown", "stale")


def test_an_event_that_did_not_occur_caps_the_control() -> None:
    run = accounts("a")
    key(run)
    run.supply("incident")
    happened = {**WORKS, "control": "A.5.25", "reads": "incident", "condition": {"classified": {"is": "present"}}}
    rules = (make_rule("DESIGN", control="A.5.25"), make_rule(**happened))
    needs = {"A.5.25": [{"rules": ["DESIGN"]}, {"rules": ["T-1"], "accepts": ["operating"]}]}
    made = judged(run, *rules, needs=needs, period=TEN)
    assert made.found() == ("unknown", "empty_log")
    assert made.control("A.5.25").status == "incomplete"
    assert "did not occur, design only" in (made.control("A.5.25").note or "")


def course(*days: tuple[str, Result]) -> Course:
    runs = [Seen(run_id=day, at=f"{day}T06:00:00Z", results={"T-1": result}) for day, result in days]
    return Course(Period(first="2026-09-01", last="2026-09-10"), runs)


def test_what_is_seen_of_a_rule_over_a_period() -> None:
    seen = course(
        ("2026-08-31", Result.FAIL), ("2026-09-02", Result.FAIL), ("2026-09-03", Result.UNKNOWN),
        ("2026-09-07", Result.PASS), ("2026-09-08", Result.PASS),
    ).of("T-1")  # fmt: skip
    assert (seen.days, seen.observed, seen.failed, seen.longest_gap) == (10, 3, 1, 4)
    assert (seen.first, seen.last, seen.closed) == ("2026-09-02", "2026-09-08", "2026-09-07")


def test_of_two_runs_on_one_day_the_failure_counts() -> None:
    seen = course(("2026-09-02", Result.FAIL), ("2026-09-02", Result.PASS)).of("T-1")
    assert (seen.observed, seen.failed, seen.closed) == (1, 1, None)
