"""How much is used: CloudWatch metrics and the bill, both from the same daily figures of each scope."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import Answers, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

_DAY = 86_400
Series = tuple[str, str, dict[str, str], int]
"""Namespace, metric, dimensions, and the sum of a day."""


def list_metrics(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The metrics with data; a scope without use has none."""
    refuse_unknown(question, ("Namespace", "MetricName", "Dimensions"))
    params = question.params
    found = [s for s in _series(world, question) if params.get("Namespace") in (None, s[0])]
    found = [s for s in found if params.get("MetricName") in (None, s[1]) and _has(s[2], params.get("Dimensions", []))]
    return {"Metrics": [{"Namespace": n, "MetricName": m, "Dimensions": _pairs(d)} for n, m, d, _ in found]}


def get_metric_data(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """One result per query, newest value first; a metric without data has no values."""
    refuse_unknown(question, ("MetricDataQueries", "StartTime", "EndTime", "ScanBy"))
    start, end = _moment(question.params["StartTime"]), min(_moment(question.params["EndTime"]), world.now)
    ascending = question.params.get("ScanBy") == "TimestampAscending"
    queries = question.params["MetricDataQueries"]
    return {"MetricDataResults": [_result(world, question, q, start, end, ascending) for q in queries]}


def _series(world: "AwsWorld", question: Question) -> Iterator[Series]:
    """Every metric with its dimensions; Bedrock also counts over all models, without a dimension."""
    totals: dict[str, int] = {}
    for line in world.at(question.account, question.region, "usage"):
        for metric, daily in line["daily"].items():
            yield line["namespace"], metric, line["dimensions"], daily
            if line["namespace"] == "AWS/Bedrock":
                totals[metric] = totals.get(metric, 0) + daily
    yield from (("AWS/Bedrock", metric, {}, daily) for metric, daily in totals.items())


def _has(dimensions: dict[str, str], asked: list[dict[str, str]]) -> bool:
    return all(d["Name"] in dimensions and d.get("Value") in (None, dimensions[d["Name"]]) for d in asked)


def _pairs(dimensions: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _moment(value: Any) -> datetime:
    from botocore.utils import parse_to_aware_datetime

    moment: datetime = parse_to_aware_datetime(value)
    return moment.astimezone(UTC)


def _result(
    world: "AwsWorld", question: Question, query: dict[str, Any], start: datetime, end: datetime, ascending: bool
) -> dict[str, Any]:
    stat = query.get("MetricStat")
    if stat is None or stat["Stat"] not in ("Sum", "SampleCount"):
        raise Unsupported("cloudwatch GetMetricData other than Sum or SampleCount of one metric")
    metric, step = stat["Metric"], timedelta(seconds=stat["Period"])
    asked = {d["Name"]: d["Value"] for d in metric.get("Dimensions", ())}
    wanted = (metric["Namespace"], metric["MetricName"], asked)
    daily = sum(value for *name, value in _series(world, question) if tuple(name) == wanted)
    times = _times(start, end, step) if daily else []
    values = [float(daily * stat["Period"]) / _DAY for _ in times]
    shown = times if ascending else times[::-1]
    label = query.get("Label", metric["MetricName"])
    return {"Id": query["Id"], "Label": label, "Timestamps": shown, "Values": values, "StatusCode": "Complete"}


def _times(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    times, at = [], start
    while at < end:
        times.append(at)
        at += step
    return times


def get_cost_and_usage(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The bill by day or month, grouped by service, account or region; all accounts for management only."""
    refuse_unknown(question, ("TimePeriod", "Granularity", "Metrics", "GroupBy", "Filter"))
    params = question.params
    keys = [group["Key"] for group in params.get("GroupBy", ())]
    lines = [line for line in _cost_lines(world, question) if _passes(line, params.get("Filter"))]
    periods = _periods(params["TimePeriod"], params["Granularity"], world.now.date())
    results = [_cost_result(start, end, lines, keys, params["Metrics"]) for start, end in periods]
    return {"GroupDefinitions": params.get("GroupBy", []), "ResultsByTime": results}


def _cost_lines(world: "AwsWorld", question: Question) -> Iterator[dict[str, str]]:
    account = None if question.account == world.management.id else question.account
    for owner, region, line in world.everywhere("cost", account):
        yield {"SERVICE": line["service"], "LINKED_ACCOUNT": owner, "REGION": region, "daily": line["daily"]}


def _passes(line: dict[str, str], condition: dict[str, Any] | None) -> bool:
    match condition:
        case None:
            return True
        case {"Dimensions": {"Key": key, "Values": values}} if key in line and len(condition) == 1:
            return line[key] in values
        case {"And": parts} if len(condition) == 1:
            return all(_passes(line, part) for part in parts)
        case {"Or": parts} if len(condition) == 1:
            return any(_passes(line, part) for part in parts)
        case _:
            raise Unsupported(f"ce GetCostAndUsage filtered by {sorted(condition)}")


def _periods(asked: dict[str, str], granularity: str, today: date) -> list[tuple[date, date]]:
    """Start (inclusive) and end (exclusive) of each period, none of them after today."""
    start, end = date.fromisoformat(asked["Start"]), min(date.fromisoformat(asked["End"]), today)
    if start >= date.fromisoformat(asked["End"]):
        raise AwsError("ValidationException", "Start date should be before end date")
    periods = []
    while start < end:
        following = start + timedelta(days=1) if granularity == "DAILY" else _next_month(start)
        periods.append((start, min(following, end)))
        start = following
    return periods


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _cost_result(
    start: date, end: date, lines: list[dict[str, str]], keys: list[str], metrics: list[str]
) -> dict[str, Any]:
    sums: dict[tuple[str, ...], Decimal] = {}
    for line in lines:
        key = tuple(line[name] for name in keys)
        sums[key] = sums.get(key, Decimal(0)) + Decimal(line["daily"]) * (end - start).days
    groups = [{"Keys": list(key), "Metrics": _amounts(metrics, total)} for key, total in sorted(sums.items()) if keys]
    total = {} if keys else _amounts(metrics, sum(sums.values(), Decimal(0)))
    period = {"Start": start.isoformat(), "End": end.isoformat()}
    return {"TimePeriod": period, "Total": total, "Groups": groups, "Estimated": False}


def _amounts(metrics: list[str], total: Decimal) -> dict[str, Any]:
    return {metric: {"Amount": str(total), "Unit": "USD"} for metric in metrics}


ANSWERS: Answers = {
    ("cloudwatch", "ListMetrics"): list_metrics,
    ("cloudwatch", "GetMetricData"): get_metric_data,
    ("ce", "GetCostAndUsage"): get_cost_and_usage,
}
"""Signals of use."""
