"""Judges a run of the vault, names the earlier runs that must be heard, and seals the assessment beside it."""

import tempfile
from typing import IO, Any

import msgspec

from annexa.evidence import assessments
from annexa.evidence.canonical import encode_trusted
from annexa.evidence.keys import SigningKey
from annexa.evidence.vault import Vault
from annexa.mappings.earlier import Lookup, Period
from annexa.mappings.evidence_view import Evidence, VaultEvidence
from annexa.mappings.judge import judge
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.replaced import Replacement
from annexa.mappings.results import Assessment, ItemResult


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
    replaced: tuple[Replacement, ...] = (),
) -> Assessment:
    """Judge a sealed run into a new assessment of the vault, and seal it; an equal one that is there already is kept.

    `replaced`: parts of the run that are judged with something else; each makes the assessment a what-if.
    """
    reader = vault.run(run)
    evidence: Evidence = VaultEvidence(reader)
    found = Lookup(vault, reader, evidence.manifest, isms).earlier(period)
    for part in replaced:
        evidence = part.apply(evidence)
    with tempfile.TemporaryFile() as spool:
        judged = judge(
            evidence, found.runs, missing=found.missing, pack=pack or load_pack(), as_of=as_of, period=period,
            items=lambda item: _spool(spool, item), isms=isms, what_if=(*what_if, *(part.says for part in replaced)),
            further=tuple(one for part in replaced for one in part.inputs),
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


def _spool(spool: IO[bytes], item: ItemResult) -> None:
    spool.write(encode_trusted(item) + b"\n")


def _stated(made: Assessment) -> dict[str, Any]:
    """What the signed statement says; a what-if says so there too, so that nobody can take it for the record."""
    heard = [one for one in made.inputs if one.what in ("run", "earlier_run")]
    stated = {
        name: msgspec.to_builtins(getattr(made, name))
        for name in ("as_of", "organisation", "isms", "headline", "hosts")
    }
    inputs = {"runs": [{"run_id": one.id, "statement_sha256": one.sha256} for one in heard]}
    missing = [one.id for one in made.inputs if one.what == "missing_run"]
    return {
        **stated,
        "environment": str(made.environment),
        "mapping_sha256": made.mapping_sha256,
        "inputs": {**inputs, **({"missing_runs": missing} if missing else {})},
        "what_if": list(made.page_one.what_if),
    }
