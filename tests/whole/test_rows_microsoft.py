"""What is planted at Microsoft appears, and is gone when exactly that is mended: rows 10 to 13, and parts of 26 and 27.

Only Microsoft is collected, with all registers of the company; everything else is as in `test_rows`.
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
from annexa.sandbox.vendors import microsoft
from annexa.schemas.words import Completeness, Reason, Status

COPILOT = "microsoft_365_copilot"
LIMITED = "GET /copilot/admin/settings/limitedMode"
SECRETS = (b"OfNobody", b"xoxb-", b"203.0.113.9", b"VGh1bWJ", microsoft.TOKEN.encode())
"""What the stand-in's answers hold in every field with room for it, and nothing may keep."""
OURS = ("MS",)

Day = Callable[..., Judged]


def collected(
    folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = (),
    vendors: tuple[str, ...] = ("microsoft",),
) -> list[Judged]:  # fmt: skip
    """The company's tenant on these days, each judged with those before it."""
    company, registers = Company(folder, vendors=vendors), folder / "registers"
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
    return tmp_path_factory.mktemp("microsoft")


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


def ours(judged: Judged) -> dict[str, str]:
    return {rule: result for rule, result in judged.results().items() if rule.split("-")[1] in OURS}


def turned(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Rules about Microsoft whose result is another one."""
    now = ours(after)
    return {rule: (result, now[rule]) for rule, result in ours(before).items() if result != now[rule]}


def unread(judged: Judged) -> list[Any]:
    return [entry for entry in judged.unread() if entry.source == "microsoft:main"]


def grant_of(judged: Judged, name: str) -> Any:
    """The one grant on behalf of people that an application of this name holds."""
    holder = next(row.data.subject for row in judged.records("application") if row.data.name == name)
    return next(row.data for row in judged.records("access_grant") if row.data.grantee == holder)


def test_row_10_an_ai_app_that_reads_everybodys_mail_and_files(days: list[Judged], mended: Day) -> None:
    for day in days:
        grant = grant_of(day, "Otter Notetaker")
        assert (grant.on_behalf_of, grant.target) == ("all", "microsoft_graph")
        assert {"Mail.Read", "Files.Read.All"} <= set(grant.permissions)
        assert "otter" in day.failing("INV-MS-01") and day.failing("INV-MS-02") == {grant.subject}
        assert (day.rule("INV-MS-01").control, day.rule("INV-MS-02").control) == ("A.5.9", "A.5.15")
        assert {day.control(ref).status for ref in ("A.5.9", "A.5.15")} == {Status.GAP}
    after = mended(10)
    assert "otter" not in after.verdicts("INV-MS-01")
    assert turned(days[0], after) == {"INV-MS-02": ("fail", "pass")}


def test_row_11_people_may_let_in_any_app_and_cannot_ask(days: list[Judged], mended: Day) -> None:
    for day in days:
        for rule in ("ACC-MS-01", "ACC-MS-01B"):
            assert (str(day.rule(rule).result), day.rule(rule).control) == ("fail", "A.5.15")
        assert "microsoft-user-default-legacy" in str(day.of("ACC-MS-01")["microsoft.user_consent"].observed)
    assert turned(days[0], mended(11)) == {"ACC-MS-01": ("fail", "pass"), "ACC-MS-01B": ("fail", "pass")}


def test_row_12_copilot_is_covered_by_a_policy_that_only_reports(days: list[Judged], mended: Day) -> None:
    for day in days:
        assert (str(day.rule("ACC-MS-03").result), day.failing("ACC-MS-03")) == ("fail", {COPILOT})
        assert day.rule("ACC-MS-03").control == "A.8.5" and day.control("A.8.5").status is Status.GAP
        assert "Copilot pilot only reports and leaves 14 out" in str(day.of("ACC-MS-03")[COPILOT].observed)
        pilot = next(row.data for row in day.records("access_policy") if row.data.name == "Copilot pilot")
        assert (pilot.state, pilot.excluded_members) == ("report_only", 14)
        assert str(day.rule("ACC-MS-03B").result) == "pass", (
            "other AI applications are covered by the rule for everything"
        )
    assert turned(days[0], mended(12)) == {"ACC-MS-03": ("fail", "pass")}


def test_row_13_what_only_people_are_shown_is_said(days: list[Judged], mended: Day) -> None:
    for day in days:
        (lost,) = unread(day)
        assert (lost.call, lost.reason, lost.permission) == (
            LIMITED, Reason.DELEGATED_ONLY, "CopilotSettings-LimitedMode.Read",
        )  # fmt: skip
        assert "people only" in lost.detail and "Global Reader" in str(lost.cure)
        assert str(day.rule("SUP-MS-01").result) == "unknown"
        assert any(spot.reason is Reason.DELEGATED_ONLY for spot in day.made.blind_spots)
    after = mended(13)
    assert unread(after) == [] and turned(days[0], after) == {"SUP-MS-01": ("unknown", "pass")}


def test_row_26_entra_proves_whose_the_note_taker_is(days: list[Judged], mended: Day) -> None:
    for day in days:
        item = day.of("INV-MS-01")["fireflies"]
        assert item.verdict == "fail" and "microsoft:main" in str(item.observed)
        assert day.of("INV-ANY-02B")["fireflies"].verdict == "fail"
    assert "fireflies" not in mended(26).verdicts("INV-MS-01")
    assert turned(days[0], mended(10, 26)) == {"INV-MS-01": ("fail", "pass"), "INV-MS-02": ("fail", "pass")}


def test_row_27_a_secret_whose_owner_has_left(days: list[Judged], mended: Day) -> None:
    for day in days:
        (subject,) = day.failing("ACC-MS-04")
        secret = next(row.data for row in day.records("credential") if row.data.subject == subject)
        assert (secret.type, secret.owner_state, secret.owner_has_access) == ("entra_client_secret", "disabled", False)
        assert day.rule("ACC-MS-04").control == "A.5.17"
    assert turned(days[0], mended(27)) == {"ACC-MS-04": ("fail", "pass")}


def test_nothing_else_is_planted(days: list[Judged]) -> None:
    expected = {
        "INV-MS-01": "fail", "INV-MS-02": "fail", "ACC-MS-01": "fail", "ACC-MS-01B": "fail", "ACC-MS-03": "fail",
        "ACC-MS-04": "fail", "SUP-MS-01": "unknown",
    }  # fmt: skip
    for day in days:
        assert {rule: result for rule, result in ours(day).items() if result != "pass"} == expected
        assert str(day.rule("ACC-ANY-05B").result) == "pass"
        assert "quay tickets" not in str(day.verdicts("INV-MS-01")).lower()
        units = [unit for unit in day.evidence.units() if unit.source == "microsoft:main"]
        assert {unit.collector for unit in units if unit.completeness is not Completeness.COMPLETE} == {
            "microsoft.copilot.limited_mode"
        }


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        assert set(ours(day).values()) == {"pass"}
        assert {"INV-MS-03", "LOG-MS-01", "DLP-MS-01", "CFG-MS-01"} <= set(ours(day)) and len(ours(day)) >= 14
        assert all(rule.counts.items for rule in day.made.rules if rule.rule in ours(day))
        assert unread(day) == []


def test_no_secret_reaches_the_vault_and_what_judges_does(days: list[Judged], vault: Path) -> None:
    kept = [file.read_bytes() for file in sorted((vault / "vault").rglob("*")) if file.is_file()]
    assert [word for word in SECRETS for content in kept if word in content] == []
    pages = b"".join(kept)
    for needed in (b"enabledForReportingButNotEnforced", b"verifiedPublisherId", b"Files.Read.All", b"endDateTime"):
        assert needed in pages


def test_row_26_okta_and_entra_show_one_service(tmp_path: Path) -> None:
    (day,) = collected(tmp_path, "first", vendors=("microsoft", "okta"))
    item = day.of("INV-ANY-02B")["fireflies"]
    assert item.verdict == "fail" and "seen at microsoft:main, okta:main" in str(item.observed)
    (finding,) = [one for one in day.findings if one.subject == "fireflies"]
    places = " ".join(str(sighting) for sighting in finding.sightings)
    assert finding.rule == "INV-ANY-02B" and "microsoft:main" in places and "okta:main" in places
