"""Where logs of AI use lie: the buckets and log groups that model invocation logging and trails write to.

A bucket is read by the unit of its own region: a trail of all regions is seen in each of them. A bucket that is not the
account's own is noted as unread where the trail has its home.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from annexa.collectors.aws import _buckets
from annexa.collectors.aws._buckets import Bucket, log_store
from annexa.collectors.aws._resources import partition
from annexa.collectors.aws._values import text_or
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import DataStore
from annexa.schemas.words import Reason

LOGGING = Call(
    op="bedrock:GetModelInvocationLoggingConfiguration", needs="bedrock:GetModelInvocationLoggingConfiguration"
)
TRAILS = Call(
    op="cloudtrail:DescribeTrails", needs="cloudtrail:DescribeTrails", path="trailList",
    params={"includeShadowTrails": True},
)  # fmt: skip
BUCKETS = Call(op="s3:ListBuckets", needs="s3:ListAllMyBuckets", path="Buckets", params={"MaxBuckets": 1000})
GROUPS = Call(op="logs:DescribeLogGroups", needs="logs:DescribeLogGroups", path="logGroups")

CROSS = "Read it in the account that owns it."


@dataclass(frozen=True, kw_only=True)
class Target:
    """A store that something writes to."""

    name: str
    source: Item
    prefix: str = ""
    home: bool = True
    """What writes to it has its home in this account and region."""
    everywhere: bool = False
    """What writes to it is seen in every region."""


@collects(
    DataStore, TRAILS, LOGGING, BUCKETS, GROUPS, *_buckets.CALLS, per="region",
    where={"data_store.role": ("log_store",), "data_store.type": ("s3_bucket", "log_group")},
)  # fmt: skip
def log_stores(handle: Handle) -> Iterator[DataStore]:
    """One record per bucket and log group of this region that receives logs of AI use."""
    logging = None if "bedrock" in handle.known.get("absent_services", ()) else handle.attempt(LOGGING)
    trails: list[Item] = []
    handle.detail(TRAILS, lambda: trails.extend(handle.each(TRAILS)))
    config = Item(logging.get("loggingConfig", {}), logging.origin) if isinstance(logging, Item) else None
    yield from _buckets_of(handle, _distinct(_bucket_targets(handle, config, trails)))
    yield from _groups_of(handle, _distinct(_group_targets(handle, config, trails)))


def _bucket_targets(handle: Handle, config: Item | None, trails: list[Item]) -> Iterator[Target]:
    if config is not None:
        large = config.get("cloudWatchConfig", {}).get("largeDataDeliveryS3Config", {})
        for s3 in (config.get("s3Config", {}), large):
            if s3.get("bucketName"):
                yield Target(name=s3["bucketName"], source=config, prefix=s3.get("keyPrefix", ""))
    for trail in trails:
        if trail.get("S3BucketName"):
            yield Target(
                name=trail["S3BucketName"], source=trail, prefix=trail.get("S3KeyPrefix", ""),
                home=_at_home(handle, trail), everywhere=bool(trail.get("IsMultiRegionTrail")),
            )  # fmt: skip


def _group_targets(handle: Handle, config: Item | None, trails: list[Item]) -> Iterator[Target]:
    if config is not None and config.get("cloudWatchConfig", {}).get("logGroupName"):
        yield Target(name=config["cloudWatchConfig"]["logGroupName"], source=config)
    for trail in trails:
        arn = str(trail.get("CloudWatchLogsLogGroupArn", "")).removesuffix(":*")
        if arn and _at_home(handle, trail):
            yield Target(name=arn.split(":log-group:", 1)[-1], source=trail)


def _at_home(handle: Handle, trail: Item) -> bool:
    own = f":{handle.known['account']}:" in str(trail.get("TrailARN"))
    return own and trail.get("HomeRegion", handle.known["region"]) == handle.known["region"]


def _distinct(targets: Iterator[Target]) -> list[Target]:
    """Each store once; a source that has its home here comes first."""
    found: dict[str, Target] = {}
    for target in sorted(targets, key=lambda target: (target.name, not target.home)):
        found.setdefault(target.name, target)
    return list(found.values())


def _buckets_of(handle: Handle, targets: list[Target]) -> Iterator[DataStore]:
    if not targets:
        return
    own = handle.detail(BUCKETS, lambda: {str(item["Name"]): item for item in handle.each(BUCKETS)})
    account, region = str(handle.known["account"]), handle.known["region"]
    for target in targets if isinstance(own, dict) else ():
        arn = f"arn:{partition(str(region))}:s3:::{target.name}"
        bucket = own.get(target.name) if isinstance(own, dict) else None
        if bucket is None:
            if target.home:
                handle.note(BUCKETS, Reason.DENIED, "the bucket is not the account's own", cure=CROSS, subject=arn)
        elif bucket.get("BucketRegion", region) == region:
            with handle.citing(target.source, bucket), handle.item(arn):
                yield log_store(handle, Bucket(arn=arn, name=target.name, account=account, prefix=target.prefix))
        elif not target.everywhere:
            handle.note(BUCKETS, Reason.UNSUPPORTED, "the bucket lies in another region than its trail", subject=arn)


def _groups_of(handle: Handle, targets: list[Target]) -> Iterator[DataStore]:
    for target in targets:
        with handle.item(target.name):
            found = [
                group
                for group in handle.each(GROUPS, logGroupNamePrefix=target.name)
                if group.get("logGroupName") == target.name
            ]
            if not found:
                handle.note(GROUPS, Reason.INVALID_ANSWER, "the log group is not in the region's list", cure=CROSS)
            for group in found:
                with handle.citing(target.source, group):
                    yield _group(handle, group)


def _group(handle: Handle, group: Item) -> DataStore:
    """CloudWatch Logs encrypts every group; nothing in it can be locked."""
    arn = str(group.get("logGroupArn") or str(group.get("arn", "")).removesuffix(":*"))
    days: int | Missing = group.get("retentionInDays", ABSENT)
    return DataStore(
        subject=arn or str(group["logGroupName"]), type="log_group", role="log_store", name=group["logGroupName"],
        key=text_or(group.get("kmsKeyId"), ABSENT), encrypted=True, lock="none", lock_days=ABSENT,
        retention_days=days, owner_account=str(handle.known["account"]),
    )  # fmt: skip
