"""The ChatGPT compliance log platform: that a workspace exists and its logs deliver, and nothing about what people wrote."""

from datetime import UTC, datetime
from typing import Any

import pytest

from annexa import collectors
from annexa.collectors import chatgpt
from annexa.collectors._grant import GrantOrder
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import NOT_EXPOSED
from annexa.evidence.gather import Gathered
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors import rest_wire
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Pages, Status, facts, lost

LOGS, WORKSPACE = "GET /workspaces/{workspace_id}/logs", "5f2f0c1e-0000-4000-8000-000000000001"
FIRST, SECOND = "2026-08-29T22:00:00Z", "2026-08-30T04:00:00Z"


def collect(answer: Any, **how: Any) -> Gathered:
    return rest_wire.collect(chatgpt.logs, {LOGS: answer}, workspace=WORKSPACE, **how)


def files(*ends: Any, more: bool = False) -> dict[str, Any]:
    rows = [{"id": f"log_{number}", "event_type": "AUTH_LOG", "end_time": end} for number, end in enumerate(ends)]
    return {"data": rows, "has_more": more, "last_end_time": ends[-1] if ends else None}


def log_of(found: Gathered, name: str = "AUTH_LOG") -> Any:
    return next(fact for fact in facts(found) if fact.subject == f"chatgpt.{name}")


def test_files_over_two_pages_tell_when_the_last_one_ended() -> None:
    found = collect(lambda params: Pages(files(FIRST, more=True), files(SECOND)))
    log = log_of(found)
    assert (log.name, log.enabled, log.event_types, log.last_event) == ("chatgpt.AUTH_LOG", True, ("AUTH_LOG",), SECOND)
    assert found.unit.completeness is Completeness.COMPLETE


def test_the_workspace_is_one_ai_system() -> None:
    (system,) = [fact for fact in facts(collect(lambda params: files(FIRST))) if hasattr(fact, "category")]
    assert (system.subject, system.category, system.provider) == (WORKSPACE, "service", "chatgpt")


def test_only_administrative_logs_of_the_last_week_are_listed() -> None:
    asked = FakeRest({LOGS: lambda params: files()}, api=chatgpt.API)
    collect(None, wire=asked)
    assert [params["event_type"] for _, params in asked.asked] == list(chatgpt.TYPES)
    assert {params["after"] for _, params in asked.asked} == {"2026-08-23T00:00:00Z"}
    assert not any("CONVERSATION" in name for name in chatgpt.TYPES)
    assert {call.op for collector in collectors.of(chatgpt) for call in collector.calls} == {LOGS}


def test_a_log_without_files_is_neither_on_nor_off() -> None:
    found = collect(lambda params: files())
    log = log_of(found)
    assert (log.enabled.state, log.last_event.state) == (State.AMBIGUOUS, State.AMBIGUOUS)
    assert lost(found) == []


def test_a_refused_log_costs_only_itself() -> None:
    def answer(params: Any) -> Any:
        return DENIED if params["event_type"] == "APP_LOG" else files(FIRST)

    found = collect(answer)
    assert lost(found) == [(LOGS, "chatgpt.APP_LOG", Reason.DENIED)]
    assert len([fact for fact in facts(found) if hasattr(fact, "event_types")]) == len(chatgpt.TYPES) - 1


def test_where_everything_is_refused_nothing_is_said() -> None:
    found = collect(lambda params: Status(403))
    assert facts(found) == []
    assert {reason for _, _, reason in lost(found)} == {Reason.DENIED}


@pytest.mark.parametrize(
    "answer",
    [
        {"has_more": False}, {"data": None, "has_more": False}, {**files(FIRST, more=True), "last_end_time": None},
        Pages(files(FIRST, more=True), files(FIRST, more=True)), b"<html></html>", b'{"data": [',
    ],
)  # fmt: skip
def test_what_is_no_list_of_files_is_not_an_empty_one(answer: Any) -> None:
    given = Status(200, answer) if isinstance(answer, bytes) else answer
    found = collect(lambda params: given)
    assert {reason for _, _, reason in lost(found)} == {Reason.INVALID_ANSWER}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((FIRST, None), State.NOT_EXPOSED), ((7,), State.NOT_EXPOSED), (("yesterday",), State.AMBIGUOUS)],
)
def test_odd_times(ends: tuple[Any, ...], expected: State) -> None:
    log = log_of(collect(lambda params: {**files(*ends), "last_end_time": "x"}))
    assert (log.enabled, log.last_event.state) == (True, expected)
    assert expected is not State.NOT_EXPOSED or log.last_event == NOT_EXPOSED


def lent(environment: dict[str, str], answer: Any) -> Circumstances:
    transport = rest_wire._transport(lambda request: answer)
    return Circumstances(
        organisation="acme", clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r1", pacing=False,
        environment=environment, prepare=lambda _, client: client.answer_with(transport),
    )  # fmt: skip


KEY = {"COMPLIANCE_API_KEY": "compliance-key", "CHATGPT_WORKSPACE_ID": WORKSPACE}


def test_the_workspace_that_answers_is_the_tenant() -> None:
    source = chatgpt.connect(chatgpt.Settings(), lent(KEY, (200, {}, files())))
    assert (source.tenant, source.known(WORKSPACE)["workspace"]) == (WORKSPACE, WORKSPACE)


@pytest.mark.parametrize(
    ("environment", "answer", "says"),
    [
        (KEY, (403, {}, {"detail": "no"}), "may not make this call"),
        ({"COMPLIANCE_API_KEY": "k"}, (200, {}, {}), "no workspace is named"),
        ({"CHATGPT_WORKSPACE_ID": WORKSPACE}, (200, {}, {}), "COMPLIANCE_API_KEY is not set"),
    ],
)
def test_it_cannot_start(environment: dict[str, str], answer: Any, says: str) -> None:
    with pytest.raises(CannotStartError, match=says):
        chatgpt.connect(chatgpt.Settings(), lent(environment, answer))


def test_the_grant_says_that_the_key_can_read_conversations() -> None:
    (text,) = chatgpt.grant(GrantOrder(collectors=collectors.of(chatgpt))).documents.values()
    assert "conversations" in text
    assert LOGS in text
