"""Speed and memory of reading a large Google Workspace: run `python benchmarks/workspace.py`.

5,000 users with 40,000 tokens come from the sandbox in a process of its own: real HTTP on loopback, the real SDK, every
collector from connecting to the seal, pacing off. Printed are calls, CPU seconds and peak memory of the process that reads,
and for each API how many requests a minute its pace allows and how long its calls take at that pace.
"""

import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from tabulate import tabulate

from annexa import runner
from annexa.collectors._google.client import CAREFUL
from annexa.collectors.google_workspace._api import RATES
from annexa.commands._config import Config, OrganisationTable
from annexa.commands._connect import Lent, connect
from annexa.commands._place import Here
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.keys import generate
from annexa.evidence.manifest import Organisation
from annexa.evidence.vault import Vault
from annexa.sandbox import vendors
from annexa.sandbox._google_api import google_play, shows
from annexa.sandbox._http import loopback
from annexa.sandbox._rest import Asked, World
from annexa.sandbox.vendors.google_workspace import ROUTES, SUBJECT

USERS, TOKENS, APPS = 5_000, 40_000, 400
CPU, MEMORY, PER_MINUTE = 60.0, 300, 2_400
"""What must not be exceeded: seconds, MiB, requests a minute to the Directory."""
SPAWN = get_context("spawn")
Row = dict[str, Any]


def main() -> None:
    """Collect once and print two tables."""
    before = os.getloadavg()[0]
    ours, theirs = SPAWN.Pipe()
    server = SPAWN.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    told = ours.recv()
    started, spent = time.perf_counter(), time.process_time()
    calls, records, unread = collect(told)
    spent, took = time.process_time() - spent, time.perf_counter() - started
    server.terminate()
    rows = [
        ("calls", sum(calls.values()), ""), ("records", records, ""), ("unread", unread, 0), ("CPU s", round(spent, 1), CPU),
        ("seconds", round(took, 1), ""), ("peak MiB", round(_peak()), MEMORY),
    ]  # fmt: skip
    print(tabulate(rows, headers=("measure", "found", "at most")))
    print()
    print(tabulate(pace(calls), headers=("API", "calls", "a minute at most", "target", "minutes at this pace")))
    cores, after = os.cpu_count(), os.getloadavg()[0]
    print(f"\nPython {sys.version.split()[0]}, {cores} cores, load {before:.1f} before, {after:.1f} after")


def pace(calls: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """By API: its calls, what the settings let pass in the worst minute, what it takes, and how long the calls last."""
    found = defaultdict[str, int](int)
    for op, number in calls.items():
        found[op.partition(":")[0]] += number
    rows = []
    for api, number in sorted(found.items()):
        rate = RATES.get(api, CAREFUL)
        worst, minutes = round(rate.per_second * 60 + rate.burst), max(0.0, number - rate.burst) / rate.per_second / 60
        target = PER_MINUTE if api.startswith("admin/") else ""
        rows.append((api, number, worst, target, f"{minutes:.1f}"))
    return rows


def collect(told: Mapping[str, Any]) -> tuple[Counter[str], int, int]:
    """Calls by operation, records and unreads of a whole collection into a vault that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vault, key = Vault.open(folder / "vault", create=True), generate(folder / "key.pem")
        clock = VirtualClock(parse(told["now"]))
        organisation = OrganisationTable(id="benchmark", name="benchmark")
        made = connect(
            Here(
                config=Config(organisation=organisation, sources=(told["table"],)), base=folder, vault_path=folder / "vault"
            ),
            Lent(
                clock=clock, run_id="benchmark", threads=8, pacing=False, sandbox=True, environment=told["environment"]
            ),
        )  # fmt: skip
        order = runner.Order(
            organisation=Organisation(id="benchmark", name="benchmark"), vault=vault, key=key, redaction=b"x" * 32,
            sources=tuple(pair for pair in made.pairs if pair[0].vendor == "google_workspace"), clock=clock, threads=8,
        )  # fmt: skip
        path = runner.collect(order)[1].path
        calls = Counter(str(msgspec.json.decode(line)["call"]) for line in (path / "calls.jsonl").open("rb"))
        records = sum(1 for file in (path / "records").iterdir() for _ in file.open("rb"))
        unread = path / "unread.jsonl"
        return calls, records, sum(1 for _ in unread.open("rb")) if unread.exists() else 0


def _peak() -> float:
    """The kernel's own figure for this process, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def serve(pipe: Connection) -> None:
    """The sandbox with a large company in it, until the process is ended."""
    usual: Any = vendors.play("google_workspace", "clean", "first")
    users = [_user(usual.world.data["users"][0], number) for number in range(USERS)]
    found = defaultdict[str, list[Row]](list)
    for number in range(TOKENS):
        token = _token(usual.world.data["tokens"][0], users[number % USERS]["id"], number)
        found[token["userKey"]].append(token)
    data = {**usual.world.data, "users": users, "tokens": [], "asps": []}
    play = google_play(
        "google_workspace", "clean", "first", (), routes=tuple(_quick(route, found) for route in ROUTES),
        world=World(now=usual.now, data=data, faults=()), environment={"GOOGLE_WORKSPACE_SUBJECT": SUBJECT},
    )  # fmt: skip
    with loopback(play.standin().handle) as url:
        now = f"{play.now:%Y-%m-%dT%H:%M:%SZ}"
        pipe.send({"table": play.tables(url)[0], "environment": play.environment, "now": now})
        pipe.recv()


def _quick(route: Any, tokens: Mapping[str, list[Row]]) -> Any:
    """The same route with tokens and app passwords by user: the sandbox's own looks through all of them each time."""
    if route.op.endswith(":tokens.list"):
        return replace(route, answer=shows("tokens", lambda world, asked: tokens.get(_of(asked), [])))
    if route.op.endswith(":asps.list"):
        return replace(route, answer=shows("asps", lambda world, asked: []))
    return route


def _of(asked: Asked) -> str:
    return asked.params["userKey"]


def _user(like: Row, number: int) -> Row:
    return {**like, "id": f"2{number:020}", "primaryEmail": f"user{number}@harbourline.example"}


def _token(like: Row, user: str, number: int) -> Row:
    app = number % APPS
    scopes = [*like["scopes"], f"https://www.googleapis.com/auth/made.up.{app}.readonly"]
    client = f"{500_000_000_000 + app}-made-up.apps.googleusercontent.com"
    return {**like, "userKey": user, "clientId": client, "displayText": f"App {app}", "scopes": scopes}


if __name__ == "__main__":
    main()
