"""The gap summary as Markdown, whole: every row, nothing cut, so that it can be filed and compared."""

import re
from collections.abc import Iterable, Iterator, Sequence

from annexa.reports._text import clean
from annexa.reports.blind import Blind
from annexa.reports.statuses import status_words, who_can_show
from annexa.reports.summary import Broken, Summary, Theme
from annexa.reports.table import during, mark, untold
from annexa.reports.words import HEADLINE, MEANING, NOTES, needs_line, number, say
from annexa.schemas.words import Environment, Status

_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""What could mean something; `_` inside a word cannot."""


def render(summary: Summary) -> str:
    """The whole document."""
    parts = [
        _head(summary),
        _headline(summary),
        _blind(summary),
        _broken(summary),
        _no_rule(summary),
        _statuses(summary),
        _foot(summary),
    ]
    return "\n\n".join("\n".join(part) for part in (list(part) for part in parts) if part) + "\n"


def escape(text: object) -> str:
    """Text from anywhere as plain words: no character of it means anything in Markdown or HTML."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", clean(text))


def rows(titles: Sequence[str], cells: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table; every cell is escaped."""
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * len(titles)}"
    for row in cells:
        yield f"| {' | '.join(escape(cell) for cell in row)} |"


def _head(summary: Summary) -> Iterator[str]:
    assessment = summary.assessment
    yield f"# Gap summary: {escape(assessment.organisation.name)}"
    yield ""
    if marked := mark(assessment.environment, assessment.hosts):
        yield f"> **{escape(marked)}**"
        yield ""
    yield f"- ISMS: {escape(assessment.isms)}"
    yield f"- As of: {assessment.as_of}"
    if assessment.period:
        yield f"- Period: {during(assessment.period)}"
    yield f"- Assessment: {assessment.assessment_id}, over {', '.join(assessment.run_ids)}"
    yield f"- Rules: version {escape(assessment.mapping_version)}, SHA-256 {assessment.mapping_sha256}"
    for name, title in NOTES.items():
        notes: tuple[str, ...] = getattr(assessment.page_one, name)
        if notes:
            yield f"- {title} ({len(notes)}): {'; '.join(escape(note) for note in notes)}"
    if not assessment.complete:
        yield "- Not every planned source could be asked."
    yield from (f"- Error of annexa itself: {escape(error)}" for error in assessment.internal_errors)


def _headline(summary: Summary) -> Iterator[str]:
    counts = [getattr(summary.assessment.headline, name) for name in HEADLINE]
    yield from rows(list(HEADLINE.values()), [counts])
    yield ""
    yield "Each number counts controls."


def _blind(summary: Summary) -> Iterator[str]:
    blind = summary.blind
    yield f"## Blind spots ({len(blind)})"
    yield ""
    if blind:
        titles = ("Source", "Not seen", "Why", "Where", "Controls", "Rules", "Cure")
        yield from rows(titles, [_blind_row(row) for row in blind])
    elif summary.untold:
        yield "None: nothing that was asked was refused."
    else:
        yield "None: everything that a rule needed was read."
    if summary.untold:
        yield ""
        yield "Not known all the same:"
        yield ""
        yield from (f"- {escape(untold(row, everything=True))}" for row in summary.untold)


def _blind_row(row: Blind) -> list[str]:
    where = ", ".join(row.scopes) + (f": {', '.join(row.subjects)}" if row.subjects else "")
    why = f"{say(row.reason)} ({'; '.join(row.details)})" if row.details else say(row.reason)
    cure = f"limitation: {row.limitation}" if row.limitation else "; ".join(row.cures) or "no cure is known"
    return [row.source, ", ".join(row.whats), why, where, ", ".join(row.controls), ", ".join(row.rules), cure]


def _broken(summary: Summary) -> Iterator[str]:
    yield f"## Breaks your own rule ({len(summary.broken)})"
    yield ""
    if not summary.broken:
        yield "Nothing seen."
    else:
        yield from _table(summary.broken)
    if summary.accepted:
        yield ""
        yield f"### Accepted by exception ({len(summary.accepted)})"
        yield ""
        yield from _table(summary.accepted)


def _table(broken: Sequence[Broken]) -> Iterator[str]:
    yield from rows(
        ("Severity", "Control", "Rule", "What does not hold", "Cases", "What to do", "Who", "Notes"),
        [
            (say(row.severity), row.control, row.rule, row.title, f"{row.failed} of {max(row.of, row.failed)}",
             row.do or "folded under another finding", row.owner or "–", _notes(row))
            for row in broken
        ],
    )  # fmt: skip


def _notes(row: Broken) -> str:
    notes = [f"{row.accepted} accepted by exception"] if row.accepted else []
    notes += [f"not observed again since {row.not_observed}"] if row.not_observed else []
    return ", ".join(notes) or "–"


def _no_rule(summary: Summary) -> Iterator[str]:
    count = len(summary.below) + len(summary.undecided)
    if not count:
        return
    yield f"## No rule set: decide ({count})"
    yield ""
    cells = [
        (
            row.control,
            row.rule,
            row.title,
            f"{row.failed} of {max(row.of, row.failed)}",
            row.criterion or "your own rule",
        )
        for row in summary.below
    ]
    cells += [(rule.control, rule.rule, rule.title, "–", "your own rule: no default") for rule in summary.undecided]
    yield from rows(("Control", "Rule", "What does not hold by a default of annexa", "Cases", "Decide"), cells)


def _statuses(summary: Summary) -> Iterator[str]:
    yield "## Statuses by theme"
    for theme in summary.themes:
        yield ""
        yield from _theme(theme)


def _theme(theme: Theme) -> Iterator[str]:
    yield f"### {theme.id.capitalize()} ({number(len(theme.controls), 'entry', 'entries')})"
    yield ""
    counts = ", ".join(f"{count} {say(status)}" for status, count in theme.statuses.items())
    yield f"{counts}; {needs_line(theme.met, theme.counted, theme.failed, theme.unread)}."
    yield ""
    yield from rows(
        ("Control", "Title", "Status", "Needs", "Who can show it", "Scopes read"),
        [
            (item.ref, item.title, status_words(item),
             needs_line(item.needs_met, item.needs_counted, item.needs_failed, item.needs_unread),
             who_can_show(item),
             f"{item.scopes_read} of {item.scopes_expected}" if item.scopes_expected else "–")
            for item in theme.controls
        ],
    )  # fmt: skip


def _foot(summary: Summary) -> Iterator[str]:
    yield "## What the words say"
    yield ""
    yield from (f"- **{say(status)}**: {MEANING[status]}." for status in Status)
    if summary.assessment.environment is not Environment.VENDOR:
        yield ""
        yield f"Environment: {say(summary.assessment.environment)}; this is no evidence about a vendor."
