"""Moments, days and lengths of time, as registers, vendors and parameters write them. All are UTC."""

import calendar
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

import msgspec

Unit = Literal["hours", "days", "months", "percent", "count", "list"]
"""What the number of a parameter counts; the first three are lengths of time."""
DAY = len("2026-09-29")
"""Length of a text that is a day and not a moment."""


class Span(msgspec.Struct, frozen=True):
    """A length of time; months are calendar months, so that a yearly review is due on the same day."""

    number: int
    unit: Unit

    def before(self, moment: datetime) -> datetime:
        """The moment that lies this long before `moment`."""
        if self.unit == "months":
            return months_before(moment, self.number)
        return moment - timedelta(**{self.unit: self.number})

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"


def moment(value: Any, *, end_of_day: bool) -> datetime | None:
    """A time as a moment in UTC; a day as its end or its start; None if it is neither."""
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    if len(value) == DAY:
        day = datetime.combine(parsed.date(), time(), UTC)
        return day + timedelta(days=1) if end_of_day else day
    return parsed if parsed.tzinfo else None


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and hour `months` calendar months earlier; the last day of a month that is too short for it."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)
