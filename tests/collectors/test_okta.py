"""Okta's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from annexa.collectors.okta._sign_on import requires
from annexa.collectors.okta.admins import admin_roles, api_tokens
from annexa.collectors.okta.apps import applications
from annexa.collectors.okta.integrations import api_services, scope_grants
from annexa.collectors.okta.logs import log_streams, sign_in_log, system_log
from annexa.collectors.okta.policies import session_policies
from annexa.collectors.okta.users import users
from annexa.evidence.call import Collector
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.rest_wire import Answers, FakeRest, Pages, Status, calls_cited, collect, facts, lost

USERS, ROLES, ASSIGNEES = "GET /api/v1/users", "GET /api/v1/users/{userId}/roles", "GET /api/v1/iam/assignees/users"
APPS, APP_GROUPS, APP_USERS = "GET /api/v1/apps", "GET /api/v1/apps/{appId}/groups", "GET /api/v1/apps/{appId}/users"
GRANTS, SERVICES = "GET /api/v1/apps/{appId}/grants", "GET /integrations/api/v1/api-services"
POLICIES, RULES = "GET /api/v1/policies", "GET /api/v1/policies/{policyId}/rules"
STREAMS, LOGS, TOKENS = "GET /api/v1/logStreams", "GET /api/v1/logs", "GET /api/v1/api-tokens"
REFUSED = Status(403, {"errorCode": "E0000006", "errorSummary": "You do not have permission"})
NOT_BOUGHT = Status(403, {"errorCode": "E0000015", "errorSummary": "Feature not enabled"})


def app(key: str = "0oa1", **changed: Any) -> dict[str, Any]:
    return {
        "id": key, "name": "openai", "label": "ChatGPT", "status": "ACTIVE", "signOnMode": "SAML_2_0",
        "created": "2025-04-17T06:00:00.000Z", "accessibility": {"selfService": False}, "settings": {"app": {}},
        "_links": {"accessPolicy": {"href": "https://acme.okta.com/api/v1/policies/rst1"}}, **changed,
    }  # fmt: skip


def group(key: str = "00g1", sort: str = "OKTA_GROUP", name: str = "Planners") -> dict[str, Any]:
    return {"id": key, "_embedded": {"group": {"id": key, "type": sort, "profile": {"name": name}}}}


EVERYONE = group("00g0", "BUILT_IN", "Everyone")


def policy(key: str = "rst1", **changed: Any) -> dict[str, Any]:
    return {"id": key, "type": "ACCESS_POLICY", "name": "AI apps", "status": "ACTIVE", **changed}


def rule(mode: str | None = "2FA", access: str = "ALLOW", **changed: Any) -> dict[str, Any]:
    method = {"type": "ASSURANCE", "factorMode": mode} if mode else {"type": "AUTH_METHOD_CHAIN"}
    actions = {"appSignOn": {"access": access, **({"verificationMethod": method} if access == "ALLOW" else {})}}
    return {"id": "rul1", "status": "ACTIVE", "priority": 99, "conditions": None, "actions": actions, **changed}


def world(**changed: Any) -> dict[str, Any]:
    """One app, assigned to one group, under a policy that asks for a second factor."""
    return {APPS: [app()], APP_GROUPS: [group()], APP_USERS: [], POLICIES: [policy()], RULES: [rule()], **changed}


def of(found: Gathered, kind: str) -> list[Any]:
    return [record.data for record in found.records if record.kind == kind]


def one_app(**changed: Any) -> Any:
    (found,) = of(collect(applications, world(**changed)), "application")
    return found


# --- users


def test_users_keep_login_state_and_times() -> None:
    asked = FakeRest({USERS: Pages(
        [{"id": "00u1", "status": "ACTIVE", "created": "2024-01-01T00:00:00.000Z", "lastLogin": "2026-08-29T06:00:00.000Z",
          "profile": {"login": "kim@example.com"}, "credentials": {"password": {}, "provider": {"type": "OKTA"}}}],
        [{"id": "00u2", "status": "DEPROVISIONED", "lastLogin": None, "profile": {"login": "lee@example.com"},
          "credentials": {"provider": {"type": "FEDERATION"}}}],
    )})  # fmt: skip
    kim, lee = facts(collect(users, {}, wire=asked))
    assert (kim.name, kim.state, kim.managed, kim.password) == ("kim@example.com", "active", "local", True)
    assert (kim.created, kim.last_seen) == ("2024-01-01T00:00:00Z", "2026-08-29T06:00:00Z")
    assert (lee.state, lee.managed, lee.password, lee.last_seen) == ("deprovisioned", "sso", NOT_EXPOSED, ABSENT)
    assert lee.created is NOT_EXPOSED
    assert "lastUpdated gt" in users.calls[0].params["filter"], "without a filter those who left are not listed"


def test_a_state_that_nobody_documented_is_kept_raw() -> None:
    (found,) = facts(collect(users, {USERS: [{"id": "00u1", "status": "ASLEEP", "lastLogin": "yesterday"}]}))
    assert (found.state.state, found.state.raw) == (State.UNKNOWN_VALUE, "ASLEEP")
    assert found.last_seen.state is State.AMBIGUOUS


# --- applications


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "groups"), ({APP_GROUPS: [group(), EVERYONE]}, "everyone"), ({APP_GROUPS: []}, "none"),
        ({APP_GROUPS: [], APP_USERS: [{"id": "00u1", "scope": "USER"}]}, "some"),
        ({APPS: [app(accessibility={"selfService": True})]}, "self_service"),
        ({APP_GROUPS: [group("00g9", "OKTA_GROUP", "Everyone")]}, "groups"),
    ],
)  # fmt: skip
def test_who_may_use_an_app(changed: dict[str, Any], says: str) -> None:
    assert one_app(**changed).consented == says


def test_an_app_says_what_it_is() -> None:
    settings = {
        "app": {"siteURL": "https://chat.example.com/x", "region": "eu"},
        "signOn": {
            "ssoAcsUrl": "https://login.example.com/acs",
            "destination": None,
            "defaultRelayState": "https://no.example",
        },
    }
    found = one_app(**{APPS: [app(settings=settings)]})
    assert (found.vendor_id, found.name, found.state, found.sign_on) == ("openai", "ChatGPT", "active", "saml_2_0")
    assert (found.sign_on_policy, found.sign_on_requires) == ("rst1", ("mfa",))
    assert found.domains == ("chat.example.com", "login.example.com")
    assert found.created == "2025-04-17T06:00:00Z"


def test_a_client_that_signs_in_by_itself_has_no_users_and_no_policy() -> None:
    service = app(signOnMode="OPENID_CONNECT", _links={}, settings={"oauthClient": {"application_type": "service"}})
    found = one_app(**{APPS: [service], APP_GROUPS: []})
    assert {found.sign_on, found.sign_on_policy, found.sign_on_requires, found.consented} == {ABSENT}


def test_an_app_whose_policy_okta_does_not_name_says_nothing_of_factors() -> None:
    found = one_app(**{APPS: [app(_links={})]})
    assert (found.sign_on_policy, found.sign_on_requires) == (NOT_EXPOSED, NOT_EXPOSED)


def test_apps_that_are_switched_off_are_asked_for() -> None:
    assert applications.calls[0].params["includeNonDeleted"] is True
    assert one_app(**{APPS: [app(status="INACTIVE")]}).state == "inactive"


def test_every_assignment_is_a_grant() -> None:
    found = of(collect(applications, world(**{APP_GROUPS: [EVERYONE, group()]})), "access_grant")
    assert [(one.grantee, one.grantee_name, one.on_behalf_of) for one in found] == [
        ("00g0", "Everyone", "all"), ("00g1", "Planners", NOT_EXPOSED),
    ]  # fmt: skip
    assert {(one.target, one.purpose, one.grantee_sort) for one in found} == {("0oa1", "use", "group")}
    (user,) = of(collect(applications, world(**{APP_GROUPS: [], APP_USERS: [{"id": "00u1"}]})), "access_grant")
    assert (user.grantee, user.grantee_sort, user.subject) == ("00u1", "user", "0oa1/users/00u1")


def test_users_are_asked_for_only_where_there_are_no_groups() -> None:
    wire = FakeRest(world())
    collect(applications, {}, wire=wire)
    assert APP_USERS not in [op for op, _ in wire.asked]


def test_an_app_rests_on_itself_and_on_the_policy_that_governs_it() -> None:
    found = collect(applications, world())
    number = next(at for at, record in enumerate(found.records) if record.kind == "application")
    assert set(calls_cited(found, number)) == {APPS, APP_GROUPS, POLICIES, RULES}


@pytest.mark.parametrize("refused", [REFUSED, Status(500), Status(429), NOT_BOUGHT])
def test_assignments_that_could_not_be_read_are_never_none(refused: Status) -> None:
    found = collect(applications, world(**{APP_GROUPS: refused}))
    (shown,) = of(found, "application")
    assert shown.consented.state is State.UNREAD
    assert found.unit.completeness is not Completeness.COMPLETE
    assert [call for call, _, _ in lost(found)] == [APP_GROUPS]


def test_groups_whose_list_broke_off_do_not_count() -> None:
    assert one_app(**{APP_GROUPS: Pages([group()], Status(500))}).consented.state is State.UNREAD


def test_users_that_could_not_be_read_are_never_nobody() -> None:
    assert one_app(**{APP_GROUPS: [], APP_USERS: REFUSED}).consented.state is State.UNREAD


def test_groups_without_their_sort_may_be_everybody() -> None:
    found = one_app(**{APP_GROUPS: [{"id": "00g1"}]}).consented
    assert (found.state, found.raw) == (State.AMBIGUOUS, "groups")


def test_a_group_of_a_sort_that_nobody_documented_may_be_everybody() -> None:
    found = collect(applications, world(**{APP_GROUPS: [group("00g0", "NEW_SORT", "Everyone")]}))
    (shown,), (grant,) = of(found, "application"), of(found, "access_grant")
    assert (shown.consented.state, shown.consented.raw) == (State.UNKNOWN_VALUE, "NEW_SORT")
    assert grant.on_behalf_of == shown.consented
    known = collect(applications, world(**{APP_GROUPS: [group("00g0", "NEW_SORT"), EVERYONE]}))
    assert of(known, "application")[0].consented == "everyone", "one that is surely everybody is enough"


def test_policies_that_could_not_be_read_leave_open_what_apps_ask_for() -> None:
    found = collect(applications, world(**{POLICIES: REFUSED}))
    (shown,) = of(found, "application")
    assert shown.sign_on_requires.state is State.UNREAD and shown.consented == "groups"
    assert lost(found)[0] == (POLICIES, None, Reason.DENIED)


def test_rules_that_could_not_be_read_leave_open_what_the_policy_asks_for() -> None:
    found = collect(applications, world(**{RULES: REFUSED}))
    assert of(found, "application")[0].sign_on_requires.state is State.UNREAD
    assert of(found, "access_policy")[0].requires.state is State.UNREAD


def test_a_policy_that_no_list_has_is_unread_and_said() -> None:
    found = collect(applications, world(**{POLICIES: [], RULES: []}))
    assert of(found, "application")[0].sign_on_requires.state is State.UNREAD
    assert lost(found) == [(POLICIES, "0oa1", Reason.VISIBILITY_UNPROVED)]


def test_a_policy_that_is_switched_off_asks_nobody() -> None:
    found = collect(applications, world(**{POLICIES: [policy(status="INACTIVE")]}))
    assert of(found, "application")[0].sign_on_requires.state is State.AMBIGUOUS
    assert of(found, "access_policy")[0].state == "off"


# --- what rules ask for


def session(**action: Any) -> dict[str, Any]:
    return {"status": "ACTIVE", "priority": 1, "conditions": None, "actions": {"signon": action}}


DEVICE = [{"possession": {"userVerification": "REQUIRED"}}]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([rule("2FA")], ("mfa",)), ([rule("1FA")], ABSENT),
        ([rule(access="DENY", priority=0, conditions={"network": {"connection": "ZONE"}}), rule("2FA")], ("mfa",)),
        # One way in with a single factor is enough to get in with one.
        ([rule("2FA", priority=0, conditions={"network": {"connection": "ZONE"}}), rule("1FA")], ABSENT),
        # Behind a rule that fits everybody, none is reached.
        ([rule("2FA", priority=0), rule("1FA")], ("mfa",)),
        ([rule("1FA", priority=0, status="INACTIVE"), rule("2FA")], ("mfa",)),
        # A rule whose conditions leave nobody out.
        ([rule("2FA", priority=0, conditions={"network": {"connection": "ANYWHERE"}, "people": {"users": {"include": []}}}),
          rule("1FA")], ("mfa",)),
        ([session(access="ALLOW", requireFactor=True)], ("mfa",)), ([session(access="ALLOW", requireFactor=False)], ABSENT),
        # Nobody gets past a rule that turns everybody away.
        ([rule("2FA", conditions={"riskScore": {"level": "LOW"}}), rule(access="DENY"), rule("1FA", priority=100)], ("mfa",)),
    ],
)  # fmt: skip
def test_what_everybody_is_asked_for(rules: list[Any], says: Any) -> None:
    assert requires(rules) == says


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        ([], State.AMBIGUOUS), ([rule(access="DENY")], State.AMBIGUOUS), ([rule(None)], State.AMBIGUOUS),
        ([rule("3FA")], State.UNKNOWN_VALUE), ([rule(access="MAYBE")], State.UNKNOWN_VALUE),
        ([rule("2FA", status="PAUSED")], State.UNKNOWN_VALUE), ([rule("2FA", actions={})], State.UNKNOWN_VALUE),
        ([session(access="ALLOW")], State.UNKNOWN_VALUE), ([session(access="CHALLENGE")], State.UNKNOWN_VALUE),
        ([rule("2FA", actions={"appSignOn": {"access": "ALLOW"}})], State.UNKNOWN_VALUE),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_never_a_second_factor(rules: list[Any], state: State) -> None:
    found = requires(rules)
    assert isinstance(found, Missing) and found.state is state


def test_one_method_that_checks_the_user_by_itself_is_left_open() -> None:
    method = {"type": "ASSURANCE", "factorMode": "1FA", "constraints": DEVICE}
    found = requires([rule(actions={"appSignOn": {"access": "ALLOW", "verificationMethod": method}})])
    assert isinstance(found, Missing) and found.state is State.AMBIGUOUS


def test_global_session_policies_are_policies_of_their_own_sort() -> None:
    answers = {POLICIES: [policy("00p1", type="OKTA_SIGN_ON")], RULES: [session(access="ALLOW", requireFactor=True)]}
    (found,) = facts(collect(session_policies, answers))
    assert (found.type, found.requires, found.state) == ("OKTA_SIGN_ON", ("mfa",), "enforced")
    assert session_policies.calls[0].params["type"] == "OKTA_SIGN_ON"


# --- administrators, tokens, apps that call Okta


def test_administrators_by_their_roles() -> None:
    roles = {
        "00u1": [{"id": "ra1", "type": "SUPER_ADMIN", "status": "ACTIVE", "label": "Super", "assignmentType": "USER"}],
        "00u2": [{"id": "ra2", "type": "READ_ONLY_ADMIN", "status": "ACTIVE", "assignmentType": "GROUP"},
                 {"id": "ra3", "type": "NEW_ADMIN", "status": "ACTIVE", "assignmentType": "USER"},
                 {"id": "ra4", "type": "SUPER_ADMIN", "status": "INACTIVE"}],
    }  # fmt: skip
    found = facts(collect(admin_roles, {
        ASSIGNEES: {"value": [{"id": "00u1"}, {"id": "00u2"}], "_links": {}}, ROLES: lambda asked: roles[asked["userId"]],
    }))  # fmt: skip
    assert [(one.grantee, one.purpose, one.verdict) for one in found] == [
        ("00u1", "administer", "allowed"), ("00u2", "read", "allowed"), ("00u2", "administer", NOT_EXPOSED),
    ]  # fmt: skip
    assert "role Super, assigned to the user" in found[0].via[0]


def test_tokens_belong_to_users_and_never_show_their_value() -> None:
    found = collect(api_tokens, {TOKENS: [{"id": "00T1", "userId": "00u1", "name": "00SecretInAName"}]})
    (token,) = facts(found)
    assert (token.owner, token.type, token.long_term, token.expires) == ("00u1", "okta_api_token", True, NOT_EXPOSED)
    assert "00SecretInAName" not in str(token)


def test_scopes_of_apps_that_call_okta() -> None:
    grants = [{"id": "oag1", "scopeId": "okta.users.manage", "status": "ACTIVE", "source": "ADMIN"},
              {"id": "oag2", "scopeId": "okta.users.read", "status": "ACTIVE", "source": "END_USER"},
              {"id": "oag3", "scopeId": "okta.apps.read", "status": "REVOKED"},
              {"id": "oag4", "scopeId": "okta.logs.read", "status": "PENDING", "source": "ADMIN"}]  # fmt: skip
    apps = [app("0oa1", signOnMode="OPENID_CONNECT"), app("0oa2")]
    found = facts(collect(scope_grants, {APPS: apps, GRANTS: grants}))
    assert [(one.permissions, one.purpose, one.on_behalf_of) for one in found] == [
        (("okta.users.manage",), "write", NOT_EXPOSED), (("okta.users.read",), "read", "user"),
        (("okta.logs.read",), "read", NOT_EXPOSED),
    ]  # fmt: skip
    assert {one.grantee for one in found} == {"0oa1"} and found[2].verdict.raw == "PENDING"
    assert len(facts(collect(scope_grants, {APPS: [app(signOnMode="NEW_MODE")], GRANTS: grants}))) == 3


def test_services_of_other_vendors_that_were_let_in() -> None:
    service = {"id": "0oa9", "type": "tool", "name": "Tool", "grantedScopes": ["okta.logs.read", "okta.apps.read"]}
    shown, grant = facts(collect(api_services, {SERVICES: [service]}))
    assert (shown.vendor_id, shown.permissions) == ("tool", ("okta.apps.read", "okta.logs.read"))
    assert (shown.sign_on, shown.consented) == (ABSENT, ABSENT)
    assert (grant.grantee, grant.purpose, grant.permissions) == ("0oa9", "read", shown.permissions)
    unknown, grant = facts(collect(api_services, {SERVICES: [{**service, "grantedScopes": "all"}]}))
    assert unknown.permissions.state is grant.verdict.state is State.AMBIGUOUS


# --- logs


def test_streams_that_are_on_are_the_places_of_the_log() -> None:
    streams = [
        {"id": "s2", "type": "aws_eventbridge", "status": "ACTIVE"},
        {"id": "s1", "type": "x", "status": "INACTIVE"},
    ]
    (found,) = facts(collect(log_streams, {STREAMS: streams}))
    assert (found.enabled, found.destinations) == (True, ("s2 (aws_eventbridge)",))
    (found,) = facts(collect(log_streams, {STREAMS: streams[1:]}))
    assert (found.enabled, found.destinations) == (False, ABSENT)
    (found,) = facts(collect(log_streams, {STREAMS: [{"id": "s", "status": "DEGRADED"}]}))
    assert found.enabled.state is found.destinations.state is State.UNKNOWN_VALUE


@pytest.mark.parametrize("refused", [REFUSED, Status(500), Status(401)])
def test_streams_that_could_not_be_read_are_no_record(refused: Status) -> None:
    found = collect(log_streams, {STREAMS: refused})
    assert facts(found) == [] and found.unit.completeness is not Completeness.COMPLETE


@pytest.mark.parametrize(
    ("collector", "name"), [(system_log, "okta.system_log"), (sign_in_log, "okta.system_log.sign_ins")]
)
def test_the_newest_event_is_the_heartbeat(collector: Collector, name: str) -> None:
    wire = FakeRest({LOGS: [{"published": "2026-08-30T05:00:00.000Z"}]})
    (found,) = facts(collect(collector, {}, wire=wire))
    assert (found.name, found.last_event, found.enabled) == (name, "2026-08-30T05:00:00Z", True)
    (asked,) = wire.asked
    assert asked[1]["since"] == "2026-08-23T06:00:00Z" and asked[1]["until"] == "2026-08-30T06:00:00Z"
    assert collector.calls[0].params["sortOrder"] == "DESCENDING"
    assert ("filter" in collector.calls[0].params) == (collector is sign_in_log)


def test_an_empty_log_is_no_heartbeat_and_no_silence() -> None:
    (found,) = facts(collect(system_log, {LOGS: []}))
    assert found.last_event.state is State.NOT_EXPOSED and "7 days" in found.last_event.why


# --- what is never kept


SECRET = "plain words that no pattern would find"


def everywhere(row: dict[str, Any], *paths: str) -> dict[str, Any]:
    """The row with the secret at each of these dotted places."""
    for path in paths:
        at, *rest = path.split(".")
        inner = everywhere(row.get(at) or {}, ".".join(rest)) if rest else SECRET
        row = {**row, at: inner}
    return row


HIDDEN: dict[str, tuple[Collector, Callable[[], Answers]]] = {
    "apps": (applications, lambda: world(**{APPS: [everywhere(
        app(), "credentials.signing.kid", "credentials.password.value", "credentials.userName", "profile.note",
        "credentials.oauthClient.client_secret", "settings.app.apiToken", "settings.notes.admin",
        "settings.signOn.attributeStatements", "settings.signOn.spCertificate", "settings.signOn.defaultRelayState",
        "settings.oauthClient.jwks.keys",
    )]})),
    "assignments": (applications, lambda: world(**{
        APP_GROUPS: [everywhere(group(), "profile.licence", "_embedded.group.profile.description")],
    })),
    "users of an app": (applications, lambda: world(**{
        APP_GROUPS: [], APP_USERS: [everywhere({"id": "00u1"}, "credentials.password.value", "profile.token")],
    })),
    "policies": (session_policies, lambda: {POLICIES: [everywhere(policy(), "description")], RULES: []}),
    "users": (users, lambda: {USERS: [everywhere(
        {"id": "00u1", "status": "ACTIVE"}, "profile.secondEmail", "profile.note", "credentials.recovery_question.answer",
    )]}),
    "streams": (log_streams, lambda: {STREAMS: [everywhere({"id": "s1", "status": "ACTIVE"}, "settings.token")]}),
    "services": (api_services, lambda: {SERVICES: [everywhere(
        {"id": "0oa9", "type": "tool", "grantedScopes": []}, "properties.apiKey",
    )]}),
    "events": (system_log, lambda: {LOGS: [everywhere(
        {"published": "2026-08-30T05:00:00.000Z"}, "actor.alternateId", "client.ipAddress", "debugContext.debugData.url",
        "authenticationContext.externalSessionId", "transaction.detail.requestApiTokenId",
    )]}),
    "tokens": (api_tokens, lambda: {TOKENS: [everywhere({"id": "00T1", "userId": "00u1"}, "name")]}),
}  # fmt: skip


@pytest.mark.parametrize("where", HIDDEN)
def test_what_people_write_into_free_fields_is_not_kept(where: str, pages: list[bytes]) -> None:
    collector, answers = HIDDEN[where]
    found = collect(collector, answers())
    assert found.records and SECRET.encode() in msgspec.json.encode(answers_of(answers())), (
        "the secret is in the answer"
    )
    assert SECRET.encode() not in b"".join(pages) + msgspec.json.encode(found.records)
    assert pages, "the answers were kept"


def answers_of(answers: Answers) -> list[Any]:
    return [value for value in answers.values() if not callable(value)]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every page that a keeper stores."""
    from annexa.tests.collectors import rest_wire

    kept: list[bytes] = []

    class Keeping(rest_wire.Keeper):
        def __init__(self, *given: Any, store: Callable[[bytes], str], **how: Any) -> None:
            def keep(page: bytes) -> str:
                kept.append(page)
                return store(page)

            super().__init__(*given, store=keep, **how)

    monkeypatch.setattr(rest_wire, "Keeper", Keeping)
    return kept
