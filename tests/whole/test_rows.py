"""What is planted in the make-believe company appears in `annexa demo`, and is gone when exactly that is mended.

One test per planted fact; the numbers are those of the rows in the scenario. The opposite is collected from the same
company with that row mended, and all rules beside the ones named must say what they said before.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from judged import Judged, collected

from annexa.sandbox.aws_server import Fault
from annexa.sandbox.company import aws_world
from annexa.schemas.words import Environment, Reason, Status

ID = {name: account.id for name, account in aws_world().accounts.items()}
PROD, STAGING, LAB, ACQUIRED = (ID[name] for name in ("prod", "staging", "data-science", "acquired"))
KELLER, POWER, PARTNER = (
    f"arn:aws:iam::{LAB}:{name}" for name in ("user/m.keller", "role/lab-power", "role/partner-preview")
)
RETENTION = "aws.bedrock.data_retention"

Mended = Callable[..., Judged]


def turned(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Rules whose result is another one."""
    now = after.results()
    return {rule: (result, now[rule]) for rule, result in before.results().items() if result != now[rule]}


def became(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Controls whose status is another one."""
    now = after.statuses()
    return {ref: (status, now[ref]) for ref, status in before.statuses().items() if status != now[ref]}


def is_gap(judged: Judged, rule: str, *subjects: str) -> None:
    """The rule fails for these subjects and no others, each is a finding, and its control is a gap."""
    result = judged.rule(rule)
    assert str(result.result) == "fail"
    assert judged.failing(rule) == set(subjects)
    assert {f.subject for f in judged.findings if f.rule == rule} == set(subjects)
    assert judged.control(result.control).status is Status.GAP


# --- Bedrock's settings


def test_row_1_logging_off_where_an_agent_runs(first: Judged, second: Judged, mended: Mended) -> None:
    off = f"{PROD}/eu-central-1"
    for day in (first, second):
        is_gap(day, "LOG-AWS-01", off)
    assert first.control("A.8.15").findings
    logs = first.verdicts("LOG-AWS-01")
    assert (logs[f"{PROD}/us-east-1"], logs[f"{PROD}/eu-west-1"]) == ("pass", "pass")
    assert any(each.scope == off and each.data.category == "agent" for each in first.records("ai_system"))
    after = mended(1)
    assert turned(first, after) == {"LOG-AWS-01": ("fail", "pass")}
    assert after.verdicts("LOG-AWS-01")[off] == "pass"
    alone = mended(vendors=["aws"]), mended(1, vendors=["aws"])  # other vendors keep the control a gap
    assert became(*alone) == {"A.8.15": ("gap", "incomplete")}


def test_row_2_prompts_shared_unclear_and_not_kept(first: Judged, second: Judged, mended: Mended) -> None:
    shared, unclear, none = (f"{each}/us-east-1/{RETENTION}" for each in (ACQUIRED, STAGING, PROD))
    for day in (first, second):
        is_gap(day, "SUP-AWS-01", shared)
        found = day.verdicts("SUP-AWS-01")
        assert (found[shared], found[unclear], found[none]) == ("fail", "unknown", "pass")
        assert day.of("SUP-AWS-01")[unclear].reason == "ambiguous_value"
        assert day.need("A.5.23/settings").state == "failed"
    after = mended(2)
    assert turned(first, after) == {"SUP-AWS-01": ("fail", "pass")}
    assert set(after.verdicts("SUP-AWS-01").values()) == {"pass"}


def test_row_3_opted_out_everywhere_but_in_the_acquired_account(first: Judged, second: Judged, mended: Mended) -> None:
    is_gap(second, "SUP-AWS-02", ACQUIRED)
    others = {subject for subject, verdict in second.verdicts("SUP-AWS-02").items() if verdict == "pass"}
    assert others == set(ID.values()) - {ACQUIRED}
    after = mended(3)
    assert turned(first, after) == {"SUP-AWS-02": ("fail", "pass")}
    assert after.failing("SUP-AWS-02") == set()


def test_row_4_one_guardrail_holds_and_the_draft_does_not(first: Judged, second: Judged, mended: Mended) -> None:
    draft = f"arn:aws:bedrock:us-east-1:{LAB}:guardrail/labguard0001:DRAFT"
    rules = ("CFG-AWS-02", "CFG-AWS-03", "CFG-AWS-03B")
    for day in (first, second):
        for rule in rules:
            is_gap(day, rule, draft)
            enforced = [
                name for name, verdict in day.verdicts(rule).items() if verdict == "pass" and f":{PROD}:" in name
            ]
            assert all(name.endswith(":3") for name in enforced)
            assert enforced
    assert {first.rule(rule).control for rule in rules} == {"A.8.11", "A.8.26"}
    after = mended(4)
    assert turned(first, after) == dict.fromkeys(rules, ("fail", "pass"))
    assert became(first, after) == {"A.8.11": ("gap", "incomplete"), "A.8.26": ("gap", "incomplete")}


# --- who may use AI


def test_row_5_a_long_term_key(first: Judged, second: Judged, mended: Mended) -> None:
    (key,) = (each for each in second.records("credential") if each.data.owner == KELLER)
    for day in (first, second):
        is_gap(day, "ACC-AWS-02", key.data.subject)
        assert day.rule("ACC-AWS-02").control == "A.5.17"
    after = mended(5)
    assert turned(first, after) == {"ACC-AWS-02": ("fail", "pass")}
    assert after.of("ACC-AWS-02") == {}
    assert after.rule("ACC-AWS-02").missing_scopes == ()
    alone = mended(vendors=["aws"]), mended(5, vendors=["aws"])  # other vendors keep the control a gap
    assert became(*alone) == {"A.5.17": ("gap", "supported")}, "its rule is among the documents"


def test_row_6_not_action_grants_every_model_and_a_condition_is_shown(
    first: Judged, second: Judged, mended: Mended
) -> None:
    power = {f"{POWER}#use", f"{POWER}#administer"}
    for day in (first, second):
        assert day.failing("ACC-AWS-01") == {*power, f"{KELLER}#use"}
        partner = day.of("ACC-AWS-01")[f"{PARTNER}#use"]
        assert (partner.verdict, partner.reason) == ("shown", "conditional")
        assert not any(PARTNER in finding.subject for finding in day.findings)
        assert day.rule("ACC-AWS-01").control == "A.8.2"
        assert day.control("A.8.2").status is Status.GAP
    after = mended(6)
    assert after.failing("ACC-AWS-01") == {f"{KELLER}#use"}
    assert not any("lab-power" in item.subject or "partner" in item.subject for item in after.items)
    assert turned(first, after) == {"ACC-ANY-05B": ("fail", "unknown")}
    assert f"aws:main {ACQUIRED}" in after.rule("ACC-ANY-05B").missing_scopes


def test_row_7_denied_grants_keep_8_2_from_being_supported(second: Judged, mended: Mended) -> None:
    call = "iam:GetAccountAuthorizationDetails"
    (spot,) = [spot for spot in second.made.blind_spots if spot.call == call]
    assert (spot.source, spot.scope, spot.permission, spot.reason) == ("aws:main", ACQUIRED, call, Reason.DENIED)
    assert spot.cure is not None
    assert spot.cure.startswith(f"Grant {call} to arn:aws:iam::{ACQUIRED}:role/annexa-collector")
    assert "A.8.2" in spot.controls
    blind = mended(5, 6, vendors=["aws"])  # row 5's owner is the one who may use AI by exception
    assert all(blind.failing(rule) == set() for rule in ("ACC-AWS-01", "ACC-ANY-05B"))
    assert blind.control("A.8.2").status is Status.INCOMPLETE
    assert (blind.need("A.8.2/grants").state, blind.need("A.8.2/limit").state) == ("unread", "unread")
    assert [spot.scope for spot in blind.made.blind_spots if "A.8.2" in spot.controls] == [ACQUIRED]


def test_row_7_mended_the_grants_of_every_account_are_read(mended: Mended) -> None:
    after = mended(5, 6, 7, vendors=["aws"])
    assert (after.need("A.8.2/grants").state, after.need("A.8.2/limit").state) == ("met", "met")
    assert (after.rule("ACC-AWS-01").result, after.rule("ACC-AWS-01").missing_scopes) == ("pass", ())
    assert after.made.blind_spots == ()


# --- scopes


def test_row_8_a_disabled_region_and_an_absent_service_are_not_applicable(first: Judged, mended: Mended) -> None:
    states = {each.scope: each for each in first.records("scope")}
    for account in ID.values():
        disabled, without = states[f"{account}/eu-south-1"], states[f"{account}/me-south-1"]
        assert disabled.data.state == "disabled"
        assert [origin.call for origin in disabled.provenance.origins][:1] == ["account:ListRegions"]
        assert without.data.absent_services == ("bedrock-agentcore-control",)
        assert "ssm:GetParametersByPath" in [origin.call for origin in without.provenance.origins]
    nowhere = ("eu-south-1", "me-south-1")
    # Bedrock itself answers there, so that what was set there is still watched for changes.
    items = (each for each in first.items if each.rule != "SUP-ANY-06")
    for each in (*items, *first.findings, *first.unread(), *first.made.blind_spots):
        assert not each.scope.endswith(nowhere), each
    assert first.rule("INV-ANY-02").counts.not_applicable_scopes > 0
    unproved = mended(faults=[Fault("ssm", "GetParametersByPath", kind="denied")], vendors=["aws"])
    lost = {
        (spot.scope, spot.reason)
        for spot in unproved.made.blind_spots
        if spot.call == "bedrock-agentcore-control:ListGateways"
    }
    assert lost == {(f"{account}/me-south-1", Reason.UNREACHABLE) for account in ID.values()}


def test_row_8_hosts_that_do_not_resolve_are_a_blind_spot(first: Judged, second: Judged, mended: Mended) -> None:
    spots = [spot for spot in second.made.blind_spots if spot.scope.endswith("/eu-west-1")]
    assert {spot.reason for spot in spots} == {Reason.UNREACHABLE}
    assert {spot.call.partition(":")[0] for spot in spots} == {"bedrock", "bedrock-agent", "bedrock-agentcore-control"}
    assert not any(spot.scope.endswith("/eu-west-1") for spot in first.made.blind_spots)
    assert not any(finding.scope.endswith("/eu-west-1") for finding in second.findings)
    assert second.of("LOG-AWS-01")[f"{PROD}/eu-west-1"].verdict == "unknown"
    after = mended(8, date="second")
    assert {spot.scope for spot in after.made.blind_spots if spot.source == "aws:main"} == {ACQUIRED}
    assert after.verdicts("LOG-AWS-01")[f"{PROD}/eu-west-1"] == "pass"
    turns = turned(second, after)
    assert set(turns.values()) == {("unknown", "pass")}
    assert turns.keys() >= {"LOG-AWS-03", "CFG-AWS-01", "ACC-AWS-04"}


def test_row_9_an_agent_for_internal_data_reads_what_is_restricted(
    first: Judged, second: Judged, mended: Mended
) -> None:
    source = f"arn:aws:bedrock:us-east-1:{PROD}:knowledge-base/KBCONTRACT#DSCONTRAC1"
    for day in (first, second):
        is_gap(day, "DLP-ANY-02", source)
        assert "internal" in str(day.of("DLP-ANY-02")[source].observed)
        assert "restricted" in str(day.of("DLP-ANY-02")[source].observed)
    after = mended(9)
    assert turned(first, after) == {"DLP-ANY-02": ("fail", "pass")}
    assert became(first, after) == {"A.8.3": ("gap", "incomplete")}


# --- registers


def test_row_29_an_exclusion_that_claims_no_agents_while_agents_run(
    first: Judged, second: Judged, supplied: Mended
) -> None:
    for day in (first, second):
        control = day.control("A.8.25")
        assert (control.status, control.exclusion) == ("excluded", "activity_seen")
        assert "builds no agents of its own" in str(control.exclusion_detail)
        assert "but AI agents run" in str(control.exclusion_detail)
        is_gap(day, "GOV-ANY-08", "register:soa/A.8.25")
        assert day.control("c6.1.3").status is Status.GAP

    def included(rows: list[dict[str, Any]]) -> None:
        (row,) = (row for row in rows if row["control"] == "A.8.25")
        row.update(next(row for row in rows if row["control"] == "A.8.26"), control="A.8.25")
        del row["claims_none_of"]

    after = supplied("first", registers={"soa": included})
    assert (after.control("A.8.25").status, after.control("A.8.25").exclusion) == ("not_assessed", None)
    assert turned(first, after).keys() <= {"GOV-ANY-07B", "GOV-ANY-08"}
    assert after.failing("GOV-ANY-08") == set()
    assert became(first, after) == {"A.8.25": ("excluded", "not_assessed"), "c6.1.3": ("gap", "incomplete")}


def exception(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row["id"] == name)


def test_row_32_an_expired_exception_covers_nothing_and_is_a_finding(
    second: Judged, demo: Any, supplied: Mended
) -> None:
    is_gap(second, "GOV-ANY-13", "register:exceptions/x-002")
    is_gap(second, "SUP-AWS-02", ACQUIRED)
    assert second.of("SUP-AWS-02")[ACQUIRED].covered_by is None
    assert "x-002: expired (2026-09-28)" in second.made.page_one.refused_exceptions
    assert "x-002: expired" in demo.said
    after = supplied(
        "second", registers={"exceptions": lambda rows: exception(rows, "x-002").update(expires="2026-11-15")}
    )
    assert turned(second, after) == {"GOV-ANY-13": ("fail", "pass")}
    assert after.of("SUP-AWS-02")[ACQUIRED].verdict == "fail"
    (finding,) = (finding for finding in after.findings if finding.rule == "SUP-AWS-02")
    assert (finding.status, finding.exception) == (Status.GAP_ACCEPTED, "x-002")


def test_row_32_an_exception_aimed_at_an_unknown_is_ignored_and_listed(
    second: Judged, demo: Any, supplied: Mended
) -> None:
    aimed = f"{STAGING}/us-east-1/{RETENTION}"
    assert second.of("SUP-AWS-01")[aimed].verdict == "unknown"
    assert second.of("SUP-AWS-01")[aimed].covered_by is None
    assert [says for says in second.made.page_one.refused_exceptions if f"aimed_at_unknown ({aimed})" in says]
    assert "aimed_at_unknown" in demo.said
    without = supplied("second", registers={"exceptions": lambda rows: rows.remove(exception(rows, "x-003"))})
    assert turned(second, without) == {}
    assert without.verdicts("SUP-AWS-01") == second.verdicts("SUP-AWS-01")
    assert [says[:5] for says in without.made.page_one.refused_exceptions] == ["x-002"]


def test_row_32_a_new_subject_under_a_valid_exception_is_a_gap(second: Judged, supplied: Mended) -> None:
    def status(day: Judged) -> dict[str, tuple[str, str | None]]:
        found = (finding for finding in day.findings if finding.rule == "ACC-AWS-01")
        return {finding.subject: (str(finding.status), finding.exception) for finding in found}

    new = [f"{POWER}#administer", f"{POWER}#use"]
    assert status(second) == {f"{KELLER}#use": ("gap_accepted", "x-004"), **dict.fromkeys(new, ("gap", None))}
    after = supplied("second", registers={"exceptions": lambda rows: exception(rows, "x-004")["subjects"].extend(new)})
    assert status(after) == dict.fromkeys((f"{KELLER}#use", *new), ("gap_accepted", "x-004"))
    assert after.rule("ACC-AWS-01").result == "fail"


def test_row_35_looser_thresholds_are_counted_on_page_one(second: Judged, demo: Any, supplied: Mended) -> None:
    assert second.made.page_one.looser_parameters == ("key_age_days", "unused_seat_days")
    assert "looser than annexa's defaults (2)" in demo.said
    stricter = {"key_age_days": 90, "unused_seat_days": 30, "log_retention_days": 365}
    after = supplied("second", parameters=stricter)
    assert after.made.page_one.looser_parameters == ()


def test_row_35_a_rule_that_is_off_leaves_its_need_unmet(
    first: Judged, second: Judged, demo: Any, supplied: Mended
) -> None:
    for day in (first, second):
        assert day.made.page_one.disabled_rules == ("CFG-AWS-05",)
        assert day.rule("CFG-AWS-05").disabled
        need = day.need("A.8.22/path")
        assert (need.state, need.reason) == ("unmet", "disabled_by_organisation")
    assert "switched off by the organisation (1): CFG-AWS-05" in demo.said
    after = supplied("first", rules_off=())
    assert after.made.page_one.disabled_rules == ()
    assert not after.rule("CFG-AWS-05").disabled
    assert turned(first, after) == {"CFG-AWS-05": ("unknown", "pass")}
    assert after.need("A.8.22/path").state == "met"


def test_row_35_a_decision_covers_a_rule_that_is_off(first: Judged, supplied: Mended) -> None:
    decision = {
        "id": "d-099", "setting": "rule:CFG-AWS-05", "must": "be", "value": "off",
        "because": "The network is judged elsewhere.", "approved_by": "Ingrid Solheim, CISO", "approved_on": "2026-05-12",
    }  # fmt: skip
    after = supplied("first", registers={"decisions": lambda rows: rows.append(decision)})
    assert after.made.page_one.disabled_rules == ("CFG-AWS-05",)
    assert after.need("A.8.22/path").reason != "disabled_by_organisation"
    assert turned(first, after) == {}


# --- the whole


def test_settings_without_a_decision_are_below_default(second: Judged) -> None:
    undecided = {finding.rule for finding in second.findings if finding.status is Status.BELOW_DEFAULT}
    assert undecided == {"CFG-AWS-07B"}
    assert second.control("A.8.22").status is Status.BELOW_DEFAULT
    assert second.made.headline.no_rule_set == 1


def test_the_demo_says_what_it_is(demo: Any, second: Judged) -> None:
    assert demo.code == 3
    assert second.made.environment is Environment.SANDBOX
    assert "SANDBOX: a make-believe company answered" in demo.said


PEOPLE = {"missing", "no_rule_yet"}
"""Needs that no system of this company can meet."""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The mended company on the second date, after the first."""
    return collected(tmp_path_factory.mktemp("clean"), "clean", "first", "second")


def test_in_the_clean_company_every_shipped_rule_passes(clean: Judged) -> None:
    assert {rule: result for rule, result in clean.results().items() if result != "pass"} == {}
    assert clean.findings == []
    assert clean.made.blind_spots == ()
    assert clean.made.page_one.refused_exceptions == ()
    assert clean.made.page_one.looser_parameters == ()
    assert clean.made.page_one.disabled_rules == ()


def test_in_the_clean_company_only_documents_and_periods_are_missing(clean: Judged) -> None:
    judged = [control for control in clean.made.controls if any(need.rules for need in control.needs)]
    assert {str(control.status) for control in judged} <= {"supported", "on_file", "incomplete", "excluded"}
    for control in judged:
        for need in control.needs:
            assert need.state in {"met", *PEOPLE} or need.reason in {"no_period", "basis_not_accepted"}, need
    unjudged = [control for control in clean.made.controls if control not in judged and control.status != "excluded"]
    assert {str(control.status) for control in unjudged} == {"not_assessed"}
    assert not any(need.rules for control in unjudged for need in control.needs)


def test_an_exclusion_that_nothing_could_contradict_is_not_verified(clean: Judged) -> None:
    assert (clean.control("A.8.30").status, clean.control("A.8.30").exclusion) == ("excluded", "not_verified")


def test_an_exclusion_that_holds_is_verified_where_everything_was_read(tmp_path: Path) -> None:
    """With AWS alone: Harbourline has gateways elsewhere, and excludes nothing that they contradict."""
    alone = collected(tmp_path, "clean", "first", vendors=["aws"])
    assert (alone.control("A.8.21").status, alone.control("A.8.21").exclusion) == ("excluded", "verified")
