"""Everything that judging one item may look at beside the item: plain values, no network, no clock."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from annexa.evidence.kinds.systems import Scope
from annexa.evidence.record import Record
from annexa.mappings.ai_services import Service
from annexa.mappings.decisions import Decisions
from annexa.mappings.first_seen import FirstSeen, Past, bound
from annexa.mappings.operators import ScaleTest
from annexa.mappings.parameters import Parameters
from annexa.mappings.rule import Rule
from annexa.mappings.settings import Settings
from annexa.schemas.words import Severity, UnknownReason

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Joined:
    """The population of a further kind that a predicate looks into."""

    records: tuple[Record, ...] = ()
    complete: bool = False
    """Whether these are all there are."""
    reason: UnknownReason | None = UnknownReason.UNREAD
    """Why they may not be all; `not_supplied` for a register that nobody supplied."""


_NOT_GIVEN = Joined(reason=UnknownReason.INPUT_MISSING)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What holds while one run is judged."""

    as_of: datetime
    """The moment of judging, with its time zone."""
    decisions: Decisions
    parameters: Parameters
    settings: Settings
    joins: Mapping[str, Joined] = field(default_factory=dict)
    """Populations by kind; what is not here counts as not read."""
    parts: Mapping[tuple[str, str], Joined] = field(default_factory=dict)
    """The same for rules that look into a part of a kind alone, by rule and kind."""
    populations: Mapping[str, Joined] = field(default_factory=dict)
    """The catalogue's populations by their id: records of which one contradicts an exclusion."""
    contradicted_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each control, the ids of the populations that contradict its exclusion."""
    scopes: Mapping[tuple[str, str], Scope] = field(default_factory=dict)
    """Scopes by source and path."""
    vendors: Mapping[str, str] = field(default_factory=dict)
    """The vendor behind each source's alias."""
    services: tuple[Service, ...] = ()
    """The list of known AI services, without what the organisation added."""
    sighted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids under which sources surely show each known AI service, by its id."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Severity of every rule, by its id."""
    past: tuple[Past, ...] = ()
    """The earlier runs that are heard, oldest first."""
    missing: bool = False
    """Whether an earlier run that should be heard is not here."""
    began: "Callable[[Record, Context], FirstSeen] | None" = None
    """Since when the subject of a record exists; null: no other run is known."""
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def day(self) -> str:
        """The day of judging: `2026-09-29`."""
        return self.as_of.date().isoformat()

    def joined(self, kind: str, rule: Rule | None = None) -> Joined:
        """The population of a joined kind; incomplete with `input_missing` if nobody gave it.

        With a `rule`, the part that the rule names under `joins_where`, if that is known; else the whole stands for it.
        """
        part = self.parts.get((rule.id, kind)) if rule is not None else None
        return part or self.joins.get(kind, _NOT_GIVEN)

    def population(self, name: str) -> Joined:
        """A population of the catalogue; incomplete with `input_missing` if nobody gave it."""
        return self.populations.get(name, _NOT_GIVEN)

    def first_seen(self, record: Record) -> FirstSeen:
        """Since when the subject of a record exists, for rules about dates."""
        return self.began(record, self) if self.began is not None else bound(record)

    def scope_of(self, record: Record) -> Scope | None:
        """The scope that a record is about, if the vendor listed it."""
        return self.scopes.get((record.source, record.data.at or record.scope))

    def kept(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` gives, built once for this context: indexes over joined populations, compiled conditions."""
        if key not in self._kept:
            self._kept[key] = build()
        found: T = self._kept[key]
        return found

    def kept_for(self, rule: Rule, what: str, build: Callable[[], T]) -> T:
        """The same for something of one rule."""
        # The rule is kept beside it: while it lives, no other rule can have its address.
        return self.kept((what, id(rule)), lambda: (build(), rule))[0]

    def scale(self, name: str, *, at_least: str | None = None, at_most: str | None = None) -> ScaleTest:
        """A test against a named scale, in the organisation's own words where it set them."""
        scale = self.settings.scales[name]
        own = self.parameters.effective(scale.parameter).value if scale.parameter else None
        order = own if isinstance(own, tuple) else scale.order
        return ScaleTest(order=order, absent_is_lowest=scale.absent == "lowest", at_least=at_least, at_most=at_most)
