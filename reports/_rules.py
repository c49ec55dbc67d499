"""One rule as text: its result, its counts, the items that ask for attention, what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from annexa.mappings.results import InPeriod, ItemResult, RuleResult
from annexa.mappings.rule import Rule
from annexa.reports import _items
from annexa.reports._text import paragraph
from annexa.reports.blind import Blind, by_cause, fold
from annexa.reports.opened import Opened
from annexa.reports.words import number, say
from annexa.schemas.words import Change, Verdict

FEW_ITEMS = 10
FEW_SCOPES = 4
ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SHOWN, Verdict.PASS)
"""What asks for attention comes first."""
_SETTLES = ("decision", "parameter", "exception")
"""Kinds that can settle an item."""


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
    around: _items.Around
    blind: tuple[Blind, ...]


def gather(
    opened: Opened, results: Sequence[RuleResult], rules: dict[str, Rule], *, passing: int | None = None
) -> list[Shown]:
    """Collect what belongs to some rules in one pass over the items, and one over the records.

    At most `FEW_ITEMS` items of each rule are shown, at most `passing` of them passing ones; None: all items.
    """
    items: dict[str, list[ItemResult]] = {result.rule: [] for result in results}
    for item in opened.items(items):
        items[item.rule].append(item)
    chosen = {rule: _chosen(found, passing) for rule, found in items.items()}
    wanted = {name for shown in chosen.values() for item in shown for name in _items.references(item)}
    kinds = {kind for name in items if name in rules for kind in (rules[name].reads, *rules[name].joins)}
    latest = opened.runs[0].run_id if opened.runs else None
    around = _items.Around(found=opened.records(wanted, {*kinds, *_SETTLES}), findings={}, latest=latest)
    return [
        _shown(opened, result, rules.get(result.rule), items[result.rule], chosen[result.rule], around)
        for result in results
    ]


def lines(shown: Shown, width: int, *, blind: bool) -> Iterator[str]:
    """The rule as text; with `blind`, its blind spots in full."""
    result = shown.result
    outcome = say(result.result) + (f" ({say(result.reason)})" if result.reason else "")
    yield from paragraph(f"{result.rule} {result.title}: {outcome}", width)
    if shown.rule:
        yield from paragraph(shown.rule.statement, width, indent=2)
    yield from paragraph(_proof(result), width, indent=2)
    yield from paragraph(_counts(result), width, indent=2)
    if result.in_period is not None:
        yield from paragraph(_over(result.in_period), width, indent=2)
    if result.missing_scopes:
        yield from paragraph(_some(result.missing_scopes), width, indent=2, first="Scopes not read: ")
    if shown.around.criterion:
        yield from paragraph(shown.around.criterion, width, indent=2, first="Criterion: ")
    for item in shown.items:
        yield from _items.lines(item, shown.around, width)
    if shown.left:
        left = ", ".join(f"{count:,} {say(verdict)}" for verdict, count in shown.left.items())
        more = "add --all" if blind else f"annexa explain {result.rule} --all"
        yield f"    not shown here: {left}; {more}"
    for spot in shown.blind if blind else ():
        yield from blind_lines(spot, width, indent=2)
    yield from _remedy(shown, width)


def blind_lines(blind: Blind, width: int, *, indent: int = 0) -> Iterator[str]:
    """What stayed unread for one cause, where, and its cure."""
    yield from paragraph(f"{', '.join(blind.whats)}: {say(blind.reason)}", width, indent=indent, first="Blind spot: ")
    yield from paragraph(f"{blind.source} {_some(blind.scopes)}", width, indent=indent + 2, first="in ")
    if blind.subjects:
        yield from paragraph(_some(blind.subjects), width, indent=indent + 2, first="items: ")
    for detail in blind.details[:1]:
        yield from paragraph(detail, width, indent=indent + 2)
    yield from paragraph(blind.cure, width, indent=indent + 2)


def _some(names: Sequence[str]) -> str:
    more = f", and {len(names) - FEW_SCOPES} more" if len(names) > FEW_SCOPES else ""
    return ", ".join(names[:FEW_SCOPES]) + more


def _chosen(items: list[ItemResult], passing: int | None) -> list[ItemResult]:
    ranked = sorted(items, key=lambda item: (ORDER.index(item.verdict), item.source, item.scope, item.subject))
    if passing is None:
        return ranked
    good = [item for item in ranked if item.verdict is Verdict.PASS]
    return [*(item for item in ranked if item.verdict is not Verdict.PASS), *good[:passing]][:FEW_ITEMS]


def _shown(
    opened: Opened,
    result: RuleResult,
    rule: Rule | None,
    items: list[ItemResult],
    chosen: list[ItemResult],
    around: _items.Around,
) -> Shown:
    left = {verdict: sum(item.verdict is verdict for item in items) for verdict in ORDER}
    for item in chosen:
        left[item.verdict] -= 1
    spots = [spot for spot in opened.assessment.blind_spots if spot.id in result.blind_spots]
    live = (item for item in opened.findings if item.rule == result.rule and item.change is not Change.RESOLVED)
    held = {_items.criterion(item, around.found) for item in chosen}
    return Shown(
        result=result,
        rule=rule,
        items=tuple(chosen),
        left={verdict: count for verdict, count in left.items() if count},
        around=replace(
            around,
            findings={item.subject_uid: item for item in live},
            criterion=held.pop() if len(held) == 1 else None,
        ),
        blind=by_cause(fold(spots)),
    )


def _proof(result: RuleResult) -> str:
    parts = [f"severity {say(result.severity)}", f"proof by {say(result.strength)}"]
    if result.weakest_basis:
        parts.append(f"weakest basis {say(result.weakest_basis)}")
    if result.disabled:
        parts.append("switched off by the organisation")
    if result.stale:
        parts.append("the evidence is stale")
    parts += [f"{name} {_plain(value)}" for name, value in sorted(result.parameters.items())]
    return "; ".join(parts)


def _over(period: InPeriod) -> str:
    """How it fared over the period, in counts."""
    if not period.observed:
        return f"in the period: observed 0 of {number(period.days, 'day')}"
    failed = f"failed on {period.failed}" + (f", closed on {period.closed}" if period.closed else "")
    seen = f"observed {period.observed} of {number(period.days, 'day')}, {period.first} to {period.last}"
    return f"in the period: {seen}; {failed}; longest stretch unobserved {number(period.longest_gap, 'day')}"


def _plain(value: object) -> str:
    """A parameter's value for people."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in sorted(value.items()) if inner is not None)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "not set" if value is None else str(value)


def _counts(result: RuleResult) -> str:
    counts = result.counts
    by_verdict = zip(ORDER, (counts.failed, counts.unknown, counts.shown, counts.passed), strict=True)
    told = [f"{count:,} {say(verdict)}" for verdict, count in by_verdict if count]
    parts = [f"{number(counts.items, 'item')}" + (f": {', '.join(told)}" if told else "")]
    if counts.expected_scopes:
        parts.insert(0, f"scopes read {counts.read_scopes:,} of {counts.expected_scopes:,}")
    if counts.not_applicable_scopes:
        parts.append(f"{number(counts.not_applicable_scopes, 'scope')} not applicable, with proof")
    if counts.outside:
        parts.append(f"{counts.outside:,} of another ISMS, shown apart")
    if counts.not_required:
        parts.append(f"{counts.not_required:,} not required by a decision")
    return "; ".join(parts)


def _remedy(shown: Shown, width: int) -> Iterator[str]:
    finding, rule = next(iter(shown.around.findings.values()), None), shown.rule
    if finding is not None:
        remedy: dict[str, str | None] = finding.remedy
        who = f"{remedy['role']} ({finding.owner_role})" if remedy.get("role") else finding.owner_role
        told: list[tuple[str, str | None]] = [("", remedy.get("do")), ("where: ", remedy.get("where"))]
        told += [("who: ", who), ("side effect: ", remedy.get("side_effect"))]
        said = "; ".join(f"{name}{text.rstrip('.')}" for name, text in told if text)
        yield from paragraph(said, width, indent=2, first="What to do: ")
    says = finding.does_not_show if finding else rule.does_not_show if rule else None
    if says:
        yield from paragraph(says, width, indent=2, first="It does not show: ")
