"""The situations that the engine must get right, each by its name; rules are written here where none is shipped."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from annexa.evidence.record import Record
from annexa.mappings import outcome
from annexa.mappings.context import Context
from annexa.mappings.outcome import Outcome
from annexa.mappings.predicate import PREDICATES, Predicate
from annexa.mappings.rule import Rule
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Reason, UnknownReason
from annexa.tests.mappings.judging import (
    ACCOUNT,
    ASIA,
    EU,
    LOGGING,
    RETENTION,
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
)

FOURTH = f"{ACCOUNT}/eu-central-1"
Case = Callable[[], tuple[object, object]]
CASES: dict[str, Case] = {}


def situation(name: str) -> Callable[[Case], Case]:
    """A situation gives what is found and what is expected."""

    def enter(case: Case) -> Case:
        CASES[name] = case
        return case

    return enter


def four_regions(*, off: str | None = None) -> SmallRun:
    run = regions(EU, US, ASIA, FOURTH)
    for path in (EU, US, ASIA):
        log(run, path, enabled=path != off)
    run.lose("aws.log_source", FOURTH)
    return run


@situation("1 of 4 used regions denied, other three log")
def _() -> tuple[object, object]:
    made = judged(four_regions(), logging_rule("T-1"))
    spots = [spot.scope for spot in made.assessment.blind_spots]
    return (*made.found(), spots), ("unknown", "scopes_unread", [FOURTH])


@situation("1 of 4 used regions denied, one of the rest off")
def _() -> tuple[object, object]:
    return judged(four_regions(off=US), logging_rule("T-1")).found(), ("fail", None)


@situation("region where only model calls are made, no resource, metrics unread")
def _() -> tuple[object, object]:
    run = regions(EU, US, used=[EU])
    run.lose("aws.signal", US)
    for path in (EU, US):
        log(run, path)
    made = judged(run, logging_rule("T-1"))
    return (*made.found(), made.item(US).reason), ("unknown", "use_unknown", "use_unknown")


@situation("one region configured, the account uses four")
def _() -> tuple[object, object]:
    run = regions(EU, US, ASIA, FOURTH)
    log(run, EU)
    for path in (US, ASIA, FOURTH):
        run.lose("aws.log_source", path, reason=Reason.EXCLUDED, cure=None)
    made = judged(run, logging_rule("T-1"))
    shown = len(made.assessment.page_one.excluded_scopes)
    return (made.rule().result, len(made.assessment.blind_spots), shown), ("unknown", 3, 3)


def guardrails(*, used: list[str] | None, use_unread: bool = False) -> Judged:
    run = regions(EU, used=used)
    run.collects("enforcement", per="region")
    if use_unread:
        run.lose("aws.signal", EU)
    population = {"of": "aws", "scopes": "region", "used": "bedrock"}
    return judged(
        run, logging_rule("T-1", reads="enforcement", population=population, condition={"level": {"is": "account"}})
    )


@situation("no guardrail in a region with use")
def _() -> tuple[object, object]:
    return guardrails(used=None).found(), ("fail", None)


@situation("no guardrail in a region without use")
def _() -> tuple[object, object]:
    return guardrails(used=[]).found(), ("no_population", None)


@situation("no guardrail in a region of which nobody knows whether it is used")
def _() -> tuple[object, object]:
    return guardrails(used=[], use_unread=True).found(), ("unknown", "use_unknown")


def six_accounts(*, denied: bool = False) -> Judged:
    run = accounts(*"abcdef")
    if denied:
        run.lose("aws.credential", "f")
    return judged(run, make_rule(quantifier="none", condition={"long_term": {"is": True}}))


@situation("no long-term key in any account, all accounts read")
def _() -> tuple[object, object]:
    made = six_accounts()
    counts = made.rule().counts
    return (*made.found(), counts.read_scopes, counts.items), ("pass", None, 6, 0)


@situation("no long-term key in any account, one denied")
def _() -> tuple[object, object]:
    made = six_accounts(denied=True)
    return (*made.found(), made.rule().counts.read_scopes), ("unknown", "scopes_unread", 5)


def retention(value: Any, *, basis: str = "explicit", must: Any = None) -> Judged:
    run = SmallRun()
    run.add("setting", "o-example", name=RETENTION, value=value, basis=basis)
    decide(run, must or {"setting": RETENTION, "value": "none"})
    rule = make_rule(
        reads="setting", condition={"value": {"decided": RETENTION}}, criterion={"decided": RETENTION}, control="A.8.20"
    )
    return judged(run, rule, needs={"A.8.20": [{"rules": ["T-1"]}]})


@situation("a value whose meaning is open (OpenAI project retention `none` is one)")
def _() -> tuple[object, object]:
    return retention("inherit").found(), ("unknown", "ambiguous_value")


@situation("any unseen enum value")
def _() -> tuple[object, object]:
    made = retention("half_day")
    return (*made.found(), bool(made.assessment.internal_errors)), ("unknown", "unknown_value", True)


@situation("setting only log-derivable, never changed")
def _() -> tuple[object, object]:
    return retention({"state": "not_exposed"}).found(), ("unknown", "not_exposed")


@situation("setting only log-derivable, explicit event")
def _() -> tuple[object, object]:
    made = retention("none", basis="log_inferred")
    return (*made.found(), made.state(1, "A.8.20")), ("pass", None, ("unmet", "basis_not_accepted"))


@situation("seat with null activity")
def _() -> tuple[object, object]:
    run = accounts("a")
    for number, seen in enumerate(["2026-09-20T00:00:00Z", {"state": "not_exposed"}]):
        run.add("identity", "a", subject=f"seat-{number}", last_seen=seen)
    rule = make_rule(reads="identity", condition={"last_seen": {"within": {"parameter": "unused_seat_days"}}})
    made = judged(run, rule)
    return (*made.found(), made.rule().stale, made.item("seat-1").reason), (
        "unknown",
        "not_exposed",
        False,
        "not_exposed",
    )


@situation("audit-log endpoint returns an empty list")
def _() -> tuple[object, object]:
    run = SmallRun()
    run.collects("alert", per="source")
    rule = make_rule(reads="alert", strength="operating", condition={"state": {"is": "closed"}})
    return judged(run, rule).found(), ("unknown", "empty_log")


@situation("access review 91 days old, cadence 90")
def _() -> tuple[object, object]:
    run = SmallRun()
    run.supply("review", [{"of": "seats", "on": "2026-06-30"}])
    rule = make_rule(reads="review", condition={"of": {"is": "seats"}}, max_age="review", strength="operating")
    made = judged(run, rule, needs={"A.8.15": [{"rules": ["T-1"], "accepts": ["operating"]}]})
    return (*made.found(), made.rule().stale, made.state()), ("unknown", "stale", True, ("stale", None))


ENTRY = {
    "exception_id": "EX-1", "rule": "T-1", "subjects": ["key-1"], "reason": "x", "risk": "R-1", "compensating": "x",
    "requester": "kim", "approver": "lee", "start": "2026-08-01", "expires": "2026-10-31",
}  # fmt: skip
GOVERNED = {"reads": "exception", "predicate": "exception_in_order", "control": "A.5.36"}


def excepted(state: Any = "leaked", subject: str = "key-1", **entry: Any) -> Judged:
    run = accounts("a")
    key(run, subject=subject, state=state)
    run.supply("exception", [{**ENTRY, **entry}])
    return judged(run, make_rule(), make_rule("GOV", **GOVERNED))


@situation("exception expired yesterday")
def _() -> tuple[object, object]:
    made = excepted(expires="2026-09-28")
    return (made.control().status, made.control("A.5.36").status, len(made.findings)), ("gap", "gap", 2)


@situation("exception on an unknown")
def _() -> tuple[object, object]:
    made = excepted({"state": "unread", "why": "denied"})
    refused = made.assessment.page_one.refused_exceptions
    return (*made.found(), refused), ("unknown", "unread", ("EX-1: aimed_at_unknown (key-1)",))


@situation("new subject under an old exception")
def _() -> tuple[object, object]:
    made = excepted(subject="key-2")
    return (made.found()[0], made.control().status), ("fail", "gap")


@situation("attestation without approver")
def _() -> tuple[object, object]:
    run = SmallRun()
    said = {
        "statement": "Off.", "about": "training", "value": True, "attester": "kim", "role": "ciso",
        "stated_on": "2026-09-01", "period_from": "2026-01-01", "period_until": "2026-12-31", "document": "a.pdf",
        "document_sha256": "0" * 64, "version": "1", "next_review": "2027-01-01",
    }  # fmt: skip
    run.supply("attestation", [said])
    made = judged(run, make_rule(reads="attestation", condition={"value": {"is": True}}, strength="attested"))
    return made.found(), ("unknown", "attestation_incomplete")


def leavers(matched: int, unmatched: int, leaver: bool) -> Judged:
    """Every active account is matched to somebody who is still there."""

    def still_there(record: Record, rule: Rule, context: Context) -> Outcome:
        """By the state of the account."""
        state = getattr(record.data, "state", None)
        if state == "unmatched":
            return outcome.unknown(record, UnknownReason.IDENTITY_UNMATCHED, "matched to nobody")
        return outcome.failed(record, "left") if state == "left" else outcome.passed(record)

    PREDICATES["still_there"] = Predicate(name="still_there", judge=still_there, says="x")
    try:
        run = accounts("a")
        states = ["there"] * (matched - leaver) + ["left"] * leaver + ["unmatched"] * unmatched
        for number, state in enumerate(states):
            key(run, subject=f"key-{number}", state=state)
        return judged(run, make_rule(predicate="still_there"))
    finally:
        del PREDICATES["still_there"]


@situation("join 90 %, a matched leaver has a key")
def _() -> tuple[object, object]:
    return leavers(90, 10, leaver=True).found(), ("fail", None)


@situation("join 96 %, no leaver matched")
def _() -> tuple[object, object]:
    made = leavers(96, 4, leaver=False)
    listed = sum(item.reason == "identity_unmatched" for item in made.items)
    return (*made.found(), listed), ("unknown", "identity_unmatched", 4)


def soa(*, claims: list[str], agents: bool, denied: bool = False) -> Judged:
    run = SmallRun()
    run.collects("ai_system", per="source")
    if agents:
        run.add("ai_system", "o-example", subject="agent-1", category="agent", provider="bedrock")
    if denied:
        run.lose("aws.ai_system", "o-example")
    row = {"control": "A.8.25", "applicable": False, "justification": "No agents", "claims_none_of": claims}
    run.supply("soa_row", [row])
    rule = make_rule("GOV", reads="soa_row", predicate="soa_contradiction", control="c6.1.3", strength="refute_only")
    return judged(run, rule)


def said(made: Judged) -> tuple[object, ...]:
    control = made.control("A.8.25")
    return control.status, control.exclusion, made.found("GOV"), made.control("c6.1.3").status


@situation("SoA excludes 8.25 claiming no agents, an agent exists")
def _() -> tuple[object, object]:
    found = said(soa(claims=["ai_agents"], agents=True))
    return found, ("excluded", "activity_seen", ("fail", None), "gap")


@situation("SoA excludes 8.25 without a claim, an agent exists")
def _() -> tuple[object, object]:
    found = said(soa(claims=[], agents=True))
    return found, ("excluded", "activity_seen", ("unknown", "challenge"), "not_assessed")


@situation("SoA excludes 8.25, the list of agents is denied")
def _() -> tuple[object, object]:
    found = said(soa(claims=["ai_agents"], agents=False, denied=True))
    return found, ("excluded", "not_verified", ("unknown", "scopes_unread"), "not_assessed")


@situation("SoA excludes 8.25, enumerated, none")
def _() -> tuple[object, object]:
    return said(soa(claims=["ai_agents"], agents=False))[:3], ("excluded", "verified", ("pass", None))


@situation("91-day key, organisation set no rule")
def _() -> tuple[object, object]:
    run = accounts("a")
    key(run, created="2026-06-30T00:00:00Z")
    aged = {"created": {"within": {"parameter": "key_age_days"}}}
    made = judged(run, make_rule(condition=aged, criterion={"parameter": "key_age_days"}))
    return (made.found()[0], made.control().status), ("fail", "below_default")


@situation("low-severity fail against the organisation's own rule")
def _() -> tuple[object, object]:
    log(run := regions(EU), EU, enabled=False)
    decide(run, {"setting": LOGGING, "value": "required"})
    return judged(run, logging_rule("T-1", severity="low")).control().status, "gap"


@situation("rule switched off")
def _() -> tuple[object, object]:
    run = accounts("a")
    run.supply("parameter", [{"name": "rule:T-1", "value": False, "set_by": "organisation"}])
    made = judged(run, make_rule(), needs={"A.8.15": [{"rules": ["T-1"]}]})
    return (made.state(), made.assessment.page_one.disabled_rules), (("unmet", "disabled_by_organisation"), ("T-1",))


def notion(**entry: Any) -> Judged:
    run = accounts("a")
    key(run)
    run.supply("register_entry", [{"name": "Tool", "identifiers": ["x"], **entry}])
    return judged(run, make_rule(), make_rule("NOTION", population={"of": "notion"}, control="A.5.9"))


@situation("vendor unused everywhere")
def _() -> tuple[object, object]:
    made = notion(supplier="Example AG")
    listed = made.assessment.page_one.not_used
    return (made.found("NOTION"), listed, made.assessment.blind_spots), (
        ("no_population", None), ("notion, as far as these 2 sources show",), (),
    )  # fmt: skip


@situation("vendor used but not connected")
def _() -> tuple[object, object]:
    made = notion(supplier="Notion Labs")
    (spot,) = made.assessment.blind_spots
    return (*made.found("NOTION"), spot.reason, spot.rules, len(made.assessment.page_one.not_connected)), (
        "unknown", "not_connected", "not_connected", ("NOTION",), 1,
    )  # fmt: skip


@situation("vendor not connected, and nobody looked whether it is used")
def _() -> tuple[object, object]:
    key(run := accounts("a"))
    made = judged(run, make_rule(), make_rule("NOTION", population={"of": "notion"}, control="A.5.9"))
    return (made.found("NOTION"), made.assessment.page_one.not_used), (("unknown", "not_connected"), ())


@situation("one admin, a decision names an alternative")
def _() -> tuple[object, object]:
    """The alternative's own evidence is judged, and the first criterion is not."""
    run = accounts("a")
    key(run, state="leaked")
    decide(run, {"setting": LOGGING, "value": "not_required"})
    run.supply("review", [{"of": "admin log", "on": "2026-09-20"}])
    first = make_rule("FIRST", criterion={"decided": LOGGING, "default": "required"})
    other = make_rule(
        "OTHER", reads="review", condition={"of": {"is": "admin log"}}, strength="operating", max_age="review"
    )
    made = judged(
        run, first, other, needs={"A.8.15": [{"rules": ["FIRST", "OTHER"], "accepts": ["design", "operating"]}]}
    )
    return (made.found("FIRST")[0], made.found("OTHER")[0], made.state()), ("no_population", "pass", ("met", None))


@situation("an organisation-wide read returns 3 of 6, no error")
def _() -> tuple[object, object]:
    key(run := accounts("a"))
    run.lose("aws.credential", "a", reason=Reason.VISIBILITY_UNPROVED, whole=False)
    made = judged(run, make_rule())
    return (*made.found(), made.assessment.blind_spots[0].reason), (
        "unknown",
        "visibility_unproved",
        "visibility_unproved",
    )


@situation("re-judged six weeks later")
def _() -> tuple[object, object]:
    log(run := four_regions(), FOURTH)
    first = accounts("a", run=SmallRun(run_id="run-0", day="2026-08-30"))

    def whole() -> bytes:
        made = judged(run.build(), logging_rule(), make_rule(), earlier=[first.build()])
        return msgspec.json.encode((made.assessment, made.findings, made.items))

    return whole(), whole()


@situation("tenant closed after a fail")
def _() -> tuple[object, object]:
    key(first := accounts("a", run=SmallRun(run_id="run-0", day="2026-08-30")), state="leaked")
    run = SmallRun()
    run.sources.clear()
    run.supply("decision")
    open_ = judged(run, make_rule(), earlier=[first]).found()
    run.supply("retirement", [{"what": "o-example", "reason": "Closed.", "approver": "ciso", "on": "2026-09-20"}])
    return (open_[0], judged(run, make_rule(), earlier=[first]).found()[0]), ("fail", "unknown")


@situation("collected in the future")
def _() -> tuple[object, object]:
    key(run := accounts("a"), at="2026-10-01T00:00:00Z")
    return judged(run, make_rule()).found(), ("unknown", "invalid_record")


@situation("collected before the run")
def _() -> tuple[object, object]:
    key(run := accounts("a"), at="2026-09-28T00:00:00Z")
    return judged(run, make_rule()).found(), ("unknown", "invalid_record")


@situation("same app at three sources")
def _() -> tuple[object, object]:
    run = SmallRun()
    run.collects("application", per="source")
    for name in ("okta:main", "entra:main", "google:main"):
        run.source(name, "o-example")
        run.add("application", "o-example", source=name, subject="notes", vendor_id="notes", verified=False)
    made = judged(run, make_rule(reads="application", condition={"verified": {"is": True}}))
    sightings = {made.findings[0].source, *(word.partition(" ")[0] for word in made.findings[0].sightings)}
    return (made.rule().counts.items, len(made.findings), sightings), (1, 1, {"okta:main", "entra:main", "google:main"})


@pytest.mark.parametrize("name", CASES)
def test_situation(name: str) -> None:
    found, expected = CASES[name]()
    assert found == expected
