"""Blind spots: every unread that a rule needed, with the rules and controls that needed it.

A register that nobody supplied is no blind spot: its need says that it is missing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from annexa.mappings.held import Held
from annexa.mappings.missing import CURE, MissingRun
from annexa.mappings.reach import Lack
from annexa.mappings.results import BlindSpot
from annexa.mappings.verdicts import Found
from annexa.mappings.world import World
from annexa.schemas.words import Reason

CURES = {
    Reason.ERROR: "Run again.",
    Reason.INVALID_ANSWER: "Run again; if it stays, report it: the answer is not as documented.",
    Reason.UNREACHABLE: "Check the credentials and the way to this source, then run again.",
    Reason.NOT_INSTALLED: "Install the extra for this source, then run again.",
    Reason.NOT_CONNECTED: "Configure this vendor as a source, then run again.",
}
"""For what no unread of a collector says."""
ATTEST = "No source of annexa reads it: attest who uses it, for what, and how it is set."
"""For a service that is in use and that nothing could read."""
SHUT = {
    "suspended": "the vendor lists it as suspended: nobody can sign in there, so nothing in it could be asked",
    "closing": "the vendor is closing it: nobody can sign in there any more, so nothing in it could be asked",
}
"""Why a scope in this state is expected and never asked; what it held may still be there."""
REOPEN = (
    "Have the vendor reopen it and run again, or take it out of the organisation; a closed one leaves the vendor's list "
    "by itself. Until then exclude it, or write a limitation for it, with owner and expiry."
)


class BlindSpots:
    """All blind spots of an assessment, and which item belongs to which."""

    def __init__(self, world: World, found: Mapping[str, Found], controls: Mapping[str, tuple[str, ...]]) -> None:
        """`controls`: for each rule the controls that need it."""
        self._world, self._controls = world, controls
        self._spots: dict[str, BlindSpot] = {}
        self._rules: dict[str, set[str]] = {}
        self.of_rule: dict[str, tuple[str, ...]] = {}
        """Ids by rule, sorted."""
        self._by_rule: dict[str, list[BlindSpot]] = {}
        for name, one in found.items():
            self._by_rule[name] = [spot for lack in one.lacks for spot in self._of_lack(lack)]
            self.of_rule[name] = tuple(sorted({spot.id for spot in self._by_rule[name]}))
            for spot in self._by_rule[name]:
                self._rules.setdefault(spot.id, set()).add(name)

    def add(self, vendor: str, detail: str, rules: Iterable[str], *, readable: bool = True) -> None:
        """A blind spot that no collector could tell of: a vendor in use that is not connected.

        `readable`: whether there is a source of annexa that could be connected; else only people can tell.
        """
        spot = self._make(
            source=vendor, scope="*", call="*", permission="", subject=None, reason=Reason.NOT_CONNECTED, detail=detail,
            cure=CURES[Reason.NOT_CONNECTED] if readable else ATTEST, told=True,
        )  # fmt: skip
        if not readable:
            self._spots[spot.id] = spot = msgspec.structs.replace(spot, curable=False)
        self._concerns(spot, rules)

    def add_missing(self, run: MissingRun, rules: Iterable[str]) -> None:
        """An earlier run that is not here."""
        spot = self._make(
            source="vault", scope=run.id, call="earlier run", permission="", subject=None, reason=run.reason,
            detail=run.says, cure=CURE, told=True,
        )  # fmt: skip
        self._concerns(spot, rules)

    def _concerns(self, spot: BlindSpot, rules: Iterable[str]) -> None:
        for rule in rules:
            self._rules.setdefault(spot.id, set()).add(rule)
            self.of_rule[rule] = tuple(sorted({*self.of_rule.get(rule, ()), spot.id}))

    def all(self) -> tuple[BlindSpot, ...]:
        """Every blind spot; vendors that are not connected first, then by place."""
        spots = (self._finished(spot) for spot in self._spots.values())
        return tuple(sorted(spots, key=_order))

    def of_item(self, held: Held) -> str | None:
        """The blind spot that keeps an item unknown, or that hides whether a violation is still there."""
        spots, item = self._by_rule.get(held.item.rule, []), held.item
        same = [spot for spot in spots if spot.source == item.source]
        subject = [spot for spot in same if spot.subject in (item.subject, item.subject_uid)]
        near = [spot for spot in same if spot.subject is None and _related(spot.scope, item.scope)]
        chosen = subject or near or same or (spots if held.item.last_observed else [])
        return min((spot.id for spot in chosen), default=None)

    def _of_lack(self, lack: Lack) -> Iterator[BlindSpot]:
        for unread in lack.unreads:
            if unread.reason is not Reason.NOT_SUPPLIED:
                yield self._make(
                    source=unread.source, scope=unread.scope, call=unread.call, permission=unread.permission,
                    subject=unread.subject, reason=unread.reason, detail=unread.detail, cure=unread.cure, told=True,
                )  # fmt: skip
        shut = self._shut(lack) if not lack.unreads else None
        if shut is not None:
            path, state = shut
            yield self._make(
                source=lack.source, scope=path, call="*", permission="", subject=None, reason=Reason.UNREACHABLE,
                detail=SHUT[state], cure=REOPEN, told=True,
            )  # fmt: skip
        elif not lack.unreads and lack.reason is not Reason.NOT_SUPPLIED:
            yield self._make(
                source=lack.source, scope=lack.scope, call=lack.collector, permission="", subject=None,
                reason=lack.reason, detail=lack.says,
            )  # fmt: skip

    def _shut(self, lack: Lack) -> tuple[str, str] | None:
        """The scope at or above a place that nobody can ask, and its state: one blind spot for all that lies in it."""
        steps = lack.scope.split("/")
        for path in ("/".join(steps[:count]) for count in range(1, len(steps) + 1)):
            fact = self._world.scopes.facts.get((lack.source, path))
            if fact is not None and isinstance(fact.state, str) and fact.state in SHUT:
                return path, fact.state
        return None

    def _make(
        self, *, source: str, scope: str, call: str, permission: str, subject: str | None, reason: Reason, detail: str,
        cure: str | None = None, told: bool = False,
    ) -> BlindSpot:  # fmt: skip
        parts = (source, scope, call, subject or "", reason, detail)
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        if name not in self._spots:
            cure = cure if told else CURES.get(reason)
            covered = self._world.supplied.limitation(source, scope, call, self._world.day)
            self._spots[name] = BlindSpot(
                id=name, source=source, scope=scope, call=call, permission=permission, subject=subject, reason=reason,
                detail=detail, cure=cure, rules=(), controls=(), curable=cure is not None,
                limitation=f"{covered.owner} until {covered.expires}" if covered else None,
            )  # fmt: skip
        return self._spots[name]

    def _finished(self, spot: BlindSpot) -> BlindSpot:
        rules = tuple(sorted(self._rules.get(spot.id, ())))
        controls = sorted({control for rule in rules for control in self._controls.get(rule, ())})
        return msgspec.structs.replace(spot, rules=rules, controls=tuple(controls))


def _related(scope: str, other: str) -> bool:
    return scope == other or scope.startswith(f"{other}/") or other.startswith(f"{scope}/")


def _order(spot: BlindSpot) -> tuple[bool, str, str, str, str, str]:
    return spot.reason is not Reason.NOT_CONNECTED, spot.source, spot.scope, spot.call, spot.subject or "", spot.id


def controls_by_rule(needs: Mapping[str, Iterable[str]], primary: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """For each rule its primary control and those whose needs name it (`needs`: control to rules)."""
    found = {rule: {control} for rule, control in primary.items()}
    for control, rules in needs.items():
        for rule in rules:
            found.setdefault(rule, set()).add(control)
    return {rule: tuple(sorted(controls)) for rule, controls in found.items()}
