"""Text is cut by word, tables keep their width, and vendors' names cannot steer the terminal."""

import pytest

from annexa.reports._text import Column, clean, cut, paragraph, table


@pytest.mark.parametrize(
    ("text", "width", "keep", "expected"),
    [
        ("short", 10, "start", "short"),
        ("exactly ten", 11, "start", "exactly ten"),
        ("one two three four", 12, "start", "one two…"),
        ("one two, three", 10, "start", "one two…"),
        ("word-without-any-space", 10, "start", "word-with…"),
        ("a verylongsecondwordthatdoesnotend", 12, "start", "a verylongs…"),
        ("111122223333/eu-west-1", 12, "end", "…3/eu-west-1"),
        ("ab", 1, "end", "…"),
    ],
)
def test_cutting(text: str, width: int, keep: str, expected: str) -> None:
    assert cut(text, width, keep) == expected
    assert len(cut(text, width, keep)) <= width


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "a\rb", "bell\a", "\u202eright to left", "\x9b2J"])
def test_a_name_cannot_steer_the_terminal(hostile: str) -> None:
    assert clean(hostile).isprintable()


def test_line_feeds_become_spaces() -> None:
    assert clean("a\nb\tc") == "a b c"


def test_a_table_keeps_its_width_and_its_unbreakable_columns() -> None:
    columns = [Column(title="Id"), Column(title="What", least=10), Column(title="Number", right=True)]
    lines = table(columns, [["A-1", "words " * 30, "7"], ["A-22", "few", "1,234"]], 40)
    assert max(map(len, lines)) <= 40
    assert [line.split()[0] for line in lines] == ["Id", "----", "A-1", "A-22"]
    assert lines[3].endswith(" 1,234")
    assert "…" in lines[2]


def test_a_cell_may_become_several_lines_before_it_is_cut() -> None:
    columns = [Column(title="Id"), Column(title="What", least=10, wrap=2)]
    lines = table(columns, [["A", "one two three four five six seven"]], 20)
    assert lines[2:] == ["A   one two three", "    four five six…"]


def test_a_column_has_a_most() -> None:
    lines = table([Column(title="Id", most=6, least=4, keep="end"), Column(title="B")], [["0123456789", "x"]], 80)
    assert lines[2] == "…56789  x"


def test_an_empty_table_has_its_titles() -> None:
    assert table([Column(title="Id"), Column(title="What")], [], 80) == ["Id  What", "--  ----"]


def test_a_paragraph_hangs_under_its_first_words() -> None:
    assert paragraph("one two three four", 16, indent=2, first="- ") == ["  - one two", "    three four"]
    assert paragraph("", 16, first="x: ") == ["x:"]


def test_an_id_that_is_longer_than_the_screen_is_broken() -> None:
    assert paragraph("arn:aws:iam::1", 10, indent=2) == ["  arn:aws:", "  iam::1"]
