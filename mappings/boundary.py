"""What belongs to one management system: the scopes that it names, and those that none names, which count as inside.

The boundaries are sealed with the run. What another management system names and this one does not is outside: its facts
are shown apart and make no gap here. What people supply is the organisation's, and always inside.
"""

from collections.abc import Iterable, Iterator

from annexa.evidence.manifest import PEOPLE, IsmsInfo, Manifest
from annexa.mappings.patterns import fits
from annexa.mappings.reach import Path


class Boundary:
    """Answers for one management system of a run; without any boundaries everything is inside."""

    def __init__(self, systems: Iterable[IsmsInfo] = (), isms: str = "") -> None:
        known = tuple(systems)
        self._mine = [info for info in known if info.id == isms]
        self._others = [info for info in known if info.id != isms] if self._mine else []
        self._known: dict[Path, bool] = {}

    def inside(self, source: str, path: str) -> bool:
        """Whether a scope of a source belongs to it, or to none."""
        if not self._others or source.partition(":")[0] in PEOPLE:
            return True
        place = (source, path)
        if place not in self._known:
            self._known[place] = _any(self._mine, place) or not _any(self._others, place)
        return self._known[place]

    def touches(self, source: str, paths: Iterable[str]) -> bool:
        """Whether anything of a source is inside; `paths`: its tenant and all of its scopes."""
        return any(self.inside(source, path) for path in paths)

    def unassigned(self, manifest: Manifest, scopes: Iterable[Path]) -> tuple[str, ...]:
        """What no management system names, as `source path`; of nested scopes the highest."""
        known = [*self._mine, *self._others]
        return _told((place for place in _all(manifest, scopes) if not _any(known, place)) if known else ())

    def outside(self, manifest: Manifest, scopes: Iterable[Path]) -> tuple[str, ...]:
        """What belongs to another management system alone, as `source path`; of nested scopes the highest."""
        return _told(place for place in _all(manifest, scopes) if not self.inside(*place))


def covers(info: IsmsInfo, place: Path) -> bool:
    """Whether a management system names a scope, one above it, or everything of its source."""
    source, path = place
    steps = path.split("/")
    paths = ["/".join(steps[:count]) for count in range(1, len(steps) + 1)]
    named = any(fits(pattern, part) for pattern in info.scopes for part in paths)
    return named and any(fits(pattern, source) for pattern in info.sources)


def _any(systems: Iterable[IsmsInfo], place: Path) -> bool:
    return any(covers(info, place) for info in systems)


def _all(manifest: Manifest, scopes: Iterable[Path]) -> Iterator[Path]:
    """Every place of the run: the tenants that were asked, and the scopes that they listed."""
    yield from ((one.source, one.tenant) for one in manifest.sources if one.vendor not in PEOPLE and one.started)
    yield from scopes


def _told(places: Iterable[Path]) -> tuple[str, ...]:
    found = set(places)
    highest = (place for place in found if not any((place[0], above) in found for above in _above(place[1])))
    return tuple(sorted(f"{source} {path}" for source, path in highest))


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
