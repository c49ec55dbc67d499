"""One vendor of the company over loopback, collected by its own collectors: what they yield, and every page that is kept."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from annexa import collectors
from annexa.collectors._source import Circumstances, Source
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor
from annexa.sandbox._http import loopback


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A source and what was asked of it."""

    source: Source
    found: dict[str, Gathered] = field(default_factory=dict)
    """By collector."""
    pages: list[bytes] = field(default_factory=list)
    """As they are kept."""

    def facts(self, collector: str) -> list[Any]:
        """What one collector yielded."""
        return [record.data for record in self.found[collector].records]


def ask(source: Source, collector: Collector, now: Any, pages: list[bytes]) -> Gathered:
    """Run one collector over the whole tenant."""
    place = Place(
        organisation="harbourline", tenant=source.tenant, source=source.alias, scope=source.tenant,
        collector=collector.name, identity=source.identities()[0],
    )  # fmt: skip

    def store(page: bytes) -> str:
        pages.append(page)
        return hashlib.sha256(page).hexdigest()

    keeper = Keeper(place, store=store, redactor=Redactor(b"k" * 32), clock=VirtualClock(now), token=lambda: "00" * 16)
    known = Known(source.known(source.tenant))
    return gather(
        collector, source.wire(source.tenant), keeper, known, run_id="r1", version="0", nonce=lambda: "0" * 32
    )


@contextmanager
def played(play: Any, faults: tuple[Any, ...] = ()) -> Iterator[Whole]:
    """The vendor's whole source, connected to its stand-in over HTTP."""
    module = collectors.vendor(play.vendor)
    with loopback(play.standin(faults).handle) as url:
        (table,) = play.tables(url)
        lent = Circumstances(
            organisation="harbourline", clock=VirtualClock(play.now), run_id="r1", environment=play.environment,
            pacing=False, sandbox=True,
        )  # fmt: skip
        source = module.connect(module.Settings(**table), lent)
        whole = Whole(source=source)
        for one in collectors.of(module):
            whole.found[one.name] = ask(source, one, play.now, whole.pages)
        yield whole
