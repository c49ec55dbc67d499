"""One rule with its items, and each item down to its records and kept pages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annexa.evidence.kinds import Decision
from annexa.mappings.results import Finding, ItemResult, RuleResult
from annexa.mappings.rule import Rule
from annexa.reports._text import clean, paragraph
from annexa.reports.opened import Found, Opened
from annexa.reports.summary import Blind, fold
from annexa.reports.words import number, say
from annexa.schemas.words import Change, Verdict

FEW_ITEMS = 10
FEW_RECORDS = 3
_RECORD_ID = re.compile("[0-9a-f]{32}")
_SETTLES = ("decision", "parameter", "exception")
"""Kinds that can settle an item."""
ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SHOWN, Verdict.PASS)
"""What asks for attention comes first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Everything that is said about one rule."""

    result: RuleResult
    rule: Rule | None
    """The rule itself, if it is installed here."""
    items: tuple[ItemResult, ...]
    """In the order in which they are shown, cut to what is shown."""
    left: dict[Verdict, int]
    """Items that are not shown, by verdict."""
    found: dict[str, Found]
    blind: tuple[Blind, ...]
    findings: dict[str, Finding]
    """Open findings of the rule, by subject."""
    latest: str | None
    """The run that was judged; another run is named with each of its records."""


def gather(opened: Opened, results: Sequence[RuleResult], rules: dict[str, Rule], *, everything: bool) -> list[Shown]:
    """Collect what belongs to some rules in one pass over the items, and one over the records."""
    items: dict[str, list[ItemResult]] = {result.rule: [] for result in results}
    for item in opened.items(items):
        items[item.rule].append(item)
    shown = {rule: _chosen(found, everything) for rule, found in items.items()}
    wanted = {name for chosen in shown.values() for item in chosen for name in _references(item)}
    kinds = {kind for name in items if name in rules for kind in (rules[name].reads, *rules[name].joins)}
    found = opened.records(wanted, {*kinds, *_SETTLES})
    return [
        _shown(opened, result, rules.get(result.rule), items[result.rule], shown[result.rule], found)
        for result in results
    ]


def lines(shown: Shown, width: int) -> Iterator[str]:
    """The rule, its items and what can be done, as text."""
    result = shown.result
    outcome = say(result.result) + (f" ({say(result.reason)})" if result.reason else "")
    yield from paragraph(f"{result.rule} {result.title}: {outcome}", width)
    if shown.rule:
        yield from paragraph(shown.rule.statement, width, indent=2)
    yield from paragraph(_proof(result), width, indent=2)
    yield from paragraph(_counts(result), width, indent=2)
    if result.missing_scopes:
        yield from paragraph(f"Scopes not read: {', '.join(result.missing_scopes)}", width, indent=2)
    if shown.items:
        yield "  Items:"
        for item in shown.items:
            yield from _item(item, shown, width)
        if shown.left:
            left = ", ".join(f"{count} {say(verdict)}" for verdict, count in shown.left.items())
            yield f"    not shown here: {left}; add --all"
    for blind in shown.blind:
        yield from blind_lines(blind, width, indent=2)
    yield from _remedy(shown, width)


def blind_lines(blind: Blind, width: int, *, indent: int = 0) -> Iterator[str]:
    """One blind spot with its places and its cure."""
    scopes = f"{', '.join(blind.scopes[:4])}" + (f" and {len(blind.scopes) - 4} more" if len(blind.scopes) > 4 else "")
    yield from paragraph(
        f"{blind.what}: {say(blind.reason)}, {blind.source} {scopes}", width, indent=indent, first="Blind spot: "
    )
    if blind.subjects:
        yield from paragraph(f"items: {', '.join(blind.subjects[:4])}", width, indent=indent + 2)
    if blind.detail:
        yield from paragraph(blind.detail, width, indent=indent + 2)
    cure = (
        f"limitation: {blind.limitation}"
        if blind.limitation
        else f"cure: {blind.cure}"
        if blind.cure
        else "no cure is known"
    )
    yield from paragraph(cure, width, indent=indent + 2)


def _chosen(items: list[ItemResult], everything: bool) -> list[ItemResult]:
    ranked = sorted(items, key=lambda item: (ORDER.index(item.verdict), item.source, item.scope, item.subject))
    return ranked if everything else ranked[:FEW_ITEMS]


def _references(item: ItemResult) -> Iterator[str]:
    """Ids of records only: what else settles an item (a parameter, `inherent`) would be looked for in vain."""
    yield from item.records
    if item.criterion_ref and _RECORD_ID.fullmatch(item.criterion_ref):
        yield item.criterion_ref


def _shown(
    opened: Opened,
    result: RuleResult,
    rule: Rule | None,
    items: list[ItemResult],
    chosen: list[ItemResult],
    found: dict[str, Found],
) -> Shown:
    rest = {verdict: sum(item.verdict is verdict for item in items) for verdict in ORDER}
    for item in chosen:
        rest[item.verdict] -= 1
    spots = [spot for spot in opened.assessment.blind_spots if spot.id in result.blind_spots]
    live = (item for item in opened.findings if item.rule == result.rule and item.change is not Change.RESOLVED)
    return Shown(
        result=result,
        rule=rule,
        items=tuple(chosen),
        left={verdict: count for verdict, count in rest.items() if count},
        found=found,
        blind=fold(spots),
        findings={item.subject_uid: item for item in live},
        latest=opened.runs[0].run_id if opened.runs else None,
    )


def _proof(result: RuleResult) -> str:
    parts = [f"severity {say(result.severity)}", f"proof by {say(result.strength)}"]
    if result.weakest_basis:
        parts.append(f"weakest basis: {say(result.weakest_basis)}")
    if result.disabled:
        parts.append("switched off by the organisation")
    if result.stale:
        parts.append("the evidence is stale")
    parts += [f"{name} {_plain(value)}" for name, value in sorted(result.parameters.items())]
    return "; ".join(parts)


def _plain(value: object) -> str:
    """A parameter's value for people."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in sorted(value.items()) if inner is not None)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "not set" if value is None else str(value)


def _counts(result: RuleResult) -> str:
    counts = result.counts
    told = [f"{count:,} {say(verdict)}" for verdict, count in _by_verdict(result).items() if count]
    parts = [f"{number(counts.items, 'item')}" + (f": {', '.join(told)}" if told else "")]
    if counts.expected_scopes:
        parts.insert(0, f"scopes read {counts.read_scopes:,} of {counts.expected_scopes:,}")
    if counts.not_applicable_scopes:
        parts.append(f"{number(counts.not_applicable_scopes, 'scope')} not applicable, with proof")
    if counts.not_required:
        parts.append(f"{counts.not_required:,} not required by a decision")
    return "; ".join(parts)


def _by_verdict(result: RuleResult) -> dict[Verdict, int]:
    counts = result.counts
    found = (counts.failed, counts.unknown, counts.shown, counts.passed)
    return dict(zip(ORDER, found, strict=True))


def _item(item: ItemResult, shown: Shown, width: int) -> Iterator[str]:
    why = f": {say(item.reason)}" if item.reason else ""
    place = "" if item.subject == item.scope else f", in {item.source} {item.scope}"
    yield from paragraph(f"{say(item.verdict)}{why}  {item.subject}{place}", width, indent=4)
    if item.observed or item.expected:
        seen = [f"seen: {item.observed}"] if item.observed else []
        seen += [f"should be: {item.expected}"] if item.expected else []
        yield from paragraph("; ".join(seen), width, indent=8)
    if item.criterion:
        yield from paragraph(f"held against {_criterion(item, shown.found)}", width, indent=8)
    for note in _notes(item, shown.findings.get(item.subject_uid)):
        yield from paragraph(note, width, indent=8)
    for name in item.records[:FEW_RECORDS]:
        yield from _record(name, shown.found.get(name), width, shown.latest)
    if len(item.records) > FEW_RECORDS:
        yield f"        and {number(len(item.records) - FEW_RECORDS, 'more record')}"


def _criterion(item: ItemResult, found: dict[str, Found]) -> str:
    """Whose rule it was, with the decision's own words where there is one."""
    whose, reference = say(item.criterion), item.criterion_ref
    record = found.get(reference) if reference else None
    if record is not None and isinstance(record.record.data, Decision):
        fact = record.record.data
        must = fact.must.replace("_", " ")
        return (
            f"{whose}: {fact.setting} must {must} {_plain(fact.value)}, for {fact.applies_to}, because {fact.because}; "
            f"approved by {fact.approved_by} on {fact.approved_on}; record {reference}"
        )
    return whose if reference in (None, "inherent") else f"{whose}: {reference}"


def _notes(item: ItemResult, finding: Finding | None) -> Iterator[str]:
    if finding is not None and item.verdict is Verdict.FAIL:
        owner = f", owner {finding.owner}" if finding.owner else ""
        cause = f" because {say(finding.cause)}" if finding.cause else ""
        yield f"finding {finding.finding_uid}: {say(finding.change)}{cause}, first seen {finding.first_seen}{owner}"
    if item.covered_by:
        yield f"accepted by exception {item.covered_by}"
    if item.last_observed:
        yield f"not observed in this run; last seen {item.last_observed}"
    if item.folded_under:
        yield f"folded under the finding of {item.folded_under}"


def _record(name: str, found: Found | None, width: int, latest: str | None) -> Iterator[str]:
    if found is None:
        yield from paragraph(f"record {name}: not in the runs of this vault", width, indent=8)
        return
    record = found.record
    run = "" if found.run_id == latest else f", run {found.run_id}"
    yield from paragraph(f"record {name}, {record.kind}, {record.source} {record.scope}", width, indent=8)
    yield from paragraph(f"collected {record.collected_at} by {record.provenance.collector}{run}", width, indent=10)
    for origin in record.provenance.origins[:FEW_RECORDS]:
        item = "" if origin.item is None else f", item {origin.item}"
        request = f", request {origin.request_id}" if origin.request_id else ""
        yield from paragraph(f"{origin.call}{item}{request}", width, indent=10)
        yield f"          pages/{clean(origin.page)}.json"
    if len(record.provenance.origins) > FEW_RECORDS:
        yield f"          and {number(len(record.provenance.origins) - FEW_RECORDS, 'more answer')}"


def _remedy(shown: Shown, width: int) -> Iterator[str]:
    finding, rule = next(iter(shown.findings.values()), None), shown.rule
    if finding is not None:
        remedy: dict[str, str | None] = finding.remedy
        parts = [remedy.get("do"), f"where: {remedy['where']}" if remedy.get("where") else None]
        who = f"{remedy['role']} ({finding.owner_role})" if remedy.get("role") else finding.owner_role
        parts += [f"who: {who}", f"side effect: {remedy['side_effect']}" if remedy.get("side_effect") else None]
        yield from paragraph("; ".join(part for part in parts if part), width, indent=2, first="What to do: ")
    says = finding.does_not_show if finding else rule.does_not_show if rule else None
    if says:
        yield from paragraph(says, width, indent=2, first="It does not show: ")
