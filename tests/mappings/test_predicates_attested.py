"""A statement of a person about a setting that no API tells: what counts, and what is no comfort."""

from typing import Any

import pytest

from annexa.mappings.judge import judge
from annexa.mappings.pack import load_pack
from annexa.mappings.results import RuleResult
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Basis

NAME = "openai.data_sharing"
SAID: dict[str, Any] = {
    "statement": "All sharing is off.", "about": NAME, "value": False, "attester": "Kim Lee", "role": "Owner",
    "stated_on": "2026-07-02", "period_from": "2026-07-02", "period_until": "2027-07-01", "document": "controls.pdf",
    "document_sha256": "00", "version": "1", "approver": "M. Berg", "next_review": "2027-07-02",
}  # fmt: skip
NEWER = {**SAID, "stated_on": "2026-08-02"}


def judged(*rows: dict[str, Any], state: str = "read", **setting: Any) -> RuleResult:
    run = SmallRun("openai", tenant="org-1")
    run.add("setting", "org-1", name=NAME, basis=Basis.EXPLICIT, **setting)
    run.supply("attestation", rows, state=state)
    made = judge(run.build(), pack=load_pack(), as_of="2026-09-29T12:00:00Z")
    return next(rule for rule in made.assessment.rules if rule.rule == "SUP-OAI-03")


@pytest.mark.parametrize(
    ("rows", "state", "expected"),
    [
        ([SAID], "read", "pass None"),
        ([SAID], "invalid_rows", "unknown unread"),
        ([], "not_supplied", "unknown not_supplied"),
        ([], "unreadable", "unknown scopes_unread"),
        ([], "read", "unknown not_exposed"),
        ([{**SAID, "about": "openai.other"}], "read", "unknown not_exposed"),
        ([SAID, {**NEWER, "value": True}], "read", "fail None"),
        ([{**SAID, "value": True}, NEWER], "read", "pass None"),
        ([SAID, {**SAID, "value": True}], "read", "fail None"),
        ([{**SAID, "value": True}], "invalid_rows", "fail None"),
        ([SAID, {**NEWER, "approver": ""}], "read", "unknown attestation_incomplete"),
        ([{name: value for name, value in SAID.items() if name != "value"}], "read", "unknown attestation_incomplete"),
        ([{**SAID, "period_until": "2026-09-28"}], "read", "unknown stale"),
        ([{**SAID, "next_review": "2026-09-28"}], "read", "unknown stale"),
        ([{**SAID, "stated_on": "2025-09-28"}], "read", "unknown stale"),
        ([{**SAID, "stated_on": "2025-09-29"}], "read", "pass None"),
        ([{**SAID, "tenant": "openai:main"}], "read", "pass None"),
        ([{**SAID, "tenant": "org-1"}], "read", "pass None"),
        ([{**SAID, "tenant": "openai:other"}], "read", "unknown not_exposed"),
        ([{**SAID, "value": "off"}], "read", "unknown unknown_value"),
    ],
)
def test_what_a_statement_is_worth(rows: list[dict[str, Any]], state: str, expected: str) -> None:
    result = judged(*rows, state=state)
    assert f"{result.result} {result.reason}" == expected
    if rows and str(result.result) == "pass":
        assert str(result.weakest_basis) == "attested"


def test_a_value_that_the_vendor_tells_goes_before_any_statement() -> None:
    result = judged(SAID, value=True)
    assert str(result.result) == "fail"
    result = judged(SAID, value={"state": "unknown_value", "raw": "some"})
    assert f"{result.result} {result.reason}" == "unknown unknown_value"
