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
import os
import statistics
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from collect_cpu import processor
from collect_standin import SPAWN, Spent, StandIn, fresh, standing
from tabulate import tabulate

LATENCY = 0.05
"""Seconds that an answer takes in the second measurement."""


def throughput(rounds: int) -> list[Spent]:
    """Calls a second where every answer holds one item."""
    with standing("organisation", accounts=10, page_size=1) as standin:
        return [fresh(standin) for _ in range(rounds)]


def latency(rounds: int) -> list[Spent]:
    """Calls a second where every answer takes 50 ms."""
    with standing("organisation", accounts=20, seconds=LATENCY) as standin:
        return [fresh(standin) for _ in range(rounds)]


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
    fresh(standin)
    pipe.send(_most_memory())


def _most_memory() -> float:
    """The kernel's own figure for this process: the one of `getrusage` would count what its parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


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
    one, twenty = memory(1), memory(20)
    rows = [_speed("calls a second, one item an answer", throughput(rounds), 450)]
    rows.append(_speed(f"calls a second, {LATENCY * 1000:.0f} ms an answer", latency(min(rounds, 3)), 400))
    rows += [_ratio(1), _ratio(100)]
    rows.append(["memory of accounts 2 to 20", f"{twenty - one:.1f} MiB", "< 15", f"{one:.0f} to {twenty:.0f} MiB"])
    print(tabulate(rows, ("measured", "figure", "target", "in detail"), tablefmt="simple"))
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {before:.1f} before, {os.getloadavg()[0]:.1f} after"
    )


if __name__ == "__main__":
    main()
