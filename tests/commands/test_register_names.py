"""A register whose file is misspelt is refused before anything is collected: it would look like none at all."""

from pathlib import Path

import pytest

from annexa.collectors import registers
from annexa.collectors.registers._files import check_names
from annexa.commands import cli
from annexa.evidence.errors import ConfigError

CONFIG = (
    'registers = "registers"\nvault = "v"\n[organisation]\nid = "o"\nname = "O"\n'
    '[keys]\nsigning = "key.pem"\nredaction = "redaction"\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "registers").mkdir()
    (tmp_path / "a.toml").write_text(CONFIG, "utf-8")
    return tmp_path / "registers"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("descisions.yaml", "did you mean decisions.yaml?"),
        ("decision.yml", "did you mean decisions.yaml?"),
        ("Decisions.yaml", "did you mean decisions.yaml?"),
        ("ai-systems.yaml", "did you mean ai_systems.yaml?"),
        ("exeptions.csv", "did you mean exceptions.csv?"),
        ("decisions.ymal", "did you mean decisions.yaml?"),
        ("decisions", "did you mean decisions.yaml?"),
        ("decisions.yaml.bak", "did you mean decisions.yaml?"),
        ("watchlist.yaml", "the registers are access_"),
        ("people.numbers.csv", "did you mean people.csv?"),
        ("supplier.xlsx", "did you mean suppliers.xlsx?"),
    ],
)
def test_a_name_that_is_no_registers_is_refused(folder: Path, name: str, says: str) -> None:
    (folder / name).write_text("[]\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        check_names(folder, registers.KINDS)
    assert name in str(raised.value)
    assert says in raised.value.hint


def test_what_may_lie_beside_registers(folder: Path) -> None:
    for name in ("decisions.yaml", "soa.yml", "exceptions.yaml.template", ".decisons.yaml.swp", "README.md", "readme"):
        (folder / name).write_text("[]\n", "utf-8")
    for name in ("policy.pdf", "decisions.yaml~", "decisions.yaml.bak", "minutes of the board.docx"):
        (folder / name).write_bytes(b"\0")
    (folder / "decisons.d").mkdir()
    check_names(folder, registers.KINDS)


@pytest.mark.parametrize("command", [("run", "--source", "registers"), ("plan",)])
def test_the_commands_that_read_registers_end_with_2_and_leave_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "descisions.yaml").write_text("[]\n", "utf-8")
    assert cli.run(["--config", str(folder.parent / "a.toml"), *command]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "descisions.yaml: is no register" in said.err
    assert "what to do: did you mean decisions.yaml?" in said.err
    assert {path.name for path in folder.parent.iterdir()} == {"registers", "a.toml"}
