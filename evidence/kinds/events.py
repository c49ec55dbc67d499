"""What was done: reviews, trainings, tests, incidents, changes. Dated, so that they can show a control at work."""

from typing import Literal

from annexa.evidence.fact import NOT_EXPOSED, Day, Fact, Flag, Missing, Names, Text


class Review(Fact, tag="review", frozen=True, kw_only=True):
    """A review that took place."""

    review_id: Text = NOT_EXPOSED
    """Id in the register, or at the source that ran it."""
    of: str
    """What was reviewed."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems whose access was reviewed, by their ids in the AI register."""
    reviewed_source: Text = NOT_EXPOSED
    """Source whose accounts were reviewed, by our alias: `openai:main`."""
    period_from: Day = NOT_EXPOSED
    """First day that it looked at."""
    period_until: Day = NOT_EXPOSED
    """Last day that it looked at."""
    reviewer: Text = NOT_EXPOSED
    """Who did it."""
    role: Text = NOT_EXPOSED
    """As what."""
    started: Day = NOT_EXPOSED
    """When it began."""
    on: Day = NOT_EXPOSED
    """When it was finished; `absent`: it was not."""
    signed_off_by: Text = NOT_EXPOSED
    """Who confirmed the decisions."""
    decisions: Names = NOT_EXPOSED
    """What was decided, one per subject, where the source gives no list of its own."""


class ReviewDecision(Fact, tag="review_decision", frozen=True, kw_only=True):
    """What a review decided about one account's access."""

    review: str
    """Id of the review."""
    account: str
    """Immutable id of the account or principal at the source that was reviewed."""
    name: Text = NOT_EXPOSED
    """Its display name."""
    access: Text = NOT_EXPOSED
    """The seat, role or key in question; `absent`: all access of the account."""
    reviewed_source: Text = NOT_EXPOSED
    """Source whose account it is, by our alias: `openai:main`."""
    decision: Literal["keep", "remove", "change"]
    """What was decided."""
    decided_by: Text = NOT_EXPOSED
    """Who decided."""
    decided_on: Day = NOT_EXPOSED
    """When."""
    because: Text = NOT_EXPOSED
    """Why."""
    done_on: Day = NOT_EXPOSED
    """When it was carried out, as people say."""


class Training(Fact, tag="training", frozen=True, kw_only=True):
    """A person completed a training."""

    person: str
    """Who: work e-mail address, or another name of the person."""
    course: str
    """What."""
    version: Text = NOT_EXPOSED
    """Version of its content."""
    about_ai: Flag = NOT_EXPOSED
    """Whether the safe use of AI is part of it."""
    completed: Day = NOT_EXPOSED
    """When."""
    valid_until: Day = NOT_EXPOSED
    """Last day for which it counts, where the training itself says."""


class Acknowledgement(Fact, tag="acknowledgement", frozen=True, kw_only=True):
    """A person acknowledged a document."""

    person: str
    """Who: work e-mail address, or another name of the person."""
    document: str
    """What: id of the document in the register of documents, or its title."""
    version: Text = NOT_EXPOSED
    """Version that was acknowledged."""
    on: Day = NOT_EXPOSED
    """When."""


class TestRecord(Fact, tag="test_record", frozen=True, kw_only=True):
    """A test or exercise that took place."""

    test_id: Text = NOT_EXPOSED
    """Id in the register."""
    sort: (
        Literal[
            "canary", "red_team", "injection", "evaluation", "detector", "incident_exercise", "recovery", "deletion", "other",
        ]
        | Missing
    ) = NOT_EXPOSED  # fmt: skip
    """What sort of test."""
    about: str
    """What was tested."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that were tested, by their ids in the AI register."""
    model: Text = NOT_EXPOSED
    """Model or version that was tested."""
    on: Day = NOT_EXPOSED
    """When."""
    tester: Text = NOT_EXPOSED
    """Who did it."""
    outcome: Text = NOT_EXPOSED
    """What came of it."""
    passed: Flag = NOT_EXPOSED
    """Whether the result was accepted."""
    actions: Names = NOT_EXPOSED
    """What it called for, by ids in the register of actions; `absent`: nothing is named."""
    document: Text = NOT_EXPOSED
    """File of the report."""
    document_sha256: Text = NOT_EXPOSED
    """Digest of that file."""


class Incident(Fact, tag="incident", frozen=True, kw_only=True):
    """A security incident: times and classes, never content."""

    incident_id: Text = NOT_EXPOSED
    """Id in the register, or at the source."""
    title: Text = NOT_EXPOSED
    """What it was, in a few words."""
    about_ai: Flag = NOT_EXPOSED
    """Whether AI had a part in it."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that had a part in it, by their ids in the AI register."""
    raised: Day = NOT_EXPOSED
    """When somebody or something reported it."""
    opened: Day = NOT_EXPOSED
    """When it was opened."""
    classified: Text = NOT_EXPOSED
    """Class given."""
    classified_on: Day = NOT_EXPOSED
    """When it was given its class."""
    severity: Text = NOT_EXPOSED
    """How bad it was, in the organisation's own words."""
    closed: Day = NOT_EXPOSED
    """When it was closed; `absent`: open."""
    lessons: Text = NOT_EXPOSED
    """What was learnt, or where that is written."""
    actions: Names = NOT_EXPOSED
    """What it called for, by ids in the register of actions."""
    ticket: Text = NOT_EXPOSED
    """Its number in the ticket system."""


class ChangeRecord(Fact, tag="change", frozen=True, kw_only=True):
    """An approved change."""

    change_id: Text = NOT_EXPOSED
    """Id in the register, or at the source."""
    sort: Literal["release", "change", "baseline", "data_set"] | Missing = NOT_EXPOSED
    """A version for production, a change of settings, a baseline that is approved, or data for training or tests."""
    about: str
    """What was changed."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that it is about, by their ids in the AI register."""
    version: Text = NOT_EXPOSED
    """Version that is approved."""
    models: Names = NOT_EXPOSED
    """Models that may run, in the vendor's words."""
    settings: Names = NOT_EXPOSED
    """Settings that it touches, by their names in the settings dictionary."""
    major: Flag = NOT_EXPOSED
    """Whether it asks for a new security test: another model, another purpose, other tools."""
    evaluation: Text = NOT_EXPOSED
    """Reference of the evaluation that it rests on."""
    risk_note: Text = NOT_EXPOSED
    """Reference of the risks that were weighed."""
    masked: Flag = NOT_EXPOSED
    """Whether personal data in a data set was masked."""
    requester: Text = NOT_EXPOSED
    """Who asked."""
    approver: Text = NOT_EXPOSED
    """Who approved."""
    on: Day = NOT_EXPOSED
    """When it was approved."""
    in_force: Day = NOT_EXPOSED
    """From when it holds."""
    ticket: Text = NOT_EXPOSED
    """Its number in the ticket system."""


class Document(Fact, tag="document", frozen=True, kw_only=True):
    """A document that is kept by its hash; its text is not judged."""

    document_id: Text = NOT_EXPOSED
    """Id in the register."""
    type: Text = NOT_EXPOSED
    """What sort of document: `ai_policy`, `incident_plan`."""
    title: str
    """Title."""
    file: Text = NOT_EXPOSED
    """Its file, as the register names it."""
    sha256: Text = NOT_EXPOSED
    """Digest of the file."""
    owner: Text = NOT_EXPOSED
    """Owner."""
    approver: Text = NOT_EXPOSED
    """Approver."""
    version: Text = NOT_EXPOSED
    """Version."""
    approved_on: Day = NOT_EXPOSED
    """When it was approved."""
    next_review: Day = NOT_EXPOSED
    """When it is looked at again."""
    covers: Names = NOT_EXPOSED
    """What it speaks of, in a word each: `ai`, scenarios of a plan, subjects of a report."""
    classes: Names = NOT_EXPOSED
    """Classes of information that it names, the lowest first."""
    ai_systems: Names = NOT_EXPOSED
    """AI systems that it is about, by their ids in the AI register."""
    supplier: Text = NOT_EXPOSED
    """Supplier that it is about, by id."""
