"""How far each need of a control is met: the first state that applies, in one fixed order.

failed, missing, no rule yet, nothing there, unmet, unread, stale, met. What kept a need from being met is said in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Attestation, Document
from annexa.evidence.manifest import PEOPLE
from annexa.evidence.record import Record
from annexa.mappings.attested import incomplete
from annexa.mappings.periods import Course
from annexa.mappings.population import REGISTER_KINDS
from annexa.mappings.results import NeedResult
from annexa.mappings.rule import Need, Rule
from annexa.mappings.systems import share, silent
from annexa.mappings.verdicts import Found
from annexa.mappings.world import World
from annexa.schemas.words import Basis, NeedState, Reason, Result, Strength, UnknownReason, UnmetReason

OPERATING_ONLY = frozenset({Strength.OPERATING})
DOCUMENTS = ("document", "attestation")
NOBODY_GAVE = (None, UnknownReason.NOT_SUPPLIED)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What needs are held against."""

    world: World
    found: Mapping[str, Found]
    course: Course | None
    """The period, if the assessment has one."""
    documents: tuple[Record, ...]
    """Attestations and documents of the run."""


@dataclass(frozen=True, kw_only=True)
class Met:
    """A need's result, and what it rests on if it is met."""

    result: NeedResult
    strengths: frozenset[Strength] = frozenset()
    """Strengths of the rules that pass for it; `attested` for a document."""
    counts: bool = True
    """Whether it stays in the count."""


def meet(need: Need, control: str, given: Given) -> Met:
    """The state of one need of `control`."""
    if need.document is not None and not need.rules:
        return _by_document(need, given)
    state, reason, detail = _by_rules(need, control, given)
    judged = [given.found[name] for name in need.rules if name in given.found]
    passing = frozenset(_strength(one) for one in judged if one.result is Result.PASS)
    context = given.world.context
    systems = share((one.tally.shares() for one in judged), context)
    return Met(
        result=msgspec.structs.replace(
            _result(need, state, reason, detail), systems=systems, systems_silent=silent(systems, context)
        ),
        strengths=passing if state is NeedState.MET else frozenset(),
        counts=state is not NeedState.NOTHING_THERE,
    )


def _by_rules(need: Need, control: str, given: Given) -> tuple[NeedState, UnmetReason | None, str | None]:
    pack, day = given.world.pack, given.world.day
    known = [pack.rules[name] for name in need.rules if name in pack.rules]
    off = [rule for rule in known if rule.id in given.world.disabled]
    covered = {rule.id: who for rule in off if (who := given.world.supplied.switched_off(rule.id, day))}
    found = [given.found[rule.id] for rule in known if rule.id in given.found]
    failed = [one for one in found if one.result is Result.FAIL and one.tally.rule.control == control]
    if failed:
        return NeedState.FAILED, None, f"fails: {_names(failed)}"
    missing = [one for one in found if one.reason is UnknownReason.NOT_SUPPLIED]
    if missing:
        return NeedState.MISSING, None, f"not supplied: {', '.join(sorted({_wanted(one) for one in missing}))}"
    if not known:
        return NeedState.NO_RULE_YET, None, None
    if all(one.result is Result.NO_POPULATION for one in found) and len(off) == len(covered):
        return NeedState.NOTHING_THERE, None, _nothing(found, covered)
    unmet = _unmet(need, control, found, [rule.id for rule in off if rule.id not in covered], given)
    if unmet is not None:
        return NeedState.UNMET, unmet[0], unmet[1]
    seen, gone = _seen(found), given.course.missing if given.course is not None else ()
    if gone and seen[0] is not NeedState.UNREAD and frozenset(need.accepts) == OPERATING_ONLY:
        return NeedState.UNREAD, None, f"{UnknownReason.INPUT_MISSING}: run {', run '.join(gone)}"
    return seen


def _wanted(one: Found) -> str:
    """What people would have to supply: a register by the kind of its rows, an import by how it is made."""
    cures = [unread.cure for lack in one.lacks for unread in lack.unreads if unread.reason is Reason.NOT_SUPPLIED]
    how = next(filter(None, cures), None) if one.tally.rule.population.of in PEOPLE else None
    return f"an import. {how}" if how else one.tally.rule.reads


def _seen(found: list[Found]) -> tuple[NeedState, UnmetReason | None, str | None]:
    """What is left once nothing failed, is missing or unmet."""
    unread = [one for one in found if one.result is Result.UNKNOWN and not one.stale]
    if unread:
        said = ", ".join(f"{one.tally.rule.id} {one.reason}" for one in unread)
        return NeedState.UNREAD, None, said
    stale = [one for one in found if one.stale]
    return (NeedState.STALE, None, f"too old: {_names(stale)}") if stale else (NeedState.MET, None, None)


def _unmet(
    need: Need, control: str, found: list[Found], off: list[str], given: Given
) -> tuple[UnmetReason, str] | None:
    """Why rules that did not fail here meet nothing; the first reason in the order of the words."""
    if off:
        return UnmetReason.DISABLED_BY_ORGANISATION, f"switched off without a decision: {', '.join(off)}"
    unset = [one for one in found if one.reason is UnknownReason.CRITERION_UNSET]
    if unset:
        return UnmetReason.CRITERION_UNSET, f"no rule of your own is set: {_names(unset)}"
    for one in (one for one in found if one.result is Result.PASS):
        reason = _not_accepted(need, one, given)
        if reason is not None:
            return (
                reason,
                f"{one.tally.rule.id} passes as {one.tally.rule.strength}, on {one.tally.weakest or 'no basis'}",
            )
    elsewhere = [one for one in found if one.result is Result.FAIL]
    if elsewhere:
        return UnmetReason.DECIDED_UNDER, f"{_names(elsewhere)} fails under {elsewhere[0].tally.rule.control}"
    return None


def _not_accepted(need: Need, found: Found, given: Given) -> UnmetReason | None:
    """Why a pass does not meet this need."""
    rule, strength = found.tally.rule, _strength(found)
    if found.tally.weakest is Basis.LOG_INFERRED:
        return UnmetReason.BASIS_NOT_ACCEPTED
    if rule.strength not in need.accepts:
        return UnmetReason.STRENGTH_NOT_ACCEPTED
    if strength not in need.accepts:
        return UnmetReason.BASIS_NOT_ACCEPTED
    if frozenset(need.accepts) != OPERATING_ONLY:
        return None
    if given.course is None:
        return UnmetReason.NO_PERIOD
    return given.course.uncovered(rule, given.world.supplied.parameters)


def _strength(found: Found) -> Strength:
    """What a pass is worth: a vendor's setting that only a person states is attested, whatever the rule could show."""
    rule = found.tally.rule
    stated = found.tally.weakest is Basis.ATTESTED and rule.reads not in REGISTER_KINDS
    return Strength.ATTESTED if stated and rule.strength in (Strength.DESIGN, Strength.OPERATING) else rule.strength


def _by_document(need: Need, given: Given) -> Met:
    """A document, or a statement about this need: present, approved, dated; its text is not examined."""
    about = [record for record in given.documents if _about(record, need)]
    if not about:
        lost = [reason for kind in DOCUMENTS if (reason := given.world.populations.of(kind).reason) not in NOBODY_GAVE]
        state = NeedState.UNREAD if lost else NeedState.MISSING
        return Met(result=_result(need, state, None, f"{lost[0] if lost else 'not supplied'}: {need.document}"))
    troubles = [_document_trouble(record, given.world) for record in about]
    if None in troubles:
        return Met(result=_result(need, NeedState.MET, None, None), strengths=frozenset({Strength.ATTESTED}))
    stale = [trouble for trouble in troubles if trouble is not None and trouble[0] is UnknownReason.STALE]
    reason, says = next(trouble for trouble in (*stale, *troubles) if trouble is not None)
    state = NeedState.STALE if reason is UnknownReason.STALE else NeedState.UNREAD
    return Met(result=_result(need, state, None, f"{reason}: {says}"))


def _document_trouble(record: Record, world: World) -> tuple[UnknownReason, str] | None:
    if not world.freshness.valid(record):
        return UnknownReason.INVALID_RECORD, f"collected at {record.collected_at}, outside its run"
    old = world.freshness.enumeration
    return (old, f"collected at {record.collected_at}") if old is not None else incomplete(record, world.day)


def _about(record: Record, need: Need) -> bool:
    fact = record.data
    names = {need.id, need.document}
    if isinstance(fact, Document):
        return fact.title in names or fact.subject in names
    return isinstance(fact, Attestation) and (
        fact.about in names or (not isinstance(fact.document, Missing) and fact.document == need.document)
    )


def _nothing(found: list[Found], covered: Mapping[str, str]) -> str:
    scopes = len({place for one in found for place in one.coverage.read})
    left = sum(one.tally.not_required for one in found)
    said = [f"nothing of this kind exists, {scopes} scopes read"] if found else []
    said += [f"{left} left out by decision"] if left else []
    return "; ".join([*said, *(f"{rule} switched off by decision of {who}" for rule, who in sorted(covered.items()))])


def _names(found: list[Found]) -> str:
    return ", ".join(one.tally.rule.id for one in found)


def _result(need: Need, state: NeedState, reason: UnmetReason | None, detail: str | None) -> NeedResult:
    return NeedResult(
        id=need.id, says=need.says, state=state, reason=reason, detail=detail, rules=need.rules,
        document=need.document, supplied_by=need.supplied_by,
    )  # fmt: skip


def recipe(control: str, rules: Mapping[str, Rule]) -> tuple[Need, ...]:
    """The needs of a control that has no recipe: its own rules, or one need that no rule speaks about yet."""
    mine = tuple(rule.id for rule in rules.values() if rule.control == control)
    if mine:
        return (Need(id=f"{control}/rules", says="What the rules of this control say holds.", rules=mine),)
    return (Need(id=f"{control}/none", says="Nothing has been written down yet about what would show this control."),)
