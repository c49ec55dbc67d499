"""Apps with access to source code and alerts about libraries: what counts as approved, and what nobody can say."""

from typing import Any

import msgspec
import pytest

from annexa.mappings.examples import run_example
from annexa.mappings.pack import load_pack
from annexa.mappings.rule import Example

PACK = load_pack()
APPROVED = "github.apps.approved_for_all"
DENIED = {"state": "unread", "why": "denied"}
ABSENT = {"state": "absent"}


def found(rule: str, *given: dict[str, Any], **how: Any) -> tuple[str, str | None]:
    example = msgspec.convert({"name": "x", "given": given, "then": "pass", **how}, Example, strict=False)
    result = run_example(PACK.rules[rule], example, PACK)
    return str(result.result), result.reason


def app(**more: Any) -> tuple[dict[str, Any], ...]:
    known, own = next(one for one in PACK.rules["ACC-GH-01B"].examples if one.then == "fail").given
    return known, {**own, **more}


def alert(**more: Any) -> dict[str, Any]:
    own = next(one for one in PACK.rules["DEV-GH-04"].examples if one.then == "fail").given[0]
    return {**own, **more}


def approved(value: Any) -> tuple[dict[str, Any], ...]:
    return ({"setting": APPROVED, "must": "be_one_of", "value": value},)


def test_without_approval_an_app_may_read_chosen_repositories_only() -> None:
    assert found("ACC-GH-01B", *app(purpose="read", target="selected repositories")) == ("pass", None)
    assert found("ACC-GH-01B", *app(purpose="write", target="selected repositories"))[0] == "fail"
    assert found("ACC-GH-01B", *app(purpose="read", target="all repositories"))[0] == "fail"


def test_how_far_an_app_reaches_may_be_unknown() -> None:
    assert found("ACC-GH-01B", *app(purpose="read", target="repositories"))[0] == "unknown"
    assert found("ACC-GH-01B", *app(purpose="write", target="repositories"))[0] == "fail", "writing is enough"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(["coderabbitai"], "pass"), (["code*"], "pass"), (["another"], "fail"), ([], "fail"), (7, "unknown")],
)
def test_approved_is_what_the_decision_names(value: Any, expected: str) -> None:
    assert found("ACC-GH-01B", *app(), decisions=approved(value))[0] == expected


@pytest.mark.parametrize(
    ("raised", "closed", "expected"),
    [
        ("2020-01-01T00:00:00Z", ABSENT, "fail"),
        ("2020-01-01T00:00:00Z", "2020-01-20T00:00:00Z", "pass"),
        ("2020-01-01T00:00:00Z", "2020-03-20T00:00:00Z", "fail"),
        ("2020-01-01T00:00:00Z", DENIED, "unknown"),
        (DENIED, ABSENT, "unknown"),
        (DENIED, DENIED, "unknown"),
    ],
)
def test_an_alert_is_closed_in_time_late_or_nobody_knows(raised: Any, closed: Any, expected: str) -> None:
    assert found("DEV-GH-04", alert(raised=raised, closed=closed))[0] == expected
