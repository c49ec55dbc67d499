"""Slack's Web API as a whole: address, limits, errors; and how its values are read.

A method that fails answers with status 200 and `ok: false`, and says why in `error`. Times are seconds since 1970.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Cursor, bearer
from annexa.evidence.clock import stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.schemas.words import Reason

ENTERPRISE = "Enterprise"
"""The plan that the calls of administrators need."""
NEXT = Cursor(param="cursor", at="response_metadata.next_cursor", may_lack=True, may_be_empty=True)
"""Every list goes on by a cursor, which is empty or not there on the last page; pages may hold less than was asked for."""
APPROVED, RESTRICTED = "GET /admin.apps.approved.list", "GET /admin.apps.restricted.list"
TIER_2, TIER_3 = Rate(per_second=0.3, burst=4), Rate(per_second=0.8, burst=10)
"""Twenty and fifty calls a minute; Slack allows short bursts beyond."""

_DENIED = (
    "access_denied", "app_management_app_not_installed_on_org", "ekm_access_denied", "enterprise_is_restricted",
    "missing_scope", "no_permission", "not_allowed", "not_allowed_token_type", "not_an_admin", "org_login_required",
    "restricted_action", "team_access_not_granted", "two_factor_setup_required", "user_not_authorized",
)  # fmt: skip
"""The token, or whoever it belongs to, may not make the call."""
_STALE = ("account_inactive", "invalid_auth", "invalid_authentication", "not_authed", "token_expired", "token_revoked")
"""The token is none that Slack accepts, or none any more."""
_NOT_LICENSED = ("feature_not_enabled", "invalid_workspace", "not_an_enterprise", "team_not_authorized")
"""The plan has no such interface."""
_DOWN = ("fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org")
"""Slack itself failed; asking again may help."""

API = Api(
    vendor="slack",
    title="Slack",
    base="https://slack.com/api",
    sign=bearer("SLACK_ORG_ADMIN_USER_TOKEN"),
    suffixes=("slack.com", ".slack.com"),
    request_id="x-slack-req-id",
    code="error",
    failed="ok",
    stale=_STALE,
    codes={
        **dict.fromkeys(_DENIED, Reason.DENIED),
        **dict.fromkeys(_NOT_LICENSED, Reason.NOT_LICENSED),
        **dict.fromkeys(_DOWN, Reason.UNREACHABLE),
        "ratelimited": Reason.THROTTLED,
    },
    rate=TIER_3,
    rates={APPROVED: TIER_2, RESTRICTED: TIER_2},
)


def moment(raw: object, null: Missing = NOT_EXPOSED) -> str | Missing:
    """A time in seconds since 1970, in UTC; `null` is what a zero or a null means there."""
    if raw is None or raw == 0:
        return null
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return ambiguous(str(raw), "the vendor documents seconds since 1970")
    try:
        return stamp(datetime.fromtimestamp(raw, UTC))
    except (ValueError, OverflowError, OSError):
        return ambiguous(str(raw), "no time can be made of it")


def flag(item: Mapping[str, Any], name: str) -> bool | Missing:
    """A yes or no of Slack's, where it says either."""
    raw = item.get(name)
    if raw is None:
        return NOT_EXPOSED
    return raw if isinstance(raw, bool) else unknown_value(raw)
