"""Stand-ins for REST vendors in a process of their own, every answer late by the same time; and sources that ask them."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import rest_made_up

from annexa import collectors
from annexa.collectors._rest import Read
from annexa.collectors._source import Circumstances, Source
from annexa.commands._config import Config, OrganisationTable
from annexa.commands._connect import Lent, connect
from annexa.commands._place import Here
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock, parse
from annexa.sandbox import vendors
from annexa.sandbox._http import Handle, loopback

SPAWN = get_context("spawn")
WORKERS = 32
Pair = tuple[Source, tuple[Collector, ...]]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Vendors that listen in another process."""

    now: str
    tables: Mapping[str, Mapping[str, Any]]
    """Table of the source, by vendor."""
    environment: Mapping[str, str]

    def connect(self, names: tuple[str, ...], folder: Path) -> tuple[Pair, ...]:
        """Connected sources with their collectors, as a command connects them; pacing is off."""
        clock = VirtualClock(parse(self.now))
        if set(names) <= set(rest_made_up.VENDORS):
            pool = ThreadPoolExecutor(WORKERS, "calls")
            lent = Circumstances(organisation="benchmark", clock=clock, run_id="benchmark", pool=pool, pacing=False)
            return tuple(rest_made_up.connect(name, self.tables[name]["endpoint"], lent) for name in names)
        table = OrganisationTable(id="benchmark", name="benchmark")
        config = Config(organisation=table, sources=tuple(dict(self.tables[name]) for name in names))
        made = connect(
            Here(config=config, base=folder, vault_path=folder / "vault"),
            Lent(
                clock=clock, run_id="benchmark", threads=WORKERS, pacing=False, sandbox=True, environment=self.environment
            ),
        )  # fmt: skip
        if made.cannot:
            raise SystemExit("\n".join(f"{one.source} could not start: {one.why_not}" for one in made.cannot))
        return tuple(pair for pair in made.pairs if pair[0].vendor in names)


def played() -> tuple[str, ...]:
    """The REST vendors of the make-believe company; made-up ones where there are fewer than two."""
    found = tuple(name for name in vendors.names() if _is_rest(name))
    return found if len(found) > 1 else rest_made_up.VENDORS


def _is_rest(vendor: str) -> bool:
    try:
        items = collectors.of(collectors.vendor(vendor))
    except ImportError as missing:
        print(f"left out: {vendor} needs {missing.name}", file=sys.stderr)
        return False
    return any(isinstance(call, Read) for item in items for call in item.calls)


@contextmanager
def standing(names: tuple[str, ...], late: float) -> Iterator[Standing]:
    """These vendors in a process of its own, each behind its own port."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, names, late), daemon=True)
    process.start()
    try:
        yield Standing(**ours.recv())
    finally:
        ours.send("enough")
        process.join()


def _serve(pipe: Connection, names: tuple[str, ...], late: float) -> None:
    tables: dict[str, Any] = {}
    environment: dict[str, str] = {}
    now = datetime.fromisoformat("2026-08-30T06:00:00+00:00")
    with ExitStack() as stack:
        for name in names:
            if name in rest_made_up.VENDORS:
                url = stack.enter_context(loopback(_delayed(rest_made_up.handle(name), late)))
                tables[name] = {"endpoint": url}
                continue
            play = vendors.play(name, "clean", "first")
            url = stack.enter_context(loopback(_delayed(play.standin().handle, late)))
            tables[name], now = play.tables(url)[0], play.now
            environment |= play.environment
        pipe.send({"now": f"{now:%Y-%m-%dT%H:%M:%SZ}", "tables": tables, "environment": environment})
        pipe.recv()


def _delayed(handle: Callable[..., Any], late: float) -> Handle:
    def answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        time.sleep(late)
        return handle(method, url, headers, body)  # type: ignore[no-any-return]

    return answer
