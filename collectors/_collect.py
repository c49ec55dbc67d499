"""Collects: runs the planned units side by side and hands their records over, each source's in the order of its plan.

In each source the collectors that list scopes come first, in the order in which their lists build upon each other; then
everything else over what they found. No source waits for another.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
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
"""So many units may be under way or done before the first of them is handed over, over all sources."""
LEAST = 32
"""So many of them each source may have, however many sources there are."""

Contain = Callable[[Callable[[], Gathered], Work, Keeper], Gathered]
"""Runs one unit and turns an unexpected exception into an `error` unread of that unit; see `runner.py`."""


class Collecting:
    """One run over all sources."""

    def __init__(self, means: Means, plan: Plan, contain: Contain, noted: Callable[[Work, Done | None], None]) -> None:
        self._means, self._plan, self._contain, self._noted = means, plan, contain, noted

    def run(self, sources: Iterable[tuple[Source, tuple[Collector, ...]]]) -> Iterator[Done]:
        """Every unit of every source: in each source its lists of scopes first, all sources side by side.

        The units of one source come in the order of its plan.
        """
        lanes = [_Lane(source, collectors, self._plan) for source, collectors in sources]
        pool = self._means.pool
        if pool is None:
            for lane in lanes:
                while (work := self._next(lane)) is not None:
                    yield self._taken(lane, self.unit(work))
            return
        try:
            yield from self._side_by_side(lanes, pool)
        finally:
            for future in (future for lane in lanes for future in lane.under_way):
                future.cancel()

    def _side_by_side(self, lanes: list["_Lane"], pool: Executor) -> Iterator[Done]:
        window = max(LEAST, AHEAD // max(1, len(lanes)))
        while lanes:
            for lane in lanes:
                while len(lane.under_way) < window and (work := self._next(lane)) is not None:
                    lane.under_way.append(pool.submit(copy_context().run, self.unit, work))
            lanes = [lane for lane in lanes if lane.under_way]
            wait([lane.under_way[0] for lane in lanes], return_when=FIRST_COMPLETED)
            for lane in lanes:
                while lane.under_way and lane.under_way[0].done():
                    yield self._taken(lane, lane.under_way.popleft().result())

    def _next(self, lane: "_Lane") -> Work | None:
        """The next unit of a source that can be done now; None while a list of scopes is awaited, or at its end."""
        for work in lane.planned():
            self._noted(work, None)
        return lane.take()

    def _taken(self, lane: "_Lane", done: Done) -> Done:
        lane.open -= 1
        for record in done.gathered.records:
            if isinstance(record.data, Scope):
                self._plan.learn(done.work.source.alias, record.data)
        self._noted(done.work, done)
        return done

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


class _Lane:
    """One source's way through its rounds: a round is planned when everything of the one before was handed over."""

    def __init__(self, source: Source, collectors: tuple[Collector, ...], plan: Plan) -> None:
        self._source, self._plan = source, plan
        listing = [[one for one in collectors if one.lists_scopes and one.per in pers] for pers in stages(collectors)]
        self._rounds = deque([*listing, [one for one in collectors if one.lists_scopes is None]])
        self._todo: deque[Work] = deque()
        self.open = 0
        """Units that were planned and not yet handed over."""
        self.under_way: deque[Future[Done]] = deque()
        """Units in the pool, in order."""

    def planned(self) -> list[Work]:
        """The units of the next round that has any, if it is its turn."""
        while self._rounds and not self.open:
            works = list(self._plan.work(self._source, self._rounds.popleft()))
            self._todo.extend(works)
            self.open = len(works)
            if works:
                return works
        return []

    def take(self) -> Work | None:
        """The next unit of the round."""
        return self._todo.popleft() if self._todo else None


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
