"""The one list of words: every enumeration that code, screen, JSON and exports use.

Five layers, never mixed: what a collector could read (`Completeness`, `Reason`), what a record says (`Basis`, `State`),
what a rule finds (`Result`, `Verdict`), what a control's status is (`Status`, `NeedState`), what people conclude.
"""

from enum import StrEnum


class Completeness(StrEnum):
    """What a collector could read of what it was asked for."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNREAD = "unread"


class Reason(StrEnum):
    """Why something that was asked for is not in the evidence."""

    DENIED = "denied"
    THROTTLED = "throttled"
    UNSUPPORTED = "unsupported"
    DELEGATED_ONLY = "delegated_only"
    NOT_LICENSED = "not_licensed"
    UNREACHABLE = "unreachable"
    INVALID_ANSWER = "invalid_answer"
    EXCLUDED = "excluded"
    NOT_SUPPLIED = "not_supplied"
    VISIBILITY_UNPROVED = "visibility_unproved"
    NOT_CONNECTED = "not_connected"
    NOT_INSTALLED = "not_installed"
    ERROR = "error"


class Basis(StrEnum):
    """On what a record rests."""

    EXPLICIT = "explicit"
    VENDOR_DEFAULT = "vendor_default"
    LOG_INFERRED = "log_inferred"
    ATTESTED = "attested"
    IMPORTED = "imported"


class State(StrEnum):
    """Why a field that means something carries no value."""

    ABSENT = "absent"
    NOT_EXPOSED = "not_exposed"
    UNREAD = "unread"
    AMBIGUOUS = "ambiguous"
    UNKNOWN_VALUE = "unknown_value"
    REDACTED = "redacted"


class Use(StrEnum):
    """Whether a scope is used for AI, as far as the signals say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a rule says about one item."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"
    SHOWN = "shown"


class Result(StrEnum):
    """What a rule finds over its population."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"
    NO_POPULATION = "no_population"


class UnknownReason(StrEnum):
    """Why an item or a result is unknown."""

    UNREAD = "unread"
    SCOPES_UNREAD = "scopes_unread"
    USE_UNKNOWN = "use_unknown"
    VISIBILITY_UNPROVED = "visibility_unproved"
    AMBIGUOUS_VALUE = "ambiguous_value"
    UNKNOWN_VALUE = "unknown_value"
    NOT_EXPOSED = "not_exposed"
    REDACTED = "redacted"
    CONDITIONAL = "conditional"
    STALE = "stale"
    INVALID_RECORD = "invalid_record"
    CRITERION_UNSET = "criterion_unset"
    CRITERION_UNREAD = "criterion_unread"
    NOT_SUPPLIED = "not_supplied"
    NOT_CONNECTED = "not_connected"
    HISTORY_TOO_SHORT = "history_too_short"
    FOLLOWS_FROM = "follows_from"
    CHALLENGE = "challenge"
    ATTESTATION_INCOMPLETE = "attestation_incomplete"
    IDENTITY_UNMATCHED = "identity_unmatched"
    INPUT_MISSING = "input_missing"
    EMPTY_LOG = "empty_log"
    EXCLUDED = "excluded"
    POSSIBLE_MATCH = "possible_match"


class Certainty(StrEnum):
    """How sure it is that an application is a known AI service, from the surest."""

    EXACT = "exact"
    VERIFIED = "verified"
    DOMAIN = "domain"
    NAME = "name"


class IdentifierSort(StrEnum):
    """What sort of identifier shows an AI service, and at which source."""

    ENTRA_APP = "entra_app"
    GOOGLE_CLIENT = "google_client"
    GITHUB_APP = "github_app"
    SLACK_APP = "slack_app"
    OKTA_APP = "okta_app"
    DOMAIN = "domain"
    PUBLISHER = "publisher"


class ServiceCategory(StrEnum):
    """What sort of AI service it is."""

    ASSISTANT = "assistant"
    CODING = "coding"
    MEETING_NOTES = "meeting_notes"
    SEARCH = "search"
    WRITING = "writing"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    PRESENTATION = "presentation"
    AGENT_PLATFORM = "agent_platform"
    MODEL_API = "model_api"
    OFFICE_FEATURE = "office_feature"
    CUSTOMER_SERVICE = "customer_service"
    AUTOMATION = "automation"
    LEGAL = "legal"


class Criterion(StrEnum):
    """Whose rule an item is held against."""

    ORGANISATION = "organisation"
    INHERENT = "inherent"
    ANNEXA_DEFAULT = "annexa_default"


class Strength(StrEnum):
    """What kind of proof a rule can give."""

    DESIGN = "design"
    OPERATING = "operating"
    ATTESTED = "attested"
    REFUTE_ONLY = "refute_only"


class Severity(StrEnum):
    """How much a failure matters; it orders, and decides nothing else."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class NeedState(StrEnum):
    """How far one need of a control is met."""

    FAILED = "failed"
    MISSING = "missing"
    NO_RULE_YET = "no_rule_yet"
    NOTHING_THERE = "nothing_there"
    UNMET = "unmet"
    UNREAD = "unread"
    STALE = "stale"
    MET = "met"


class UnmetReason(StrEnum):
    """Why a need is unmet although nothing failed here."""

    DISABLED_BY_ORGANISATION = "disabled_by_organisation"
    CRITERION_UNSET = "criterion_unset"
    BASIS_NOT_ACCEPTED = "basis_not_accepted"
    STRENGTH_NOT_ACCEPTED = "strength_not_accepted"
    NO_PERIOD = "no_period"
    PERIOD_NOT_COVERED = "period_not_covered"
    DECIDED_UNDER = "decided_under"


class Status(StrEnum):
    """The status of a control; the first that applies."""

    GAP = "gap"
    GAP_ACCEPTED = "gap_accepted"
    EXCLUDED = "excluded"
    BELOW_DEFAULT = "below_default"
    STALE = "stale"
    SUPPORTED = "supported"
    ON_FILE = "on_file"
    INCOMPLETE = "incomplete"
    NOT_ASSESSED = "not_assessed"


class NotAssessedReason(StrEnum):
    """Why nothing was judged for a control."""

    NOT_CONNECTED = "not_connected"
    NOT_SUPPLIED = "not_supplied"
    NOT_REQUESTED = "not_requested"
    NOTHING_THERE = "nothing_there"
    NO_RULE_YET = "no_rule_yet"
    OUTSIDE_WHAT_SYSTEMS_CAN_SHOW = "outside_what_systems_can_show"


class ExclusionNote(StrEnum):
    """How far an exclusion in the Statement of Applicability was checked."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    ACTIVITY_SEEN = "activity_seen"


class Change(StrEnum):
    """What became of a finding since the assessment before."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    NOT_OBSERVED = "not_observed"


class Cause(StrEnum):
    """Why a finding changed."""

    EVIDENCE = "evidence"
    MAPPING = "mapping"
    REGISTER = "register"
    CRITERION = "criterion"
    TIME = "time"


class Environment(StrEnum):
    """Where the answers came from."""

    VENDOR = "vendor"
    NON_VENDOR = "non-vendor"
    SANDBOX = "sandbox"


class RunState(StrEnum):
    """Whether a run was written to its end."""

    COMPLETE = "complete"
    PARTIAL = "partial"
