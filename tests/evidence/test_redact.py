"""Redaction: what must not be kept becomes a stand-in, everything else stays as it was."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annexa.evidence.redact import MAPS, Redactor

R = Redactor(b"k" * 32)
SECRETS = [
    "sk-proj-" + "A1b2" * 8,
    "sk-ant-api03-" + "x_Y-" * 10,
    "ghp_" + "a1B2" * 9,
    "gho_" + "a1B2" * 9,
    "github_pat_" + "a1_B" * 12,
    "xoxb-123456789012-abcdef",
    "AIza" + "a1B2_" * 7,
    "ABSK" + "QmVkcm9jaw==" * 6,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\ncut short",
]
"""Made-up values in the shapes that vendors publish for their secrets."""
KEPT = [
    "arn:aws:bedrock:eu-west-1:111122223333:guardrail/abc123",
    "AKIAIOSFODNN7EXAMPLE",
    "max_output_tokens",
    "risk-assessment-of-the-year",
    "task-0123456789abcdef0123456789",
    "3f2a9c0e-0000-4000-8000-000000000000",
    "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----",
    "eyJ",
    "",
]
"""Names, ids and public things: they keep their meaning."""
STAND_IN = re.compile(r"redacted:[0-9a-f]{32}")


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret[:12])
def test_a_secret_never_stays_wherever_it_stands(secret: str) -> None:
    page = {"note": secret, "list": [{"deep": [f"key={secret};"]}]}
    shown = str(R.page(page))
    assert secret not in shown
    assert len(STAND_IN.findall(shown)) == 2


@pytest.mark.parametrize("text", KEPT, ids=lambda text: text[:12] or "empty")
def test_what_is_no_secret_keeps_its_meaning(text: str) -> None:
    assert R.page({"name": text, "list": [text]}) == {"name": text, "list": [text]}


def test_the_text_around_a_secret_stays() -> None:
    assert R.page({"url": f"https://x/?key={SECRETS[0]}&a=1"})["url"] == f"https://x/?key={R.value(SECRETS[0])}&a=1"


def test_equal_values_stay_equal_under_one_key_and_differ_under_another() -> None:
    assert R.value("a") == Redactor(b"k" * 32).value("a")
    assert R.value("a") != R.value("b")
    assert R.value("a") != Redactor(b"x" * 32).value("a")
    assert STAND_IN.fullmatch(R.value("a"))
    assert "a" * 3 not in R.value("aaa")


@pytest.mark.parametrize("name", sorted(MAPS))
def test_of_maps_of_variables_only_the_keys_stay(name: str) -> None:
    for spelt in (name, name.title(), name.upper()):
        page = {spelt: {"API_URL": "https://x", "N": 3, "NESTED": {"a": ["b"]}}}
        kept = R.page(page)[spelt]
        assert list(kept) == ["API_URL", "N", "NESTED"]
        assert kept["API_URL"] == R.value("https://x")
        assert kept["N"] == R.value(3)
        assert kept["NESTED"] == {"a": [R.value("b")]}


def test_a_map_of_variables_that_is_a_list_is_walked() -> None:
    page = {"Environment": [{"name": "production", "token": SECRETS[0]}], "variables": "production"}
    assert R.page(page) == {
        "Environment": [{"name": "production", "token": R.value(SECRETS[0])}],
        "variables": "production",
    }


@pytest.mark.parametrize(
    ("paths", "page", "kept"),
    [
        ({("a",)}, {"a": "x", "b": "x"}, {"a": "?x", "b": "x"}),
        ({("a", "b")}, {"a": {"b": "x", "c": "y"}, "b": "z"}, {"a": {"b": "?x", "c": "y"}, "b": "z"}),
        ({("a", "*", "b")}, {"a": [{"b": "x"}, {"b": "y", "c": "z"}]}, {"a": [{"b": "?x"}, {"b": "?y", "c": "z"}]}),
        ({("a", "*")}, {"a": ["x", "y"]}, {"a": ["?x", "?y"]}),
        ({("a", "*")}, {"a": {"k": "x"}}, {"a": {"k": "?x"}}),
        ({("a",)}, {"a": {"k": ["x"]}}, {"a": {"k": ["?x"]}}),
        ({("a", "*", "*", "b")}, {"a": [[{"b": "x"}]]}, {"a": [[{"b": "?x"}]]}),
        ({("a",)}, {"a": None}, {"a": None}),
        ({("a",)}, {"a": True}, {"a": True}),
        ({("a",)}, {"a": 7}, {"a": "?7"}),
        ({("a", "b")}, {"a": "x"}, {"a": "x"}),
    ],
)
def test_what_the_vendor_marks_is_replaced(paths: set[tuple[str, ...]], page: Any, kept: Any) -> None:
    assert R.page(page, paths=frozenset(paths)) == _stand_ins(kept)


def _stand_ins(node: Any) -> Any:
    """`?x` in a table of tests stands for the stand-in of `x`."""
    if isinstance(node, dict):
        return {key: _stand_ins(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_stand_ins(value) for value in node]
    return R.value(node[1:]) if isinstance(node, str) and node.startswith("?") else node


def test_a_dropped_field_goes_at_any_depth() -> None:
    page = {"text": "x", "list": [{"text": ["y"], "name": "z"}]}
    assert R.page(page, drop=("text",)) == {"text": R.value("x"), "list": [{"text": [R.value("y")], "name": "z"}]}


def test_a_kept_field_stays_although_it_is_marked_but_no_secret_in_it_does() -> None:
    marked = frozenset({("name",), ("other",)})
    page = {"name": "Northwind", "other": "x"}
    assert R.page(page, paths=marked, keep=("name",)) == {"name": "Northwind", "other": R.value("x")}
    assert R.page({"name": SECRETS[0]}, paths=marked, keep=("name",)) == {"name": R.value(SECRETS[0])}
    assert R.page({"name": {"Environment": {"A": "b"}}}, keep=("name",)) == {
        "name": {"Environment": {"A": R.value("b")}}
    }


def test_a_secret_as_the_name_of_a_field_does_not_stay() -> None:
    assert SECRETS[0] not in str(R.page({SECRETS[0]: 1, "Environment": {SECRETS[2]: "x"}}))


def test_the_page_as_received_is_left_alone() -> None:
    page = {"a": [{"Environment": {"A": "b"}}], "text": SECRETS[0]}
    before = copy.deepcopy(page)
    R.page(page, paths=frozenset({("a",)}), drop=("text",))
    assert page == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_a_page_keeps_its_shape_and_redacting_it_again_changes_nothing(page: Any) -> None:
    once = R.page(page)
    assert R.page(once) == once
    assert _shape(once) == _shape(page)


def _shape(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: None if key.lower() in MAPS else _shape(value) for key, value in node.items()}
    return [_shape(value) for value in node] if isinstance(node, list) else type(node).__name__
