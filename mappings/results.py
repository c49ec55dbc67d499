"""What judging brings forth: items, results, statuses, findings, and the assessment that holds them.

Every value class here is part of the published JSON; a value that may be missing is null beside a reason.
"""

from typing import Any

import msgspec

from annexa.evidence.manifest import Organisation
from annexa.schemas.words import (
    Basis,
    Cause,
    Change,
    Criterion,
    Environment,
    ExclusionNote,
    NeedState,
    NotAssessedReason,
    Reason,
    Result,
    Severity,
    Status,
    Strength,
    UnknownReason,
    UnmetReason,
    Verdict,
)


class Out(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: all keys are always present."""


class ItemResult(Out, frozen=True, kw_only=True):
    """What a rule says about one item; one line of `items.jsonl`."""

    rule: str
    subject: str
    """The vendor's own id, or the scope's path."""
    subject_uid: str
    source: str
    scope: str
    verdict: Verdict
    reason: UnknownReason | None = None
    criterion: Criterion | None = None
    criterion_ref: str | None = None
    """The decision (record id), the parameter or `inherent` that settled it."""
    observed: str | None = None
    """What was seen, for people: `enabled is false`."""
    expected: str | None = None
    """What should have been, for people."""
    basis: Basis | None = None
    records: tuple[str, ...] = ()
    """Ids of the records it rests on."""
    covered_by: str | None = None
    """Id of the exception that covers it."""
    last_observed: str | None = None
    """When it was last seen, if an earlier run had to speak for it (R6)."""
    blind_spot: str | None = None
    """Id of the blind spot that keeps it unknown."""
    folded_under: str | None = None
    """The rule under whose finding it is folded (R10)."""


class Counts(Out, frozen=True, kw_only=True):
    """How many items a rule looked at."""

    expected_scopes: int = 0
    read_scopes: int = 0
    not_applicable_scopes: int = 0
    items: int = 0
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    shown: int = 0
    not_required: int = 0
    """Items that a decision leaves out."""


class RuleResult(Out, frozen=True, kw_only=True):
    """What a rule finds."""

    rule: str
    rev: int
    title: str
    control: str
    severity: Severity
    strength: Strength
    result: Result
    reason: UnknownReason | None = None
    """Why it is unknown."""
    stale: bool = False
    """A pass that is too old to be one."""
    counts: Counts
    missing_scopes: tuple[str, ...] = ()
    """Expected scopes that were not read."""
    blind_spots: tuple[str, ...] = ()
    """Ids of the blind spots that it needed."""
    fails_own_rule: int = 0
    """Failing items against an organisation's or an inherent criterion."""
    fails_default: int = 0
    """Failing items against a default of ours."""
    weakest_basis: Basis | None = None
    parameters: dict[str, Any] = {}
    observed_from: str | None = None
    observed_until: str | None = None
    disabled: bool = False
    """Switched off by the organisation."""


class NeedResult(Out, frozen=True, kw_only=True):
    """How far a need is met."""

    id: str
    says: str
    state: NeedState
    reason: UnmetReason | None = None
    detail: str | None = None
    """What is missing, or which rule decides, in words."""
    rules: tuple[str, ...] = ()
    document: str | None = None
    supplied_by: str


class ControlResult(Out, frozen=True, kw_only=True):
    """A control's status and what it rests on."""

    framework: str = "iso27001"
    version: str = "2022"
    ref: str
    title: str
    theme: str
    relevance: str
    status: Status
    reason: NotAssessedReason | None = None
    exclusion: ExclusionNote | None = None
    exclusion_detail: str | None = None
    """The SoA's words, and the records that contradict them."""
    weakest_strength: Strength | None = None
    needs: tuple[NeedResult, ...]
    needs_met: int
    needs_failed: int
    needs_unread: int
    needs_counted: int
    scopes_read: int = 0
    scopes_expected: int = 0
    systems_can_show: int = 0
    """How many of its needs systems can show."""
    findings: tuple[str, ...] = ()
    """Ids of its findings."""
    observations: tuple[str, ...] = ()
    """Rules of other controls that also say something here."""
    note: str | None = None


class BlindSpot(Out, frozen=True, kw_only=True):
    """An unread that a control needed."""

    id: str
    source: str
    scope: str
    call: str
    permission: str
    subject: str | None = None
    reason: Reason
    detail: str
    cure: str | None = None
    rules: tuple[str, ...]
    controls: tuple[str, ...]
    limitation: str | None = None
    """Owner and last day of the limitation that covers it."""
    curable: bool


class Finding(Out, frozen=True, kw_only=True):
    """One violation of one rule by one subject; it survives runs, renamed sources and reworded rules."""

    finding_uid: str
    rule: str
    rev: int
    title: str
    control: str
    severity: Severity
    criterion: Criterion
    criterion_ref: str | None = None
    subject: str
    subject_uid: str
    source: str
    scope: str
    observed: str | None = None
    expected: str | None = None
    status: Status
    """`gap`, `gap_accepted` or `below_default`: what this finding alone makes of its control."""
    exception: str | None = None
    owner: str | None = None
    owner_role: str
    remedy: dict[str, str | None]
    does_not_show: str
    first_seen: str
    last_seen: str
    last_observed: str
    change: Change
    cause: Cause | None = None
    sightings: tuple[str, ...] = ()
    """Further rules and sources under which the same subject was seen."""
    records: tuple[str, ...] = ()
    item_verdict: Verdict


class Input(Out, frozen=True, kw_only=True):
    """One input of the assessment, by its digest."""

    what: str
    """`run`, `earlier_run`, `mappings`."""
    id: str
    sha256: str


class Headline(Out, frozen=True, kw_only=True):
    """The six counts, each a number of controls."""

    breaks_your_own_rule: int
    no_rule_set: int
    not_seen: int
    not_yet_supplied: int
    supported: int
    on_file: int


class PageOne(Out, frozen=True, kw_only=True):
    """What a reader must know before the statuses."""

    looser_parameters: tuple[str, ...] = ()
    disabled_rules: tuple[str, ...] = ()
    refused_exceptions: tuple[str, ...] = ()
    """Exceptions aimed at something unknown, or with an invalid form: id and reason."""
    limitations: tuple[str, ...] = ()
    excluded_scopes: tuple[str, ...] = ()
    unassigned_scopes: tuple[str, ...] = ()
    not_connected: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()
    what_if: tuple[str, ...] = ()
    """Why the assessment is a what-if and not the record: registers, date or mappings were replaced."""


class Assessment(Out, frozen=True, kw_only=True):
    """The whole; items and findings stand beside it as JSON Lines."""

    schema: str
    """URL of the JSON Schema, with its version."""
    assessment_id: str
    supersedes: str | None = None
    as_of: str
    period: dict[str, str] | None = None
    run_ids: tuple[str, ...]
    inputs: tuple[Input, ...]
    mapping_version: str
    mapping_sha256: str
    organisation: Organisation
    isms: str
    environment: Environment
    hosts: tuple[str, ...]
    headline: Headline
    page_one: PageOne
    blind_spots: tuple[BlindSpot, ...]
    controls: tuple[ControlResult, ...]
    rules: tuple[RuleResult, ...]
    findings_total: int
    items_total: int
    complete: bool
    """Whether every source that was planned could be asked."""
    internal_errors: tuple[str, ...] = ()
