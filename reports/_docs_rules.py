"""Every rule as an auditor reads it: what must hold, by whose criterion, what it does not show, what to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.mappings.pack import RulePack
from annexa.mappings.predicates import PREDICATES
from annexa.mappings.rule import Criterion, Rule
from annexa.reports._docs_text import code, codes, document, table
from annexa.reports.words import say

QUANTIFIERS = {
    "every": "every item must satisfy it",
    "none": "no such record may exist",
    "at_least_one": "each scope must have at least one",
    "count": "their number must stay within the limit",
    "ratio": "their share must stay within the limit",
}

SERVICES = {
    "applications": "each {reads}{of} of a [known AI service](ai_services.md)",
    "services": "each [known AI service](ai_services.md) that an {reads}{of} shows, with all its sightings",
}


def page(pack: RulePack) -> str:
    """`docs/rules.md`."""
    return document(
        "Rules",
        [
            f"{len(pack.rules)} rules, version {pack.version} of the pack. A rule is one sentence that records can pass or",
            "fail; it makes no call. Its examples are its tests.",
        ],
        *(_rule(rule, pack) for rule in pack.rules.values()),
    )


def criterion(asked: Criterion, pack: RulePack) -> str:
    """Whose rule it is, in words."""
    if asked.inherent:
        return "It fails under any policy."
    if asked.decided is not None:
        default = f"our default: {value(asked.default)}" if asked.default is not None else "unknown, nothing is assumed"
        return f"Your decision about {code(asked.decided)}; without one, {default}."
    entry = pack.parameters.entries[str(asked.parameter)]
    unit = f" {entry.unit}" if entry.unit not in ("count", "list") else ""
    ours = f"our default: {value(entry.value)}{unit}" if entry.value is not None else "unknown, we have no default"
    return f"Your parameter {code(asked.parameter)}; without one, {ours}."


def value(given: Any) -> str:
    """A value of a rule file, in words."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {value(inner)}" for name, inner in given.items())
    if isinstance(given, list | tuple):
        return codes(given, "none")
    return str(given).replace("_", " ") if isinstance(given, str) else str(given)


def _rule(rule: Rule, pack: RulePack) -> Iterator[str]:
    # The heading is the id alone, so that other pages can link to it whatever the title becomes.
    yield from (f"## {rule.id}", "", f"**{rule.title}.** {rule.statement}", "")
    yield from table(("", ""), _facts(rule, pack))
    yield from ("", f"**Does not show:** {rule.does_not_show}", "")
    remedy = rule.remedy
    yield from (
        f"**Remedy:** {remedy.do.rstrip('.')}. Where: {remedy.where.rstrip('.')}. Who: {remedy.role.rstrip('.')}. "
        f"Side effect: {remedy.side_effect.rstrip('.')}.{f' Source: {remedy.source}' if remedy.source else ''}",
        "",
        "**Examples:**",
        "",
    )
    yield from (f"- {each.name}: {_then(each.then, each.because)}" for each in rule.examples)


def _then(result: Any, because: str | None) -> str:
    return f"*{say(result)}*" + (f" ({because.replace('_', ' ')})" if because else "")


def _facts(rule: Rule, pack: RulePack) -> Iterator[tuple[str, str]]:
    yield "Control", f"{rule.control}" + "".join(f"; also {row.control}: {row.reason}" for row in rule.secondary)
    yield "Reads", codes(dict.fromkeys((rule.reads, *rule.joins)))
    yield "Over", _population(rule)
    yield "Asks", QUANTIFIERS[rule.quantifier] + (f": {value(rule.limit)}" if rule.limit else "")
    if rule.condition:
        yield "Condition", condition(rule.condition)
    if rule.predicate:
        yield "Check", PREDICATES[rule.predicate].says
    yield "Criterion", criterion(rule.criterion, pack)
    yield "Severity, strength", f"{say(rule.severity)}; {say(rule.strength)}"
    yield "Owner", rule.owner_role


def _population(rule: Rule) -> str:
    asked = rule.population
    of = f" of {code(asked.of)}" if asked.of else ""
    used = f" in which {code(asked.used)} is used" if asked.used else ""
    text = f"each {asked.scopes}{of}{used}" if asked.scopes else f"each {code(rule.reads)}{of}{used}"
    if asked.ai is not None:
        text = SERVICES[asked.ai].format(reads=code(rule.reads), of=of)
    return f"{text} where {condition(asked.where)}" if asked.where else text


def condition(asked: Mapping[str, Mapping[str, Any]]) -> str:
    """Fields with their operators, in words."""
    return "; ".join(
        f"{code(name)} {operator.replace('_', ' ')} {value(operand)}"
        for name, held in asked.items()
        for operator, operand in held.items()
    )
