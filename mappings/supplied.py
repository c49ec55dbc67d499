"""What people supplied with a run: decisions, parameters, exceptions, limitations, retirements, the SoA.

A register that nobody configured counts as read and empty. One that was configured and could not be read, or has a row
that is wrong, is never taken for what its other rows say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import ExceptionEntry, Limitation, Retirement, SoaRow
from annexa.evidence.record import Record
from annexa.mappings.decisions import ANY, Decisions
from annexa.mappings.evidence_view import Evidence, broken
from annexa.mappings.parameters import Parameters
from annexa.mappings.patterns import fits
from annexa.mappings.population import Coverage, Populations
from annexa.schemas.words import UnknownReason

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """The registers of one run, as the judge needs them."""

    parameters: Parameters
    parameters_read: bool
    """Whether all effective parameters are known; if not, nothing may pass."""
    decisions: Decisions
    decision_records: tuple[Record, ...]
    exceptions: tuple[Record, ...]
    limitations: tuple[Limitation, ...]
    retirements: tuple[Retirement, ...]
    soa: tuple[tuple[Record, SoaRow], ...]
    soa_read: bool

    def retired(self, names: frozenset[str], day: str) -> Retirement | None:
        """The signed statement by which any of these sources, scopes or subjects is gone for good."""
        return next((row for row in self.retirements if row.what in names and row.approver and row.on <= day), None)

    def limitation(self, source: str, scope: str, call: str, day: str) -> Limitation | None:
        """The unexpired limitation that covers an unread."""
        return next(
            (
                row
                for row in self.limitations
                if row.expires >= day
                and fits(row.covers_source, source)
                and fits(row.covers_scope, scope)
                and fits(row.covers_call, call)
            ),
            None,
        )

    def switched_off(self, rule: str, day: str) -> str | None:
        """Who decided that a rule is switched off, if a decision in force covers it; one word for the reader."""
        for record in self.decision_records:
            fact = record.data
            if getattr(fact, "setting", None) == f"rule:{rule}" and _holds(fact, day):
                return f"{getattr(fact, 'approved_by', '')} on {getattr(fact, 'approved_on', '')}"
        return None


def supplied(evidence: Evidence, populations: Populations, defaults: Parameters) -> Supplied:
    """Read the registers of a run."""
    decisions = tuple(evidence.records("decision"))
    parameters = tuple(evidence.records("parameter"))
    soa = tuple((record, record.data) for record in evidence.records("soa_row") if isinstance(record.data, SoaRow))
    return Supplied(
        parameters=defaults.with_records(parameters),
        parameters_read=_known(populations.of("parameter")) and not broken(evidence, "parameter"),
        decisions=_decisions(decisions, populations.of("decision"), lost=broken(evidence, "decision")),
        decision_records=decisions,
        exceptions=tuple(record for record in evidence.records("exception") if isinstance(record.data, ExceptionEntry)),
        limitations=tuple(_facts(evidence, "limitation", Limitation)),
        retirements=tuple(_facts(evidence, "retirement", Retirement)),
        soa=soa,
        soa_read=populations.of("soa_row").complete and not broken(evidence, "soa_row"),
    )


def soa_rows(evidence: Evidence) -> Iterator[SoaRow]:
    """The rows of a run's Statement of Applicability."""
    return _facts(evidence, "soa_row", SoaRow)


def _facts(evidence: Evidence, kind: str, of: type[T]) -> Iterator[T]:
    return (record.data for record in evidence.records(kind) if isinstance(record.data, of))


def _decisions(records: tuple[Record, ...], coverage: Coverage, *, lost: bool) -> Decisions:
    """A register that is not whole: unreadable if nothing of it is known, else every setting may have a lost row."""
    if _known(coverage):
        return Decisions(records, invalid=(ANY,) if lost else ())
    if any(lack.whole for lack in coverage.lacks) and not records:
        return Decisions(records, unreadable=True)
    return Decisions(records, invalid=(ANY,))


def _known(coverage: Coverage) -> bool:
    """Whether all rows are known; of a register that nobody supplied all are."""
    return coverage.complete or coverage.reason is UnknownReason.NOT_SUPPLIED


def _holds(fact: object, day: str) -> bool:
    until, since = getattr(fact, "until", None), getattr(fact, "approved_on", "")
    return bool(since) and since <= day and (until is None or isinstance(until, Missing) or until >= day)
