"""Google Cloud: what its answers become, over hidden projects, inherited policies, conditions, keys and odd values."""

from collections.abc import Mapping
from typing import Any

import pytest
from google_cloud_answers import (
    ADMIN,
    DENIED,
    GEMINI,
    MAPS,
    ORG,
    ROOT,
    VERTEX,
    Table,
    audit,
    chain,
    collect,
    enabled,
    facts,
    listed,
    policy,
    project,
    reasons,
)

from annexa import collectors
from annexa.collectors._google import documents
from annexa.collectors._google.wire import GoogleWire
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError
from annexa.collectors.google_cloud import (
    _api,
    _source,
    constraints,
    grant,
    keys,
    log_stores,
    perimeters,
    policies,
    projects,
    services,
)
from annexa.collectors.google_cloud._settings import CloudSettings
from annexa.collectors.google_cloud._source import ORGANIZATION, ORGANIZATIONS
from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State


class TestProjects:
    def test_those_of_the_organisation_whatever_folder_they_are_in(self) -> None:
        tree = [{"name": "folders/5", "parent": ORG}, {"name": "folders/6", "parent": "folders/5"},
                {"name": "folders/9", "parent": "organizations/2"}]  # fmt: skip
        rows = [
            project(1, "folders/6"),
            project(2, ORG),
            project(3, "folders/9"),
            project(4, "organizations/2"),
            project(5, ""),
        ]
        found = collect(projects.projects, listed(*rows, folders=tree, shown=(1, 2)))
        assert [one.path for one in facts(found)] == ["p1", "p2"]
        assert found.unit.completeness is Completeness.COMPLETE

    def test_states(self) -> None:
        rows = [project(1, ORG), project(2, ORG, "DELETE_REQUESTED"), project(3, ORG, "ORBIT")]
        states = [one.state for one in facts(collect(projects.projects, listed(*rows, shown=(1, 2, 3))))]
        assert states[:2] == ["enabled", "disabled"]
        assert isinstance(states[2], Missing) and states[2].raw == "ORBIT"

    def test_a_project_that_only_cloud_asset_shows_breaks_the_list(self) -> None:
        found = collect(projects.projects, listed(project(1, ORG), shown=(1, 8)))
        assert [one.path for one in facts(found)] == ["p1", "8"]
        assert (found.unit.completeness, reasons(found)) == (Completeness.PARTIAL, [Reason.VISIBILITY_UNPROVED])

    def test_a_list_that_nothing_can_be_compared_with_is_not_proved(self) -> None:
        assert reasons(collect(projects.projects, listed(project(1, ORG), shown=()))) == [Reason.VISIBILITY_UNPROVED]

    def test_a_project_that_cloud_asset_does_not_show_is_noted_unless_it_is_being_deleted(self) -> None:
        for state, noted in (("ACTIVE", [Reason.VISIBILITY_UNPROVED]), ("DELETE_REQUESTED", [])):
            found = collect(projects.projects, listed(project(1, ORG), project(2, ORG, state)))
            assert (len(found.records), reasons(found)) == (2, noted)

    def test_a_project_under_a_folder_that_nobody_shows_counts_and_is_noted(self) -> None:
        found = collect(projects.projects, listed(project(1, "folders/77")))
        assert ([one.path for one in facts(found)], reasons(found)) == (["p1"], [Reason.VISIBILITY_UNPROVED])

    def test_cloud_asset_that_refuses_leaves_the_list_unproved(self) -> None:
        found = collect(projects.projects, {**listed(project(1, ORG)), projects.SHOWN.op: DENIED})
        assert (len(found.records), found.unit.completeness) == (1, Completeness.PARTIAL)


class TestServices:
    def test_enabled_ai_services_and_the_one_that_a_key_opens(self) -> None:
        for names, value in (((VERTEX, MAPS), False), ((VERTEX, GEMINI), True)):
            found = facts(collect(services.services, {_api.SERVICES.op: enabled(*names)}))
            assert {one.provider for one in found[:-1]} == set(names) - {MAPS}
            assert (found[-1].name, found[-1].value) == (services.GENERATIVE, value)

    @pytest.mark.parametrize("answer", [{}, {"services": []}, DENIED, enabled() | {"nextPageToken": ""}])
    def test_without_any_service_nothing_is_off(self, answer: Any) -> None:
        found = collect(services.services, {_api.SERVICES.op: answer})
        assert (found.records, found.unit.completeness) == ((), Completeness.UNREAD)

    def test_an_unknown_state_says_nothing(self) -> None:
        answer = {"services": [{"name": f"projects/7/services/{VERTEX}", "state": "ORBIT"}]}
        found = collect(services.services, {_api.SERVICES.op: answer})
        assert (len(found.records), reasons(found)) == (0, [Reason.INVALID_ANSWER])


def key(**restrictions: Any) -> dict[str, Any]:
    return {
        "keys": [
            {
                "name": "projects/7/locations/global/keys/a",
                "keyString": "AIzaSecret",
                "createTime": "2026-01-01T00:00:00.5Z",
                **({"restrictions": restrictions} if restrictions else {}),
            }
        ]
    }


class TestApiKeys:
    @pytest.mark.parametrize(
        ("restrictions", "targets", "callers", "opens"),
        [
            ({}, ABSENT, False, (VERTEX, GEMINI)),
            ({"apiTargets": [{"service": GEMINI}]}, (GEMINI,), False, (GEMINI,)),
            ({"apiTargets": [{"service": MAPS}]}, (MAPS,), False, ABSENT),
            ({"apiTargets": [{"service": "dialogflow.googleapis.com"}]}, ("dialogflow.googleapis.com",), False, ABSENT),
            ({"serverKeyRestrictions": {"allowedIps": ["203.0.113.1"]}}, ABSENT, True, (VERTEX, GEMINI)),
            ({"browserKeyRestrictions": {"allowedReferrers": []}}, ABSENT, False, (VERTEX, GEMINI)),
            ({"iosKeyRestrictions": {"allowedBundleIds": ["a"]}}, ABSENT, True, (VERTEX, GEMINI)),
        ],
    )
    def test_what_a_key_opens_and_for_whom(self, restrictions: Any, targets: Any, callers: bool, opens: Any) -> None:
        answers = {keys.API_KEYS.op: key(**restrictions), _api.SERVICES.op: enabled(VERTEX, GEMINI, MAPS)}
        (one,) = facts(collect(keys.api_keys, answers))
        assert (one.restricted_to, one.client_restricted, one.opens) == (targets, callers, opens)
        assert (one.created, one.expires) == ("2026-01-01T00:00:00.5Z", ABSENT) or one.created.startswith("2026-01-01")

    def test_the_key_itself_is_not_kept(self) -> None:
        answers = {keys.API_KEYS.op: key(), _api.SERVICES.op: enabled(VERTEX)}
        found = collect(keys.api_keys, answers)
        assert "AIzaSecret" not in str([record.data for record in found.records])
        assert keys.API_KEYS.drop == ("keyString",) and "keyString" not in keys.API_KEYS.params["fields"]

    def test_without_the_list_of_services_no_key_is_harmless(self) -> None:
        found = collect(keys.api_keys, {keys.API_KEYS.op: key(), _api.SERVICES.op: DENIED})
        assert (found.records, found.unit.completeness) == ((), Completeness.UNREAD)


class TestServiceAccountKeys:
    ACCOUNTS = {"accounts": [{"name": "projects/p1/serviceAccounts/a@x", "email": "a@x"}]}  # noqa: RUF012

    def _keys(self, *rows: Mapping[str, Any], services_: Any = None) -> list[Any]:
        answers = {
            _api.SERVICES.op: services_ or enabled(VERTEX), keys.ACCOUNTS.op: self.ACCOUNTS,
            keys.ACCOUNT_KEYS.op: {"keys": [{"name": f"k{number}", **row} for number, row in enumerate(rows)]},
        }  # fmt: skip
        return facts(collect(keys.service_account_keys, answers))

    def test_keys_of_people_with_their_state_and_end(self) -> None:
        never, some = "9999-12-31T23:59:59Z", "2026-12-31T00:00:00Z"
        found = self._keys(
            {"keyType": "USER_MANAGED", "validBeforeTime": never},
            {"keyType": "USER_MANAGED", "disabled": True, "validBeforeTime": some},
            {"keyType": "SYSTEM_MANAGED", "validBeforeTime": some},
        )
        assert [(one.state, one.expires, one.long_term) for one in found] == [
            ("active", ABSENT, True), ("disabled", some, False),
        ]  # fmt: skip

    def test_a_key_of_an_unknown_sort_is_kept_as_that(self) -> None:
        (one,) = self._keys({"keyType": "ORBIT_MANAGED"})
        assert one.state.raw == "ORBIT_MANAGED" and one.expires is NOT_EXPOSED

    def test_projects_without_ai_are_not_asked(self) -> None:
        assert self._keys({"keyType": "USER_MANAGED"}, services_=enabled(MAPS)) == []

    def test_an_account_that_refuses_costs_that_account_only(self) -> None:
        answers = {
            _api.SERVICES.op: enabled(VERTEX), keys.ACCOUNT_KEYS.op: DENIED, keys.ACCOUNTS.op: self.ACCOUNTS
        }  # fmt: skip
        found = collect(keys.service_account_keys, answers)
        assert found.keeper.unreads[0].subject == "projects/p1/serviceAccounts/a@x"
        assert (found.records, reasons(found)) == ((), [Reason.DENIED])


class TestDataAccess:
    @pytest.mark.parametrize(
        ("project_", "folder", "root", "types", "exempted"),
        [
            ((), (), (), ABSENT, ABSENT),
            ((audit("allServices", "DATA_READ"),), (audit(VERTEX, "DATA_WRITE"),), (), ("DATA_READ", "DATA_WRITE"), ABSENT),
            ((), (), (audit("allServices", "DATA_READ", "DATA_WRITE"),), ("DATA_READ", "DATA_WRITE"), ABSENT),
            ((audit("storage.googleapis.com", "DATA_READ", "DATA_WRITE"),), (), (), ABSENT, ABSENT),
            ((audit(VERTEX, "DATA_READ"),), (), (audit("allServices", "DATA_READ", exempted=("user:a@x",)),),
             ("DATA_READ",), ("user:a@x",)),
        ],
    )  # fmt: skip
    def test_what_any_place_above_switches_on_is_on(
        self, project_: Any, folder: Any, root: Any, types: Any, exempted: Any
    ) -> None:
        answers = chain(policy(*project_), policy(*folder), policy(*root, bindings=[ADMIN]))
        (log,) = [
            one for one in facts(collect(policies.policies, answers)) if one.__struct_config__.tag == "log_source"
        ]
        assert (log.event_types, log.exempted, log.enabled) == (types, exempted, types is not ABSENT)

    def test_a_sort_of_log_that_is_not_documented_is_unknown(self) -> None:
        answers = chain(policy(audit(VERTEX, "DATA_READ", "DATA_WRITE", "ORBIT")), policy(), ROOT)
        (log,) = facts(collect(policies.policies, answers))
        assert log.event_types.state is State.UNKNOWN_VALUE

    @pytest.mark.parametrize("name", ["project_", "folder", "organisation"])
    @pytest.mark.parametrize("answer", [DENIED, {}, {"bindings": []}])
    def test_a_policy_that_cannot_be_read_leaves_everything_open(self, name: str, answer: Any) -> None:
        given = {"project_": policy(audit(VERTEX, "DATA_READ", "DATA_WRITE")), "folder": policy(), "organisation": ROOT}
        found = collect(policies.policies, chain(**{**given, name: answer}))
        assert (found.records, found.unit.completeness) == ((), Completeness.UNREAD)

    @pytest.mark.parametrize("ancestors", [[], [("project", "p1"), ("folder", "5")], [("project", "p1"), ("organization", "2")],
                                           [("project", "p1"), ("galaxy", "5"), ("organization", "1")]])  # fmt: skip
    def test_a_chain_that_does_not_reach_the_organisation_proves_nothing(self, ancestors: Any) -> None:
        told = {"ancestor": [{"resourceId": {"type": sort, "id": name}} for sort, name in ancestors]}
        found = collect(policies.policies, {**chain(policy(), policy(), ROOT), policies.ANCESTRY.op: told})
        assert (found.records, found.unit.completeness) == ((), Completeness.UNREAD)

    def test_a_project_without_ai_has_no_such_log(self) -> None:
        found = collect(policies.policies, {_api.SERVICES.op: enabled(MAPS)})
        assert (found.records, found.unit.completeness) == ((), Completeness.COMPLETE)


class TestRoles:
    def _grants(self, *bindings: Any, root: Any = ()) -> list[Any]:
        answers = chain(policy(bindings=bindings), policy(), policy(bindings=[ADMIN, *root]))
        return [
            one for one in facts(collect(policies.policies, answers)) if one.__struct_config__.tag == "access_grant"
        ]

    def test_basic_roles_of_project_and_organisation(self) -> None:
        found = self._grants(
            {"role": "roles/editor", "members": ["user:kim@x", "serviceAccount:7@cloudservices.gserviceaccount.com"]},
            {"role": "roles/storage.admin", "members": ["user:kim@x"]},
            root=[{"role": "roles/owner", "members": ["group:all@x"]}],
        )
        assert [(one.grantee, one.purpose, one.target, one.vendor_managed) for one in found] == [
            ("user:kim@x", "administer", policies.PROJECT, False),
            ("serviceAccount:7@cloudservices.gserviceaccount.com", "administer", policies.PROJECT, True),
            ("group:all@x", "administer", policies.PROJECT, False),
        ]
        assert found[2].via == ("organizations/1: roles/owner",)

    def test_roles_over_ai_with_a_condition(self) -> None:
        condition = {"title": "office hours", "expression": "true"}
        found = self._grants(
            {"role": "roles/aiplatform.admin", "members": ["user:a@x"]},
            {"role": "roles/aiplatform.viewer", "members": ["allAuthenticatedUsers"]},
            {"role": "roles/aiplatform.user", "members": ["principalSet://x"], "condition": condition},
        )
        assert [(one.purpose, one.verdict, one.on_behalf_of) for one in found] == [
            ("administer", "allowed", "none"), ("read", "allowed", "all"), ("use", "conditional", "none"),
        ]  # fmt: skip
        assert isinstance(found[2].grantee_sort, Missing) and {one.target for one in found} == {"ai"}

    @pytest.mark.parametrize(("place", "via"), [("folder", "folders/5"), ("organisation", "organizations/1")])
    def test_roles_over_ai_are_inherited_from_every_place_above(self, place: str, via: str) -> None:
        role = {"role": "roles/aiplatform.user", "members": ["user:a@x"]}
        given = {"project_": policy(), "folder": policy(), "organisation": ROOT}
        given[place] = policy(bindings=[ADMIN, role])
        (*_, held) = facts(collect(policies.policies, chain(**given)))
        assert (held.grantee, held.target, held.resources, held.via) == (
            "user:a@x", "ai", ("projects/p1",), (f"{via}: roles/aiplatform.user",),
        )  # fmt: skip

    def test_conditions_are_asked_for(self) -> None:
        for call in (policies.PROJECT_POLICY, policies.FOLDER_POLICY, policies.ORGANIZATION_POLICY):
            assert call.params["body"] == {"options": {"requestedPolicyVersion": 3}}


class TestAllowedModels:
    @pytest.mark.parametrize(
        ("spec", "mode"),
        [
            ({"rules": [{"values": {"allowedValues": ["publishers/google/models/m:predict"]}}]}, "allow_list"),
            ({"rules": [{"values": {"deniedValues": ["publishers/x/models/*"]}}]}, "deny_list"),
            ({"rules": [{"allowAll": True}]}, "all"),
            ({"rules": [{"denyAll": True}]}, "none"),
            ({"rules": [{"allowAll": True}, {"values": {"allowedValues": ["a"]}}]}, "all"),
        ],
    )
    def test_what_the_effective_policy_amounts_to(self, spec: Any, mode: Any) -> None:
        dry = {"dryRunSpec": {"rules": [{"values": {"allowedValues": ["a"]}}]}}
        told = {
            "name": "projects/7/policies/vertexai.allowedModels",
            **dry,
            **({"spec": spec} if spec is not None else {}),
        }
        found = facts(
            collect(constraints.allowed_models, {_api.SERVICES.op: enabled(VERTEX), constraints.EFFECTIVE.op: told})
        )
        assert {one.name: one.value for one in found}[constraints.MODE] == mode, "a policy in dry run does not count"

    @pytest.mark.parametrize(
        "told", [{}, {"name": "n"}, {"name": "n", "spec": {}}, {"name": "n", "spec": {"rules": []}}]
    )
    def test_a_policy_without_any_rule_is_no_list(self, told: Any) -> None:
        found = collect(constraints.allowed_models, {_api.SERVICES.op: enabled(VERTEX), constraints.EFFECTIVE.op: told})
        assert (found.records, reasons(found)) == ((), [Reason.INVALID_ANSWER])

    def test_only_where_vertex_is_enabled(self) -> None:
        assert facts(collect(constraints.allowed_models, {_api.SERVICES.op: enabled(GEMINI)})) == []


def perimeter(
    sort: str = perimeters.REGULAR, *, resource: str = "projects/7", service: str = VERTEX, dry: bool = False
) -> Any:
    config = {"resources": [resource], "restrictedServices": [service]}
    return {"name": "accessPolicies/3/servicePerimeters/a", "perimeterType": sort, "spec" if dry else "status": config}


class TestPerimeters:
    def _value(self, *found: Any) -> Any:
        answers = {
            **chain(policy(), policy(), ROOT), perimeters.PROJECT.op: {"name": "projects/7", "projectId": "p1"},
            perimeters.ACCESS_POLICIES.op: {"accessPolicies": [{"name": "accessPolicies/3"}]},
            perimeters.PERIMETERS.op: {"servicePerimeters": list(found)},
        }  # fmt: skip
        (one,) = facts(collect(perimeters.perimeter, answers))
        return one.value

    @pytest.mark.parametrize(
        ("found", "value"),
        [
            ((), "outside"),
            ((perimeter(),), "enforced"),
            ((perimeter(resource="folders/5"),), "enforced"),
            ((perimeter(resource="projects/8"),), "outside"),
            ((perimeter(service="storage.googleapis.com"),), "outside"),
            ((perimeter(dry=True),), "dry_run"),
            ((perimeter(dry=True), perimeter()), "enforced"),
            ((perimeter(perimeters.BRIDGE),), "outside"),
        ],
    )
    def test_what_stands_around_vertex(self, found: Any, value: str) -> None:
        assert self._value(*found) == value

    def test_a_sort_of_perimeter_that_is_not_documented_is_unknown(self) -> None:
        assert self._value(perimeter("ORBIT")).raw == "ORBIT"
        assert self._value(perimeter("ORBIT"), perimeter()) == "enforced"


class TestLogStores:
    def _found(self, *rows: Any, sinks: Any = None) -> Gathered:
        held = {"projects/p1": [{"name": "_Default", "destination": "d1"}], **(sinks or {})}
        answers = {
            **chain(policy(), policy(), ROOT), log_stores.BUCKETS.op: {"buckets": list(rows)},
            log_stores.SINKS.op: lambda params: {"sinks": held.get(params["parent"], [])},
        }  # fmt: skip
        return collect(log_stores.log_stores, answers)

    def _stores(self, *rows: Any) -> list[Any]:
        return [one for one in facts(self._found(*rows)) if one.__struct_config__.tag == "data_store"]

    def test_how_long_and_whether_that_can_be_changed(self) -> None:
        key = {"cmekSettings": {"kmsKeyName": "k1"}}
        found = self._stores(
            {"name": "p/_Default", "retentionDays": 30, **key},
            {"name": "p/_Required", "retentionDays": 400, "locked": True},
            {"name": "p/old", "lifecycleState": "DELETE_REQUESTED"},
            {"name": "p/untold"},
        )
        assert [(one.retention_days, one.lock, one.lock_days, one.key) for one in found] == [
            (30, "none", ABSENT, "k1"), (400, "compliance", 400, ABSENT), (NOT_EXPOSED, "none", ABSENT, ABSENT),
        ]  # fmt: skip

    def test_sinks_of_the_project_and_those_above_that_take_its_logs(self) -> None:
        above = [
            {"name": "all", "resourceName": "organizations/1/sinks/all", "destination": "d2", "includeChildren": True},
            {"name": "own", "resourceName": "organizations/1/sinks/own", "destination": "d3"},
        ]
        off = [
            {
                "name": "x",
                "resourceName": "folders/5/sinks/x",
                "destination": "d4",
                "includeChildren": True,
                "disabled": True,
            }
        ]
        found = facts(self._found({"name": "p/b"}, sinks={"organizations/1": above, "folders/5": off}))[1:]
        assert [(one.destinations, one.enabled, one.organisation_wide) for one in found] == [
            (("d1",), True, False), (("d4",), False, False), (("d2",), True, True),
        ]  # fmt: skip
        assert {one.name for one in found} == {log_stores.SINK}

    def test_an_empty_list_is_not_believed(self) -> None:
        assert reasons(self._found()) == [Reason.VISIBILITY_UNPROVED]
        assert reasons(self._found({"name": "p/b"}, sinks={"projects/p1": []})) == [Reason.VISIBILITY_UNPROVED]


def declared() -> list[Call]:
    found = [call for one in collectors.of(collectors.vendor("google_cloud")) for call in one.calls]
    return list({(call.op, str(call.params)): call for call in [*found, ORGANIZATION, ORGANIZATIONS]}.values())


@pytest.mark.parametrize("call", declared(), ids=lambda call: call.op)
def test_a_call_is_a_read_of_the_discovery_document_under_our_scope(call: Call) -> None:
    method = documents.method(call.op)
    assert _api.SCOPE in method.scopes
    assert method.verb == "GET" or method.name.endswith(("getIamPolicy", "getAncestry"))
    assert set(call.params) - {"body"} <= method.parameters
    if call.path:
        schema = documents.document(method.api)["schemas"][method.response]
        assert schema["properties"][call.path]["type"] == "array"


def test_the_grant_has_every_permission_and_no_more() -> None:
    made = grant(
        GrantOrder(collectors=collectors.of(collectors.vendor("google_cloud")), settings={"organization": "42"})
    )
    role, commands = made.documents.values()
    wanted = {line.removeprefix("  - ") for line in role.splitlines() if line.startswith("  - ")}
    assert wanted == {call.needs for call in declared()}
    assert all(name.rpartition(".")[2] in ("get", "list", "getIamPolicy", "searchAllResources", "searchAllIamPolicies")
               for name in wanted)  # fmt: skip
    assert "--organization=42" in commands


class TestWhichOrganisation:
    @staticmethod
    def _me(organization: str | None, *seen: str) -> Any:
        answers = {
            ORGANIZATIONS.op: {"organizations": [{"name": f"organizations/{one}"} for one in seen]},
            ORGANIZATION.op: lambda params: {"name": params["name"], "state": "ACTIVE"},
        }
        wire = GoogleWire(Table(answers), identity="me", subject=None)  # type: ignore[arg-type]
        return _source._me(wire, CloudSettings(organization=organization))

    @pytest.mark.parametrize(("named", "seen"), [("42", ()), ("organizations/42", ()), (None, ("42",))])
    def test_the_one_that_is_named_or_the_only_one(self, named: str | None, seen: tuple[str, ...]) -> None:
        found = self._me(named, *seen)
        assert (found.tenant, found.known) == ("42", {"organization": "42"})

    @pytest.mark.parametrize("seen", [(), ("42", "43")])
    def test_none_or_several_need_a_name(self, seen: tuple[str, ...]) -> None:
        with pytest.raises(CannotStartError) as told:
            self._me(None, *seen)
        assert 'organization = "number"' in told.value.cure
