"""Predicates about AWS: which guardrails are in use, which trails record an account, which stores Macie searches."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AiSystem, DataStore, Detection, Enforcement, LogSource, Safeguard, Scope
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.criterion import settle
from annexa.mappings.decisions import place_of
from annexa.mappings.operators import STATES, Around, check
from annexa.mappings.outcome import Outcome, Whose, failed, left_out, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Rule
from annexa.schemas.words import State, UnknownReason, Verdict

TRAIL = "aws.cloudtrail"
MANAGEMENT = "management"
SILENT = (State.ABSENT, State.NOT_EXPOSED)
"""States of `safeguards` that name none: the vendor says so, or such a system can have none."""


def _all_listed(rule: Rule, context: Context) -> UnknownReason | None:
    """A version that an AI system or an enforcement names must be among those listed; else the list was not all."""
    listed = {row.data.subject for row in context.joined("safeguard", rule).records}
    return UnknownReason.VISIBILITY_UNPROVED if _uses(rule, context).names - listed else None


@predicate(
    "guardrail_in_use",
    reads=("safeguard",),
    joins=("ai_system", "enforcement", "safeguard"),
    narrows=("ai_system", "enforcement", "safeguard"),
    gate=True,
    whole=_all_listed,
)
def guardrail_in_use(record: Record, rule: Rule, context: Context) -> Outcome:
    """Only a version of a guardrail that is in use is judged: an AI system names it, or it is forced on a scope.

    A version that nothing uses is left out. Where not all AI systems or not all enforcements could be read, a version
    that was not found in use is unknown, whatever its content.
    """
    guard = record.data
    assert isinstance(guard, Safeguard)  # noqa: S101
    uses = _uses(rule, context)
    own = [use for use in (guard.attached_to, guard.enforced_on) if not isinstance(use, Missing) and use]
    if own or guard.subject in uses.names:
        return passed(record)
    if any(guard.subject.startswith(f"{name}:") for name in uses.any_version):
        return unknown(record, UnknownReason.NOT_EXPOSED, "it is forced on a scope, and its version is not told")
    joins = (context.joined("ai_system", rule), context.joined("enforcement", rule))
    doubt = uses.doubt or next((joined.reason for joined in joins if not joined.complete), None)
    if doubt is not None or not all(joined.complete for joined in joins):
        return unknown(record, doubt, "whether anything uses it could not be read")
    return left_out(record, "nothing uses it")


class _Uses:
    """Versions of guardrails in use, as `arn:version`."""

    def __init__(self, rule: Rule, context: Context) -> None:
        self.names: set[str] = set()
        self.any_version: set[str] = set()
        """Guardrails that are forced without a version that could be read."""
        self.doubt: UnknownReason | None = None
        for row in context.joined("ai_system", rule).records:
            if isinstance(row.data, AiSystem):
                self._add_system(row.data)
        for row in context.joined("enforcement", rule).records:
            if isinstance(row.data, Enforcement):
                self._add_enforcement(row.data)

    def _add_system(self, system: AiSystem) -> None:
        if not isinstance(system.safeguards, Missing):
            self.names.update(system.safeguards)
        elif system.safeguards.state not in SILENT:
            self.doubt = self.doubt or STATES[system.safeguards.state]

    def _add_enforcement(self, forced: Enforcement) -> None:
        if isinstance(forced.version, Missing):
            self.any_version.add(forced.safeguard)
        else:
            self.names.add(f"{forced.safeguard}:{forced.version}")


def _uses(rule: Rule, context: Context) -> _Uses:
    return context.kept_for(rule, "guardrail_uses", lambda: _Uses(rule, context))


@predicate("trail_covers_account", reads=("scope",), joins=("log_source",), narrows=("log_source",))
def trail_covers_account(record: Record, rule: Rule, context: Context) -> Outcome:
    """At least one trail records the account: one of its own, or one of the whole organisation.

    The trail is on, records every region and all management events, and validates its log files, so that a later
    change would be seen.
    """
    expected = "a trail of all regions that is on, validates its files and records all management events"
    found = {trail.subject: _held(trail, own, context, whole=True) for trail, own in _covering(record, rule, context)}
    good = next((name for name, verdict in found.items() if verdict is Verdict.PASS), None)
    if good is not None:
        return passed(record, f"recorded by {good}", expected=expected)
    logs = context.joined("log_source", rule)
    open_ = next((name for name, verdict in found.items() if verdict is Verdict.UNKNOWN), None)
    if open_ is not None:
        return unknown(record, UnknownReason.UNREAD, f"not all of {open_} could be read", expected=expected)
    if not logs.complete:
        return unknown(record, logs.reason, "no such trail was found, and not all trails were read", expected=expected)
    observed = f"no trail does all of it; looked at {', '.join(found)}" if found else "no trail records the account"
    return failed(record, observed, expected=expected)


@predicate("trail_records_ai_events", reads=("scope",), joins=("log_source",), narrows=("log_source",), settles=True)
def trail_records_ai_events(record: Record, rule: Rule, context: Context) -> Outcome:
    """The trails that record the account, taken together, record every type of data event that the decision lists.

    Only trails that are on and record all regions count, and only types that are recorded whole.
    """
    settled = settle(rule, place_of(record), context)
    if settled.test is None or settled.test[0] != "contains_all":
        reason = settled.unknown or UnknownReason.CRITERION_UNREAD
        return unknown(record, reason, settled.note or "the decision does not say contain_all")
    wanted = tuple(settled.test[1])
    whose = Whose(criterion=settled.criterion, criterion_ref=settled.ref)
    trails = [(trail, _held(trail, own, context, whole=False)) for trail, own in _covering(record, rule, context)]
    seen = {name for trail, on in trails if on is Verdict.PASS for name in _types(trail)}
    lacking, expected = sorted(set(wanted) - seen), f"data events of {', '.join(wanted)}"
    if not lacking:
        return passed(record, f"{len(wanted)} types of data event are recorded", expected=expected, **whose)
    unsure = any(on is Verdict.UNKNOWN or isinstance(trail.event_types, Missing) for trail, on in trails)
    logs, observed = context.joined("log_source", rule), f"not recorded: {', '.join(lacking)}"
    if unsure or not logs.complete:
        reason = UnknownReason.UNREAD if unsure else logs.reason or UnknownReason.UNREAD
        return unknown(record, reason, f"{observed}, as far as trails could be read", expected=expected)
    return failed(record, observed, expected=expected, **whose)


def _covering(record: Record, rule: Rule, context: Context) -> list[tuple[LogSource, bool]]:
    """Trails that record the account, or may: its own (true), and those of the whole organisation (false)."""
    account = record.data
    assert isinstance(account, Scope)  # noqa: S101
    found: list[tuple[LogSource, bool]] = []
    for row in context.joined("log_source", rule).records:
        log, scope = row.data, row.data.at or row.scope
        if isinstance(log, LogSource) and log.name == TRAIL and row.source == record.source:
            own = scope == account.path or scope.startswith(f"{account.path}/")
            if own or log.organisation_wide is not False:
                found.append((log, own))
    return sorted(found, key=lambda pair: pair[0].subject)


def _held(trail: LogSource, own: bool, context: Context, *, whole: bool) -> Verdict:
    """Whether it is on and records the account in every region; `whole`: all management events too, with validation."""
    around = Around(as_of=context.as_of)
    flags = [trail.enabled, trail.multi_region, *(() if own else (trail.organisation_wide,))]
    held = [check("is", flag, True, around) for flag in [*flags, *((trail.integrity,) if whole else ())]]
    if whole:
        held.append(check("contains_all", trail.event_types, (MANAGEMENT,), around))
    verdicts = {part.verdict for part in held}
    return next(word for word in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS) if word in verdicts)


def _types(trail: LogSource) -> tuple[str, ...]:
    return () if isinstance(trail.event_types, Missing) else trail.event_types


@predicate("store_searched", reads=("data_store",), joins=("detection",), narrows=("detection",))
def store_searched(record: Record, rule: Rule, context: Context) -> Outcome:
    """Amazon Macie looks into the bucket for sensitive data: by itself, or in a job that runs again and again.

    Where Macie does not list the bucket, nobody can say: it can belong to an account that was not read.
    """
    store, expected = record.data, "a search for sensitive data that covers the bucket"
    assert isinstance(store, DataStore)  # noqa: S101
    found = _searches(rule, context).get(store.subject)
    if found is None:
        detections = context.joined("detection", rule)
        reason = UnknownReason.VISIBILITY_UNPROVED if detections.complete else detections.reason
        return unknown(record, reason, "Macie did not list the bucket", expected=expected)
    if isinstance(found.enabled, Missing):
        reason = STATES.get(found.enabled.state, UnknownReason.NOT_EXPOSED)
        return unknown(record, reason, "whether Macie looks into it could not be read", expected=expected)
    if found.enabled:
        return passed(record, "Macie looks into it", expected=expected)
    return failed(record, "Macie does not look into it", expected=expected)


def _searches(rule: Rule, context: Context) -> dict[str, Detection]:
    """What Macie says per bucket, by the bucket's ARN."""

    def build() -> dict[str, Detection]:
        facts = [row.data for row in context.joined("detection", rule).records]
        buckets = [fact for fact in facts if isinstance(fact, Detection) and fact.service == "macie.bucket"]
        return {fact.subject.removeprefix("macie:"): fact for fact in buckets}

    return context.kept_for(rule, "macie_buckets", build)
