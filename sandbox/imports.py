"""What Harbourline imported, written as `annexa import` writes it."""

import json
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

import yaml

from annexa.collectors.imports import FOLDER, load, write


def write_imports(registers: Path, only: Collection[str] | None = None) -> None:
    """Write every import beside the registers; `only`: those that speak about these vendors."""
    said = yaml.safe_load(files("annexa.sandbox").joinpath("harbourline_imports.yaml").read_text("utf-8"))
    for kind, given in said.items():
        if only is None or given["vendor"] in only:
            bodies = {name: json.dumps(rows, indent=2).encode() for name, rows in given["files"].items()}
            load(kind).together(bodies)  # What could not be imported is not written.
            day = given["exported_on"]
            write(registers / FOLDER, kind, bodies, exported_on=day, imported_at=f"{day}T08:00:00Z")
