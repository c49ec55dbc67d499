"""A sealed run seen with one part of it replaced, for a what-if: nothing is written into the run.

What was replaced is an input of the assessment by its digest, and the assessment says that it is a what-if.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from annexa.evidence.manifest import IsmsInfo, Manifest
from annexa.evidence.record import Record, Unit, Unread
from annexa.mappings.evidence_view import Broken, Evidence, Trace, trace_of
from annexa.mappings.results import Input


class Replacement(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a run that is replaced."""

    says: str
    """Why the assessment is a what-if."""
    inputs: tuple[Input, ...]
    apply: Callable[[Evidence], Evidence]


class Replaced:
    """A run in which other units stand in the place of those of some collectors, with all that they brought."""

    def __init__(
        self,
        whole: Evidence,
        manifest: Manifest,
        *,
        collectors: frozenset[str] = frozenset(),
        records: Iterable[Record] = (),
        units: Iterable[Unit] = (),
        unreads: Iterable[Unread] = (),
    ) -> None:
        """`collectors`: names of those whose units, records and unreads are left out; the rest is put in."""
        self.manifest, self._whole, self._gone = manifest, whole, collectors
        self._records: dict[str, list[Record]] = {}
        for record in records:
            self._records.setdefault(record.kind, []).append(record)
        self._units, self._unreads = tuple(units), tuple(unreads)

    @property
    def sha256(self) -> str:
        """Digest of the run's signed statement: what was put in has a digest of its own."""
        return self._whole.sha256

    def kinds(self) -> tuple[str, ...]:
        """Kinds of which the run holds records or was given some, sorted."""
        return tuple(sorted({*self._whole.kinds(), *self._records}))

    def records(self, kind: str) -> Iterator[Record]:
        """The run's own records of a kind, then those put in."""
        kept = (record for record in self._whole.records(kind) if record.provenance.collector not in self._gone)
        yield from kept
        yield from self._records.get(kind, ())

    def traces(self, kind: str) -> Iterator[Trace]:
        """The same, only where each lies."""
        yield from (trace for trace in self._whole.traces(kind) if trace.collector not in self._gone)
        yield from map(trace_of, self._records.get(kind, ()))

    def units(self) -> Iterator[Unit]:
        """Every unit of work."""
        yield from (unit for unit in self._whole.units() if unit.collector not in self._gone)
        yield from self._units

    def unreads(self) -> Iterator[Unread]:
        """Everything that was asked for and is not in the evidence."""
        yield from (unread for unread in self._whole.unreads() if unread.collector not in self._gone)
        yield from self._unreads

    def broken(self) -> tuple[Broken, ...]:
        """The broken lines of the run."""
        return self._whole.broken()


def bounded(isms: tuple[IsmsInfo, ...], digest: str) -> Replacement:
    """Other boundaries of the management systems than those that were sealed with the run."""
    return Replacement(
        says="judged with the boundaries of the configuration, not with those sealed with the run",
        inputs=(Input(what="boundaries", id="configuration", sha256=digest),),
        apply=lambda run: Replaced(run, msgspec.structs.replace(run.manifest, isms=isms)),
    )
