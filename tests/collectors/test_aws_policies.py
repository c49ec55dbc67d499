"""Effective policies: opt-out from training, forced guardrails."""

import json
from typing import Any

import pytest

from annexa.collectors.aws.policies import NAME, OVERRIDES, ai_services_opt_out, bedrock
from annexa.evidence.fact import ABSENT, Missing
from annexa.schemas.words import Basis, Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, Refusal, calls_cited, collect, facts, lost

CALL = "organizations:DescribeEffectivePolicy"
OUT, IN = {"opt_out_policy": "optOut"}, {"opt_out_policy": "optIn"}


def policy(content: Any, target: str = ACCOUNT) -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content)
    effective = {"PolicyContent": text, "LastUpdatedTimestamp": "2026-01-02T03:04:05Z", "TargetId": target}
    return {CALL: {"EffectivePolicy": effective}}


@pytest.mark.parametrize(
    ("services", "value", "overrides"),
    [
        ({"default": OUT}, "opted_out", None),
        ({"default": {"opt_out_policy": {"@@assign": "optOut"}}}, "opted_out", None),
        ({"default": OUT, "lex": OUT}, "opted_out", ("lex=optOut",)),
        ({"default": OUT, "lex": IN, "@@operators_allowed_for_child_policies": ["@@none"]}, "partly", ("lex=optIn",)),
        ({"lex": OUT}, "partly", ("lex=optOut",)),
        ({"default": IN}, "not_opted_out", None),
        ({"default": IN, "lex": OUT}, "partly", ("lex=optOut",)),
        ({}, "not_opted_out", None),
        ({"default": {"opt_out_policy": "OPTOUT"}}, State.UNKNOWN_VALUE, None),
    ],
)
def test_opt_out(services: Any, value: object, overrides: object) -> None:
    found = {it.name: it.value for it in facts(collect(ai_services_opt_out, policy({"services": services})))}
    main = found[NAME]
    assert value == (main.state if isinstance(main, Missing) else main)
    assert overrides == found.get(OVERRIDES)


@pytest.mark.parametrize("code", ["EffectivePolicyNotFoundException", "AWSOrganizationsNotInUseException"])
def test_no_policy_means_not_opted_out(code: str) -> None:
    found = collect(ai_services_opt_out, {CALL: Refusal(code)})
    assert [(it.value, it.basis, it.set_by) for it in facts(found)] == [("not_opted_out", Basis.VENDOR_DEFAULT, ABSENT)]
    assert calls_cited(found) == [CALL]


@pytest.mark.parametrize("collector", [ai_services_opt_out, bedrock])
@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({CALL: DENIED}, Reason.DENIED),
        (policy("no JSON"), Reason.INVALID_ANSWER),
        (policy({"something": {}}), Reason.INVALID_ANSWER),
        (policy({"services": {}, "bedrock": {}}, target="222233334444"), Reason.INVALID_ANSWER),
    ],
)
def test_what_cannot_be_read_is_no_answer(collector: Any, answers: Any, reason: Reason) -> None:
    found = collect(collector, answers)
    assert facts(found) == []
    assert [entry.reason for entry in found.unreads] == [reason]


GUARDRAIL = "arn:aws:bedrock:eu-west-1:111122223333:guardrail/abc"
FORCED = {
    "bedrock": {
        "guardrail_inference": {
            "eu-west-1": {
                "config_1": {
                    "identifier": f"{GUARDRAIL}:3",
                    "model_enforcement": {"included_models": ["ALL"], "excluded_models": ["cohere.embed", "a.titan"]},
                }
            },
            "us-east-1": {"config_1": {"identifier": {"@@assign": f"{GUARDRAIL}:1"}}},
        }
    }
}


def test_forced_guardrails_stand_in_their_region() -> None:
    found = collect(bedrock, policy(FORCED), scope=ACCOUNT)
    first, second = facts(found)
    assert (first.safeguard, first.version, first.level) == (GUARDRAIL, "3", "organisation")
    assert (first.included, first.excluded) == (ABSENT, ("a.titan", "cohere.embed"))
    assert (second.version, second.included, second.excluded) == ("1", ABSENT, ABSENT)
    assert [record.scope for record in found.records] == [f"{ACCOUNT}/eu-west-1", f"{ACCOUNT}/us-east-1"]


def test_no_bedrock_policy_is_no_record() -> None:
    found = collect(bedrock, {CALL: Refusal("EffectivePolicyNotFoundException")})
    assert (facts(found), lost(found)) == ([], [])
