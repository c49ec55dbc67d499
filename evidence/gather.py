"""Runs one unit of work: a collector over one scope, from the lent handle to records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from annexa.evidence.answer import AbsentError, UnreadError, Wire
from annexa.evidence.call import Collector, Yields
from annexa.evidence.fact import Fact, Missing, kind_of
from annexa.evidence.handle import Handle, Known
from annexa.evidence.keeper import Keeper
from annexa.evidence.record import Provenance, Record, Unit, Unread, make_record_id, subject_uid
from annexa.schemas.words import Completeness


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What one unit brought."""

    unit: Unit
    records: tuple[Record, ...]
    keeper: Keeper

    @property
    def unreads(self) -> tuple[Unread, ...]:
        """What it could not bring."""
        return tuple(self.keeper.unreads)


class UndeclaredFactError(Exception):
    """A collector yielded what it did not declare: our own mistake."""


def gather(
    collector: Collector,
    wire: Wire,
    keeper: Keeper,
    known: Known,
    *,
    run_id: str,
    version: str,
    nonce: Callable[[], str],
) -> Gathered:
    """Run a collector to its end; records gathered before an unread are kept, and the unit says that it is partial."""
    handle = Handle(wire, collector, keeper, known)
    records: list[Record] = []
    try:
        for fact in collector.gather(handle):
            _declared(collector, fact)
            records.append(_record(fact, handle, collector, keeper, len(records), run_id, version, nonce()))
    except UnreadError as error:
        keeper.unread(error, None)
    except AbsentError as error:
        raise UndeclaredFactError(f"{collector.name} reads {error.code} with each(): use find()") from error
    return Gathered(unit=_unit(keeper, len(records)), records=tuple(records), keeper=keeper)


def _record(
    fact: Fact, handle: Handle, collector: Collector, keeper: Keeper, order: int, run_id: str, version: str, nonce: str
) -> Record:
    place = keeper.place
    unit = f"{place.source}\0{place.scope}\0{place.collector}"
    return Record(
        record_id=make_record_id(run_id, unit, order, fact),
        subject_uid=subject_uid(place.organisation, place.tenant, fact.subject),
        kind=kind_of(fact),
        source=place.source,
        scope=fact.at or place.scope,
        collected_at=keeper.last_answer,
        data=fact,  # type: ignore[arg-type]  # every Fact is one of AnyFact; the union is closed in kinds/__init__
        provenance=Provenance(
            collector=collector.name, version=version, identity=place.identity, origins=handle.origins
        ),
        nonce=nonce,
    )


def _unit(keeper: Keeper, records: int) -> Unit:
    place, lost = keeper.place, len(keeper.unreads)
    whole_lost = any(entry.subject is None for entry in keeper.unreads)
    state = Completeness.COMPLETE
    if lost:
        state = Completeness.UNREAD if whole_lost and not records else Completeness.PARTIAL
    return Unit(
        source=place.source, scope=place.scope, collector=place.collector, completeness=state, records=records,
        unread=lost, calls=len(keeper.calls),
    )  # fmt: skip


def _declared(collector: Collector, fact: Fact) -> None:
    if not any(_fits(declared, fact) for declared in collector.yields):
        raise UndeclaredFactError(f"{collector.name} does not declare {kind_of(fact)} {fact.subject}")


def _fits(declared: Yields, fact: Fact) -> bool:
    if declared.kind != kind_of(fact):
        return False
    return all(_value_fits(getattr(fact, name), values) for name, values in declared.where.items())


def _value_fits(value: Any, values: tuple[str, ...]) -> bool:
    return isinstance(value, Missing) or value in values
