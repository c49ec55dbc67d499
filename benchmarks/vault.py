"""Time and memory of the vault: write, seal, index and verify runs of 1 KB records.

Usage: python benchmarks/vault.py [records, default 1000000]

Each stage runs in a process of its own, so that its peak memory is its own. A run of a quarter of the size comes first:
where time is linear, seconds per million agree.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from tabulate import tabulate

from annexa.evidence import canonical, index, keys
from annexa.evidence.statement import RUN_TYPE
from annexa.evidence.vault import Vault
from annexa.evidence.verify import verify_vault

KINDS = ("access_grant", "ai_system", "identity", "setting")
RECORDS_PER_PAGE = 100
TARGETS = {"write, seal and index": 45.0, "verify": 15.0}
"""Seconds for a million records."""


class Origin(msgspec.Struct, kw_only=True):
    """Where a record comes from."""

    call: str
    page: str
    item: int
    host: str


class Provenance(msgspec.Struct, kw_only=True):
    """Who collected it."""

    collector: str
    identity: str
    origins: tuple[Origin, ...]


class Data(msgspec.Struct, kw_only=True):
    """What it says."""

    subject: str
    actions: tuple[str, ...]
    statement: str
    enabled: bool


class Record(msgspec.Struct, kw_only=True):
    """As large and as deep as a real record."""

    record_id: str
    subject_uid: str
    kind: str
    source: str
    scope: str
    collected_at: str
    basis: str
    data: Data
    provenance: Provenance
    nonce: str


def make(number: int, page: str) -> Record:
    """A record of about 1.1 KB, the same for the same number."""
    digest = hashlib.sha256(number.to_bytes(8, "big")).hexdigest()
    account = 111111111111 + number % 20
    return Record(
        record_id=digest[:32],
        subject_uid=digest[32:],
        kind=KINDS[number % len(KINDS)],
        source="aws:main",
        scope=f"{account}/eu-west-{number % 3 + 1}",
        collected_at="2026-08-30T06:00:00Z",
        basis="explicit",
        data=Data(
            subject=f"arn:aws:iam::{account}:role/service-role/{digest[:24]}",
            actions=("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:Converse"),
            statement=f"{digest}{digest[:44]}" * 3,
            enabled=number % 2 == 0,
        ),
        provenance=Provenance(
            collector="aws.iam.grants",
            identity=f"arn:aws:sts::{account}:assumed-role/annexa/collector",
            origins=(
                Origin(
                    call="iam:GetAccountAuthorizationDetails",
                    page=page,
                    item=number % RECORDS_PER_PAGE,
                    host="https://iam.amazonaws.com",
                ),
            ),
        ),
        nonce=digest[16:48],
    )


def write(vault: Path, records: int) -> None:
    """Write and seal one run."""
    key = keys.generate(vault.parent / "signing.pem")
    with Vault.open(vault, create=True).start_run("2026-08-30T060000Z-3f2a9c") as run:
        for number in range(records):
            if number % RECORDS_PER_PAGE == 0:
                page = run.page(canonical.encode({"from": number, "items": ["x" * 40] * 20}))
            record = make(number, page)
            run.line(f"records/{record.kind}", canonical.encode_trusted(record))
        stated = {"organisation": "example", "started": "2026-08-30T06:00:00Z", "previous": None}
        run.finish(predicate_type=RUN_TYPE, predicate=stated, key=key)


def make_only(vault: Path, records: int) -> None:
    """Make and encode the records and throw them away: what the benchmark itself costs."""
    for number in range(records):
        canonical.encode_trusted(make(number, "0" * 64))


def add(vault: Path, records: int) -> None:
    """Index the run."""
    assert index.add_run(Vault.open(vault), "latest") == records


def check(vault: Path, records: int) -> None:
    """Verify the vault."""
    assert not verify_vault(vault, vault.parent / "signing.pub.pem")


STAGES = {"make records only": make_only, "write and seal": write, "index": add, "verify": check}


def stage(name: str, vault: Path, records: int) -> dict[str, float]:
    """Run one stage in a new process; its seconds and its peak memory in MB."""
    command = [sys.executable, __file__, str(records), "--stage", name, "--vault", str(vault)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return answer


def measure(records: int) -> list[list[object]]:
    """Run all stages over one new vault; rows of the table."""
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        vault = Path(folder) / "vault"
        figures = {name: stage(name, vault, records) for name in STAGES}
        sealed, indexed = figures["write and seal"], figures["index"]
        figures["write, seal and index"] = {
            "seconds": sealed["seconds"] + indexed["seconds"],
            "rss": max(sealed["rss"], indexed["rss"]),
        }
        for name, figure in figures.items():
            per_million = figure["seconds"] * 1e6 / records
            target = f"{TARGETS[name]:.0f} s, 300 MB" if name in TARGETS else ""
            rows.append([f"{records:,}", name, figure["seconds"], per_million, target, figure["rss"]])
    return rows


def main() -> None:
    """Print the table, or run one stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("records", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--vault", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        started = time.perf_counter()
        STAGES[given.stage](given.vault, given.records)
        seconds = time.perf_counter() - started
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "rss": rss}))
        return
    rows = [*measure(given.records // 4), *measure(given.records)]
    heads = ["records", "stage", "seconds", "s per million", "target per million", "peak RSS MB"]
    size = len(canonical.encode_trusted(make(1, "0" * 64)))
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {size} bytes a record")
    print(tabulate(rows, heads, tablefmt="github", floatfmt=".2f", disable_numparse=[0]))


if __name__ == "__main__":
    main()
