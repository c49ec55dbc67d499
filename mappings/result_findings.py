"""What judging says about violations and about what was not seen: findings and blind spots."""

from typing import Literal

from annexa.mappings.result_items import Out
from annexa.schemas.words import Cause, Change, Criterion, Reason, Severity, Status, UnknownReason, Verdict


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


class Since(Out, frozen=True, kw_only=True):
    """Since when the subject of a finding exists, as far as it is known."""

    at: str
    """The day or moment."""
    exact: bool
    """False: not later than that; it may be much older."""
    by: Literal["vendor", "log", "register", "sighting"]
    """What dates it: the vendor, a log, the AI register, or our own first sighting."""
    reason: UnknownReason | None = None
    """Why it may be older."""


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
    """When it was first seen to violate the rule, in the runs that the assessment names."""
    subject_since: Since | None = None
    """Since when its subject exists; null: it is a scope or a number."""
    last_seen: str
    """When it was last seen."""
    last_observed: str
    """When its subject was last read."""
    change: Change | None
    """What became of it since the run before; null: nobody can say."""
    change_reason: UnknownReason | None = None
    """Why nobody can say."""
    cause: Cause | None = None
    """Why it changed."""
    sightings: tuple[str, ...] = ()
    """Further rules and sources under which the same subject was seen."""
    records: tuple[str, ...] = ()
    """Ids of the records that it rests on."""
    compared_with: str | None = None
    """For a change: when an earlier run read what it is held against."""
    item_verdict: Verdict
    """Verdict of the item behind it."""
