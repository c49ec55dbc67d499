"""Whether AWS or a model's provider may keep what Amazon Bedrock is sent."""

from collections.abc import Iterator

from annexa.collectors.aws._resources import when
from annexa.collectors.aws._values import choose
from annexa.evidence.call import Call, collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Setting

DATA_RETENTION = "aws.bedrock.data_retention"
GET_RETENTION = Call(op="bedrock:GetAccountDataRetention", needs="bedrock:GetAccountDataRetention")
MODES = ("none", "aws_review", "provider_data_share", "inherit", "default")
"""Documented modes, kept as they are: what `inherit` and `default` amount to depends on the model's terms."""


@collects(Setting, GET_RETENTION, per="region", where={"setting.name": (DATA_RETENTION,)})
def data_retention(handle: Handle) -> Iterator[Setting]:
    """The account's retention mode in the region."""
    found = handle.one(GET_RETENTION)
    yield Setting(
        subject=f"{handle.known['account']}/{handle.known['region']}/{DATA_RETENTION}",
        name=DATA_RETENTION,
        value=choose(found.get("mode"), {mode: mode for mode in MODES}),
        set_by="account",
        updated=when(found, "updatedAt"),
    )
