"""What is not known although nothing was refused is told beside the blind spots: no count without its reason."""

from typing import Any

import pytest

from annexa.mappings.small_run import SmallRun
from annexa.reports import markdown, table
from annexa.reports.summary import Summary, summarise
from annexa.schemas.words import UnknownReason
from annexa.tests.mappings.judging import Judged, accounts, judged, key, make_rule

NEEDS = {"A.8.15": [{"rules": ["T-1"]}]}


def summary_of(made: Judged) -> Summary:
    return summarise(made.assessment, made.findings)


def unclear(state: Any) -> Judged:
    run = accounts("a")
    key(run, state=state)
    return judged(run, make_rule(), needs=NEEDS)


def nothing_connected() -> Judged:
    run = SmallRun("registers", tenant="org-1")
    return judged(run, make_rule(population={"of": "aws"}), needs=NEEDS)


def too_old() -> Judged:
    run = accounts("a")
    key(run)
    return judged(run, make_rule(), needs=NEEDS, as_of="2026-12-01")


CASES = [
    (
        lambda: unclear({"state": "ambiguous", "raw": "inherit"}),
        UnknownReason.AMBIGUOUS_VALUE,
        "the value is ambiguous",
    ),
    (lambda: unclear({"state": "not_exposed"}), UnknownReason.NOT_EXPOSED, "the vendor does not say"),
    (nothing_connected, UnknownReason.NOT_CONNECTED, "its source is not connected"),
    (too_old, UnknownReason.STALE, "the evidence is stale"),
]


@pytest.mark.parametrize(("case", "reason", "says"), CASES, ids=[str(row[1]) for row in CASES])
def test_a_control_that_counts_as_not_seen_has_its_reason(case: Any, reason: UnknownReason, says: str) -> None:
    made = case()
    assert made.assessment.headline.not_seen == 1
    assert made.assessment.blind_spots == ()
    (found,) = summary_of(made).untold
    assert (found.reason, found.rules, found.controls) == (reason, ("T-1",), ("A.8.15",))
    for text in (table.render(summary_of(made), 100), markdown.render(summary_of(made))):
        assert "everything that a rule needed was read" not in text
        assert f"{says}: T-1 for A.8.15" in text


def test_what_a_blind_spot_says_is_not_said_twice() -> None:
    run = accounts("a")
    run.lose("aws.credential", "a")
    found = summary_of(judged(run, make_rule(), needs=NEEDS))
    assert len(found.blind) == 1
    assert found.untold == ()


def test_where_everything_was_read_it_says_so() -> None:
    run = accounts("a")
    key(run)
    found = summary_of(judged(run, make_rule(), needs=NEEDS))
    assert found.assessment.headline.not_seen == 0
    assert found.untold == ()
    assert "Blind spots: none; everything that a rule needed was read" in table.render(found, 100)


def test_the_short_form_counts_what_it_leaves_out() -> None:
    states = [
        {"state": "ambiguous", "raw": "x"},
        {"state": "not_exposed"},
        {"state": "redacted"},
        {"state": "unknown_value"},
    ]
    run, rules = accounts("a"), []
    for number, state in enumerate(states):
        key(run, subject=f"key-{number}", state=state)
        where = {"subject": {"is": f"key-{number}"}}
        rules.append(make_rule(f"T-{number}", population={"where": where}))
    made = judged(run, *rules, needs={"A.8.15": [{"rules": [rule.id for rule in rules]}]})
    assert len(summary_of(made).untold) == 4
    short = table.render(summary_of(made), 100)
    assert short.count("Not known all the same") == 3
    assert "and 1 more reason: annexa gaps --all" in short
    assert table.render(summary_of(made), 100, everything=True).count("Not known all the same") == 4
