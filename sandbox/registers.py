"""Harbourline's registers as real files: one description, with what the planted and the clean company change in it."""

import csv
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from annexa.sandbox.supplied import supplied, text_of

FIRST = "harbourline_registers"
FILES = f"{FIRST}*.yaml"
"""The first holds what all vendors share; each further one what belongs to a vendor."""
TABLES = frozenset({"access_decisions", "acknowledgements", "people", "training"})
"""Registers that the company exports from other systems, as CSV."""


def write_registers(
    folder: Path, scenario: Literal["planted", "clean"], values: dict[str, str], only: Collection[str] | None = None
) -> None:
    """Write one file per register into `folder`, and documents; `${name}` in the description is filled from `values`.

    `only`: with what belongs to these vendors; None: with everything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for register, rows in registers(scenario, values, only).items():
        if register in TABLES:
            _write_table(folder / f"{register}.csv", rows)
        else:
            text = yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110)
            (folder / f"{register}.yaml").write_text(text, encoding="utf-8")
        if register == "documents":
            _write_documents(folder, rows)


def _write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    """A table as spreadsheets export it where a comma stands in numbers: semicolons, and a mark before the first row."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=";")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else value


def _write_documents(folder: Path, rows: list[dict[str, Any]]) -> None:
    (folder / "documents").mkdir(exist_ok=True)
    for row in rows:
        (folder / row["file"]).write_text(text_of(row), encoding="utf-8")


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
    found["ai_systems"] = [row for row in found["ai_systems"] if "name" in row]
    return {**supplied(scenario, found["ai_systems"]), **found}


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
