"""Registers as tables, and what is checked beyond a row's form: days, documents, references. Nothing wrong is passed over."""

import hashlib
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from annexa.collectors.registers import _files
from annexa.tests.collectors.register_folder import Read, told, workbook, write

PEOPLE = "id,name,joined"
KIM = "1,kim@example.com,2024-02-01"


def one(folder: Path, name: str, content: str | bytes) -> Read:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    return Read(folder)


def refused(read: Read, register: str) -> list[str]:
    """What is said of a register that has no good row, or of its wrong rows."""
    return [detail for _, detail in told(read(register))]


@pytest.mark.parametrize(
    "content",
    [
        f"{PEOPLE}\n{KIM}\n",
        f"\ufeff{PEOPLE}\r\n{KIM}\r\n",
        f"{PEOPLE}\n{KIM}\n\n,,\n".replace(",", ";"),
        '\n"Joined";"ID"; name ;\n2024-02-01;1;"kim@example.com";\n',
    ],
    ids=["plain", "mark and line ends of Windows", "semicolons and empty lines", "another order"],
)
def test_a_csv_is_read_however_it_was_saved(tmp_path: Path, content: str) -> None:
    gathered = one(tmp_path, "people.csv", content)("people")
    assert told(gathered) == []
    (record,) = gathered.records
    assert (record.data.person_id, record.data.name, record.data.joined) == ("1", "kim@example.com", "2024-02-01")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{PEOPLE}\n{KIM}\n".encode("utf-16"), "people.csv: is UTF-16, not UTF-8; save it as `CSV UTF-8`"),
        (f"{PEOPLE}\n{KIM}\n".encode("utf-16-be"), "people.csv: holds zero bytes"),
        (f"{PEOPLE}\n1,jörg@example.com,2024-02-01\n".encode("cp1252"), "people.csv:2: is not UTF-8 (byte 18)"),
        (f"{PEOPLE}\n1,jörg@x,2024-02-01\n".encode() + b"2,j\xf6rg@y,2024-02-01\n", "a mixture of encodings"),
        (f"{PEOPLE},ownr\n{KIM},x\n", "people.csv:1: 'ownr' (column 4) is no field of people"),
        (f"{PEOPLE},manger\n{KIM},x\n", "did you mean manager?"),
        (f"{PEOPLE},Name\n{KIM},x\n", "name (column 4) stands twice"),
        ("id,name\n1,kim@example.com\n", "there is no column joined"),
        ("People of 2026\nid,name,joined\n", "'People of 2026' (column 1) is no field"),
        (f'{PEOPLE}\n1,"kim,2024-02-01\n', "people.csv:2: is no CSV"),
        (f'{PEOPLE}\n1,"kim"x,2024-02-01\n', "people.csv:2: is no CSV"),
    ],
)
def test_a_csv_that_cannot_be_read_at_all(tmp_path: Path, content: str | bytes, says: str) -> None:
    read = one(tmp_path, "people.csv", content)
    (detail,) = refused(read, "people")
    assert says in detail
    assert read("people").records == ()
    assert read.info("people").state == "unreadable"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,kim@example.com,31.12.2024", "people.csv:3: joined (column 3): '31.12.2024' is no day; write days as 2026"),
        ("1,kim@example.com,2026-02-31", "joined (column 3): '2026-02-31' is no day"),
        ("1,kim@example.com", "people.csv:3: has 2 cells, the first row has 3"),
        ("1,kim@example.com,2024-02-01,x", "column 4: 'x' stands under no name of a field"),
        (",kim@example.com,2024-02-01", "'id' is a required property"),
        ("1,=A1,2024-02-01", "name (column 2): is a formula without a value"),
        ("1,#N/A,2024-02-01", "name (column 2): is #N/A: a formula came to nothing"),
        ("0,kim@example.com,2024-02-01", "0 stands twice, first on line 2"),
        ("1,ada@EXAMPLE.com,2024-02-01", "ada@example.com stands twice, first on line 2"),
    ],
)
def test_a_row_of_a_table_is_named_by_line_and_column(tmp_path: Path, row: str, says: str) -> None:
    read = one(tmp_path, "people.csv", f"{PEOPLE}\n0,ada@example.com,2024-02-01\n{row}\n")
    gathered = read("people")
    ((reason, detail),) = told(gathered)
    assert reason == "invalid_answer" and says in detail
    assert [record.data.person_id for record in gathered.records] == ["0"]
    assert read.info("people").state == "invalid_rows"


def test_cells_become_what_their_fields_are(tmp_path: Path) -> None:
    """Lists, truth values, numbers, and lines within a cell."""
    header = "id;name;aliases;joined;leaver_limit_days\n"
    gathered = one(
        tmp_path, "people.csv", f'{header}007;kim@x;"kk; k.k@x\nkim";2024-02-01;3\n8;ada@x;ada;2024-02-01;x\n'
    )("people")
    (kim,) = (record.data for record in gathered.records)
    assert (kim.person_id, kim.aliases, kim.leaver_limit_days) == ("007", ("kk", "k.k@x", "kim"), 3)
    assert "people.csv:4: leaver_limit_days (column 5): 'x' is not of type 'integer'" in told(gathered)[0][1]
    decisions = "id,setting,must,value,because,approved_by,approved_on\n"
    rows = [f"{number},s,{must},{value},b,a,2026-01-15\n" for number, (must, value) in enumerate(VALUES)]
    found = one(tmp_path, "decisions.csv", decisions + "".join(rows))("decisions").records
    assert [record.data.value for record in found] == list(VALUES.values())


VALUES: dict[tuple[str, str], Any] = {
    ("be", "true"): True, ("be", "required"): "required", ("be_at_most", "90"): 90, ("be_one_of", "none"): ("none",),
    ("contain_all", "a; b"): ("a", "b"), ("be_one_of", "90"): ("90",),
}  # fmt: skip


def test_a_spreadsheet_is_read_with_its_own_types(tmp_path: Path) -> None:
    rows = [
        ["id", "name", "joined", "left", "sort", "leaver_limit_days"],
        [17, "kim@example.com", date(2024, 2, 1), datetime(2026, 3, 1), "employee", 2],
        [None, None, None, None, None, None],
        ["18", "ada@example.com", "2024-02-01", None, None, None],
    ]
    workbook(tmp_path / "people.xlsx", rows)
    kim, ada = (record.data for record in Read(tmp_path)("people").records)
    assert (kim.person_id, kim.joined, kim.left, kim.leaver_limit_days) == ("17", "2024-02-01", "2026-03-01", 2)
    assert (ada.person_id, ada.joined) == ("18", "2024-02-01")
    book = workbook(tmp_path / "people.xlsx", [["Notes"]], People=rows)
    assert len(Read(tmp_path)("people").records) == 2, "the sheet that is called like the register"
    book["People"].title = "Staff"
    book.save(tmp_path / "people.xlsx")
    assert (
        "has the sheets Sheet, Staff; name the one that is the register people" in refused(Read(tmp_path), "people")[0]
    )


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"C3": 8.10}, "soa.xlsx:3: version (column C): is the number 8.1: format the cell as text"),
        ({"C3": True}, "version (column C): is the truth value True: format the cell as text"),
        ({"C3": "DATE"}, "version (column C): is the date 2026-03-01: format the cell as text"),
        ({"D3": "TIME"}, "approved_on (column D): is 2026-03-01 14:30:00: leave the time of day out"),
        ({"C3": "=1+1"}, "soa.xlsx:3: version (column C): is a formula without a value"),
        ({"C3": "#REF!"}, "version (column C): is #REF!"),
        ({"E3": "late"}, "soa.xlsx:3: column E: 'late' stands under no name of a field"),
    ],
)
def test_a_cell_of_a_spreadsheet_that_is_not_what_it_seems(tmp_path: Path, cells: dict[str, Any], says: str) -> None:
    special = {"DATE": datetime(2026, 3, 1), "TIME": datetime(2026, 3, 1, 14, 30)}
    header = ["control", "applicable", "version", "approved_on"]
    good = ["A.5.1", True, "7", "2026-01-15"]
    book = workbook(tmp_path / "soa.xlsx", [header, good, ["A.5.2", *good[1:]]])
    for place, value in cells.items():
        book.active[place] = special.get(value, value)
    book.save(tmp_path / "soa.xlsx")
    read = Read(tmp_path)
    assert [record.data.control for record in read("soa").records] == ["A.5.1"]
    ((_, detail),) = told(read("soa"))
    assert says in detail


def test_formulas_count_by_their_stored_value(tmp_path: Path) -> None:
    """The library writes no stored values, a spreadsheet program does: its file is made by hand."""
    workbook(tmp_path / "plain", [["id", "name", "joined"], ["1", "=A2", "2024-02-01"]])
    with zipfile.ZipFile(tmp_path / "plain") as plain, zipfile.ZipFile(tmp_path / "people.xlsx", "w") as saved:
        for part in plain.namelist():
            raw = plain.read(part).replace(b'<c r="B2"><f>A2</f><v', b'<c r="B2" t="str"><f>A2</f><v>kim@x</v><v')
            saved.writestr(part, raw.replace(b"</v><v />", b"</v>").replace(b"</v><v></v>", b"</v>"))
    (record,) = Read(tmp_path)("people").records
    assert record.data.name == "kim@x"


@pytest.mark.parametrize("spoil", ["merged", "no zip", "cut", "other zip"])
def test_a_spreadsheet_that_cannot_be_read(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "people.xlsx"
    book = workbook(path, [["id", "name", "joined"], ["1", "kim@x", "2024-02-01"], ["2", None, "2024-02-01"]])
    if spoil == "merged":
        book.active.merge_cells("B2:B3")
        book.save(path)
    elif spoil == "no zip":
        path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    elif spoil == "cut":
        path.write_bytes(path.read_bytes()[:-900])
    else:
        with zipfile.ZipFile(path, "w") as other:
            other.writestr("a.txt", "b")
    read = Read(tmp_path)
    (detail,) = refused(read, "people")
    assert ("cells B2:B3 of sheet Sheet are merged" if spoil == "merged" else "is no spreadsheet") in detail
    assert read.info("people").state == "unreadable"


@pytest.mark.parametrize("name", ["people.xls", "people.ods"])
def test_a_form_that_is_not_read_is_refused(tmp_path: Path, name: str) -> None:
    assert (
        "is not read; make it people.yaml, people.csv or people.xlsx" in refused(one(tmp_path, name, b""), "people")[0]
    )
    (tmp_path / "people.yaml").write_text("[]", "utf-8")
    assert "only one can be the register" in refused(Read(tmp_path), "people")[0]


RISK = {"id": "r-1", "title": "t", "ai_systems": ["s-1"]}
SYSTEM = {"id": "s-1", "name": "n", "identifiers": []}


@pytest.mark.parametrize(
    ("register", "row", "says"),
    [
        ("risks", {**RISK, "assessed": "2026-08-31"}, "assessed: 2026-08-31 lies after the day of the run, 2026-08-30"),
        (
            "people",
            {"id": "1", "name": "k", "joined": "2024-02-01", "left": "2023-01-01"},
            "left: 2023-01-01 lies before",
        ),
        ("people", {"id": "1", "name": "k", "aliases": ["K"], "joined": "2026-01-01"}, None),
        ("people", {"id": "1", "name": "k", "joined": "2026-10-01", "left": "2027-01-01"}, None),
        ("risks", {**RISK, "assessed": "2026-08-30"}, None),
        (
            "risks",
            {**RISK, "ai_systems": ["s-2"]},
            "risks.yaml:1: ai_systems: the register ai_systems has no row 's-2'",
        ),
        (
            "actions",
            {"id": "a", "what": "w", "sort": "treatment", "owner": "o", "due": "2026-01-01", "risk": "r-9"},
            None,
        ),
        ("tests", {"id": "t", "sort": "canary", "about": "a", "on": "2026-01-01", "passed": "yes"}, "passed: 'yes'"),
        ("suppliers", {"id": "s", "name": "S", "clauses": ["exit", "audits"]}, "clauses.1: 'audits' is not one of"),
        ("training", {"person": "k", "course": "c", "completed": "2027-01-01"}, "completed: 2027-01-01 lies after"),
    ],
)
def test_what_is_checked_beyond_the_form(tmp_path: Path, register: str, row: dict[str, Any], says: str | None) -> None:
    """Where the register to which a row refers was not supplied, nothing can be held against it."""
    write(tmp_path, "yaml", "ai_systems", SYSTEM)
    write(tmp_path, "yaml", register, row)
    gathered = Read(tmp_path)(register)
    assert len(gathered.records) == (0 if says else 1)
    assert (says or "") in (told(gathered)[0][1] if says else "")
    assert len(told(gathered)) == (1 if says else 0)


def test_a_wrong_row_is_known_by_its_id_and_an_unreadable_register_holds_nothing_against_others(tmp_path: Path) -> None:
    write(tmp_path, "yaml", "risks", RISK)
    write(tmp_path, "yaml", "ai_systems", {**SYSTEM, "ownr": "x"})
    assert told(Read(tmp_path)("risks")) == [], "the entry is there, though it is wrong"
    (tmp_path / "ai_systems.yaml").write_text("- {id: [", "utf-8")
    assert told(Read(tmp_path)("risks")) == []


Row = Callable[..., dict[str, Any]]
DOCUMENT = {"id": "d", "type": "ai_policy", "title": "AI policy"}
TEXT = hashlib.sha256(b"text").hexdigest()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"file": "documents/policy.pdf"}, None),
        ({"file": "documents/policy.pdf", "sha256": TEXT.upper()}, None),
        ({"file": "documents/policy.pdf", "sha256": "0" * 64}, f"documents/policy.pdf has the SHA-256 {TEXT}, not 000"),
        ({"file": "documents/polcy.pdf"}, "file: documents/polcy.pdf is no file in the folder of registers"),
        ({"file": "../policy.pdf"}, "file: ../policy.pdf is no file in the folder of registers or below it"),
        ({"file": "link.pdf"}, "file: link.pdf is no file in the folder"),
        ({"file": "documents"}, "file: documents is no file in the folder"),
        ({"sha256": TEXT}, "'file' is a required property"),
    ],
)
def test_a_document_is_kept_by_the_digest_of_its_file(tmp_path: Path, fields: dict[str, str], says: str | None) -> None:
    folder = tmp_path / "registers"
    (folder / "documents").mkdir(parents=True)
    for path in (folder / "documents" / "policy.pdf", tmp_path / "policy.pdf"):
        path.write_bytes(b"text")
    (folder / "link.pdf").symlink_to(tmp_path / "policy.pdf")
    write(folder, "yaml", "documents", {**DOCUMENT, **fields})
    gathered = Read(folder)("documents")
    assert [(one.data.sha256, one.data.file) for one in gathered.records] == ([] if says else [(TEXT, fields["file"])])
    assert [says in detail for _, detail in told(gathered)] == ([True] if says else [])


def test_an_attestation_may_do_without_a_file_and_then_has_no_digest(tmp_path: Path) -> None:
    row = {"id": "at", "statement": "s", "about": "openai.data_sharing"}
    write(tmp_path, "yaml", "attestations", row)
    assert str(Read(tmp_path)("attestations").records[0].data.document_sha256.state) == "absent"
    write(tmp_path, "yaml", "attestations", {**row, "document_sha256": TEXT})
    assert "says the digest of a file that document does not name" in refused(Read(tmp_path), "attestations")[0]


def test_a_folder_with_locks_of_open_spreadsheets_is_in_order(tmp_path: Path) -> None:
    for name in ("~$people.xlsx", ".~lock.people.xlsx#", "people.xlsx"):
        (tmp_path / name).write_bytes(b"")
    _files.check_names(tmp_path, ("people",))
