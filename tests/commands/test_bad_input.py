"""Everything that people get wrong ends in one clear message, exit code 2 and nothing half written; never a traceback."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annexa.collectors._pacing import Rate
from annexa.commands import cli
from annexa.evidence import keys, sealed
from annexa.evidence.clock import SystemClock
from annexa.evidence.record import Record
from annexa.evidence.vault import Vault
from annexa.mappings.results import Assessment
from annexa.sandbox.aws_server import AwsStandIn, Fault, serve
from annexa.sandbox.company import aws_world
from annexa.schemas.words import Reason, RunState

HEAD = '[organisation]\nid = "o"\nname = "O"\n'
KEYS = '[keys]\nsigning = "key.pem"\nredaction = "redaction"\n'
AWS = '[[sources]]\nname = "aws:main"\nvendor = "aws"\n'


@dataclass(frozen=True)
class Said:
    """What one command did."""

    code: int
    out: str
    err: str


Tell = Callable[..., Said]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and a machine without any credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Runs a command line."""

    def run(*argv: str) -> Said:
        capsys.readouterr()
        code = cli.run(list(argv))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


def refused(said: Said, *words: str) -> None:
    """Exit 2, one message that names these, what to do, and nothing on stdout."""
    assert said.code == 2, said
    assert said.out == ""
    assert "Traceback" not in said.err
    lines = said.err.splitlines()
    assert sum(line.startswith("annexa: ") for line in lines) == 1, said.err
    assert sum(line.startswith("what to do: ") for line in lines) == 1, said.err
    for word in words:
        assert word in said.err, said.err


def there(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


# --- annexa.toml

CONFIGS = {
    "unknown key": ("colour = 1\n" + HEAD, ["unknown key `colour`", "expected: one of the keys organisation, isms"]),
    "unknown key in a table": (
        HEAD + KEYS + 'sign = "x"\n',
        ["my.toml: keys: unknown key `sign`", "expected: one of the keys signing, redaction"],
    ),
    "unknown key of a vendor": (
        HEAD + AWS + 'regions = ["x"]\n',
        ["aws:main: unknown key `regions`", "profile, profiles"],
    ),
    "missing key": ('[organisation]\nid = "o"\n', ["my.toml: organisation: missing key `name`"]),
    "wrong type": ('[organisation]\nid = 5\nname = "O"\n', ["organisation.id: is a whole number", "expected: a text"]),
    "wrong type in a list": (HEAD + '[[isms]]\nid = ["a"]\n', ["isms[0].id: is a list", "expected: a text"]),
    "wrong type of a vendor": (
        HEAD + AWS + "profile = 5\n",
        ["aws:main.profile: is a whole number", "expected: a text"],
    ),
    "wrong type of a threshold": (
        HEAD + '[parameters]\nkey_age_days = "soon"\n',
        ["my.toml: parameters.key_age_days: 'soon' does not fit", "expected: a whole number (days)"],
    ),
    "negative threshold": (HEAD + "[parameters]\nkey_age_days = -1\n", ["parameters.key_age_days: -1 does not fit"]),
    "no day": (
        HEAD + '[[isms]]\nperiod = {start = "2026-01-01", end = "soon"}\n',
        ["isms[0].period.end: 'soon' is no day", "expected: a day such as 2026-09-30"],
    ),
    "unknown threshold": (HEAD + "[parameters]\nkey_age_dayz = 9\n", ["'key_age_dayz'", "did you mean: key_age_days"]),
    "unknown rule": (
        HEAD + '[[rules_off]]\nrule = "LOG-AWS-1"\n',
        ["my.toml: rules_off[0].rule: there is no rule 'LOG-AWS-1'", "did you mean: LOG-AWS-0"],
    ),
    "unknown vendor": (
        HEAD + '[[sources]]\nname = "asw:a"\nvendor = "asw"\n',
        ["no vendor 'asw'", "take one of: ", " aws, "],
    ),
    "source without vendor": (HEAD + '[[sources]]\nname = "a"\n', ["sources[0]: needs `name` and `vendor`"]),
    "name without its vendor": (
        HEAD + '[[sources]]\nname = "main"\nvendor = "aws"\n',
        ["sources[0].name: main must begin with its vendor", "write 'aws:main'"],
    ),
    "source named twice": (HEAD + AWS + AWS, ["sources[1]: aws:main is named twice"]),
    "no folder of registers": ('registers = "nowhere"\n' + HEAD, ["my.toml: registers: ", "nowhere is no folder"]),
    "no TOML": ("this is = = no toml\n", ["my.toml: is no TOML", "line 1, column 6"]),
    "not UTF-8": ("# caf\xe9\n", ["my.toml: is no TOML"]),
    "no source": (HEAD, ["no source can start", "add a table [[sources]] to my.toml"]),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_wrong_configuration_is_refused_with_file_and_field(place: Path, tell: Tell, name: str) -> None:
    text, words = CONFIGS[name]
    (place / "my.toml").write_text(text, encoding="latin-1")
    for command in ("run", "plan"):
        said = tell("--config", "my.toml", command)
        if name != "no source" or command == "run":
            refused(said, *words)
    assert there(place) == {"my.toml"}
    assert there(place.parent / "home") == set()


def test_a_missing_configuration_is_refused(place: Path, tell: Tell) -> None:
    for command in ("run", "plan", "doctor", "gaps", "verify"):
        refused(tell("--config", "nope.toml", command), "nope.toml: there is no such file", "annexa init")
    assert there(place) == set()


def test_no_credentials_is_no_source_that_can_start(place: Path, tell: Tell) -> None:
    for argv in (["run"], ["--config", "my.toml", "run"]):
        (place / "my.toml").write_text(HEAD + KEYS + AWS)
        said = tell(*argv)
        assert "aws:main: cannot start: aws:main: no AWS credentials were found" in said.err
        assert "Sign in (aws sso login)" in said.err
        refused(said, "no source can start; nothing was collected")
    assert there(place) == {"my.toml"}


# --- what does not exist


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a vault of one run and its assessment: registers only, without a vendor."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "registers").mkdir()
    (folder / "a.toml").write_text('registers = "registers"\nvault = "v"\n' + HEAD + KEYS)
    assert cli.run(["--config", str(folder / "a.toml"), "run", "--source", "registers"]) == 0
    return folder


UNKNOWN = {
    "explain A.9.99": ["no control 'A.9.99'", "did you mean A.8.9"],
    "explain banana": ["no control 'banana'", "write it like A.8.15"],
    "run --control A.9.99": ["no control 'A.9.99'"],
    "run --source nobody": ["no source 'nobody'", "registers:main"],
    "assess 2020": ["there is no run '2020'", "annexa runs"],
    "assess latest --isms other": ["no management system 'other'", "main"],
    "assess latest --as-of yesterday": ["'yesterday' is no moment", "2026-09-30"],
    "assess latest --period 2026": ["'2026' is no period", "2026-07-01..2026-09-30"],
    "assess latest --fail-on rain": ["--fail-on does not know 'rain'", "gap"],
    "assess latest --mappings nowhere": ["nowhere", "is missing", "--mappings"],
    "records 2020": ["there is no run '2020'"],
    "normalise 2020": ["there is no run '2020'"],
    "verify 2020": ["there is no run '2020'"],
    "gaps --assessment 2020": ["there is no assessment '2020'"],
    "explain A.8.15 --assessment 2020": ["there is no assessment '2020'"],
    "report --output nowhere/there.md": ["nowhere/there.md", "there is no such file or folder"],
    "permissions nobody": ["no source 'nobody'", "aws"],
    "verify --key nowhere.pem": ["nowhere.pem cannot be read"],
    "--vault nowhere gaps": ["nowhere is no vault", "--vault"],
}


@pytest.mark.parametrize("line", UNKNOWN)
def test_what_does_not_exist_is_named(made: Path, place: Path, tell: Tell, line: str) -> None:
    before = there(made)
    refused(tell("--config", str(made / "a.toml"), *line.split()), *UNKNOWN[line])
    assert there(made) == before
    assert there(place) == set()


def test_a_misspelt_command_gets_its_neighbour(place: Path, tell: Tell) -> None:
    said = tell("verfy")
    assert (said.code, said.out) == (2, "")
    assert "there is no command 'verfy'; did you mean 'verify'?" in said.err


# --- keys


def test_a_wrong_key_is_named(made: Path, place: Path, tell: Tell) -> None:
    config = ["--config", str(made / "a.toml")]
    other = keys.generate(place / "other.pem").public.fingerprint
    said = tell(*config, "verify", "--key", "other.pub.pem")
    assert said.code == 4
    assert f"not by your key {other}" in said.out
    for wrong in (made / "key.pem", made / "a.toml"):
        refused(tell(*config, "verify", "--key", str(wrong)), f"{wrong} holds no public key", "give the public key")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda key: key.write_text("garbage"), ["holds no usable private key", "expected: a P-256 key in PEM form"]),
        (lambda key: key.chmod(0o644), ["can be read or written by others", "chmod 600"]),
        (lambda key: key.write_bytes(key.with_suffix(".pub.pem").read_bytes()), ["holds no usable private key"]),
    ],
    ids=["garbage", "open to others", "the public one"],
)
def test_a_signing_key_that_cannot_sign_stops_before_anything_is_written(
    place: Path, tell: Tell, spoil: Callable[[Path], Any], words: list[str]
) -> None:
    keys.generate(place / "key.pem")
    spoil(place / "key.pem")
    (place / "a.toml").write_text('vault = "v"\n' + HEAD + KEYS)
    refused(tell("--config", "a.toml", "run", "--source", "registers"), "key.pem", *words)
    assert there(place) == {"a.toml", "key.pem", "key.pub.pem"}


# --- rules and YAML

RULE = "rules/acc-aws-01.yaml"
RULES = {
    "operator": (
        (RULE, "predicate: principal_approved", "condition: {verdict: {resembles: x}}"),
        ["condition.verdict: 'resembles' is no operator", "use one of: after"],
    ),
    "kind": (
        (RULE, "reads: access_grant", "reads: acces_grant"),
        ["reads: 'acces_grant' is no kind", "did you mean access_grant"],
    ),
    "field": (
        (RULE, "where: {target:", "where: {targets:"),
        ["population.where.targets: access_grant has no field", "did you mean target"],
    ),
    "key": ((RULE, "title:", "titel:"), ["ACC-AWS-01", "unknown field `titel`", "did you mean title"]),
    "control": (
        (RULE, "control: A.8.2\n", "control: A.8.99\n"),
        ["'A.8.99' is no control", "write it like A.8.10"],
    ),
    "number": (
        (RULE, "control: A.8.2\n", "control: 8.10\n"),
        ["acc-aws-01.yaml:16", "put it in quotes", "8.10 as the number 8.1"],
    ),
    "number in needs": (
        ("needs.yaml", "control: A.5.9\n", "control: 5.10\n"),
        ["needs.yaml:13", "a number with a fraction"],
    ),
    "no YAML": (
        (RULE, "reads: access_grant", "reads: [access_grant"),
        ["acc-aws-01.yaml:", "correct the YAML there"],
    ),
}
"""Where a mistake is made in the shipped rules, and what is said about it."""


@pytest.mark.parametrize("name", RULES)
def test_a_wrong_rule_is_named_by_file_rule_and_field(made: Path, place: Path, tell: Tell, name: str) -> None:
    (file, old, new), words = RULES[name]
    shutil.copytree(str(files("annexa.mappings")), "m", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (place / "m" / file).read_text("utf-8")
    assert old in text
    (place / "m" / file).write_text(text.replace(old, new, 1), "utf-8")
    before = there(made)
    refused(tell("--config", str(made / "a.toml"), "assess", "--mappings", "m"), f"m/{file}", *words)
    assert there(made) == before


def test_a_register_in_which_yaml_made_a_number_is_named_by_file_and_line(place: Path, tell: Tell) -> None:
    (place / "registers").mkdir()
    (place / "registers" / "soa.yaml").write_text(
        "- control: A.8.9\n  applicable: true\n  justification: Decided.\n"
        "- control: 8.10\n  applicable: true\n  justification: Decided.\n"
    )
    (place / "registers" / "decisions.yaml").write_text("- id: d-1\n  must: [be\n- id: d-2\n")
    (place / "a.toml").write_text('registers = "registers"\nvault = "v"\n' + HEAD + KEYS)
    said = tell("--config", "a.toml", "run", "--source", "registers")
    assert said.code == 3
    assert "registers: soa.yaml:4: control: 8.1 is not of type 'string' (put it in quotes" in said.err
    assert "registers: decisions.yaml:3: is no YAML" in said.err


# --- vault and disk


def test_a_vault_of_a_newer_version_is_refused_and_left_alone(place: Path, tell: Tell) -> None:
    (place / "v").mkdir()
    (place / "v" / "vault.json").write_text('{"format": 7}')
    (place / "a.toml").write_text('vault = "v"\n' + HEAD + KEYS)
    for line in ("run --source registers", "runs", "gaps", "explain A.8.15", "records", "index", "assess"):
        said = tell("--config", "a.toml", *line.split())
        refused(said, "v is a vault of format 7", "expected: format 1", "install a version of annexa that reads")
    assert there(place) == {"a.toml", "v", "v/vault.json"}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, ["the disk is full", "free some space"]),
        (errno.EROFS, ["the file system is read-only", "give a writable place with --vault"]),
        (errno.EACCES, ["permission denied", "write permission"]),
    ],
)
@pytest.mark.parametrize("at", [1, 3, 10])
def test_a_disk_that_refuses_in_the_middle_leaves_a_partial_run(
    place: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch, number: int, words: list[str], at: int
) -> None:
    (place / "a.toml").write_text('vault = "v"\n' + HEAD + KEYS)
    written = 0

    def put(self: Any, name: str) -> Path:
        nonlocal written
        written += 1
        if written == at:
            raise OSError(number, os.strerror(number), str(self.partial / name))
        return place_of(self, name)

    place_of = sealed.SealedFolder._path
    monkeypatch.setattr(sealed.SealedFolder, "_path", put)
    said = tell("--config", "a.toml", "run", "--source", "registers")
    assert said.code == 2
    refused(said, *words, "v/runs/")
    runs = Vault.open(place / "v").runs()
    assert [run.state for run in runs] == [RunState.PARTIAL]
    assert Vault.open(place / "v").assessments() == []


def inside(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script where `$disk` is a file system of its own that nobody else sees; skips where that is forbidden."""
    disk = folder / "disk"
    disk.mkdir(exist_ok=True)
    environment = {**os.environ, "disk": str(disk), "annexa": f"{sys.executable} -m annexa.runner"}
    mount = 'mount -t tmpfs -o size=$size tmpfs "$disk" || exit 77\n'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount + script],
        cwd=folder, env={**environment, "size": "800k"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no file system of one's own can be mounted here")
    return done


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare of util-linux")
def test_a_full_disk_ends_the_demo_with_one_message(place: Path) -> None:
    done = inside('$annexa demo --into "$disk/demo"; echo "code $?"; ls "$disk/demo/vault/runs"', place)
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert "code 2" in done.stdout
    assert done.stdout.strip().endswith(".partial")


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare of util-linux")
def test_a_read_only_folder_is_named_before_anything_is_asked(place: Path) -> None:
    (place / "a.toml").write_text('vault = "disk/v"\n' + HEAD + KEYS)
    done = inside(
        'mount -o remount,ro "$disk"\n'
        '$annexa demo --into "$disk/demo"; echo "code $?"\n'
        '$annexa init --into "$disk/here"; echo "code $?"\n'
        '$annexa --config a.toml run --source registers; echo "code $?"; ls -A "$disk"',
        place,
    )
    assert done.stdout.split() == ["code", "2"] * 3
    assert done.stderr.count("the file system is read-only") == 3
    assert "Traceback" not in done.stderr


def test_a_demo_is_never_written_over_something(place: Path, tell: Tell) -> None:
    (place / "full").mkdir()
    (place / "full" / "mine").write_text("mine")
    refused(tell("demo", "--into", "full"), "full exists already", "--into")
    assert there(place) == {"full", "full/mine"}
    said = tell("demo", "--into", "full/mine")
    assert said.code == 2
    assert "is a file" in said.err


# --- interrupted


def test_control_c_in_the_demo_leaves_whole_or_partial_runs(place: Path) -> None:
    into = place / "demo"
    with subprocess.Popen(
        [sys.executable, "-m", "annexa.runner", "demo", "--into", str(into)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A process that was started in the background ignores the interruption, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        # Interrupted within its own lock, coverage never lets go of it.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    ) as demo:  # fmt: skip
        try:
            until(lambda: any(into.glob("vault/runs/*.partial/pages/*")) or demo.poll() is not None)
            demo.send_signal(signal.SIGINT)
            out, err = demo.communicate(timeout=60)
        finally:
            demo.kill()
    assert (demo.returncode, out) == (130, "")
    assert "annexa: interrupted" in err
    assert "Traceback" not in err
    runs = Vault.open(into / "vault").runs()
    assert [run.state for run in runs] == [RunState.PARTIAL]
    assert Vault.open(into / "vault").assessments() == []


def until(seen: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.02)


# --- the run goes on


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, place: Path) -> Iterator[Callable[..., None]]:
    """Starts the make-believe company behind HTTP with these faults; nobody paces his calls there."""
    today = aws_world("clean").now
    monkeypatch.setattr("annexa.collectors.aws._source.CAREFUL", Rate(per_second=1e6, burst=1e6))
    monkeypatch.setattr("annexa.collectors.aws._source.PUBLISHED", {})
    monkeypatch.setattr(SystemClock, "now", lambda clock: today)
    started = []

    def start(*faults: Fault) -> None:
        world = aws_world("clean")
        server = serve(AwsStandIn(world, faults))
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.__enter__())
        started.append(server)
        for name, value in world.credentials().items():
            monkeypatch.setenv(name.upper(), value)

    yield start
    for server in started:
        server.__exit__(None, None, None)


def test_expired_credentials_of_one_account_are_a_blind_spot_and_the_run_goes_on(
    place: Path, tell: Tell, company: Callable[..., None]
) -> None:
    (place / "a.toml").write_text('vault = "v"\n' + HEAD + KEYS + AWS + "attempts = 1\n")
    accounts = {account.id for account in aws_world().accounts.values()}
    lost = aws_world().accounts["staging"].id
    company(Fault("sts", "GetCallerIdentity", account=lost, kind="expired"))
    said = tell("--config", "a.toml", "run", "--format", "json")
    assert said.code == 3, said.err
    assert "Traceback" not in said.err
    made = msgspec.json.decode(said.out, type=Assessment)
    (spot,) = (spot for spot in made.blind_spots if spot.call == "sts:GetCallerIdentity" and spot.scope == lost)
    assert (spot.source, spot.reason) == ("aws:main", Reason.DENIED)
    assert spot.cure is not None
    assert spot.cure.startswith("Renew the credentials of ")
    vault = Vault.open(place / "v")
    (run,) = vault.runs()
    assert run.state is RunState.COMPLETE
    settings = [msgspec.json.decode(line, type=Record) for line in vault.run("latest").lines("records/setting")]
    assert {record.scope.split("/")[0] for record in settings} == accounts - {lost}
