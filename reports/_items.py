"""One item of a rule, down to its records and kept pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from annexa.evidence.kinds import Decision
from annexa.mappings.freshness import exported
from annexa.mappings.results import Finding, ItemResult, Since
from annexa.reports._text import clean, paragraph
from annexa.reports.opened import Found
from annexa.reports.words import number, say
from annexa.schemas.words import Verdict

FEW = 3
"""Records of an item, and answers of a record, that are told; the others are counted."""
_RECORD_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What an item is shown with."""

    found: dict[str, Found]
    findings: dict[str, Finding]
    """Open findings of the rule, by subject."""
    latest: str | None
    """The run that was judged; another run is named with each of its records."""
    criterion: str | None = None
    """The criterion that is told once for all items; None: each tells its own."""


def references(item: ItemResult) -> Iterator[str]:
    """Ids of records only: what else settles an item (a parameter, `inherent`) would be looked for in vain."""
    yield from item.records
    if item.criterion_ref and _RECORD_ID.fullmatch(item.criterion_ref):
        yield item.criterion_ref


def lines(item: ItemResult, around: Around, width: int) -> Iterator[str]:
    """The item as text."""
    why = f": {say(item.reason)}" if item.reason else ""
    place = "" if item.subject == item.scope else ", in " + f"{item.source} {item.scope}".strip()
    yield from paragraph(f"{say(item.verdict)}{why}  {item.subject}{place}", width, indent=4, first="")
    if item.observed or item.expected:
        seen = [f"seen: {item.observed}"] if item.observed else []
        seen += [f"should be: {item.expected}"] if item.expected else []
        yield from paragraph("; ".join(seen), width, indent=8)
    held = criterion(item, around.found)
    if held and held != around.criterion:
        yield from paragraph(held, width, indent=8, first="criterion: ")
    for note in _notes(item, around.findings.get(item.subject_uid)):
        yield from paragraph(note, width, indent=8)
    answers = FEW if item.verdict is Verdict.FAIL else 1
    for name in item.records[:FEW]:
        yield from _record(name, around, answers, width)
    if len(item.records) > FEW:
        yield f"        and {number(len(item.records) - FEW, 'more record')}"


def criterion(item: ItemResult, found: dict[str, Found]) -> str | None:
    """Whose rule it was held against, with the decision's own words where there is one."""
    if item.criterion is None:
        return None
    whose, reference = say(item.criterion), item.criterion_ref
    record = found.get(reference) if reference else None
    if record is not None and isinstance(record.record.data, Decision):
        fact = record.record.data
        value = ", ".join(fact.value) if isinstance(fact.value, tuple) else fact.value
        return (
            f"{whose}: {fact.setting} must {fact.must.replace('_', ' ')} {value}, for {fact.applies_to}, because: "
            f"{fact.because.rstrip('.')}; approved by {fact.approved_by} on {fact.approved_on}; record {reference}"
        )
    return whose if reference in (None, "inherent") else f"{whose}: {reference}"


def _notes(item: ItemResult, finding: Finding | None) -> Iterator[str]:
    if finding is not None and item.verdict is Verdict.FAIL:
        owner = f", owner {finding.owner}" if finding.owner else ""
        changed = say(finding.change) if finding.change else "no run to compare with"
        cause = f" because {say(finding.cause)}" if finding.cause else ""
        yield f"finding {finding.finding_uid}: {changed}{cause}, first seen {finding.first_seen}{owner}"
        if finding.subject_since is not None:
            yield _since(finding.subject_since)
    if item.covered_by:
        yield f"accepted by exception {item.covered_by}"
    if item.last_observed:
        yield f"not observed in this run; last seen {item.last_observed}"
    if item.folded_under:
        yield f"folded under the finding of {item.folded_under}"


def _since(since: Since) -> str:
    """Since when the subject exists, and how that is known."""
    if since.exact:
        return f"it exists since {since.at}, {_BY[since.by]}"
    return f"it exists not later than {since.at}: {say(since.reason)}"


_BY = {
    "vendor": "as the vendor says", "log": "as a log shows", "register": "as the AI register says",
    "sighting": "our own first sighting",
}  # fmt: skip


def _record(name: str, around: Around, answers: int, width: int) -> Iterator[str]:
    found = around.found.get(name)
    if found is None:
        yield from paragraph(f"record {name}: not in the runs of this vault", width, indent=8)
        return
    record = found.record
    run = "" if found.run_id == around.latest else f", run {found.run_id}"
    yield from paragraph(f"record {name}, {record.kind}, {record.source} {record.scope}", width, indent=8)
    day = exported(record)
    when = f"exported {day}, collected {record.collected_at}" if day else f"collected {record.collected_at}"
    yield from paragraph(f"{when} by {record.provenance.collector}{run}", width, indent=10)
    origins = record.provenance.origins
    for origin in origins[:answers]:
        item = "" if origin.item is None else f", item {origin.item}"
        request = f", request {origin.request_id}" if origin.request_id else ""
        yield from paragraph(f"{origin.call}{item}{request}", width, indent=10)
        yield f"          pages/{clean(origin.page)}.json"
    if len(origins) > answers:
        yield f"          and {number(len(origins) - answers, 'more answer')}"
