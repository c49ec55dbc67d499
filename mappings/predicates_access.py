"""Predicates about who may do what: approval of principals, number of administrators, use, and the life of keys."""

from collections.abc import Iterable

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AccessGrant, Credential, Scope
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.criterion import as_test
from annexa.mappings.decisions import place_of
from annexa.mappings.operators import STATES, Around, check
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, shown_only, unknown
from annexa.mappings.patterns import fits_any
from annexa.mappings.predicate import predicate
from annexa.mappings.register import Register
from annexa.mappings.rule import Rule
from annexa.mappings.times import moment
from annexa.schemas.words import Criterion, State, UnknownReason, Verdict

APPROVED = "ai.approved_principals"


@predicate("principal_approved", reads=("access_grant",), joins=("register_entry",), settles=True)
def principal_approved(record: Record, rule: Rule, context: Context) -> Outcome:
    """Whoever holds the grant is approved, by the AI register or by a decision about `ai.approved_principals`.

    Who administers must be named as administrator; who uses, as principal or administrator. A grant that the vendor
    made for its own service, with which nobody can sign in, is left out. A grant behind a condition is shown and not
    failed. Without any list it is unknown.
    """
    grant = record.data
    assert isinstance(grant, AccessGrant)  # noqa: S101
    if grant.vendor_managed:
        return left_out(record, "made and owned by the vendor for its own service")
    lists = _Approved(record, grant, context)
    names = [name for name in (grant.grantee, grant.grantee_name) if isinstance(name, str)]
    for patterns, ref in lists.found:
        if any(fits_any(patterns, name) for name in names):
            return passed(record, f"{grant.grantee} is approved", criterion=Criterion.ORGANISATION, criterion_ref=ref)
    if lists.doubt is not None:
        return unknown(record, lists.doubt, f"{grant.grantee} is on no list that could be read")
    if isinstance(grant.verdict, Missing):
        return unknown(record, _why(grant.verdict), "whether the grant takes effect could not be settled")
    observed = f"{grant.grantee} may {grant.purpose} {grant.target} and is on no list"
    if grant.verdict == "conditional":
        return shown_only(record, UnknownReason.CONDITIONAL, f"{observed}, under a condition")
    expected = "an approved principal"
    ref = lists.found[0][1]
    return failed(record, observed, expected=expected, criterion=Criterion.ORGANISATION, criterion_ref=ref)


class _Approved:
    """The lists that can approve a grant, and why they may not be all."""

    def __init__(self, record: Record, grant: AccessGrant, context: Context) -> None:
        self.found: list[tuple[tuple[str, ...], str]] = []
        self.doubt: UnknownReason | None = None
        register = Register.of(context)
        for row, entry in register.entries:
            used = () if grant.purpose == "administer" else (entry.approved_principals,)
            self._add((entry.administrators, *used), row.record_id)
        decision = context.decisions.find(APPROVED, place_of(record, grant.grantee), context.day)
        if decision.decision is not None and decision.record is not None:
            self._add_decision(decision.decision.must, decision.decision.value, decision.record.record_id, context)
        if decision.unread:
            self.doubt = UnknownReason.CRITERION_UNREAD
        supplied = bool(self.found) and register.reason is UnknownReason.NOT_SUPPLIED
        if not register.complete and not supplied:
            self.doubt = self.doubt or register.missing()
        if not self.found:
            self.doubt = self.doubt or UnknownReason.CRITERION_UNSET

    def _add(self, lists: Iterable[tuple[str, ...] | Missing], ref: str) -> None:
        for names in lists:
            if not isinstance(names, Missing):
                self.found.append((names, ref))
            elif names.state not in (State.ABSENT, State.NOT_EXPOSED):
                self.doubt = UnknownReason.CRITERION_UNREAD

    def _add_decision(self, must: str, value: object, ref: str, context: Context) -> None:
        entry = context.settings.entry(APPROVED)
        test = as_test(must, value, entry, context.settings, APPROVED) if entry else None
        if test is None or test[0] not in ("subset_of", "equals"):
            self.doubt = UnknownReason.CRITERION_UNREAD
        else:
            self.found.append((test[1], ref))


@predicate("administrators_within_limit", reads=("scope",), joins=("access_grant",))
def administrators_within_limit(record: Record, rule: Rule, context: Context) -> Outcome:
    """No more principals of the scope may administer AI than `ai_administrators_max` allows.

    Each is counted once; what the vendor made for its own service is not counted; a grant behind a condition, or whose
    effect is not settled, counts as possible. More than the limit without the possible ones is a violation.
    """
    scope = record.data
    assert isinstance(scope, Scope)  # noqa: S101
    limit = context.parameters.effective("ai_administrators_max")
    if not isinstance(limit.value, int):
        return unknown(record, UnknownReason.CRITERION_UNSET, "no limit is set")
    inside = [grant for row, grant in _administrators(context) if _inside(row, scope.path, record.source)]
    sure = {grant.grantee for grant in inside if grant.verdict == "allowed"}
    possible = {grant.grantee for grant in inside} - sure
    observed, expected = f"{len(sure)} principal(s) may administer AI", f"at most {limit.value}"
    observed += f", and {len(possible)} more possibly" if possible else ""
    if len(sure) > limit.value:
        return failed(record, observed, expected=expected, criterion=limit.criterion, criterion_ref=limit.name)
    grants = context.joined("access_grant")
    if not grants.complete:
        return unknown(record, grants.reason, f"{observed}; not all grants were read", expected=expected)
    if len(sure | possible) > limit.value:
        return unknown(record, UnknownReason.CONDITIONAL, observed, expected=expected)
    return passed(record, observed, expected=expected, criterion=limit.criterion, criterion_ref=limit.name)


def _administrators(context: Context) -> list[tuple[Record, AccessGrant]]:
    def build() -> list[tuple[Record, AccessGrant]]:
        rows = [(row, row.data) for row in context.joined("access_grant").records]
        return [
            (row, grant)
            for row, grant in rows
            if isinstance(grant, AccessGrant) and grant.purpose == "administer" and not grant.vendor_managed
        ]

    return context.kept("administrators", build)


def _inside(row: Record, path: str, source: str) -> bool:
    scope = row.data.at or row.scope
    return row.source == source and (scope == path or scope.startswith(f"{path}/"))


@predicate("last_used_within", reads=("access_grant", "credential", "identity", "ai_system", "application"))
def last_used_within(record: Record, rule: Rule, context: Context) -> Outcome:
    """It was used within the days of the rule's parameter, or is younger than that.

    The parameter is `unused_seat_days` if the rule names none. Never used and of unknown age is unknown: it can have
    been made yesterday.
    """
    limit = context.parameters.effective(rule.criterion.parameter or "unused_seat_days", rule.criterion.default)
    if limit.span is None:
        return unknown(record, UnknownReason.CRITERION_UNSET, f"{limit.name} is not set")
    fact, around = record.data, Around(as_of=context.as_of)
    used = getattr(fact, "last_used", getattr(fact, "last_seen", None))
    made = next((getattr(fact, name) for name in ("granted", "created") if hasattr(fact, name)), None)
    whose = Whose(criterion=limit.criterion, criterion_ref=limit.name)
    held, expected = check("within", used, limit.span, around), f"used within {limit.span}"
    if held.verdict is not Verdict.FAIL:
        word = f"last used {used}" if isinstance(used, str) else "when it was last used is not known"
        return Outcome(verdict=held.verdict, reason=held.reason, observed=word, expected=expected, basis=fact.basis)
    young, word = (
        check("within", made, limit.span, around),
        f"last used {used}" if isinstance(used, str) else "never used",
    )
    if young.verdict is Verdict.PASS:
        return passed(record, f"{word}, made {made}", expected=expected)
    if young.verdict is Verdict.UNKNOWN and isinstance(used, Missing):
        return unknown(record, UnknownReason.HISTORY_TOO_SHORT, "never used, and nobody says since when it exists")
    return Outcome(verdict=Verdict.FAIL, observed=word, expected=expected, basis=fact.basis, **whose)


@predicate("credential_expires", reads=("credential",))
def credential_expires(record: Record, rule: Rule, context: Context) -> Outcome:
    """The credential ends by itself, no later than the days of the rule's parameter after it was made.

    The parameter is `key_age_days` if the rule names none. One that never ends is a violation; one whose end the vendor
    does not say is unknown.
    """
    key = record.data
    assert isinstance(key, Credential)  # noqa: S101
    limit = context.parameters.effective(rule.criterion.parameter or "key_age_days", rule.criterion.default)
    expected = f"an end within {limit.span} of its making"
    if isinstance(key.expires, Missing):
        if key.expires.state is State.ABSENT:
            return failed(record, "it never ends", expected=expected)
        return unknown(record, _why(key.expires), "when it ends is not known", expected=expected)
    ends = moment(key.expires, end_of_day=False)
    made = moment(key.created, end_of_day=False) if isinstance(key.created, str) else None
    if limit.span is None or ends is None:
        return unknown(record, UnknownReason.CRITERION_UNSET if ends else UnknownReason.UNKNOWN_VALUE, "no limit")
    # Without a day of making, an end further ahead than the limit proves too long a life; a nearer one proves nothing.
    start = limit.span.before(ends)
    if start > (made or context.as_of):
        whose = Whose(criterion=limit.criterion, criterion_ref=limit.name)
        return failed(record, f"made {key.created}, ends {key.expires}", expected=expected, **whose)
    if made is None:
        return unknown(record, UnknownReason.HISTORY_TOO_SHORT, f"ends {key.expires}; when it was made is not known")
    return passed(record, f"ends {key.expires}", expected=expected)


def _why(value: Missing) -> UnknownReason:
    return STATES.get(value.state, UnknownReason.NOT_EXPOSED)
