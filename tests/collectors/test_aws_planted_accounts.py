"""The make-believe company through the real adapter: what is planted about accounts, policies and access is found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from annexa.collectors._source import Circumstances
from annexa.collectors.aws import cloudtrail, credentials, grants, log_stores, policies, scopes, usage
from annexa.collectors.aws._settings import AwsSettings
from annexa.collectors.aws._source import AwsSource
from annexa.evidence.call import Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT
from annexa.evidence.gather import Gathered
from annexa.sandbox.aws_server import AwsStandIn, answer_in_process
from annexa.sandbox.company import aws_world
from annexa.schemas.words import Reason
from annexa.tests.collectors.fake_wire import collect, facts, lost

Collect = Callable[[Collector, str], Gathered]


@contextmanager
def company(scenario: Any) -> Iterator[tuple[Collect, Any]]:
    """A way to run a collector in a scope of the company on its first day, in pages of three."""
    world = aws_world(scenario, "first")
    keys = world.credentials()
    named = {"AWS_ACCESS_KEY_ID": keys["aws_access_key_id"], "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"]}
    standin = AwsStandIn(world, page_size=3)
    lent = Circumstances(
        organisation="harbourline",
        clock=VirtualClock(world.now),
        run_id="r1",
        environment=named,
        pacing=False,
        prepare=lambda _, session: answer_in_process(session, standin),
        sandbox=True,
    )
    source = AwsSource(AwsSettings(costs=True, attempts=1), lent)

    def run(collector: Collector, scope: str) -> Gathered:
        return collect(collector, {}, scope=scope, wire=source.wire(scope), **source.known(scope))

    yield run, world


@pytest.fixture(scope="module")
def planted() -> Iterator[tuple[Collect, Any]]:
    with company("planted") as found:
        yield found


def test_all_six_accounts_are_listed(planted: Any) -> None:
    run, world = planted
    found = run(scopes.accounts, "o-hline4k7x2")
    assert {it.path: (it.name, it.state) for it in facts(found)} == {
        account.id: (account.name, "enabled") for account in world.accounts.values()
    }


def test_one_region_is_disabled_and_one_service_proved_absent(planted: Any) -> None:
    run, world = planted
    prod = world.account_id("prod")
    found = {it.name: it for it in facts(run(scopes.regions, prod))}
    assert [name for name, it in found.items() if it.state == "disabled"] == ["eu-south-1"]
    assert {name: it.absent_services for name, it in found.items() if it.absent_services} == {
        "me-south-1": ("bedrock-agentcore-control",)
    }


def test_only_the_acquired_account_is_not_opted_out(planted: Any) -> None:
    run, world = planted
    values = {name: facts(run(policies.ai_services_opt_out, it.id))[0].value for name, it in world.accounts.items()}
    assert {name for name, value in values.items() if value != "opted_out"} == {"acquired"}
    assert values["acquired"] == "not_opted_out"


def test_a_long_term_key_without_an_end(planted: Any) -> None:
    run, world = planted
    [key] = facts(run(credentials.bedrock_api_keys, world.account_id("data-science")))
    assert (key.type, key.state, key.long_term, key.expires) == ("bedrock_api_key", "active", True, ABSENT)
    assert "m.keller" in key.owner


def test_a_role_by_not_action_and_one_by_condition(planted: Any) -> None:
    run, world = planted
    found = [it for name in world.accounts for it in facts(run(grants.grants, world.account_id(name)))]
    by_not_action = [it for it in found if it.purpose == "use" and any("NotAction" in line for line in it.via)]
    conditional = [it for it in found if it.purpose == "use" and it.verdict == "conditional"]
    assert len({it.grantee for it in by_not_action}) == 1
    assert by_not_action[0].verdict != "conditional"
    assert len(conditional) == 1
    assert any(" if " in line for line in conditional[0].via)


def test_access_in_the_acquired_account_is_a_blind_spot(planted: Any) -> None:
    run, world = planted
    found = run(grants.grants, world.account_id("acquired"))
    assert (facts(found), lost(found)) == ([], [(grants.DETAILS, None, Reason.DENIED)])


def test_use_is_seen_by_metrics_and_bill_alike(planted: Any) -> None:
    run, world = planted
    used = {it.at for it in facts(run(usage.cost, "o-hline4k7x2")) if it.service == "bedrock"}
    seen = {
        scope
        for account in world.by_id
        for region in ("us-east-1", "eu-west-1", "eu-central-1", "me-south-1")
        if facts(run(usage.bedrock, scope := f"{account}/{region}"))
    }
    assert seen == used


def test_the_organisations_trail_and_its_bucket_in_another_account(planted: Any) -> None:
    run, world = planted
    management, security = world.account_id("management"), world.account_id("security")
    [trail] = facts(run(cloudtrail.trails, f"{management}/us-east-1"))
    assert (trail.enabled, trail.organisation_wide, trail.multi_region, trail.integrity) == (True, True, True, True)
    assert "management" in trail.event_types
    assert facts(run(cloudtrail.trails, f"{security}/us-east-1")) == []
    stores = facts(run(log_stores.log_stores, f"{security}/us-east-1"))
    assert [it.subject for it in stores] == list(trail.destinations)
    [elsewhere] = lost(run(log_stores.log_stores, f"{management}/us-east-1"))
    assert elsewhere[1:] == (trail.destinations[0], Reason.DENIED)
