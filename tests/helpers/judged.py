"""An assessment that can be asked in one word, and the planted company with single rows mended."""

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
from annexa.evidence.record import Record, Unread
from annexa.evidence.vault import Vault
from annexa.mappings.results import Assessment, ControlResult, Finding, ItemResult, NeedResult, RuleResult
from annexa.sandbox import demo
from annexa.sandbox.aws_server import Fault
from annexa.sandbox.company import DateName, ScenarioName

Change = Callable[[list[dict[str, Any]]], object]
"""Changes the rows of one register in place."""


class Judged:
    """One sealed assessment, its run beside it."""

    def __init__(self, vault: Vault, assessment: str) -> None:
        reader = vault.assessment(assessment)
        self.made = assessments.document(reader, Assessment)
        self.items = list(assessments.lines(reader, assessments.ITEMS, ItemResult))
        self.findings = list(assessments.lines(reader, assessments.FINDINGS, Finding))
        self.run = vault.run(self.made.run_ids[0])

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
        return [msgspec.json.decode(line, type=Record) for line in self.run.lines(f"records/{kind}")]

    def unread(self) -> list[Unread]:
        return [msgspec.json.decode(line, type=Unread) for line in self.run.lines("unread")]


def collected(
    folder: Path, scenario: ScenarioName, *dates: DateName, mended: Collection[int] = (),
    registers: Mapping[str, Change] = MappingProxyType({}), faults: Iterable[Fault] = (), **settings: Any,
) -> Judged:  # fmt: skip
    """Collect the company on these dates and judge the last; single rows of AWS and of the registers may be mended."""
    company = Company(folder)
    demo.write_registers(folder / "registers", scenario)
    for register, change in registers.items():
        _edit(folder / "registers" / f"{register}.yaml", change)
    said = {**demo.settings(scenario), **settings}
    for date in dates:
        manifest = company.collect(
            scenario, date, faults, mended=mended, registers=folder / "registers", parameters=said["parameters"],
            rules_off=tuple(RuleOff(**row) for row in said["rules_off"]),
        )  # fmt: skip
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
    return Judged(company.vault, made.assessment_id)


def _edit(file: Path, change: Change) -> None:
    rows = yaml.safe_load(file.read_text("utf-8"))
    change(rows)
    file.write_text(yaml.safe_dump(rows, sort_keys=False), "utf-8")
