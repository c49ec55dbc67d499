"""Puts an assessment together from what the rules found: exceptions, folding, blind spots, findings, controls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from annexa.evidence.manifest import Manifest
from annexa.mappings import exceptions
from annexa.mappings.blind_spots import BlindSpots, controls_by_rule
from annexa.mappings.controls import Around, assess
from annexa.mappings.examine import Examined
from annexa.mappings.exclusions import exclusion
from annexa.mappings.findings import Ledger, finding_uid, folded, write
from annexa.mappings.headline import headline
from annexa.mappings.history import History, Key
from annexa.mappings.missing import MissingRun, need_it
from annexa.mappings.needs import DOCUMENTS, Given
from annexa.mappings.page_one import page_one
from annexa.mappings.periods import Course, Period
from annexa.mappings.results import Assessment, ControlResult, Finding, Input, ItemResult
from annexa.mappings.rule_results import Beside, rule_results
from annexa.mappings.world import World
from annexa.schemas.words import Environment, RunState, Verdict

SCHEMA = "https://annexa.dev/schemas/assessment/1"
ENVIRONMENTS = (Environment.VENDOR, Environment.NON_VENDOR, Environment.SANDBOX)
"""From the strongest to the weakest."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked: everything of the assessment's head that does not come from judging."""

    assessment_id: str
    supersedes: str | None
    as_of: str
    period: Period | None
    isms: str
    what_if: tuple[str, ...]
    missing: tuple[MissingRun, ...]
    """Earlier runs that should be heard and are not here."""
    inputs: tuple[Input, ...]
    manifests: tuple[Manifest, ...]
    """Of the run, then of the earlier ones, newest first."""


def assemble(
    question: Question, examined: Examined, before: World | None, history: History
) -> tuple[Assessment, tuple[Finding, ...], list[ItemResult]]:
    """The assessment, its findings, and the items that did not pass, sorted; the caller counts all items."""
    world, found = examined.world, examined.found
    after = examined.after(history)
    tallies = {name: one.tally for name, one in found.items()}
    leaders = folded(found)
    accepted = exceptions.apply(world.supplied.exceptions, tallies, world.day, leaders)
    spots = _blind_spots(examined, question.missing)
    ledger = Ledger(
        world=world, before=before, found=found, history=history, exceptions=accepted, isms=question.isms,
        missing=question.missing,
    )  # fmt: skip
    findings = tuple(write(ledger, leaders))
    gone = tuple(one.id for one in question.missing if one.in_period)
    course = Course(question.period, after.runs, missing=gone) if question.period else None
    documents = tuple(record for kind in DOCUMENTS for record in world.evidence.records(kind))
    given = Given(world=world, found=found, course=course, documents=documents)
    around = Around(given=given, exceptions=accepted, findings=_by_control(ledger, leaders))
    catalogue = world.catalogue
    controls = tuple(
        assess(control, exclusion(control, world, after.activity), around)
        for control in (*catalogue.controls, *catalogue.clauses)
    )
    items = sorted(_finished(examined, accepted, leaders, spots), key=_order)
    return _assessment(question, examined, course, spots, accepted, controls, findings), findings, items


def _assessment(
    question: Question,
    examined: Examined,
    course: Course | None,
    spots: BlindSpots,
    accepted: exceptions.Exceptions,
    controls: tuple[ControlResult, ...],
    findings: tuple[Finding, ...],
) -> Assessment:
    world, manifests = examined.world, question.manifests
    rules = rule_results(examined, Beside(spots=spots, accepted=accepted, course=course))
    return Assessment(
        schema=SCHEMA,
        assessment_id=question.assessment_id,
        supersedes=question.supersedes,
        as_of=question.as_of,
        period=_period(question.period, course),
        run_ids=tuple(manifest.run_id for manifest in manifests),
        inputs=question.inputs,
        mapping_version=world.pack.version,
        mapping_sha256=world.pack.sha256,
        organisation=world.manifest.organisation,
        isms=question.isms,
        environment=max((manifest.environment for manifest in manifests), key=ENVIRONMENTS.index),
        hosts=tuple(sorted({host for manifest in manifests for host in manifest.hosts})),
        headline=headline(controls),
        page_one=page_one(world, accepted, question.what_if, question.missing),
        blind_spots=spots.all(),
        controls=controls,
        rules=rules,
        findings_total=sum(finding.item_verdict is Verdict.FAIL for finding in findings),
        items_total=0,
        complete=world.manifest.state is RunState.COMPLETE and all(one.started for one in world.manifest.sources),
        internal_errors=_internal(examined),
    )


def _period(period: Period | None, course: Course | None) -> dict[str, str] | None:
    if period is None or course is None:
        return None
    days, observed = len(period.days()), course.observed_days()
    return {"from": period.first, "until": period.last, "days": str(days), "observed_days": str(observed)}


def _internal(examined: Examined) -> tuple[str, ...]:
    """What makes an assessment unclean: mistakes of ours, broken lines, and values that no documentation lists (R5)."""
    strange = [
        f"{name}: {count} items with an unknown value or an invalid record"
        for name, one in examined.found.items()
        if (count := one.odd)
    ]
    return tuple(sorted({*examined.errors, *strange}))


def _blind_spots(examined: Examined, missing: Iterable[MissingRun]) -> BlindSpots:
    world = examined.world
    needs = {
        control: [name for need in known.needs for name in need.rules] for control, known in world.pack.needs.items()
    }
    primary = {rule.id: rule.control for rule in world.rules}
    spots = BlindSpots(world, examined.found, controls_by_rule(needs, primary))
    for vendor, where in sorted(world.vendors.in_use.items()):
        if vendor in world.vendors.registered:
            continue
        rules = [rule.id for rule in world.rules if rule.population.of == vendor]
        detail = f"{vendor} is in use ({where}) and no source of it is configured"
        spots.add(vendor, detail, rules, readable=vendor not in world.vendors.unreadable)
    for run in missing:
        if concerned := need_it(run, examined.found, world.pack.needs.values()):
            spots.add_missing(run, concerned)
    return spots


def _by_control(ledger: Ledger, leaders: dict[Key, str]) -> dict[str, tuple[str, ...]]:
    """Ids of the findings behind the failures of each control; a folded one is found under its leader."""
    failing = {
        held.key: held for one in ledger.found.values() for held in one.tally.held if held.item.verdict is Verdict.FAIL
    }
    found: dict[str, set[str]] = {}
    for (rule, uid), held in failing.items():
        leader = leaders.get((rule, uid))
        shown = failing[leader, uid] if leader else held
        found.setdefault(ledger.world.pack.rules[rule].control, set()).add(finding_uid(ledger, shown))
    return {control: tuple(sorted(ids)) for control, ids in found.items()}


def _finished(
    examined: Examined, accepted: exceptions.Exceptions, leaders: dict[Key, str], spots: BlindSpots
) -> Iterator[ItemResult]:
    """The items that did not pass, with all that was found out about them since."""
    for one in examined.found.values():
        for held in one.tally.held:
            hidden = held.item.verdict is Verdict.UNKNOWN or held.item.last_observed is not None
            yield msgspec.structs.replace(
                held.item,
                covered_by=accepted.covered.get(held.key),
                folded_under=leaders.get(held.key),
                blind_spot=spots.of_item(held) if hidden else None,
            )


def _order(item: ItemResult) -> tuple[str, str, str, str, str]:
    return item.rule, item.source, item.scope, item.subject, item.subject_uid
