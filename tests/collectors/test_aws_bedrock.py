"""Invocation logging, data retention, guardrails and models of Amazon Bedrock."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from annexa.collectors._source import Circumstances
from annexa.collectors.aws import (
    _readers,
    agentcore,
    agents,
    guardrails,
    knowledge,
    logging,
    models,
    retention,
    sagemaker,
)
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._source import AwsSource
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, unknown_value
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor
from annexa.sandbox._models import operation_model
from annexa.sandbox.aws_server import AwsStandIn, Fault, answer_in_process
from annexa.sandbox.company import aws_world
from annexa.schemas.words import Reason, State

T = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HERE = "arn:aws:bedrock:eu-west-1:111122223333"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
Play = Callable[..., Any]
OURS = (_readers, agentcore, agents, guardrails, knowledge, logging, models, retention, sagemaker)
CALLS = {call.op: call for module in OURS for _, call in inspect.getmembers(module) if isinstance(call, Call)}
COLLECTORS = {
    each.name: each for module in OURS for _, each in inspect.getmembers(module) if isinstance(each, Collector)
}

LOGGED = {
    "loggingConfig": {
        "cloudWatchConfig": {
            "logGroupName": "/ai/prompts",
            "roleArn": "arn:aws:iam::111122223333:role/logs",
            "largeDataDeliveryS3Config": {"bucketName": "large-bodies"},
        },
        "s3Config": {"bucketName": "prompts", "keyPrefix": "x"},
        "textDataDeliveryEnabled": True,
        "imageDataDeliveryEnabled": False,
        "embeddingDataDeliveryEnabled": True,
    }
}


def summary(number: int = 1, version: str = "DRAFT") -> dict[str, Any]:
    return {
        "id": f"guard{number}",
        "arn": f"{HERE}:guardrail/guard{number}",
        "status": "READY",
        "name": f"guard-{number}",
        "version": version,
        "createdAt": T,
        "updatedAt": T,
    }


def whole(version: str = "DRAFT", number: int = 1, **policies: Any) -> dict[str, Any]:
    return {
        "name": f"guard-{number}",
        "guardrailId": f"guard{number}",
        "guardrailArn": f"{HERE}:guardrail/guard{number}",
        "version": version,
        "status": "READY",
        "createdAt": T,
        "updatedAt": T,
        "blockedInputMessaging": "Not that.",
        "blockedOutputsMessaging": "Nor that.",
        **policies,
    }


def one_guardrail(**policies: Any) -> dict[str, Any]:
    return {"bedrock:ListGuardrails": {"guardrails": [summary()]}, "bedrock:GetGuardrail": whole(**policies)}


def pii(**more: Any) -> dict[str, Any]:
    return {"sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "action": "BLOCK", **more}]}}


def attack(**more: Any) -> dict[str, Any]:
    entry = {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE", **more}
    return {"contentPolicy": {"filters": [entry]}}


# every call of these collectors


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_names_what_the_service_has(call: Call) -> None:
    service, operation = call.op.split(":")
    shape = operation_model(service, operation).output_shape
    if call.path is not None:
        assert call.path in shape.members
    assert set(call.keep) | set(call.drop) <= names(shape)
    prefix = {"bedrock-agent": "bedrock", "bedrock-agentcore-control": "bedrock-agentcore"}.get(service, service)
    assert call.needs == f"{prefix}:{operation}"


@pytest.mark.parametrize("collector", COLLECTORS.values(), ids=COLLECTORS)
def test_nothing_that_was_refused_looks_empty(collector: Collector, play: Play) -> None:
    first = next(call for call in collector.calls if call.op in OPENING)
    got = play(collector, EMPTY, refused=[first.op])
    assert (got.facts, got.completeness) == ([], "unread")
    assert [(call, reason) for call, _, reason in got.unread] == [(first.op, "denied")]


@pytest.mark.parametrize("collector", COLLECTORS.values(), ids=COLLECTORS)
def test_an_empty_region_is_read_completely(collector: Collector, play: Play) -> None:
    got = play(collector, EMPTY)
    assert got.completeness == "complete"
    assert {record.kind for record in got.gathered.records} <= {"log_source", "setting"}


def test_a_list_that_is_missing_is_no_empty_list(play: Play) -> None:
    faults = [Fault("bedrock", "ListGuardrails", kind="missing_list")]
    got = play(guardrails.guardrails, EMPTY, faults=faults)
    assert (got.completeness, got.unread) == ("unread", [("bedrock:ListGuardrails", None, "invalid_answer")])


def names(shape: Any, above: tuple[str, ...] = ()) -> set[str]:
    """Every field at any depth of an answer."""
    if shape.name in above:
        return set()
    above = (*above, shape.name)
    match shape.type_name:
        case "structure":
            return set(shape.members).union(*(names(child, above) for child in shape.members.values()))
        case "list":
            return names(shape.member, above)
        case "map":
            return names(shape.value, above)
    return set()


EMPTY = {
    "bedrock:GetModelInvocationLoggingConfiguration": {},
    "bedrock:GetAccountDataRetention": {"mode": "none"},
    "bedrock:ListGuardrails": {"guardrails": []},
    "bedrock:ListEnforcedGuardrailsConfiguration": {"guardrailsConfig": []},
    "bedrock:ListCustomModels": {"modelSummaries": []},
    "bedrock:ListImportedModels": {"modelSummaries": []},
    "bedrock-agent:ListAgents": {"agentSummaries": []},
    "bedrock-agent:ListKnowledgeBases": {"knowledgeBaseSummaries": []},
    "bedrock-agentcore-control:ListAgentRuntimes": {"agentRuntimes": []},
    "bedrock-agentcore-control:ListGateways": {"items": []},
    "sagemaker:ListDomains": {"Domains": []},
    "sagemaker:ListNotebookInstances": {"NotebookInstances": []},
    "sagemaker:ListEndpoints": {"Endpoints": []},
    "sagemaker:ListModels": {"Models": []},
}
OPENING = frozenset(EMPTY)


# logging


def test_a_log_without_configuration_is_off(play: Play) -> None:
    [log] = play(logging.invocation_log, EMPTY).facts
    assert (log.enabled, log.destinations, log.event_types) == (False, ABSENT, ABSENT)
    assert log.subject == "111122223333/eu-west-1/aws.bedrock.invocation"


def test_a_log_names_every_destination_and_what_is_delivered(play: Play) -> None:
    [log] = play(logging.invocation_log, {"bedrock:GetModelInvocationLoggingConfiguration": LOGGED}).facts
    assert log.enabled is True
    assert log.destinations == (
        "arn:aws:logs:eu-west-1:111122223333:log-group:/ai/prompts",
        "arn:aws:s3:::large-bodies",
        "arn:aws:s3:::prompts",
    )
    assert log.event_types == ("embedding", "text")


# retention


@pytest.mark.parametrize("mode", retention.MODES)
def test_a_retention_mode_is_kept_as_it_is(mode: str, play: Play) -> None:
    answers = {"bedrock:GetAccountDataRetention": {"mode": mode, "updatedAt": T}}
    [setting] = play(retention.data_retention, answers).facts
    assert (setting.name, setting.value) == ("aws.bedrock.data_retention", mode)
    assert setting.updated == "2026-01-02T03:04:05Z"


def test_an_unknown_retention_mode_is_kept_raw(play: Play) -> None:
    faults = [Fault("bedrock", "GetAccountDataRetention", kind="unknown_enum")]
    [setting] = play(retention.data_retention, EMPTY, faults=faults).facts
    assert (setting.value.state, setting.value.raw) == (State.UNKNOWN_VALUE, "SANDBOX_NEW_VALUE")


# guardrails


def test_every_version_of_every_guardrail_on_every_page(play: Play) -> None:
    def listed(params: dict[str, Any]) -> dict[str, Any]:
        if "guardrailIdentifier" not in params:
            return {"guardrails": [summary(number) for number in range(3)]}
        number = int(params["guardrailIdentifier"][-1])
        return {"guardrails": [summary(number, version) for version in ("DRAFT", "1", "2")]}

    def got(params: dict[str, Any]) -> dict[str, Any]:
        return whole(params["guardrailVersion"], int(params["guardrailIdentifier"][-1]))

    answers = {"bedrock:ListGuardrails": listed, "bedrock:GetGuardrail": got}
    found = play(guardrails.guardrails, answers, page_size=2)
    assert [fact.subject.removeprefix(f"{HERE}:guardrail/guard") for fact in found.facts] == [
        f"{number}:{version}" for number in range(3) for version in ("DRAFT", "1", "2")
    ]
    assert [fact.pinned for fact in found.facts[:3]] == [False, True, True]
    assert found.asked.count("bedrock:ListGuardrails") == 2 + 3 * 2
    assert found.record("safeguard").provenance.origins[-1].call == "bedrock:GetGuardrail"


def test_a_guardrail_without_policies_masks_nothing(play: Play) -> None:
    [fact] = play(guardrails.guardrails, one_guardrail()).facts
    assert (fact.masking, fact.filters, fact.prompt_attack) == (ABSENT, ABSENT, ABSENT)
    assert (fact.masks_input, fact.masks_output, fact.mode) == (False, False, "off")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (True, True)),
        ({"action": "NONE"}, (False, False)),
        ({"action": "NONE", "outputAction": "ANONYMIZE"}, (False, True)),
        ({"inputEnabled": False}, (False, True)),
        ({"outputAction": "NONE"}, (True, False)),
    ],
)
def test_what_is_masked_is_told_for_both_sides(more: dict[str, Any], expected: tuple[bool, bool], play: Play) -> None:
    [fact] = play(guardrails.guardrails, one_guardrail(**pii(**more))).facts
    assert (fact.masks_input, fact.masks_output) == expected
    assert fact.mode == ("enforce" if any(expected) else "detect")
    assert [entry.entity for entry in fact.masking] == ["EMAIL"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "HIGH"),
        ({"inputAction": "BLOCK", "inputEnabled": True}, "HIGH"),
        ({"inputStrength": "LOW"}, "LOW"),
        ({"inputAction": "NONE"}, "NONE"),
        ({"inputEnabled": False}, "NONE"),
    ],
)
def test_a_filter_is_as_strong_as_it_acts(more: dict[str, Any], expected: str, play: Play) -> None:
    [fact] = play(guardrails.guardrails, one_guardrail(**attack(**more))).facts
    assert fact.prompt_attack == expected
    assert fact.mode == ("detect" if expected == "NONE" else "enforce")


def test_unknown_actions_and_strengths_leave_it_open(play: Play) -> None:
    [masking] = play(guardrails.guardrails, one_guardrail(**pii(inputAction="REWRITE")), newer=True).facts
    assert (masking.masks_input, masking.masks_output) == (unknown_value("REWRITE"), True)
    [acting] = play(guardrails.guardrails, one_guardrail(**attack(inputAction="REWRITE")), newer=True).facts
    assert acting.prompt_attack == acting.mode == unknown_value("REWRITE")
    [strong] = play(guardrails.guardrails, one_guardrail(**attack(inputStrength="EXTREME")), newer=True).facts
    assert strong.prompt_attack == unknown_value("EXTREME")


def test_a_detail_that_is_refused_is_unread_and_not_off(play: Play) -> None:
    got = play(guardrails.guardrails, one_guardrail(), refused=["bedrock:GetGuardrail"])
    [fact] = got.facts
    for name in ("masking", "filters", "masks_input", "masks_output", "prompt_attack", "mode"):
        assert getattr(fact, name).state is State.UNREAD
    assert got.unread == [("bedrock:GetGuardrail", f"{HERE}:guardrail/guard1:DRAFT", "denied")]
    assert got.completeness == "partial"


def test_the_draft_is_read_where_versions_cannot_be_listed(play: Play) -> None:
    faults = [Fault("bedrock", "ListGuardrails", kind="throttled", after=1)]
    got = play(guardrails.guardrails, one_guardrail(**attack()), faults=faults)
    assert [(fact.version, fact.prompt_attack) for fact in got.facts] == [("DRAFT", "HIGH")]
    assert got.unread == [("bedrock:ListGuardrails", f"{HERE}:guardrail/guard1", "throttled")]


def test_what_was_read_before_a_refused_page_is_kept(play: Play) -> None:
    answers = one_guardrail()
    answers["bedrock:ListGuardrails"] = lambda params: {
        "guardrails": [summary()] if "guardrailIdentifier" in params else [summary(1), summary(2)]
    }
    faults = [Fault("bedrock", "ListGuardrails", kind="denied", after=2)]
    got = play(guardrails.guardrails, answers, faults=faults, page_size=1)
    assert [fact.subject for fact in got.facts] == [f"{HERE}:guardrail/guard1:DRAFT"]
    assert got.completeness == "partial"


def test_wording_of_guardrails_is_not_kept(play: Play) -> None:
    words = {"words": [{"text": "project nightingale"}], "managedWordLists": [{"type": "PROFANITY"}]}
    topic = {"name": "Takeovers", "definition": "Talk about takeovers", "examples": ["Who buys us?"]}
    regexes = [{"name": "badge", "pattern": "HL-[0-9]+", "action": "BLOCK"}]
    got = play(
        guardrails.guardrails,
        one_guardrail(
            wordPolicy=words,
            topicPolicy={"topics": [topic]},
            sensitiveInformationPolicy={"regexes": regexes},
        ),
    )
    kept = "".join(got.pages)
    for secret in ("nightingale", "takeovers", "Who buys us", "HL-[0-9]", "Not that."):
        assert secret not in kept
    [fact] = got.facts
    assert (fact.name, fact.mode, fact.masking[0].entity) == ("guard-1", "enforce", "badge")


@pytest.mark.parametrize(
    ("enforcement", "included", "excluded"),
    [
        (None, ABSENT, ABSENT),
        ({"includedModels": ["ALL"], "excludedModels": []}, ABSENT, ABSENT),
        ({"includedModels": ["ALL"], "excludedModels": ["a.b-1", "a.a-1"]}, ABSENT, ("a.a-1", "a.b-1")),
        ({"includedModels": ["a.a-1"], "excludedModels": []}, ("a.a-1",), ABSENT),
    ],
)
def test_an_enforced_guardrail_says_for_which_models(
    enforcement: Any, included: Any, excluded: Any, play: Play
) -> None:
    config = {"configId": "c1", "guardrailArn": f"{HERE}:guardrail/guard1", "guardrailVersion": "3", "owner": "ACCOUNT"}
    if enforcement:
        config["modelEnforcement"] = enforcement
    answers = {"bedrock:ListEnforcedGuardrailsConfiguration": {"guardrailsConfig": [config]}}
    [fact] = play(guardrails.enforced_guardrails, answers).facts
    assert (fact.included, fact.excluded) == (included, excluded)
    assert (fact.safeguard, fact.version, fact.level) == (f"{HERE}:guardrail/guard1", "3", "account")


def test_an_enforcement_of_unknown_owner_is_unread(play: Play) -> None:
    config = {"configId": "c1", "guardrailArn": f"{HERE}:guardrail/guard1", "guardrailVersion": "3", "owner": "ACCOUNT"}
    answers = {"bedrock:ListEnforcedGuardrailsConfiguration": {"guardrailsConfig": [config]}}
    faults = [Fault("bedrock", "ListEnforcedGuardrailsConfiguration", kind="unknown_enum")]
    got = play(guardrails.enforced_guardrails, answers, faults=faults)
    assert (got.facts, got.unread[0][2]) == ([], "invalid_answer")


# models of one's own

BASE = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0"
CUSTOM = f"{HERE}:custom-model/amazon.nova-pro-v1:0/abcdefabcdef"
IMPORTED = f"{HERE}:imported-model/abcdefabcdef"


def custom(**detail: Any) -> dict[str, Any]:
    head = {"modelArn": CUSTOM, "modelName": "freight", "creationTime": T, "baseModelArn": BASE}
    return {
        "bedrock:ListCustomModels": {
            "modelSummaries": [{**head, "baseModelName": "amazon.nova-pro-v1", "modelStatus": "Active"}]
        },
        "bedrock:GetCustomModel": {**head, **detail},
        "bedrock:ListTagsForResource": {"tags": [{"key": "Owner", "value": "ml-team"}]},
    }


def test_a_custom_model_with_its_data_and_key(play: Play) -> None:
    detail = {"modelKmsKeyArn": KEY, "trainingDataConfig": {"s3Uri": "s3://data/set"}, "hyperParameters": {"a": "zz9"}}
    got = play(models.custom_models, custom(**detail))
    [system], [key] = got.of("ai_system"), got.of("encryption")
    assert (system.category, system.model, system.source_location) == ("custom_model", BASE, "s3://data/set")
    assert (system.owner, system.environment, system.state) == ("ml-team", ABSENT, "Active")
    assert (key.key, key.holder, key.resource_sort) == (KEY, "customer", "custom_model")
    assert "zz9" not in "".join(got.pages)


def test_a_model_without_a_key_of_its_own_has_the_vendors(play: Play) -> None:
    [key] = play(models.custom_models, custom()).of("encryption")
    assert (key.key, key.holder) == (ABSENT, "vendor")


def test_a_model_whose_details_are_refused_still_exists(play: Play) -> None:
    refused = ["bedrock:GetCustomModel", "bedrock:ListTagsForResource"]
    got = play(models.custom_models, custom(modelKmsKeyArn=KEY), refused=refused)
    [system], [key] = got.of("ai_system"), got.of("encryption")
    assert (system.name, system.model) == ("freight", BASE)
    assert {system.owner.state, system.source_location.state, key.key.state, key.holder.state} == {State.UNREAD}
    assert sorted(got.unread) == [(op, CUSTOM, "denied") for op in refused]


def test_an_imported_model_says_where_it_came_from(play: Play) -> None:
    head = {"modelArn": IMPORTED, "modelName": "brought", "creationTime": T, "modelArchitecture": "llama"}
    answers = {
        "bedrock:ListImportedModels": {"modelSummaries": [head]},
        "bedrock:GetImportedModel": {**head, "modelDataSource": {"s3DataSource": {"s3Uri": "s3://weights/llama"}}},
        "bedrock:ListTagsForResource": {"tags": []},
    }
    got = play(models.imported_models, answers)
    [system] = got.of("ai_system")
    assert (system.category, system.source_location, system.model) == ("imported_model", "s3://weights/llama", "llama")
    assert got.of("encryption")[0].resource_sort == "imported_model"


def test_an_imported_model_of_unread_origin(play: Play) -> None:
    answers = {
        "bedrock:ListImportedModels": {
            "modelSummaries": [{"modelArn": IMPORTED, "modelName": "brought", "creationTime": T}]
        },
        "bedrock:ListTagsForResource": {"tags": []},
    }
    [system] = play(models.imported_models, answers, refused=["bedrock:GetImportedModel"]).of("ai_system")
    assert (system.name, system.source_location.state, system.model.state) == ("brought", State.UNREAD, State.UNREAD)


# terms


def available(params: dict[str, Any]) -> dict[str, Any]:
    return {
        "modelId": params["modelId"],
        "agreementAvailability": {"status": "NOT_AVAILABLE" if "nova" in params["modelId"] else "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }


def offers(params: dict[str, Any]) -> dict[str, Any]:
    terms = {
        "usageBasedPricingTerm": {"rateCard": []},
        "legalTerm": {"url": "https://terms.example/1"},
        "supportTerm": {"refundPolicyDescription": "none"},
    }
    return {"modelId": params["modelId"], "offers": [{"offerToken": "secret-offer", "termDetails": terms}]}


def test_terms_of_the_models_in_use_and_of_no_other(play: Play) -> None:
    head = {"agentId": "AGENT00001", "agentName": "a", "agentStatus": "PREPARED", "updatedAt": T}
    agent = {
        **head,
        "agentArn": f"{HERE}:agent/AGENT00001",
        "agentVersion": "DRAFT",
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": "arn:aws:iam::111122223333:role/agent",
        "createdAt": T,
        "foundationModel": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    }
    profile = {
        "inferenceProfileName": "p",
        "inferenceProfileArn": f"{HERE}:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "inferenceProfileId": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
        "models": [
            {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0"}
            for region in ("eu-west-1", "eu-central-1")
        ],
    }
    answers = {
        **custom(),
        "bedrock-agent:ListAgents": {"agentSummaries": [head]},
        "bedrock-agent:GetAgent": {"agent": agent},
        "bedrock-agent:ListAgentAliases": {"agentAliasSummaries": []},
        "bedrock:GetInferenceProfile": profile,
        "bedrock:GetFoundationModelAvailability": available,
        "bedrock:ListFoundationModelAgreementOffers": offers,
    }
    played = play(models.model_terms, answers)
    facts = played.facts
    assert [(fact.supplier, fact.state) for fact in facts] == [("amazon", "NOT_AVAILABLE"), ("anthropic", "AVAILABLE")]
    assert facts[0].subject == BASE
    assert [fact.link for fact in facts] == [NOT_EXPOSED, "https://terms.example/1"]
    assert not any("secret-offer" in page for page in played.pages)
    unlinked = play(models.model_terms, answers, refused=["bedrock:ListFoundationModelAgreementOffers"])
    assert unlinked.facts[1].link.state is State.UNREAD
    nothing = {
        **answers,
        "bedrock:ListFoundationModelAgreementOffers": {"modelId": BASE.rsplit("/", 1)[-1], "offers": []},
    }
    assert play(models.model_terms, nothing).facts[1].link == ABSENT


def test_terms_that_cannot_be_read_are_unread(play: Play) -> None:
    answers = {**EMPTY, **custom(), "bedrock:GetFoundationModelAvailability": available}
    got = play(models.model_terms, answers, refused=["bedrock:GetFoundationModelAvailability"])
    assert (got.facts, got.unread) == ([], [("bedrock:GetFoundationModelAvailability", BASE, "denied")])


# the make-believe company

USED = ("us-east-1", "eu-west-1", "eu-central-1")


class Company:
    """Harbourline on the first day, collected scope by scope as a test asks for it."""

    def __init__(self) -> None:
        self.world = aws_world()
        key = self.world.credentials()
        lent = Circumstances(
            organisation="harbourline",
            clock=VirtualClock(self.world.now),
            run_id="r1",
            environment={name.upper(): value for name, value in key.items()},
            pacing=False,
            sandbox=True,
            prepare=lambda _, session: answer_in_process(session, AwsStandIn(self.world)),
        )
        self.source = AwsSource(AwsSettings(endpoint="http://127.0.0.1:9", attempts=1), lent)

    def collect(self, collector: Collector, account: str, region: str) -> Gathered:
        scope = f"{self.world.accounts[account].id}/{region}"
        wire, clock = self.source.wire(scope), VirtualClock(self.world.now)
        place = Place(
            organisation="harbourline",
            tenant=self.source.tenant,
            source="aws:main",
            scope=scope,
            collector=collector.name,
            identity=wire.identity,
        )
        keeper = Keeper(
            place, store=lambda page: sha256(page).hexdigest(), redactor=Redactor(b"k"), clock=clock, token=lambda: "00"
        )
        known = Known(self.source.known(scope))
        return gather(collector, wire, keeper, known, run_id="r1", version="0", nonce=lambda: "00" * 16)

    def facts(self, collector: Collector, account: str, region: str) -> list[Any]:
        return [record.data for record in self.collect(collector, account, region).records]


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


def test_row_1_the_log_is_off_where_an_agent_runs(company: Company) -> None:
    logs = {region: company.facts(logging.invocation_log, "prod", region)[0].enabled for region in USED}
    assert logs == {"us-east-1": True, "eu-west-1": True, "eu-central-1": False}
    assert [fact for fact in company.facts(agents.agents, "prod", "eu-central-1") if fact.subject]


def test_row_2_retention_differs_by_account(company: Company) -> None:
    modes = {
        account: company.facts(retention.data_retention, account, "us-east-1")[0].value
        for account in ("acquired", "staging", "prod")
    }
    assert modes == {"acquired": "provider_data_share", "staging": "inherit", "prod": "none"}


def test_row_4_one_guardrail_is_strong_and_forced_the_other_a_weak_draft(company: Company) -> None:
    [forced] = company.facts(guardrails.enforced_guardrails, "prod", "eu-west-1")
    found = {fact.subject: fact for fact in company.facts(guardrails.guardrails, "prod", "eu-west-1")}
    strong = found[f"{forced.safeguard}:{forced.version}"]
    assert (strong.prompt_attack, strong.masks_input, strong.masks_output, strong.pinned) == ("HIGH", True, True, True)
    [weak] = [
        fact for fact in company.facts(guardrails.guardrails, "data-science", "us-east-1") if fact.name == "lab-guard"
    ]
    assert (weak.version, weak.pinned, weak.masking, weak.masks_input) == ("DRAFT", False, ABSENT, False)


def test_row_9_an_agent_for_internal_data_reads_a_restricted_bucket(company: Company) -> None:
    facts = company.facts(knowledge.data_connections, "prod", "us-east-1")
    [link] = [
        fact for fact in facts if getattr(fact, "classification", None) == "restricted" and hasattr(fact, "readers")
    ]
    assert link.store == "arn:aws:s3:::harbourline-contracts"
    assert [reader.rsplit("=", 1)[1] for reader in link.readers] == ["internal"]


@pytest.mark.parametrize("collector", COLLECTORS.values(), ids=COLLECTORS)
def test_nothing_of_the_company_is_lost_that_the_sandbox_plays(collector: Collector, company: Company) -> None:
    unreads = [entry for region in USED for entry in company.collect(collector, "prod", region).unreads]
    assert [entry for entry in unreads if entry.reason is not Reason.UNSUPPORTED] == []
