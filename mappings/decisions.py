"""Which decision of the organisation holds for an item: the most specific one that is in force.

From most to least specific: the subject's own id, a pattern with `*` that fits it (the one with more letters first),
the path of its scope, each path above it (a region's account), the source, the organisation. A decision that has ended
or is not approved yet does not hold; that it was there is said. Of two that are equally specific the later approved one
holds; two of one day that say different things cannot both be followed, and nothing is judged with either.
"""

from collections.abc import Collection, Iterable

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Decision, Scope
from annexa.evidence.record import Record
from annexa.mappings.patterns import fits
from annexa.schemas.words import State

ORGANISATION = "organisation"
ANY = "*"
"""Stands in `invalid` for a row of which not even the setting could be read."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision is looked up for."""

    subjects: tuple[str, ...]
    """Ids of the item: the vendor's own, our `subject_uid`, and whatever else names it."""
    source: str
    scope: str
    """Path of the scope it is about."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says for one item."""

    record: Record | None = None
    """The decision that holds."""
    unread: str | None = None
    """Why the register cannot be followed here; nothing may be judged then, not even with a default."""
    note: str | None = None
    """What the reader must know beside it: a decision that has ended."""

    @property
    def decision(self) -> Decision | None:
        """The fact of the record."""
        return self.record.data if self.record and isinstance(self.record.data, Decision) else None


def place_of(record: Record, *further: str) -> Place:
    """Where an item stands: its ids, its source, and the scope that it is about (a scope is about itself)."""
    fact = record.data
    subjects = (fact.subject, record.subject_uid, *further)
    scope = fact.path if isinstance(fact, Scope) else fact.at or record.scope
    return Place(subjects=subjects, source=record.source, scope=scope)


class Decisions:
    """The decisions register of a run. Not configured means read and empty: `Decisions()`."""

    def __init__(
        self, records: Iterable[Record] = (), *, unreadable: bool = False, invalid: Collection[str] = ()
    ) -> None:
        """`invalid`: settings of which a row could not be read, `*` where not even that is known."""
        self._unreadable = unreadable
        self._invalid = frozenset(invalid)
        self._rows: dict[str, list[tuple[Record, Decision]]] = {}
        for record in records:
            if isinstance(record.data, Decision):
                self._rows.setdefault(record.data.setting, []).append((record, record.data))

    def find(self, setting: str, place: Place, day: str) -> Found:
        """The decision about `setting` that holds at `place` on `day` (`2026-09-29`)."""
        if self._unreadable:
            return Found(unread="the decisions register could not be read")
        if self._invalid & {setting, ANY}:
            return Found(unread=f"a decision about {setting} is not valid")
        ranked = [(rank, *row) for row in self._rows.get(setting, ()) if (rank := _rank(row[1].applies_to, place))]
        ranked.sort(key=lambda row: (row[0], row[2].approved_on, row[1].record_id), reverse=True)
        ended: list[str] = []
        for at, (rank, record, decision) in enumerate(ranked):
            if isinstance(decision.until, Missing) and decision.until.state not in _NO_END:
                return Found(unread=f"the end of a decision about {setting} could not be read")
            if not isinstance(decision.until, Missing) and decision.until < day:
                ended.append(f"the decision of {decision.approved_on} ended on {decision.until}")
            elif decision.approved_on > day:
                ended.append(f"the decision of {decision.approved_on} does not hold yet")
            else:
                return self._settled(setting, ranked[at:], rank, record, decision, ended, day)
        return Found(note="; ".join(ended) or None)

    def uniform(self, setting: str) -> bool:
        """Whether every item gets the same answer about `setting`, since no decision is narrower than the whole."""
        return all(decision.applies_to == ORGANISATION for _, decision in self._rows.get(setting, ()))

    def _settled(
        self,
        setting: str,
        ranked: list[tuple[tuple[int, int], Record, Decision]],
        rank: tuple[int, int],
        record: Record,
        decision: Decision,
        ended: list[str],
        day: str,
    ) -> Found:
        rivals = [other for other_rank, _, other in ranked[1:] if other_rank == rank and _in_force(other, day)]
        same_day = [other for other in rivals if other.approved_on == decision.approved_on]
        if any((other.must, other.value) != (decision.must, decision.value) for other in same_day):
            return Found(unread=f"two decisions of {decision.approved_on} about {setting} contradict each other")
        return Found(record=record, note="; ".join(ended) or None)


def _in_force(decision: Decision, day: str) -> bool:
    return decision.approved_on <= day and (isinstance(decision.until, Missing) or decision.until >= day)


def _rank(applies_to: str, place: Place) -> tuple[int, int] | None:
    """How specific; None if it does not apply. The second number tells patterns and paths apart by their length."""
    if applies_to in place.subjects:
        return 5, 0
    if applies_to == place.scope:
        return 3, len(applies_to)
    if place.scope.startswith(f"{applies_to}/"):
        return 2, len(applies_to)
    if applies_to == place.source:
        return 1, 0
    if applies_to in (ORGANISATION, "*"):
        return 0, 1
    if "*" in applies_to and any(fits(applies_to, subject) for subject in place.subjects):
        return 4, len(applies_to.replace("*", ""))
    return None


_NO_END = (State.ABSENT, State.NOT_EXPOSED)
