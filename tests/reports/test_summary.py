"""What is grouped, folded and ordered."""

from types import SimpleNamespace

import msgspec
import pytest

from annexa.reports.blind import by_cause, fold
from annexa.reports.opened import Opened
from annexa.reports.summary import Summary, summarise
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


def test_another_reason_or_source_is_another_row(sample: SimpleNamespace) -> None:
    one, two = sample.blind_spots()[1:]
    replace = msgspec.structs.replace
    assert len(fold([one, two])) == 1
    assert len(fold([one, replace(two, reason=Reason.DENIED)])) == 2
    assert len(fold([one, replace(two, source="aws:other")])) == 2
    assert len(fold([one, replace(two, permission="bedrock:Another")])) == 2
    assert len(fold([one, replace(two, cure=None)])) == 2
    assert len(fold([one, replace(two, limitation="CISO until 2026-12-31")])) == 2


def test_cures_that_differ_in_names_only_are_one_with_a_count(sample: SimpleNamespace) -> None:
    one, two = sample.blind_spots()[1:]
    row = fold([one, msgspec.structs.replace(two, cure="run again elsewhere.")])[0]
    assert row.cure == "cure: run again elsewhere (and 1 like it)"
    assert fold([msgspec.structs.replace(one, cure=None)])[0].cure == "no cure is known"
    assert fold([msgspec.structs.replace(one, limitation="CISO")])[0].cure == "limitation: CISO"


def test_different_calls_with_one_cause_are_folded_further(sample: SimpleNamespace) -> None:
    spots = sample.blind_spots()
    another = msgspec.structs.replace(spots[1], call="bedrock:ListAgents", permission="bedrock:ListAgents")
    causes = by_cause(fold([*spots, another]))
    assert [row.whats for row in causes] == [
        ("iam:GetAccountAuthorizationDetails",),
        ("bedrock:GetModelInvocationLoggingConfiguration", "bedrock:ListAgents"),
    ]
    uncured = [msgspec.structs.replace(spot, cure=None) for spot in (spots[1], another)]
    assert len(by_cause(fold(uncured))) == 2, "without a cure nobody knows that the cause is one"


def test_what_hides_most_comes_first_but_the_unconnected_before_it(sample: SimpleNamespace) -> None:
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
