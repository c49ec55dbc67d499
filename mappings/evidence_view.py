"""Reading a run for judging: records kind by kind, without holding them, from a vault or from memory.

A line that does not fit its class is never skipped silently: it is noted under `broken`, and the judge makes unknown
what could have rested on it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import msgspec

from annexa.evidence.errors import VaultError
from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Record, Unit, Unread


class Trace(msgspec.Struct, frozen=True, gc=False):
    """Where a record lies and who brought it: what can be known of every record without reading all of it."""

    source: str
    scope: str
    subject_uid: str
    collector: str
    service: Any = None
    """The service that a `usage` record is about."""
    count: Any = None
    """Its count: a number, or an object that says why there is none."""


class Broken(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A line that could not be read as what it should be."""

    segment: str
    line: int
    """Number of the line, from 1."""
    says: str


class Evidence(Protocol):
    """One sealed run, as the judge sees it."""

    @property
    def manifest(self) -> Manifest:
        """What was planned, by whom, over which sources."""
        ...

    @property
    def sha256(self) -> str:
        """Digest of the run's signed statement."""
        ...

    def kinds(self) -> tuple[str, ...]:
        """Kinds of which the run holds records, sorted."""
        ...

    def records(self, kind: str) -> Iterator[Record]:
        """Records of one kind, in their order; lines that are broken are left out and noted."""
        ...

    def traces(self, kind: str) -> Iterator[Trace]:
        """The same, only where each lies."""
        ...

    def units(self) -> Iterator[Unit]:
        """Every unit of work."""
        ...

    def unreads(self) -> Iterator[Unread]:
        """Everything that was asked for and is not in the evidence."""
        ...

    def broken(self) -> tuple[Broken, ...]:
        """The lines that were broken among those read so far, sorted."""
        ...


class Reader(Protocol):
    """What is needed of a sealed run's reader (`annexa.evidence.vault.RunReader`)."""

    @property
    def statement_digest(self) -> str:
        """SHA-256 of the signed statement."""
        ...

    def segments(self) -> list[str]:
        """Names of the segments."""
        ...

    def lines(self, segment: str) -> Iterator[bytes]:
        """Lines of one segment."""
        ...

    def manifest(self) -> dict[str, Any]:
        """`run.json`."""
        ...


class VaultEvidence:
    """A run of the vault; every call reads the disk anew, so that nothing is held."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._broken: set[Broken] = set()
        try:
            self.manifest = msgspec.convert(reader.manifest(), Manifest)
        except msgspec.ValidationError as error:
            raise VaultError(
                f"the run's manifest cannot be understood: {error}", hint="check it with: annexa verify"
            ) from error

    @property
    def sha256(self) -> str:
        """Digest of the run's signed statement."""
        return self._reader.statement_digest

    def kinds(self) -> tuple[str, ...]:
        """Kinds of which the run holds records, sorted."""
        names = self._reader.segments()
        return tuple(sorted(name.removeprefix(_RECORDS) for name in names if name.startswith(_RECORDS)))

    def records(self, kind: str) -> Iterator[Record]:
        """Records of one kind; decoding checks every field against its class."""
        return self._decoded(_RECORDS + kind, _RECORD)

    def traces(self, kind: str) -> Iterator[Trace]:
        """Decodes the few fields that tell where each record lies."""
        for light in self._decoded(_RECORDS + kind, _LIGHT):
            data = light.data
            yield Trace(
                light.source, light.scope, light.subject_uid, light.provenance.collector, data.service, data.count
            )

    def units(self) -> Iterator[Unit]:
        """Every unit of work."""
        return self._decoded("units", _UNIT)

    def unreads(self) -> Iterator[Unread]:
        """Everything that was asked for and is not in the evidence."""
        return self._decoded("unread", _UNREAD)

    def broken(self) -> tuple[Broken, ...]:
        """The lines that were broken among those read so far, sorted."""
        return tuple(sorted(self._broken))

    def _decoded(self, segment: str, decoder: "msgspec.json.Decoder[Any]") -> Iterator[Any]:
        for number, line in enumerate(self._reader.lines(segment), 1):
            try:
                yield decoder.decode(line)
            except msgspec.MsgspecError as error:
                self._broken.add(Broken(segment=segment, line=number, says=str(error)))


class ListEvidence:
    """A run in memory, for tests and for the examples of rules."""

    def __init__(
        self,
        manifest: Manifest,
        records: Iterable[Record] = (),
        units: Iterable[Unit] = (),
        unreads: Iterable[Unread] = (),
    ) -> None:
        self.manifest = manifest
        self._records: dict[str, list[Record]] = {}
        for record in records:
            self._records.setdefault(record.kind, []).append(record)
        self._units, self._unreads = tuple(units), tuple(unreads)

    @property
    def sha256(self) -> str:
        """Digest of everything in it."""
        content = (self.manifest, sorted(self._records.items()), self._units, self._unreads)
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()

    def kinds(self) -> tuple[str, ...]:
        """Kinds of which the run holds records, sorted."""
        return tuple(sorted(self._records))

    def records(self, kind: str) -> Iterator[Record]:
        """Records of one kind, as they were given."""
        return iter(self._records.get(kind, ()))

    def traces(self, kind: str) -> Iterator[Trace]:
        """The same, only where each lies."""
        return map(trace_of, self.records(kind))

    def units(self) -> Iterator[Unit]:
        """Every unit of work."""
        return iter(self._units)

    def unreads(self) -> Iterator[Unread]:
        """Everything that was asked for and is not in the evidence."""
        return iter(self._unreads)

    def broken(self) -> tuple[Broken, ...]:
        """Nothing: values in memory have been checked."""
        return ()


def trace_of(record: Record) -> Trace:
    """Where a record that is at hand lies."""
    service, count = getattr(record.data, "service", None), getattr(record.data, "count", None)
    plain = count if count is None or isinstance(count, int) else msgspec.to_builtins(count)
    return Trace(record.source, record.scope, record.subject_uid, record.provenance.collector, service, plain)


def broken(evidence: Evidence, kind: str) -> bool:
    """Whether a line of that kind could not be read as a record, among those read so far."""
    return any(line.segment == f"{_RECORDS}{kind}" for line in evidence.broken())


class _LightData(msgspec.Struct, gc=False):
    service: Any = None
    count: Any = None


class _LightProvenance(msgspec.Struct, gc=False):
    collector: str


class _Light(msgspec.Struct):
    source: str
    scope: str
    subject_uid: str
    data: _LightData
    provenance: _LightProvenance


_RECORDS = "records/"
_RECORD = msgspec.json.Decoder(Record)
_LIGHT = msgspec.json.Decoder(_Light)
_UNIT = msgspec.json.Decoder(Unit)
_UNREAD = msgspec.json.Decoder(Unread)
