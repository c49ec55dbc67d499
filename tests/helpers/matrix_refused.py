"""What must hold where a call was refused: its rules are unknown and name it, and nothing else changes."""

from collections.abc import Iterator, Mapping

from matrix import Judge, Judged, Struck, changed, names_call, no_comfort
from matrix_depend import PACK, Dependence, calls_of, depend, proved_used, whole_here
from matrix_table import Table
from one_day import Day

from annexa.schemas.words import Result


def refused(
    company: Judge,
    after: Judged,
    struck: Struck,
    dependent: Mapping[str, Dependence],
    table: Table,
    kind: str,
    vendor: str | None = None,
) -> Iterator[str]:
    """Violations in a run in which the call was refused; `vendor` says whose call it is."""
    day, before = company.day, company.before
    calls = calls_of(day, struck.op, vendor)
    for line in struck.unnamed(calls):
        if not table.excuses("unnamed", struck.op):
            yield line
    for rule, result in after.rules.items():
        same = not changed(before.rules[rule], result)
        if rule not in dependent:
            if not whole_here(day, rule):
                yield from no_comfort(before, after, rule)
            elif not same:
                yield f"{rule} does not depend on it and changes to {result.result} {result.reason}"
        elif before.rules[rule].result is not Result.PASS:
            yield from no_comfort(before, after, rule)
        elif result.result is not Result.UNKNOWN:
            known = same and _still_used(day, after, struck, rule, dependent[rule])
            if not known and not (same and table.excuses("unchanged", struck.op, rule, kind)):
                yield f"{rule} is {result.result}"
        elif not names_call(after.of_rule(rule), struck, calls) and not table.excuses("named", struck.op, rule, kind):
            yield f"{rule} is unknown and names {sorted({spot.call for spot in after.of_rule(rule)})}"
    yield from after.assessment.internal_errors


def scopes_of(day: Day, op: str, table: Table, vendor: str | None = None) -> list[str]:
    """The scope where the call is made most often, and one of the others; none if it is made once for the source."""
    calls: dict[str, int] = {}
    for done in day.whole.done.values():
        if done.work.collector.per != "source" and vendor in (None, done.work.source.vendor):
            made = sum(entry.call == op for entry in done.gathered.keeper.calls)
            calls[done.work.scope] = calls.get(done.work.scope, 0) + made
    found = sorted((scope for scope, number in calls.items() if number), key=lambda scope: (-calls[scope], scope))
    return [*found[:1], *table.sample(found[1:], 1, op)]


def dependent_in(
    before: Judged, day: Day, struck: Struck, scope: str, vendor: str | None = None
) -> dict[str, Dependence]:
    """The rules that depend on what was lost in one scope."""
    lost = {name for name, _ in struck.lost}
    return {
        rule: how
        for rule, how in depend(day, struck.op, lost, vendor).items()
        if not _unused(before, day, rule, how, scope)
    }


def _unused(before: Judged, day: Day, rule: str, how: Dependence, scope: str) -> bool:
    """Whether the rule asks about used scopes only, and every signal of this one was read and is silent."""
    service = PACK.rules[rule].population.used
    silent = service is not None and not proved_used(before.evidence, service, [scope], day)
    return silent and "/" in scope and not how.scopes and not how.signal


def _still_used(day: Day, after: Judged, struck: Struck, rule: str, how: Dependence) -> bool:
    """Whether the rule needs the call only to know which scopes are used, and other records show those in use."""
    service = PACK.rules[rule].population.used
    scopes = {scope for name, scope in struck.lost if day.collectors[name].signals == service}
    signal_only = how.signal and not how.records and not how.scopes
    return signal_only and service is not None and proved_used(after.evidence, service, scopes, day)
