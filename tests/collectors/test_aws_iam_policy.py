"""The grant for AWS: everything that is declared, nothing that writes."""

import re

import pytest

from annexa.collectors.aws import _iam_policy as iam_policy
from annexa.evidence.call import Call, Collector

READS = ("Get", "List", "Describe", "Search", "Batch", "Lookup", "Select", "View")
GENERATES = {"iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails"}
"""They make a report about what is there, and change nothing."""


@pytest.fixture(scope="module")
def collectors() -> tuple[Collector, ...]:
    pytest.importorskip("botocore", reason="the extra aws is not installed")
    from annexa.collectors import of, vendor

    return of(vendor("aws"))


def test_only_reads_are_asked_for(collectors: tuple[Collector, ...]) -> None:
    allowed = iam_policy.actions(collectors, costs=True)
    assert allowed == sorted(set(allowed))
    assert [
        action for action in allowed if not action.split(":")[1].startswith(READS) and action not in GENERATES
    ] == []
    assert not [action for action in allowed if "*" in action]


def test_every_declared_permission_is_in_it(collectors: tuple[Collector, ...]) -> None:
    needed = {call.needs for collector in collectors for call in collector.calls}
    whole = set(iam_policy.actions(collectors, costs=True))
    assert not [needs for needs in needed if not set(re.split(r"[,\s]+", needs)) <= whole]


def test_what_costs_money_is_left_out_unless_asked_for(collectors: tuple[Collector, ...]) -> None:
    priced = iam_policy.priced(collectors)
    assert "ce:GetCostAndUsage" in priced
    assert not priced.keys() & set(iam_policy.actions(collectors))


@pytest.mark.parametrize("limit", [300, 1000, iam_policy.LIMIT])
def test_parts_keep_to_the_limit_and_lose_nothing(collectors: tuple[Collector, ...], limit: int) -> None:
    allowed = iam_policy.actions(collectors)
    parts = iam_policy.policies(allowed, limit)
    assert max(iam_policy.size(part) for part in parts) <= limit
    statements = [part["Statement"][0] for part in parts]
    assert [action for statement in statements for action in statement["Action"]] == allowed
    assert [statement["Sid"] for statement in statements] == [f"AnnexaRead{at:02}" for at in range(1, len(parts) + 1)]
    assert {(statement["Effect"], statement["Resource"]) for statement in statements} == {("Allow", "*")}


def test_the_next_action_would_not_have_fitted() -> None:
    parts = iam_policy.policies([f"iam:Get{at:03}" for at in range(100)], 500)
    first, second = parts[0]["Statement"][0], parts[1]["Statement"][0]
    grown = {**parts[0], "Statement": [{**first, "Action": [*first["Action"], second["Action"][0]]}]}
    assert iam_policy.size(grown) > 500 >= iam_policy.size(parts[0])


def test_one_permission_may_name_several_actions() -> None:
    call = Call(op="s3:GetBucketPolicy", needs="s3:GetBucketPolicy, s3:ListBucket")
    collector = Collector(name="aws.x", gather=lambda _: iter(()), yields=(), calls=(call,), per="account")
    assert iam_policy.actions([collector]) == ["s3:GetBucketPolicy", "s3:ListBucket"]


def test_the_trust_policy_names_one_identity() -> None:
    statement = iam_policy.trust("arn:aws:iam::1:role/base", "x-1")["Statement"][0]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::1:role/base"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "x-1"}}
    assert "Condition" not in iam_policy.trust("arn:aws:iam::1:role/base")["Statement"][0]
    assert iam_policy.base("reader")["Statement"][0]["Resource"] == "arn:aws:iam::*:role/reader"
