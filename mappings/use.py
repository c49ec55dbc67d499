"""Whether a scope is used for AI: yes if any signal says so, no only if every signal was read and is silent.

A signal is a collector that declares one. A bill or another count of use proves use where it shows some, and nothing
where it is silent.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from annexa.evidence.manifest import CollectorInfo, Manifest
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.reach import Lack, Path, Reach
from annexa.mappings.scopes import Scopes
from annexa.schemas.words import State
from annexa.schemas.words import Use as Word


class Traces:
    """What one look over every record of a run gives: where records lie, and which services they show in use."""

    def __init__(self, evidence: Evidence) -> None:
        signals = {one.name: one.signals for one in evidence.manifest.collectors if one.signals is not None}
        self.places: set[Path] = set()
        self.shown: set[tuple[str, str, str]] = set()
        """Service, source and path of each scope in which use was seen."""
        self.doubtful: set[tuple[str, str, str]] = set()
        """The same, where a measure exists and could not be read."""
        for kind in evidence.kinds():
            counted = kind == "usage"
            for trace in evidence.traces(kind):
                self.places.add((trace.source, trace.scope))
                service = trace.service if counted else signals.get(trace.collector)
                if service is not None:
                    self._take(str(service), (trace.source, trace.scope), trace.count if counted else 1)
        self.whole = not evidence.broken()
        """Whether every line could be read; if not, silence proves nothing."""

    def _take(self, service: str, place: Path, count: Any) -> None:
        if isinstance(count, Mapping):
            shows = count.get("state") == State.NOT_EXPOSED
            (self.shown if shows else self.doubtful).add((service, *place))
        elif isinstance(count, int) and count > 0:
            self.shown.add((service, *place))


class Use:
    """Answers for one scope and one service."""

    def __init__(self, manifest: Manifest, scopes: Scopes, reach: Reach, traces: Traces) -> None:
        self._manifest, self._scopes, self._reach = manifest, scopes, reach
        self._whole = traces.whole
        self._shown, self._doubtful = _with_those_above(traces.shown), _with_those_above(traces.doubtful)
        self.of = cache(self._of)
        """Use of a service in the scope `path` of a source."""

    def silent(self, service: str, source: str, path: str) -> tuple[Lack, ...]:
        """What is lacking of the signals for a scope: why nobody can say that it is not used."""
        lacks = (
            self._reach.lack(collector, source, place)
            for collector in self._signals(service, source)
            for place in self._scopes.covering(source, collector.per, path)
        )
        return tuple(lack for lack in lacks if lack is not None)

    def _of(self, service: str, source: str, path: str) -> Word:
        if (service, source, path) in self._shown:
            return Word.YES
        signals = self._signals(service, source)
        if (
            not self._whole
            or not signals
            or (service, source, path) in self._doubtful
            or self.silent(service, source, path)
        ):
            return Word.UNKNOWN
        return Word.NO

    def _signals(self, service: str, source: str) -> list[CollectorInfo]:
        info = self._reach.source(source)
        vendor = info.vendor if info else None
        return [one for one in self._manifest.collectors if one.signals == service and one.vendor == vendor]


def _with_those_above(found: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Use in a region is use in its account."""
    whole = set(found)
    for service, source, path in found:
        steps = path.split("/")
        whole.update((service, source, "/".join(steps[:count])) for count in range(1, len(steps)))
    return whole
