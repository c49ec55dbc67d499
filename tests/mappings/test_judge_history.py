"""Earlier runs: R6, what became of a finding and why, retirement, and what they must never do."""

from typing import Any

import pytest

from annexa.mappings.small_run import SmallRun
from annexa.tests.mappings.judging import (
    EU,
    LOGGING,
    US,
    Judged,
    accounts,
    decide,
    judged,
    key,
    log,
    logging_rule,
    make_rule,
    regions,
    set_parameters,
)

FIRST = "2026-08-30"


def before(*names: str) -> SmallRun:
    return accounts(*(names or ("a",)), run=SmallRun(run_id="run-0", day=FIRST))


def now(*names: str) -> SmallRun:
    return accounts(*(names or ("a",)))


def failed_before(**fields: Any) -> SmallRun:
    run = before()
    key(run, state="leaked", **fields)
    return run


def change_of(made: Judged) -> tuple[str, str | None]:
    (finding,) = made.findings
    return str(finding.change), None if finding.cause is None else str(finding.cause)


@pytest.mark.parametrize("how", ["unread", "partial", "dropped", "field", "list", "invalid"])
def test_r6_a_failure_that_was_not_observed_again_stays_one(how: str) -> None:
    run = now()
    if how == "field":
        key(run, state={"state": "unread", "why": "denied"})
    elif how == "invalid":
        key(run, at="2026-09-01T00:00:00Z")
    elif how == "dropped":
        run.drop_unit("aws.credential", "a")
    elif how == "list":
        run.lose("aws.accounts", "o-example")
    else:
        run.lose("aws.credential", "a", whole=how == "unread")
    made = judged(run, make_rule(), earlier=[failed_before()])
    assert made.found() == ("fail", None)
    assert made.control().status == "gap"
    assert change_of(made) == ("not_observed", None)
    (finding,) = made.findings
    assert finding.last_observed == finding.first_seen == finding.last_seen == "2026-08-30T06:05:00Z"
    item = made.item("key-1")
    assert item.last_observed == "2026-08-30T06:05:00Z"
    assert made.rule().counts.items == made.rule().counts.failed == 1


def test_r6_lasts_over_several_unread_runs() -> None:
    middle = accounts("a", run=SmallRun(run_id="run-m", day="2026-09-15"))
    middle.lose("aws.credential", "a")
    run = now()
    run.lose("aws.credential", "a")
    made = judged(run, make_rule(), earlier=[middle, failed_before()])
    assert made.found() == ("fail", None)
    assert made.item("key-1").last_observed == "2026-08-30T06:05:00Z"
    assert made.assessment.run_ids == ("run-1", "run-m", "run-0")


@pytest.mark.parametrize("how", ["passes", "gone", "left the population", "not understood", "unset"])
def test_r6_ends_when_the_item_is_observed_again(how: str) -> None:
    run = now()
    rule = make_rule(population={"where": {"type": {"is": "key"}}})
    if how == "passes":
        key(run)
    elif how == "left the population":
        run.add("credential", "a", subject="key-1", type="other", owner="kim", state="leaked")
    elif how == "not understood":
        key(run, state={"state": "unknown_value", "raw": "Zombie"})
    elif how == "unset":
        key(run, state={"state": "ambiguous", "raw": "inherit"})
    made = judged(run, rule, earlier=[failed_before()])
    assert made.rule().result != "fail"
    (finding,) = made.findings
    expected = "changed" if how in ("not understood", "unset") else "resolved"
    assert (finding.change, finding.cause) == (expected, "evidence")
    assert finding.item_verdict != "fail"
    assert made.assessment.findings_total == 0


def test_a_subject_is_gone_only_if_its_own_place_was_read_whole() -> None:
    run = now("a", "b")
    run.lose("aws.credential", "b")
    assert judged(run, make_rule(), earlier=[failed_before()]).found() == ("unknown", "scopes_unread")
    run = now("a", "b")
    run.lose("aws.credential", "a")
    assert judged(run, make_rule(), earlier=[failed_before()]).found() == ("fail", None)


def test_resolved_needs_a_complete_read_of_the_population() -> None:
    run = now("a", "b")
    key(run)
    run.lose("aws.credential", "b")
    made = judged(run, make_rule(), earlier=[failed_before()])
    assert change_of(made) == ("changed", "evidence")
    key(complete := now("a", "b"))
    assert change_of(judged(complete, make_rule(), earlier=[failed_before()])) == ("resolved", "evidence")


def test_r6_holds_for_a_scope_whose_log_cannot_be_read_any_more() -> None:
    first = regions(EU, US, run=SmallRun(run_id="run-0", day=FIRST))
    log(first, EU, enabled=False)
    log(first, US)
    run = regions(EU, US)
    log(run, US)
    run.lose("aws.log_source", EU)
    made = judged(run, logging_rule("T-1"), earlier=[first])
    assert made.found() == ("fail", None)
    item = made.item(EU)
    assert item.last_observed is not None
    assert item.blind_spot in {spot.id for spot in made.assessment.blind_spots}


def test_r6_holds_where_the_use_of_the_scope_is_not_known_any_more() -> None:
    first = regions(EU, run=SmallRun(run_id="run-0", day=FIRST))
    log(first, EU, enabled=False)
    run = regions(EU, used=[])
    log(run, EU, enabled=False)
    run.lose("aws.signal", EU)
    assert judged(run, logging_rule("T-1"), earlier=[first]).found() == ("fail", None)
    unused = regions(EU, used=[])
    log(unused, EU, enabled=False)
    made = judged(unused, logging_rule("T-1"), earlier=[first])
    assert made.found() == ("no_population", None)
    assert made.findings[0].change == "resolved"


def test_a_renamed_source_keeps_its_findings() -> None:
    run = SmallRun()
    run.sources.clear()
    run.source("aws:renamed", "o-example")
    run.main = "aws:renamed"
    accounts("a", run=run)
    key(run, state="leaked")
    old = judged(failed_before(), make_rule())
    made = judged(run, make_rule(), earlier=[failed_before()])
    assert change_of(made) == ("unchanged", None)
    assert made.findings[0].finding_uid == old.findings[0].finding_uid
    run.lose("aws.credential", "a")
    run.records = [record for record in run.records if record.kind != "credential"]
    assert judged(run, make_rule(), earlier=[failed_before()]).item("key-1").source == "aws:renamed"


@pytest.mark.parametrize("what", ["aws:main", "o-example", "a", "key-1"])
def test_a_closed_tenant_stays_open_until_it_is_retired_by_signature(what: str) -> None:
    run = SmallRun()
    run.sources.clear()
    run.supply("decision")
    made = judged(run, make_rule(), earlier=[failed_before()])
    assert made.found() == ("fail", None)
    run.supply("retirement", [{"what": what, "reason": "Closed.", "approver": "ciso", "on": "2026-09-20"}])
    retired = judged(run, make_rule(), earlier=[failed_before()])
    assert retired.rule().result == "unknown"
    later = [{"what": what, "reason": "Will be closed.", "approver": "ciso", "on": "2026-12-01"}]
    run.records = [record for record in run.records if record.kind != "retirement"]
    run.supply("retirement", later)
    assert judged(run, make_rule(), earlier=[failed_before()]).found() == ("fail", None)


def test_an_account_that_left_the_list_is_not_taken_as_mended() -> None:
    run = now("b")
    first = before("a", "b")
    key(first, state="leaked")
    assert judged(run, make_rule(), earlier=[first]).found() == ("fail", None)
    disabled = now("b")
    disabled.scope("a", "account", state="disabled")
    assert judged(disabled, make_rule(), earlier=[first]).rule().result != "fail"


def test_earlier_runs_never_help_an_item_to_pass() -> None:
    first = before()
    key(first)
    run = now()
    run.lose("aws.credential", "a")
    alone = judged(run, make_rule())
    made = judged(run, make_rule(), earlier=[first])
    assert made.found() == alone.found() == ("unknown", "scopes_unread")


def test_a_rule_that_is_switched_off_carries_nothing() -> None:
    run = now()
    run.lose("aws.credential", "a")
    run.supply("parameter", [{"name": "rule:T-1", "value": False, "set_by": "organisation"}])
    made = judged(run, make_rule(), earlier=[failed_before()])
    assert made.rule().disabled
    assert made.assessment.findings_total == 0
    assert change_of(made) == ("not_observed", None), "switching a rule off never closes a finding"


def test_a_first_run_has_new_findings_without_a_cause() -> None:
    run = now()
    key(run, state="leaked")
    assert change_of(judged(run, make_rule())) == ("new", None)


def test_new_because_the_subject_is_new_or_changed() -> None:
    run = now()
    key(run, state="leaked")
    assert change_of(judged(run, make_rule(), earlier=[before()])) == ("new", "evidence")
    key(first := before())
    assert change_of(judged(run, make_rule(), earlier=[first])) == ("new", "evidence")


def test_new_because_a_criterion_changed() -> None:
    aged = {"created": {"within": {"parameter": "key_age_days"}}}
    rule = make_rule(condition=aged, criterion={"parameter": "key_age_days"})
    key(first := before(), created="2026-08-01T00:00:00Z")
    run = set_parameters(now(), key_age_days=30)
    key(run, created="2026-08-01T00:00:00Z")
    assert change_of(judged(run, rule, earlier=[first])) == ("new", "criterion")


def test_new_because_a_decision_changed() -> None:
    log(first := regions(EU, run=SmallRun(run_id="run-0", day=FIRST)), EU, enabled=False)
    decide(first, {"setting": LOGGING, "value": "not_required"})
    log(run := regions(EU), EU, enabled=False)
    decide(run, {"setting": LOGGING, "value": "required"})
    assert change_of(judged(run, logging_rule("T-1"), earlier=[first])) == ("new", "criterion")


def test_new_because_time_passed() -> None:
    aged = {"created": {"within": {"parameter": "key_age_days"}}}
    rule = make_rule(condition=aged, criterion={"parameter": "key_age_days"})
    key(first := before(), created="2026-06-15T00:00:00Z")
    key(run := now(), created="2026-06-15T00:00:00Z")
    made = judged(run, rule, earlier=[first])
    assert change_of(made) == ("new", "time")


def test_new_because_a_register_changed() -> None:
    rule = make_rule(reads="ai_system", predicate="in_register", joins=("register_entry",), control="A.5.9")
    first, run = SmallRun(run_id="run-0", day=FIRST), SmallRun()
    for one in (first, run):
        one.add("ai_system", "o-example", subject="agent-1", category="agent", provider="bedrock")
    first.supply("register_entry", [{"name": "Agent", "identifiers": ["agent-1"]}])
    run.supply("register_entry", [])
    assert change_of(judged(run, rule, earlier=[first])) == ("new", "register")


def test_changed_says_why() -> None:
    key(run := now(), state="stolen")
    made = judged(run, make_rule(), earlier=[failed_before()])
    assert change_of(made) == ("changed", "evidence")
    assert made.findings[0].first_seen == "2026-08-30T06:05:00Z"
    assert made.findings[0].last_seen == "2026-09-29T06:05:00Z"


def test_reopened() -> None:
    key(middle := accounts("a", run=SmallRun(run_id="run-m", day="2026-09-15")))
    key(run := now(), state="leaked")
    made = judged(run, make_rule(), earlier=[failed_before(), middle])
    assert change_of(made) == ("reopened", "evidence")
    assert made.findings[0].first_seen == "2026-08-30T06:05:00Z"


def test_resolved_because_a_decision_left_it_out() -> None:
    log(first := regions(EU, run=SmallRun(run_id="run-0", day=FIRST)), EU, enabled=False)
    log(run := regions(EU), EU, enabled=False)
    decide(run, {"setting": LOGGING, "value": "not_required"})
    assert change_of(judged(run, logging_rule("T-1"), earlier=[first])) == ("resolved", "criterion")


def test_r10_a_follower_is_folded_under_the_rule_that_it_names() -> None:
    run = now()
    key(run, state="leaked")
    key(run, subject="key-2", state="leaked")
    leader = make_rule("LEAD", population={"where": {"type": {"is": "key"}}}, control="A.5.9")
    follower = make_rule("TAIL", follows=("LEAD",), control="A.5.20")
    last = make_rule("END", follows=("TAIL",), control="A.5.23")
    made = judged(run, leader, follower, last)
    assert {made.found(name)[0] for name in ("LEAD", "TAIL", "END")} == {"fail"}
    assert [finding.rule for finding in made.findings] == ["LEAD", "LEAD"]
    assert made.findings[0].sightings == ("END aws:main a", "TAIL aws:main a")
    assert made.item("key-1", "TAIL").folded_under == made.item("key-1", "END").folded_under == "LEAD"
    assert made.item("key-1", "LEAD").folded_under is None
    for control in ("A.5.9", "A.5.20", "A.5.23"):
        assert made.control(control).status == "gap"
        assert made.control(control).findings == tuple(sorted(finding.finding_uid for finding in made.findings))


def test_r10_a_follower_without_its_leader_stands_alone() -> None:
    run = now()
    key(run, state="leaked")
    leader = make_rule("LEAD", condition={"owner": {"is": "present"}})
    made = judged(run, leader, make_rule("TAIL", follows=("LEAD",)))
    assert [finding.rule for finding in made.findings] == ["TAIL"]


def test_r10_two_rules_that_follow_each_other_still_make_one_finding() -> None:
    run = now()
    key(run, state="leaked")
    made = judged(run, make_rule("ONE", follows=("TWO",)), make_rule("TWO", follows=("ONE",)))
    assert made.found("ONE") == made.found("TWO") == ("fail", None)
    assert len(made.findings) == 1


def test_r10_what_cannot_be_judged_because_of_the_other_finding_is_unknown() -> None:
    run = SmallRun()
    run.add("ai_system", "o-example", subject="agent-1", category="agent", provider="bedrock")
    run.supply("register_entry", [])
    common = {"reads": "ai_system", "joins": ("register_entry",), "control": "A.5.9"}
    known = make_rule("KNOWN", predicate="in_register", **common)
    owned = make_rule("OWNED", predicate="registered_owner_named", follows=("KNOWN",), **common)
    made = judged(run, known, owned)
    assert made.found("KNOWN") == ("fail", None)
    assert made.found("OWNED") == ("unknown", "follows_from")


def test_findings_come_worst_first() -> None:
    run = now()
    key(run, state="leaked")
    rules = [make_rule(name, severity=name.lower()) for name in ("LOW", "CRITICAL", "MEDIUM")]
    ours = make_rule("HIGH", criterion={"decided": LOGGING, "default": "required"})
    made = judged(run, *rules, ours)
    assert [finding.rule for finding in made.findings] == ["CRITICAL", "MEDIUM", "LOW", "HIGH"]
    assert [finding.status for finding in made.findings] == ["gap", "gap", "gap", "below_default"]


def test_owner_of_a_finding() -> None:
    run = SmallRun()
    for number, owner in ((1, {"state": "absent"}), (2, "lee@example.com"), (3, {"state": "absent"})):
        run.add(
            "ai_system", "o-example", subject=f"agent-{number}", category="agent", provider="bedrock", owner=owner,
            version={"state": "absent"},
        )  # fmt: skip
    run.supply("register_entry", [{"name": "Helper", "identifiers": ["agent-1"], "owner": "kim@example.com"}])
    made = judged(run, make_rule(reads="ai_system", condition={"version": {"is": "present"}}))
    assert [finding.owner for finding in made.findings] == ["kim@example.com", "lee@example.com", None]
