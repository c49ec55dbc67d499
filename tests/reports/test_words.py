"""Every word has its phrase, and no phrase claims more than evidence can."""

import re
from enum import StrEnum

import pytest

from annexa.mappings.results import Headline, PageOne
from annexa.reports import words
from annexa.schemas import words as schema
from annexa.schemas.words import Status

ENUMERATIONS = [item for item in vars(schema).values() if isinstance(item, type) and issubclass(item, StrEnum)]
ENUMERATIONS.remove(StrEnum)


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda item: item.__name__)
def test_every_member_has_a_phrase_of_its_own(enumeration: type[StrEnum]) -> None:
    phrases = words.PHRASES[enumeration]
    assert set(enumeration) == set(phrases)
    assert len(set(phrases.values())) == len(phrases), "two words would look the same"
    assert [words.say(member) for member in enumeration] == [phrases[member] for member in enumeration]


def test_there_is_no_phrase_for_a_word_that_is_gone() -> None:
    assert set(ENUMERATIONS) == set(words.PHRASES)


def test_the_headline_and_the_notes_name_every_field() -> None:
    assert Headline.__struct_fields__ == tuple(words.HEADLINE)
    assert set(PageOne.__struct_fields__) == set(words.NOTES)
    assert set(Status) == set(words.MEANING)


def test_no_phrase_promises_compliance_or_a_score() -> None:
    said = [*words.MEANING.values(), *words.HEADLINE.values(), *words.NOTES.values()]
    said += [phrase for phrases in words.PHRASES.values() for phrase in phrases.values()]
    assert not [phrase for phrase in said if re.search(r"complian|%|percent|score|_", phrase)]


def test_a_missing_word_is_a_dash() -> None:
    assert words.say(None) == "–"


@pytest.mark.parametrize(
    ("systems", "needs", "said"),
    [
        (2, 4, "systems can show 2 of its 4 needs, people supply the rest"),
        (4, 4, "systems can show all 4 of its needs"),
        (0, 4, "systems can show none of its 4 needs, people supply all"),
        (1, 1, "systems can show its one need"),
        (0, 1, "people supply its one need"),
        (0, 0, "what it needs is not written down yet"),
    ],
)
def test_who_can_show_the_needs(systems: int, needs: int, said: str) -> None:
    assert words.systems_line(systems, needs) == said


def test_needs_in_counts() -> None:
    assert words.needs_line(2, 4, 1, 1) == "needs met 2 of 4, failed 1, unread 1"
    assert words.needs_line(0, 0, 0, 0) == "no needs counted"


def test_numbers_and_their_nouns() -> None:
    assert [words.number(count, "rule") for count in (0, 1, 1200)] == ["0 rules", "1 rule", "1,200 rules"]
    assert words.number(2, "entry", "entries") == "2 entries"
