"""Rows of a spreadsheet: one sheet, its first row the names of fields; formulas count as what was last worked out."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from annexa.collectors.registers import _cells
from annexa.collectors.registers._rows import BadRegisterError, Parsed

BROKEN = (
    zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, OSError, EOFError, AttributeError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""What reading a file raises that is no spreadsheet, or half of one."""
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([^"]+)"')
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
LARGEST = 512 * 1024 * 1024
"""Bytes that the parts of a file may have together, once they are unpacked."""


def parse(register: str, name: str, body: bytes) -> Parsed:
    """The rows below the header; raises `BadRegisterError` for a file that cannot be read as one table."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts, warnings.catch_warnings():
            # Styles and validations that the library does not know have no part in values.
            warnings.simplefilter("ignore")
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise BadRegisterError(f"{name}: is larger than {LARGEST // 1024**2} MB once it is unpacked")
            return _sheet(register, name, body, parts)
    except BROKEN as error:
        says = "is no spreadsheet, or is protected by a password; save it as .xlsx without one"
        raise BadRegisterError(f"{name}: {says}") from error


def _sheet(register: str, name: str, body: bytes, parts: zipfile.ZipFile) -> Parsed:
    sheet = _chosen(register, name, _open(body, values=True))
    raw = parts.read(sheet._worksheet_path)
    merged = MERGED.search(raw)
    if merged:
        cells = merged.group(1).decode()
        raise BadRegisterError(
            f"{name}: cells {cells} of sheet {sheet.title} are merged; unmerge them and fill each in"
        )
    formulas = None
    if FORMULA.search(raw):
        formulas = _open(body, values=False)[sheet.title]
    return _cells.read(register, name, _lines(sheet, formulas), _letter)


def _open(body: bytes, *, values: bool) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(body), read_only=True, data_only=values, keep_links=False)


def _chosen(register: str, name: str, book: Any) -> Any:
    """The only sheet, or the one that is called like the register."""
    sheets = book.worksheets
    called = [sheet for sheet in sheets if re.sub(r"[\s-]+", "_", sheet.title.strip().casefold()) == register]
    found = called or (sheets if len(sheets) == 1 else [])
    if len(found) != 1:
        names = ", ".join(sheet.title for sheet in sheets)
        raise BadRegisterError(f"{name}: has the sheets {names}; name the one that is the register {register}")
    return found[0]


def _lines(sheet: Any, formulas: Any) -> Iterator[tuple[int, list[Any]]]:
    """Every row with its number; a formula whose value nobody worked out stands as the formula."""
    sheet.reset_dimensions()  # What a file says of its own size is often wrong.
    written: Iterator[Any] = iter(())
    if formulas is not None:
        formulas.reset_dimensions()
        written = formulas.iter_rows(values_only=True)
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        meant = next(written, ())
        yield number, [_cell(cell, meant[at] if at < len(meant) else None) for at, cell in enumerate(cells)]


def _cell(value: Any, written: Any) -> Any:
    """A formula is written as a text that begins with `=`, or as an object of the library's own."""
    return "=" if value is None and written is not None else value


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"column {letters}"
