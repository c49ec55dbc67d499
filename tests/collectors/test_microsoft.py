"""Microsoft Graph: what its answers become, over pages, refusals, missing licences, empty tenants and odd values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import microsoft
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.microsoft import (
    applications,
    conditional_access,
    consent,
    copilot,
    credentials,
    grants,
    labels,
    logs,
    people,
    roles,
)
from annexa.collectors.microsoft._api import API
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.graph_stage import jwt, serving
from annexa.tests.collectors.rest_wire import FakeRest, Pages, Status, facts, lost

TENANT = "b7c1d0e4-2f5a-4c88-9a36-3d1e7f60a001"
DENIED = Status(403, {"error": {"code": "Authorization_RequestDenied", "message": "no"}})
UNLICENSED = Status(403, {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "no"}})
NO_PIM = Status(400, {"error": {"code": "AadPremiumLicenseRequired", "message": "no"}})
SPS, GRANTS, USERS = "GET /servicePrincipals", "GET /oauth2PermissionGrants", "GET /users"
ASSIGNED = "GET /servicePrincipals/{id}/appRoleAssignedTo"
POLICIES, MEMBERS = "GET /identity/conditionalAccess/policies", "GET /groups/{id}/transitiveMembers"
GRAPH = "00000003-0000-0000-c000-000000000000"


def collect(collector: Collector, answers: Any, *, delegated: bool = False, **how: Any) -> Gathered:
    return rest_wire.collect(collector, answers, api=API, scope=TENANT, delegated=delegated, **how)


def page(*rows: Any, op: str = "", next: str | None = None) -> dict[str, Any]:
    link = {"@odata.nextLink": f"https://vendor.example{op.partition(' ')[2]}?$skiptoken={next}"} if next else {}
    return {"value": list(rows), **link}


def principal(name: str = "sp-1", **more: Any) -> dict[str, Any]:
    return {"id": name, "appId": "APP-1", "displayName": "Notes", "appOwnerOrganizationId": "other-tenant",
            "servicePrincipalType": "Application", "applicationTemplateId": None, "accountEnabled": True,
            "disabledByMicrosoftStatus": None, "appRoleAssignmentRequired": False, "homepage": None, "loginUrl": None,
            "verifiedPublisher": {"displayName": "Notes Ltd", "verifiedPublisherId": "1"},
            "replyUrls": ["https://notes.example/back", "http://localhost/x", "urn:x"],
            "preferredSingleSignOnMode": None, **more}  # fmt: skip


HERE = principal("sp-0", appId=applications.GRAPH, appOwnerOrganizationId=applications.MICROSOFT[0])

# --- applications


def test_an_application_of_somebody_else() -> None:
    found = collect(applications.applications, {SPS: page(principal(), HERE)})
    (fact,) = facts(found)
    assert found.unit.completeness is Completeness.COMPLETE
    assert (fact.subject, fact.vendor_id, fact.name, fact.publisher) == ("sp-1", "app-1", "Notes", "Notes Ltd")
    assert (fact.verified, fact.consented, fact.state, fact.domains) == (True, "all", "enabled", ("notes.example",))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"appOwnerOrganizationId": TENANT.upper()}, False),
        ({"appOwnerOrganizationId": TENANT, "applicationTemplateId": applications.CUSTOM}, False),
        ({"appOwnerOrganizationId": TENANT, "applicationTemplateId": "gallery"}, True),
        ({"appOwnerOrganizationId": applications.MICROSOFT[0]}, False),
        ({"appOwnerOrganizationId": None}, True),
        ({"appOwnerOrganizationId": None, "servicePrincipalType": "ManagedIdentity"}, False),
        ({"servicePrincipalType": "SomethingNew"}, True),
    ],
)
def test_whose_application_it_is(given: dict[str, Any], kept: bool) -> None:
    assert bool(facts(collect(applications.applications, {SPS: page(principal(**given))}))) is kept


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        ({"verifiedPublisher": {"displayName": None, "verifiedPublisherId": None}}, "verified", False),
        ({"verifiedPublisher": None}, "verified", NOT_EXPOSED),
        ({"verifiedPublisher": "yes"}, "verified", unknown_value("yes")),
        ({"accountEnabled": False}, "state", "disabled"),
        ({"disabledByMicrosoftStatus": "DisabledDueToViolationOfServicesAgreement"}, "state", "disabled"),
        ({"accountEnabled": None}, "state", NOT_EXPOSED),
        ({"appRoleAssignmentRequired": True}, "consented", "assigned"),
        ({"appRoleAssignmentRequired": "no"}, "consented", unknown_value("no")),
        ({"replyUrls": None}, "domains", NOT_EXPOSED),
        ({"replyUrls": []}, "domains", ABSENT),
    ],
)
def test_what_an_application_says(given: dict[str, Any], field: str, expected: Any) -> None:
    (fact,) = facts(collect(applications.applications, {SPS: page(principal(**given))}))
    assert getattr(fact, field) == expected


def test_an_empty_page_is_not_the_end_and_an_object_on_two_pages_is_one() -> None:
    pages = Pages(
        page(principal(), op=SPS, next="2"), page(op=SPS, next="3"), page(principal(), principal("sp-2"), HERE)
    )
    found = collect(applications.applications, {SPS: pages})
    assert [fact.subject for fact in facts(found)] == ["sp-1", "sp-2"]
    assert found.unit.completeness is Completeness.COMPLETE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (DENIED, Reason.DENIED), (Status(401), Reason.DENIED), (Status(429), Reason.THROTTLED),
        ({}, Reason.INVALID_ANSWER), ({"value": None}, Reason.INVALID_ANSWER), ({"value": "x"}, Reason.INVALID_ANSWER),
        (page({"displayName": "nameless"}), Reason.INVALID_ANSWER), (Status(200, b"<html>"), Reason.INVALID_ANSWER),
        ({"value": [], "@odata.nextLink": "https://elsewhere.example/v1.0/servicePrincipals?$skiptoken=2"},
         Reason.INVALID_ANSWER),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_never_an_empty_list(answer: Any, reason: Reason) -> None:
    found = collect(applications.applications, {SPS: answer})
    assert [entry[2] for entry in lost(found)] == [reason]
    assert found.unit.completeness is not Completeness.COMPLETE


def test_a_tenant_in_which_graph_itself_is_missing_is_not_believed() -> None:
    found = collect(applications.applications, {SPS: page()})
    assert lost(found) == [(SPS, None, Reason.VISIBILITY_UNPROVED)]


# --- grants

OFFER = {"id": "r-1", "appId": GRAPH, "appRoles": [{"id": "role-1", "value": "Sites.Read.All"}]}


def consented(**more: Any) -> dict[str, Any]:
    return {"id": "g-1", "clientId": "sp-1", "consentType": "AllPrincipals", "principalId": None, "resourceId": "r-1",
            "scope": " User.Read Mail.Send", **more}  # fmt: skip


def test_a_consent_for_everybody_and_one_of_a_person() -> None:
    rows = page(consented(), consented(id="g-2", consentType="Principal", principalId="u-1", scope="openid"))
    first, second = facts(collect(grants.delegated, {SPS: page(OFFER), GRANTS: rows}))
    assert (first.on_behalf_of, first.purpose, first.permissions) == ("all", "write", ("Mail.Send", "User.Read"))
    assert (first.grantee, first.target, first.verdict) == ("sp-1", "microsoft_graph", "allowed")
    assert (second.on_behalf_of, second.purpose, second.via) == ("user", "read", ("consent of u-1",))


def test_a_consent_of_a_sort_that_nobody_knows_is_kept() -> None:
    (fact,) = facts(collect(grants.delegated, {SPS: page(OFFER), GRANTS: page(consented(consentType="Tenant"))}))
    assert fact.on_behalf_of == fact.verdict == unknown_value("Tenant")


def test_a_consent_that_does_not_say_what_for_breaks_the_list_off() -> None:
    found = collect(grants.delegated, {SPS: page(OFFER), GRANTS: page(consented(scope=None))})
    assert lost(found) == [(GRANTS, None, Reason.INVALID_ANSWER)]


def held(**more: Any) -> dict[str, Any]:
    return {"id": "a-1", "appRoleId": "role-1", "principalId": "sp-1", "principalDisplayName": "Notes",
            "principalType": "ServicePrincipal", "createdDateTime": "2026-01-02T03:04:05Z", **more}  # fmt: skip


def test_permissions_of_an_applications_own_by_their_names_and_unknown_ones_by_their_ids() -> None:
    answers = {SPS: page(OFFER), ASSIGNED: page(held(), held(id="a-2", appRoleId="role-9", principalType="Robot"))}
    first, second = facts(collect(grants.application_permissions, answers))
    assert (first.permissions, first.on_behalf_of, first.granted) == (
        ("Sites.Read.All",),
        "none",
        "2026-01-02T03:04:05Z",
    )
    assert (second.permissions, second.grantee_sort) == (("role-9",), unknown_value("Robot"))


def test_a_service_whose_assignments_are_refused_costs_itself_and_says_so() -> None:
    found = collect(grants.application_permissions, {SPS: page(OFFER), ASSIGNED: DENIED})
    assert lost(found) == [(ASSIGNED, "r-1", Reason.DENIED)]


def test_a_tenant_without_graph_itself_is_not_believed() -> None:
    found = collect(grants.application_permissions, {SPS: page()})
    assert lost(found) == [(SPS, None, Reason.VISIBILITY_UNPROVED)]


def test_few_calls_for_many_objects() -> None:
    asked = FakeRest({SPS: page(OFFER), ASSIGNED: page(*(held(id=f"a-{n}") for n in range(900)))}, api=API)
    assert len(facts(collect(grants.application_permissions, {}, wire=asked))) == 900
    assert len(asked.asked) == 1 + 1


# --- consent


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [
        ([], "none"),
        (["ManagePermissionGrantsForOwnedResource.team"], "none"),
        (["ManagePermissionGrantsForSelf.microsoft-user-default-low"], "microsoft-user-default-low"),
        (["managePermissionGrantsForSelf.a", "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"],
         "microsoft-user-default-legacy"),
    ],
)  # fmt: skip
def test_who_may_let_an_application_in(assigned: Any, expected: Any) -> None:
    answer = {"id": "authorizationPolicy", "defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": assigned}}
    (fact,) = facts(collect(consent.user_consent, {"GET /policies/authorizationPolicy": answer}))
    assert fact.value == expected


def test_several_consent_policies_leave_it_open() -> None:
    assigned = ["ManagePermissionGrantsForSelf.a", "ManagePermissionGrantsForSelf.b"]
    answer = {"id": "x", "defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": assigned}}
    (fact,) = facts(collect(consent.user_consent, {"GET /policies/authorizationPolicy": answer}))
    assert fact.value.state is State.AMBIGUOUS


@pytest.mark.parametrize("assigned", [None, "none", {}])
def test_a_consent_policy_without_its_list_is_not_one_that_allows_nothing(assigned: Any) -> None:
    answer = {"id": "x", "defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": assigned}}
    found = collect(consent.user_consent, {"GET /policies/authorizationPolicy": answer})
    assert facts(found) == [] and lost(found) == [("GET /policies/authorizationPolicy", None, Reason.INVALID_ANSWER)]


def test_a_refused_consent_policy_is_no_setting() -> None:
    found = collect(consent.admin_consent_flow, {"GET /policies/adminConsentRequestPolicy": DENIED})
    assert facts(found) == [] and lost(found)[0][2] is Reason.DENIED


# --- conditional access


def policy(**more: Any) -> dict[str, Any]:
    users = {"includeUsers": ["All"], "includeGroups": [], "includeRoles": [], "excludeUsers": ["u-1"],
             "excludeGroups": ["grp-1"], "excludeRoles": [], **more.pop("users", {})}  # fmt: skip
    conditions = {"applications": {"includeApplications": ["All"], "excludeApplications": []}, "users": users,
                  "clientAppTypes": ["all"], **more.pop("conditions", {})}  # fmt: skip
    return {"id": "p-1", "displayName": "All", "state": "enabled", "conditions": conditions,
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}, **more}  # fmt: skip


def policies(answer: Any = None, members: Any = None) -> Any:
    found = collect(
        conditional_access.conditional_access,
        {
            POLICIES: page(policy() if answer is None else answer),
            MEMBERS: members or page({"id": "u-1"}, {"id": "u-2"}),
        },
    )
    return facts(found)[0], found


def test_a_policy_with_those_that_it_leaves_out_counted_once() -> None:
    fact, _ = policies()
    assert (fact.state, fact.targets, fact.excludes) == (
        "enforced",
        ("app All", "user All"),
        ("group grp-1", "user u-1"),
    )
    assert (fact.requires, fact.excluded_members) == (("mfa",), 2)


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        ({"state": "enabledForReportingButNotEnforced"}, "state", "report_only"),
        ({"state": "disabled"}, "state", "off"),
        ({"state": "paused"}, "state", unknown_value("paused")),
        ({"conditions": {"locations": {"includeLocations": ["All"]}}}, "targets", ("app All", "only locations", "user All")),
        ({"conditions": {"clientAppTypes": ["browser"]}}, "targets", ("app All", "only clientAppTypes", "user All")),
        ({"grantControls": {"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}}, "requires",
         ("compliantDevice or mfa",)),
        ({"grantControls": {"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]}}, "requires",
         ("compliantDevice", "mfa")),
        ({"grantControls": {"operator": "XOR", "builtInControls": ["mfa", "compliantDevice"]}}, "requires",
         unknown_value("XOR")),
        ({"grantControls": None}, "requires", ABSENT),
        ({"grantControls": {"operator": "OR", "builtInControls": [],
                            "authenticationStrength": {"id": "s", "requirementsSatisfied": "mfa"}}}, "requires", ("mfa",)),
        ({"grantControls": {"operator": "OR", "builtInControls": [],
                            "authenticationStrength": {"id": "s", "displayName": "weak", "requirementsSatisfied": "none"}}},
         "requires", ("strength weak",)),
        ({"conditions": {}, "users": {"excludeUsers": [], "excludeGroups": []}}, "excluded_members", 0),
    ],
)  # fmt: skip
def test_what_a_policy_says(given: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(policies(policy(**given))[0], field) == expected


@pytest.mark.parametrize("users", [{"excludeRoles": ["r-1"]}, {"excludeGuestsOrExternalUsers": {"x": 1}},
                                   {"excludeUsers": ["GuestsOrExternalUsers"]}])  # fmt: skip
def test_roles_and_guests_that_are_left_out_are_not_counted_as_nobody(users: dict[str, Any]) -> None:
    assert policies(policy(users=users))[0].excluded_members.state is State.AMBIGUOUS


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"users": {"excludeUsers": None}}, "excluded_members"),
        ({"users": {"excludeGroups": None}}, "excludes"),
        ({"users": {"includeUsers": None}}, "targets"),
        ({"conditions": {"users": None}}, "excluded_members"),
        ({"conditions": {"applications": {"includeApplications": ["All"]}}}, "excludes"),
        ({"conditions": {"applications": None}}, "targets"),
    ],
)
def test_a_null_where_a_list_belongs_is_not_nobody(given: dict[str, Any], field: str) -> None:
    assert getattr(policies(policy(**given))[0], field) == NOT_EXPOSED


def test_a_policy_for_workloads_is_not_about_people() -> None:
    fact, _ = policies(policy(conditions={"users": None, "clientApplications": {"includeServicePrincipals": ["x"]}}))
    assert "only clientApplications" in fact.targets


def test_a_group_that_cannot_be_expanded_leaves_its_size_open() -> None:
    fact, found = policies(members=DENIED)
    assert fact.excluded_members.state is State.UNREAD
    assert lost(found) == [(MEMBERS, "p-1", Reason.DENIED)]


# --- people, roles, Copilot


def account(name: str = "u-1", **more: Any) -> dict[str, Any]:
    return {"id": name, "userPrincipalName": "kim@acme.example", "accountEnabled": True, "userType": "Member",
            "createdDateTime": "2024-01-01T00:00:00Z", "assignedLicenses": [], **more}  # fmt: skip


PROOFS = people.PROOFS.op


def accounts(seen: Any, proofs: Any, **more: Any) -> Gathered:
    def listed(params: Any) -> Any:
        return seen if "signInActivity" in params["$select"] else page(account(**more))

    return collect(people.accounts, {USERS: listed, PROOFS: proofs})


def test_an_account_with_its_second_factor_and_its_last_sign_in() -> None:
    times = {"lastSignInDateTime": "2026-05-01T00:00:00Z", "lastNonInteractiveSignInDateTime": "2026-06-01T00:00:00Z"}
    found = accounts(page({"id": "u-1", "signInActivity": times}), page({"id": "u-1", "isMfaRegistered": False}))
    (fact,) = facts(found)
    assert (fact.name, fact.sort, fact.state, fact.mfa) == ("kim@acme.example", "person", "enabled", False)
    assert fact.last_seen == "2026-06-01T00:00:00Z"


@pytest.mark.parametrize(("answer", "reason"), [(UNLICENSED, Reason.NOT_LICENSED), (DENIED, Reason.DENIED)])
def test_a_missing_licence_is_not_a_missing_permission(answer: Any, reason: Reason) -> None:
    found = accounts(answer, answer)
    (fact,) = facts(found)
    assert fact.mfa.state is fact.last_seen.state is State.UNREAD
    assert [entry[2] for entry in lost(found)] == [reason, reason]


def test_an_account_that_the_reports_lack_says_nothing() -> None:
    (fact,) = facts(accounts(page(), page(), accountEnabled=None, userType="Robot"))
    assert (fact.mfa, fact.last_seen, fact.state) == (NOT_EXPOSED,) * 3
    assert fact.sort == unknown_value("Robot")


DEFINITIONS, ASSIGNMENTS, ELIGIBLE = roles.DEFINITIONS.op, roles.ASSIGNMENTS.op, roles.ELIGIBLE.op
ROLE = {"id": "x-1", "principalId": "u-1", "roleDefinitionId": "d-1", "directoryScopeId": "/"}


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("Global Administrator", "administer"), ("Global Reader", "read"), (None, "administer")],
)
def test_what_a_role_amounts_to(name: str | None, purpose: str) -> None:
    defined = page({"id": "d-1", "displayName": name}) if name else page()
    (fact,) = facts(collect(roles.directory_roles, {DEFINITIONS: defined, ASSIGNMENTS: page(ROLE)}))
    assert (fact.purpose, fact.permissions, fact.verdict) == (purpose, (name or "d-1",), "allowed")


def test_a_role_to_be_called_up_is_conditional_and_needs_a_licence() -> None:
    defined = page({"id": "d-1", "displayName": "AI Administrator"})
    (fact,) = facts(collect(roles.eligible_roles, {DEFINITIONS: defined, ELIGIBLE: page(ROLE)}))
    assert fact.verdict == "conditional"
    assert lost(collect(roles.eligible_roles, {DEFINITIONS: defined, ELIGIBLE: NO_PIM})) == [
        (ELIGIBLE, None, Reason.NOT_LICENSED)
    ]


SKU = {"id": "s-1", "skuId": copilot.PRODUCTS[0].upper(), "skuPartNumber": "Microsoft_365_Copilot",
       "capabilityStatus": "Enabled"}  # fmt: skip
SKUS = copilot.SKUS.op


def test_copilot_and_who_holds_a_licence_of_it() -> None:
    (system,) = facts(collect(copilot.copilot, {SKUS: page(SKU)}))
    assert (system.subject, system.provider, system.state) == ("microsoft_365_copilot", "microsoft.copilot", "enabled")
    holds = account("u-2", assignedLicenses=[{"skuId": copilot.PRODUCTS[0]}])
    (grant,) = facts(collect(copilot.licences, {SKUS: page(SKU), USERS: page(account(), holds)}))
    assert (grant.grantee, grant.purpose, grant.permissions) == ("u-2", "use", ("licence",))
    assert grant.last_used == NOT_EXPOSED


def test_a_tenant_without_copilot_and_accounts_that_do_not_tell() -> None:
    assert facts(collect(copilot.copilot, {SKUS: page({"id": "s", "skuId": "x", "skuPartNumber": "SPE_E5"})})) == []
    found = collect(copilot.licences, {SKUS: page(SKU), USERS: page(account(assignedLicenses=None))})
    assert lost(found) == [(USERS, None, Reason.INVALID_ANSWER)]


def test_limited_mode_is_shown_to_people_only_and_an_application_does_not_even_ask() -> None:
    found = collect(copilot.limited_mode, {})
    assert facts(found) == [] and lost(found) == [(copilot.LIMITED_MODE.op, None, Reason.DELEGATED_ONLY)]
    answer = {copilot.LIMITED_MODE.op: {"isEnabledForGroup": True, "groupId": "g"}}
    (fact,) = facts(collect(copilot.limited_mode, answer, delegated=True))
    assert fact.value is True


# --- credentials, log, labels

APPS = credentials.APPLICATIONS.op
SECRET = {"keyId": "k-1", "startDateTime": "2026-06-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z", "hint": "abc",
          "displayName": "was abc~secret", "secretText": None}  # fmt: skip


def registered(**more: Any) -> dict[str, Any]:
    return {"id": "o-1", "appId": "APP-1", "displayName": "Mailer", "passwordCredentials": [SECRET], "keyCredentials": [],
            "owners": [{"id": "u-1"}], **more}  # fmt: skip


@pytest.mark.parametrize(
    ("owners", "enabled", "state", "active"),
    [
        ([{"id": "u-1"}], True, "enabled", True),
        ([{"id": "u-1"}], False, "disabled", False),
        ([], True, ABSENT, False),
        ([{"id": "sp-9"}], True, State.AMBIGUOUS, State.AMBIGUOUS),
        ([{"id": "u-1"}] * 20, False, State.AMBIGUOUS, State.AMBIGUOUS),
    ],
)
def test_whether_somebody_answers_for_a_secret(owners: Any, enabled: bool, state: Any, active: Any) -> None:
    answers = {APPS: page(registered(owners=owners)), USERS: page(account(accountEnabled=enabled))}
    (fact,) = facts(collect(credentials.secrets, answers))
    told = [one.state if isinstance(one, Missing) and isinstance(want, State) else one
            for one, want in ((fact.owner_state, state), (fact.owner_has_access, active))]  # fmt: skip
    assert told == [state, active]
    assert (fact.type, fact.state, fact.expires) == ("entra_client_secret", "active", "2026-12-01T00:00:00Z")


def test_secrets_over_accounts_that_cannot_be_read() -> None:
    (fact,) = facts(collect(credentials.secrets, {APPS: page(registered()), USERS: DENIED}))
    assert fact.owner_has_access.state is State.UNREAD


@pytest.mark.parametrize("name", ["owners", "passwordCredentials", "keyCredentials"])
def test_a_missing_list_of_an_application_is_not_an_empty_one(name: str) -> None:
    found = collect(credentials.secrets, {APPS: page(registered(**{name: None})), USERS: page(account())})
    assert lost(found) == [(APPS, None, Reason.INVALID_ANSWER)]


def test_a_secret_that_has_ended_and_one_without_a_readable_end() -> None:
    rows = [{**SECRET, "endDateTime": "2026-08-01T00:00:00Z"}, {**SECRET, "keyId": "k-2", "endDateTime": "soon"},
            {**SECRET, "keyId": "k-3", "endDateTime": None}]  # fmt: skip
    found = facts(
        collect(credentials.secrets, {APPS: page(registered(passwordCredentials=rows)), USERS: page(account())})
    )
    assert [fact.state for fact in found] == ["expired", "active", "active"]
    assert found[1].expires.state is State.AMBIGUOUS and found[2].expires == NOT_EXPOSED


def test_the_log_by_its_newest_event_alone() -> None:
    events = {logs.EVENTS.op: page({"id": "e", "activityDateTime": "2026-08-29T00:00:00Z"})}
    (fact,) = facts(collect(logs.directory_audit, events))
    assert (fact.enabled, fact.last_event) == (True, "2026-08-29T00:00:00Z")
    (fact,) = facts(collect(logs.directory_audit, {logs.EVENTS.op: page()}))
    assert fact.enabled.state is State.AMBIGUOUS and fact.last_event == NOT_EXPOSED


def test_labels_say_nothing_about_their_publication() -> None:
    (fact,) = facts(collect(labels.sensitivity_labels, {labels.LABELS.op: page({"id": "l-1", "name": "Internal"})}))
    assert (fact.name, fact.enabled, fact.published_to) == ("Internal", NOT_EXPOSED, NOT_EXPOSED)


def test_every_collector_is_found_and_each_sentence_of_what_stays_hidden_ends() -> None:
    assert len(collectors.of(microsoft)) == 27
    assert all(sentence.endswith(".") for sentence in microsoft.CANNOT_SEE)


# --- signing in


def signed_in(rows: Any, token: str, **said: Any) -> Any:
    """A source of this vendor before a Graph that knows these tenants."""
    with serving(lambda method, path: (200, {}, {"value": rows})) as (url, asked):
        settings = microsoft.Settings(endpoint=f"{url}/v1.0", token_env="TOKEN", attempts=1, **said)
        lent = Circumstances(
            organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r1", pacing=False,
            environment={"TOKEN": token},
        )  # fmt: skip
        source = microsoft.connect(settings, lent)
        assert [path for _, path, _, _ in asked] == ["/v1.0/organization?$select=id"]
        return source


@pytest.mark.parametrize(
    ("claims", "said", "identity", "delegated"),
    [
        ({"appid": "app-1"}, {}, "application app-1", False),
        ({"upn": "kim@acme.example", "appid": "app-1", "scp": "User.Read"}, {}, "person kim@acme.example", True),
        ({}, {"delegated": True}, "person unnamed", True),
    ],
)
def test_who_asks_decides_what_is_shown(
    claims: dict[str, Any], said: dict[str, Any], identity: str, delegated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    source = signed_in([{"id": TENANT}], jwt(tid=TENANT, exp=4102444800, **claims), **said)
    assert (source.tenant, source.identities(), source.known(TENANT)["delegated"]) == (TENANT, (identity,), delegated)


@pytest.mark.parametrize("rows", [[], [{"id": "another"}], [{"id": TENANT}, {"id": "another"}]])
def test_a_tenant_that_graph_does_not_confirm_is_not_read(rows: Any) -> None:
    with pytest.raises(CannotStartError, match="does not confirm the tenant"):
        signed_in(rows, jwt(tid=TENANT, appid="app-1", exp=4102444800))
