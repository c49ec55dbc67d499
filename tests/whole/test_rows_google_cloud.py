"""What is planted in Google Cloud appears, and is gone when exactly that is mended: row 18.

Only Google Cloud is collected, with all registers of the company; everything else is as in `test_rows`.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from harbourline import Company
from judged import Judged

from annexa import runner
from annexa.commands._config import RuleOff
from annexa.sandbox import demo
from annexa.sandbox._google_api import TOKEN
from annexa.sandbox.vendors import google_cloud as played
from annexa.schemas.words import Completeness, Reason, Status

RULES = {
    "ACC-GCP-01",
    "ACC-GCP-01B",
    "ACC-GCP-02",
    "CFG-GCP-01",
    "CFG-GCP-02",
    "CFG-GCP-02B",
    "INV-GCP-01",
    "LOG-GCP-01",
    "SUP-GCP-01",
    "SUP-GCP-02",
    "SUP-GCP-03",
}
FAIL = {"ACC-GCP-02": "A.5.17", "LOG-GCP-01": "A.8.15"}
OPEN_KEY = "projects/415000000002/locations/global/keys/c41b9e30-gemini-test"
SILENT = "projects/hbl-research/google_cloud.data_access/aiplatform.googleapis.com"
SECRETS = (b"KeyStringOfNobody", b"UHVibGljS2V5T2ZOb2JvZHk=", TOKEN.encode())
"""What the stand-in's answers hold, or requests carry, and nothing may keep."""


def collected(
    folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = (), faults: Iterable[Any] = ()
) -> list[Judged]:
    """The company's Google Cloud on these days, each judged with those before it; `faults` hit the last."""
    company, registers = (
        Company(folder, vendors=("google_cloud",)),
        folder.parent / f"google-cloud-registers-{scenario}",
    )
    if not registers.exists():
        demo.write_registers(registers, scenario)  # type: ignore[arg-type]
    said, found = settings(scenario), []
    for date in dates:
        manifest = company.collect(
            scenario, date, registers=registers, mended=mended, parameters=said["parameters"],  # type: ignore[arg-type]
            rules_off=tuple(RuleOff(**row) for row in said["rules_off"]), faults=faults if date == dates[-1] else (),
        )  # fmt: skip
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
        found.append(Judged.of_vault(company.vault, made.assessment_id))
    return found


@cache
def settings(scenario: str) -> dict[str, Any]:
    """What the company's configuration says; made once, like its registers: most of the time goes there."""
    return demo.settings(scenario)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("google_cloud")


@pytest.fixture(scope="module")
def days(vault: Path) -> list[Judged]:
    """The planted company on both of its days."""
    return collected(vault, "first", "second")


def ours(judged: Judged) -> dict[str, str]:
    return {rule: str(result) for rule, result in judged.results().items() if rule in RULES}


def test_row_18_an_open_key_and_a_project_without_data_access_logs(days: list[Judged], tmp_path: Path) -> None:
    for day in days:
        assert ours(day) == {rule: "fail" if rule in FAIL else "pass" for rule in RULES}
        for rule, control in FAIL.items():
            assert day.rule(rule).control == control
            assert day.control(control).status is Status.GAP
        assert {one.subject for one in day.findings if one.rule == "ACC-GCP-02"} == {OPEN_KEY}
        assert {one.subject for one in day.findings if one.rule == "LOG-GCP-01"} == {SILENT}
        keys = day.verdicts("ACC-GCP-02")
        assert (len(keys), keys[OPEN_KEY]) == (2, "fail"), "the key for maps opens no AI service"
        assert sorted(day.verdicts("LOG-GCP-01").values()) == ["fail", *["pass"] * 4]
    (after,) = collected(tmp_path, "first", mended=(18,))
    assert ours(after) == dict.fromkeys(RULES, "pass")
    assert set(after.verdicts("ACC-GCP-02").values()) == {"pass"} == set(after.verdicts("LOG-GCP-01").values())


def test_logs_of_a_folder_count_for_the_projects_below_it(days: list[Judged]) -> None:
    logs = {row.data.subject: row.data for row in days[0].records("log_source") if row.source == "google_cloud:main"}
    portal = logs["projects/hbl-portal/google_cloud.data_access/generativelanguage.googleapis.com"]
    assert portal.event_types == ("ADMIN_READ", "DATA_READ", "DATA_WRITE"), (
        "from organisation and a folder two steps above"
    )
    assert logs[SILENT].event_types == ("ADMIN_READ",)


def test_what_model_armor_does_is_told_of_the_project_that_has_it(days: list[Judged]) -> None:
    told = {row.data.subject: row.data for row in days[0].records("safeguard") if row.source == "google_cloud:main"}
    template, *floors = sorted(told)
    assert template.endswith("/locations/europe-west4/templates/shipment-helper"), "read at the host of its location"
    assert [name.partition("#")[0] for name in floors] == ["projects/hbl-portal"] * 4
    (setting,) = [row.data for row in days[0].records("setting") if row.data.name == "google_cloud.modelarmor.vertexai"]
    assert (setting.value, told[template].mode, told[template].prompt_attack) == (
        "block",
        "enforce",
        "MEDIUM_AND_ABOVE",
    )


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        assert ours(day) == dict.fromkeys(RULES, "pass")
        assert not [one for one in day.unread() if one.source == "google_cloud:main"]
        states = {unit.completeness for unit in day.evidence.units() if unit.source == "google_cloud:main"}
        assert states == {Completeness.COMPLETE}


def test_no_secret_reaches_the_vault(days: list[Judged], vault: Path) -> None:
    kept = b"".join(file.read_bytes() for file in sorted((vault / "vault").rglob("*")) if file.is_file())
    assert [word for word in SECRETS if word in kept] == []
    assert b"hbl-portal" in kept and b"885500000001" in kept


EVERYTHING = RULES
EXPECTED = {
    "cloudresourcemanager/v3:folders.search": EVERYTHING,
    "cloudresourcemanager/v3:projects.search": EVERYTHING,
    "cloudasset/v1:v1.searchAllResources": EVERYTHING,
    "cloudasset/v1:v1.searchAllIamPolicies": set[str](),
    "cloudresourcemanager/v1:projects.getAncestry": {"LOG-GCP-01", "ACC-GCP-01", "CFG-GCP-02"},
    "cloudresourcemanager/v3:projects.get": {"CFG-GCP-02"},
    "accesscontextmanager/v1:accessPolicies.list": {"CFG-GCP-02"},
    "accesscontextmanager/v1:accessPolicies.servicePerimeters.list": {"CFG-GCP-02"},
    "cloudresourcemanager/v3:projects.getIamPolicy": {"LOG-GCP-01", "ACC-GCP-01"},
    "cloudresourcemanager/v3:folders.getIamPolicy": {"LOG-GCP-01", "ACC-GCP-01"},
    "cloudresourcemanager/v3:organizations.getIamPolicy": {"LOG-GCP-01", "ACC-GCP-01"},
    "serviceusage/v1:services.list": EVERYTHING - {"CFG-GCP-02B"},
    "apikeys/v2:projects.locations.keys.list": {"ACC-GCP-02"},
    "iam/v1:projects.serviceAccounts.list": {"ACC-GCP-01B"},
    "iam/v1:projects.serviceAccounts.keys.list": {"ACC-GCP-01B"},
    "logging/v2:projects.locations.buckets.list": set[str](),
    "logging/v2:sinks.list": set[str](),
    "modelarmor/v1:projects.locations.getFloorSetting": set[str](),
    "modelarmor/v1:folders.locations.getFloorSetting": set[str](),
    "modelarmor/v1:organizations.locations.getFloorSetting": set[str](),
    "modelarmor/v1:projects.locations.list": set[str](),
    "modelarmor/v1:projects.locations.templates.list": set[str](),
    "orgpolicy/v2:projects.policies.getEffectivePolicy": {"CFG-GCP-01", "SUP-GCP-01"},
    "aiplatform/v1beta1:projects.fetchPublisherModelConfig": {"SUP-GCP-01"},
    "aiplatform/v1:projects.getCacheConfig": {"SUP-GCP-02"},
    "agentregistry/v1:projects.locations.list": {"INV-GCP-01"},
    "agentregistry/v1:projects.locations.agents.list": {"INV-GCP-01"},
    "agentregistry/v1:projects.locations.mcpServers.list": {"INV-GCP-01"},
}
"""Rules that become unknown where a call is refused."""
ALWAYS = ("cloudresourcemanager/v3:organizations.get", "cloudresourcemanager/v3:organizations.search")
"""Without these nothing starts."""


def test_every_call_has_an_expectation() -> None:
    assert set(played.play("clean", "first").ops()) == {*EXPECTED, *ALWAYS}


@pytest.mark.parametrize("op", EXPECTED)
def test_no_missing_answer_becomes_a_pass(op: str, tmp_path: Path) -> None:
    """Refused in the clean company: rules that depend on the call are unknown; the deny matrix tries every other fault."""
    play = played.play("clean", "first")
    (day,) = collected(tmp_path, "first", scenario="clean", faults=[play.fault(op, "denied")])
    assert {rule: result for rule, result in ours(day).items() if result != "pass"} == dict.fromkeys(
        EXPECTED[op], "unknown"
    )
    assert any(one.call == op and one.permission for one in day.unread())


LISTS = (
    "serviceusage/v1:services.list", "cloudresourcemanager/v3:projects.search", "cloudasset/v1:v1.searchAllResources",
    "cloudresourcemanager/v1:projects.getAncestry", "agentregistry/v1:projects.locations.list",
)  # fmt: skip
"""Lists that cannot be empty."""


@pytest.mark.parametrize("op", LISTS)
def test_an_empty_list_proves_nothing(op: str, tmp_path: Path) -> None:
    play = played.play("clean", "first")
    (day,) = collected(tmp_path, "first", scenario="clean", faults=[play.fault(op, "empty_list")])
    assert {rule for rule, result in ours(day).items() if result == "pass"} == RULES - EXPECTED[op]


def test_a_project_that_refuses_is_a_blind_spot_of_its_own(tmp_path: Path) -> None:
    play = played.play("planted", "first")
    fault = play.fault("apikeys/v2:projects.locations.keys.list", "denied", scope="hbl-portal")
    (day,) = collected(tmp_path, "first", faults=[fault])
    assert ours(day)["ACC-GCP-02"] == "unknown"
    (spot,) = [one for one in day.unread() if one.source == "google_cloud:main"]
    assert (spot.scope, spot.reason, spot.permission) == ("hbl-portal", Reason.DENIED, "apikeys.keys.list")
