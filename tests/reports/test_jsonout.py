"""The assessment as JSON."""

import json
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from annexa.evidence.errors import UsageError, VaultError
from annexa.mappings.results import Assessment
from annexa.reports import jsonout
from annexa.reports.opened import Opened, open_assessment
from annexa.schemas.words import Environment


def test_every_key_is_present_sorted_and_the_same_twice(opened: Opened) -> None:
    text = jsonout.text(opened.assessment)
    value = json.loads(text)
    assert sorted(Assessment.__struct_fields__) == list(value)
    assert text == jsonout.text(opened.assessment)
    assert json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) == text


def test_it_reads_back_as_what_was_sealed(opened: Opened) -> None:
    value = msgspec.json.decode(jsonout.text(opened.assessment).encode(), type=Assessment)
    assert value == opened.assessment


def test_the_export_has_items_and_findings_beside_it(opened: Opened, tmp_path: Path) -> None:
    written = jsonout.export(opened, tmp_path / "out.json")
    assert [path.name for path in written] == ["out.json", "out.items.jsonl", "out.findings.jsonl"]
    for name in ("items", "findings"):
        assert (tmp_path / f"out.{name}.jsonl").read_bytes() == (opened.reader.path / f"{name}.jsonl").read_bytes()


def test_nothing_is_overwritten_and_nothing_half_written(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "out.findings.jsonl").write_text("mine")
    with pytest.raises(VaultError, match="exists already"):
        jsonout.export(opened, tmp_path / "out.json")
    assert [path.name for path in tmp_path.iterdir()] == ["out.findings.jsonl"]
    with pytest.raises(VaultError, match="no such"):
        jsonout.export(opened, tmp_path / "absent" / "out.json")


@pytest.mark.parametrize("environment", list(Environment))
def test_what_no_vendor_answered_is_exported_only_on_request(
    environment: Environment, sample: SimpleNamespace, tmp_path: Path
) -> None:
    vault, _ = sample.seal(tmp_path, environment)
    found = open_assessment(vault, "latest")
    jsonout.allow(found, allow_non_vendor=True)
    if environment is Environment.VENDOR:
        jsonout.allow(found, allow_non_vendor=False)
        return
    with pytest.raises(UsageError, match=f"marked {environment}"):
        jsonout.allow(found, allow_non_vendor=False)
