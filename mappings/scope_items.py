"""Items that are scopes or numbers: `at_least_one` per scope, `every` scope, `count` and `ratio`.

In an unread scope nothing can be found missing: its item is unknown, unless one record already shows what was asked.
"""

from collections import Counter

import msgspec

from annexa.evidence.record import Record, subject_uid
from annexa.mappings.attested import incomplete
from annexa.mappings.bugs import BUGS
from annexa.mappings.item import judge_limit, judge_scope
from annexa.mappings.outcome import Outcome, doubt, item_of
from annexa.mappings.reach import Lack, Path
from annexa.mappings.reasons import first_of
from annexa.mappings.results import ItemResult
from annexa.mappings.tally import Tally
from annexa.schemas.words import Basis, UnknownReason, Use, Verdict

WHOLE = ("", "")
"""Stands for all scopes together, where a number is not asked per scope."""


class Numbers(msgspec.Struct):
    """How many items of one scope the condition holds for."""

    yes: int = 0
    no: int = 0
    unsure: int = 0
    reasons: Counter[UnknownReason] = msgspec.field(default_factory=Counter)
    """Why the unsure ones are."""
    imported: bool = False
    """Whether any of them was imported: then the number is no better."""

    @property
    def unmatched(self) -> int:
        """Holders that no identity was found for."""
        return self.reasons[UnknownReason.IDENTITY_UNMATCHED]


class Buckets:
    """Records by the scope that is their item, kept as few as possible."""

    def __init__(self, tally: Tally) -> None:
        self.tally, self.rule, self.world = tally, tally.rule, tally.world
        self.level = tally.rule.population.scopes
        self.records: dict[Path, list[Record]] = {}
        self.numbers: dict[Path, Numbers] = {}
        self._done: set[Path] = set()
        wanted = self.world.populations.of_rule(self.rule).sources
        known = {(source, path) for source in wanted for path in self._paths(source)}
        self.items = {place for place in known if self.world.boundary.inside(*place)}
        self._outside = known - self.items
        """Scopes of another management system: shown, and nothing is asked of them."""

    def home(self, record: Record) -> Path | None:
        """The scope among the items in which a record lies."""
        if self.level is None:
            return WHOLE
        path = record.scope
        while path and (record.source, path) not in self.items:
            path = path.rpartition("/")[0]
        return (record.source, path) if path else None

    def mark(self, record: Record) -> None:
        """Note that something is said about a scope."""
        home = self.home(record)
        if home is not None:
            self._done.add(home)

    def put(self, record: Record) -> None:
        """Keep a record for its scope; once one record alone is enough, no further ones are kept."""
        home = self.home(record)
        if home is None or home in self._done:
            return
        outcome = self._alone(home, record)
        if outcome is not None and outcome.verdict is Verdict.PASS and outcome.basis is Basis.EXPLICIT:
            self.records[home] = [record]
            self._done.add(home)
        else:
            self.records.setdefault(home, []).append(record)

    def add(self, record: Record, *, valid: bool) -> None:
        """Count a record for `count` or `ratio`."""
        home, outcome = self.home(record), self.tally.judge(record)
        if home is None or outcome is None or not outcome.required:
            return
        if self.tally.aside(record, outcome):
            return
        outcome = self.tally.weigh(outcome, record, valid=valid)
        numbers = self.numbers.setdefault(home, Numbers())
        numbers.yes += outcome.verdict is Verdict.PASS
        numbers.no += outcome.verdict is Verdict.FAIL
        numbers.imported |= outcome.basis is Basis.IMPORTED
        if outcome.verdict in (Verdict.UNKNOWN, Verdict.SHOWN):
            numbers.unsure += 1
            numbers.reasons[outcome.reason or UnknownReason.CONDITIONAL] += 1
        self.tally.observed(record.collected_at)
        self.tally.show(item_of(self.rule.id, outcome, record))

    def close_scopes(self) -> list[Lack]:
        """Judge every scope of the population; returns what was lacking of those that stayed unknown."""
        lacks: list[Lack] = []
        self._show_outside()
        for source, path in sorted(self.items):
            use = self.use(source, path)
            if use is Use.NO or not self.world.populations.applies_in(self.rule, source, path):
                continue
            missing = self.world.populations.lacks_in(self.rule, source, path)
            outcome = self._scope(source, path, complete=not missing)
            if use is Use.UNKNOWN and outcome.required:
                missing = self.world.use.silent(self.rule.population.used or "", source, path)
                outcome = _unsure_of_use(outcome)
            if outcome.verdict is Verdict.UNKNOWN:
                lacks.extend(missing)
            self._count(outcome, source, path)
        return lacks

    def close_silent(self) -> None:
        """With `every`, a scope of the population about which no record says anything is unknown."""
        for source, path in sorted(self.items - self._done):
            if self.use(source, path) is Use.NO or self.world.populations.lacks_in(self.rule, source, path):
                continue
            if self.world.populations.applies_in(self.rule, source, path):
                says = f"no {self.rule.reads} says anything about this scope"
                self._count(_nobody_knows(UnknownReason.NOT_EXPOSED, says), source, path)

    def close_numbers(self, *, complete: bool) -> None:
        """Hold each number against the limit; where there is nothing to count, at most says nothing."""
        counts_none = self.rule.quantifier == "count" and "at_least" in self.rule.limit
        if self.level is None:
            if self.numbers or (counts_none and complete):
                self._count_whole(self._limit(self.numbers.get(WHOLE, Numbers()), complete=complete))
            return
        for source, path in sorted(self.items):
            use, numbers = self.use(source, path), self.numbers.get((source, path))
            if use is Use.NO or not self.world.populations.applies_in(self.rule, source, path):
                continue
            if numbers is not None or counts_none:
                whole = not self.world.populations.lacks_in(self.rule, source, path)
                outcome = self._limit(numbers or Numbers(), complete=whole)
                self._count(_unsure_of_use(outcome) if use is Use.UNKNOWN else outcome, source, path)

    def use(self, source: str, path: str) -> Use:
        """Use of the scope by the service that the population names."""
        service = self.rule.population.used
        return Use.YES if service is None else self.world.use.of(service, source, path)

    def _show_outside(self) -> None:
        outcome = Outcome(verdict=Verdict.SHOWN, observed="not judged here", basis=Basis.EXPLICIT)
        for source, path in sorted(self._outside):
            uid = self.world.scopes.records[source, path].subject_uid
            self.tally.show_outside(_item(self.rule.id, outcome, path, uid, source, path, ()))

    def _paths(self, source: str) -> tuple[str, ...]:
        return self.world.scopes.at_level(source, self.level) if self.level else ()

    def _alone(self, home: Path, record: Record) -> Outcome | None:
        """What a single record makes of its scope; None where it may not speak, or where we make a mistake."""
        if not self.world.freshness.valid(record) or self._too_old(record):
            return None
        try:
            return judge_scope(self.rule, self.world.scopes.records[home], [record], self.world.context)
        except BUGS:
            return None

    def _too_old(self, record: Record) -> UnknownReason | None:
        lacking = incomplete(record, self.world.day)
        return self.world.freshness.trouble(self.rule, record) or (lacking[0] if lacking else None)

    def _scope(self, source: str, path: str, *, complete: bool) -> Outcome:
        record, found = self.world.scopes.records[source, path], self.records.get((source, path), [])
        valid = [one for one in found if self.world.freshness.valid(one)]
        fresh = [one for one in valid if not self._too_old(one)]
        try:
            outcome = self._judged(record, valid, complete=complete and len(valid) == len(found))
            if outcome.verdict is Verdict.PASS and len(fresh) < len(valid):
                again = self._judged(record, fresh, complete=False)
                old = next(reason for one in valid if (reason := self._too_old(one)))
                outcome = again if again.verdict is Verdict.PASS else doubt(outcome, old, "too old, or not in order")
        except BUGS as error:
            self.tally.errors.append(f"{self.rule.id}: {type(error).__name__} at scope {path}")
            says = f"internal error: {type(error).__name__}"
            return _nobody_knows(UnknownReason.INVALID_RECORD, says)
        return self.tally.weigh(outcome, record, valid=self.world.freshness.valid(record))

    def _judged(self, scope: Record, records: list[Record], *, complete: bool) -> Outcome:
        return judge_scope(self.rule, scope, records, self.world.context, complete=complete)

    def _count(self, outcome: Outcome, source: str, path: str) -> None:
        record = self.world.scopes.records[source, path]
        found = tuple(self.records.get((source, path), ()))
        for one in found or (record,):
            self.tally.observed(one.collected_at)
        self.tally.enter(
            _item(self.rule.id, outcome, path, record.subject_uid, source, path, found),
            required=outcome.required, records=found or (record,),
        )  # fmt: skip

    def _count_whole(self, outcome: Outcome) -> None:
        organisation = self.world.manifest.organisation.id
        sources = self.world.populations.of_rule(self.rule).sources
        source = sources[0] if len(sources) == 1 else ""
        uid = subject_uid(organisation, self.world.scopes.tenant(source) if source else organisation, self.rule.reads)
        item = _item(self.rule.id, outcome, organisation, uid, source, organisation, ())
        self.tally.enter(item, required=outcome.required)

    def _limit(self, numbers: Numbers, *, complete: bool) -> Outcome:
        """Judge the least and the most that the number can be; only if both say the same it is said."""
        context, rule = self.world.context, self.rule
        total = numbers.yes + numbers.no + numbers.unsure
        basis = {"basis": Basis.IMPORTED} if numbers.imported else {}
        least = msgspec.structs.replace(judge_limit(rule, numbers.yes, total, context), **basis)
        most = judge_limit(rule, numbers.yes + numbers.unsure, total, context)
        settled = not least.required or least.verdict is Verdict.UNKNOWN
        if settled or self._proved(numbers, least, most, complete=complete):
            return least
        if not complete:
            return doubt(least, UnknownReason.SCOPES_UNREAD, "not everything that counts was read")
        if numbers.unmatched:
            return doubt(least, UnknownReason.IDENTITY_UNMATCHED, f"{numbers.unmatched} of {total} are not matched")
        return doubt(least, first_of(numbers.reasons), f"of {numbers.unsure} it is not known")

    def _proved(self, numbers: Numbers, least: Outcome, most: Outcome, *, complete: bool) -> bool:
        """Whether the least number settles it. Holders who were not matched count as not done, if they are few."""
        if not complete:
            more_cannot_help = self.rule.quantifier == "count" and "at_most" in self.rule.limit
            return more_cannot_help and least.verdict is Verdict.FAIL
        if self.rule.quantifier == "ratio" and numbers.unmatched:
            total = numbers.yes + numbers.no + numbers.unsure
            if self._matched(numbers, total):
                return numbers.unmatched == numbers.unsure or least.verdict is most.verdict
            return most.verdict is Verdict.FAIL
        return least.verdict is most.verdict

    def _matched(self, numbers: Numbers, total: int) -> bool:
        """Whether so many holders were matched to people that the rest may count as not done."""
        share = self.world.context.parameters.effective("identity_match_percent").value
        return isinstance(share, int) and (total - numbers.unmatched) * 100 >= share * total


def _unsure_of_use(outcome: Outcome) -> Outcome:
    return doubt(outcome, UnknownReason.USE_UNKNOWN, "whether the scope is used is not known")


def _nobody_knows(reason: UnknownReason, says: str) -> Outcome:
    return Outcome(verdict=Verdict.UNKNOWN, reason=reason, observed=says, basis=Basis.EXPLICIT)


def _item(
    rule: str, outcome: Outcome, subject: str, uid: str, source: str, scope: str, found: tuple[Record, ...]
) -> ItemResult:
    return ItemResult(
        rule=rule, subject=subject, subject_uid=uid, source=source, scope=scope, verdict=outcome.verdict,
        reason=outcome.reason, criterion=outcome.criterion, criterion_ref=outcome.criterion_ref,
        observed=outcome.observed, expected=outcome.expected, basis=outcome.basis,
        records=tuple(sorted(record.record_id for record in found)),
    )  # fmt: skip
