"""Whole runs over the make-believe company: sealed, rebuilt from their pages, and never half a run that looks whole."""

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest
from harbourline import Company

from annexa import collectors
from annexa.evidence.keeper import CallEntry
from annexa.evidence.manifest import Manifest
from annexa.evidence.record import Record, Unread
from annexa.evidence.replay import compare, rebuild
from annexa.evidence.verify import verify
from annexa.sandbox.aws_server import Fault
from annexa.schemas.words import Environment, Reason, RunState


def every(company: Company, run: str, segment: str, into: type[Any]) -> list[Any]:
    reader = company.vault.run(run)
    names = [name for name in reader.segments() if name == segment or name.startswith(segment + "/")]
    return [msgspec.json.decode(line, type=into) for name in names for line in reader.lines(name)]


def test_a_run_verifies_and_every_record_ends_at_a_kept_page(company: Company) -> None:
    manifest = company.collect()
    reader = company.vault.run(manifest.run_id)
    assert [problem for problem in verify(reader.path, company.folder / "key.pub.pem") if problem.failed] == []
    records = every(company, manifest.run_id, "records", Record)
    assert len(records) > 300
    for record in records:
        assert record.provenance.origins, record
        assert all(reader.page(origin.page) for origin in record.provenance.origins)


def test_records_come_out_of_the_kept_pages_as_they_were_sealed(company: Company) -> None:
    manifest = company.collect()
    reader = company.vault.run(manifest.run_id)
    installed = {c.name: c for vendor in ("aws", "registers") for c in collectors.of(collectors.vendor(vendor))}
    sealed = every(company, manifest.run_id, "records", Record)
    calls = every(company, manifest.run_id, "calls", CallEntry)
    compared = compare(sealed, rebuild(manifest, calls, installed, reader.page))
    assert (compared.same, compared.changed, compared.new) == (len(sealed), [], [])


def test_a_sandbox_run_says_so_everywhere(company: Company) -> None:
    manifest = company.collect()
    reader = company.vault.run(manifest.run_id)
    assert manifest.environment is Environment.SANDBOX
    assert msgspec.convert(reader.manifest(), Manifest) == manifest
    assert reader.predicate["environment"] == "sandbox"
    assert reader.predicate["hosts"] == ["http://127.0.0.1:1"]


def test_the_second_run_names_the_first(company: Company) -> None:
    first = company.collect(date="first")
    second = company.collect(date="second")
    assert second.previous is not None
    assert second.previous.run_id == first.run_id


def test_our_own_mistake_costs_one_unit_and_is_never_an_empty_answer(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from annexa.collectors.aws import logging

    def broken(handle: Any) -> Any:
        raise KeyError("planted mistake")
        yield

    monkeypatch.setattr(logging, "invocation_log", dataclasses.replace(logging.invocation_log, gather=broken))
    manifest = company.collect()
    unread = [each for each in every(company, manifest.run_id, "unread", Unread) if each.reason is Reason.ERROR]
    assert unread
    assert {each.collector for each in unread} == {"aws.logging.invocation_log"}
    assert all("planted mistake" not in each.detail for each in unread)


def test_an_interruption_leaves_a_partial_run_and_nothing_that_looks_whole(company: Company) -> None:
    seen = 0

    def interrupt(work: object, done: object) -> None:
        nonlocal seen
        seen += done is not None
        if seen == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        company.collect(noted=interrupt)
    (run,) = company.vault.runs()
    assert run.state is RunState.PARTIAL
    assert company.vault.previous("harbourline") is None


def test_an_account_whose_credentials_expired_is_blind_and_the_rest_goes_on(company: Company) -> None:
    manifest = company.collect(faults=[Fault("sts", "AssumeRole", kind="expired", after=2, times=1)])
    unread = every(company, manifest.run_id, "unread", Unread)
    lost = {each.scope.split("/")[0] for each in unread if each.call == "sts:AssumeRole"}
    assert len(lost) == 1
    assert len({record.scope.split("/")[0] for record in every(company, manifest.run_id, "records", Record)}) >= 6


def test_secrets_in_answers_never_reach_the_disk(company: Company) -> None:
    manifest = company.collect()
    path: Path = company.vault.run(manifest.run_id).path
    text = b"".join(file.read_bytes() for file in path.rglob("*") if file.is_file())
    assert b"Answer questions of customers" not in text
    assert b"redacted:" in text


def test_a_failure_that_two_runs_could_not_look_at_again_stays_a_failure(company: Company) -> None:
    """R6: what failed stays failed until it is read again, however many runs could not."""
    from annexa import runner
    from annexa.reports.opened import open_assessment

    blind = [Fault("bedrock", "GetModelInvocationLoggingConfiguration", kind="denied", region="eu-central-1")]
    for date, faults in (("first", ()), ("second", blind), ("second", blind)):
        manifest = company.collect(
            date=date, faults=faults, run_id=f"2026-0{7 + len(company.vault.runs())}-01T060000Z-r"
        )
        made = runner.assess(company.vault, manifest.run_id, key=company.key)
    opened = open_assessment(company.vault, made.assessment_id)
    (found,) = [item for item in opened.items(["LOG-AWS-01"]) if item.verdict == "fail"]
    assert found.scope.endswith("/eu-central-1")
    assert found.last_observed is not None and found.last_observed.startswith("2026-08-30")
