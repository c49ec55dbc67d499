"""A suspended account is expected and nobody can ask it: one blind spot that says why, and what can be done."""

from types import SimpleNamespace
from typing import Any

import pytest

from annexa.collectors._plan import Exclusion, Plan
from annexa.evidence.call import Call, Collector, Yields
from annexa.evidence.kinds import Scope
from annexa.mappings.exit_code import exit_code
from annexa.mappings.small_run import SmallRun
from annexa.schemas.words import Reason
from annexa.tests.mappings.judging import Judged, accounts, judged, key, make_rule

RULES = (make_rule(), make_rule("T-2", reads="exposure", condition={"public": {"is": False}}, control="A.8.20"))
LIMITATION = {
    "reason": "Closed in May", "owner": "CISO", "expires": "2026-12-31", "covers_source": "aws:main",
    "covers_scope": "444455556666*",
}  # fmt: skip


def with_suspended(state: str = "suspended") -> SmallRun:
    run = accounts("a")
    run.scope("444455556666", "account", state=state)
    run.collects("exposure", per="account")
    key(run)
    for collector in ("aws.credential", "aws.exposure"):
        run.drop_unit(collector, "444455556666")
    return run


def code(made: Judged) -> int:
    return exit_code(made.assessment, made.pack)


@pytest.mark.parametrize(("state", "says"), [("suspended", "lists it as suspended"), ("closing", "is closing it")])
def test_it_is_one_blind_spot_with_its_cure_whatever_was_not_asked_there(state: str, says: str) -> None:
    made = judged(with_suspended(state), *RULES)
    assert made.found() == ("unknown", "scopes_unread")
    (spot,) = made.assessment.blind_spots
    assert (spot.scope, spot.call, spot.reason, spot.rules) == ("444455556666", "*", Reason.UNREACHABLE, ("T-1", "T-2"))
    assert says in spot.detail
    assert "nobody can sign in there" in spot.detail
    assert spot.cure is not None
    assert "exclude it, or write a limitation for it, with owner and expiry" in spot.cure
    assert code(made) == 3


def test_a_limitation_covers_it_and_it_stays_unread() -> None:
    run = with_suspended()
    run.supply("limitation", [LIMITATION])
    made = judged(run, *RULES)
    assert made.found() == ("unknown", "scopes_unread")
    assert [spot.limitation for spot in made.assessment.blind_spots] == ["CISO until 2026-12-31"]
    assert code(made) == 0


def test_a_unit_that_did_not_run_elsewhere_keeps_its_own_words() -> None:
    run = with_suspended()
    run.drop_unit("aws.credential", "a")
    made = judged(run, make_rule())
    assert {(spot.scope, spot.cure) for spot in made.assessment.blind_spots} >= {("a", "Run again.")}


def test_a_suspended_account_that_is_excluded_is_said_to_be() -> None:
    """Without a unit nothing would carry the organisation's reason, its owner and its end."""
    exclusion = Exclusion(source="*", scope="4444*", reason="closed", owner="CISO", expires="2026-12-31")
    source: Any = SimpleNamespace(alias="aws:main", tenant="o-1", known=lambda scope: {})
    collector = Collector(
        name="aws.keys", gather=lambda handle: iter(()), yields=(Yields(kind="credential"),),
        calls=(Call(op="iam:ListUsers", needs="iam:ListUsers"),), per="account",
    )  # fmt: skip
    for exclusions, expected in (((exclusion,), ["1", "444455556666"]), ((), ["1"])):
        plan = Plan(exclusions, "2026-09-29")
        for path, state in (("1", "enabled"), ("444455556666", "suspended"), ("444400000000", "disabled")):
            plan.learn("aws:main", Scope(subject=path, level="account", path=path, state=state))
        found = list(plan.work(source, [collector]))
        assert [work.scope for work in found] == expected
        assert [bool(work.excluded) for work in found] == [False, True][: len(expected)]
