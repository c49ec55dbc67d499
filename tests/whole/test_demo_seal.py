"""What `annexa demo` leaves verifies, with annexa and without it; every change is found and named, with exit code 4.

How the seal stands up to an attacker in detail is tested beside it; here it is the command line on a real company's run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from annexa.commands import cli
from annexa.evidence import keys
from annexa.evidence.listing import RunReader
from annexa.evidence.vault import Vault

ANNEXA = f"{shlex.quote(sys.executable)} -m annexa.runner"


def shell(line: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["sh", "-c", line], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def printed(said: str, *parts: str) -> str:
    """The one printed line that holds all of this, our command as it can be called from here."""
    (line,) = (line.strip() for line in said.splitlines() if all(part in line for part in parts))
    return re.sub("^annexa", ANNEXA, line)


@pytest.fixture
def folders(demo: Any) -> list[Path]:
    """Every sealed folder."""
    vault = demo.folder / "vault"
    found = [*(vault / "runs").iterdir(), *(vault / "assessments").iterdir()]
    assert len(found) == 4
    return found


# --- as it was left


def test_the_printed_lines_hold(demo: Any, tmp_path: Path) -> None:
    verified = shell(printed(demo.said, "annexa --config", " verify"), tmp_path)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert len(re.findall("verified: [0-9,]+ files", verified.stdout)) == 4
    assert shell(printed(demo.said, "sha256sum"), tmp_path).returncode == 0
    assert shell(printed(demo.said, "openssl dgst"), tmp_path).stdout == "Verified OK\n"


def test_the_printed_explanation_goes_down_to_a_kept_page(demo: Any, tmp_path: Path) -> None:
    done = shell(printed(demo.said, "annexa --config", " explain "), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "LOG-AWS-01" in done.stdout
    assert re.search("pages/[0-9a-f]{8}", done.stdout)


def test_runs_and_assessments_pass_the_plain_tools(demo: Any, folders: list[Path]) -> None:
    key = shlex.quote(str(demo.key))
    for folder in folders:
        assert shell("sha256sum --quiet --strict -c SHA256SUMS", folder).returncode == 0
        signed = f"openssl dgst -sha256 -verify {key} -signature verify/statement.sig verify/statement.pae"
        assert shell(signed, folder).stdout == "Verified OK\n"
        assert shell('grep -a -c "$(sha256sum SHA256SUMS | cut -c 1-64)" verify/statement.pae', folder).stdout == "1\n"


# --- changed


@pytest.fixture(scope="module")
def copy(demo: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo's vault that the tests below change and mend again."""
    return Path(shutil.copytree(demo.folder / "vault", tmp_path_factory.mktemp("copy") / "vault"))


@pytest.fixture
def run(copy: Path) -> Path:
    return next(copy.glob("runs/2026-09-29*"))


@pytest.fixture
def assessment(copy: Path) -> Path:
    return next(copy.glob("assessments/2026-09-29*"))


def verify(capsys: pytest.CaptureFixture[str], key: Path, *target: str) -> tuple[int, str]:
    """Exit code and everything that was said."""
    code = cli.run(["verify", "--key", str(key), *target])
    said = capsys.readouterr()
    return code, said.out + said.err


def found(capsys: pytest.CaptureFixture[str], demo: Any, folder: Path, *words: str) -> None:
    code, said = verify(capsys, demo.key, str(folder))
    assert code == 4, said
    assert "verification failed" in said
    assert any(all(word in line for word in words) for line in said.splitlines()), said
    assert "Traceback" not in said


SAMPLES = [
    "run.json", "calls.jsonl", "units.jsonl", "unread.jsonl", "records/setting.jsonl", "records/scope.jsonl",
    "records/access_grant.jsonl", "records/exception.jsonl", "pages/*.json", "VERIFY.md", "checkpoint", "SHA256SUMS",
    "statement.dsse.json", "verify/public-key.pem", "verify/statement.pae", "verify/statement.sig",
]  # fmt: skip
"""One file of each sort."""


def test_the_samples_are_of_every_sort(run: Path) -> None:
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    left = names - set(SAMPLES) - {name for name in names if name.startswith(("records/", "pages/"))}
    assert left == set()


@contextmanager
def restored(path: Path) -> Iterator[bytes]:
    """The file's bytes; afterwards they are there again."""
    whole = path.read_bytes()
    try:
        yield whole
    finally:
        path.write_bytes(whole)


def flipped(path: Path) -> Iterator[None]:
    """One bit at the beginning, in the middle and at the end, one after the other."""
    with restored(path) as whole:
        for at in (0, len(whole) // 2, len(whole) - 2):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            yield


@pytest.mark.parametrize("sample", SAMPLES)
def test_one_changed_byte_is_found_and_named(
    demo: Any, run: Path, sample: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sorted(run.glob(sample))[0]
    for _ in flipped(path):
        found(capsys, demo, run, path.relative_to(run).as_posix())
    assert verify(capsys, demo.key, str(run))[0] == 0


@pytest.mark.parametrize("name", ["assessment.json", "items.jsonl", "findings.jsonl"])
def test_one_changed_byte_of_an_assessment_is_found_and_named(
    demo: Any, assessment: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in flipped(assessment / name):
        found(capsys, demo, assessment, name)
    assert verify(capsys, demo.key, str(assessment))[0] == 0


def test_a_changed_status_is_found_and_named(demo: Any, assessment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = assessment / "assessment.json"
    with restored(path) as whole:
        assert b'"status":"gap"' in whole
        path.write_bytes(whole.replace(b'"status":"gap"', b'"status":"supported"', 1))
        found(capsys, demo, assessment, "assessment.json")


def test_a_removed_file_is_found_and_named(demo: Any, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("unread.jsonl", "records/setting.jsonl", sorted(run.glob("pages/*"))[7].relative_to(run).as_posix()):
        with restored(run / name):
            (run / name).unlink()
            found(capsys, demo, run, name, "missing")


def test_an_added_file_is_found_and_named(demo: Any, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("notes.txt", "records/nobody_brings_it.jsonl", f"pages/{'0' * 64}.json"):
        (run / name).write_bytes(b"all is well\n")
        found(capsys, demo, run, name, "added")
        (run / name).unlink()


def test_a_run_signed_again_by_somebody_else_is_found_and_both_keys_are_named(
    demo: Any, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thief = keys.generate(tmp_path / "thief.pem")
    forged = sealed_again(RunReader(run), Vault.open(tmp_path / "vault", create=True), thief)
    assert verify(capsys, tmp_path / "thief.pub.pem", str(forged))[0] == 0
    found(capsys, demo, forged, thief.public.fingerprint, keys.load_public(demo.key).fingerprint)
    run.rename(tmp_path / "away")
    shutil.copytree(forged, run)
    code = cli.run(["--vault", str(run.parents[1]), "verify", "--key", str(demo.key)])
    shutil.rmtree(run)
    (tmp_path / "away").rename(run)
    assert code == 4
    assert f"{run.name}: " in capsys.readouterr().out


def sealed_again(reader: RunReader, vault: Vault, key: Any) -> Path:
    """The same run, a denied call left out, sealed correctly in every detail with another key."""
    with vault.start_run(reader.path.name) as writer:
        for page in sorted((reader.path / "pages").iterdir()):
            writer.page(page.read_bytes())
        for segment in reader.segments():
            for line in reader.lines(segment):
                if segment != "unread" or b'"denied"' not in line:
                    writer.line(segment, line)
        writer.file("run.json", reader.file("run.json"))
        stated = {name: value for name, value in reader.predicate.items() if name not in ("files", "tree")}
        seal = writer.finish(predicate_type=reader.statement.predicate_type, predicate=stated, key=key)
    return seal.path


def test_nobody_is_asked_to_trust_the_key_inside(run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    where = os.getcwd()
    os.chdir(tmp_path)
    try:
        code = cli.run(["verify", str(run)])
    finally:
        os.chdir(where)
    said = capsys.readouterr()
    assert code == 2
    assert "--key" in said.err
    assert "verified" not in said.out
