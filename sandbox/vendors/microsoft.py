"""Harbourline's Microsoft 365 tenant: half of the people, applications that they let in, sign-in policies, and Copilot."""

from collections.abc import Collection
from typing import Any

from annexa.sandbox._entra import TENANT, TOKEN, TOKEN_ENV
from annexa.sandbox._rest import Asked, Key, NextLink, RestPlay, Route, World, collection, retry_after, rows
from annexa.sandbox.play import DateName, ScenarioName

LIST = NextLink(
    items="value", limit="$top", next="@odata.nextLink", param="$skiptoken", size=100, most=999, hollow=True
)
"""Graph's lists; the second page may be empty, and still point to a third."""
WHOLE = NextLink(items="value", limit=None, next="@odata.nextLink", param="$skiptoken", size=100, hollow=True)
"""The same, where the size of a page cannot be chosen."""
SELECT = "$select"
DELEGATED = 13
"""The row of the company in which an application asks what only people are shown."""
ROLES = (
    "AccessReview.Read.All", "AgentIdentity.Read.All", "AppCatalog.Read.All", "Application.Read.All", "AuditLog.Read.All",
    "AuditLogsQuery.Read.All", "CloudApp-Discovery.Read.All", "ConsentRequest.Read.All", "CopilotPackages.Read.All",
    "Directory.Read.All", "LicenseAssignment.Read.All", "Policy.Read.All", "Policy.Read.PermissionGrant", "Reports.Read.All",
    "RoleAssignmentSchedule.Read.Directory", "RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory",
    "SecurityEvents.Read.All", "SensitivityLabel.Read", "User.Read.All",
)  # fmt: skip
"""The app roles to which an administrator of the company consented; they decide what is refused."""
PERSON = "CopilotSettings-LimitedMode.Read"
REVIEWS = "GET /identityGovernance/accessReviews/definitions"
STREAMS = "GET /security/dataDiscovery/cloudAppDiscovery/uploadedStreams"


def _service_principals(world: World, asked: Asked) -> list[Any]:
    """All of them, or those whose application the filter names."""
    wanted = asked.query.get("$filter")
    found = collection(world, "service_principals")
    return found if wanted is None else [one for one in found if f"'{one['appId']}'" in wanted]


def _audits(world: World, asked: Asked) -> list[Any]:
    """The newest first, where that is asked for."""
    newest_first = asked.query.get("$orderby", "").endswith(" desc")
    return sorted(collection(world, "audits"), key=lambda one: str(one["activityDateTime"]), reverse=newest_first)


ROUTES = (
    Route("GET /organization", "organization", pager=WHOLE, needs="User.Read.All", select=SELECT),
    Route("GET /servicePrincipals", _service_principals, pager=LIST, needs="Application.Read.All", select=SELECT,
          query=("$filter",)),
    Route("GET /servicePrincipals/{id}/appRoleAssignedTo",
          rows("app_role_assignments", {"resourceId": "{id}"}, of=("service_principals", {"id": "{id}"})), pager=LIST,
          needs="Application.Read.All", enums=("principalType",)),
    Route("GET /oauth2PermissionGrants", "grants", pager=LIST, needs="Directory.Read.All", enums=("consentType",)),
    Route("GET /applications", "applications", pager=LIST, needs="Application.Read.All", query=("$expand", SELECT)),
    Route("GET /users", "users", pager=LIST, needs="User.Read.All", select=SELECT, enums=("userType",)),
    Route("GET /reports/authenticationMethods/userRegistrationDetails", "registrations", pager=WHOLE,
          needs="AuditLog.Read.All"),
    Route("GET /policies/authorizationPolicy", "authorization", needs="Policy.Read.All",
          lists=("defaultUserRolePermissions.permissionGrantPoliciesAssigned",)),
    Route("GET /policies/adminConsentRequestPolicy", "consent_requests", needs="Policy.Read.All"),
    Route("GET /policies/permissionGrantPolicies", "grant_policies", pager=WHOLE, needs="Policy.Read.PermissionGrant"),
    Route("GET /policies/identitySecurityDefaultsEnforcementPolicy", "security_defaults", needs="Policy.Read.All"),
    Route("GET /identity/conditionalAccess/policies", "policies", pager=WHOLE, needs="Policy.Read.All",
          enums=("state", "grantControls.operator")),
    Route("GET /groups/{id}/transitiveMembers", rows("members", {"$group": "{id}"}, of=("groups", {"id": "{id}"})),
          pager=LIST, needs="Directory.Read.All", select=SELECT),
    Route("GET /roleManagement/directory/roleDefinitions", "role_definitions", pager=WHOLE,
          needs="RoleManagement.Read.Directory"),
    Route("GET /roleManagement/directory/roleAssignments", "role_assignments", pager=WHOLE,
          needs="RoleManagement.Read.Directory"),
    Route("GET /roleManagement/directory/roleEligibilityScheduleInstances", "eligible", pager=WHOLE,
          needs="RoleEligibilitySchedule.Read.Directory"),
    Route("GET /subscribedSkus", "skus", pager=WHOLE, needs="LicenseAssignment.Read.All", enums=("capabilityStatus",)),
    Route("GET /copilot/admin/settings/limitedMode", "limited_mode", needs=PERSON),
    Route("GET /security/dataSecurityAndGovernance/sensitivityLabels", "labels", pager=WHOLE,
          needs="SensitivityLabel.Read"),
    Route("GET /security/secureScoreControlProfiles", "secure_score", pager=WHOLE, needs="SecurityEvents.Read.All",
          enums=("controlStateUpdates.*.state",)),
    Route("GET /roleManagement/directory/roleAssignmentScheduleInstances", "scheduled", pager=WHOLE,
          needs="RoleAssignmentSchedule.Read.Directory", enums=("assignmentType",)),
    Route("GET /servicePrincipals/microsoft.graph.agentIdentity", "agent_identities", pager=LIST,
          needs="AgentIdentity.Read.All", query=("$expand",)),
    Route("GET /identityGovernance/appConsent/appConsentRequests", "asked", pager=WHOLE, needs="ConsentRequest.Read.All"),
    Route(REVIEWS, "reviews", pager=LIST, needs="AccessReview.Read.All", select=SELECT),
    Route(f"{REVIEWS}/{{definition}}/instances",
          rows("review_instances", {"$review": "{definition}"}, of=("reviews", {"id": "{definition}"})), pager=WHOLE,
          needs="AccessReview.Read.All", enums=("status",)),
    Route(f"{REVIEWS}/{{definition}}/instances/{{instance}}/decisions",
          rows("review_decisions", {"$instance": "{instance}"}, of=("review_instances", {"id": "{instance}"})), pager=WHOLE,
          needs="AccessReview.Read.All", enums=("decision", "applyResult")),
    Route("GET /security/auditLog/queries", "audit_queries", pager=WHOLE, needs="AuditLogsQuery.Read.All", enums=("status",)),
    Route("GET /security/auditLog/queries/{id}/records",
          rows("audit_records", {"$query": "{id}"}, of=("audit_queries", {"id": "{id}"})), pager=WHOLE,
          needs="AuditLogsQuery.Read.All"),
    Route("GET /reports/getMicrosoft365CopilotUsageUserDetail(period='D30')", "copilot_use", pager=WHOLE,
          needs="Reports.Read.All", query=("$format",), base="/beta"),
    Route("GET /copilot/admin/catalog/packages", "packages", pager=WHOLE, needs="CopilotPackages.Read.All",
          enums=("availableTo",)),
    Route("GET /appCatalogs/teamsApps", "teams_apps", pager=WHOLE, needs="AppCatalog.Read.All", query=("$filter", "$expand"),
          enums=("appDefinitions.*.publishingState",)),
    Route(STREAMS, "streams", pager=WHOLE, needs="CloudApp-Discovery.Read.All", base="/beta"),
    Route(f"{STREAMS}/{{stream}}/microsoft.graph.security.aggregatedAppsDetails(period=duration'P30D')",
          rows("discovered", {"$stream": "{stream}"}, of=("streams", {"id": "{stream}"})), pager=WHOLE,
          needs="CloudApp-Discovery.Read.All", base="/beta"),
    Route("GET /auditLogs/directoryAudits", _audits, pager=LIST, needs="AuditLog.Read.All", query=("$orderby",)),
)  # fmt: skip
"""What the stand-in answers, in the vendor's own words."""

REFUSALS = {
    "bad_request": (400, "BadRequest", "Invalid query."),
    "unauthorised": (401, "InvalidAuthenticationToken", "Access token validation failure."),
    "expired": (401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    "denied": (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    "not_found": (404, "Request_ResourceNotFound", "Resource does not exist."),
    "throttled": (429, "TooManyRequests", "Too many requests."),
    "server_error": (500, "InternalServerError", "The server encountered an error."),
}


def _error(status: int, code: str, message: str) -> Any:
    return {"error": {"code": code, "message": message, "innerError": {"request-id": "sandbox"}}}


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Microsoft on one of the company's days; where row 13 is mended, a person's token asks."""
    person = scenario == "clean" or DELEGATED in mended
    key = Key(secret=TOKEN, env=TOKEN_ENV, scopes=(*ROLES, PERSON) if person else ROLES)
    return RestPlay(
        "microsoft", scenario, date, mended, routes=ROUTES, error=_error, refusals=REFUSALS, base="/v1.0", keys=(key,),
        request_id="request-id", throttle=retry_after(2),
        table={"tenant_id": TENANT, **({"delegated": True} if person else {})},
    )  # fmt: skip
