"""Accounts and regions: what is believed, what is proof, what stays open."""

from typing import Any

import pytest

from annexa.collectors.aws.scopes import accounts, regions
from annexa.evidence.fact import Missing
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import ACCOUNT, DENIED, Refusal, calls_cited, collect, facts, lost

CALLER = {"sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:role/annexa", "UserId": "A"}}
OTHER, THIRD = "222233334444", "333344445555"
ORGANISATION = {"organizations:DescribeOrganization": {"Organization": {"Id": "o-acme", "MasterAccountId": ACCOUNT}}}
NO_ORGANISATION = {"organizations:DescribeOrganization": Refusal("AWSOrganizationsNotInUseException")}
LIST, TAGS = "organizations:ListAccounts", "organizations:ListTagsForResource"
NO_TAGS: dict[str, Any] = {TAGS: {"Tags": []}}


def account(number: str, state: str = "ACTIVE", **more: Any) -> dict[str, Any]:
    return {"Id": number, "Name": f"account {number[:3]}", "Email": "root@acme.example", "State": state, **more}


def gathered(*pages: Any, **more: Any) -> Any:
    answers = {**CALLER, **ORGANISATION, **NO_TAGS, LIST: list(pages), **more}
    return collect(accounts, answers, scope="o-acme")


def test_every_page_counts_and_names_stay_while_addresses_do_not() -> None:
    found = gathered({"Accounts": [account(ACCOUNT)], "NextToken": "t"}, {"Accounts": [account(OTHER)]})
    assert [(it.path, it.name, it.state) for it in facts(found)] == [
        (ACCOUNT, "account 111", "enabled"),
        (OTHER, "account 222", "enabled"),
    ]
    assert [record.scope for record in found.records] == [ACCOUNT, OTHER]
    assert found.unit.completeness is Completeness.COMPLETE
    assert "acme.example" not in str(found.records)


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("ACTIVE", "enabled"),
        ("SUSPENDED", "suspended"),
        ("PENDING_CLOSURE", "closing"),
        ("CLOSED", "disabled"),
        ("PENDING_ACTIVATION", State.AMBIGUOUS),
        ("FROZEN", State.UNKNOWN_VALUE),
    ],
)
def test_states(raw: str, state: object) -> None:
    found = facts(gathered({"Accounts": [account(ACCOUNT, raw)]}))[0].state
    assert state == (found.state if isinstance(found, Missing) else found)


def test_tags_name_environment_and_class_and_an_unread_tag_stays_unread() -> None:
    tags = {"Tags": [{"Key": "Environment", "Value": "production"}, {"Key": "data-class", "Value": "restricted"}]}
    found = gathered(
        {"Accounts": [account(ACCOUNT), account(OTHER)]},
        **{TAGS: lambda params: tags if params["ResourceId"] == ACCOUNT else DENIED},
    )
    first, second = facts(found)
    assert (first.environment, first.classification) == ("production", "restricted")
    assert second.environment.state is State.UNREAD
    assert lost(found) == [(TAGS, OTHER, Reason.DENIED)]
    assert TAGS in calls_cited(found)


def test_no_organisation_proves_exactly_one_account() -> None:
    found = collect(accounts, {**CALLER, **NO_ORGANISATION}, scope=ACCOUNT)
    assert [it.path for it in facts(found)] == [ACCOUNT]
    assert found.unit.completeness is Completeness.COMPLETE
    assert "organizations:DescribeOrganization" in calls_cited(found)


def test_a_member_account_that_may_not_list_is_unread_with_its_cure() -> None:
    found = gathered(DENIED)
    assert [it.path for it in facts(found)] == [ACCOUNT]
    assert lost(found) == [(LIST, None, Reason.DENIED)]
    assert "delegated administrator" in str(found.unreads[0].cure)


def test_a_list_cut_short_by_a_refusal_keeps_what_was_read() -> None:
    found = gathered({"Accounts": [account(OTHER)], "NextToken": "t"}, DENIED)
    assert sorted(it.path for it in facts(found)) == [ACCOUNT, OTHER]
    assert found.unit.completeness is Completeness.PARTIAL


@pytest.mark.parametrize("listed", [[], [account(OTHER)]])
def test_a_list_without_the_caller_is_invalid(listed: list[Any]) -> None:
    found = gathered({"Accounts": listed})
    assert lost(found) == [(LIST, None, Reason.INVALID_ANSWER)]


def test_a_list_without_the_management_account_is_invalid() -> None:
    described = {"Organization": {"Id": "o-acme", "MasterAccountId": THIRD}}
    found = gathered({"Accounts": [account(ACCOUNT)]}, **{"organizations:DescribeOrganization": described})
    assert THIRD in found.unreads[0].detail


REGIONS = {
    "account:ListRegions": [
        {"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}], "NextToken": "t"},
        {"Regions": [{"RegionName": "eu-south-1", "RegionOptStatus": "DISABLED"}]},
    ]
}


def offered(**by_service: list[str]) -> Any:
    def answer(params: Any) -> dict[str, Any]:
        names = by_service.get(params["Path"].split("/")[-2].replace("-", "_"), [])
        return {"Parameters": [{"Name": f"{params['Path']}/{name}", "Type": "String", "Value": name} for name in names]}

    return {"ssm:GetParametersByPath": answer}


NOTHING = offered()


def test_regions_say_whether_they_are_enabled() -> None:
    found = collect(regions, {**REGIONS, **NOTHING}, scope=ACCOUNT)
    assert [(it.path, it.level, it.state, it.absent_services) for it in facts(found)] == [
        (f"{ACCOUNT}/eu-west-1", "region", "enabled", ()),
        (f"{ACCOUNT}/eu-south-1", "region", "disabled", ()),
    ]
    assert [record.scope for record in found.records] == [f"{ACCOUNT}/eu-west-1", f"{ACCOUNT}/eu-south-1"]
    assert found.unit.completeness is Completeness.COMPLETE


def test_ec2_is_asked_where_the_account_service_may_not_be() -> None:
    listed = [
        {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "eu-south-1", "OptInStatus": "not-opted-in"},
        {"RegionName": "mars-1", "OptInStatus": "floating"},
    ]
    found = collect(regions, {"account:ListRegions": DENIED, "ec2:DescribeRegions": {"Regions": listed}, **NOTHING})
    first, second, third = facts(found)
    assert (first.state, second.state, third.state.raw) == ("enabled", "disabled", "floating")
    assert lost(found) == []


def test_regions_that_nobody_may_list_are_unread() -> None:
    found = collect(regions, {"account:ListRegions": DENIED, "ec2:DescribeRegions": DENIED})
    assert facts(found) == []
    assert lost(found) == [("ec2:DescribeRegions", None, Reason.DENIED)]


def test_an_empty_list_of_regions_is_invalid() -> None:
    found = collect(regions, {"account:ListRegions": {"Regions": []}, **NOTHING})
    assert lost(found) == [("account:ListRegions", None, Reason.INVALID_ANSWER)]


def test_a_service_is_absent_only_where_the_list_knows_the_region() -> None:
    lists = offered(bedrock=["eu-west-1", "us-east-1"], bedrock_agentcore=["us-east-1"])
    found = collect(regions, {**REGIONS, **lists}, scope=ACCOUNT)
    ireland, milan = facts(found)
    assert ireland.absent_services == ("bedrock-agentcore-control",)
    assert milan.absent_services == (), "no list holds this region: nothing is proved"
    assert "ssm:GetParametersByPath" in calls_cited(found, 0)


def test_unreadable_lists_prove_no_absence() -> None:
    found = collect(regions, {**REGIONS, "ssm:GetParametersByPath": DENIED}, scope=ACCOUNT)
    assert [it.absent_services for it in facts(found)] == [(), ()]
    assert [entry.reason for entry in found.unreads] == [Reason.DENIED]


def test_a_region_on_its_way_is_neither_enabled_nor_disabled() -> None:
    listed = {"Regions": [{"RegionName": "eu-south-1", "RegionOptStatus": "DISABLING"}]}
    found = facts(collect(regions, {"account:ListRegions": listed, **NOTHING}))
    assert (found[0].state.state, found[0].state.raw) == (State.AMBIGUOUS, "DISABLING")
