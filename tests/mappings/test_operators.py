"""Every operator with every state of the observed value, as its module's table says."""

from datetime import UTC, datetime

import pytest

from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value, unread
from annexa.mappings.operators import ABSENT_MEANS, OPERATORS, AbsentMeans, Around, Held, ScaleTest, check
from annexa.mappings.times import Span, months_before
from annexa.schemas.words import State, UnknownReason, Verdict

AS_OF = datetime(2026, 9, 29, 12, tzinfo=UTC)
REDACTED = Missing(state=State.REDACTED)
STRENGTH = ScaleTest(order=("NONE", "LOW", "MEDIUM", "HIGH"), absent_is_lowest=True, at_least="MEDIUM")
CLASSES = ScaleTest(order=("public", "internal", "restricted"), absent_is_lowest=False, at_most="internal")

NOT_THERE = {
    "not exposed": (NOT_EXPOSED, UnknownReason.NOT_EXPOSED),
    "unread": (unread("denied"), UnknownReason.UNREAD),
    "ambiguous": (ambiguous("inherit"), UnknownReason.AMBIGUOUS_VALUE),
    "unknown": (unknown_value("new"), UnknownReason.UNKNOWN_VALUE),
    "redacted": (REDACTED, UnknownReason.REDACTED),
}
# operator, operand, a value that passes, a value that fails, what `absent` gives
TABLE = [
    ("is", True, True, False, "fail"),
    ("is", False, False, True, "fail"),
    ("is", "present", "x", "", "fail"),
    ("is", "absent", ABSENT, "x", "pass"),
    ("is", "agent", "agent", "gateway", "fail"),
    ("equals", "a", "a", "b", "fail"),
    ("equals", 3, 3, 4, "fail"),
    ("equals", ["a", "b"], ("b", "a"), ("a",), "fail"),
    ("one_of", ["a", "b"], "b", "c", "fail"),
    ("none_of", ["a", "b"], "c", "b", "pass"),
    ("at_least", 30, 30, 29, "fail"),
    ("at_most", 30, 30, 31, "fail"),
    ("within", 90, "2026-07-01T12:00:00Z", "2026-07-01T11:59:59Z", "fail"),
    ("within", Span(12, "months"), "2025-09-29", "2025-09-28", "fail"),
    ("within", Span(24, "hours"), "2026-09-28T12:00:00Z", "2026-09-28T11:59:59Z", "fail"),
    ("before", "as_of", "2026-09-28", "2026-09-29", "fail"),
    ("before", "2026-09-01", "2026-08-31T23:59:59Z", "2026-09-01T00:00:00Z", "fail"),
    ("after", "as_of", "2026-09-29", "2026-09-28", "fail"),
    ("after", "2026-09-01", "2026-09-02", "2026-09-01", "fail"),
    ("after", "2026-09-01T08:00:00Z", "2026-09-01T08:00:01Z", "2026-09-01T08:00:00Z", "fail"),
    ("contains_all", ["a", "b"], ("a", "b", "c"), ("a",), "fail"),
    ("contains_none", ["a", "b"], ("c",), ("b", "c"), "pass"),
    ("subset_of", ["a", "b"], ("a",), ("a", "c"), "pass"),
    ("subset_of", [], ABSENT, ("a",), "pass"),
    ("at_scale", STRENGTH, "HIGH", "LOW", "fail"),
    ("at_scale", CLASSES, "Public", "restricted", UnknownReason.NOT_EXPOSED),
]
IDS = [f"{operator} {operand}"[:40] for operator, operand, *_ in TABLE]


def held(operator: str, value: object, operand: object, absent: AbsentMeans = AbsentMeans.NONE) -> Held:
    return check(operator, value, operand, Around(as_of=AS_OF, absent=absent))


def test_every_operator_but_decided_is_in_the_table() -> None:
    assert {operator for operator, *_ in TABLE} == set(OPERATORS) - {"decided"}


@pytest.mark.parametrize(("operator", "operand", "good", "bad", "absent"), TABLE, ids=IDS)
def test_values_and_absence(operator: str, operand: object, good: object, bad: object, absent: object) -> None:
    assert held(operator, good, operand).verdict is Verdict.PASS
    assert held(operator, bad, operand).verdict is Verdict.FAIL
    expected = Held(Verdict(absent)) if isinstance(absent, str) and not isinstance(absent, UnknownReason) else None
    assert held(operator, ABSENT, operand) == (expected or Held(Verdict.UNKNOWN, UnknownReason(str(absent))))


@pytest.mark.parametrize("state", NOT_THERE)
@pytest.mark.parametrize(("operator", "operand"), [row[:2] for row in TABLE], ids=IDS)
def test_what_is_not_there_is_unknown_with_its_reason(operator: str, operand: object, state: str) -> None:
    value, reason = NOT_THERE[state]
    assert held(operator, value, operand) == Held(Verdict.UNKNOWN, reason)


@pytest.mark.parametrize("operator", ["none_of", "contains_none"])
@pytest.mark.parametrize("value", [ambiguous("inherit"), unknown_value("inherit")])
def test_a_word_that_is_forbidden_fails_though_its_meaning_is_open(operator: str, value: Missing) -> None:
    assert held(operator, value, ("inherit",)).verdict is Verdict.FAIL
    assert held(operator, value, ("none",)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("operator", "operand", "means", "verdict"),
    [
        ("at_least", 365, AbsentMeans.ENDLESS, Verdict.PASS),
        ("at_most", 365, AbsentMeans.ENDLESS, Verdict.FAIL),
        ("after", "as_of", AbsentMeans.ENDLESS, Verdict.PASS),
        ("before", "as_of", AbsentMeans.ENDLESS, Verdict.FAIL),
        ("within", 90, AbsentMeans.ENDLESS, Verdict.FAIL),
        ("contains_all", ["a"], AbsentMeans.EVERYTHING, Verdict.PASS),
        ("contains_none", ["a"], AbsentMeans.EVERYTHING, Verdict.FAIL),
        ("subset_of", ["a"], AbsentMeans.EVERYTHING, Verdict.FAIL),
        ("is", "absent", AbsentMeans.EVERYTHING, Verdict.PASS),
        ("is", "present", AbsentMeans.EVERYTHING, Verdict.PASS),
    ],
)
def test_absence_that_means_more_than_none(
    operator: str, operand: object, means: AbsentMeans, verdict: Verdict
) -> None:
    assert held(operator, ABSENT, operand, means).verdict is verdict


def test_an_empty_list_never_means_everything() -> None:
    assert held("contains_all", (), ["a"], AbsentMeans.EVERYTHING).verdict is Verdict.FAIL
    assert held("is", (), "absent", AbsentMeans.EVERYTHING).verdict is Verdict.FAIL


@pytest.mark.parametrize("empty", [(), ""])
def test_an_empty_value_counts_as_absent(empty: object) -> None:
    assert held("is", empty, "present").verdict is Verdict.FAIL
    assert held("is", empty, "absent").verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("operator", "value", "operand"),
    [
        ("is", "true", True),
        ("is", 1, True),
        ("equals", True, 1),
        ("one_of", ("a",), ["a"]),
        ("none_of", ("a",), ["b"]),
        ("at_least", "30", 30),
        ("at_least", True, 1),
        ("at_most", "30", 30),
        ("within", "yesterday", 90),
        ("within", "2026-09-29T12:00:00", 90),
        ("before", 7, "as_of"),
        ("after", "never", "2026-09-01"),
        ("contains_all", "a", ["a"]),
        ("contains_none", "b", ["a"]),
        ("subset_of", "a", ["a"]),
        ("at_scale", "secret", CLASSES),
        ("at_scale", 3, CLASSES),
    ],
)
def test_a_value_of_another_sort_is_an_unknown_value(operator: str, value: object, operand: object) -> None:
    assert held(operator, value, operand) == Held(Verdict.UNKNOWN, UnknownReason.UNKNOWN_VALUE)


@pytest.mark.parametrize("operator", ["none_of", "contains_all", "contains_none"])
def test_an_empty_list_of_what_is_asked_is_no_criterion(operator: str) -> None:
    assert held(operator, ("a",), ()).reason is UnknownReason.CRITERION_UNSET


def test_a_time_to_come_is_no_proof_of_anything() -> None:
    assert held("within", "2026-09-29T12:00:01Z", 90).reason is UnknownReason.INVALID_RECORD


def test_true_is_not_one() -> None:
    assert held("one_of", True, [1]).verdict is Verdict.FAIL


def test_fields_whose_absence_means_more_exist() -> None:
    from annexa.mappings.fields import fields_of

    assert all(field in fields_of(kind) for kind, field in ABSENT_MEANS)


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 1, "2025-12-15"), ("2024-02-29", 12, "2023-02-28")],
)
def test_months_are_calendar_months(moment: str, months: int, before: str) -> None:
    assert months_before(datetime.fromisoformat(moment), months) == datetime.fromisoformat(before)
