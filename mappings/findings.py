"""Findings: one per violation of one rule by one subject, followed over runs.

A finding's id is made of organisation, ISMS, rule, vendor tenant and subject: it survives renamed sources and reworded
rules. `not_observed` never closes one; `resolved` needs a complete read of its population. A follower's violation for
the same subject is folded under the finding of the rule that it names (R10): one cause, one finding.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from annexa.mappings.causes import Causes
from annexa.mappings.exceptions import Exceptions
from annexa.mappings.first_seen import FirstSeen
from annexa.mappings.held import Held
from annexa.mappings.history import History, Key, retired
from annexa.mappings.missing import MissingRun
from annexa.mappings.results import Finding, Since
from annexa.mappings.rule import Rule
from annexa.mappings.verdicts import Found
from annexa.mappings.world import World
from annexa.schemas.words import Change, Criterion, Result, Severity, Status, UnknownReason, Verdict

SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
STATUSES = (Status.GAP, Status.GAP_ACCEPTED, Status.BELOW_DEFAULT)


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What findings are made from."""

    world: World
    before: World | None
    found: Mapping[str, Found]
    history: History
    """What was remembered before this run."""
    exceptions: Exceptions
    isms: str
    missing: tuple[MissingRun, ...] = ()
    """Earlier runs that should be heard and are not here."""


def folded(found: Mapping[str, Found]) -> dict[Key, str]:
    """For each failing item of a follower the rule under whose finding it is folded."""
    failing = {held.key for one in found.values() for held in one.tally.held if held.item.verdict is Verdict.FAIL}
    heads = {key: _head(key, found, failing) for key in sorted(failing)}
    return {key: head for key, head in heads.items() if head != key[0]}


def write(ledger: Ledger, leaders: Mapping[Key, str]) -> list[Finding]:
    """Every open finding and every one that was open before, worst first."""
    failing = [held for one in ledger.found.values() for held in one.tally.held if held.item.verdict is Verdict.FAIL]
    failing = [held for held in failing if held.key not in leaders]
    still = {held.key for one in ledger.found.values() for held in one.tally.held if held.item.verdict is Verdict.FAIL}
    ended = [held for key, held in ledger.history.open.items() if key not in still]
    closed = [(held, what) for held in ended if (what := _ended(held, ledger)) is not None]
    changes = {held.key: _change(held, ledger) for held in failing}
    moved = [held for held in failing if changes[held.key] not in (None, Change.UNCHANGED, Change.NOT_OBSERVED)]
    causes = Causes(ledger.world, ledger.before, [*moved, *(held for held, _ in closed)])
    followers, told = _followers(leaders, ledger.found), {held.key for held in moved}
    since = _since([*failing, *(held for held, _ in closed)], ledger.world)
    findings = [
        _open(held, changes[held.key], causes if held.key in told else None, followers.get(held.key, ()), ledger)
        for held in failing
    ]
    findings += [_closed(held, change, verdict, causes, ledger) for held, (change, verdict) in closed]
    dated = [msgspec.structs.replace(one, subject_since=since.get((one.rule, one.subject_uid))) for one in findings]
    return sorted(dated, key=_order)


def finding_uid(ledger: Ledger, held: Held) -> str:
    """The id that survives runs."""
    organisation = ledger.world.manifest.organisation.id
    parts = (organisation, ledger.isms, held.item.rule, held.tenant, held.item.subject)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _since(held: list[Held], world: World) -> dict[Key, Since]:
    """Since when the subjects of findings exist; earlier runs are read again only for those that nothing dates."""
    wanted: dict[str, set[str]] = {}
    for one in held:
        if one.began is not None and not one.began.exact:
            wanted.setdefault(world.pack.rules[one.item.rule].reads, set()).add(one.item.subject_uid)
    sighted = world.beginnings.sighted(wanted)
    found = {one.key: (one.began, sighted.get(one.item.subject_uid)) for one in held if one.began is not None}
    return {key: _told(world.beginnings.joined(*pair)) for key, pair in found.items()}


def _told(began: FirstSeen) -> Since:
    return Since(at=began.at, exact=began.exact, by=began.by, reason=None if began.exact else began.reason)


def _head(key: Key, found: Mapping[str, Found], failing: set[Key]) -> str:
    """The rule at the head of a chain of followers that fail for one subject; of a circle the first by name."""
    chain = [key[0]]
    while True:
        above = [name for name in found[chain[-1]].tally.rule.follows if (name, key[1]) in failing]
        if not above:
            return chain[-1]
        if above[0] in chain:
            return min(chain[chain.index(above[0]) :])
        chain.append(above[0])


def _followers(leaders: Mapping[Key, str], found: Mapping[str, Found]) -> dict[Key, tuple[str, ...]]:
    """Sightings of each leading finding: rules folded under it, and where else they saw the subject."""
    seen: dict[Key, set[str]] = {}
    folded_items = {held.key: held for one in found.values() for held in one.tally.held if held.key in leaders}
    for key, held in folded_items.items():
        places = held.sightings if not held.item.source else (f"{held.item.source} {held.item.scope}",)
        further = held.sightings if held.item.source else ()
        words = (*(f"{key[0]} {place}" for place in places), *further)
        seen.setdefault((leaders[key], key[1]), set()).update(words)
    return {key: tuple(sorted(words)) for key, words in seen.items()}


def _change(held: Held, ledger: Ledger) -> Change | None:
    """What became of a violation; None: the run that would tell is missing."""
    before = ledger.history.open.get(held.key)
    if held.item.last_observed is not None:
        return Change.NOT_OBSERVED
    if any(run.previous or before is None for run in ledger.missing):
        return None
    if before is None:
        return Change.REOPENED if held.key in ledger.history.first else Change.NEW
    same = (held.item.observed, held.item.expected, held.item.criterion) == (
        before.item.observed,
        before.item.expected,
        before.item.criterion,
    )
    return Change.UNCHANGED if same else Change.CHANGED


def _ended(held: Held, ledger: Ledger) -> tuple[Change, Verdict] | None:
    """What became of a violation that is no failing item any more; None if its rule does not exist any more."""
    found = ledger.found.get(held.item.rule)
    if found is None:
        return (Change.NOT_OBSERVED, Verdict.UNKNOWN) if held.item.rule in ledger.world.pack.rules else None
    seen = found.tally.seen.get(held.item.subject_uid, set())
    if any(isinstance(word, UnknownReason) for word in seen):
        return Change.CHANGED, Verdict.UNKNOWN
    whole = (
        found.coverage.complete or found.result in (Result.PASS, Result.NO_POPULATION) or retired(held, ledger.world)
    )
    return Change.RESOLVED if whole else Change.CHANGED, Verdict.PASS if Verdict.PASS in seen else Verdict.SHOWN


def _open(held: Held, change: Change | None, causes: Causes | None, further: Iterable[str], ledger: Ledger) -> Finding:
    first = ledger.history.first.get(held.key, held.at)
    finding = _finding(held, change, ledger, first=first, seen=held.at, observed=held.item.last_observed or held.at)
    cause = causes.of(held) if causes is not None else None
    sightings = tuple(sorted({*held.sightings, *further}))
    return msgspec.structs.replace(finding, cause=cause, sightings=sightings)


def _closed(held: Held, change: Change, verdict: Verdict, causes: Causes, ledger: Ledger) -> Finding:
    observed = held.at if change is Change.NOT_OBSERVED else ledger.world.manifest.finished
    first = ledger.history.first.get(held.key, held.at)
    finding = _finding(held, change, ledger, first=first, seen=held.at, observed=observed)
    cause = None if change is Change.NOT_OBSERVED else causes.of(held)
    return msgspec.structs.replace(finding, cause=cause, item_verdict=verdict, sightings=held.sightings)


def _finding(held: Held, change: Change | None, ledger: Ledger, *, first: str, seen: str, observed: str) -> Finding:
    item, rule = held.item, ledger.world.pack.rules[held.item.rule]
    exception = ledger.exceptions.covered.get(held.key)
    return Finding(
        finding_uid=finding_uid(ledger, held), rule=rule.id, rev=rule.rev, title=rule.title, control=rule.control,
        severity=rule.severity, criterion=item.criterion or Criterion.INHERENT, criterion_ref=item.criterion_ref,
        subject=item.subject, subject_uid=item.subject_uid, source=item.source, scope=item.scope,
        observed=item.observed, expected=item.expected, status=_status(item.criterion, exception), exception=exception,
        owner=held.owner, owner_role=rule.owner_role, remedy=_remedy(rule), does_not_show=rule.does_not_show,
        first_seen=first, last_seen=seen, last_observed=observed, change=change, records=item.records,
        change_reason=UnknownReason.INPUT_MISSING if change is None else None, item_verdict=item.verdict,
        compared_with=held.compared_with,
    )  # fmt: skip


def _status(criterion: Criterion | None, exception: str | None) -> Status:
    if criterion is Criterion.ANNEXA_DEFAULT:
        return Status.BELOW_DEFAULT
    return Status.GAP_ACCEPTED if exception else Status.GAP


def _remedy(rule: Rule) -> dict[str, str | None]:
    remedy = rule.remedy
    return {
        "do": remedy.do, "where": remedy.where, "role": remedy.role, "side_effect": remedy.side_effect,
        "source": remedy.source,
    }  # fmt: skip


def _order(finding: Finding) -> tuple[bool, int, int, str, str, str, str]:
    return (
        finding.item_verdict is not Verdict.FAIL,
        STATUSES.index(finding.status),
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.source,
        finding.subject,
        finding.finding_uid,
    )
