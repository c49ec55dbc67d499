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
    """Rule id."""
    subject: str
    """The vendor's own id, or the scope's path."""
    subject_uid: str
    """Id of the subject; it survives runs and renamed sources."""
    source: str
    """Our alias of the source."""
    scope: str
    """Path of the scope."""
    verdict: Verdict
    """What the rule says about this item."""
    reason: UnknownReason | None = None
    """Why it is unknown."""
    criterion: Criterion | None = None
    """Whose rule it was held against."""
    criterion_ref: str | None = None
    """The decision (record id), the parameter or `inherent` that settled it."""
    observed: str | None = None
    """What was seen, for people: `enabled is false`."""
    expected: str | None = None
    """What should have been, for people."""
    basis: Basis | None = None
    """On what the record rests."""
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
    """Scopes that should have been read."""
    read_scopes: int = 0
    """Scopes that were read."""
    not_applicable_scopes: int = 0
    """Scopes in which there is nothing to read, by positive proof."""
    items: int = 0
    """Items judged."""
    passed: int = 0
    """Items that pass."""
    failed: int = 0
    """Items that fail."""
    unknown: int = 0
    """Items of which nobody knows."""
    shown: int = 0
    """Items that are shown and neither pass nor fail."""
    not_required: int = 0
    """Items that a decision leaves out."""


class RuleResult(Out, frozen=True, kw_only=True):
    """What a rule finds."""

    rule: str
    """Rule id."""
    rev: int
    """Revision of the rule."""
    title: str
    """Title of the rule."""
    control: str
    """Its primary control."""
    severity: Severity
    """Severity of a failure."""
    strength: Strength
    """What kind of proof it can give."""
    result: Result
    """What it finds."""
    reason: UnknownReason | None = None
    """Why it is unknown."""
    stale: bool = False
    """A pass that is too old to be one."""
    counts: Counts
    """How many items it looked at."""
    missing_scopes: tuple[str, ...] = ()
    """Expected scopes that were not read."""
    blind_spots: tuple[str, ...] = ()
    """Ids of the blind spots that it needed."""
    fails_own_rule: int = 0
    """Failing items against an organisation's or an inherent criterion."""
    fails_default: int = 0
    """Failing items against a default of ours."""
    weakest_basis: Basis | None = None
    """The weakest basis among its passing items."""
    parameters: dict[str, Any] = {}
    """Thresholds and lists with which it judged."""
    observed_from: str | None = None
    """When the oldest of its records was read."""
    observed_until: str | None = None
    """When the newest of its records was read."""
    disabled: bool = False
    """Switched off by the organisation."""


class NeedResult(Out, frozen=True, kw_only=True):
    """How far a need is met."""

    id: str
    """Id of the need."""
    says: str
    """What must be shown."""
    state: NeedState
    """How far it is met."""
    reason: UnmetReason | None = None
    """Why it is unmet."""
    detail: str | None = None
    """What is missing, or which rule decides, in words."""
    rules: tuple[str, ...] = ()
    """Rules that can meet it."""
    document: str | None = None
    """Document that can meet it."""
    supplied_by: str
    """Who can show it: `systems` or `people`."""


class ControlResult(Out, frozen=True, kw_only=True):
    """A control's status and what it rests on."""

    framework: str = "iso27001"
    """The framework."""
    version: str = "2022"
    """Its edition."""
    ref: str
    """Id of the control."""
    title: str
    """Short title."""
    theme: str
    """Its theme."""
    relevance: str
    """How much generative AI matters to it."""
    status: Status
    """Its status; the first that applies."""
    reason: NotAssessedReason | None = None
    """Why it was not assessed."""
    exclusion: ExclusionNote | None = None
    """How far its exclusion was checked."""
    exclusion_detail: str | None = None
    """The SoA's words, and the records that contradict them."""
    weakest_strength: Strength | None = None
    """The weakest proof that supports it."""
    needs: tuple[NeedResult, ...]
    """Its needs."""
    needs_met: int
    """Needs that are met."""
    needs_failed: int
    """Needs that failed."""
    needs_unread: int
    """Needs that could not be read."""
    needs_counted: int
    """Needs that count."""
    scopes_read: int = 0
    """Scopes read for it."""
    scopes_expected: int = 0
    """Scopes expected for it."""
    systems_can_show: int = 0
    """How many of its needs systems can show."""
    findings: tuple[str, ...] = ()
    """Ids of its findings."""
    observations: tuple[str, ...] = ()
    """Rules of other controls that also say something here."""
    note: str | None = None
    """A sentence for the reader."""


class BlindSpot(Out, frozen=True, kw_only=True):
    """An unread that a control needed."""

    id: str
    """Id, for items to refer to."""
    source: str
    """Our alias of the source."""
    scope: str
    """Path of the scope."""
    call: str
    """What was asked."""
    permission: str
    """Permission that allows the call."""
    subject: str | None = None
    """The one item that is missing; null: all of them."""
    reason: Reason
    """Why it is missing."""
    detail: str
    """The vendor's code and a sentence of ours."""
    cure: str | None = None
    """What would make it readable; null: nothing would."""
    rules: tuple[str, ...]
    """Rules that needed it."""
    controls: tuple[str, ...]
    """Controls that needed it."""
    limitation: str | None = None
    """Owner and last day of the limitation that covers it."""
    curable: bool
    """Whether anybody can do something about it."""


class Finding(Out, frozen=True, kw_only=True):
    """One violation of one rule by one subject; it survives runs, renamed sources and reworded rules."""

    finding_uid: str
    """Id of the finding; it survives runs, renamed sources and reworded rules."""
    rule: str
    """Rule id."""
    rev: int
    """Revision of the rule."""
    title: str
    """Title of the rule."""
    control: str
    """The control at which it makes a gap."""
    severity: Severity
    """Severity."""
    criterion: Criterion
    """Whose rule is broken."""
    criterion_ref: str | None = None
    """The decision, parameter or `inherent` that settled it."""
    subject: str
    """The vendor's own id."""
    subject_uid: str
    """Our stable id of it."""
    source: str
    """Our alias of the source."""
    scope: str
    """Path of the scope."""
    observed: str | None = None
    """What was seen."""
    expected: str | None = None
    """What should have been."""
    status: Status
    """`gap`, `gap_accepted` or `below_default`: what this finding alone makes of its control."""
    exception: str | None = None
    """The exception that covers it."""
    owner: str | None = None
    """Who answers for the subject, as far as the registers say."""
    owner_role: str
    """Role that can mend it."""
    remedy: dict[str, str | None]
    """What to do, where, in which role, with which side effect."""
    does_not_show: str
    """What the rule cannot show."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""
    last_observed: str
    """When its subject was last read."""
    change: Change
    """What became of it since the assessment before."""
    cause: Cause | None = None
    """Why it changed."""
    sightings: tuple[str, ...] = ()
    """Further rules and sources under which the same subject was seen."""
    records: tuple[str, ...] = ()
    """Ids of the records that it rests on."""
    item_verdict: Verdict
    """Verdict of the item behind it."""


class Input(Out, frozen=True, kw_only=True):
    """One input of the assessment, by its digest."""

    what: str
    """`run`, `earlier_run`, `mappings`."""
    id: str
    """Id of the input."""
    sha256: str
    """Its digest."""


class Headline(Out, frozen=True, kw_only=True):
    """The six counts, each a number of controls."""

    breaks_your_own_rule: int
    """Controls with a gap."""
    no_rule_set: int
    """Controls below a default of ours only, or without a criterion."""
    not_seen: int
    """Controls of which something needed was not read."""
    not_yet_supplied: int
    """Controls that wait for a document or register."""
    supported: int
    """Controls supported by evidence."""
    on_file: int
    """Controls met by documents alone."""


class PageOne(Out, frozen=True, kw_only=True):
    """What a reader must know before the statuses."""

    looser_parameters: tuple[str, ...] = ()
    """Parameters set looser than our default."""
    disabled_rules: tuple[str, ...] = ()
    """Rules that the organisation switched off."""
    refused_exceptions: tuple[str, ...] = ()
    """Exceptions aimed at something unknown, or with an invalid form: id and reason."""
    limitations: tuple[str, ...] = ()
    """Limitations in force."""
    excluded_scopes: tuple[str, ...] = ()
    """Scopes that the organisation leaves out."""
    unassigned_scopes: tuple[str, ...] = ()
    """Scopes that no management system names; they count as inside."""
    not_connected: tuple[str, ...] = ()
    """Vendors in use of which no source is connected."""
    not_used: tuple[str, ...] = ()
    """Vendors not used, as far as the sources show."""
    what_if: tuple[str, ...] = ()
    """Why the assessment is a what-if and not the record: registers, date or mappings were replaced."""


class Assessment(Out, frozen=True, kw_only=True):
    """The whole; items and findings stand beside it as JSON Lines."""

    schema: str
    """URL of the JSON Schema, with its version."""
    assessment_id: str
    """Id of the assessment."""
    supersedes: str | None = None
    """The assessment before."""
    as_of: str
    """The moment for which it speaks."""
    period: dict[str, str] | None = None
    """First and last day of the period under audit."""
    run_ids: tuple[str, ...]
    """Runs that it judges."""
    inputs: tuple[Input, ...]
    """Every input by its digest."""
    mapping_version: str
    """Version of rules and needs."""
    mapping_sha256: str
    """Digest of rules, needs, settings and catalogue."""
    organisation: Organisation
    """Whose evidence it is."""
    isms: str
    """The management system that it speaks for."""
    environment: Environment
    """The weakest environment among its sources."""
    hosts: tuple[str, ...]
    """Every host that answered."""
    headline: Headline
    """The six counts."""
    page_one: PageOne
    """What a reader must know first."""
    blind_spots: tuple[BlindSpot, ...]
    """What was needed and not seen."""
    controls: tuple[ControlResult, ...]
    """Every control and clause."""
    rules: tuple[RuleResult, ...]
    """Every rule."""
    findings_total: int
    """How many findings stand beside it."""
    items_total: int
    """How many items stand beside it."""
    complete: bool
    """Whether every source that was planned could be asked."""
    internal_errors: tuple[str, ...] = ()
    """Mistakes of annexa itself, by unit."""
