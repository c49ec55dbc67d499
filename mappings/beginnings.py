"""Since when the subjects of a run exist, from its records, its AI register, and the runs before it."""

from collections.abc import Iterable, Iterator

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.first_seen import FirstSeen, Past, Sightings, bound, dated, earliest
from annexa.mappings.register import Register, legible, names_of
from annexa.schemas.words import UnknownReason


class Beginnings:
    """Answers for the subjects of one run."""

    def __init__(self, runs: tuple[Past, ...], *, missing: bool = False) -> None:
        """`runs`: oldest first, the run itself last. `missing`: a run that should be among them is not here."""
        self._runs, self._missing = runs, missing
        self._sightings: dict[str, Sightings] = {}

    def of(self, record: Record, context: Context) -> FirstSeen:
        """For a rule about dates: everything that is known, whatever has to be read for it."""
        if record.kind not in self._sightings:
            self._sightings[record.kind] = Sightings(record.kind, self._runs)
        sighted = self._sightings[record.kind].of(record.subject_uid)
        return self.joined(self.stated(record, context), sighted)

    def stated(self, record: Record, context: Context) -> FirstSeen:
        """What the record and the register say, without reading earlier runs."""
        register, entries = Register.of(context), [row for _, row in Register.of(context).about(names_of(record))]
        days = (entry.in_use_since for entry in entries)
        found = dated(record, registered=[day for day in days if isinstance(day, str)])
        if found is None:
            return bound(record)
        unread = not register.complete and register.reason is not UnknownReason.NOT_SUPPLIED
        hidden = any(isinstance(entry.in_use_since, Missing) and not legible(entry.in_use_since) for entry in entries)
        if unread or hidden:
            # What could not be read may say an earlier day.
            return msgspec.structs.replace(found, exact=False, reason=register.reason or UnknownReason.UNREAD)
        return found

    def joined(self, stated: FirstSeen, sighted: FirstSeen | None) -> FirstSeen:
        """Both together; where a run is missing, nobody knows whether it had been sighted before."""
        if sighted is not None and self._missing:
            sighted = msgspec.structs.replace(sighted, exact=False)
        found = earliest(stated, sighted)
        if found.exact or not self._missing or found.reason is not UnknownReason.HISTORY_TOO_SHORT:
            return found
        return msgspec.structs.replace(found, reason=UnknownReason.INPUT_MISSING)

    def sighted(self, wanted: dict[str, set[str]]) -> dict[str, FirstSeen]:
        """Our own first sightings of some subjects, by kind; each kind is read once and only these are held."""
        return dict(self._found(wanted.items()))

    def _found(self, wanted: Iterable[tuple[str, set[str]]]) -> Iterator[tuple[str, FirstSeen]]:
        for kind, uids in sorted(wanted):
            sightings = Sightings(kind, self._runs, uids)
            for uid in sorted(uids):
                if (seen := sightings.of(uid)) is not None:
                    yield uid, seen
