"""Where logs of projects with AI go: sinks, those above that take them along, and buckets of Cloud Logging.

Of a bucket it is told how long it keeps logs, whether that can be changed, and with whose key they are encrypted.
"""

from collections.abc import Iterator

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud._api import SERVICES, ai_services, here, unproved
from annexa.collectors.google_cloud.policies import ANCESTRY, chain
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Count, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import DataStore, LogSource

BUCKETS = Call(
    op="logging/v2:projects.locations.buckets.list", needs="logging.buckets.list", path="buckets",
    params={
        "pageSize": 100,
        "fields": "nextPageToken,buckets(name,retentionDays,locked,lifecycleState,cmekSettings(kmsKeyName))",
    },
)  # fmt: skip
SINKS = Call(
    op="logging/v2:sinks.list", needs="logging.sinks.list", path="sinks",
    params={"pageSize": 100, "fields": "nextPageToken,sinks(name,resourceName,destination,disabled,includeChildren)"},
)  # fmt: skip
"""Of a project, a folder or the organisation."""
BUCKET, SINK = "google_log_bucket", "google_cloud.log_sink"


@collects((DataStore, LogSource), SERVICES, BUCKETS, ANCESTRY, SINKS, per="project",
          where={"data_store.type": (BUCKET,), "log_source.name": (SINK,)})  # fmt: skip
def log_stores(handle: Handle) -> Iterator[DataStore | LogSource]:
    """One record per bucket of logs, and per sink that takes logs of the project, where an AI service is enabled."""
    if ai_services(handle):
        yield from _stores(handle)
        yield from _sinks(handle)


def _stores(handle: Handle) -> Iterator[DataStore]:
    some = False
    for bucket in handle.each(BUCKETS, parent=f"{here(handle)}/locations/-"):
        some = True
        if bucket.get("lifecycleState") != "DELETE_REQUESTED":
            yield _store(bucket)
    if not some:
        raise unproved(BUCKETS, "a project without any bucket of logs was told")


def _sinks(handle: Handle) -> Iterator[LogSource]:
    """Sinks of the project, and those above it that take logs of what is below; every project has two from its first day."""
    for place, _ in list(chain(handle)):
        some = False
        for sink in handle.each(SINKS, parent=place):
            some = True
            if place == here(handle) or sink.get("includeChildren") is True:
                with handle.citing(sink):
                    yield _sink(sink, place, here(handle))
        if not some and place == here(handle):
            raise unproved(SINKS, "a project without any sink of logs was told")


def _sink(sink: Item, place: str, project: str) -> LogSource:
    name = str(sink.get("resourceName") or f"{place}/sinks/{sink['name']}")
    return LogSource(
        subject=f"{project}#{name}", name=SINK, enabled=sink.get("disabled") is not True,
        destinations=(str(sink["destination"]),) if sink.get("destination") else NOT_EXPOSED,
        organisation_wide=place.startswith("organizations/"),
    )  # fmt: skip


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
