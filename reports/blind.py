"""What was not seen, folded for every format: blind spots by their cause, and what is not known without any.

Each group says how many cases it stands for, so that folding hides no count.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from annexa.mappings.catalogue import sort_key
from annexa.mappings.results import Assessment, BlindSpot
from annexa.schemas.words import NeedState, Reason, Result, UnknownReason

UNCONNECTED = "no source"
"""Where a service is that was seen in use, and that nobody is connected to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blind:
    """What stayed unread for one reason, in one or many scopes: one call, or several with the same cause."""

    source: str
    whats: tuple[str, ...]
    """The permissions that are missing, or the calls."""
    reason: Reason
    details: tuple[str, ...]
    cures: tuple[str, ...]
    """Empty: no cure is known."""
    scopes: tuple[str, ...]
    subjects: tuple[str, ...]
    rules: tuple[str, ...]
    controls: tuple[str, ...]
    limitation: str | None

    @property
    def cure(self) -> str:
        """What to do about it, in a phrase; further cures differ from the first in names only."""
        if self.limitation:
            return f"limitation: {self.limitation}"
        if not self.cures:
            return "no cure is known"
        more = f" (and {len(self.cures) - 1} like it)" if len(self.cures) > 1 else ""
        return f"cure: {self.cures[0].rstrip('.')}{more}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Untold:
    """What nobody can tell although nothing that was asked was refused: one reason, and what waits for it."""

    reason: UnknownReason
    rules: tuple[str, ...]
    """Empty: a document."""
    controls: tuple[str, ...]


def fold(spots: Iterable[BlindSpot]) -> tuple[Blind, ...]:
    """Fold the same call, unread for the same reason, over its scopes; what hides most controls comes first."""
    single = (_blind(spot) for spot in spots)
    return _merged(single, lambda one: (one.source, one.whats, one.reason, bool(one.cures), one.limitation))


def by_cause(blind: Iterable[Blind]) -> tuple[Blind, ...]:
    """Fold further: different calls of a source with the same reason and the same cure have one cause.

    Services that are in use and that nobody is connected to are one cause too, with the same cure.
    """
    named = (_as_a_service(one) if one.reason is Reason.NOT_CONNECTED else one for one in blind)
    return _merged(named, lambda one: (one.source, one.reason, one.cures or one.whats, one.limitation))


def untold(assessment: Assessment) -> tuple[Untold, ...]:
    """By reason: rules of needs that were not seen, as far as no blind spot says why; what hides most comes first."""
    rules = {rule.rule: rule for rule in assessment.rules}
    groups: dict[UnknownReason, tuple[set[str], set[str]]] = {}
    for control in assessment.controls:
        for need in (need for need in control.needs if need.state in (NeedState.UNREAD, NeedState.STALE)):
            unknown = [rules[name] for name in need.rules if name in rules and rules[name].result is Result.UNKNOWN]
            silent = [(rule.reason, rule.rule) for rule in unknown if not rule.blind_spots and not rule.disabled]
            if not need.rules:
                silent = [(UnknownReason.STALE if need.state is NeedState.STALE else UnknownReason.UNREAD, "")]
            for reason, name in silent:
                named, controls = groups.setdefault(reason or UnknownReason.UNREAD, (set(), set()))
                named.update({name} - {""})
                controls.add(control.ref)
    found = [
        Untold(reason=reason, rules=tuple(sorted(named)), controls=tuple(sorted(controls, key=sort_key)))
        for reason, (named, controls) in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.controls), -len(one.rules), one.reason)))


def _blind(spot: BlindSpot) -> Blind:
    return Blind(
        source=spot.source,
        whats=(spot.permission or spot.call or spot.detail,),
        reason=spot.reason,
        details=(spot.detail,) if spot.detail else (),
        cures=(spot.cure,) if spot.cure else (),
        scopes=(spot.scope,),
        subjects=(spot.subject,) if spot.subject else (),
        rules=spot.rules,
        controls=spot.controls,
        limitation=spot.limitation,
    )


def _as_a_service(one: Blind) -> Blind:
    return replace(one, source=UNCONNECTED, whats=(one.source,), scopes=())


def _merged(blind: Iterable[Blind], key: Callable[[Blind], Hashable]) -> tuple[Blind, ...]:
    groups: dict[Hashable, list[Blind]] = {}
    for one in blind:
        groups.setdefault(key(one), []).append(one)
    return tuple(sorted((_union(group) for group in groups.values()), key=_gravest_first))


def _union(group: list[Blind]) -> Blind:
    united = {
        name: tuple(sorted({part for one in group for part in getattr(one, name)}))
        for name in ("whats", "details", "cures", "scopes", "subjects", "rules")
    }
    controls = tuple(sorted({control for one in group for control in one.controls}, key=sort_key))
    return replace(group[0], controls=controls, **united)  # type: ignore[arg-type]


def _gravest_first(blind: Blind) -> tuple[bool, bool, int, int, str, tuple[str, ...]]:
    unconnected = blind.reason is Reason.NOT_CONNECTED
    return (
        not unconnected,
        blind.limitation is not None,
        -len(blind.controls),
        -len(blind.rules),
        blind.source,
        blind.whats,
    )
