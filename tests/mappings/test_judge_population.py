"""Which scopes are expected, which of them were read, and when a population is complete."""

import pytest

from annexa.mappings.population import depends_on, relevant
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Completeness, Reason
from annexa.tests.mappings.judging import (
    ACCOUNT,
    ASIA,
    EU,
    US,
    accounts,
    judged,
    key,
    log,
    logging_rule,
    make_rule,
    regions,
)

NONE = {"quantifier": "none", "reads": "credential"}


def test_every_account_that_is_not_disabled_is_expected() -> None:
    run = accounts("a")
    run.scope("suspended", "account", state="suspended")
    run.scope("odd", "account", state={"state": "ambiguous", "raw": "ENABLING"})
    run.scope("gone", "account", state="disabled")
    run.unit("aws.credential", "odd")
    key(run)
    made = judged(run, make_rule())
    assert made.found() == ("unknown", "scopes_unread")
    assert made.rule().missing_scopes == ("aws:main suspended",)
    assert made.rule().counts.expected_scopes == 3
    assert made.rule().counts.not_applicable_scopes == 1


def test_regions_of_a_disabled_account_are_not_expected() -> None:
    run = regions(EU)
    run.scope("999", "account", state="disabled")
    run.scope("999/eu-west-1", "region")
    run.drop_unit("aws.log_source", "999/eu-west-1")
    run.drop_unit("aws.signal", "999/eu-west-1")
    run.drop_unit("aws.regions", "999")
    log(run)
    assert judged(run, logging_rule("T-1")).found() == ("pass", None)


def test_a_disabled_region_is_not_applicable_and_no_item() -> None:
    run = regions(EU)
    run.scope(US, "region", state="disabled")
    log(run)
    made = judged(run, logging_rule("T-1"))
    assert made.found() == ("pass", None)
    assert made.rule().counts.not_applicable_scopes == 1
    assert [item.subject for item in made.items] == [EU]


@pytest.mark.parametrize(
    ("absent", "answers", "expected"),
    [
        (("bedrock",), True, ("pass", None)),
        (("bedrock",), False, ("unknown", "scopes_unread")),
        ((), True, ("unknown", "scopes_unread")),
    ],
    ids=["listed as absent, another service answers", "nothing else answers there", "not listed as absent"],
)
def test_not_applicable_needs_its_proof(absent: tuple[str, ...], answers: bool, expected: tuple[str, str]) -> None:
    run = SmallRun()
    run.scope(ACCOUNT, "account")
    run.scope(EU, "region")
    run.scope(US, "region", absent_services=absent)
    run.collects("safeguard", per="region")
    run.collects("exposure", per="region", service="s3")
    run.add("safeguard", EU, type="guardrail", state="READY")
    run.unit("aws.safeguard", US, not_applicable="bedrock is not offered there")
    if not answers:
        run.lose("aws.exposure", US)
    rule = make_rule(reads="safeguard", condition={"state": {"is": "READY"}})
    assert judged(run, rule).found() == expected


@pytest.mark.parametrize("how", ["unread", "partial", "dropped", "subject"])
def test_whatever_is_lacking_of_one_scope_blocks_a_pass(how: str) -> None:
    run = accounts("a", "b")
    key(run)
    if how == "dropped":
        run.drop_unit("aws.credential", "b")
    elif how == "partial":
        run.unit("aws.credential", "b", Completeness.PARTIAL)
    else:
        run.lose("aws.credential", "b", subject="key-9" if how == "subject" else None)
    made = judged(run, make_rule())
    whole = how in ("unread", "dropped")
    assert made.found() == ("unknown", "scopes_unread" if whole else "unread")
    assert made.rule().missing_scopes == ("aws:main b",)
    (spot,) = made.assessment.blind_spots
    assert (spot.scope, spot.rules, spot.controls) == ("b", ("T-1",), ("A.8.15",))


def test_a_list_of_scopes_that_was_not_read_leaves_no_population_complete() -> None:
    run = regions(EU)
    log(run)
    run.collects("document", per="source", name="aws.document")
    run.lose("aws.regions", ACCOUNT, subject="one region")
    rule = make_rule(reads="document", condition={"title": {"is": "present"}})
    run.add("document", "o-example", title="Anything")
    made = judged(run, rule, logging_rule())
    assert made.found() == ("unknown", "unread")
    assert made.found("LOG") == ("unknown", "unread")
    assert {spot.subject for spot in made.assessment.blind_spots} == {"one region"}


def test_a_list_of_scopes_that_lacks_a_place_which_a_record_proves_is_invalid() -> None:
    run = accounts("a")
    key(run)
    run.add("usage", "elsewhere", signal="bill", service="bedrock", count=1)
    made = judged(run, make_rule())
    assert made.found() == ("unknown", "scopes_unread")
    (spot,) = made.assessment.blind_spots
    assert (spot.scope, spot.reason, spot.curable) == ("elsewhere", Reason.INVALID_ANSWER, True)


def test_a_configured_account_that_the_list_lacks_makes_the_list_invalid() -> None:
    run = accounts("a")
    key(run)
    run.unit("aws.credential", "configured")
    assert judged(run, make_rule()).found() == ("unknown", "scopes_unread")


def test_an_empty_list_of_accounts_proves_nothing() -> None:
    run = SmallRun()
    run.collects("scope", per="source", name="aws.accounts", lists_scopes="account")
    run.collects("credential", per="account")
    made = judged(run, make_rule(**NONE))
    assert made.found() == ("unknown", "scopes_unread")


def test_an_empty_list_is_believed_where_the_vendor_can_have_none() -> None:
    run = SmallRun()
    run.collects("scope", per="source", name="aws.projects", lists_scopes="project", may_list_none=True)
    run.collects("credential", per="project")
    assert judged(run, make_rule()).found() == ("no_population", None)


def test_a_level_that_nothing_lists_is_not_complete() -> None:
    run = accounts("a")
    run.collects("credential", per="project")
    assert judged(run, make_rule()).found() == ("unknown", "scopes_unread")


def test_an_account_without_any_region_cannot_be_believed() -> None:
    run = regions(EU)
    run.scope("444", "account")
    log(run)
    assert judged(run, logging_rule("T-1")).found() == ("unknown", "scopes_unread")


def test_without_anything_that_lists_scopes_no_population_per_account_is_complete() -> None:
    run = SmallRun()
    run.collects("credential", per="account")
    assert judged(run, make_rule(**NONE)).found() == ("unknown", "scopes_unread")


def test_a_collector_whose_narrowed_field_contradicts_the_filter_is_not_needed() -> None:
    run = accounts("a")
    run.collects("setting", per="source", name="aws.one", where={"name": ("one",)})
    run.collects("setting", per="source", name="aws.two", where={"name": ("two",)})
    run.lose("aws.two", "o-example")
    run.add("setting", "o-example", collector="aws.one", name="one", value=True)
    one = make_rule("ONE", reads="setting", population={"where": {"name": {"is": "one"}}}, condition={"basis": {}})
    both = make_rule("TWO", reads="setting", population={"where": {"name": {"one_of": ["one", "two"]}}}, condition={})
    made = judged(run, one, both)
    assert made.found("ONE") == ("pass", None)
    assert made.found("TWO") == ("unknown", "scopes_unread")


def test_a_rule_of_one_vendor_does_not_look_at_another() -> None:
    run = accounts("a")
    key(run)
    run.source("okta:main", "okta-tenant")
    run.add("credential", "okta-tenant", source="okta:main", type="key", owner="x", state="revoked")
    assert judged(run, make_rule(population={"of": "aws"})).found() == ("pass", None)
    assert judged(run, make_rule()).found() == ("fail", None)


def test_a_kind_that_nothing_can_bring_is_not_connected_or_not_supplied() -> None:
    run = accounts("a")
    label = make_rule("LABEL", reads="label", condition={"enabled": {"is": True}})
    risk = make_rule("RISK", reads="risk", condition={"owner": {"is": "present"}})
    made = judged(run, label, risk)
    assert made.found("LABEL") == ("unknown", "not_connected")
    assert made.found("RISK") == ("unknown", "not_supplied")


def test_a_source_that_could_not_start_is_one_blind_spot() -> None:
    run = accounts("a")
    key(run)
    run.source("aws:second", "o-second", started=False, why_not="no credentials")
    made = judged(run, make_rule(), make_rule("T-2"))
    assert made.found() == ("unknown", "scopes_unread")
    (spot,) = made.assessment.blind_spots
    assert (spot.source, spot.scope, spot.rules) == ("aws:second", "o-second", ("T-1", "T-2"))
    assert "no credentials" in spot.detail
    assert not made.assessment.complete


def test_a_source_without_its_extra_blocks_rules_that_it_could_have_spoken_to() -> None:
    run = accounts("a")
    key(run)
    run.source("okta:main", "okta-tenant", started=False, why_not="the extra okta is not installed")
    made = judged(run, make_rule(), make_rule("AWS", population={"of": "aws"}))
    assert made.found() == ("unknown", "scopes_unread")
    assert made.found("AWS") == ("pass", None)


def test_what_a_rule_depends_on_follows_from_declarations_alone() -> None:
    run = regions(EU)
    run.collects("data_store", per="region")
    run.collects("label", per="source")
    run.collects("log_source", per="account", name="aws.trails", where={"name": ("aws.cloudtrail",)})
    where = {"name": {"is": "aws.bedrock.invocation"}}
    rule = logging_rule(
        joins=("data_store",), population={"of": "aws", "scopes": "region", "used": "bedrock", "where": where}
    )
    collectors = run.build().manifest.collectors
    names = {one.name for one in depends_on(rule, collectors)}
    assert names == {"aws.log_source", "aws.data_store", "aws.accounts", "aws.regions", "aws.signal"}
    assert [one.name for one in relevant(collectors, "log_source", where, "okta")] == []


def test_only_used_scopes_have_to_be_read() -> None:
    run = regions(EU, US, ASIA, used=[EU])
    log(run)
    run.lose("aws.log_source", US)
    rule = make_rule(
        reads="log_source", population={"of": "aws", "used": "bedrock"}, condition={"enabled": {"is": True}}
    )
    made = judged(run, rule, logging_rule())
    assert made.found() == ("pass", None)
    assert made.found("LOG") == ("pass", None)
    assert made.rule().counts.expected_scopes == 1


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ({"count": 3}, "pass"),
        ({"count": {"state": "not_exposed"}}, "pass"),
        ({"count": 0}, "no_population"),
        ({"count": {"state": "unread", "why": "denied"}}, "unknown"),
        (None, "no_population"),
    ],
    ids=["counted", "shown without a count", "counted nothing", "count unread", "silent"],
)
def test_use_is_yes_by_any_signal_and_no_only_if_all_are_silent(
    signal: dict[str, object] | None, expected: str
) -> None:
    run = regions(EU, used=[])
    log(run)
    if signal is not None:
        run.add("usage", EU, collector="aws.signal", signal="metrics", service="bedrock", **signal)
    assert judged(run, logging_rule("T-1")).rule().result == expected


def test_a_bill_proves_use_and_its_silence_nothing() -> None:
    run = regions(EU, US, used=[])
    run.lose("aws.signal", EU)
    run.lose("aws.signal", US)
    run.add("usage", EU, collector="aws.bill", signal="bill", service="bedrock", count=2)
    log(run, EU)
    log(run, US)
    made = judged(run, logging_rule("T-1"))
    assert {item.subject: (item.verdict, item.reason) for item in made.items} == {
        EU: ("pass", None),
        US: ("unknown", "use_unknown"),
    }
    assert made.item(US).blind_spot in {spot.id for spot in made.assessment.blind_spots}


def test_an_ai_system_proves_use_where_its_collector_is_a_signal() -> None:
    run = regions(EU, used=[])
    run.collects("ai_system", per="region", name="aws.agents", signals="bedrock")
    run.add("ai_system", EU, collector="aws.agents", category="agent", provider="bedrock")
    made = judged(run, logging_rule("T-1"))
    assert made.found() == ("fail", None)
