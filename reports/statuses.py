"""The statuses of controls, by theme: short for a screen, or every control with its needs."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from annexa.mappings.results import ControlResult
from annexa.reports._text import Column, cut, grouped, paragraph, table
from annexa.reports.summary import Summary, Theme
from annexa.reports.words import needs_line, say, systems_line
from annexa.schemas.words import NeedState, NotAssessedReason, Status

_LINES = 9
"""Lines that one cell may take where nothing is cut."""


def status_words(control: ControlResult) -> str:
    """A control's status with what belongs to it: its reason, note or weakest strength."""
    detail = _detail(control)
    return f"{say(control.status)}, {detail}" if detail else say(control.status)


def who_can_show(control: ControlResult) -> str:
    """Who can show a control's needs; a need that only says that nothing is written down yet tells nothing of it."""
    written = [need for need in control.needs if need.state is not NeedState.NO_RULE_YET]
    return systems_line(control.systems_can_show if written else 0, len(control.needs) if written else 0)


def _detail(control: ControlResult) -> str | None:
    if control.reason is not None:
        return say(control.reason)
    if control.deviation is not None and control.status in (Status.INCOMPLETE, Status.STALE, Status.NOT_ASSESSED):
        return control.deviation
    if control.status is Status.SUPPORTED and control.weakest_strength is not None:
        return f"weakest {say(control.weakest_strength).split(':')[0]}"
    return say(control.exclusion) if control.exclusion is not None else None


def by_theme(summary: Summary, width: int) -> list[str]:
    """One row for each theme: which controls have which status, and the needs in counts."""
    columns = [
        Column(title="Theme"),
        Column(title="Statuses", least=30, wrap=2),
        Column(title="Needs"),
    ]
    return table(columns, [_theme_row(theme) for theme in summary.themes], width)


def _theme_row(theme: Theme) -> list[str]:
    needs = f"met {theme.met} of {theme.counted}" if theme.counted else "–"
    needs += f"\nfailed {theme.failed}\nunread {theme.unread}" if theme.met or theme.failed or theme.unread else ""
    statuses = (f"{say(status)} {count}: {_members(theme, status)}" for status, count in theme.statuses.items())
    return [f"{theme.id.capitalize()} ({len(theme.controls)})", "\n".join(statuses), needs]


def _members(theme: Theme, status: Status) -> str:
    """Which controls have the status; of those that were not assessed, only how many for which reason."""
    controls = [control for control in theme.controls if control.status is status]
    if status is Status.NOT_ASSESSED:
        reasons = Counter(control.reason for control in controls)
        return ", ".join(f"{say(reason)} {reasons[reason]}" for reason in NotAssessedReason if reasons[reason])
    return ", ".join(
        f"{control.ref} ({detail})" if (detail := _detail(control)) else control.ref for control in controls
    )


def every_control(summary: Summary, width: int) -> Iterator[str]:
    """One row for each control, under the counts of its theme; nothing is cut."""
    columns = [
        Column(title="Control"),
        Column(title="Statuses by theme", least=16, wrap=_LINES),
        Column(title="Status", least=10, wrap=_LINES),
        Column(title="Needs met"),
        Column(title="Systems", right=True),
    ]
    rows = [_control_row(control) for theme in summary.themes for control in theme.controls]
    groups = iter(grouped(columns, rows, width))
    yield from next(groups)
    for theme in summary.themes:
        counts = ", ".join(f"{count} {say(status)}" for status, count in theme.statuses.items())
        yield from paragraph(f"{theme.id.capitalize()}, {len(theme.controls)}: {counts}", width)
        if theme.counted:
            yield cut(f"  {needs_line(theme.met, theme.counted, theme.failed, theme.unread)}", width)
        yield from chain.from_iterable(islice(groups, len(theme.controls)))
    yield ""
    yield cut("Systems: of its needs, those that systems can show; people supply the rest.", width)


def _control_row(control: ControlResult) -> list[str]:
    status = status_words(control)
    if control.status is Status.INCOMPLETE and control.scopes_read < control.scopes_expected:
        status += f", scopes {control.scopes_read:,} of {control.scopes_expected:,}"
    needs = (
        f"{control.needs_met} of {control.needs_counted}, failed {control.needs_failed}, unread {control.needs_unread}"
    )
    return [
        control.ref,
        control.title,
        status,
        needs if control.needs_counted else "–",
        f"{control.systems_can_show} of {len(control.needs)}" if control.needs else "–",
    ]
