"""The assessment as a whole, with its head, its inputs and what a reader must know first."""

from annexa.evidence.manifest import Organisation
from annexa.mappings.result_controls import ControlResult
from annexa.mappings.result_findings import BlindSpot
from annexa.mappings.result_items import Out, RuleResult
from annexa.schemas.words import Environment


class Input(Out, frozen=True, kw_only=True):
    """One input of the assessment, by its digest."""

    what: str
    """`run`, `earlier_run`, `missing_run`, `mappings`; in a what-if also `register`, `boundaries`."""
    id: str
    """Id of the input."""
    sha256: str | None
    """Its digest; null: nobody can say, since the input is missing."""


class Headline(Out, frozen=True, kw_only=True):
    """The six counts, each a number of controls."""

    breaks_your_own_rule: int
    """Controls with a gap."""
    no_rule_set: int
    """Controls below a default of ours only, or without a criterion."""
    not_seen: int
    """Controls of which something needed was not read."""
    not_yet_supplied: int
    """Controls that wait for a document or register."""
    supported: int
    """Controls supported by evidence."""
    on_file: int
    """Controls met by documents alone."""


class PageOne(Out, frozen=True, kw_only=True):
    """What a reader must know before the statuses."""

    looser_parameters: tuple[str, ...] = ()
    """Parameters set looser than our default."""
    disabled_rules: tuple[str, ...] = ()
    """Rules that the organisation switched off."""
    refused_exceptions: tuple[str, ...] = ()
    """Exceptions aimed at something unknown, or with an invalid form: id and reason."""
    limitations: tuple[str, ...] = ()
    """Limitations in force."""
    excluded_scopes: tuple[str, ...] = ()
    """Scopes that the organisation leaves out."""
    unassigned_scopes: tuple[str, ...] = ()
    """Scopes that no management system names; they count as inside."""
    outside_scopes: tuple[str, ...] = ()
    """Scopes of another management system alone; what is there is shown apart and makes no gap."""
    not_connected: tuple[str, ...] = ()
    """Vendors in use of which no source is connected."""
    no_ai_services: tuple[str, ...] = ()
    """What the organisation says to be no AI service, although the list of known ones has it."""
    not_used: tuple[str, ...] = ()
    """Vendors not used, as far as the sources show."""
    missing_inputs: tuple[str, ...] = ()
    """Earlier runs that should be heard and are not here; what needs them is unknown."""
    what_if: tuple[str, ...] = ()
    """Why the assessment is a what-if and not the record: registers, date or mappings were replaced."""


class Assessment(Out, frozen=True, kw_only=True):
    """The whole; items and findings stand beside it as JSON Lines."""

    schema: str
    """URL of the JSON Schema, with its version."""
    assessment_id: str
    """Id of the assessment."""
    supersedes: str | None = None
    """The assessment before."""
    as_of: str
    """The moment for which it speaks."""
    period: dict[str, str] | None = None
    """First and last day of the period under audit."""
    run_ids: tuple[str, ...]
    """Runs that it judges."""
    inputs: tuple[Input, ...]
    """Every input by its digest."""
    mapping_version: str
    """Version of rules and needs."""
    mapping_sha256: str
    """Digest of rules, needs, settings and catalogue."""
    organisation: Organisation
    """Whose evidence it is."""
    isms: str
    """The management system that it speaks for."""
    environment: Environment
    """The weakest environment among its sources."""
    hosts: tuple[str, ...]
    """Every host that answered."""
    headline: Headline
    """The six counts."""
    page_one: PageOne
    """What a reader must know first."""
    blind_spots: tuple[BlindSpot, ...]
    """What was needed and not seen."""
    controls: tuple[ControlResult, ...]
    """Every control and clause."""
    rules: tuple[RuleResult, ...]
    """Every rule."""
    findings_total: int
    """How many findings stand beside it."""
    items_total: int
    """How many items stand beside it."""
    complete: bool
    """Whether every source that was planned could be asked."""
    internal_errors: tuple[str, ...] = ()
    """Mistakes of annexa itself, by unit."""
