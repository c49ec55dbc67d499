"""Whole runs: what the matrix puts together out of units is what a sealed run comes to. The cells are drawn by the seed."""

from pathlib import Path

import pytest
from harbourline import Company
from matrix import Judge
from matrix_depend import OPERATIONS, PACK, fault, kinds, subjects_of
from matrix_table import Table, justified
from one_day import leave_to

from annexa import runner
from annexa.collectors.aws._source import CREDENTIAL_CALLS
from annexa.collectors.registers import KINDS
from annexa.sandbox import demo
from annexa.sandbox.aws_server import Fault
from annexa.schemas.words import Result

CONNECTING = {call.op for call in CREDENTIAL_CALLS}
"""Calls without which no source starts: nothing is collected then, and nothing judged."""


def whole(folder: Path, faults: list[Fault]) -> dict[str, Result]:
    """Results of a whole run of the clean company: collected, sealed, read from the disk and judged."""
    company, registers = Company(folder), folder / "registers"
    demo.write_registers(registers, "clean")
    leave_to(registers, "clean", company.vendors)
    said = demo.settings("clean")["parameters"]
    manifest = company.collect("clean", "first", faults, registers=registers, parameters=said)
    made = runner.assess(company.vault, manifest.run_id, key=company.key)
    return {one.rule: one.result for one in made.rules}


@pytest.mark.parametrize("draw", range(2))
def test_a_whole_run_comes_to_the_same(clean: Judge, table: Table, tmp_path: Path, draw: int) -> None:
    cells = [(op, kind) for op in OPERATIONS if op not in CONNECTING for kind in kinds(op, refused=True)]
    op, kind = table.draw(cells, "whole", draw)
    after = clean.of(clean.day.again(op, [fault(op, kind)]))
    found = whole(tmp_path, [fault(op, kind)])
    said = [
        f"{rule} is {found[rule]}, and {one.result} by units"
        for rule, one in after.rules.items()
        if found[rule] != one.result
    ]
    assert table.enter("whole runs", op, kind, said) == []


def test_roles_that_cannot_be_assumed_leave_every_rule_about_aws_unknown(table: Table, tmp_path: Path) -> None:
    found = whole(tmp_path, [Fault("sts", "AssumeRole", kind="denied")])
    registers = {rule.id for rule in PACK.rules.values() if rule.reads in ("soa_row", "exception", "register_entry")}
    about = {rule for rule in PACK.rules if "aws" in subjects_of(rule)} - registers
    said = [f"{rule} is {found[rule]}" for rule in sorted(about) if found[rule] is not Result.UNKNOWN]
    assert table.enter("whole runs", "sts:AssumeRole", "denied", said) == []


def test_every_justified_entry_was_needed(table: Table) -> None:
    """It stands last: only a run of the whole matrix knows."""
    everywhere = {(sort, op) for sort in ("refused everywhere", "planted, second run") for op in OPERATIONS}
    registers = {("registers", f"registers:{name}") for name in KINDS}
    if not everywhere | registers <= table.ran:
        pytest.skip("only a part of the matrix was run")
    known = {f"{section}: {entry}" for section, entries in justified().items() for entry in entries}
    assert sorted(known - table.used) == []
    assert all(entry["because"] for entries in justified().values() for entry in entries)
