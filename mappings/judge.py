"""Judging: a run, the earlier runs that are named, and a rule pack become an assessment.

A pure function: no network, no clock, nothing but its arguments; judged again it gives the same bytes. Items that pass
go to a sink at once, in the order of kinds and records; those that did not pass follow, sorted. So a large run is never
held.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time

import msgspec

from annexa.evidence.clock import parse, stamp
from annexa.mappings import catalogue as catalogues
from annexa.mappings.activity import named_by
from annexa.mappings.assemble import Question, assemble
from annexa.mappings.boundary import Boundary
from annexa.mappings.catalogue import Catalogue
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.examine import examine
from annexa.mappings.first_seen import Past
from annexa.mappings.history import History
from annexa.mappings.missing import MissingRun
from annexa.mappings.pack import RulePack
from annexa.mappings.periods import Period
from annexa.mappings.results import Assessment, Finding, Input, ItemResult
from annexa.mappings.supplied import soa_rows
from annexa.mappings.times import DAY
from annexa.mappings.world import Frame, prepare

Items = Callable[[ItemResult], None]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What judging brings forth beside the items that went to the sink."""

    assessment: Assessment
    findings: tuple[Finding, ...]
    """Worst first; open ones before those that were resolved."""


def judge(
    run: Evidence,
    earlier: Iterable[Evidence] = (),
    *,
    pack: RulePack,
    as_of: str | None = None,
    period: tuple[str, str] | None = None,
    items: Items | None = None,
    isms: str = "default",
    supersedes: str | None = None,
    what_if: tuple[str, ...] = (),
    missing: tuple[MissingRun, ...] = (),
    further: tuple[Input, ...] = (),
    catalogue: Catalogue | None = None,
) -> Judgement:
    """Judge a run at `as_of`, a moment or a day; by default at the end of the period, or of the run.

    `earlier`: the complete runs of the same organisation that the assessment names, in any order. `period`: its first
    and last day. `items` takes every item result, once. `what_if` says why the assessment is not the record. `missing`:
    earlier runs that should be among them. `further`: what the run was changed with for a what-if, by its digest.
    """
    known, sink = catalogue or catalogues.load(), _Counting(items or _nowhere)
    asked = Period(first=period[0], last=period[1]) if period else None
    moment = _moment(as_of or (asked.last if asked else run.manifest.finished))
    # What was seen after the moment of judging does not speak for it.
    before = (one for one in earlier if _moment(one.manifest.finished) <= moment)
    runs = sorted(before, key=lambda one: (one.manifest.finished, one.manifest.run_id))
    names = named_by(known, soa_rows(run))
    bounds = Boundary(run.manifest.isms, isms)
    frame = Frame(pack=pack, catalogue=known, excluded_by=names, boundary=bounds, missing=bool(missing))
    history, last = History(), None
    past: tuple[Past, ...] = ()
    for one in runs:
        last = prepare(one, frame, _moment(one.manifest.finished), past)
        history = examine(last, history, _nowhere).after(history)
        past = (*past, last.past)
    examined = examine(prepare(run, frame, moment, past), history, sink)
    inputs = (*_inputs(run, runs, missing, pack), *further)
    question = Question(
        assessment_id=_id(inputs, stamp(moment), period, isms, what_if, supersedes), supersedes=supersedes,
        as_of=stamp(moment), period=asked, isms=isms, what_if=what_if, missing=missing, inputs=inputs,
        manifests=tuple(one.manifest for one in (run, *reversed(runs))),
    )  # fmt: skip
    assessment, findings, rest = assemble(question, examined, last, history)
    for item in rest:
        sink(item)
    return Judgement(assessment=msgspec.structs.replace(assessment, items_total=sink.number), findings=findings)


class _Counting:
    """Hands items on and counts them."""

    def __init__(self, further: Items) -> None:
        self._further, self.number = further, 0

    def __call__(self, item: ItemResult) -> None:
        """One item."""
        self.number += 1
        self._further(item)


def _inputs(
    run: Evidence, earlier: Iterable[Evidence], missing: Iterable[MissingRun], pack: RulePack
) -> tuple[Input, ...]:
    return (
        Input(what="run", id=run.manifest.run_id, sha256=run.sha256),
        *(Input(what="earlier_run", id=one.manifest.run_id, sha256=one.sha256) for one in earlier),
        *(one.input() for one in missing),
        Input(what="mappings", id=pack.version, sha256=pack.sha256),
    )


def _id(inputs: tuple[Input, ...], as_of: str, *rest: object) -> str:
    """Equal questions about equal inputs have one id; ids sort by the moment that they speak of."""
    digest = hashlib.sha256(msgspec.json.encode((inputs, as_of, rest))).hexdigest()[:16]
    return f"{as_of.replace(':', '')}-{digest}"


def _moment(text: str) -> datetime:
    """A moment; of a day its last second."""
    moment = parse(text)
    return datetime.combine(moment.date(), time(23, 59, 59), UTC) if len(text) == DAY else moment


def _nowhere(item: ItemResult) -> None:
    """Takes the items of runs that are not judged themselves."""
