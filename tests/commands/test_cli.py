"""The command line as a whole: fast to start, and every mistake of its user is one clear message."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click
import pytest

from annexa import runner
from annexa.commands import cli
from annexa.commands._config import Config, Isms, parse, read
from annexa.commands.init import CONFIG
from annexa.evidence.errors import ConfigError

GOOD = '[organisation]\nid = "northwind"\nname = "Northwind"\n'
SOURCE = '[[sources]]\nname = "aws:main"\nvendor = "aws"\n'

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def annexa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command line in an empty folder, without credentials; returns exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_EC2_METADATA_DISABLED"]:
        monkeypatch.delenv(name)

    def run(*words: str, config: str | bytes | None = None) -> tuple[int, str, str]:
        if config is not None:
            data = config if isinstance(config, bytes) else config.encode()
            (tmp_path / "annexa.toml").write_bytes(data)
        capsys.readouterr()
        code = runner.main(list(words))
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err + shown.out
        return code, shown.out, shown.err

    return run


def test_the_door_is_light() -> None:
    """No SDK, validator, table or progress bar is loaded before a command needs it."""
    heavy = [
        "boto3",
        "botocore",
        "httpx2",
        "jinja2",
        "jsonschema",
        "rich",
        "tabulate",
        "xlsxwriter",
        "yaml",
        "cryptography",
    ]
    program = (
        "import sys, annexa.runner\n"
        "from annexa.commands import cli\n"
        "code = cli.run(['--help'])\n"
        f"print(code, [name for name in {heavy!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == "0 []"


def test_help_names_every_command_and_loads_none(annexa: Run) -> None:
    code, out, err = annexa("--help")
    assert (code, err) == (0, "")
    assert all(re.search(rf"^  {name} +\S", out, re.MULTILINE) for name in cli.COMMANDS)
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_is_there_and_has_help(annexa: Run, name: str) -> None:
    command = import_module(f"annexa.commands.{name}").command
    assert isinstance(command, click.Command) and (command.help or "").strip()
    code, out, err = annexa(name, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: annexa {name}")


def test_no_command_is_forgotten_in_the_table() -> None:
    folder = Path(cli.__file__).parent
    found = {path.stem for path in folder.glob("[!_]*.py")} - {"cli"}
    assert {name.replace("-", "_") for name in cli.COMMANDS} == found


def test_the_version(annexa: Run) -> None:
    assert annexa("--version")[1] == f"annexa, version {runner.version()}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["explian", "A.8.15"], "there is no command 'explian'; did you mean 'explain'?"),
        (["verfy"], "did you mean 'verify'?"),
        (["zzzzzz"], "see annexa --help"),
        (["gaps", "--formt", "json"], "--formt"),
        (["gaps", "--format", "xml"], "xml"),
        (["explain"], "Missing argument"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_slip_of_the_keyboard(annexa: Run, words: list[str], says: str) -> None:
    code, out, err = annexa(*words)
    assert (code, out) == (2, "")
    assert says in err


BAD = {
    "no TOML": ("organisation = \n", ["is no TOML", "line 1"]),
    "not UTF-8": (b"\xff\xfe", ["is no TOML"]),
    "unknown key": (f'{GOOD}colour = "blue"\n', ["organisation", "unknown key `colour`"]),
    "unknown table": (f"{GOOD}[organization]\n", ["unknown key `organization`", "one of the keys"]),
    "unknown key in a list": (f"{GOOD}[[isms]]\nid = 'main'\nscope = 'all'\n", ["isms[0]", "unknown key `scope`"]),
    "wrong type": (f"{GOOD}[[isms]]\nid = 7\n", ["isms[0].id", "is a whole number", "expected: a text"]),
    "wrong type of a table": ('organisation = "northwind"\n', ["organisation", "is a text", "expected: a table"]),
    "missing key": ('[organisation]\nid = "northwind"\n', ["organisation", "missing key `name`"]),
    "missing table": ("", ["missing key `organisation`"]),
    "a source without vendor": (f'{GOOD}[[sources]]\nname = "aws:main"\n', ["sources[0]", "needs `name` and `vendor`"]),
    "a name twice": (GOOD + SOURCE + SOURCE, ["sources[1]", "aws:main is named twice"]),
    "an alias without its vendor": (
        f'{GOOD}[[sources]]\nname = "main"\nvendor = "aws"\n',
        ["sources[0].name", "must begin with its vendor", "aws:main"],
    ),
    "unknown vendor": (
        f'{GOOD}[[sources]]\nname = "acme:x"\nvendor = "acme"\n',
        ["acme:x", "there is no vendor 'acme'", "aws"],
    ),
    "unknown key of a vendor": (f'{GOOD}{SOURCE}rol = "x"\n', ["aws:main", "unknown key `rol`", "role"]),
    "wrong type of a vendor": (
        f'{GOOD}{SOURCE}attempts = "5"\n',
        ["aws:main.attempts", "is a text", "expected: a whole number"],
    ),
    "unknown parameter": (f"{GOOD}[parameters]\nkey_age = 30\n", ["parameters", "'key_age'", "key_age_days"]),
    "no such folder": (f'registers = "nowhere"\n{GOOD}', ["registers", "nowhere is no folder"]),
}


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize(("config", "says"), BAD.values(), ids=BAD)
def test_a_bad_configuration_is_one_message(
    annexa: Run, tmp_path: Path, command: str, config: str | bytes, says: list[str]
) -> None:
    code, out, err = annexa(command, config=config)
    assert (code, out) == (2, "")
    first = err.splitlines()[0]
    assert first.startswith("annexa: annexa.toml: ")
    assert all(word in err for word in says), err
    assert "what to do: " in err
    assert [path.name for path in tmp_path.iterdir()] == ["annexa.toml"], "nothing is half written"


def test_a_file_that_was_named_must_be_there(annexa: Run) -> None:
    code, out, err = annexa("--config", "elsewhere.toml", "plan")
    assert (code, out) == (2, "")
    assert "elsewhere.toml: there is no such file" in err and "annexa init" in err


def test_a_folder_is_no_configuration(annexa: Run, tmp_path: Path) -> None:
    (tmp_path / "annexa.toml").mkdir()
    code, _, err = annexa("plan")
    assert code == 2
    assert "annexa.toml: cannot be read: Is a directory" in err and "what to do" in err


def test_a_file_that_may_not_be_read(annexa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    code, _, err = annexa("plan", config=GOOD)
    assert code == 2
    assert "annexa.toml: cannot be read: Permission denied" in err


@pytest.mark.parametrize("words", [["gaps"], ["runs"], ["records", "setting"], ["normalise", "latest"], ["index"]])
def test_without_a_vault_there_is_nothing_to_read(annexa: Run, words: list[str]) -> None:
    code, out, err = annexa(*words)
    assert (code, out) == (2, "")
    assert "vault" in err and "what to do: " in err


def test_without_credentials_nothing_starts(annexa: Run, tmp_path: Path) -> None:
    code, out, err = annexa("run", config=GOOD + SOURCE)
    assert code == 2
    assert out == ""
    assert "aws:main: cannot start" in err and "no AWS credentials" in err and "what to do" in err


def test_the_example_of_init_is_a_valid_configuration() -> None:
    text = CONFIG.format(signing="a.pem", redaction="b")
    config = parse(text.encode(), Path("annexa.toml"))
    assert isinstance(config, Config)
    assert (config.sources[0]["vendor"], config.keys.signing, config.isms[0].id) == ("aws", "a.pem", "main")
    commented = re.sub(r"^# (?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)
    whole = parse(commented.encode(), Path("annexa.toml"))
    assert whole.exclusions and whole.rules_off and whole.parameters and whole.isms[0].period


def test_no_file_is_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(None) == (None, tmp_path)
    with pytest.raises(ConfigError):
        read(tmp_path / "annexa.toml")


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "annexa.toml").write_text(GOOD, "utf-8")
    config, base = read(tmp_path / "etc" / "annexa.toml")
    assert config is not None and config.isms == (Isms(),)
    assert base == tmp_path / "etc"


def test_ctrl_c_says_what_is_left(annexa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("annexa.commands._place.read", interrupted)
    code, out, err = annexa("runs")
    assert (code, out) == (130, "")
    assert "interrupted" in err
