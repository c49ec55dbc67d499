"""The scopes of a run: which the vendors list, in which of them anything can be, and whether the lists can be believed.

Only a state that was read as `disabled` proves that nothing has to be read; a suspended account or a state that nobody
understands is expected like any other. Where a list of scopes is not complete, or lacks a scope that something else in
the run proves, no population of that source is complete.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice, takewhile

from annexa.evidence.kinds import Scope
from annexa.evidence.manifest import CollectorInfo, Manifest
from annexa.evidence.record import Record
from annexa.mappings.reach import Lack, Path, Reach
from annexa.schemas.words import Reason


def listed(records: Iterable[Record]) -> dict[Path, Record]:
    """The scope records of a run by source and path."""
    return {(record.source, record.data.path): record for record in records if isinstance(record.data, Scope)}


class Scopes:
    """Expected scopes, and what is wrong with their lists."""

    def __init__(
        self,
        manifest: Manifest,
        records: Mapping[Path, Record],
        reach: Reach,
        seen: Iterable[Path],
        *,
        broken: bool = False,
    ) -> None:
        """`seen`: places in which any record of the run lies. `broken`: a scope's line could not be read."""
        self._broken = broken
        self._reach = reach
        self._tenants = {source.source: source.tenant for source in manifest.sources}
        self._vendors = {source.source: source.vendor for source in manifest.sources}
        self._lists = [collector for collector in manifest.collectors if collector.lists_scopes]
        self._pers: dict[str, set[str]] = {vendor: set() for vendor in self._vendors.values()}
        for collector in manifest.collectors:
            self._pers.setdefault(collector.vendor, set()).add(collector.per)
        self.records = records
        self.facts = {path: record.data for path, record in records.items() if isinstance(record.data, Scope)}
        self._unlisted = self._not_listed(seen)
        self.trouble = cache(self._trouble)
        """What is lacking of a source's lists of scopes; empty: they can be believed."""
        self.at_level = cache(self._at_level)
        """Paths of the scopes of one level in a source that are not proved to be disabled, sorted."""

    def sources(self, vendor: str | None = None) -> tuple[str, ...]:
        """The sources of a vendor, or all, sorted."""
        return tuple(sorted(name for name, found in self._vendors.items() if vendor in (None, found)))

    def started(self, source: str) -> bool:
        """Whether the source could be asked at all."""
        info = self._reach.source(source)
        return info is not None and info.started

    def tenant(self, source: str) -> str:
        """The vendor's id of the tenant behind a source."""
        return self._tenants.get(source, source)

    def expected(self, source: str, per: str) -> tuple[str, ...]:
        """Where a collector of this source is expected to have run."""
        return (self._tenants[source],) if per == "source" else self.at_level(source, per)

    def disabled(self, source: str, per: str) -> tuple[str, ...]:
        """Scopes of one level that are proved to be disabled."""
        whole = {path for name, path in self.facts if name == source and self.facts[name, path].level == per}
        return tuple(sorted(whole - set(self.at_level(source, per))))

    def covering(self, source: str, per: str, path: str) -> tuple[str, ...]:
        """The expected places of a collector that speak about `path`: itself, what lies above it, what lies in it."""
        if per == "source":
            return (self._tenants[source],)
        paths = self.at_level(source, per)
        steps = path.split("/")
        above = ("/".join(steps[:count]) for count in range(1, len(steps) + 1))
        start = bisect_left(paths, f"{path}/")
        inside = takewhile(lambda other: other.startswith(f"{path}/"), islice(paths, start, None))
        return (*(part for part in above if _among(paths, part)), *inside)

    def details(self, source: str, path: str) -> tuple[Lack, ...]:
        """What lists of scopes lack about those at and above `path`, none of which is missing.

        It could have proved that a service is absent there: then it is the cause why nobody answers.
        """
        return tuple(
            lack
            for collector in self._lists_of(source)
            for place in self.expected(source, collector.per)
            if f"{path}/".startswith(f"{place}/") and (lack := self._reach.lack(collector, source, place)) is not None
            and self._lists_all(lack)
        )  # fmt: skip

    def _at_level(self, source: str, level: str) -> tuple[str, ...]:
        return tuple(
            sorted(
                path
                for (name, path), fact in self.facts.items()
                if name == source and fact.level == level and self._can_hold(name, path)
            )
        )

    def _can_hold(self, source: str, path: str) -> bool:
        """Whether neither the scope nor one above it is disabled."""
        steps = path.split("/")
        above = ("/".join(steps[:count]) for count in range(1, len(steps) + 1))
        facts = (self.facts.get((source, part)) for part in above)
        return all(fact is None or fact.state != "disabled" for fact in facts)

    def _trouble(self, source: str) -> tuple[Lack, ...]:
        lists = self._lists_of(source)
        info = self._reach.source(source)
        if info is not None and not self.started(source):
            says = f"the source could not be asked: {info.why_not or 'no reason is known'}"
            return (self._unbelievable(source, info.tenant, "*", says, Reason.UNREACHABLE),)
        found = [
            lack
            for collector in lists
            for path in self.expected(source, collector.per)
            if (lack := self._reach.lack(collector, source, path)) is not None and not self._lists_all(lack)
        ]
        if not found:
            found = [*self._gaps(source, lists)]
        return tuple(dict.fromkeys(found))

    def _lists_all(self, lack: Lack) -> bool:
        """Whether only details of scopes are lacking that are on the list all the same: an account's tags."""
        subjects = {unread.subject for unread in lack.unreads}
        return bool(subjects) and all(
            subject is not None and (lack.source, subject) in self.facts for subject in subjects
        )

    def _gaps(self, source: str, lists: list[CollectorInfo]) -> Iterable[Lack]:
        """A list that says of itself that it is complete, and cannot be."""
        for collector, path in self._unlisted.get(source, ()):
            says = f"the list of scopes lacks {path}, which another part of the run proves"
            yield self._unbelievable(source, path, collector, says)
        if self._broken and lists:
            yield self._unbelievable(source, self._tenants[source], lists[0].name, "the record of a scope is broken")
        for level in sorted(self._pers[self._vendors[source]] - {"source", *(one.lists_scopes for one in lists)}):
            yield self._unbelievable(source, self._tenants[source], "*", f"nothing lists its scopes of level {level}")
        for lister in (one for one in lists if not one.may_list_none):
            level = str(lister.lists_scopes)
            having = self._above(source, level) | ({self._tenants[source]} if self.at_level(source, level) else set())
            for path in self.expected(source, lister.per):
                if path not in having:
                    says = f"the list of scopes of level {level} is empty"
                    yield self._unbelievable(source, path, lister.name, says)

    def _above(self, source: str, level: str) -> set[str]:
        """The scopes right above those of a level, whatever their state."""
        return {
            path.rpartition("/")[0]
            for (name, path), fact in self.facts.items()
            if (name, fact.level) == (source, level)
        }

    def _unbelievable(
        self, source: str, scope: str, collector: str, says: str, reason: Reason = Reason.INVALID_ANSWER
    ) -> Lack:
        return Lack(source=source, scope=scope, collector=collector, says=says, whole=True, reason=reason)

    def _not_listed(self, seen: Iterable[Path]) -> dict[str, list[tuple[str, str]]]:
        """Places of records and units that no list holds, by source; only where the vendor has such a list."""
        listing = {name for name, vendor in self._vendors.items() if any(one.vendor == vendor for one in self._lists)}
        lister = {name: _lister(self._lists_of(name), "source") for name in listing}
        places = {*seen, *(place for place, _ in self._reach.places())}
        unlisted = (place for place in places if place[0] in listing and place not in self.facts)
        lost = sorted(place for place in unlisted if place[1] != self._tenants[place[0]])
        found: dict[str, list[tuple[str, str]]] = {}
        for source, path in lost:
            found.setdefault(source, []).append((lister[source], path))
        return found

    def _lists_of(self, source: str) -> list[CollectorInfo]:
        return [collector for collector in self._lists if collector.vendor == self._vendors[source]]


def _among(paths: tuple[str, ...], path: str) -> bool:
    at = bisect_left(paths, path)
    return at < len(paths) and paths[at] == path


def _lister(lists: list[CollectorInfo], per: str) -> str:
    return next((collector.name for collector in lists if collector.per == per), "*")
