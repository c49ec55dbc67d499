"""From the cells of a table to rows: the first row names the fields, every other is one row of the register."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from annexa.collectors.registers._rows import BadRegisterError, InvalidRow, Parsed, schema

LISTS = ("be_one_of", "contain_all", "contain_none")
"""Ways to hold a value against a decision for which even a single value is a list."""
TRUTH = {"yes": True, "true": True, "no": False, "false": False}
BROKEN = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
"""What a spreadsheet shows where a formula came to nothing."""
SEVERAL = re.compile(r"[;\n]")
Cells = Sequence[Any]
Place = Callable[[int], str]
"""How a column is called, by its number from 0."""


def read(register: str, name: str, lines: Iterable[tuple[int, Cells]], place: Place, *, even: bool = False) -> Parsed:
    """The rows below the header; raises `BadRegisterError` where the header names something else than fields.

    `even`: a row with fewer cells than the header was cut off, and is wrong.
    """
    fields: Mapping[str, Any] = schema(register)["properties"]
    found = ((line, cells) for line, cells in lines if any(not _empty(cell) for cell in cells))
    first = next(found, None)
    if first is None:
        return Parsed()
    header = _header(register, f"{name}:{first[0]}", first[1], fields, place)
    columns = {field: place(number) for number, field in enumerate(header) if field}
    return Parsed(rows=tuple(_rows(found, header, fields, place, even)), columns=columns)


def _rows(
    lines: Iterable[tuple[int, Cells]], header: Sequence[str], fields: Mapping[str, Any], place: Place, even: bool
) -> Iterator[tuple[int, Any]]:
    for line, cells in lines:
        try:
            if even and len(cells) < len(header):
                raise ValueError(f"has {len(cells)} cells, the first row has {len(header)}")
            yield line, _row(cells, header, fields, place)
        except ValueError as error:
            yield line, InvalidRow(line=line, says=str(error))


def _header(register: str, where: str, cells: Cells, fields: Mapping[str, Any], place: Place) -> list[str]:
    names = ["" if _empty(cell) else re.sub(r"[\s-]+", "_", str(cell).strip().casefold()) for cell in cells]
    for number, name in enumerate(names):
        if name and name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the fields are {', '.join(fields)}"
            raise BadRegisterError(f"{where}: {cells[number]!r} ({place(number)}) is no field of {register}: {hint}")
        if name and name in names[:number]:
            raise BadRegisterError(f"{where}: {name} ({place(number)}) stands twice")
    lacking = [name for name in schema(register)["required"] if name not in names]
    if lacking:
        raise BadRegisterError(f"{where}: there is no column {lacking[0]}; the first row must name the fields")
    return names


def _row(cells: Cells, header: Sequence[str], fields: Mapping[str, Any], place: Place) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        if _empty(cell):
            continue
        field = header[number] if number < len(header) else ""
        if not field:
            raise ValueError(f"{place(number)}: {str(cell)[:40]!r} stands under no name of a field")
        try:
            row[field] = _value(cell, fields[field])
        except ValueError as error:
            raise ValueError(f"{field} ({place(number)}): {error}") from error
    if row.get("must") in LISTS and isinstance(row.get("value"), str | int) and not isinstance(row["value"], bool):
        row["value"] = [str(row["value"])]
    return row


def _value(cell: Any, field: Mapping[str, Any]) -> Any:
    """A cell as a value of its field, as near as it comes; whether it fits, the schema says."""
    types = field.get("type", "string")
    types = types if isinstance(types, list) else [types]
    if isinstance(cell, str):
        return _text(cell.strip(), types, field)
    if isinstance(cell, bool):
        if "boolean" not in types:
            raise ValueError(f"is the truth value {cell}: format the cell as text")
        return cell
    if isinstance(cell, int | float):
        return _number(cell, types)
    if isinstance(cell, date):
        return _day(cell, field)
    raise ValueError(f"{cell!r} is a {type(cell).__name__}: format the cell as text")


def _text(text: str, types: Sequence[str], field: Mapping[str, Any]) -> Any:
    if text in BROKEN:
        raise ValueError(f"is {text}: a formula came to nothing")
    if text.startswith("="):
        raise ValueError("is a formula without a value: put its value there")
    several = "array" in types and (types == ["array"] or SEVERAL.search(text))
    if several:
        return [_item(part.strip(), field["items"]) for part in SEVERAL.split(text) if part.strip()]
    if "boolean" in types and text.casefold() in TRUTH:
        return TRUTH[text.casefold()]
    return int(text) if "integer" in types and re.fullmatch(r"-?\d{1,15}", text) else text


def _item(text: str, items: Mapping[str, Any]) -> Any:
    """One of several values; where each has fields of its own it is written `sort=value`."""
    if items.get("type") != "object":
        return text
    sort, equals, value = text.partition("=")
    return {"sort": sort.strip(), "value": value.strip()} if equals else text


def _number(cell: int | float, types: Sequence[str]) -> Any:
    if isinstance(cell, float) and not cell.is_integer():
        raise ValueError(f"is the number {cell}: format the cell as text, so that 8.10 stays what it is")
    if "integer" in types:
        return int(cell)
    return [str(int(cell))] if types == ["array"] else str(int(cell))


def _day(cell: date, field: Mapping[str, Any]) -> str:
    if field.get("format") != "date":
        raise ValueError(f"is the date {cell.isoformat()[:10]}: format the cell as text")
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise ValueError(f"is {cell.isoformat(' ')}: leave the time of day out")
        return cell.date().isoformat()
    return cell.isoformat()


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
