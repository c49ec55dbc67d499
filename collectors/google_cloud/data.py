"""What AI reads: data stores of search apps, and the examples that models are tuned with.

A data store of a search app carries no labels of its own: the label `classification` of its project stands for it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud import _assets
from annexa.collectors.google_cloud._api import moment
from annexa.collectors.google_cloud.projects import FOLDERS, PROJECTS
from annexa.collectors.google_cloud.resources import TUNING, training_data
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Text
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import DataConnection, DataStore, Encryption
from annexa.schemas.words import Reason

ENGINE, STORE = "discoveryengine.googleapis.com/Engine", "discoveryengine.googleapis.com/DataStore"
DATA = _assets.search((ENGINE, STORE, TUNING))
BUCKETS = Call(
    op="cloudasset/v1:v1.searchAllResources", needs="cloudasset.assets.searchAllResources", path="results",
    params={
        "assetTypes": ["storage.googleapis.com/Bucket"], "pageSize": 500,
        "readMask": "name,assetType,project,labels,kmsKeys,location",
    },
)  # fmt: skip
SEARCH_STORE, BUCKET = "google_search_data_store", "gcs_bucket"
CLASS = "classification"


@collects((DataStore, DataConnection, Encryption), DATA, BUCKETS, PROJECTS, FOLDERS, per="source",
          where={"data_store.type": (SEARCH_STORE, BUCKET)})  # fmt: skip
def data(handle: Handle) -> Iterator[DataStore | DataConnection | Encryption]:
    """One record per data store of a search app and bucket of examples, and one per AI system that reads it."""
    projects, jobs = _assets.listed(handle), list[Item]()
    for row in _assets.found(handle, DATA, projects):
        at, owner = _assets.place(row, projects), _assets.owner(row, projects)
        with handle.citing(row, *owner):
            if row["assetType"] == STORE:
                yield _store(row, at, _class_of(owner))
                yield _assets.encryption(row, at)
            elif row["assetType"] == ENGINE:
                yield from _searches(row, _told(handle, row), at, _class_of(owner))
            else:
                jobs.append(row)
    yield from _tuning(handle, jobs, projects)


def _store(row: Item, at: str | None, classification: Text) -> DataStore:
    return DataStore(
        subject=str(row["name"]), type=SEARCH_STORE, role="source", name=text(row.get("displayName")),
        classification=classification, key=_assets.encryption(row, at).key, at=at,
    )  # fmt: skip


def _searches(row: Item, whole: Mapping[str, Any], at: str | None, classification: Text) -> Iterator[DataConnection]:
    """A search app names its data stores by their last step; they stand in the same collection."""
    above = str(row["name"]).partition("/engines/")[0]
    for name in whole.get("dataStoreIds") or ():
        yield DataConnection(
            subject=f"{row['name']}#{name}", ai_system=str(row["name"]), reached_by=ABSENT, direction="read",
            store=f"{above}/dataStores/{name}", third_party=False, connector="search_app",
            classification=classification, created=moment(row.get("createTime")), at=at,
        )  # fmt: skip


def _tuning(handle: Handle, jobs: list[Item], projects: Mapping[str, Item]) -> Iterator[DataStore | DataConnection]:
    """Buckets are asked for only where a job names one."""
    sources = {str(job["name"]): training_data(_told(handle, job)) for job in jobs}
    names = sorted({bucket for uri in sources.values() if uri and (bucket := _bucket(uri))})
    known = dict[str, Item]()
    for row in handle.each(BUCKETS, scope=_scope(handle), query=f"name:({' OR '.join(names)})") if names else ():
        if str(row["name"]).rpartition("/")[2] in names:
            known[str(row["name"])] = row
    for job in jobs:
        uri = sources[str(job["name"])]
        if uri:
            store = f"//storage.googleapis.com/{_bucket(uri)}" if _bucket(uri) else uri
            with handle.citing(job, *([known[store]] if store in known else [])):
                yield _example(job, store, known.get(store), _assets.place(job, projects))
    for row in known.values():
        with handle.citing(row):
            yield DataStore(
                subject=str(row["name"]), type=BUCKET, role="training", name=str(row["name"]).rpartition("/")[2],
                classification=_label(row), key=_assets.encryption(row, None).key, at=_assets.place(row, projects),
            )  # fmt: skip


def _example(job: Item, store: str, bucket: Item | None, at: str | None) -> DataConnection:
    tuned = inside(_assets.body(job) or {}, "tunedModel").get("model")
    return DataConnection(
        subject=f"{job['name']}#training", ai_system=f"//aiplatform.googleapis.com/{tuned}" if tuned else str(job["name"]),
        reached_by=ABSENT, store=store, direction="read", connector="tuning_job",
        third_party=False if bucket is not None else NOT_EXPOSED,
        classification=_label(bucket) if bucket is not None else NOT_EXPOSED, created=moment(job.get("createTime")), at=at,
    )  # fmt: skip


def _told(handle: Handle, row: Item) -> Mapping[str, Any]:
    """The body of a search app or job; without one nobody knows what it reads, which is noted."""
    whole = _assets.body(row)
    if whole is None:
        says = f"Cloud Asset does not show what {row['name']} reads"
        handle.note(DATA, Reason.VISIBILITY_UNPROVED, says, subject=str(row["name"]))
    return whole or {}


def _bucket(uri: str) -> str:
    """The bucket in `gs://bucket/path`; empty for any other address."""
    return uri.removeprefix("gs://").partition("/")[0] if uri.startswith("gs://") else ""


def _class_of(owner: tuple[Item, ...]) -> Text:
    """By the label of the project; nobody says where no project of that number is listed."""
    return _label(owner[0]) if owner else NOT_EXPOSED


def _label(row: Item) -> Text:
    return text(inside(row, "labels").get(CLASS), ABSENT)


def _scope(handle: Handle) -> str:
    return f"organizations/{handle.known['organization']}"
