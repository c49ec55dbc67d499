"""Lists of runs, assessments and records, as rows for people and as values for programs."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import msgspec

from annexa.evidence import assessments
from annexa.evidence.errors import VaultError
from annexa.evidence.fact import Missing
from annexa.evidence.listing import AssessmentInfo, RunInfo
from annexa.evidence.reader import SealedReader
from annexa.evidence.record import Record
from annexa.reports._text import Column
from annexa.reports.words import say
from annexa.schemas.words import State

RUNS = (
    Column(title="Run"),
    Column(title="State", least=12),
    Column(title="Environment"),
    Column(title="Started"),
    Column(title="Organisation", least=10),
)
ASSESSMENTS = (
    Column(title="Assessment"),
    Column(title="State", least=17),
    Column(title="Environment"),
    Column(title="As of"),
    Column(title="Of the run", least=17),
)
KINDS = (
    Column(title="Kind"),
    Column(title="Source", least=12),
    Column(title="Scopes", right=True),
    Column(title="Records", right=True),
)
POPULATIONS = (
    Column(title="Kind"),
    Column(title="Source", least=12),
    Column(title="Scope", least=20, keep="end"),
    Column(title="Records", right=True),
)
RECORDS = (
    Column(title="Subject", least=24, most=34, keep="end"),
    Column(title="Scope", least=22, most=26, keep="end"),
    Column(title="Says", least=30, wrap=4),
)
T = TypeVar("T")
_FEW = 4
"""Members of a list that are told; the others are counted."""
_UNTOLD = {"subject", "kind", "basis", "at", "path"}


def run_row(run: RunInfo) -> list[str]:
    """One run, for people."""
    state = say(run.state) + (f": {run.note}" if run.note else "")
    return [run.run_id, state, run.environment or "–", run.started or "–", run.organisation or "–"]


def run_value(run: RunInfo) -> dict[str, Any]:
    """One run, for programs."""
    names = (
        "run_id",
        "state",
        "environment",
        "started",
        "finished",
        "organisation",
        "previous",
        "statement_sha256",
        "note",
    )
    return {name: getattr(run, name) for name in names}


class _PageOne(msgspec.Struct):
    what_if: tuple[str, ...] = ()


class _Head(msgspec.Struct):
    """The part of an assessment that lists show."""

    as_of: str
    environment: str
    isms: str
    page_one: _PageOne


def assessment_value(info: AssessmentInfo) -> dict[str, Any]:
    """One assessment, for programs."""
    names = ("assessment_id", "state", "run_ids", "statement_sha256", "note")
    value = {name: getattr(info, name) for name in names}
    try:
        head = assessments.document(SealedReader(info.path), _Head) if info.note is None else None
    except VaultError as error:
        head, value["note"] = None, error.message
    told = {name: getattr(head, name) if head else None for name in ("as_of", "environment", "isms")}
    return {**value, **told, "what_if": list(head.page_one.what_if) if head else []}


def assessment_row(info: AssessmentInfo, value: dict[str, Any]) -> list[str]:
    """One assessment, for people."""
    state = say(info.state) + (f": {value['note']}" if value["note"] else ", what-if" if value["what_if"] else "")
    runs = ", ".join(info.run_ids) or "–"
    return [info.assessment_id, state, value["environment"] or "–", value["as_of"] or "–", runs]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which records are wanted; `*` stands for anything."""

    kind: str | None = None
    source: str = "*"
    scope: str = "*"
    subject: str = "*"
    """The vendor's id, or a part of it."""
    verdict: str | None = None
    """Verdict of an access grant: `allowed`, `conditional`."""

    def fits(self, record: Record) -> bool:
        """Whether it is one of them."""
        subject = self.subject if "*" in self.subject else f"*{self.subject}*"
        return (
            fnmatchcase(record.source, self.source)
            and fnmatchcase(record.scope, self.scope)
            and (fnmatchcase(record.data.subject, subject) or record.subject_uid == self.subject)
            and (self.verdict is None or getattr(record.data, "verdict", None) == self.verdict)
        )


def records(reader: SealedReader, wanted: Filter) -> Iterator[Record]:
    """Records of a run that fit, in their order."""
    return (record for record in _lines(reader, wanted.kind, Record) if wanted.fits(record))


def counted(reader: SealedReader, wanted: Filter) -> list[tuple[str, str, str, int]]:
    """How many records there are by kind, source and scope; subjects and verdicts are not looked at."""
    heads = _lines(reader, wanted.kind, _Place)
    counts = Counter(
        (head.kind, head.source, head.scope)
        for head in heads
        if fnmatchcase(head.source, wanted.source) and fnmatchcase(head.scope, wanted.scope)
    )
    return [(*key, count) for key, count in sorted(counts.items())]


def by_kind(counts: Iterable[tuple[str, str, str, int]]) -> list[list[str]]:
    """The same counts, folded over the scopes: kind, source, how many scopes, how many records."""
    folded: dict[tuple[str, str], list[int]] = {}
    for kind, source, _, count in counts:
        folded.setdefault((kind, source), []).append(count)
    return [[*key, f"{len(found):,}", f"{sum(found):,}"] for key, found in folded.items()]


class _Place(msgspec.Struct):
    """The part of a record that is counted; to read no more takes less than half the time."""

    kind: str
    source: str
    scope: str


def _lines(reader: SealedReader, kind: str | None, into: type[T]) -> Iterator[T]:
    decode = msgspec.json.Decoder(into).decode
    for name in kinds(reader):
        if kind in (None, name):
            for line in reader.lines(f"records/{name}"):
                try:
                    yield decode(line)
                except msgspec.DecodeError as error:
                    said = f"{reader.path.name}: a line of records/{name} is no record: {error}"
                    raise VaultError(said, hint="check the run with: annexa verify") from error


def kinds(reader: SealedReader) -> list[str]:
    """Kinds of which a run has records."""
    return [name.removeprefix("records/") for name in reader.segments() if name.startswith("records/")]


def record_row(record: Record) -> list[str]:
    """One record, for people."""
    return [record.data.subject, record.scope, says(record)]


def says(record: Record) -> str:
    """What a record says, in words; fields about which the vendor says nothing are left out."""
    defaults = _defaults(type(record.data))
    told = [
        _field(name, getattr(record.data, name)) for name in defaults if getattr(record.data, name) != defaults[name]
    ]
    return "; ".join(told) or "exists"


def _field(name: str, value: object) -> str:
    return f"{name.replace('_', ' ')} {_words(value)}"


def _words(value: object) -> str:
    """A value as words, never as code."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Missing):
        return say(State(value.state)) + (f" ({value.raw})" if value.raw else "")
    if isinstance(value, msgspec.Struct):
        return " ".join(
            _field(name, inner) for name, inner in msgspec.structs.asdict(value).items() if inner is not None
        )
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in sorted(value.items())) or "none"
    if isinstance(value, tuple | list):
        more = f" and {len(value) - _FEW} more" if len(value) > _FEW else ""
        return (", ".join(_words(part) for part in value[:_FEW]) or "none") + more
    return str(value)


@functools.cache
def _defaults(fact: type[msgspec.Struct]) -> dict[str, Any]:
    """Fields that are told, with the value that says nothing."""
    fields = msgspec.structs.fields(fact)
    return {field.name: field.default for field in fields if field.name not in _UNTOLD}
