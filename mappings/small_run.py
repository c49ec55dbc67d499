"""Builds a small run in memory: for the examples of rules, and for whoever wants to try a rule.

Everything is complete unless it is said otherwise: a collector that is declared has a complete unit in every scope in
which it is expected, and scopes are listed by collectors of their own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from annexa.evidence.fact import Fact, kind_of
from annexa.evidence.kinds import KINDS
from annexa.evidence.manifest import (
    CallInfo,
    CollectorInfo,
    IsmsInfo,
    Manifest,
    Organisation,
    RegisterInfo,
    SourceInfo,
    YieldInfo,
)
from annexa.evidence.record import Origin, Provenance, Record, Unit, Unread, make_record_id, subject_uid
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.population import REGISTER_KINDS
from annexa.schemas.words import Basis, Completeness, Environment, Reason, RunState

REGISTERS = "registers:main"
STARTED, COLLECTED, FINISHED = "2026-09-29T06:00:00Z", "2026-09-29T06:05:00Z", "2026-09-29T06:10:00Z"
ORGANISATION = "org-1"
ACCOUNT = "111122223333"


class SmallRun:
    """A run under construction; all methods change it in place."""

    def __init__(self, vendor: str = "aws", *, tenant: str = "o-example", run_id: str = "run-1", day: str = "") -> None:
        """`day` moves the whole run to another day (`2026-08-30`)."""
        self.vendor, self.main, self.run_id = vendor, f"{vendor}:main", run_id
        self.times = [day + time[10:] if day else time for time in (STARTED, COLLECTED, FINISHED)]
        self.sources: dict[str, SourceInfo] = {}
        self.collectors: dict[str, CollectorInfo] = {}
        self.registers: dict[str, RegisterInfo] = {}
        self.records: list[Record] = []
        self.unreads: list[Unread] = []
        self.units: dict[tuple[str, str, str], Unit] = {}
        self.dropped: set[tuple[str, str]] = set()
        self.isms: tuple[IsmsInfo, ...] = ()
        self.source(self.main, tenant)

    def source(self, name: str, tenant: str, *, started: bool = True, why_not: str | None = None) -> None:
        """A configured tenant of a vendor; the vendor is what its name begins with."""
        self.sources[name] = SourceInfo(
            source=name, vendor=name.partition(":")[0], tenant=tenant, environment=Environment.SANDBOX, started=started,
            why_not=why_not,
        )  # fmt: skip

    def scope(self, path: str, level: str, *, source: str | None = None, **fields: Any) -> Record:
        """A scope as the vendor lists it; enabled unless `state` says otherwise."""
        per = "account" if level == "region" else "source"
        name = f"{(source or self.main).partition(':')[0]}.{'regions' if level == 'region' else 'accounts'}"
        self.collects("scope", per=per, name=name, lists_scopes=level)
        given = {"subject": path, "state": "enabled", **fields, "level": level, "path": path}
        return self.add("scope", path, collector=name, source=source, **given)

    def collects(
        self,
        kind: str,
        *,
        per: str,
        name: str | None = None,
        where: Mapping[str, tuple[str, ...]] | None = None,
        signals: str | None = None,
        lists_scopes: str | None = None,
        may_list_none: bool = False,
        service: str = "bedrock",
    ) -> str:
        """Declare a collector of a kind; returns its name."""
        name = name or f"{self.vendor}.{kind}"
        self.collectors[name] = CollectorInfo(
            name=name, vendor=name.partition(".")[0], yields=(YieldInfo(kind=kind, where=dict(where or {})),),
            calls=(CallInfo(op=f"{service}:List", needs=f"{service}:List"),), per=per, signals=signals,
            lists_scopes=lists_scopes, may_list_none=may_list_none,
        )  # fmt: skip
        return name

    def add(
        self,
        kind: str,
        scope: str,
        *,
        collector: str | None = None,
        source: str | None = None,
        subject: str | None = None,
        at: str | None = None,
        **fields: Any,
    ) -> Record:
        """A record; one of a kind that nobody collects yet gets a collector per source."""
        source = source or self.main
        name = collector or f"{source.partition(':')[0]}.{kind}"
        if name not in self.collectors:
            self.collects(kind, per="source", name=name)
        subject = subject or f"{kind}-{sum(record.kind == kind for record in self.records) + 1}"
        fact = msgspec.convert({"kind": kind, "subject": subject, **fields}, KINDS[kind])
        record = self.record(fact, scope, source=source, collector=name, at=at)
        self.records.append(record)
        return record

    def record(self, fact: Fact, scope: str, *, source: str, collector: str, at: str | None = None) -> Record:
        """A record of a fact, with its provenance, without adding it."""
        unit = f"{source}\0{scope}\0{collector}\0{len(self.records)}"
        exported = self.times[0][:10] if fact.basis is Basis.IMPORTED else None
        call = self.collectors[collector].calls[0].op
        origin = Origin(call=call, page="0" * 64, host="https://vendor.example", date=exported)
        return Record(
            record_id=make_record_id(self.run_id, unit, 0, fact),
            subject_uid=subject_uid(ORGANISATION, self.sources[source].tenant, fact.subject),
            kind=kind_of(fact), source=source, scope=scope, collected_at=at or self.times[1], data=fact,  # type: ignore[arg-type]
            provenance=Provenance(collector=collector, version="1", identity="reader", origins=(origin,)), nonce="0" * 32,
        )  # fmt: skip

    def supply(self, kind: str, rows: Iterable[Mapping[str, Any]] = (), *, state: str = "read") -> None:
        """A register with its rows; `not_supplied`, `unreadable` and `invalid_rows` leave their unread."""
        if REGISTERS not in self.sources:
            self.source(REGISTERS, ORGANISATION)
        name, count = self.collects(kind, per="source", name=f"registers.{kind}", service="registers"), 0
        for count, row in enumerate(rows, 1):
            given = {"subject": f"register:{kind}/{count}", "basis": Basis.ATTESTED, **row}
            self.add(kind, ORGANISATION, collector=name, source=REGISTERS, **given)
        self.registers[kind] = RegisterInfo(name=kind, kind=kind, state=state, rows=count)
        if state != "read":
            reason = Reason.NOT_SUPPLIED if state == "not_supplied" else Reason.INVALID_ANSWER
            self.lose(name, ORGANISATION, reason=reason, source=REGISTERS, whole=state != "invalid_rows")

    def lose(
        self,
        collector: str,
        scope: str,
        *,
        reason: Reason = Reason.DENIED,
        subject: str | None = None,
        source: str | None = None,
        whole: bool | None = None,
        cure: str | None = "Grant the permission.",
    ) -> None:
        """Something that the unit could not read: one subject, or everything."""
        source, call = source or self.main, self.collectors[collector].calls[0]
        uid = subject_uid(ORGANISATION, self.sources[source].tenant, subject) if subject else None
        self.unreads.append(
            Unread(
                source=source, scope=scope, collector=collector, call=call.op, permission=call.needs, subject=subject,
                subject_uid=uid, reason=reason, detail=f"{reason}: not read", cure=cure,
            )
        )  # fmt: skip
        whole = subject is None if whole is None else whole
        state = Completeness.UNREAD if whole else Completeness.PARTIAL
        self.unit(collector, scope, state, source=source)

    def unit(
        self,
        collector: str,
        scope: str,
        state: Completeness = Completeness.COMPLETE,
        *,
        source: str | None = None,
        not_applicable: str | None = None,
    ) -> None:
        """Say how one unit went, instead of complete."""
        source = source or self.main
        self.units[source, scope, collector] = Unit(
            source=source, scope=scope, collector=collector, completeness=state, not_applicable=not_applicable
        )

    def drop_unit(self, collector: str, scope: str) -> None:
        """Leave a unit out of the run, as if it had never been planned."""
        self.dropped.add((collector, scope))

    def build(self) -> ListEvidence:
        """The run."""
        started, _, finished = self.times
        manifest = Manifest(
            run_id=self.run_id, organisation=Organisation(id=ORGANISATION, name="Example"), state=RunState.COMPLETE,
            planned=started, started=started, finished=finished, environment=Environment.SANDBOX, version="1",
            sources=tuple(self.sources.values()), collectors=tuple(self.collectors.values()),
            registers=tuple(self.registers.values()), isms=self.isms,
        )  # fmt: skip
        return ListEvidence(manifest, self.records, self._all_units(), self.unreads)

    def _all_units(self) -> list[Unit]:
        units = dict(self.units)
        for collector in self.collectors.values():
            for source in (one for one in self.sources.values() if one.vendor == collector.vendor and one.started):
                for path in self._paths(source, collector.per):
                    units.setdefault(
                        (source.source, path, collector.name),
                        Unit(
                            source=source.source, scope=path, collector=collector.name,
                            completeness=Completeness.COMPLETE,
                        ),
                    )  # fmt: skip
        return [unit for unit in units.values() if (unit.collector, unit.scope) not in self.dropped]

    def _paths(self, source: SourceInfo, per: str) -> list[str]:
        """Where the units of a collector are: the tenant, or every enabled scope of the level."""
        if per == "source":
            return [source.tenant]
        facts = [record.data for record in self.records if record.kind == "scope" and record.source == source.source]
        return [
            fact.path  # type: ignore[union-attr]
            for fact in facts
            if getattr(fact, "level", None) == per and getattr(fact, "state", None) == "enabled"
        ]


def every_kind(run: SmallRun) -> None:
    """Declare a complete collector of every kind that has none yet; registers are supplied and empty."""
    known = {given.kind for collector in run.collectors.values() for given in collector.yields}
    for kind in KINDS:
        if kind not in known and kind in REGISTER_KINDS:
            run.supply(kind)
        elif kind not in known:
            run.collects(kind, per="source")
