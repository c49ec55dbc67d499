"""Amazon Bedrock AgentCore: runtimes, gateways and what gateways reach."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa.collectors.aws import agentcore
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, unknown_value
from annexa.evidence.handle import Item
from annexa.evidence.record import Origin
from annexa.schemas.words import Basis, State

T = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HERE = "arn:aws:bedrock-agentcore:eu-west-1:111122223333"
RUNTIME, GATEWAY = f"{HERE}:runtime/quay-aaaaaaaaaa", f"{HERE}:gateway/tools-aaaaaaaaaa"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::111122223333:role/runtime"
Play = Callable[..., Any]
Params = dict[str, Any]
SERVICE = "bedrock-agentcore-control"
ORIGIN = Origin(call="x", page="0", host="")


def one_runtime(tags: Params | None = None, **more: Any) -> Params:
    head = {
        "agentRuntimeArn": RUNTIME,
        "agentRuntimeId": "quay-aaaaaaaaaa",
        "agentRuntimeVersion": "3",
        "agentRuntimeName": "quay",
        "lastUpdatedAt": T,
        "status": "READY",
    }
    whole = {**head, "createdAt": T, "roleArn": ROLE, "lifecycleConfiguration": {}, **more}
    return {
        f"{SERVICE}:ListAgentRuntimes": {"agentRuntimes": [{**head, "description": "unloads ships"}]},
        f"{SERVICE}:GetAgentRuntime": whole,
        f"{SERVICE}:ListTagsForResource": {"tags": tags or {}},
    }


def one_gateway(authoriser: str = "CUSTOM_JWT", tags: Params | None = None, **more: Any) -> Params:
    head = {
        "gatewayId": "tools-aaaaaaaaaa",
        "name": "tools",
        "status": "READY",
        "createdAt": T,
        "updatedAt": T,
        "authorizerType": authoriser,
    }
    return {
        f"{SERVICE}:ListGateways": {"items": [head]},
        f"{SERVICE}:GetGateway": {**head, "gatewayArn": GATEWAY, "roleArn": ROLE, **more},
        f"{SERVICE}:ListTagsForResource": {"tags": tags or {}},
    }


def with_targets(*configs: Params) -> Params:
    """Answers for one gateway with these `targetConfiguration`s."""

    def listed(number: int) -> Params:
        return {"targetId": f"TARGET000{number}", "name": "t", "status": "READY", "createdAt": T, "updatedAt": T}

    def target(params: Params) -> Params:
        number = int(params["targetId"][-1])
        config = configs[number]
        return {
            **listed(number),
            "gatewayArn": GATEWAY,
            "targetConfiguration": config,
            "credentialProviderConfigurations": [{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
        }

    return {
        **one_gateway(),
        f"{SERVICE}:ListGatewayTargets": {"items": [listed(number) for number in range(len(configs))]},
        f"{SERVICE}:GetGatewayTarget": target,
    }


# runtimes


def test_a_runtime_in_a_vpc_with_an_authoriser(play: Play) -> None:
    network = {
        "networkMode": "VPC",
        "networkModeConfig": {"securityGroups": ["sg-00000000"], "subnets": ["subnet-00000000"]},
    }
    jwt = {"customJWTAuthorizer": {"discoveryUrl": "https://idp.example/.well-known/openid-configuration"}}
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/quay:3"
    got = play(
        agentcore.agent_runtimes,
        one_runtime(
            tags={"owner": "ops"},
            networkConfiguration=network,
            authorizerConfiguration=jwt,
            agentRuntimeArtifact={"containerConfiguration": {"containerUri": image}},
            environmentVariables={"API_TOKEN": "hunter2hunter2"},
        ),
    )
    [system], [exposure] = got.of("ai_system"), got.of("exposure")
    assert (system.category, system.version, system.role, system.owner) == ("agent_runtime", "3", ROLE, "ops")
    assert (system.source_location, system.direct_internet) == (image, False)
    assert (exposure.network, exposure.authorisation, exposure.basis) == ("vpc", "CUSTOM_JWT", Basis.EXPLICIT)
    assert "hunter2" not in "".join(got.pages)
    assert "unloads" not in "".join(got.pages)


def test_a_runtime_without_an_authoriser_takes_signed_calls_by_default(play: Play) -> None:
    got = play(agentcore.agent_runtimes, one_runtime(networkConfiguration={"networkMode": "PUBLIC"}))
    [system], [exposure] = got.of("ai_system"), got.of("exposure")
    assert (exposure.network, exposure.authorisation) == ("public", "AWS_IAM")
    assert exposure.basis is Basis.VENDOR_DEFAULT
    assert system.direct_internet is True


def test_a_runtime_that_runs_an_archive(play: Play) -> None:
    archive = {
        "code": {"s3": {"bucket": "builds", "prefix": "quay.zip"}},
        "runtime": "PYTHON_3_13",
        "entryPoint": ["x"],
    }
    got = play(agentcore.agent_runtimes, one_runtime(agentRuntimeArtifact={"codeConfiguration": archive}))
    assert got.of("ai_system")[0].source_location == "s3://builds/quay.zip"


def test_a_runtime_of_which_little_is_said(play: Play) -> None:
    got = play(agentcore.agent_runtimes, one_runtime())
    [system], [exposure] = got.of("ai_system"), got.of("exposure")
    assert (system.source_location, system.direct_internet, exposure.network) == (ABSENT, NOT_EXPOSED, NOT_EXPOSED)


def test_an_unknown_network_mode_is_kept_raw(play: Play) -> None:
    answers = one_runtime(networkConfiguration={"networkMode": "ORBITAL"})
    got = play(agentcore.agent_runtimes, answers, newer=True)
    assert got.of("exposure")[0].network == got.of("ai_system")[0].direct_internet == unknown_value("ORBITAL")


def test_a_refused_runtime_still_exists(play: Play) -> None:
    got = play(agentcore.agent_runtimes, one_runtime(), refused=[f"{SERVICE}:GetAgentRuntime"])
    [system], [exposure] = got.of("ai_system"), got.of("exposure")
    assert (system.name, system.state) == ("quay", "READY")
    for value in (system.role, system.direct_internet, exposure.network, exposure.authorisation):
        assert value.state is State.UNREAD
    assert got.unread == [(f"{SERVICE}:GetAgentRuntime", RUNTIME, "denied")]


# gateways


@pytest.mark.parametrize("authoriser", agentcore.AUTHORISERS)
def test_who_may_call_a_gateway(authoriser: str, play: Play) -> None:
    got = play(agentcore.gateways, one_gateway(authoriser))
    [exposure] = got.of("exposure")
    assert (exposure.subject, exposure.authorisation, exposure.enforcement) == (GATEWAY, authoriser, ABSENT)


def test_a_gateway_with_policy_engine_and_key(play: Play) -> None:
    engine = {"arn": f"{HERE}:policy-engine/harbour-aaaaaaaaaa", "mode": "LOG_ONLY"}
    got = play(agentcore.gateways, one_gateway(policyEngineConfiguration=engine, kmsKeyArn=KEY))
    assert got.of("exposure")[0].enforcement == "LOG_ONLY"
    assert (got.of("encryption")[0].key, got.of("encryption")[0].holder) == (KEY, "customer")
    assert got.of("ai_system")[0].category == "gateway"


def test_unknown_words_of_a_gateway_are_kept_raw(play: Play) -> None:
    engine = {"arn": f"{HERE}:policy-engine/harbour-aaaaaaaaaa", "mode": "SOMETIMES"}
    got = play(agentcore.gateways, one_gateway("PASSWORD", policyEngineConfiguration=engine), newer=True)
    [exposure] = got.of("exposure")
    assert (exposure.authorisation, exposure.enforcement) == (unknown_value("PASSWORD"), unknown_value("SOMETIMES"))


def test_a_refused_gateway_still_shows_that_it_is_open(play: Play) -> None:
    refused = [f"{SERVICE}:GetGateway", f"{SERVICE}:ListTagsForResource"]
    got = play(agentcore.gateways, one_gateway("NONE"), refused=refused)
    [exposure], [key] = got.of("exposure"), got.of("encryption")
    assert exposure.authorisation == "NONE"
    assert exposure.enforcement.state is key.key.state is got.of("ai_system")[0].owner.state is State.UNREAD
    assert got.unread == [(op, GATEWAY, "denied") for op in refused]


# targets

LAMBDA = "arn:aws:lambda:eu-west-1:{}:function:tool"


def function(account: str) -> Params:
    return {"mcp": {"lambda": {"lambdaArn": LAMBDA.format(account), "toolSchema": {"s3": {"uri": "s3://tools/x"}}}}}


@pytest.mark.parametrize(
    ("config", "store", "third_party"),
    [
        (function("111122223333"), LAMBDA.format("111122223333"), False),
        (
            {"inference": {"provider": {"endpoint": "https://api.models.example"}}},
            "https://api.models.example",
            True,
        ),
        ({"inference": {"connector": {"source": {"connectorId": "llm"}}}}, f"{GATEWAY}#TARGET0000", NOT_EXPOSED),
        ({"mcp": {"openApiSchema": {"inlinePayload": "{}"}}}, f"{GATEWAY}#TARGET0000", NOT_EXPOSED),
    ],
)
def test_a_target_and_whose_it_is(config: Params, store: str, third_party: Any, play: Play) -> None:
    [link] = play(agentcore.gateway_targets, with_targets(config)).facts
    assert (link.ai_system, link.store, link.third_party) == (GATEWAY, store, third_party)
    assert link.direction == "both"


@pytest.mark.parametrize(
    ("config", "raw"),
    [
        ({"mcp": {"mcpServer": {"endpoint": "https://mcp.partner.example/sse"}}}, "mcp.partner.example"),
        (function("999988887777"), LAMBDA.format("999988887777")),
    ],
)
def test_a_host_or_another_account_does_not_say_whose_it_is(config: Params, raw: str, play: Play) -> None:
    [link] = play(agentcore.gateway_targets, with_targets(config)).facts
    assert (link.third_party.state, link.third_party.raw) == (State.AMBIGUOUS, raw)


@pytest.mark.parametrize(
    ("config", "raw"),
    [
        ({"mcp": {"SDK_UNKNOWN_MEMBER": {"name": "telepathy"}}}, "mcp.telepathy"),
        ({"SDK_UNKNOWN_MEMBER": {"name": "telepathy"}}, "telepathy"),
    ],
)
def test_a_sort_of_target_that_the_sdk_does_not_know(config: Params, raw: str) -> None:
    target = Item({"targetId": "TARGET0000"}, ORIGIN)
    link = agentcore._connection(GATEWAY, target, Item({"targetConfiguration": config}, ORIGIN))
    assert (link.third_party, link.connector, link.store) == (unknown_value(raw), raw, f"{GATEWAY}#TARGET0000")


def test_a_refused_target_still_exists(play: Play) -> None:
    got = play(
        agentcore.gateway_targets, with_targets(function("1"), function("1")), refused=[f"{SERVICE}:GetGatewayTarget"]
    )
    assert [link.third_party.state for link in got.facts] == [State.UNREAD, State.UNREAD]
    assert [subject for _, subject, _ in got.unread] == [f"{GATEWAY}#TARGET0000", f"{GATEWAY}#TARGET0001"]


def test_targets_of_a_gateway_that_refuses_are_noted(play: Play) -> None:
    got = play(agentcore.gateway_targets, with_targets(), refused=[f"{SERVICE}:ListGatewayTargets"])
    assert (got.facts, got.unread) == ([], [(f"{SERVICE}:ListGatewayTargets", GATEWAY, "denied")])


def test_every_target_of_every_page(play: Play) -> None:
    configs = [function("111122223333")] * 5
    assert len(play(agentcore.gateway_targets, with_targets(*configs), page_size=2).facts) == 5
