"""What earlier runs add: a violation that was seen stays until it is seen mended, or its source is retired.

Earlier runs never help an item to pass. They are gone through from the oldest to the newest; an item that failed stays
open as long as no later run shows that it passes, left the population, or is gone from a place that was read completely.
"""

from collections.abc import Iterable, Mapping

import msgspec

from annexa.mappings.activity import Activity
from annexa.mappings.held import Held
from annexa.mappings.rule import Rule
from annexa.mappings.tally import Tally
from annexa.mappings.world import World
from annexa.schemas.words import Result, UnknownReason, Verdict

Key = tuple[str, str]
"""Rule and subject."""
LOST = frozenset(
    {
        UnknownReason.UNREAD, UnknownReason.SCOPES_UNREAD, UnknownReason.USE_UNKNOWN, UnknownReason.VISIBILITY_UNPROVED,
        UnknownReason.INVALID_RECORD, UnknownReason.INPUT_MISSING, UnknownReason.NOT_CONNECTED, UnknownReason.EXCLUDED,
        UnknownReason.CRITERION_UNREAD, UnknownReason.NOT_SUPPLIED, UnknownReason.REDACTED,
        UnknownReason.IDENTITY_UNMATCHED,
    }
)  # fmt: skip
"""Reasons by which an unknown item was not observed again."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one run found, in few words: for periods."""

    run_id: str
    at: str
    """When it ended."""
    results: dict[str, Result]
    days: dict[str, frozenset[str]] = {}
    """For rules over dated records: the days that those carry."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is remembered of the runs so far."""

    open: dict[Key, Held] = {}
    """Violations that nobody has seen mended, as they were last observed."""
    first: dict[Key, str] = {}
    """When each violation was first observed, whatever became of it."""
    runs: tuple[Seen, ...] = ()
    activity: dict[str, Activity] = {}
    """Populations that were seen and not yet enumerated as empty, as they were last seen."""

    def watched(self, rule: str) -> list[str]:
        """Subjects of a rule that are open."""
        return [uid for name, uid in self.open if name == rule]


def carry(tally: Tally, history: History) -> None:
    """Let violations that were not observed again in this run stand as failing items of it (R6)."""
    mine = (held for key, held in sorted(history.open.items()) if key[0] == tally.rule.id)
    stays = {held.item.subject_uid: _as_last_seen(held, tally) for held in mine if _stays(held, tally)}
    if stays:
        others = [now for now in tally.held if now.item.subject_uid not in stays]
        tally.replace_held([*others, *stays.values()])


def advance(history: History, world: World, tallies: Iterable[Tally], results: dict[str, Result]) -> History:
    """The history after a run."""
    failing = {held.key: held for tally in tallies for held in tally.held if held.item.verdict is Verdict.FAIL}
    judged = {tally.rule.id for tally in tallies}
    # A rule that was switched off for this run looked at nothing: what it had open stays open.
    unjudged = {key: held for key, held in history.open.items() if key[0] not in judged}
    first = dict(history.first)
    for key, held in failing.items():
        first.setdefault(key, held.at)
    manifest = world.manifest
    days = {tally.rule.id: frozenset(tally.days) for tally in tallies if tally.days}
    seen = Seen(run_id=manifest.run_id, at=manifest.finished, results=results, days=days)
    return History(
        open={**unjudged, **failing},
        first=first,
        runs=(*history.runs, seen),
        activity=remembered(history.activity, world.activity),
    )


def remembered(before: Mapping[str, Activity], now: Mapping[str, Activity]) -> dict[str, Activity]:
    """Activity as last seen; forgotten only once its population was enumerated completely and found empty."""
    found = dict(before)
    for name, activity in now.items():
        if activity.number:
            found[name] = activity
        elif activity.joined.complete:
            found.pop(name, None)
    return found


def _stays(held: Held, tally: Tally) -> bool:
    world, seen = tally.world, tally.seen.get(held.item.subject_uid, set())
    if Verdict.FAIL in seen or retired(held, world):
        return False
    if seen & LOST:
        return True
    return not seen and not _gone(held, tally.rule, world)


def retired(held: Held, world: World) -> bool:
    """Whether a signed statement says that what failed is gone for good: its source, tenant, scope or subject."""
    item = held.item
    names = frozenset({item.source, held.tenant, item.scope, item.subject, item.subject_uid})
    return world.supplied.retired(names, world.day) is not None


def _gone(held: Held, rule: Rule, world: World) -> bool:
    """Whether the place of a subject was read completely and the subject is not there any more."""
    path, source = held.item.scope, world.tenants.get(held.tenant)
    if not held.item.source:
        return world.populations.of_rule(rule).complete
    if source is None or world.scopes.trouble(source):
        return False
    if (source, path) in world.scopes.facts and path not in world.scopes.at_level(
        source, world.scopes.facts[source, path].level
    ):
        return True
    places = world.populations.places_of(rule, source, path, held.collector)
    return bool(places) and all(world.reach.lack(collector, source, place) is None for collector, place in places)


def _as_last_seen(held: Held, tally: Tally) -> Held:
    """The violation under the name that its source has now, with the day on which it was last observed."""
    source = tally.world.tenants.get(held.tenant, held.item.source) if held.item.source else ""
    last = held.item.last_observed or held.at
    item = msgspec.structs.replace(held.item, source=source, last_observed=last)
    return msgspec.structs.replace(held, item=item)
