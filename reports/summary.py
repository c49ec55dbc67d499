"""The gap summary as values: grouped, folded and ordered once, for every format that shows it.

Nothing is decided here. Each group says how many cases it stands for, so that folding hides no count.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from annexa.mappings.catalogue import sort_key
from annexa.mappings.results import Assessment, ControlResult, Finding, RuleResult
from annexa.reports.blind import Blind, Untold, fold, untold
from annexa.schemas.words import Change, Criterion, Severity, Status, UnknownReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """One rule that items violate, with what to do about it."""

    rule: str
    title: str
    control: str
    severity: Severity
    failed: int
    """Items that violate it, against the criterion this row is about."""
    of: int
    """Items that it judged."""
    do: str | None
    """The remedy; None where the cases are folded under another rule's finding."""
    owner: str | None
    """The role that can act."""
    criterion: str | None
    """The decision or parameter that settled it, where it is one for all its cases."""
    accepted: int
    """Of the cases, those that a valid exception covers."""
    findings: int
    not_observed: str | None
    """The earliest day on which a case was last seen, where one was not seen again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """One group of controls with its counts."""

    id: str
    controls: tuple[ControlResult, ...]
    statuses: dict[Status, int]
    met: int
    counted: int
    failed: int
    unread: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Everything that a gap summary shows."""

    assessment: Assessment
    blind: tuple[Blind, ...]
    untold: tuple[Untold, ...]
    """Why controls count as not seen where no blind spot says it."""
    broken: tuple[Broken, ...]
    accepted: tuple[Broken, ...]
    below: tuple[Broken, ...]
    undecided: tuple[RuleResult, ...]
    """Rules that have no criterion at all, neither yours nor ours."""
    themes: tuple[Theme, ...]
    changes: dict[Change, int]
    """Findings by what became of them since the run before."""
    untold_changes: int
    """Open findings of which nobody can say what became of them: a run is missing."""


def summarise(assessment: Assessment, findings: Iterable[Finding]) -> Summary:
    """Group an assessment and its findings; `findings` may hold resolved ones, which break nothing."""
    found = list(findings)
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        if finding.change is not Change.RESOLVED:
            by_rule.setdefault(finding.rule, []).append(finding)
    own = _rows(assessment, by_rule, own=True)
    return Summary(
        assessment=assessment,
        blind=fold(assessment.blind_spots),
        untold=untold(assessment),
        broken=tuple(row for row in own if not _all_accepted(row)),
        accepted=tuple(row for row in own if _all_accepted(row)),
        below=_rows(assessment, by_rule, own=False),
        undecided=tuple(rule for rule in assessment.rules if rule.reason is UnknownReason.CRITERION_UNSET),
        themes=_themes(assessment.controls),
        changes={change: count for change in Change if (count := sum(item.change is change for item in found))},
        untold_changes=sum(item.change is None for item in found),
    )


def worst_first(row: Broken) -> tuple[int, float, int, object, str]:
    """Order of broken rules: severity, then how systemic, then how many, then the control."""
    share = row.failed / row.of if row.of else 1.0
    return list(Severity).index(row.severity), -share, -row.failed, sort_key(row.control), row.rule


def _all_accepted(row: Broken) -> bool:
    return row.accepted == row.failed


def _rows(assessment: Assessment, findings: dict[str, list[Finding]], *, own: bool) -> tuple[Broken, ...]:
    rows = (
        _row(rule, [item for item in findings.get(rule.rule, []) if _is_own(item) is own], failed, own=own)
        for rule in assessment.rules
        if (failed := rule.fails_own_rule if own else rule.fails_default)
    )
    return tuple(sorted(rows, key=worst_first))


def _is_own(finding: Finding) -> bool:
    return finding.criterion is not Criterion.ANNEXA_DEFAULT


def _row(rule: RuleResult, findings: list[Finding], failed: int, *, own: bool) -> Broken:
    first = findings[0] if findings else None
    criteria = {item.criterion_ref for item in findings}
    unseen = [item.last_observed for item in findings if item.change is Change.NOT_OBSERVED]
    return Broken(
        rule=rule.rule,
        title=rule.title,
        control=rule.control,
        severity=rule.severity,
        failed=failed,
        of=rule.counts.passed + rule.counts.failed + rule.counts.unknown,
        do=first.remedy.get("do") if first else None,
        owner=first.owner_role if first else None,
        criterion=criteria.pop() if len(criteria) == 1 else None,
        accepted=rule.fails_accepted if own else 0,
        findings=len(findings),
        not_observed=min(unseen)[:10] if unseen else None,
    )


def _themes(controls: Iterable[ControlResult]) -> tuple[Theme, ...]:
    groups: dict[str, list[ControlResult]] = {}
    for control in sorted(controls, key=lambda control: sort_key(control.ref)):
        groups.setdefault(control.theme, []).append(control)
    return tuple(_theme(name, group) for name, group in groups.items())


def _theme(name: str, controls: list[ControlResult]) -> Theme:
    counted = Counter(control.status for control in controls)
    return Theme(
        id=name,
        controls=tuple(controls),
        statuses={status: counted[status] for status in Status if counted[status]},
        met=sum(control.needs_met for control in controls),
        counted=sum(control.needs_counted for control in controls),
        failed=sum(control.needs_failed for control in controls),
        unread=sum(control.needs_unread for control in controls),
    )
