"""Needs in their order, statuses in theirs, and the headline."""

from typing import Any

import pytest

from annexa.mappings.headline import headline
from annexa.mappings.rule import Rule
from annexa.mappings.small_run import SmallRun
from annexa.tests.mappings.judging import (
    DECIDED,
    EU,
    LOGGING,
    Judged,
    accounts,
    judged,
    key,
    log,
    logging_rule,
    make_rule,
    regions,
    switch_off,
)

PASSING: dict[str, Any] = {"condition": {"owner": {"is": "present"}}}
FAILING: dict[str, Any] = {"condition": {"owner": {"is": "absent"}}}
UNREAD: dict[str, Any] = {"condition": {"expires": {"is": "present"}}}
NOTHING: dict[str, Any] = {"population": {"where": {"type": {"is": "other"}}}}
MISSING: dict[str, Any] = {"reads": "risk", "condition": {"owner": {"is": "present"}}}
UNSET: dict[str, Any] = {"criterion": {"decided": LOGGING}}
PAPER = {
    "sha256": "0" * 64, "owner": "kim", "approver": "lee", "version": "2", "approved_on": "2026-03-01",
    "next_review": "2027-03-01",
}  # fmt: skip


def one_key() -> SmallRun:
    run = accounts("a")
    key(run, expires={"state": "unread", "why": "denied"})
    return run


def with_needs(
    *needs: dict[str, Any], rules: tuple[Rule, ...] = (), run: SmallRun | None = None, **asked: Any
) -> Judged:
    return judged(run or one_key(), *rules, needs={"A.8.15": needs}, **asked)


def of(*rules: Rule, run: SmallRun | None = None, ref: str = "A.8.15", **need: Any) -> Judged:
    """One need that all of the rules meet."""
    given = {"rules": [rule.id for rule in rules], **need}
    return judged(run or one_key(), *rules, needs={ref: [given]})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([FAILING, MISSING], ("failed", None)),
        ([MISSING, PASSING], ("missing", None)),
        ([NOTHING, NOTHING], ("nothing_there", None)),
        ([UNSET, UNREAD], ("unmet", "criterion_unset")),
        ([PASSING, UNREAD], ("unread", None)),
        ([PASSING, NOTHING], ("met", None)),
        ([PASSING], ("met", None)),
    ],
    ids=["failed before missing", "missing", "nothing there", "unset before unread", "unread", "met", "met by one"],
)
def test_the_state_of_a_need_is_the_first_that_applies(
    rules: list[dict[str, Any]], expected: tuple[str, str | None]
) -> None:
    made = of(*(make_rule(f"T-{number}", **fields) for number, fields in enumerate(rules)))
    assert made.state() == expected


def test_a_need_without_rule_or_document_has_no_rule_yet() -> None:
    made = with_needs({})
    assert made.state() == ("no_rule_yet", None)
    assert (made.control().status, made.control().reason) == ("not_assessed", "no_rule_yet")


def test_a_control_without_a_recipe_has_one_need() -> None:
    made = judged(one_key())
    assert [need.state for need in made.control("A.8.16").needs] == ["no_rule_yet"]
    assert made.control("A.5.1").reason == "outside_what_systems_can_show"
    assert made.control("A.8.16").reason == "no_rule_yet"


def test_rules_of_a_control_without_a_recipe_are_its_need() -> None:
    made = judged(one_key(), make_rule(**PASSING))
    assert made.state() == ("met", None)
    assert made.need().rules == ("T-1",)


def test_stale() -> None:
    made = judged(one_key(), make_rule(**PASSING), as_of="2026-12-01")
    assert made.state() == ("stale", None)


@pytest.mark.parametrize(
    ("rule", "accepts", "expected"),
    [
        ({}, ["design", "operating"], ("met", None)),
        ({"strength": "refute_only"}, ["design", "operating"], ("unmet", "strength_not_accepted")),
        ({"strength": "refute_only"}, ["refute_only"], ("met", None)),
        ({"strength": "attested"}, ["attested"], ("met", None)),
        ({}, ["operating"], ("unmet", "strength_not_accepted")),
        ({"strength": "operating"}, ["operating"], ("unmet", "no_period")),
    ],
)
def test_a_pass_meets_only_a_need_that_accepts_its_strength(
    rule: dict[str, Any], accepts: list[str], expected: tuple[str, str | None]
) -> None:
    assert of(make_rule(**PASSING, **rule), accepts=accepts).state() == expected


@pytest.mark.parametrize(
    ("basis", "accepts", "expected"),
    [
        ("log_inferred", ["design"], ("unmet", "basis_not_accepted")),
        ("attested", ["design"], ("unmet", "basis_not_accepted")),
        ("attested", ["design", "attested"], ("met", None)),
        ("vendor_default", ["design"], ("met", None)),
        ("imported", ["design"], ("met", None)),
    ],
)
def test_a_pass_meets_only_a_need_that_accepts_its_basis(
    basis: str, accepts: list[str], expected: tuple[str, str | None]
) -> None:
    run = accounts("a")
    key(run, basis=basis)
    assert of(make_rule(**PASSING), run=run, accepts=accepts).state() == expected


def test_r8_a_rule_of_another_control_meets_a_need_and_never_fails_it() -> None:
    secondary = [{"control": "A.8.15", "reason": "It says so."}]
    passing = of(make_rule(control="A.5.9", secondary=secondary, **PASSING))
    assert passing.state() == ("met", None)
    failing = of(make_rule(control="A.5.9", secondary=secondary, **FAILING))
    assert failing.state() == ("unmet", "decided_under")
    assert "A.5.9" in (failing.need().detail or "")
    assert failing.control("A.5.9").status == "gap"
    assert failing.control().status != "gap"


def test_a_secondary_that_no_need_names_is_an_observation() -> None:
    rule = make_rule(control="A.5.9", secondary=[{"control": "A.8.15", "reason": "It says so."}], **FAILING)
    made = with_needs({}, rules=(rule,))
    assert made.control().observations == ("T-1",)
    assert made.control().status == "not_assessed"


def test_r9_a_switched_off_rule_leaves_its_need_unmet_until_a_decision_covers_it() -> None:
    run = switch_off(one_key(), "T-1")
    made = of(make_rule(**FAILING), run=run)
    assert made.state() == ("unmet", "disabled_by_organisation")
    assert made.assessment.page_one.disabled_rules == ("T-1",)
    assert made.rule().disabled
    assert made.control().status == "not_assessed"
    assert made.assessment.items_total == 0
    run.supply("decision", [{"setting": "rule:T-1", "must": "be", "value": "off", **DECIDED}])
    decided = of(make_rule(**FAILING), run=run)
    assert decided.state() == ("nothing_there", None)
    assert "ciso@example.com" in (decided.need().detail or "")


def test_r9_a_need_with_another_rule_is_unmet_too() -> None:
    run = switch_off(one_key(), "T-1")
    assert of(make_rule(**PASSING), make_rule("T-2", **PASSING), run=run).state()[0] == "unmet"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, ("missing", None)),
        (PAPER, ("met", None)),
        ({**PAPER, "approver": {"state": "absent"}}, ("unread", None)),
        ({**PAPER, "next_review": "2026-09-28"}, ("stale", None)),
        ({**PAPER, "approved_on": "2026-12-01"}, ("unread", None)),
    ],
    ids=["not supplied", "in order", "without approver", "review overdue", "approved in the future"],
)
def test_a_document_meets_a_need_if_it_is_approved_and_dated(
    document: dict[str, Any] | None, expected: tuple[str, str | None]
) -> None:
    run = accounts("a")
    if document is not None:
        run.supply("document", [{"title": "Log rule", **document}])
    assert with_needs({"document": "Log rule", "accepts": ["attested"]}, run=run).state() == expected


def test_a_document_register_that_was_not_read_is_not_missing() -> None:
    run = accounts("a")
    run.supply("document", state="unreadable")
    assert with_needs({"document": "Log rule"}, run=run).state() == ("unread", None)


def test_an_attestation_about_a_need_meets_it() -> None:
    said = {
        "statement": "Logs are looked at.", "about": "A.8.15/1", "attester": "kim", "role": "ciso", "approver": "lee",
        "stated_on": "2026-09-01", "period_from": "2026-01-01", "period_until": "2026-12-31", "document": "log.pdf",
        "document_sha256": "0" * 64, "version": "1", "next_review": "2027-01-01",
    }  # fmt: skip
    run = accounts("a")
    run.supply("attestation", [said])
    assert with_needs({"document": "Log rule"}, run=run).state() == ("met", None)


def test_gap_by_an_inherent_rule_of_any_severity_and_default_is_below() -> None:
    assert judged(one_key(), make_rule(severity="low", **FAILING)).control().status == "gap"
    default = make_rule(criterion={"decided": LOGGING, "default": "required"}, **FAILING)
    assert judged(one_key(), default).control().status == "below_default"
    both = judged(one_key(), default, make_rule("T-2", **FAILING))
    assert both.control().status == "gap"


def test_a_failure_makes_a_gap_even_where_no_need_names_its_rule() -> None:
    rule = make_rule(**FAILING)
    assert with_needs({"document": "Log rule"}, rules=(rule,)).control().status == "gap"


def test_supported_prints_its_weakest_strength() -> None:
    run = one_key()
    run.supply("document", [{"title": "Log rule", **PAPER}])
    made = judged(
        run,
        make_rule(control="A.8.20", **PASSING),
        needs={"A.8.20": [{"rules": ["T-1"]}, {"document": "Log rule", "accepts": ["attested"]}]},
    )
    control = made.control("A.8.20")
    assert (control.status, control.weakest_strength) == ("supported", "attested")
    assert (control.needs_met, control.needs_counted, control.systems_can_show) == (2, 2, 2)
    assert (control.scopes_read, control.scopes_expected) == (1, 1)


def test_nothing_there_leaves_the_count() -> None:
    rules = (make_rule(control="A.8.20", **PASSING), make_rule("T-2", control="A.8.20", **NOTHING))
    made = judged(one_key(), *rules, needs={"A.8.20": [{"rules": ["T-1"]}, {"rules": ["T-2"]}]})
    assert (made.control("A.8.20").status, made.control("A.8.20").needs_counted) == ("supported", 1)
    assert made.need(2, "A.8.20").detail == "nothing of this kind exists, 1 scopes read"


def test_with_no_need_left_there_is_nothing_there() -> None:
    made = of(make_rule(**NOTHING))
    assert (made.control().status, made.control().reason) == ("not_assessed", "nothing_there")


def test_refute_only_alone_never_makes_a_control_supported() -> None:
    rule = make_rule(control="A.8.20", strength="refute_only", **PASSING)
    made = of(rule, ref="A.8.20", accepts=["refute_only"])
    assert made.control("A.8.20").status == "incomplete"


def test_documents_for_every_need_are_on_file() -> None:
    run = accounts("a")
    run.supply("document", [{"title": title, **PAPER} for title in ("Agreement", "Checklist")])
    made = judged(run, needs={"A.5.20": [{"document": "Agreement"}, {"document": "Checklist"}]})
    assert made.control("A.5.20").status == "on_file"
    assert made.control("A.5.20").weakest_strength == "attested"
    assert (
        judged(run, needs={"A.5.20": [{"document": "Agreement"}, {"document": "Other"}]}).control("A.5.20").status
        == "incomplete"
    )


def test_documents_alone_do_not_carry_a_control_about_doing_something_regularly() -> None:
    run = accounts("a")
    run.supply("document", [{"title": "Agreement", **PAPER}])
    made = judged(run, needs={"A.5.22": [{"document": "Agreement"}]})
    assert made.control("A.5.22").status == "incomplete"


def test_stale_is_a_control_whose_needs_were_all_met() -> None:
    rules = (make_rule(control="A.8.20", **PASSING), make_rule("T-2", control="A.8.20", **UNREAD))
    needs = {"A.8.20": [{"rules": ["T-1"]}]}
    stale = judged(one_key(), rules[0], needs=needs, as_of="2026-12-01")
    assert stale.control("A.8.20").status == "stale"
    mixed = judged(one_key(), *rules, needs={"A.8.20": [{"rules": ["T-1"]}, {"rules": ["T-2"]}]}, as_of="2026-12-01")
    assert mixed.control("A.8.20").status == "incomplete"


def test_incomplete_and_not_assessed() -> None:
    some = judged(one_key(), make_rule(**PASSING), make_rule("T-2", **UNREAD))
    assert some.control().status == "incomplete"
    none = judged(one_key(), make_rule(**UNREAD))
    assert (none.control().status, none.control().reason) == ("not_assessed", None)
    assert none.state() == ("unread", None)
    gone = judged(one_key(), make_rule(reads="label", condition={"enabled": {"is": True}}))
    assert (gone.control().status, gone.control().reason) == ("not_assessed", "not_connected")
    missing = judged(one_key(), make_rule(**MISSING))
    assert (missing.control().status, missing.control().reason) == ("not_assessed", "not_supplied")


def test_scopes_read_of_expected() -> None:
    run = accounts(*"abcde")
    run.lose("aws.credential", "e")
    key(run)
    control = judged(run, make_rule(**PASSING)).control()
    assert (control.scopes_read, control.scopes_expected) == (4, 5)


def test_the_headline_counts_each_control_once() -> None:
    run = one_key()
    run.supply("document", [{"title": "Agreement", **PAPER}])
    rules = (
        make_rule("GAP", control="A.5.9", **FAILING),
        make_rule("GAP-2", control="A.5.9", **UNREAD),
        make_rule("BELOW", control="A.5.14", criterion={"decided": LOGGING, "default": "required"}, **FAILING),
        make_rule("UNSET", control="A.5.16", **UNSET),
        make_rule("UNREAD", control="A.5.17", **UNREAD),
        make_rule("GOOD", control="A.8.20", **PASSING),
        make_rule("WANT", control="A.5.12", **MISSING),
    )
    made = judged(run, *rules, needs={"A.5.20": [{"document": "Agreement"}]})
    counts = made.assessment.headline
    assert (counts.breaks_your_own_rule, counts.no_rule_set, counts.not_seen) == (1, 2, 1)
    assert (counts.not_yet_supplied, counts.supported, counts.on_file) == (1, 1, 1)
    assert headline(made.assessment.controls) == counts


def test_what_was_set_looser_is_counted_on_page_one() -> None:
    run = accounts("a")
    rows = [{"name": "key_age_days", "value": 365}, {"name": "unused_seat_days", "value": 30}]
    run.supply("parameter", [{**row, "set_by": "organisation"} for row in rows])
    assert judged(run, make_rule()).assessment.page_one.looser_parameters == ("key_age_days",)


def test_a_deciding_register_that_is_there_turns_below_default_into_gap() -> None:
    run = regions(EU)
    log(run, EU, enabled=False)
    assert judged(run, logging_rule("T-1")).control().status == "below_default"
    run.supply("decision", [{"setting": LOGGING, "must": "be", "value": "required", **DECIDED}])
    assert judged(run, logging_rule("T-1")).control().status == "gap"
