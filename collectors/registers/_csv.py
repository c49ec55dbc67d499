"""Rows of a CSV file: UTF-8 with or without a mark, columns separated by `,` or `;`, as its first row shows."""

import codecs
import csv
import io
from collections.abc import Iterator

from annexa.collectors.registers import _cells
from annexa.collectors.registers._rows import BadRegisterError, Parsed

MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"),
)  # fmt: skip
"""How files begin that are no UTF-8; the longer mark begins like the shorter one."""
SAVE = "save it as `CSV UTF-8`"
LONGEST = 1_000_000
"""Characters of one cell."""


def parse(register: str, name: str, body: bytes) -> Parsed:
    """The rows below the header; raises `BadRegisterError` for a file that is no such table."""
    csv.field_size_limit(LONGEST)
    text = _decoded(name, body)
    return _cells.read(register, name, _lines(name, text), _numbered, even=True)


def _decoded(name: str, body: bytes) -> str:
    for mark, encoding in MARKS:
        if body.startswith(mark):
            raise BadRegisterError(f"{name}: is {encoding}, not UTF-8; {SAVE}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise BadRegisterError(
            f"{name}:{line}: is not UTF-8 (byte {error.start}), but Windows-1252 or a mixture of encodings; {SAVE}"
        ) from error
    if "\0" in text:
        raise BadRegisterError(f"{name}: holds zero bytes, so it is no text; {SAVE}")
    return text


def _lines(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line on which it begins; a cell may run over several."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    began = 1
    try:
        for cells in rows:
            yield began, cells
            began = rows.line_num + 1
    except csv.Error as error:
        raise BadRegisterError(f"{name}:{began}: is no CSV: {error}") from error


def _numbered(number: int) -> str:
    return f"column {number + 1}"


def _delimiter(text: str) -> str:
    """What stands between the names of the first row; no name of a field holds either sign."""
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    return ";" if first.count(";") > first.count(",") else ","
