"""From items to a result: one violation fails; only a complete, fresh population in which all is well passes.

The first that applies: `fail`; `unknown` with one reason; `no_population`; `pass`.
"""

from collections.abc import Iterable

import msgspec

from annexa.mappings.evidence_view import broken
from annexa.mappings.freshness import EVENTS
from annexa.mappings.history import LOST
from annexa.mappings.population import Coverage
from annexa.mappings.predicates import PREDICATES
from annexa.mappings.reach import Lack, why
from annexa.mappings.reasons import first_of
from annexa.mappings.rule import looks_into
from annexa.mappings.service_matches import own_list_unread
from annexa.mappings.tally import Tally
from annexa.schemas.words import Result, Strength, UnknownReason, Use


class Found(msgspec.Struct, kw_only=True):
    """What one rule finds in one run, before history, exceptions and findings."""

    tally: Tally
    coverage: Coverage
    lacks: tuple[Lack, ...]
    """What was lacking for this rule: the reasons behind it for a reader."""
    result: Result
    reason: UnknownReason | None
    stale: bool
    needs_history: bool = False
    """Whether an earlier run could say more: something was not looked at in this one, or it asks for dates."""

    @property
    def odd(self) -> int:
        """Items with a value that no documentation lists, or with an invalid record (R5)."""
        return sum(self.tally.unknown[reason] for reason in (UnknownReason.UNKNOWN_VALUE, UnknownReason.INVALID_RECORD))


def conclude(tally: Tally, item_lacks: Iterable[Lack]) -> Found:
    """The result of a rule whose records were all looked at."""
    world, rule = tally.world, tally.rule
    coverage = world.populations.of_rule(rule)
    per_scope = rule.quantifier == "at_least_one"
    general = _general(tally, coverage)
    lacks = [*(general if per_scope else coverage.lacks), *_doubtful_use(tally), *_contradictions(tally), *item_lacks]
    reasons = set(_reasons(tally, coverage, general if per_scope else None))
    joined, join_reasons = _joins(tally)
    reasons |= join_reasons
    unseen = not coverage.complete or bool(LOST & set(tally.unknown))
    if world.missing and unseen:
        reasons.add(UnknownReason.INPUT_MISSING)
    result, reason = _result(tally, coverage, reasons)
    return Found(
        tally=tally,
        coverage=coverage,
        lacks=tuple(dict.fromkeys((*lacks, *joined))),
        result=result,
        reason=reason,
        stale=result is Result.UNKNOWN and reason is UnknownReason.STALE,
        needs_history=unseen and result in (Result.UNKNOWN, Result.FAIL),
    )


def _result(tally: Tally, coverage: Coverage, reasons: set[UnknownReason]) -> tuple[Result, UnknownReason | None]:
    if tally.failed:
        return Result.FAIL, None
    chosen = tally.rule.population
    if {chosen.of, chosen.about} & tally.world.vendors.unused and tally.items == 0:
        return Result.NO_POPULATION, None
    if reasons:
        return Result.UNKNOWN, first_of(reasons)
    if tally.items == 0 and not (tally.rule.quantifier == "none" and coverage.expected and not tally.not_required):
        return Result.NO_POPULATION, None
    return Result.PASS, None


def _reasons(tally: Tally, coverage: Coverage, general: list[Lack] | None) -> Iterable[UnknownReason]:
    """Everything that keeps the rule from passing, joins apart; `general`: what is lacking beside single scopes."""
    rule, world = tally.rule, tally.world
    yield from tally.unknown
    yield from tally.conditional
    if general is None:
        yield from filter(None, (coverage.reason,))
    elif general or coverage.reason in (UnknownReason.NOT_SUPPLIED, UnknownReason.NOT_CONNECTED):
        yield why(general) if general else coverage.reason or UnknownReason.UNREAD
    whole = PREDICATES[rule.predicate].whole if rule.predicate else None
    if whole is not None and (doubt := whole(rule, world.context)) is not None:
        yield doubt
    if broken(world.evidence, rule.reads):
        yield UnknownReason.INVALID_RECORD
    if not world.supplied.parameters_read:
        yield UnknownReason.CRITERION_UNREAD
    if world.freshness.enumeration is not None:
        yield world.freshness.enumeration
    proves_by_silence = rule.strength is Strength.OPERATING or rule.quantifier == "none"
    if rule.reads in EVENTS and tally.items == 0 and proves_by_silence:
        yield UnknownReason.EMPTY_LOG


def _general(tally: Tally, coverage: Coverage) -> list[Lack]:
    """What is lacking of whole sources: those that could not be asked, and lists of scopes."""
    trouble = [lack for source in coverage.sources for lack in tally.world.populations.trouble(source)]
    return list(dict.fromkeys([*trouble, *(lack for lack in coverage.lacks if lack.collector == "*")]))


def _doubtful_use(tally: Tally) -> Iterable[Lack]:
    """Why nobody knows whether the scopes of unknown items are used."""
    service, use = tally.rule.population.used, tally.world.use
    if service is None or not tally.unknown[UnknownReason.USE_UNKNOWN]:
        return
    for held in tally.held:
        if (
            held.item.reason is UnknownReason.USE_UNKNOWN
            and use.of(service, held.item.source, held.item.scope) is Use.UNKNOWN
        ):
            yield from use.silent(service, held.item.source, held.item.scope)


def _joins(tally: Tally) -> tuple[list[Lack], set[UnknownReason]]:
    """Joined kinds that were not read whole block a pass; whether a register was supplied is for the predicate to say."""
    lacks, reasons = list[Lack](), set[UnknownReason]()
    if tally.rule.population.ai is not None and (own := own_list_unread(tally.world.context)) is not None:
        reasons.add(own)
        lacks.extend(tally.world.populations.of("ai_service").lacks)
    for kind in tally.rule.joins:
        joined = tally.world.context.joined(kind, tally.rule)
        if not joined.complete and joined.reason not in (UnknownReason.NOT_SUPPLIED, UnknownReason.NOT_CONNECTED):
            reasons.add(joined.reason or UnknownReason.UNREAD)
            where, vendor = looks_into(tally.rule, kind)
            lacks.extend(tally.world.populations.of(kind, where=where, vendor=vendor).lacks)
    return lacks, reasons


def _contradictions(tally: Tally) -> Iterable[Lack]:
    """Why nobody knows whether anything speaks against an exclusion."""
    used = PREDICATES.get(tally.rule.predicate or "")
    if used is not None and used.populations and tally.unknown:
        for activity in tally.world.activity.values():
            yield from activity.lacks
