"""From items to a result: R1 to R5, every quantifier, time, and what keeps a pass from being one."""

from typing import Any

import pytest

from annexa.evidence.record import Record
from annexa.mappings import outcome, predicates
from annexa.mappings.context import Context
from annexa.mappings.outcome import Outcome
from annexa.mappings.predicate import PREDICATES, Predicate
from annexa.mappings.rule import Rule
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Reason, UnknownReason
from annexa.tests.mappings.judging import (
    ACCOUNT,
    EU,
    US,
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

assert predicates


def test_r1_a_violation_fails_however_much_is_unread() -> None:
    run = accounts("a", "b")
    key(run, state="leaked")
    run.lose("aws.credential", "b")
    made = judged(run, make_rule())
    assert made.found() == ("fail", None)
    assert made.rule().counts.failed == 1
    assert len(made.assessment.blind_spots) == 1


def test_r2_a_pass_needs_every_item_and_the_whole_population() -> None:
    run = accounts("a")
    key(run)
    key(run, subject="key-2", state={"state": "unread", "why": "denied"})
    made = judged(run, make_rule())
    assert made.found() == ("unknown", "unread")
    assert (made.rule().counts.passed, made.rule().counts.unknown) == (1, 1)


@pytest.mark.parametrize("quantifier", ["every", "ratio"])
def test_r3_an_empty_population_never_passes(quantifier: str) -> None:
    limit = {"at_least": 90} if quantifier == "ratio" else {}
    assert judged(accounts("a"), make_rule(quantifier=quantifier, limit=limit)).found() == ("no_population", None)


def test_r3_at_least_one_over_no_scope_is_no_population() -> None:
    assert judged(regions(EU, used=[]), logging_rule("T-1")).found() == ("no_population", None)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"state": "unknown_value", "raw": "Zombie"}, "unknown_value"),
        ({"state": "ambiguous", "raw": "inherit"}, "ambiguous_value"),
        ({"state": "not_exposed"}, "not_exposed"),
        ({"state": "redacted"}, "redacted"),
        ({"state": "unread", "why": "denied"}, "unread"),
    ],
)
def test_r4_r5_a_value_that_is_not_understood_makes_its_item_unknown(state: dict[str, str], reason: str) -> None:
    run = accounts("a")
    key(run, state=state)
    made = judged(run, make_rule())
    assert made.found() == ("unknown", reason)
    assert bool(made.assessment.internal_errors) == (reason == "unknown_value")


def test_r4_a_setting_that_is_only_inferred_from_logs_passes_and_says_so() -> None:
    run = accounts("a")
    key(run, basis="log_inferred")
    key(run, subject="key-2")
    made = judged(run, make_rule())
    assert made.found() == ("pass", None)
    assert made.rule().weakest_basis == "log_inferred"


def _stumbles(record: Record, rule: Rule, context: Context) -> Outcome:
    """Fails by a mistake of ours for one key."""
    if record.data.subject == "key-2":
        raise KeyError("mistake")
    return outcome.passed(record)


def test_r5_a_mistake_of_ours_makes_one_item_unknown_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PREDICATES, "stumbles", Predicate(name="stumbles", judge=_stumbles, says="x"))
    run = accounts("a")
    key(run)
    key(run, subject="key-2")
    made = judged(run, make_rule(predicate="stumbles"), make_rule("T-2"))
    assert made.found() == ("unknown", "invalid_record")
    assert made.rule().counts.passed == 1
    assert made.found("T-2") == ("pass", None)
    assert any("KeyError" in line and "mistake" not in line for line in made.assessment.internal_errors)


def test_a_conditional_item_is_shown_and_blocks_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def conditional(record: Record, rule: Rule, context: Context) -> Outcome:
        """Everything is conditional."""
        return outcome.shown_only(record, UnknownReason.CONDITIONAL, "a condition stands in between")

    monkeypatch.setitem(PREDICATES, "conditional", Predicate(name="conditional", judge=conditional, says="x"))
    run = accounts("a")
    key(run)
    made = judged(run, make_rule(predicate="conditional"))
    assert made.found() == ("unknown", "conditional")
    assert made.item("key-1").verdict == "shown"


@pytest.mark.parametrize(
    ("keys", "unread", "expected"),
    [
        ([], [], ("pass", None)),
        ([], ["c"], ("unknown", "scopes_unread")),
        (["leaked"], ["c"], ("fail", None)),
        (["active"], [], ("pass", None)),
    ],
    ids=["none in three accounts", "one account unread", "one found, one account unread", "another one"],
)
def test_none_over_accounts(keys: list[str], unread: list[str], expected: tuple[str, str | None]) -> None:
    run = accounts("a", "b", "c")
    for state in keys:
        key(run, state=state)
    for scope in unread:
        run.lose("aws.credential", scope)
    made = judged(run, make_rule(quantifier="none", condition={"state": {"is": "leaked"}}))
    assert made.found() == expected
    assert made.rule().counts.expected_scopes == 3


def test_none_over_no_expected_scope_is_no_population() -> None:
    run = SmallRun()
    run.scope(ACCOUNT, "account")
    run.scope(EU, "region", state="disabled")
    run.collects("credential", per="region")
    made = judged(run, make_rule(quantifier="none"))
    assert made.found() == ("no_population", None)
    assert made.rule().counts.not_applicable_scopes == 1


def test_none_over_events_that_did_not_happen_proves_nothing() -> None:
    run = accounts("a")
    run.collects("incident", per="account")
    assert judged(run, make_rule(quantifier="none", reads="incident")).found() == ("unknown", "empty_log")


@pytest.mark.parametrize(
    ("logs", "unread", "expected"),
    [
        ({EU: True, US: True}, (), ("pass", None)),
        ({EU: True, US: False}, (), ("fail", None)),
        ({EU: True}, (), ("fail", None)),
        ({EU: True}, (US,), ("unknown", "scopes_unread")),
        ({EU: False}, (US,), ("fail", None)),
        ({EU: True, US: True}, (US,), ("pass", None)),
        ({EU: True, US: {"state": "unread", "why": "x"}}, (), ("unknown", "unread")),
    ],
    ids=[
        "on in both", "off in one", "missing in one", "one unread", "one off, one unread",
        "one partly read, and the one found is enough", "one value unread",
    ],
)  # fmt: skip
def test_at_least_one_per_scope(
    logs: dict[str, Any], unread: tuple[str, ...], expected: tuple[str, str | None]
) -> None:
    run = regions(EU, US)
    for scope, enabled in logs.items():
        log(run, scope, enabled=enabled)
    for scope in unread:
        run.lose("aws.log_source", scope, whole=scope not in logs)
    assert judged(run, logging_rule("T-1")).found() == expected


def test_at_least_one_in_an_account_finds_what_lies_in_its_regions() -> None:
    run = regions(EU, US)
    log(run, US)
    rule = logging_rule("T-1", population={"of": "aws", "scopes": "account"})
    assert judged(run, rule).found() == ("pass", None)


def test_every_scope_needs_at_least_something_said_about_it() -> None:
    run = regions(EU, US)
    log(run, EU)
    rule = logging_rule("T-1", quantifier="every")
    assert judged(run, rule).found() == ("unknown", "not_exposed")
    log(run, US)
    assert judged(run, rule).found() == ("pass", None)


def _count(operator: str, limit: int, *states: Any, unread: bool = False, level: str | None = None) -> Any:
    run = accounts("a")
    for number, state in enumerate(states):
        key(run, subject=f"key-{number}", state=state)
    if unread:
        run.lose("aws.credential", "a")
    population = {"scopes": level} if level else {}
    return judged(run, make_rule(quantifier="count", limit={operator: limit}, population=population))


UNREAD = {"state": "unread", "why": "denied"}


@pytest.mark.parametrize("level", [None, "account"])
@pytest.mark.parametrize(
    ("operator", "limit", "states", "unread", "expected"),
    [
        ("at_most", 2, ("active", "active"), False, "pass"),
        ("at_most", 1, ("active", "active"), False, "fail"),
        ("at_most", 1, ("active", "active"), True, "fail"),
        ("at_most", 2, ("active", "active"), True, "unknown"),
        ("at_most", 1, ("active", UNREAD), False, "unknown"),
        ("at_most", 2, ("active", UNREAD), False, "pass"),
        ("at_most", 0, (), False, "no_population"),
        ("at_least", 1, ("active",), False, "pass"),
        ("at_least", 2, ("active",), False, "fail"),
        ("at_least", 2, ("active",), True, "unknown"),
        ("at_least", 1, (), False, "fail"),
        ("at_least", 2, ("active", UNREAD), False, "unknown"),
        ("at_least", 3, ("active", UNREAD), False, "fail"),
    ],
)
def test_count(
    operator: str, limit: int, states: tuple[Any, ...], unread: bool, expected: str, level: str | None
) -> None:
    made = _count(operator, limit, *states, unread=unread, level=level)
    assert made.rule().result == expected
    assert made.rule().counts.shown == len(states)
    assert made.assessment.items_total == len(made.items)


def _ratio(done: int, not_done: int, unmatched: int, monkeypatch: pytest.MonkeyPatch, *, unread: bool = False) -> Any:
    def matched(record: Record, rule: Rule, context: Context) -> Outcome:
        """By the state of the key."""
        state = getattr(record.data, "state", None)
        if state == "unmatched":
            return outcome.unknown(record, UnknownReason.IDENTITY_UNMATCHED, "nobody is matched")
        return outcome.passed(record) if state == "done" else outcome.failed(record, "not done")

    monkeypatch.setitem(PREDICATES, "matched", Predicate(name="matched", judge=matched, says="x"))
    run = accounts("a")
    states = ["done"] * done + ["not"] * not_done + ["unmatched"] * unmatched
    for number, state in enumerate(states):
        key(run, subject=f"key-{number}", state=state)
    if unread:
        run.lose("aws.credential", "a", whole=False)
    rule = make_rule(quantifier="ratio", predicate="matched", limit={"at_least": 90})
    return judged(run, rule).found()


@pytest.mark.parametrize(
    ("done", "not_done", "unmatched", "unread", "expected"),
    [
        (90, 10, 0, False, ("pass", None)),
        (89, 11, 0, False, ("fail", None)),
        (90, 10, 0, True, ("unknown", "scopes_unread")),
        (92, 4, 4, False, ("pass", None)),
        (88, 8, 4, False, ("fail", None)),
        (92, 0, 8, False, ("unknown", "identity_unmatched")),
        (50, 40, 10, False, ("fail", None)),
    ],
    ids=[
        "enough", "too few", "partly unread", "few unmatched count as not done", "few unmatched, too few done",
        "too many unmatched block a pass", "too many unmatched never block a fail",
    ],
)  # fmt: skip
def test_ratio(
    done: int,
    not_done: int,
    unmatched: int,
    unread: bool,
    expected: tuple[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _ratio(done, not_done, unmatched, monkeypatch, unread=unread) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-09-29T05:59:59Z", ("unknown", "invalid_record")),
        ("2026-09-29T06:00:00.250Z", ("pass", None)),
        ("2026-09-29T06:10:01Z", ("unknown", "invalid_record")),
        ("2027-01-01T00:00:00Z", ("unknown", "invalid_record")),
    ],
    ids=["before the run", "with fractions", "after the moment of judging", "next year"],
)
def test_a_record_from_outside_its_run_is_invalid(at: str, expected: tuple[str, str | None]) -> None:
    run = accounts("a")
    key(run, at=at)
    made = judged(run, make_rule())
    assert made.found() == expected
    assert bool(made.assessment.internal_errors) == (expected[0] == "unknown")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-10-06T06:00:00Z", ("pass", None, False)),
        ("2026-10-07T06:00:00Z", ("unknown", "stale", True)),
        ("2026-09-30", ("pass", None, False)),
        ("2026-10-08", ("unknown", "stale", True)),
    ],
)
def test_r6_a_pass_that_is_too_old_is_none(as_of: str, expected: tuple[str, str | None, bool]) -> None:
    run = accounts("a")
    key(run)
    made = judged(run, make_rule(), make_rule("NONE", quantifier="none", condition={"state": {"is": "x"}}), as_of=as_of)
    assert (*made.found(), made.rule().stale) == expected
    assert made.found("NONE") == expected[:2]


def test_an_old_violation_is_still_one() -> None:
    run = accounts("a")
    key(run, state="leaked")
    assert judged(run, make_rule(), as_of="2027-01-01").found() == ("fail", None)


def test_of_several_reasons_age_is_said_last() -> None:
    run = accounts("a")
    key(run)
    key(run, subject="key-2", state={"state": "not_exposed"})
    made = judged(run, make_rule(), as_of="2027-01-01")
    assert (*made.found(), made.rule().stale) == ("unknown", "not_exposed", False)


def test_the_age_of_a_dated_record_is_its_own_day() -> None:
    def of(day: Any, **asked: Any) -> tuple[str, str | None]:
        run = accounts("a")
        run.supply("review", [{"of": "seats", "on": day}])
        rule = make_rule(reads="review", condition={"of": {"is": "seats"}}, max_age="review", strength="operating")
        return judged(run, rule, **asked).found()

    assert of("2026-07-01") == ("pass", None)
    assert of("2026-06-30") == ("unknown", "stale")
    assert of({"state": "absent"}) == ("unknown", "not_exposed")
    assert of("2026-10-05") == ("unknown", "invalid_record")


def test_in_at_least_one_a_stale_record_does_not_stand_in_for_a_fresh_one() -> None:
    run = regions(EU)
    log(run, EU, enabled=False, subject="off", last_event="2026-09-29T06:00:00Z")
    log(run, EU, enabled=True, subject="on", last_event="2026-09-01T06:00:00Z")
    rule = logging_rule("T-1", max_age="heartbeat")
    assert judged(run, rule).found() == ("unknown", "stale")
    log(run, EU, enabled=True, subject="on too", last_event="2026-09-29T05:30:00Z")
    assert judged(run, rule).found() == ("pass", None)


def test_a_decision_that_leaves_items_out_makes_their_population_smaller() -> None:
    run = regions(EU, US)
    log(run, EU)
    decide(run, {"setting": "aws.bedrock.invocation_logging", "value": "not_required", "applies_to": US})
    made = judged(run, logging_rule("T-1"))
    assert made.found() == ("pass", None)
    assert (made.rule().counts.items, made.rule().counts.not_required) == (1, 1)
    assert made.item(US).verdict == "shown"


def test_the_criterion_belongs_to_the_item_and_both_sorts_make_a_gap() -> None:
    run = regions(EU, US)
    decide(run, {"setting": "aws.bedrock.invocation_logging", "value": "required", "applies_to": US})
    made = judged(run, logging_rule("T-1"))
    assert {item.subject: item.criterion for item in made.items} == {EU: "annexa_default", US: "organisation"}
    assert (made.rule().fails_own_rule, made.rule().fails_default) == (1, 1)
    assert made.control().status == "gap"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("not_supplied", ("fail", None)),
        ("unreadable", ("unknown", "criterion_unread")),
        ("invalid_rows", ("unknown", "criterion_unread")),
    ],
)
def test_a_register_of_decisions_that_was_not_read_never_falls_back(
    state: str, expected: tuple[str, str | None]
) -> None:
    run = regions(EU)
    run.supply("decision", state=state)
    log(run, EU, enabled=False)
    assert judged(run, logging_rule("T-1")).found() == expected


def test_without_decision_and_default_the_criterion_is_unset() -> None:
    run = regions(EU)
    log(run, EU, enabled=False)
    rule = logging_rule("T-1", criterion={"decided": "aws.bedrock.invocation_logging"})
    assert judged(run, rule).found() == ("unknown", "criterion_unset")


def test_unread_parameters_let_nothing_pass_and_no_threshold_fail() -> None:
    run = accounts("a")
    key(run)
    run.supply("parameter", state="unreadable")
    aged = {"created": {"within": {"parameter": "key_age_days"}}}
    old = make_rule("OLD", condition=aged, criterion={"parameter": "key_age_days"})
    broken = make_rule("BROKEN", condition={"state": {"is": "other"}})
    run.add("credential", "a", subject="old", type="key", owner="kim", state="active", created="2020-01-01T00:00:00Z")
    made = judged(run, make_rule(), old, broken)
    assert made.found() == ("unknown", "criterion_unread")
    assert made.found("OLD")[0] == "unknown"
    assert made.found("BROKEN") == ("fail", None)


def test_a_joined_kind_that_was_not_read_whole_blocks_a_pass() -> None:
    run = accounts("a")
    key(run)
    run.collects("identity", per="account")
    rule = make_rule(joins=("identity",))
    assert judged(run, rule).found() == ("pass", None)
    run.lose("aws.identity", "a", reason=Reason.THROTTLED)
    made = judged(run, rule)
    assert made.found() == ("unknown", "scopes_unread")
    assert [spot.reason for spot in made.assessment.blind_spots] == ["throttled"]


def test_sightings_of_one_subject_are_one_item_and_one_finding() -> None:
    run = SmallRun()
    for name in ("okta:main", "entra:main", "google:main"):
        run.source(name, "o-example")
        run.add("application", "o-example", source=name, subject="notes.example", vendor_id="notes", verified=False)
    run.collects("application", per="source")
    made = judged(run, make_rule(reads="application", condition={"verified": {"is": True}}))
    assert made.rule().counts.items == made.rule().counts.failed == 1
    (finding,) = made.findings
    assert len(finding.sightings) == 2
    assert len(finding.records) == 3


def test_parameters_of_a_rule_are_printed_with_it() -> None:
    run = set_parameters(accounts("a"), key_age_days=30)
    key(run, created="2026-09-20T00:00:00Z")
    aged = {"created": {"within": {"parameter": "key_age_days"}}}
    made = judged(run, make_rule(condition=aged, criterion={"parameter": "key_age_days"}))
    assert made.found() == ("pass", None)
    assert made.rule().parameters == {"key_age_days": 30, "snapshot_stale_days": 7}
