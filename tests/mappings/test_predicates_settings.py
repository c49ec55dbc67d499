"""Settings of which each has a decision of its own: which decision counts, and when none can be followed."""

from typing import Any

import msgspec
import pytest

from annexa.mappings.examples import run_example
from annexa.mappings.pack import load_pack
from annexa.mappings.rule import Example

PACK = load_pack()
RULE = PACK.rules["CFG-OAI-02"]
UMBRELLA, MCP = "openai.project.hosted_tool", "openai.project.hosted_tool.mcp"


def found(value: Any, *decisions: dict[str, Any], default: bool = True) -> tuple[str, str | None]:
    given = {"scope": "s1", "name": MCP, "value": value}
    example = msgspec.convert(
        {"name": "x", "decisions": decisions, "given": [given], "then": "pass"}, Example, strict=False
    )
    own = msgspec.structs.replace(RULE.criterion, default=RULE.criterion.default if default else None)
    result = run_example(msgspec.structs.replace(RULE, criterion=own), example, PACK)
    return str(result.result), result.reason


def decision(setting: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"setting": setting, "must": "be", "value": value, **more}


@pytest.mark.parametrize(
    ("value", "decisions", "expected"),
    [
        (True, (decision(UMBRELLA, False), decision(MCP, True)), ("pass", None)),
        (True, (decision(UMBRELLA, True), decision(MCP, False)), ("fail", None)),
        (True, (decision(UMBRELLA, False, applies_to="s1"), decision(MCP, True)), ("pass", None)),
        (True, (decision(UMBRELLA, True),), ("pass", None)),
        (True, (decision(MCP, True, until="2026-01-31"),), ("fail", None)),
        (False, (), ("pass", None)),
        (False, (decision(MCP, "off"),), ("unknown", "criterion_unread")),
        (False, (decision(MCP, False), decision(MCP, True)), ("unknown", "criterion_unread")),
        ({"state": "unread", "why": "denied"}, (), ("unknown", "unread")),
        ("on", (), ("unknown", "unknown_value")),
    ],
)
def test_the_decision_about_the_setting_itself_counts_first(
    value: Any, decisions: tuple[Any, ...], expected: tuple[str, str | None]
) -> None:
    assert found(value, *decisions) == expected


def test_without_decision_and_default_nobody_knows() -> None:
    assert found(True, default=False) == ("unknown", "criterion_unset")


def test_what_fails_against_our_default_is_labelled_so() -> None:
    given = ({"scope": "s1", "name": MCP, "value": True},)
    plain = msgspec.convert({"name": "x", "given": given, "then": "fail"}, Example, strict=False)
    own = msgspec.convert(
        {"name": "x", "given": given, "decisions": (decision(MCP, False),), "then": "fail"}, Example, strict=False
    )
    results = [run_example(RULE, example, PACK) for example in (plain, own)]
    assert [(result.fails_default, result.fails_own_rule) for result in results] == [(1, 0), (0, 1)]
