"""What must hold where an answer is valid and poorer: an empty list, or a word that no documentation lists."""

from collections.abc import Iterator
from typing import Any

import msgspec
from matrix import Judged, Struck, changed, no_comfort
from matrix_depend import PACK, whole_here
from one_day import Day

from annexa.collectors._collect import Done
from annexa.evidence.record import Record
from annexa.mappings.results import RuleResult
from annexa.sandbox._rest import NEW_ENUM_VALUE
from annexa.schemas.words import Result, UnknownReason, Verdict


def emptied(day: Day, before: Judged, after: Judged, dependent: set[str]) -> Iterator[str]:
    """Rules that pass because of what is not there, and rules that change though they do not look at it."""
    for rule, result in after.rules.items():
        if not whole_here(day, rule):
            yield from no_comfort(before, after, rule, {Result.PASS})
        if rule not in dependent:
            if changed(before.rules[rule], result) and whole_here(day, rule):
                yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif result.result is Result.PASS:
            passing, known = _passing(after, rule), _passing(before, rule)
            if PACK.rules[rule].quantifier == "none":
                if result.counts.expected_scopes < 1:
                    yield f"{rule} passes over no scope"
            elif not passing or passing - known:
                yield f"{rule} passes with {sorted(passing - known) or 'nothing'}"
    yield from after.assessment.internal_errors


def _passing(found: Judged, rule: str) -> set[tuple[str, str, str]]:
    return {key for key, item in found.items.items() if key[0] == rule and item.verdict is Verdict.PASS}


def sent(struck: Struck) -> bool:
    """Whether an answer held the unknown value."""
    pages = (page for done in struck.collected.fresh() for page in done.pages.values())
    return any(NEW_ENUM_VALUE.encode() in page for page in pages)


def moved(day: Day, struck: Struck) -> bool:
    """Whether the value reached a record, or was noted as unread."""
    for done in struck.collected.fresh():
        before = day.whole.done.get((done.work.source.alias, done.work.collector.name, done.work.scope))
        if before is None or done.gathered.unreads != before.gathered.unreads:
            return True
        old, new = _by_subject(before), _by_subject(done)
        if {key: record.data for key, record in old.items()} != {key: record.data for key, record in new.items()}:
            return True
    return False


def kept(day: Day, struck: Struck) -> Iterator[str]:
    """A record that an unknown value took away, or changed without saying so."""
    for done in struck.collected.fresh():
        key = (done.work.source.alias, done.work.collector.name, done.work.scope)
        before = day.whole.done.get(key)
        old, new = _by_subject(before) if before else {}, _by_subject(done)
        renamed = [subject for subject in set(new) - set(old) if _says_so(new[subject], done)]
        if len(set(old) - set(new)) > len(renamed) and not done.gathered.unreads:
            yield f"{key[1]} at {key[2]} lost {sorted(set(old) - set(new))} without a word"
        for subject in set(old) & set(new):
            if old[subject].data != new[subject].data and not _says_so(new[subject], done):
                yield f"{key[1]} at {key[2]}: {subject} is different and does not name the value"


def _says_so(record: Record, done: Done) -> bool:
    text = msgspec.json.encode(record.data).decode()
    return NEW_ENUM_VALUE.lower() in text.lower() or bool(done.gathered.unreads)


def _by_subject(done: Done) -> dict[tuple[str, str], Record]:
    return {(record.kind, record.data.subject): record for record in done.gathered.records}


def judged_unknown(day: Day, before: Judged, after: Judged, struck: Struck, dependent: set[str]) -> Iterator[str]:
    """Items and rules that are judged by a value whose meaning nobody knows."""
    doubtful = {
        (record.kind, record.subject_uid): names
        for done in struck.collected.fresh()
        for record in done.gathered.records
        if (names := _unknown_fields(record.data))
    }
    for key, item in after.items.items():
        old, rule = before.items.get(key), PACK.rules[key[0]]
        asked = {*rule.condition, *rule.population.where}
        if old is not None and item.verdict not in (old.verdict, Verdict.UNKNOWN):
            yield f"{rule.id}: {item.subject} is {item.verdict} and was {old.verdict}"
        if doubtful.get((rule.reads, key[1]), set()) & asked and item.verdict in (Verdict.PASS, Verdict.FAIL):
            yield f"{rule.id}: {item.subject} is {item.verdict} by an unknown value"
    for rule_id, result in after.rules.items():
        if not whole_here(day, rule_id):
            yield from no_comfort(before, after, rule_id)
        elif rule_id not in dependent and changed(before.rules[rule_id], result) and not _doubted(result):
            yield f"{rule_id} does not depend on it and changes to {result.result} {result.reason}"
        if result.result not in (Result.UNKNOWN, before.rules[rule_id].result):
            yield f"{rule_id} is {result.result}"


def _doubted(result: RuleResult) -> bool:
    """What a collector says that a field always is does not hold for a word that nobody knows."""
    return result.result is Result.UNKNOWN and result.reason is UnknownReason.UNKNOWN_VALUE


def _unknown_fields(fact: Any) -> set[str]:
    """Fields whose value the documentation does not list."""
    values = msgspec.to_builtins(fact)
    return {name for name, value in values.items() if isinstance(value, dict) and value.get("state") == "unknown_value"}
