"""Predicates about what people supply: the Statement of Applicability, exceptions, attestations."""

from datetime import date, timedelta

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Attestation, ExceptionEntry, SoaRow
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.register import legible, written
from annexa.mappings.rule import Rule
from annexa.schemas.words import Severity, UnknownReason


@predicate("soa_row_complete", reads=("soa_row",), joins=("soa_row",))
def soa_row_complete(record: Record, rule: Rule, context: Context) -> Outcome:
    """The row carries justification, version, approver and date, and no second row decides the same control.

    The date is not in the future. That all 93 controls have a row is another rule, which counts them.
    """
    row, expected = record.data, "one row with justification, version, approver and date"
    assert isinstance(row, SoaRow)  # noqa: S101
    fields = ("justification", "version", "approved_by", "approved_on")
    missing = [name for name in fields if not written(getattr(row, name))]
    if missing:
        return failed(record, f"{row.control} lacks {', '.join(missing)}", expected=expected)
    if _decided(context).get(row.control, 0) > 1:
        return failed(record, f"{row.control} stands there more than once", expected=expected)
    unread = [name for name in fields if not legible(getattr(row, name))]
    if unread:
        return unknown(record, UnknownReason.UNREAD, f"{row.control}: {', '.join(unread)} could not be read")
    if isinstance(row.approved_on, str) and row.approved_on > context.day:
        return unknown(record, UnknownReason.INVALID_RECORD, f"{row.control} is approved on {row.approved_on}")
    return passed(record, f"{row.control} is decided and approved", expected=expected)


def _decided(context: Context) -> dict[str, int]:
    def build() -> dict[str, int]:
        found: dict[str, int] = {}
        for row in context.joined("soa_row").records:
            if isinstance(row.data, SoaRow):
                found[row.data.control] = found.get(row.data.control, 0) + 1
        return found

    return context.kept("soa_rows", build)


@predicate("soa_contradiction", reads=("soa_row",), populations=True)
def soa_contradiction(record: Record, rule: Rule, context: Context) -> Outcome:
    """An excluded control is excluded with a justification, and nothing that was seen contradicts it.

    A claim that something does not exist, while a record shows it, is a violation. Activity that speaks against an
    exclusion without such a claim is unknown (`challenge`): people must say why. What could not be read completely is
    unknown too.
    """
    row = record.data
    assert isinstance(row, SoaRow)  # noqa: S101
    expected = "an exclusion that is justified and that no activity contradicts"
    if row.applicable:
        return left_out(record, f"{row.control} is not excluded")
    if not written(row.justification):
        return failed(record, f"{row.control} is excluded without justification", expected=expected)
    claimed = {name: context.population(name) for name in row.claims_none_of}
    seen = [f"{len(found.records)} of {name}" for name, found in claimed.items() if found.records]
    if seen:
        observed = f"{row.control} is excluded with the claim that there are none: {', '.join(seen)} seen"
        return failed(record, observed, expected=expected)
    others = {name: context.population(name) for name in context.contradicted_by.get(row.control, ())}
    active = [f"{len(found.records)} of {name}" for name, found in others.items() if found.records]
    if active:
        observed = f"{row.control} is excluded, and there are {', '.join(active)}"
        return unknown(record, UnknownReason.CHALLENGE, observed, expected=expected)
    blind = next((item for item in {**claimed, **others}.items() if not item[1].complete), None)
    if blind is not None:
        return unknown(record, blind[1].reason, f"{row.control}: {blind[0]} could not be read completely")
    if not legible(row.justification):
        return unknown(record, UnknownReason.UNREAD, f"the justification of {row.control} could not be read")
    return passed(record, f"nothing contradicts that {row.control} is excluded", expected=expected)


@predicate("exception_in_order", reads=("exception",))
def exception_in_order(record: Record, rule: Rule, context: Context) -> Outcome:
    """The exception is explained, asked for by one and approved by another, not expired, and within the longest term.

    It has reason, requester, approver (the risk owner), first and last day. The longest term is `exception_days`, for a
    rule of critical severity `exception_critical_days`. A term that is merely longer than our default is held against
    that default.
    """
    entry, expected = record.data, "reason, requester, another approver, a term within the limit, not expired"
    assert isinstance(entry, ExceptionEntry)  # noqa: S101
    fields = ("reason", "requester", "approver", "start", "expires")
    missing = [name for name in fields if not written(getattr(entry, name))]
    if missing:
        return failed(record, f"not filled in: {', '.join(missing)}", expected=expected)
    if isinstance(entry.expires, str) and entry.expires < context.day:
        return failed(record, f"expired on {entry.expires}", expected=expected)
    if isinstance(entry.approver, str) and isinstance(entry.requester, str) and _same(entry.approver, entry.requester):
        return failed(record, f"{entry.approver} asked for it and approved it", expected=expected)
    unread = [name for name in fields if not legible(getattr(entry, name))]
    if unread or isinstance(entry.start, Missing) or isinstance(entry.expires, Missing):
        return unknown(record, UnknownReason.UNREAD, f"could not be read: {', '.join(unread)}")
    return _term(record, entry.rule, entry.start, entry.expires, context, expected)


def _term(record: Record, rule: str, start: str, expires: str, context: Context, expected: str) -> Outcome:
    critical = context.severities.get(rule) is Severity.CRITICAL
    limit = context.parameters.effective("exception_critical_days" if critical else "exception_days")
    days = (date.fromisoformat(expires) - date.fromisoformat(start)) / timedelta(days=1)
    if not isinstance(limit.value, int):
        return unknown(record, UnknownReason.CRITERION_UNREAD, f"{limit.name} has no valid value")
    if days < 0:
        return failed(record, f"it ends on {expires}, before it starts", expected=expected)
    if days > limit.value:
        whose = Whose(criterion=limit.criterion, criterion_ref=limit.name)
        return failed(record, f"its term is {days:.0f} days", expected=f"at most {limit.value} days", **whose)
    return passed(record, f"in order until {expires}", expected=expected)


def _same(left: str, right: str) -> bool:
    return left.strip().casefold() == right.strip().casefold()


@predicate("attestation_in_order", reads=("attestation",))
def attestation_in_order(record: Record, rule: Rule, context: Context) -> Outcome:
    """The statement names attester, role, date and period, and its document with digest, version and approver.

    Its period has begun and the document's next review is not overdue. One that lacks any of these is unknown, not
    wrong: the text is not judged.
    """
    entry = record.data
    assert isinstance(entry, Attestation)  # noqa: S101
    missing = [name for name in _ATTESTED if not written(getattr(entry, name)) or not legible(getattr(entry, name))]
    if missing:
        return unknown(record, UnknownReason.ATTESTATION_INCOMPLETE, f"not filled in: {', '.join(missing)}")
    if any(str(getattr(entry, name)) > context.day for name in ("stated_on", "period_from")):
        return unknown(record, UnknownReason.INVALID_RECORD, "stated for a time that has not come")
    if str(entry.next_review) < context.day:
        return unknown(record, UnknownReason.STALE, f"its review was due on {entry.next_review}")
    return passed(record, f"stated by {entry.attester} on {entry.stated_on}")


_ATTESTED = (
    "attester",
    "role",
    "stated_on",
    "period_from",
    "period_until",
    "document",
    "document_sha256",
    "version",
    "approver",
    "next_review",
)
