"""The vault: a folder of runs and assessments, each sealed in a folder of its own.

::

    vault.json                  {"format": 1}
    runs/<run id>/              sealed; `<run id>.partial` was not finished
    assessments/<id>/           sealed, over the runs that it names
    index.sqlite                rebuilt at will, never trusted

Nothing in it is changed after it was sealed. Listing reads statements without checking their signatures.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from annexa.evidence import canonical, layout
from annexa.evidence.errors import VaultError, storing
from annexa.evidence.keys import VAULT_MARK
from annexa.evidence.listing import AssessmentInfo as AssessmentInfo
from annexa.evidence.listing import RunInfo as RunInfo
from annexa.evidence.listing import RunReader as RunReader
from annexa.evidence.listing import assessment_info, run_info
from annexa.evidence.reader import SealedReader
from annexa.evidence.sealed import SealedFolder
from annexa.evidence.statement import PreviousRun
from annexa.schemas.words import RunState

FORMAT = 1
"""The newest vault format that this code reads and the one that it writes."""
RUNS = "runs"
ASSESSMENTS = "assessments"


class Vault:
    """An opened vault."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> "Vault":
        """Open the vault at `path`; with `create`, make one where there is nothing yet."""
        mark = path / VAULT_MARK
        with storing(path):
            found = mark.exists()
            if create and not found:
                _create(path)
        if not (create or found):
            raise VaultError(
                f"{path} is no vault: it has no {VAULT_MARK}",
                hint="give the vault with --vault, or make one by running: annexa run",
            )
        _check_format(mark)
        return cls(path)

    def start_run(self, run_id: str) -> SealedFolder:
        """Begin a run; its predicate will state `run_id`."""
        return self._start(RUNS, "run_id", run_id)

    def start_assessment(self, assessment_id: str) -> SealedFolder:
        """Begin an assessment; its predicate will state `assessment_id`, and must name its runs under `inputs.runs`."""
        return self._start(ASSESSMENTS, "assessment_id", assessment_id)

    def runs(self) -> list[RunInfo]:
        """All runs, partial ones included, oldest first."""
        return sorted((run_info(path) for path in self._folders(RUNS)), key=lambda run: (run.started or "", run.run_id))

    def assessments(self) -> list[AssessmentInfo]:
        """All assessments, partial ones included, by id."""
        return [assessment_info(path) for path in self._folders(ASSESSMENTS)]

    def run(self, reference: str) -> RunReader:
        """A complete run by its id, the beginning of its id, or `latest`."""
        runs = self.runs()
        complete = [run.run_id for run in runs if run.state is RunState.COMPLETE]
        partial = [run.run_id for run in runs if run.state is RunState.PARTIAL]
        return RunReader(self.path / RUNS / _choose(reference, complete, partial, what="run"))

    def assessment(self, reference: str) -> SealedReader:
        """A complete assessment by its id, the beginning of its id, or `latest` (the last id)."""
        found = self.assessments()
        complete = [item.assessment_id for item in found if item.state is RunState.COMPLETE]
        partial = [item.assessment_id for item in found if item.state is RunState.PARTIAL]
        return SealedReader(self.path / ASSESSMENTS / _choose(reference, complete, partial, what="assessment"))

    def previous(self, organisation: str) -> PreviousRun | None:
        """The link to the latest complete run of an organisation (by its id), as a new run's predicate states it."""
        for run in reversed(self.runs()):
            if run.state is RunState.COMPLETE and run.organisation == organisation:
                reader = RunReader(run.path)
                tree = reader.statement.tree
                return PreviousRun(
                    run_id=run.run_id,
                    statement_sha256=reader.statement_digest,
                    tree_root=tree.root,
                    tree_size=tree.size,
                )
        return None

    def _start(self, group: str, member: str, name: str) -> SealedFolder:
        layout.check_name(name)
        if "/" in name or name.endswith(layout.PARTIAL):
            raise VaultError(f"{name!r} cannot be an id", hint="use letters, digits, '.', '_' and '-'")
        return SealedFolder.create(self.path / group / name, {member: name})

    def _folders(self, group: str) -> list[Path]:
        with storing(self.path / group):
            folder = self.path / group
            return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.exists() else []


def new_id(started: datetime, token: Callable[[int], str] = secrets.token_hex) -> str:
    """An id for what starts now: `2026-08-30T060000Z-3f2a9c`; ids sort by time."""
    return f"{started.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{token(3)}"


def _create(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise VaultError(f"{path} is a file", hint="give an empty or a new folder with --vault")
    with storing(path):
        path.mkdir(parents=True, exist_ok=True)
        draft = path / f"{VAULT_MARK}{layout.PARTIAL}"
        if any(other != draft for other in path.iterdir()):
            raise VaultError(f"{path} holds other files", hint="give an empty or a new folder with --vault")
        draft.write_bytes(canonical.encode({"format": FORMAT}) + b"\n")
        draft.rename(path / VAULT_MARK)


class _Mark(msgspec.Struct):
    format: int


def _check_format(mark: Path) -> None:
    try:
        with storing(mark):
            found = msgspec.json.decode(mark.read_bytes(), type=_Mark).format
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise VaultError(f"{mark} cannot be understood", expected='{"format": 1}', hint="restore that file") from error
    if found != FORMAT:
        raise VaultError(
            f"{mark.parent} is a vault of format {found}",
            expected=f"format {FORMAT}, the only one this version of annexa reads",
            hint=f"install a version of annexa that reads vault format {found}, or give another vault with --vault",
        )


def _choose(reference: str, complete: list[str], partial: list[str], *, what: str) -> str:
    if reference == "latest" and complete:
        return complete[-1]
    found = [reference] if reference in complete else [name for name in complete if name.startswith(reference)]
    if len(found) == 1:
        return found[0]
    if found:
        raise VaultError(
            f"{reference!r} is the beginning of {len(found)} ids: {', '.join(found[:5])}", hint="say more of it"
        )
    if any(name.startswith(reference) for name in partial):
        raise VaultError(f"the {what} {reference} was not finished", hint="take a complete one; see: annexa runs")
    if not complete:
        raise VaultError(f"the vault holds no complete {what}", hint="make one with: annexa run")
    raise VaultError(f"there is no {what} {reference!r}; the latest is {complete[-1]}", hint="list them: annexa runs")
