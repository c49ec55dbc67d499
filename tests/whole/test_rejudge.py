"""A sealed run judged again elsewhere and later gives the same bytes; only what it names is there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from judged import Judged

LATER = """
import datetime, sys, time

real, shift = datetime.datetime, datetime.timedelta(days=33, hours=7)

class Later(real):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + shift

    @classmethod
    def utcnow(cls):
        raise AssertionError("nobody asks for a time without a zone")

datetime.datetime = Later
now = time.time
time.time = lambda: now() + shift.total_seconds()
from annexa import runner
sys.exit(runner.main(sys.argv[1:]))
"""
"""Runs the command line with a clock that is a month ahead."""
WHOLE = ("assessment.json", "findings.jsonl", "items.jsonl")


@pytest.fixture(scope="module")
def elsewhere(demo: Any, second: Judged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a vault of its own that holds only the run, the earlier runs that it names, and the key."""
    folder = tmp_path_factory.mktemp("elsewhere") / "a folder – with ünusual name"
    named = [each.id for each in second.made.inputs if each.what in ("run", "earlier_run")]
    assert len(named) == 2
    for run in named:
        shutil.copytree(demo.folder / "vault" / "runs" / run, folder / "v" / "runs" / run)
    shutil.copy(demo.folder / "vault" / "vault.json", folder / "v" / "vault.json")
    shutil.copy(demo.folder / "signing-key.pem", folder / "key.pem")
    (folder / "there.toml").write_text(
        'vault = "v"\n[organisation]\nid = "other"\nname = "Somebody"\n[keys]\nsigning = "key.pem"\n', "utf-8"
    )
    return folder


def assess(folder: Path, *args: str, seed: str, zone: str, language: str) -> "subprocess.CompletedProcess[str]":
    """`annexa assess` in another process, at another time, somewhere else, with no other setting."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language,
    }  # fmt: skip
    command = [sys.executable, "-c", LATER, "--config", str(folder / "there.toml"), "assess", *args]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_judged_again_elsewhere_a_month_later_the_bytes_are_the_same(
    demo: Any, second: Judged, elsewhere: Path
) -> None:
    run = second.made.run_ids[0]
    there = elsewhere / "v" / "assessments"
    for seed, zone, language in (("1", "Pacific/Kiritimati", "tr_TR.UTF-8"), ("4000", "America/Caracas", "C")):
        shutil.rmtree(there, ignore_errors=True)
        done = assess(elsewhere, run, seed=seed, zone=zone, language=language)
        assert (done.returncode, done.stderr) == (3, "")
        (made,) = there.iterdir()
        assert made.name == second.made.assessment_id
        sealed = demo.folder / "vault" / "assessments" / made.name
        for name in WHOLE:
            assert (made / name).read_bytes() == (sealed / name).read_bytes(), name


def test_another_date_is_a_what_if_with_an_id_of_its_own(second: Judged, elsewhere: Path) -> None:
    done = assess(elsewhere, "latest", "--as-of", "2026-12-01", seed="7", zone="UTC", language="C")
    assert done.stderr == ""
    assert "judged as of 2026-12-01" in done.stdout
    made = {folder.name for folder in (elsewhere / "v" / "assessments").iterdir()} - {second.made.assessment_id}
    assert len(made) == 1
