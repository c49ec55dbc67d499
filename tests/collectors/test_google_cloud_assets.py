"""Google Cloud: resources, agents, data and settings of Vertex AI, over cut bodies, hidden projects and absent methods."""

from typing import Any

import pytest
from google_cloud_answers import (
    DENIED,
    GEMINI,
    VERTEX,
    collect,
    enabled,
    facts,
    reasons,
    searched,
)

from annexa.collectors._google import documents
from annexa.collectors.google_cloud import _api, agent_registry, constraints, data, resources, vertex
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State


def resource(sort: str, name: str, body: Any = None, **more: Any) -> dict[str, Any]:
    told = {} if body is None else {"versionedResources": [{"version": "v1", "resource": {"name": name, **body}}]}
    return {"assetType": sort, "name": f"//{name}", "project": "projects/1", **told, **more}


MODEL = resource("aiplatform.googleapis.com/Model", "m", labels={"owner": "kim"}, kmsKeys=["k1"])
ENGINE = resource(data.ENGINE, "c/engines/e")
CUT = {"versionedResources": [{"resource": {"name": "m"}, "assetExceptions": [{"exceptionType": "TRUNCATION"}]}]}


class TestResources:
    def test_systems_with_place_owner_and_key(self) -> None:
        found = collect(resources.resources, searched(MODEL, ENGINE))
        model, its_key, engine, none = facts(found)
        assert (model.category, model.owner, model.at, its_key.holder, its_key.key) == (
            "custom_model", "kim", "p1", "customer", "k1",
        )  # fmt: skip
        assert (engine.category, none.key) == ("service", NOT_EXPOSED), "no key told is no key of Google's"
        assert found.unit.completeness is Completeness.COMPLETE

    @pytest.mark.parametrize(
        ("row", "holder", "key"),
        [
            (
                resource("aiplatform.googleapis.com/Model", "m", {"encryptionSpec": {"kmsKeyName": "k2"}}),
                "customer",
                "k2",
            ),
            (resource(data.ENGINE, "e", {"cmekConfig": {"kmsKey": "k3"}}), "customer", "k3"),
            (resource("aiplatform.googleapis.com/Model", "m", {"displayName": "x"}), "vendor", ABSENT),
            (resource("aiplatform.googleapis.com/Model", "m"), NOT_EXPOSED, NOT_EXPOSED),
            ({**MODEL, "kmsKeys": [], **CUT}, NOT_EXPOSED, NOT_EXPOSED),
            ({**MODEL, **CUT}, "customer", "k1"),
        ],
    )
    def test_only_a_whole_body_without_a_key_says_that_the_key_is_googles(
        self, row: Any, holder: Any, key: Any
    ) -> None:
        _, found = facts(collect(resources.resources, searched(row)))
        assert (found.holder, found.key) == (holder, key)

    @pytest.mark.parametrize(
        ("sort", "body", "network"),
        [
            (resources.ENDPOINT, {}, "public"),
            (resources.ENDPOINT, {"network": "projects/7/global/networks/n"}, "vpc"),
            (resources.ENDPOINT, {"privateServiceConnectConfig": {"enablePrivateServiceConnect": True}}, "private"),
            (resources.ENDPOINT, {"privateServiceConnectConfig": {}}, "public"),
            (resources.INDEX_ENDPOINT, {"publicEndpointEnabled": True, "enablePrivateServiceConnect": True}, "public"),
            (resources.INDEX_ENDPOINT, {"enablePrivateServiceConnect": True}, "private"),
            (resources.INDEX_ENDPOINT, {}, State.AMBIGUOUS),
            (resources.ENDPOINT, None, State.NOT_EXPOSED),
        ],
    )
    def test_from_where_endpoints_are_reached(self, sort: str, body: Any, network: Any) -> None:
        *_, found = facts(collect(resources.resources, searched(resource(sort, "x", body))))
        assert (found.network.state if isinstance(found.network, Missing) else found.network) == network

    def test_agents_and_tuning_jobs(self) -> None:
        rows = [
            resource("aiplatform.googleapis.com/ReasoningEngine", "r", {"spec": {"serviceAccount": "a@x"}}),
            resource(resources.TUNING, "t", {"baseModel": "m", "state": "JOB_STATE_RUNNING",
                                             "preferenceOptimizationSpec": {"trainingDatasetUri": "gs://b/x"}}),
        ]  # fmt: skip
        agent, _, job, _ = facts(collect(resources.resources, searched(*rows)))
        assert (agent.category, agent.role) == ("agent", "a@x")
        assert (job.category, job.model, job.state, job.source_location) == (
            "custom_model", "m", "JOB_STATE_RUNNING", "gs://b/x",
        )  # fmt: skip

    def test_values_of_environment_variables_are_dropped(self) -> None:
        assert "value" in resources.RESOURCES.drop and "value" in data.DATA.drop

    def test_fewer_projects_than_the_list_has_is_not_proved(self) -> None:
        for collector in (resources.resources, data.data):
            found = collect(collector, searched(MODEL, shown=(1,)))
            assert reasons(found) == [Reason.VISIBILITY_UNPROVED]
            assert "p2" in str(found.keeper.unreads[0])

    def test_roles_on_one_resource(self) -> None:
        rows = [
            {"resource": "//aiplatform.googleapis.com/e", "project": "projects/2",
             "policy": {"bindings": [{"role": "roles/aiplatform.user", "members": ["user:a@x"]},
                                     {"role": "roles/viewer", "members": ["user:b@x"]}]}},
            {"resource": "//cloudresourcemanager.googleapis.com/projects/p2",
             "policy": {"bindings": [{"role": "roles/aiplatform.user", "members": ["user:c@x"]}]}},
            {"resource": "//discoveryengine.googleapis.com/e", "project": "projects/1",
             "policy": {"bindings": [{"role": "roles/discoveryengine.admin", "members": ["user:d@x"]}]}},
        ]  # fmt: skip
        found = collect(resources.bindings, {**searched(), resources.BINDINGS.op: {"results": rows}})
        assert [(one.grantee, one.resources, one.at) for one in facts(found)] == [
            ("user:a@x", ("//aiplatform.googleapis.com/e",), "p2"),
            ("user:d@x", ("//discoveryengine.googleapis.com/e",), "p1"),
        ]
        assert resources.BINDINGS.params["query"].startswith("policy:(roles/aiplatform OR roles/discoveryengine OR ")


class TestData:
    def test_a_search_app_reads_the_stores_that_it_names(self) -> None:
        app = resource(data.ENGINE, "c/engines/e", {"dataStoreIds": ["s"]})
        store = resource(data.STORE, "c/dataStores/s", {}, kmsKeys=["k1"])
        link, kept, key = facts(collect(data.data, searched(app, store, labels={"classification": "internal"})))
        assert (link.ai_system, link.store, link.direction, link.classification) == (
            "//c/engines/e", "//c/dataStores/s", "read", "internal",
        )  # fmt: skip
        assert (kept.subject, kept.classification, kept.key, key.holder) == (
            "//c/dataStores/s",
            "internal",
            "k1",
            "customer",
        )

    def test_a_project_without_a_label_says_that_there_is_no_class(self) -> None:
        (store, _) = facts(collect(data.data, searched(resource(data.STORE, "s"))))
        assert store.classification is ABSENT
        (store, _) = facts(collect(data.data, searched(resource(data.STORE, "s", project="projects/77"))))
        assert store.classification is NOT_EXPOSED

    def _job(self, uri: str, **more: Any) -> dict[str, Any]:
        return resource(resources.TUNING, "t", {"supervisedTuningSpec": {"trainingDatasetUri": uri}, **more})

    def test_examples_of_a_tuning_job_with_the_class_of_their_bucket(self) -> None:
        bucket = {
            "name": "//storage.googleapis.com/b1",
            "project": "projects/2",
            "labels": {"classification": "public"},
        }
        other = {"name": "//storage.googleapis.com/b11", "project": "projects/2"}
        answers = searched(self._job("gs://b1/x.jsonl", tunedModel={"model": "models/5"}), buckets=[bucket, other])
        link, store = facts(collect(data.data, answers))
        assert (link.ai_system, link.store, link.classification, link.third_party) == (
            "//aiplatform.googleapis.com/models/5", "//storage.googleapis.com/b1", "public", False,
        )  # fmt: skip
        assert (store.subject, store.role, store.at, store.key) == (
            "//storage.googleapis.com/b1",
            "training",
            "p2",
            NOT_EXPOSED,
        )

    @pytest.mark.parametrize("uri", ["gs://elsewhere/x", "bq://p.d.t"])
    def test_a_place_that_cloud_asset_does_not_show_has_no_class(self, uri: str) -> None:
        (link,) = facts(collect(data.data, searched(self._job(uri))))
        assert (link.classification, link.third_party) == (NOT_EXPOSED, NOT_EXPOSED)

    @pytest.mark.parametrize("row", [ENGINE, resource(resources.TUNING, "t")])
    def test_without_a_body_it_is_noted_that_nobody_knows_what_is_read(self, row: Any) -> None:
        found = collect(data.data, searched(row))
        assert (found.records, reasons(found)) == ((), [Reason.VISIBILITY_UNPROVED])
        assert found.keeper.unreads[0].subject == row["name"]


def allowed(*models: str) -> dict[str, Any]:
    return {
        "name": "n",
        "spec": {"rules": [{"values": {"allowedValues": [f"publishers/{one}:predict" for one in models]}}]},
    }


class TestSharing:
    CLOSED = allowed("google/models/gemini-2.5-pro", "meta/models/*")

    def _value(self, config: Any, policy_: Any) -> Gathered:
        answers = {
            _api.SERVICES.op: enabled(VERTEX), constraints.EFFECTIVE.op: policy_, vertex.PUBLISHERS.op: config
        }  # fmt: skip
        return collect(vertex.sharing, answers)

    @pytest.mark.parametrize(
        ("config", "policy_", "value"),
        [
            ({"dataSharingEnabledProvider": "ANTHROPIC"}, CLOSED, "ANTHROPIC"),
            ({"dataSharingEnabledProvider": vertex.UNSET}, CLOSED, "none"),
            ({}, CLOSED, "none"),
            ({}, {"name": "n", "spec": {"rules": [{"denyAll": True}]}}, "none"),
            ({}, allowed("google/models/a", "anthropic/models/b"), State.AMBIGUOUS),
            ({}, {"name": "n", "spec": {"rules": [{"values": {"allowedValues": ["is:publishers/x/models/b"]}}]}},
             State.AMBIGUOUS),
            ({}, {"name": "n", "spec": {"rules": [{"allowAll": True}]}}, State.AMBIGUOUS),
            ({}, {"name": "n", "spec": {"rules": [{"values": {"deniedValues": ["publishers/anthropic/models/*"]}}]}},
             State.AMBIGUOUS),
            ({}, {"name": "n"}, State.AMBIGUOUS),
            ({}, {"name": "n", "dryRunSpec": CLOSED["spec"]}, State.AMBIGUOUS),
            ({"dataSharingEnabledProvider": "ORBIT"}, CLOSED, State.UNKNOWN_VALUE),
        ],
    )  # fmt: skip
    def test_nobody_sees_prompts_only_where_no_model_that_shares_is_allowed(
        self, config: Any, policy_: Any, value: Any
    ) -> None:
        (one,) = facts(self._value(config, policy_))
        assert (one.value.state if isinstance(one.value, Missing) else one.value) == value

    @pytest.mark.parametrize("config", [DENIED, (404, {"error": {"code": 404, "status": "NOT_FOUND"}}), (200, [])])
    def test_where_the_method_is_absent_or_refused_nothing_is_said(self, config: Any) -> None:
        found = self._value(config, self.CLOSED)
        assert (found.records, found.unit.completeness) == ((), Completeness.UNREAD)

    def test_every_publisher_of_the_discovery_document_is_known(self) -> None:
        schema = documents.document("aiplatform/v1beta1")["schemas"]["GoogleCloudAiplatformV1beta1PublisherModelConfig"]
        known = schema["properties"]["dataSharingEnabledProvider"]["enum"]
        assert set(known) == {vertex.UNSET, *vertex.PROVIDERS}


class TestCaching:
    def _found(self, config: Any) -> Gathered:
        return collect(vertex.caching, {_api.SERVICES.op: enabled(VERTEX), vertex.CACHE.op: config})

    @pytest.mark.parametrize(
        ("config", "value"),
        [
            ({"disableCache": True, "retentionConfig": {"retentionType": "DURABLE"}}, "disabled"),
            ({"retentionConfig": {"retentionType": "DURABLE"}}, "durable"),
            ({"retentionConfig": {"retentionType": "RETENTION_TYPE_UNSPECIFIED"}}, "durable"),
            ({"disableCache": False, "retentionConfig": {"retentionType": "EPHEMERAL"}}, "ephemeral"),
            ({}, State.AMBIGUOUS),
            ({"retentionConfig": {"retentionType": "ORBIT"}}, State.UNKNOWN_VALUE),
        ],
    )
    def test_what_is_kept_and_where(self, config: Any, value: Any) -> None:
        (one,) = facts(self._found({"name": "projects/7/cacheConfig", **config}))
        assert (one.value.state if isinstance(one.value, Missing) else one.value) == value

    @pytest.mark.parametrize("config", [{}, {"disableCache": True}, DENIED])
    def test_an_answer_that_is_no_configuration_says_nothing(self, config: Any) -> None:
        assert self._found(config).records == ()

    def test_only_where_vertex_is_enabled(self) -> None:
        answers = {_api.SERVICES.op: enabled(GEMINI)}
        assert [collect(one, answers).records for one in (vertex.caching, vertex.sharing)] == [(), ()]


class TestAgentRegistry:
    def _found(self, services_: Any, locations: Any, agents: Any) -> Gathered:
        servers = {"mcpServers": [{"name": "l2/mcpServers/s"}]}
        return collect(agent_registry.registered, {
            _api.SERVICES.op: services_, agent_registry.LOCATIONS.op: {"locations": [{"name": one} for one in locations]},
            agent_registry.AGENTS.op: agents,
            agent_registry.SERVERS.op: lambda params: servers if params["parent"] == "l2" else {},
        })  # fmt: skip

    def test_agents_and_servers_of_every_location(self) -> None:
        agent = {"name": "l1/agents/a", "version": "2", "attributes": {agent_registry.IDENTITY: {"principal": "p"}}}
        found = self._found(
            enabled(_api.AGENT_REGISTRY), ("l1", "l2"),
            lambda params: {"agents": [agent]} if params["parent"] == "l1" else {},
        )  # fmt: skip
        assert [(one.subject, one.category, one.role) for one in facts(found)] == [
            ("//agentregistry.googleapis.com/l1/agents/a", "agent", "p"),
            ("//agentregistry.googleapis.com/l2/mcpServers/s", "plugin", NOT_EXPOSED),
        ]
        assert found.unit.completeness is Completeness.COMPLETE

    def test_a_location_that_refuses_is_named(self) -> None:
        found = self._found(
            enabled(_api.AGENT_REGISTRY), ("l1", "l2"), lambda params: DENIED if params["parent"] == "l1" else {}
        )
        assert (found.keeper.unreads[0].subject, reasons(found)) == ("l1", [Reason.DENIED])
        assert found.unit.completeness is Completeness.PARTIAL

    def test_a_registry_without_a_location_is_not_believed(self) -> None:
        assert reasons(self._found(enabled(_api.AGENT_REGISTRY), (), {})) == [Reason.VISIBILITY_UNPROVED]

    def test_without_the_service_nothing_is_asked(self) -> None:
        assert self._found(enabled(VERTEX), (), {}).unit.calls == 1
