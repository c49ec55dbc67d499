"""Known AI services in one run: which record is, or belongs to, which service, and which services the run shows at all.

A record of an application is matched itself; a grant or a credential is matched as the application that holds it. What
is not sure is a question to people: the item is unknown until the register names it, or the organisation says that it
is no AI service. Text that could not be read leaves open what it would have said.
"""

from collections.abc import Iterable, Mapping

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AccessGrant, AiService, Application, Credential
from annexa.evidence.record import Record
from annexa.mappings.ai_services import SORT_OF, Match, Service, Services, Shown
from annexa.mappings.context import Context
from annexa.mappings.evidence_view import Evidence
from annexa.schemas.words import Certainty, State, UnknownReason, Verdict

KINDS = ("access_grant", "application", "credential")
"""Kinds of which a record can be, or belong to, an AI service."""
UNREADABLE = (State.UNREAD, State.REDACTED, State.AMBIGUOUS, State.UNKNOWN_VALUE)
UNUSABLE = frozenset(
    ("blocked", "deactivated", "deleted", "denied", "disabled", "inactive", "pending", "rejected", "requested",
     "restricted", "suspended")
)  # fmt: skip
"""States of an application, in the tenants' words, in which nobody can use it."""
UNSURE = {Certainty.DOMAIN: "its domain", Certainty.NAME: "its name"}


class Belongs(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a record belongs to the known AI services: `pass` it does, `fail` it does not, `unknown`."""

    verdict: Verdict
    match: Match | None = None
    reason: UnknownReason | None = None
    says: str | None = None
    """What is not sure, for people."""


class Sighted(msgspec.Struct, kw_only=True):
    """One service in a run."""

    service: Service
    certainty: Certainty
    """The surest of its sightings."""
    where: str
    """The first place with that certainty."""
    ids: set[str]
    """Ids under which sources show it."""


Inventory = Mapping[str, Sighted]
"""Services that applications of a run are, or may be, by id."""


def own_services(records: Iterable[Record]) -> tuple[Service, ...]:
    """The services that the organisation added, from the records that its register left in the run."""
    return tuple(_own(record.data) for record in records if isinstance(record.data, AiService))


def inventory(evidence: Evidence, services: Services) -> dict[str, Sighted]:
    """Every service that the applications of a run show; what nobody can use, or is said to be none, is left out."""
    vendors = {source.source: source.vendor for source in evidence.manifest.sources}
    found: dict[str, Sighted] = {}
    for record in evidence.records("application"):
        fact = record.data
        if not isinstance(fact, Application) or not usable(fact):
            continue
        match = services.match(fact, vendors.get(record.source, record.source.partition(":")[0]))
        if match is None or match.service.no_ai is not None:
            continue
        place = f"application {fact.name if isinstance(fact.name, str) else fact.subject} at {record.source}"
        seen = found.setdefault(
            match.service.id, Sighted(service=match.service, certainty=match.certainty, where=place, ids=set())
        )
        if match.sure or match.certainty is Certainty.EXACT:
            seen.ids |= {fact.subject, fact.vendor_id}
        if _ORDER.index(match.certainty) < _ORDER.index(seen.certainty):
            seen.service, seen.certainty, seen.where = match.service, match.certainty, place
    return found


def services_of(context: Context) -> Services:
    """The list that holds for a context: ours, and what the organisation added."""
    own = context.joined("ai_service").records
    return context.kept("ai_services", lambda: Services(context.services, own_services(own)))


def belongs(record: Record, context: Context) -> Belongs:
    """Whether a record is of, or belongs to, a known AI service."""
    fact = application_of(record, context)
    if fact is None or not usable(fact):
        return _NO
    match = services_of(context).match(fact, _vendor(record, context))
    own = own_list_unread(context)
    if match is None:
        unread = [name for name in _TELLING if _unreadable(getattr(fact, name))]
        if own is not None:
            return Belongs(verdict=Verdict.UNKNOWN, reason=own, says=OWN_UNREAD)
        if not unread:
            return _NO
        says = f"whether it is a known AI service is open: {' and '.join(unread)} could not be read"
        return Belongs(verdict=Verdict.UNKNOWN, reason=UnknownReason.UNREAD, says=says)
    if own is not None:
        return Belongs(verdict=Verdict.UNKNOWN, match=match, reason=own, says=OWN_UNREAD)
    if match.sure or match.service.no_ai is not None:
        return Belongs(verdict=Verdict.PASS, match=match)
    return Belongs(verdict=Verdict.UNKNOWN, match=match, reason=UnknownReason.POSSIBLE_MATCH, says=_question(match))


def own_list_unread(context: Context) -> UnknownReason | None:
    """Why the organisation's own list cannot be followed; one that nobody supplied is empty."""
    own = context.joined("ai_service")
    absent = (UnknownReason.NOT_SUPPLIED, UnknownReason.NOT_CONNECTED, UnknownReason.INPUT_MISSING)
    return None if own.complete or own.reason in absent else UnknownReason.CRITERION_UNREAD


def application_of(record: Record, context: Context) -> Application | None:
    """The application that a record is, or that holds what it is about; None: nothing like an application."""
    fact = record.data
    if isinstance(fact, Application):
        return fact
    if not isinstance(fact, (AccessGrant, Credential)):
        return None
    holder = fact.grantee if isinstance(fact, AccessGrant) else fact.owner
    known = _applications(context).get((record.source, holder))
    if known is not None or isinstance(fact, Credential):
        return known
    if isinstance(fact.grantee_sort, str) and fact.grantee_sort != "application":
        return None
    return Application(subject=holder, vendor_id=holder, name=fact.grantee_name)


def usable(fact: Application) -> bool:
    """Whether an application can be used; one that was blocked or never approved, or is open to nobody, is not in use.

    One to which nobody signs in acts by itself: that it is open to nobody says nothing.
    """
    if isinstance(fact.state, str) and fact.state.casefold() in UNUSABLE:
        return False
    alone = isinstance(fact.sign_on, Missing) and fact.sign_on.state is State.ABSENT
    return fact.consented != "none" or alone


def _applications(context: Context) -> dict[tuple[str, str], Application]:
    """Applications by source and id, under each of their ids."""

    def build() -> dict[tuple[str, str], Application]:
        found: dict[tuple[str, str], Application] = {}
        for row in context.joined("application").records:
            if isinstance(row.data, Application):
                found.setdefault((row.source, row.data.vendor_id), row.data)
                found[row.source, row.data.subject] = row.data
        return found

    return context.kept("applications", build)


def _own(row: AiService) -> Service:
    no_ai = None
    if row.ai is False:
        no_ai = f"{_text(row.because)} ({_text(row.approved_by)})"
    shown = tuple(Shown(sort=one.sort, value=one.value, source=one.source or row.subject) for one in row.identifiers)
    return Service(
        id=row.service_id, service=row.service, supplier=_text(row.supplier), names=row.names, common_word=True,
        category=None if isinstance(row.category, Missing) else row.category, identifiers=shown, no_ai=no_ai,
    )  # fmt: skip


def _text(value: str | Missing) -> str:
    return "" if isinstance(value, Missing) else value


def _question(match: Match) -> str:
    service = match.service
    if match.certainty in UNSURE:
        return f"{UNSURE[match.certainty]} suggests {service.service}, and nothing proves it"
    return f"{service.service} is a part of it, and whether that part is used is not known"


def _vendor(record: Record, context: Context) -> str:
    return context.vendors.get(record.source, record.source.partition(":")[0])


def _unreadable(value: object) -> bool:
    return isinstance(value, Missing) and value.state in UNREADABLE


OWN_UNREAD = "the organisation's own list of AI services could not be read"
_TELLING = ("name", "publisher", "verified", "domains")
"""Fields by which an application is recognised, beside its id."""
_ORDER = tuple(Certainty)
_NO = Belongs(verdict=Verdict.FAIL)
__all__ = [
    "KINDS", "SORT_OF", "Belongs", "Inventory", "Sighted", "application_of", "belongs", "inventory", "own_list_unread",
    "own_services", "services_of", "usable",
]  # fmt: skip
