"""Runs the example of a rule through the real engine: the example is a test of the rule and a part of its documentation.

What an example does not speak about is complete and in order: scopes are listed, registers are supplied and empty.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

import msgspec

from annexa.evidence.manifest import PEOPLE
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack
from annexa.mappings.population import REGISTER_KINDS
from annexa.mappings.results import RuleResult
from annexa.mappings.rule import Example, Rule
from annexa.mappings.small_run import ACCOUNT, ORGANISATION, SmallRun, every_kind
from annexa.schemas.words import Basis, Reason

AS_OF = "2026-09-29T12:00:00Z"
"""The moment at which examples are judged; their run is of that morning."""
BEFORE = "2026-08-30"
"""The day of the earlier run of an example."""
DECISION = {
    "because": "Decided for the example.", "approved_by": "m.berg@example.com", "approved_on": "2026-01-15",
}  # fmt: skip
"""What a decision says where its example does not."""


def run_example(rule: Rule, example: Example, pack: RulePack) -> RuleResult:
    """What the rule finds in the situation of its example; `pack` gives settings and default parameters."""
    alone = msgspec.structs.replace(rule, follows=())
    small = RulePack(
        rules={rule.id: alone}, needs={}, settings=pack.settings, parameters=pack.parameters, version=pack.version,
        sha256=pack.sha256, services=pack.services,
    )  # fmt: skip
    earlier = [_before(rule, example)] if example.before else []
    judgement = judge(situation(rule, example), earlier, pack=small, as_of=AS_OF)
    return judgement.assessment.rules[0]


def _before(rule: Rule, example: Example) -> ListEvidence:
    """The earlier run of an example: complete, with other records."""
    then = msgspec.structs.replace(example, given=example.before, unread=())
    return situation(rule, then, SmallRun(rule.population.of or "example", run_id="run-0", day=BEFORE))


def situation(rule: Rule, example: Example, run: SmallRun | None = None) -> ListEvidence:
    """The run that an example describes."""
    run = run or SmallRun(rule.population.of or "example")
    paths = _scopes(run, rule, example)
    _registers(run, rule, example, paths)
    _collectors(run, rule)
    for given in example.given:
        _give(run, rule, given, paths)
    _use(run, rule, example, paths)
    every_kind(run)
    if rule.population.of in PEOPLE and not example.registers:
        for collector, path in product(_unreadable(run, rule), paths.values()):
            run.lose(collector, path, reason=Reason.NOT_SUPPLIED)
    for name in example.unread:
        for collector in _unreadable(run, rule):
            run.lose(collector, paths.get(name, name))
    return run.build()


def _level(rule: Rule) -> str:
    """The level at which the rule's collector runs."""
    asked = rule.population.where.get("level", {}).get("is") if rule.reads == "scope" else None
    return str(asked or rule.population.scopes or ("region" if rule.population.used else "account"))


def _scopes(run: SmallRun, rule: Rule, example: Example) -> dict[str, str]:
    """The paths of the example's scopes by their short names."""
    level = _level(rule)
    if level == "region":
        run.scope(ACCOUNT, "account")
    paths = {name: f"{ACCOUNT}/{name}" if level == "region" else name for name in example.scopes}
    described = {str(given.get("path", given.get("scope"))) for given in example.given if _kind(rule, given) == "scope"}
    for name, path in paths.items():
        if name not in described and path not in described:
            run.scope(path, level)
    return paths


def _collectors(run: SmallRun, rule: Rule) -> None:
    """The kind that the rule reads is collected scope by scope, and so are the kinds joined to scopes."""
    per = _level(rule) if _level(rule) in ("account", "region") else "source"
    kinds = rule.joins if rule.reads == "scope" else (rule.reads,)
    for kind in kinds:
        if kind not in REGISTER_KINDS:
            run.collects(kind, per=per)


def _unreadable(run: SmallRun, rule: Rule) -> list[str]:
    kinds = rule.joins if rule.reads == "scope" else (rule.reads,)
    return [f"{run.vendor}.{kind}" for kind in kinds if kind not in REGISTER_KINDS]


def _registers(run: SmallRun, rule: Rule, example: Example, paths: Mapping[str, str]) -> None:
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in (rule.reads, *rule.joins) if kind in REGISTER_KINDS}
    rows["decision"] = [{**DECISION, **_renamed(decision, paths)} for decision in example.decisions]
    rows["parameter"] = [
        {"name": name, "value": value, "set_by": "organisation"} for name, value in example.parameters.items()
    ]
    for given in example.given:
        if _kind(rule, given) in REGISTER_KINDS:
            plain = {name: value for name, value in given.items() if name not in ("kind", "scope", "source")}
            rows.setdefault(_kind(rule, given), []).append(plain)
    for kind, found in rows.items():
        gone = not example.registers and kind in (rule.reads, *rule.joins)
        run.supply(kind, () if gone else found, state="not_supplied" if gone else "read")


def _give(run: SmallRun, rule: Rule, given: Mapping[str, Any], paths: Mapping[str, str]) -> None:
    kind = _kind(rule, given)
    if kind in REGISTER_KINDS:
        return
    fields = {name: value for name, value in given.items() if name not in ("kind", "scope", "source", "at")}
    place = str(given.get("at", given.get("scope", next(iter(paths), ORGANISATION))))
    path = paths.get(place, place)
    if kind == "scope":
        level, named = str(fields.pop("level", _level(rule))), str(fields.pop("path", path))
        run.scope(paths.get(named, named), level, **fields)
        return
    source = given.get("source")
    if source is not None and source not in run.sources:
        run.source(str(source), f"tenant of {source}")
    fields.setdefault("basis", Basis.EXPLICIT)
    run.add(kind, path, source=source, **fields)


def _use(run: SmallRun, rule: Rule, example: Example, paths: Mapping[str, str]) -> None:
    """A signal of use in every scope: it shows use, is silent, or could not be read."""
    service = rule.population.used
    if service is None:
        return
    per = _level(rule)
    signal = run.collects("usage", per=per, name=f"{run.vendor}.signal", signals=service)
    used = example.scopes if example.used is None else example.used
    for name in example.scopes:
        if name in example.use_unknown:
            run.lose(signal, paths[name])
        elif name in used:
            run.add("usage", paths[name], collector=signal, signal="example", service=service, count=1)


def _kind(rule: Rule, given: Mapping[str, Any]) -> str:
    return str(given.get("kind", rule.reads))


def _renamed(decision: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    """A decision that names a scope by its short name, as the run names it."""
    place = str(decision.get("applies_to"))
    return {**decision, "applies_to": paths[place]} if place in paths else dict(decision)
