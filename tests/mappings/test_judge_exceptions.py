"""Exceptions and exclusions: what people may decide about failures, and what that never hides."""

from typing import Any

import pytest

from annexa.mappings.small_run import SmallRun
from annexa.reports.summary import summarise
from annexa.tests.mappings.judging import LOGGING, accounts, judged, key, make_rule

ENTRY = {
    "exception_id": "EX-1", "rule": "T-1", "subjects": ["key-1"], "reason": "Replaced in autumn", "risk": "R-7",
    "compensating": "Looked at daily", "requester": "kim", "approver": "lee", "start": "2026-09-01",
    "expires": "2026-10-31",
}  # fmt: skip


def leaked(*subjects: str, exceptions: tuple[dict[str, Any], ...] = ({},)) -> SmallRun:
    run = accounts("a")
    for subject in subjects or ("key-1",):
        key(run, subject=subject, state="leaked")
    run.supply("exception", [{**ENTRY, **changed} for changed in exceptions])
    return run


def test_a_valid_exception_covers_and_the_result_stays_a_fail() -> None:
    made = judged(leaked(), make_rule())
    assert made.found() == ("fail", None)
    assert made.control().status == "gap_accepted"
    assert made.item("key-1").covered_by == "EX-1"
    assert (made.findings[0].status, made.findings[0].exception) == ("gap_accepted", "EX-1")
    assert made.assessment.page_one.refused_exceptions == ()


def test_it_covers_by_our_stable_id_too() -> None:
    uid = judged(leaked(), make_rule()).item("key-1").subject_uid
    assert judged(leaked(exceptions=({"subjects": [uid]},)), make_rule()).control().status == "gap_accepted"


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"expires": "2026-09-28"}, "expired"),
        ({"start": "2026-10-01"}, "not_yet_valid"),
        ({"approver": "Kim "}, "approved_by_requester"),
        ({"approver": {"state": "absent"}}, "not_filled_in"),
        ({"risk": {"state": "absent"}}, "not_filled_in"),
        ({"reason": ""}, "not_filled_in"),
        ({"expires": {"state": "absent"}}, "not_filled_in"),
        ({"rule": "T-9"}, "no_such_rule"),
    ],
)
def test_an_exception_that_is_not_in_order_covers_nothing_and_is_listed(changed: dict[str, Any], word: str) -> None:
    made = judged(leaked(exceptions=(changed,)), make_rule())
    assert made.control().status == "gap"
    (said,) = made.assessment.page_one.refused_exceptions
    assert said.startswith(f"EX-1: {word}")


def test_a_new_subject_is_a_plain_fail() -> None:
    made = judged(leaked("key-1", "key-2"), make_rule())
    assert made.control().status == "gap"
    assert {finding.subject: finding.status for finding in made.findings} == {"key-1": "gap_accepted", "key-2": "gap"}
    assert "1 further failures are accepted" in (made.control().note or "")


def test_an_unknown_cannot_be_excepted() -> None:
    run = accounts("a")
    key(run, state={"state": "unread", "why": "denied"})
    run.supply("exception", [ENTRY])
    made = judged(run, make_rule())
    assert made.found() == ("unknown", "unread")
    assert made.item("key-1").covered_by is None
    assert made.assessment.page_one.refused_exceptions == ("EX-1: aimed_at_unknown (key-1)",)


def test_an_exception_for_something_in_order_does_nothing() -> None:
    run = accounts("a")
    key(run)
    run.supply("exception", [ENTRY])
    made = judged(run, make_rule())
    assert made.found() == ("pass", None)
    assert made.assessment.page_one.refused_exceptions == ()


def test_an_expired_exception_is_a_finding_of_its_own() -> None:
    rule = make_rule("T-2", reads="exception", predicate="exception_in_order", control="A.5.36")
    made = judged(leaked(exceptions=({"expires": "2026-09-28"},)), make_rule(), rule)
    assert [(finding.rule, finding.status) for finding in made.findings] == [("T-1", "gap"), ("T-2", "gap")]


def test_an_exception_covers_what_was_last_seen_failing() -> None:
    first = accounts("a", run=SmallRun(run_id="run-0", day="2026-08-30"))
    key(first, state="leaked")
    run = accounts("a")
    run.lose("aws.credential", "a")
    run.supply("exception", [ENTRY])
    assert judged(run, make_rule(), earlier=[first]).control().status == "gap_accepted"


FOLLOWER = {"control": "A.8.2", "follows": ["T-1"], "condition": {"state": {"none_of": ["leaked"]}}}


def test_an_exception_on_a_finding_covers_what_is_folded_under_it_for_the_same_subject() -> None:
    """R10: one cause, one finding. The follower stays a fail."""
    made = judged(leaked(), make_rule(), make_rule("T-2", **FOLLOWER))
    assert made.found("T-2") == ("fail", None)
    item = made.item("key-1", "T-2")
    assert (item.verdict, item.folded_under, item.covered_by) == ("fail", "T-1", "EX-1")
    assert (made.control().status, made.control("A.8.2").status) == ("gap_accepted", "gap_accepted")
    assert [(finding.rule, finding.status) for finding in made.findings] == [("T-1", "gap_accepted")]
    assert made.assessment.headline.breaks_your_own_rule == 0
    shown = summarise(made.assessment, made.findings)
    assert [row.rule for row in shown.broken] == []
    assert [(row.rule, row.failed, row.accepted) for row in shown.accepted] == [("T-2", 1, 1), ("T-1", 1, 1)]


def test_it_covers_no_other_subject_of_the_follower() -> None:
    run = leaked("key-1", "key-2")
    rules = (make_rule(), make_rule("T-2", **FOLLOWER))
    assert judged(run, *rules).control("A.8.2").status == "gap"
    only = {"population": {"where": {"subject": {"is": "key-1"}}}}
    alone = judged(leaked("key-1", "key-2"), make_rule(**only), make_rule("T-2", **FOLLOWER))
    assert {item.subject: item.covered_by for item in alone.items if item.rule == "T-2"} == {
        "key-1": "EX-1",
        "key-2": None,
    }
    assert alone.control("A.8.2").status == "gap"


@pytest.mark.parametrize(
    "changed", [{"rule": "T-2"}, {"expires": "2026-09-28"}], ids=["on the follower alone", "expired"]
)
def test_a_finding_that_is_not_accepted_covers_nothing(changed: dict[str, Any]) -> None:
    made = judged(leaked(exceptions=(changed,)), make_rule(), make_rule("T-2", **FOLLOWER))
    assert made.control().status == "gap"
    assert made.control("A.8.2").status == ("gap_accepted" if changed.get("rule") else "gap")


def test_a_rule_that_follows_nothing_is_not_covered() -> None:
    apart = {name: value for name, value in FOLLOWER.items() if name != "follows"}
    assert judged(leaked(), make_rule(), make_rule("T-2", **apart)).control("A.8.2").status == "gap"


def test_an_exception_from_a_default_of_ours_leaves_it_below() -> None:
    rule = make_rule(criterion={"decided": LOGGING, "default": "required"})
    assert judged(leaked(), rule).control().status == "below_default"


def excluded(*, run: SmallRun | None = None, **row: Any) -> SmallRun:
    run = run or SmallRun()
    given = {"control": "A.8.25", "applicable": False, "justification": "We build no AI"}
    run.supply("soa_row", [{**given, **row}])
    return run


def with_systems(*categories: str, run: SmallRun | None = None) -> SmallRun:
    run = run or SmallRun()
    run.collects("ai_system", per="source")
    for category in categories:
        run.add("ai_system", "o-example", category=category, provider="bedrock")
    return run


def gov() -> Any:
    return make_rule("GOV", reads="soa_row", predicate="soa_contradiction", control="c6.1.3", strength="refute_only")


def test_an_exclusion_is_verified_if_what_contradicts_it_was_enumerated_and_is_empty() -> None:
    made = judged(excluded(run=with_systems("notebook")), gov())
    control = made.control("A.8.25")
    assert (control.status, control.exclusion) == ("excluded", "verified")
    assert "We build no AI" in (control.exclusion_detail or "")
    assert made.found("GOV") == ("pass", None)


@pytest.mark.parametrize(
    ("claims", "expected", "clause"),
    [(["ai_agents"], ("fail", None), "gap"), ([], ("unknown", "challenge"), "not_assessed")],
    ids=["claiming that there are none", "without a claim"],
)
def test_activity_is_seen(claims: list[str], expected: tuple[str, str | None], clause: str) -> None:
    made = judged(excluded(run=with_systems("agent"), claims_none_of=claims), gov())
    control = made.control("A.8.25")
    assert (control.status, control.exclusion) == ("excluded", "activity_seen")
    assert "AI agents run: ai_system-1" in (control.exclusion_detail or "")
    assert made.found("GOV") == expected
    assert made.control("c6.1.3").status == clause


def test_what_was_not_enumerated_is_not_verified() -> None:
    run = with_systems()
    run.lose("aws.ai_system", "o-example")
    made = judged(excluded(run=run), gov())
    assert made.control("A.8.25").exclusion == "not_verified"
    assert made.found("GOV") == ("unknown", "scopes_unread")
    assert judged(excluded(), gov()).control("A.8.25").exclusion == "not_verified"


def test_a_record_whose_category_is_unread_leaves_it_unverified() -> None:
    run = with_systems()
    assert judged(excluded(run=with_systems(), control="A.5.1"), gov()).control("A.5.1").exclusion == "not_verified"
    run.collects("usage", per="source")
    verified = excluded(run=run, control="A.5.1")
    assert judged(verified, gov()).control("A.5.1").exclusion == "verified"
    run.add("usage", "o-example", signal="x", service="bedrock", count={"state": "unread", "why": "denied"})
    assert judged(verified, gov()).control("A.5.1").exclusion == "not_verified"


def test_without_justification_the_control_is_judged_as_if_it_were_included() -> None:
    run = accounts("a", run=with_systems())
    key(run, state="leaked")
    made = judged(excluded(run=run, justification={"state": "absent"}), gov(), make_rule(control="A.8.25"))
    assert made.control("A.8.25").status == "gap"
    assert made.found("GOV") == ("fail", None)
    key(good := accounts("a", run=with_systems()))
    assert (
        judged(excluded(run=good, justification=""), make_rule(control="A.8.25")).control("A.8.25").status != "excluded"
    )


def test_an_exclusion_never_hides_a_failure() -> None:
    run = accounts("a", run=with_systems())
    key(run, state="leaked")
    made = judged(excluded(run=run), make_rule(control="A.8.25"))
    assert made.control("A.8.25").status == "gap"
    assert "an exclusion never hides a failure" in (made.control("A.8.25").note or "")
    below = make_rule(control="A.8.25", criterion={"decided": LOGGING, "default": "required"})
    assert judged(excluded(run=run), below).control("A.8.25").status == "excluded"


def test_activity_once_seen_stays_with_its_date_until_it_is_enumerated_as_empty() -> None:
    first = excluded(run=with_systems("agent", run=SmallRun(run_id="run-0", day="2026-08-30")))
    run = with_systems()
    run.lose("aws.ai_system", "o-example")
    made = judged(excluded(run=run), gov(), earlier=[first])
    control = made.control("A.8.25")
    assert control.exclusion == "activity_seen"
    assert "last on 2026-08-30" in (control.exclusion_detail or "")
    mended = judged(excluded(run=with_systems()), gov(), earlier=[first])
    assert mended.control("A.8.25").exclusion == "verified"


def test_activity_counts_even_if_the_earlier_statement_did_not_exclude_the_control() -> None:
    first = with_systems("agent", run=SmallRun(run_id="run-0", day="2026-08-30"))
    run = with_systems()
    run.lose("aws.ai_system", "o-example")
    assert judged(excluded(run=run), gov(), earlier=[first]).control("A.8.25").exclusion == "activity_seen"


def test_a_statement_that_was_not_read_whole_verifies_nothing() -> None:
    run = excluded(run=with_systems())
    run.lose("registers.soa_row", "org-1", source="registers:main", whole=False, subject="line-3")
    assert judged(run, gov()).control("A.8.25").exclusion == "not_verified"
