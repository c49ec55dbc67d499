"""What is planted at Anthropic appears, and is gone when exactly that is mended: rows 21 and 22.

Only the vendors of this file are collected, with all registers of the company; everything else is as in `test_rows`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from harbourline import Company
from judged import Judged

from annexa import runner
from annexa.commands._config import RuleOff
from annexa.sandbox import demo, vendors
from annexa.schemas.words import Completeness, Reason, Status

VENDORS = ("anthropic", "claude")
CONSOLE = vendors.play("anthropic", "planted", "first").world.data  # type: ignore[attr-defined]
ENTERPRISE = vendors.play("claude", "planted", "first").world.data  # type: ignore[attr-defined]
WORKSPACES = {row["name"]: row["id"] for row in CONSOLE["workspaces"]}
PARENT, OWN = (row["uuid"] for row in ENTERPRISE["organizations"])
RESEARCH = f"{WORKSPACES['Pricing research']}/anthropic.allowed_inference_geos"
OMITTED = f"{OWN}/claude.content_redaction_enabled"
SETTINGS = "GET /compliance/organizations/{organization_id}/settings"
SECRETS = (
    b"planted-secret",
    b"sk-ant-",
    b"203.0.113.7",
    b"bill-of-lading",
    b"Mozilla",
    b"words of the freight glossary",
)
"""What the stand-ins' answers hold in fields of every sort, and nothing may keep."""
OURS = ("ANT", "ANY")

Day = Callable[..., Judged]


def collected(
    folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = (),
    faults: Mapping[str, Iterable[Any]] | None = None, only: tuple[str, ...] = VENDORS,
) -> list[Judged]:  # fmt: skip
    """The company's Anthropic on these days, each judged with those before it."""
    company, registers = Company(folder, vendors=only), folder / "registers"
    demo.write_registers(registers, scenario)  # type: ignore[arg-type]
    said = demo.settings(scenario)  # type: ignore[arg-type]
    found = []
    for date in dates:
        manifest = company.collect(
            scenario, date, registers=registers, mended=mended, faults=faults or {},  # type: ignore[arg-type]
            parameters=said["parameters"], rules_off=tuple(RuleOff(**row) for row in said["rules_off"]),
        )  # fmt: skip
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
        found.append(Judged.of_vault(company.vault, made.assessment_id))
    return found


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anthropic")


@pytest.fixture(scope="module")
def days(vault: Path) -> list[Judged]:
    """The planted company on both of its days."""
    return collected(vault, "first", "second")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The planted company with these rows mended or these faults; collected once for all tests."""

    @cache
    def make(*rows: int, faults: tuple[tuple[str, Any], ...] = ()) -> Judged:
        told = {vendor: [fault for name, fault in faults if name == vendor] for vendor, _ in faults}
        return collected(tmp_path_factory.mktemp("mended"), "first", mended=rows, faults=told)[0]

    return make


def fault(vendor: str, op: str, kind: str, scope: str | None = None) -> tuple[str, Any]:
    return vendor, vendors.play(vendor, "planted", "first").fault(op, kind, scope)


def turned(before: Judged, after: Judged) -> dict[str, tuple[str, str]]:
    """Rules about this vendor, or about any, whose result is another one."""
    now = after.results()
    mine = {rule: result for rule, result in before.results().items() if rule.split("-")[1] in OURS}
    return {rule: (result, now[rule]) for rule, result in mine.items() if result != now[rule]}


def test_row_21_unrestricted_geography_where_residency_is_required(days: list[Judged], mended: Day) -> None:
    for day in days:
        result = day.rule("SUP-ANT-02")
        assert (str(result.result), result.control, day.failing("SUP-ANT-02")) == ("fail", "A.5.23", {RESEARCH})
        assert {finding.subject for finding in day.findings if finding.rule == "SUP-ANT-02"} == {RESEARCH}
        assert day.control("A.5.23").status is Status.GAP
        item = day.of("SUP-ANT-02")[RESEARCH]
        assert (item.criterion, "unrestricted" in str(item.observed)) == ("organisation", True)
        passing = {subject for subject, verdict in day.verdicts("SUP-ANT-02").items() if verdict == "pass"}
        assert {subject.partition("/")[0] for subject in passing} == {
            WORKSPACES["Default"],
            WORKSPACES["Freight assistant"],
        }
    after = mended(21)
    assert turned(days[0], after) == {"SUP-ANT-02": ("fail", "pass")}
    assert after.verdicts("SUP-ANT-02")[RESEARCH] == "pass"


def test_row_22_single_sign_on_is_enforced(days: list[Judged]) -> None:
    for day in days:
        result = day.rule("ACC-ANT-02")
        assert (str(result.result), result.control, result.missing_scopes) == ("pass", "A.8.5", ())
        assert day.verdicts("ACC-ANT-02") == {f"{OWN}/claude.sso_claude_ai_enforced": "pass"}
        assert day.need("A.8.5/sso").state == "met"


def test_row_22_a_setting_that_the_vendor_leaves_out_is_unknown(days: list[Judged], mended: Day) -> None:
    for day in days:
        item = day.of("CFG-ANT-01")[OMITTED]
        assert (item.verdict, item.reason) == ("unknown", "not_exposed")
        assert "leaves it out" in str(item.observed)
        assert (str(day.rule("CFG-ANT-01").result), day.failing("CFG-ANT-01")) == ("unknown", set())
    after = mended(22)
    assert turned(days[0], after) == {"CFG-ANT-01": ("unknown", "pass")}
    assert after.verdicts("CFG-ANT-01")[OMITTED] == "pass"


def test_row_22_the_parent_is_skipped_with_its_reason(days: list[Judged]) -> None:
    for day in days:
        scopes = {row.data.path: row for row in day.records("scope") if row.source == "claude:main"}
        assert {path: row.data.state for path, row in scopes.items()} == {PARENT: "disabled", OWN: "enabled"}
        assert "the parent organisation" in str(scopes[PARENT].data.note)
        assert [origin.call for origin in scopes[PARENT].provenance.origins].count(SETTINGS) == 2
        assert not any(unread.scope == PARENT or unread.subject == PARENT for unread in day.unread())
        assert not any(item.scope == PARENT for item in day.items)
        assert day.rule("ACC-ANT-02").counts.not_applicable_scopes == 1


def test_row_22_a_404_that_could_be_anything_is_no_parent(mended: Day) -> None:
    """Where nobody answers, the endpoint may be switched off for the whole tree: nothing passes."""
    nobody = mended(22, faults=(fault("claude", SETTINGS, "not_found"),))
    assert {row.data.state for row in nobody.records("scope") if row.source == "claude:main"} == {"enabled"}
    for rule in ("ACC-ANT-02", "CFG-ANT-01", "SUP-ANT-01", "SUP-ANT-01B", "SUP-ANT-01C", "SUP-ANT-01D"):
        assert str(nobody.rule(rule).result) == "unknown", rule
    lost = {(one.scope, one.reason) for one in nobody.unread() if one.collector == "claude.organisations.settings"}
    assert lost == {(PARENT, Reason.NOT_LICENSED), (OWN, Reason.NOT_LICENSED)}


def test_row_22_refused_settings_are_a_blind_spot(mended: Day) -> None:
    refused = mended(22, faults=(fault("claude", SETTINGS, "denied", OWN),))
    assert str(refused.rule("ACC-ANT-02").result) == "unknown"
    spots = [spot for spot in refused.made.blind_spots if spot.call == SETTINGS and "A.8.5" in spot.controls]
    assert {(spot.scope, spot.permission, spot.reason) for spot in spots} >= {
        (OWN, "read:compliance_org_data", Reason.DENIED)
    }


def test_without_single_sign_on_it_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = vendors.play

    def without(*asked: Any) -> Any:
        made = played(*asked)
        for row in made.world.data["settings"][OWN] if made.vendor == "claude" else ():  # type: ignore[attr-defined]
            if row["name"] == "sso_claude_ai_enforced":
                row["value"] = False
        return made

    monkeypatch.setattr(vendors, "play", without)
    (day,) = collected(tmp_path, "first", only=("claude",))
    assert str(day.rule("ACC-ANT-02").result) == "fail"
    assert day.control("A.8.5").status is Status.GAP


@pytest.mark.parametrize(
    ("op", "rules"),
    [
        ("GET /organizations/plugins", {"INV-ANY-02"}),
        ("GET /organizations/spend_limits", {"CFG-ANT-01C"}),
        ("GET /organizations/claude_tag/slack_workspaces", {"INV-ANY-02", "INV-ANY-04"}),
    ],
)
def test_a_missing_beta_header_is_an_unread_and_never_none(mended: Day, op: str, rules: set[str]) -> None:
    """Without its header, or outside the beta, a path answers 404 as if it did not exist."""
    after = mended(22, faults=(fault("claude", op, "not_found"),))
    lost = {one.reason for one in after.unread() if one.call == op}
    assert lost == {Reason.NOT_LICENSED}
    assert {rule for rule in rules if str(after.rule(rule).result) != "unknown"} == set()


def test_nothing_else_is_planted(days: list[Judged]) -> None:
    for day in days:
        ours = {rule: result for rule, result in day.results().items() if "-ANT-" in rule and result != "pass"}
        assert ours == {"SUP-ANT-02": "fail", "CFG-ANT-01": "unknown"}
        units = [unit for unit in day.evidence.units() if unit.source.partition(":")[0] in VENDORS]
        assert {unit.completeness for unit in units} == {Completeness.COMPLETE}
        for rule in ("INV-ANY-02", "INV-ANY-04", "CFG-ANY-03", "ACC-ANY-05B"):
            assert str(day.rule(rule).result) == "pass", rule


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        ours = {rule: result for rule, result in day.results().items() if "-ANT-" in rule}
        assert (set(ours.values()), len(ours)) == ({"pass"}, 19)
        assert all(rule.counts.items for rule in day.made.rules if rule.rule in ours)


def test_no_secret_reaches_the_vault_and_numbers_keep_their_values(days: list[Judged], vault: Path) -> None:
    kept = [file.read_bytes() for file in sorted((vault / "vault").rglob("*")) if file.is_file()]
    assert len(kept) > 50
    assert [word for word in SECRETS for content in kept if word in content] == []
    pages = b"".join(kept)
    for told in (
        b'"token_lifetime_seconds":900',
        b'"cleanupPeriodDays":30',
        b'"type":"output_tokens_per_minute","value":400000',
    ):
        assert told in pages
    sessions = {
        row.data.value
        for row in days[0].records("setting")
        if row.data.name == "claude.account_session_duration_seconds"
    }
    assert sessions == {28800}
