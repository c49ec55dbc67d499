"""Several management systems over one run: what belongs to another one is shown apart, and what none names is inside."""

import pytest

from annexa.evidence.manifest import IsmsInfo
from annexa.mappings.exit_code import exit_code
from annexa.mappings.small_run import SmallRun
from annexa.reports import markdown, table
from annexa.reports.summary import summarise
from annexa.tests.mappings.judging import EU, US, accounts, judged, key, log, logging_rule, make_rule, regions

NEEDS = {"A.8.15": [{"rules": ["T-1"]}]}


def system(name: str, *scopes: str, sources: tuple[str, ...] = ("*",)) -> IsmsInfo:
    return IsmsInfo(id=name, sources=sources, scopes=scopes or ("*",))


def two(*, leaked: str = "b", lost: str | None = None, run: SmallRun | None = None) -> SmallRun:
    """Keys in the accounts a, b and c; that of `leaked` violates, and nothing of `lost` could be read."""
    run = accounts("a", "b", "c", run=run)
    for account in "abc":
        if account != lost:
            key(run, account, subject=f"key-{account}", state="leaked" if account == leaked else "active")
    if lost:
        run.lose("aws.credential", lost)
    run.isms = (system("north", "a"), system("south", "b"))
    return run


def test_what_another_one_names_makes_no_gap_and_is_shown() -> None:
    north, south = (judged(two(), make_rule(), needs=NEEDS, isms=name) for name in ("north", "south"))
    assert (north.found(), north.control().status) == (("pass", None), "incomplete")
    assert (south.found(), south.control().status) == (("fail", None), "gap")
    item = north.item("key-b")
    assert (item.verdict, item.outside, item.observed) == ("shown", True, "state is leaked")
    assert (north.rule().counts.items, north.rule().counts.outside) == (2, 1)
    assert north.findings == ()
    assert north.assessment.items_total == len(north.items) == 3


def test_what_none_names_is_inside_and_listed() -> None:
    made = judged(two(leaked="c"), make_rule(), needs=NEEDS, isms="north")
    assert made.found() == ("fail", None)
    page = made.assessment.page_one
    assert page.unassigned_scopes == ("aws:main c", "aws:main o-example")
    assert page.outside_scopes == ("aws:main b",)
    text = table.render(summarise(made.assessment, made.findings), 100, everything=True)
    assert "Scopes that no ISMS names (counted as inside) (2): aws:main c; aws:main o-example" in text
    assert "Scopes of another ISMS (shown apart, no gap here) (1): aws:main b" in text
    assert "aws:main c; aws:main o-example" in markdown.render(summarise(made.assessment, made.findings))


@pytest.mark.parametrize(
    ("lost", "expected"),
    [("b", ("pass", None)), ("a", ("unknown", "scopes_unread")), ("c", ("unknown", "scopes_unread"))],
)
def test_only_what_is_inside_has_to_be_read(lost: str, expected: tuple[str, str | None]) -> None:
    made = judged(two(leaked="", lost=lost), make_rule(), needs=NEEDS, isms="north")
    assert made.found() == expected
    assert [spot.scope for spot in made.assessment.blind_spots] == ([] if lost == "b" else [lost])
    assert made.rule().counts.expected_scopes == 2
    assert exit_code(made.assessment, made.pack) == (0 if lost == "b" else 3)


def test_the_list_of_scopes_itself_has_to_be_read() -> None:
    run = two(leaked="")
    run.lose("aws.accounts", "o-example")
    assert judged(run, make_rule(), isms="north").found()[0] == "unknown"


def test_without_boundaries_or_for_an_unknown_one_everything_is_inside() -> None:
    run = two()
    assert judged(run, make_rule(), isms="west").found() == ("fail", None)
    assert judged(run, make_rule(), isms="west").assessment.page_one.outside_scopes == ()
    run.isms = ()
    made = judged(run, make_rule(), isms="north")
    assert made.found() == ("fail", None)
    assert made.assessment.page_one.unassigned_scopes == ()


def test_one_that_covers_all_leaves_nothing_outside_and_nothing_unassigned() -> None:
    run = two()
    run.isms = (system("main"),)
    page = judged(run, make_rule(), isms="main").assessment.page_one
    assert (page.outside_scopes, page.unassigned_scopes) == ((), ())


def test_boundaries_may_be_sources() -> None:
    run = two(leaked="")
    run.source("aws:other", "o-other")
    run.isms = (system("north", sources=("aws:main",)), system("south", sources=("aws:other",)))
    run.scope("z", "account", source="aws:other")
    run.add("credential", "z", source="aws:other", subject="key-z", type="key", owner="kim", state="leaked")
    assert judged(run, make_rule(), isms="north").found() == ("pass", None)
    assert judged(run, make_rule(), isms="south").found() == ("fail", None)


def test_scopes_that_are_items_are_told_apart_too() -> None:
    run = regions(EU, US)
    log(run, EU)
    log(run, US, enabled=False)
    run.isms = (system("north", EU), system("south", US))
    made = judged(run, logging_rule("T-1"), needs=NEEDS, isms="north")
    assert made.found() == ("pass", None)
    assert (made.item(US).verdict, made.item(US).outside, made.rule().counts.outside) == ("shown", True, 1)
    assert judged(run, logging_rule("T-1"), isms="south").found() == ("fail", None)


def test_numbers_count_only_what_is_inside() -> None:
    limit = {"quantifier": "count", "condition": {"state": {"is": "active"}}, "limit": {"at_most": 2}}
    run = two(leaked="")
    assert judged(run, make_rule(**limit), isms="west").found() == ("fail", None)
    made = judged(run, make_rule(**limit), isms="north")
    assert made.found() == ("pass", None)
    assert made.item("key-b").outside


def test_a_failure_of_another_one_in_an_earlier_run_is_not_carried() -> None:
    first = two(run=SmallRun(run_id="run-0", day="2026-08-30"))
    first.isms = ()
    run = two(lost="b")
    assert judged(run, make_rule(), earlier=[first], isms="north").found() == ("pass", None)
    assert judged(run, make_rule(), earlier=[first], isms="south").found() == ("fail", None)


def test_what_speaks_against_an_exclusion_must_be_inside() -> None:
    run = two(leaked="")
    run.collects("ai_system", per="account")
    run.add("ai_system", "b", category="agent", provider="bedrock")
    row = {"control": "A.8.25", "applicable": False, "justification": "We build no AI"}
    run.supply("soa_row", [row])
    assert judged(run, make_rule(), isms="north").control("A.8.25").exclusion == "verified"
    assert judged(run, make_rule(), isms="south").control("A.8.25").exclusion == "activity_seen"


def test_what_is_joined_may_lie_outside_and_must_be_read_all_the_same() -> None:
    """A guardrail that nothing inside uses may be in use outside: not to know is not to be free of it."""
    run = two(leaked="")
    for kind in ("safeguard", "ai_system", "enforcement"):
        run.collects(kind, per="account")
    run.add("safeguard", "a", subject="g:1", type="guardrail", state="READY")
    rule = make_rule(
        "T-1", reads="safeguard", joins=["ai_system", "enforcement", "safeguard"], predicate="guardrail_in_use",
        condition={"state": {"is": "FAILED"}},
    )  # fmt: skip
    assert judged(run, rule, isms="north").found() == ("no_population", None)
    run.lose("aws.ai_system", "b")
    assert judged(run, rule, isms="north").found()[0] == "unknown"
