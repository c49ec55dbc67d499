"""Whom a policy applies to: the few clauses of CEL that Google documents for policies, and nothing beyond them.

    entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('03ph8a2z'))
    entity.groups.exists(group, group.group_id == groupId('0abc'))
    entity.licenses.exists(license, license in ['/product/101047/sku/1010470001'])

joined by `&&`, `||`, `!` and brackets. Whoever is in an organisational unit is in each unit above it too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<unit>entity\.org_units\.exists\(\s*(\w+)\s*,\s*\2\.org_unit_id\s*==\s*orgUnitId\(\s*['"](?P<unit_id>[^'"]+)['"]\s*\)\s*\))
      | (?P<group>entity\.groups\.exists\(\s*(\w+)\s*,\s*\5\.group_id\s*==\s*groupId\(\s*['"](?P<group_id>[^'"]+)['"]\s*\)\s*\))
      | (?P<license>entity\.licenses\.exists\(\s*(\w+)\s*,\s*\8\s+in\s+\[(?P<license_ids>[^\]]*)\]\s*\))
      | (?P<operator>&&|\|\||!|\(|\))
    )\s*""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""['"]([^'"]+)['"]""")
Sort = Literal["unit", "group", "license"]


class UnknownClauseError(ValueError):
    """A query that says something else than the documented clauses."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Somebody a policy may apply to."""

    units: frozenset[str]
    """Ids of the organisational unit and of every unit above it."""
    groups: frozenset[str] = frozenset()
    """Ids of groups."""
    licenses: frozenset[str] = frozenset()
    """Licences, as `/product/101047/sku/1010470001`."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One condition, or several under an operator."""

    sort: Sort | Literal["and", "or", "not"]
    ids: frozenset[str] = frozenset()
    """One of these is enough."""
    parts: tuple["Clause", ...] = ()

    def holds(self, target: Target) -> bool:
        """Whether it holds for somebody."""
        match self.sort:
            case "and":
                return all(part.holds(target) for part in self.parts)
            case "or":
                return any(part.holds(target) for part in self.parts)
            case "not":
                return not self.parts[0].holds(target)
            case "unit":
                return bool(self.ids & target.units)
            case "group":
                return bool(self.ids & target.groups)
            case "license":
                return bool(self.ids & target.licenses)

    def named(self, sort: Sort) -> frozenset[str]:
        """Ids of this sort that it names anywhere."""
        own = self.ids if self.sort == sort else frozenset()
        return own.union(*(part.named(sort) for part in self.parts))


def parse(query: str) -> Clause:
    """The clause of a query; raises `UnknownClauseError` for anything that is not documented."""
    tokens = list(_tokens(query))
    clause, rest = _either(tokens)
    if rest:
        raise UnknownClauseError(query)
    return clause


_Token = Clause | str


def _tokens(query: str) -> Iterator[_Token]:
    at = 0
    while at < len(query):
        found = _TOKEN.match(query, at)
        if found is None:
            raise UnknownClauseError(query)
        at = found.end()
        if found["operator"]:
            yield found["operator"]
        elif found["unit"]:
            yield Clause(sort="unit", ids=frozenset({found["unit_id"]}))
        elif found["group"]:
            yield Clause(sort="group", ids=frozenset({found["group_id"]}))
        else:
            yield Clause(sort="license", ids=frozenset(_QUOTED.findall(found["license_ids"])))


def _either(tokens: list[_Token]) -> tuple[Clause, list[_Token]]:
    return _joined(tokens, "||", "or")


def _joined(tokens: list[_Token], operator: str, sort: Literal["and", "or"]) -> tuple[Clause, list[_Token]]:
    """Parts with one operator between them; `&&` binds closer than `||`."""
    below = _single if sort == "and" else _all
    first, rest = below(tokens)
    parts = [first]
    while rest and rest[0] == operator:
        part, rest = below(rest[1:])
        parts.append(part)
    return (first if len(parts) == 1 else Clause(sort=sort, parts=tuple(parts))), rest


def _all(tokens: list[_Token]) -> tuple[Clause, list[_Token]]:
    return _joined(tokens, "&&", "and")


def _single(tokens: list[_Token]) -> tuple[Clause, list[_Token]]:
    if not tokens:
        raise UnknownClauseError("the query ends too early")
    head, rest = tokens[0], tokens[1:]
    if isinstance(head, Clause):
        return head, rest
    if head == "!":
        inner, rest = _single(rest)
        return Clause(sort="not", parts=(inner,)), rest
    if head == "(":
        inner, rest = _either(rest)
        if rest and rest[0] == ")":
            return inner, rest[1:]
    raise UnknownClauseError(f"{head} stands where it means nothing")
