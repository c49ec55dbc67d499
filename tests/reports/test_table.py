"""The gap summary in a terminal."""

import re
from types import SimpleNamespace

import msgspec
import pytest

from annexa.mappings.results import PageOne
from annexa.reports import table
from annexa.reports.opened import Opened
from annexa.reports.summary import Summary, summarise
from annexa.schemas.words import Environment, Status


@pytest.fixture
def summary(opened: Opened) -> Summary:
    return summarise(opened.assessment, opened.findings)


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_screen(summary: Summary, width: int, *, everything: bool) -> None:
    text = table.render(summary, width, everything=everything)
    assert max(map(len, text.splitlines())) <= width
    assert not re.search(r"[{}\[\]]|%|score|complian|None|_unread", text)


def test_the_short_form_is_short(summary: Summary) -> None:
    assert len(table.render(summary, 100).splitlines()) <= 62


def test_first_the_headline_then_blind_spots_then_what_is_broken(summary: Summary) -> None:
    text = table.render(summary, 100)
    places = [
        text.index(words)
        for words in (
            "Harbourline, ISMS main",
            "SANDBOX",
            "Thresholds looser",
            "breaks your own rule  no rule set: decide  not seen",
            "Blind spots: 2 calls",
            "Breaks your own rule: 2 rules",
            "No rule set, decide: 2 rules",
            "Theme ",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "line",
    [
        "SANDBOX: a make-believe company answered, no vendor did (hosts: http://127.0.0.1:4566)",
        "Rules switched off by the organisation (1): DLP-ANY-02",
        "Findings: 10 open (6 new, 3 unchanged, 1 not observed again), 1 resolved",
        "Accepted by exception: A.8.20 NET-AWS-01 Models are reached privately, 1 of 240",
        "iam:GetAccountAuthorizationDetails",
        "Technological (34)   gap 1: A.8.15  ",
        "                     gap accepted 1: A.8.20  ",
        "                     excluded 1: A.8.25 (activity seen)  ",
        "                     not assessed 30: no rule yet 30",
    ],
)
def test_it_says(summary: Summary, line: str) -> None:
    assert line in [shown[: len(line)] for shown in table.render(summary, 100).splitlines()]


def test_counts_stand_beside_the_rule(summary: Summary) -> None:
    rows = [line for line in table.render(summary, 100).splitlines() if line.startswith(("critical", "high"))]
    assert [(row.split()[2], row.endswith(end)) for row, end in zip(rows, ("6 of 6", "1 of 3"), strict=True)] == [
        ("CFG-AWS-01", True),
        ("LOG-AWS-01", True),
    ]


def test_the_short_form_names_controls_with_something_to_say_and_counts_the_rest(summary: Summary) -> None:
    statuses = table.render(summary, 100).partition("Statuses")[2]
    named = set(re.findall(r"A\.\d+\.\d+", statuses.partition("Every control")[0]))
    assert named == {
        control.ref for control in summary.assessment.controls if control.status is not Status.NOT_ASSESSED
    }
    assert statuses.count("not assessed") == 5


def test_the_long_form_tells_the_needs_of_every_control(summary: Summary) -> None:
    statuses = table.render(summary, 100, everything=True).partition("Statuses by theme")[2]
    assert len(re.findall(r"^(?:A\.\d+\.\d+|c\d[\d.]*) ", statuses, re.MULTILINE)) == 105
    assert re.search(r"^A\.8\.15 +Logging +gap +1 of 4, failed 1, unread 0 +3 of 4$", statuses, re.MULTILINE)
    assert "  needs met 1 of 6, failed 2, unread 1" in statuses.splitlines()
    assert "…" not in statuses


def test_what_is_left_out_is_counted(summary: Summary) -> None:
    many = tuple(
        msgspec.structs.replace(rule, rule=f"LOG-AWS-{at:02}")
        for at in range(20)
        for rule in summary.assessment.rules[4:5]
    )
    crowded = summarise(msgspec.structs.replace(summary.assessment, rules=many), [])
    short, long = table.render(crowded, 100), table.render(crowded, 100, everything=True)
    assert "and 12 more rules: annexa gaps --all" in short
    assert "more rules" not in long
    assert long.count("\nhigh ") == 20


@pytest.mark.parametrize(
    ("environment", "expected"),
    [(Environment.VENDOR, None), (Environment.NON_VENDOR, "NON-VENDOR"), (Environment.SANDBOX, "SANDBOX")],
)
def test_the_mark(environment: Environment, expected: str | None) -> None:
    marked = table.mark(environment, ("http://localhost:5000",))
    assert (marked is None) is (expected is None)
    assert marked is None or (marked.startswith(expected or "") and "http://localhost:5000" in marked)


def test_a_long_note_takes_two_lines_and_all_of_it_on_request(summary: Summary) -> None:
    page = PageOne(limitations=tuple(f"limitation number {at} with its owner" for at in range(30)))
    noted = summarise(msgspec.structs.replace(summary.assessment, page_one=page), [])
    short, long = table.render(noted, 100), table.render(noted, 100, everything=True)
    assert "Collection limitations (still unread) (30)" in short
    assert "limitation number 29" not in short
    assert "…" in short.splitlines()[3]
    assert "limitation number 29" in " ".join(long.split())


def test_nothing_broken_is_said_as_not_seen(sample: SimpleNamespace) -> None:
    made = sample.assessment(Environment.VENDOR)
    quiet = msgspec.structs.replace(made, rules=(), controls=(), blind_spots=(), page_one=PageOne())
    text = table.render(summarise(quiet, []), 100)
    assert "Breaks your own rule: nothing seen" in text
    assert "Blind spots: none; everything that a rule needed was read" in text
    assert "SANDBOX" not in text


def test_incomplete_collection_and_our_own_errors_are_told(summary: Summary) -> None:
    broken = msgspec.structs.replace(summary.assessment, complete=False, internal_errors=("KeyError in LOG-AWS-01",))
    text = table.render(summarise(broken, []), 100)
    assert "Not every planned source could be asked" in text
    assert "Errors of annexa itself (1): KeyError in LOG-AWS-01" in text
