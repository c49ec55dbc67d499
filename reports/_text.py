"""Text that fits: cutting by word, tables that never wrap, paragraphs that do.

Invariant: whatever a vendor put into a name cannot move the cursor or change colours, since every character that is not
printable is replaced before it is shown.
"""

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

MORE = "…"
_GAP = 2
_WIDEST, _NARROWEST, _USUAL = 140, 80, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    title: str
    least: int | None = None
    """It may be cut down to this width; None: never cut."""
    keep: str = "start"
    """Which part of a cut text stays: `start`, or `end` for paths and ids whose end tells most."""
    right: bool = False
    """Aligned to the right."""
    most: int | None = None
    """It never gets wider than this."""
    wrap: int = 1
    """Lines that one line of a cell may become before it is cut."""


def screen_width() -> int:
    """Columns to write in: those of the terminal within reason, 100 where there is none."""
    columns = shutil.get_terminal_size((_USUAL, 50)).columns
    return max(_NARROWEST, min(columns, _WIDEST))


def clean(text: object) -> str:
    """The text on one line, every character printable."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in str(text))


def cut(text: str, width: int, keep: str = "start") -> str:
    """The text, if it is not longer than `width`; else cut at a word, marked with `…`."""
    if len(text) <= width:
        return text
    if keep == "end":
        return MORE + text[-(width - 1) :] if width > 1 else MORE
    short = text[: width - 1]
    head, space, _ = short.rpartition(" ")
    whole = text[width - 1 : width] == " "
    if space and not whole and len(head) >= width // 2:
        short = head
    return short.rstrip(" ,;:.(") + MORE


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int, *, indent: int = 0) -> list[str]:
    """The lines of a table that is at most `width` wide; a cell may hold several lines."""
    return [line for group in grouped(columns, rows, width, indent=indent) for line in group]


def grouped(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int, *, indent: int = 0
) -> list[list[str]]:
    """The same table as groups of lines: the titles, then one group for each row."""
    from tabulate import tabulate

    cells = [[[clean(line) for line in cell.split("\n")] for cell in row] for row in rows]
    widths = _widths(columns, cells, width - indent)
    shown = [
        [[part for line in cell for part in _fitted(line, columns[at], widths[at])] for at, cell in enumerate(row)]
        for row in cells
    ]
    # The titles are a row: tabulate would make their columns two wider than they are.
    titles = [[cut(column.title, size), "-" * size] for column, size in zip(columns, widths, strict=True)]
    align = ["right" if column.right else "left" for column in columns]
    joined = [["\n".join(cell) for cell in row] for row in (titles, *shown)]
    lines = iter(tabulate(joined, tablefmt="plain", disable_numparse=True, colalign=align).splitlines())
    return [
        [" " * indent + line.rstrip() for line in islice(lines, max(len(cell) for cell in row))]
        for row in (titles, *shown)
    ]


def paragraph(text: str, width: int, *, indent: int = 0, first: str = "") -> list[str]:
    """Prose, wrapped; `first` stands before the first line, and sets the others off by two."""
    lead = " " * indent + first
    hanging = " " * (indent + (2 if first else 0))
    return textwrap.wrap(
        clean(text), width, initial_indent=lead, subsequent_indent=hanging,
        break_on_hyphens=False,
    ) or [lead.rstrip()]  # fmt: skip


def _fitted(line: str, column: Column, width: int) -> list[str]:
    """A cell's line as the lines that it becomes."""
    if len(line) <= width or column.wrap == 1:
        return [cut(line, width, column.keep)]
    parts = textwrap.wrap(line, width, break_on_hyphens=False)
    kept = parts[: column.wrap - 1]
    return [*kept, cut(" ".join(parts[column.wrap - 1 :]), width)] if len(parts) >= column.wrap else parts


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Sequence[str]]], width: int) -> list[int]:
    """Natural widths, the widest flexible columns made narrower until all fit."""
    widths = [
        min(max([len(column.title), *(len(line) for row in rows for line in row[at])]), column.most or width)
        for at, column in enumerate(columns)
    ]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    while over > 0:
        flexible = [at for at, column in enumerate(columns) if column.least is not None and widths[at] > column.least]
        if not flexible:
            break
        widest = max(flexible, key=lambda at: widths[at])
        widths[widest] -= 1
        over -= 1
    return widths
