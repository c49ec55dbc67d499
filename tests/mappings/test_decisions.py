"""Which decision holds for an item."""

from typing import Any

import pytest

from annexa.evidence.fact import Missing, unread
from annexa.evidence.kinds import Decision
from annexa.evidence.record import Provenance, Record
from annexa.mappings.decisions import Decisions, Place
from annexa.mappings.patterns import fits
from annexa.schemas.words import Basis

DAY = "2026-09-29"
SETTING = "aws.bedrock.data_retention"
AGENT = "arn:aws:bedrock:eu-west-1:111122223333:agent/A1"
PLACE = Place(subjects=(AGENT, "uid-1"), source="aws:main", scope="111122223333/eu-west-1")


def row(applies_to: str, value: Any = "none", *, on: str = "2026-01-01", until: Any = None, must: Any = "be") -> Record:
    ends = {} if until is None else {"until": until}
    fact = Decision(
        subject=f"decision-{applies_to}-{on}-{value}",
        basis=Basis.ATTESTED,
        setting=SETTING,
        must=must,
        value=value,
        applies_to=applies_to,
        because="client contracts",
        approved_by="CISO",
        approved_on=on,
        **ends,
    )
    provenance = Provenance(collector="registers", version="1", identity="people", origins=())
    return Record(
        record_id=fact.subject, subject_uid=fact.subject, kind="decision", source="registers:main", scope="decisions",
        collected_at="2026-09-29T06:00:00Z", data=fact, provenance=provenance, nonce="0",
    )  # fmt: skip


LADDER = [
    "organisation",
    "aws:main",
    "111122223333",
    "111122223333/eu-west-1",
    "arn:*",
    "arn:aws:bedrock:*:111122223333:agent/*",
    AGENT,
]


@pytest.mark.parametrize("step", range(len(LADDER)))
def test_the_most_specific_decision_holds(step: int) -> None:
    rows = [row(applies_to) for applies_to in LADDER[: step + 1]]
    for order in (rows, rows[::-1]):
        found = Decisions(order).find(SETTING, PLACE, DAY).decision
        assert found is not None
        assert found.applies_to == LADDER[step]


@pytest.mark.parametrize(
    "applies_to",
    ["aws:other", "1111", "111122223333/eu-west-10", "111122223333/eu-west-1/x", "arn:aws:sagemaker:*", "eu-west-1"],
)
def test_a_decision_about_something_else_does_not_hold(applies_to: str) -> None:
    assert Decisions([row(applies_to)]).find(SETTING, PLACE, DAY).record is None


def test_our_own_id_of_the_subject_is_as_good_as_the_vendors() -> None:
    assert Decisions([row("uid-1")]).find(SETTING, PLACE, DAY).record is not None


@pytest.mark.parametrize(
    ("on", "until", "holds"),
    [
        ("2026-01-01", "2026-09-28", False),
        ("2026-01-01", "2026-09-29", True),
        ("2026-01-01", None, True),
        ("2026-09-29", None, True),
        ("2026-09-30", None, False),
    ],
)
def test_a_decision_holds_from_its_approval_to_its_last_day(on: str, until: str | None, holds: bool) -> None:
    found = Decisions([row("organisation", on=on, until=until)]).find(SETTING, PLACE, DAY)
    assert (found.record is not None) is holds
    assert (found.note is None) is holds


def test_an_ended_decision_gives_way_to_a_wider_one_and_is_said() -> None:
    narrow, wide = row(AGENT, "inherit", until="2026-09-01"), row("organisation", "none")
    found = Decisions([narrow, wide]).find(SETTING, PLACE, DAY)
    assert found.record == wide
    assert found.note == "the decision of 2026-01-01 ended on 2026-09-01"


def test_the_later_of_two_equally_specific_decisions_holds() -> None:
    rows = [row("organisation", "none", on="2026-02-01"), row("organisation", "inherit", on="2026-01-01")]
    found = Decisions(rows).find(SETTING, PLACE, DAY).decision
    assert found is not None
    assert found.value == "none"


def test_two_of_one_day_that_contradict_each_other_cannot_be_followed() -> None:
    found = Decisions([row("organisation", "none"), row("organisation", "inherit")]).find(SETTING, PLACE, DAY)
    assert found.unread
    assert found.record is None
    same = Decisions([row("organisation", "none"), row("organisation", "none")]).find(SETTING, PLACE, DAY)
    assert same.record is not None


def test_a_register_that_is_not_configured_is_read_and_empty() -> None:
    found = Decisions().find(SETTING, PLACE, DAY)
    assert (found.record, found.unread) == (None, None)


@pytest.mark.parametrize(
    ("decisions", "unreadable"),
    [
        (Decisions(unreadable=True), True),
        (Decisions([row("organisation")], invalid=[SETTING]), True),
        (Decisions([row("organisation")], invalid=["*"]), True),
        (Decisions([row("organisation")], invalid=["aws.other"]), False),
        (Decisions([row("organisation", until=unread("cut off"))]), True),
    ],
)
def test_what_cannot_be_read_is_never_skipped(decisions: Decisions, unreadable: bool) -> None:
    assert bool(decisions.find(SETTING, PLACE, DAY).unread) is unreadable


def test_an_end_that_is_not_written_is_no_end() -> None:
    kept = row("organisation")
    assert isinstance(kept.data, Decision)
    assert isinstance(kept.data.until, Missing)
    assert Decisions([kept]).find(SETTING, PLACE, "2099-01-01").record == kept


def test_only_decisions_for_the_whole_organisation_are_uniform() -> None:
    assert Decisions([row("organisation")]).uniform(SETTING)
    assert not Decisions([row("organisation"), row("aws:main")]).uniform(SETTING)


@pytest.mark.parametrize(
    ("pattern", "text", "does"),
    [
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("a*c", "abcd", False),
        ("a?c", "abc", False),
        ("a?c", "a?c", True),
        ("[ab]*", "a1", False),
        ("*", "", True),
        ("a.c*", "abcd", False),
    ],
)
def test_a_pattern_knows_only_the_star(pattern: str, text: str, does: bool) -> None:
    assert fits(pattern, text) is does
