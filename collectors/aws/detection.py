"""Detectors that watch AI use and its data: GuardDuty with its AI features, Macie with the buckets it looks into."""

from collections.abc import Iterator

from annexa.collectors.aws._values import choose, moment
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Detection

DETECTORS = Call(op="guardduty:ListDetectors", needs="guardduty:ListDetectors", path="DetectorIds")
DETECTOR = Call(op="guardduty:GetDetector", needs="guardduty:GetDetector")
SESSION = Call(
    op="macie2:GetMacieSession",
    needs="macie2:GetMacieSession",
    # Macie says that it is off, and that we may not ask, by the same code: only these words tell them apart.
    absent=("AccessDeniedException: Macie is not enabled",),
)
AUTOMATED = Call(op="macie2:GetAutomatedDiscoveryConfiguration", needs="macie2:GetAutomatedDiscoveryConfiguration")
BUCKETS = Call(op="macie2:DescribeBuckets", needs="macie2:DescribeBuckets", path="buckets")

ON_OFF = {"ENABLED": True, "DISABLED": False}
SESSION_STATES = {"ENABLED": True, "PAUSED": False}


@collects(
    Detection, DETECTORS, DETECTOR, per="region", where={"detection.service": ("guardduty",)},
)  # fmt: skip
def guardduty(handle: Handle) -> Iterator[Detection]:
    """One record per detector of the region; an empty list is a detector that is off."""
    ids = [str(entry["value"]) for entry in handle.each(DETECTORS)]
    if not ids:
        scope = f"{handle.known['account']}/{handle.known['region']}"
        yield Detection(subject=f"guardduty:{scope}", service="guardduty", enabled=False, features=ABSENT)
    for number in ids:
        with handle.item(number):
            yield _detector(number, handle.one(DETECTOR, DetectorId=number))


@collects(
    Detection, SESSION, AUTOMATED, BUCKETS, per="region", where={"detection.service": ("macie", "macie.bucket")},
)  # fmt: skip
def macie(handle: Handle) -> Iterator[Detection]:
    """One record for Macie in the region, and one per bucket with whether Macie looks into it."""
    session = handle.find(SESSION)
    scope = f"{handle.known['account']}/{handle.known['region']}"
    if session is None:
        yield Detection(subject=f"macie:{scope}", service="macie", enabled=False)
        return
    automated = handle.attempt(AUTOMATED)
    yield Detection(
        subject=f"macie:{scope}", service="macie", enabled=choose(session.get("status"), SESSION_STATES),
        features=_automated(automated), updated=session.get("updatedAt", NOT_EXPOSED),
    )  # fmt: skip
    for bucket in handle.each(BUCKETS):
        yield _bucket(bucket)


def _detector(number: str, detector: Item) -> Detection:
    states = {str(entry.get("Name")): entry.get("Status") for entry in detector.get("Features", ())}
    strange = sorted({str(state) for state in states.values()} - set(ON_OFF))
    features = tuple(sorted(name for name, state in states.items() if state == "ENABLED"))
    return Detection(
        subject=number, service="guardduty", enabled=choose(detector.get("Status"), ON_OFF),
        features=unknown_value(", ".join(strange)) if strange else features, updated=moment(detector.get("UpdatedAt")),
    )  # fmt: skip


def _automated(answer: Item | Missing | None) -> tuple[str, ...] | Missing:
    if not isinstance(answer, Item):
        return answer if isinstance(answer, Missing) else NOT_EXPOSED
    status = answer.get("status")
    if status not in ON_OFF:
        return unknown_value(status)
    return ("automated_discovery",) if ON_OFF[status] else ()


def _bucket(bucket: Item) -> Detection:
    watched = bucket.get("automatedDiscoveryMonitoringStatus")
    job = bucket.get("jobDetails", {})
    in_job = choose(job.get("isMonitoredByJob"), {"TRUE": True, "FALSE": False})
    by_itself = choose(watched, {"MONITORED": True, "NOT_MONITORED": False})
    times = [time for time in (bucket.get("lastAutomatedDiscoveryTime"), job.get("lastJobRunTime")) if time]
    ways = {"automated_discovery": by_itself, "recurring_job": in_job}
    features = tuple(name for name, way in ways.items() if way is True)
    known = by_itself if by_itself is not False else in_job
    return Detection(
        subject=f"macie:{bucket['bucketArn']}", service="macie.bucket", enabled=True if features else known,
        features=features, updated=max(times) if times else ABSENT,
    )  # fmt: skip
