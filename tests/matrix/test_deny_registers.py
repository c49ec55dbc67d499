"""The deny matrix over the registers: a file that cannot be read, is not there, is empty, or holds a row that is wrong."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from matrix import BETTER, Judge, Judged, changed, judged, no_comfort
from matrix_depend import PACK, depend, whole_here
from matrix_table import Table

from annexa.collectors.registers import KINDS
from annexa.evidence.manifest import RegisterInfo
from annexa.schemas.registers import registers as declared
from annexa.schemas.words import Result, UnknownReason

BAD_ROW = {".yaml": "- {nobody_knows: true}\n", ".csv": "nobody knows\n"}
EMPTY = {".yaml": "[]\n", ".csv": ""}
BROKEN: dict[str, Callable[[Path], object]] = {
    "unreadable": lambda path: path.write_text('- {id: ["', "utf-8"),
    "invalid_row": lambda path: path.write_text(
        f"{path.read_text('utf-8')}\n{BAD_ROW[path.suffix]}".lstrip("[]\n"), "utf-8"
    ),
    "not_supplied": lambda path: path.unlink(),
    "empty_list": lambda path: path.write_text(EMPTY[path.suffix], "utf-8"),
}  # fmt: skip
DECIDED = {"decision"}
"""Kinds that settle criteria: the rules that name a decision depend on them too."""
LOOKED_AT = {kind for rule in PACK.rules.values() for kind in (rule.reads, *rule.joins)} | DECIDED | {"ai_service"}
TOGETHER = tuple(register for register, kind in KINDS.items() if kind not in LOOKED_AT)
"""Registers that no rule looks at yet: they are broken all at once, since each of them changes nothing."""
APART = tuple(register for register in KINDS if register not in TOGETHER)


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("registers", [*((register,) for register in APART), TOGETHER], ids=lambda given: given[0])
def test_a_register_that_was_not_read_is_no_comfort(
    clean: Judge, table: Table, tmp_path: Path, registers: tuple[str, ...], kind: str
) -> None:
    folder = shutil.copytree(clean.day.registers, tmp_path / "registers")
    for register in registers:
        (path,) = folder.glob(f"{register}.*")
        BROKEN[kind](path)
    evidence = clean.day.with_registers(folder)
    after = judged(evidence)
    dependent = {rule for register in registers for rule in _dependent(clean, register, kind)}
    for register in registers:
        (info,) = [one for one in evidence.manifest.registers if one.name == register]
        found = [*_said(info, kind), *_results(clean, after, dependent, register, kind, table)]
        assert table.enter("registers", f"registers:{register}", kind, found) == []


def _dependent(clean: Judge, register: str, kind: str) -> set[str]:
    """Rules that depend on a register; where it is empty, those of registers too whose rows name rows of it."""
    naming = [name for name, one in declared().items() if kind == "empty_list" and register in one.refers.values()]
    found = {rule for name in (register, *naming) for rule in depend(clean.day, f"registers:{name}")}
    return found | _criteria(KINDS[register])


def _criteria(kind: str) -> set[str]:
    decided = {rule.id for rule in PACK.rules.values() if rule.criterion.decided}
    return decided if kind in DECIDED else set()


def _said(info: RegisterInfo, kind: str) -> Iterator[str]:
    states = {"unreadable": "unreadable", "invalid_row": "invalid_rows", "not_supplied": "not_supplied"}
    if info.state != states.get(kind, "read"):
        yield f"the register is said to be {info.state}"


def _results(clean: Judge, after: Judged, dependent: set[str], register: str, kind: str, table: Table) -> Iterator[str]:
    reads, before = KINDS[register], clean.before
    comfort = {Result.PASS} if kind == "empty_list" else BETTER
    for rule, result in after.rules.items():
        known, same = PACK.rules[rule], not changed(before.rules[rule], result)
        if not whole_here(clean.day, rule):
            said = next(no_comfort(before, after, rule, comfort), None)
        elif rule not in dependent:
            said = None if same else f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif kind in ("unreadable", "invalid_row"):
            said = None if result.result is Result.UNKNOWN else f"{rule} is {result.result}"
        elif known.reads == reads or reads in known.joins:
            supplied = kind != "not_supplied" or known.reads != reads or result.reason is UnknownReason.NOT_SUPPLIED
            said = (
                None if supplied and result.result is not Result.PASS else f"{rule} is {result.result} {result.reason}"
            )
        else:
            ours = result.result is not Result.FAIL or not result.fails_own_rule
            said = None if ours else f"{rule} fails against a rule that nobody made"
        if said and not (rule in dependent and table.excuses("registers", f"registers:{register}", rule, kind)):
            yield said
    yield from after.assessment.internal_errors
