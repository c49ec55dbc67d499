"""Suppliers' papers as AWS's systems show them."""

from typing import Any

import pytest

from annexa.collectors.aws.suppliers import agreements, marketplace, reports
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.schemas.words import Completeness, Reason
from annexa.tests.collectors.fake_wire import DENIED, FakeWire, collect, facts, lost

REPORTS, AGREEMENTS = "artifact:ListReports", "artifact:ListCustomerAgreements"
CONTRACTS = "marketplace-agreement:SearchAgreements"
FROM, TO = "2025-10-01T00:00:00Z", "2026-09-30T00:00:00Z"
REPORT = {
    "arn": "arn:aws:artifact:us-east-1::report/report-1", "name": "ISO 42001", "state": "PUBLISHED",
    "companyName": "Amazon Web Services", "productName": "AWS", "periodStart": FROM, "periodEnd": TO,
}  # fmt: skip
BARE_REPORT = {"arn": "arn:aws:artifact:us-east-1::report/report-2", "state": "WITHDRAWN"}
AGREEMENT = {
    "arn": "arn:aws:artifact::111122223333:customer-agreement/ca-1", "name": "Data processing", "state": "ACTIVE",
    "effectiveStart": FROM,
}  # fmt: skip
CONTRACT = {
    "agreementId": "agmt-1", "status": "ACTIVE", "startTime": FROM, "endTime": TO,
    "proposer": {"accountId": "222233334444"},
    "proposalSummary": {"resources": [{"id": "prod-b", "type": "SaaSProduct"}, {"id": "prod-a"}]},
}  # fmt: skip


def test_reports_over_two_pages() -> None:
    pages = [{"reports": [REPORT], "nextToken": "t"}, {"reports": [BARE_REPORT]}]
    first, second = facts(collect(reports, {REPORTS: pages}, scope="o-acme"))
    assert (first.type, first.name, first.supplier) == ("assurance_report", "ISO 42001", "Amazon Web Services")
    assert (first.covers, first.state, first.valid_from, first.valid_until) == (("AWS",), "published", FROM, TO)
    assert (second.supplier, second.covers, second.state) == (NOT_EXPOSED, NOT_EXPOSED, "withdrawn")
    assert second.valid_until == NOT_EXPOSED


def test_agreements_without_an_end_are_open() -> None:
    [found] = facts(collect(agreements, {AGREEMENTS: {"customerAgreements": [AGREEMENT]}}))
    assert (found.type, found.supplier, found.state) == ("agreement", "Amazon Web Services", "active")
    assert (found.valid_from, found.valid_until) == (FROM, ABSENT)


def test_contracts_that_the_account_accepted() -> None:
    wire = FakeWire({CONTRACTS: {"agreementViewSummaries": [CONTRACT]}})
    [found] = facts(collect(marketplace, {}, wire=wire))
    assert (found.type, found.supplier, found.covers) == ("marketplace_agreement", "222233334444", ("prod-a", "prod-b"))
    assert (found.state, found.valid_until) == ("active", TO)
    asked: dict[str, Any] = dict(wire.asked[0][1])
    assert {"name": "PartyType", "values": ["Acceptor"]} in asked["filters"]


@pytest.mark.parametrize(
    ("collector", "call", "path"),
    [
        (reports, REPORTS, "reports"),
        (agreements, AGREEMENTS, "customerAgreements"),
        (marketplace, CONTRACTS, "agreementViewSummaries"),
    ],
)
def test_none_and_refused(collector: Any, call: str, path: str) -> None:
    empty = collect(collector, {call: {path: []}})
    assert (facts(empty), empty.unit.completeness) == ([], Completeness.COMPLETE)
    refused = collect(collector, {call: DENIED})
    assert (facts(refused), lost(refused)) == ([], [(call, None, Reason.DENIED)])
