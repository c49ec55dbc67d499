"""What people supply about risks: assessments, actions, legal duties, and assessments of effects on privacy."""

from typing import Literal

from annexa.evidence.fact import NOT_EXPOSED, Day, Fact, Flag, Missing, Names, Text
from annexa.evidence.kinds.suppliers import Grade


class Risk(Fact, tag="risk", frozen=True, kw_only=True):
    """One risk with its owner, rating and treatment."""

    risk_id: str
    """Id in the register."""
    title: Text = NOT_EXPOSED
    """What could happen, in a sentence."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that it is about, by their ids in the AI register."""
    owner: Text = NOT_EXPOSED
    """Risk owner."""
    assessed: Day = NOT_EXPOSED
    """When it was last assessed."""
    rating: Grade | Missing = NOT_EXPOSED
    """What the assessment came to."""
    treatment: Literal["mitigate", "accept", "avoid", "transfer"] | Missing = NOT_EXPOSED
    """What is done about it; the single steps are actions."""
    residual_rating: Grade | Missing = NOT_EXPOSED
    """What remains once the treatment is done."""
    residual_accepted_by: Text = NOT_EXPOSED
    """Who accepted what remains."""
    residual_accepted_on: Day = NOT_EXPOSED
    """When it was accepted."""
    next_review: Day = NOT_EXPOSED
    """When it is looked at again."""


class Action(Fact, tag="action", frozen=True, kw_only=True):
    """Something that somebody has to do by a day: a step of a treatment, a correction, what a test called for."""

    action_id: str
    """Id in the register."""
    what: str
    """What has to be done."""
    sort: Literal["treatment", "corrective", "follow_up"]
    """A step of a risk's treatment, a correction of something that was wrong, or what a test, review or incident called for."""
    risk: Text = NOT_EXPOSED
    """Risk that it treats, by its id."""
    arises_from: Text = NOT_EXPOSED
    """What called for it: id of a test, incident, review, audit or finding."""
    cause: Text = NOT_EXPOSED
    """Why it came to that."""
    owner: Text = NOT_EXPOSED
    """Who has to do it."""
    due: Day = NOT_EXPOSED
    """By when."""
    done: Day = NOT_EXPOSED
    """When it was done; `absent`: not yet."""
    checked_on: Day = NOT_EXPOSED
    """When somebody looked whether it helped."""
    checked_by: Text = NOT_EXPOSED
    """Who looked."""
    effective: Flag = NOT_EXPOSED
    """Whether it helped."""


class LegalDuty(Fact, tag="legal_duty", frozen=True, kw_only=True):
    """One duty by law, regulation or contract."""

    duty_id: str
    """Id in the register."""
    title: str
    """What must be done or left, in a sentence."""
    source: str
    """Where it is written: a law with its article, a contract with its clause."""
    sort: Literal["law", "regulation", "contract", "standard"] | Missing = NOT_EXPOSED
    """What makes it binding."""
    about_ai: Flag = NOT_EXPOSED
    """Whether it is about AI, or about what AI does here."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that it touches, by their ids in the AI register."""
    owner: Text = NOT_EXPOSED
    """Who answers for it."""
    met_by: Text = NOT_EXPOSED
    """How it is met."""
    applies_from: Day = NOT_EXPOSED
    """First day on which it holds."""
    reviewed: Day = NOT_EXPOSED
    """When it was last looked at."""


class Dpia(Fact, tag="dpia", frozen=True, kw_only=True):
    """An assessment of what processing by AI systems means for people's privacy, or its entry in the records of processing."""

    dpia_id: str
    """Id in the register."""
    title: str
    """The processing that it is about."""
    sort: Literal["dpia", "record_of_processing", "no_dpia_needed"]
    """An assessment, an entry in the records of processing, or a reasoned decision that none is needed."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that it covers, by their ids in the AI register."""
    personal_data: Names = NOT_EXPOSED
    """Categories of personal data."""
    purpose: Text = NOT_EXPOSED
    """Why they are processed."""
    owner: Text = NOT_EXPOSED
    """Who answers for the processing."""
    approver: Text = NOT_EXPOSED
    """Who approved the assessment."""
    done: Day = NOT_EXPOSED
    """When it was finished."""
    outcome: Text = NOT_EXPOSED
    """What it came to."""
    document: Text = NOT_EXPOSED
    """File in which it is written."""
    document_sha256: Text = NOT_EXPOSED
    """Digest of that file."""
    next_review: Day = NOT_EXPOSED
    """When it is looked at again."""
