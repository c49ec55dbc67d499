"""GuardDuty and Macie."""

from typing import Any

from annexa.collectors.aws.detection import guardduty, macie
from annexa.evidence.fact import ABSENT
from annexa.schemas.words import Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, REGION, collect, facts, lost

LIST, GET = "guardduty:ListDetectors", "guardduty:GetDetector"
SESSION, AUTOMATED = "macie2:GetMacieSession", "macie2:GetAutomatedDiscoveryConfiguration"
BUCKETS = "macie2:DescribeBuckets"
WHEN = "2026-08-01T00:00:00Z"


def detector(status: str = "ENABLED", **features: str) -> dict[str, Any]:
    listed = [{"Name": name, "Status": state} for name, state in features.items()]
    return {"ServiceRole": "r", "Status": status, "UpdatedAt": "2026-08-01T00:00:00.000Z", "Features": listed}


def test_detectors_over_two_pages() -> None:
    pages = [{"DetectorIds": ["d1"], "NextToken": "t"}, {"DetectorIds": ["d2"]}]
    answers = {
        "d1": detector(S3_DATA_EVENTS="DISABLED", CLOUD_TRAIL="ENABLED", AI_PROTECTION="ENABLED"),
        "d2": detector("DISABLED"),
    }
    first, second = facts(collect(guardduty, {LIST: pages, GET: lambda params: answers[params["DetectorId"]]}))
    assert (first.subject, first.service, first.enabled, first.updated) == ("d1", "guardduty", True, WHEN)
    assert first.features == ("AI_PROTECTION", "CLOUD_TRAIL")
    assert (second.enabled, second.features) == (False, ())


def test_no_detector_is_a_detector_that_is_off() -> None:
    [found] = facts(collect(guardduty, {LIST: {"DetectorIds": []}}))
    assert (found.subject, found.enabled, found.features) == (f"guardduty:{ACCOUNT}/{REGION}", False, ABSENT)


def test_an_unknown_status_and_a_new_feature_are_kept() -> None:
    answers = {LIST: {"DetectorIds": ["d1"]}, GET: detector("SLEEPING", QUANTUM_PROTECTION="ENABLED")}
    [found] = facts(collect(guardduty, answers))
    assert (found.enabled.state, found.enabled.raw) == (State.UNKNOWN_VALUE, "SLEEPING")
    assert found.features == ("QUANTUM_PROTECTION",)


def test_refusals_of_guardduty_are_unread_and_never_off() -> None:
    refused = collect(guardduty, {LIST: DENIED})
    assert (facts(refused), lost(refused)) == ([], [(LIST, None, Reason.DENIED)])
    detail = collect(guardduty, {LIST: {"DetectorIds": ["d1"]}, GET: DENIED})
    assert (facts(detail), lost(detail)) == ([], [(GET, "d1", Reason.DENIED)])


def bucket(name: str, watched: str = "NOT_MONITORED", job: str = "FALSE", **more: Any) -> dict[str, Any]:
    found = {"bucketArn": f"arn:aws:s3:::{name}", "automatedDiscoveryMonitoringStatus": watched}
    return {**found, "jobDetails": {"isMonitoredByJob": job}, **more}


def run(*pages: Any, status: str = "ENABLED", automated: Any = None) -> Any:
    session = {"status": status, "updatedAt": WHEN}
    return collect(macie, {SESSION: session, AUTOMATED: automated or {"status": "ENABLED"}, BUCKETS: list(pages)})


def test_macie_and_the_buckets_it_looks_into() -> None:
    seen = bucket("seen", "MONITORED", lastAutomatedDiscoveryTime=WHEN)
    found = facts(run({"buckets": [seen, bucket("job", job="TRUE")], "nextToken": "t"}, {"buckets": [bucket("blind")]}))
    assert [(it.subject, it.service, it.enabled, it.features) for it in found] == [
        (f"macie:{ACCOUNT}/{REGION}", "macie", True, ("automated_discovery",)),
        ("macie:arn:aws:s3:::seen", "macie.bucket", True, ("automated_discovery",)),
        ("macie:arn:aws:s3:::job", "macie.bucket", True, ("recurring_job",)),
        ("macie:arn:aws:s3:::blind", "macie.bucket", False, ()),
    ]
    assert [it.updated for it in found] == [WHEN, WHEN, ABSENT, ABSENT]


def test_macie_paused_without_buckets() -> None:
    [found] = facts(run({"buckets": []}, status="PAUSED", automated={"status": "DISABLED"}))
    assert (found.enabled, found.features) == (False, ())


def test_unknown_words_of_macie_are_kept() -> None:
    first, second = facts(run({"buckets": [bucket("b", "SOMETIMES")]}, automated={"status": "MAYBE"}))
    assert (first.features.raw, second.enabled.raw) == ("MAYBE", "SOMETIMES")


def test_denied_is_never_off() -> None:
    found = collect(macie, {SESSION: DENIED})
    assert (facts(found), lost(found)) == ([], [(SESSION, None, Reason.DENIED)])


def test_refused_details_of_macie() -> None:
    found = run(DENIED, automated=DENIED)
    assert facts(found)[0].features.state is State.UNREAD
    assert lost(found) == [(AUTOMATED, None, Reason.DENIED), (BUCKETS, None, Reason.DENIED)]
