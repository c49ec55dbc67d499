"""A stand-in for AWS in a process of its own, and a whole collection from it."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from annexa import collectors, runner
from annexa.collectors._source import Circumstances
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._source import AwsSource
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.keys import generate
from annexa.evidence.manifest import Organisation
from annexa.evidence.vault import Vault

SPAWN = get_context("spawn")
WORKERS = 32


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one measurement took."""

    calls: int
    seconds: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A stand-in that listens in another process."""

    url: str
    access_key: str
    now: str

    def collected(self, folder: Path) -> Spent:
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


@contextmanager
def standing(company: str, **how: Any) -> Iterator[StandIn]:
    """A stand-in in a process of its own, for a company of `collect_world.py`."""
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


def fresh(standin: StandIn) -> Spent:
    """One collection into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return standin.collected(Path(folder))


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
