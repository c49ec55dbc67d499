"""The AI register as predicates ask it: which entries speak about an item, and whether these are all."""

from collections.abc import Iterable, Iterator

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Application, RegisterEntry, Scope, Usage
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.patterns import any_of, fits
from annexa.schemas.words import State, UnknownReason

NOT_WRITTEN = (State.ABSENT, State.NOT_EXPOSED)
"""In a register that people keep, what no row says is not there; a vendor's silence would be another matter."""


class Register:
    """The entries of one run, found by exact id first and by pattern second."""

    def __init__(self, context: Context) -> None:
        joined = context.joined("register_entry")
        self.complete = joined.complete
        self.reason: UnknownReason | None = joined.reason
        self.entries = [(record, record.data) for record in joined.records if isinstance(record.data, RegisterEntry)]
        self._exact: dict[str, list[int]] = {}
        self._patterns: list[tuple[str, int]] = []
        for number, (_, entry) in enumerate(self.entries):
            for identifier in entry.identifiers:
                if "*" in identifier:
                    self._patterns.append((identifier, number))
                else:
                    self._exact.setdefault(identifier.casefold(), []).append(number)
        self._fits_any = any_of(pattern for pattern, _ in self._patterns)

    @staticmethod
    def of(context: Context) -> "Register":
        """The register of a context, made once."""
        return context.kept("register", lambda: Register(context))

    def about(self, names: Iterable[str]) -> list[tuple[Record, RegisterEntry]]:
        """Entries that name one of `names`, in the register's order; a name's case does not matter, a pattern's does."""
        words = list(names)
        found = {number for word in words for number in self._exact.get(word.casefold(), ())}
        fitting = [word for word in words if self._fits_any(word)]
        if fitting:
            found |= {number for pattern, number in self._patterns if any(fits(pattern, word) for word in fitting)}
        return [self.entries[number] for number in sorted(found)]

    def missing(self) -> UnknownReason:
        """Why an entry that was not found may exist all the same."""
        return self.reason or UnknownReason.UNREAD


def names_of(record: Record) -> Iterator[str]:
    """Everything under which a register can name an item; use of a service as `bedrock@111122223333/eu-west-1`."""
    fact = record.data
    yield fact.subject
    name = getattr(fact, "name", None)
    if isinstance(name, str):
        yield name
    if isinstance(fact, Application):
        yield fact.vendor_id
    if isinstance(fact, Scope):
        yield fact.path
    if isinstance(fact, Usage):
        yield fact.service
        yield f"{fact.service}@{fact.at or record.scope}"


def written(value: object) -> bool:
    """Whether a row says anything there."""
    return value not in ("", ()) and not (isinstance(value, Missing) and value.state in NOT_WRITTEN)


def legible(value: object) -> bool:
    """Whether what the row says there could be read."""
    return not isinstance(value, Missing) or value.state in NOT_WRITTEN
