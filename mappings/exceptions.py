"""Exceptions: accepted failures of one rule, for the subjects known at approval, for a time.

The result stays a fail. One that has expired, is not filled in, or was approved by whoever asked for it covers nothing;
one that is aimed at something unknown is ignored and said so: what nobody has seen cannot be accepted.

One cause is one finding (R10): whoever accepts a finding accepts what is folded under it for the same subject, and
nothing else of the rules that follow.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from annexa.evidence.kinds import ExceptionEntry
from annexa.evidence.record import Record
from annexa.mappings.history import Key
from annexa.mappings.register import written
from annexa.mappings.tally import Tally
from annexa.schemas.words import Verdict

NOTHING_FOLDED: Mapping[Key, str] = MappingProxyType({})
MUST_HAVE = ("reason", "risk", "compensating", "requester", "approver", "start", "expires")


@dataclass(frozen=True, kw_only=True)
class Exceptions:
    """What the register of exceptions does to the items of a run."""

    covered: Mapping[Key, str]
    """Rule and subject to the id of the exception that covers it, or the finding under which it is folded."""
    refused: tuple[str, ...]
    """Entries that cover nothing they name, each with its reason, sorted."""


def apply(
    records: Iterable[Record], tallies: Mapping[str, Tally], day: str, leaders: Mapping[Key, str] = NOTHING_FOLDED
) -> Exceptions:
    """Hold every entry against the items that failed or are unknown on `day`.

    `leaders`: for each failing item of a follower the rule under whose finding it is folded.
    """
    covered, refused = dict[Key, str](), set[str]()
    for entry in sorted(_entries(records), key=lambda entry: entry.exception_id):
        why = _refused(entry, tallies, day)
        if why is not None:
            refused.add(f"{entry.exception_id}: {why}")
            continue
        named = frozenset(entry.subjects)
        for held in tallies[entry.rule].held:
            if not {held.item.subject, held.item.subject_uid} & named:
                continue
            if held.item.verdict is Verdict.FAIL:
                covered.setdefault(held.key, entry.exception_id)
            else:
                refused.add(f"{entry.exception_id}: aimed_at_unknown ({held.item.subject})")
    for (rule, uid), leader in leaders.items():
        if (leader, uid) in covered:
            covered.setdefault((rule, uid), covered[leader, uid])
    return Exceptions(covered=covered, refused=tuple(sorted(refused)))


def _entries(records: Iterable[Record]) -> list[ExceptionEntry]:
    return [record.data for record in records if isinstance(record.data, ExceptionEntry)]


def _refused(entry: ExceptionEntry, tallies: Mapping[str, Tally], day: str) -> str | None:
    """Why an entry covers nothing at all."""
    lacking = [name for name in MUST_HAVE if not isinstance(value := getattr(entry, name), str) or not written(value)]
    if entry.rule not in tallies:
        return f"no_such_rule ({entry.rule} is not judged)"
    if lacking:
        return f"not_filled_in ({', '.join(lacking)})"
    if str(entry.requester).strip().casefold() == str(entry.approver).strip().casefold():
        return "approved_by_requester"
    if str(entry.expires) < day:
        return f"expired ({entry.expires})"
    return f"not_yet_valid (from {entry.start})" if str(entry.start) > day else None
