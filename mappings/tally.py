"""What one rule finds in one run, while records stream past: counts, and the items that did not pass."""

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.attested import incomplete
from annexa.mappings.bugs import BUGS
from annexa.mappings.decisions import place_of
from annexa.mappings.freshness import DATED, dated, renews
from annexa.mappings.held import Held, Several, digest_of, merged, newest, owner_of
from annexa.mappings.item import judge_item, selects
from annexa.mappings.outcome import Outcome, doubt, item_of
from annexa.mappings.results import ItemResult
from annexa.mappings.rule import Rule
from annexa.mappings.systems import BySystem, Shares
from annexa.mappings.times import DAY
from annexa.mappings.world import World
from annexa.schemas.words import Basis, Strength, UnknownReason, Use, Verdict

Sink = Callable[[ItemResult], None]
BASES = (Basis.EXPLICIT, Basis.VENDOR_DEFAULT, Basis.IMPORTED, Basis.ATTESTED, Basis.LOG_INFERRED)
"""From the strongest to the weakest."""


class Tally:
    """One rule in one run."""

    def __init__(self, rule: Rule, world: World, sink: Sink, watched: Iterable[str] = ()) -> None:
        """`watched`: subjects that failed in an earlier run; what becomes of them here is noted under `seen`."""
        self.rule, self.world, self.sink = rule, world, sink
        self.seen: dict[str, set[Verdict | UnknownReason | None]] = {uid: set() for uid in watched}
        self.items = self.passed = self.failed = self.shown = self.not_required = self.outside = 0
        self.unknown: Counter[UnknownReason] = Counter()
        self.conditional: Counter[UnknownReason] = Counter()
        self.held: list[Held] = []
        self.weakest: Basis | None = None
        self.first: str | None = None
        self.last: str | None = None
        self.days: set[str] = set()
        """For a rule over dated records that show a control at work: the days that those carry."""
        self.errors: list[str] = []
        self.by_system = BySystem(rule, world.context)
        self._renewed: set[tuple[str, ...] | None] = {None}
        self._context = world.context
        self._dated = DATED.get(rule.reads) if rule.strength is Strength.OPERATING else None
        self._vendor_sources = frozenset(world.scopes.sources(rule.population.of))

    def judge(self, record: Record) -> Outcome | None:
        """The outcome for one record; None if it is not in the population."""
        rule = self.rule
        if rule.population.of is not None and record.source not in self._vendor_sources:
            return None
        try:
            chosen = selects(rule, record, self._context)
            used = self._used(record)
            if chosen.verdict is Verdict.FAIL or used is Use.NO:
                self.watch(record.subject_uid, None)
                return None
            outcome = judge_item(rule, record, self._context)
        except BUGS as error:
            return self._bug(record, error)
        if not outcome.required:
            return outcome
        if chosen.verdict is not Verdict.PASS and not (chosen.may_pass and outcome.verdict is Verdict.PASS):
            return doubt(outcome, chosen.reason or UnknownReason.UNREAD, chosen.observed)
        if used is Use.UNKNOWN:
            return doubt(outcome, UnknownReason.USE_UNKNOWN, "whether the scope is used is not known")
        return outcome

    def weigh(self, outcome: Outcome, record: Record, *, valid: bool) -> Outcome:
        """The outcome after everything that can keep a record from proving anything: time, register, attestation."""
        if not outcome.required:
            return outcome
        if not valid:
            return doubt(outcome, UnknownReason.INVALID_RECORD, f"collected at {record.collected_at}, outside its run")
        if not self.world.supplied.parameters_read and self._rests_on_parameters(outcome):
            return doubt(outcome, UnknownReason.CRITERION_UNREAD, "the parameters could not be read")
        if outcome.verdict is not Verdict.PASS:
            return outcome
        trouble = self.world.freshness.trouble(self.rule, record)
        if trouble is not None:
            return doubt(outcome, trouble, dated(record))
        lacking = incomplete(record, self.world.day)
        return doubt(outcome, lacking[0], lacking[1]) if lacking else outcome

    def take(self, record: Record, *, valid: bool) -> None:
        """Judge one record and count it."""
        outcome = self.judge(record)
        if outcome is not None and not self.aside(record, outcome):
            self._count(self.weigh(outcome, record, valid=valid), record)

    def aside(self, record: Record, outcome: Outcome) -> bool:
        """Whether an item belongs to another management system alone; then it is shown and counted nowhere else."""
        if self.world.boundary.inside(record.source, place_of(record).scope):
            return False
        if outcome.required:
            self.show_outside(item_of(self.rule.id, outcome, record))
        return True

    def show_outside(self, item: ItemResult) -> None:
        """Hand on an item of another management system."""
        self.outside += 1
        self.sink(msgspec.structs.replace(item, verdict=Verdict.SHOWN, reason=None, outside=True))

    def _count(self, outcome: Outcome, record: Record) -> None:
        """Count one item that a record stands for, and keep or hand on what was found."""
        item = item_of(self.rule.id, outcome, record)
        self.observed(record.collected_at)
        if self._dated is not None and (
            outcome.verdict is not Verdict.UNKNOWN or outcome.reason is UnknownReason.STALE
        ):
            self._note_day(getattr(record.data, self._dated))
        self.enter(item, required=outcome.required, records=(record,), collector=record.provenance.collector)
        if outcome.compared_with is not None and item.verdict is Verdict.FAIL:
            self.held[-1] = msgspec.structs.replace(self.held[-1], compared_with=outcome.compared_with)

    def enter(
        self,
        item: ItemResult,
        *,
        required: bool = True,
        records: tuple[Record, ...] = (),
        collector: str | None = None,
        several: Several | None = None,
    ) -> None:
        """Count one finished item; what did not pass is held, the rest goes to the sink."""
        self.watch(item.subject_uid, item.reason if item.verdict is Verdict.UNKNOWN else item.verdict)
        systems = () if not required else several.systems if several else self.by_system.of(item, records)
        if not required:
            self.not_required += 1
        elif item.verdict is Verdict.SHOWN:
            self.items, self.shown = self.items + 1, self.shown + 1
            self.conditional[item.reason or UnknownReason.CONDITIONAL] += 1
            self.by_system.add(systems, Verdict.SHOWN)
        elif item.verdict is Verdict.PASS:
            self.items, self.passed = self.items + 1, self.passed + 1
            self._weaken(item.basis)
            self._renewed.update(renews(record) for record in records)
            self.by_system.add(systems, Verdict.PASS)
        else:
            self.items += 1
            self._hold(item, records, collector, systems)
            if several is not None:
                self.held[-1] = several.told(self.held[-1])
            return
        self.sink(item)

    def show(self, item: ItemResult) -> None:
        """Hand on an item that only contributes to a number."""
        self.shown += 1
        self.sink(msgspec.structs.replace(item, verdict=Verdict.SHOWN))

    def watch(self, uid: str, what: Verdict | UnknownReason | None) -> None:
        """Note what became of a subject that failed before; None: it was seen, and is no longer in the population."""
        if uid in self.seen:
            self.seen[uid].add(what)

    def merge(self) -> None:
        """Make one item of all sightings of the same subject that did not pass; events that were renewed pass."""
        old = [held for held in self.held if held.item.reason is UnknownReason.STALE and held.about]
        renewed = [held for held in old if held.about in self._renewed]
        for held in renewed:
            self.passed, self.items = self.passed + 1, self.items + 1
            self.by_system.add(held.systems, Verdict.PASS)
            self.sink(msgspec.structs.replace(held.item, verdict=Verdict.PASS, reason=None))
        gone = {id(held) for held in renewed}
        self.items -= len(self.held)
        self.held = merged(held for held in self.held if id(held) not in gone)
        self.items += len(self.held)
        self._recount()

    def replace_held(self, held: list[Held]) -> None:
        """Put other items in the place of those that did not pass, and count anew."""
        self.items += len(held) - len(self.held)
        self.held = held
        self._recount()

    def _recount(self) -> None:
        self.failed = sum(held.item.verdict is Verdict.FAIL for held in self.held)
        reasons = (
            held.item.reason or UnknownReason.UNREAD for held in self.held if held.item.verdict is Verdict.UNKNOWN
        )
        self.unknown = Counter(reasons)

    def observed(self, at: str) -> None:
        """Widen the time over which this rule saw anything."""
        self.first = at if self.first is None or at < self.first else self.first
        self.last = at if self.last is None or at > self.last else self.last

    def shares(self) -> Shares:
        """Items by registered AI system and verdict."""
        return self.by_system.shares((held.systems, held.item.verdict) for held in self.held)

    def _hold(
        self, item: ItemResult, records: tuple[Record, ...], collector: str | None, systems: tuple[str, ...]
    ) -> None:
        if item.verdict is Verdict.FAIL:
            self.failed += 1
        else:
            self.unknown[item.reason or UnknownReason.UNREAD] += 1
        failed = item.verdict is Verdict.FAIL
        self.held.append(
            Held(
                item=item,
                at=newest(records, self.world.manifest.finished),
                collector=collector,
                tenant=self.world.scopes.tenant(item.source) if item.source else self.world.manifest.organisation.id,
                content=digest_of(records) if failed else "",
                about=renews(records[0]) if len(records) == 1 else None,
                owner=owner_of(records[0], self._context) if failed and records else None,
                began=self.world.beginnings.stated(records[0], self._context) if failed and collector else None,
                systems=systems,
            )
        )

    def _used(self, record: Record) -> Use:
        service = self.rule.population.used
        return Use.YES if service is None else self.world.use.of(service, record.source, record.scope)

    def _note_day(self, value: object) -> None:
        if isinstance(value, str):
            self.days.add(value[:DAY])

    def _rests_on_parameters(self, outcome: Outcome) -> bool:
        """Every pass does (its age, whether its rule is on); a fail only if its threshold is a parameter."""
        return outcome.verdict is not Verdict.FAIL or outcome.criterion_ref in self._context.parameters.entries

    def _weaken(self, basis: Basis | None) -> None:
        if basis is not None and (self.weakest is None or BASES.index(basis) > BASES.index(self.weakest)):
            self.weakest = basis

    def _bug(self, record: Record, error: Exception) -> Outcome:
        """Our own mistake: the item is unknown, and the assessment says so."""
        self.errors.append(f"{self.rule.id}: {type(error).__name__} at record {record.record_id}")
        says = f"internal error: {type(error).__name__}"
        return Outcome(
            verdict=Verdict.UNKNOWN, reason=UnknownReason.INVALID_RECORD, observed=says, basis=record.data.basis
        )
