"""Buckets of Cloud Logging in projects with AI: how long they keep logs, whether that can be changed, and with whose key."""

from collections.abc import Iterator

from annexa.collectors.google_cloud._api import SERVICES, ai_services, here, inside, text, unproved
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Count, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import DataStore

BUCKETS = Call(
    op="logging/v2:projects.locations.buckets.list", needs="logging.buckets.list", path="buckets",
    params={
        "pageSize": 100,
        "fields": "nextPageToken,buckets(name,retentionDays,locked,lifecycleState,cmekSettings(kmsKeyName))",
    },
)  # fmt: skip
BUCKET = "google_log_bucket"


@collects(DataStore, SERVICES, BUCKETS, per="project", where={"data_store.type": (BUCKET,)})
def log_stores(handle: Handle) -> Iterator[DataStore]:
    """One record per bucket of logs, in projects in which an AI service is enabled."""
    if not ai_services(handle):
        return
    some = False
    for bucket in handle.each(BUCKETS, parent=f"{here(handle)}/locations/-"):
        some = True
        if bucket.get("lifecycleState") != "DELETE_REQUESTED":
            yield _store(bucket)
    if not some:
        raise unproved(BUCKETS, "a project without any bucket of logs was told")


def _store(bucket: Item) -> DataStore:
    days, locked = _days(bucket.get("retentionDays")), bucket.get("locked") is True
    return DataStore(
        subject=str(bucket["name"]), type=BUCKET, role="log_store", name=str(bucket["name"]).rpartition("/")[2],
        key=text(inside(bucket, "cmekSettings").get("kmsKeyName"), ABSENT), lock="compliance" if locked else "none",
        lock_days=days if locked else ABSENT, retention_days=days,
    )  # fmt: skip


def _days(raw: object) -> Count:
    if raw is None:
        return NOT_EXPOSED
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else unknown_value(raw)
