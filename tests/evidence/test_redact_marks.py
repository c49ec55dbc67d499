"""Pages without a mark are not searched text by text: no secret may slip through because of that."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annexa.evidence import redact
from annexa.evidence.redact import MARKS, SECRETS, Redactor

R = Redactor(b"k" * 32)
PIECES = st.sampled_from([mark for _, mark in MARKS]) | st.text(max_size=6) | st.just("A1b2C3d4" * 6)
"""What secrets are made of, and what stands around them."""
TEXTS = st.lists(PIECES, max_size=4).map("".join)
PAGES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(st.from_regex(SECRETS))
def test_every_secret_holds_a_mark_with_its_rarest_letter(text: str) -> None:
    assert any(rare in mark and mark in text for rare, mark in MARKS)


@given(PAGES, st.sampled_from([frozenset(), frozenset({("a",)}), frozenset({("*", "*")})]))
def test_a_page_is_redacted_as_if_every_text_were_searched(page: Any, paths: redact.Paths) -> None:
    kept = R.page({"a": page, "b": page}, paths=paths)
    step = redact._first_step(paths, frozenset(), frozenset())
    assert kept == R._searched({"a": page, "b": page}, step)


def test_names_without_end_are_not_remembered_without_end() -> None:
    step = redact._first_step(frozenset({("tags", "*", "value")}), frozenset({"hidden"}), frozenset())
    for number in range(redact._NAMES * 3):
        R.page({"tags": {f"key-{number}": {"value": "x"}}}, paths=frozenset({("tags", "*", "value")}), drop=("hidden",))
    assert len(step.into("tags").fields) <= redact._NAMES
