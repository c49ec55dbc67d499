"""What people supply about suppliers: contract, clauses, assessment, assurance, and what the supplier announced."""

from typing import Literal

from annexa.evidence.fact import NOT_EXPOSED, Date, Day, Fact, Missing, Names, Text

Grade = Literal["low", "medium", "high", "critical"]
"""How much something matters or threatens, in the words of registers."""


class Supplier(Fact, tag="supplier", frozen=True, kw_only=True):
    """One supplier with its contract and clause checklist."""

    supplier_id: Text = NOT_EXPOSED
    """Id in the register."""
    name: str
    """Name, as the AI register writes it."""
    aliases: tuple[str, ...] = ()
    """Other names under which sources or registers know it."""
    owner: Text = NOT_EXPOSED
    """Who answers for the relationship."""
    criticality: Grade | Missing = NOT_EXPOSED
    """How much the organisation depends on it."""
    tier: Text = NOT_EXPOSED
    """Contract tier in use."""
    covered_tiers: Names = NOT_EXPOSED
    """Product tiers that the contract covers, in the supplier's words."""
    in_use_since: Day = NOT_EXPOSED
    """First day on which anything of it was used."""
    contract: Text = NOT_EXPOSED
    """Reference of the contract."""
    contract_from: Day = NOT_EXPOSED
    """First day of the contract."""
    contract_until: Day = NOT_EXPOSED
    """Last day of the contract; `absent`: until somebody ends it."""
    dpa: Text = NOT_EXPOSED
    """Reference of the data processing agreement."""
    dpa_from: Day = NOT_EXPOSED
    """First day of the data processing agreement."""
    dpa_until: Day = NOT_EXPOSED
    """Last day of the data processing agreement; `absent`: until somebody ends it."""
    clauses: Names = NOT_EXPOSED
    """Clauses that the contract has; `absent`: the checklist was not filled in."""
    clauses_checked: Day = NOT_EXPOSED
    """When the checklist was filled in."""
    sub_processors: Names = NOT_EXPOSED
    """Sub-processors that were accepted, by name."""
    risk_assessed: Day = NOT_EXPOSED
    """When its risks were last assessed."""
    risk_rating: Grade | Missing = NOT_EXPOSED
    """What the assessment came to."""
    assurance: Text = NOT_EXPOSED
    """Its assurance report or certificate, by name."""
    assurance_from: Day = NOT_EXPOSED
    """First day for which the report or certificate is valid."""
    assurance_until: Day = NOT_EXPOSED
    """Last day for which the report or certificate is valid."""
    assurance_scope: Names = NOT_EXPOSED
    """Services that the report or certificate covers."""
    assurance_read: Day = NOT_EXPOSED
    """When somebody here read it."""
    exit_plan: Text = NOT_EXPOSED
    """Reference of the plan for leaving it and getting the data back or deleted."""
    exit_plan_tested: Day = NOT_EXPOSED
    """When that plan was last tried."""
    reviewed: Day = NOT_EXPOSED
    """Day of the last review."""


class SupplierNotice(Fact, tag="supplier_notice", frozen=True, kw_only=True):
    """A supplier announced a change: a sub-processor, terms, a model; and what the organisation made of it."""

    notice_id: str
    """Id in the register."""
    supplier: str
    """Id of the supplier in the register of suppliers."""
    about: Literal["sub_processor", "terms", "model", "security", "price", "other"]
    """What changes."""
    received: Date
    """When the notice came in."""
    effective: Day = NOT_EXPOSED
    """From when the change holds."""
    reviewed: Day = NOT_EXPOSED
    """When somebody here looked at it; `absent`: nobody has."""
    reviewer: Text = NOT_EXPOSED
    """Who looked at it."""
    outcome: Text = NOT_EXPOSED
    """What was decided."""
