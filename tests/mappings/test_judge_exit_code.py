"""What an assessment makes of the exit code."""

from typing import Any

import pytest

from annexa.mappings.exit_code import FAIL_ON, exit_code
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Reason
from annexa.tests.mappings.judging import LOGGING, accounts, judged, key, make_rule

ENTRY = {
    "exception_id": "EX-1", "rule": "T-1", "subjects": ["key-1"], "reason": "x", "risk": "R-1", "compensating": "x",
    "requester": "kim", "approver": "lee", "start": "2026-09-01", "expires": "2026-10-31",
}  # fmt: skip
DEFAULT = {"criterion": {"decided": LOGGING, "default": "required"}}
UNSET = {"criterion": {"decided": LOGGING}}


def one(state: Any = "active") -> SmallRun:
    run = accounts("a")
    key(run, state=state)
    return run


def code(run: SmallRun, asked: dict[str, Any] | None = None, /, as_of: str | None = None, **rule: Any) -> int:
    made = judged(run, make_rule(**rule), as_of=as_of)
    return exit_code(made.assessment, made.pack, **(asked or {}))


def lost(
    reason: Reason = Reason.DENIED, *, cure: str | None = "Grant it.", state: str = "active", subject: Any = None
) -> SmallRun:
    run = one(state)
    run.lose("aws.credential", "a", reason=reason, cure=cure, subject=subject, whole=False)
    return run


def limited(run: SmallRun, **changed: Any) -> SmallRun:
    row = {
        "reason": "Later.", "owner": "kim", "expires": "2026-12-31", "covers_source": "aws:main", "covers_scope": "a*",
        "covers_call": "bedrock:*", **changed,
    }  # fmt: skip
    run.supply("limitation", [row])
    return run


def accepted() -> SmallRun:
    run = one("leaked")
    run.supply("exception", [ENTRY])
    return run


@pytest.mark.parametrize(
    ("run", "rule", "plain", "strict"),
    [
        (one(), {}, 0, 0),
        (one("leaked"), {}, 1, 1),
        (one("leaked"), DEFAULT, 0, 1),
        (accepted(), {}, 0, 1),
        (one(), UNSET, 0, 1),
        (one({"state": "ambiguous", "raw": "inherit"}), {}, 0, 1),
        (one({"state": "not_exposed"}), {}, 0, 0),
        (one(), {"reads": "risk"}, 0, 1),
        (one({"state": "unknown_value", "raw": "x"}), {}, 3, 3),
        (lost(), {}, 3, 3),
        (lost(state="leaked"), {}, 3, 3),
        (lost(Reason.UNSUPPORTED, cure=None), {}, 0, 0),
        (lost(Reason.VISIBILITY_UNPROVED, cure=None), {}, 3, 3),
        (lost(Reason.INVALID_ANSWER, cure=None), {}, 3, 3),
        (lost(Reason.EXCLUDED, cure=None), {}, 0, 0),
        (limited(lost()), {}, 0, 0),
        (limited(lost(), expires="2026-09-28"), {}, 3, 3),
        (limited(lost(), covers_scope="b"), {}, 3, 3),
        (limited(lost(state="leaked")), {}, 1, 1),
    ],
    ids=[
        "all well", "gap", "below default", "accepted", "unset", "ambiguous", "not exposed", "register missing",
        "unknown value", "curable", "curable outranks a gap", "nothing cures it", "visibility unproved",
        "invalid answer", "excluded", "limited", "limitation expired", "limitation for another scope",
        "limited, with a gap",
    ],
)  # fmt: skip
def test_exit_code(run: SmallRun, rule: dict[str, Any], plain: int, strict: int) -> None:
    rule = {**rule, "condition": {"owner": {"is": "present"}}} if rule.get("reads") else rule
    assert code(run, **rule) == plain
    assert code(run, {"strict": True}, **rule) == strict


def test_stale_is_1() -> None:
    assert code(one(), as_of="2026-12-01") == 1


def test_fail_on_narrows() -> None:
    assert code(lost(state="leaked"), {"fail_on": ["gap"]}) == 1
    assert code(lost(state="leaked"), {"fail_on": ["stale"]}) == 0
    assert code(lost(state="leaked"), {"fail_on": ["gap", "blind_spot"]}) == 3
    assert code(one("leaked"), {"fail_on": ["below_default"]}, **DEFAULT) == 1
    assert set(FAIL_ON) > {"gap", "stale", "blind_spot", "internal_error"}


def test_a_blind_spot_that_no_rule_needed_does_not_count() -> None:
    run = one()
    run.collects("label", per="source")
    run.lose("aws.label", "o-example")
    assert code(run) == 0
