"""What is planted at GitHub appears as the scenario says, and is gone when exactly that is mended."""

from collections.abc import Callable
from pathlib import Path

import pytest
from harbourline import Company
from judged import Judged
from one_day import Day

from annexa.commands._config import RuleOff
from annexa.evidence.record import Record
from annexa.mappings.judge import judge
from annexa.mappings.pack import load_pack
from annexa.mappings.results import ItemResult
from annexa.sandbox import demo
from annexa.sandbox.play import DateName, ScenarioName
from annexa.sandbox.vendors import github
from annexa.schemas.words import Completeness, Status

Made = Callable[..., Judged]
PACK = load_pack()
OURS = sorted(name for name in PACK.rules if "-GH-" in name)
PLANTED = {"SUP-GH-02": "A.5.32", "ACC-GH-01B": "A.8.4", "ACC-ANY-06": "A.5.18"}
"""The rules that row 23 breaks, each with its control."""
REVIEWER = "installation/40110003#write"
SECRETS = (
    b"OfNobody0000",
    b"plain-words-key-of-nobody",
    b"-key-of-nobody-",
    github.TOKEN.encode(),
    github.OWNERS_TOKEN.encode(),
    b"PRIVATE KEY",
)
"""Parts of every secret that stands in the stand-in's answers or in the sign-in."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The company with GitHub and its registers alone, judged: `made("planted", "first", mended={23})`."""
    known: dict[tuple[ScenarioName, DateName, frozenset[int]], Judged] = {}

    def make(scenario: ScenarioName, date: DateName, mended: frozenset[int] = frozenset()) -> Judged:
        key = scenario, date, mended
        if key not in known:
            day = Day(tmp_path_factory.mktemp("github"), scenario, date, mended=mended, vendors=("github",))
            evidence, items = day.evidence(), list[ItemResult]()
            found = judge(evidence, pack=PACK, items=items.append, isms="main")
            known[key] = Judged(found.assessment, items, found.findings, evidence)
        return known[key]

    return make


@pytest.fixture(params=["first", "second"])
def date(request: pytest.FixtureRequest) -> DateName:
    found: DateName = request.param
    return found


def of(judged: Judged, kind: str, subject: str) -> Record:
    return next(record for record in judged.records(kind) if record.data.subject == subject)


def test_row_23_public_code_matches_are_allowed(made: Made, date: DateName) -> None:
    day = made("planted", date)
    subject = f"{github.NUMBER}/github.copilot.public_code_suggestions"
    assert day.failing("SUP-GH-02") == {subject}
    assert of(day, "setting", subject).data.value == "allow"
    assert day.rule("SUP-GH-02").control == "A.5.32"
    assert day.control("A.5.32").status is Status.GAP
    assert "value is allow" in (day.of("SUP-GH-02")[subject].observed or "")


def test_row_23_an_ai_app_writes_to_all_repositories(made: Made, date: DateName) -> None:
    day = made("planted", date)
    assert day.failing("ACC-GH-01B") == {REVIEWER}
    assert set(day.verdicts("ACC-GH-01B")) == {REVIEWER}, "apps that are no AI are not asked about"
    assert of(day, "access_grant", REVIEWER).data.grantee_name == "coderabbitai"
    assert day.rule("ACC-GH-01B").control == "A.8.4"
    assert day.control("A.8.4").status is Status.GAP
    assert day.verdicts("INV-GH-01"), "it is registered: that it is not approved is another matter"
    assert day.failing("INV-GH-01") == set()


def test_row_23_nine_seats_are_unused_and_two_say_nothing(made: Made, date: DateName) -> None:
    day = made("planted", date)
    items = day.of("ACC-ANY-06").values()
    assert [str(item.verdict) for item in items].count("fail") == 9
    silent = [item for item in items if item.verdict == "unknown"]
    assert [item.reason for item in silent] == ["not_exposed", "not_exposed"]
    assert {str(item.verdict) for item in items} == {"pass", "fail", "unknown"}
    assert day.rule("ACC-ANY-06").control == "A.5.18"
    assert day.control("A.5.18").status is Status.GAP


def test_row_23_mended_is_no_finding_and_changes_nothing_else(made: Made, date: DateName) -> None:
    before, after = made("planted", date), made("planted", date, frozenset({23}))
    turned = {
        rule: (result, after.results()[rule])
        for rule, result in before.results().items()
        if result != after.results()[rule]
    }
    assert turned == dict.fromkeys(PLANTED, ("fail", "pass"))
    for rule, control in PLANTED.items():
        assert set(after.verdicts(rule).values()) == {"pass"}
        assert after.control(control).status in (Status.INCOMPLETE, Status.SUPPORTED)
    assert len(after.of("ACC-ANY-06")) == len(before.of("ACC-ANY-06"))


def test_everything_not_planted_is_good_practice(made: Made, date: DateName) -> None:
    found = made("planted", date).results()
    assert {rule for rule in OURS if found[rule] != "pass"} == set(PLANTED) - {"ACC-ANY-06"}


def test_in_the_clean_company_every_rule_passes_over_somebody(made: Made, date: DateName) -> None:
    day = made("clean", date)
    assert {rule: day.rule(rule).result for rule in (*OURS, "ACC-ANY-06") if day.rule(rule).result != "pass"} == {}
    assert [rule for rule in (*OURS, "ACC-ANY-06") if not day.of(rule)] == []
    assert {unit.completeness for unit in day.evidence.units() if unit.source == "github:main"} == {
        Completeness.COMPLETE
    }
    assert not day.made.internal_errors


def test_the_company_is_as_the_scenario_describes_it(made: Made) -> None:
    day = made("planted", "first")
    assert len(day.records("repository_protection")) == 38
    assert of(day, "setting", f"{github.NUMBER}/github.copilot.plan").data.value == "business"
    restricted = {
        one.data.name for one in day.records("repository_protection") if one.data.classification == "restricted"
    }
    assert restricted == {"rate-contracts", "customs-clearance", "payroll-export"}


def test_no_secret_reaches_the_vault(tmp_path: Path) -> None:
    """Secrets stand in every free-form field of the stand-in's answers; names and numbers beside them stay."""
    company, folder = Company(tmp_path, ("github",)), tmp_path / "registers"
    demo.write_registers(folder, "planted")
    said = demo.settings("planted")
    company.collect(
        registers=folder, parameters=said["parameters"], rules_off=tuple(RuleOff(**row) for row in said["rules_off"])
    )
    files = [file.read_bytes() for file in (tmp_path / "vault").rglob("*") if file.is_file()]
    assert [secret for secret in SECRETS if any(secret in content for content in files)] == []
    kept = b"".join(files)
    for name in (
        b"freight-docs",
        b"tickets",
        b"packages.harbourline.example",
        b"seat_management_setting",
        b"coderabbitai",
    ):
        assert name in kept
