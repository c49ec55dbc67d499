"""What meets a need is told for each registered AI system, and a need is met only when it is met for all of them."""

from typing import Any

from annexa.mappings.results import NeedResult
from annexa.mappings.small_run import SmallRun
from annexa.reports import systems
from annexa.tests.mappings.judging import EU, US, Judged, accounts, judged, log, logging_rule, make_rule, regions

NEEDS = {"A.8.15": [{"rules": ["T-1"]}]}
OWNED = make_rule(reads="ai_system", condition={"owner": {"is": "present"}})
Rows = dict[str, tuple[int, int, int, int]]


def entry(name: str, *identifiers: str, **fields: Any) -> dict[str, Any]:
    return {"subject": f"register:ai_systems/{name}", "name": name, "identifiers": list(identifiers), **fields}


def rows(need: NeedResult) -> Rows:
    """Passed, failed, unknown and shown items by system."""
    return {share.name: (share.passed, share.failed, share.unknown, share.shown) for share in need.systems}


def with_agents(*register: dict[str, Any], supplied: bool = True, run: SmallRun | None = None) -> SmallRun:
    run = accounts("a", run=run)
    run.collects("ai_system", per="account")
    for name, owner in (("helper-1", "kim"), ("helper-2", None), ("coder", "lee"), ("stray", None), ("odd", "?")):
        told = {"owner": owner} if owner not in (None, "?") else {"owner": {"state": "absent"}}
        told = {"owner": {"state": "unread", "why": "denied"}} if owner == "?" else told
        run.add("ai_system", "a", subject=f"agent/{name}", category="agent", provider="bedrock", **told)
    if supplied:
        run.supply("register_entry", register)
    return run


def agents(*register: dict[str, Any], **asked: Any) -> Judged:
    return judged(with_agents(*register, **asked), OWNED, needs=NEEDS)


def test_each_system_has_its_own_counts_and_what_none_names_stands_apart() -> None:
    made = agents(entry("Helper", "agent/helper-*"), entry("Coder", "agent/coder"), entry("Pilot", "agent/pilot"))
    need = made.need()
    assert rows(need) == {
        "Coder": (1, 0, 0, 0), "Helper": (1, 1, 0, 0), "no registered system": (0, 1, 1, 0),
    }  # fmt: skip
    assert need.systems_silent == 1, "nothing was judged about Pilot"
    assert [share.id for share in need.systems][-1] is None
    assert need.state == "failed", "it is met for Coder, and not for every system"
    assert sum(sum(row) for row in rows(need).values()) == made.rule().counts.items


def test_an_item_of_several_systems_counts_for_each() -> None:
    need = agents(entry("Helper", "agent/helper-*"), entry("All", "agent/*")).need()
    assert rows(need) == {"All": (2, 2, 1, 0), "Helper": (1, 1, 0, 0)}


def test_without_a_register_nothing_is_told_apart() -> None:
    for made in (agents(), agents(supplied=False)):
        assert rows(made.need()) == {"no registered system": (2, 2, 1, 0)}
        assert list(systems.lines([made.need()], 100, everything=False)) == []


def test_a_scope_belongs_to_the_systems_that_are_registered_there_or_use_its_service_there() -> None:
    run = regions(EU, US)
    log(run, EU)
    log(run, US, enabled=False)
    run.supply("register_entry", [entry("European", f"bedrock@{EU}"), entry("Both", "111122223333")])
    need = judged(run, logging_rule("T-1"), needs=NEEDS).need()
    assert rows(need) == {"Both": (1, 1, 0, 0), "European": (1, 0, 0, 0)}


def test_what_a_fact_is_about_counts() -> None:
    run = accounts("a")
    run.supply("register_entry", [entry("Helper", "agent/helper")])
    run.add(
        "data_connection",
        "a",
        subject="c-1",
        ai_system="kb-1",
        reached_by=["agent/helper"],
        store="s",
        direction="read",
    )
    rule = make_rule(reads="data_connection", condition={"store": {"is": "s"}})
    assert rows(judged(run, rule, needs=NEEDS).need()) == {"Helper": (1, 0, 0, 0)}


def test_an_entry_of_the_register_belongs_to_itself() -> None:
    run = accounts("a")
    run.supply("register_entry", [entry("Helper", "agent/*", owner="kim"), entry("Coder", "agent/*")])
    rule = make_rule(reads="register_entry", condition={"owner": {"is": "present"}})
    assert rows(judged(run, rule, needs=NEEDS).need()) == {"Coder": (0, 0, 1, 0), "Helper": (1, 0, 0, 0)}


def test_several_rules_of_a_need_add_up_and_what_failed_before_stays_with_its_system() -> None:
    named = make_rule("T-2", reads="ai_system", condition={"category": {"is": "agent"}})
    helper = entry("Helper", "agent/helper-*")
    first, second = with_agents(helper, run=SmallRun(run_id="run-0", day="2026-08-30")), with_agents(helper)
    second.records = [one for one in second.records if not one.data.subject.startswith("agent/helper")]
    second.lose("aws.ai_system", "a")
    made = judged(second, OWNED, named, earlier=[first], needs={"A.8.15": [{"rules": ["T-1", "T-2"]}]})
    assert rows(made.need())["Helper"] == (0, 1, 0, 0), "not seen again, so it still fails"
    assert rows(made.need())["no registered system"] == (4, 1, 1, 0)


def test_it_is_printed_worst_first_and_counted_where_it_is_cut() -> None:
    register = [entry(f"System {number}", "agent/coder") for number in range(8)]
    need = agents(entry("Helper", "agent/helper-*"), *register).need()
    text = "\n".join(systems.lines([need], 100, everything=False))
    assert text.startswith(
        "\nBy registered AI system\n  A.8.15/1: Need 1.\n    Helper: 1 fail, 1 pass\n    System 0: 1 pass\n"
    )
    assert "and 4 more systems; add --all" in text
    whole = "\n".join(systems.lines([need], 100, everything=True))
    assert whole.endswith("System 7: 1 pass\n    no registered system: 1 fail, 1 unknown")
