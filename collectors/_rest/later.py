"""When a vendor that throttles wants to be asked again, in every form in which vendors say so."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_A_DATE = 1_000_000_000
"""A number from here on is a moment since 1970, not a number of seconds."""


def seconds(headers: Mapping[str, str], names: Iterable[str], now: datetime) -> float | None:
    """Seconds to wait, by the first of these headers that says so; None where none does.

    Moments are compared with the answer's own `date`, so that our clock need not be right.
    """
    there = _moment(headers.get("date", "")) or now
    for name in names:
        found = _of(name.lower(), headers.get(name.lower(), "").strip(), there)
        if found is not None:
            return max(0.0, found)
    return None


def _of(name: str, value: str, now: datetime) -> float | None:
    if not value or len(value) > 400:
        return None
    if re.fullmatch(r"\d{1,16}(\.\d{1,9})?", value):
        return _number(name, float(value), now)
    structured = re.findall(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d{1,16})", value)
    if structured:
        return max(_number("", float(found), now) for found in structured)
    moment = _moment(value)
    return (moment - now).total_seconds() if moment else None


def _number(name: str, value: float, now: datetime) -> float:
    if name.endswith("-ms"):
        return value / 1000
    if value >= _A_DATE * 1000:
        return value / 1000 - now.timestamp()
    return value - now.timestamp() if value >= _A_DATE else value


def _moment(text: str) -> datetime | None:
    """A moment in HTTP's form or in RFC 3339."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except (TypeError, ValueError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
