"""Predicates about AI systems: what data they reach, where they come from, which safeguards and logs serve them."""

from collections.abc import Iterable

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AiSystem, DataConnection, DataStore, LogSource, Safeguard
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.criterion import as_test
from annexa.mappings.decisions import Found, place_of
from annexa.mappings.operators import STATES, Around, check
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, unknown
from annexa.mappings.patterns import fits_any
from annexa.mappings.predicate import predicate
from annexa.mappings.register import Register, legible, names_of
from annexa.mappings.rule import Rule
from annexa.schemas.words import Criterion, State, UnknownReason, Verdict

TRANSFER = "ai.transfer"
SOURCES = "ai.model_sources"


@predicate("class_permitted", reads=("data_connection",), joins=("register_entry",))
def class_permitted(record: Record, rule: Rule, context: Context) -> Outcome:
    """The class of the data is no higher than what each AI system that reads it may handle.

    That is said by the system's tag, or by its entry in the AI register where it has none. One reader that may handle
    less is a violation. Data without a class, and a reader without one, are unknown.
    """
    link = record.data
    assert isinstance(link, DataConnection)  # noqa: S101
    if isinstance(link.classification, Missing) or not link.classification.strip():
        return unknown(record, _untagged(link.classification), f"{link.store} has no class that could be read")
    verdicts: dict[str, tuple[Verdict, UnknownReason | None, str | None]] = {}
    expected = f"readers that may handle {link.classification} data"
    for system, allowed in _readers(link, Register.of(context)).items():
        if allowed == State.UNREAD:
            verdicts[system] = (Verdict.UNKNOWN, UnknownReason.UNREAD, None)
            continue
        test = context.scale("classification", at_most=allowed) if allowed else None
        held = check("at_scale", link.classification, test, Around(as_of=context.as_of)) if test else None
        verdicts[system] = (held.verdict if held else Verdict.UNKNOWN, held.reason if held else None, allowed)
    for system, (verdict, _, allowed) in verdicts.items():
        if verdict is Verdict.FAIL:
            observed = f"{system} may handle {allowed} and reads {link.classification}"
            return failed(record, observed, expected=expected)
    for system, (verdict, reason, allowed) in verdicts.items():
        if verdict is Verdict.UNKNOWN:
            why = f"{allowed} is no class of the scale" if allowed else "no class is permitted to it by tag or register"
            why = "its tags could not be read" if reason is UnknownReason.UNREAD else why
            return unknown(record, reason or UnknownReason.NOT_EXPOSED, f"{system}: {why}", expected=expected)
    if isinstance(link.reached_by, Missing) and link.reached_by.state is not State.ABSENT:
        return unknown(record, STATES[link.reached_by.state], "who else reads it through this one is not known")
    return passed(record, f"{len(verdicts)} readers may handle {link.classification}", expected=expected)


def _readers(link: DataConnection, register: Register) -> dict[str, str | None]:
    """Permitted class of every reader; None where nobody says, `unread` where a tag may say and could not be read."""
    tagged: dict[str, str] = {}
    for reader in link.readers:
        system, _, allowed = reader.rpartition("=")
        tagged[system or allowed] = allowed if system else ""
    further = link.reached_by if not isinstance(link.reached_by, Missing) else ()
    own = link.permitted_class
    if isinstance(own, str) or own.state is State.UNREAD:
        tagged.setdefault(link.ai_system, own if isinstance(own, str) else State.UNREAD)
    systems = dict.fromkeys((link.ai_system, *further, *tagged))
    return {system: tagged.get(system) or _registered_class(system, register) for system in systems}


def _registered_class(system: str, register: Register) -> str | None:
    """The class that the first entry which names one permits."""
    allowed = (entry.permitted_class for _, entry in register.about((system,)))
    return next((word for word in allowed if isinstance(word, str) and word.strip()), None)


def _untagged(value: object) -> UnknownReason:
    return (
        STATES.get(value.state, UnknownReason.NOT_EXPOSED) if isinstance(value, Missing) else UnknownReason.NOT_EXPOSED
    )


@predicate("transfer_approved", reads=("data_connection",), joins=("register_entry",), settles=True)
def transfer_approved(record: Record, rule: Rule, context: Context) -> Outcome:
    """The organisation approved that this AI system and this store exchange data.

    A decision about `ai.transfer` for the connection, the store, the AI system or the place says `approved`, or an entry
    of the AI register that names the AI system lists the store. A decision that says `forbidden` beats the register.
    """
    link = record.data
    assert isinstance(link, DataConnection)  # noqa: S101
    further = link.reached_by if not isinstance(link.reached_by, Missing) else ()
    decided = context.decisions.find(TRANSFER, place_of(record, link.store, link.ai_system), context.day)
    answer = _answer(decided)
    if decided.unread or answer == "":
        return unknown(record, UnknownReason.CRITERION_UNREAD, decided.unread or "the decision does not fit")
    ref = decided.record.record_id if decided.record else None
    expected = "an approved transfer"
    if answer is not None:
        observed = f"the transfer to {link.store} is {answer}"
        judge = passed if answer == "approved" else failed
        return judge(record, observed, expected=expected, criterion=Criterion.ORGANISATION, criterion_ref=ref)
    listed = _listed(record, (link.ai_system, *further), link.store, "approved_stores", expected, context)
    other = link.third_party
    if listed.verdict is Verdict.FAIL and isinstance(other, Missing) and other.state is State.UNKNOWN_VALUE:
        return unknown(record, STATES[other.state], f"no documentation says what {other.raw} is, nor where it leads")
    hidden = link.reached_by if isinstance(link.reached_by, Missing) else None
    if listed.verdict is Verdict.FAIL and hidden is not None and hidden.state is not State.ABSENT:
        return unknown(record, STATES[hidden.state], "which AI systems read it could not be read")
    return listed


def _answer(found: Found) -> str | None:
    """`approved` or `forbidden`; empty: the decision says something else; None: nothing is decided."""
    decision = found.decision
    if decision is None:
        return None
    fits = decision.must == "be" and decision.value in ("approved", "forbidden")
    return str(decision.value) if fits else ""


def _listed(record: Record, systems: Iterable[str], what: str, field: str, expected: str, context: Context) -> Outcome:
    """Whether an entry that names one of `systems` lists `what`."""
    register = Register.of(context)
    entries = register.about(systems)
    for row, entry in entries:
        names = getattr(entry, field)
        if not isinstance(names, Missing) and fits_any(names, what):
            whose = Whose(criterion=Criterion.ORGANISATION, criterion_ref=row.record_id)
            return passed(record, f"{entry.name} lists {what}", expected=expected, **whose)
    if not register.complete:
        return unknown(record, register.missing(), f"nothing lists {what}; the register was not read whole")
    if any(not legible(getattr(entry, field)) for _, entry in entries):
        return unknown(record, UnknownReason.CRITERION_UNREAD, "a list of the register could not be read")
    ref = entries[0][0].record_id if entries else "register_entry"
    observed = f"{what} is approved by no decision and by no entry of the AI register"
    return failed(record, observed, expected=expected, criterion=Criterion.ORGANISATION, criterion_ref=ref)


@predicate("source_approved", reads=("ai_system",), joins=("register_entry",), settles=True)
def source_approved(record: Record, rule: Rule, context: Context) -> Outcome:
    """The model comes from a location that the organisation approved.

    It is listed by a decision about `ai.model_sources`, or among the stores of an entry of the AI register that names
    the model.
    """
    model, expected = record.data, "an approved origin"
    assert isinstance(model, AiSystem)  # noqa: S101
    origin = model.source_location
    if isinstance(origin, Missing):
        if origin.state is State.ABSENT:
            return failed(record, "it has no origin that could be approved", expected=expected)
        return unknown(record, STATES[origin.state], "its origin is not known")
    decided = context.decisions.find(SOURCES, place_of(record), context.day)
    if decided.unread:
        return unknown(record, UnknownReason.CRITERION_UNREAD, decided.unread)
    if decided.decision is not None and decided.record is not None:
        entry = context.settings.entry(SOURCES)
        test = (
            as_test(decided.decision.must, decided.decision.value, entry, context.settings, SOURCES) if entry else None
        )
        if test is None or test[0] not in ("subset_of", "equals"):
            return unknown(record, UnknownReason.CRITERION_UNREAD, f"the decision about {SOURCES} does not fit")
        if fits_any(test[1], origin):
            ref = decided.record.record_id
            return passed(record, f"{origin} is approved", criterion=Criterion.ORGANISATION, criterion_ref=ref)
    listed = _listed(record, names_of(record), origin, "approved_stores", expected, context)
    supplied = decided.record is not None and Register.of(context).reason is UnknownReason.NOT_SUPPLIED
    if listed.verdict is Verdict.UNKNOWN and supplied and decided.record is not None:
        ref = decided.record.record_id
        whose = Whose(criterion=Criterion.ORGANISATION, criterion_ref=ref)
        return failed(record, f"{origin} is on no list", expected=expected, **whose)
    return listed


@predicate("safeguard_in_use", reads=("safeguard",), gate=True)
def safeguard_in_use(record: Record, rule: Rule, context: Context) -> Outcome:
    """Only a safeguard that an AI system uses, or that is forced on a scope, is judged.

    One that nothing uses is left out; one of which that could not be read is unknown, whatever its content.
    """
    guard = record.data
    assert isinstance(guard, Safeguard)  # noqa: S101
    uses = (guard.attached_to, guard.enforced_on)
    if any(not isinstance(use, Missing) and use for use in uses):
        return passed(record)
    open_ = next((use for use in uses if isinstance(use, Missing) and use.state is not State.ABSENT), None)
    if open_ is not None:
        return unknown(record, STATES[open_.state], "whether anything uses it could not be read")
    return left_out(record, "nothing uses it")


@predicate("destinations_found", reads=("log_source",), joins=("data_store",))
def destinations_found(record: Record, rule: Rule, context: Context) -> Outcome:
    """At least one store to which the log writes was found. A log whose stores do not exist any more keeps nothing."""
    log, stores = record.data, context.joined("data_store")
    assert isinstance(log, LogSource)  # noqa: S101
    if isinstance(log.destinations, Missing):
        if log.destinations.state is State.ABSENT:
            return failed(record, "it writes nowhere", expected="a store that exists")
        return unknown(record, STATES[log.destinations.state], "where it writes is not known")
    known = _stores(context)
    found = [name for name in log.destinations if name in known]
    if found:
        return passed(record, f"{found[0]} exists", expected="a store that exists")
    named = ", ".join(log.destinations) or "nothing"
    if not stores.complete and log.destinations:
        return unknown(record, stores.reason, f"{named} was not found, and not all stores were read")
    return failed(record, f"{named} was not found", expected="a store that exists")


def _stores(context: Context) -> frozenset[str]:
    def build() -> frozenset[str]:
        facts = [row.data for row in context.joined("data_store").records if isinstance(row.data, DataStore)]
        names = {fact.subject for fact in facts} | {fact.name for fact in facts if isinstance(fact.name, str)}
        return frozenset(names)

    return context.kept("stores", build)
