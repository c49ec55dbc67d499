"""What judging says about items and rules: one line of `items.jsonl` each, and what a rule finds over all of them."""

from typing import Any

import msgspec

from annexa.schemas.words import (
    Basis,
    Criterion,
    Result,
    Severity,
    Strength,
    UnknownReason,
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
    outside: bool = False
    """It belongs to another management system alone: shown, counted nowhere, and it makes no gap."""


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
    outside: int = 0
    """Items of another management system, shown apart and in no other count."""
    not_required: int = 0
    """Items that a decision leaves out."""


class InPeriod(Out, frozen=True, kw_only=True):
    """How a rule fared over the period of the assessment; days on which it could not be judged are not observed."""

    days: int
    """Days of the period."""
    observed: int
    """Days on which it could be judged."""
    failed: int
    """Days on which it failed."""
    longest_gap: int
    """Longest stretch of days without an observation."""
    first: str | None
    """First observed day."""
    last: str | None
    """Last observed day."""
    closed: str | None
    """The day on which it was first seen to pass again after its last failed day; null: it never failed, or still does."""


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
    fails_accepted: int = 0
    """Of those, the ones that a valid exception covers."""
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
    in_period: InPeriod | None = None
    """How it fared over the period; null: the assessment has none, or the rule is switched off."""
    disabled: bool = False
    """Switched off by the organisation."""
