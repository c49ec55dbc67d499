"""What was done: reviews, trainings, tests, incidents, changes. Dated, so that they can show a control at work."""

from annexa.evidence.fact import NOT_EXPOSED, Day, Fact, Names, Text


class Review(Fact, tag="review", frozen=True, kw_only=True):
    """A review that took place."""

    of: str
    """What was reviewed."""
    reviewer: Text = NOT_EXPOSED
    """Who did it."""
    on: Day = NOT_EXPOSED
    """When it was finished."""
    decisions: Names = NOT_EXPOSED
    """What was decided, one per subject."""


class Training(Fact, tag="training", frozen=True, kw_only=True):
    """A person completed a training."""

    person: str
    """Who."""
    course: str
    """What."""
    completed: Day = NOT_EXPOSED
    """When."""


class Acknowledgement(Fact, tag="acknowledgement", frozen=True, kw_only=True):
    """A person acknowledged a document."""

    person: str
    """Who."""
    document: str
    """What."""
    on: Day = NOT_EXPOSED
    """When."""


class TestRecord(Fact, tag="test_record", frozen=True, kw_only=True):
    """A test or exercise that took place."""

    about: str
    """What was tested."""
    on: Day = NOT_EXPOSED
    """When."""
    outcome: Text = NOT_EXPOSED
    """What came of it."""


class Incident(Fact, tag="incident", frozen=True, kw_only=True):
    """A security incident: times and classes, never content."""

    opened: Day = NOT_EXPOSED
    """When it was opened."""
    closed: Day = NOT_EXPOSED
    """When it was closed; `absent`: open."""
    classified: Text = NOT_EXPOSED
    """Class given."""


class ChangeRecord(Fact, tag="change", frozen=True, kw_only=True):
    """An approved change."""

    about: str
    """What was changed."""
    approver: Text = NOT_EXPOSED
    """Who approved."""
    on: Day = NOT_EXPOSED
    """When."""


class Document(Fact, tag="document", frozen=True, kw_only=True):
    """A document that is kept by its hash; its text is not judged."""

    title: str
    """Title."""
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
