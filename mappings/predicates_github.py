"""Predicates about source code: what AI apps may do in it, and how long alerts about libraries stay open."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import AccessGrant, Alert
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.criterion import as_test
from annexa.mappings.decisions import place_of
from annexa.mappings.operators import STATES
from annexa.mappings.outcome import Outcome, Whose, failed, passed, unknown
from annexa.mappings.patterns import fits_any
from annexa.mappings.predicate import predicate
from annexa.mappings.rule import Rule
from annexa.mappings.times import moment
from annexa.schemas.words import Criterion, State, UnknownReason

APPROVED = "github.apps.approved_for_all"
ALL, SELECTED = "all repositories", "selected repositories"
"""Targets of a grant at GitHub; any other word leaves open how far it reaches."""


@predicate("app_reads_chosen_repositories", reads=("access_grant",), settles=True)
def app_reads_chosen_repositories(record: Record, rule: Rule, context: Context) -> Outcome:
    """The app was installed for chosen repositories and may change nothing, or is approved to do more.

    Approved is what a decision about `github.apps.approved_for_all` names. Without one it is held against our own default.
    How far an app reaches whose selection GitHub does not name is unknown.
    """
    grant = record.data
    assert isinstance(grant, AccessGrant)  # noqa: S101
    name = grant.grantee_name if isinstance(grant.grantee_name, str) else grant.grantee
    found = context.decisions.find(APPROVED, place_of(record, grant.grantee, name), context.day)
    whose = Whose(criterion=Criterion.ANNEXA_DEFAULT, criterion_ref=APPROVED)
    if found.unread:
        return unknown(record, UnknownReason.CRITERION_UNREAD, found.unread)
    if found.decision is not None and found.record is not None:
        entry = context.settings.entry(APPROVED)
        test = as_test(found.decision.must, found.decision.value, entry, context.settings, APPROVED) if entry else None
        if test is None or test[0] not in ("subset_of", "equals"):
            return unknown(record, UnknownReason.CRITERION_UNREAD, f"the decision about {APPROVED} does not fit")
        whose = Whose(criterion=Criterion.ORGANISATION, criterion_ref=found.record.record_id)
        if fits_any(test[1], name):
            return passed(record, f"{name} is approved", **whose)
    observed, expected = f"{name} may {grant.purpose} in {grant.target}", "read in selected repositories"
    if grant.purpose != "read" or grant.target == ALL:
        return failed(record, observed, expected=expected, **whose)
    if grant.target != SELECTED:
        return unknown(record, UnknownReason.UNKNOWN_VALUE, "how far it reaches is not known", expected=expected)
    return passed(record, observed, expected=expected, **whose)


@predicate("alert_closed_in_time", reads=("alert",))
def alert_closed_in_time(record: Record, rule: Rule, context: Context) -> Outcome:
    """The alert was closed within the days of the rule's parameter, or is open for no longer than that.

    Closed is what was mended and what somebody dismissed. One of which nobody says when it was closed is unknown, unless
    it is younger than the limit.
    """
    alert = record.data
    assert isinstance(alert, Alert)  # noqa: S101
    limit = context.parameters.effective(rule.criterion.parameter or "", rule.criterion.default)
    if limit.span is None:
        return unknown(record, UnknownReason.CRITERION_UNSET, f"{limit.name} is not set")
    raised = moment(alert.raised, end_of_day=False) if isinstance(alert.raised, str) else None
    if raised is None or raised > context.as_of:
        doubt = STATES.get(alert.raised.state) if isinstance(alert.raised, Missing) else None
        return unknown(record, doubt or UnknownReason.INVALID_RECORD, "when it was raised is not known")
    whose = Whose(criterion=limit.criterion, criterion_ref=limit.name)
    expected, told = f"closed within {limit.span}", f"raised {alert.raised}"
    ended = moment(alert.closed, end_of_day=False) if isinstance(alert.closed, str) else context.as_of
    if ended is None:
        return unknown(record, UnknownReason.INVALID_RECORD, "when it was closed is not readable", expected=expected)
    if raised >= limit.span.before(ended):
        word = f"{told}, closed {alert.closed}" if isinstance(alert.closed, str) else f"{told}, not closed"
        return passed(record, word, expected=expected, **whose)
    if isinstance(alert.closed, Missing) and alert.closed.state is not State.ABSENT:
        return unknown(
            record, STATES[alert.closed.state], f"{told}; when it was closed is not known", expected=expected
        )
    word = f"closed {alert.closed}" if isinstance(alert.closed, str) else "still open"
    return failed(record, f"{told}, {word}", expected=expected, **whose)
