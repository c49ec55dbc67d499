"""How far the units of a run came: what each was expected to read, and what is lacking.

Invariants: a unit that is not in the run counts as unread; "not applicable" is believed only with its proof, which is
the scope's own record and another unit that did answer for the same place.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from annexa.evidence.kinds import Scope
from annexa.evidence.manifest import CollectorInfo, Manifest, SourceInfo
from annexa.evidence.record import Unit, Unread
from annexa.schemas.words import Completeness, Reason, UnknownReason

Path = tuple[str, str]
"""A source and the path of a scope in it."""
Asked = tuple[str, str, str]
"""A unit: source, scope, collector."""


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """A unit, or a list of scopes, that was not read to its end."""

    source: str
    scope: str
    collector: str
    unreads: tuple[Unread, ...] = ()
    """What the unit itself said; empty where it did not run or its claim is not proved."""
    says: str
    whole: bool
    """Nothing of it was read, or nobody can say what."""
    reason: Reason = Reason.ERROR
    """Why, where no unread says it."""

    @property
    def reasons(self) -> frozenset[Reason]:
        """Every reason that is given for it."""
        return frozenset(unread.reason for unread in self.unreads) or frozenset({self.reason})


class Reach:
    """Looks up what a unit read."""

    def __init__(
        self,
        manifest: Manifest,
        units: Iterable[Unit],
        unreads: Iterable[Unread],
        scopes: Mapping[Path, Scope],
        settled: frozenset[Asked] = frozenset(),
        shown: Collection[tuple[str, str, str]] = (),
    ) -> None:
        self._shown = shown
        """Service, source and path of each scope in which use was seen: there it cannot be absent."""
        self._settled = settled
        """Units that lack only what the same collector read from another scope."""
        self._sources = {source.source: source for source in manifest.sources}
        self._scopes = scopes
        self._units: dict[tuple[str, str, str], Unit] = {}
        self._whole: dict[tuple[str, str], list[Unit]] = {}
        self._answered: dict[Path, int] = {}
        for unit in units:
            self._enter(unit)
        self._unreads: dict[tuple[str, str, str], list[Unread]] = {}
        for unread in unreads:
            self._unreads.setdefault((unread.source, unread.scope, unread.collector), []).append(unread)

    def source(self, name: str) -> SourceInfo | None:
        """The source of that name, if it was planned."""
        return self._sources.get(name)

    def lack(self, collector: CollectorInfo, source: str, scope: str) -> Lack | None:
        """What is lacking of one unit; None if it is complete or proved not to apply."""
        found = self._find(collector, source, scope)
        if not found:
            return _never_ran(collector, source, scope)
        for unit in found:
            if unit.not_applicable is not None:
                if not self._proved(collector, unit):
                    says = f"said to be not applicable without proof: {unit.not_applicable}"
                    return Lack(source=source, scope=scope, collector=collector.name, says=says, whole=True)
            elif (
                unit.completeness is not Completeness.COMPLETE
                and (source, unit.scope, unit.collector) not in self._settled
            ):
                return self._unfinished(unit)
        return None

    def applies(self, collector: CollectorInfo, source: str, scope: str) -> bool:
        """False only where it is proved that there is nothing for this collector to read."""
        found = self._find(collector, source, scope)
        return not (found and all(unit.not_applicable and self._proved(collector, unit) for unit in found))

    def places(self) -> Iterable[tuple[Path, str]]:
        """Where units worked, with their collectors."""
        return (((source, scope), collector) for source, collector, scope in self._units)

    def _enter(self, unit: Unit) -> None:
        key = (unit.source, unit.collector, unit.scope)
        before = self._units.get(key)
        if before is None or _worse(unit, before):
            self._units[key] = unit
        if unit.completeness is Completeness.COMPLETE and unit.not_applicable is None:
            place = (unit.source, unit.scope)
            self._answered[place] = self._answered.get(place, 0) + 1
        self._whole.setdefault((unit.source, unit.collector), []).append(unit)

    def _find(self, collector: CollectorInfo, source: str, scope: str) -> list[Unit]:
        if collector.per == "source":
            return self._whole.get((source, collector.name), [])
        unit = self._units.get((source, collector.name, scope))
        return [unit] if unit else []

    def _proved(self, collector: CollectorInfo, unit: Unit) -> bool:
        """The vendor's list says that the service is absent, and another unit had an answer from the same place."""
        fact = self._scopes.get((unit.source, unit.scope))
        service = collector.calls[0].op.partition(":")[0] if collector.calls else ""
        used = (service.removesuffix("-control"), unit.source, unit.scope) in self._shown
        listed = fact is not None and service in fact.absent_services
        return listed and not used and bool(self._answered.get((unit.source, unit.scope)))

    def _unfinished(self, unit: Unit) -> Lack:
        unreads = self._unreads.get((unit.source, unit.scope, unit.collector), [])
        return Lack(
            source=unit.source,
            scope=unit.scope,
            collector=unit.collector,
            unreads=tuple(sorted(unreads, key=_order)),
            says=f"is {unit.completeness}",
            whole=unit.completeness is Completeness.UNREAD,
        )


def why(lacks: Iterable[Lack]) -> UnknownReason:
    """One word for everything that is lacking; the most telling one."""
    found = tuple(lacks)
    reasons = frozenset(reason for lack in found for reason in lack.reasons)
    for word in (Reason.VISIBILITY_UNPROVED, Reason.NOT_SUPPLIED, Reason.EXCLUDED):
        if reasons == {word}:
            return UnknownReason(word)
    return UnknownReason.SCOPES_UNREAD if any(lack.whole for lack in found) else UnknownReason.UNREAD


def _never_ran(collector: CollectorInfo, source: str, scope: str) -> Lack:
    says = "was expected and did not run"
    return Lack(source=source, scope=scope, collector=collector.name, says=says, whole=True)


def _worse(unit: Unit, before: Unit) -> bool:
    rank = (Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNREAD)
    return rank.index(unit.completeness) > rank.index(before.completeness)


def _order(unread: Unread) -> tuple[str, str, str]:
    return unread.call, unread.subject or "", unread.reason
