"""What a rule says about one item: criterion, condition, scope, population, limit."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Fact, ambiguous, kind_of, unknown_value, unread
from annexa.evidence.kinds import Credential, DataStore, Decision, LogSource, Parameter, Safeguard, Scope, Setting
from annexa.evidence.record import Provenance, Record
from annexa.mappings.context import Context
from annexa.mappings.decisions import Decisions
from annexa.mappings.item import Outcome, judge_item, judge_limit, judge_scope, selects
from annexa.mappings.parameters import load_parameters
from annexa.mappings.rule import Criterion as Asked
from annexa.mappings.rule import Example, Population, Remedy, Rule
from annexa.mappings.settings import load_settings
from annexa.schemas.words import Basis, Criterion, Severity, Strength, UnknownReason, Verdict
from annexa.schemas.words import Result as RuleResult

AS_OF = datetime(2026, 9, 29, 12, tzinfo=UTC)
SCOPE = "111122223333/eu-west-1"
RETENTION = "aws.bedrock.data_retention"
LOGGING = "aws.bedrock.invocation_logging"
REMEDY = Remedy(do="x", where="x", role="x", side_effect="x")
PARAMETERS, SETTINGS = load_parameters(), load_settings()


def record(fact: Fact, scope: str = SCOPE, source: str = "aws:main", name: str = "r1") -> Record:
    provenance = Provenance(collector="c", version="1", identity="i", origins=())
    return Record(
        record_id=name, subject_uid=f"uid-{fact.subject}", kind=kind_of(fact), source=source, scope=scope,
        collected_at="2026-09-29T06:00:00Z", data=fact, provenance=provenance, nonce="0",
    )  # type: ignore[arg-type]  # fmt: skip


def rule(**changes: Any) -> Rule:
    usual: dict[str, Any] = {
        "id": "T-AWS-01",
        "title": "t",
        "statement": "s",
        "reads": "log_source",
        "quantifier": "every",
        "criterion": Asked(inherent=True),
        "severity": Severity.HIGH,
        "strength": Strength.DESIGN,
        "control": "A.8.15",
        "does_not_show": "d",
        "remedy": REMEDY,
        "owner_role": "platform",
        "examples": (Example(name="e", then=RuleResult.PASS),),
    }
    return Rule(**{**usual, **changes})


def decision(setting: str, value: Any, must: Any = "be", applies_to: str = "organisation", **more: Any) -> Record:
    fact = Decision(
        subject=f"{setting}@{applies_to}", basis=Basis.ATTESTED, setting=setting, must=must, value=value,
        applies_to=applies_to, because="b", approved_by="CISO", approved_on="2026-01-01", **more,
    )  # fmt: skip
    return record(fact, "decisions", "registers:main", f"decision-{applies_to}")


def parameter(name: str, value: Any) -> Record:
    return record(Parameter(subject=name, name=name, value=value, set_by="organisation"), name=name)


def context(*decisions: Record, parameters: tuple[Record, ...] = (), **more: Any) -> Context:
    given = more.pop("register", None) or Decisions(decisions)
    own = PARAMETERS.with_records(parameters)
    return Context(as_of=AS_OF, decisions=given, parameters=own, settings=SETTINGS, **more)


def retention(value: Any, basis: Basis = Basis.EXPLICIT, scope: str = SCOPE) -> Record:
    return record(Setting(subject=f"retention@{scope}", name=RETENTION, value=value, basis=basis), scope)


def log(**fields: Any) -> Record:
    return record(LogSource(subject="log", name="aws.bedrock.invocation", **fields))


MODE = rule(
    reads="setting",
    population=Population(of="aws", where={"name": {"equals": RETENTION}}),
    condition={"value": {"decided": RETENTION}},
    criterion=Asked(decided=RETENTION, default="none"),
)
UNSET = rule(reads="setting", condition={"value": {"decided": RETENTION}}, criterion=Asked(decided=RETENTION))
SWITCH = rule(condition={"enabled": {"is": True}}, criterion=Asked(decided=LOGGING, default="required"))


def short(outcome: Outcome) -> tuple[str, str | None, str | None]:
    return outcome.verdict, outcome.reason, outcome.criterion


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("none", ("pass", None, "annexa_default")),
        ("provider_data_share", ("fail", None, "annexa_default")),
        ("inherit", ("unknown", "ambiguous_value", "annexa_default")),
        ("default", ("unknown", "ambiguous_value", "annexa_default")),
        ("some_new_mode", ("unknown", "unknown_value", "annexa_default")),
        (unknown_value("some_new_mode"), ("unknown", "unknown_value", "annexa_default")),
        (ambiguous("x"), ("unknown", "ambiguous_value", "annexa_default")),
        (unread("denied"), ("unknown", "unread", "annexa_default")),
        (NOT_EXPOSED, ("unknown", "not_exposed", "annexa_default")),
        # The vendor says that nobody set it; its documented default, inherit, says nothing certain.
        (ABSENT, ("unknown", "ambiguous_value", "annexa_default")),
    ],
)
def test_a_setting_without_a_decision_is_held_against_our_default(value: Any, expected: tuple[str, ...]) -> None:
    assert short(judge_item(MODE, retention(value), context())) == expected


@pytest.mark.parametrize(
    ("must", "asked", "value", "verdict"),
    [
        ("be", "none", "none", "pass"),
        ("be", "none", "aws_review", "fail"),
        ("be_one_of", ("none", "aws_review"), "aws_review", "pass"),
        ("be_one_of", ("none", "aws_review"), "provider_data_share", "fail"),
        ("be_one_of", ("none", "inherit"), "inherit", "unknown"),
        ("not_be", "provider_data_share", "none", "pass"),
        ("not_be", "provider_data_share", "provider_data_share", "fail"),
        ("not_be", "inherit", "inherit", "fail"),
        ("not_be", "provider_data_share", "inherit", "unknown"),
        ("be_at_least", "aws_review", "none", "pass"),
        ("be_at_least", "aws_review", "provider_data_share", "fail"),
        ("be_at_most", "aws_review", "none", "fail"),
    ],
)
def test_what_a_decision_demands(must: str, asked: Any, value: str, verdict: str) -> None:
    outcome = judge_item(MODE, retention(value), context(decision(RETENTION, asked, must)))
    assert (outcome.verdict, outcome.criterion) == (verdict, Criterion.ORGANISATION)
    assert outcome.criterion_ref == "decision-organisation"


@pytest.mark.parametrize(
    ("must", "asked"),
    [
        ("be", "nones"),
        ("be", True),
        ("be", ("none", "aws_review")),
        ("be_at_least", "inherit"),
        ("contain_all", ("a",)),
    ],
)
def test_a_decision_that_does_not_fit_its_setting_is_never_replaced_by_our_default(must: str, asked: Any) -> None:
    outcome = judge_item(MODE, retention("none"), context(decision(RETENTION, asked, must)))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, UnknownReason.CRITERION_UNREAD)


@pytest.mark.parametrize(
    ("asked", "register", "reason"),
    [
        (UNSET, Decisions(), UnknownReason.CRITERION_UNSET),
        (MODE, Decisions(unreadable=True), UnknownReason.CRITERION_UNREAD),
        (MODE, Decisions(invalid=[RETENTION]), UnknownReason.CRITERION_UNREAD),
        (MODE, Decisions(invalid=["*"]), UnknownReason.CRITERION_UNREAD),
        (SWITCH, Decisions(unreadable=True), UnknownReason.CRITERION_UNREAD),
    ],
)
def test_without_a_criterion_nothing_is_judged(asked: Rule, register: Decisions, reason: UnknownReason) -> None:
    item = retention("provider_data_share") if asked is not SWITCH else log(enabled=False)
    outcome = judge_item(asked, item, context(register=register))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, reason)


def test_the_criterion_belongs_to_the_item() -> None:
    around = context(decision(RETENTION, "aws_review", applies_to="111122223333"))
    ours, theirs = retention("aws_review", scope="444455556666/eu-west-1"), retention("aws_review")
    assert short(judge_item(MODE, theirs, around)) == ("pass", None, "organisation")
    assert short(judge_item(MODE, ours, around)) == ("fail", None, "annexa_default")


def test_an_ended_decision_is_said_beside_the_default_that_took_its_place() -> None:
    outcome = judge_item(MODE, retention("aws_review"), context(decision(RETENTION, "aws_review", until="2026-09-28")))
    assert short(outcome) == ("fail", None, "annexa_default")
    assert "ended on 2026-09-28" in (outcome.expected or "")


@pytest.mark.parametrize(
    ("answer", "required", "verdict"),
    [("required", True, "fail"), ("not_required", False, "shown")],
)
def test_a_switch_leaves_items_out_or_keeps_them(answer: str, required: bool, verdict: str) -> None:
    outcome = judge_item(SWITCH, log(enabled=False), context(decision(LOGGING, answer)))
    assert (outcome.required, outcome.verdict, outcome.criterion) == (required, verdict, Criterion.ORGANISATION)


def test_a_switch_knows_two_answers_only() -> None:
    outcome = judge_item(SWITCH, log(enabled=False), context(decision(LOGGING, "yes")))
    assert outcome.reason is UnknownReason.CRITERION_UNREAD


PARTS = rule(condition={"enabled": {"is": True}, "destinations": {"is": "present"}})


@pytest.mark.parametrize(
    ("enabled", "destinations", "expected"),
    [
        (True, ("bucket",), ("pass", None)),
        (False, ("bucket",), ("fail", None)),
        (False, unread("denied"), ("fail", None)),
        (unread("denied"), ABSENT, ("fail", None)),
        (True, unread("denied"), ("unknown", "unread")),
        (NOT_EXPOSED, unread("denied"), ("unknown", "not_exposed")),
    ],
)
def test_a_failing_part_beats_an_unknown_one_and_that_beats_a_pass(
    enabled: Any, destinations: Any, expected: tuple[str, str | None]
) -> None:
    outcome = judge_item(PARTS, log(enabled=enabled, destinations=destinations), context())
    assert (outcome.verdict, outcome.reason) == expected
    assert (outcome.criterion, outcome.criterion_ref) == (Criterion.INHERENT, "inherent")


def test_only_what_tells_is_said() -> None:
    outcome = judge_item(PARTS, log(enabled=False, destinations=unread("denied")), context())
    assert (outcome.observed, outcome.expected) == ("enabled is false", "enabled is true")


@pytest.mark.parametrize("basis", list(Basis))
def test_a_pass_keeps_its_basis(basis: Basis) -> None:
    assert judge_item(MODE, retention("none", basis), context()).basis is basis


def test_a_documented_default_stands_in_for_a_setting_that_nobody_set_and_is_said() -> None:
    name = "aws.organizations.ai_services_opt_out"
    asked = rule(reads="setting", condition={"value": {"equals": "opted_out"}})
    outcome = judge_item(asked, record(Setting(subject="s", name=name, value=ABSENT)), context())
    assert (outcome.verdict, outcome.basis) == (Verdict.FAIL, Basis.VENDOR_DEFAULT)
    assert "documented default" in (outcome.observed or "")
    unsaid = judge_item(asked, record(Setting(subject="s", name=name)), context())
    assert unsaid.reason is UnknownReason.NOT_EXPOSED
    presence = rule(reads="setting", condition={"value": {"is": "absent"}})
    assert judge_item(presence, record(Setting(subject="s", name=name, value=ABSENT)), context()).verdict == "pass"


KEYS = rule(
    reads="credential",
    condition={"created": {"within": {"parameter": "key_age_days"}}},
    criterion=Asked(parameter="key_age_days"),
)


@pytest.mark.parametrize(
    ("created", "own", "expected"),
    [
        ("2026-07-02T00:00:00Z", (), ("pass", None, "annexa_default")),
        ("2026-06-30T00:00:00Z", (), ("fail", None, "annexa_default")),
        ("2026-06-30T00:00:00Z", (parameter("key_age_days", 120),), ("pass", None, "organisation")),
        ("2026-08-30T00:00:00Z", (parameter("key_age_days", 10),), ("fail", None, "organisation")),
        ("2026-08-30T00:00:00Z", (parameter("key_age_days", "often"),), ("unknown", "criterion_unread", None)),
        (NOT_EXPOSED, (), ("unknown", "not_exposed", "annexa_default")),
    ],
)
def test_a_parameter_is_the_organisations_own_only_if_it_set_it(
    created: Any, own: tuple[Record, ...], expected: tuple[str | None, ...]
) -> None:
    key = record(Credential(subject="k", type="access_key", owner="u", created=created))
    assert short(judge_item(KEYS, key, context(parameters=own))) == expected


def test_a_threshold_of_ours_makes_no_rule_of_the_organisation_out_of_its_switch() -> None:
    asked = rule(
        reads="data_store",
        condition={"encrypted": {"is": True}, "retention_days": {"at_least": {"parameter": "log_retention_days"}}},
        criterion=Asked(decided="ai.log_store_retention"),
    )
    around = context(decision("ai.log_store_retention", "required"), parameters=(parameter("log_retention_days", 365),))
    short_kept = DataStore(subject="b", type="s3_bucket", encrypted=True, retention_days=30)
    assert judge_item(asked, record(short_kept), around).criterion is Criterion.ORGANISATION
    unset = judge_item(asked, record(short_kept), context(decision("ai.log_store_retention", "required")))
    assert short(unset) == ("unknown", "criterion_unset", "organisation")
    aged = rule(
        reads="credential",
        condition={"created": {"within": {"parameter": "key_age_days"}}},
        criterion=Asked(decided="aws.bedrock.short_term_keys_only"),
    )
    key = record(Credential(subject="k", type="access_key", owner="u", created="2025-01-01T00:00:00Z"))
    outcome = judge_item(aged, key, context(decision("aws.bedrock.short_term_keys_only", "required")))
    assert short(outcome) == ("fail", None, "annexa_default")
    assert outcome.criterion_ref == "key_age_days"


NONE = rule(reads="credential", quantifier="none", population=Population(where={"type": {"equals": "bedrock_api_key"}}))
LONG = rule(reads="credential", quantifier="none", condition={"long_term": {"is": True}})


@pytest.mark.parametrize(
    ("asked", "long_term", "verdict"),
    [(NONE, False, "fail"), (LONG, True, "fail"), (LONG, False, "pass"), (LONG, unread("denied"), "unknown")],
)
def test_none_says_what_must_not_be(asked: Rule, long_term: Any, verdict: str) -> None:
    key = record(Credential(subject="k", type="bedrock_api_key", owner="u", long_term=long_term))
    assert judge_item(asked, key, context()).verdict == verdict


SCALE = rule(
    reads="safeguard",
    condition={"prompt_attack": {"decided": "aws.bedrock.prompt_attack_strength"}},
    criterion=Asked(decided="aws.bedrock.prompt_attack_strength", default={"be_at_least": "HIGH"}),
)


@pytest.mark.parametrize(
    ("strength", "own", "verdict"),
    [
        ("HIGH", (), "pass"),
        ("MEDIUM", (), "fail"),
        ("MEDIUM", (decision("aws.bedrock.prompt_attack_strength", "LOW", "be_at_least"),), "pass"),
        (ABSENT, (), "fail"),
        ("EXTREME", (), "unknown"),
    ],
)
def test_a_decision_about_a_scale(strength: Any, own: tuple[Record, ...], verdict: str) -> None:
    guard = record(Safeguard(subject="g", type="guardrail", prompt_attack=strength))
    assert judge_item(SCALE, guard, context(*own)).verdict == verdict


def test_the_organisation_may_name_its_own_classes() -> None:
    asked = rule(
        reads="data_store",
        condition={"classification": {"at_scale": {"scale": "classification", "at_most": "green"}}},
    )
    own = (parameter("classification_scale", ("green", "amber", "red")),)
    for word, verdict in (("green", "pass"), ("Red", "fail"), ("restricted", "unknown"), (ABSENT, "unknown")):
        store = record(DataStore(subject="b", type="s3_bucket", classification=word))
        assert judge_item(asked, store, context(parameters=own)).verdict == verdict


@pytest.mark.parametrize(
    ("where", "fact", "source", "verdict", "reason"),
    [
        ({}, {"enabled": True}, "aws:main", "pass", None),
        ({}, {"enabled": True}, "aws2:main", "fail", None),
        ({"enabled": {"is": True}}, {"enabled": True}, "aws:main", "pass", None),
        ({"enabled": {"is": True}}, {"enabled": False}, "aws:main", "fail", None),
        ({"enabled": {"is": True}}, {"enabled": unread("denied")}, "aws:main", "unknown", "unread"),
        ({"enabled": {"is": True}}, {"enabled": ambiguous("?")}, "aws:main", "unknown", "ambiguous_value"),
        ({"enabled": {"is": True}, "name": {"is": "x"}}, {"enabled": unread("d")}, "aws:main", "fail", None),
    ],
)
def test_a_record_never_falls_out_because_it_could_not_be_read(
    where: Any, fact: Any, source: str, verdict: str, reason: str | None
) -> None:
    item = record(LogSource(subject="l", name="aws.bedrock.invocation", **fact), source=source)
    chosen = selects(rule(population=Population(of="aws", where=where)), item, context())
    assert (chosen.verdict, chosen.reason) == (verdict, reason)


REGION = record(Scope(subject="region", level="region", path=SCOPE), scope="111122223333")
PER_SCOPE = rule(
    quantifier="at_least_one",
    population=Population(scopes="region", where={"name": {"is": "aws.bedrock.invocation"}}),
    condition={"enabled": {"is": True}},
    criterion=Asked(decided=LOGGING, default="required"),
)
ON, OFF, DARK = log(enabled=True), log(enabled=False), log(enabled=unread("denied"))
OTHER = record(LogSource(subject="t", name="aws.cloudtrail", enabled=True))


@pytest.mark.parametrize(
    ("records", "complete", "expected"),
    [
        ([], True, ("fail", None)),
        ([], False, ("unknown", "scopes_unread")),
        ([OTHER], True, ("fail", None)),
        ([OFF], True, ("fail", None)),
        ([OFF], False, ("unknown", "scopes_unread")),
        ([OFF, ON], True, ("pass", None)),
        ([ON], False, ("pass", None)),
        ([OFF, DARK], True, ("unknown", "unread")),
    ],
)
def test_one_good_record_is_enough_for_a_scope(
    records: list[Record], complete: bool, expected: tuple[str, str | None]
) -> None:
    outcome = judge_scope(PER_SCOPE, REGION, records, context(), complete=complete)
    assert (outcome.verdict, outcome.reason) == expected
    assert outcome.criterion is Criterion.ANNEXA_DEFAULT


def test_a_record_that_may_not_count_neither_saves_nor_sinks_its_scope() -> None:
    asked = rule(
        quantifier="at_least_one",
        population=Population(scopes="region", where={"multi_region": {"is": True}}),
        condition={"enabled": {"is": True}},
    )
    for enabled in (True, False):
        doubtful = log(enabled=enabled, multi_region=unread("denied"))
        outcome = judge_scope(asked, REGION, [doubtful], context())
        assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, UnknownReason.UNREAD)


def test_a_decision_can_leave_a_scope_out_by_its_path() -> None:
    around = context(decision(LOGGING, "not_required", applies_to=SCOPE))
    assert not judge_scope(PER_SCOPE, REGION, [], around).required
    elsewhere = record(Scope(subject="other", level="region", path="111122223333/us-east-1"), scope="111122223333")
    assert judge_scope(PER_SCOPE, elsewhere, [], around).verdict is Verdict.FAIL


def test_the_best_basis_speaks_for_a_scope() -> None:
    weak = record(LogSource(subject="l", name="aws.bedrock.invocation", enabled=True, basis=Basis.LOG_INFERRED))
    assert judge_scope(PER_SCOPE, REGION, [weak], context()).basis is Basis.LOG_INFERRED
    assert judge_scope(PER_SCOPE, REGION, [weak, ON], context()).basis is Basis.EXPLICIT


@pytest.mark.parametrize(
    ("quantifier", "limit", "number", "total", "verdict"),
    [
        ("count", {"at_most": 5}, 5, 9, "pass"),
        ("count", {"at_most": 5}, 6, 9, "fail"),
        ("count", {"at_least": 93}, 92, 92, "fail"),
        ("ratio", {"at_least": 95}, 95, 100, "pass"),
        ("ratio", {"at_least": 95}, 18, 19, "fail"),
        ("count", {"at_most": {"parameter": "ai_administrators_max"}}, 6, 6, "fail"),
        ("count", {"at_least": {"parameter": "log_retention_days"}}, 6, 6, "unknown"),
    ],
)
def test_a_limit_is_compared_in_whole_numbers(
    quantifier: Any, limit: Any, number: int, total: int, verdict: str
) -> None:
    asked = rule(quantifier=quantifier, limit=limit)
    assert judge_limit(asked, number, total, context()).verdict == verdict


def test_a_limit_that_the_organisation_set_is_its_own() -> None:
    asked = rule(quantifier="count", limit={"at_most": {"parameter": "ai_administrators_max"}})
    own = context(parameters=(parameter("ai_administrators_max", 2),))
    assert judge_limit(asked, 3, 3, own).criterion is Criterion.ORGANISATION
    assert judge_limit(asked, 6, 6, context()).criterion is Criterion.ANNEXA_DEFAULT


def test_judging_twice_gives_the_same() -> None:
    around = context(decision(RETENTION, "none", applies_to=SCOPE))
    outcomes = [judge_item(MODE, retention(value), around) for value in ("none", "aws_review") * 2]
    assert outcomes[:2] == outcomes[2:]


def test_an_item_that_is_a_scope_takes_the_decision_about_its_own_path() -> None:
    asked = rule(reads="scope", condition={"environment": {"is": "production"}}, criterion=Asked(decided=LOGGING))
    around = context(decision(LOGGING, "not_required", applies_to=SCOPE))
    assert not judge_item(asked, REGION, around).required


def test_a_record_finds_its_scope_by_what_it_is_about() -> None:
    region = REGION.data
    assert isinstance(region, Scope)
    around = context(scopes={("aws:main", SCOPE): region})
    assert around.scope_of(ON) is region
    assert around.scope_of(record(LogSource(subject="l", name="x", at=SCOPE), scope="elsewhere")) is region
    assert around.scope_of(record(LogSource(subject="l", name="x"), source="aws:other")) is None


def test_a_population_that_nobody_gave_is_not_read() -> None:
    for joined in (context().joined("register_entry"), context().population("ai_agents")):
        assert not joined.complete
        assert joined.reason is UnknownReason.INPUT_MISSING


@pytest.mark.parametrize("asked", [MODE, PARTS, SCALE, KEYS, LONG], ids=lambda asked: asked.reads)
def test_reading_less_never_makes_a_pass(asked: Rule) -> None:
    facts = {
        "setting": Setting(subject="s", name=RETENTION, value="provider_data_share"),
        "log_source": LogSource(subject="l", name="x", enabled=False, destinations=("b",)),
        "safeguard": Safeguard(subject="g", type="guardrail", prompt_attack="LOW"),
        "credential": Credential(subject="k", type="k", owner="u", created="2020-01-01T00:00:00Z", long_term=True),
    }
    fact = facts[asked.reads]
    assert judge_item(asked, record(fact), context()).verdict is Verdict.FAIL
    for name in fact.__struct_fields__:
        if name in asked.condition:
            poorer = msgspec.structs.replace(fact, **{name: unread("denied")})
            assert judge_item(asked, record(poorer), context()).verdict is not Verdict.PASS
