"""Of several reasons why something is unknown the one that is said."""

from collections.abc import Collection

from annexa.schemas.words import UnknownReason

PRIORITY = (
    UnknownReason.NOT_SUPPLIED, UnknownReason.NOT_CONNECTED, UnknownReason.SCOPES_UNREAD, UnknownReason.UNREAD,
    UnknownReason.VISIBILITY_UNPROVED, UnknownReason.EXCLUDED, UnknownReason.USE_UNKNOWN,
    UnknownReason.INVALID_RECORD, UnknownReason.INPUT_MISSING, UnknownReason.UNKNOWN_VALUE,
    UnknownReason.AMBIGUOUS_VALUE, UnknownReason.NOT_EXPOSED, UnknownReason.REDACTED, UnknownReason.CONDITIONAL,
    UnknownReason.IDENTITY_UNMATCHED, UnknownReason.CRITERION_UNREAD, UnknownReason.CRITERION_UNSET,
    UnknownReason.HISTORY_TOO_SHORT, UnknownReason.ATTESTATION_INCOMPLETE, UnknownReason.CHALLENGE,
    UnknownReason.POSSIBLE_MATCH, UnknownReason.FOLLOWS_FROM, UnknownReason.EMPTY_LOG, UnknownReason.STALE,
)  # fmt: skip
"""Of several reasons the first is the rule's; age is last, because only age alone makes something stale."""


def first_of(reasons: Collection[UnknownReason]) -> UnknownReason:
    """The most telling of some reasons; there must be one."""
    return next(word for word in PRIORITY if word in reasons)
