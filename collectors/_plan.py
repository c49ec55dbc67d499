"""The plan: which collector runs over which scope. Expected scopes come from the vendor, never from the configuration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from annexa.collectors._source import Source
from annexa.evidence.call import Collector
from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Scope

SHUT = ("suspended", "closing")
"""States in which a scope is there and nobody can ask it."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One unit to be done."""

    source: Source
    collector: Collector
    scope: str
    not_applicable: str | None = None
    """Why there is nothing to ask there, with its proof."""
    excluded: str | None = None
    """Why the organisation leaves it out; it counts as unread."""


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A scope that the organisation does not want to be read; it stays visible as unread."""

    source: str
    scope: str
    reason: str
    owner: str
    expires: str

    def covers(self, source: str, scope: str, today: str) -> bool:
        """Whether it still holds for this scope."""
        return fnmatchcase(source, self.source) and fnmatchcase(scope, self.scope) and today <= self.expires


class Plan:
    """Scopes as they become known, and the units that follow from them."""

    def __init__(self, exclusions: Iterable[Exclusion] = (), today: str = "") -> None:
        self._exclusions, self._today = tuple(exclusions), today
        self._scopes: dict[str, dict[str, Scope]] = {}

    def learn(self, source: str, scope: Scope) -> None:
        """Take in a scope that a vendor listed."""
        self._scopes.setdefault(source, {})[scope.path] = scope

    def accounts(self, source: Source) -> tuple[str, ...]:
        """Accounts that can be asked: those listed and not known to be closed, and those we hold credentials for."""
        listed = {path for path, scope in self._of(source).items() if scope.level == "account"}
        configured = source.known(source.tenant).get("configured_accounts", ())
        return tuple(sorted({*self._enabled(source, "account"), *(one for one in configured if one not in listed)}))

    def regions(self, source: Source) -> tuple[str, ...]:
        """Regions of every account; an account whose list could not be read is tried where its neighbours are."""
        listed = {path for path, scope in self._of(source).items() if scope.level == "region"}
        enabled = set(self._enabled(source, "region"))
        common = {path.split("/", 1)[1] for path in enabled}
        known = {path.split("/", 1)[0] for path in listed}
        blind = {
            f"{account}/{region}" for account in self.accounts(source) if account not in known for region in common
        }
        return tuple(sorted(enabled | blind))

    def places(self, source: Source, per: str) -> tuple[str, ...]:
        """Where a collector runs: the tenant, or the scopes of one level that can be asked."""
        if per == "source":
            return (source.tenant,)
        if per == "account":
            return self.accounts(source)
        return self.regions(source) if per == "region" else self._enabled(source, per)

    def work(self, source: Source, collectors: Iterable[Collector]) -> Iterator[Work]:
        """The units of these collectors over all scopes known so far."""
        for collector in collectors:
            for scope in (*self.places(source, collector.per), *self._given_up(source, collector.per)):
                yield Work(
                    source=source, collector=collector, scope=scope, not_applicable=self._absent(source, collector, scope),
                    excluded=self._excluded(source, scope),
                )  # fmt: skip

    def absent_services(self, source: Source, scope: str) -> tuple[str, ...]:
        """Services that the vendor's own list does not offer in a scope."""
        known = self._of(source).get(scope)
        return known.absent_services if known else ()

    def _given_up(self, source: Source, level: str) -> tuple[str, ...]:
        """Scopes that the vendor lets nobody ask and that the organisation excludes: said to be so, place by place."""
        listed = (path for path, scope in self._of(source).items() if scope.level == level and scope.state in SHUT)
        return tuple(sorted(path for path in listed if self._excluded(source, path)))

    def _enabled(self, source: Source, level: str) -> tuple[str, ...]:
        scopes = self._of(source).items()
        return tuple(sorted(path for path, scope in scopes if scope.level == level and _may_be_on(scope)))

    def _of(self, source: Source) -> dict[str, Scope]:
        return self._scopes.get(source.alias, {})

    def _absent(self, source: Source, collector: Collector, scope: str) -> str | None:
        known = self._of(source).get(scope)
        service = collector.calls[0].op.split(":", 1)[0] if collector.calls else ""
        if known is None or service not in known.absent_services:
            return None
        return f"{service} is not in the vendor's own list of services for {scope}"

    def _excluded(self, source: Source, scope: str) -> str | None:
        for exclusion in self._exclusions:
            if exclusion.covers(source.alias, scope, self._today):
                return f"excluded by {exclusion.owner} until {exclusion.expires}: {exclusion.reason}"
        return None


def stages(collectors: Iterable[Collector]) -> Iterator[list[str]]:
    """Where the collectors that list scopes run, in the order in which their lists build upon each other."""
    listing = [collector for collector in collectors if collector.lists_scopes]
    done, ready = set[str](), {"source"}
    while now := sorted({str(one.per) for one in listing if one.per in ready} - done):
        yield now
        done.update(now)
        ready = {str(one.lists_scopes) for one in listing if one.per in done}


def _may_be_on(scope: Scope) -> bool:
    """A state that nobody can tell is no proof that there is nothing to read."""
    return scope.state == "enabled" or isinstance(scope.state, Missing)
