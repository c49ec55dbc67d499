"""Whether Amazon Bedrock logs prompts and answers, and where to."""

from collections.abc import Iterator
from typing import Any

from annexa.collectors.aws._resources import arn, partition
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.data import LogSource

INVOCATION = "aws.bedrock.invocation"
GET_LOGGING = Call(
    op="bedrock:GetModelInvocationLoggingConfiguration", needs="bedrock:GetModelInvocationLoggingConfiguration"
)
MODALITIES = ("audio", "embedding", "image", "text", "video")
"""What can be delivered, each with a switch of its own: `textDataDeliveryEnabled`."""


@collects(LogSource, GET_LOGGING, per="region", where={"log_source.name": (INVOCATION,)})
def invocation_log(handle: Handle) -> Iterator[LogSource]:
    """The region's log of model invocations; an answer without a configuration says that it is off."""
    config = handle.one(GET_LOGGING).get("loggingConfig") or {}
    destinations = tuple(sorted(set(_destinations(handle, config))))
    delivered = tuple(name for name in MODALITIES if config.get(f"{name}DataDeliveryEnabled") is True)
    yield LogSource(
        subject=f"{handle.known['account']}/{handle.known['region']}/{INVOCATION}",
        name=INVOCATION,
        enabled=bool(config),
        destinations=destinations or ABSENT,
        event_types=delivered if config else ABSENT,
        multi_region=False,
        organisation_wide=False,
    )


def _destinations(handle: Handle, config: dict[str, Any]) -> Iterator[str]:
    """Every bucket and log group that the configuration names, the one for large bodies too."""
    cloudwatch = config.get("cloudWatchConfig") or {}
    if cloudwatch.get("logGroupName"):
        yield arn(handle, "logs", f"log-group:{cloudwatch['logGroupName']}")
    for s3 in (config.get("s3Config"), cloudwatch.get("largeDataDeliveryS3Config")):
        if s3 and s3.get("bucketName"):
            yield f"arn:{partition(handle.known['region'])}:s3:::{s3['bucketName']}"
