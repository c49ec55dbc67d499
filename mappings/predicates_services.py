"""Predicates about known AI services: whether the AI register names one, and whether it may do no more than approved.

They are for rules whose population is `ai: services` or `ai: applications`; which record belongs to which service, and
how sure that is, is found before they are asked.
"""

from collections.abc import Iterator

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AccessGrant, Application
from annexa.evidence.record import Record
from annexa.mappings.ai_services import Service
from annexa.mappings.context import Context
from annexa.mappings.operators import STATES
from annexa.mappings.outcome import Outcome, failed, passed, shown_only, unknown
from annexa.mappings.patterns import fits_any
from annexa.mappings.predicate import predicate
from annexa.mappings.register import Register, legible, names_of, written
from annexa.mappings.registered_services import Entries, entries_of
from annexa.mappings.rule import Rule
from annexa.mappings.service_matches import belongs
from annexa.schemas.words import Criterion, State, UnknownReason


@predicate("ai_service_registered", reads=("access_grant", "application"), joins=("register_entry",))
def ai_service_registered(record: Record, rule: Rule, context: Context) -> Outcome:
    """An entry of the AI register names the service.

    It names it by an id under which any source shows it, by its name, by an identifier of the list of known AI
    services, or by its supplier where the list knows no other service of that supplier. Not found in a register that
    was supplied and read whole is a violation, otherwise unknown.
    """
    service, expected = _service(record, context), "an entry of the AI register that names it"
    entries = _entries(record, service, context)
    if entries:
        return passed(record, f"registered as {entries[0][1].name}", expected=expected)
    register = Register.of(context)
    if not register.complete:
        return unknown(record, register.missing(), "no entry was found, and the register was not read whole")
    return failed(record, f"no entry of the AI register names {_called(record, service)}", expected=expected)


@predicate(
    "ai_scope_approved", reads=("access_grant", "application"), joins=("register_entry",), settles=True
)  # fmt: skip
def ai_scope_approved(record: Record, rule: Rule, context: Context) -> Outcome:
    """Every permission that the service holds is approved by an entry of the AI register that names the service.

    The entry lists them under `approved_scopes`, as names or patterns. A service that no entry names has none approved.
    An entry without that list sets no criterion. A grant behind a condition is shown and not failed.
    """
    service, expected = _service(record, context), "permissions that the AI register approves"
    held = _permissions(record)
    if isinstance(held, Missing):
        if held.state is State.ABSENT:
            return passed(record, "it holds no permission", expected=expected)
        return unknown(record, STATES[held.state], "what it may do could not be read", expected=expected)
    register, entries = Register.of(context), _entries(record, service, context)
    lists = [(row.record_id, entry.approved_scopes) for row, entry in entries if legible(entry.approved_scopes)]
    approved = [(ref, names) for ref, names in lists if written(names) and not isinstance(names, Missing)]
    beyond = [name for name in held if not any(fits_any(names, name) for _, names in approved)]
    ref = approved[0][0] if approved else entries[0][0].record_id if entries else "register_entry"
    if not beyond:
        whose = {"criterion": Criterion.ORGANISATION, "criterion_ref": ref}
        return passed(record, f"{len(held)} approved permissions", expected=expected, **whose)  # type: ignore[arg-type]
    if not register.complete:
        return unknown(record, register.missing(), "the register was not read whole", expected=expected)
    if any(not legible(entry.approved_scopes) for _, entry in entries):
        return unknown(record, UnknownReason.CRITERION_UNREAD, "a list of approved permissions could not be read")
    if entries and not approved:
        return unknown(record, UnknownReason.CRITERION_UNSET, f"{entries[0][1].name} lists no approved permissions")
    return _beyond(record, beyond, _called(record, service), expected, ref)


def _beyond(record: Record, names: list[str], called: str, expected: str, ref: str) -> Outcome:
    """Permissions that nobody approved: a violation, unless something stands between the grant and its effect."""
    observed = f"{called} may also {', '.join(sorted(names))}"
    verdict = record.data.verdict if isinstance(record.data, AccessGrant) else "allowed"
    if isinstance(verdict, Missing) and verdict.state is not State.NOT_EXPOSED:
        return unknown(record, STATES.get(verdict.state), f"{observed}; whether it takes effect is not settled")
    if verdict == "conditional":
        return shown_only(record, UnknownReason.CONDITIONAL, f"{observed}, under a condition", expected=expected)
    return failed(record, observed, expected=expected, criterion=Criterion.ORGANISATION, criterion_ref=ref)


def _permissions(record: Record) -> tuple[str, ...] | Missing:
    fact = record.data
    assert isinstance(fact, (AccessGrant, Application))  # noqa: S101
    return fact.permissions


def _service(record: Record, context: Context) -> Service | None:
    match = belongs(record, context).match
    return match.service if match else None


def _called(record: Record, service: Service | None) -> str:
    if service is not None:
        return service.service
    name = getattr(record.data, "name", None) or getattr(record.data, "grantee_name", None)
    return name if isinstance(name, str) else record.data.subject


def _entries(record: Record, service: Service | None, context: Context) -> Entries:
    """Entries that name the record itself, then those that name its service."""
    direct = Register.of(context).about(_names(record))
    return direct or (entries_of(service, context) if service else [])


def _names(record: Record) -> Iterator[str]:
    yield from names_of(record)
    if isinstance(record.data, AccessGrant):
        yield record.data.grantee
        if isinstance(record.data.grantee_name, str):
            yield record.data.grantee_name
