"""`annexa assess` with other registers or boundaries: a what-if that says so, and a run that stays as it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annexa.commands import cli
from annexa.evidence.dsse import read as read_envelope
from annexa.evidence.statement import parse
from annexa.evidence.verify import verify_vault

CONFIG = """
registers = "registers"
vault = "v"
[organisation]
id = "o"
name = "O"
[keys]
signing = "key.pem"
redaction = "redaction"
"""
SYSTEM = """\
- id: helper
  name: Helper
  identifiers: ["agent/*"]
  supplier: AWS
  tier: pay
  purpose: help
  permitted_class: internal
  reviewed: 2026-06-01
"""
OWNED = SYSTEM + "  owner: kim\n"
Tell = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault with one run of registers alone: an AI system without an owner."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "ai_systems.yaml").write_text(SYSTEM, "utf-8")
    (tmp_path / "a.toml").write_text(CONFIG, "utf-8")
    assert cli.run(["--config", str(tmp_path / "a.toml"), "run", "--source", "registers"]) in (0, 1)
    return tmp_path


@pytest.fixture
def tell(place: Path, capsys: pytest.CaptureFixture[str]) -> Tell:
    def run(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.run(["--config", str(place / "a.toml"), *argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def other(place: Path, **files: str) -> str:
    folder = place / "planned"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return str(folder)


def document(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out)
    return found


def result(made: dict[str, Any], rule: str) -> str:
    return next(str(one["result"]) for one in made["rules"] if one["rule"] == rule)


def tree(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (place / "v" / "runs").rglob("*") if path.is_file()}


def test_other_registers_judge_and_nothing_is_written_into_the_run(place: Path, tell: Tell) -> None:
    before = tree(place)
    _, out, _ = tell("assess", "--format", "json")
    assert result(document(out), "INV-ANY-01") == "fail"
    code, out, err = tell("assess", "--registers", other(place, ai_systems=OWNED), "--format", "json")
    made = document(out)
    assert (code, err) == (0, "")
    assert result(made, "INV-ANY-01") == "pass"
    assert tree(place) == before
    assert verify_vault(place / "v", place / "key.pub.pem") == []


def test_it_is_marked_in_every_output_and_never_the_latest(place: Path, tell: Tell) -> None:
    says = "judged with the registers of planned, not with those sealed with the run"
    folder = other(place, ai_systems=OWNED)
    _, out, _ = tell("assess", "--registers", folder, "--format", "json")
    made = document(out)
    name = str(made["assessment_id"])
    assert made["page_one"]["what_if"] == [says]
    for command in (("gaps",), ("gaps", "--format", "markdown"), ("explain", "A.5.9"), ("report",)):
        shown = " ".join(tell(*command, "--assessment", name)[1].split())
        assert "What-if, not the record" in shown, command
        assert says in shown, command
        assert says not in " ".join(tell(*command)[1].split()), "the record does not say so"
    assert "complete, what-if" in tell("runs")[1]
    listed = document(tell("runs", "--format", "json")[1])["assessments"]
    assert {one["assessment_id"]: bool(one["what_if"]) for one in listed}[name]
    sealed = place / "v" / "assessments" / name / "statement.dsse.json"
    assert parse(read_envelope(sealed.read_bytes()).payload).predicate["what_if"] == [says]


def test_the_registers_are_inputs_by_their_digests(place: Path, tell: Tell) -> None:
    one = document(tell("assess", "--registers", other(place, ai_systems=OWNED), "--format", "json")[1])
    two = document(tell("assess", "--registers", other(place, ai_systems=SYSTEM), "--format", "json")[1])
    again = document(tell("assess", "--registers", other(place, ai_systems=OWNED), "--format", "json")[1])
    assert one["assessment_id"] == again["assessment_id"] != two["assessment_id"]
    given = {row["id"]: row["sha256"] for row in one["inputs"] if row["what"] == "register"}
    assert len(given["ai_systems: read"]) == 64
    assert given["decisions: not_supplied"] is None


def test_the_same_registers_give_the_same_judgement(place: Path, tell: Tell) -> None:
    record = document(tell("assess", "--format", "json")[1])
    what_if = document(tell("assess", "--registers", str(place / "registers"), "--format", "json")[1])
    for part in ("rules", "controls", "headline", "blind_spots", "findings_total", "items_total", "complete"):
        assert what_if[part] == record[part], part


def test_the_thresholds_that_were_sealed_stay(place: Path, tell: Tell) -> None:
    text = (place / "a.toml").read_text("utf-8")
    (place / "a.toml").write_text(f"{text}[parameters]\nregister_review_months = 24\n", "utf-8")
    folder = other(place, ai_systems=OWNED)
    made = document(tell("assess", "--registers", folder, "--format", "json")[1])
    assert made["page_one"]["looser_parameters"] == []
    (first,) = (place / "v" / "runs").iterdir()
    assert tell("run", "--source", "registers")[0] in (0, 1)
    (second,) = set((place / "v" / "runs").iterdir()) - {first}
    made = document(tell("assess", second.name, "--registers", folder, "--format", "json")[1])
    assert made["page_one"]["looser_parameters"] == ["register_review_months"]


def test_together_with_another_date_and_other_rules(place: Path, tell: Tell) -> None:
    from annexa import mappings

    folder = other(place, ai_systems=OWNED)
    rules = str(Path(str(mappings.__file__)).parent)
    code, out, _ = tell(
        "assess", "--registers", folder, "--as-of", "2027-12-01", "--mappings", rules, "--format", "json"
    )
    made = document(out)
    assert [says.split(",")[0] for says in made["page_one"]["what_if"]] == [
        "judged as of 2027-12-01", "judged with other rules", "judged with the registers of planned",
    ]  # fmt: skip
    assert made["as_of"] == "2027-12-01T23:59:59Z"
    assert code in (0, 1, 3)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"descisions": "[]\n"}, "did you mean decisions.yaml?"),
        (None, "is no folder"),
    ],
    ids=["misspelt", "no folder"],
)
def test_a_folder_that_cannot_be_meant_is_refused(
    place: Path, tell: Tell, files: dict[str, str] | None, words: str
) -> None:
    folder = other(place, **files) if files else str(place / "nowhere")
    code, out, err = tell("assess", "--registers", folder)
    assert (code, out) == (2, "")
    assert words in err


def test_a_row_that_is_wrong_is_told_and_blocks(place: Path, tell: Tell) -> None:
    folder = other(place, ai_systems=OWNED, decisions="- id: d-1\n  setting: 8\n")
    _, out, err = tell("assess", "--registers", folder, "--format", "json")
    assert "registers: decisions.yaml:1: " in err
    assert {one["id"]: one["sha256"] for one in document(out)["inputs"]}["decisions: invalid_rows"]


TWO = '[[isms]]\nid = "north"\nsources = ["aws:*"]\n[[isms]]\nid = "south"\nsources = ["okta:*"]\n'


def test_boundaries_are_sealed_with_the_run(place: Path, tell: Tell) -> None:
    (place / "a.toml").write_text(CONFIG + TWO, "utf-8")
    assert tell("run", "--source", "registers")[0] in (0, 1)
    (run,) = (path for path in (place / "v" / "runs").iterdir() if b'"north"' in (path / "run.json").read_bytes())
    (place / "a.toml").write_text(CONFIG, "utf-8")
    made = document(tell("assess", run.name, "--isms", "south", "--format", "json")[1])
    assert (made["isms"], made["page_one"]["what_if"]) == ("south", [])
    assert document(tell("assess", run.name, "--format", "json")[1])["isms"] == "north"
    code, _, err = tell("assess", run.name, "--isms", "west")
    assert (code, "take one of: north, south" in err) == (2, True)


def test_boundaries_that_were_not_sealed_make_a_what_if(place: Path, tell: Tell) -> None:
    (place / "a.toml").write_text(CONFIG + TWO, "utf-8")
    made = document(tell("assess", "--isms", "south", "--format", "json")[1])
    assert made["page_one"]["what_if"] == [
        "judged with the boundaries of the configuration, not with those sealed with the run"
    ]
    assert [one["id"] for one in made["inputs"] if one["what"] == "boundaries"] == ["configuration"]


def test_an_id_that_is_given_twice_is_refused(place: Path, tell: Tell) -> None:
    (place / "a.toml").write_text(CONFIG + TWO.replace("south", "north"), "utf-8")
    code, _, err = tell("assess")
    assert code == 2
    assert "isms[1].id: north is named twice" in err
