"""The gap summary for a terminal: headline, blind spots, what is broken, where no rule is set, statuses by theme.

Invariants: no line is wider than asked; folded and left-out rows are counted; never a percentage, never a score.
"""

from collections.abc import Iterator, Sequence

from annexa.mappings.results import ControlResult
from annexa.reports._text import Column, clean, cut, paragraph, table
from annexa.reports.summary import Blind, Broken, Summary, Theme
from annexa.reports.words import HEADLINE, NOTES, needs_line, number, say
from annexa.schemas.words import Change, Environment, ExclusionNote, Status

FEW = {"blind": 6, "broken": 10, "below": 5, "undecided": 3}
"""How many rows of each section the one-screen form shows; the rest is counted."""
ALL = "annexa gaps --all"


def render(summary: Summary, width: int, *, everything: bool = False) -> str:
    """The whole text; `everything` leaves nothing out and wraps instead of cutting."""
    parts = [
        _head(summary, width, everything),
        _blind(summary.blind, width, everything),
        _broken(summary, width, everything),
        _no_rule(summary, width, everything),
        _statuses(summary, width, everything),
    ]
    return "\n".join("\n".join(part) + "\n" for part in (list(part) for part in parts) if part)


def mark(environment: Environment, hosts: Sequence[str]) -> str | None:
    """The line that every output of evidence from elsewhere than the vendor carries."""
    where = f" (hosts: {', '.join(hosts) or 'none'})"
    if environment is Environment.SANDBOX:
        return "SANDBOX: a make-believe company answered, no vendor did" + where
    return "NON-VENDOR: not the vendor's own endpoints answered" + where if environment is not Environment.VENDOR else None


def status_words(control: ControlResult) -> str:
    """A control's status with what belongs to it: its reason, note or weakest strength."""
    detail: str | None = None
    if control.reason is not None:
        detail = say(control.reason)
    elif control.exclusion not in (None, ExclusionNote.VERIFIED) or control.status is Status.EXCLUDED:
        detail = say(control.exclusion) if control.exclusion else None
    elif control.status is Status.SUPPORTED and control.weakest_strength is not None:
        detail = f"weakest {say(control.weakest_strength).split(':')[0]}"
    return f"{say(control.status)}, {detail}" if detail else say(control.status)


def _head(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    assessment = summary.assessment
    yield cut(clean(f"{assessment.organisation.name}, ISMS {assessment.isms}, as of {assessment.as_of}"), width)
    yield from _marks(summary, width, everything)
    yield ""
    counts = [f"{getattr(assessment.headline, name):,}" for name in HEADLINE]
    yield from table([Column(title=title, right=True) for title in HEADLINE.values()], [counts], width)
    clauses = sum(control.theme == "clauses" for control in assessment.controls)
    shown = number(len(assessment.controls) - clauses, "control") + (f" and {number(clauses, 'clause')}" if clauses else "")
    yield cut(f"Counted in controls, of {shown}. {_changes(summary)}".rstrip(), width)


def _marks(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    assessment = summary.assessment
    lines = [mark(assessment.environment, assessment.hosts)]
    if not assessment.complete:
        lines.append("Not every planned source could be asked: what is missing stands under the blind spots")
    if assessment.internal_errors:
        lines.append(f"Errors of annexa itself ({len(assessment.internal_errors)}): {'; '.join(assessment.internal_errors)}")
    for name, title in NOTES.items():
        notes: tuple[str, ...] = getattr(assessment.page_one, name)
        lines.append(f"{title} ({len(notes)}): {'; '.join(notes)}" if notes else None)
    for line in lines:
        if line:
            yield from paragraph(line, width) if everything else [cut(clean(line), width)]


def _changes(summary: Summary) -> str:
    total = sum(count for change, count in summary.changes.items() if change is not Change.RESOLVED)
    told = [f"{count} {say(change)}" for change, count in summary.changes.items() if change is not Change.UNCHANGED]
    return f"{number(total, 'finding')}" + (f": {', '.join(told)}" if told else "") if summary.changes else "No finding."


def _blind(rows: Sequence[Blind], width: int, everything: bool) -> Iterator[str]:
    if not rows:
        yield "Blind spots: none; everything that a rule needed was read"
        return
    yield f"Blind spots: {len(rows)} that a control needed; what is unread is never fine"
    columns = [
        Column(title="Source"),
        Column(title="Not seen, why, and its cure", least=30),
        Column(title="Where", least=18, keep="end"),
        Column(title="Controls", least=12),
    ]
    shown = rows if everything else rows[: FEW["blind"]]
    yield from table(columns, [_blind_row(row) for row in shown], width)
    yield from _rest(len(rows) - len(shown), "blind spot")


def _blind_row(row: Blind) -> list[str]:
    cure = f"limitation: {row.limitation}" if row.limitation else f"cure: {row.cure}" if row.cure else "no cure is known"
    places, kind = (row.subjects, "item") if row.subjects else (row.scopes, "scope")
    where = [number(len(places), kind), f"{places[0]}, and more"] if len(places) > 1 else [*places]
    controls = ", ".join(row.controls[:2]) + (f" +{len(row.controls) - 2}" if len(row.controls) > 2 else "")
    return [
        row.source,
        f"{row.what}: {say(row.reason)}\n{cure}",
        "\n".join(reversed(where)),
        f"{controls}\n{number(len(row.rules), 'rule')}",
    ]


def _broken(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    rows = summary.broken
    yield f"Breaks your own rule: {number(len(rows), 'rule')}, worst first" if rows else "Breaks your own rule: nothing seen"
    if rows:
        columns = [
            Column(title="Severity"),
            Column(title="Control"),
            Column(title="Rule"),
            Column(title="What does not hold, and who does what", least=30),
            Column(title="Cases", right=True),
        ]
        shown = rows if everything else rows[: FEW["broken"]]
        yield from table(columns, [_broken_row(row) for row in shown], width)
        yield from _rest(len(rows) - len(shown), "rule")
    for row in summary.accepted:
        yield cut(f"Accepted by exception: {row.control} {row.rule} {row.title}, {_cases(row)}", width)


def _broken_row(row: Broken) -> list[str]:
    do = f"{row.owner}: {row.do}" if row.do else "folded under the finding of another rule about the same subject"
    notes = [f"{row.accepted} accepted"] if row.accepted else []
    notes += [f"seen {row.not_observed}"] if row.not_observed else []
    return [say(row.severity), row.control, row.rule, f"{row.title}\n{do}", "\n".join([_cases(row), *notes])]


def _cases(row: Broken) -> str:
    return f"{row.failed:,} of {max(row.of, row.failed):,}"


def _no_rule(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    if not summary.below and not summary.undecided:
        return
    yield f"No rule set, decide: {number(len(summary.below) + len(summary.undecided), 'rule')}"
    columns = [
        Column(title="Control"),
        Column(title="Rule"),
        Column(title="What does not hold by a default of annexa", least=25),
        Column(title="Decide", least=16),
        Column(title="Cases", right=True),
    ]
    below = summary.below if everything else summary.below[: FEW["below"]]
    undecided = summary.undecided if everything else summary.undecided[: FEW["undecided"]]
    rows = [[row.control, row.rule, row.title, row.criterion or "your own rule", _cases(row)] for row in below]
    rows += [[rule.control, rule.rule, rule.title, "your own rule: annexa has no default", "–"] for rule in undecided]
    yield from table(columns, rows, width)
    yield from _rest(len(summary.below) + len(summary.undecided) - len(rows), "rule")


def _statuses(summary: Summary, width: int, everything: bool) -> Iterator[str]:
    yield "Statuses by theme"
    for theme in summary.themes:
        yield ""
        yield from _theme(theme, width, everything)
    yield ""
    left = "" if everything else f"All controls: {ALL}. "
    yield cut(f"{left}Why a control has its status: annexa explain A.8.15", width)


def _theme(theme: Theme, width: int, everything: bool) -> Iterator[str]:
    counts = ", ".join(f"{count} {say(status)}" for status, count in theme.statuses.items())
    needs = needs_line(theme.met, theme.counted, theme.failed, theme.unread)
    yield cut(f"{theme.id.capitalize()} ({len(theme.controls)}): {counts}", width)
    yield cut(f"  {needs}", width)
    told = [control for control in theme.controls if everything or control.status is not Status.NOT_ASSESSED]
    if told:
        columns = [
            Column(title="Control"),
            Column(title="Title", least=22),
            Column(title="Status", least=20),
            Column(title="Needs"),
            Column(title="Systems show", right=True),
            Column(title="Scopes read", right=True),
        ]
        yield from table(columns, [_control_row(control) for control in told], width, indent=2)


def _control_row(control: ControlResult) -> list[str]:
    needs = f"met {control.needs_met} of {control.needs_counted}, failed {control.needs_failed}, unread {control.needs_unread}"
    return [
        control.ref,
        control.title,
        status_words(control),
        needs if control.needs_counted else "–",
        f"{control.systems_can_show} of {len(control.needs)}" if control.needs else "–",
        f"{control.scopes_read} of {control.scopes_expected}" if control.scopes_expected else "–",
    ]


def _rest(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"and {number(count, f'more {noun}')}: {ALL}"
