"""What is planted at OpenAI appears, and is gone when exactly that is mended: rows 19, 20 and the OpenAI part of row 27.

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
from annexa.sandbox import demo
from annexa.sandbox.people import LEAVER, person
from annexa.sandbox.vendors.openai import ORGANIZATION
from annexa.schemas.words import Completeness, Status

VENDORS = ("openai", "chatgpt")
RETENTION = "proj_customs/openai.project.data_retention"
MCP = "proj_portal/openai.project.hosted_tool.mcp"
OURS = ("OAI", "ANY")
"""The vendors of the rules that are compared."""
SECRETS = (b"OfNobody", b"of_nobody", b"192.0.2.7", b"sk-admin-", b"sk-proj-", b"sk-svcacct-")
"""What the stand-in's answers hold in every field with room for it, and nothing may keep."""

Day = Callable[..., Judged]


def collected(folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = ()) -> list[Judged]:
    """The company's OpenAI on these days, each judged with those before it."""
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
    return tmp_path_factory.mktemp("openai")


@pytest.fixture(scope="module")
def days(vault: Path) -> list[Judged]:
    """The planted company on both of its days."""
    return collected(vault, "first", "second")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The planted company with these rows mended, on the first day or on another one; collected once for all tests."""

    @cache
    def make(*rows: int, date: str = "first") -> Judged:
        return collected(tmp_path_factory.mktemp("mended"), date, mended=rows)[0]

    return make


def turned(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Rules about this vendor, or about any, whose result is another one."""
    now = after.results()
    mine = {rule: result for rule, result in before.results().items() if rule.split("-")[1] in OURS}
    return {rule: (result, now[rule]) for rule, result in mine.items() if result != now[rule]}


def is_gap(judged: Judged, rule: str, *subjects: str) -> None:
    """The rule fails for these subjects and no others, each is a finding, and its control is a gap."""
    result = judged.rule(rule)
    assert str(result.result) == "fail"
    assert judged.failing(rule) == set(subjects)
    assert {finding.subject for finding in judged.findings if finding.rule == rule} == set(subjects)
    assert judged.control(result.control).status is Status.GAP


def setting(judged: Judged, name: str) -> dict[str, Any]:
    return {record.scope: record.data.value for record in judged.records("setting") if record.data.name == name}


def test_row_19_a_project_key_whose_owner_lost_access(days: list[Judged], mended: Day) -> None:
    for day in days:
        is_gap(day, "ACC-OAI-01", "key_HblCustomsOld")
        assert day.rule("ACC-OAI-01").control == "A.5.18"
        assert day.verdicts("ACC-OAI-01")["key_HblCustomsPilot"] == "pass"
    after = mended(19)
    assert (str(after.rule("ACC-OAI-01").result), after.failing("ACC-OAI-01")) == ("pass", set())


def test_row_19_an_admin_key_without_an_end(days: list[Judged], mended: Day) -> None:
    for day in days:
        is_gap(day, "ACC-OAI-03", "key_HblTerraform")
        assert day.rule("ACC-OAI-03").control == "A.8.2"
        assert day.verdicts("ACC-OAI-03")["key_HblAnnexa"] == "pass"
    after = mended(19)
    assert (str(after.rule("ACC-OAI-03").result), after.failing("ACC-OAI-03")) == ("pass", set())


def test_row_19_the_word_none_is_unknown_and_says_why(days: list[Judged], mended: Day) -> None:
    for day in days:
        assert setting(day, "openai.project.data_retention")["proj_customs"] == "none"
        item = day.of("SUP-OAI-02")[RETENTION]
        assert (item.verdict, item.reason) == ("unknown", "ambiguous_value")
        assert "never taken for zero retention" in str(item.observed)
        assert str(day.rule("SUP-OAI-02").result) == "unknown"
        assert not any(finding.rule == "SUP-OAI-02" for finding in day.findings)
    after = mended(19)
    assert set(after.verdicts("SUP-OAI-02").values()) == {"pass"}
    assert turned(days[0], after) == {
        "ACC-OAI-01": ("fail", "pass"), "ACC-OAI-03": ("fail", "pass"), "SUP-OAI-02": ("unknown", "pass"),
    }  # fmt: skip


def test_row_19_the_organisations_retention_is_loosened_in_between(days: list[Judged], mended: Day) -> None:
    name = "openai.data_retention"
    assert [setting(day, name) for day in days] == [
        {ORGANIZATION: "zero_data_retention"}, {ORGANIZATION: "modified_abuse_monitoring"},
    ]  # fmt: skip
    # Both are allowed: what is wrong is that it changed, not what it is now.
    assert [str(day.rule("SUP-OAI-01").result) for day in days] == ["pass", "pass"]
    first, second = days
    assert str(first.rule("SUP-ANY-06").result) == "unknown" and first.failing("SUP-ANY-06") == set()
    is_gap(second, "SUP-ANY-06", name)
    assert second.rule("SUP-ANY-06").control == "A.5.22"
    (finding,) = (one for one in second.findings if one.rule == "SUP-ANY-06")
    assert "changed between 2026-08-30 and 2026-09-29" in (finding.observed or "")
    assert setting(mended(19, date="second"), name) == {ORGANIZATION: "zero_data_retention"}


def test_row_19_a_change_that_was_taken_back_is_none(tmp_path: Path) -> None:
    first, second = collected(tmp_path, "first", "second", mended=(19,))
    assert [str(day.rule("SUP-ANY-06").result) for day in (first, second)] == ["unknown", "pass"]


def test_row_20_mcp_where_the_decision_says_off(days: list[Judged], mended: Day) -> None:
    for day in days:
        is_gap(day, "CFG-OAI-02", MCP)
        assert day.rule("CFG-OAI-02").control == "A.8.9"
        found = day.verdicts("CFG-OAI-02")
        assert found["proj_freight/openai.project.hosted_tool.file_search"] == "pass", "it is on, as decided"
        (decision,) = (row for row in day.records("decision") if row.data.subject == "register:decisions/d-oai-13")
        assert day.of("CFG-OAI-02")[MCP].criterion_ref == decision.record_id
    after = mended(20)
    assert turned(days[0], after) == {"CFG-OAI-02": ("fail", "pass")}
    assert after.verdicts("CFG-OAI-02")[MCP] == "pass"


def test_row_27_the_leaver_has_a_seat_and_a_key_under_an_alias(days: list[Judged], mended: Day) -> None:
    alias = person(LEAVER).aliases[0]
    assert alias == "jokafor@harbourline.example"

    def left_behind(judged: Judged) -> tuple[list[str], list[str]]:
        seats = [row.data.subject for row in judged.records("identity") if row.data.name == alias]
        return seats, [row.data.subject for row in judged.records("credential") if row.data.owner in seats]

    for day in days:
        seats, keys = left_behind(day)
        assert (len(seats), keys) == (1, ["key_HblLabLeaver"])
    assert left_behind(mended(27)) == ([], [])


def test_nothing_else_is_planted(days: list[Judged]) -> None:
    expected = {"ACC-OAI-01": "fail", "ACC-OAI-03": "fail", "CFG-OAI-02": "fail", "SUP-OAI-02": "unknown"}
    for day in days:
        ours = {rule: result for rule, result in day.results().items() if "-OAI-" in rule and result != "pass"}
        assert ours == expected
        units = [unit for unit in day.evidence.units() if unit.source.partition(":")[0] in VENDORS]
        assert {unit.completeness for unit in units} == {Completeness.COMPLETE}


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        ours = {rule: result for rule, result in day.results().items() if "-OAI-" in rule}
        assert (set(ours.values()), len(ours)) == ({"pass"}, 20)
        assert all(rule.counts.items for rule in day.made.rules if rule.rule in ours)


def test_no_secret_reaches_the_vault_and_numbers_keep_their_values(days: list[Judged], vault: Path) -> None:
    kept = [file.read_bytes() for file in sorted((vault / "vault").rglob("*")) if file.is_file()]
    assert len(kept) > 50
    assert [word for word in SECRETS for content in kept if word in content] == []
    pages = b"".join(kept)
    assert b'"max_tokens_per_1_minute":30000' in pages
    assert b'"batch_1_day_max_input_tokens":90000' in pages
    limits = {row.data.subject: row.data.value for row in days[0].records("quota")}
    assert limits["proj_lab/rl-o3#max_tokens_per_1_minute"] == 10000
