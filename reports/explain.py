"""Why a control has its status: down from needs over rules and items to records and kept pages.

Nothing is judged here, and nothing is left out silently: what is not shown is counted.
"""

from collections.abc import Iterable, Iterator, Mapping

from annexa.mappings.catalogue import Control
from annexa.mappings.results import Assessment, BlindSpot, ControlResult, NeedResult, RuleResult
from annexa.mappings.rule import Rule
from annexa.reports import systems
from annexa.reports._rules import FEW_ITEMS, Shown, blind_lines, gather, lines
from annexa.reports._text import Column, paragraph, table
from annexa.reports.blind import Blind, by_cause, fold
from annexa.reports.opened import Opened
from annexa.reports.statuses import status_words, who_can_show
from annexa.reports.table import mark
from annexa.reports.words import MEANING, NOTES, needs_line, number, say, spoken
from annexa.schemas.words import NeedState, Status, UnmetReason

_LINES = 9
"""Lines that one sentence may take in the table of needs."""


def control(opened: Opened, entry: Control, rules: Mapping[str, Rule], width: int, *, everything: bool = False) -> str:
    """A control of an assessment, whatever its status."""
    result = next((item for item in opened.assessment.controls if item.ref == entry.id), None)
    if result is None:
        return "\n".join([*_unjudged(entry, opened.assessment, width), *_catalogue(entry, width)]) + "\n"
    results = _rules_of(result, opened.assessment)
    shown = gather(opened, results, dict(rules), passing=None if everything else 1)
    blind = by_cause(fold(_spots(result, results, opened.assessment)))
    parts = [
        _head(opened, result, shown, width),
        paragraph(entry.description, width),
        _needs(result, width, everything=everything),
        *(lines(item, width, blind=False) for item in shown),
        *(blind_lines(item, width) for item in blind),
        _observations(result, opened.assessment, width),
        _next(result, blind, entry, width),
        _samples(entry, width),
    ]
    return _joined(parts)


def rule(opened: Opened, name: str, rules: Mapping[str, Rule], width: int, *, everything: bool = False) -> str:
    """One rule of an assessment."""
    results = [item for item in opened.assessment.rules if item.rule == name]
    shown = gather(opened, results, dict(rules), passing=None if everything else FEW_ITEMS)
    where = (f"It decides under {item.control}: annexa explain {item.control}" for item in results)
    return _joined([_place(opened, shown, width), *(lines(item, width, blind=True) for item in shown), where])


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


def _spots(result: ControlResult, results: list[RuleResult], assessment: Assessment) -> list[BlindSpot]:
    """Blind spots that the control, or one of the rules shown with it, needed."""
    needed = {name for item in results for name in item.blind_spots}
    return [spot for spot in assessment.blind_spots if result.ref in spot.controls or spot.id in needed]


def _head(opened: Opened, result: ControlResult, shown: list[Shown], width: int) -> Iterator[str]:
    yield from paragraph(f"{result.ref} {result.title}: {status_words(result)}", width)
    yield from paragraph(MEANING[result.status], width, indent=2)
    needs = needs_line(result.needs_met, result.needs_counted, result.needs_failed, result.needs_unread)
    yield from paragraph(f"{needs}; {who_can_show(result)}", width, indent=2)
    if result.scopes_expected:
        yield f"  scopes read {result.scopes_read:,} of {result.scopes_expected:,}"
    for detail in (result.exclusion_detail, result.note):
        if detail:
            yield from paragraph(detail, width, indent=2)
    yield from _place(opened, shown, width)


def _place(opened: Opened, shown: list[Shown], width: int) -> Iterator[str]:
    """Which assessment, and where the kept pages lie that are named below."""
    assessment = opened.assessment
    if marked := mark(assessment.environment, assessment.hosts):
        yield from paragraph(marked, width)
    for why in assessment.page_one.what_if:
        yield from paragraph(why, width, first=f"{NOTES['what_if']}: ")
    yield from paragraph(f"As of {assessment.as_of}; assessment {assessment.assessment_id}", width, indent=2)
    named = {found.run_id for item in shown for found in item.around.found.values()}
    for run in (run for at, run in enumerate(opened.runs) if at == 0 or run.run_id in named):
        yield from paragraph(
            f"run {run.run_id}: its kept pages lie in {opened.vault.path}/runs/{run.run_id}", width, indent=2
        )
    here = {run.run_id for run in opened.runs}
    for missing in (run for run in assessment.run_ids if run not in here):
        yield from paragraph(f"run {missing} is not in this vault: its records cannot be shown", width, indent=2)


def _needs(result: ControlResult, width: int, *, everything: bool) -> Iterator[str]:
    if not result.needs:
        yield "Needs: none are written down for this control yet."
        return
    yield "Needs"
    columns = [
        Column(title="State"),
        Column(title="What must be shown", least=30, wrap=_LINES),
        Column(title="By", least=16, most=28, wrap=_LINES),
    ]
    yield from table(columns, [_need_row(need) for need in result.needs], width, indent=2)
    yield from systems.lines(result.needs, width, everything=everything)


def _need_row(need: NeedResult) -> list[str]:
    why = "; ".join(part for part in (say(need.reason) if need.reason else "", spoken(need.detail or "")) if part)
    document = f"document: {need.document}" if need.document else ""
    by = "\n".join(part for part in (", ".join(need.rules), document) if part) or need.supplied_by
    return [say(need.state), "\n".join(part for part in (need.says, why) if part), by]


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
    steps += list(
        dict.fromkeys(f"Read what was not seen: {spot.cure.removeprefix('cure: ')}" for spot in blind if spot.cures)
    )
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
