"""Makes the published JSON Schemas from the classes that write the JSON, and those of registers; `--check` only compares.

    python -m annexa.schemas.build [--check]

The string under a field is its description; a field without one is an error here.
"""

import ast
import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import getsource
from pathlib import Path
from typing import Any

import msgspec

from annexa.evidence.keeper import CallEntry
from annexa.evidence.kinds import KINDS
from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Record, Unit, Unread
from annexa.mappings import results
from annexa.mappings.results import Assessment, Finding, ItemResult
from annexa.schemas.registers import registers
from annexa.schemas.rows import row_schema

BASE = "https://annexa.dev/schemas"
HERE = Path(__file__).parent
WHOLE: dict[str, type[Any]] = {
    "assessment": Assessment, "call": CallEntry, "finding": Finding, "item": ItemResult, "record": Record, "run": Manifest,
    "unit": Unit, "unread": Unread,
}  # fmt: skip
"""Files of a run and an assessment with the class behind them."""


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every generated schema with its file name."""
    for name, cls in WHOLE.items():
        yield f"{name}.schema.json", _schema(cls, name)
    for kind, fact in KINDS.items():
        yield f"kind_{kind}.schema.json", _schema(fact, f"kind_{kind}")
    for name, register in registers().items():
        if not register.written:
            yield f"register_{name}.schema.json", {**_head(f"register_{name}"), **row_schema(name, register, _texts())}


def _schema(cls: type[Any], name: str) -> dict[str, Any]:
    (root,), parts = msgspec.json.schema_components([cls], ref_template="#/$defs/{name}")
    for part, content in parts.items():
        _describe(part, content)
    return {**_head(name), **root, "$defs": parts}


def _head(name: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{BASE}/{name}/1"}


def _describe(part: str, content: dict[str, Any]) -> None:
    texts = _texts().get(part, {})
    for field, schema in content.get("properties", {}).items():
        if field in texts:
            schema["description"] = texts[field]
        elif field != "kind":
            raise SystemExit(f"{part}.{field} has no description under it")


@cache
def _texts() -> dict[str, dict[str, str]]:
    """The strings under the fields of every class that is published, with those that it inherits."""
    found: dict[str, dict[str, str]] = {}
    judged = (getattr(results, name) for name in results.__all__)
    modules = sorted({cls.__module__ for cls in (*WHOLE.values(), *KINDS.values(), *judged)} | {"annexa.evidence.fact"})
    trees = [node for module in modules for node in ast.parse(getsource(import_module(module))).body]
    for node in (node for node in trees if isinstance(node, ast.ClassDef)):
        found[node.name] = dict(_fields(node))
    for name, texts in found.items():
        if any(base in ("Fact",) for base in _bases(trees, name)):
            found[name] = {**found["Fact"], **texts}
    return found


def _bases(trees: list[Any], name: str) -> list[str]:
    node = next(node for node in trees if isinstance(node, ast.ClassDef) and node.name == name)
    return [base.id for base in node.bases if isinstance(base, ast.Name)]


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in zip(node.body, node.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            yield field.target.id, " ".join(str(text.value.value).split())


def _written() -> set[str]:
    """Schemas of registers that are kept by hand."""
    return {f"register_{name}.schema.json" for name, register in registers().items() if register.written}


def main(arguments: list[str]) -> int:
    """Write every schema, or with `--check` say which file is not what it would be."""
    wrong = []
    wanted = {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas()}
    for name, text in wanted.items():
        path = HERE / name
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            wrong.append(name)
    made = (path.name for path in (*HERE.glob("kind_*.schema.json"), *HERE.glob("register_*.schema.json")))
    wrong += [name for name in made if name not in {*wanted, *_written()}]
    for name in wrong:
        sys.stderr.write(f"schemas/{name} is not what the classes say: run python -m annexa.schemas.build\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
