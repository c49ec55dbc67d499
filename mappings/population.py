"""Whether a population was read completely, derived from what the collectors declare and not from the run's luck.

Relevant is every collector that can give the kind and does not contradict the rule's filter. Each of them is expected in
every scope that the vendor lists for it; what is lacking of any of them is lacking of the population.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from annexa.evidence.manifest import CollectorInfo, Manifest, YieldInfo
from annexa.mappings.boundary import Boundary
from annexa.mappings.reach import Lack, Path, Reach, why
from annexa.mappings.rule import Condition, Rule, looks_into
from annexa.mappings.scopes import Scopes
from annexa.mappings.use import Use
from annexa.schemas.words import Reason, UnknownReason
from annexa.schemas.words import Use as Word

REGISTER_KINDS = frozenset(
    {
        "acknowledgement", "action", "ai_service", "attestation", "change", "decision", "document", "dpia", "exception",
        "incident", "legal_duty", "limitation", "parameter", "person", "register_entry", "retirement", "review",
        "review_decision", "risk", "soa_row", "supplier", "supplier_notice", "test_record", "training",
    }
)  # fmt: skip
"""Kinds that people supply: where no source can bring them, they were not supplied."""


EVERYTHING = Boundary()
"""Leaves nothing outside."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a population was read."""

    expected: frozenset[Path] = frozenset()
    """Places that had to be read; those that are proved not to apply are left out."""
    read: frozenset[Path] = frozenset()
    not_applicable: frozenset[Path] = frozenset()
    sources: tuple[str, ...] = ()
    """Sources that can bring records of it, sorted."""
    lacks: tuple[Lack, ...] = ()
    reason: UnknownReason | None = None
    """Why it is not complete; null: it is."""

    @property
    def complete(self) -> bool:
        """Whether these records are all there are."""
        return self.reason is None

    @property
    def missing(self) -> tuple[str, ...]:
        """Expected scopes that were not read, as `source path`, sorted."""
        return tuple(f"{source} {path}" for source, path in sorted(self.expected - self.read))


class Populations:
    """Coverage of every population that the rules ask about."""

    def __init__(
        self, manifest: Manifest, scopes: Scopes, reach: Reach, use: Use, boundary: Boundary | None = None
    ) -> None:
        self._manifest, self._scopes, self._reach, self._use = manifest, scopes, reach, use
        self._boundary = boundary or EVERYTHING
        self._registers = {info.kind: info.state for info in manifest.registers}
        self._known: dict[bytes, Coverage] = {}

    def of_rule(self, rule: Rule) -> Coverage:
        """The population of a rule, as far as it lies inside the management system."""
        chosen = rule.population
        return self.of(rule.reads, where=chosen.where, vendor=chosen.of, used=chosen.used, inside=True)

    def of(
        self,
        kind: str,
        *,
        where: Condition | None = None,
        vendor: str | None = None,
        used: str | None = None,
        inside: bool = False,
    ) -> Coverage:
        """The population of a kind; `used` leaves out scopes that are proved not to use that service.

        `inside`: only what belongs to the management system; what is joined may lie anywhere.
        """
        key = msgspec.json.encode((kind, where or {}, vendor, used, inside), order="sorted")
        if key not in self._known:
            boundary = self._boundary if inside else EVERYTHING
            self._known[key] = self._cover(kind, where or {}, vendor, used, boundary)
        return self._known[key]

    def trouble(self, source: str, boundary: Boundary | None = None) -> Iterator[Lack]:
        """What is lacking of a source's lists of scopes, as far as they can list what is inside."""
        bounds, tenant = boundary or self._boundary, self._scopes.tenant(source)
        for lack in self._scopes.trouble(source):
            if lack.scope == tenant or bounds.inside(source, lack.scope):
                yield lack

    def lacks_in(self, rule: Rule, source: str, path: str) -> tuple[Lack, ...]:
        """What is lacking of a rule's records about one scope."""
        found = (
            self._reach.lack(collector, source, place)
            for collector in self._relevant_at(rule, source)
            for place in self._scopes.covering(source, collector.per, path)
        )
        return tuple(dict.fromkeys(lack for lack in found if lack is not None))

    def applies_in(self, rule: Rule, source: str, path: str) -> bool:
        """False only where it is proved for every relevant collector that there is nothing to read about the scope."""
        pairs = [
            (collector, place)
            for collector in self._relevant_at(rule, source)
            for place in self._scopes.covering(source, collector.per, path)
        ]
        return not pairs or any(self._reach.applies(collector, source, place) for collector, place in pairs)

    def places_of(self, rule: Rule, source: str, path: str, collector: str | None) -> list[tuple[CollectorInfo, str]]:
        """The units that speak about one place: those of one collector if it still exists, else of all relevant ones."""
        known = self._relevant_at(rule, source)
        chosen = [one for one in known if one.name == collector] or known
        return [(one, place) for one in chosen for place in self._scopes.covering(source, one.per, path)]

    def _relevant_at(self, rule: Rule, source: str) -> list[CollectorInfo]:
        info = self._reach.source(source)
        found = relevant(self._manifest.collectors, rule.reads, rule.population.where, rule.population.of)
        return [collector for collector in found if info is not None and collector.vendor == info.vendor]

    def _cover(self, kind: str, where: Condition, vendor: str | None, used: str | None, bounds: Boundary) -> Coverage:
        expected, absent, lacks = set[Path](), set[Path](), list[Lack]()
        pairs = list(self._pairs(kind, where, vendor))
        connected, pairs = bool(pairs), [pair for pair in pairs if self._touched(pair[1], bounds)]
        for collector, source in pairs:
            disabled = self._scopes.disabled(source, collector.per)
            absent.update((source, path) for path in disabled if bounds.inside(source, path))
            for path in (path for path in self._wanted(collector, source, used) if bounds.inside(source, path)):
                if not self._reach.applies(collector, source, path):
                    absent.add((source, path))
                    continue
                expected.add((source, path))
                lack = self._reach.lack(collector, source, path)
                if lack is not None and self._scopes.started(source):
                    lacks += [lack, *(self._scopes.details(source, path) if Reason.UNREACHABLE in lack.reasons else ())]
        sources = tuple(sorted({source for _, source in pairs}))
        for source in sources:
            lacks.extend(self.trouble(source, bounds))
        lacks.extend(lack for lack in self._never_started(kind, vendor) if bounds.inside(lack.source, lack.scope))
        found = tuple(dict.fromkeys(lacks))
        reason = self._reason(kind, found, connected)
        unread = {(lack.source, lack.scope) for lack in found}
        return Coverage(
            expected=frozenset(expected),
            read=frozenset(place for place in expected if place not in unread),
            not_applicable=frozenset(absent - expected),
            sources=sources,
            lacks=found,
            reason=reason,
        )

    def _pairs(self, kind: str, where: Condition, vendor: str | None) -> Iterator[tuple[CollectorInfo, str]]:
        for collector in relevant(self._manifest.collectors, kind, where, vendor):
            for source in self._scopes.sources(collector.vendor):
                yield collector, source

    def _touched(self, source: str, bounds: Boundary) -> bool:
        """Whether anything of a source can be inside."""
        paths = (path for name, path in self._scopes.facts if name == source)
        return bounds.touches(source, (self._scopes.tenant(source), *paths))

    def _wanted(self, collector: CollectorInfo, source: str, used: str | None) -> Iterator[str]:
        for path in self._scopes.expected(source, collector.per):
            if used is None or collector.per == "source" or self._use.of(used, source, path) is not Word.NO:
                yield path

    def _never_started(self, kind: str, vendor: str | None) -> Iterator[Lack]:
        """A source that was planned, could not start, and may have brought the kind: its collectors are not known."""
        known = {collector.vendor for collector in self._manifest.collectors}
        for info in self._manifest.sources:
            if not info.started and info.vendor not in known and vendor in (None, info.vendor):
                if kind in REGISTER_KINDS and info.vendor != "registers":
                    continue
                says = f"the source could not be asked: {info.why_not or 'no reason is known'}"
                yield Lack(
                    source=info.source, scope=info.tenant, collector="*", says=says, whole=True,
                    reason=Reason.NOT_INSTALLED,
                )  # fmt: skip

    def _reason(self, kind: str, lacks: tuple[Lack, ...], any_collector: bool) -> UnknownReason | None:
        state = self._registers.get(kind)
        if state == "not_supplied":
            return UnknownReason.NOT_SUPPLIED
        if lacks:
            return why(lacks)
        if not any_collector and state is None:
            return UnknownReason.NOT_SUPPLIED if kind in REGISTER_KINDS else UnknownReason.NOT_CONNECTED
        return None if state in (None, "read") else UnknownReason.UNREAD


def relevant(
    collectors: Iterable[CollectorInfo], kind: str, where: Condition, vendor: str | None = None
) -> list[CollectorInfo]:
    """The collectors that can bring records of a population; what a rule depends on, by declaration alone."""
    return [
        collector
        for collector in collectors
        if vendor in (None, collector.vendor)
        and any(given.kind == kind and not _contradicts(given, where) for given in collector.yields)
    ]


def depends_on(rule: Rule, collectors: Iterable[CollectorInfo]) -> list[CollectorInfo]:
    """Every collector whose answers can change what a rule finds: records, joins, lists of scopes, signals of use."""
    known = list(collectors)
    direct = relevant(known, rule.reads, rule.population.where, rule.population.of)
    kinds = (*rule.joins, *(["ai_service"] if rule.population.ai is not None else []))
    joined = [one for kind in kinds for one in relevant(known, kind, *looks_into(rule, kind))]
    vendors = {one.vendor for one in (*direct, *joined)}
    lists = [one for one in known if one.lists_scopes and one.vendor in vendors]
    signals = [one for one in known if rule.population.used is not None and one.signals == rule.population.used]
    wanted = {one.name for one in (*direct, *joined, *lists, *signals)}
    return [one for one in known if one.name in wanted]


def _contradicts(given: YieldInfo, where: Condition) -> bool:
    """Whether what a collector always has in some field can never pass the filter."""
    return any(
        _excludes(operator, operand, values)
        for field, values in given.where.items()
        for operator, operand in where.get(field, {}).items()
    )


def _excludes(operator: str, operand: Any, values: tuple[str, ...]) -> bool:
    if operator in ("is", "equals") and operand != "present":
        return operand not in values
    if operator == "one_of":
        return not set(operand) & set(values)
    return operator == "none_of" and set(values) <= set(operand)
