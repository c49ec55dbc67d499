"""The phrases that people read, one for each word of `schemas.words`; no report says a word in its own way."""

import re
from enum import StrEnum

from annexa.schemas.words import (
    Basis,
    Cause,
    Certainty,
    Change,
    Completeness,
    Criterion,
    Environment,
    ExclusionNote,
    IdentifierSort,
    NeedState,
    NotAssessedReason,
    Reason,
    Result,
    RunState,
    ServiceCategory,
    Severity,
    State,
    Status,
    Strength,
    UnknownReason,
    UnmetReason,
    Use,
    Verdict,
)

PHRASES: dict[type[StrEnum], dict[str, str]] = {
    Completeness: {Completeness.COMPLETE: "complete", Completeness.PARTIAL: "partial", Completeness.UNREAD: "unread"},
    Reason: {
        Reason.DENIED: "denied",
        Reason.THROTTLED: "throttled",
        Reason.UNSUPPORTED: "unsupported: no API",
        Reason.DELEGATED_ONLY: "delegated only",
        Reason.NOT_LICENSED: "not licensed",
        Reason.UNREACHABLE: "unreachable",
        Reason.INVALID_ANSWER: "invalid answer",
        Reason.EXCLUDED: "excluded by the organisation",
        Reason.NOT_SUPPLIED: "not supplied",
        Reason.VISIBILITY_UNPROVED: "visibility unproved",
        Reason.NOT_CONNECTED: "not connected",
        Reason.NOT_INSTALLED: "not installed",
        Reason.ERROR: "error",
    },
    Basis: {
        Basis.EXPLICIT: "explicit",
        Basis.VENDOR_DEFAULT: "the vendor's documented default",
        Basis.LOG_INFERRED: "inferred from logs",
        Basis.ATTESTED: "attested",
        Basis.IMPORTED: "imported",
    },
    State: {
        State.ABSENT: "absent",
        State.NOT_EXPOSED: "not exposed by the vendor",
        State.UNREAD: "unread",
        State.AMBIGUOUS: "ambiguous",
        State.UNKNOWN_VALUE: "unknown value",
        State.REDACTED: "redacted",
    },
    Use: {Use.YES: "used", Use.NO: "not used", Use.UNKNOWN: "use unknown"},
    Verdict: {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.UNKNOWN: "unknown", Verdict.SHOWN: "shown"},
    Result: {
        Result.PASS: "pass",
        Result.FAIL: "fail",
        Result.UNKNOWN: "unknown",
        Result.NO_POPULATION: "no population",
    },
    UnknownReason: {
        UnknownReason.UNREAD: "it was unread",
        UnknownReason.SCOPES_UNREAD: "scopes were unread",
        UnknownReason.USE_UNKNOWN: "nobody knows whether the scope is used",
        UnknownReason.VISIBILITY_UNPROVED: "visibility unproved",
        UnknownReason.AMBIGUOUS_VALUE: "the value is ambiguous",
        UnknownReason.UNKNOWN_VALUE: "the value is not a documented one",
        UnknownReason.NOT_EXPOSED: "the vendor does not say",
        UnknownReason.REDACTED: "the value was redacted",
        UnknownReason.CONDITIONAL: "it holds under a condition only",
        UnknownReason.STALE: "the evidence is stale",
        UnknownReason.INVALID_RECORD: "the record is invalid",
        UnknownReason.CRITERION_UNSET: "no rule is set: decide",
        UnknownReason.CRITERION_UNREAD: "the rule that is set could not be read",
        UnknownReason.NOT_SUPPLIED: "not supplied",
        UnknownReason.NOT_CONNECTED: "its source is not connected",
        UnknownReason.HISTORY_TOO_SHORT: "the history is too short",
        UnknownReason.FOLLOWS_FROM: "it follows from another finding",
        UnknownReason.CHALLENGE: "activity speaks against the exclusion",
        UnknownReason.ATTESTATION_INCOMPLETE: "the attestation is incomplete",
        UnknownReason.IDENTITY_UNMATCHED: "identities are unmatched",
        UnknownReason.INPUT_MISSING: "an input of the assessment is missing",
        UnknownReason.EMPTY_LOG: "the log is empty",
        UnknownReason.EXCLUDED: "excluded by the organisation",
        UnknownReason.POSSIBLE_MATCH: "it may be an AI service: say whether",
    },
    Certainty: {
        Certainty.EXACT: "known by its id",
        Certainty.VERIFIED: "known by its verified publisher",
        Certainty.DOMAIN: "its domain suggests it",
        Certainty.NAME: "its name suggests it",
    },
    IdentifierSort: {
        IdentifierSort.ENTRA_APP: "Microsoft Entra application id",
        IdentifierSort.GOOGLE_CLIENT: "Google OAuth client id",
        IdentifierSort.GITHUB_APP: "GitHub App",
        IdentifierSort.SLACK_APP: "Slack app id",
        IdentifierSort.OKTA_APP: "name in Okta's catalogue",
        IdentifierSort.DOMAIN: "domain",
        IdentifierSort.PUBLISHER: "verified publisher",
    },
    ServiceCategory: {
        ServiceCategory.ASSISTANT: "assistant",
        ServiceCategory.CODING: "coding",
        ServiceCategory.MEETING_NOTES: "meeting notes",
        ServiceCategory.SEARCH: "search",
        ServiceCategory.WRITING: "writing",
        ServiceCategory.IMAGE: "images",
        ServiceCategory.AUDIO: "speech and sound",
        ServiceCategory.VIDEO: "video",
        ServiceCategory.PRESENTATION: "presentations",
        ServiceCategory.AGENT_PLATFORM: "agent platform",
        ServiceCategory.MODEL_API: "model API",
        ServiceCategory.OFFICE_FEATURE: "feature of an office suite",
        ServiceCategory.CUSTOMER_SERVICE: "customer service",
        ServiceCategory.AUTOMATION: "automation",
        ServiceCategory.LEGAL: "legal work",
    },
    Criterion: {
        Criterion.ORGANISATION: "your own rule",
        Criterion.INHERENT: "a rule that holds under any policy",
        Criterion.ANNEXA_DEFAULT: "a default of annexa, not your rule",
    },
    Strength: {
        Strength.DESIGN: "design: at a moment",
        Strength.OPERATING: "operating: over a period",
        Strength.ATTESTED: "attested: a document or a signature",
        Strength.REFUTE_ONLY: "refute only: can prove wrong, cannot prove right",
    },
    Severity: {Severity.CRITICAL: "critical", Severity.HIGH: "high", Severity.MEDIUM: "medium", Severity.LOW: "low"},
    NeedState: {
        NeedState.FAILED: "failed",
        NeedState.MISSING: "missing",
        NeedState.NO_RULE_YET: "no rule yet",
        NeedState.NOTHING_THERE: "nothing there",
        NeedState.UNMET: "unmet",
        NeedState.UNREAD: "unread",
        NeedState.STALE: "stale",
        NeedState.MET: "met",
    },
    UnmetReason: {
        UnmetReason.DISABLED_BY_ORGANISATION: "its rule is switched off by the organisation",
        UnmetReason.CRITERION_UNSET: "no rule is set: decide",
        UnmetReason.BASIS_NOT_ACCEPTED: "it rests on a basis that this need does not accept",
        UnmetReason.STRENGTH_NOT_ACCEPTED: "the proof is weaker than this need accepts",
        UnmetReason.NO_PERIOD: "the assessment has no period",
        UnmetReason.PERIOD_NOT_COVERED: "the period is not covered",
        UnmetReason.DECIDED_UNDER: "decided under another control",
    },
    Status: {
        Status.GAP: "gap",
        Status.GAP_ACCEPTED: "gap accepted",
        Status.EXCLUDED: "excluded",
        Status.BELOW_DEFAULT: "below default",
        Status.STALE: "stale",
        Status.SUPPORTED: "supported",
        Status.ON_FILE: "on file",
        Status.INCOMPLETE: "incomplete",
        Status.NOT_ASSESSED: "not assessed",
    },
    NotAssessedReason: {
        NotAssessedReason.NOT_CONNECTED: "not connected",
        NotAssessedReason.NOT_SUPPLIED: "not supplied",
        NotAssessedReason.NOT_REQUESTED: "not requested",
        NotAssessedReason.NOTHING_THERE: "nothing there",
        NotAssessedReason.NO_RULE_YET: "no rule yet",
        NotAssessedReason.OUTSIDE_WHAT_SYSTEMS_CAN_SHOW: "outside what systems can show",
    },
    ExclusionNote: {
        ExclusionNote.VERIFIED: "verified",
        ExclusionNote.NOT_VERIFIED: "not verified",
        ExclusionNote.ACTIVITY_SEEN: "activity seen",
    },
    Change: {
        Change.NEW: "new",
        Change.UNCHANGED: "unchanged",
        Change.CHANGED: "changed",
        Change.RESOLVED: "resolved",
        Change.REOPENED: "reopened",
        Change.NOT_OBSERVED: "not observed again",
    },
    Cause: {
        Cause.EVIDENCE: "the evidence changed",
        Cause.MAPPING: "the rules changed",
        Cause.REGISTER: "a register changed",
        Cause.CRITERION: "the criterion changed",
        Cause.TIME: "time passed",
    },
    Environment: {
        Environment.VENDOR: "vendor",
        Environment.NON_VENDOR: "non-vendor",
        Environment.SANDBOX: "sandbox",
    },
    RunState: {RunState.COMPLETE: "complete", RunState.PARTIAL: "partial"},
}
"""The phrase of every member of every enumeration."""

MEANING: dict[Status, str] = {
    Status.GAP: "evidence breaks a rule of your own, or one that holds under any policy",
    Status.GAP_ACCEPTED: "a rule is broken, and a valid exception covers every case",
    Status.EXCLUDED: "your Statement of Applicability leaves it out",
    Status.BELOW_DEFAULT: "you have set no rule: decide; only a default of annexa is broken",
    Status.STALE: "every need was met, but some evidence is too old",
    Status.SUPPORTED: "every need is met by evidence, and nothing speaks against it",
    Status.ON_FILE: "documents present, approved, dated; content not examined",
    Status.INCOMPLETE: "nothing failed, but not every need is met",
    Status.NOT_ASSESSED: "nothing was judged",
}
"""What each status says, in a sentence."""

HEADLINE = {
    "breaks_your_own_rule": "breaks your own rule",
    "no_rule_set": "no rule set: decide",
    "not_seen": "not seen",
    "not_yet_supplied": "not yet supplied",
    "supported": "supported",
    "on_file": "on file",
}
"""The six counts of controls, in their order."""

NOTES = {
    "what_if": "What-if, not the record",
    "missing_inputs": "Inputs missing (what needs them is unknown)",
    "not_connected": "In use, but not connected",
    "no_ai_services": "Said by the organisation to be no AI service",
    "looser_parameters": "Thresholds looser than annexa's defaults",
    "disabled_rules": "Rules switched off by the organisation",
    "refused_exceptions": "Exceptions refused",
    "limitations": "Collection limitations (still unread)",
    "excluded_scopes": "Scopes excluded from reading",
    "unassigned_scopes": "Scopes that no ISMS names (counted as inside)",
    "outside_scopes": "Scopes of another ISMS (shown apart, no gap here)",
    "not_used": "Not used, as far as the sources show",
}
"""What a reader must know before the statuses; fields of `PageOne`, the gravest first."""


def say(word: StrEnum | None) -> str:
    """The phrase of a word; a dash where there is none."""
    return "–" if word is None else PHRASES[type(word)][word]


def spoken(text: str) -> str:
    """A sentence in which words of the enumerations stand, with their phrases instead."""
    return _WORD.sub(lambda found: _BY_WORD.get(found[0], found[0]), text)


_WORD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_BY_WORD = {str(word): phrase for kind in (UnknownReason, UnmetReason) for word, phrase in PHRASES[kind].items()}


def needs_line(met: int, counted: int, failed: int, unread: int) -> str:
    """How far the needs of a control are met, in counts."""
    return f"needs met {met} of {counted}, failed {failed}, unread {unread}" if counted else "no needs counted"


def systems_line(systems: int, needs: int) -> str:
    """How many needs systems can show, and what is left to people."""
    if not needs:
        return "what it needs is not written down yet"
    if systems >= needs:
        return f"systems can show all {needs} of its needs" if needs > 1 else "systems can show its one need"
    if not systems:
        return (
            f"systems can show none of its {needs} needs, people supply all"
            if needs > 1
            else "people supply its one need"
        )
    return f"systems can show {systems} of its {needs} needs, people supply the rest"


def number(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: `1 rule`, `3 rules`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
