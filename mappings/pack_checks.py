"""What must be true of a rule and of a need before anything is judged with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annexa.evidence.kinds import KINDS
from annexa.mappings.criterion import default_fits
from annexa.mappings.fields import ALL, EXPECTED, NUMBERS, OPERATORS_OF, Field, fields_of, operand_fits
from annexa.mappings.first_seen import FIELD as FIRST_SEEN
from annexa.mappings.operators import OPERATORS
from annexa.mappings.pack_report import Known as Known
from annexa.mappings.pack_report import Report as Report
from annexa.mappings.predicates import PREDICATES
from annexa.mappings.reading import close_to
from annexa.mappings.rule import Condition, ControlNeeds, Rule
from annexa.mappings.service_matches import KINDS as KINDS_OF_SERVICES


def check_rule(rule: Rule, known: Known, report: Report) -> None:
    """Refuse a rule that names something unknown, or that could not mean what it says."""
    for field, kind in [("reads", rule.reads), *(("joins", kind) for kind in rule.joins)]:
        report.known(field, kind, KINDS, "kind")
    _check_criterion(rule, known, report)
    check_condition(rule.population.where, rule.reads, known, report, "population.where")
    check_condition(rule.condition, rule.reads, known, report, "condition")
    for kind, part in rule.joins_where.items():
        report.known("joins_where", kind, rule.joins, "joined kind of the rule")
        check_condition(part, kind, known, report, f"joins_where.{kind}")
    for kind in rule.joins_own:
        report.known("joins_own", kind, rule.joins, "joined kind of the rule")
        if rule.population.of is None:
            raise report.wrong("joins_own", "the population is of no vendor", hint="say population: {of: VENDOR}")
    _check_decided(rule, known, report)
    _check_predicate(rule, report)
    if FIRST_SEEN in {*rule.population.where, *rule.condition} and "register_entry" not in rule.joins:
        raise report.wrong("joins", f"{FIRST_SEEN} looks into register_entry", hint="add register_entry to joins")
    _check_services(rule, report)
    _check_quantifier(rule, known, report)
    _check_controls(rule, known, report)
    report.known("max_age", rule.max_age, known.parameters.ages, "age")
    _check_examples(rule, known, report)


def check_condition(condition: Condition, kind: str, known: Known, report: Report, where: str) -> None:
    """Refuse a condition with a field that the kind lacks, or an operator or operand that cannot work on it."""
    fields = fields_of(kind)
    for name, held in condition.items():
        field = f"{where}.{name}"
        if name not in fields:
            raise report.wrong(field, f"{kind} has no field {name!r}", hint=close_to(name, fields))
        for operator, operand in held.items():
            report.known(field, operator, OPERATORS, "operator")
            sort = fields[name].sort
            if sort != ALL and operator not in OPERATORS_OF[sort]:
                hint = f"use one of: {', '.join(sorted(OPERATORS_OF[sort]))}"
                raise report.wrong(field, f"{operator} cannot compare a field of sort {sort}", hint=hint)
            _check_operand(operator, operand, fields[name], known, report, field)


def check_needs(needs: tuple[ControlNeeds, ...], rules: Mapping[str, Rule], known: Known, file: Path) -> None:
    """Refuse needs of unknown controls, twice the same, with unknown rules, or met by a rule that does not say so."""
    seen: set[str] = set()
    for recipe in needs:
        report = Report(file=file, of=recipe.control)
        report.known("control", recipe.control, known.controls, "control of the catalogue")
        for name in (recipe.control, *(need.id for need in recipe.needs)):
            if name in seen:
                raise report.wrong(name, "stands there twice", hint="an id is used once")
            seen.add(name)
        for need in recipe.needs:
            _check_need(recipe.control, need, rules, report)


def _check_need(control: str, need: Any, rules: Mapping[str, Rule], report: Report) -> None:
    if not need.id.startswith(f"{control}/"):
        raise report.wrong(need.id, "does not begin with its control", hint=f"write it like {control}/switches")
    if need.rules and need.document:
        raise report.wrong(need.id, "is met by rules and by a document", hint="make two needs of it")
    for name in need.rules:
        report.known(f"{need.id} rules", name, rules, "rule")
        rule = rules[name]
        if control not in (rule.control, *(other.control for other in rule.secondary)):
            hint = f"name {control} under secondary in {name}, with its reason"
            raise report.wrong(f"{need.id} rules", f"{name} says nothing about {control}", hint=hint)


def _check_criterion(rule: Rule, known: Known, report: Report) -> None:
    asked = rule.criterion
    if sum((asked.inherent, asked.decided is not None, asked.parameter is not None)) != 1:
        hint = "give exactly one of inherent, decided, parameter"
        raise report.wrong("criterion", "does not say whose rule it is", hint=hint)
    if asked.decided is not None:
        report.known("criterion.decided", asked.decided, known.settings.settings, "setting of the dictionary")
        if asked.default is not None and not default_fits(asked.decided, asked.default, known.settings):
            expected = "required or not_required for a switch; else a value of the setting, a list, or {be_at_least: x}"
            raise report.wrong("criterion.default", "does not fit the setting", hint="correct it", expected=expected)
    elif asked.parameter is not None:
        report.known("criterion.parameter", asked.parameter, known.parameters.entries, "parameter")
    elif asked.default is not None:
        raise report.wrong("criterion.default", "an inherent rule has no default", hint="leave it out")


def _check_decided(rule: Rule, known: Known, report: Report) -> None:
    """`decided` in the condition and in the criterion belong together."""
    operands = [held["decided"] for held in rule.condition.values() if "decided" in held]
    for held in rule.population.where.values():
        if "decided" in held:
            raise report.wrong("population.where", "decided cannot choose a population", hint="use it in the condition")
    asked = rule.criterion.decided
    for operand in operands:
        if operand != asked:
            hint = f"write criterion: {{decided: {operand}}}"
            raise report.wrong("condition", f"decided {operand!r} is not the rule's criterion", hint=hint)
    entry = known.settings.entry(asked) if asked else None
    settles = bool(rule.predicate) and rule.predicate in PREDICATES and PREDICATES[rule.predicate].settles
    if entry is not None and (entry.type == "switch") == bool(operands) and not settles:
        hint = "a switch turns the whole rule on or off; any other setting is compared by the operator decided"
        raise report.wrong("criterion.decided", f"{asked} is a {entry.type}", hint=hint)


def _check_predicate(rule: Rule, report: Report) -> None:
    if rule.predicate is None:
        if rule.joins_where or rule.joins_own:
            raise report.wrong("joins", "no predicate looks into a part of it", hint="leave the part out")
        return
    report.known("predicate", rule.predicate, PREDICATES, "predicate")
    found = PREDICATES[rule.predicate]
    if found.reads:
        report.known("reads", rule.reads, found.reads, f"kind that {rule.predicate} can judge")
    for kind in (*rule.joins_where, *rule.joins_own):
        if kind not in found.narrows:
            hint = f"it narrows {', '.join(found.narrows)}" if found.narrows else "leave joins_where out"
            raise report.wrong("joins", f"{rule.predicate} looks into all of {kind}", hint=hint)
    for kind in found.joins:
        if kind not in rule.joins:
            raise report.wrong("joins", f"{rule.predicate} looks into {kind}", hint=f"add {kind} to joins")


def _check_services(rule: Rule, report: Report) -> None:
    """A population of known AI services is of a kind that can be one; who holds a grant is looked up."""
    if rule.population.ai is None:
        return
    report.known("reads", rule.reads, KINDS_OF_SERVICES, "kind that can belong to an AI service")
    if rule.reads != "application" and "application" not in rule.joins:
        raise report.wrong("joins", "whose grant it is, is looked up there", hint="add application to joins")
    if rule.population.ai == "services" and (rule.quantifier != "every" or rule.population.scopes is not None):
        hint = "use quantifier every without scopes, or population.ai: applications"
        raise report.wrong("population.ai", "services are items of their own", hint=hint)


def _check_quantifier(rule: Rule, known: Known, report: Report) -> None:
    asks = bool(rule.condition) or rule.predicate is not None
    quantifier, counts = rule.quantifier, rule.quantifier in ("count", "ratio")
    if quantifier in ("every", "ratio") and not asks:
        raise report.wrong(
            "condition", f"{quantifier} asks nothing of its items", hint="add a condition or a predicate"
        )
    if quantifier == "none" and (rule.predicate or any("decided" in held for held in rule.condition.values())):
        hint = "write it as every: what must hold of each item"
        raise report.wrong("quantifier", "none takes a condition that says what must not be", hint=hint)
    if quantifier == "at_least_one" and rule.population.scopes is None:
        raise report.wrong("population.scopes", "at_least_one needs scopes", hint="say in which level of scope")
    if counts != bool(rule.limit):
        raise report.wrong("limit", "count and ratio have a limit, the others none", hint="correct it")
    if counts and (len(rule.limit) != 1 or not set(rule.limit) <= {"at_least", "at_most"}):
        raise report.wrong("limit", "is not one limit", hint="write {at_most: {parameter: name}}")
    for operator, operand in rule.limit.items():
        _check_operand(operator, operand, Field(sort="count"), known, report, "limit")


def _check_controls(rule: Rule, known: Known, report: Report) -> None:
    for field, control in [("control", rule.control), *(("secondary", other.control) for other in rule.secondary)]:
        if control not in known.controls:
            hint = f"{close_to(control, known.controls)} (write it like A.8.10 or c6.1.2)"
            raise report.wrong(field, f"{control!r} is no control of the catalogue", hint=hint)
    controls = [rule.control, *(other.control for other in rule.secondary)]
    if len(set(controls)) < len(controls) or len(rule.secondary) > 2 or any(not row.reason for row in rule.secondary):
        hint = "one primary control, at most two others, each with its reason"
        raise report.wrong("secondary", "does not fit", hint=hint)


def _check_examples(rule: Rule, known: Known, report: Report) -> None:
    if not rule.examples:
        raise report.wrong("examples", "is empty", hint="add one example for each result that it can have")
    for example in rule.examples:
        where = f"examples {example.name!r}"
        for name in example.parameters:
            report.known(f"{where} parameters", name, known.parameters.entries, "parameter")
        for decision in example.decisions:
            _check_given("decision", decision, report, f"{where} decisions")
        for given in example.given:
            kind = str(given.get("kind", rule.reads))
            report.known(f"{where} given", kind, KINDS, "kind")
            _check_given(kind, given, report, f"{where} given")


def _check_given(kind: str, given: Mapping[str, Any], report: Report, where: str) -> None:
    fields = {*fields_of(kind), "kind", "scope", "source", "at", "basis"} - {FIRST_SEEN}
    for name in given:
        if name not in fields:
            raise report.wrong(where, f"{kind} has no field {name!r}", hint=close_to(name, fields))


def _check_operand(operator: str, operand: Any, field: Field, known: Known, report: Report, where: str) -> None:
    if isinstance(operand, dict) and set(operand) == {"parameter"} and operator in _BY_PARAMETER:
        report.known(where, str(operand["parameter"]), known.parameters.entries, "parameter")
        unit = known.parameters.entries[str(operand["parameter"])].unit
        if (unit == "list") == (operator in NUMBERS) or (unit in _SPANS and operator != "within"):
            raise report.wrong(where, f"{operator} cannot use a parameter in {unit}", hint="use another parameter")
        return
    if operator == "at_scale":
        _check_scale(operand, known, report, where)
    elif operator == "decided":
        report.known(where, str(operand), known.settings.settings, "setting of the dictionary")
    elif not operand_fits(operator, operand, field):
        raise report.wrong(where, f"{operator} cannot use {operand!r}", hint="correct it", expected=EXPECTED[operator])
    elif field.words and operator in ("is", "equals", "one_of", "none_of"):
        for word in operand if isinstance(operand, list) else [operand]:
            report.known(where, str(word), (*field.words, "present", "absent"), "value of that field")


def _check_scale(operand: Any, known: Known, report: Report, where: str) -> None:
    keys = set(operand) if isinstance(operand, dict) else set()
    if "scale" not in keys or not keys <= {"scale", "at_least", "at_most"} or len(keys) < 2:
        expected = "{scale: filter_strength, at_least: HIGH}"
        raise report.wrong(where, "at_scale does not say scale and limit", hint="correct it", expected=expected)
    report.known(where, str(operand["scale"]), known.settings.scales, "scale")
    for side in keys - {"scale"}:
        report.known(
            where, str(operand[side]), known.settings.scales[str(operand["scale"])].order, "word of that scale"
        )


_SPANS = ("hours", "months")
_BY_PARAMETER = (*NUMBERS, "one_of", "none_of", "contains_all", "contains_none", "subset_of")
