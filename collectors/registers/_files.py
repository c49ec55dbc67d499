"""Finds and reads the file of a register: YAML, CSV or XLSX; every mistake is named by file, row and column.

A row that is wrong is not dropped: it is handed over as an invalid row, which blocks what rests on the register. A file
whose name is none of a register's is refused before anything is read: a misspelt one would look like none at all.
"""

import difflib
from collections.abc import Collection
from pathlib import Path

from annexa.collectors.registers import _csv, _xlsx, _yaml
from annexa.collectors.registers._checks import Checks
from annexa.collectors.registers._rows import BadRegisterError, Parsed, RegisterFile
from annexa.evidence.errors import ConfigError

READ = (".yaml", ".yml", ".csv", ".xlsx")
OTHERS = (".json", ".numbers", ".ods", ".toml", ".tsv", ".xls", ".xlsm")
"""Endings of files in which people keep tables too; one under a register's name is not passed over in silence."""
TEMPLATE = ".template"
LOCKS = ("~$", ".~lock.")
"""How the files begin that a spreadsheet program lays beside a file that is open."""


def check_names(folder: Path, registers: Collection[str]) -> None:
    """Raise a `ConfigError` for a file that was meant to be a register and is not named like one.

    Folders, hidden files, a README, templates, and files of other kinds (a policy as PDF) may lie there too.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError:
        return  # Whoever reads a register there says so of each.
    there = {Path(name).stem for name in names if Path(name).suffix in READ}
    for name in names:
        meant = None if _may_lie_there(name) else _misspelt(name, registers)
        if meant == "":
            hint = f"the registers are {', '.join(sorted(registers))}, as .yaml, .csv or .xlsx; or move it into a folder below"
            raise ConfigError("is no register", hint=hint, file=folder / name)
        # A copy that an editor left beside the register itself does no harm.
        if meant is not None and (Path(name).suffix.casefold() in (*READ, *OTHERS) or meant not in there):
            ending = Path(name).suffix.casefold()
            hint = f"did you mean {meant}{ending if ending in ('.csv', '.xlsx') else '.yaml'}?"
            raise ConfigError("is no register", hint=hint, file=folder / name)


def read(folder: Path, register: str, day: str) -> RegisterFile | None:
    """Read one register as of `day`; None where there is no such file; raises `BadRegisterError`."""
    path = _file(folder, register)
    if path is None:
        return None
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadRegisterError(f"{path.name}: {error.strerror}") from error
    return Checks(register, path.name, _parsed(register, path.name, body), folder, day).run(body)


def _parsed(register: str, name: str, body: bytes) -> Parsed:
    match Path(name).suffix:
        case ".csv":
            return _csv.parse(register, name, body)
        case ".xlsx":
            return _xlsx.parse(register, name, body)
        case _:
            return _yaml.parse(name, body)


def _may_lie_there(name: str) -> bool:
    return name.startswith((".", *LOCKS)) or name.casefold().startswith("readme") or name.endswith(TEMPLATE)


def _misspelt(name: str, registers: Collection[str]) -> str | None:
    """The register that a file's name was meant to be, empty where nobody can say which; None: it is none at all."""
    path, word = Path(name), name.partition(".")[0].casefold()
    if path.stem in registers and path.suffix in (*READ, *OTHERS):
        return None
    table = path.suffix.casefold() in (*READ, *OTHERS)
    near = difflib.get_close_matches(word, sorted(registers), n=1, cutoff=0.6 if table else 0.85)
    return near[0] if near else "" if table else None


def _file(folder: Path, register: str) -> Path | None:
    """The register's one file; a table that is plainly meant to be it and would not be read is no empty register."""
    try:
        meant = sorted(path for path in folder.iterdir() if _meant(path, register))
    except OSError as error:
        raise BadRegisterError(f"{folder.name}: {error.strerror}") from error
    if not meant:
        return None
    if len(meant) > 1:
        raise BadRegisterError(f"{' and '.join(path.name for path in meant)}: only one can be the register")
    if meant[0].name not in {register + end for end in READ}:
        raise BadRegisterError(
            f"{meant[0].name}: is not read; make it {register}.yaml, {register}.csv or {register}.xlsx"
        )
    return meant[0]


def _meant(path: Path, register: str) -> bool:
    # A workbook that is open has a lock beside it, whose name begins otherwise.
    return path.stem.casefold() == register and path.suffix.casefold() in (*READ, *OTHERS)
