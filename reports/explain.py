"""Why a control has its status: down from needs over rules and items to records and kept pages.

Nothing is judged here, and nothing is left out silently: what is not shown is counted.
"""

from collections.abc import Iterable, Iterator, Mapping

from annexa.mappings.catalogue import Control
from annexa.mappings.results import Assessment, ControlResult, NeedResult, RuleResult
from annexa.mappings.rule import Rule
from annexa.reports._items import blind_lines, gather, lines
from annexa.reports._text import Column, clean, cut, paragraph, table
from annexa.reports.opened import Opened
from annexa.reports.summary import Blind, fold
from annexa.reports.table import mark, status_words
from annexa.reports.words import MEANING, needs_line, number, say, systems_line
from annexa.schemas.words import NeedState, Status, UnmetReason


def control(opened: Opened, entry: Control, rules: Mapping[str, Rule], width: int, *, everything: bool = False) -> str:
    """A control of an assessment, whatever its status."""
    result = next((item for item in opened.assessment.controls if item.ref == entry.id), None)
    if result is None:
        return "\n".join([*_unjudged(entry, opened.assessment, width), *_catalogue(entry, width)]) + "\n"
    results = _rules_of(result, opened.assessment)
    shown = gather(opened, results, dict(rules), everything=everything)
    blind = fold(spot for spot in opened.assessment.blind_spots if result.ref in spot.controls)
    told = {id for item in results for id in item.blind_spots}
    other = fold(spot for spot in opened.assessment.blind_spots if result.ref in spot.controls and spot.id not in told)
    parts = [
        _head(opened, result, width),
        paragraph(entry.description, width),
        _needs(result, width),
        *(lines(item, width) for item in shown),
        *(blind_lines(item, width) for item in other),
        _observations(result, opened.assessment, width),
        _next(result, blind, entry, width),
        _samples(entry, width),
    ]
    return _joined(parts)


def rule(opened: Opened, name: str, rules: Mapping[str, Rule], width: int, *, everything: bool = False) -> str:
    """One rule of an assessment."""
    results = [item for item in opened.assessment.rules if item.rule == name]
    shown = gather(opened, results, dict(rules), everything=everything)
    where = (f"It decides under {item.control}: annexa explain {item.control}" for item in results)
    return _joined([_place(opened, width), *(lines(item, width) for item in shown), where])


def catalogue_only(entry: Control, width: int) -> str:
    """What the catalogue says of a control, where nothing was judged yet."""
    return "\n".join([*paragraph(f"{entry.id} {entry.title}", width), *_catalogue(entry, width)]) + "\n"


def _joined(parts: Iterable[Iterable[str]]) -> str:
    blocks = ("\n".join(part) for part in parts)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _rules_of(result: ControlResult, assessment: Assessment) -> list[RuleResult]:
    """Rules that its needs name, in their order, then those that have it as their primary control."""
    named = [name for need in result.needs for name in need.rules]
    named += [item.rule for item in assessment.rules if item.control == result.ref]
    by_name = {item.rule: item for item in assessment.rules}
    return [by_name[name] for name in dict.fromkeys(named) if name in by_name]


def _head(opened: Opened, result: ControlResult, width: int) -> Iterator[str]:
    yield from paragraph(f"{result.ref} {result.title}: {status_words(result)}", width)
    yield from paragraph(MEANING[result.status], width, indent=2)
    needs = needs_line(result.needs_met, result.needs_counted, result.needs_failed, result.needs_unread)
    yield from paragraph(f"{needs}; {systems_line(result.systems_can_show, len(result.needs))}", width, indent=2)
    if result.scopes_expected:
        yield f"  scopes read {result.scopes_read:,} of {result.scopes_expected:,}"
    for detail in (result.exclusion_detail, result.note):
        if detail:
            yield from paragraph(detail, width, indent=2)
    yield from _place(opened, width)


def _place(opened: Opened, width: int) -> Iterator[str]:
    """Which assessment, and where its kept pages lie."""
    assessment = opened.assessment
    if marked := mark(assessment.environment, assessment.hosts):
        yield cut(clean(marked), width)
    yield from paragraph(f"As of {assessment.as_of}; assessment {assessment.assessment_id}", width, indent=2)
    for run in opened.runs:
        yield f"  run {run.run_id}: its kept pages lie in {opened.vault.path}/runs/{run.run_id}"
    here = {run.run_id for run in opened.runs}
    for missing in (run for run in assessment.run_ids if run not in here):
        yield from paragraph(f"run {missing} is not in this vault: its records cannot be shown", width, indent=2)


def _needs(result: ControlResult, width: int) -> Iterator[str]:
    if not result.needs:
        yield "Needs: none are written down for this control yet."
        return
    yield "Needs"
    columns = [
        Column(title="State"),
        Column(title="What must be shown", least=30),
        Column(title="By", least=16),
    ]
    yield from table(columns, [_need_row(need, width) for need in result.needs], width, indent=2)


def _need_row(need: NeedResult, width: int) -> list[str]:
    reason = say(need.reason) if need.reason else None
    why = "; ".join(part for part in (reason, need.detail) if part)
    says = "\n".join(paragraph(need.says, width - 45))
    by = "\n".join((*need.rules, *((f"document: {need.document}",) if need.document else ()))) or f"{need.supplied_by}"
    return [say(need.state), says + "".join(f"\n{line}" for line in paragraph(why, width - 45) if why), by]


def _observations(result: ControlResult, assessment: Assessment, width: int) -> Iterator[str]:
    """Rules of other controls that say something here and decide nothing."""
    by_name = {item.rule: item for item in assessment.rules}
    for name in result.observations:
        other = by_name.get(name)
        if other:
            said = f"{name} {other.title}: {say(other.result)}; it decides under {other.control}"
            yield from paragraph(said, width, first="Observation: ")


def _next(result: ControlResult, blind: tuple[Blind, ...], entry: Control, width: int) -> Iterator[str]:
    """What to supply next, the needs in the order in which they stand."""
    steps = list(dict.fromkeys(step for need in result.needs if (step := _step(need))))
    steps += list(dict.fromkeys(f"Read what was not seen: {spot.cure}" for spot in blind if spot.cure))
    yield "What to supply next" if steps or result.status is not Status.SUPPORTED else "Nothing more is asked for."
    for step in steps:
        yield from paragraph(step, width, indent=2, first="- ")
    if result.status is not Status.SUPPORTED:
        yield from paragraph(f"Documents that belong here: {entry.document_part}", width, indent=2, first="- ")


def _step(need: NeedResult) -> str | None:
    match need.state:
        case NeedState.MISSING:
            return f"Supply {need.document or 'what this need asks for'}: {need.says}"
        case NeedState.UNMET if need.reason is UnmetReason.CRITERION_UNSET:
            return f"Decide, and write the decision down: {need.says}"
        case NeedState.UNMET if need.reason is UnmetReason.DISABLED_BY_ORGANISATION:
            return f"Switch the rule on, or have a decision approved that covers it: {need.says}"
        case NeedState.STALE:
            return f"Collect again, the evidence is too old: {need.says}"
        case NeedState.NO_RULE_YET if need.supplied_by == "people":
            return f"Keep this at hand, no rule looks at it yet: {need.says}"
        case _:
            return None


def _samples(entry: Control, width: int) -> Iterator[str]:
    yield "What an auditor samples"
    for sample in entry.auditor_samples:
        yield from paragraph(sample, width, indent=2, first="- ")


def _unjudged(entry: Control, assessment: Assessment, width: int) -> Iterator[str]:
    yield from paragraph(f"{entry.id} {entry.title}: {say(Status.NOT_ASSESSED)}", width)
    asked = number(len(assessment.controls), "entry", "entries")
    yield from paragraph(f"Assessment {assessment.assessment_id} is about {asked}, not about it", width, indent=2)


def _catalogue(entry: Control, width: int) -> Iterator[str]:
    yield ""
    yield from paragraph(entry.description, width)
    yield ""
    yield from paragraph(entry.api_part, width, first="What systems can show: ")
    yield from paragraph(entry.document_part, width, first="What people supply: ")
    yield from paragraph(entry.typical_nonconformity, width, first="What typically goes wrong: ")
    yield ""
    yield from _samples(entry, width)
