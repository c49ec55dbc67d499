"""Nothing unread moves a status towards comfort: whatever is lost from a small run, no result and no status improves."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from annexa.evidence.record import Record
from annexa.mappings.results import ControlResult, ItemResult
from annexa.mappings.small_run import ORGANISATION, REGISTERS, SmallRun
from annexa.schemas.words import Reason
from annexa.tests.mappings.judging import DECIDED, LOGGING, Judged, judged, logging_rule, make_rule

RANK = {"fail": 0, "unknown": 1, "no_population": 1, "pass": 2}
STATUS = {
    "gap": 0, "gap_accepted": 1, "below_default": 2, "not_assessed": 3, "incomplete": 4, "stale": 4, "on_file": 5,
    "supported": 6,
}  # fmt: skip
COMFORT = {"stale", "on_file", "supported"}
ACCOUNTS, REGIONS = ("1", "2"), ("1/eu", "1/us", "2/eu")
AGED = {"created": {"within": {"parameter": "key_age_days"}}}
REQUIRED = {"decided": LOGGING, "default": "required"}
RULES = (
    make_rule("EVERY", control="A.8.20"),
    make_rule("NONE", quantifier="none", condition={"state": {"is": "leaked"}}, control="A.8.3"),
    make_rule("AGED", condition=AGED, criterion={"parameter": "key_age_days"}, control="A.8.5"),
    make_rule("DEFAULT", criterion=REQUIRED, control="A.8.6"),
    make_rule("FEW", quantifier="count", limit={"at_most": 1}, control="A.8.2", population={"scopes": "account"}),
    make_rule("SOME", quantifier="count", limit={"at_least": 2}, control="A.8.7"),
    make_rule("MOST", quantifier="ratio", limit={"at_least": 60}, control="A.8.8"),
    logging_rule("LOG", control="A.8.26"),
    make_rule(
        "USED", reads="log_source", population={"of": "aws", "used": "bedrock"}, condition={"enabled": {"is": True}},
        control="A.8.19",
    ),
    make_rule(
        "KNOWN", reads="ai_system", predicate="in_register", joins=("register_entry",), control="A.5.9",
        secondary=[{"control": "A.5.10", "reason": "It says so."}],
    ),
    make_rule("SOA", reads="soa_row", predicate="soa_contradiction", control="c6.1.3", strength="refute_only"),
    make_rule("EXCEPTED", reads="exception", predicate="exception_in_order", control="A.5.36"),
)  # fmt: skip
NEEDS = {
    "A.8.20": [{"rules": ["EVERY"]}],
    "A.8.3": [{"rules": ["NONE"]}, {"document": "Rule"}],
    "A.5.10": [{"rules": ["KNOWN"]}, {"document": "Rule"}],
    "A.5.20": [{"document": "Rule"}, {"document": "Other"}],
}
UNREAD = {"state": "unread", "why": "denied"}
PAPER = {
    "sha256": "0" * 64, "owner": "kim", "approver": "lee", "version": "2", "approved_on": "2026-03-01",
    "next_review": "2027-03-01",
}  # fmt: skip
ENTRY = {
    "exception_id": "EX-1", "rule": "EVERY", "reason": "x", "risk": "R-1", "compensating": "x", "requester": "kim",
    "approver": "lee", "start": "2026-09-01", "expires": "2026-10-31",
}  # fmt: skip

NOWHERE = ("aws:main", "o-example")
"""A unit that was not even planned."""

keys = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(["active"] * 4 + ["leaked", UNREAD, {"state": "ambiguous", "raw": "x"}]),
        st.sampled_from(["2026-09-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
    ),
    max_size=4,
)
per_region = st.fixed_dictionaries({path: st.sampled_from([True, True, None, False]) for path in REGIONS})


@st.composite
def runs(draw: st.DrawFn) -> SmallRun:
    """A small run over two accounts and three regions, with registers."""
    run = SmallRun()
    for path in ACCOUNTS:
        run.scope(path, "account", state=draw(st.sampled_from(["enabled"] * 7 + ["disabled"])))
    for path in REGIONS:
        run.scope(path, "region", state=draw(st.sampled_from(["enabled"] * 7 + ["disabled"])))
    enabled = {record.scope for record in run.records if getattr(record.data, "state", None) == "enabled"}
    enabled -= {path for path in enabled if path.partition("/")[0] not in enabled}
    run.collects("credential", per="account")
    run.collects("log_source", per="region")
    run.collects("usage", per="region", name="aws.signal", signals="bedrock", service="cloudwatch")
    run.collects("ai_system", per="region")
    for number, (scope, state, created) in enumerate(draw(keys)):
        if scope in enabled:
            run.add("credential", scope, subject=f"key-{number}", type="key", owner="kim", state=state, created=created)
    for path, on in draw(per_region).items():
        if on is not None and path in enabled:
            run.add("log_source", path, subject=f"log-{path}", name="log", enabled=on)
    for path, used in draw(per_region).items():
        if used is not None and path in enabled:
            run.add(
                "usage",
                path,
                collector="aws.signal",
                subject=f"use-{path}",
                signal="m",
                service="bedrock",
                count=int(used),
            )
    for path, agent in draw(per_region).items():
        if agent and path in enabled:
            run.add("ai_system", path, subject=f"agent-{path}", category="agent", provider="bedrock")
    _registers(draw, run)
    return run


def _registers(draw: st.DrawFn, run: SmallRun) -> None:
    places = st.sampled_from(["organisation", *REGIONS])
    decisions = st.lists(st.tuples(st.sampled_from(["required", "not_required"]), places), max_size=2)
    rows = [
        {
            "setting": LOGGING,
            "must": "be",
            "value": value,
            "applies_to": place,
            **DECIDED,
            "approved_on": f"2026-01-0{at}",
        }
        for at, (value, place) in enumerate(draw(decisions), 1)
    ]
    run.supply("decision", rows)
    values = draw(st.lists(st.sampled_from([30, 365]), max_size=1))
    parameters = [{"name": "key_age_days", "value": value, "set_by": "organisation"} for value in values]
    off = draw(st.lists(st.sampled_from(["EVERY", "LOG"]), max_size=1))
    parameters += [{"name": f"rule:{rule}", "value": False, "set_by": "organisation"} for rule in off]
    run.supply("parameter", parameters)
    run.supply("register_entry", draw(st.lists(st.just({"name": "All", "identifiers": ["agent-*"]}), max_size=1)))
    claims = draw(st.lists(st.sampled_from([(), ("ai_agents",)]), max_size=1))
    excluded = {"control": "A.8.25", "applicable": False, "justification": "No agents"}
    run.supply("soa_row", [{**excluded, "claims_none_of": claim} for claim in claims])
    subjects = draw(st.lists(st.sampled_from([("key-0",), ("key-0", "key-1")]), max_size=1))
    run.supply("exception", [{**ENTRY, "subjects": named} for named in subjects])
    titles = draw(st.sampled_from([(), ("Rule",), ("Rule", "Other")]))
    run.supply("document", [{"title": title, **PAPER} for title in titles])


def unit_of(record: Record, run: SmallRun) -> str:
    """The scope of the unit that brought a record."""
    per = run.collectors[record.provenance.collector].per
    if per == "source":
        return run.sources[record.source].tenant
    return record.scope.partition("/")[0] if per == "account" else record.scope


@st.composite
def losses(draw: st.DrawFn) -> tuple[SmallRun, SmallRun, str, list[Record]]:
    """A run, the same with something lost, of which kind, and the records that were lost."""
    run = draw(runs())
    poorer = copy.deepcopy(run)
    if draw(st.booleans()):
        kind = draw(st.sampled_from(sorted({record.kind for record in run.records})))
        lost = [draw(st.sampled_from([record for record in run.records if record.kind == kind]))]
        subject: str | None = lost[0].data.subject
        name, unit, source = lost[0].provenance.collector, unit_of(lost[0], run), lost[0].source
    else:
        name = draw(st.sampled_from(sorted(run.collectors)))
        units = sorted({(one.source, one.scope) for one in run.build().units() if one.collector == name} or {NOWHERE})
        source, unit = draw(st.sampled_from(units))
        lost = [
            record
            for record in run.records
            if (record.source, record.provenance.collector, unit_of(record, run)) == (source, name, unit)
        ]
        subject = None
        if lost and draw(st.booleans()):
            lost = lost[len(lost) // 2 :]
    gone = {record.record_id for record in lost}
    poorer.records = [record for record in poorer.records if record.record_id not in gone]
    reason = draw(st.sampled_from([Reason.DENIED, Reason.THROTTLED, Reason.VISIBILITY_UNPROVED]))
    if source == REGISTERS:
        reason = Reason.INVALID_ANSWER
    whole = subject is None and not any(
        (record.source, record.provenance.collector, unit_of(record, run)) == (source, name, unit)
        for record in poorer.records
    )
    if draw(st.integers(0, 4)) or source == REGISTERS:
        poorer.lose(name, unit, subject=subject, source=source, reason=reason, whole=whole)
    else:
        poorer.drop_unit(name, unit)
    return run, poorer, run.collectors[name].yields[0].kind, lost


def look(run: SmallRun, *earlier: SmallRun) -> Judged:
    return judged(run, *RULES, earlier=earlier, needs=NEEDS)


def rests_on(item: ItemResult, rule: Any, kind: str, lost: list[Record]) -> bool:
    """Whether a failing item rests on anything that was lost: record, criterion, join, scope, or the whole number."""
    everything = ("decision", "parameter", *rule.joins)
    if not item.records or kind in everything or (rule.id, kind) == ("SOA", "ai_system"):
        return True
    return any(
        record.record_id in item.records
        or (record.scope == item.scope and (rule.population.used or record.kind == "scope"))
        for record in lost
    )


def freed(before: Judged, kind: str, lost: list[Record]) -> set[str]:
    """Rules of which a failing item rests on what was lost."""
    rules = {rule.id: rule for rule in RULES}
    failing = [item for item in before.items if item.verdict == "fail"]
    return {item.rule for item in failing if rests_on(item, rules[item.rule], kind, lost)}


def verified(control: ControlResult) -> bool:
    return control.status == "excluded" and control.exclusion == "verified"


@settings(max_examples=150, deadline=None)
@given(losses())
def test_nothing_unread_moves_a_status_towards_comfort(what: tuple[SmallRun, SmallRun, str, list[Record]]) -> None:
    run, poorer, kind, lost = what
    before, after = look(run), look(poorer)
    free = freed(before, kind, lost)
    for rule in RULES:
        old, new = before.rule(rule.id), after.rule(rule.id)
        if rule.id in free:
            assert new.result not in ("pass", "no_population"), (rule.id, old.result, new.result)
        elif not old.disabled:
            assert RANK[new.result] <= RANK[old.result], (rule.id, old.result, new.result, new.reason)
        else:
            assert new.result != "pass", rule.id
    controls = {rule.control for rule in RULES if rule.id in free}
    for old_control, new_control in zip(before.assessment.controls, after.assessment.controls, strict=True):
        name, old_status, new_status = old_control.ref, old_control.status, new_control.status
        if name in controls:
            assert new_status not in COMFORT and not verified(new_control), (name, old_status, new_status)
        elif "excluded" in (old_status, new_status):
            assert verified(old_control) or not verified(new_control), name
        else:
            assert STATUS[new_status] <= STATUS[old_status], (name, old_status, new_status)


@settings(max_examples=100, deadline=None)
@given(losses())
def test_a_failure_that_an_earlier_run_saw_stays(what: tuple[SmallRun, SmallRun, str, list[Record]]) -> None:
    run, poorer, _, _ = what
    poorer.run_id, first = "run-2", copy.deepcopy(run)
    before, after = look(run), look(poorer, first)
    for rule in RULES:
        if before.rule(rule.id).result == "fail":
            assert after.rule(rule.id).result == "fail", rule.id
    for old, new in zip(before.assessment.controls, after.assessment.controls, strict=True):
        if old.status == "gap":
            assert new.status == "gap", old.ref
        if old.exclusion == "activity_seen" and new.status == "excluded":
            assert new.exclusion == "activity_seen", old.ref


@settings(max_examples=60, deadline=None)
@given(losses())
def test_what_is_lost_is_told(what: tuple[SmallRun, SmallRun, str, list[Record]]) -> None:
    run, poorer, _, _ = what
    before, after = look(run), look(poorer)
    for rule in RULES:
        worse = before.rule(rule.id).result == "pass" and after.rule(rule.id).result == "unknown"
        if worse and rule.reads not in ("soa_row", "exception"):
            told = after.rule(rule.id).blind_spots or after.rule(rule.id).reason == "criterion_unread"
            assert told, (rule.id, after.rule(rule.id).reason)


def test_the_orders_are_those_of_the_page() -> None:
    assert ORGANISATION
    assert STATUS["gap"] < STATUS["gap_accepted"] < STATUS["below_default"] < STATUS["not_assessed"]
    assert STATUS["not_assessed"] < STATUS["incomplete"] == STATUS["stale"] < STATUS["on_file"] < STATUS["supported"]
