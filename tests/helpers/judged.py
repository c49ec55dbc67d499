"""An assessment that can be asked in one word, and the planted company with single facts mended."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import yaml
from harbourline import Company

from annexa import runner
from annexa.commands._config import RuleOff
from annexa.evidence import assessments
from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Record, Unread
from annexa.evidence.vault import Vault
from annexa.mappings.evidence_view import Evidence, ListEvidence, VaultEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import load_pack
from annexa.mappings.results import Assessment, ControlResult, Finding, ItemResult, NeedResult, RuleResult
from annexa.sandbox import demo
from annexa.sandbox import vendors as played
from annexa.sandbox.aws_server import Fault
from annexa.sandbox.company import DateName, ScenarioName
from annexa.schemas.words import Change as FindingChange

Edit = Callable[[list[dict[str, Any]]], object]
"""Changes the rows of one register in place."""
NO_EDITS: Mapping[str, Edit] = MappingProxyType({})


class Judged:
    """One assessment with the evidence that it rests on."""

    def __init__(
        self, made: Assessment, items: Iterable[ItemResult], findings: Iterable[Finding], evidence: Evidence
    ) -> None:
        self.made, self.evidence = made, evidence
        self.items = list(items)
        self.findings = [finding for finding in findings if finding.change is not FindingChange.RESOLVED]
        """Those that are open."""

    @classmethod
    def of_vault(cls, vault: Vault, assessment: str) -> "Judged":
        """One that is sealed."""
        reader = vault.assessment(assessment)
        made = assessments.document(reader, Assessment)
        return cls(
            made,
            assessments.lines(reader, assessments.ITEMS, ItemResult),
            assessments.lines(reader, assessments.FINDINGS, Finding),
            VaultEvidence(vault.run(made.run_ids[0])),
        )

    def rule(self, name: str) -> RuleResult:
        return next(rule for rule in self.made.rules if rule.rule == name)

    def control(self, ref: str) -> ControlResult:
        return next(control for control in self.made.controls if control.ref == ref)

    def need(self, name: str) -> NeedResult:
        return next(need for control in self.made.controls for need in control.needs if need.id == name)

    def results(self) -> dict[str, str]:
        return {rule.rule: str(rule.result) for rule in self.made.rules}

    def statuses(self) -> dict[str, str]:
        return {control.ref: str(control.status) for control in self.made.controls}

    def of(self, rule: str) -> dict[str, ItemResult]:
        """Items of a rule by their subject."""
        return {item.subject: item for item in self.items if item.rule == rule}

    def verdicts(self, rule: str) -> dict[str, str]:
        return {subject: str(item.verdict) for subject, item in self.of(rule).items()}

    def failing(self, rule: str) -> set[str]:
        return {subject for subject, verdict in self.verdicts(rule).items() if verdict == "fail"}

    def records(self, kind: str) -> list[Record]:
        return list(self.evidence.records(kind))

    def unread(self) -> list[Unread]:
        return list(self.evidence.unreads())


def collected(
    folder: Path, scenario: ScenarioName, *dates: DateName, mended: Collection[int] = (), faults: Iterable[Fault] = (),
    vendors: Iterable[str] | None = None,
) -> Judged:  # fmt: skip
    """Collect the company on these dates and judge the last; rows of the planted one may be mended.

    `vendors`: some of them; None: all.
    """
    company = Company(folder, played.names() if vendors is None else vendors)
    for date in dates:
        manifest = _collect(company, scenario, date, NO_EDITS, {}, mended=mended, faults=faults)
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
    return Judged.of_vault(company.vault, made.assessment_id)


def with_aws(
    folder: Path, base: Judged, date: DateName, earlier: Iterable[Judged] = (), mended: Collection[int] = (),
    faults: Iterable[Fault] = (),
) -> Judged:  # fmt: skip
    """Judge what all other vendors answered beside AWS as it is with these rows mended, or under faults."""
    company = Company(folder, ("aws",))
    manifest = company.collect("planted", date, faults=faults, mended=mended)
    return _judged(_spliced(base.evidence, VaultEvidence(company.vault.run(manifest.run_id)), "aws:main"), earlier)


def with_registers(
    folder: Path, base: Judged, date: DateName, earlier: Iterable[Judged] = (), registers: Mapping[str, Edit] = NO_EDITS,
    **settings: Any,
) -> Judged:  # fmt: skip
    """Judge what AWS answered beside other registers or settings than the planted ones."""
    company = Company(folder, played.names())
    manifest = _collect(company, "planted", date, registers, settings, only="registers")
    evidence = _spliced(base.evidence, VaultEvidence(company.vault.run(manifest.run_id)), "registers:main")
    return _judged(evidence, earlier)


def _judged(evidence: Evidence, earlier: Iterable[Judged] = ()) -> Judged:
    items: list[ItemResult] = []
    judged = judge(evidence, [each.evidence for each in earlier], pack=load_pack(), items=items.append, isms="main")
    return Judged(judged.assessment, items, judged.findings, evidence)


def _collect(
    company: Company, scenario: ScenarioName, date: DateName, edits: Mapping[str, Edit], settings: dict[str, Any], **told: Any
) -> Manifest:  # fmt: skip
    folder = company.folder / "registers"
    demo.write_registers(folder, scenario, company.vendors)
    for register, edit in edits.items():
        file = folder / f"{register}.yaml"
        rows = yaml.safe_load(file.read_text("utf-8"))
        edit(rows)
        file.write_text(yaml.safe_dump(rows, sort_keys=False), "utf-8")
    said = {**demo.settings(scenario), **settings}
    return company.collect(
        scenario, date, registers=folder, parameters=said["parameters"],
        rules_off=tuple(RuleOff(**row) for row in said["rules_off"]), **told,
    )  # fmt: skip


def _spliced(base: Evidence, other: Evidence, name: str) -> ListEvidence:
    """The base, with what one source answered taken from the other run."""
    registers = other.manifest.registers if name == "registers:main" else base.manifest.registers
    kinds = sorted({*base.kinds(), *other.kinds()})
    return ListEvidence(
        msgspec.structs.replace(base.manifest, registers=registers),
        [
            *(row for kind in kinds for row in base.records(kind) if row.source != name),
            *(row for kind in kinds for row in other.records(kind) if row.source == name),
        ],
        [unit for one, kept in _both(base, other, name) for unit in one.units() if kept(unit.source)],
        [unread for one, kept in _both(base, other, name) for unread in one.unreads() if kept(unread.source)],
    )


def _both(base: Evidence, other: Evidence, name: str) -> tuple[tuple[Evidence, Callable[[str], bool]], ...]:
    """Both runs, each with the sources that are taken from it."""
    return (base, lambda source: source != name), (other, lambda source: source == name)
