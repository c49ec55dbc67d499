"""What is planted at Okta and Slack appears, and is gone when exactly that is mended: rows 24, 25, 36, and a part of 26.

Only the vendors of this file are collected, with all registers of the company; everything else is as in `test_rows`.
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
from annexa.mappings.results import BlindSpot
from annexa.sandbox import demo
from annexa.sandbox.people import LEAVER, people, person
from annexa.sandbox.vendors import okta, slack
from annexa.schemas.words import Completeness, Reason, Status

VENDORS = ("okta", "slack")
OURS = ("OKT", "SLK", "ANY")
CHATGPT, CUSTOMS = "0oaHblChatGpt0000001", "0oaHblChatGptCustoms"
AUDIT = "GET /audit/v1/logs"
SECRETS = (b"OfNobody", b"xoxb-", b"xapp-", b"203.0.113.9", okta.API_TOKEN.encode(), slack.TOKEN.encode())
"""What the stand-ins' answers hold in every field with room for it, and nothing may keep."""

Day = Callable[..., Judged]


def collected(folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = ()) -> list[Judged]:
    """The company's Okta and Slack on these days, each judged with those before it."""
    company, registers = Company(folder, vendors=VENDORS), folder / "registers"
    demo.write_registers(registers, scenario)  # type: ignore[arg-type]
    said = demo.settings(scenario)  # type: ignore[arg-type]
    found = []
    for date in dates:
        manifest = company.collect(
            scenario, date, registers=registers, mended=mended, parameters=said["parameters"],  # type: ignore[arg-type]
            rules_off=tuple(RuleOff(**row) for row in said["rules_off"]),
        )  # fmt: skip
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
        found.append(Judged.of_vault(company.vault, made.assessment_id))
    return found


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("okta_slack")


@pytest.fixture(scope="module")
def days(vault: Path) -> list[Judged]:
    """The planted company on both of its days."""
    return collected(vault, "first", "second")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The planted company with these rows mended, on the first day; collected once for all tests."""

    @cache
    def make(*rows: int) -> Judged:
        return collected(tmp_path_factory.mktemp("mended"), "first", mended=rows)[0]

    return make


def turned(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Rules about these vendors, or about any, whose result is another one."""
    now = after.results()
    mine = {rule: result for rule, result in before.results().items() if rule.split("-")[1] in OURS}
    return {rule: (result, now[rule]) for rule, result in mine.items() if result != now[rule]}


def not_connected(judged: Judged) -> dict[str, BlindSpot]:
    """By name, what is in use and not connected."""
    return {spot.source: spot for spot in judged.made.blind_spots if spot.reason is Reason.NOT_CONNECTED}


def application(judged: Judged, subject: str) -> Any:
    return next((row.data for row in judged.records("application") if row.data.subject == subject), None)


def unread(judged: Judged) -> list[Any]:
    return [entry for entry in judged.unread() if entry.source.partition(":")[0] in VENDORS]


def test_row_24_an_ai_app_assigned_to_everyone(days: list[Judged], mended: Day) -> None:
    for day in days:
        assert application(day, CHATGPT).consented == "everyone"
        assert (str(day.rule("ACC-OKT-01").result), day.failing("ACC-OKT-01")) == ("fail", {CHATGPT})
        assert day.rule("ACC-OKT-01").control == "A.5.15"
        assert day.control("A.5.15").status is Status.GAP
        assert [finding.subject for finding in day.findings if finding.rule == "ACC-OKT-01"] == [CHATGPT]
        assert "0oaHblWorkday0000001" not in day.verdicts("ACC-OKT-01"), (
            "Everyone has Workday, which is no AI application"
        )
    after = mended(24)
    assert after.verdicts("ACC-OKT-01")[CHATGPT] == "pass" and application(after, CHATGPT).consented == "groups"


def test_row_24_a_sign_on_policy_without_a_second_factor(days: list[Judged], mended: Day) -> None:
    for day in days:
        assert (str(day.rule("ACC-OKT-02").result), day.failing("ACC-OKT-02")) == ("fail", {CUSTOMS})
        assert day.rule("ACC-OKT-02").control == "A.8.5"
        assert day.control("A.8.5").status is Status.GAP
        assert [finding.subject for finding in day.findings if finding.rule == "ACC-OKT-02"] == [CUSTOMS]
        assert application(day, CUSTOMS).sign_on_policy == "rstHblPasswordOnly01"
        assert "0oaHblCanteen0000001" not in day.verdicts("ACC-OKT-02"), "the canteen's menu is no AI application"
    after = mended(24)
    assert after.verdicts("ACC-OKT-02")[CUSTOMS] == "pass"
    assert turned(days[0], after) == {"ACC-OKT-01": ("fail", "pass"), "ACC-OKT-02": ("fail", "pass")}


def test_row_25_an_approved_ai_app_that_is_not_registered(days: list[Judged], mended: Day) -> None:
    for day in days:
        assert application(day, "A097AUHM5AS/approved").name == "Glean"
        assert (str(day.rule("INV-SLK-01").result), day.failing("INV-SLK-01")) == ("fail", {"glean"})
        assert day.rule("INV-SLK-01").control == "A.5.9"
        assert day.verdicts("INV-SLK-01")["chatgpt"] == "pass"
        assert "A0HBLOTTER" not in str(day.verdicts("INV-SLK-01")), "what is restricted nobody can use"
    after = mended(25)
    assert turned(days[0], after)["INV-SLK-01"] == ("fail", "pass")
    assert application(after, "A097AUHM5AS/approved") is None


def test_row_25_an_audit_log_that_says_no_with_a_good_status(days: list[Judged], mended: Day) -> None:
    for day in days:
        (lost,) = unread(day)
        assert (lost.call, lost.reason, lost.permission) == (AUDIT, Reason.DENIED, "auditlogs:read")
        assert "user_not_authorized" in lost.detail and "auditlogs:read" in lost.cure
        assert not any(row.data.name == "slack.audit" for row in day.records("log_source")), (
            "no log is not an empty one"
        )
        assert str(day.rule("LOG-SLK-01").result) == "unknown"
        (spot,) = (spot for spot in day.made.blind_spots if spot.call == AUDIT)
        assert (spot.source, "LOG-SLK-01" in spot.rules, spot.curable) == ("slack:main", True, True)
    after = mended(25)
    assert unread(after) == []
    assert turned(days[0], after)["LOG-SLK-01"] == ("unknown", "pass")
    (log,) = (row.data for row in after.records("log_source") if row.data.name == "slack.audit")
    assert log.last_event == "2026-08-30T04:00:00Z"


def test_row_26_okta_shows_a_note_taker_by_its_domain(days: list[Judged], mended: Day) -> None:
    for day in days:
        shown = application(day, "0oaHblFireflies00001")
        assert (shown.name, shown.domains) == ("Fireflies.ai", ("app.fireflies.ai",))
        for rule in ("INV-OKT-01", "INV-ANY-02B"):
            item = day.of(rule)["fireflies"]
            assert (item.verdict, item.reason) == ("unknown", "possible_match"), "a domain alone proves nothing"
            assert "okta:main" in str(item.observed)
    after = mended(26)
    assert "fireflies" not in after.verdicts("INV-OKT-01") and "fireflies" not in not_connected(after)


def test_row_36_notion_is_in_use_and_not_connected(days: list[Judged], mended: Day) -> None:
    for day in days:
        spot = not_connected(day)["notion"]
        assert "Notion at okta:main" in spot.detail and spot.cure
    after = mended(36)
    assert "notion" not in not_connected(after)
    assert set(not_connected(days[0])) - set(not_connected(after)) == {"notion"}


def test_the_leaver_has_no_account_that_works(days: list[Judged]) -> None:
    for day in days:
        found = {(row.source, row.data.name): row.data.state for row in day.records("identity")}
        assert found["okta:main", person(LEAVER).mail] == "deprovisioned"
        assert found["slack:main", person(LEAVER).mail] == "deactivated"
        staff = {one.mail for one in people()}
        assert len(staff) == 240
        for source in ("okta:main", "slack:main"):
            assert staff <= {name for where, name in found if where == source}


def test_nothing_else_is_planted(days: list[Judged]) -> None:
    expected = {
        "ACC-OKT-01": "fail",
        "ACC-OKT-02": "fail",
        "INV-OKT-01": "unknown",
        "INV-SLK-01": "fail",
        "LOG-SLK-01": "unknown",
    }
    for day in days:
        ours = {rule: str(result) for rule, result in day.results().items() if rule.split("-")[1] in ("OKT", "SLK")}
        assert {rule: result for rule, result in ours.items() if result != "pass"} == expected
        assert {item for item, verdict in day.verdicts("INV-OKT-01").items() if verdict != "pass"} == {
            "fireflies",
            "notion",
        }
        # Who administers the sign-in alone is no administrator of AI.
        assert day.of("ACC-ANY-05B") == {}
        units = [unit for unit in day.evidence.units() if unit.source.partition(":")[0] in VENDORS]
        assert {unit.collector for unit in units if unit.completeness is not Completeness.COMPLETE} == {
            "slack.audit.audit_log"
        }


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        ours = {rule: str(result) for rule, result in day.results().items() if rule.split("-")[1] in ("OKT", "SLK")}
        assert ours == dict.fromkeys(
            ("ACC-OKT-01", "ACC-OKT-02", "INV-OKT-01", "INV-SLK-01", "LOG-OKT-01", "LOG-OKT-01B", "LOG-SLK-01"), "pass"
        )
        assert all(rule.counts.items for rule in day.made.rules if rule.rule in ours)
        assert unread(day) == []


def test_no_secret_reaches_the_vault_and_what_judges_does(days: list[Judged], vault: Path) -> None:
    kept = [file.read_bytes() for file in sorted((vault / "vault").rglob("*")) if file.is_file()]
    assert len(kept) > 40
    assert [word for word in SECRETS for content in kept if word in content] == []
    pages = b"".join(kept)
    for needed in (
        b'"kid":"redacted:',
        b'"factorMode":"2FA"',
        b'"name":"Everyone"',
        b'"signOnMode":"SAML_2_0"',
        b"app.fireflies.ai",
    ):
        assert needed in pages
