"""`annexa import`: from a file as a shell writes it to a sealed run; or one message and nothing written."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from annexa.commands import cli
from annexa.evidence.record import Record
from annexa.evidence.vault import Vault
from annexa.sandbox.imports import write_imports

CONFIG = (
    'registers = "registers"\nvault = "v"\n[organisation]\nid = "o"\nname = "O"\n'
    '[keys]\nsigning = "key.pem"\nredaction = "redaction"\n'
)
POLICY = {"Name": "P", "Mode": "Enable", "Workload": "Exchange"}
DAY = ("--exported-on", "2026-01-15")
Tell = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "annexa.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "p.json").write_text(json.dumps(POLICY), "utf-16")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tell(place: Path, capsys: pytest.CaptureFixture[str]) -> Tell:
    def run(*argv: str) -> tuple[int, str, str]:
        code = cli.run(list(argv))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run


def test_the_next_run_seals_what_was_imported(place: Path, tell: Tell) -> None:
    code, out, _ = tell("import", "dlp", "p.json", *DAY)
    assert code == 0 and "1 policies, exported on 2026-01-15" in out
    (kept,) = (place / "registers" / "imports" / "dlp").iterdir()
    assert kept.read_bytes() == (place / "p.json").read_bytes() and kept.name in out
    tell("run", "--source", "imports")
    vault = Vault.open(place / "v")
    run = vault.run(vault.runs()[-1].run_id)
    (record,) = [msgspec.json.decode(line, type=Record) for line in run.lines("records/safeguard")]
    (origin,) = record.provenance.origins
    assert (record.source, record.data.basis, origin.date) == ("imports:main", "imported", "2026-01-15")
    page = json.loads(run.page(origin.page))
    assert (page["file"], page["sha256"], page["rows"]) == ("p.json", kept.name, [POLICY])


def before(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}


BAD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "no such file": (("import", "dlp", "q.json", *DAY), ("q.json: cannot be read", "check the path")),
    "no export": (("import", "dlp", "annexa.toml", *DAY), ("annexa.toml: is no JSON", "expected: the JSON of Get-Dlp")),
    "one of two is none": (("import", "dlp", "p.json", "empty.json", *DAY), ("empty.json: is an empty list",)),
    "given twice": (("import", "dlp", "p.json", "p.json", *DAY), ("p.json is given twice",)),
    "the same under two names": (("import", "dlp", "p.json", "p2.json", *DAY), ("the policy 'P' stands twice",)),
    "no day": (("import", "dlp", "p.json"), ("nobody said when", "--exported-on DAY")),
    "no such day": (("import", "dlp", "p.json", "--exported-on", "2026-02-30"), ("is no day", "2026-09-30")),
    "a day to come": (("import", "dlp", "p.json", "--exported-on", "2999-01-01"), ("has not come yet",)),
    "no such kind": (("import", "dpl", "p.json", *DAY), ("dlp",)),
    "no file": (("import", "dlp", *DAY), ("FILE",)),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_imported_ends_in_one_message_and_leaves_nothing(place: Path, tell: Tell, what: str) -> None:
    argv, says = BAD[what]
    (place / "empty.json").write_text("[]")
    (place / "p2.json").write_bytes((place / "p.json").read_bytes())
    write_imports(place / "registers")
    there = before(place)
    code, out, err = tell(*argv)
    assert (code, out) == (2, "")
    assert all(word in err for word in says), err
    assert before(place) == there


def test_the_day_is_asked_for_where_somebody_sits(place: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    def asked(text: str, **_: Any) -> str:
        return "2026-01-15" if "export made" in text else ""

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(click, "prompt", asked)
    assert tell("import", "dlp", "p.json")[0] == 0


@pytest.mark.parametrize(
    ("config", "says"), [(CONFIG.partition("\n")[2], "names no folder of registers"), (None, "no annexa.toml")]
)
def test_without_a_place_nothing_is_imported(place: Path, tell: Tell, config: str | None, says: str) -> None:
    file = place / "annexa.toml"
    file.unlink() if config is None else file.write_text(config, "utf-8")
    code, _, err = tell("import", "dlp", "p.json", *DAY)
    assert code == 2 and says in err
    assert not (place / "registers").exists()


def test_an_import_that_was_touched_is_told_by_the_run(place: Path, tell: Tell) -> None:
    tell("import", "dlp", "p.json", *DAY)
    next((place / "registers" / "imports" / "dlp").iterdir()).write_bytes(b"x")
    _, _, err = tell("run", "--source", "imports")
    assert err.count("imports: p.json: its bytes are not those that were imported") == 1
