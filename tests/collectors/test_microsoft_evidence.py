"""Microsoft Graph: records of Copilot, reviews, requests, agents, labels and seen apps, over refusals and odd values."""

from typing import Any

import msgspec
import pytest

from annexa.collectors.microsoft import (
    agents,
    catalogue,
    consent,
    copilot,
    discovery,
    interactions,
    labels,
    reviews,
    roles,
    secure_score,
    usage,
)
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, ambiguous, unknown_value
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.rest_wire import FakeRest, Pages, facts, lost
from annexa.tests.collectors.test_microsoft import API, DENIED, NO_PIM, collect, page

# --- records of Copilot

QUERIES, FOUND = interactions.QUERIES.op, interactions.FOUND.op


def query(name: str = "q-1", **more: Any) -> dict[str, Any]:
    return {"id": name, "status": "succeeded", "recordTypeFilters": ["copilotInteraction"], "operationFilters": [],
            "userPrincipalNameFilters": [], "filterStartDateTime": "2026-08-28T00:00:00Z",
            "filterEndDateTime": "2026-08-30T04:00:00Z", **more}  # fmt: skip


def found(made: str, **more: Any) -> dict[str, Any]:
    return {"id": made, "createdDateTime": made, "auditLogRecordType": "CopilotInteraction", **more}


OLD, NEW, MAIL = "2026-08-28T09:00:00Z", "2026-08-29T23:00:00Z", {"auditLogRecordType": "exchangeItem"}


@pytest.mark.parametrize(
    ("queries", "records", "last"),
    [
        ([query()], [found(OLD), found(NEW)], NEW),
        ([query()], [found(OLD), found(NEW, **MAIL)], OLD),
        ([query()], [], ABSENT),
        ([query("q-0", filterEndDateTime="2026-08-01T00:00:00Z", status="failed"), query()], [found(NEW)], NEW),
        ([query(recordTypeFilters=[], operationFilters=["CopilotInteraction"])], [found(NEW)], NEW),
        ([query(status="paused")], [found(NEW)], unknown_value("paused")),
    ],
)
def test_the_newest_query_says_when_the_last_record_came(queries: Any, records: Any, last: Any) -> None:
    (fact,) = facts(collect(interactions.copilot_interactions, {QUERIES: page(*queries), FOUND: page(*records)}))
    assert fact.last_event == last
    assert (fact.looked_since, fact.looked_until) == ("2026-08-28T00:00:00Z", "2026-08-30T04:00:00Z")
    assert fact.enabled is True if isinstance(last, str) else fact.enabled is not True


@pytest.mark.parametrize(
    "queries",
    [
        [], [query(status="running")], [query(recordTypeFilters=["exchangeItem"])], [query(recordTypeFilters=None)],
        [query(userPrincipalNameFilters=["kim@acme.example"])],
    ],
)  # fmt: skip
def test_where_nobody_made_a_query_for_everybody_nothing_is_known(queries: Any) -> None:
    found = collect(interactions.copilot_interactions, {QUERIES: page(*queries)})
    assert facts(found) == [] and lost(found) == [(QUERIES, None, Reason.NOT_SUPPLIED)]
    assert found.unit.completeness is not Completeness.COMPLETE


def test_it_looks_no_further_than_a_record_near_the_end() -> None:
    pages = Pages(page(found(NEW), op=FOUND.replace("{id}", "q-1"), next="2"), page(found(OLD)))
    wire = FakeRest({QUERIES: page(query()), FOUND: pages}, api=API)
    (fact,) = facts(collect(interactions.copilot_interactions, {}, wire=wire))
    assert fact.last_event == NEW


def test_refused_records_are_no_silence() -> None:
    found = collect(interactions.copilot_interactions, {QUERIES: page(query()), FOUND: DENIED})
    assert facts(found) == [] and lost(found)[0][2] is Reason.DENIED


def test_what_only_people_see_what_no_plan_has_and_what_nobody_granted_differ_in_the_json() -> None:
    defined = {roles.DEFINITIONS.op: page()}
    found = (
        collect(copilot.limited_mode, {}),
        collect(roles.eligible_roles, {**defined, roles.ELIGIBLE.op: NO_PIM}),
        collect(roles.eligible_roles, {**defined, roles.ELIGIBLE.op: DENIED}),
    )
    told = [msgspec.json.decode(msgspec.json.encode(one.unreads)) for one in found]
    assert [[entry["reason"] for entry in entries] for entries in told] == [
        ["delegated_only"],
        ["not_licensed"],
        ["denied"],
    ]
    assert len({entries[0]["cure"] for entries in told}) == 3 and all(entries[0]["permission"] for entries in told)


# --- how much it is used


def row(who: str, day: Any, made: Any = "2026-08-28") -> dict[str, Any]:
    return {"userPrincipalName": who, "displayName": who, "reportRefreshDate": made, "lastActivityDate": day}


@pytest.mark.parametrize(
    ("rows", "count", "last", "until"),
    [
        ([row("a", "2026-08-27"), row("b", "2026-06-01"), row("c", None), row("a", "2026-08-27")], 1, "2026-08-27",
         "2026-08-28T00:00:00Z"),
        ([row("a", ""), row("b", None)], 0, ABSENT, "2026-08-28T00:00:00Z"), ([], 0, ABSENT, NOT_EXPOSED),
    ],
)  # fmt: skip
def test_how_many_used_copilot_and_when_last(rows: Any, count: int, last: Any, until: Any) -> None:
    (fact,) = facts(collect(usage.copilot_use, {usage.REPORT.op: page(*rows)}))
    assert (fact.count, fact.last_used, fact.until) == (count, last, until)


def test_a_report_with_odd_days_is_broken_off() -> None:
    found = collect(usage.copilot_use, {usage.REPORT.op: page(row("a", "soon"))})
    assert facts(found) == [] and lost(found)[0][2] is Reason.INVALID_ANSWER


# --- reviews of access

DEFINED, RUNS, DECIDED = reviews.DEFINITIONS.op, reviews.INSTANCES.op, reviews.DECISIONS.op


def decided(word: Any = "Approve", **more: Any) -> dict[str, Any]:
    return {"id": "d-1", "decision": word, "applyResult": "AppliedSuccessfully", "appliedDateTime": "2026-08-20T00:00:00Z",
            "principal": {"id": "u-1"}, "resource": {"id": "r-1"}, "reviewedBy": {"id": "u-9"},
            "reviewedDateTime": "2026-08-18T00:00:00Z", **more}  # fmt: skip


def reviewed(decisions: Any, **run: Any) -> Any:
    instance = {"id": "i-1", "status": "Completed", "startDateTime": "2026-08-10T00:00:00Z",
                "endDateTime": "2026-08-20T00:00:00Z", **run}  # fmt: skip
    answers = {DEFINED: page({"id": "x-1", "displayName": "Admins"}), RUNS: page(instance), DECIDED: decisions}
    return collect(reviews.access_reviews, answers)


def test_a_review_with_what_was_decided_about_each_account() -> None:
    rows = page(
        decided(), decided("Deny", id="d-2", principal={"id": "u-2"}, applyResult="New"), decided("DontKnow", id="d-3")
    )
    review, keep, remove = facts(reviewed(rows))
    assert (review.of, review.started, review.on, review.reviewer) == ("Admins", "2026-08-10", "2026-08-20", "u-9")
    assert (keep.account, keep.decision, keep.decided_by, keep.done_on) == ("u-1", "keep", "u-9", "2026-08-20")
    assert (remove.account, remove.decision, remove.done_on) == ("u-2", "remove", ABSENT)
    assert keep.review == review.review_id


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ({"status": "InProgress"}, ABSENT),
        ({"status": "Paused"}, unknown_value("Paused")),
        ({"endDateTime": None}, NOT_EXPOSED),
    ],
)
def test_a_review_that_is_not_over_was_not_done(run: dict[str, Any], expected: Any) -> None:
    assert facts(reviewed(page(), **run))[0].on == expected


def test_a_review_of_years_ago_is_left_alone_and_nobody_is_no_reviewer() -> None:
    assert facts(reviewed(DENIED, endDateTime="2020-08-20T00:00:00Z")) == []
    (review,) = facts(reviewed(page(decided(None, reviewedBy={"id": reviews.NOBODY}))))
    assert review.reviewer is ABSENT


@pytest.mark.parametrize(
    ("decisions", "kept", "reason"),
    [(DENIED, 0, Reason.DENIED), (page(decided("Perhaps")), 1, Reason.INVALID_ANSWER),
     (page(decided(principal=None)), 1, Reason.INVALID_ANSWER)],
)  # fmt: skip
def test_what_was_decided_is_never_guessed(decisions: Any, kept: int, reason: Reason) -> None:
    found = reviewed(decisions)
    assert len(facts(found)) == kept and [entry[2] for entry in lost(found)] == [reason]


# --- requests, roles, agents


def test_who_asked_for_an_application_and_who_is_to_answer() -> None:
    rows = page({"id": "q-1", "appId": "a", "appDisplayName": "Notes", "pendingScopes": [{"displayName": "Mail.Read"}]},
                {"id": "q-2", "appId": "b", "appDisplayName": "Maps", "pendingScopes": []},
                {"id": "q-3", "pendingScopes": None})  # fmt: skip
    found = facts(collect(consent.consent_requests, {consent.ASKED.op: rows}))
    assert [(one.about, one.state) for one in found] == [
        ("Notes", "pending"),
        ("Maps", "settled"),
        (NOT_EXPOSED, NOT_EXPOSED),
    ]
    for named, value in (([{"query": "/users/1"}], 1), (None, NOT_EXPOSED)):
        answer = {"isEnabled": True, "reviewers": named}
        flow, who = facts(collect(consent.admin_consent_flow, {consent.REQUESTS.op: answer}))
        assert (flow.value, who.name, who.value) == (True, consent.REVIEWERS, value)


@pytest.mark.parametrize(
    ("how", "told"), [("Activated", "called up"), ("Assigned", "assigned"), ("Lent", "in force as Lent")]
)
def test_a_role_that_is_in_force_through_a_schedule(how: str, told: str) -> None:
    item = {"id": "s-1", "principalId": "u-1", "roleDefinitionId": "d-1", "directoryScopeId": "/", "assignmentType": how,
            "startDateTime": "2026-08-30T00:00:00Z", "endDateTime": None}  # fmt: skip
    answers = {
        roles.DEFINITIONS.op: page({"id": "d-1", "displayName": "AI Administrator"}),
        roles.SCHEDULED.op: page(item),
    }
    (fact,) = facts(collect(roles.scheduled_roles, answers))
    assert (fact.verdict, fact.purpose, fact.granted) == ("allowed", "administer", "2026-08-30T00:00:00Z")
    assert told in fact.via[0] and "until further notice" in fact.via[0]


AGENT = {"id": "g-1", "displayName": "Helper", "accountEnabled": True, "agentIdentityBlueprintId": "b-1"}


@pytest.mark.parametrize(("owners", "owner"), [([{"id": "u-2"}, {"id": "u-1"}], "u-1, u-2"), ([], ABSENT)])
def test_an_agent_with_an_identity_and_those_who_own_it(owners: Any, owner: Any) -> None:
    (fact,) = facts(collect(agents.agent_identities, {agents.AGENTS.op: page({**AGENT, "owners": owners})}))
    assert (fact.owner, fact.category, fact.state, fact.role) == (owner, "agent", "enabled", "b-1")
    found = collect(agents.agent_identities, {agents.AGENTS.op: page({**AGENT, "owners": None})})
    assert lost(found) == [(agents.AGENTS.op, None, Reason.INVALID_ANSWER)]


def package(**more: Any) -> dict[str, Any]:
    return {"id": "p-1", "displayName": "Trips", "type": "external", "isBlocked": False, "availableTo": "all",
            "elementTypes": ["declarativeAgent"], **more}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ({}, "all"), ({"availableTo": "allowedForSome"}, "some"), ({"availableTo": "guests"}, unknown_value("guests")),
        ({"isBlocked": None}, NOT_EXPOSED), ({"type": "somethingNew"}, "all"), ({"elementTypes": None}, "all"),
        ({"elementTypes": ["bot", "customEngineAgent"]}, "all"),
        ({"elementTypes": ["DeclarativeAgents"]}, "all"),
        ({"elementTypes": ["bot"], "supportedHosts": ["Copilot"]}, "all"),
        ({"isBlocked": True}, None), ({"availableTo": "none"}, None),
        ({"type": "microsoft"}, None), ({"elementTypes": ["staticTab"]}, None),
    ],
)  # fmt: skip
def test_which_agents_people_can_use(given: dict[str, Any], offered: Any) -> None:
    found = facts(collect(catalogue.copilot_agents, {catalogue.PACKAGES.op: page(package(**given))}))
    assert [fact.offered for fact in found] == ([] if offered is None else [offered])


def test_a_catalogue_that_nobody_may_see_is_not_empty() -> None:
    found = collect(catalogue.copilot_agents, {catalogue.PACKAGES.op: DENIED})
    assert facts(found) == [] and lost(found) == [(catalogue.PACKAGES.op, None, Reason.DENIED)]


def test_the_organisations_own_apps_in_teams() -> None:
    op = catalogue.TEAMS_APPS.op
    item = {"id": "t-1", "externalId": "E-1", "displayName": "Hello"}
    versions = [{"publishingState": "submitted"}, {"publishingState": "published"}]
    (fact,) = facts(collect(catalogue.teams_apps, {op: page({**item, "appDefinitions": versions})}))
    assert (fact.vendor_id, fact.state, fact.listed_in) == ("e-1", "published", "teams_catalogue")
    found = collect(catalogue.teams_apps, {op: page({**item, "appDefinitions": None})})
    assert lost(found) == [(op, "t-1", Reason.INVALID_ANSWER)]


# --- labels, and apps that are seen


def label(**more: Any) -> dict[str, Any]:
    return {
        "id": "l-1",
        "name": "Internal",
        "isEnabled": True,
        "isScopedToUser": True,
        "applicableTo": "file, email",
        **more,
    }


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        ({}, "applies_to", ("email", "file")), ({}, "published_to", ("some",)), ({}, "enabled", True),
        ({"isScopedToUser": False}, "published_to", ("all",)), ({"applicableTo": None}, "applies_to", NOT_EXPOSED),
        ({"applicableTo": 7}, "applies_to", unknown_value(7)), ({"isEnabled": None}, "enabled", NOT_EXPOSED),
        ({"isScopedToUser": "no"}, "published_to", unknown_value("no")),
        ({"sublabels": [label(id="l-2", name="Team")]}, "name", "Internal / Team"),
    ],
)  # fmt: skip
def test_what_a_label_says(given: dict[str, Any], field: str, expected: Any) -> None:
    (fact,) = facts(collect(labels.sensitivity_labels, {labels.LABELS.op: page(label(**given))}))
    assert getattr(fact, field) == expected


def test_a_label_that_only_holds_others_is_none_and_odd_ones_break_the_list_off() -> None:
    assert facts(collect(labels.sensitivity_labels, {labels.LABELS.op: page(label(isAppliable=False))})) == []
    for odd in ("x", [{"name": "nameless"}]):
        found = collect(labels.sensitivity_labels, {labels.LABELS.op: page(label(sublabels=odd))})
        assert lost(found) == [(labels.LABELS.op, None, Reason.INVALID_ANSWER)]


def app(**more: Any) -> dict[str, Any]:
    return {"id": "7", "displayName": "ChatGPT", "category": "generativeAi", "tags": ["Sanctioned"], "userCount": 3,
            "domains": ["chatgpt.com"], "lastSeenDateTime": "2026-08-29T10:00:00Z", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "sanctioned"), ({"tags": ["Ours", "Unsanctioned"]}, "unsanctioned"), ({"tags": ["Ours"]}, ABSENT),
        ({"tags": []}, ABSENT), ({"tags": None}, NOT_EXPOSED), ({"category": None}, "sanctioned"),
        ({"category": "cloudStorage"}, None),
    ],
)  # fmt: skip
def test_ai_that_is_seen_on_the_network(given: dict[str, Any], state: Any) -> None:
    answers = {discovery.STREAMS.op: page({"id": "s-1"}), discovery.SEEN.op: page(app(**given))}
    found = facts(collect(discovery.discovered_ai, answers))
    assert [fact.state for fact in found] == ([] if state is None else [state])
    assert [(fact.subject, fact.service, fact.count, fact.last_used) for fact in found] == [
        ("s-1/7", "ChatGPT", 3, "2026-08-29") for _ in found
    ]


@pytest.mark.parametrize(
    ("streams", "seen", "expected"),
    [
        (page(), None, (discovery.STREAMS.op, None, Reason.NOT_SUPPLIED)),
        (DENIED, None, (discovery.STREAMS.op, None, Reason.DENIED)),
        (page({"id": "s-1"}), DENIED, (discovery.SEEN.op, "s-1", Reason.DENIED)),
        (page({"id": "s-1"}), page(app(displayName=None)), (discovery.SEEN.op, "s-1", Reason.INVALID_ANSWER)),
    ],
)
def test_no_stream_and_no_licence_are_not_a_clean_network(streams: Any, seen: Any, expected: Any) -> None:
    found = collect(discovery.discovered_ai, {discovery.STREAMS.op: streams, discovery.SEEN.op: seen})
    assert facts(found) == [] and lost(found) == [expected]


# --- Secure Score


def mark(state: Any, day: Any = "2026-08-01", **more: Any) -> dict[str, Any]:
    return {"state": state, "updatedDateTime": day and f"{day}T00:00:00Z", "comment": "why", **more}


def control(*marks: Any, **more: Any) -> dict[str, Any]:
    return {"id": "AdminMFAV2", "controlCategory": "Identity", "deprecated": False, "controlStateUpdates": list(marks),
            **more}  # fmt: skip


UNCLEAR = ambiguous("Ignored, Default", secure_score.OPEN)


@pytest.mark.parametrize(
    ("given", "value", "updated"),
    [
        (control(), ABSENT, ABSENT),
        (control(mark("ThirdParty")), "ThirdParty", "2026-08-01T00:00:00Z"),
        (control(mark("ignored")), "Ignored", "2026-08-01T00:00:00Z"),
        (control(mark("Planned")), unknown_value("Planned"), "2026-08-01T00:00:00Z"),
        (control(mark(None, None)), NOT_EXPOSED, NOT_EXPOSED),
        (control(mark("Default", "2026-08-02"), mark("Ignored")), "Default", "2026-08-02T00:00:00Z"),
        (control(mark("Ignored"), mark("Default", None)), UNCLEAR, NOT_EXPOSED),
        (control(mark("Ignored"), mark("Default")), UNCLEAR, NOT_EXPOSED),
        (control(mark("Ignored", None), mark("Default", None)), UNCLEAR, NOT_EXPOSED),
        (control(mark("Ignored"), controlCategory="Data", deprecated=None), "Ignored", "2026-08-01T00:00:00Z"),
        (control(mark("Ignored"), controlCategory="Agents"), "Ignored", "2026-08-01T00:00:00Z"),
        (control(mark("Ignored"), controlCategory=None), "Ignored", "2026-08-01T00:00:00Z"),
        (control(controlCategory="Device"), None, None), (control(controlCategory="Infrastructure"), None, None),
        (control(deprecated=True), None, None),
        (control(controlStateUpdates=None), Reason.INVALID_ANSWER, None), (control("x"), Reason.INVALID_ANSWER, None),
        (DENIED, Reason.DENIED, None),
    ],
)  # fmt: skip
def test_how_a_control_of_secure_score_is_marked(given: Any, value: Any, updated: Any) -> None:
    op = secure_score.PROFILES.op
    found = collect(secure_score.secure_score_controls, {op: given if given is DENIED else page(given)})
    kept = [(one.value, one.updated) for one in facts(found)]
    assert kept == ([] if value is None or isinstance(value, Reason) else [(value, updated)])
    assert [entry[2] for entry in lost(found)] == ([value] if isinstance(value, Reason) else [])
    assert all((one.subject, one.name) == ("AdminMFAV2", secure_score.NAME) for one in facts(found))


def test_a_number_that_is_none() -> None:
    for raw, state in (("many", State.UNKNOWN_VALUE), (None, State.NOT_EXPOSED)):
        answers = {discovery.STREAMS.op: page({"id": "s-1"}), discovery.SEEN.op: page(app(userCount=raw))}
        assert facts(collect(discovery.discovered_ai, answers))[0].count.state is state
