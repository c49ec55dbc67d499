"""Use by metrics and by the bill."""

from typing import Any

from annexa.collectors.aws.usage import COST, bedrock, cost, sagemaker
from annexa.evidence.fact import NOT_EXPOSED
from annexa.schemas.words import Completeness, Reason
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, REGION, FakeWire, collect, facts, lost

METRICS = "cloudwatch:ListMetrics"
CLAUDE = {"Name": "ModelId", "Value": "anthropic.claude-v2"}


def metric(*dimensions: dict[str, str], namespace: str = "AWS/Bedrock") -> dict[str, Any]:
    return {"Namespace": namespace, "MetricName": "Invocations", "Dimensions": list(dimensions)}


def test_one_record_per_model_over_all_pages() -> None:
    nova = {"Name": "ModelId", "Value": "amazon.nova-pro"}
    size = {"Name": "ImageSize", "Value": "512"}
    pages = [{"Metrics": [metric(), metric(CLAUDE)], "NextToken": "t"}, {"Metrics": [metric(nova), metric(nova, size)]}]
    wire = FakeWire({METRICS: pages})
    found = facts(collect(bedrock, {}, wire=wire))
    assert [it.subject.rsplit("/", 1)[-1] for it in found] == ["ModelId=anthropic.claude-v2", "ModelId=amazon.nova-pro"]
    assert {(it.service, it.signal, it.count) for it in found} == {("bedrock", "cloudwatch.AWS/Bedrock", NOT_EXPOSED)}
    assert (found[0].since, found[0].until) == ("2026-08-16T06:00:00Z", "2026-08-30T06:00:00Z")
    assert wire.asked == [(METRICS, {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"})]


def test_a_metric_over_all_models_alone_still_proves_use() -> None:
    found = facts(collect(bedrock, {METRICS: {"Metrics": [metric()]}}))
    assert [it.subject for it in found] == [f"{ACCOUNT}/{REGION}/AWS/Bedrock/Invocations/all"]


def test_no_metric_is_no_use_and_a_refusal_is_unread() -> None:
    quiet = collect(bedrock, {METRICS: {"Metrics": []}})
    assert (facts(quiet), quiet.unit.completeness) == ([], Completeness.COMPLETE)
    refused = collect(bedrock, {METRICS: DENIED})
    assert (facts(refused), refused.unit.completeness) == ([], Completeness.UNREAD)
    assert lost(refused) == [(METRICS, None, Reason.DENIED)]


def test_endpoints_of_sagemaker() -> None:
    listed = metric({"Name": "EndpointName", "Value": "eta"}, {"Name": "VariantName", "Value": "a"})
    wire = FakeWire({METRICS: {"Metrics": [listed]}})
    found = facts(collect(sagemaker, {}, wire=wire))
    assert [(it.service, it.subject.rsplit("/", 1)[-1]) for it in found] == [("sagemaker", "EndpointName=eta")]
    assert (bedrock.signals, sagemaker.signals) == ("bedrock", "sagemaker")


def group(amount: str, *keys: str) -> dict[str, Any]:
    return {"Keys": list(keys), "Metrics": {"UsageQuantity": {"Amount": amount, "Unit": "N/A"}}}


def bill(params: Any) -> dict[str, Any]:
    month = {"TimePeriod": {"Start": "2026-07-31", "End": "2026-08-30"}}
    if "Filter" not in params:
        services = [group("9", "AmazonCloudWatch"), group("4", "Claude 4 (Amazon Bedrock Edition)")]
        return {"ResultsByTime": [{**month, "Groups": [*services, group("0", "Amazon SageMaker")]}]}
    assert params["Filter"]["Dimensions"]["Values"] == ["Claude 4 (Amazon Bedrock Edition)"]
    places = [group("4", ACCOUNT, REGION), group("0", ACCOUNT, "us-east-1"), group("1", "222233334444", "NoRegion")]
    return {"ResultsByTime": [{**month, "Groups": places}]}


def test_the_bill_proves_use_where_it_says_and_nowhere_else() -> None:
    found = collect(cost, {COST.op: bill}, scope="o-acme", costs_allowed=True)
    assert [(it.at, it.service, it.signal) for it in facts(found)] == [
        (f"{ACCOUNT}/{REGION}", "bedrock", "cost_explorer"),
        ("222233334444", "bedrock", "cost_explorer"),
    ]
    assert [record.scope for record in found.records] == [f"{ACCOUNT}/{REGION}", "222233334444"]


def test_the_bill_is_not_asked_for_unless_it_may_cost() -> None:
    wire = FakeWire({})
    assert facts(collect(cost, {}, wire=wire, scope="o-acme")) == []
    assert wire.asked == []
    assert COST.costs
    assert cost.signals is None, "its silence proves nothing"


def test_a_refused_bill_is_unread() -> None:
    assert lost(collect(cost, {COST.op: DENIED}, costs_allowed=True)) == [(COST.op, None, Reason.DENIED)]
