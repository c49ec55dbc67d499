"""What people supply: registers, decisions, exceptions. Their basis is `attested` or `imported`."""

from typing import Annotated, Literal

import msgspec

from annexa.evidence.fact import NOT_EXPOSED, Date, Day, Fact, Flag, Missing, Names, Text
from annexa.schemas.words import IdentifierSort, ServiceCategory

_ANNEX_A = r"^A\.(5\.([1-9]|[12]\d|3[0-7])|6\.[1-8]|7\.([1-9]|1[0-4])|8\.([1-9]|[12]\d|3[0-4]))$"
"""The ids of the 93 controls; a row for any other would count as one of them."""


class RegisterEntry(Fact, tag="register_entry", frozen=True, kw_only=True):
    """One AI system in the organisation's own register."""

    name: str
    """Name in the register."""
    identifiers: tuple[str, ...]
    """Ids, or patterns with `*`, under which sources show it."""
    owner: Text = NOT_EXPOSED
    """Who answers for it."""
    supplier: Text = NOT_EXPOSED
    """Whose product it is."""
    tier: Text = NOT_EXPOSED
    """Contract or product tier."""
    purpose: Text = NOT_EXPOSED
    """What it is for."""
    permitted_class: Text = NOT_EXPOSED
    """The highest class of information it may handle."""
    approved_principals: Names = NOT_EXPOSED
    """Ids, or patterns with `*`, of those who may use or administer it."""
    administrators: Names = NOT_EXPOSED
    """Ids, or patterns with `*`, of those who may administer it."""
    approved_stores: Names = NOT_EXPOSED
    """Data stores that it may read or write, by id or pattern."""
    approved_scopes: Names = NOT_EXPOSED
    """Permissions that it may hold at a tenant, in the tenant's words, or patterns with `*`: `Mail.Read`."""
    in_use_since: Day = NOT_EXPOSED
    """First day of use."""
    reviewed: Day = NOT_EXPOSED
    """Day of the last review."""
    in_use: Flag = NOT_EXPOSED
    """Whether it is in use; `absent`: the entry does not say."""
    unseen_because: Text = NOT_EXPOSED
    """Why no source shows it though it is in use."""
    personal_data: Flag = NOT_EXPOSED
    """Whether personal data gets into it."""
    critical: Flag = NOT_EXPOSED
    """Whether the organisation could not work without it for long."""
    impact_analysed: Day = NOT_EXPOSED
    """When it was last asked what its loss would mean."""
    fallback: Text = NOT_EXPOSED
    """What is done without it."""


class ServiceIdentifier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One identifier under which sources show an AI service."""

    sort: IdentifierSort
    """What sort of identifier it is."""
    value: str
    """The identifier: an application id, a client id, a slug, a domain, a publisher's name."""
    source: str | None = None
    """Where it was read: an address, or a repository with a path."""


class AiService(Fact, tag="ai_service", frozen=True, kw_only=True):
    """An AI service that the organisation adds to the list of known ones, or an application that it says is none."""

    service_id: str
    """Its id; that of a listed service adds these identifiers to it."""
    service: str
    """Name for people; applications that are called so are possible matches."""
    supplier: Text = NOT_EXPOSED
    """Whose service it is."""
    category: ServiceCategory | Missing = NOT_EXPOSED
    """What sort of service it is."""
    names: tuple[str, ...] = ()
    """Further names of it."""
    identifiers: tuple[ServiceIdentifier, ...] = ()
    """Identifiers under which sources show it."""
    ai: Flag = NOT_EXPOSED
    """False: what these identifiers show is no AI service, whatever the list says."""
    because: Text = NOT_EXPOSED
    """Why it is none."""
    approved_by: Text = NOT_EXPOSED
    """Who says that it is none."""


class Decision(Fact, tag="decision", frozen=True, kw_only=True):
    """Setting X must be Y at this place, because Z, approved by N on D."""

    setting: str
    """Name in the settings dictionary, or of a rule's criterion."""
    must: Literal["be", "be_one_of", "not_be", "be_at_least", "be_at_most", "contain_all", "contain_none"]
    """How the observed value is held against `value`."""
    value: str | bool | int | tuple[str, ...]
    """What it is held against."""
    applies_to: str = "organisation"
    """`organisation`, a source, a scope's path or a subject's id; the most specific wins."""
    because: str
    """Why."""
    approved_by: str
    """Who decided."""
    approved_on: Date
    """When."""
    until: Day = NOT_EXPOSED
    """Last day on which it holds."""


class SoaRow(Fact, tag="soa_row", frozen=True, kw_only=True):
    """One row of the Statement of Applicability."""

    control: Annotated[str, msgspec.Meta(pattern=_ANNEX_A)]
    """Control id."""
    applicable: bool
    """Whether the organisation says the control applies."""
    justification: Text = NOT_EXPOSED
    """Why it applies, or why not."""
    claims_none_of: tuple[str, ...] = ()
    """Populations of the catalogue that the exclusion says do not exist."""
    implemented: Text = NOT_EXPOSED
    """yes, partly, no."""
    version: Text = NOT_EXPOSED
    """Version of the statement."""
    approved_by: Text = NOT_EXPOSED
    """Who approved it."""
    approved_on: Day = NOT_EXPOSED
    """When."""


class ExceptionEntry(Fact, tag="exception", frozen=True, kw_only=True):
    """An accepted failure of one rule for named subjects, for a time."""

    exception_id: str
    """Id in the register."""
    rule: str
    """Rule id."""
    subjects: tuple[str, ...]
    """Subjects known at approval; a new one is a plain failure."""
    reason: Text = NOT_EXPOSED
    """Why it is accepted."""
    risk: Text = NOT_EXPOSED
    """Linked risk."""
    compensating: Text = NOT_EXPOSED
    """What is done instead."""
    requester: Text = NOT_EXPOSED
    """Who asked."""
    approver: Text = NOT_EXPOSED
    """The risk owner who approved; never the requester."""
    start: Day = NOT_EXPOSED
    """First day."""
    expires: Day = NOT_EXPOSED
    """Last day."""


class Limitation(Fact, tag="limitation", frozen=True, kw_only=True):
    """Something that stays unread for a time, by decision: it stays visible, and unread."""

    reason: str
    """Why it cannot be read."""
    owner: str
    """Who answers for it."""
    expires: Date
    """Last day."""
    covers_source: str
    """Source."""
    covers_scope: str = "*"
    """Scope path or pattern with `*`."""
    covers_call: str = "*"
    """Call or pattern with `*`."""


class Attestation(Fact, tag="attestation", frozen=True, kw_only=True):
    """A dated statement by a named person, with its document."""

    attestation_id: Text = NOT_EXPOSED
    """Id in the register."""
    statement: str
    """What is stated."""
    about: str
    """The setting, need or question it answers."""
    tenant: Text = NOT_EXPOSED
    """Source or tenant of which it speaks, by our alias or the vendor's id; `absent`: of every one that it can be about."""
    value: str | bool | int | Missing = NOT_EXPOSED
    """The value stated, where it answers a setting."""
    attester: Text = NOT_EXPOSED
    """Who states it."""
    role: Text = NOT_EXPOSED
    """As what."""
    stated_on: Day = NOT_EXPOSED
    """When."""
    period_from: Day = NOT_EXPOSED
    """First day it speaks of."""
    period_until: Day = NOT_EXPOSED
    """Last day it speaks of."""
    document: Text = NOT_EXPOSED
    """File name of the document."""
    document_sha256: Text = NOT_EXPOSED
    """Digest of the document."""
    version: Text = NOT_EXPOSED
    """Version of the document."""
    approver: Text = NOT_EXPOSED
    """Who approved it."""
    next_review: Day = NOT_EXPOSED
    """When it is looked at again."""


class Parameter(Fact, tag="parameter", frozen=True, kw_only=True):
    """An effective threshold, list or switch with which the run is judged."""

    name: str
    """Name of the parameter, or `rule:<ID>` for a rule that is switched off."""
    value: str | bool | int | tuple[str, ...]
    """The effective value."""
    default: str | bool | int | tuple[str, ...] | None = None
    """Our own default."""
    set_by: Literal["organisation", "annexa"]
    """Whose value it is."""
    because: Text = NOT_EXPOSED
    """Why, where the organisation says."""


class Retirement(Fact, tag="retirement", frozen=True, kw_only=True):
    """A signed statement that a source or subject is gone for good."""

    what: str
    """Source or subject id."""
    reason: str
    """Why."""
    approver: str
    """Who says so."""
    on: Date
    """When."""
