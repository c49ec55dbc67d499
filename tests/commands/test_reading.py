"""The commands that only read: what they print, where, and with which exit code."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from annexa.commands import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def sample() -> SimpleNamespace:
    path = Path(__file__).parents[1] / "reports" / "sealed_sample.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


@pytest.fixture
def here(sample: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sealed vault, its public key, and nothing else."""
    sample.seal(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def annexa(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command line; returns exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.run(["--vault", "vault", *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_gaps_prints_the_summary_and_nothing_else(annexa: Run) -> None:
    code, out, err = annexa("gaps")
    assert (code, err) == (0, "")
    assert out.startswith("Harbourline, ISMS main")
    assert max(map(len, out.splitlines())) <= 100


def test_gaps_in_each_format(annexa: Run, sample: SimpleNamespace) -> None:
    assert json.loads(annexa("gaps", "--format", "json")[1])["assessment_id"] == sample.ASSESSMENT
    assert annexa("gaps", "--format", "markdown")[1].startswith("# Gap summary")
    assert "A.7.14" in annexa("gaps", "--all")[1]


@pytest.mark.parametrize("what", ["A.8.15", "8.15", "a.8.15"])
def test_explain_a_control(annexa: Run, what: str) -> None:
    code, out, _ = annexa("explain", what)
    assert (code, out.splitlines()[0]) == (0, "A.8.15 Logging: gap")


@pytest.mark.parametrize("what", ["LOG-AWS-01", "log-aws-01"])
def test_explain_a_rule(annexa: Run, what: str) -> None:
    code, out, _ = annexa("explain", what, "--assessment", "2026-08-30T0615")
    assert code == 0
    assert "LOG-AWS-01 Prompts and answers are logged: fail" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "A.9.1"), "there is no control 'A.9.1'"),
        (("explain", "LOG-AWS-77"), "there is no rule 'LOG-AWS-77'"),
        (("explain", "A.8.15", "--assessment", "1999"), "there is no assessment '1999'"),
        (("gaps", "--assessment", "1999"), "there is no assessment '1999'"),
        (("records", "1999"), "there is no run '1999'"),
        (("records", "--kind", "people"), "has no record of kind 'people'"),
        (("verify",), "no key is configured"),
        (("verify", "nowhere", "--key", "signing.pub.pem"), "there is no run 'nowhere'"),
        (("verify", "latest", "--key", "absent.pem"), "absent.pem"),
        (("permissions", "nobody"), "there is no source 'nobody'"),
        (("permissions", "registers"), "there is no grant to print for 'registers'"),
        (("report", "--format", "json", "--output", "x.json"), "marked sandbox"),
        (("report", "--output", "absent/x.md"), "no such file or folder"),
    ],
)
def test_what_cannot_be_done_is_one_message_with_advice(annexa: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = annexa(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert "what to do: " in err
    assert "Traceback" not in err


def test_without_a_vault_the_catalogue_answers(annexa: Run, here: Path) -> None:
    (here / "vault").rename(here / "elsewhere")
    code, out, err = annexa("explain", "A.8.15")
    assert code == 0
    assert out.startswith("A.8.15 Logging\n")
    assert "nothing is judged here yet" in err


def test_controls_and_parameters(annexa: Run, here: Path) -> None:
    assert len(json.loads(annexa("controls", "--format", "json")[1])) == 105
    (here / "annexa.toml").write_text(
        'parameters = {key_age_days = 30}\n[organisation]\nid = "h"\nname = "H"\n', encoding="utf-8"
    )
    values = {value["name"]: value for value in json.loads(annexa("controls", "--parameters", "--format", "json")[1])}
    assert (values["key_age_days"]["value"], values["key_age_days"]["whose"]) == (30, "organisation")
    assert (values["access_review_days"]["value"], values["access_review_days"]["whose"]) == (90, "annexa")
    table = annexa("controls", "--parameters")[1]
    assert max(map(len, table.splitlines())) <= 100


def test_records_are_counted_by_kind_and_scope(annexa: Run, sample: SimpleNamespace) -> None:
    rows = json.loads(annexa("records", "--format", "json")[1])
    assert sum(row["count"] for row in rows) == 6
    assert {"kind": "scope", "source": "aws:main", "scope": "o-1", "count": 1} in rows
    _, out, err = annexa("records", sample.RUN)
    assert "6 records" in err
    assert out.splitlines()[4].split() == ["log_source", "aws:main", "3", "3"]
    assert len(annexa("records", "--scope", "*/eu-*")[1].splitlines()) == 2 + 2


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--kind", "log_source"), 3),
        (("--kind", "log_source", "--scope", "*/eu-*"), 2),
        (("--kind", "log_source", "--subject", "us-east"), 1),
        (("--kind", "log_source", "--source", "openai:*"), 0),
        (("--kind", "log_source", "--limit", "2"), 2),
        (("--kind", "log_source", "--limit", "0"), 3),
        (("--subject", "invocation"), 3),
        (("--verdict", "conditional"), 1),
        (("--verdict", "allowed"), 0),
    ],
)
def test_records_are_chosen(annexa: Run, words: tuple[str, ...], count: int) -> None:
    code, out, _ = annexa("records", *words, "--format", "json")
    assert (code, len(json.loads(out))) == (0, count)


def test_records_say_what_they_say(annexa: Run) -> None:
    out = " ".join(annexa("records", "--kind", "log_source")[1].split())
    assert "enabled no" in out
    assert "destinations absent" in out
    assert not set("{}[]") & set(out)


def test_a_vendors_name_cannot_colour_the_screen(annexa: Run) -> None:
    for form in ("table", "markdown", "json"):
        assert "\x1b" not in annexa("records", "--kind", "scope", "--format", form)[1]


def test_runs_and_assessments_are_listed(annexa: Run, sample: SimpleNamespace, here: Path) -> None:
    left = here / "vault" / "runs" / "2026-08-31T060000Z-aaaaaa.partial"
    left.mkdir()
    (left / "abandoned.txt").write_text("interrupted\n", encoding="utf-8")
    value = json.loads(annexa("runs", "--format", "json")[1])
    assert [(run["run_id"], run["state"]) for run in value["runs"]] == [
        (sample.RUN, "complete"),
        ("2026-08-31T060000Z-aaaaaa", "partial"),
    ]
    assert value["assessments"][0]["as_of"] == sample.AT
    assert value["assessments"][0]["run_ids"] == [sample.RUN]
    out = annexa("runs")[1]
    assert "partial: interrupted" in out
    assert "sandbox" in out


def test_a_sound_vault_is_verified(annexa: Run, sample: SimpleNamespace) -> None:
    code, out, _ = annexa("verify", "--key", "signing.pub.pem")
    assert code == 0
    assert [line.split(": ")[0] for line in out.splitlines()[::3]] == [
        f"runs/{sample.RUN}",
        f"assessments/{sample.ASSESSMENT}",
    ]
    code, out, _ = annexa("verify", sample.RUN[:15], "--key", "signing.pub.pem")
    assert code == 0
    assert out.startswith("verified: ")
    assert "13 files, 6 records\n  tree root " in out
    assert max(map(len, out.splitlines())) <= 100
    assert "signed by SHA256:" in out


def test_the_configured_key_is_the_default(annexa: Run, here: Path) -> None:
    (here / "annexa.toml").write_text(
        '[organisation]\nid = "h"\nname = "H"\n[keys]\nsigning = "signing.pem"\n', encoding="utf-8"
    )
    assert annexa("verify", "latest")[0] == 0


@pytest.mark.parametrize("file", ["assessment.json", "findings.jsonl", "statement.dsse.json"])
def test_a_changed_file_fails_by_name(annexa: Run, sample: SimpleNamespace, here: Path, file: str) -> None:
    path = here / "vault" / "assessments" / sample.ASSESSMENT / file
    data = path.read_bytes()
    path.write_bytes(
        data.replace(b'"gap"', b'"met"') if b'"gap"' in data else data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
    )
    code, out, err = annexa("verify", "--key", "signing.pub.pem")
    assert code == 4
    assert file in out
    assert "verified" not in out
    assert "verification failed" in err


def test_a_digest_that_was_kept_must_be_there(annexa: Run) -> None:
    code, out, _ = annexa("verify", "--key", "signing.pub.pem", "--known", "ab" * 32)
    assert code == 4
    assert "ab" * 32 in out


def test_the_index_is_made_anew(annexa: Run, here: Path) -> None:
    assert annexa("index") == (0, "vault/index.sqlite: 6 records\n", "")
    assert (here / "vault" / "index.sqlite").exists()


def test_report_writes_files_and_names_them(annexa: Run, here: Path) -> None:
    code, out, err = annexa("report", "--output", "gaps.md")
    assert (code, out, err) == (0, "", "written: gaps.md\n")
    assert (here / "gaps.md").read_text(encoding="utf-8").startswith("# Gap summary")
    assert annexa("report", "--format", "json", "--output", "x.json", "--allow-non-vendor")[0] == 0
    assert sorted(path.name for path in here.glob("x*")) == ["x.findings.jsonl", "x.items.jsonl", "x.json"]
    assert annexa("report", "--output", "gaps.md")[0] == 2


def test_the_grant_goes_to_standard_output_alone(annexa: Run) -> None:
    pytest.importorskip("botocore", reason="the extra aws is not installed")
    code, out, err = annexa("permissions", "aws")
    assert code == 0
    assert json.loads(out)["Version"] == "2012-10-17"
    assert "sts:AssumeRole" in err
    assert "unconfirmed: " in err


def test_the_grant_as_files(annexa: Run, here: Path) -> None:
    pytest.importorskip("botocore", reason="the extra aws is not installed")
    code, out, _ = annexa(
        "permissions", "aws", "--output", "grant", "--base", "arn:aws:iam::1:role/b", "--external-id", "e"
    )
    assert (code, out) == (0, "")
    assert sorted(path.name for path in (here / "grant").iterdir()) == [
        "annexa-base.json",
        "annexa-read-1.json",
        "annexa-trust.json",
    ]
    trust = json.loads((here / "grant" / "annexa-trust.json").read_text(encoding="utf-8"))
    assert trust["Statement"][0]["Principal"]["AWS"] == "arn:aws:iam::1:role/b"
