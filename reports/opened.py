"""A sealed assessment, opened for reading, with the records on which it rests."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from annexa.evidence import assessments, layout
from annexa.evidence.errors import VaultError
from annexa.evidence.listing import RunReader
from annexa.evidence.reader import SealedReader
from annexa.evidence.record import Record
from annexa.evidence.vault import Vault
from annexa.mappings.results import Assessment, Finding, ItemResult
from annexa.schemas.words import RunState

LATEST = "latest"
_ID = b'"record_id":"'
_ID_LENGTH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A record and the run that holds it."""

    record: Record
    run_id: str

    def page(self, sha256: str) -> str:
        """Path of a kept page, relative to the vault."""
        return f"runs/{self.run_id}/{layout.page_name(sha256)}"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One assessment of a vault."""

    vault: Vault
    reader: SealedReader
    assessment: Assessment
    findings: tuple[Finding, ...] = field(default=())

    def items(self, rules: Iterable[str] | None = None) -> Iterator[ItemResult]:
        """Items of some rules, or of all, in their order."""
        wanted = None if rules is None else set(rules)
        for item in assessments.lines(self.reader, assessments.ITEMS, ItemResult):
            if wanted is None or item.rule in wanted:
                yield item

    def records(self, ids: Iterable[str], kinds: Iterable[str] = ()) -> dict[str, Found]:
        """Records by their ids; segments of `kinds` are looked through first, the others only for what is left."""
        wanted, first, found = set(ids), set(kinds), dict[str, Found]()
        for run in self.runs:
            names = [name for name in run.segments() if name.startswith("records/")]
            for name in sorted(names, key=lambda name: (name.removeprefix("records/") not in first, name)):
                if wanted:
                    found |= _search(run, name, wanted)
                    wanted -= found.keys()
        return found

    @cached_property
    def runs(self) -> list[RunReader]:
        """The runs that it names and that are still here: those judged, then the earlier ones, newest first."""
        earlier = [item.id for item in self.assessment.inputs if item.what == "earlier_run"]
        names = [*self.assessment.run_ids, *sorted(set(earlier) - set(self.assessment.run_ids), reverse=True)]
        return [RunReader(path) for name in names if (path := self.vault.path / "runs" / name).is_dir()]


def open_assessment(vault: Vault, reference: str) -> Opened:
    """Open an assessment by its id, the beginning of its id, or `latest`: the last that is no what-if, if there is one."""
    reader = _latest(vault) if reference == LATEST else vault.assessment(reference)
    found = sorted(
        assessments.lines(reader, assessments.FINDINGS, Finding), key=lambda item: (item.rule, item.finding_uid)
    )
    document = assessments.document(reader, Assessment)
    return Opened(vault=vault, reader=reader, assessment=document, findings=tuple(found))


def _latest(vault: Vault) -> SealedReader:
    """A what-if stands beside the record, never in its place."""
    complete = [info for info in vault.assessments() if info.state is RunState.COMPLETE]
    for info in reversed(complete):
        reader = SealedReader(info.path)
        if not reader.document(assessments.DOCUMENT).get("page_one", {}).get("what_if"):
            return reader
    return vault.assessment(LATEST)


def relative(path: Path, vault: Vault) -> str:
    """A path as people see it, inside the vault."""
    return path.relative_to(vault.path).as_posix()


def _search(run: RunReader, segment: str, wanted: set[str]) -> dict[str, Found]:
    """Look at the id of each line before the whole line is read."""
    found = {}
    keys = {identity.encode() for identity in wanted}
    for line in run.lines(segment):
        start = line.rfind(_ID) + len(_ID)
        if line[start : start + _ID_LENGTH] in keys:
            record = _record(line, run, segment)
            found[record.record_id] = Found(record=record, run_id=run.run_id)
            if len(found) == len(wanted):
                break
    return found


def _record(line: bytes, run: RunReader, segment: str) -> Record:
    try:
        return msgspec.json.decode(line, type=Record)
    except msgspec.DecodeError as error:
        said = f"{run.run_id}: a line of {segment} is no record: {error}"
        raise VaultError(said, hint="check the run with: annexa verify") from error
