"""The gap summary as Markdown."""

import re

import pytest

from annexa.reports import markdown
from annexa.reports.opened import Opened
from annexa.reports.summary import summarise


@pytest.fixture(scope="module")
def text(opened: Opened) -> str:
    return markdown.render(summarise(opened.assessment, opened.findings))


def test_it_is_whole_and_marked(text: str) -> None:
    assert text.startswith("# Gap summary: Harbourline\n\n> **SANDBOX")
    assert len(re.findall(r"^\| (?:A\.\d+\.\d+|c\d[\d.]*) \|", text.partition("## Statuses")[2], re.MULTILINE)) == 105
    assert "…" not in text
    assert "needs met 1 of 4, failed 1, unread 0 | systems can show 3 of its 4 needs, people supply the rest" in text


def test_every_row_has_the_cells_of_its_table(text: str) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) >= 9
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_it_promises_nothing(text: str) -> None:
    assert not re.search(r"complian|%|score|None\b|[{}]", text)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<script>", r"\<script\>"),
        ("[x](http://evil.example)", r"\[x\](http://evil.example)"),
        ("a\nb", "a b"),
        ("key_age_days", "key_age_days"),
        ("_loud_", r"\_loud\_"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_names_are_plain_words(hostile: str, shown: str) -> None:
    assert markdown.escape(hostile) == shown
