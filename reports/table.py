"""The gap summary for a terminal: headline, blind spots, what is broken, where no rule is set, statuses by theme.

Invariants: no line is wider than asked; folded and left-out rows are counted; never a percentage, never a score.
"""

from collections.abc import Iterator, Mapping, Sequence

from annexa.reports._text import Column, clean, cut, paragraph, table
from annexa.reports.blind import UNCONNECTED, Blind, Untold, by_cause
from annexa.reports.statuses import by_theme, every_control
from annexa.reports.summary import Broken, Summary
from annexa.reports.words import HEADLINE, NOTES, number, say
from annexa.schemas.words import Change, Environment

FEW = {"blind": 5, "untold": 3, "broken": 8, "below": 4, "undecided": 2}
"""How many rows of each section the one-screen form shows; the rest is counted."""
_MANY = 99
_NAMED = 4
"""Rules or controls that are named in a sentence; more are counted."""
NOTE_LINES = 2
"""Lines that a note on page one may have there."""
ALL = "annexa gaps --all"


def render(summary: Summary, width: int, *, everything: bool = False) -> str:
    """The whole text; `everything` leaves nothing out and wraps instead of cutting."""
    parts = [
        _head(summary, width, everything),
        _blind(summary, width, everything),
        _broken(summary, width, everything),
        _no_rule(summary, width, everything),
        _statuses(summary, width, everything),
    ]
    return "\n".join("\n".join(part) + "\n" for part in (list(part) for part in parts) if part)


SOME_HOSTS = 4
"""So many hosts are named in the mark; the JSON names all."""


def mark(environment: Environment, hosts: Sequence[str]) -> str | None:
    """The line that every output of evidence from elsewhere than the vendor carries."""
    more = f" and {len(hosts) - SOME_HOSTS} more" if len(hosts) > SOME_HOSTS else ""
    where = f" (hosts: {', '.join(hosts[:SOME_HOSTS]) or 'none'}{more})"
    if environment is Environment.SANDBOX:
        return "SANDBOX: a make-believe company answered, no vendor did" + where
    return (
        "NON-VENDOR: not the vendor's own endpoints answered" + where if environment is not Environment.VENDOR else None
    )


def during(period: Mapping[str, str]) -> str:
    """A period and on how many of its days anything was observed: what nobody looked at proves nothing."""
    return f"{period['from']} to {period['until']}: observed {period['observed_days']} of {period['days']} days"


def _head(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    assessment = summary.assessment
    yield cut(clean(f"{assessment.organisation.name}, ISMS {assessment.isms}, as of {assessment.as_of}"), width)
    yield from _marks(summary, width, everything)
    yield ""
    yield from _headline(summary, width)
    clauses = sum(control.theme == "clauses" for control in assessment.controls)
    shown = number(len(assessment.controls) - clauses, "control") + (
        f" and {number(clauses, 'clause')}" if clauses else ""
    )
    yield f"Each number counts controls, of {shown}"
    if assessment.period:
        yield f"Period {during(assessment.period)}"
    yield cut(_changes(summary), width)


def _headline(summary: Summary, width: int) -> list[str]:
    """The six counts in a row, or one under the other where the screen is too narrow."""
    counts = [f"{getattr(summary.assessment.headline, name):,}" for name in HEADLINE]
    row = table([Column(title=title, right=True) for title in HEADLINE.values()], [counts], width)
    if len(row[1]) <= width:
        return row
    return [f"{count:>7}  {title}" for count, title in zip(counts, HEADLINE.values(), strict=True)]


def _marks(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    assessment = summary.assessment
    lines = [mark(assessment.environment, assessment.hosts)]
    if not assessment.complete:
        lines.append("Not every planned source could be asked: what is missing stands under the blind spots")
    errors = "; ".join(assessment.internal_errors)
    lines.append(f"Errors of annexa itself ({len(assessment.internal_errors)}): {errors}" if errors else None)
    for name, title in NOTES.items():
        notes: tuple[str, ...] = getattr(assessment.page_one, name)
        lines.append(f"{title} ({len(notes)}): {'; '.join(notes)}" if notes else None)
    for line in lines:
        if line:
            whole = paragraph(line, width)
            few = everything or len(whole) <= NOTE_LINES
            yield from whole if few else [*whole[: NOTE_LINES - 1], cut(f"{whole[NOTE_LINES - 1]} …", width)]


def _changes(summary: Summary) -> str:
    changes = summary.changes
    resolved = changes.get(Change.RESOLVED, 0)
    told = [f"{count} {say(change)}" for change, count in changes.items() if change is not Change.RESOLVED]
    unknown = summary.untold_changes
    told += [f"{unknown} with no run to compare"] if unknown else []
    still_open = sum(changes.values()) - resolved + unknown
    return f"Findings: {still_open} open ({', '.join(told) or 'none'}), {resolved} {say(Change.RESOLVED)}"


def _blind(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    if summary.blind:
        yield from _blind_table(summary.blind, width, everything)
    elif summary.untold:
        yield "Blind spots: none; nothing that was asked was refused"
    else:
        yield "Blind spots: none; everything that a rule needed was read"
    shown = summary.untold if everything else summary.untold[: FEW["untold"]]
    for row in shown:
        yield from paragraph(untold(row, everything=everything), width, first="Not known all the same: ")
    yield from _rest(len(summary.untold) - len(shown), "reason")


def untold(row: Untold, *, everything: bool) -> str:
    """Why something is not known although nothing was refused, and what waits for it."""
    rules = f"{', '.join(row.rules)} for " if row.rules and (everything or len(row.rules) <= _NAMED) else ""
    rules = rules or (f"{number(len(row.rules), 'rule')} for " if row.rules else "a document for ")
    named = row.controls if everything else row.controls[:_NAMED]
    more = f" and {number(len(row.controls) - len(named), 'more control')}" if len(row.controls) > len(named) else ""
    return f"{say(row.reason)}: {rules}{', '.join(named)}{more}"


def _blind_table(rows: Sequence[Blind], width: int, everything: bool) -> Iterator[str]:
    yield f"Blind spots: {number(len(rows), 'call')} that a control needed; what is unread is never fine"
    columns = [
        Column(title="Not seen, why, and its cure", least=30, wrap=_MANY if everything else 3),
        Column(title="Where", least=18, most=28, keep="end"),
        Column(title="Controls", least=12, most=_MANY if everything else 16, wrap=_MANY if everything else 1),
    ]
    causes = rows if everything else by_cause(rows)
    shown = causes if everything else causes[: FEW["blind"]]
    yield from table(columns, [_blind_row(row, everything) for row in shown], width)
    yield from _rest(sum(len(row.whats) for row in causes[len(shown) :]), "unread call")


def _blind_row(row: Blind, everything: bool) -> list[str]:
    places, kind = (row.subjects, "item") if row.subjects else (row.scopes, "scope")
    where = (
        [*places]
        if everything
        else [*places[:1], *([f"and {number(len(places) - 1, f'more {kind}')}"] if places[1:] else [])]
    )
    named = row.controls if everything else row.controls[:2]
    controls = ", ".join(named) + (f" +{len(row.controls) - len(named)}" if len(row.controls) > len(named) else "")
    unit = ("service in use", "services in use") if row.source == UNCONNECTED else ("call", "calls")
    calls = f"{number(len(row.whats), *unit)}: " if len(row.whats) > 1 or row.source == UNCONNECTED else ""
    return [
        f"{calls}{', '.join(row.whats)}\n{say(row.reason)}; {row.cure}",
        "\n".join((row.source, *where)),
        f"{controls}\n{number(len(row.rules), 'rule')}",
    ]


def _broken(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    rows = summary.broken
    yield (
        f"Breaks your own rule: {number(len(rows), 'rule')}, worst first"
        if rows
        else "Breaks your own rule: nothing seen"
    )
    if rows:
        columns = [
            Column(title="Severity"),
            Column(title="Control"),
            Column(title="Rule"),
            Column(title="What does not hold, and who does what", least=30, wrap=_MANY if everything else 1),
            Column(title="Cases", right=True),
        ]
        shown = rows if everything else rows[: FEW["broken"]]
        yield from table(columns, [_broken_row(row) for row in shown], width)
        yield from _rest(len(rows) - len(shown), "rule")
    for row in summary.accepted:
        yield cut(f"Accepted by exception: {row.control} {row.rule} {row.title}, {_cases(row)}", width)


def _broken_row(row: Broken) -> list[str]:
    do = f"{row.owner}: {row.do}" if row.do else "folded under the finding of another rule about the same subject"
    notes = [f"{row.accepted} accepted by exception"] if row.accepted else []
    notes += [f"not observed again since {row.not_observed}"] if row.not_observed else []
    what = "\n".join(filter(None, (row.title, do, "; ".join(notes))))
    return [say(row.severity), row.control, row.rule, what, _cases(row)]


def _cases(row: Broken) -> str:
    return f"{row.failed:,} of {max(row.of, row.failed):,}"


def _no_rule(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    if not summary.below and not summary.undecided:
        return
    yield f"No rule set, decide: {number(len(summary.below) + len(summary.undecided), 'rule')}"
    columns = [
        Column(title="Control"),
        Column(title="Rule"),
        Column(title="What is undecided", least=25),
        Column(title="Decide", least=16),
        Column(title="Cases", right=True),
    ]
    below = summary.below if everything else summary.below[: FEW["below"]]
    undecided = summary.undecided if everything else summary.undecided[: FEW["undecided"]]
    rows = [[row.control, row.rule, row.title, row.criterion or "your own rule", _cases(row)] for row in below]
    rows += [[rule.control, rule.rule, rule.title, "your own rule", "–"] for rule in undecided]
    yield from table(columns, rows, width)
    yield from _rest(len(summary.below) + len(summary.undecided) - len(rows), "rule")


def _statuses(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    yield from every_control(summary, width) if everything else by_theme(summary, width)
    yield ""
    if not everything:
        yield f"Every control with its needs: {ALL}"
    yield cut("Why a control has its status, down to records and kept pages: annexa explain A.8.15", width)


def _rest(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"and {number(count, f'more {noun}')}: {ALL}"
