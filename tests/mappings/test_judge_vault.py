"""Judging what lies in a vault: the same as from memory, the same bytes again, and broken lines that are told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annexa.evidence import canonical, keys
from annexa.evidence.errors import VaultError
from annexa.evidence.statement import RUN_TYPE
from annexa.evidence.vault import Vault
from annexa.mappings.evidence_view import Broken, Evidence, ListEvidence, VaultEvidence
from annexa.mappings.small_run import SmallRun
from annexa.tests.mappings.judging import (
    ACCOUNT,
    EU,
    US,
    Judged,
    accounts,
    judged,
    key,
    log,
    logging_rule,
    make_rule,
    regions,
)

Broke = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., VaultEvidence]:
    vault, signing = Vault.open(tmp_path / "vault", create=True), keys.generate(tmp_path / "key.pem")

    def put(run: SmallRun | ListEvidence, spoilt: dict[str, Broke] | None = None) -> VaultEvidence:
        """Seal a run; `spoilt` changes the lines of segments before."""
        built = run.build() if isinstance(run, SmallRun) else run
        segments: dict[str, list[Any]] = {"units": list(built.units()), "unread": list(built.unreads())}
        segments |= {f"records/{kind}": list(built.records(kind)) for kind in built.kinds()}
        name = built.manifest.run_id
        with vault.start_run(name) as folder:
            for segment, values in segments.items():
                encoded = [canonical.encode_trusted(value) for value in values]
                for line in (spoilt or {}).get(segment, lambda given: given)(encoded):
                    folder.line(segment, line)
            folder.file("run.json", canonical.encode(msgspec.to_builtins(built.manifest)) + b"\n")
            predicate = {"organisation": built.manifest.organisation.id, "started": built.manifest.started}
            folder.finish(predicate_type=RUN_TYPE, predicate=predicate, key=signing)
        return VaultEvidence(vault.run(name))

    return put


def planted() -> SmallRun:
    run = regions(EU, US)
    log(run, EU)
    log(run, US, enabled=False)
    accounts(ACCOUNT, run=run)
    key(run, ACCOUNT, state={"state": "unread", "why": "denied"})
    run.lose("aws.credential", ACCOUNT, subject="key-1")
    return run


RULES = (logging_rule(), make_rule())


def content(made: Judged) -> bytes:
    return msgspec.json.encode((made.assessment, made.findings, made.items))


def test_a_vault_and_a_list_are_judged_alike(store: Callable[..., VaultEvidence]) -> None:
    stored, listed = store(planted()), planted().build()
    assert stored.kinds() == listed.kinds()
    for kind in listed.kinds():
        assert list(stored.records(kind)) == list(listed.records(kind))
        assert list(stored.traces(kind)) == list(listed.traces(kind))
    assert (stored.manifest, list(stored.units())) == (listed.manifest, list(listed.units()))
    one, other = judged(stored, *RULES), judged(listed, *RULES)
    assert one.assessment.rules == other.assessment.rules
    assert one.assessment.blind_spots == other.assessment.blind_spots
    assert (one.findings, one.items) == (other.findings, other.items)
    assert one.assessment.assessment_id != other.assessment.assessment_id, "the digests of their inputs differ"


def test_judged_again_it_gives_the_same_bytes(store: Callable[..., VaultEvidence]) -> None:
    first = store(accounts(ACCOUNT, run=SmallRun(run_id="run-0", day="2026-08-30")))
    stored = store(planted())
    assert content(judged(stored, *RULES, earlier=[first])) == content(judged(stored, *RULES, earlier=[first]))


@pytest.mark.parametrize(
    "asked",
    [{"as_of": "2026-09-30"}, {"period": ("2026-09-01", "2026-09-29")}, {"isms": "other"}, {"what_if": ("registers",)}],
)
def test_another_question_is_another_assessment(asked: dict[str, Any]) -> None:
    plain, other = judged(planted(), *RULES), judged(planted(), *RULES, **asked)
    assert plain.assessment.assessment_id != other.assessment.assessment_id
    assert other.assessment.page_one.what_if == asked.get("what_if", ())


def test_the_order_of_earlier_runs_does_not_matter() -> None:
    runs = [accounts("a", run=SmallRun(run_id=f"run-{day}", day=f"2026-09-0{day}")) for day in range(1, 4)]
    key(runs[1], state="leaked")
    run = accounts("a")
    assert content(judged(run, *RULES, earlier=runs)) == content(judged(run, *RULES, earlier=runs[::-1]))


def test_the_inputs_are_listed_with_their_digests(store: Callable[..., VaultEvidence]) -> None:
    first, stored = store(accounts("a", run=SmallRun(run_id="run-0", day="2026-08-30"))), store(planted())
    made = judged(stored, *RULES, earlier=[first])
    assert [(one.what, one.id, one.sha256) for one in made.assessment.inputs] == [
        ("run", "run-1", stored.sha256),
        ("earlier_run", "run-0", first.sha256),
        ("mappings", "test", "0" * 64),
    ]


def good(run_id: str = "run-1") -> SmallRun:
    run = accounts("a", run=SmallRun(run_id=run_id))
    key(run)
    run.collects("usage", per="account", name="aws.signal", signals="bedrock")
    run.add("usage", "a", collector="aws.signal", subject="use", signal="m", service="bedrock", count=0)
    run.collects("document", per="source")
    return run


def cut(lines: list[bytes]) -> list[bytes]:
    """The last line is cut short."""
    return [*lines[:-1], lines[-1][: len(lines[-1]) // 2]]


def strange(lines: list[bytes]) -> list[bytes]:
    """The last line holds a value that its class does not know."""
    value = json.loads(lines[-1])
    value["data"]["owner_sort"] = "robot"
    return [*lines[:-1], canonical.encode(value)]


def cut_unit(lines: list[bytes]) -> list[bytes]:
    """The unit that read keys is cut short."""
    return [cut([line])[0] if b"aws.credential" in line else line for line in lines]


USED = make_rule("USED", population={"of": "aws", "used": "bedrock"})
NONE = make_rule("NONE", reads="document", condition={"title": {"is": "present"}})


@pytest.mark.parametrize(
    ("segment", "how", "broken"),
    [
        ("records/credential", cut, {"T-1": "invalid_record"}),
        ("records/credential", strange, {"T-1": "invalid_record"}),
        ("records/usage", cut, {"USED": "use_unknown"}),
        ("records/scope", cut, {"T-1": "scopes_unread", "NONE": "scopes_unread"}),
        ("units", cut_unit, {"T-1": "scopes_unread"}),
    ],
    ids=["a record cut short", "a record with an unknown word", "a signal", "a scope", "a unit"],
)  # fmt: skip
def test_a_broken_line_is_told_and_makes_unknown_what_could_rest_on_it(
    segment: str, how: Broke, broken: dict[str, str], store: Callable[..., VaultEvidence]
) -> None:
    made = judged(store(good(), {segment: how}), make_rule(), USED, NONE)
    whole = judged(store(good("run-2")), make_rule(), USED, NONE)
    assert [whole.found(name) for name in ("T-1", "USED", "NONE")] == [
        ("pass", None), ("no_population", None), ("no_population", None),
    ]  # fmt: skip
    for name, reason in broken.items():
        assert made.found(name) == ("unknown", reason)
    assert any(line.startswith(segment) for line in made.assessment.internal_errors)


def test_broken_lines_are_listed_once_and_in_order(store: Callable[..., VaultEvidence]) -> None:
    stored = store(good(), {"records/credential": cut})
    for _ in range(2):
        assert list(stored.records("credential")) == []
    assert [(one.segment, one.line) for one in stored.broken()] == [("records/credential", 1)]
    assert isinstance(stored.broken()[0], Broken)


def test_a_manifest_that_cannot_be_understood_is_one_clear_error() -> None:
    class Odd:
        statement_digest = "0" * 64

        def segments(self) -> list[str]:
            return []

        def lines(self, segment: str) -> Any:
            return iter(())

        def manifest(self) -> dict[str, Any]:
            return {"run_id": 7}

    with pytest.raises(VaultError, match="manifest"):
        VaultEvidence(Odd())


def test_a_list_has_a_digest_of_its_content() -> None:
    run: Evidence = good().build()
    assert run.sha256 == good().build().sha256
    other = good()
    key(other, subject="key-2")
    assert run.sha256 != other.build().sha256
