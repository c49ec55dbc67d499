"""Where in the world an answer stands: the rows that fit, the one row that fits, a single value.

In conditions, `{name}` is what the path has there, `?name` a query parameter that chooses where it is given; `>?name`,
`>=?name`, `<?name` and `<=?name` compare with it. A name with dots is a member inside a member.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from operator import ge, gt, le, lt
from typing import Any

from annexa.sandbox._errors import BadFixture
from annexa.sandbox._rest.asked import Asked, Refused
from annexa.sandbox._rest.world import World

Answering = Callable[[World, Asked], Any]
"""The whole answer, unpaged: a list for a route with a pager, else what is sent. Raises `Refused`."""
Where = Mapping[str, Any]
"""Conditions by member."""
NAMED = re.compile(r"\{([^}]+)\}")
_CHOOSES = re.compile(r"(>=|<=|>|<|)\?(.+)")
_COMPARE = {">=": ge, "<=": le, ">": gt, "<": lt}
_NOTHING: Any = object()


def named(name: str) -> Answering:
    """A collection or value of the world by its name."""

    def answer(world: World, asked: Asked) -> Any:
        if name not in world.data:
            raise BadFixture(f"the world has no {name}")
        return world.data[name]

    return answer


def rows(
    name: str, where: Where | None = None, of: tuple[str, Where] | None = None, order: str | None = None
) -> Answering:
    """The rows of a collection that fit.

    `of` names the row (collection, conditions) without which the vendor says 404, `order` the member by which they are
    sorted, with `-` in front for the newest first.
    """

    def answer(world: World, asked: Asked) -> list[Any]:
        if of is not None:
            one(world, asked, *of)
        return _ordered([found for found in collection(world, name) if fits(found, where or {}, asked)], order)

    return _asking(answer, where)


def row(name: str, where: Where, member: str | None = None, default: Any = _NOTHING) -> Answering:
    """The one row that fits, or what it holds in `member`; 404 where there is none and no `default` for the member."""

    def answer(world: World, asked: Asked) -> Any:
        found = one(world, asked, name, where)
        return found if member is None else _member(found, member, default)

    return _asking(answer, where)


def value(*path: str, default: Any = _NOTHING) -> Answering:
    """A single value of the world by its place: `value("retention", "{project_id}")`; 404 where there is none."""

    def answer(world: World, asked: Asked) -> Any:
        found: Any = world.data
        for step in path:
            found = _member(found, str(_filled(step, asked)), default)
        return found

    return answer


def collection(world: World, name: str) -> list[Any]:
    """All rows of a collection."""
    found = world.data.get(name)
    if not isinstance(found, list):
        raise BadFixture(f"the world has no collection {name}")
    return found


def one(world: World, asked: Asked, name: str, where: Where) -> Any:
    """The first row that fits; raises `Refused` (not found) where there is none."""
    for found in collection(world, name):
        if fits(found, where, asked):
            return found
    raise Refused("not_found")


def fits(found: Any, where: Where, asked: Asked) -> bool:
    """Whether a row meets every condition of a request."""
    return all(_meets(_at(found, name), wanted, asked) for name, wanted in where.items())


def asks(where: Where | None) -> Iterator[str]:
    """The query parameters that conditions look at."""
    for wanted in (where or {}).values():
        found = _CHOOSES.fullmatch(wanted) if isinstance(wanted, str) else None
        if found:
            yield found[2]


def _asking(answer: Answering, where: Where | None) -> Answering:
    """Mark an answer with the query parameters that it looks at."""
    answer.asks = tuple(asks(where))  # type: ignore[attr-defined]
    return answer


def _meets(value: Any, wanted: Any, asked: Asked) -> bool:
    chosen = _CHOOSES.fullmatch(wanted) if isinstance(wanted, str) else None
    if chosen is None:
        return _same(value, _filled(wanted, asked))
    given = asked.query.get(chosen[2])
    if given is None:
        return True
    if not chosen[1]:
        return any(_same(value, word) for word in given.split(","))
    return value is not None and bool(_COMPARE[chosen[1]](*_comparable(value, given)))


def _comparable(value: Any, given: str) -> tuple[Any, Any]:
    try:
        return float(value), float(given)
    except ValueError:
        return str(value), given


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) and isinstance(wanted, str):
        return ("true" if value else "false") == wanted.lower()
    return bool(value == wanted or (isinstance(wanted, str) and not isinstance(value, str) and str(value) == wanted))


def _at(found: Any, name: str) -> Any:
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _ordered(found: list[Any], order: str | None) -> list[Any]:
    if order is None:
        return found
    return sorted(found, key=lambda item: _at(item, order.removeprefix("-")), reverse=order.startswith("-"))


def _filled(wanted: Any, asked: Asked) -> Any:
    if not isinstance(wanted, str):
        return wanted
    return NAMED.sub(lambda hit: asked.params[hit[1]], wanted)


def _member(found: Any, name: str, default: Any) -> Any:
    if isinstance(found, dict) and name in found:
        return found[name]
    if default is _NOTHING:
        raise Refused("not_found")
    return default
