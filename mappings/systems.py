"""To which registered AI systems an item belongs, so that what meets a need can be told system by system.

An item belongs to every entry of the AI register that names it: by its id or name, by the AI systems that it is about,
by the path of its scope or one above it, or as use of a service in a scope (`bedrock@111122223333/eu-west-1`). An item
may belong to several; one that no entry names belongs to no registered system, and is counted there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import RegisterEntry
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.register import Register, names_of
from annexa.mappings.results import ItemResult, SystemShare
from annexa.mappings.rule import Rule
from annexa.schemas.words import Verdict

ABOUT = ("ai_system", "reached_by")
"""Fields in which a fact names AI systems that it is about."""
NOBODY = ""
"""Stands for what no entry of the register names."""
Shares = Mapping[tuple[str, Verdict], int]
"""How many items of each registered system, by its subject, have which verdict."""


class BySystem:
    """Counts the items of one rule by registered AI system and verdict."""

    def __init__(self, rule: Rule, context: Context) -> None:
        self._service, self._context = rule.population.used, context
        self._counted: Counter[tuple[str, Verdict]] = Counter()

    def of(self, item: ItemResult, records: tuple[Record, ...]) -> tuple[str, ...]:
        """The systems of an item; one that a single record stands for belongs where its record does."""
        if len(records) == 1 and records[0].subject_uid == item.subject_uid:
            return systems_of(records[0], self._service, self._context)
        return systems_in(item.scope, self._service, self._context)

    def add(self, systems: tuple[str, ...], verdict: Verdict) -> None:
        """Count one item that is settled."""
        self._counted.update((system, verdict) for system in systems or (NOBODY,))

    def shares(self, held: Iterable[tuple[tuple[str, ...], Verdict]]) -> Shares:
        """The counts, together with items that may still have changed: their systems and verdicts."""
        found = Counter(self._counted)
        for systems, verdict in held:
            found.update((system, verdict) for system in systems or (NOBODY,))
        return found


def systems_of(record: Record, service: str | None, context: Context) -> tuple[str, ...]:
    """Subjects of the register's entries to which a record belongs; `service`: the one whose use the rule is about."""
    register = Register.of(context)
    if not register.entries:
        return ()
    if isinstance(record.data, RegisterEntry):
        return (record.data.subject,)
    named = _found(register, (*names_of(record), *_about(record)))
    there = systems_in(record.data.at or record.scope, service, context)
    return tuple(dict.fromkeys((*named, *there))) if there else named


def systems_in(scope: str, service: str | None, context: Context) -> tuple[str, ...]:
    """The same for a scope, or a number of items in it."""
    register = Register.of(context)
    if not register.entries:
        return ()
    key = ("systems in", scope, service)
    return context.kept(key, lambda: _found(register, tuple(_places(scope, service))))


def share(tallies: Iterable[Shares], context: Context) -> tuple[SystemShare, ...]:
    """The items of some rules by registered system, by name; what belongs to none comes last."""
    counted = Counter[tuple[str, Verdict]]()
    for tally in tallies:
        counted.update(tally)
    names = {entry.subject: entry.name for _, entry in Register.of(context).entries}
    found = sorted({system for system, _ in counted}, key=lambda system: (not system, names.get(system, ""), system))
    return tuple(
        SystemShare(
            id=system or None, name=names.get(system, system) if system else "no registered system",
            passed=counted[system, Verdict.PASS], failed=counted[system, Verdict.FAIL],
            unknown=counted[system, Verdict.UNKNOWN], shown=counted[system, Verdict.SHOWN],
        )
        for system in found
    )  # fmt: skip


def silent(shares: Iterable[SystemShare], context: Context) -> int:
    """How many registered systems have no item among them."""
    known = {entry.subject for _, entry in Register.of(context).entries}
    return len(known - {one.id for one in shares})


def _found(register: Register, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry.subject for _, entry in register.about(names))


def _about(record: Record) -> Iterator[str]:
    for field in ABOUT:
        value = getattr(record.data, field, None)
        if isinstance(value, str):
            yield value
        elif value is not None and not isinstance(value, Missing):
            yield from value


def _places(scope: str, service: str | None) -> Iterator[str]:
    """A scope and those above it, each also as the place where a service is used."""
    steps = scope.split("/")
    for path in ("/".join(steps[:count]) for count in range(1, len(steps) + 1)):
        yield path
        if service is not None:
            yield f"{service}@{path}"
