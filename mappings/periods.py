"""Periods: on how many days something was observed, and whether a control that works regularly was seen to.

A result is a statement at one moment and never waits for a period. A need that accepts nothing but `operating` does: the
rule's dated records, or our own observations where it reads states, must cover the period at their cadence.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from annexa.mappings.freshness import DATED, SNAPSHOT
from annexa.mappings.history import Seen
from annexa.mappings.parameters import Parameters
from annexa.mappings.results import InPeriod
from annexa.mappings.rule import Rule
from annexa.mappings.times import DAY, Span
from annexa.schemas.words import Result, UnmetReason

JUDGED = (Result.PASS, Result.FAIL)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The time over which a control is asked to have worked; both days belong to it."""

    first: str
    last: str

    def days(self) -> list[str]:
        """Every day of it."""
        start, end = date.fromisoformat(self.first), date.fromisoformat(self.last)
        return [(start + timedelta(days=number)).isoformat() for number in range((end - start).days + 1)]

    def holds(self, moment: str) -> bool:
        """Whether a moment or a day lies in it."""
        return self.first <= moment[:DAY] <= self.last


class Course:
    """The runs of a period, oldest first."""

    def __init__(self, period: Period, runs: Iterable[Seen], *, missing: tuple[str, ...] = ()) -> None:
        """`missing`: runs of the period that are not here, so that nobody knows how their days were."""
        self.period, self.missing = period, missing
        self._runs = [run for run in runs if period.holds(run.at)]

    def of(self, rule: str) -> InPeriod:
        """What was seen of one rule."""
        results = self._by_day(rule)
        failed = sorted(day for day, result in results.items() if result is Result.FAIL)
        after = sorted(day for day, result in results.items() if failed and day > failed[-1] and result is Result.PASS)
        days = self.period.days()
        return InPeriod(
            days=len(days), observed=len(results), failed=len(failed), longest_gap=_longest_gap(days, set(results)),
            first=min(results, default=None), last=max(results, default=None), closed=after[0] if after else None,
        )  # fmt: skip

    def observed_days(self) -> int:
        """Days of the period with at least one run."""
        return len({run.at[:DAY] for run in self._runs})

    def uncovered(self, rule: Rule, parameters: Parameters) -> UnmetReason | None:
        """Why an operating rule does not show that something worked over the whole period; null: it does."""
        dated = rule.reads in DATED and rule.max_age != SNAPSHOT
        dates = self._dates(rule.id) if dated else set(self._by_day(rule.id))
        age = next((name for name, entry in parameters.entries.items() if entry.age == rule.max_age), None)
        span = parameters.effective(age if dated and age else "snapshot_hours").span
        tolerance = parameters.effective("period_tolerance_percent").value
        if span is None or not isinstance(tolerance, int):
            return UnmetReason.PERIOD_NOT_COVERED
        ends = sorted(dates)
        days = self.period.days()
        bare = sum(not _covered(day, ends, span) for day in days)
        return UnmetReason.PERIOD_NOT_COVERED if bare * 100 > tolerance * len(days) else None

    def _by_day(self, rule: str) -> dict[str, Result]:
        """The result of each day on which the rule could be judged; of several on one day a failure."""
        found: dict[str, Result] = {}
        for run in self._runs:
            result = run.results.get(rule)
            if result in JUDGED and found.get(run.at[:DAY]) is not Result.FAIL:
                found[run.at[:DAY]] = Result(result)
        return found

    def _dates(self, rule: str) -> set[str]:
        return {day for run in self._runs for day in run.days.get(rule, ())}


def _covered(day: str, dates: list[str], span: Span) -> bool:
    """Whether the last of the sorted `dates` up to `day` is not further back than `span`."""
    at = bisect_right(dates, day)
    start = span.before(datetime.fromisoformat(day)).date().isoformat()
    return at > 0 and dates[at - 1] > start


def _longest_gap(days: list[str], seen: set[str]) -> int:
    longest = current = 0
    for day in days:
        current = 0 if day in seen else current + 1
        longest = max(longest, current)
    return longest
