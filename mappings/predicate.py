"""What a named predicate is, and how one is registered: its docstring is printed in reports, so it is written for them."""

import inspect
from collections.abc import Callable

import msgspec

from annexa.evidence.errors import AnnexaError
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.outcome import Outcome
from annexa.mappings.rule import Rule
from annexa.schemas.words import UnknownReason

Judge = Callable[[Record, Rule, Context], Outcome]
Whole = Callable[[Rule, Context], UnknownReason | None]
ANY_KIND: tuple[str, ...] = ()


class Predicate(msgspec.Struct, frozen=True, kw_only=True):
    """A named check in Python, for what operators cannot say."""

    name: str
    judge: Judge
    reads: tuple[str, ...] = ANY_KIND
    """Kinds of which its items can be; empty: any."""
    joins: tuple[str, ...] = ()
    """Kinds that it looks into; a rule that uses it names them under `joins`."""
    narrows: tuple[str, ...] = ()
    """Of these, the kinds of which it asks only for the part that the rule names, by `context.joined(kind, rule)`."""
    settles: bool = False
    """It finds the criterion of each item itself, in a register or a decision."""
    gate: bool = False
    """Its answer says whether the item may be judged by the condition at all."""
    populations: bool = False
    """It looks into the catalogue's populations that speak against an exclusion."""
    whole: Whole | None = None
    """Asked once for the whole population: why it cannot be all there is, though nothing says so; None: it can be."""
    says: str
    """Its docstring."""


PREDICATES: dict[str, Predicate] = {}


def predicate(
    name: str,
    *,
    reads: tuple[str, ...] = ANY_KIND,
    joins: tuple[str, ...] = (),
    narrows: tuple[str, ...] = (),
    settles: bool = False,
    gate: bool = False,
    populations: bool = False,
    whole: Whole | None = None,
) -> Callable[[Judge], Judge]:
    """Register a function under `name`; it must have a docstring."""

    def register(judge: Judge) -> Judge:
        if name in PREDICATES and PREDICATES[name].judge.__module__ != judge.__module__:
            raise AnnexaError(f"predicate {name} is written twice", hint=f"rename the one in {judge.__module__}")
        PREDICATES[name] = Predicate(
            name=name,
            judge=judge,
            reads=reads,
            joins=joins,
            narrows=narrows,
            settles=settles,
            gate=gate,
            populations=populations,
            whole=whole,
            says=inspect.getdoc(judge) or "",
        )
        return judge

    return register
