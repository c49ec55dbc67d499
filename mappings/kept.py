"""Judges a run of the vault, names the earlier runs that must be heard, and seals the assessment beside it."""

import tempfile
from typing import IO, Any

import msgspec

from annexa.evidence import assessments
from annexa.evidence.canonical import encode_trusted
from annexa.evidence.keys import SigningKey
from annexa.evidence.listing import RunInfo
from annexa.evidence.manifest import Manifest
from annexa.evidence.vault import Vault
from annexa.mappings.evidence_view import VaultEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.results import Assessment, Finding, ItemResult
from annexa.schemas.words import RunState

Period = tuple[str, str]
"""First and last day."""


def assess(
    vault: Vault,
    run: str,
    *,
    key: SigningKey,
    isms: str = "main",
    as_of: str | None = None,
    period: Period | None = None,
    pack: RulePack | None = None,
    what_if: tuple[str, ...] = (),
) -> Assessment:
    """Judge a sealed run into a new assessment of the vault, and seal it; an equal one that is there already is kept."""
    reader = vault.run(run)
    evidence = VaultEvidence(reader)
    with tempfile.TemporaryFile() as spool:
        judged = judge(
            evidence, earlier(vault, evidence.manifest, period), pack=pack or load_pack(), as_of=as_of, period=period,
            items=lambda item: _spool(spool, item), isms=isms, what_if=what_if,
        )  # fmt: skip
        made = judged.assessment
        if any(info.assessment_id == made.assessment_id for info in vault.assessments()):
            return made
        spool.seek(0)
        with vault.start_assessment(made.assessment_id) as folder:
            for line in spool:
                folder.line(assessments.ITEMS, line.rstrip(b"\n"))
            assessments.write(folder, made, (), judged.findings, predicate=_stated(made), key=key)
    return made


def earlier(vault: Vault, manifest: Manifest, period: Period | None = None) -> list[VaultEvidence]:
    """The earlier runs that an assessment names: the previous complete one, and with a period all in it."""
    before = [
        info for info in vault.runs()
        if info.state is RunState.COMPLETE and info.organisation == manifest.organisation.id
        and (info.started or "") < manifest.started and info.run_id != manifest.run_id
    ]  # fmt: skip
    named = {info.run_id for info in before if period and (info.started or "")[:10] >= period[0]}
    named |= {info.run_id for info in before[-1:]} | _still_speaking(vault, before)
    return [VaultEvidence(vault.run(info.run_id)) for info in before if info.run_id in named]


def _still_speaking(vault: Vault, before: list[RunInfo]) -> set[str]:
    """Runs that saw a failure last which the run before could not look at again: it stays a failure until somebody can."""
    if not before:
        return set()
    found = set[str]()
    for info in vault.assessments():
        if info.state is not RunState.COMPLETE or before[-1].run_id not in info.run_ids[:1]:
            continue
        reader = vault.assessment(info.assessment_id)
        for finding in assessments.lines(reader, assessments.FINDINGS, Finding):
            seen = [run for run in before[:-1] if (run.started or "") <= finding.last_observed]
            if finding.last_observed < (before[-1].started or "") and seen:
                found.add(seen[-1].run_id)
    return found


def _spool(spool: IO[bytes], item: ItemResult) -> None:
    spool.write(encode_trusted(item) + b"\n")


def _stated(made: Assessment) -> dict[str, Any]:
    runs = [{"run_id": one.id, "statement_sha256": one.sha256} for one in made.inputs if one.what.endswith("run")]
    stated = {
        name: msgspec.to_builtins(getattr(made, name))
        for name in ("as_of", "organisation", "isms", "headline", "hosts")
    }
    return {
        **stated,
        "environment": str(made.environment),
        "mapping_sha256": made.mapping_sha256,
        "inputs": {"runs": runs},
    }
