"""Thresholds: ours, the organisation's, and which of the two is looser."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from annexa.evidence.errors import ConfigError
from annexa.evidence.kinds import Parameter
from annexa.evidence.record import Provenance, Record
from annexa.mappings.parameters import load_parameters
from annexa.schemas.words import Basis, Criterion

AS_OF = datetime(2026, 9, 29, 12, tzinfo=UTC)
OURS = load_parameters()


def sealed(name: str, value: Any, set_by: Any = "organisation") -> Record:
    fact = Parameter(subject=name, basis=Basis.ATTESTED, name=name, value=value, set_by=set_by)
    provenance = Provenance(collector="parameters", version="1", identity="people", origins=())
    return Record(
        record_id=name, subject_uid=name, kind="parameter", source="registers:main", scope="parameters",
        collected_at="2026-09-29T06:00:00Z", data=fact, provenance=provenance, nonce="0",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("snapshot_hours", 24, "hours"),
        ("snapshot_warn_hours", 48, "hours"),
        ("snapshot_stale_days", 7, "days"),
        ("log_heartbeat_hours", 24, "hours"),
        ("access_review_days", 90, "days"),
        ("unused_seat_days", 90, "days"),
        ("key_age_days", 90, "days"),
        ("baseline_approval_months", 12, "months"),
        ("supplier_review_months", 12, "months"),
        ("supplier_review_critical_months", 6, "months"),
        ("policy_review_months", 12, "months"),
        ("training_months", 12, "months"),
        ("risk_assessment_months", 12, "months"),
        ("soa_review_months", 12, "months"),
        ("plan_review_months", 12, "months"),
        ("exercise_months", 12, "months"),
        ("red_team_months", 12, "months"),
        ("exception_days", 180, "days"),
        ("exception_critical_days", 30, "days"),
        ("cadence_slack_hours", 1, "hours"),
        ("period_tolerance_percent", 5, "percent"),
        ("identity_match_percent", 95, "percent"),
    ],
)
def test_our_defaults(name: str, value: int, unit: str) -> None:
    effective = OURS.effective(name)
    assert (effective.value, effective.unit, effective.criterion) == (value, unit, Criterion.ANNEXA_DEFAULT)
    assert OURS.entries[name].says.endswith(".")


def test_what_the_organisation_set_is_its_own_criterion() -> None:
    effective = OURS.with_records([sealed("key_age_days", 60)]).effective("key_age_days")
    assert (effective.value, effective.criterion) == (60, Criterion.ORGANISATION)


def test_a_default_that_was_sealed_with_the_run_wins_over_todays_and_stays_ours() -> None:
    effective = OURS.with_records([sealed("key_age_days", 120, "annexa")]).effective("key_age_days")
    assert (effective.value, effective.criterion) == (120, Criterion.ANNEXA_DEFAULT)


@pytest.mark.parametrize("value", ["ninety", True, -1, ("90",)])
def test_a_value_of_another_sort_is_no_value_and_no_default_steps_in(value: Any) -> None:
    effective = OURS.with_records([sealed("key_age_days", value)]).effective("key_age_days", 90)
    assert effective.invalid
    assert effective.value is None


def test_a_rules_own_default_serves_where_we_have_none() -> None:
    assert OURS.effective("log_retention_days").value is None
    assert OURS.effective("log_retention_days", 365).value == 365
    assert OURS.effective("key_age_days", 365).value == 90


@pytest.mark.parametrize(
    ("name", "value", "set_by", "looser"),
    [
        ("key_age_days", 91, "organisation", True),
        ("key_age_days", 90, "organisation", False),
        ("key_age_days", 30, "organisation", False),
        ("key_age_days", 91, "annexa", False),
        ("identity_match_percent", 94, "organisation", True),
        ("identity_match_percent", 99, "organisation", False),
        ("log_retention_days", 30, "organisation", False),
        ("classification_scale", ("open", "closed"), "organisation", False),
        ("rule:LOG-AWS-01", False, "organisation", False),
    ],
)
def test_looser_than_our_default(name: str, value: Any, set_by: str, looser: bool) -> None:
    assert OURS.with_records([sealed(name, value, set_by)]).looser() == ((name,) if looser else ())


def test_rules_that_are_switched_off() -> None:
    records = [sealed("rule:B-AWS-02", False), sealed("rule:A-AWS-01", "off"), sealed("rule:C-AWS-03", True)]
    assert OURS.with_records(records).disabled_rules() == ("A-AWS-01", "B-AWS-02")


@pytest.mark.parametrize(
    ("age", "oldest"),
    [
        ("snapshot", datetime(2026, 9, 22, 11, tzinfo=UTC)),
        ("review", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("register", datetime(2025, 9, 29, 11, tzinfo=UTC)),
    ],
)
def test_how_old_evidence_may_be(age: str, oldest: datetime) -> None:
    assert OURS.oldest(age, AS_OF) == oldest
    assert age in OURS.ages


def test_without_a_valid_age_nothing_is_fresh() -> None:
    assert OURS.with_records([sealed("access_review_days", "often")]).oldest("review", AS_OF) is None


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("{value: [a], unit: days, direction: lower, says: x.}", "p"),
        ("{value: -1, unit: days, direction: lower, says: x.}", "p"),
        ("{value: 1, unit: list, direction: lower, says: x.}", "p"),
        ("{value: 1, unit: weeks, direction: lower, says: x.}", "parameters[...].unit"),
        ("{value: 1, unit: days, says: x.}", "parameters[...]"),
        ("{value: 1.5, unit: days, direction: lower, says: x.}", ""),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, entry: str, field: str) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text(f"parameters:\n  p: {entry}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_parameters(file)
    assert str(file) in caught.value.message
    assert field in (caught.value.field or "")
