"""What leaves the judge about each rule, switched-off ones included."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annexa.mappings.blind_spots import BlindSpots
from annexa.mappings.examine import Examined
from annexa.mappings.exceptions import Exceptions
from annexa.mappings.freshness import IMPORT
from annexa.mappings.periods import Course
from annexa.mappings.results import Counts, RuleResult
from annexa.mappings.rule import Rule
from annexa.mappings.verdicts import Found
from annexa.mappings.world import World
from annexa.schemas.words import Criterion, Result, Verdict


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is said about a rule beside what it found itself."""

    spots: BlindSpots
    accepted: Exceptions
    course: Course | None
    """The period, if the assessment has one."""


def rule_results(examined: Examined, beside: Beside) -> tuple[RuleResult, ...]:
    """One result per rule, by id."""
    world = examined.world
    return tuple(
        _judged(examined.found[rule.id], world, beside) if rule.id in examined.found else _switched_off(rule)
        for rule in world.pack.rules.values()
    )


def _judged(found: Found, world: World, beside: Beside) -> RuleResult:
    tally, rule, coverage = found.tally, found.tally.rule, found.coverage
    failing = [held for held in tally.held if held.item.verdict is Verdict.FAIL]
    own = [held for held in failing if held.item.criterion is not Criterion.ANNEXA_DEFAULT]
    return RuleResult(
        rule=rule.id,
        rev=rule.rev,
        title=rule.title,
        control=rule.control,
        severity=rule.severity,
        strength=rule.strength,
        result=found.result,
        reason=found.reason,
        stale=found.stale,
        counts=Counts(
            expected_scopes=len(coverage.expected),
            read_scopes=len(coverage.read),
            not_applicable_scopes=len(coverage.not_applicable),
            items=tally.items,
            passed=tally.passed,
            failed=tally.failed,
            unknown=sum(tally.unknown.values()),
            shown=tally.shown,
            outside=tally.outside,
            not_required=tally.not_required,
        ),
        missing_scopes=coverage.missing,
        blind_spots=beside.spots.of_rule.get(rule.id, ()),
        fails_own_rule=len(own),
        fails_accepted=sum(held.key in beside.accepted.covered for held in own),
        fails_default=len(failing) - len(own),
        weakest_basis=tally.weakest,
        parameters=_parameters(rule, world),
        observed_from=tally.first,
        observed_until=tally.last,
        in_period=beside.course.of(rule.id) if beside.course else None,
    )


def _switched_off(rule: Rule) -> RuleResult:
    return RuleResult(
        rule=rule.id, rev=rule.rev, title=rule.title, control=rule.control, severity=rule.severity,
        strength=rule.strength, result=Result.UNKNOWN, counts=Counts(), disabled=True,
    )  # fmt: skip


def _parameters(rule: Rule, world: World) -> dict[str, Any]:
    """The effective parameters that the rule was judged with, its age among them."""
    known = world.supplied.parameters
    ages = {rule.max_age, *([IMPORT] if rule.population.of == "imports" else [])}
    names = {*_named(rule), *(name for name, entry in known.entries.items() if entry.age in ages)}
    return {name: known.effective(name, rule.criterion.default).value for name in sorted(names)}


def _named(rule: Rule) -> Iterator[str]:
    if rule.criterion.parameter is not None:
        yield rule.criterion.parameter
    conditions = (*rule.condition.values(), *rule.population.where.values(), rule.limit)
    for operand in (operand for held in conditions for operand in held.values()):
        if isinstance(operand, dict) and isinstance(operand.get("parameter"), str):
            yield operand["parameter"]
