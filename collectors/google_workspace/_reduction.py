"""The documented reduction of policies: of all that apply to somebody, which value takes effect.

    max    every field from the policy with the greatest sortOrder
    merge  every field from the policy with the greatest sortOrder that has a value for it; lists are put together
    map    a list whose entries have a key: of those with one key, the entry of the greatest sortOrder (max), or its
           fields one by one (merge)
    list   nothing is reduced: the policies follow each other in order

System policies are what Google itself sets, admin policies what administrators set; both stand in one order. No policy is
no value: what then holds is the default that Google documents, or nobody knows.
See https://docs.cloud.google.com/identity/docs/concepts/policy-api-concepts
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from annexa.collectors.google_workspace._clauses import Clause, Target, UnknownClauseError, parse

Reducer = Literal["max", "merge", "max_map", "merge_map", "list"]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy as Google lists it, with its query understood."""

    name: str
    """`policies/abc`."""
    setting: str
    """`gemini_app.service_status`, without `settings/`."""
    value: Mapping[str, Any]
    order: Decimal
    system: bool
    """Set by Google, not by an administrator."""
    clause: Clause

    def applies(self, target: Target) -> bool:
        """Whether it applies to somebody."""
        return self.clause.holds(target)


class UnreadablePolicyError(ValueError):
    """A policy that is not as Google documents policies; `setting` is the one that nobody can tell then."""

    def __init__(self, setting: str, says: str) -> None:
        super().__init__(f"{setting}: {says}")
        self.setting, self.says = setting, says


@dataclass(frozen=True, kw_only=True)
class Reduced:
    """What takes effect."""

    value: Mapping[str, Any]
    decided_by: tuple[Policy, ...]
    """The policies from which a part of it comes, the greatest sortOrder first."""

    @property
    def system(self) -> bool:
        """Whether Google's own policies alone decide."""
        return all(policy.system for policy in self.decided_by)


def policy_of(row: Mapping[str, Any]) -> Policy:
    """A row of the list; raises `UnreadablePolicyError`."""
    setting = str((row.get("setting") or {}).get("type", "")).removeprefix("settings/")
    query = row.get("policyQuery") or {}
    order, sort = query.get("sortOrder", 0), row.get("type")
    value = (row.get("setting") or {}).get("value") or {}
    place = _number(order)
    if place is None:
        raise UnreadablePolicyError(setting, "its order is no number")
    if sort not in ("SYSTEM", "ADMIN"):
        raise UnreadablePolicyError(setting, f"a policy of the type {sort}")
    try:
        clause = parse(_query(query))
    except UnknownClauseError as error:
        raise UnreadablePolicyError(setting, "whom it applies to is written in a way that is not documented") from error
    return Policy(
        name=str(row.get("name", "")), setting=setting, value=value, order=place, system=sort == "SYSTEM",
        clause=clause,
    )  # fmt: skip


def reduce(policies: Iterable[Policy], target: Target, reducer: Reducer = "max", key: str = "") -> Reduced | None:
    """What takes effect for somebody out of the policies of one setting; None where none applies.

    `key` is the member that tells entries of a map apart.
    """
    applying = in_order(policies, target)
    if not applying:
        return None
    if reducer == "max":
        return Reduced(value=applying[0].value, decided_by=applying[:1])
    if reducer == "list":
        raise ValueError("a list is not reduced: take the policies in order")
    names = list(dict.fromkeys(name for policy in applying for name in policy.value))
    return Reduced(
        value={name: _field(applying, name, reducer, key) for name in names},
        decided_by=tuple(policy for policy in applying if _counts(policy, applying)),
    )


def in_order(policies: Iterable[Policy], target: Target) -> tuple[Policy, ...]:
    """The policies that apply to somebody, the greatest sortOrder first."""
    applying = [policy for policy in policies if policy.applies(target)]
    return tuple(sorted(applying, key=lambda policy: (policy.order, not policy.system), reverse=True))


def _number(raw: object) -> Decimal | None:
    """A number of an answer as it is kept: fractions are kept as decimal text."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        return None


def _query(query: Mapping[str, Any]) -> str:
    """The query in CEL, or what the helper fields say where there is none."""
    if query.get("query"):
        return str(query["query"])
    unit, group = (str(query.get(name) or "").rpartition("/")[2] for name in ("orgUnit", "group"))
    clauses = []
    if unit:
        clauses.append(f"entity.org_units.exists(o, o.org_unit_id == orgUnitId('{unit}'))")
    if group:
        clauses.append(f"entity.groups.exists(g, g.group_id == groupId('{group}'))")
    return " && ".join(clauses)


def _counts(policy: Policy, applying: tuple[Policy, ...]) -> bool:
    """Whether a field of it is not covered by one of a greater order; lists always count."""
    above = applying[: applying.index(policy)]
    return any(
        isinstance(value, list) or not any(name in other.value for other in above)
        for name, value in policy.value.items()
    )


def _field(applying: tuple[Policy, ...], name: str, reducer: Reducer, key: str) -> Any:
    values = [policy.value[name] for policy in applying if name in policy.value]
    if not isinstance(values[0], list):
        return values[0]
    entries = [entry for value in values for entry in value]
    return entries if reducer == "merge" else _mapped(entries, reducer, key)


def _mapped(entries: list[Any], reducer: Reducer, key: str) -> list[Any]:
    """One entry per key, those of the greatest order first."""
    found: dict[Any, Any] = {}
    for entry in entries:
        known = found.get(entry[key])
        if known is None:
            found[entry[key]] = dict(entry)
        elif reducer == "merge_map":
            found[entry[key]] = {**entry, **known}
    return list(found.values())
