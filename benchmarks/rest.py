"""Speed and memory of collecting from REST vendors, against stand-ins in a process of their own.

Usage: python benchmarks/rest.py [--rounds 3] [--late 0.1]

    each alone     a whole collection from one vendor, from connecting to the seal, every answer late by 100 ms
    all together   the same for all of them in one run; it should take little more than the slowest of them alone
    memory         peak of a process that reads 50 and 500 pages of 100 kB through the adapter

Pacing is off. Both processes share the machine, so its load is printed with the figures.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import rest_made_up
from rest_standin import SPAWN, WORKERS, Standing, played, standing
from tabulate import tabulate

from annexa import runner
from annexa.collectors._rest import RestWire
from annexa.collectors._source import Circumstances
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.keys import generate
from annexa.evidence.manifest import Organisation
from annexa.evidence.vault import Vault
from annexa.sandbox._http import loopback

TARGET = 1.2
PAGES = (50, 500)
KILOBYTES = 100


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one collection took."""

    calls: int
    unread: int
    connecting: float
    collecting: float

    @property
    def seconds(self) -> float:
        """From the first request to the seal."""
        return self.connecting + self.collecting


def collected(at: Standing, names: tuple[str, ...]) -> Spent:
    """One collection into a vault that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        vault, key = Vault.open(Path(folder) / "vault", create=True), generate(Path(folder) / "key.pem")
        started = time.perf_counter()
        sources = at.connect(names, Path(folder))
        connected = time.perf_counter()
        order = runner.Order(
            organisation=Organisation(id="benchmark", name="benchmark"), vault=vault, key=key, redaction=b"x" * 32,
            sources=sources, clock=VirtualClock(parse(at.now)), threads=WORKERS,
        )  # fmt: skip
        seal = runner.collect(order)[1]
        ended = time.perf_counter()
        unread = seal.path / "unread.jsonl"
        return Spent(
            calls=(seal.path / "calls.jsonl").read_bytes().count(b"\n"), connecting=connected - started,
            unread=unread.read_bytes().count(b"\n") if unread.exists() else 0, collecting=ended - connected,
        )  # fmt: skip


def measured(at: Standing, names: tuple[str, ...], rounds: int) -> Spent:
    """The round in the middle."""
    return statistics.median_low([_Sorted(collected(at, names)) for _ in range(rounds)]).spent


class _Sorted:
    """Compares by time."""

    def __init__(self, spent: Spent) -> None:
        self.spent = spent

    def __lt__(self, other: "_Sorted") -> bool:
        return self.spent.seconds < other.spent.seconds


def speed(names: tuple[str, ...], late: float, rounds: int) -> str:
    """Each alone, and all together, as a table."""
    with standing(names, late) as at:
        collected(at, names)  # warm: modules, certificates, pools
        alone = {name: measured(at, (name,), rounds) for name in names}
        together = measured(at, names, rounds)
    slowest = max(alone.values(), key=lambda spent: spent.seconds)
    rows = [_row(name, spent) for name, spent in sorted(alone.items(), key=lambda pair: pair[1].seconds)]
    rows.append(_row("all together", together))
    ratio, collecting = together.seconds / slowest.seconds, together.collecting / slowest.collecting
    told = f"{ratio:.2f} x the slowest alone (target <= {TARGET}); collecting without connecting {collecting:.2f} x"
    return tabulate(rows, ("vendor", "calls", "unread", "connecting", "collecting", "seconds"), "simple") + f"\n{told}"


def _row(name: str, spent: Spent) -> list[Any]:
    times = (f"{each:.2f}" for each in (spent.connecting, spent.collecting, spent.seconds))
    return [name, spent.calls, spent.unread, *times]


def memory(pages: int) -> float:
    """Peak memory, in MiB, of a process that reads so many pages."""
    with loopback(rest_made_up.endless(KILOBYTES)) as url:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_peak, args=(theirs, url, pages), daemon=True)
        process.start()
        peak: float = ours.recv()
        process.join()
    return peak


def _peak(pipe: Connection, url: str, pages: int) -> None:
    lent = Circumstances(
        organisation="benchmark", clock=VirtualClock(parse("2026-08-30")), run_id="benchmark", pacing=False
    )
    settings = rest_made_up.RestSettings(name="made_up:main", vendor="made_up", endpoint=url)
    source = rest_made_up.RestSource(rest_made_up._api("made_up"), settings, lent, me=lambda wire: _nobody(wire))
    read = source.wire("t").pages(rest_made_up.THINGS, {})
    for _ in range(pages):
        next(read)
    lines = Path("/proc/self/status").read_text().splitlines()
    pipe.send(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")))


def _nobody(wire: RestWire) -> rest_made_up.Me:
    return rest_made_up.Me(tenant="t", identity="i")


def main() -> None:
    """Measure everything and print two tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--late", type=float, default=0.1)
    order = parser.parse_args()
    before = os.getloadavg()[0]
    print(speed(played(), order.late, order.rounds))
    few, many = (memory(pages) for pages in PAGES)
    row = [
        f"memory of pages {PAGES[0]} to {PAGES[1]}, {KILOBYTES} kB each",
        f"{many - few:.1f} MiB",
        "< 5",
        f"{few:.0f} MiB before",
    ]
    print(tabulate([row], ("measured", "figure", "target", "in detail"), tablefmt="simple"))
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {before:.1f} before, {os.getloadavg()[0]:.1f} after"
    )


if __name__ == "__main__":
    main()
