"""What AWS's own systems show of suppliers' papers: assurance reports, agreements, marketplace contracts.

Titles, periods and states only; no report is opened, since that may accept terms.
"""

from collections.abc import Iterator

from annexa.collectors.aws._values import text_or
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import SupplierDocument

REPORTS = Call(op="artifact:ListReports", needs="artifact:ListReports", path="reports")
AGREEMENTS = Call(
    op="artifact:ListCustomerAgreements", needs="artifact:ListCustomerAgreements", path="customerAgreements"
)
CONTRACTS = Call(
    op="marketplace-agreement:SearchAgreements",
    needs="aws-marketplace:SearchAgreements",
    path="agreementViewSummaries",
    params={
        "catalog": "AWSMarketplace",
        "filters": [
            {"name": "PartyType", "values": ["Acceptor"]},
            {"name": "AgreementType", "values": ["PurchaseAgreement"]},
        ],
    },
)
AWS = "Amazon Web Services"


@collects(SupplierDocument, REPORTS, per="source", where={"supplier_document.type": ("assurance_report",)})
def reports(handle: Handle) -> Iterator[SupplierDocument]:
    """One record per assurance report that AWS Artifact offers, of AWS and of vendors on its marketplace."""
    for report in handle.each(REPORTS):
        product = report.get("productName")
        yield SupplierDocument(
            subject=str(report["arn"]), type="assurance_report", name=report.get("name", NOT_EXPOSED),
            supplier=text_or(report.get("companyName"), NOT_EXPOSED), covers=(product,) if product else NOT_EXPOSED,
            state=_lower(report, "state"), valid_from=report.get("periodStart", NOT_EXPOSED),
            valid_until=report.get("periodEnd", NOT_EXPOSED),
        )  # fmt: skip


@collects(SupplierDocument, AGREEMENTS, per="account", where={"supplier_document.type": ("agreement",)})
def agreements(handle: Handle) -> Iterator[SupplierDocument]:
    """One record per agreement with AWS that the account or its organisation accepted."""
    for agreement in handle.each(AGREEMENTS):
        yield SupplierDocument(
            subject=str(agreement["arn"]), type="agreement", name=agreement.get("name", NOT_EXPOSED), supplier=AWS,
            state=_lower(agreement, "state"), valid_from=agreement.get("effectiveStart", NOT_EXPOSED),
            valid_until=agreement.get("effectiveEnd", ABSENT),
        )  # fmt: skip


@collects(SupplierDocument, CONTRACTS, per="account", where={"supplier_document.type": ("marketplace_agreement",)})
def marketplace(handle: Handle) -> Iterator[SupplierDocument]:
    """One record per purchase that the account accepted on AWS Marketplace, models from other makers included."""
    for contract in handle.each(CONTRACTS):
        resources = contract.get("proposalSummary", {}).get("resources", ())
        yield SupplierDocument(
            subject=str(contract["agreementId"]), type="marketplace_agreement",
            supplier=contract.get("proposer", {}).get("accountId", NOT_EXPOSED),
            covers=tuple(sorted(str(resource["id"]) for resource in resources if "id" in resource)) or NOT_EXPOSED,
            state=_lower(contract, "status"), valid_from=contract.get("startTime", NOT_EXPOSED),
            valid_until=contract.get("endTime", ABSENT),
        )  # fmt: skip


def _lower(item: Item, name: str) -> str | Missing:
    word = text_or(item.get(name), NOT_EXPOSED)
    return word.lower() if isinstance(word, str) else word
