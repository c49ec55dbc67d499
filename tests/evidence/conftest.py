"""A small vault with its key, for the tests of vault, seal and verification."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from annexa.evidence import canonical, keys
from annexa.evidence.keys import SigningKey
from annexa.evidence.sealed import Seal, SealedFolder
from annexa.evidence.statement import ASSESSMENT_TYPE, RUN_TYPE
from annexa.evidence.vault import Vault


@dataclass(kw_only=True)
class Keeper:
    """A vault and the key that seals what goes into it."""

    vault: Vault
    key: SigningKey
    private: Path
    public: Path

    @staticmethod
    def record(number: int, page: str, kind: str = "setting") -> dict[str, Any]:
        """One record that names a kept page."""
        return {
            "record_id": f"{number:032x}",
            "subject_uid": f"{number % 2:032x}",
            "kind": kind,
            "source": "aws:main",
            "scope": f"111122223333/eu-west-{number % 2 + 1}",
            "collected_at": f"2026-08-30T06:00:{number:02}Z",
            "data": {"name": "aws.bedrock.invocation_logging", "value": number},
            "provenance": {"collector": "aws.bedrock", "origins": [{"call": "bedrock:Get", "page": page, "item": 0}]},
            "nonce": f"{number:032x}",
        }

    def fill(self, run: SealedFolder, records: int = 4) -> None:
        """Write what a run consists of: pages, records of two kinds, the calls, what was unread, the manifest."""
        for number in range(records):
            page = run.page(canonical.encode({"page": number // 2}))
            kind = "setting" if number % 2 else "ai_system"
            run.line(f"records/{kind}", canonical.encode(self.record(number, page, kind)))
            run.line("calls", canonical.encode({"call": "bedrock:Get", "kept_sha256": page, "order": number}))
        run.line("unread", canonical.encode({"call": "bedrock:ListAgents", "reason": "denied"}))
        run.file("run.json", canonical.encode({"format": "annexa/run/1", "run_id": run.final.name}))

    def run(self, day: int = 30, *, records: int = 4, key: SigningKey | None = None, **stated: Any) -> Seal:
        """Seal a run of a day in August."""
        started = f"2026-08-{day:02}T06:00:00Z"
        predicate = {
            "organisation": {"id": "northwind", "name": "Northwind"},
            "environment": "sandbox",
            "started": started,
            "finished": started.replace("06:", "07:"),
            "previous": self.vault.previous("northwind"),
            **stated,
        }
        with self.vault.start_run(f"2026-08-{day:02}T060000Z-3f2a9c") as run:
            self.fill(run, records)
            return run.finish(predicate_type=RUN_TYPE, predicate=predicate, key=key or self.key)

    def assess(self, *runs: Seal, name: str = "2026-08-31T080000Z-aa11bb", status: str = "supported") -> Seal:
        """Seal an assessment of some runs."""
        inputs = [{"run_id": run.path.name, "statement_sha256": run.statement_sha256} for run in runs]
        with self.vault.start_assessment(name) as assessment:
            assessment.file("assessment.json", canonical.encode({"controls": {"A.8.15": status}}))
            assessment.line("findings", canonical.encode({"finding_uid": "f1", "result": "fail"}))
            predicate = {"inputs": {"runs": inputs}, "as_of": "2026-08-30T07:00:00Z"}
            return assessment.finish(predicate_type=ASSESSMENT_TYPE, predicate=predicate, key=self.key)


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """An empty vault and a key beside it."""
    private = tmp_path / "signing.pem"
    key = keys.generate(private)
    vault = Vault.open(tmp_path / "vault", create=True)
    return Keeper(vault=vault, key=key, private=private, public=keys.public_path(private))
