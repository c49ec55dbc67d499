"""What is planted in Azure appears, and is gone when exactly that is mended: row 14, and the Resource Graph part of row 12.

Only Azure is collected, with all registers of the company; everything else is as in `test_rows`.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from harbourline import Company
from judged import Judged

from annexa import collectors, runner
from annexa.collectors import azure
from annexa.commands._config import RuleOff
from annexa.evidence.keeper import CallEntry
from annexa.evidence.record import Record
from annexa.evidence.replay import compare, rebuild
from annexa.sandbox import demo
from annexa.sandbox._entra import TENANT, TOKEN
from annexa.sandbox.vendors import azure as played
from annexa.schemas.words import Completeness, Reason, Status

PRODUCTS = "3f1c9a52-0a11-4b6e-9d21-5a0000000001"
HIDDEN = "3f1c9a52-0a11-4b6e-9d21-5a0000000003"
ACCOUNTS = f"/subscriptions/{PRODUCTS}/resourcegroups/hbl-ai/providers/microsoft.cognitiveservices/accounts"
PORTAL, OPS = f"{ACCOUNTS}/hbl-openai-portal", f"{ACCOUNTS}/hbl-openai-ops"
RULES = {
    "ACC-AZR-01", "CFG-AZR-01", "CFG-AZR-02", "CFG-AZR-02B", "CFG-AZR-03", "INV-AZR-01", "LOG-AZR-01", "SUP-AZR-01",
    "SUP-AZR-02",
}  # fmt: skip
FAIL = {"ACC-AZR-01", "CFG-AZR-01"}
SECRETS = (b"ConnectionOfNobody", b"SharedAccessKey", TOKEN.encode())
"""What the stand-in's answers hold, or requests carry, and nothing may keep."""
Day = Callable[..., Judged]


def collected(
    folder: Path, *dates: str, scenario: str = "planted", mended: tuple[int, ...] = (), faults: Iterable[Any] = ()
) -> list[Judged]:
    """The company's Azure on these days, each judged with those before it; `faults` hit the last."""
    company, registers = Company(folder, vendors=("azure",)), folder / "registers"
    demo.write_registers(registers, scenario)  # type: ignore[arg-type]
    said = demo.settings(scenario)  # type: ignore[arg-type]
    found = []
    for date in dates:
        manifest = company.collect(
            scenario, date, registers=registers, mended=mended, parameters=said["parameters"],  # type: ignore[arg-type]
            rules_off=tuple(RuleOff(**row) for row in said["rules_off"]), faults=faults if date == dates[-1] else (),
        )  # fmt: skip
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
        found.append(Judged.of_vault(company.vault, made.assessment_id))
    return found


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("azure")


@pytest.fixture(scope="module")
def days(vault: Path) -> list[Judged]:
    """The planted company on both of its days."""
    return collected(vault, "first", "second")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The planted company with these rows mended; collected once for all tests."""

    @cache
    def make(*rows: int) -> Judged:
        return collected(tmp_path_factory.mktemp("mended"), "first", mended=rows)[0]

    return make


def ours(judged: Judged) -> dict[str, str]:
    return {rule: result for rule, result in judged.results().items() if rule in RULES}


def test_row_14_one_account_public_with_keys_one_private_without(days: list[Judged], mended: Day) -> None:
    for day in days:
        for rule, control, what in (("CFG-AZR-01", "A.8.20", "network"), ("ACC-AZR-01", "A.8.5", "disablelocalauth")):
            assert (str(day.rule(rule).result), day.rule(rule).control) == ("fail", control)
            assert day.verdicts(rule) == {f"{PORTAL}/{what}": "fail", f"{OPS}/{what}": "pass"}
            assert {one.subject for one in day.findings if one.rule == rule} == {f"{PORTAL}/{what}"}
            assert day.control(control).status is Status.GAP
    keys = next(row for row in days[0].records("setting") if row.data.subject == f"{PORTAL}/disablelocalauth")
    assert (keys.data.value, str(keys.data.basis)) == (False, "vendor_default"), "nothing is set, and Azure takes keys"
    assert keys.provenance.identity.startswith("application ")
    after = mended(14)
    for rule in FAIL:
        assert set(after.verdicts(rule).values()) == {"pass"} and not after.failing(rule)
    assert all(day.control("A.8.20").status is not Status.GAP for day in (after,))


def test_row_12_resource_graph_shows_one_subscription_fewer(days: list[Judged], mended: Day) -> None:
    for day in days:
        listed = {row.data.path for row in day.records("scope") if row.source == "azure:main"}
        assert (len(listed), HIDDEN in listed) == (3, True), "the list itself has it"
        noted = [one for one in day.unread() if one.reason is Reason.VISIBILITY_UNPROVED and one.source == "azure:main"]
        assert noted and all(HIDDEN in one.detail and "root management group" in str(one.cure) for one in noted)
        units = {unit.collector: unit.completeness for unit in day.evidence.units() if unit.source == "azure:main"}
        assert {name for name, state in units.items() if state is Completeness.COMPLETE} == {
            "azure.scopes.subscriptions"
        }
        assert set(units.values()) == {Completeness.COMPLETE, Completeness.PARTIAL}
        assert ours(day) == {rule: "fail" if rule in FAIL else "unknown" for rule in RULES}
        assert {item.verdict for rule in RULES - FAIL for item in day.of(rule).values() if item.reason is None} <= {
            "pass"
        }
    after = mended(12)
    assert ours(after) == {rule: "fail" if rule in FAIL else "pass" for rule in RULES}
    assert not [one for one in after.unread() if one.source == "azure:main"]


def test_with_both_mended_nothing_is_left(mended: Day) -> None:
    after = mended(12, 14)
    assert ours(after) == dict.fromkeys(RULES, "pass")
    assert {unit.completeness for unit in after.evidence.units() if unit.source == "azure:main"} == {
        Completeness.COMPLETE
    }


def test_every_rule_passes_in_the_clean_company(tmp_path: Path) -> None:
    for day in collected(tmp_path, "first", "second", scenario="clean"):
        assert ours(day) == dict.fromkeys(RULES, "pass")
        assert all(rule.counts.items for rule in day.made.rules if rule.rule in RULES)


def test_no_secret_reaches_the_vault(days: list[Judged], vault: Path) -> None:
    kept = b"".join(file.read_bytes() for file in sorted((vault / "vault").rglob("*")) if file.is_file())
    assert [word for word in SECRETS if word in kept] == []
    assert b"hbl-openai-portal.openai.azure.com" in kept and TENANT.encode() in kept


def test_records_come_out_of_the_kept_pages_as_they_were_sealed(tmp_path: Path) -> None:
    """Queries of Resource Graph share one address: their texts tell their pages apart."""
    company = Company(tmp_path, vendors=("azure",))
    manifest = company.collect("clean")
    reader = company.vault.run(manifest.run_id)

    def every(segment: str, into: type[Any]) -> list[Any]:
        names = [name for name in reader.segments() if name == segment or name.startswith(f"{segment}/")]
        return [msgspec.json.decode(line, type=into) for name in names for line in reader.lines(name)]

    installed = {one.name: one for one in collectors.of(azure)}
    sealed = [record for record in every("records", Record) if record.source == "azure:main"]
    compared = compare(sealed, rebuild(manifest, every("calls", CallEntry), installed, reader.page))
    assert (compared.same, compared.changed, compared.new) == (len(sealed), [], [])
    assert len(sealed) > 30


CALLS = played.play("clean", "first").ops()
ALWAYS = ("GET /tenants",)
"""Without these nothing starts."""


@pytest.mark.parametrize("op", [op for op in CALLS if op not in ALWAYS])
def test_exactly_the_rules_that_rest_on_a_call_are_unknown_without_it(op: str, tmp_path: Path) -> None:
    """Refused in the clean company; every other fault is tried by the deny matrix."""
    play = played.play("clean", "first")
    (day,) = collected(tmp_path, "first", scenario="clean", faults=[play.fault(op, "denied")])
    hit = {rule for rule, result in ours(day).items() if result != "pass"}
    expected = {
        "GET /subscriptions": RULES, "POST /providers/Microsoft.ResourceGraph/resources": RULES,
        f"GET {played.ACCOUNT}": {"SUP-AZR-02"}, f"GET {played.ACCOUNT}/raiPolicies": {"CFG-AZR-02", "CFG-AZR-02B"},
        f"GET {played.ACCOUNT}/deployments": {"CFG-AZR-02", "CFG-AZR-02B", "CFG-AZR-03", "INV-AZR-01", "SUP-AZR-01"},
        f"GET {played.ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings": {"LOG-AZR-01"},
        f"GET {played.ACCOUNT}/projects": {"INV-AZR-01"}, f"GET {played.ACCOUNT}/defenderForAISettings": set(),
    }[op]  # fmt: skip
    assert hit == expected and {ours(day)[rule] for rule in hit} <= {"unknown"}
    assert any(one.call == op and one.permission for one in day.unread())
