"""What leaves the judge about each rule, switched-off ones included."""

from collections.abc import Iterator
from typing import Any

from annexa.mappings.blind_spots import BlindSpots
from annexa.mappings.examine import Examined
from annexa.mappings.results import Counts, RuleResult
from annexa.mappings.rule import Rule
from annexa.mappings.verdicts import Found
from annexa.mappings.world import World
from annexa.schemas.words import Criterion, Result, Verdict


def rule_results(examined: Examined, spots: BlindSpots) -> tuple[RuleResult, ...]:
    """One result per rule, by id."""
    world = examined.world
    return tuple(
        _judged(examined.found[rule.id], world, spots) if rule.id in examined.found else _switched_off(rule)
        for rule in world.pack.rules.values()
    )


def _judged(found: Found, world: World, spots: BlindSpots) -> RuleResult:
    tally, rule, coverage = found.tally, found.tally.rule, found.coverage
    failing = [held.item for held in tally.held if held.item.verdict is Verdict.FAIL]
    ours = sum(item.criterion is Criterion.ANNEXA_DEFAULT for item in failing)
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
            not_required=tally.not_required,
        ),
        missing_scopes=coverage.missing,
        blind_spots=spots.of_rule.get(rule.id, ()),
        fails_own_rule=len(failing) - ours,
        fails_default=ours,
        weakest_basis=tally.weakest,
        parameters=_parameters(rule, world),
        observed_from=tally.first,
        observed_until=tally.last,
    )


def _switched_off(rule: Rule) -> RuleResult:
    return RuleResult(
        rule=rule.id, rev=rule.rev, title=rule.title, control=rule.control, severity=rule.severity,
        strength=rule.strength, result=Result.UNKNOWN, counts=Counts(), disabled=True,
    )  # fmt: skip


def _parameters(rule: Rule, world: World) -> dict[str, Any]:
    """The effective parameters that the rule was judged with, its age among them."""
    known = world.supplied.parameters
    age = next((name for name, entry in known.entries.items() if entry.age == rule.max_age), None)
    names = {*_named(rule), *([age] if age else [])}
    return {name: known.effective(name, rule.criterion.default).value for name in sorted(names)}


def _named(rule: Rule) -> Iterator[str]:
    if rule.criterion.parameter is not None:
        yield rule.criterion.parameter
    conditions = (*rule.condition.values(), *rule.population.where.values(), rule.limit)
    for operand in (operand for held in conditions for operand in held.values()):
        if isinstance(operand, dict) and isinstance(operand.get("parameter"), str):
            yield operand["parameter"]
