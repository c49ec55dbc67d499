"""The gap summary as values: grouped, folded and ordered once, for every format that shows it.

Nothing is decided here. Each group says how many cases it stands for, so that folding hides no count.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from annexa.mappings.catalogue import sort_key
from annexa.mappings.results import Assessment, BlindSpot, ControlResult, Finding, RuleResult
from annexa.schemas.words import Change, Criterion, Reason, Severity, Status, UnknownReason


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
    """Of its findings, those that a valid exception covers."""
    findings: int
    not_observed: str | None
    """The earliest day on which a case was last seen, where one was not seen again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blind:
    """What stayed unread for one reason, in one or many scopes: one call, or several with the same cause."""

    source: str
    whats: tuple[str, ...]
    """The permissions that are missing, or the calls."""
    reason: Reason
    details: tuple[str, ...]
    cures: tuple[str, ...]
    """Empty: no cure is known."""
    scopes: tuple[str, ...]
    subjects: tuple[str, ...]
    rules: tuple[str, ...]
    controls: tuple[str, ...]
    limitation: str | None

    @property
    def cure(self) -> str:
        """What to do about it, in a phrase; further cures differ from the first in names only."""
        if self.limitation:
            return f"limitation: {self.limitation}"
        if not self.cures:
            return "no cure is known"
        more = f" (and {len(self.cures) - 1} like it)" if len(self.cures) > 1 else ""
        return f"cure: {self.cures[0].rstrip('.')}{more}"


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
    broken: tuple[Broken, ...]
    accepted: tuple[Broken, ...]
    below: tuple[Broken, ...]
    undecided: tuple[RuleResult, ...]
    """Rules that have no criterion at all, neither yours nor ours."""
    themes: tuple[Theme, ...]
    changes: dict[Change, int]
    """Findings by what became of them since the assessment before."""


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
        broken=tuple(row for row in own if not _all_accepted(row)),
        accepted=tuple(row for row in own if _all_accepted(row)),
        below=_rows(assessment, by_rule, own=False),
        undecided=tuple(rule for rule in assessment.rules if rule.reason is UnknownReason.CRITERION_UNSET),
        themes=_themes(assessment.controls),
        changes={change: count for change in Change if (count := sum(item.change is change for item in found))},
    )


def worst_first(row: Broken) -> tuple[int, float, int, object, str]:
    """Order of broken rules: severity, then how systemic, then how many, then the control."""
    share = row.failed / row.of if row.of else 1.0
    return list(Severity).index(row.severity), -share, -row.failed, sort_key(row.control), row.rule


def _all_accepted(row: Broken) -> bool:
    return row.findings > 0 and row.accepted == row.findings


def _rows(assessment: Assessment, findings: dict[str, list[Finding]], *, own: bool) -> tuple[Broken, ...]:
    rows = (
        _row(rule, [item for item in findings.get(rule.rule, []) if _is_own(item) is own], failed)
        for rule in assessment.rules
        if (failed := rule.fails_own_rule if own else rule.fails_default)
    )
    return tuple(sorted(rows, key=worst_first))


def _is_own(finding: Finding) -> bool:
    return finding.criterion is not Criterion.ANNEXA_DEFAULT


def _row(rule: RuleResult, findings: list[Finding], failed: int) -> Broken:
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
        accepted=sum(item.status is Status.GAP_ACCEPTED for item in findings),
        findings=len(findings),
        not_observed=min(unseen)[:10] if unseen else None,
    )


def fold(spots: Iterable[BlindSpot]) -> tuple[Blind, ...]:
    """Fold the same call, unread for the same reason, over its scopes; what hides most controls comes first."""
    single = (_blind(spot) for spot in spots)
    return _merged(single, lambda one: (one.source, one.whats, one.reason, bool(one.cures), one.limitation))


def by_cause(blind: Iterable[Blind]) -> tuple[Blind, ...]:
    """Fold further: different calls of a source with the same reason and the same cure have one cause."""
    return _merged(blind, lambda one: (one.source, one.reason, one.cures or one.whats, one.limitation))


def _blind(spot: BlindSpot) -> Blind:
    return Blind(
        source=spot.source,
        whats=(spot.permission or spot.call or spot.detail,),
        reason=spot.reason,
        details=(spot.detail,) if spot.detail else (),
        cures=(spot.cure,) if spot.cure else (),
        scopes=(spot.scope,),
        subjects=(spot.subject,) if spot.subject else (),
        rules=spot.rules,
        controls=spot.controls,
        limitation=spot.limitation,
    )


def _merged(blind: Iterable[Blind], key: Callable[[Blind], Hashable]) -> tuple[Blind, ...]:
    groups: dict[Hashable, list[Blind]] = {}
    for one in blind:
        groups.setdefault(key(one), []).append(one)
    return tuple(sorted((_union(group) for group in groups.values()), key=_gravest_first))


def _union(group: list[Blind]) -> Blind:
    united = {
        name: tuple(sorted({part for one in group for part in getattr(one, name)}))
        for name in ("whats", "details", "cures", "scopes", "subjects", "rules")
    }
    controls = tuple(sorted({control for one in group for control in one.controls}, key=sort_key))
    return replace(group[0], controls=controls, **united)  # type: ignore[arg-type]


def _gravest_first(blind: Blind) -> tuple[bool, bool, int, int, str, tuple[str, ...]]:
    unconnected = blind.reason is Reason.NOT_CONNECTED
    return (
        not unconnected,
        blind.limitation is not None,
        -len(blind.controls),
        -len(blind.rules),
        blind.source,
        blind.whats,
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
