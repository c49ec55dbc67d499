"""What is grouped, folded and ordered."""

from types import SimpleNamespace

import pytest

from annexa.reports.opened import Opened
from annexa.reports.summary import Summary, fold, summarise
from annexa.schemas.words import Change, Reason, Status


@pytest.fixture
def summary(opened: Opened) -> Summary:
    return summarise(opened.assessment, opened.findings)


def test_broken_rules_come_worst_first_with_their_counts(summary: Summary) -> None:
    assert [(row.rule, row.failed, row.of) for row in summary.broken] == [("CFG-AWS-01", 6, 6), ("LOG-AWS-01", 1, 3)]
    assert summary.broken[0].owner == "platform"
    assert summary.broken[0].do == "Turn model invocation logging on for the region, to the central bucket"


def test_what_is_wholly_accepted_stands_apart(summary: Summary) -> None:
    assert [(row.rule, row.accepted, row.of) for row in summary.accepted] == [("NET-AWS-01", 1, 240)]


def test_a_default_of_ours_is_never_your_own_rule(summary: Summary) -> None:
    assert [(row.rule, row.failed, row.criterion) for row in summary.below] == [("ACC-AWS-02", 2, "key_age_days")]
    assert "ACC-AWS-02" not in {row.rule for row in summary.broken}
    assert [rule.rule for rule in summary.undecided] == ["LOG-ANY-09"]


def test_what_was_not_seen_again_is_dated(summary: Summary) -> None:
    assert {row.rule: row.not_observed for row in summary.broken} == {"CFG-AWS-01": None, "LOG-AWS-01": "2026-07-31"}


def test_resolved_findings_are_counted_and_break_nothing(summary: Summary) -> None:
    assert summary.changes == {Change.NEW: 6, Change.UNCHANGED: 3, Change.RESOLVED: 1, Change.NOT_OBSERVED: 1}
    assert summary.broken[1].findings == 1


def test_the_same_call_in_several_scopes_is_one_row(summary: Summary) -> None:
    folded = next(row for row in summary.blind if row.reason is Reason.UNREACHABLE)
    assert folded.scopes == ("333344445555/eu-west-1", "666677778888/eu-west-1")
    assert len(summary.blind) == 2


def test_another_reason_or_cure_is_another_row(sample: SimpleNamespace) -> None:
    import msgspec

    spots = sample.blind_spots()
    changed = msgspec.structs.replace(spots[2], reason=Reason.DENIED)
    assert len(fold([spots[1], changed])) == 2
    assert len(fold([spots[1], msgspec.structs.replace(spots[2], cure="another")])) == 2


def test_what_hides_most_comes_first_but_the_unconnected_before_it(sample: SimpleNamespace) -> None:
    import msgspec

    spots = sample.blind_spots()
    notion = msgspec.structs.replace(spots[1], reason=Reason.NOT_CONNECTED, source="notion", call="", permission="")
    assert [row.source + row.reason for row in fold([spots[1], spots[0], notion])] == [
        "notionnot_connected",
        "aws:maindenied",
        "aws:mainunreachable",
    ]


def test_every_control_is_in_one_theme(summary: Summary) -> None:
    assert sum(len(theme.controls) for theme in summary.themes) == len(summary.assessment.controls) == 105
    technological = next(theme for theme in summary.themes if theme.id == "technological")
    assert technological.statuses[Status.GAP] == 1
    assert (technological.met, technological.counted, technological.failed, technological.unread) == (1, 6, 2, 1)
    assert [control.ref for control in technological.controls][:10][-1] == "A.8.10"
