"""From a status down to the kept page."""

import hashlib
import re
from types import SimpleNamespace

import msgspec
import pytest

from annexa.mappings import catalogue
from annexa.mappings.rule import Rule
from annexa.reports import explain
from annexa.reports.opened import Opened
from annexa.schemas.words import NeedState

LOGGING = catalogue.load().control("A.8.15")


@pytest.fixture(scope="module")
def text(opened: Opened) -> str:
    return explain.control(opened, LOGGING, {}, 100)


@pytest.mark.parametrize(
    "said",
    [
        "A.8.15 Logging: gap\n",
        "needs met 1 of 4, failed 1, unread 0; systems can show 3 of its 4 needs, people supply the rest",
        "scopes read 17 of 18",
        "LOG-AWS-01 Prompts and answers are logged: fail",
        "3 items: 1 fail, 2 pass",
        "seen: enabled is false; should be: enabled is true",
        "Criterion: your own rule: aws.bedrock.invocation_logging must be required, for organisation, because: "
        "Customers ask for it; approved by CISO on 2026-01-15",
        "not observed again, first seen 2026-07-31T06:05:00Z",
        "not observed in this run; last seen 2026-07-31T06:05:00Z",
        "bedrock:GetModelInvocationLoggingConfiguration, item 2, request req-2",
        "Blind spot: bedrock:GetModelInvocationLoggingConfiguration: unreachable",
        "cure: run again when the host answers",
        "What to do: Turn model invocation logging on for the region, to the central bucket",
        "who: AWS administrator (platform); side effect: Log storage costs",
        "It does not show: That anybody reads the log.",
        "Supply Logging rule",
        "Decide, and write the decision down: Logs are kept as long as decided.",
        "What an auditor samples",
    ],
)
def test_it_says(text: str, said: str) -> None:
    assert " ".join(said.split()) in " ".join(text.split())


def test_it_ends_at_a_kept_page_that_is_there(text: str, opened: Opened) -> None:
    folder = re.search(r"kept pages lie in\s+(\S+)", text)
    assert folder is not None
    pages = set(re.findall(r"pages/([0-9a-f]{64})\.json", text))
    assert pages
    run = opened.runs[0]
    assert folder[1] == str(run.path)
    for page in pages:
        assert hashlib.sha256((run.path / "pages" / f"{page}.json").read_bytes()).hexdigest() == page


def test_failing_items_come_first(text: str) -> None:
    assert re.findall(r"^    (fail|pass|unknown)", text, re.MULTILINE) == ["fail", "pass"]
    assert "not shown here: 1 pass; annexa explain LOG-AWS-01 --all" in text


def test_a_control_shows_one_passing_item_of_each_rule_unless_all_are_asked_for(opened: Opened) -> None:
    control = catalogue.load().control("A.8.2")
    short = explain.control(opened, control, {}, 100)
    verdicts = re.findall(r"^    (pass|unknown: it was unread)  ", short, re.MULTILINE)
    assert verdicts == ["unknown: it was unread", "pass"]
    assert "not shown here: 238 pass; annexa explain ACC-ANY-05 --all" in short
    assert "record 00000000000000000000000000000000: not in the runs of this vault" in short
    everything = explain.control(opened, control, {}, 100, everything=True)
    assert len(re.findall(r"^    pass  ", everything, re.MULTILINE)) == 239


def test_a_rule_shows_ten_items(opened: Opened) -> None:
    short = explain.rule(opened, "ACC-ANY-05", {}, 100)
    verdicts = re.findall(r"^    (pass|unknown: it was unread)  ", short, re.MULTILINE)
    assert verdicts == ["unknown: it was unread", *["pass"] * 9]
    assert "not shown here: 230 pass; add --all" in short


def test_a_criterion_that_all_items_share_is_told_once(opened: Opened, text: str) -> None:
    assert text.count("aws.bedrock.invocation_logging must be required") == 1


def test_placeholder_needs_promise_nothing(opened: Opened) -> None:
    placeholder = msgspec.structs.replace(opened.assessment.controls[0].needs[0], state=NeedState.NO_RULE_YET)
    controls = [item for item in opened.assessment.controls if item.ref != "A.5.20"]
    bare = next(item for item in opened.assessment.controls if item.ref == "A.5.20")
    controls.append(msgspec.structs.replace(bare, needs=(placeholder,), needs_counted=1, systems_can_show=1))
    changed = msgspec.structs.replace(opened.assessment, controls=tuple(controls))
    asked = Opened(vault=opened.vault, reader=opened.reader, assessment=changed)
    shown = explain.control(asked, catalogue.load().control("A.5.20"), {}, 100)
    assert "what it needs is not written down yet" in shown


def test_every_control_can_be_explained_within_the_screen(opened: Opened) -> None:
    known = catalogue.load()
    for entry in (*known.controls, *known.clauses):
        shown = explain.control(opened, entry, {}, 100)
        assert shown.startswith(f"{entry.id} {entry.title}: ")
        wide = [line for line in shown.splitlines() if len(line) > 100 and str(opened.vault.path) not in line]
        assert not wide
        assert not re.search(r"[{}]|None\b|complian|%", shown)


def test_a_control_that_was_not_asked_about(opened: Opened) -> None:
    fewer = tuple(item for item in opened.assessment.controls if item.ref != "A.8.15")
    asked = Opened(
        vault=opened.vault, reader=opened.reader, assessment=msgspec.structs.replace(opened.assessment, controls=fewer)
    )
    shown = explain.control(asked, LOGGING, {}, 100)
    assert shown.startswith("A.8.15 Logging: not assessed")
    assert "What people supply: " in shown


def test_the_catalogue_alone_answers_where_nothing_was_judged() -> None:
    shown = explain.catalogue_only(LOGGING, 100)
    assert shown.startswith("A.8.15 Logging\n")
    assert "What an auditor samples" in shown


def test_one_rule(opened: Opened) -> None:
    shown = explain.rule(opened, "LOG-AWS-01", {}, 100)
    assert "LOG-AWS-01 Prompts and answers are logged: fail" in shown
    assert "It decides under A.8.15: annexa explain A.8.15" in shown


def test_a_reader_without_the_run_is_told(sample: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> None:
    import shutil

    from annexa.reports.opened import open_assessment

    vault, _ = sample.seal(tmp_path_factory.mktemp("without"))
    shutil.rmtree(vault.path / "runs" / sample.RUN)
    shown = explain.control(open_assessment(vault, "latest"), LOGGING, {}, 100)
    assert f"run {sample.RUN} is not in this vault: its records cannot be shown" in shown
    assert ": not in the runs of this vault" in shown


def test_an_installed_rule_speaks_for_itself(opened: Opened) -> None:
    given = {
        "id": "LOG-AWS-02", "title": "t", "statement": "Every trail records who administers AI.", "reads": "log_source",
        "quantifier": "every", "criterion": {"inherent": True}, "severity": "high", "strength": "design", "control": "A.8.15",
        "does_not_show": "That the trail is read.", "owner_role": "platform", "examples": [],
        "remedy": {"do": "a", "where": "b", "role": "c", "side_effect": "d"},
    }  # fmt: skip
    shown = explain.control(opened, LOGGING, {"LOG-AWS-02": msgspec.convert(given, Rule)}, 100)
    assert "  Every trail records who administers AI.\n" in shown
    assert "It does not show: That the trail is read." in shown
