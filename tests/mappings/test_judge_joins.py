"""A rule that looks into a part of a joined kind needs that part to be read, and gets no more of it."""

from typing import Any

import pytest

from annexa.evidence.errors import ConfigError
from annexa.mappings.pack import load_pack
from annexa.mappings.pack_checks import Known, Report, check_rule
from annexa.mappings.population import depends_on
from annexa.mappings.small_run import SmallRun
from annexa.tests.mappings.judging import Judged, defaults, judged, make_rule

TRAIL = {
    "enabled": True,
    "multi_region": True,
    "organisation_wide": True,
    "integrity": True,
    "event_types": ["management"],
}
PART = {"log_source": {"name": {"is": "aws.cloudtrail"}}}


def rule(**fields: Any) -> Any:
    given = {
        "reads": "scope", "joins": ["log_source"], "population": {"of": "aws", "where": {"level": {"is": "account"}}},
        "predicate": "trail_covers_account",
    }  # fmt: skip
    return make_rule(**{**given, **fields})


def run(**trail: Any) -> SmallRun:
    made = SmallRun()
    made.scope("a", "account")
    for name, log in (("trails", "aws.cloudtrail"), ("invocations", "aws.bedrock.invocation")):
        made.collects("log_source", per="account", name=f"aws.{name}", where={"name": (log,)})
    made.collects("log_source", per="account", name="aws.feed")
    made.add(
        "log_source", "a", collector="aws.trails", **{"subject": "trail", "name": "aws.cloudtrail", **TRAIL, **trail}
    )
    return made


def found(lost: str | None, *, narrow: bool, **trail: Any) -> Judged:
    made = run(**trail)
    if lost is not None:
        made.lose(lost, "a")
    return judged(made, rule(joins_where=PART) if narrow else rule())


@pytest.mark.parametrize(
    ("lost", "narrow", "expected"),
    [
        (None, True, ("pass", None)),
        ("aws.invocations", True, ("pass", None)),
        ("aws.invocations", False, ("unknown", "scopes_unread")),
        ("aws.trails", True, ("unknown", "scopes_unread")),
        ("aws.feed", True, ("unknown", "scopes_unread")),
    ],
    ids=["all read", "another log", "another log, the whole kind asked", "the part itself", "one that does not say"],
)
def test_only_what_can_bring_the_part_has_to_be_read(lost: str | None, narrow: bool, expected: tuple[str, Any]) -> None:
    made = found(lost, narrow=narrow)
    assert made.found() == expected
    assert bool(made.assessment.blind_spots) is (expected[0] == "unknown")


def test_a_violation_is_not_said_while_the_part_was_not_read() -> None:
    assert found(None, narrow=True, integrity=False).found() == ("fail", None)
    assert found("aws.invocations", narrow=True, integrity=False).found() == ("fail", None)
    assert found("aws.trails", narrow=True, integrity=False).found()[0] == "unknown"


def test_records_beside_the_part_are_not_given() -> None:
    made = run(enabled=False)
    made.add("log_source", "a", collector="aws.feed", **{"subject": "other", "name": "aws.feed", **TRAIL})
    assert judged(made, rule(joins_where=PART)).item("a").observed == "no trail does all of it; looked at trail"


def test_a_record_of_which_nobody_knows_whether_it_belongs_leaves_the_part_open() -> None:
    where = {"log_source": {"enabled": {"is": True}}}
    made = run(enabled={"state": "unread", "why": "denied"})
    assert judged(made, rule(joins_where=where)).found()[0] == "unknown"


def test_a_broken_or_undated_record_leaves_every_part_open() -> None:
    made = run()
    made.add(
        "log_source",
        "a",
        collector="aws.invocations",
        subject="late",
        name="aws.bedrock.invocation",
        at="2027-01-01T00:00:00Z",
    )
    assert judged(made, rule(joins_where=PART)).found() == ("unknown", "invalid_record")


def test_what_a_rule_depends_on_is_narrower_too() -> None:
    collectors = list(run().collectors.values())
    assert {one.name for one in depends_on(rule(joins_where=PART), collectors)} == {
        "aws.accounts",
        "aws.trails",
        "aws.feed",
    }
    assert "aws.invocations" in {one.name for one in depends_on(rule(), collectors)}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"joins_where": {"detection": {"service": {"is": "macie"}}}}, "joined kind of the rule"),
        ({"joins_where": {"log_source": {"colour": {"is": "x"}}}}, "has no field 'colour'"),
        (
            {"joins": ["log_source", "register_entry"], "joins_where": {"register_entry": {"name": {"is": "x"}}}},
            "looks into all of register_entry",
        ),
        (
            {"predicate": None, "condition": {"state": {"is": "enabled"}}, "joins_where": PART},
            "no predicate looks into a part of it",
        ),
    ],
    ids=["not joined", "no such field", "not narrowed by the predicate", "no predicate"],
)
def test_a_part_that_nobody_asks_for_is_refused(fields: dict[str, Any], says: str) -> None:
    settings, parameters = defaults()
    known = Known(settings=settings, parameters=parameters, controls=frozenset({"A.8.15"}))
    with pytest.raises(ConfigError, match=says):
        check_rule(rule(**fields), known, Report(file="x", of="T-1"))  # type: ignore[arg-type]


def shared(*, own: bool, lost: str | None = None) -> Judged:
    """Agents of two vendors; those of one run as roles of their own."""
    made = SmallRun()
    made.scope("a", "account")
    made.collects("ai_system", per="account")
    made.add("ai_system", "a", subject="agent", category="agent", provider="bedrock", role="role/agent")
    made.source("okta:main", "okta-1")
    made.collects("ai_system", per="source", name="okta.apps")
    given = {"category": "agent", "provider": "okta", "role": {"state": "absent"}}
    made.add("ai_system", "okta-1", source="okta:main", collector="okta.apps", subject="app", **given)
    if lost:
        made.lose(
            lost, "okta-1" if lost.startswith("okta") else "a", source="okta:main" if lost.startswith("okta") else None
        )
    population = {"of": "aws", "where": {"category": {"is": "agent"}}}
    asked = make_rule(
        reads="ai_system", joins=["ai_system"], population=population, predicate="role_unshared",
        joins_own=["ai_system"] if own else [],
    )  # fmt: skip
    return judged(made, asked)


@pytest.mark.parametrize(
    ("own", "lost", "expected"),
    [
        (True, None, "pass"), (True, "okta.apps", "pass"), (False, "okta.apps", "unknown"), (True, "aws.ai_system", "unknown"),
    ],
)  # fmt: skip
def test_of_a_kind_that_many_vendors_show_only_the_rules_own_vendor_has_to_be_read(
    own: bool, lost: str | None, expected: str
) -> None:
    assert shared(own=own, lost=lost).found()[0] == expected


def test_the_own_vendor_must_be_said() -> None:
    settings, parameters = defaults()
    known = Known(settings=settings, parameters=parameters, controls=frozenset({"A.8.15"}))
    asked = rule(population={"where": {"level": {"is": "account"}}}, joins_own=["log_source"])
    with pytest.raises(ConfigError, match="the population is of no vendor"):
        check_rule(asked, known, Report(file="x", of="T-1"))  # type: ignore[arg-type]


def test_shipped_rules_about_trails_do_not_wait_for_the_logs_of_others() -> None:
    rules = load_pack().rules
    for name in ("LOG-AWS-02", "LOG-AWS-02B"):
        assert rules[name].joins_where == PART
    assert "detection" in rules["DLP-AWS-01"].joins_where
    assert "ai_system" in rules["CFG-AWS-02"].joins_own
