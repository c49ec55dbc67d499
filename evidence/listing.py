"""What a vault holds, as lists show it. Statements are read here, their signatures are not checked."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from annexa.evidence import layout
from annexa.evidence.errors import VaultError, VerifyError, storing
from annexa.evidence.reader import SealedReader
from annexa.schemas.words import RunState

MANIFEST = "run.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunInfo:
    """One run in a list of runs; what a partial run never wrote is None."""

    run_id: str
    state: RunState
    path: Path
    started: str | None
    finished: str | None
    organisation: str | None
    """Id of the organisation."""
    environment: str | None
    previous: str | None
    """Id of the run that this one names as the one before it."""
    statement_sha256: str | None
    note: str | None
    """Why it is partial."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessmentInfo:
    """One assessment in a list of assessments."""

    assessment_id: str
    state: RunState
    path: Path
    run_ids: tuple[str, ...]
    """The runs that it judged."""
    statement_sha256: str | None
    note: str | None
    """Why it is partial."""


class RunReader(SealedReader):
    """One complete run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.run_id = path.name

    def manifest(self) -> dict[str, Any]:
        """`run.json`: plan, sources, declarations and registers as they were."""
        manifest = self.document(MANIFEST)
        if not isinstance(manifest, dict):
            raise VaultError(f"{self.path / MANIFEST} holds no object", hint="check the run with: annexa verify")
        return manifest


def run_info(path: Path) -> RunInfo:
    """What is known of the run in a folder; a run whose statement cannot be read counts as partial."""
    reader, run_id, note = _state(path)
    facts = _manifest(path) if note else reader.predicate
    previous = facts.get("previous")
    return RunInfo(
        run_id=run_id,
        state=RunState.PARTIAL if note else RunState.COMPLETE,
        path=path,
        started=_text(facts, "started") or _started(run_id),
        finished=_text(facts, "finished"),
        organisation=organisation_id(facts),
        environment=_text(facts, "environment"),
        previous=_text(previous, "run_id") if isinstance(previous, dict) else None,
        statement_sha256=None if note else reader.statement_digest,
        note=note,
    )


def assessment_info(path: Path) -> AssessmentInfo:
    """What is known of the assessment in a folder; one whose statement cannot be read counts as partial."""
    reader, assessment_id, note = _state(path)
    return AssessmentInfo(
        assessment_id=assessment_id,
        state=RunState.PARTIAL if note else RunState.COMPLETE,
        path=path,
        run_ids=() if note else tuple(str(run.get("run_id")) for run in input_runs(reader.predicate)),
        statement_sha256=None if note else reader.statement_digest,
        note=note,
    )


def why_partial(path: Path) -> str:
    """Why a partial folder was left, as far as it says so."""
    note = path / layout.ABANDONED
    with storing(note):
        said = note.read_text(encoding="utf-8", errors="replace").strip() if note.exists() else ""
    return said or "interrupted"


def input_runs(predicate: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs that an assessment's predicate names under `inputs.runs`: `run_id` and `statement_sha256` each."""
    inputs = predicate.get("inputs")
    runs = inputs.get("runs") if isinstance(inputs, dict) else None
    return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []


def organisation_id(facts: dict[str, Any]) -> str | None:
    """Id of the organisation that a predicate or manifest names, as text or as an object with an `id`."""
    organisation = facts.get("organisation")
    named = organisation.get("id") if isinstance(organisation, dict) else organisation
    return named if isinstance(named, str) else None


def _state(path: Path) -> tuple[SealedReader, str, str | None]:
    """Reader, id, and why the folder is partial."""
    reader = SealedReader(path)
    if not path.name.endswith(layout.PARTIAL):
        return reader, path.name, _trouble(reader)
    return reader, path.name.removesuffix(layout.PARTIAL), why_partial(path)


def _trouble(reader: SealedReader) -> str | None:
    """What is wrong with the folder's statement, if anything."""
    try:
        _ = reader.statement
    except (VaultError, VerifyError) as error:
        return error.message
    return None


def _manifest(path: Path) -> dict[str, Any]:
    """What a partial run wrote of its manifest; mostly nothing."""
    try:
        return RunReader(path).manifest()
    except VaultError:
        return {}


def _text(facts: dict[str, Any], name: str) -> str | None:
    value = facts.get(name)
    return value if isinstance(value, str) else None


def _started(run_id: str) -> str | None:
    """The time in an id that `new_id` made."""
    try:
        return f"{datetime.strptime(run_id[:18], '%Y-%m-%dT%H%M%SZ'):%Y-%m-%dT%H:%M:%SZ}"
    except ValueError:
        return None
