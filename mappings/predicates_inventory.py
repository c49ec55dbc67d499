"""Predicates about what is registered, by whom it is answered for, and whether its row is complete."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AiSystem, Identity, Person, RegisterEntry
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.operators import Around, check
from annexa.mappings.outcome import Outcome, failed, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.register import Register, legible, names_of, written
from annexa.mappings.rule import Rule
from annexa.schemas.words import State, UnknownReason, Verdict


@predicate("in_register", joins=("register_entry",))
def in_register(record: Record, rule: Rule, context: Context) -> Outcome:
    """An entry of the AI register names the item, by its id, its name or a pattern.

    Use of a service is also named by `service@account/region`. Not found in a register that was supplied and read whole
    is a violation, otherwise unknown.
    """
    register, expected = Register.of(context), "an entry of the AI register that names it"
    entries = register.about(names_of(record))
    if entries:
        return passed(record, f"registered as {entries[0][1].name}", expected=expected)
    if not register.complete:
        return unknown(record, register.missing(), "no entry was found, and the register was not read whole")
    return failed(record, f"no entry of the AI register names {record.data.subject}", expected=expected)


@predicate("registered_owner_named", joins=("register_entry",))
def registered_owner_named(record: Record, rule: Rule, context: Context) -> Outcome:
    """The entry of the AI register that names the item also names who answers for it.

    Whether there is an entry at all is another rule: without one this one is unknown.
    """
    register = Register.of(context)
    entries = register.about(names_of(record))
    if not entries:
        reason = UnknownReason.FOLLOWS_FROM if register.complete else register.missing()
        return unknown(record, reason, "no entry of the AI register names it")
    named = [entry.owner for _, entry in entries if written(entry.owner) and legible(entry.owner)]
    if named:
        return passed(record, f"owner is {named[0]}", expected="an owner in the AI register")
    if any(not legible(entry.owner) for _, entry in entries):
        return unknown(record, UnknownReason.UNREAD, "the owner in the register could not be read")
    return failed(record, f"entry {entries[0][1].name} names no owner", expected="an owner in the AI register")


@predicate("register_entry_complete", reads=("register_entry",))
def register_entry_complete(record: Record, rule: Rule, context: Context) -> Outcome:
    """The entry names owner, supplier, tier, purpose and permitted class, and was reviewed in time.

    In time is within `register_review_months`. What a row does not say counts as missing. A review that is only older
    than our default is held against that default.
    """
    entry = record.data
    assert isinstance(entry, RegisterEntry)  # noqa: S101
    fields = {name: getattr(entry, name) for name in ("owner", "supplier", "tier", "purpose", "permitted_class")}
    missing = [name for name, value in {**fields, "reviewed": entry.reviewed}.items() if not written(value)]
    limit = context.parameters.effective("register_review_months")
    expected = f"owner, supplier, tier, purpose and permitted class, reviewed within {limit.span}"
    if missing:
        return failed(record, f"not filled in: {', '.join(missing)}", expected=expected)
    unread = [name for name, value in fields.items() if not legible(value)]
    held = check("within", entry.reviewed, limit.span, Around(as_of=context.as_of)) if limit.span else None
    if held is not None and held.verdict is Verdict.FAIL:
        observed = f"last reviewed on {entry.reviewed}"
        return failed(record, observed, expected=expected, criterion=limit.criterion, criterion_ref=limit.name)
    if held is None:
        return unknown(record, UnknownReason.CRITERION_UNREAD, f"{limit.name} has no valid value")
    if held.verdict is Verdict.UNKNOWN or unread:
        return unknown(record, held.reason, f"could not be read: {', '.join(unread or ['reviewed'])}")
    return passed(record, f"complete, reviewed on {entry.reviewed}", expected=expected)


@predicate("owner_active", reads=("ai_system", "register_entry"), joins=("register_entry", "person", "identity"))
def owner_active(record: Record, rule: Rule, context: Context) -> Outcome:
    """Somebody who answers for the item is named, by itself or by its entry in the AI register, and is still there.

    Still there is a person who has not left, or an account that is active. A name that matches nobody is unknown.
    """
    register, expected = Register.of(context), "an owner who is still there"
    own = record.data.owner if isinstance(record.data, (AiSystem, RegisterEntry)) else None
    owners = [own, *(entry.owner for _, entry in register.about(names_of(record)))]
    named = next((owner for owner in owners if isinstance(owner, str) and owner.strip()), None)
    if named is None:
        if any(not legible(owner) for owner in owners if owner is not None):
            return unknown(record, UnknownReason.UNREAD, "the owner could not be read")
        if not register.complete and not isinstance(record.data, RegisterEntry):
            return unknown(record, register.missing(), "no owner was found, and the register was not read whole")
        return failed(record, "no owner is named", expected=expected)
    return _there(record, named, context, expected)


def _there(record: Record, name: str, context: Context, expected: str) -> Outcome:
    """Whether the owner of that name has left."""
    people, accounts = _people(context).get(name.casefold()), _accounts(context).get(name.casefold())
    if people is not None:
        left = check("after", people.left, "as_of", Around(as_of=context.as_of))
        if isinstance(people.left, Missing) and people.left.state is State.ABSENT:
            return passed(record, f"owner {name} is employed", expected=expected)
        if left.verdict is Verdict.UNKNOWN:
            return unknown(record, left.reason, f"whether {name} has left could not be read")
        gone = left.verdict is Verdict.FAIL
        observed = f"owner {name} left on {people.left}" if gone else f"owner {name} leaves on {people.left}"
        return failed(record, observed, expected=expected) if gone else passed(record, observed, expected=expected)
    if accounts is not None and isinstance(accounts.state, str):
        state = accounts.state.casefold()
        if state in _ACTIVE:
            return passed(record, f"the account of owner {name} is {state}", expected=expected)
        if state in _GONE:
            return failed(record, f"the account of owner {name} is {state}", expected=expected)
        return unknown(record, UnknownReason.UNKNOWN_VALUE, f"the account of owner {name} is {state}")
    known = any(context.joined(kind).complete for kind in ("person", "identity"))
    reason = UnknownReason.IDENTITY_UNMATCHED if known else context.joined("person").reason
    return unknown(record, reason, f"owner {name} was matched with nobody")


def _people(context: Context) -> dict[str, Person]:
    def build() -> dict[str, Person]:
        people = [record.data for record in context.joined("person").records if isinstance(record.data, Person)]
        return {
            name.casefold(): person
            for person in people
            for name in (person.subject, person.name, *person.aliases)
            if isinstance(name, str)
        }

    return context.kept("people", build)


def _accounts(context: Context) -> dict[str, Identity]:
    def build() -> dict[str, Identity]:
        accounts = [record.data for record in context.joined("identity").records if isinstance(record.data, Identity)]
        return {
            name.casefold(): account
            for account in accounts
            for name in (account.subject, account.name)
            if isinstance(name, str)
        }

    return context.kept("accounts", build)


_ACTIVE = ("active", "enabled")
_GONE = ("suspended", "disabled", "deactivated", "deprovisioned", "deleted", "inactive", "removed")
