"""Where AI was used, by metrics and by the bill: that it was, never for what.

The metric signal is ListMetrics: CloudWatch lists a metric only if it reported data within the past two weeks, so one
free list per region proves use of a model or endpoint. It says that there were calls, not how many. The bill is read
only where calls that cost money are allowed; it can add use, and its silence proves nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

from annexa.evidence.call import Call, collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.systems import Usage

LIST_METRICS = Call(op="cloudwatch:ListMetrics", needs="cloudwatch:ListMetrics", path="Metrics")
COST = Call(
    op="ce:GetCostAndUsage",
    needs="ce:GetCostAndUsage",
    path="ResultsByTime",
    params={"Granularity": "MONTHLY", "Metrics": ["UsageQuantity"]},
    costs="US$ 0.01 per request",
)

WINDOW = timedelta(days=14)
"""CloudWatch lists a metric for two weeks after its last data."""
BILL = timedelta(days=30)
SERVICES = {"bedrock": "Bedrock", "sagemaker": "SageMaker"}
"""Our name of a service, and the word in the names under which AWS bills it and what is sold through it."""
NO_REGION = frozenset({"", "NoRegion", "global"})


@collects(Usage, LIST_METRICS, per="region", signals="bedrock")
def bedrock(handle: Handle) -> Iterator[Usage]:
    """One record per model that was called in the region within the past two weeks."""
    yield from _metrics(handle, "bedrock", "AWS/Bedrock", "ModelId")


@collects(Usage, LIST_METRICS, per="region", signals="sagemaker")
def sagemaker(handle: Handle) -> Iterator[Usage]:
    """One record per endpoint that was called in the region within the past two weeks."""
    yield from _metrics(handle, "sagemaker", "AWS/SageMaker", "EndpointName")


@collects(Usage, COST, per="source")
def cost(handle: Handle) -> Iterator[Usage]:
    """One record per account and region in which the bill of the past 30 days shows an AI service."""
    if not handle.known.get("costs_allowed"):
        return
    until = parse(str(handle.known["now"])).date()
    period = {"Start": (until - BILL).isoformat(), "End": until.isoformat()}
    for service, names in _billed(handle, period).items():
        yield from _places(handle, period, service, names)


def _metrics(handle: Handle, service: str, namespace: str, dimension: str) -> Iterator[Usage]:
    now = parse(str(handle.known["now"]))
    scope = f"{handle.known['account']}/{handle.known['region']}"
    found: dict[str, Item] = {}
    for metric in handle.each(LIST_METRICS, Namespace=namespace, MetricName="Invocations"):
        found.setdefault(_dimension(metric, dimension), metric)
    if len(found) > 1:
        found.pop("all", None)
    for what, metric in found.items():
        with handle.citing(metric):
            yield Usage(
                subject=f"{scope}/{namespace}/Invocations/{what}", signal=f"cloudwatch.{namespace}", service=service,
                count=NOT_EXPOSED, since=stamp(now - WINDOW), until=stamp(now),
            )  # fmt: skip


def _dimension(metric: Item, name: str) -> str:
    """The model or endpoint that a metric is about; a metric over all of them says `all`."""
    values = [str(found["Value"]) for found in metric.get("Dimensions", ()) if found["Name"] == name]
    return f"{name}={values[0]}" if values else "all"


def _billed(handle: Handle, period: dict[str, str]) -> dict[str, list[str]]:
    """The names under which each AI service stands on the bill."""
    found: dict[str, set[str]] = {}
    for (name,), _ in _groups(handle, period, ["SERVICE"], None):
        for service, word in SERVICES.items():
            if word in name:
                found.setdefault(service, set()).add(name)
    return {service: sorted(names) for service, names in sorted(found.items())}


def _places(handle: Handle, period: dict[str, str], service: str, names: list[str]) -> Iterator[Usage]:
    cited: dict[str, Item] = {}
    for (account, region), item in _groups(handle, period, ["LINKED_ACCOUNT", "REGION"], names):
        cited.setdefault(account if region in NO_REGION else f"{account}/{region}", item)
    for scope, item in sorted(cited.items()):
        with handle.citing(item):
            yield Usage(
                subject=f"{scope}/bill/{service}", at=scope, signal="cost_explorer", service=service,
                count=NOT_EXPOSED, since=f"{period['Start']}T00:00:00Z", until=f"{period['End']}T00:00:00Z",
            )  # fmt: skip


def _groups(
    handle: Handle, period: dict[str, str], by: list[str], services: list[str] | None
) -> Iterator[tuple[list[str], Item]]:
    """The keys of every group in which something was used."""
    only = {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": services}}} if services else {}
    wanted = [{"Type": "DIMENSION", "Key": key} for key in by]
    for month in handle.each(COST, TimePeriod=period, GroupBy=wanted, **only):
        for group in month.get("Groups", ()):
            amount = group.get("Metrics", {}).get("UsageQuantity", {}).get("Amount", "0")
            if float(amount) > 0 and len(group["Keys"]) == len(by):
                yield group["Keys"], month
