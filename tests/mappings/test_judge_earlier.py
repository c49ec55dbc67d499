"""Earlier runs of a vault: which are named, and what becomes unknown, by name, where one of them is missing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annexa.evidence import assessments, canonical, keys
from annexa.evidence.manifest import Previous
from annexa.evidence.statement import RUN_TYPE
from annexa.evidence.vault import Vault
from annexa.evidence.verify import verify
from annexa.mappings import kept
from annexa.mappings.earlier import Lookup
from annexa.mappings.exit_code import exit_code
from annexa.mappings.results import Assessment, Finding, ItemResult
from annexa.mappings.rule import Rule
from annexa.mappings.small_run import ORGANISATION, SmallRun
from annexa.reports import table
from annexa.reports.opened import open_assessment
from annexa.reports.summary import summarise
from annexa.tests.mappings.judging import accounts, key, make_rule, pack_of

TEN = ("2026-09-20", "2026-09-29")
WORKS = make_rule(strength="operating", control="A.5.18")
NEEDS = {"A.5.18": [{"rules": ["T-1"], "accepts": ["operating"]}]}
DATES = make_rule(
    "T-2", reads="ai_system", joins=["register_entry"], condition={"first_seen": {"within": 30}}, control="A.8.20"
)


class Kept:
    """One vault with its key, and assessments that can be asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault, self.key = Vault.open(folder / "vault", create=True), keys.generate(folder / "key.pem")

    def seal(self, run: SmallRun) -> str:
        """Seal a run as one that follows the last."""
        built, link = run.build(), self.vault.previous(ORGANISATION)
        previous = Previous(**link) if link else None
        manifest = msgspec.structs.replace(built.manifest, previous=previous)
        segments: dict[str, list[Any]] = {"units": list(built.units()), "unread": list(built.unreads())}
        segments |= {f"records/{kind}": list(built.records(kind)) for kind in built.kinds()}
        with self.vault.start_run(manifest.run_id) as folder:
            for segment, values in segments.items():
                for value in values:
                    folder.line(segment, canonical.encode_trusted(value))
            folder.file("run.json", canonical.encode(msgspec.to_builtins(manifest)) + b"\n")
            stated = msgspec.to_builtins(manifest)
            names = ("organisation", "started", "finished", "previous")
            folder.finish(predicate_type=RUN_TYPE, predicate={name: stated[name] for name in names}, key=self.key)
        return manifest.run_id

    def assess(self, run: str, *rules: Rule, needs: Any = None, **asked: Any) -> Assessment:
        pack = pack_of(*rules or (make_rule(),), needs=needs)
        return kept.assess(self.vault, run, key=self.key, pack=pack, **asked)

    def lines(self, made: Assessment, name: str, into: type[Any]) -> list[Any]:
        return list(assessments.lines(self.vault.assessment(made.assessment_id), name, into))

    def bytes(self, made: Assessment) -> dict[str, bytes]:
        folder = self.vault.path / "assessments" / made.assessment_id
        names = ("assessment.json", "findings.jsonl", "items.jsonl")
        return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}

    def remove(self, run: str) -> Path:
        gone = self.folder / f"gone-{run}"
        (self.vault.path / "runs" / run).rename(gone)
        return gone

    def elsewhere(self, name: str, *runs: str) -> "Kept":
        """Another vault with nothing but these runs and the key."""
        other = Kept.__new__(Kept)
        other.folder, other.key = self.folder / name, self.key
        other.vault = Vault.open(other.folder / "vault", create=True)
        for run in runs:
            shutil.copytree(self.vault.path / "runs" / run, other.vault.path / "runs" / run)
        return other


def day(text: str, *, leaked: bool = False, lost: bool = False, agent: bool = False) -> SmallRun:
    """One account with one key, on one day."""
    run = accounts("a", run=SmallRun(run_id=f"run-{text}", day=text))
    if lost:
        run.lose("aws.credential", "a")
    else:
        key(run, state="leaked" if leaked else "active")
    run.collects("ai_system", per="source")
    if agent:
        run.add("ai_system", "o-example", subject="agent", category="agent", provider="bedrock")
    run.supply("register_entry")
    return run


@pytest.fixture
def vault(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def named(made: Assessment, what: str = "earlier_run") -> list[str]:
    return [one.id for one in made.inputs if one.what == what]


def spoil(vault: Kept, run: str) -> None:
    file = vault.vault.path / "runs" / run / "records" / "credential.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"leaked"', b'"active"'))


def resign(vault: Kept, run: str) -> None:
    """The same run, sealed anew with the same key: its statement is another one."""
    vault.remove(run)
    vault.seal(day(run.removeprefix("run-"), leaked=True))


Break = Callable[[Kept, str], object]
BREAKS: list[tuple[Break, str]] = [
    (Kept.remove, "it is not in the vault"),
    (spoil, "it does not verify: run-2026-08-30: records/credential.jsonl was changed"),
    (resign, "it does not verify: its statement is not the one that is named"),
]


def two(vault: Kept, how: Break | None = None, *, lost: bool = True) -> Assessment:
    """A key leaks, and the next run cannot look; `how` breaks the first run after both were sealed."""
    first, second = vault.seal(day("2026-08-30", leaked=True)), vault.seal(day("2026-09-29", lost=lost, agent=True))
    if how is not None:
        how(vault, first)
    return vault.assess(second, make_rule(), DATES)


def test_with_the_run_before_everything_is_told(vault: Kept) -> None:
    made = two(vault)
    assert (named(made), named(made, "missing_run")) == (["run-2026-08-30"], [])
    assert [(one.rule, one.result) for one in made.rules] == [("T-1", "fail"), ("T-2", "pass")]
    assert made.page_one.missing_inputs == ()


@pytest.mark.parametrize(("how", "says"), BREAKS, ids=["removed", "changed", "sealed anew"])
def test_what_needs_a_missing_run_is_unknown_by_name(vault: Kept, how: Break, says: str) -> None:
    made = two(vault, how)
    assert (named(made), named(made, "missing_run")) == ([], ["run-2026-08-30"])
    assert made.page_one.missing_inputs == (f"run run-2026-08-30: run run-2026-09-29 names it, and {says}",)
    assert [(one.rule, one.result, one.reason) for one in made.rules] == [
        ("T-1", "unknown", "scopes_unread"), ("T-2", "unknown", "input_missing"),
    ]  # fmt: skip
    (spot,) = [one for one in made.blind_spots if one.source == "vault"]
    assert (spot.scope, spot.rules, spot.curable) == ("run-2026-08-30", ("T-1", "T-2"), True)
    assert "Put the run back into the vault" in (spot.cure or "")
    assert exit_code(made, pack_of(make_rule(), DATES)) == 3


def test_it_stands_on_page_one(vault: Kept) -> None:
    made = two(vault, Kept.remove)
    opened = open_assessment(vault.vault, made.assessment_id)
    text = table.render(summarise(opened.assessment, opened.findings), 100)
    assert "Inputs missing (what needs them is unknown) (1): run run-2026-08-30: run run-2026-09-29 names" in text
    assert "earlier run" in text


def test_what_became_of_a_finding_nobody_can_say(vault: Kept) -> None:
    first, second = vault.seal(day("2026-08-30", leaked=True)), vault.seal(day("2026-09-29", leaked=True))
    (found,) = vault.lines(vault.assess(second), assessments.FINDINGS, Finding)
    assert (found.change, found.change_reason) == ("unchanged", None)
    vault.remove(first)
    made = vault.assess(second)
    (found,) = vault.lines(made, assessments.FINDINGS, Finding)
    assert (found.change, found.change_reason, found.cause) == (None, "input_missing", None)
    opened = open_assessment(vault.vault, made.assessment_id)
    text = table.render(summarise(opened.assessment, opened.findings), 100)
    assert "Findings: 1 open (1 with no run to compare), 0 resolved" in text
    assert [one for one in made.blind_spots if one.source == "vault"] == [], "no rule needed it: all was read"


def test_a_run_put_back_is_heard_again(vault: Kept) -> None:
    first, second = vault.seal(day("2026-08-30", leaked=True)), vault.seal(day("2026-09-29", lost=True))
    gone = vault.remove(first)
    assert named(vault.assess(second), "missing_run") == [first]
    gone.rename(vault.vault.path / "runs" / first)
    assert named(vault.assess(second)) == [first]


def test_what_was_named_before_is_named_again_or_missing(vault: Kept) -> None:
    """The run that saw a failure last is known from the assessment of the run after it, and from our own."""
    runs = [
        vault.seal(day("2026-07-01")), vault.seal(day("2026-07-31", leaked=True)), vault.seal(day("2026-08-30", lost=True)),
        vault.seal(day("2026-09-29", lost=True)),
    ]  # fmt: skip
    for run in runs[:3]:
        vault.assess(run)
    made = vault.assess(runs[3])
    assert named(made) == runs[1:3]
    assert [item.last_observed for item in vault.lines(made, assessments.ITEMS, ItemResult)] == ["2026-07-31T06:05:00Z"]
    vault.remove(runs[1])
    again = vault.assess(runs[3])
    assert (named(again), named(again, "missing_run")) == ([runs[2]], [runs[1]])
    assert "assessment" in again.page_one.missing_inputs[0]
    assert again.rules[0].result == "unknown"


def test_elsewhere_with_the_runs_that_it_names_the_bytes_are_the_same(vault: Kept) -> None:
    runs = [
        vault.seal(day("2026-07-01")), vault.seal(day("2026-07-31", leaked=True)), vault.seal(day("2026-08-30", lost=True)),
        vault.seal(day("2026-09-29", lost=True)),
    ]  # fmt: skip
    for run in runs[:3]:
        vault.assess(run)
    made = vault.assess(runs[3])
    assert len(named(made)) == 2
    other = vault.elsewhere("other", runs[3], *named(made))
    assert other.bytes(other.assess(runs[3])) == vault.bytes(made)
    assert vault.bytes(vault.assess(runs[3])) == vault.bytes(made)


def test_a_missing_run_gives_the_same_bytes_wherever_it_is_missing(vault: Kept) -> None:
    made = two(vault, Kept.remove)
    other = vault.elsewhere("other", "run-2026-09-29")
    assert other.bytes(other.assess("run-2026-09-29", make_rule(), DATES)) == vault.bytes(made)


def test_a_what_if_names_nothing_for_others(vault: Kept) -> None:
    runs = [vault.seal(day("2026-07-31", leaked=True)), vault.seal(day("2026-08-30")), vault.seal(day("2026-09-29"))]
    vault.assess(runs[0])
    vault.assess(runs[1])
    vault.assess(runs[2], what_if=("judged with other rules",), period=("2026-07-01", "2026-09-29"))
    assert named(vault.assess(runs[2])) == [runs[1]]


def test_a_run_signed_by_another_key_is_heard_if_the_run_after_it_links_to_it(vault: Kept) -> None:
    """The link vouches for it: a key may be changed between two runs."""
    first = vault.seal(day("2026-08-30", leaked=True))
    vault.key = keys.generate(vault.folder / "next.pem")
    made = vault.assess(vault.seal(day("2026-09-29", lost=True)))
    assert (named(made), made.rules[0].result) == ([first], "fail")


def test_the_seal_names_what_was_missing_and_verifies_what_was_heard(vault: Kept) -> None:
    made = two(vault, Kept.remove)
    statement = json.loads((vault.vault.path / "assessments" / made.assessment_id / "assessment.json").read_bytes())
    assert {"what": "missing_run", "id": "run-2026-08-30"}.items() <= statement["inputs"][1].items()
    folder = vault.vault.path / "assessments" / made.assessment_id
    assert verify(folder, vault.folder / "key.pub.pem") == []


def daily(vault: Kept) -> list[str]:
    return [vault.seal(day(f"2026-09-{number:02}")) for number in range(20, 30)]


def test_a_run_of_the_period_that_is_missing_leaves_the_period_unknown(vault: Kept) -> None:
    runs = daily(vault)
    whole = vault.assess(runs[-1], WORKS, needs=NEEDS, period=TEN)
    assert next(one.status for one in whole.controls if one.ref == "A.5.18") == "supported"
    vault.remove(runs[4])
    made = vault.assess(runs[-1], WORKS, needs=NEEDS, period=TEN)
    assert named(made, "missing_run") == [runs[4]]
    control = next(one for one in made.controls if one.ref == "A.5.18")
    assert control.status == "incomplete"
    assert control.deviation == "whether it deviated in the period is not known"
    assert (control.needs[0].state, control.needs[0].reason) == ("unmet", "period_not_covered")
    (spot,) = [one for one in made.blind_spots if one.source == "vault"]
    assert spot.rules == ("T-1",)


def test_days_that_others_cover_do_not_stand_for_a_missing_run(vault: Kept) -> None:
    runs = [*daily(vault)]
    extra = accounts("a", run=SmallRun(run_id="run-2026-09-24-evening", day="2026-09-24"))
    extra.times = [f"2026-09-24T{hour}:00:00Z" for hour in ("18", "19", "20")]
    key(extra, at="2026-09-24T19:00:00Z")
    other = Kept(vault.folder / "second")
    order = [*runs[:5], "extra", *runs[5:]]
    for name in order:
        other.seal(extra if name == "extra" else day(name.removeprefix("run-")))
    other.remove("run-2026-09-24-evening")
    made = other.assess(runs[-1], WORKS, needs=NEEDS, period=TEN)
    control = next(one for one in made.controls if one.ref == "A.5.18")
    assert (control.needs[0].state, control.needs[0].detail) == ("unread", "input_missing: run run-2026-09-24-evening")
    assert control.status == "incomplete"


def test_what_lies_before_the_period_is_not_missed_for_it(vault: Kept) -> None:
    runs = daily(vault)
    vault.remove(runs[0])
    made = vault.assess(runs[-1], WORKS, needs=NEEDS, period=("2026-09-21", "2026-09-29"))
    assert named(made, "missing_run") == []


def test_only_what_is_named_is_looked_at(vault: Kept) -> None:
    runs = [vault.seal(day("2026-07-31")), vault.seal(day("2026-08-30")), vault.seal(day("2026-09-29"))]
    vault.assess(runs[0])
    vault.assess(runs[1])
    spoil(vault, runs[0])
    reader = vault.vault.run(runs[2])
    manifest = msgspec.convert(reader.manifest(), type=type(day("2026-09-29").build().manifest))
    found = Lookup(vault.vault, reader, manifest, "main").earlier(None)
    assert ([one.manifest.run_id for one in found.runs], found.missing) == ([runs[1]], ())
