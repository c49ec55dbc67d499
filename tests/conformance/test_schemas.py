"""The published schemas are those of the classes, are valid, and say what every field means."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from annexa.evidence.fact import NOT_EXPOSED, Fact
from annexa.evidence.kinds import KINDS, AiSystem
from annexa.evidence.record import Provenance, Record
from annexa.schemas import build
from annexa.schemas.registers import registers

FOLDER = Path(build.__file__).parent
SHIPPED = sorted(FOLDER.glob("*.schema.json"))
REGISTERS = sorted(FOLDER.glob("register_*.schema.json"))
DIALECT = "https://json-schema.org/draft/2020-12/schema"

DOUBT_COUNTS_AGAINST_US = {"access_grant.vendor_managed"}
"""Fields whose default is a claim, because the other value would let something out of sight."""

per_schema = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name.removesuffix(".schema.json"))
per_described = pytest.mark.parametrize(
    # The catalogue is a file of our own; its head explains its fields.
    "path",
    [path for path in SHIPPED if path.name != "catalogue.schema.json"],
    ids=lambda path: path.name,
)
per_register = pytest.mark.parametrize("path", REGISTERS, ids=lambda path: path.name.removesuffix(".schema.json"))


def schema(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def properties(node: Any, place: str = "$") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every property in a schema: where it stands, its name, its own schema."""
    if isinstance(node, dict):
        found = node.get("properties")
        if isinstance(found, dict):
            yield from ((place, name, field) for name, field in found.items())
        for key, child in node.items():
            yield from properties(child, f"{place}.{key}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from properties(child, f"{place}[{index}]")


def test_the_generated_schemas_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--check"]) == 0, capsys.readouterr().err


def test_a_schema_that_differs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "HERE", tmp_path)
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    (tmp_path / "kind_setting.schema.json").write_text("{}", "utf-8")
    (tmp_path / "kind_gone.schema.json").write_text("{}", "utf-8")
    (tmp_path / "unread.schema.json").unlink()
    assert build.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in ("kind_setting", "kind_gone", "unread"))
    assert "kind_scope" not in told


def test_every_kind_has_its_schema() -> None:
    assert {path.name for path in SHIPPED if path.name.startswith("kind_")} == {
        f"kind_{kind}.schema.json" for kind in KINDS
    }


@per_schema
def test_a_schema_is_valid(path: Path) -> None:
    loaded = schema(path)
    assert loaded["$schema"] == DIALECT
    assert path.name.removesuffix(".schema.json") in re.split(r"[/:]", loaded["$id"])
    Draft202012Validator.check_schema(loaded)


@per_described
def test_every_field_says_what_it_means(path: Path) -> None:
    silent = [
        f"{place}: {name}" for place, name, field in properties(schema(path))
        if name != "kind" and not str(field.get("description", "")).strip()
    ]  # fmt: skip
    assert silent == []


@per_register
def test_a_register_is_closed_and_names_its_row(path: Path) -> None:
    loaded = schema(path)
    assert loaded["type"] == "object" and loaded["additionalProperties"] is False
    assert set(registers()[path.name.removeprefix("register_").partition(".")[0]].required) == set(loaded["required"])
    assert loaded["required"][0] in ("id", "control", "person", "review"), "what tells a row from others comes first"
    assert set(loaded["required"]) <= set(loaded["properties"])


@per_register
def test_a_register_has_no_field_that_its_kind_lacks(path: Path) -> None:
    """What people may write is what a record can carry; a field more would be dropped without a word."""
    from annexa.collectors.registers import KINDS as BY_REGISTER

    register = path.name.removeprefix("register_").removesuffix(".schema.json")
    fields = set(KINDS[BY_REGISTER[register]].__struct_fields__)
    assert set(schema(path)["properties"]) - {"id"} <= fields


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_field_that_a_collector_forgets_is_never_an_answer(kind: str) -> None:
    """The default of a field that may be missing says that nothing was said; an empty list says "none" on purpose."""
    fact: type[Fact] = KINDS[kind]
    for field in msgspec.structs.fields(fact):
        if f"{kind}.{field.name}" not in DOUBT_COUNTS_AGAINST_US:
            assert field.default not in (False, True, 0, "")


def test_a_record_fits_what_is_published() -> None:
    fact = AiSystem(subject="a-1", category="agent", provider="acme", name="Helper", owner=NOT_EXPOSED)
    record = Record(
        record_id="0" * 32, subject_uid="1" * 32, kind="ai_system", source="acme:main", scope="org-1",
        collected_at="2026-08-30T06:00:00Z", data=fact, nonce="2" * 32,
        provenance=Provenance(collector="acme.assistants", version="0", identity="audit", origins=()),
    )  # fmt: skip
    value = json.loads(msgspec.json.encode(record))
    whole = Draft202012Validator(schema(FOLDER / "record.schema.json"))
    assert whole.is_valid(value)
    assert Draft202012Validator(schema(FOLDER / "kind_ai_system.schema.json")).is_valid(value["data"])
    assert not whole.is_valid({**value, "data": {**value["data"], "category": "robot"}})
    assert not whole.is_valid({name: field for name, field in value.items() if name != "nonce"})
