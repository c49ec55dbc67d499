"""Reads folders of registers in tests, and writes them in each of the forms that people use."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from annexa import collectors
from annexa.collectors import registers
from annexa.collectors._source import Circumstances
from annexa.collectors.registers import RegistersSource
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ALL = {item.name.partition(".")[2]: item for item in collectors.of(registers)}


class Read:
    """One folder, read with every collector that is asked for."""

    def __init__(self, folder: Path | None, parameters: Iterable[dict[str, Any]] = ()) -> None:
        settings = registers.Settings(folder=str(folder) if folder else None, parameters=tuple(parameters))
        clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
        source = registers.connect(settings, Circumstances(organisation="acme", clock=clock, run_id="r1"))
        assert isinstance(source, RegistersSource)
        self.source, self._clock = source, clock

    def __call__(self, register: str) -> Gathered:
        collector = ALL["statement_of_applicability" if register == "soa" else register]
        place = Place(
            organisation="acme", tenant="acme", source="registers:main", scope="acme", collector=collector.name,
            identity="local files",
        )  # fmt: skip
        keeper = Keeper(
            place, store=lambda page: hashlib.sha256(page).hexdigest(), redactor=Redactor(b"k"), clock=self._clock,
            token=lambda: "00" * 16,
        )  # fmt: skip
        wire = self.source.wire("acme")
        return gather(collector, wire, keeper, Known(), run_id="r1", version="0", nonce=lambda: "0" * 32)

    def info(self, register: str) -> Any:
        return next(info for info in self.source.infos() if info.name == register)


def told(gathered: Gathered) -> list[tuple[str, str]]:
    return [(str(entry.reason), entry.detail) for entry in gathered.unreads]


def documents(folder: Path) -> None:
    """The files that the examples name."""
    (folder / "documents").mkdir(exist_ok=True)
    for name in ("ai-policy.pdf", "openai-data-controls.pdf"):
        (folder / "documents" / name).write_bytes(b"text")


def write(folder: Path, form: str, register: str, row: dict[str, Any]) -> None:
    """One row in one of the three forms."""
    cells = [";".join(map(part, value)) if isinstance(value, list) else value for value in row.values()]
    if form == "yaml":
        (folder / f"{register}.yaml").write_text(json.dumps([row]), "utf-8")
    elif form == "csv":
        with (folder / f"{register}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([list(row), cells])
    else:
        days = [date.fromisoformat(cell) if DAY.fullmatch(str(cell)) else cell for cell in cells]
        workbook(folder / f"{register}.xlsx", [list(row), days])


def part(value: Any) -> str:
    return f"{value['sort']}={value['value']}" if isinstance(value, dict) else str(value)


def workbook(path: Path, rows: list[list[Any]], **sheets: list[list[Any]]) -> Any:
    """A spreadsheet with a sheet of these rows, and further sheets."""
    book = Workbook()
    for title, content in {"Sheet": rows, **sheets}.items():
        sheet = book.active if title == "Sheet" else book.create_sheet(title)
        for row in content:
            sheet.append(row)
    book.save(path)
    return book
