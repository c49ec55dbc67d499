"""What is planted in Google Workspace appears, and is gone when exactly that is mended: rows 15 to 17 and a part of row 26.

Only Workspace is collected, for row 26 with Okta, with all registers of the company; everything else is as in `test_rows`.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from harbourline import Company
from judged import Judged

from annexa import runner
from annexa.commands._config import RuleOff
from annexa.sandbox import demo
from annexa.sandbox._rest import RestFault
from annexa.schemas.words import Basis, Completeness, Reason, Status

CUSTOMS = "03ph8a2z1custo1"
GEMINI = f"{CUSTOMS}/google_workspace.gemini_app.service_status"
UNREAD = {"113570000000050", "113570000000052", "113570000000054"}
UNLICENSED, EARLY = (
    "google_workspace.gemini.unlicensed_users@harbourline.example",
    "google_workspace.gemini.early_features",
)

DRIVE = "https://www.googleapis.com/auth/drive.readonly"

Day = Callable[..., Judged]


def collected(
    folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = (),
    vendors: tuple[str, ...] = ("google_workspace",), faults: Any = (),
) -> list[Judged]:  # fmt: skip
    """The company's Workspace on these days, each judged with those before it."""
    company, registers = Company(folder, vendors=vendors), folder / "registers"
    demo.write_registers(registers, scenario)  # type: ignore[arg-type]
    said = demo.settings(scenario)  # type: ignore[arg-type]
    found = []
    for date in dates:
        manifest = company.collect(
            scenario, date, faults, registers=registers, mended=mended, parameters=said["parameters"],  # type: ignore[arg-type]
            rules_off=tuple(RuleOff(**row) for row in said["rules_off"]),
        )  # fmt: skip
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
        found.append(Judged.of_vault(company.vault, made.assessment_id))
    return found


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """The planted company on both of its days."""
    return collected(tmp_path_factory.mktemp("google"), "first", "second")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The planted company with these rows mended; collected once for all tests."""

    @cache
    def make(*rows: int) -> Judged:
        return collected(tmp_path_factory.mktemp("mended"), "first", mended=rows)[0]

    return make


def turned(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Rules about Workspace whose result is another one."""
    now = after.results()
    mine = {rule: result for rule, result in before.results().items() if "-GWS-" in rule}
    return {rule: (result, now[rule]) for rule, result in mine.items() if result != now[rule]}


def counts(day: Judged) -> dict[str, object]:
    """How many people there are, and of how many the apps are known."""
    named = {row.data.name.removeprefix("google_workspace."): row.data.value for row in day.records("setting")}
    return {name: value for name, value in named.items() if name.startswith("users")}


def test_row_15_an_unregistered_app_fails_however_many_could_not_be_read(days: list[Judged], mended: Day) -> None:
    for day in days:
        result = day.rule("INV-GWS-01")
        assert (str(result.result), result.control) == ("fail", "A.5.9")
        assert "perplexity" in day.failing("INV-GWS-01")
        assert day.control("A.5.9").status is Status.GAP
        holders = [
            row.data for row in day.records("access_grant")
            if row.data.grantee_name == "Perplexity" and DRIVE in row.data.permissions
        ]  # fmt: skip
        assert len({one.resources for one in holders}) == 12
    after = mended(15, 26)
    assert str(after.rule("INV-GWS-01").result) == "pass"
    assert turned(days[0], after) == {"INV-GWS-01": ("fail", "pass")}
    assert mended(15).failing("INV-GWS-01") == {"fireflies"}


def test_row_15_the_ratio_of_people_whose_apps_are_known_is_shown(days: list[Judged], mended: Day) -> None:
    for day in days:
        spots = [one for one in day.evidence.unreads() if one.source == "google_workspace:main"]
        assert ({one.subject for one in spots}, {one.reason for one in spots}) == (UNREAD, {Reason.DENIED})
        assert counts(day) == {"users": 120, "users_whose_apps_were_read": 117, "users_suspended": 0}
        (unit,) = (one for one in day.evidence.units() if one.collector == "google_workspace.tokens.tokens")
        assert unit.completeness is Completeness.PARTIAL
        assert day.rule("INV-GWS-01").counts.read_scopes < day.rule("INV-GWS-01").counts.expected_scopes
        assert day.rule("INV-GWS-01").blind_spots, "a reader finds the three behind the rule"
    assert counts(mended(15))["users_whose_apps_were_read"] == 120


def test_row_16_gemini_where_the_decision_keeps_it_away(days: list[Judged], mended: Day) -> None:
    for day in days:
        assert (str(day.rule("CFG-GWS-01").result), day.rule("CFG-GWS-01").control) == ("fail", "A.8.9")
        assert day.failing("CFG-GWS-01") == {GEMINI}
        (decision,) = (row for row in day.records("decision") if row.data.subject == "register:decisions/d-gws-02")
        assert day.of("CFG-GWS-01")[GEMINI].criterion_ref == decision.record_id
        assert day.control("A.8.9").status is Status.GAP
        other = "03ph8a2z1frght1/google_workspace.gemini_app.service_status"
        assert day.verdicts("CFG-GWS-01")[other] == "pass", "elsewhere it is on, as decided"
    after = mended(16)
    assert turned(days[0], after) == {"CFG-GWS-01": ("fail", "pass")}
    assert after.verdicts("CFG-GWS-01")[GEMINI] == "pass"


def test_row_17_what_only_logs_tell_passes_weakly_and_what_nobody_saw_is_unknown(
    days: list[Judged], mended: Day
) -> None:
    for day in days:
        items = day.of("SUP-GWS-01")
        assert (str(items[UNLICENSED].verdict), items[UNLICENSED].basis) == ("pass", Basis.LOG_INFERRED)
        assert (str(items[EARLY].verdict), str(items[EARLY].reason)) == ("unknown", "not_exposed")
        assert str(day.rule("SUP-GWS-01").result) == "unknown"
    after = mended(17)
    assert turned(days[0], after) == {"SUP-GWS-01": ("unknown", "pass")}
    (need,) = (one for one in after.control("A.5.23").needs if one.id == "A.5.23/logged")
    assert (str(need.state), str(need.reason)) == ("unmet", "basis_not_accepted"), "a pass from a log meets no need"


def test_row_26_one_service_that_two_sources_show_is_one_finding(tmp_path: Path) -> None:
    (day,) = collected(tmp_path, "first", vendors=("google_workspace", "okta"))
    sightings = [one for one in day.records("application") if "ireflies" in str(one.data.name)]
    assert {one.source for one in sightings} == {"google_workspace:main", "okta:main"}
    findings = [one for one in day.findings if one.subject == "fireflies"]
    assert len(findings) == 1
    assert {row.rule for row in day.items if row.subject == "fireflies" and str(row.verdict) == "fail"} >= {
        "INV-GWS-01", "INV-ANY-02B",
    }  # fmt: skip


def test_row_26_is_gone_when_it_is_mended(mended: Day) -> None:
    assert mended(26).failing("INV-GWS-01") == {"perplexity"}


def test_nothing_else_is_planted(days: list[Judged]) -> None:
    expected = {"INV-GWS-01": "fail", "CFG-GWS-01": "fail", "SUP-GWS-01": "unknown"}
    for day in days:
        ours = {rule: result for rule, result in day.results().items() if "-GWS-" in rule and result != "pass"}
        assert ours == expected


def test_what_another_vendor_does_not_answer_changes_nothing_here(tmp_path: Path) -> None:
    """Which app a token belongs to, the customer's own apps tell; Okta's list of apps may be missing."""
    refused = RestFault("GET /api/v1/apps", kind="denied")
    (day,) = collected(
        tmp_path, "first", scenario="clean", vendors=("google_workspace", "okta"), faults={"okta": [refused]}
    )
    found = day.results()
    assert (found["INV-OKT-01"], found["INV-ANY-02B"]) == ("unknown", "unknown"), "the refusal is seen where it matters"
    assert {rule: result for rule, result in found.items() if "-GWS-" in rule and result != "pass"} == {}


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        ours = {rule: result for rule, result in day.results().items() if "-GWS-" in rule}
        assert (set(ours.values()), len(ours)) == ({"pass"}, 7)
        assert all(rule.counts.items for rule in day.made.rules if rule.rule in ours)
        assert not [one for one in day.evidence.unreads() if one.source == "google_workspace:main"]
