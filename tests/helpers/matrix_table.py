"""What the deny matrix tried: calls by faults with counts, the seed, and what is justified beside it."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import yaml
from told import SEED

from annexa.sandbox import _rest, aws_server

T = TypeVar("T")
ALL = "ANNEXA_MATRIX_ALL"
"""Set to anything: every cell is tried, none is left to the seed."""
LATER = frozenset({"foreign_next", "repeated_token"})
"""Faults that lose later pages alone: they come to something else than those that lose the first."""
SOME = 3
"""So many further faults of each call are tried where not every cell is: those that give the same reason come to the same."""
FOLDER = Path(__file__).parents[1] / "matrix"
KINDS = tuple(dict.fromkeys((*aws_server.KINDS, *_rest.KINDS)))
OTHERS = ("absence", "unreadable", "not_supplied", "invalid_row")


@dataclass
class Table:
    """Counts of the cells of one vendor, and their violations."""

    seed: int
    everything: bool
    vendor: str = "aws"
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    sorts: Counter[str] = field(default_factory=Counter)
    ran: set[tuple[str, str]] = field(default_factory=set)
    """Sorts of cells with the calls that were tried in them."""
    violations: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Entries of the committed table that some cell needed."""

    def enter(self, sort: str, op: str, kind: str, found: Iterable[str]) -> list[str]:
        """Count one cell; returns its violations with where they were found."""
        self.cells[op, kind] += 1
        self.sorts[sort] += 1
        self.ran.add((sort, op))
        said = [f"{sort}: {op} {kind}: {line}" for line in found]
        self.violations += said
        return said

    def excuses(self, section: str, op: str, rule: str = "", kind: str = "") -> bool:
        """Whether the committed table says why a rule may stay as it is where this call is hit by this fault."""
        for entry in justified(self.vendor).get(section) or ():
            fits = op == entry["call"] and rule in entry.get("rules", (rule,)) and kind in entry.get("faults", (kind,))
            if fits:
                self.used.add(f"{section}: {entry}")
                return True
        return False

    def entries(self, section: str, op: str) -> list[dict[str, Any]]:
        """What the committed table says of a call, marked as needed."""
        found = [entry for entry in justified(self.vendor).get(section) or () if entry["call"] == op]
        self.used.update(f"{section}: {entry}" for entry in found)
        return found

    def every_entry(self) -> list[dict[str, Any]]:
        """All that the committed table says."""
        return [entry for rows in justified(self.vendor).values() for entry in rows or ()]

    def unneeded(self) -> list[str]:
        """Entries that no cell needed."""
        known = {f"{section}: {entry}" for section, rows in justified(self.vendor).items() for entry in rows or ()}
        return sorted(known - self.used)

    def sample(self, what: Sequence[T], number: int, *name: Any) -> list[T]:
        """Some of these, chosen by the seed and the name of the cell; all where everything is asked for."""
        if self.everything or len(what) <= number:
            return list(what)
        return Random(f"{self.seed} {name}").sample(list(what), number)

    def some(self, what: Sequence[T], op: str) -> list[T]:
        """The first of these faults, those of later pages, those that the committed table names, and some of the others."""
        rows = [entry for entry in self.every_entry() if entry["call"] == op]
        named = {fault for entry in rows for fault in entry.get("faults", ())}
        sure = [one for at, one in enumerate(what) if at == 0 or one in LATER or one in named]
        return [*sure, *self.sample([one for one in what if one not in sure], SOME, op)]

    def draw(self, what: Sequence[T], *name: Any) -> T:
        """One of these, chosen by the seed and the name of the cell."""
        return Random(f"{self.seed} {name}").choice(what)

    def lines(self) -> Iterator[str]:
        """The table, and one line of sums."""
        kinds = [kind for kind in (*KINDS, *OTHERS) if any(kind == known for _, known in self.cells)]
        ops = sorted({op for op, _ in self.cells})
        width = max(len(op) for op in ops)
        yield " " * width + "".join(f"{kind[:10]:>11}" for kind in kinds)
        for op in ops:
            counts = [self.cells[op, kind] for kind in kinds]
            yield op.ljust(width) + "".join(f"{count or '.':>11}" for count in counts)
        sums = [sum(self.cells[op, kind] for op in ops) for kind in kinds]
        yield "cells".ljust(width) + "".join(f"{count:>11}" for count in sums)
        yield ""
        yield ", ".join(f"{sort} {count}" for sort, count in self.sorts.items())
        rows = ", ".join(f"{len(entries)} {name}" for name, entries in justified(self.vendor).items() if entries)
        drawn = "every cell" if self.everything else f"sampled by seed {self.seed} (ANNEXA_MATRIX_SEED)"
        yield f"justified: {rows or 'nothing'}; {drawn}"
        yield f"{len(ops)} calls x {len(kinds)} faults, {self.cells.total()} cells: {len(self.violations) or 'zero'} violations"

    def told(self) -> dict[str, Any]:
        """What is printed of it at the end, in a form that can be handed from process to process."""
        calls = len({op for op, _ in self.cells})
        return {
            "lines": list(self.lines()),
            "calls": calls,
            "cells": self.cells.total(),
            "violations": len(self.violations),
        }


TABLES: dict[str, Table] = {}
"""What was tried in this process, by vendor; `company` is all of them together."""


def table_of(vendor: str) -> Table:
    """The table of a vendor."""
    if vendor not in TABLES:
        TABLES[vendor] = Table(seed=int(os.environ[SEED]), everything=ALL in os.environ, vendor=vendor)
    return TABLES[vendor]


@cache
def justified(vendor: str = "aws") -> dict[str, list[dict[str, Any]]]:
    """The committed table of what stays as it is at a vendor, with the reason of each."""
    file = FOLDER / ("justified.yaml" if vendor == "aws" else f"justified_{vendor}.yaml")
    found: dict[str, list[dict[str, Any]]] = (yaml.safe_load(file.read_text("utf-8")) if file.is_file() else None) or {}
    return found
