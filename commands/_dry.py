"""A look without a vault: connects, lists scopes, and runs units whose records are thrown away."""

import secrets
from collections.abc import Iterator

from annexa import runner
from annexa.collectors._collect import Collecting, Done, Means
from annexa.collectors._plan import Plan, Work, stages
from annexa.collectors._source import Source
from annexa.commands._connect import Connected, Lent
from annexa.evidence.call import Collector
from annexa.evidence.clock import SystemClock
from annexa.evidence.kinds import Scope
from annexa.evidence.redact import Redactor


def lent() -> Lent:
    """What a look lends to the sources: the machine's own time."""
    return Lent(clock=SystemClock(), run_id="look")


class Dry:
    """Runs units one after the other and keeps nothing on disk."""

    def __init__(self, connected: Connected) -> None:
        self.connected = connected
        self._plan = Plan()
        means = Means(
            organisation="look", run_id="look", version=runner.version(), clock=SystemClock(),
            redactor=Redactor(secrets.token_bytes(32)), token=lambda: secrets.token_hex(16),
        )  # fmt: skip
        self._collecting = Collecting(means, self._plan, runner.contained, lambda work, done: None)

    def scopes(self) -> list[Done]:
        """List the scopes of every source."""
        found = []
        for pers in stages(each for _, collectors in self.connected.pairs for each in collectors):
            for source, collectors in self.connected.pairs:
                wanted = [each for each in collectors if each.lists_scopes and each.per in pers]
                for work in list(self._plan.work(source, wanted)):
                    found.append(self._learn(work))
        return found

    def places(self, source: Source, collector: Collector) -> list[str]:
        """Scopes over which a collector would run."""
        return [work.scope for work in self._plan.work(source, [collector]) if not work.not_applicable]

    def try_all(self, *, one_region: bool) -> Iterator[Done]:
        """Run every unit; with `one_region`, collectors that run per region do so in one region of each account."""
        for source, collectors in self.connected.pairs:
            for collector in (each for each in collectors if not each.lists_scopes):
                accounts = set[str]()
                for work in self._plan.work(source, [collector]):
                    account = work.scope.partition("/")[0]
                    if one_region and collector.per == "region" and account in accounts:
                        continue
                    accounts.add(account)
                    yield self._collecting.unit(work)

    def _learn(self, work: Work) -> Done:
        done = self._collecting.unit(work)
        for record in done.gathered.records:
            if isinstance(record.data, Scope):
                self._plan.learn(work.source.alias, record.data)
        return done
