"""Harbourline's registers as real files: one description, with what the planted and the clean company change in it."""

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

FIRST = "harbourline_registers"
FILES = f"{FIRST}*.yaml"
"""The first holds what all vendors share; each further one what belongs to a vendor."""


def write_registers(
    folder: Path, scenario: Literal["planted", "clean"], values: dict[str, str], only: Collection[str] | None = None
) -> None:
    """Write one YAML file per register into `folder`; `${name}` in the description is filled from `values`.

    `only`: with what belongs to these vendors; None: with everything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for register, rows in registers(scenario, values, only).items():
        text = yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110)
        (folder / f"{register}.yaml").write_text(text, encoding="utf-8")


def registers(
    scenario: Literal["planted", "clean"], values: dict[str, str], only: Collection[str] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Every register's rows: the common ones, with those of the scenario put in the place of rows of the same id."""
    first, *further = _parts(values, only)
    found: dict[str, list[dict[str, Any]]] = {**first["both"], "soa": _statement(first["statement"])}
    for part in (first, *further):
        for rows in (part.get("both", {}) if part is not first else {}, part.get(scenario, {})):
            for name, changes in rows.items():
                found[name] = _merged(found.get(name, []), changes)
    return found


def parameters(scenario: Literal["planted", "clean"]) -> dict[str, Any]:
    """What the company's `annexa.toml` says beside the sources: thresholds and switched-off rules."""
    found: dict[str, Any] = {"parameters": {}, "rules_off": []}
    for part in _parts({}):
        said = part.get("settings", {}).get(scenario, {})
        found["parameters"].update(said.get("parameters", {}))
        found["rules_off"] += said.get("rules_off", [])
    return found


def _parts(values: dict[str, str], only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """What each file says; `${name}` is filled from `values`."""
    parts = list[dict[str, Any]]()
    for file in sorted(Path(str(files("annexa.sandbox"))).glob(FILES)):
        vendor = file.stem.removeprefix(f"{FIRST}_")
        if only is not None and file.stem != FIRST and vendor not in only:
            continue
        text = file.read_text("utf-8")
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        parts.append(yaml.safe_load(text))
    return parts


def _merged(rows: list[dict[str, Any]], changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    key = "control" if rows and "control" in rows[0] else "id"
    merged = {row[key]: row for row in rows}
    for change in changes:
        if change.get("remove"):
            merged.pop(change[key])
        else:
            merged[change[key]] = {**merged.get(change[key], {}), **change}
    return list(merged.values())


def _statement(said: dict[str, Any]) -> list[dict[str, Any]]:
    """A Statement of Applicability with all 93 controls, from what is the same in every row."""
    sizes = {5: 37, 6: 8, 7: 14, 8: 34}
    return [
        {"control": f"A.{theme}.{number}", **said["row"]}
        for theme, size in sizes.items()
        for number in range(1, size + 1)
    ]
