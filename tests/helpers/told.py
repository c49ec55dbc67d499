"""Where what a test run prints at its end is kept meanwhile, and how the deny matrix is printed."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

SEED = "ANNEXA_MATRIX_SEED"
"""Chooses the cells of the deny matrix that are sampled; printed, so that a run can be repeated."""
TOLD: pytest.StashKey[dict[str, dict[str, Any]]] = pytest.StashKey()
"""The deny matrix's tables of calls and faults, by vendor: `lines`, and counts of `calls`, `cells` and `violations`."""


def lines(told: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Each table under its title, then what all of them come to."""
    for name in sorted(told, key=lambda name: (name != "aws", name)):
        yield f"deny matrix, {name}: calls x faults", list(told[name]["lines"])
    if len(told) > 1:
        calls, cells, violations = (
            sum(one[word] for one in told.values()) for word in ("calls", "cells", "violations")
        )
        yield (
            "deny matrix, all together",
            [f"{len(told)} tables, {calls} calls, {cells} cells: {violations or 'zero'} violations"],
        )
