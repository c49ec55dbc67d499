"""One run against all rules: every kind is streamed once, and each of its rules looks at each record as it passes."""

from collections.abc import Callable

from annexa.evidence.record import Record
from annexa.mappings.history import History, advance, carry
from annexa.mappings.reach import Lack
from annexa.mappings.rule import Rule
from annexa.mappings.scope_items import Buckets
from annexa.mappings.service_items import ServiceItems
from annexa.mappings.tally import Sink, Tally
from annexa.mappings.verdicts import Found, conclude
from annexa.mappings.world import World

Handler = Callable[[Record, bool], None]


class Examined:
    """What the rules find in one run."""

    def __init__(self, world: World, found: dict[str, Found]) -> None:
        self.world = world
        self.found = found
        """By rule, sorted."""

    @property
    def errors(self) -> tuple[str, ...]:
        """Our own mistakes, and lines of the run that could not be read."""
        own = [error for found in self.found.values() for error in found.tally.errors]
        return (*own, *(f"{line.segment} line {line.line}: {line.says}" for line in self.world.evidence.broken()))

    def after(self, history: History) -> History:
        """What is remembered once this run is over."""
        tallies = [found.tally for found in self.found.values()]
        return advance(history, self.world, tallies, {name: found.result for name, found in self.found.items()})


def examine(world: World, history: History, sink: Sink) -> Examined:
    """Judge a run with what is remembered of those before it; items that pass go to `sink` at once."""
    tallies = {rule.id: Tally(rule, world, sink, history.watched(rule.id)) for rule in world.rules}
    buckets = {name: Buckets(tally) for name, tally in tallies.items() if _needs_buckets(tally.rule)}
    services = {name: ServiceItems(tally) for name, tally in tallies.items() if tally.rule.population.ai == "services"}
    handlers: dict[str, list[Handler]] = {}
    for name, tally in tallies.items():
        known = services.get(name)
        handler = known.take if known else _handler(tally, buckets.get(name))
        handlers.setdefault(tally.rule.reads, []).append(handler)
    for kind, looking in sorted(handlers.items()):
        _stream(world, looking, kind)
    for known in services.values():
        known.close()
    found = {}
    for name, tally in tallies.items():
        lacks = _close(tally, buckets.get(name))
        tally.merge()
        carry(tally, history)
        found[name] = conclude(tally, lacks)
    return Examined(world, found)


def _stream(world: World, handlers: list[Handler], kind: str) -> None:
    valid = world.freshness.valid
    for record in world.evidence.records(kind):
        sound = valid(record)
        for handler in handlers:
            handler(record, sound)


def _needs_buckets(rule: Rule) -> bool:
    return rule.quantifier in ("at_least_one", "count", "ratio") or (
        rule.quantifier == "every" and rule.population.scopes is not None
    )


def _handler(tally: Tally, bucket: Buckets | None) -> Handler:
    if bucket is None:
        return lambda record, valid: tally.take(record, valid=valid)
    if tally.rule.quantifier == "at_least_one":
        return lambda record, valid: bucket.put(record)
    if tally.rule.quantifier == "every":

        def both(record: Record, valid: bool) -> None:
            before = tally.items + tally.not_required
            tally.take(record, valid=valid)
            if tally.items + tally.not_required > before:
                bucket.mark(record)

        return both
    return lambda record, valid: bucket.add(record, valid=valid)


def _close(tally: Tally, bucket: Buckets | None) -> list[Lack]:
    """Judge the items that are scopes or numbers; returns what was lacking of them."""
    if bucket is None:
        return []
    if tally.rule.quantifier == "at_least_one":
        return bucket.close_scopes()
    if tally.rule.quantifier == "every":
        bucket.close_silent()
    else:
        bucket.close_numbers(complete=tally.world.populations.of_rule(tally.rule).complete)
    return []
