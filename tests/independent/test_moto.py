"""A double that we did not write: moto, seeded through plain boto3 and collected from over HTTP.

Everything that was planted must arrive, everything that moto cannot answer must be unread by name, and everything else
must stand in the list of moto's defaults. The list is `moto_expected.yaml`.
"""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from annexa.tests.independent.moto_operations import known_to_moto
from annexa.tests.independent.moto_seed import GROUP, HOME, MANAGEMENT, OTHER, Planted, plant
from annexa.tests.independent.moto_seed_ai import plant_ai
from annexa.tests.independent.moto_server import moto
from annexa.tests.independent.sealed_run import Run, fields, place, predicate

EXPECTED = yaml.safe_load((Path(__file__).parent / "moto_expected.yaml").read_text())
CONFIG = """
[organisation]
id = "moto"
name = "moto"

[[sources]]
name = "aws:main"
vendor = "aws"
attempts = 1

[keys]
signing = "signing-key.pem"
redaction = "redaction-key"
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one run left."""

    vault: Path
    printed: str
    """Everything that the command printed."""
    annexa: Callable[..., str]
    """A further command in the same folder; gives what it prints."""


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with moto(tmp_path_factory.mktemp("moto") / "log") as url:
        seeded = Planted(url=url)
        plant(seeded)
        plant_ai(seeded)
        yield seeded


@pytest.fixture(scope="session")
def work(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Work:
    """What `annexa run` leaves and prints, in a folder of its own."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "annexa.toml").write_text(CONFIG)
    annexa = partial(_annexa, folder, _environment(planted.url, folder))
    printed = annexa("run", expected=(3,))
    return Work(vault=folder / "annexa-vault", printed=printed, annexa=annexa)


@pytest.fixture(scope="session")
def run(work: Work) -> Run:
    (folder,) = (work.vault / "runs").iterdir()
    return Run(folder)


def _environment(url: str, folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing = {"AWS_CONFIG_FILE": f"{folder}/none", "AWS_SHARED_CREDENTIALS_FILE": f"{folder}/none"}
    keys = {"AWS_ACCESS_KEY_ID": "AKIAMANAGEMENT", "AWS_SECRET_ACCESS_KEY": "none"}
    return {**own, **nothing, **keys, "AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true"}


def _annexa(folder: Path, environment: dict[str, str], *words: str, expected: tuple[int, ...] = (0, 1, 3)) -> str:
    command = [sys.executable, "-m", "annexa.runner", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in expected, f"{words} ended with {done.returncode}: {done.stderr[-3000:]}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def words(planted: Planted) -> dict[str, str]:
    known = {"management": MANAGEMENT, "home": HOME, "other": OTHER, "group": GROUP}
    return {**known, **planted.members, **planted.ids}


def test_everything_planted_arrives_with_itsfields(run: Run, words: dict[str, str]) -> None:
    arrived = {place(record): fields(record) for record in run.records}
    for entry in _filled(EXPECTED["planted"], words):
        where = (entry["kind"], entry["at"], entry["subject"])
        assert where in arrived, f"{where} did not arrive"
        assert _matching(arrived[where], entry["fields"]) == entry["fields"], where


def test_every_region_arrives_as_moto_lists_it(run: Run, planted: Planted) -> None:
    states = {"opt-in-not-required": "enabled", "opted-in": "enabled", "not-opted-in": "disabled"}
    listed = planted.client("ec2").describe_regions(AllRegions=True)["Regions"]
    offered = _offered(planted)
    expected = {
        f"{account}/{region['RegionName']}": {
            "level": "region", "path": f"{account}/{region['RegionName']}", "name": region["RegionName"],
            "state": states[region["OptInStatus"]],
            "absent_services": sorted(name for name, there in offered.items() if region["RegionName"] not in there),
        }
        for account in (MANAGEMENT, *planted.members.values()) for region in listed
    }  # fmt: skip
    assert {row["scope"]: fields(row) for row in run.records if row["data"].get("level") == "region"} == expected


def test_what_else_arrives_is_a_known_default_of_moto(run: Run, planted: Planted, words: dict[str, str]) -> None:
    given = {(entry["kind"], entry["at"], entry["subject"]) for entry in _filled(EXPECTED["planted"], words)}
    rest = [row for row in run.records if place(row) not in given and row["data"].get("level") != "region"]
    found = defaultdict(list)
    for row in rest:
        found[row["provenance"]["collector"], row["kind"]].append(row)
    defaults = _filled(EXPECTED["defaults"], words)
    assert set(found) == {(entry["collector"], entry["kind"]) for entry in defaults}
    for entry in defaults:
        rows = found[entry["collector"], entry["kind"]]
        assert all(entry["because"] and fields(row) == entry["fields"] for row in rows), entry
        assert Counter(row["scope"] for row in rows) == Counter(_scopes(entry, run, planted, given)), entry["collector"]


def test_what_moto_lacks_is_unread_by_name_and_never_an_answer(run: Run) -> None:
    lacking = {op for op in _declared(run) if not known_to_moto(op)}
    outcomes = defaultdict(set)
    for call in run.calls:
        outcomes[call["call"]].add(call["outcome"])
    unread = {entry["call"] for entry in run.unreads}
    assert all(outcomes[op] <= {"error", "unsupported"} for op in lacking)
    assert lacking - unread == set(EXPECTED["silent"])
    assert unread - lacking == set(EXPECTED["fails"])
    assert {entry["reason"] for entry in run.unreads} <= {"error", "unsupported"}


def test_a_unit_with_something_unread_never_says_complete(run: Run) -> None:
    lost = Counter((entry["scope"], entry["collector"]) for entry in run.unreads)
    for unit in run.units:
        assert unit["unread"] == lost[unit["scope"], unit["collector"]]
        assert (unit["completeness"] == "complete") == (unit["unread"] == 0), unit


def test_the_run_says_that_it_is_not_from_the_vendor(run: Run, planted: Planted) -> None:
    source = next(info for info in run.manifest["sources"] if info["source"] == "aws:main")
    assert run.manifest["environment"] == run.predicate["environment"] == source["environment"] == "non-vendor"
    assert run.manifest["hosts"] == source["hosts"] == [planted.url]
    assert len(source["identities"]) == 3


@pytest.mark.parametrize(
    "words",
    [
        "gaps",
        "gaps --format markdown",
        "gaps --format json",
        "report",
        "report --format json",
        "explain A.8.15",
        "runs",
    ],
)
def test_every_output_says_that_it_is_not_from_the_vendor(work: Work, words: str) -> None:
    assert "non-vendor" in work.printed.lower()
    assert "non-vendor" in work.annexa(*words.split()).lower()


def test_the_assessment_says_so_under_its_seal(work: Work) -> None:
    (folder,) = (work.vault / "assessments").iterdir()
    assert predicate(folder)["environment"] == "non-vendor"


def _matching(said: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The same fields, with only the entries of a list that the expectation speaks of."""
    looked_at = {name: value["holds"] for name, value in expected.items() if isinstance(value, dict)}
    shortened = {name: {"holds": [it for it in wanted if it in said[name]]} for name, wanted in looked_at.items()}
    return {**said, **shortened}


def _filled(node: Any, words: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _filled(value, words) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, words) for value in node]
    return node.format_map(words) if isinstance(node, str) else node


def _scopes(entry: dict[str, Any], run: Run, planted: Planted, given: set[tuple[str, str, str]]) -> set[str]:
    """Where a default must stand."""
    home = f"{MANAGEMENT}/{HOME}"
    taken = {
        row["scope"] for row in run.records if place(row) in given and _of(row) == (entry["collector"], entry["kind"])
    }
    everywhere = run.read_by(entry["collector"]) - taken
    return {
        "management": {MANAGEMENT},
        "home": {home},
        "every region": everywhere,
        "regions of the trail": {
            scope for scope in everywhere if scope.startswith(MANAGEMENT) and _trail(planted, scope)
        },
    }[entry["in"]]


def _of(record: dict[str, Any]) -> tuple[str, str]:
    return record["provenance"]["collector"], record["kind"]


def _trail(planted: Planted, scope: str) -> bool:
    """Whether the trail and its bucket are seen there: moto keeps them apart by partition."""
    region = scope.split("/")[1]
    buckets = planted.client("s3", region).list_buckets()["Buckets"]
    trails = planted.client("cloudtrail", region).describe_trails()["trailList"]
    return {trail["S3BucketName"] for trail in trails} <= {bucket["Name"] for bucket in buckets} and bool(trails)


def _offered(planted: Planted) -> dict[str, set[str]]:
    """Where AI services are, by the public parameters that moto keeps; services that it does not list are left out."""
    codes = {name: name for name in ("bedrock", "bedrock-agent", "sagemaker")}
    codes["bedrock-agentcore"] = "bedrock-agentcore-control"
    pages = planted.client("ssm").get_paginator("get_parameters_by_path")
    found = {
        name: {
            parameter["Value"]
            for page in pages.paginate(Path=f"/aws/service/global-infrastructure/services/{code}/regions")
            for parameter in page["Parameters"]
        }
        for code, name in codes.items()
    }
    return {name: regions for name, regions in found.items() if regions}


def _declared(run: Run) -> set[str]:
    collectors = [entry for entry in run.manifest["collectors"] if entry["vendor"] == "aws"]
    return {call["op"] for entry in collectors for call in entry["calls"]}
