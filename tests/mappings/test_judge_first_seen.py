"""Since when something exists, and when nobody can say."""

from typing import Any

import pytest

from annexa.mappings.first_seen import FirstSeen, Sightings, first_seen
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import UnknownReason


def tool(day: str, *subjects: str, **fields: Any) -> SmallRun:
    run = SmallRun(run_id=f"run-{day}", day=day)
    for subject in subjects:
        run.add("ai_system", "o-example", subject=subject, category="agent", provider="bedrock", **fields)
    return run


def since(run: SmallRun, *earlier: SmallRun, **known: Any) -> FirstSeen:
    record = run.records[-1]
    sightings = Sightings("ai_system", [one.build() for one in (*earlier, run)])
    return first_seen(record, sightings.of(record.subject_uid), **known)


def test_a_tool_years_old_in_a_first_run_is_not_dated() -> None:
    found = since(tool("2026-09-29", "agent"))
    assert (found.at, found.exact) == ("2026-09-29T06:05:00Z", False)
    assert found.after("2026-06-01") is UnknownReason.HISTORY_TOO_SHORT
    assert found.after("2026-10-01") is False, "it was there before that day, however old it is"


def test_the_vendor_dates_it() -> None:
    found = since(tool("2026-09-29", "agent", created="2021-03-01T00:00:00Z"))
    assert (found.at, found.exact) == ("2021-03-01T00:00:00Z", True)
    assert found.after("2026-06-01") is False
    assert since(tool("2026-09-29", "agent", created="2026-07-01T00:00:00Z")).after("2026-06-01") is True


def test_our_sighting_counts_after_a_complete_run_without_it() -> None:
    found = since(tool("2026-09-29", "agent"), tool("2026-08-30", "other"))
    assert (found.at, found.exact) == ("2026-09-29T06:05:00Z", True)
    seen_before = since(tool("2026-09-29", "agent"), tool("2026-08-30", "agent"))
    assert (seen_before.at, seen_before.exact) == ("2026-08-30T06:05:00Z", False)


@pytest.mark.parametrize(
    ("known", "at"),
    [
        ({"registered": "2024-01-15"}, "2024-01-15"),
        ({"events": ["2025-01-01T00:00:00Z", "2024-06-01T00:00:00Z"]}, "2024-06-01T00:00:00Z"),
        ({"registered": "2024-06-01", "events": ["2024-05-31T23:00:00Z"]}, "2024-05-31T23:00:00Z"),
    ],
)
def test_the_earliest_of_register_and_log_counts(known: dict[str, Any], at: str) -> None:
    assert since(tool("2026-09-29", "agent"), **known) == FirstSeen(at=at, exact=True)


def test_a_day_counts_to_its_end() -> None:
    assert FirstSeen(at="2026-06-01T12:00:00Z", exact=True).after("2026-06-01") is False
    assert FirstSeen(at="2026-06-02T00:00:00Z", exact=True).after("2026-06-01") is True
    assert FirstSeen(at="soon", exact=True).after("2026-06-01") is UnknownReason.UNKNOWN_VALUE
