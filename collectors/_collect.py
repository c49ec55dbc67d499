"""Collects: runs the planned units side by side and hands their records over in the order of the plan.

First come the collectors that list scopes, per source and then per account; then everything else over what they found.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextvars import copy_context
from dataclasses import dataclass

from annexa.collectors._plan import Plan, Work, stages
from annexa.collectors._source import Source
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import Clock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.kinds import Scope
from annexa.evidence.record import Unit
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Completeness, Reason


@dataclass(frozen=True, kw_only=True)
class Means:
    """What collecting needs besides the plan."""

    organisation: str
    run_id: str
    version: str
    clock: Clock
    redactor: Redactor
    token: Callable[[], str]
    """128 random bits, hexadecimal."""
    pool: Executor | None = None
    """Runs units side by side; None: one after the other."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """One finished unit with the pages that it kept."""

    work: Work
    gathered: Gathered
    pages: dict[str, bytes]


AHEAD = 320
"""So many units may be under way or done before the first of them is handed over."""

Contain = Callable[[Callable[[], Gathered], Work, Keeper], Gathered]
"""Runs one unit and turns an unexpected exception into an `error` unread of that unit; see `runner.py`."""


class Collecting:
    """One run over all sources."""

    def __init__(self, means: Means, plan: Plan, contain: Contain, noted: Callable[[Work, Done | None], None]) -> None:
        self._means, self._plan, self._contain, self._noted = means, plan, contain, noted

    def run(self, sources: Iterable[tuple[Source, tuple[Collector, ...]]]) -> Iterator[Done]:
        """Every unit of every source, scope lists first."""
        pairs = list(sources)
        for pers in stages(collector for _, collectors in pairs for collector in collectors):
            yield from self._all(pairs, _listing(pers))
        yield from self._all(pairs, lambda item: item.lists_scopes is None)

    def _all(
        self, pairs: list[tuple[Source, tuple[Collector, ...]]], wanted: Callable[[Collector], bool]
    ) -> Iterator[Done]:
        todo = [
            work
            for source, collectors in pairs
            for work in self._plan.work(source, [c for c in collectors if wanted(c)])
        ]
        for work in todo:
            self._noted(work, None)
        for done in self._side_by_side(todo):
            for record in done.gathered.records:
                if isinstance(record.data, Scope):
                    self._plan.learn(done.work.source.alias, record.data)
            self._noted(done.work, done)
            yield done

    def _side_by_side(self, todo: list[Work]) -> Iterator[Done]:
        pool = self._means.pool
        if pool is None:
            yield from map(self.unit, todo)
            return
        futures: deque[Future[Done]] = deque()
        try:
            for work in todo:
                futures.append(pool.submit(copy_context().run, self.unit, work))
                if len(futures) >= AHEAD:
                    yield futures.popleft().result()
            while futures:
                yield futures.popleft().result()
        finally:
            for future in futures:
                future.cancel()

    def unit(self, work: Work) -> Done:
        """Do one unit."""
        pages: dict[str, bytes] = {}
        keeper = self._keeper(work, pages, identity="")
        if work.excluded:
            return Done(work=work, gathered=_not_asked(work, keeper, Reason.EXCLUDED, work.excluded), pages=pages)
        if work.not_applicable:
            return Done(work=work, gathered=_nothing_there(work, keeper), pages=pages)
        try:
            wire = work.source.wire(work.scope)
        except UnreadError as error:
            keeper.unread(error, None)
            return Done(work=work, gathered=_lost(keeper), pages=pages)
        keeper = self._keeper(work, pages, identity=wire.identity)
        known = Known(
            work.source.known(work.scope),
            accounts=self._plan.accounts(work.source),
            absent_services=self._plan.absent_services(work.source, work.scope),
        )
        gathered = self._contain(
            lambda: gather(
                work.collector, wire, keeper, known, run_id=self._means.run_id, version=self._means.version,
                nonce=self._means.token,
            ),
            work,
            keeper,
        )  # fmt: skip
        return Done(work=work, gathered=gathered, pages=pages)

    def _keeper(self, work: Work, pages: dict[str, bytes], identity: str) -> Keeper:
        def store(data: bytes) -> str:
            digest = hashlib.sha256(data).hexdigest()
            pages[digest] = data
            return digest

        place = Place(
            organisation=self._means.organisation, tenant=work.source.tenant, source=work.source.alias, scope=work.scope,
            collector=work.collector.name, identity=identity,
        )  # fmt: skip
        means = self._means
        return Keeper(place, store=store, redactor=means.redactor, clock=means.clock, token=means.token)


def _listing(pers: list[str]) -> Callable[[Collector], bool]:
    return lambda item: item.lists_scopes is not None and item.per in pers


def failed(keeper: Keeper, work: Work, says: str) -> Gathered:
    """What is left of a unit in which our own code failed: an `error` unread for all of its calls."""
    call = work.collector.calls[0] if work.collector.calls else Call(op=work.collector.name, needs="none")
    cure = "This is a mistake of annexa: report it with this line."
    keeper.unread(UnreadError(call, Trouble(reason=Reason.ERROR, code="internal", says=says, cure=cure)), None)
    return _lost(keeper)


def _not_asked(work: Work, keeper: Keeper, reason: Reason, says: str) -> Gathered:
    for call in work.collector.calls[:1]:
        keeper.unread(UnreadError(call, Trouble(reason=reason, code=str(reason), says=says)), None)
    return _lost(keeper)


def _lost(keeper: Keeper) -> Gathered:
    return Gathered(unit=_unit(keeper, Completeness.UNREAD), records=(), keeper=keeper)


def _nothing_there(work: Work, keeper: Keeper) -> Gathered:
    return Gathered(unit=_unit(keeper, Completeness.COMPLETE, work.not_applicable), records=(), keeper=keeper)


def _unit(keeper: Keeper, state: Completeness, not_applicable: str | None = None) -> Unit:
    place = keeper.place
    return Unit(
        source=place.source, scope=place.scope, collector=place.collector, completeness=state, unread=len(keeper.unreads),
        calls=len(keeper.calls), not_applicable=not_applicable,
    )  # fmt: skip
