"""Pages join to exactly the whole list, whatever their size."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, PaginationError

from annexa.sandbox._models import list_members, paging
from annexa.sandbox._pager import page, repeat_token
from annexa.sandbox.aws import ANSWERS
from annexa.sandbox.aws_server import Fault

CRITERIA = {
    "GetAccountAuthorizationDetails": {},
    "ListServiceSpecificCredentials": {"AllUsers": True},
    "ListPolicies": {"Filter": "SERVICE_CONTROL_POLICY"},
    "ListOrganizationalUnitsForParent": {"ParentId": "r-hlin"},
    "SearchAgreements": {"filters": [{"name": "PartyType", "values": ["Acceptor"]}]},
    "ListParents": {"ChildId": "381200000030"},
    "GetParametersByPath": {"Path": "/aws/service/global-infrastructure/services/bedrock/regions"},
    "GetCostAndUsage": {
        "TimePeriod": {"Start": "2026-08-01", "End": "2026-08-08"},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
    },
}
WHERE = {"organizations": "management", "ce": "management", "iam": "data-science", "macie2": "security"}
PAGED = [
    (service, operation)
    for service, operation in sorted(ANSWERS)
    if paging(service, operation)
    and (operation in CRITERIA or operation.startswith(("List", "Describe")))
    and operation
    not in (
        "ListAgentAliases",
        "ListAgentKnowledgeBases",
        "ListDataSources",
        "ListGatewayTargets",
        "ListTags",
        "ListTagsForResource",
        "ListPoliciesForTarget",
        "ListPermissionSets",
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        "ListManagedPoliciesInPermissionSet",
        "ListAccountsForProvisionedPermissionSet",
        "ListAccountAssignments",
    )
]


def answers(client: Any, service: str, operation: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every page: by botocore's paginator, or by hand where there is none."""
    name = xform_name(operation)
    if client.can_paginate(name):
        yield from client.get_paginator(name).paginate(**params)
        return
    pages = paging(service, operation)
    assert pages is not None
    token: dict[str, Any] = {}
    while True:
        answer = getattr(client, name)(**params, **token)
        yield answer
        if not answer.get(pages.outputs[0]):
            return
        token = {pages.inputs[0]: answer[pages.outputs[0]]}


def joined(client: Any, service: str, operation: str) -> tuple[int, list[Any]]:
    """How many pages there were, and all items of the paged lists."""
    lists = list_members(service, operation)
    pages = list(answers(client, service, operation, CRITERIA.get(operation, {})))
    return len(pages), [item for name in lists for p in pages for item in p.get(name, ())]


@pytest.mark.parametrize("size", [1, 2])
def test_pages_join_to_the_whole_list(company: Any, planted: Any, size: int) -> None:
    small = company(page_size=size)
    for service, operation in PAGED:
        account = WHERE.get(service, "prod")
        _, whole = joined(planted.client(service, account), service, operation)
        count, parts = joined(small.client(service, account), service, operation)
        assert parts == whole, (service, operation)
        assert count == max(1, -(-len(whole) // size)), (service, operation)


def test_most_lists_have_several_pages() -> None:
    assert len(PAGED) >= 30


def test_the_client_may_ask_for_smaller_pages(planted: Any) -> None:
    iam = planted.client("iam", "prod")
    sizes = [
        len(p["RoleDetailList"]) + len(p["Policies"])
        for p in iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3})
    ]
    assert set(sizes[:-1]) == {3}


def test_several_lists_are_walked_one_after_the_other() -> None:
    full = {"UserDetailList": [1, 2], "GroupDetailList": [], "RoleDetailList": [3], "Policies": [4, 5]}
    first = page("iam", "GetAccountAuthorizationDetails", {}, full, 3)
    assert (first["UserDetailList"], first["RoleDetailList"], first["Policies"]) == ([1, 2], [3], [])
    assert first["IsTruncated"] is True
    second = page("iam", "GetAccountAuthorizationDetails", {"Marker": first["Marker"]}, full, 3)
    assert (second["UserDetailList"], second["RoleDetailList"], second["Policies"]) == ([], [], [4, 5])
    assert second["IsTruncated"] is False
    assert "Marker" not in second


def test_a_token_of_another_question_is_refused(company: Any) -> None:
    small = company(page_size=1)
    organizations = small.client("organizations")
    token = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["NextToken"]
    with pytest.raises(ClientError, match="does not belong"):
        organizations.list_policies(Filter="BEDROCK_POLICY", NextToken=token)


def test_a_repeated_token_stops_botocore(company: Any) -> None:
    broken = company(faults=[Fault("bedrock", "ListGuardrails", kind="repeated_token")])
    with pytest.raises(PaginationError, match="same next token"):
        list(broken.client("bedrock", "prod").get_paginator("list_guardrails").paginate())


def test_a_repeated_token_is_long_enough_for_the_model() -> None:
    changed = repeat_token("iam", "GetAccountAuthorizationDetails", {"UserDetailList": []})
    assert changed["IsTruncated"] is True
    assert len(changed["Marker"]) >= 1
