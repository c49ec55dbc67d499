"""GitHub's collectors against answers that a test writes down, through the adapter's own pages, errors and redaction."""

from typing import Any

import pytest

from annexa.collectors.github._api import API
from annexa.collectors.github._exclusions import Exclusions
from annexa.collectors.github._rights import purpose_of
from annexa.collectors.github.access import access_tokens, members, outside_collaborators, owners
from annexa.collectors.github.agents import agent_configuration
from annexa.collectors.github.alerts import dependency_alerts
from annexa.collectors.github.applications import installations
from annexa.collectors.github.audit import audit_log
from annexa.collectors.github.copilot import cloud_agent, content_exclusions, policies, seats
from annexa.collectors.github.organisation import budgets, security_settings
from annexa.collectors.github.repositories import protection
from annexa.evidence.call import Collector
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.rest_wire import Answers, FakeRest, Pages, Status, calls_cited, collect, facts, lost

ORG, MEMBERS, OUTSIDERS = "GET /orgs/{org}", "GET /orgs/{org}/members", "GET /orgs/{org}/outside_collaborators"
TOKENS, APPS, REPOS = "GET /orgs/{org}/personal-access-tokens", "GET /orgs/{org}/installations", "GET /orgs/{org}/repos"
BILLING, SEATS = "GET /orgs/{org}/copilot/billing", "GET /orgs/{org}/copilot/billing/seats"
EXCLUSIONS = "GET /orgs/{org}/copilot/content_exclusion"
AGENT = "GET /orgs/{org}/copilot/coding-agent/permissions"
AGENT_REPOS = f"{AGENT}/repositories"
CONFIGURATION = "GET /repos/{owner}/{repo}/copilot/cloud-agent/configuration"
RULES = "GET /repos/{owner}/{repo}/rules/branches/{branch}"
CLASSIC = "GET /repos/{owner}/{repo}/branches/{branch}/protection"
ALERTS, ALERTS_OF_REPO = "GET /orgs/{org}/dependabot/alerts", "GET /repos/{owner}/{repo}/dependabot/alerts"
AUDIT, BUDGETS = "GET /orgs/{org}/audit-log", "GET /organizations/{org}/settings/billing/budgets"
REFUSED = Status(403, {"message": "Resource not accessible by integration"})
HIDDEN = Status(404, {"message": "Not Found"})


def gathered(collector: Collector, answers: Answers) -> Gathered:
    return collect(collector, answers, tenant="9", scope="9", org="acme", org_id="9")


def account(number: int, login: str = "", **more: Any) -> dict[str, Any]:
    return {"id": number, "login": login or f"person-{number}", "type": "User", **more}


def of(found: Gathered, kind: str) -> list[Any]:
    return [record.data for record in found.records if record.kind == kind]


def why(found: Gathered) -> list[str]:
    return [entry.detail for entry in found.unreads]


# --- the organisation


def test_settings_of_the_organisation_keep_what_github_leaves_out_open() -> None:
    answer = {"two_factor_requirement_enabled": True, "default_repository_permission": "read", "plan": {"name": "team"},
              "members_can_delete_repositories": None, "deploy_keys_enabled_for_repositories": False}  # fmt: skip
    found = {one.name: one.value for one in facts(gathered(security_settings, {ORG: answer}))}
    assert found["github.org.two_factor_required"] is True
    assert found["github.org.deploy_keys"] is False
    assert found["github.org.default_repository_permission"] == "read"
    assert found["github.org.plan"] == "team"
    assert found["github.org.members_delete_repositories"] is NOT_EXPOSED
    assert found["github.org.new_repositories_push_protection"] is NOT_EXPOSED


def test_the_public_profile_alone_is_a_refusal() -> None:
    found = gathered(security_settings, {ORG: {"id": 9, "login": "acme", "public_repos": 4}})
    assert facts(found) == []
    assert lost(found) == [(ORG, None, Reason.DENIED)]


def test_a_permission_that_github_never_documented_is_kept_raw() -> None:
    answer = {"two_factor_requirement_enabled": False, "default_repository_permission": "triage"}
    found = {one.name: one.value for one in facts(gathered(security_settings, {ORG: answer}))}
    assert found["github.org.default_repository_permission"] == Missing(state=State.UNKNOWN_VALUE, raw="triage")


def test_budgets_are_counted_page_by_page() -> None:
    row = {"id": "b1", "budget_amount": 500, "prevent_further_usage": True, "budget_product_sku": "copilot",
           "budget_scope": "organization", "budget_entity_name": "acme"}  # fmt: skip
    pages = Pages({"budgets": [row], "has_next_page": True}, {"budgets": [{**row, "id": "b2"}], "has_next_page": False})
    first, second = facts(gathered(budgets, {BUDGETS: pages}))
    assert (first.value, first.enforced, first.unit, first.limits) == (500, True, "USD", "organization acme")
    assert second.subject == "budget/b2"


# --- people


def by_filter(**lists: Any) -> Any:
    """Answers the one list of members by what was asked for."""

    def answer(params: Any) -> Any:
        asked = str(params.get("filter") or params.get("role") or "all")
        return lists[asked.removeprefix("2fa_")]

    return answer


def test_members_without_a_second_factor_and_with_a_weak_one() -> None:
    answers = {MEMBERS: by_filter(all=[account(1), account(2, email="b@acme.example"), account(3)], disabled=[account(2)],
                                  insecure=[account(3)])}  # fmt: skip
    found = gathered(members, answers)
    told = {one.subject: (one.name, one.mfa, one.mfa_weak) for one in facts(found)}
    assert told == {
        "user/1": ("person-1", True, False), "user/2": ("b@acme.example", False, False), "user/3": ("person-3", True, True),
    }  # fmt: skip
    assert found.unit.completeness is Completeness.COMPLETE
    assert calls_cited(found) == [MEMBERS] * 3, "a member's factors rest on the lists of those without"


def test_who_is_no_owner_does_not_learn_of_second_factors() -> None:
    """GitHub answers 422 to others than owners: nobody's factor is then taken for granted."""
    answers = {MEMBERS: by_filter(all=[account(1)], disabled=Status(422, {}), insecure=Status(422, {}))}
    found = gathered(members, answers)
    assert [one.mfa.state for one in facts(found)] == [State.UNREAD]
    assert [reason for _, _, reason in lost(found)] == [Reason.DENIED, Reason.DENIED]


@pytest.mark.parametrize("collector", [members, owners])
def test_an_organisation_without_anybody_is_not_believed(collector: Collector) -> None:
    found = gathered(collector, {MEMBERS: lambda params: []})
    assert facts(found) == []
    assert lost(found) == [(MEMBERS, None, Reason.VISIBILITY_UNPROVED)]


def test_owners_administer() -> None:
    (owner,) = facts(gathered(owners, {MEMBERS: by_filter(admin=[account(7, "ines")])}))
    assert (owner.grantee, owner.grantee_name, owner.purpose, owner.permissions) == (
        "user/7",
        "ines",
        "administer",
        ("owner",),
    )


def test_people_from_outside_are_guests() -> None:
    answers = {OUTSIDERS: lambda params: [account(5)] if "filter" in params else [account(4), account(5)]}
    found = facts(gathered(outside_collaborators, answers))
    assert [(one.subject, one.sort, one.mfa) for one in found] == [
        ("user/4", "guest", True),
        ("user/5", "guest", False),
    ]


# --- tokens and apps

TOKEN = {"id": 1, "token_id": 71, "token_name": "release", "owner": account(3, "cem"), "repository_selection": "all",
         "permissions": {"repository": {"contents": "write", "metadata": "read"}, "organization": {"members": "read"}},
         "access_granted_at": "2026-01-01T10:00:00+02:00", "token_expired": False, "token_expires_at": None,
         "token_last_used_at": "2026-08-01T00:00:00Z"}  # fmt: skip


def test_a_token_is_a_credential_and_a_grant() -> None:
    key, grant = facts(gathered(access_tokens, {TOKENS: [TOKEN]}))
    assert (key.subject, key.owner, key.state, key.long_term, key.expires) == (
        "token/71",
        "user/3",
        "active",
        True,
        ABSENT,
    )
    assert (grant.purpose, grant.target, grant.resources) == ("write", "all repositories", ("*",))
    assert grant.granted == "2026-01-01T08:00:00Z"
    assert grant.permissions == ("organization/members:read", "repository/contents:write", "repository/metadata:read")


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"token_expired": True}, ["credential"]),
        ({"permissions": None}, ["credential"]),
        ({"repository_selection": "subset"}, ["credential", "access_grant"]),
    ],
)
def test_what_an_ended_token_could_do_is_no_grant(changed: dict[str, Any], kinds: list[str]) -> None:
    found = gathered(access_tokens, {TOKENS: [{**TOKEN, **changed}]})
    assert [record.kind for record in found.records] == kinds
    assert bool(found.unreads) == ("permissions" in changed)


def test_only_an_app_may_list_tokens() -> None:
    found = gathered(access_tokens, {TOKENS: REFUSED})
    assert lost(found) == [(TOKENS, None, Reason.DENIED)]


APP = {"id": 50, "app_slug": "reviewer-ai", "repository_selection": "all", "created_at": "2026-02-01T00:00:00Z",
       "suspended_at": None, "permissions": {"contents": "write", "metadata": "read"}}  # fmt: skip


def apps(*rows: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {APPS: {"total_count": len(rows) if total is None else total, "installations": list(rows)}}


def test_an_app_with_write_on_all_repositories() -> None:
    app, grant = facts(gathered(installations, apps(APP)))
    assert (app.vendor_id, app.consented, app.state) == ("reviewer-ai", "all", "active")
    assert (grant.grantee, grant.grantee_name, grant.purpose) == (app.subject, "reviewer-ai", "write")
    assert (grant.target, grant.resources) == ("all repositories", ("*",))


def test_of_a_selection_github_shows_nothing_but_that_there_is_one() -> None:
    _, grant = facts(
        gathered(installations, apps({**APP, "repository_selection": "selected", "permissions": {"metadata": "read"}}))
    )
    assert (grant.purpose, grant.target, grant.resources) == ("read", "selected repositories", NOT_EXPOSED)


def test_a_suspended_app_is_kept_and_holds_nothing() -> None:
    (app,) = facts(gathered(installations, apps({**APP, "suspended_at": "2026-03-01T00:00:00Z"})))
    assert app.state == "suspended"


def test_an_app_whose_permissions_are_missing_is_not_taken_for_harmless() -> None:
    bare = {name: value for name, value in APP.items() if name != "permissions"}
    found = gathered(installations, apps(bare))
    assert [record.kind for record in found.records] == ["application"]
    assert lost(found) == [(APPS, "installation/50", Reason.INVALID_ANSWER)]


def test_a_reach_that_github_never_documented_is_kept_raw() -> None:
    app, grant = facts(gathered(installations, apps({**APP, "repository_selection": "some"})))
    assert app.consented == grant.resources == Missing(state=State.UNKNOWN_VALUE, raw="some")
    assert grant.target == "repositories"


def test_fewer_apps_than_github_counts_are_not_all() -> None:
    found = gathered(installations, apps(APP, total=3))
    assert lost(found) == [(APPS, None, Reason.VISIBILITY_UNPROVED)]
    assert why(found) == ["visibility_unproved: 1 apps were shown of 3"]


@pytest.mark.parametrize(
    ("rights", "purpose"),
    [
        (("contents:read", "metadata:read"), "read"),
        (("contents:read", "checks:write"), "write"),
        (("organization_projects:admin",), "write"),
        (("organization_copilot_seat_management:write",), "administer"),
        (("organization_administration:write",), "administer"),
        (("organization_administration:read", "administration:write"), "write"),
        ((), "read"),
    ],
)
def test_what_permissions_amount_to(rights: tuple[str, ...], purpose: str) -> None:
    assert purpose_of(rights) == purpose


# --- Copilot


def test_policies_are_kept_in_githubs_own_words() -> None:
    answer = {"seat_breakdown": {"total": 4}, "public_code_suggestions": "unconfigured", "ide_chat": "enabled", "cli": "half",
              "seat_management_setting": "assign_selected", "plan_type": "business"}  # fmt: skip
    found = gathered(policies, {BILLING: answer})
    told = {one.name: one.value for one in of(found, "setting")}
    assert told["github.copilot.public_code_suggestions"] == "unconfigured"
    assert told["github.copilot.cli"] == "half"
    assert told["github.copilot.platform_chat"] is NOT_EXPOSED
    (copilot,) = of(found, "ai_system")
    assert (copilot.subject, copilot.category, copilot.version) == ("9/copilot", "service", "business")


@pytest.mark.parametrize("refusal", [REFUSED, HIDDEN, Status(422, {})])
def test_no_right_to_see_copilot_is_never_no_copilot(refusal: Status) -> None:
    found = gathered(policies, {BILLING: refusal})
    assert facts(found) == []
    assert lost(found) == [(BILLING, None, Reason.DENIED)]


def seat(number: int, **changed: Any) -> dict[str, Any]:
    return {"assignee": account(number), "created_at": "2025-03-01T00:00:00Z", "last_activity_at": "2026-08-20T10:00:00Z",
            "assigning_team": None, "pending_cancellation_date": None, **changed}  # fmt: skip


def test_a_seat_without_activity_is_not_unused() -> None:
    rows = [
        seat(1),
        seat(2, last_activity_at=None),
        seat(3, assigning_team={"slug": "core"}, pending_cancellation_date="2026-09-30"),
    ]
    found = gathered(seats, {SEATS: {"total_seats": 3, "seats": rows}})
    first, silent, ending = facts(found)
    assert (first.purpose, first.permissions, first.last_used) == ("use", ("seat",), "2026-08-20T10:00:00Z")
    assert first.granted == "2025-03-01T00:00:00Z"
    assert silent.last_used is NOT_EXPOSED
    assert ending.via == ("through team core", "cancelled, ends on 2026-09-30")
    assert found.unit.completeness is Completeness.COMPLETE


def test_fewer_seats_than_are_billed_are_not_all() -> None:
    found = gathered(seats, {SEATS: {"total_seats": 5, "seats": [seat(1)]}})
    assert lost(found) == [(SEATS, None, Reason.VISIBILITY_UNPROVED)]


def test_a_seat_that_names_nobody_is_noted() -> None:
    found = gathered(seats, {SEATS: {"total_seats": 2, "seats": [seat(1), seat(2, assignee=None)]}})
    assert len(facts(found)) == 1
    assert lost(found) == [(SEATS, None, Reason.VISIBILITY_UNPROVED)]


def test_seats_that_end_in_the_middle_are_partial() -> None:
    def answer(params: Any) -> Any:
        whole = {"total_seats": 2, "seats": [seat(1)]}
        return whole if params["per_page"] == 1 else Pages(whole, Status(500, {}))

    found = gathered(seats, {SEATS: answer})
    assert len(facts(found)) == 1
    assert found.unit.completeness is Completeness.PARTIAL


@pytest.mark.parametrize(
    ("answers", "value", "agents"),
    [
        ({AGENT: {"enabled_repositories": "all"}}, ("*",), 1),
        ({AGENT: {"enabled_repositories": "none"}}, ABSENT, 0),
        ({AGENT: {"enabled_repositories": "selected"},
          AGENT_REPOS: {"total_count": 2, "repositories": [{"name": "b"}, {"name": "a"}]}}, ("a", "b"), 1),
        ({AGENT: {"enabled_repositories": "most"}}, Missing(state=State.UNKNOWN_VALUE, raw="most"), 1),
    ],
)  # fmt: skip
def test_where_the_cloud_agent_may_work(answers: Answers, value: Any, agents: int) -> None:
    found = gathered(cloud_agent, answers)
    (setting,) = of(found, "setting")
    assert setting.value == value
    assert len(of(found, "ai_system")) == agents
    assert not found.unreads


def test_a_list_of_the_agents_repositories_that_is_too_short_is_noted() -> None:
    found = gathered(cloud_agent, {
        AGENT: {"enabled_repositories": "selected"}, AGENT_REPOS: {"total_count": 2, "repositories": []},
    })  # fmt: skip
    assert lost(found) == [(AGENT_REPOS, None, Reason.VISIBILITY_UNPROVED)]


def test_content_exclusions_are_paths_by_repository() -> None:
    (setting,) = facts(gathered(content_exclusions, {EXCLUSIONS: {"octo": ["/a", "/b"], "*": ["**/.env"]}}))
    assert setting.value == ("*: **/.env", "octo: /a", "octo: /b")
    (none,) = facts(gathered(content_exclusions, {EXCLUSIONS: {}}))
    assert none.value is ABSENT


@pytest.mark.parametrize(
    ("where", "paths", "covered"),
    [
        ("freight", ["**"], True),
        ("FREIGHT", ["/**"], True),
        ("*", ["*"], True),
        ("https://github.com/acme/freight.git", ["**/*"], True),
        ("http://github.com:8080/acme/freight.git/", ["**"], True),
        ("git@github.com:acme/freight.git", ["**"], True),
        ("ssh://git@github.com:22/acme/freight.git", ["**"], True),
        ("git@github.com:*/freight", ["**"], True),
        ("https://acme.ghe.com/acme/freight", ["**"], True),
        ("https://gitlab.com/acme/freight.git", ["**"], False),
        ("https://github.com/other/freight.git", ["**"], False),
        ("freight-old", ["**"], False),
        ("freight", [], False),
        ("freight", ["/src/**", "*.cfg"], State.AMBIGUOUS),
    ],
)
def test_which_repository_an_exclusion_means(where: str, paths: list[str], covered: bool | State) -> None:
    found = Exclusions({where: paths}, "acme").cover("freight")
    assert (found.state if isinstance(found, Missing) else found) == covered


CONFIGURED = {
    "mcp_configuration": {"mcpServers": {
        "tickets": {"type": "http", "url": "https://t.example?key=plain-url-secret", "headers": {"X": "plain-header-secret"}},
        "docs": {"command": "npx", "args": ["--key=plain-argument-secret"], "env": {"KEY": "plain-environment-secret"},
                 "anything": {"else": ["plain-other-secret"]}},
    }},
    "enabled_tools": {"codeql": True, "secret_scanning": False}, "is_firewall_enabled": True,
    "is_firewall_recommended_allowlist_enabled": False, "custom_allowlist": ["b.example", "a.example"],
    "require_actions_workflow_approval": True, "is_automations_enabled": False,
    "require_write_access_for_automation_triggers": True,
}  # fmt: skip


def test_of_mcp_servers_only_the_names_are_kept() -> None:
    repos = [{"id": 1, "name": "web"}, {"id": 2, "name": "core"}, {"id": 3, "name": "old", "archived": True}]
    found = gathered(
        agent_configuration, {AGENT: {"enabled_repositories": "all"}, REPOS: repos, CONFIGURATION: CONFIGURED}
    )
    told = {one.subject: one.value for one in facts(found)}
    assert told["repository/1/github.copilot.agent_mcp_servers"] == ("docs", "tickets")
    assert told["repository/1/github.copilot.agent_tools"] == ("codeql",)
    assert told["repository/1/github.copilot.agent_hosts"] == ("a.example", "b.example")
    assert told["repository/2/github.copilot.agent_firewall"] is True
    assert not any(name.startswith("repository/3/") for name in told), "nothing runs in an archived repository"
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (None, ABSENT),
        ({"mcpServers": {}}, ABSENT),
        ({"servers": []}, Missing(state=State.UNKNOWN_VALUE, raw="another shape")),
    ],
)
def test_a_configuration_of_another_shape_is_not_understood(given: Any, value: Any) -> None:
    answers = {AGENT: {"enabled_repositories": "all"}, REPOS: [{"id": 1, "name": "web"}],
               CONFIGURATION: {**CONFIGURED, "mcp_configuration": given}}  # fmt: skip
    told = {one.name: one.value for one in facts(gathered(agent_configuration, answers))}
    assert told["github.copilot.agent_mcp_servers"] == value


def test_the_agent_is_asked_about_where_it_may_work_only() -> None:
    answers = {AGENT: {"enabled_repositories": "selected"}, AGENT_REPOS: {"total_count": 1, "repositories": [{"name": "web"}]},
               REPOS: [{"id": 1, "name": "web"}, {"id": 2, "name": "core"}], CONFIGURATION: HIDDEN}  # fmt: skip
    found = gathered(agent_configuration, answers)
    assert lost(found) == [(CONFIGURATION, "repository/1", Reason.DENIED)]


# --- repositories

REPO = {"id": 1, "name": "freight", "archived": False, "visibility": "private", "default_branch": "main",
        "custom_properties": {"classification": "restricted"}, "temp_clone_token": "plain-clone-secret",
        "security_and_analysis": {"secret_scanning": {"status": "enabled"},
                                  "secret_scanning_push_protection": {"status": "disabled"}}}  # fmt: skip


def rule(count: int) -> dict[str, Any]:
    return {"type": "pull_request", "parameters": {"required_approving_review_count": count}}


def repositories(*repos: dict[str, Any], **changed: Any) -> Gathered:
    answers = {
        ORG: {"public_repos": 0, "total_private_repos": len(repos)}, EXCLUSIONS: {"freight": ["**"]}, REPOS: list(repos),
        RULES: [rule(1)], CLASSIC: Status(404, {"message": "Branch not protected"}), ALERTS_OF_REPO: [], **changed,
    }  # fmt: skip
    return gathered(protection, answers)


def test_a_repository_with_everything_that_was_asked() -> None:
    found = repositories(REPO)
    (one,) = facts(found)
    assert (one.subject, one.name, one.archived, one.visibility) == ("repository/1", "freight", False, "private")
    assert (one.secret_scanning, one.push_protection) == (True, False)
    assert (one.reviews_required, one.dependency_alerts) == (1, True)
    assert (one.classification, one.excluded_from_assistant) == ("restricted", True)
    assert {EXCLUSIONS, REPOS, RULES, ALERTS_OF_REPO} == set(calls_cited(found))
    assert found.unit.completeness is Completeness.COMPLETE


PROTECTED = {"required_pull_request_reviews": {"required_approving_review_count": 2}}


@pytest.mark.parametrize(
    ("changed", "reviews", "unread"),
    [
        ({RULES: [rule(0), rule(2)]}, 2, 0),
        ({RULES: []}, 0, 0),
        ({RULES: [], CLASSIC: PROTECTED}, 2, 0),
        ({RULES: [], CLASSIC: {"enforce_admins": {"enabled": True}}}, 0, 0),
        ({RULES: REFUSED, CLASSIC: PROTECTED}, 2, 1),
        ({RULES: REFUSED}, State.UNREAD, 1),
        ({RULES: [], CLASSIC: HIDDEN}, State.UNREAD, 1),
        ({RULES: [rule(1)], CLASSIC: REFUSED}, 1, 0),
        ({RULES: [{"type": "two_humans"}]}, State.UNKNOWN_VALUE, 0),
        ({RULES: [{"type": "pull_request", "parameters": {}}]}, State.NOT_EXPOSED, 0),
        ({RULES: [], CLASSIC: {"required_pull_request_reviews": {"url": "x"}}}, State.NOT_EXPOSED, 0),
    ],
)
def test_approvals_come_from_rulesets_or_the_older_protection(changed: Any, reviews: int | State, unread: int) -> None:
    """None is said only where both were read: a 404 without GitHub's own words is a refusal."""
    found = repositories(REPO, **changed)
    (one,) = facts(found)
    value = one.reviews_required
    assert (value.state if isinstance(value, Missing) else value) == reviews
    assert len(found.unreads) == unread


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ([{"number": 1}], True),
        (Status(403, {"message": "Dependabot alerts are disabled for this repository."}), False),
        (REFUSED, State.UNREAD),
        (HIDDEN, State.UNREAD),
    ],
)
def test_alerts_are_off_only_in_githubs_own_words(answer: Any, state: bool | State) -> None:
    (one,) = facts(repositories(REPO, **{ALERTS_OF_REPO: answer}))
    value = one.dependency_alerts
    assert (value.state if isinstance(value, Missing) else value) == state


def test_security_settings_that_are_not_shown_are_a_refusal() -> None:
    bare = {name: value for name, value in REPO.items() if name != "security_and_analysis"}
    found = repositories(bare)
    (one,) = facts(found)
    assert (one.secret_scanning.state, one.push_protection.state) == (State.UNREAD, State.UNREAD)
    assert lost(found) == [(REPOS, "repository/1", Reason.DENIED)]


def test_what_is_not_licensed_is_left_out_and_stays_open() -> None:
    (one,) = facts(repositories({**REPO, "security_and_analysis": {}}))
    assert one.secret_scanning is NOT_EXPOSED


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ({"Data-Classification": "internal"}, "internal"),
        ({"team": "core"}, ABSENT),
        ({"classification": None}, ABSENT),
        (None, NOT_EXPOSED),
        ({"classification": ["a", "b"]}, State.AMBIGUOUS),
    ],
)
def test_the_class_is_a_property_of_that_name(properties: Any, value: Any) -> None:
    (one,) = facts(repositories({**REPO, "custom_properties": properties}))
    found = one.classification
    assert found == value or (isinstance(found, Missing) and found.state == value)


def test_an_archived_repository_is_not_asked_for_more() -> None:
    found = repositories(
        {**REPO, "archived": True, "security_and_analysis": None}, **{RULES: REFUSED, ALERTS_OF_REPO: REFUSED}
    )
    (one,) = facts(found)
    assert one.archived is True
    assert not found.unreads


def test_exclusions_that_were_refused_leave_every_repository_open() -> None:
    found = repositories(REPO, **{EXCLUSIONS: REFUSED})
    (one,) = facts(found)
    assert one.excluded_from_assistant.state is State.UNREAD
    assert lost(found) == [(EXCLUSIONS, None, Reason.DENIED)]


@pytest.mark.parametrize(
    "counted", [{"public_repos": 3, "total_private_repos": 1}, {"public_repos": 1}, {"total_private_repos": 1}]
)
def test_an_app_that_sees_a_selection_does_not_see_all(counted: dict[str, int]) -> None:
    found = repositories(REPO, **{ORG: counted})
    assert lost(found) == [(REPOS, None, Reason.VISIBILITY_UNPROVED)]


def test_a_branch_that_would_lead_elsewhere_is_not_asked_for() -> None:
    found = repositories({**REPO, "default_branch": "release/2026"})
    (one,) = facts(found)
    assert one.reviews_required.state is State.UNREAD
    assert {reason for _, _, reason in lost(found)} == {Reason.INVALID_ANSWER}


def test_no_token_of_a_repository_is_kept() -> None:
    assert "plain-clone-secret" not in str(repositories(REPO).records)


# --- alerts and the audit log


def alert(number: int, **changed: Any) -> dict[str, Any]:
    return {"number": number, "state": "open", "dependency": {"package": {"ecosystem": "pip", "name": "langchain"}},
            "security_vulnerability": {"severity": "high"}, "security_advisory": {"summary": "text"},
            "created_at": "2026-08-01T00:00:00Z", "updated_at": "2026-08-01T00:00:00Z", "fixed_at": None, "dismissed_at": None,
            "repository": {"id": 4, "name": "freight"}, **changed}  # fmt: skip


def test_alerts_are_times_and_names_and_look_back_ninety_days() -> None:
    fixed = alert(2, state="fixed", fixed_at="2026-08-10T00:00:00Z", updated_at="2026-08-10T00:00:00Z")
    old = alert(1, state="fixed", fixed_at="2026-05-01T00:00:00Z", updated_at="2026-05-01T00:00:00Z")
    wire = FakeRest({ALERTS: lambda params: [alert(3)] if params["state"] == "open" else [fixed, old]}, api=API)
    found = collect(dependency_alerts, {}, wire=wire, tenant="9", scope="9", org="acme", org_id="9")
    open_, mended = facts(found)
    assert (open_.subject, open_.about, open_.severity, open_.closed) == (
        "repository/4/dependabot/3",
        "langchain",
        "high",
        ABSENT,
    )
    assert (mended.state, mended.closed) == ("fixed", "2026-08-10T00:00:00Z")
    assert [params["state"] for _, params in wire.asked] == ["open", "fixed,dismissed,auto_dismissed"]


def test_a_state_of_an_alert_that_github_never_documented() -> None:
    (one,) = facts(
        gathered(
            dependency_alerts, {ALERTS: lambda params: [alert(1, state="parked")] if params["state"] == "open" else []}
        )
    )
    assert one.state == Missing(state=State.UNKNOWN_VALUE, raw="parked")
    assert one.closed is NOT_EXPOSED


def log(newest: Any, copilot: Any) -> Gathered:
    return gathered(audit_log, {AUDIT: lambda params: copilot if "phrase" in params else newest})


EVENT = {"@timestamp": 1787983200000, "action": "repo.access", "config": [{"secret": "plain-hook-secret"}]}


def test_the_log_is_alive_and_holds_events_about_copilot() -> None:
    (one,) = facts(log([EVENT], [{**EVENT, "action": "copilot.cfb_seat_added"}]))
    assert (one.enabled, one.last_event, one.event_types) == (True, "2026-08-29T06:00:00Z", ("copilot",))


def test_no_event_about_copilot_leaves_open_whether_there_would_be_one() -> None:
    (one,) = facts(log([EVENT], []))
    assert one.event_types is NOT_EXPOSED


def test_an_empty_log_is_not_believed() -> None:
    found = log([], [])
    (one,) = facts(found)
    assert (one.enabled, one.last_event.state) == (NOT_EXPOSED, State.UNREAD)
    assert lost(found) == [(AUDIT, None, Reason.VISIBILITY_UNPROVED)]


def test_an_answer_to_another_question_is_no_event_about_copilot() -> None:
    (one,) = facts(log([EVENT], [EVENT]))
    assert one.event_types.state is State.AMBIGUOUS


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status(403, {"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "0"}), Reason.THROTTLED),
        (Status(429, {}), Reason.THROTTLED),
        (REFUSED, Reason.DENIED),
        (HIDDEN, Reason.DENIED),
        (Status(401, {"message": "Bad credentials"}), Reason.DENIED),
        (Status(200, b"<html>"), Reason.INVALID_ANSWER),
        (Status(200, {"message": "no list"}), Reason.INVALID_ANSWER),
        (Status(302, {}), Reason.INVALID_ANSWER),
    ],
)
def test_what_a_refusal_means(status: Status, reason: Reason) -> None:
    found = gathered(owners, {MEMBERS: status})
    assert facts(found) == []
    assert lost(found) == [(MEMBERS, None, reason)]


def test_lists_go_on_under_the_organisations_number_and_on_no_other_host() -> None:
    ours = '<https://vendor.example/organizations/9/members?page=2>; rel="next"'
    theirs = '<https://api.github.example/organizations/9/members?page=2>; rel="next"'
    page = [account(1)]
    whole = gathered(owners, {MEMBERS: Pages(Status(200, page, {"Link": ours}), [account(2)])})
    assert len(facts(whole)) == 2
    astray = gathered(owners, {MEMBERS: Pages(Status(200, page, {"Link": theirs}), [account(2)])})
    assert lost(astray) == [(MEMBERS, None, Reason.INVALID_ANSWER)]
