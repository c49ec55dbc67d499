"""Microsoft Graph as a whole: address, limits, errors, and what is never kept of its answers."""

from typing import Any

from annexa.collectors._graph import GRAPH_PAGES, by_sdk
from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Read
from annexa.schemas.words import Reason

AUDITS = "GET /auditLogs/directoryAudits"
REGISTRATIONS = "GET /reports/authenticationMethods/userRegistrationDetails"
CONDITIONAL_ACCESS = "GET /identity/conditionalAccess/policies"
RECORDS = "GET /security/auditLog/queries/{id}/records"
USED = "GET /reports/getMicrosoft365CopilotUsageUserDetail(period='D30')"
DECIDED = "GET /identityGovernance/accessReviews/definitions/{definition}/instances/{instance}/decisions"
APPS_SEEN = (
    "GET /security/dataDiscovery/cloudAppDiscovery/uploadedStreams/{stream}/"
    "microsoft.graph.security.aggregatedAppsDetails(period=duration'P30D')"
)
CONTROLS = "GET /security/secureScoreControlProfiles"
BETA = "https://graph.microsoft.com/beta"
"""Where paths stand that are not in v1.0."""
REPORTS = Rate(per_second=0.5, burst=5)
"""5 requests in 10 seconds: https://learn.microsoft.com/graph/throttling-limits"""
_SECRETS = ("hint", "secretText", "key", "customKeyIdentifier", "displayName")
"""Members of a secret or certificate that could tell it, and its name, in which administrators write what they like."""


def _of_each(*paths: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(("value", "*", *path) for path in paths)


API = Api(
    vendor="microsoft",
    title="Microsoft Graph",
    base="https://graph.microsoft.com/v1.0",
    sign=by_sdk,
    suffixes=("graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"),
    request_id="request-id",
    code="error.code",
    says="error.message",
    # A licence that is missing is told with the same statuses as a permission that is missing.
    codes={
        "AadPremiumLicenseRequired": Reason.NOT_LICENSED,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant": Reason.NOT_LICENSED,
    },
    # A list of the directory costs 2 of 3,500 units in 10 seconds, in the smallest tenants.
    rate=Rate(per_second=100, burst=200),
    rates={AUDITS: REPORTS, REGISTRATIONS: REPORTS, CONDITIONAL_ACCESS: Rate(per_second=1, burst=1)},
    sensitive={
        "GET /applications": _of_each(
            *((sort, "*", name) for sort in ("passwordCredentials", "keyCredentials") for name in _SECRETS)
        ),
        AUDITS: _of_each(
            ("initiatedBy",), ("targetResources",), ("additionalDetails",), ("resultReason",)
        ),
        RECORDS: _of_each(
            ("auditData",), ("clientIp",), ("objectId",), ("userId",), ("userPrincipalName",), ("administrativeUnits",)
        ),
        USED: _of_each(("userPrincipalName",), ("displayName",)),
        DECIDED: _of_each(
            ("justification",), ("principal", "displayName"), ("principal", "userPrincipalName"),
            ("reviewedBy", "displayName"), ("reviewedBy", "userPrincipalName"), ("appliedBy",),
        ),
        CONTROLS: _of_each(
            *(("controlStateUpdates", "*", name) for name in ("comment", "assignedTo", "updatedBy")),
            ("comment",), ("assignedTo",), ("tenantNote",),
        ),
    },
)  # fmt: skip


def listed(path: str, needs: str, *fields: str, top: int | None = 999, **more: Any) -> Read:
    """One list of Graph; `fields` are all that is asked of an object."""
    params = {**({"$top": top} if top else {}), **({"$select": ",".join(fields)} if fields else {})}
    params |= more.pop("params", {})
    return Read(op=f"GET {path}", path="value", needs=needs, pager=GRAPH_PAGES, params=params, **more)


def single(path: str, needs: str, **more: Any) -> Read:
    """One object of Graph."""
    return Read(op=f"GET {path}", needs=needs, **more)


USERS = listed("/users", "User.Read.All", "id", "userPrincipalName", "accountEnabled", "userType", "createdDateTime",
               "assignedLicenses")  # fmt: skip
"""Every account of the tenant, guests among them."""
