"""What judging says about needs and controls."""

from annexa.mappings.result_items import Out
from annexa.schemas.words import ExclusionNote, NeedState, NotAssessedReason, Status, Strength, UnmetReason


class SystemShare(Out, frozen=True, kw_only=True):
    """The items of a need's rules that belong to one registered AI system."""

    id: str | None
    """Subject of the entry in the AI register; null: items that no entry names."""
    name: str
    """Name in the register."""
    passed: int
    """Items that pass."""
    failed: int
    """Items that fail."""
    unknown: int
    """Items of which nobody knows."""
    shown: int
    """Items that are shown and neither pass nor fail."""


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
    systems: tuple[SystemShare, ...] = ()
    """The items of its rules by registered AI system; an item that belongs to several is counted for each."""
    systems_silent: int = 0
    """Registered AI systems about which none of its rules judged an item."""


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
    deviation: str | None = None
    """`deviation in period, closed on D`: a rule failed on a day of the period and does not fail now."""
    note: str | None = None
    """A sentence for the reader."""
