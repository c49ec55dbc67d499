"""A double that we did not write: moto, seeded through plain boto3 and collected from over HTTP.

Everything that was planted must arrive, everything that moto cannot answer must be unread by name, and everything else
must stand in the list of moto's defaults. The list is `moto_expected.yaml`.
"""

import base64
import importlib
import inspect
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore import xform_name

from annexa import runner
from annexa.commands._connect import Lent, connect
from annexa.commands._config import read
from annexa.commands._place import Here
from annexa.evidence.clock import SystemClock
from annexa.evidence.keys import generate
from annexa.evidence.manifest import Organisation
from annexa.evidence.vault import Vault
from annexa.tests.independent.moto_seed import GROUP, HOME, MANAGEMENT, OTHER, Planted, plant
from annexa.tests.independent.moto_seed_ai import plant_ai
from annexa.tests.independent.moto_server import moto

EXPECTED = yaml.safe_load((Path(__file__).parent / "moto_expected.yaml").read_text())
CONFIG = """
[organisation]
id = "moto"
name = "moto"

[[sources]]
name = "aws:main"
vendor = "aws"
attempts = 1
"""
OWN_WORDS = ("not_evaluated",)
"""Fields that hold sentences of ours, not facts."""
S3_WORDS = {
    "GetBucketLifecycleConfiguration": "get_bucket_lifecycle",
    "GetBucketTagging": "get_bucket_tags",
    "ListBuckets": "all_buckets",
}
"""Operations of S3 for which moto has words of its own."""


class Run:
    """A sealed run as the files say it, without any of annexa's types."""

    def __init__(self, folder: Path) -> None:
        self.manifest = json.loads((folder / "run.json").read_bytes())
        statement = json.loads((folder / "statement.dsse.json").read_bytes())
        self.predicate = json.loads(base64.b64decode(statement["payload"]))["predicate"]
        self.calls, self.unreads, self.units = (
            self._aws(folder / f"{it}.jsonl") for it in ("calls", "unread", "units")
        )
        self.records = [row for path in sorted(folder.glob("records/*.jsonl")) for row in self._aws(path)]

    def _aws(self, path: Path) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
        return [row for row in rows if row["source"] == "aws:main"]

    def read_by(self, collector: str) -> set[str]:
        """Scopes that a collector could read, wholly or in part."""
        units = [unit for unit in self.units if unit["collector"] == collector and not unit["not_applicable"]]
        return {unit["scope"] for unit in units if unit["completeness"] in ("complete", "partial")}


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with moto(tmp_path_factory.mktemp("moto") / "log") as url:
        seeded = Planted(url=url)
        plant(seeded)
        plant_ai(seeded)
        yield seeded


@pytest.fixture(scope="session")
def run(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("work")
    (folder / "annexa.toml").write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _environment(planted.url, folder).items():
            patch.setenv(name, value)
        return Run(_collected(folder))


def _environment(url: str, folder: Path) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIAMANAGEMENT", "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_CONFIG_FILE": str(folder / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip


def _collected(folder: Path) -> Path:
    config, base = read(folder / "annexa.toml")
    here, clock = Here(config=config, base=base, vault_path=folder / "vault"), SystemClock()
    connected = connect(here, Lent(clock=clock, run_id="moto"))
    order = runner.Order(
        organisation=Organisation(id="moto", name="moto"), vault=Vault.open(here.vault_path, create=True),
        key=generate(folder / "key.pem"), redaction=b"x" * 32, sources=connected.pairs, cannot=connected.cannot,
        registers=connected.registers, clock=clock,
    )  # fmt: skip
    return runner.collect(order)[1].path


@pytest.fixture(scope="session")
def words(planted: Planted) -> dict[str, str]:
    known = {"management": MANAGEMENT, "home": HOME, "other": OTHER, "group": GROUP}
    return {**known, **planted.members, **planted.ids}


def test_everything_planted_arrives_with_its_fields(run: Run, words: dict[str, str]) -> None:
    arrived = {_place(record): _fields(record) for record in run.records}
    for entry in _filled(EXPECTED["planted"], words):
        place = (entry["kind"], entry["at"], entry["subject"])
        assert place in arrived, f"{place} did not arrive"
        assert _matching(arrived[place], entry["fields"]) == entry["fields"], place


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
    assert {row["scope"]: _fields(row) for row in run.records if row["data"].get("level") == "region"} == expected


def test_what_else_arrives_is_a_known_default_of_moto(run: Run, planted: Planted, words: dict[str, str]) -> None:
    given = {(entry["kind"], entry["at"], entry["subject"]) for entry in _filled(EXPECTED["planted"], words)}
    rest = [row for row in run.records if _place(row) not in given and row["data"].get("level") != "region"]
    found = defaultdict(list)
    for row in rest:
        found[row["provenance"]["collector"], row["kind"]].append(row)
    defaults = _filled(EXPECTED["defaults"], words)
    assert set(found) == {(entry["collector"], entry["kind"]) for entry in defaults}
    for entry in defaults:
        rows = found[entry["collector"], entry["kind"]]
        assert all(entry["because"] and _fields(row) == entry["fields"] for row in rows), entry
        assert Counter(row["scope"] for row in rows) == Counter(_scopes(entry, run, planted, given)), entry["collector"]


def test_what_moto_lacks_is_unread_by_name_and_never_an_answer(run: Run) -> None:
    lacking = {op for op in _declared(run) if not _known_to_moto(op)}
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


def _place(record: dict[str, Any]) -> tuple[str, str, str]:
    return record["kind"], record["scope"], record["data"]["subject"]


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    """What a record says, beside its place; fields that are not exposed say nothing."""
    said = {name: _word(value) for name, value in record["data"].items()}
    silent = ("at", "kind", "subject", *OWN_WORDS)
    return {
        name: value
        for name, value in said.items()
        if name not in silent and value not in (None, "<not_exposed>") and (name, value) != ("basis", "explicit")
    }


def _word(value: Any) -> Any:
    if isinstance(value, dict) and "state" in value:
        return f"<{value['state']}>"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        return "a time"
    return value


def _matching(fields: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The same fields, with only the entries of a list that the expectation speaks of."""
    looked_at = {name: value["holds"] for name, value in expected.items() if isinstance(value, dict)}
    shortened = {name: {"holds": [it for it in wanted if it in fields[name]]} for name, wanted in looked_at.items()}
    return {**fields, **shortened}


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
        row["scope"] for row in run.records if _place(row) in given and _of(row) == (entry["collector"], entry["kind"])
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
    return bool(planted.client("cloudtrail", scope.split("/")[1]).describe_trails()["trailList"])


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


def _known_to_moto(op: str) -> bool:
    """Whether moto's own code answers this operation; it has one method for each."""
    service, operation = op.split(":")
    method = S3_WORDS.get(operation) if service == "s3" else None
    return any(hasattr(each, method or xform_name(operation)) for each in _moto_classes(service))


@cache
def _moto_classes(service: str) -> tuple[type[Any], ...]:
    try:
        module = importlib.import_module(f"moto.{service.replace('-', '')}.responses")
    except ModuleNotFoundError:
        return ()
    found = inspect.getmembers(module, inspect.isclass)
    return tuple(each for name, each in found if name.endswith("Response") and name != "BaseResponse")
