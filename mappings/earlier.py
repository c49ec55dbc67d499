"""Which earlier runs of a vault an assessment names, and which of them are missing.

Named are the run right before, every run of the period, and each run that was the last to see a failure which the runs
after it could not look at again. That is known from the assessments that were made; where a run was never judged, the
runs before it are named too, so that a run judged elsewhere, with nothing but the runs it names, names the same ones.

A run that does not verify is as good as missing: its files must be those of its statement, and its statement the one
that is named, or signed by whoever signed the run that is judged.
"""

from functools import cached_property
from pathlib import Path

import msgspec

from annexa.evidence import assessments, layout
from annexa.evidence.checks import Folder
from annexa.evidence.errors import AnnexaError
from annexa.evidence.keys import parse_public
from annexa.evidence.listing import AssessmentInfo, RunInfo, RunReader
from annexa.evidence.manifest import Manifest
from annexa.evidence.vault import RUNS, Vault
from annexa.mappings.evidence_view import VaultEvidence
from annexa.mappings.missing import MissingRun
from annexa.mappings.results import Assessment, Finding
from annexa.schemas.words import RunState, Verdict

Period = tuple[str, str]
"""First and last day."""
HEARD = ("earlier_run", "missing_run")


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """The earlier runs of one assessment."""

    runs: tuple[VaultEvidence, ...]
    """Oldest first."""
    missing: tuple[MissingRun, ...]
    """By id."""


class Named(msgspec.Struct, kw_only=True):
    """A run that should be heard, as it was named."""

    by: str
    sha256: str | None = None
    previous: bool = False
    in_period: bool = False


class Lookup:
    """One run of a vault, with everything before it."""

    def __init__(self, vault: Vault, run: RunReader, manifest: Manifest, isms: str) -> None:
        self._vault, self._run, self._manifest, self._isms = vault, run, manifest, isms
        linked = manifest.previous.run_id if manifest.previous else None
        self._before = [
            info for info in vault.runs()
            if info.state is RunState.COMPLETE and info.organisation == manifest.organisation.id
            # Two runs may start in one second; then the link tells which was first.
            and ((info.started or "") < manifest.started or info.run_id == linked) and info.run_id != manifest.run_id
        ]  # fmt: skip
        self._named: dict[str, Named] = {}

    def earlier(self, period: Period | None) -> Earlier:
        """The runs before it that are heard, and those that cannot be."""
        self._name_previous()
        self._name_speaking()
        self._name_as_before(period)
        if period is not None:
            self._name_period(period)
        self._name_digests()
        known = {info.run_id: info for info in self._before}
        missing, sound = list[MissingRun](), list[RunInfo]()
        for name, named in sorted(self._named.items()):
            trouble = self._trouble(name, known.get(name), named)
            if trouble is None:
                sound.append(known[name])
            else:
                missing.append(
                    MissingRun(
                        id=name, says=f"{named.by} names it, and it {trouble}", sha256=named.sha256,
                        here=self._path(name).is_dir(), previous=named.previous, in_period=named.in_period,
                    )
                )  # fmt: skip
        runs = sorted(sound, key=lambda info: (info.started or "", info.run_id))
        evidence = tuple(VaultEvidence(self._vault.run(info.run_id)) for info in runs)
        return Earlier(runs=evidence, missing=tuple(missing))

    def _name(self, run: str, by: str, sha256: str | None = None, **flags: bool) -> None:
        entry = self._named.setdefault(run, Named(by=by))
        entry.sha256 = entry.sha256 or sha256
        for flag, value in flags.items():
            setattr(entry, flag, value or getattr(entry, flag))

    def _name_previous(self) -> None:
        link, by = self._manifest.previous, f"run {self._manifest.run_id}"
        if link is not None:
            self._name(link.run_id, by, link.statement_sha256, previous=True)
        for info in self._before[-1:]:
            self._name(info.run_id, by)

    def _name_period(self, period: Period) -> None:
        """Every run of the period; between two of them none may be missing, as their links tell."""
        inside = [info for info in self._before if (info.started or "")[: len(period[0])] >= period[0]]
        for info in inside:
            self._name(info.run_id, f"run {self._manifest.run_id}", in_period=True)
        links = [(info.run_id, info.previous) for info in inside[1:]]
        link = self._manifest.previous
        links += [(self._manifest.run_id, link.run_id)] if link is not None and inside else []
        for run, previous in links:
            if previous is not None:
                self._name(previous, f"run {run}", in_period=True)

    def _name_speaking(self) -> None:
        """Runs that saw a failure last which the runs after them could not look at again."""
        for at in range(len(self._before) - 1, -1, -1):
            info = self._before[at]
            self._name(info.run_id, f"run {self._manifest.run_id}")
            made = self._records(info.run_id)
            for name, document in made:
                self._name_open(name, document, info)
            if made:
                return

    def _name_open(self, name: str, document: Assessment, of: RunInfo) -> None:
        """The runs in which failures were last observed that an assessment still lists as open."""
        given = {one.id: one for one in document.inputs if one.what in HEARD}
        here = [info for info in self._before if info.run_id in given]
        gone = [one for one in given.values() if one.id not in {info.run_id for info in here}]
        for moment in sorted(self._unseen(name, of)):
            seen = [info for info in here if (info.started or "") <= moment <= (info.finished or "")]
            for one in (given[info.run_id] for info in seen[-1:]):
                self._name(one.id, f"assessment {name}", one.sha256)
            for one in gone if not seen else ():
                self._name(one.id, f"assessment {name}", one.sha256)

    def _unseen(self, name: str, of: RunInfo) -> set[str]:
        """When earlier runs read what open failures rest on: what was not read again, and what a change is held against."""
        reader = self._vault.assessment(name)
        found = assessments.lines(reader, assessments.FINDINGS, Finding)
        moments = set[str]()
        for one in found:
            change = one.compared_with is not None and one.item_verdict is Verdict.FAIL
            told = (one.last_observed, *((one.compared_with, one.first_seen) if change else ()))
            moments.update(moment for moment in told if moment and moment < (of.started or ""))
        return moments

    def _name_as_before(self, period: Period | None) -> None:
        """What an assessment of this very run named, it names again; what it named for a period, only for that."""
        for name, document in self._records(self._manifest.run_id):
            said = document.period
            if said is None or (said["from"], said["until"]) == period:
                for one in (one for one in document.inputs if one.what in HEARD):
                    self._name(one.id, f"assessment {name}", one.sha256)

    def _name_digests(self) -> None:
        """The link of the run after it says which statement a run must have."""
        for info in self._before:
            if info.previous in self._named and self._named[info.previous].sha256 is None:
                self._named[info.previous].sha256 = RunReader(info.path).predicate["previous"].get("statement_sha256")

    def _records(self, run: str) -> list[tuple[str, Assessment]]:
        """Assessments of a run for this management system that are no what-if."""
        found = [info for info in self._assessments if info.run_ids[:1] == (run,)]
        chosen = [info.assessment_id for info in found if info.state is RunState.COMPLETE]
        documents = ((name, assessments.document(self._vault.assessment(name), Assessment)) for name in chosen)
        return [(name, one) for name, one in documents if one.isms == self._isms and not one.page_one.what_if]

    @cached_property
    def _assessments(self) -> list[AssessmentInfo]:
        return self._vault.assessments()

    def _path(self, run: str) -> Path:
        return self._vault.path / RUNS / run

    def _trouble(self, name: str, info: RunInfo | None, named: Named) -> str | None:
        """Why a run cannot be heard; None: it can."""
        if info is None:
            here = layout.is_name(name) and self._path(name).is_dir()
            return "does not verify: it is no complete run before this one" if here else "is not in the vault"
        try:
            key = parse_public(RunReader(info.path).file(layout.PUBLIC_KEY), layout.PUBLIC_KEY)
            folder = Folder(info.path, key)
            wrong = [problem.message for problem in folder.problems(lines=False) if problem.failed]
        except AnnexaError as error:
            return f"does not verify: {error.message}"
        if wrong:
            return f"does not verify: {wrong[0]}"
        if named.sha256 is not None and folder.digest != named.sha256:
            return "does not verify: its statement is not the one that is named"
        if named.sha256 is None and key.fingerprint != self._signer:
            return "does not verify: another key signed it"
        return None

    @cached_property
    def _signer(self) -> str:
        return parse_public(self._run.file(layout.PUBLIC_KEY), layout.PUBLIC_KEY).fingerprint
