"""Speed and memory of collecting from AWS, against the stand-in in a process of its own.

Usage: python benchmarks/collect.py [--rounds 5]

What is measured is a whole collection by every AWS collector, from connecting to the seal: real HTTP on loopback, real
signatures, pacing off. Both processes share the machine, so its load is printed with the figures.

    calls a second     one item in every answer; the median of the rounds, all in one process
    with latency       every answer takes 50 ms, 32 workers
    CPU per call       reading and keeping every page of one list, against a bare boto3 client that reads the same list
                       with the same timestamp parser, in turn with it
    memory             peak of a process that collects from 20 accounts, over one that collects from a single account
"""

import argparse
import hashlib
import os
import resource
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from tabulate import tabulate

from annexa import collectors, runner
from annexa.collectors._source import Circumstances
from annexa.collectors.aws._clients import wire_time
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._source import AwsSource
from annexa.evidence.call import Call, collects
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.gather import gather
from annexa.evidence.handle import Handle, Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.keys import generate
from annexa.evidence.kinds import Safeguard
from annexa.evidence.manifest import Organisation
from annexa.evidence.redact import Redactor
from annexa.evidence.vault import Vault

SPAWN = get_context("spawn")
WORKERS = 32
LATENCY = 0.05
"""Seconds that an answer takes in the second measurement."""
LISTED = Call(op="bedrock:ListGuardrails", needs="bedrock:ListGuardrails", path="guardrails", drop=("description",))


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A stand-in that listens in another process."""

    url: str
    access_key: str
    now: str

    def collected(self, folder: Path) -> "Spent":
        """One whole collection into a new vault."""
        key = generate(folder / "key.pem")
        before = _now()
        with ThreadPoolExecutor(WORKERS, "calls") as pool:
            source = self.source(pool)
            order = runner.Order(
                organisation=Organisation(id="benchmark", name="benchmark"),
                vault=Vault.open(folder / "vault", create=True), key=key, redaction=b"x" * 32,
                sources=((source, collectors.of(collectors.vendor("aws"))),), clock=VirtualClock(parse(self.now)),
                threads=WORKERS,
            )  # fmt: skip
            seal = runner.collect(order)[1]
        after = _now()
        calls = (seal.path / "calls.jsonl").read_bytes().count(b"\n")
        return Spent(calls=calls, seconds=after[0] - before[0], cpu=after[1] - before[1])

    def source(self, pool: ThreadPoolExecutor | None = None) -> AwsSource:
        """Connected without pacing."""
        lent = Circumstances(
            organisation="benchmark", clock=VirtualClock(parse(self.now)), run_id="benchmark", pool=pool, pacing=False,
            environment={"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": "none"}, sandbox=True,
            connections=2 * WORKERS,
        )  # fmt: skip
        return AwsSource(AwsSettings(endpoint=self.url), lent)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one measurement took."""

    calls: int
    seconds: float
    cpu: float


@contextmanager
def standing(company: str, **how: Any) -> Iterator[StandIn]:
    """A stand-in in a process of its own, for a company of `_collect_world.py`."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, company, how), daemon=True)
    process.start()
    try:
        yield StandIn(**ours.recv())
    finally:
        ours.send("enough")
        process.join()


def _serve(pipe: Connection, company: str, how: dict[str, Any]) -> None:
    import collect_world

    world, standin = getattr(collect_world, company)(**how)
    with collect_world.serve(standin) as url:
        pipe.send({"url": url, "access_key": collect_world.access_key(world), "now": f"{world.now:%Y-%m-%dT%H:%M:%SZ}"})
        pipe.recv()


def throughput(rounds: int) -> list[Spent]:
    """Calls a second where every answer holds one item."""
    with standing("organisation", accounts=10, page_size=1) as standin:
        return [_fresh(standin) for _ in range(rounds)]


def latency(rounds: int) -> list[Spent]:
    """Calls a second where every answer takes 50 ms."""
    with standing("organisation", accounts=20, seconds=LATENCY) as standin:
        return [_fresh(standin) for _ in range(rounds)]


def processor(page_size: int, rounds: int = 9) -> dict[str, float]:
    """Milliseconds of CPU per call of each way to read one list; the least disturbed round of each."""
    with standing("one_list", items=300 if page_size == 1 else 60 * page_size, page_size=page_size) as standin:
        source, client = standin.source(), _bare_client(standin)
        ways: dict[str, Callable[[], int]] = {
            "bare boto3": lambda: _bare(client),
            "read and kept": lambda: _ours(source, read_only),
            "and a record per item": lambda: _ours(source, one_record_each),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds + 1):
            for name, way in ways.items():
                before = time.process_time()
                calls = way()
                taken[name].append((time.process_time() - before) / calls * 1000)
    return {name: min(times[1:]) for name, times in taken.items()}


def memory(accounts: int) -> float:
    """Peak memory, in MiB, of a process that collects from so many accounts."""
    ours, theirs = SPAWN.Pipe()
    with standing("organisation", accounts=accounts) as standin:
        process = SPAWN.Process(target=_peak, args=(theirs, standin), daemon=True)
        process.start()
        peak: float = ours.recv()
        process.join()
    return peak


def _peak(pipe: Connection, standin: StandIn) -> None:
    _fresh(standin)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _fresh(standin: StandIn) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        return standin.collected(Path(folder))


@collects(Safeguard, LISTED, per="region")
def read_only(handle: Handle) -> Iterator[Safeguard]:
    """Reads every item and makes nothing of it."""
    yield from (item for item in handle.each(LISTED) if item is None)


@collects(Safeguard, LISTED, per="region")
def one_record_each(handle: Handle) -> Iterator[Safeguard]:
    """One record per item, from the list alone."""
    for item in handle.each(LISTED):
        yield Safeguard(
            subject=item["arn"], type="guardrail", name=item["name"], version=item["version"], state=item["status"],
            created=item["createdAt"],
        )  # fmt: skip


def _ours(source: AwsSource, collector: Any) -> int:
    pages: dict[str, bytes] = {}

    def store(data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        pages[digest] = data
        return digest

    scope = f"{source.account}/us-east-1"
    place = Place(
        organisation="benchmark",
        tenant=source.tenant,
        source="aws",
        scope=scope,
        collector=collector.name,
        identity="we",
    )
    keeper = Keeper(
        place,
        store=store,
        redactor=Redactor(b"x" * 32),
        clock=VirtualClock(parse("2026-08-30T06:00:00Z")),
        token=_token,
    )
    gather(collector, source.wire(scope), keeper, Known({}), run_id="benchmark", version="0", nonce=_token)
    return len(keeper.calls)


def _token() -> str:
    return secrets.token_hex(16)


def _bare_client(standin: StandIn) -> Any:
    core = botocore.session.Session()
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=wire_time)
    return boto3.Session(botocore_session=core).client(
        "bedrock", region_name="us-east-1", endpoint_url=standin.url, aws_access_key_id=standin.access_key,
        aws_secret_access_key="none", config=Config(retries={"mode": "standard", "total_max_attempts": 5}),
    )  # fmt: skip


def _bare(client: Any) -> int:
    calls, token = 0, {}
    while True:
        page = client.list_guardrails(**token)
        calls += 1
        if "nextToken" not in page:
            return calls
        token = {"nextToken": page["nextToken"]}


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _speed(name: str, spent: list[Spent], target: int) -> list[Any]:
    each = [one.calls / one.seconds for one in spent]
    cpu = statistics.median(one.cpu / one.calls for one in spent) * 1000
    note = f"{spent[0].calls} calls; {min(each):.0f} to {max(each):.0f}; {cpu:.2f} ms CPU a call"
    return [name, f"{statistics.median(each):.0f} calls/s", f">= {target}", note]


def _ratio(page_size: int) -> list[Any]:
    took = processor(page_size)
    ratio = took["read and kept"] / took["bare boto3"]
    note = ", ".join(f"{name} {value:.2f} ms" for name, value in took.items())
    return [f"CPU per call, {page_size} a page", f"{ratio:.2f} x bare", "<= 1.5", note]


def main() -> None:
    """Measure everything and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    before = os.getloadavg()[0]
    rows = [_speed("calls a second, one item an answer", throughput(rounds), 450)]
    rows.append(_speed(f"calls a second, {LATENCY * 1000:.0f} ms an answer", latency(min(rounds, 3)), 400))
    rows += [_ratio(1), _ratio(100)]
    one, twenty = memory(1), memory(20)
    rows.append(["memory of accounts 2 to 20", f"{twenty - one:.1f} MiB", "< 15", f"{one:.0f} to {twenty:.0f} MiB"])
    print(tabulate(rows, ("measured", "figure", "target", "in detail"), tablefmt="simple"))
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {before:.1f} before, {os.getloadavg()[0]:.1f} after"
    )


if __name__ == "__main__":
    main()
