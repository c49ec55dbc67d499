"""Time and memory of judging one large run against all shipped rules.

Usage: python benchmarks/judge.py [records, default 1000000]

The run is made up, of records of about 1 KB over 40 accounts with 10 regions each, in the mixture that a large AWS
organisation gives; every hundredth item does not pass. Writing it is not counted. Judging runs in a process of its own,
so that its peak memory is its own, and hands every item to a file as a real assessment does. A run of a quarter of the
size comes first: where time is linear, seconds per million agree.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tabulate import tabulate

from annexa.evidence import canonical
from annexa.evidence.listing import RunReader
from annexa.evidence.record import Record
from annexa.mappings.evidence_view import VaultEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import load_pack
from annexa.mappings.results import ItemResult
from annexa.mappings.small_run import SmallRun, every_kind

SECONDS, MEGABYTES = 60.0, 500.0
"""Targets for a million records."""
ACCOUNTS = [str(111100000000 + number) for number in range(40)]
REGIONS = [f"{account}/region-{number}" for account in ACCOUNTS for number in range(10)]
MIXTURE = {
    "setting": 30, "credential": 20, "identity": 10, "encryption": 9, "usage": 6, "data_store": 6, "access_grant": 6,
    "safeguard": 4, "data_connection": 4, "ai_system": 3, "log_source": 1, "exposure": 1,
}  # fmt: skip
"""Of each hundred records so many of each kind."""
LONG = hashlib.sha256(b"page").hexdigest()


def facts(kind: str, number: int, odd: bool) -> dict[str, Any]:
    """Fields of one record; `odd` ones do not pass."""
    arn = f"arn:aws:service:eu-west-1:111122223333:{kind}/{hashlib.sha256(str(number).encode()).hexdigest()[:32]}"
    fields: dict[str, dict[str, Any]] = {
        "setting": {"name": "aws.bedrock.data_retention", "value": "provider_data_share" if odd else "none"},
        "credential": {"type": "bedrock_api_key" if odd else "password", "owner": f"{arn}/owner", "state": "active"},
        "identity": {"name": f"user-{number}@example.com", "sort": "person", "state": "active", "mfa": True},
        "encryption": {"resource": arn, "resource_sort": "bucket", "key": f"{arn}/key", "holder": "customer"},
        "usage": {"signal": "cloudwatch", "service": "bedrock", "count": 5},
        "data_store": {
            "type": "s3_bucket", "role": "log_store", "name": arn, "classification": "internal", "public": odd,
            "lock": "compliance", "lock_days": 400, "retention_days": 730, "encrypted": True, "key": f"{arn}/key",
            "tags": ["classification=internal", "owner=team"],
        },
        "access_grant": {
            "grantee": f"{arn}/role", "grantee_name": "app", "purpose": "use", "permissions": ["bedrock:InvokeModel"],
            "target": "ai", "verdict": "allowed", "via": [f"policy {number % 50} statement 3"],
            "last_used": "2026-01-20T00:00:00Z" if odd else "2026-09-20T00:00:00Z",
        },
        "safeguard": {
            "type": "guardrail", "name": arn, "version": "3", "pinned": not odd, "state": "READY",
            "masks_input": True, "masks_output": True, "prompt_attack": "HIGH",
        },
        "data_connection": {
            "ai_system": arn, "store": f"{arn}/store", "direction": "read", "reached_by": {"state": "absent"},
            "readers": ["agent-1=internal"], "classification": "restricted" if odd else "internal",
            "permitted_class": "internal",
        },
        "ai_system": {
            "category": "agent", "provider": "bedrock", "name": arn, "owner": "kim@example.com", "role": f"{arn}/role",
            "safeguards": [f"{arn}/guardrail:3"], "permitted_class": "internal",
        },
        "log_source": {"name": "aws.bedrock.invocation", "enabled": not odd, "destinations": [f"{arn}/bucket"]},
        "exposure": {"resource": arn, "service": "agentcore", "network": "public", "authorisation": "CUSTOM_JWT"},
    }  # fmt: skip
    return {"subject": arn, **fields[kind]}


REGISTER = {
    "name": "All", "identifiers": ["arn:*", "bedrock@*"], "owner": "kim@example.com", "supplier": "AWS", "tier": "x",
    "purpose": "x", "permitted_class": "internal", "reviewed": "2026-06-01", "approved_principals": ["arn:*"],
    "approved_stores": ["*"],
}  # fmt: skip
DECIDED = {"because": "So decided.", "approved_by": "ciso@example.com", "approved_on": "2026-01-15", "must": "be"}
DECISIONS = {
    "ai.customer_keys": "required", "aws.bedrock.private_endpoint": "not_required",
    "aws.bedrock.enforced_guardrail": "not_required", "aws.bedrock.data_retention": "none",
}  # fmt: skip


def write(folder: Path, records: int) -> None:
    """Write the run as plain segments; nothing is sealed."""
    run = SmallRun()
    for account in ACCOUNTS:
        run.scope(account, "account")
    for region in REGIONS:
        run.scope(region, "region")
    for kind in MIXTURE:
        run.collects(kind, per="region", signals="bedrock" if kind == "usage" else None)
    run.supply("register_entry", [REGISTER])
    run.supply("decision", [{"setting": name, "value": value, **DECIDED} for name, value in DECISIONS.items()])
    run.supply("parameter", [{"name": "log_retention_days", "value": 365, "set_by": "organisation"}])
    every_kind(run)
    built = run.build()
    (folder / "records").mkdir(parents=True)
    (folder / "run.json").write_bytes(canonical.encode_trusted(built.manifest) + b"\n")
    small = {f"records/{kind}": built.records(kind) for kind in built.kinds()}
    for segment, values in {"units": built.units(), "unread": built.unreads(), **small}.items():
        (folder / f"{segment}.jsonl").write_bytes(b"".join(canonical.encode_trusted(one) + b"\n" for one in values))
    for kind, share in MIXTURE.items():
        with (folder / f"records/{kind}.jsonl").open("wb", buffering=1 << 20) as file:
            for line in lines(run, kind, records * share // 100):
                file.write(line + b"\n")


def lines(run: SmallRun, kind: str, count: int) -> Iterator[bytes]:
    """Lines of one kind: two that were made by our own classes, again and again under other names."""
    samples = [encoded(run, kind, number, odd=number == 1) for number in range(2)]
    for number in range(count):
        line, old = samples[number % 100 == 99]
        new = hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:32].encode()
        yield line.replace(old, new).replace(REGIONS[0].encode(), REGIONS[number % len(REGIONS)].encode())


def encoded(run: SmallRun, kind: str, number: int, *, odd: bool) -> tuple[bytes, bytes]:
    """One record as a line, and the id in it that has to differ between records."""
    fact = facts(kind, number, odd)
    record = run.add(kind, REGIONS[0], **fact)
    run.records.pop()
    marker = hashlib.sha256(str(number).encode()).hexdigest()[:32].encode()
    line = canonical.encode_trusted(grown(record))
    for own in (record.record_id, record.subject_uid):
        line = line.replace(own.encode(), marker)
    return line, marker


def grown(record: Record) -> dict[str, Any]:
    """The record with a provenance as long as a real one."""
    value: dict[str, Any] = json.loads(canonical.encode_trusted(record))
    origin = value["provenance"]["origins"][0]
    real = {"page": LONG, "item": 17, "request_id": LONG[:36], "date": "Tue, 29 Sep 2026 06:05:00 GMT"}
    value["provenance"]["origins"] = [{**origin, **real}, {**origin, **real, "item": None}]
    value["provenance"]["identity"] = "arn:aws:sts::111122223333:assumed-role/annexa/collector"
    value["nonce"] = LONG[:32]
    return value


class Unsealed(RunReader):
    """The segments of a folder that nobody sealed."""

    @property
    def statement_digest(self) -> str:
        """None was made."""
        return "0" * 64


def measure(folder: Path) -> dict[str, Any]:
    """Judge, in this process."""
    pack = load_pack()
    started, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryFile() as spool:

        def keep(item: ItemResult) -> None:
            spool.write(canonical.encode_trusted(item) + b"\n")

        made = judge(VaultEvidence(Unsealed(folder)), pack=pack, items=keep)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "items": made.assessment.items_total,
        "findings": made.assessment.findings_total,
    }


def row(records: int) -> list[object]:
    """Write a run, judge it in a new process, and say how that went."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        write(folder, records)
        size = sum(file.stat().st_size for file in folder.rglob("*.jsonl"))
        command = [sys.executable, __file__, str(records), "--folder", str(folder)]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    per_million = found["seconds"] * 1_000_000 / records
    return [
        f"{records:,}", f"{size / records:,.0f}", f"{found['items']:,}", f"{found['findings']:,}",
        f"{found['seconds']:.1f}", f"{found['cpu']:.1f}", f"{per_million:.1f}", f"{found['megabytes']:.0f}",
    ]  # fmt: skip


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("records", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="Judge the run in this folder and print figures as JSON.")
    asked = parser.parse_args()
    if asked.folder:
        print(json.dumps(measure(asked.folder)))
        return 0
    heads = ["records", "bytes each", "items", "findings", "seconds", "cpu s", "s per million", "peak MB"]
    print(tabulate([row(asked.records // 4), row(asked.records)], heads, stralign="right", disable_numparse=True))
    print(f"targets for a million: {SECONDS:.0f} s, {MEGABYTES:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
