"""What to hand out so that annexa can read a vendor: in the vendor's own form, made from the declared calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annexa.evidence.call import Collector


@dataclass(frozen=True, kw_only=True)
class GrantOrder:
    """What a grant is wanted for."""

    collectors: tuple[Collector, ...]
    """The vendor's collectors."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The table of the source in `annexa.toml`; empty where none is configured."""
    base: str | None = None
    """The identity that annexa signs in with, where the grant has to name it."""
    external_id: str | None = None
    """What a trust policy asks for besides."""
    costs: bool = False
    """Whether calls that cost money are wanted."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The least grant that the declared calls need."""

    documents: Mapping[str, str]
    """The grant itself: file name to text, in order; what standard output shows."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Examples that belong to it: file name to text."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What each document of `beside` is, in one line."""
    notes: tuple[str, ...] = ()
    """How to hand it out: who makes it, where, on which plan; and what it could do beyond reading."""


def permissions(collectors: tuple[Collector, ...], *, costs: bool = False) -> list[str]:
    """Every permission that the declared calls need, sorted; those that cost money only on request."""
    calls = (call for collector in collectors for call in collector.calls)
    return sorted({call.needs for call in calls if costs or not call.costs})


def doubts(collectors: tuple[Collector, ...]) -> list[str]:
    """One line for everything about the declared calls that the vendor's own publication does not confirm."""
    calls = (call for collector in collectors for call in collector.calls)
    return sorted({f"unconfirmed: {call.needs} ({call.op}): {call.unconfirmed}" for call in calls if call.unconfirmed})
