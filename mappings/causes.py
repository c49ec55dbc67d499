"""Why a finding changed since the run before: evidence, a criterion, a register, or time alone.

Both runs are judged with the same rules, so that `mapping` can only be said by whoever compares two assessments.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from annexa.evidence.record import Record
from annexa.mappings.held import Held, digest_of
from annexa.mappings.population import REGISTER_KINDS
from annexa.mappings.rule import Rule
from annexa.mappings.world import World
from annexa.schemas.words import Cause


class Causes:
    """Compares the last two runs; records are read again only for the kinds of findings that changed."""

    def __init__(self, now: World, before: World | None, changed: Iterable[Held]) -> None:
        self._now, self._before = now, before
        wanted: dict[str, list[Held]] = {}
        for held in changed:
            wanted.setdefault(now.pack.rules[held.item.rule].reads, []).append(held)
        self._facts: dict[tuple[bool, str, str], str] = {}
        for kind, group in wanted.items() if before is not None else ():
            self._gather(kind, group)

    def of(self, held: Held) -> Cause | None:
        """The cause for one finding; None if there is no run before."""
        if self._before is None:
            return None
        rule = self._now.pack.rules[held.item.rule]
        if self._facts.get((True, *held.key)) != self._facts.get((False, *held.key)):
            return Cause.REGISTER if rule.reads in REGISTER_KINDS else Cause.EVIDENCE
        if self._criterion(rule, now=True) != self._criterion(rule, now=False):
            return Cause.CRITERION
        differing = [kind for kind in rule.joins if self._kind(kind, now=True) != self._kind(kind, now=False)]
        if differing:
            return Cause.REGISTER if set(differing) <= REGISTER_KINDS else Cause.EVIDENCE
        return Cause.TIME

    def _gather(self, kind: str, group: list[Held]) -> None:
        """Digests of the facts behind each finding, in both runs."""
        subjects = {held.item.subject_uid for held in group if held.collector is not None}
        scopes = {(held.tenant, held.item.scope) for held in group if held.collector is None}
        for now, world in ((True, self._now), (False, self._before)):
            found: dict[str | tuple[str, str], list[Record]] = {}
            for record in world.evidence.records(kind) if world is not None else ():
                if record.subject_uid in subjects:
                    found.setdefault(record.subject_uid, []).append(record)
                for place in _homes(world, record) if scopes and world is not None else ():
                    if place in scopes:
                        found.setdefault(place, []).append(record)
            for held in group:
                key = (held.tenant, held.item.scope) if held.collector is None else held.item.subject_uid
                self._facts[now, *held.key] = digest_of(found.get(key, ()))

    def _criterion(self, rule: Rule, *, now: bool) -> str:
        """Digest of the decisions about the rule's setting and of all parameters."""
        world = self._now if now else self._before
        assert world is not None  # noqa: S101
        name = rule.criterion.decided
        rows = [record.data for record in world.supplied.decision_records]
        decided = [row for row in rows if name is not None and getattr(row, "setting", None) == name]
        content = sorted(msgspec.json.encode(row, order="sorted") for row in decided)
        parameters = sorted(
            (entry, str(world.supplied.parameters.effective(entry).value))
            for entry in world.supplied.parameters.entries
        )
        return hashlib.sha256(msgspec.json.encode((content, parameters))).hexdigest()

    def _kind(self, kind: str, *, now: bool) -> str:
        world = self._now if now else self._before
        return digest_of(world.context.joined(kind).records) if world is not None else ""


def _homes(world: World, record: Record) -> Iterator[tuple[str, str]]:
    """The scope of a record and those above it, with the tenant in place of the source."""
    steps = record.scope.split("/")
    tenant = world.scopes.tenant(record.source)
    return ((tenant, "/".join(steps[:count])) for count in range(1, len(steps) + 1))
