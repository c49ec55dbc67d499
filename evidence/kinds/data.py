"""Where AI systems read and write, and where use is logged."""

from typing import Literal

from annexa.evidence.fact import NOT_EXPOSED, Count, Fact, Flag, Missing, Names, Text, When


class DataStore(Fact, tag="data_store", frozen=True, kw_only=True):
    """A bucket, index, drive or log store that AI systems read or write."""

    type: str
    """What it is: `s3_bucket`, `log_group`."""
    role: Literal["source", "training", "model_origin", "log_store", "other"] = "other"
    """Why it matters here."""
    name: Text = NOT_EXPOSED
    """The vendor's name."""
    classification: Text = NOT_EXPOSED
    """Class of the information in it, by its tag; `absent`: not tagged."""
    tags: tuple[str, ...] | Missing = NOT_EXPOSED
    """Its tags as `key=value`, sorted."""
    public: Flag = NOT_EXPOSED
    """Whether anybody outside may read it."""
    public_access_blocked: Flag = NOT_EXPOSED
    """Whether every switch against public access is on, here or for the whole account."""
    key: Text = NOT_EXPOSED
    """Id of the customer's key; `absent`: the vendor's default encryption."""
    encrypted: Flag = NOT_EXPOSED
    """Whether it is encrypted at rest."""
    lock: Literal["compliance", "governance", "none"] | Missing = NOT_EXPOSED
    """Whether what is written can be deleted or changed before its time."""
    lock_days: Count = NOT_EXPOSED
    """Default days for which the lock holds."""
    retention_days: Count = NOT_EXPOSED
    """Days for which it keeps what is written; `absent`: for ever."""
    versioned: Flag = NOT_EXPOSED
    """Whether older versions are kept."""
    scanned: Flag = NOT_EXPOSED
    """Whether a data detector looks into it."""
    owner_account: Text = NOT_EXPOSED
    """The account it belongs to."""


class DataConnection(Fact, tag="data_connection", frozen=True, kw_only=True):
    """An AI system reads or writes a data store, or reaches a third party's service."""

    ai_system: str
    """Id of the AI system."""
    reached_by: Names = NOT_EXPOSED
    """Ids of further AI systems that read it through this one."""
    store: str
    """Id of the data store or address of the service."""
    direction: Literal["read", "write", "both"]
    """Which way data flows."""
    third_party: Flag = NOT_EXPOSED
    """Whether the other end belongs to somebody else than organisation and vendor."""
    connector: Text = NOT_EXPOSED
    """The vendor's word for the connector's type."""
    classification: Text = NOT_EXPOSED
    """Class of the data at the other end, by its tag; `absent`: not tagged."""
    permitted_class: Text = NOT_EXPOSED
    """The highest class the AI system may handle, by its tag."""
    readers: tuple[str, ...] = ()
    """Permitted class of every AI system that reads it, as `id=class`; no class: no tag says so, `unread`: nobody knows."""
    created: When = NOT_EXPOSED
    """When it was made."""


class LogSource(Fact, tag="log_source", frozen=True, kw_only=True):
    """A log and whether it is on."""

    name: str
    """Which log: `aws.bedrock.invocation`, `aws.cloudtrail`."""
    enabled: Flag = NOT_EXPOSED
    """Whether it records."""
    destinations: Names = NOT_EXPOSED
    """Ids of the stores it writes to; `absent`: none."""
    event_types: Names = NOT_EXPOSED
    """What it records."""
    exempted: Names = NOT_EXPOSED
    """Whose actions it leaves out, in the vendor's words, sorted; `absent`: nobody's."""
    multi_region: Flag = NOT_EXPOSED
    """Whether it covers every region."""
    organisation_wide: Flag = NOT_EXPOSED
    """Whether it covers every account."""
    integrity: Flag = NOT_EXPOSED
    """Whether later changes would be seen."""
    key: Text = NOT_EXPOSED
    """Id of the customer's key it is encrypted with."""
    retention_days: Count = NOT_EXPOSED
    """Days for which it is kept, where the log itself says."""
    last_event: When = NOT_EXPOSED
    """When it last delivered."""
    looked_since: When = NOT_EXPOSED
    """Since when events were looked for, where only a part of the log was."""
    looked_until: When = NOT_EXPOSED
    """Until when events were looked for, where only a part of the log was."""
    delivering: Flag = NOT_EXPOSED
    """Whether the last delivery succeeded."""


class SupplierDocument(Fact, tag="supplier_document", frozen=True, kw_only=True):
    """An agreement, report or certificate as the vendor's system shows it."""

    type: Literal["assurance_report", "agreement", "model_terms", "marketplace_agreement"]
    """What it is."""
    name: Text = NOT_EXPOSED
    """Title."""
    supplier: Text = NOT_EXPOSED
    """Whose it is."""
    covers: Names = NOT_EXPOSED
    """Products it covers."""
    state: Text = NOT_EXPOSED
    """The vendor's word for its state."""
    valid_from: When = NOT_EXPOSED
    """Start of its period."""
    valid_until: When = NOT_EXPOSED
    """End of its period."""
    link: Text = NOT_EXPOSED
    """Where its text is."""


class Label(Fact, tag="label", frozen=True, kw_only=True):
    """A classification label that the source knows."""

    name: Text = NOT_EXPOSED
    """Display name."""
    enabled: Flag = NOT_EXPOSED
    """Whether it can be applied."""
    published_to: Names = NOT_EXPOSED
    """Who can apply it."""
    applies_to: Names = NOT_EXPOSED
    """What it can be applied to, in the vendor's words, sorted: `email`, `file`."""


class RepositoryProtection(Fact, tag="repository_protection", frozen=True, kw_only=True):
    """How one repository is protected."""

    name: Text = NOT_EXPOSED
    """Name."""
    secret_scanning: Flag = NOT_EXPOSED
    """Whether secrets are looked for."""
    push_protection: Flag = NOT_EXPOSED
    """Whether a push with a secret is refused."""
    reviews_required: Count = NOT_EXPOSED
    """How many people must approve a merge."""
    archived: Flag = NOT_EXPOSED
    """Whether it is closed for changes."""
    visibility: Text = NOT_EXPOSED
    """Who may read it, in the vendor's words: `public`, `private`, `internal`."""
    classification: Text = NOT_EXPOSED
    """Class of the information in it, by its own property of that name; `absent`: it has none."""
    dependency_alerts: Flag = NOT_EXPOSED
    """Whether known weaknesses of the libraries that it uses raise alerts."""
    excluded_from_assistant: Flag = NOT_EXPOSED
    """Whether the organisation keeps all of its content from the coding assistant."""


class Alert(Fact, tag="alert", frozen=True, kw_only=True):
    """An alert raised by a source: times and states, never content."""

    type: str
    """The vendor's type of alert."""
    state: Text = NOT_EXPOSED
    """The vendor's word for its state."""
    raised: When = NOT_EXPOSED
    """When it was raised."""
    closed: When = NOT_EXPOSED
    """When it was closed; `absent`: open."""
    about: Text = NOT_EXPOSED
    """What it is about: the name of a library."""
    resource: Text = NOT_EXPOSED
    """Id of what it was raised for: a repository."""
    severity: Text = NOT_EXPOSED
    """The vendor's word for how much it matters."""
