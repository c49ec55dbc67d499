"""The deny matrix: which operations there are, what can befall them, and which rules depend on each.

Dependence is derived from what collectors and rules declare, never from what a run happened to do.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from one_day import Day, makes

from annexa import collectors as vendors
from annexa.evidence.call import Call, Collector, Yields
from annexa.mappings import catalogue as catalogues
from annexa.mappings.evidence_view import ListEvidence
from annexa.mappings.pack import load_pack
from annexa.mappings.rule import Condition, Rule, looks_into
from annexa.sandbox import vendors as played
from annexa.sandbox._models import list_members, operation_model
from annexa.sandbox._rest import RestPlay
from annexa.sandbox.aws_server import Fault, fault_kinds
from annexa.sandbox.play import Play

PACK = load_pack()
COLLECTORS = vendors.of(vendors.vendor("aws"))
OPERATIONS = sorted({call.op for one in COLLECTORS for call in one.calls})
"""Those of AWS."""
FULLER = {
    "bedrock-agentcore-control:GetGateway", "bedrock-agentcore-control:GetGatewayTarget",
    "bedrock-agentcore-control:ListGatewayTargets", "bedrock-agentcore-control:ListTagsForResource",
    "ce:GetCostAndUsage",
}  # fmt: skip
"""Calls that the clean company gives no reason for, and that are tried where it has gateways and a bill."""
POORER = ("empty_list", "unknown_enum")
"""Kinds of fault that leave a valid answer."""


@cache
def operations(vendor: str) -> tuple[str, ...]:
    """Every call that a vendor's collectors declare."""
    return tuple(sorted({call.op for one in vendors.of(vendors.vendor(vendor)) for call in one.calls}))


def depend(day: Day, op: str, only: Container[str] | None = None, vendor: str | None = None) -> dict[str, "Dependence"]:
    """The rules that depend on an operation, of this vendor where one is named, and how; `only` through these collectors."""
    soa = [record.data for record in day.evidence().records("soa_row")]
    extra = populations_of_exclusions(soa, catalogues.load())
    known = list(day.collectors.values())
    found = {rule.id: dependence(rule, op, known, extra, only, vendor) for rule in PACK.rules.values()}
    return {rule: how for rule, how in found.items() if how.any}


@cache
def subjects_of(rule: str) -> frozenset[str]:
    """The vendors, registers among them, whose records can be in the rule's population."""
    known = PACK.rules[rule]
    return frozenset(
        vendor
        for vendor in (*played.names(), "registers")
        for one in vendors.of(vendors.vendor(vendor))
        for given in one.yields
        if _selects(known, given, vendor)
    )


def rules_about(vendor: str) -> set[str]:
    """The rules that look at this vendor, at registers, or at both, and at nobody else."""
    own = {rule for rule in PACK.rules if subjects_of(rule) <= {vendor, "registers"} and subjects_of(rule)}
    return own - COMPARES if vendor == "aws" else own - COMPARES - EXCLUSIONS


COMPARES = frozenset({"SUP-ANY-06"})
"""Rules that hold a run against an earlier one: unknown on a first day, and tried on days of their own."""


def whole_here(day: Day, rule: str) -> bool:
    """Whether everybody that a rule looks at is there on this day; else it has other reasons to be unknown."""
    here = {*day.plays, "registers"}
    return subjects_of(rule) <= here and PACK.rules[rule].population.of in (None, *here)


EXCLUSIONS = frozenset({"GOV-ANY-08"})
"""Rules that look into the catalogue's populations besides their own: what AWS runs is among them."""


def looks_at(rule: Rule, given: Yields, vendor: str) -> bool:
    """Whether a record of this declaration can be in the rule's population or among what it looks into."""
    kinds = (*rule.joins, *(["ai_service"] if rule.population.ai is not None else []))
    for kind in (kind for kind in kinds if kind == given.kind):
        where, owner = looks_into(rule, kind)
        if owner in (None, vendor) and not _shut_out(given, where):
            return True
    return _selects(rule, given, vendor)


def _selects(rule: Rule, given: Yields, vendor: str) -> bool:
    chosen = rule.population
    return given.kind == rule.reads and chosen.of in (None, vendor) and not _shut_out(given, chosen.where)


def _shut_out(given: Yields, where: Condition) -> bool:
    """Whether the filter can never let through what the collector always has in a field."""
    for name, values in given.where.items():
        for operator, operand in where.get(name, {}).items():
            wanted = operand if isinstance(operand, list) else [operand]
            if operator in ("is", "equals", "one_of") and operand != "present" and not set(wanted) & set(values):
                return True
            if operator == "none_of" and set(values) <= set(wanted):
                return True
    return False


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """How a rule depends on an operation."""

    records: bool = False
    """It yields records that the rule selects or joins."""
    scopes: bool = False
    """It lists the rule's scopes."""
    signal: bool = False
    """It tells whether the rule's scopes are used."""

    @property
    def any(self) -> bool:
        return self.records or self.scopes or self.signal


def dependence(
    rule: Rule,
    op: str,
    collectors: Iterable[Collector],
    extra: Mapping[str, Any],
    only: Container[str] | None = None,
    vendor: str | None = None,
) -> Dependence:
    """`extra`: for a rule that looks into the catalogue's populations, their kinds and filters; `only`: through these."""
    known = list(collectors)
    mine = [one for one in known if makes(one, op, vendor) and (only is None or one.name in only)]
    populations = extra.get(rule.id, ())

    def gives(one: Collector) -> bool:
        vendor = one.name.partition(".")[0]
        return any(looks_at(rule, given, vendor) for given in one.yields) or any(
            given.kind == kind and not _shut_out(given, where) for given in one.yields for kind, where in populations
        )

    vendors = {one.name.partition(".")[0] for one in known if gives(one)}
    return Dependence(
        records=any(gives(one) for one in mine),
        scopes=any(one.lists_scopes and one.name.partition(".")[0] in vendors for one in mine),
        signal=any(one.signals is not None and one.signals == rule.population.used for one in mine),
    )


def populations_of_exclusions(soa: Iterable[Any], catalogue: Any) -> dict[str, tuple[tuple[str, Condition], ...]]:
    """For the rules about exclusions: kind and filter of every population that speaks against one."""
    by_id = {one.id: one for one in catalogue.populations}
    against = {one.id: one.contradicted_by for one in catalogue.controls}
    names = {name for row in soa if not row.applicable for name in (*row.claims_none_of, *against.get(row.control, ()))}
    chosen = tuple((by_id[name].kind, by_id[name].where) for name in sorted(names) if name in by_id)
    return dict.fromkeys(EXCLUSIONS, chosen)


def kinds(op: str, *, refused: bool, play: RestPlay | None = None) -> list[Any]:
    """The kinds of fault that apply to an operation of AWS, or of a vendor: those that refuse or break it, or the poorer ones.

    An answer without a list is broken only where the call reads that list or the vendor's model requires it.
    """
    if play is not None:
        return [
            kind for kind in play.fault_kinds(op) if kind != "slow" and (kind not in play.poorer_kinds(op)) == refused
        ]
    service, operation = op.split(":", 1)
    poorer = {*POORER} if _needs_a_list(op) else {*POORER, "missing_list"}
    found = [kind for kind in fault_kinds(service, operation) if kind != "slow"]
    return [kind for kind in found if (kind not in poorer) == refused]


def _needs_a_list(op: str) -> bool:
    service, operation = op.split(":", 1)
    lists = set(list_members(service, operation))
    shape = operation_model(service, operation).output_shape
    read = {call.path for one in COLLECTORS for call in one.calls if call.op == op}
    return bool(lists & (read | set(shape.required_members if shape is not None else ())))


def fault(op: str, kind: Any) -> Fault:
    service, operation = op.split(":", 1)
    return Fault(service, operation, kind=kind)


def rest_play(day: Day, vendor: str | None = None) -> RestPlay | None:
    """The vendor's play where it is one of the engine for REST vendors."""
    play: Play = day.plays[vendor or day.vendor]
    return play if isinstance(play, RestPlay) else None


def calls_of(day: Day, op: str, vendor: str | None = None) -> list[Call]:
    return [call for one in day.collectors.values() if makes(one, op, vendor) for call in one.calls if call.op == op]


def proved_used(evidence: ListEvidence, service: str, scopes: Iterable[str], day: Day) -> bool:
    """Whether a record of the run shows each of these scopes in use: of a collector that signals it, or a measure."""
    signals = {name for name, one in day.collectors.items() if one.signals == service}
    shown = {
        record.scope
        for kind in evidence.kinds()
        for record in evidence.records(kind)
        if (
            getattr(record.data, "service", None) == service
            if kind == "usage"
            else record.provenance.collector in signals
        )
    }
    return all(scope in shown for scope in scopes)
