"""Calls and collectors: what may leave the process, and who asks.

A collector is a typed generator, decorated with the kinds it yields and the calls it makes. Permissions, plans and the
judge's dependencies are all read from these declarations; there is no second list.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, overload

from annexa.evidence.fact import Fact, kind_of

Level = Literal["organisation", "account", "region", "project", "subscription", "workspace", "unit"]
"""What sort of scope one is, in the vendor's own words."""
Per = Literal["source", "organisation", "account", "region", "project", "subscription", "workspace", "unit"]
"""Where a collector runs: once for the source, or in every scope of one level."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One read operation of a vendor, with the least permission that allows it."""

    op: str
    """`service:Operation`, in the SDK's own words: `bedrock:ListGuardrails`."""
    needs: str
    """The permission in the vendor's own words; there is no default."""
    path: str | None = None
    """Where the list of items stands in the answer (dotted); None for a single answer."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that are always sent."""
    absent: tuple[str, ...] = ()
    """Error names by which the vendor says that there is none; `Name: words` where only these words in its text say so."""
    asked_as: Literal["scope", "source"] = "scope"
    """Under whose identity it is asked: the scope's own, or the one that the source signed in with."""
    costs: str | None = None
    """What one call costs, where it costs anything; such a call is made only when the configuration allows it."""
    unconfirmed: str | None = None
    """What about this call is not confirmed by the vendor's own publication; None: all is."""
    keep: tuple[str, ...] = ()
    """Fields (by name, at any depth) marked as sensitive by the vendor's model that stay readable: account names."""
    drop: tuple[str, ...] = ()
    """Fields (by name, at any depth) that are replaced by a keyed hash before anything is kept."""


@dataclass(frozen=True, kw_only=True)
class Yields:
    """What a collector can bring: a kind, narrowed by values that some of its fields always have."""

    kind: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Collector:
    """A generator of facts with its declarations."""

    name: str
    """`aws.bedrock.guardrails`: vendor, module, function."""
    gather: Callable[[Any], Iterator[Fact]]
    """The generator; it is lent a handle."""
    yields: tuple[Yields, ...]
    """Kinds it can bring."""
    calls: tuple[Call, ...]
    """Every call it may make."""
    per: Per
    """Where it runs."""
    signals: str | None = None
    """The AI service whose use its records prove: `bedrock`."""
    lists_scopes: Level | None = None
    """The level of the scopes that it lists, which others are expected to reach."""
    may_list_none: bool = False
    """Whether an empty list of scopes can be true: an organisation without projects; else it is not believed."""
    doc: str = ""
    """First line of its docstring."""


A = TypeVar("A", bound=Fact)
B = TypeVar("B", bound=Fact)
C = TypeVar("C", bound=Fact)


@overload
def collects(
    kinds: type[A], *calls: Call, per: Per, where: Mapping[str, tuple[str, ...]] = ..., signals: str | None = ...,
    lists_scopes: Level | None = ..., may_list_none: bool = ...,
) -> Callable[[Callable[[Any], Iterator[A]]], Collector]: ...  # fmt: skip
@overload
def collects(
    kinds: tuple[type[A], type[B]], *calls: Call, per: Per, where: Mapping[str, tuple[str, ...]] = ...,
    signals: str | None = ..., lists_scopes: Level | None = ..., may_list_none: bool = ...,
) -> Callable[[Callable[[Any], Iterator[A | B]]], Collector]: ...  # fmt: skip
@overload
def collects(
    kinds: tuple[type[A], type[B], type[C]], *calls: Call, per: Per, where: Mapping[str, tuple[str, ...]] = ...,
    signals: str | None = ..., lists_scopes: Level | None = ..., may_list_none: bool = ...,
) -> Callable[[Callable[[Any], Iterator[A | B | C]]], Collector]: ...  # fmt: skip
def collects(
    kinds: type[Fact] | tuple[type[Fact], ...],
    *calls: Call,
    per: Per,
    where: Mapping[str, tuple[str, ...]] | None = None,
    signals: str | None = None,
    lists_scopes: Level | None = None,
    may_list_none: bool = False,
) -> Callable[[Callable[[Any], Iterator[Any]]], Collector]:
    """Declare a generator as a collector of these kinds by these calls.

    `where` narrows what it yields by kind and field (`{"setting.name": ("aws.bedrock.data_retention",)}`); a record
    outside it is our own bug. `signals` names the AI service whose use a record of this collector proves in its scope.
    """
    classes = kinds if isinstance(kinds, tuple) else (kinds,)

    def declare(gather: Callable[[Any], Iterator[Any]]) -> Collector:
        yields = tuple(_narrowed(fact, where or {}) for fact in classes)
        name = f"{gather.__module__.removeprefix('annexa.collectors.')}.{gather.__name__}"
        doc = (gather.__doc__ or "").strip().split("\n", maxsplit=1)[0]
        return Collector(
            name=name, gather=gather, yields=yields, calls=calls, per=per, signals=signals,
            lists_scopes=lists_scopes, may_list_none=may_list_none, doc=doc,
        )  # fmt: skip

    return declare


def _narrowed(fact: type[Fact], where: Mapping[str, tuple[str, ...]]) -> Yields:
    kind = kind_of(fact)
    mine = {name.split(".", 1)[1]: values for name, values in where.items() if name.split(".", 1)[0] == kind}
    unknown = set(mine) - set(fact.__struct_fields__)
    if unknown:
        raise TypeError(f"{kind} has no field {sorted(unknown)}")
    return Yields(kind=kind, where=mine)
