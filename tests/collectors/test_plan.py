"""The plan: what is expected to be read, what is not there to be read, and what is left out and stays visible."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from annexa.collectors._plan import Exclusion, Plan, stages
from annexa.evidence.call import Call, Collector, Level, Per, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, Scope
from annexa.schemas.words import Environment

ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"


class Tenant:
    """A source of which only the plan's questions are asked."""

    vendor, tenant, environment = "acme", "o-1", Environment.SANDBOX

    def __init__(self, *configured: str, alias: str = "acme:main") -> None:
        self.alias, self._configured = alias, configured

    def known(self, scope: str) -> Mapping[str, Any]:
        return {"configured_accounts": self._configured}

    def wire(self, scope: str) -> Any: ...

    def hosts(self) -> tuple[str, ...]:
        return ()

    def identities(self) -> tuple[str, ...]:
        return ()


def collector(per: Per, service: str = "bedrock") -> Collector:
    @collects(AiSystem, Call(op=f"{service}:List", needs=f"{service}:List", path="items"), per=per)
    def nothing(handle: Handle) -> Iterator[AiSystem]:
        """Brings nothing."""
        yield from ()

    return nothing


def account(path: str, state: Any = "enabled") -> Scope:
    return Scope(subject=path, level="account", path=path, state=state)


def region(account: str, name: str, state: Any = "enabled", absent: tuple[str, ...] = ()) -> Scope:
    path = f"{account}/{name}"
    return Scope(subject=path, level="region", path=path, state=state, absent_services=absent)


def planned(*scopes: Scope, exclusions: tuple[Exclusion, ...] = (), alias: str = "acme:main") -> Plan:
    plan = Plan(exclusions, "2026-08-30")
    for scope in scopes:
        plan.learn(alias, scope)
    return plan


def scopes(plan: Plan, per: Per, source: Tenant | None = None) -> list[str]:
    return [work.scope for work in plan.work(source or Tenant(), [collector(per)])]


def test_a_unit_for_the_source_for_each_account_and_for_each_region() -> None:
    plan = planned(
        account(ONE), account(TWO), region(ONE, "eu-west-1"), region(ONE, "us-east-1"), region(TWO, "eu-west-1")
    )
    assert scopes(plan, "source") == ["o-1"]
    assert scopes(plan, "account") == [ONE, TWO]
    assert scopes(plan, "region") == [f"{ONE}/eu-west-1", f"{ONE}/us-east-1", f"{TWO}/eu-west-1"]


def test_a_unit_for_each_scope_of_any_level_that_may_be_on() -> None:
    live = Scope(subject="p1", level="project", path="p1", state="enabled")
    gone = Scope(subject="p2", level="project", path="p2", state="disabled")
    assert scopes(planned(live, gone, account(ONE)), "project") == ["p1"]


def test_lists_of_scopes_are_read_in_the_order_in_which_they_build_upon_each_other() -> None:
    def lister(per: Per, level: Level) -> Collector:
        @collects(Scope, Call(op="x:List", needs="x"), per=per, lists_scopes=level)
        def listed(handle: Handle) -> Iterator[Scope]:
            """Lists."""
            yield from ()

        return listed

    listing = [
        lister("account", "region"),
        lister("source", "account"),
        lister("region", "project"),
        collector("region"),
    ]
    assert list(stages(listing)) == [["source"], ["account"], ["region"]]
    assert list(stages([collector("region")])) == []


def test_before_anything_is_listed_only_the_source_is_asked() -> None:
    plan = planned()
    assert (scopes(plan, "source"), scopes(plan, "account"), scopes(plan, "region")) == (["o-1"], [], [])


@pytest.mark.parametrize("state", ["disabled", "suspended", "closing"])
def test_an_account_that_cannot_be_asked_is_not(state: str) -> None:
    plan = planned(account(ONE), account(TWO, state))
    assert scopes(plan, "account") == [ONE]


@pytest.mark.parametrize("state", ["disabled", "suspended"])
def test_a_disabled_region_is_proved_to_be_empty(state: str) -> None:
    plan = planned(account(ONE), region(ONE, "eu-west-1"), region(ONE, "me-south-1", state))
    assert scopes(plan, "region") == [f"{ONE}/eu-west-1"]


@pytest.mark.parametrize("state", [NOT_EXPOSED, ambiguous("ENABLING")])
def test_a_scope_of_which_the_state_is_open_is_asked(state: Missing) -> None:
    """Only a state that was read as off proves that nothing is there; whatever is open has to be tried."""
    plan = planned(account(ONE), account(TWO, state), region(ONE, "eu-west-1"), region(ONE, "me-south-1", state))
    assert scopes(plan, "account") == [ONE, TWO]
    assert f"{ONE}/me-south-1" in scopes(plan, "region")


def test_a_configured_account_is_asked_although_it_was_not_listed() -> None:
    plan = planned(account(ONE), account(TWO, "suspended"))
    assert scopes(plan, "account", Tenant(TWO, THREE)) == [ONE, THREE], "but not one that the vendor calls suspended"


def test_an_account_whose_regions_could_not_be_listed_is_tried_where_its_neighbours_are() -> None:
    plan = planned(account(ONE), account(TWO), region(ONE, "eu-west-1"), region(ONE, "me-south-1", "disabled"))
    assert scopes(plan, "region") == [f"{ONE}/eu-west-1", f"{TWO}/eu-west-1"]


def test_an_account_without_an_enabled_region_is_not_blind() -> None:
    plan = planned(account(ONE), account(TWO), region(ONE, "eu-west-1"), region(TWO, "eu-west-1", "disabled"))
    assert scopes(plan, "region") == [f"{ONE}/eu-west-1"]


def test_a_service_that_the_vendor_does_not_offer_there_is_not_applicable() -> None:
    plan = planned(account(ONE), region(ONE, "eu-west-1", absent=("bedrock",)), region(ONE, "us-east-1"))
    found = {
        (work.scope.split("/")[1], work.collector.calls[0].op.split(":")[0]): work.not_applicable
        for work in plan.work(Tenant(), [collector("region"), collector("region", "sagemaker")])
    }
    proof = found.pop(("eu-west-1", "bedrock"))
    assert proof and "bedrock" in proof and f"{ONE}/eu-west-1" in proof
    assert set(found.values()) == {None}


def test_what_was_learnt_last_counts() -> None:
    plan = planned(account(ONE), account(ONE, "suspended"))
    assert scopes(plan, "account") == []


def test_scopes_of_one_source_are_not_those_of_another() -> None:
    plan = planned(account(ONE), alias="acme:other")
    assert scopes(plan, "account") == []
    assert scopes(plan, "account", Tenant(alias="acme:other")) == [ONE]


def excluded(**changed: str) -> Exclusion:
    return Exclusion(**{
        "source": "acme:*", "scope": f"{TWO}*", "reason": "sold", "owner": "CISO", "expires": "2026-12-31", **changed,
    })  # fmt: skip


def test_an_exclusion_is_planned_and_says_why() -> None:
    plan = planned(
        account(ONE), account(TWO), region(ONE, "eu-west-1"), region(TWO, "eu-west-1"), exclusions=(excluded(),)
    )
    found = {work.scope: work.excluded for work in plan.work(Tenant(), [collector("account"), collector("region")])}
    assert [scope for scope, why in found.items() if why] == [TWO, f"{TWO}/eu-west-1"]
    assert found[TWO] == "excluded by CISO until 2026-12-31: sold"


@pytest.mark.parametrize(
    ("changed", "covers"),
    [
        ({}, True),
        ({"expires": "2026-08-30"}, True),
        ({"expires": "2026-08-29"}, False),
        ({"source": "acme:other"}, False),
        ({"scope": TWO}, False),
        ({"scope": "*"}, True),
        ({"scope": f"{TWO}/eu-*"}, True),
        ({"scope": f"{ONE}*"}, False),
    ],
)
def test_an_exclusion_holds_for_its_scopes_until_its_last_day(changed: dict[str, str], covers: bool) -> None:
    assert excluded(**changed).covers("acme:main", f"{TWO}/eu-west-1", "2026-08-30") is covers
