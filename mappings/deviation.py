"""What a failed day in the period makes of a control whose rules pass now: it is not supported for that period."""

from collections.abc import Iterable

import msgspec

from annexa.mappings.periods import Course
from annexa.mappings.results import InPeriod
from annexa.mappings.verdicts import Found
from annexa.schemas.words import Result

UNKNOWN = "whether it deviated in the period is not known"


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """At least one rule of a control failed on a day of the period and does not fail now."""

    says: str
    """`deviation in period, closed on 2026-09-25`; of several rules the last day on which one was closed."""
    detail: str
    """The same with each rule and its days."""


def deviated(rules: Iterable[Found], course: Course | None) -> Deviation | None:
    """The deviation of a control with these primary rules; None without a period, or where none failed in it."""
    if course is None:
        return None
    passing = [one.tally.rule.id for one in rules if one.result is not Result.FAIL]
    failed = {rule: seen for rule in passing if (seen := course.of(rule)).failed}
    if not failed and passing and course.missing:
        return Deviation(says=UNKNOWN, detail=f"{UNKNOWN}: missing are the runs {', '.join(course.missing)}")
    if not failed:
        return None
    days = [seen.closed for seen in failed.values() if seen.closed is not None]
    closed = max(days) if len(days) == len(failed) else None
    says = "deviation in period, " + (f"closed on {closed}" if closed else "not closed")
    return Deviation(says=says, detail=f"{says}: {'; '.join(_told(rule, seen) for rule, seen in failed.items())}")


def _told(rule: str, seen: InPeriod) -> str:
    closed = f"passes since {seen.closed}" if seen.closed else "not seen to pass since"
    return f"{rule} failed on {seen.failed} of {seen.observed} observed days, {closed}"
