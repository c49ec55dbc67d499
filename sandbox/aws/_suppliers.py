"""What was agreed with suppliers: Artifact's reports and agreements, Marketplace agreements."""

from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import GLOBAL, Answers, Getting, Listing, project, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

_FILTERS = {"AgreementType": "agreementType", "Status": "status"}


def search_agreements(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The agreements that the account accepted; the service wants the party and the type named."""
    refuse_unknown(question, ("catalog", "filters"))
    filters = {line["name"]: line["values"] for line in question.params.get("filters", ())}
    if filters.get("PartyType") != ["Acceptor"]:
        raise AwsError("ValidationException", "the filter PartyType is required")
    unknown = set(filters) - {"PartyType", *_FILTERS}
    if unknown:
        raise Unsupported(f"marketplace-agreement SearchAgreements filtered by {sorted(unknown)}")
    found = world.at(question.account, GLOBAL, "agreement")
    kept = [a for a in found if all(a[_FILTERS[n]] in v for n, v in filters.items() if n in _FILTERS)]
    return {"agreementViewSummaries": project(question, "agreementViewSummaries", kept)}


ANSWERS: Answers = {
    ("artifact", "ListReports"): Listing(kind="artifact_report", into="reports", region=GLOBAL),
    ("artifact", "ListCustomerAgreements"): Listing(
        kind="artifact_agreement", into="customerAgreements", region=GLOBAL
    ),
    ("marketplace-agreement", "SearchAgreements"): search_agreements,
    ("marketplace-agreement", "DescribeAgreement"): Getting(
        kind="agreement", by={"agreementId": ("agreementId",)}, region=GLOBAL
    ),
}
"""Papers."""
