"""A sealed run judged again elsewhere and later gives the same bytes; only what it names is there."""

import json
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


def test_without_the_run_before_it_is_missing_by_name_and_the_bytes_are_the_same_twice(
    demo: Any, second: Judged, tmp_path: Path
) -> None:
    run, before = second.made.run_ids[0], next(one for one in second.made.inputs if one.what == "earlier_run")
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name
        shutil.copytree(demo.folder / "vault" / "runs" / run, folder / "v" / "runs" / run)
        shutil.copy(demo.folder / "vault" / "vault.json", folder / "v" / "vault.json")
        shutil.copy(demo.folder / "signing-key.pem", folder / "key.pem")
        config = 'vault = "v"\n[organisation]\nid = "other"\nname = "X"\n[keys]\nsigning = "key.pem"\n'
        (folder / "there.toml").write_text(config, "utf-8")
        done = assess(folder, run, seed=str(len(found)), zone="UTC", language="C")
        assert (done.returncode, done.stderr) == (3, "")
        assert "Inputs missing (what needs them is unknown) (1): run " + before.id in " ".join(done.stdout.split())
        (made,) = (folder / "v" / "assessments").iterdir()
        assert made.name != second.made.assessment_id
        found.append({name: (made / name).read_bytes() for name in WHOLE})
    assert found[0] == found[1]
    missing = {one["id"]: one for one in json.loads(found[0]["assessment.json"])["inputs"]}[before.id]
    assert (missing["what"], missing["sha256"]) == ("missing_run", before.sha256)


def test_the_registers_that_were_sealed_judge_alike_when_they_are_given_again(
    demo: Any, second: Judged, elsewhere: Path
) -> None:
    folder, there = demo.folder / "registers", elsewhere / "v" / "assessments"
    known = set(there.iterdir()) if there.exists() else set()
    done = assess(elsewhere, second.made.run_ids[0], "--registers", str(folder), seed="1", zone="UTC", language="C")
    assert (done.returncode, done.stderr) == (3, "")
    (made,) = set(there.iterdir()) - known - {there / second.made.assessment_id}
    given = json.loads((made / "assessment.json").read_bytes())
    sealed = json.loads(
        (demo.folder / "vault" / "assessments" / second.made.assessment_id / "assessment.json").read_bytes()
    )
    assert given["page_one"]["what_if"]
    # What is given again is read again: when, is the only difference.
    when = dict.fromkeys(("observed_from", "observed_until"))
    assert [{**rule, **when} for rule in given["rules"]] == [{**rule, **when} for rule in sealed["rules"]]
    for part in ("headline", "blind_spots", "findings_total", "items_total"):
        assert given[part] == sealed[part], part
