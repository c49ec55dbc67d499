"""One day of the make-believe company in memory: collected once whole, and again in part with one answer changed.

Only the units that made a certain call are run again; everything else stands as it was. The scopes are listed anew each
time, so that a unit which a changed list brings forth is run, and one which it takes away is missing.
"""

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from harbourline import environment, in_process, tables

from annexa import runner
from annexa.collectors._collect import Collecting, Done, Means
from annexa.collectors._plan import Plan, Work
from annexa.commands._config import Config, OrganisationTable
from annexa.commands._connect import Connected, Lent, connect
from annexa.commands._place import Here
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock, stamp
from annexa.evidence.manifest import Manifest, Organisation, SourceInfo, declare
from annexa.evidence.redact import Redactor
from annexa.mappings.evidence_view import ListEvidence
from annexa.sandbox import demo
from annexa.sandbox import vendors as played
from annexa.sandbox.play import DateName, Play, ScenarioName, StandIn
from annexa.schemas.words import Environment, RunState

ORGANISATION = Organisation(id="harbourline", name="Harbourline")
GATEWAYS = 29
"""The row of the make-believe company that brings gateways."""
BILL = {
    "id": "bill", "name": "What the bill shows", "identifiers": ["bedrock@*", "sagemaker@*"],
    "owner": "Tomas Brandt, Head of Digital Products", "supplier": "AWS", "tier": "pay as you go",
    "purpose": "Everything above, as it stands on the bill", "permitted_class": "internal", "reviewed": "2026-06-20",
}  # fmt: skip
Key = tuple[str, str, str]
"""A unit: source, collector, scope."""


@dataclass(frozen=True, kw_only=True)
class Collected:
    """All units of one day."""

    done: Mapping[Key, Done]
    again: frozenset[Key] = frozenset()
    """Those that were run again."""
    finished: str

    def fresh(self) -> list[Done]:
        """The units that were run again, in order."""
        return [done for key, done in self.done.items() if key in self.again]


class Day:
    """The company on one date, all of it or some of its vendors; its clients stay connected over all changes."""

    def __init__(
        self,
        folder: Path,
        scenario: ScenarioName,
        date: DateName,
        *,
        mended: Collection[int] = (),
        fuller: bool = False,
        vendors: Iterable[str] = ("aws",),
    ) -> None:
        """`mended`: rows of the planted company that are as in the clean one.

        The registers are whole, whichever vendors there are: what one vendor shows of another's is registered too.

        `fuller`: the clean company with gateways and a bill, which it has not otherwise.
        """
        self.folder, self.scenario, self.date, self.fuller = folder, scenario, date, fuller
        self.registers = folder / "registers"
        vendors = tuple(vendors)
        demo.write_registers(self.registers, scenario)
        leave_to(self.registers, scenario, vendors)
        if fuller:
            self.plays = played.plays("planted", date, set(range(100)) - {GATEWAYS}, vendors)
            _supply(self.registers)
        else:
            self.plays = played.plays(scenario, date, mended, vendors)
        self.vendor = next(iter(self.plays))
        """The first of its vendors: the one that is meant where none is named."""
        self._plain: dict[str, StandIn] = {name: play.standin() for name, play in self.plays.items()}
        self._answering = dict(self._plain)
        self.now = self.plays[self.vendor].now
        self.clock = VirtualClock(self.now)
        self.connected = self._connect()
        self.collectors = {one.name: one for _, found in self.connected.pairs for one in found}
        self.whole = self._collect(lambda work: True, {})

    @property
    def play(self) -> Play:
        """The first vendor as it is played on this day."""
        return self.plays[self.vendor]

    def standin(self, vendor: str | None = None) -> StandIn:
        """What answers where nothing is changed."""
        return self._plain[vendor or self.vendor]

    def tenants(self) -> set[str]:
        """Scopes that are a source as a whole."""
        return {source.tenant for source, _ in self.connected.pairs}

    def again(
        self,
        op: str | frozenset[str],
        faults: Iterable[Any] = (),
        *,
        scopes: frozenset[str] | None = None,
        standin: StandIn | None = None,
        vendor: str | None = None,
    ) -> Collected:
        """The day with the units that made the call `op`, or one of several, run again, under faults or by another stand-in.

        `scopes` narrows what is run again to these; `vendor` says whose call it is.
        """
        vendor = vendor or self.vendor
        self._answering[vendor] = standin or self.plays[vendor].standin(faults)
        try:
            wanted = frozenset({op}) if isinstance(op, str) else op
            return self._collect(lambda work: self._makes(work, vendor, wanted, scopes), self.whole.done)
        finally:
            self._answering = dict(self._plain)

    def evidence(self, collected: Collected | None = None, connected: Connected | None = None) -> ListEvidence:
        """What the judge reads."""
        found, pairs = collected or self.whole, (connected or self.connected).pairs
        started = stamp(self.now)
        manifest = Manifest(
            run_id=f"{self.scenario}-{self.date}", organisation=ORGANISATION, state=RunState.COMPLETE, planned=started,
            started=started, finished=found.finished, environment=Environment.SANDBOX, version="1",
            sources=tuple(
                SourceInfo(source=one.alias, vendor=one.vendor, tenant=one.tenant, environment=one.environment)
                for one, _ in pairs
            ),
            collectors=tuple(declare(one) for one in self.collectors.values()),
            registers=(connected or self.connected).registers(),
        )  # fmt: skip
        gathered = [done.gathered for done in found.done.values()]
        return ListEvidence(
            manifest,
            [record for one in gathered for record in one.records],
            [one.unit for one in gathered],
            [unread for one in gathered for unread in one.unreads],
        )

    def with_registers(self, folder: Path) -> ListEvidence:
        """What the judge reads where the registers lie in another folder."""
        connected = self._connect(folder, only=("registers",), beside=self.connected)
        collected = self._collect(lambda work: work.source.vendor == "registers", self.whole.done, connected)
        return self.evidence(collected, connected)

    def _handle(self, vendor: str, *request: Any) -> tuple[int, dict[str, str], bytes]:
        """One exchange, answered by the vendor's stand-in of the moment."""
        return self._answering[vendor].handle(*request)

    def _makes(self, work: Work, vendor: str, ops: frozenset[str], scopes: frozenset[str] | None) -> bool:
        """Whether a unit made one of these calls; one that never did cannot be changed by its answer."""
        known = self.whole.done.get(_key(work))
        if known is None or work.source.vendor != vendor:
            return False
        made = any(entry.call in ops for entry in known.gathered.keeper.calls)
        return made and (scopes is None or work.scope in scopes)

    def _connect(
        self, registers: Path | None = None, only: tuple[str, ...] = (), beside: Connected | None = None
    ) -> Connected:
        said = demo.settings(self.scenario)
        config = Config(
            organisation=OrganisationTable(id=ORGANISATION.id, name=ORGANISATION.name),
            sources=tables(self.plays, **({"costs": True} if self.fuller else {})),
            registers=str(registers or self.registers),
            parameters=said["parameters"],
        )
        lent = Lent(
            clock=self.clock, run_id="r", threads=1, pacing=False, sandbox=True, prepare=self._prepare,
            environment=environment(self.plays),
        )  # fmt: skip
        found = connect(Here(config=config, base=self.folder, vault_path=self.folder / "vault"), lent, only)
        kept = tuple(pair for pair in beside.pairs if pair[0].vendor not in only) if beside else ()
        return Connected(pairs=(*kept, *found.pairs), cannot=found.cannot, cures=found.cures)

    def _prepare(self, vendor: str, target: Any) -> None:
        in_process(self.plays[vendor], target, partial(self._handle, vendor))

    def _collect(
        self, wanted: Callable[[Work], bool], known: Mapping[Key, Done], connected: Connected | None = None
    ) -> Collected:
        means = Means(
            organisation=ORGANISATION.id, run_id=f"{self.scenario}-{self.date}", version="1", clock=self.clock,
            redactor=Redactor(b"k" * 32), token=lambda: "0" * 32,
        )  # fmt: skip
        collecting = _Again(means, wanted, known)
        done = {_key(one.work): one for one in collecting.run((connected or self.connected).pairs)}
        return Collected(done=done, again=frozenset(collecting.fresh), finished=stamp(self.clock.now()))


class _Again(Collecting):
    """Collects, with units that are known already standing for themselves."""

    def __init__(self, means: Means, wanted: Callable[[Work], bool], known: Mapping[Key, Done]) -> None:
        super().__init__(means, Plan(), runner.contained, lambda work, done: None)
        self._wanted, self._known = wanted, known
        self.fresh: set[Key] = set()

    def unit(self, work: Work) -> Done:
        """Do one unit, or take it as it was."""
        before = self._known.get(_key(work))
        if before is not None and not self._wanted(work) and before.work.not_applicable == work.not_applicable:
            return before
        self.fresh.add(_key(work))
        return super().unit(work)


def leave_to(folder: Path, scenario: ScenarioName, vendors: Collection[str]) -> None:
    """The Statement of Applicability of a company that has these vendors alone: the others' gateways are not its own."""
    alone = folder.parent / "alone"
    demo.write_registers(alone, scenario, vendors)
    shutil.copy(alone / "soa.yaml", folder / "soa.yaml")


def _supply(folder: Path) -> None:
    """Registers that know of gateways and bill: nothing is excluded, and what the bill names is registered."""
    systems, statement = folder / "ai_systems.yaml", folder / "soa.yaml"
    rows = yaml.safe_load(statement.read_text("utf-8"))
    kept = [{name: value for name, value in row.items() if name != "claims_none_of"} for row in rows]
    statement.write_text(yaml.safe_dump([{**row, "applicable": True} for row in kept], sort_keys=False), "utf-8")
    systems.write_text(yaml.safe_dump([*yaml.safe_load(systems.read_text("utf-8")), BILL], sort_keys=False), "utf-8")


def makes(collector: Collector, op: str, vendor: str | None = None) -> bool:
    """Whether a collector, of this vendor where one is named, declares this operation."""
    mine = vendor in (None, collector.name.partition(".")[0])
    return mine and any(call.op == op for call in collector.calls)


def _key(work: Work) -> Key:
    return work.source.alias, work.collector.name, work.scope
