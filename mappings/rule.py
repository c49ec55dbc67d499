"""What a rule is: one sentence that records can pass or fail. The files are `mappings/rules/*.yaml`."""

from typing import Any, Literal

import msgspec

from annexa.schemas.words import Result, Severity, Strength

Value = str | bool | int | list[Any] | dict[str, Any]
Condition = dict[str, dict[str, Value]]
"""Field to operator to value; every entry must hold: `{enabled: {is: true}}`."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a rule's parts."""


class Population(Part, frozen=True, kw_only=True):
    """What the rule speaks about, apart from what it asks of it."""

    of: str | None = None
    """Vendor whose sources count (`aws`); null: every source that can yield the kind."""
    about: str | None = None
    """Vendor that the records of an import speak about: where it is not used, there is nothing to ask."""
    scopes: Literal["region", "account", "project", "subscription", "workspace", "unit"] | None = None
    """Each scope of this level is an item; null: each record of the kind is one."""
    used: str | None = None
    """Only scopes in which this AI service is used (`bedrock`)."""
    where: Condition = {}
    """Only records for which this holds."""
    ai: Literal["applications", "services"] | None = None
    """Only what is, or belongs to, a known AI service: each record is an item, or each service with all its sightings."""


class Criterion(Part, frozen=True, kw_only=True):
    """Whose rule it is. Exactly one of `inherent`, `decided`, `parameter` is given."""

    inherent: bool = False
    """It fails under any policy."""
    decided: str | None = None
    """A decision of this name settles each item; the most specific one wins."""
    parameter: str | None = None
    """A threshold or list of this name settles all items."""
    default: Value | None = None
    """What holds where nothing was decided: a criterion of ours. Null: unknown, `criterion_unset`."""


class Secondary(Part, frozen=True, kw_only=True):
    """Another control for which the rule says something."""

    control: str
    reason: str


class Remedy(Part, frozen=True, kw_only=True):
    """What to do about a failure."""

    do: str
    where: str
    role: str
    side_effect: str
    source: str | None = None


class Example(Part, frozen=True, kw_only=True):
    """A small situation with its result; it is a test and a part of the documentation."""

    name: str
    """The situation in a few words."""
    given: tuple[dict[str, Any], ...] = ()
    """Records: fields of the kind; `kind` where it is not the kind that the rule reads; `scope` where it matters."""
    before: tuple[dict[str, Any], ...] = ()
    """Records of an earlier run, thirty days before."""
    scopes: tuple[str, ...] = ("s1",)
    """Expected scopes of the level at which the rule's collector runs."""
    used: tuple[str, ...] | None = None
    """Scopes that are used; null: all of `scopes`."""
    use_unknown: tuple[str, ...] = ()
    """Scopes of which nobody knows whether they are used."""
    unread: tuple[str, ...] = ()
    """Scopes in which the kind could not be read."""
    decisions: tuple[dict[str, Any], ...] = ()
    """Decisions of the organisation."""
    parameters: dict[str, Value] = {}
    """Parameters that the organisation set."""
    registers: bool = True
    """Whether the registers that the rule reads were supplied."""
    then: Result
    """The result."""
    because: str | None = None
    """Reason code of an `unknown`."""


class Rule(Part, frozen=True, kw_only=True):
    """One sentence that records can pass or fail."""

    id: str
    """Never reused; a changed meaning raises `rev`."""
    rev: int = 1
    title: str
    statement: str
    """The whole sentence, in plain words: what must hold."""
    reads: str
    """Kind of its items, or of what it looks for in each scope."""
    joins: tuple[str, ...] = ()
    """Further kinds that a predicate looks into."""
    joins_where: dict[str, Condition] = {}
    """For a joined kind the only part of it that the predicate is given: `{log_source: {name: {is: aws.cloudtrail}}}`.
    Only what can bring that part has to be read then."""
    joins_own: tuple[str, ...] = ()
    """Joined kinds of which only what the vendor of the population shows is looked into."""
    population: Population = Population()
    quantifier: Literal["every", "none", "at_least_one", "count", "ratio"]
    """What must be true: every item passes; no record exists; each scope has at least one record for which it
    holds; a number or a share of items."""
    condition: Condition = {}
    """What an item must satisfy."""
    predicate: str | None = None
    """A named check in Python, where the operators do not suffice; its docstring is printed."""
    limit: dict[str, Value] = {}
    """For count and ratio: `{at_most: {parameter: name}}`."""
    criterion: Criterion
    severity: Severity
    strength: Strength
    control: str
    """The one control at which a failure makes a gap."""
    secondary: tuple[Secondary, ...] = ()
    meets: tuple[str, ...] = ()
    """Needs that it helps to meet, beside those that name it in `needs.yaml`: `A.5.23/retention`."""
    max_age: str = "snapshot"
    """Name of the default age beyond which a pass is stale: `snapshot`, `review`."""
    follows: tuple[str, ...] = ()
    """Rules under whose finding this one is folded for the same subject."""
    does_not_show: str
    remedy: Remedy
    owner_role: str
    examples: tuple[Example, ...]


def looks_into(rule: Rule, kind: str) -> tuple[Condition, str | None]:
    """The part of a joined kind that a rule is given: a filter, and the vendor if it is only one's."""
    return rule.joins_where.get(kind, {}), rule.population.of if kind in rule.joins_own else None


class Need(Part, frozen=True, kw_only=True):
    """What a control needs; met by rules or by a document."""

    id: str
    """`A.8.15/switches`."""
    says: str
    """What must be shown, in one sentence."""
    rules: tuple[str, ...] = ()
    """Rules that meet it."""
    document: str | None = None
    """The document that meets it, by name."""
    accepts: tuple[Strength, ...] = (Strength.DESIGN, Strength.OPERATING)
    """Strengths that meet it."""
    supplied_by: Literal["systems", "people"] = "systems"
    """Who can show it."""


class ControlNeeds(Part, frozen=True, kw_only=True):
    """A control's recipe."""

    control: str
    needs: tuple[Need, ...]
