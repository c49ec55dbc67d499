"""What the deny matrix tried: calls by faults with counts, the seed, and what is justified beside it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import yaml

from annexa.sandbox.aws_server import KINDS

T = TypeVar("T")
JUSTIFIED = Path(__file__).parents[1] / "matrix" / "justified.yaml"
OTHERS = ("shortened", "absence", "unreadable", "not_supplied", "invalid_row")


@dataclass
class Table:
    """Counts of the cells, and their violations."""

    seed: int
    everything: bool
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
        for entry in justified()[section]:
            fits = op == entry["call"] and rule in entry.get("rules", (rule,)) and kind in entry.get("faults", (kind,))
            if fits:
                self.used.add(f"{section}: {entry}")
                return True
        return False

    def sample(self, what: Sequence[T], number: int, *name: Any) -> list[T]:
        """Some of these, chosen by the seed and the name of the cell; all where everything is asked for."""
        if self.everything or len(what) <= number:
            return list(what)
        return Random(f"{self.seed} {name}").sample(list(what), number)

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
        known = justified()
        rows = ", ".join(f"{len(entries)} {name}" for name, entries in known.items())
        drawn = "every cell" if self.everything else f"sampled by seed {self.seed} (ANNEXA_MATRIX_SEED)"
        yield f"justified: {rows}; {drawn}"
        yield f"{len(ops)} calls x {len(kinds)} faults, {self.cells.total()} cells: {len(self.violations) or 'zero'} violations"


@cache
def justified() -> dict[str, list[dict[str, Any]]]:
    """The committed table of what stays as it is, with the reason of each."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(JUSTIFIED.read_text("utf-8"))
    return found
