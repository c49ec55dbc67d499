"""Registers: every way in which a file can be wrong has its own message, and none looks like an empty register."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from annexa.collectors import registers
from annexa.collectors._source import Circumstances
from annexa.collectors.registers._quick import quick
from annexa.collectors.registers._rows import schema, validator
from annexa.commands.init import template
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT
from annexa.schemas.registers import registers as declared
from annexa.schemas.words import Environment
from annexa.tests.collectors.register_folder import Read, documents, told, write

ROW = {
    "ai_systems": "id: s-1\n  name: Helper\n  identifiers: ['arn:aws:bedrock:*']\n",
    "soa": "control: A.8.10\n  applicable: true\n",
}
DECISION = (
    "id: d-1\n  setting: aws.bedrock.data_retention\n  must: be_one_of\n  value: [none]\n  because: contracts\n"
    "  approved_by: CISO\n  approved_on: 2026-01-15\n"
)


Files = Callable[..., Read]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def write(**contents: str | bytes) -> Read:
        for name, content in contents.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}.yaml").write_bytes(data)
        return Read(tmp_path)

    return write


def test_valid_rows_become_facts(files: Files) -> None:
    text = f"- {ROW['ai_systems']}  owner: Mia Holm\n  in_use_since: 2026-01-15\n"
    read = files(ai_systems=text)
    gathered = read("ai_systems")
    (record,) = gathered.records
    fact = record.data
    assert (fact.subject, fact.name, fact.owner) == ("register:ai_systems/s-1", "Helper", "Mia Holm")
    assert (fact.identifiers, fact.in_use_since) == (("arn:aws:bedrock:*",), "2026-01-15")
    assert str(fact.basis) == "attested"
    assert fact.supplier == ABSENT, "a register says all that it says: what a row leaves out is not there"
    assert str(gathered.unit.completeness) == "complete"
    assert record.provenance.origins[0].host == "file"
    info = read.info("ai_systems")
    assert (info.state, info.rows, info.file) == ("read", 1, "ai_systems.yaml")
    assert info.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_an_empty_register_is_read(files: Files) -> None:
    for content in ("", "# nothing yet\n", "[]\n"):
        read = files(soa=content)
        assert str(read("soa").unit.completeness) == "complete"
        assert (read.info("soa").state, read.info("soa").rows) == ("read", 0)


@pytest.mark.parametrize("register", sorted(registers.KINDS))
def test_a_missing_file_is_not_supplied(files: Files, register: str) -> None:
    read = files()
    gathered = read(register)
    assert [reason for reason, _ in told(gathered)] == ["not_supplied"]
    assert f"{register}.yaml" in str(gathered.unreads[0].cure)
    assert str(gathered.unit.completeness) == "unread"
    info = read.info(register)
    assert (info.state, info.kind, info.file, info.sha256) == ("not_supplied", registers.KINDS[register], None, None)


def test_no_folder_is_not_supplied_either() -> None:
    read = Read(None)
    assert [reason for reason, _ in told(read("decisions"))] == ["not_supplied"]
    assert read.info("decisions").state == "not_supplied"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"- id: \xff\n", "is not UTF-8 (byte 6)"),
        ("﻿- id: s-1\n".encode("utf-16"), "is not UTF-8"),
        ("- id: s-1\n  name: [\n", "soa.yaml:3: is no YAML"),
        ("- id: 'open\n", "is no YAML"),
        ("- a: *nowhere\n", "soa.yaml:1: is no YAML"),
        ("control: A.8.10\napplicable: true\n", "must be a list of rows"),
        ("just words\n", "must be a list of rows"),
        ("- control: A.8.10\n---\n- control: A.8.11\n", "is no YAML"),
        ("- control: \x07\n", "is no YAML"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(files: Files, content: str | bytes, says: str) -> None:
    read = files(soa=content)
    gathered = read("soa")
    ((reason, detail),) = told(gathered)
    assert reason == "invalid_answer"
    assert says in detail and "soa.yaml" in detail
    assert gathered.records == ()
    assert str(gathered.unit.completeness) == "unread"
    assert (read.info("soa").state, read.info("soa").rows) == ("unreadable", 0)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "soa.yaml").mkdir()
    read = Read(tmp_path)
    assert [reason for reason, _ in told(read("soa"))] == ["invalid_answer"]
    assert read.info("soa").state == "unreadable"


@pytest.mark.parametrize(
    ("register", "rows", "line", "says"),
    [
        ("soa", "- control: 8.10\n  applicable: true\n", 1, "the number 8.1"),
        ("soa", "- control: A.9.1\n  applicable: true\n", 1, "control: 'A.9.1'"),
        ("soa", "- control: A.8.10\n  applicable: maybe\n", 1, "applicable: 'maybe'"),
        ("soa", f"- {ROW['soa']}- {ROW['soa']}", 3, "A.8.10 stands twice, first on line 1"),
        ("soa", "- control: A.8.10\n", 1, "'applicable' is a required property"),
        ("soa", "- just words\n", 1, "a row must be a table of fields"),
        ("soa", "-\n", 1, "a row must be a table of fields"),
        ("soa", "- !!python/object/apply:os.system ['true']\n", 1, "os.system"),
        ("soa", "- control: !!python/name:os.system ''\n", 1, "could not determine a constructor"),
        ("soa", "- {control: A.8.10, applicable: true, approved_on: 2026-02-31}\n", 1, "day is out of range"),
        ("soa", "- control: A.8.10\n  applicable: false\n  applicable: true\n", 1, "applicable: stands twice"),
        ("soa", "- &all\n  control: [*all]\n", 1, "used twice by an alias"),
        ("ai_systems", "- {id: s-1, name: &n [x], identifiers: *n}\n", 1, "used twice by an alias"),
        ("ai_systems", f"- {ROW['ai_systems']}  ownr: Mia Holm\n", 1, "'ownr' was unexpected"),
        ("ai_systems", f"- {ROW['ai_systems']}  in_use_since: 15.1.2026\n", 1, "in_use_since: '15.1.2026'"),
        ("ai_systems", f"- {ROW['ai_systems']}  in_use_since: 2026-01\n", 1, "in_use_since: '2026-01'"),
        ("ai_systems", f"- {ROW['ai_systems']}\n- {ROW['ai_systems']}", 5, "s-1 stands twice, first on line 1"),
        ("ai_systems", "- id: s-1\n  name: Helper\n  identifiers: arn\n", 1, "identifiers: 'arn'"),
        ("ai_systems", "- id: s-1\n  name: ''\n  identifiers: []\n", 1, "name: ''"),
        ("decisions", f"- {DECISION}".replace("be_one_of", "equal"), 1, "must: 'equal'"),
    ],
)
def test_a_row_that_is_wrong_is_named_by_line_and_field(
    files: Files, register: str, rows: str, line: int, says: str
) -> None:
    read = files(**{register: rows})
    gathered = read(register)
    ((reason, detail),) = told(gathered)
    assert reason == "invalid_answer"
    assert f"{register}.yaml:{line}: " in detail and says in detail
    assert gathered.unreads[0].subject == f"register:{register}/line-{line}"
    assert str(gathered.unit.completeness) in ("partial", "unread")
    assert read.info(register).state == "invalid_rows"


def test_a_wrong_row_does_not_take_the_others_with_it(files: Files) -> None:
    read = files(soa=f"- {ROW['soa']}- control: 8.11\n  applicable: true\n- control: A.8.12\n  applicable: false\n")
    gathered = read("soa")
    assert [record.data.control for record in gathered.records] == ["A.8.10", "A.8.12"]
    assert str(gathered.unit.completeness) == "partial"
    assert (read.info("soa").state, read.info("soa").rows) == ("invalid_rows", 2)


def test_only_the_first_of_two_equal_ids_counts(files: Files) -> None:
    """Which of the two is meant, nobody knows; that there are two is said."""
    gathered = files(soa="- {control: A.8.10, applicable: true}\n- {control: A.8.10, applicable: false}\n")("soa")
    assert [record.data.applicable for record in gathered.records] == [True]
    assert len(gathered.unreads) == 1


def test_days_may_be_written_bare(files: Files) -> None:
    """YAML makes dates of them; the record holds what was written."""
    (record,) = files(decisions=f"- {DECISION}  until: 2026-12-31\n")("decisions").records
    assert (record.data.approved_on, record.data.until, record.data.value) == ("2026-01-15", "2026-12-31", ("none",))


def test_the_other_ending_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "soa.yml").write_text(f"- {ROW['soa']}", "utf-8")
    read = Read(tmp_path)
    assert len(read("soa").records) == 1
    assert read.info("soa").file == "soa.yml"


@pytest.mark.parametrize("register", sorted(registers.KINDS))
def test_the_example_of_a_template_is_a_valid_row(tmp_path: Path, register: str) -> None:
    shown, example = template(register).split("name the file without .template.\n", 1)
    documents(tmp_path)
    (tmp_path / f"{register}.yaml").write_text(
        "\n".join(line.removeprefix("# ") for line in example.splitlines()), "utf-8"
    )
    gathered = Read(tmp_path)(register)
    assert told(gathered) == []
    (record,) = gathered.records
    assert record.kind == registers.KINDS[register]
    (header,) = re.findall(r"^# (\w+(?:,\w+)+)$", shown, re.MULTILINE)
    assert header.split(",") == list(schema(register)["properties"])


def test_the_examples_together_are_whole_and_the_same_as_tables(tmp_path: Path) -> None:
    """Every register at once, so that each reference is held against its register; as YAML, CSV and XLSX alike."""
    found = {}
    for form in ("yaml", "csv", "xlsx"):
        folder = tmp_path / form
        folder.mkdir()
        documents(folder)
        for name, register in declared().items():
            write(folder, form, name, register.example)
        read = Read(folder)
        found[form] = {name: read(name) for name in registers.KINDS}
        assert [told(one) for one in found[form].values() if told(one)] == []
    for name, gathered in found["yaml"].items():
        for form in ("csv", "xlsx"):
            assert [one.data for one in found[form][name].records] == [one.data for one in gathered.records]


ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    "",
    " ",
    "word",
    "2026-02-31",
    "2026-01-15",
    "2026-01-15\n",
    "٢٠٢٦-01-15",
    [],
    [""],
    ["x"],
    [1],
    {},
)


@pytest.mark.parametrize("register", sorted(registers.KINDS))
def test_the_quick_look_lets_nothing_through_that_the_schema_refuses(register: str) -> None:
    """Every field of the example with every odd value, left out, and one field too many."""
    row, valid = declared()[register].example, validator(register).is_valid
    changed = [{**row, name: value} for name in (*schema(register)["properties"], "more") for value in ODD]
    lacking = [{name: value for name, value in row.items() if name != left} for left in row]
    assert [one for one in (*changed, *lacking, {}) if quick(register)(one) and not valid(one)] == []
    assert quick(register)(row) or register in ("ai_services", "exceptions", "decisions", "attestations")


def test_parameters_are_records_of_the_run() -> None:
    rows = [{"name": "key_age_days", "value": 30, "default": 90, "set_by": "organisation"}]
    gathered = Read(None, rows)("parameters")
    (record,) = gathered.records
    assert (record.data.name, record.data.value, record.data.default) == ("key_age_days", 30, 90)
    assert str(gathered.unit.completeness) == "complete"


def test_a_sandbox_marks_its_registers() -> None:
    clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
    lent = Circumstances(organisation="acme", clock=clock, run_id="r1", sandbox=True)
    assert registers.connect(registers.Settings(), lent).environment is Environment.SANDBOX
