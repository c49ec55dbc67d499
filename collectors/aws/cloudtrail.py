"""Trails: whether API activity is recorded, where to, and which events of AI services.

A trail is read in its home region and in the account that owns it; its copies elsewhere are the same trail. Calls of
models are management events; agent aliases, knowledge bases, guardrails and the like are data events of their own type.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors.aws._resources import holding
from annexa.collectors.aws._values import text_or
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import LogSource
from annexa.schemas.words import Reason

TRAILS = Call(
    op="cloudtrail:DescribeTrails", needs="cloudtrail:DescribeTrails", path="trailList",
    params={"includeShadowTrails": False},
)  # fmt: skip
STATUS = Call(op="cloudtrail:GetTrailStatus", needs="cloudtrail:GetTrailStatus")
SELECTORS = Call(op="cloudtrail:GetEventSelectors", needs="cloudtrail:GetEventSelectors")

LISTS = ("EventSelectors", "AdvancedEventSelectors")
"""A trail has selectors of the one form or of the other."""
NARROWED = " (narrowed)"
"""Marks an event type of which only a part is recorded."""
AI_SOURCES = ("bedrock", "sagemaker", "qbusiness")
"""Words in the event sources of AI services."""


@collects(LogSource, TRAILS, STATUS, SELECTORS, per="region", where={"log_source.name": ("aws.cloudtrail",)})
def trails(handle: Handle) -> Iterator[LogSource]:
    """One record per trail whose home is this account and region."""
    region = handle.known["region"]
    for trail in handle.each(TRAILS):
        arn = str(trail["TrailARN"])
        if not trail.get("HomeRegion"):
            handle.note(TRAILS, Reason.INVALID_ANSWER, "a trail without a home region", cure="Run again.", subject=arn)
        if trail.get("HomeRegion") == region and f":{handle.known['account']}:" in arn:
            with handle.item(arn):
                status = handle.attempt(STATUS, Name=arn)
                selectors = handle.attempt(SELECTORS, TrailName=arn)
                yield _record(trail, status, _event_types(holding(handle, SELECTORS, selectors, *LISTS)))


def _record(trail: Item, status: Item | Missing | None, events: tuple[str, ...] | Missing) -> LogSource:
    read = status if isinstance(status, Item) else None
    lost = status if isinstance(status, Missing) else NOT_EXPOSED
    return LogSource(
        subject=str(trail["TrailARN"]),
        name="aws.cloudtrail",
        enabled=read.get("IsLogging", NOT_EXPOSED) if read is not None else lost,
        destinations=_destinations(trail),
        event_types=events,
        multi_region=trail.get("IsMultiRegionTrail", NOT_EXPOSED),
        organisation_wide=trail.get("IsOrganizationTrail", NOT_EXPOSED),
        integrity=trail.get("LogFileValidationEnabled", NOT_EXPOSED),
        key=text_or(trail.get("KmsKeyId"), ABSENT),
        last_event=read.get("LatestDeliveryTime", ABSENT) if read is not None else lost,
        delivering=_delivering(read) if read is not None else lost,
    )


def _destinations(trail: Item) -> tuple[str, ...] | Missing:
    partition = str(trail["TrailARN"]).split(":")[1]
    bucket, group = trail.get("S3BucketName"), trail.get("CloudWatchLogsLogGroupArn")
    found = [f"arn:{partition}:s3:::{bucket}"] if bucket else []
    return (*found, *([str(group).removesuffix(":*")] if group else [])) or ABSENT


def _delivering(status: Item) -> bool | Missing:
    if status.get("LatestDeliveryError"):
        return False
    return True if status.get("LatestDeliveryTime") else NOT_EXPOSED


def _event_types(selectors: Item | Missing | None) -> tuple[str, ...] | Missing:
    """What the trail records: `management`, and the resource types of its data events."""
    if not isinstance(selectors, Item):
        return selectors if isinstance(selectors, Missing) else NOT_EXPOSED
    found = set[str]()
    for basic in selectors.get("EventSelectors", ()):
        found.update(_basic(basic))
    for advanced in selectors.get("AdvancedEventSelectors", ()):
        found.update(_advanced(advanced.get("FieldSelectors", ())))
    whole = {name for name in found if not name.endswith(NARROWED)}
    return tuple(sorted(whole | {name for name in found if name.removesuffix(NARROWED) not in whole}))


def _basic(selector: Mapping[str, Any]) -> Iterator[str]:
    part = "" if selector.get("ReadWriteType", "All") == "All" else NARROWED
    if selector.get("IncludeManagementEvents", True):
        yield f"management{part}"
    for resource in selector.get("DataResources", ()):
        everything = all(str(value).count(":") < 5 or str(value).endswith(":::") for value in resource["Values"])
        yield f"{resource['Type']}{part if everything else NARROWED}"


def _advanced(fields: list[Mapping[str, Any]]) -> Iterator[str]:
    by_name = {str(field["Field"]): field for field in fields}
    for category in by_name.get("eventCategory", {}).get("Equals", ()):
        if category == "Data":
            part = NARROWED if set(by_name) - {"eventCategory", "resources.type"} else ""
            yield from (f"{name}{part}" for name in by_name.get("resources.type", {}).get("Equals", ()))
        else:
            name = "management" if category == "Management" else str(category)
            yield f"{name}{NARROWED}" if _narrows(by_name) else name


def _narrows(by_name: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a selector leaves out something of AI services; dropping other services' events does not."""
    others = {name: field for name, field in by_name.items() if name != "eventCategory"}
    source = others.pop("eventSource", {})
    dropped = source.get("NotEquals", ())
    only_drops = set(source) <= {"Field", "NotEquals"}
    return bool(others) or not only_drops or any(word in value for value in dropped for word in AI_SOURCES)
