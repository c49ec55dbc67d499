"""A supplier's setting that changed stays a change over any number of runs, until it is decided or taken back."""

from pathlib import Path
from typing import Any

import pytest

from annexa.evidence import assessments
from annexa.mappings.results import Assessment, Finding
from annexa.mappings.small_run import SmallRun
from annexa.tests.mappings.judging import Judged, judged, make_rule
from annexa.tests.mappings.test_judge_earlier import Kept, named

NAME = "openai.data_retention"
ZERO, SOME = "zero_data_retention", "modified_abuse_monitoring"
RULE = make_rule(
    "T-9", reads="setting", predicate="as_last_approved", strength="operating", control="A.5.22",
    population={"where": {"name": {"one_of": [NAME]}}}, criterion={"decided": "ai.supplier_changes", "default": "required"},
)  # fmt: skip
UNREAD = {"state": "unread", "why": "denied"}


def day(text: str, value: Any, *decisions: dict[str, Any]) -> SmallRun:
    """One setting on one day."""
    run = SmallRun("openai", run_id=f"run-{text}", day=text)
    run.collects("setting", per="source")
    run.add("setting", "o-example", subject="retention", name=NAME, value=value, basis="explicit")
    decided = {"because": "So decided.", "approved_by": "ciso@example.com"}
    run.supply("decision", [{**decided, **row} for row in decisions])
    return run


def decision(on: str, *values: str) -> dict[str, Any]:
    return {"setting": NAME, "must": "be_one_of", "value": values, "approved_on": on}


def found(*runs: SmallRun) -> Judged:
    *earlier, run = [one.build() for one in runs]
    return judged(run, RULE, earlier=earlier)


@pytest.mark.parametrize(
    ("values", "decided", "result"),
    [
        ((ZERO,), (), ("unknown", "history_too_short")),
        ((ZERO, ZERO), (), ("pass", None)),
        ((ZERO, SOME), (), ("fail", None)),
        ((ZERO, SOME, SOME), (), ("fail", None)),
        ((ZERO, SOME, ZERO), (), ("pass", None)),
        ((ZERO, UNREAD, SOME), (), ("fail", None)),
        ((ZERO, UNREAD), (), ("unknown", "unread")),
        ((ZERO, SOME), (decision("2026-01-15", ZERO, SOME),), ("fail", None)),
        ((ZERO, SOME), (decision("2026-09-10", ZERO, SOME),), ("pass", None)),
        ((SOME, ZERO), (decision("2026-01-15", ZERO),), ("pass", None)),
        ((ZERO, "thirty_days"), (), ("unknown", "unknown_value")),
        ((ZERO, SOME), ({**decision("2026-01-15", ZERO), "until": UNREAD},), ("unknown", "criterion_unread")),
    ],
)
def test_a_change_is_held_against_what_was_approved(
    values: tuple[Any, ...], decided: tuple[dict[str, Any], ...], result: tuple[str, str | None]
) -> None:
    runs = [day(f"2026-09-{10 + at}", value, *decided) for at, value in enumerate(values)]
    assert found(*runs).found("T-9") == result


def test_the_change_says_between_which_days_and_against_what() -> None:
    made = found(day("2026-09-10", ZERO), day("2026-09-11", SOME), day("2026-09-29", SOME))
    (finding,) = made.findings
    assert finding.observed == f"value is {SOME}, changed between 2026-09-10 and 2026-09-11"
    assert finding.expected == f"value is {ZERO}, or a decision since then that allows the new one"
    assert finding.compared_with == "2026-09-10T06:05:00Z"
    assert str(finding.change) == "unchanged"


def test_the_run_that_shows_the_approved_value_is_named_again_as_long_as_the_change_is_open(tmp_path: Path) -> None:
    vault = Kept(tmp_path)
    made: list[Assessment] = []
    for text, value in (
        ("2026-09-01", ZERO), ("2026-09-02", ZERO), ("2026-09-03", SOME), ("2026-09-04", SOME), ("2026-09-05", SOME),
        ("2026-09-06", ZERO), ("2026-09-07", ZERO),
    ):  # fmt: skip
        made.append(vault.assess(vault.seal(day(text, value)), RULE))
    assert [str(one.rules[0].result) for one in made] == ["unknown", "pass", "fail", "fail", "fail", "pass", "pass"]
    open_since = [
        [one.first_seen[:10] for one in vault.lines(each, assessments.FINDINGS, Finding)] for each in made[2:5]
    ]
    assert open_since == [["2026-09-03"]] * 3
    assert named(made[4]) == ["run-2026-09-02", "run-2026-09-03", "run-2026-09-04"]
    assert named(made[6]) == ["run-2026-09-06"]


def test_without_the_run_that_shows_it_nobody_can_say(tmp_path: Path) -> None:
    vault = Kept(tmp_path)
    for text, value in (("2026-09-01", ZERO), ("2026-09-02", SOME)):
        vault.assess(vault.seal(day(text, value)), RULE)
    third = vault.seal(day("2026-09-03", SOME))
    vault.remove("run-2026-09-01")
    made = vault.assess(third, RULE)
    assert (str(made.rules[0].result), str(made.rules[0].reason)) == ("unknown", "input_missing")
