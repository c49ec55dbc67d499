"""What all Workspace collectors share: scopes, limits, and how Google's values are read."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from annexa.collectors._pacing import Rate
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value

CUSTOMER_READ = "https://www.googleapis.com/auth/admin.directory.customer.readonly"
UNITS_READ = "https://www.googleapis.com/auth/admin.directory.orgunit.readonly"
USERS_READ = "https://www.googleapis.com/auth/admin.directory.user.readonly"
ROLES_READ = "https://www.googleapis.com/auth/admin.directory.rolemanagement.readonly"
SECURITY = "https://www.googleapis.com/auth/admin.directory.user.security"
POLICIES_READ = "https://www.googleapis.com/auth/cloud-identity.policies.readonly"
AUDIT_READ = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
LICENSING = "https://www.googleapis.com/auth/apps.licensing"
ALERTS = "https://www.googleapis.com/auth/apps.alerts"
GROUPS_READ = "https://www.googleapis.com/auth/admin.directory.group.readonly"
VAULT_READ = "https://www.googleapis.com/auth/ediscovery.readonly"
CHROME_READ = "https://www.googleapis.com/auth/chrome.management.policy.readonly"

MINE = "my_customer"
"""Google's own alias of the customer that asks."""
WORKSPACE = "google_workspace"
"""The target of rights over the customer and of apps that read its people's data."""

RATES = {
    # Directory and Reports take 2,400 requests a minute and project, Reports fewer where a list is narrowed; Chrome takes 5
    # a second and user. Of the Policy API no limit is published, and of Vault none was confirmed.
    "admin/directory_v1": Rate(per_second=38, burst=60),
    "admin/reports_v1": Rate(per_second=4, burst=20),
    "chromepolicy/v1": Rate(per_second=4, burst=8),
    "cloudidentity/v1": Rate(per_second=1, burst=5),
    "vault/v1": Rate(per_second=1, burst=5),
}
"""Requests a second by API."""

T = TypeVar("T")


def moment(raw: object, otherwise: Missing = NOT_EXPOSED) -> str | Missing:
    """A time of Google's, in UTC; the beginning of 1970 stands for "never" and becomes `otherwise`, like a missing one."""
    if raw in (None, ""):
        return otherwise
    try:
        found = stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time")
    return otherwise if found.startswith("1970-01-01T00:00:00") else found


def unix(raw: object) -> str | Missing:
    """A time in seconds since 1970, which Google writes as text; what zero stands for is not documented."""
    if raw in (None, "", "0"):
        return NOT_EXPOSED
    if not isinstance(raw, str) or not raw.isdecimal():
        return ambiguous(str(raw), "the vendor documents a time in seconds")
    try:
        return stamp(datetime.fromtimestamp(int(raw), UTC))
    except (OverflowError, OSError, ValueError):
        return ambiguous(raw, "the vendor documents a time in seconds")


def whole(raw: object) -> int | Missing:
    """A whole number, which Google writes as text where it may be large."""
    if raw is None:
        return NOT_EXPOSED
    return int(raw) if isinstance(raw, str) and raw.isdecimal() else unknown_value(raw)


def names(raw: Any) -> tuple[str, ...] | None:
    """A list of words, sorted; None where it is no such list."""
    if isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return tuple(sorted(set(raw)))
    return None
