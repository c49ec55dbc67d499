"""What a control's status is: the first that applies, from its rules, its needs, its exclusion and the period.

The order is fixed: gap, gap accepted, excluded, below default, stale, supported, on file, incomplete, not assessed. An
exclusion never hides a failure, and nothing that was not read moves a status towards comfort.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from annexa.mappings.catalogue import Control
from annexa.mappings.deviation import Deviation, deviated
from annexa.mappings.exceptions import Exceptions
from annexa.mappings.exclusions import Exclusion
from annexa.mappings.needs import Given, Met, meet, recipe
from annexa.mappings.results import ControlResult
from annexa.mappings.rule import Need
from annexa.mappings.verdicts import Found
from annexa.schemas.words import (
    Criterion,
    NeedState,
    NotAssessedReason,
    Status,
    Strength,
    UnknownReason,
    UnmetReason,
    Verdict,
)

STRENGTHS = (Strength.REFUTE_ONLY, Strength.ATTESTED, Strength.DESIGN, Strength.OPERATING)
"""From the weakest to the strongest."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What all controls are judged with."""

    given: Given
    exceptions: Exceptions
    findings: Mapping[str, tuple[str, ...]]
    """Ids of the findings of each control."""


@dataclass(frozen=True, kw_only=True)
class Failures:
    """The failing items of a control's own rules."""

    own: int
    """Against the organisation's own or an inherent criterion, not covered by an exception."""
    accepted: int
    """The same, covered."""
    default: int
    """Against a default of ours."""

    @property
    def any(self) -> bool:
        """Whether anything fails."""
        return bool(self.own or self.accepted or self.default)


def assess(control: Control, exclusion: Exclusion | None, around: Around) -> ControlResult:
    """The result of one control."""
    given = around.given
    needs = _needs(control, given)
    met = [meet(need, control.id, given) for need in needs]
    mine = [one for one in given.found.values() if one.tally.rule.control == control.id]
    failures, deviation = _failures(mine, around.exceptions), deviated(mine, given.course)
    status = _status(control, exclusion, failures, met, deviation, given)
    counted = [one for one in met if one.counts]
    states = [one.result.state for one in met]
    excluded = exclusion if status is Status.EXCLUDED else None
    own = {name for need in needs for name in need.rules} | {one.tally.rule.id for one in mine}
    used = [given.found[name] for name in sorted(own) if name in given.found]
    expected = {place for one in used for place in one.coverage.expected}
    unread = {place for one in used for place in one.coverage.expected - one.coverage.read}
    strengths = {strength for one in met for strength in one.strengths}
    return ControlResult(
        ref=control.id,
        title=control.title,
        theme=control.theme,
        relevance=control.relevance,
        status=status,
        reason=_not_assessed(control, counted, given) if status is Status.NOT_ASSESSED else None,
        exclusion=excluded.note if excluded else None,
        exclusion_detail=excluded.detail if excluded else None,
        weakest_strength=next((word for word in STRENGTHS if word in strengths), None),
        needs=tuple(one.result for one in met),
        needs_met=states.count(NeedState.MET),
        needs_failed=states.count(NeedState.FAILED),
        needs_unread=states.count(NeedState.UNREAD),
        needs_counted=len(counted),
        scopes_read=len(expected - unread),
        scopes_expected=len(expected),
        systems_can_show=sum(need.supplied_by == "systems" for need in needs),
        findings=around.findings.get(control.id, ()),
        observations=_observations(control, own, given),
        deviation=deviation.says if deviation else None,
        note=_note(control, met, failures, deviation, exclusion, status),
    )


def _status(
    control: Control,
    exclusion: Exclusion | None,
    failures: Failures,
    met: list[Met],
    deviation: Deviation | None,
    given: Given,
) -> Status:
    if failures.own:
        return Status.GAP
    if failures.accepted:
        return Status.GAP_ACCEPTED
    if exclusion is not None:
        return Status.EXCLUDED
    if failures.default:
        return Status.BELOW_DEFAULT
    counted = [one for one in met if one.counts]
    states = {one.result.state for one in counted}
    whole = bool(counted) and states <= {NeedState.MET, NeedState.STALE}
    if whole and NeedState.STALE in states:
        return Status.STALE
    # What failed on a day of the period is not supported for the period, however well it looks now.
    if whole and deviation is None and _works(control, counted):
        if any(one.strengths & {Strength.DESIGN, Strength.OPERATING} for one in counted):
            return Status.SUPPORTED
        if all(one.result.document is not None for one in counted):
            return Status.ON_FILE
    if NeedState.MET in states or _judged_any(met, control, given):
        return Status.INCOMPLETE
    return Status.NOT_ASSESSED


def _works(control: Control, counted: list[Met]) -> bool:
    """A control about doing something regularly is never more than incomplete until something shows it at work."""
    return not control.operating or any(Strength.OPERATING in one.strengths for one in counted)


def _judged_any(met: list[Met], control: Control, given: Given) -> bool:
    """Whether a rule of the control or of its needs came to a verdict about at least one item."""
    names = {name for one in met for name in one.result.rules}
    names |= {one.tally.rule.id for one in given.found.values() if one.tally.rule.control == control.id}
    tallies = [given.found[name].tally for name in names if name in given.found]
    return any(tally.passed or tally.failed or tally.unknown[UnknownReason.STALE] for tally in tallies)


def _needs(control: Control, given: Given) -> tuple[Need, ...]:
    known = given.world.pack.needs.get(control.id)
    return known.needs if known is not None and known.needs else recipe(control.id, given.world.pack.rules)


def _failures(mine: list[Found], exceptions: Exceptions) -> Failures:
    failing = [held for one in mine for held in one.tally.held if held.item.verdict is Verdict.FAIL]
    own = [held for held in failing if held.item.criterion is not Criterion.ANNEXA_DEFAULT]
    accepted = sum(held.key in exceptions.covered for held in own)
    return Failures(own=len(own) - accepted, accepted=accepted, default=len(failing) - len(own))


def _not_assessed(control: Control, counted: list[Met], given: Given) -> NotAssessedReason | None:
    """Why nothing was judged; null where it was asked and could not be read: the needs say so."""
    if not counted:
        return NotAssessedReason.NOTHING_THERE
    names = [name for one in counted for name in one.result.rules if name in given.found]
    reasons = {given.found[name].reason for name in names}
    states = {one.result.state for one in counted}
    if UnknownReason.NOT_CONNECTED in reasons:
        return NotAssessedReason.NOT_CONNECTED
    if NeedState.UNREAD in states or NeedState.UNMET in states:
        return None
    if NeedState.MISSING in states:
        return NotAssessedReason.NOT_SUPPLIED
    outside = control.systems_can_show == "no"
    return NotAssessedReason.OUTSIDE_WHAT_SYSTEMS_CAN_SHOW if outside else NotAssessedReason.NO_RULE_YET


def _observations(control: Control, own: set[str], given: Given) -> tuple[str, ...]:
    """Rules that list this control as secondary and that none of its needs names."""
    rules = (one.tally.rule for one in given.found.values())
    return tuple(
        sorted(
            rule.id
            for rule in rules
            if rule.id not in own and any(other.control == control.id for other in rule.secondary)
        )
    )


def _note(
    control: Control,
    met: list[Met],
    failures: Failures,
    deviation: Deviation | None,
    exclusion: Exclusion | None,
    status: Status,
) -> str | None:
    said = [deviation.detail] if deviation else []
    if failures.own and failures.accepted:
        said.append(f"{failures.accepted} further failures are accepted by an exception")
    if exclusion is not None and status is not Status.EXCLUDED:
        said.append(f"an exclusion never hides a failure; {exclusion.detail}")
    operating = [one for one in met if one.result.state in (NeedState.UNMET, NeedState.UNREAD) and one.counts]
    said += [
        f"{one.result.id}: did not occur, design only" for one in operating if "empty_log" in (one.result.detail or "")
    ]
    if status is Status.INCOMPLETE and control.operating and not deviation:
        periods = (UnmetReason.NO_PERIOD, UnmetReason.PERIOD_NOT_COVERED)
        late = [one for one in met if one.result.reason in periods]
        said += [] if late or not _all_met(met) else ["nothing shows yet that it is done regularly"]
    return "; ".join(said) or None


def _all_met(met: list[Met]) -> bool:
    return all(one.result.state is NeedState.MET for one in met if one.counts)
