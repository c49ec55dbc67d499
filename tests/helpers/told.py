"""What all processes of a test run know: which tests stay together, and what is printed at the end."""

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


def group(nodeid: str) -> str:
    """Tests of one file belong together; those of the matrix by vendor, which their parameters begin with."""
    file, _, name = nodeid.partition("::")
    if "matrix/" not in file:
        return file
    if "vendors" not in file:
        return file if "company" in file else "matrix of aws"
    return f"matrix of {name.partition('[')[2].partition(':')[0].removesuffix(']')}"
