"""Decides which AI actions the layers of AWS policies leave over: identity statements, ceilings, denies.

A ceiling (a permissions boundary, or one level of service control policies) grants nothing; what it does not allow is
gone. A deny wins over every allow. Each answer is kept in two bit sets: what is allowed whatever the circumstances, and
what is possible at all; the statements that make the difference are kept with the bits they touch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from annexa.collectors.aws._access_actions import ALL
from annexa.collectors.aws._policy import Share, Statement


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Source:
    """One policy where it takes effect."""

    policy: str
    """The ARN of a managed policy, the name of another."""
    attached: str
    """`inline`, `attached`, `group:<name>`, `boundary` or `scp:<level>`, where level 1 is the root."""
    statements: tuple[Statement, ...]


Placed = tuple[Source, Statement]
"""A statement and the policy it stands in."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ceiling:
    """What one boundary or one level of service control policies allows."""

    full: int
    """Actions it allows on every resource without condition."""
    partial: tuple[Placed, ...]
    """Its other allows."""

    @classmethod
    def of(cls, sources: Iterable[Source]) -> "Ceiling":
        """The union of the allows of these policies."""
        full, partial = 0, []
        for source in sources:
            for statement in source.statements:
                if statement.allows and statement.everywhere:
                    full |= statement.bits
                elif statement.allows:
                    partial.append((source, statement))
        return cls(full=full, partial=tuple(partial))


@dataclass(slots=True)
class Decision:
    """The outcome for one principal, before it is split by purpose."""

    allowed: int = 0
    possible: int = 0
    granting: list[tuple[Placed, int]] = field(default_factory=list)
    """Allow statements, each with the actions it makes possible."""
    limiting: list[tuple[Placed, int]] = field(default_factory=list)
    """Denies and ceiling statements that make an action depend on more, each with these actions."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Limits:
    """All that stands above one principal's allow statements."""

    never: int
    """Actions denied on every resource without condition."""
    sometimes: tuple[Placed, ...]
    """The other denies."""
    ceilings: tuple[Ceiling, ...]

    @classmethod
    def of(cls, sources: Iterable[Source], ceilings: Iterable[Ceiling]) -> "Limits":
        """The denies of these policies together with the ceilings."""
        never, sometimes = 0, []
        for source in sources:
            for statement in source.statements:
                if statement.allows:
                    continue
                if statement.everywhere:
                    never |= statement.bits
                else:
                    sometimes.append((source, statement))
        return cls(never=never, sometimes=tuple(sometimes), ceilings=tuple(ceilings))

    def leave_possible(self) -> int:
        """The actions that an unread policy could still grant."""
        return _through(_ANYTHING, self, Decision())[1]


def decide(sources: Iterable[Source], limits: Limits) -> Decision:
    """What the allow statements of these identity policies grant under the limits."""
    decision = Decision()
    for source in sources:
        for statement in source.statements:
            if statement.allows and (outcome := _through(statement, limits, decision))[1]:
                decision.allowed |= outcome[0]
                decision.possible |= outcome[1]
                decision.granting.append(((source, statement), outcome[1]))
    return decision


def _through(statement: Statement, limits: Limits, decision: Decision) -> tuple[int, int]:
    """The statement's actions that stay allowed for sure, and those that stay possible; notes what limited them."""
    possible = statement.bits & ~limits.never
    sure = possible if statement.condition is None and not statement.excludes else 0
    denied, doubtful = _hits(statement, limits.sometimes, possible, decision)
    possible &= ~denied
    sure &= ~(denied | doubtful)
    for ceiling in limits.ceilings:
        beyond = possible & ~ceiling.full
        whole, part = _hits(statement, ceiling.partial, beyond, decision) if beyond else (0, 0)
        possible &= ceiling.full | whole | part
        sure &= ceiling.full | whole
    return sure, possible


def _hits(statement: Statement, others: Sequence[Placed], bits: int, decision: Decision) -> tuple[int, int]:
    """The actions that these statements catch for all of the statement's resources, and those caught for some."""
    whole = part = 0
    for placed in others:
        hit = placed[1].bits & bits
        share = placed[1].share_of(statement.scope) if hit else Share.NONE
        if share is Share.NONE:
            continue
        if share is Share.ALL and placed[1].condition is None:
            whole |= hit
        else:
            part |= hit
            decision.limiting.append((placed, hit))
    return whole, part


_ANYTHING = Statement(
    sid="",
    allows=True,
    negated=False,
    patterns=("*",),
    excludes=False,
    resources=("*",),
    condition=None,
    bits=ALL,
    everywhere=True,
)
