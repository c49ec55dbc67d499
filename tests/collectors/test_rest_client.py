"""Retries, waiting, time-outs and threads: over real HTTP where the socket matters, on a virtual clock everywhere."""

import gzip
import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Cursor, Link, Me, Read, RestSettings, RestSource, bearer, client
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence.answer import AbsentError, Trouble, UnreadError
from annexa.evidence.clock import VirtualClock
from annexa.sandbox._errors import Cut, Silence
from annexa.sandbox._http import loopback
from annexa.schemas.words import Reason
from annexa.tests.collectors.rest_wire import connected

START = datetime(2026, 8, 30, 6, tzinfo=UTC)
EPOCH = int(START.timestamp())
KEY = "made-up-key-0123456789"
GOOD: tuple[int, dict[str, str], Any] = (200, {}, {"data": [{"id": "a"}]})
THINGS = Read(op="GET /things", needs="things.read", path="data", absent=("404",))
MINE = Read(op="GET /things/{id}", needs="things.read")


def api(**more: Any) -> Api:
    return Api(**{
        "vendor": "made_up", "title": "Made up", "base": "https://vendor.example", "sign": bearer("MADE_UP_KEY"),
        "suffixes": ("vendor.example",), "code": "error.code",
        "later": ("retry-after-ms", "retry-after", "x-ratelimit-reset", "ratelimit"), **more,
    })  # fmt: skip


class Script:
    """Answers one after the other; the last one again and again. What can be raised is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), list[Any]()

    def __call__(self, request: Any) -> tuple[int, dict[str, str], Any]:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


def asked(script: Script, *, read: Read = THINGS, of: Api | None = None, **settings: Any) -> tuple[Any, float]:
    """The rows or the trouble, and the seconds that were waited."""
    clock = VirtualClock(START)
    made = RestSettings(name="made_up:main", vendor="made_up", **settings)
    wire = connected(script, api=of or api(), settings=made, clock=clock).wire("t")
    try:
        found: Any = [row for answer in wire.pages(read, {}) for row in answer.content["data"]]
    except UnreadError as error:
        found = error.trouble
    return found, clock.monotonic()


def limited(**headers: str) -> tuple[int, dict[str, str], Any]:
    return 429, {name.replace("_", "-"): value for name, value in headers.items()}, {"error": {"code": "limited"}}


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [
        (limited(retry_after="30"), 30, 30.5), (limited(retry_after="Sun, 30 Aug 2026 06:00:40 GMT"), 40, 40.5),
        (limited(retry_after_ms="1500", retry_after="30"), 1.5, 2), (limited(x_ratelimit_reset=str(EPOCH + 50)), 50, 50.5),
        (limited(ratelimit='"default";r=0;t=7'), 7, 7.5), (limited(ratelimit="limit=9, remaining=0, reset=8"), 8, 8.5),
        (limited(), 0.5, 1), (limited(retry_after="0"), 0.5, 1), (limited(retry_after="soon"), 0.5, 1),
        ((403, {"retry-after": "9"}, {}), 9, 9.5),
        ((403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 11)}, {}), 11, 11.5),
        ((503, {"retry-after": "4"}, {}), 4, 4.5), ((500, {}, {}), 0.5, 1), ((529, {}, {}), 0.5, 1),
        # the end of a window that has nothing to do with the failure
        ((500, {"x-ratelimit-reset": str(EPOCH + 3000)}, {}), 0.5, 1),
        (httpx2.ConnectError("refused"), 0.5, 1), (httpx2.ReadTimeout("slow"), 0.5, 1),
        (httpx2.RemoteProtocolError("cut"), 0.5, 1), (httpx2.ProxyError("502"), 0.5, 1),
    ],
)  # fmt: skip
def test_it_comes_again_when_the_vendor_says(answer: Any, least: float, most: float) -> None:
    script = Script(answer, GOOD)
    rows, waited = asked(script)
    assert rows == [{"id": "a"}]
    assert least <= waited <= most
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    ("answer", "reason", "code"),
    [
        (limited(retry_after="2"), Reason.THROTTLED, "limited"), (limited(), Reason.THROTTLED, "limited"),
        ((403, {"retry-after": "1"}, {}), Reason.THROTTLED, "HTTP 403"),
        ((500, {}, b"oops"), Reason.UNREACHABLE, "HTTP 500"), ((529, {}, {}), Reason.UNREACHABLE, "HTTP 529"),
        (httpx2.ConnectError("refused"), Reason.UNREACHABLE, "ConnectError"),
        (httpx2.ReadTimeout("slow"), Reason.UNREACHABLE, "ReadTimeout"),
    ],
)  # fmt: skip
def test_it_gives_up_after_its_attempts(answer: Any, reason: Reason, code: str) -> None:
    script = Script(answer)
    found, _ = asked(script, attempts=3)
    assert (found.reason, found.code, len(script.requests)) == (reason, code, 3)


@pytest.mark.parametrize(
    "answer",
    [
        (400, {}, {}), (401, {}, {}), (401, {"retry-after": "1"}, {}), (403, {}, {}), (404, {}, {}), (407, {}, {}),
        (501, {}, {}), (302, {"location": "/"}, {}), (200, {}, b"<html>"), (200, {}, b'{"data": ['), (202, {}, {}),
    ],
)  # fmt: skip
def test_what_another_try_cannot_mend_is_asked_once(answer: Any) -> None:
    script = Script(answer)
    read = Read(op="GET /things", needs="x", path="data")
    assert isinstance(asked(script, read=read)[0], Trouble)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "answer", [limited(retry_after="121"), limited(x_ratelimit_reset=str(EPOCH + 121)), limited(ratelimit="t=121")]
)
def test_it_does_not_wait_longer_than_its_patience(answer: Any) -> None:
    script = Script(answer)
    found, waited = asked(script)
    assert (found.reason, waited, len(script.requests)) == (Reason.THROTTLED, 0, 1)
    assert "2026-08-30T06:02:01Z" in found.says and "2026-08-30T06:02:01Z" in found.cure
    assert asked(Script(answer, GOOD), patience=200)[0] == [{"id": "a"}]


def test_a_vendors_code_for_throttling_is_tried_again() -> None:
    slack = api(failed="ok", code="error", codes={"ratelimited": Reason.THROTTLED})
    script = Script(
        (200, {"retry-after": "3"}, {"ok": False, "error": "ratelimited"}), (200, {}, {"ok": True, "data": [1]})
    )
    rows, waited = asked(script, of=slack)
    assert rows == [1] and 3 <= waited <= 3.5


def test_a_declared_absence_is_not_tried_again() -> None:
    script = Script((503, {}, {"error": {"code": "none_yet"}}))
    with pytest.raises(AbsentError):
        asked(script, read=Read(op="GET /things", needs="x", path="data", absent=("none_yet",)))
    assert len(script.requests) == 1


def test_waiting_grows_and_is_bounded() -> None:
    _, waited = asked(Script(httpx2.ReadTimeout("")), attempts=10)
    assert sum(0.5 * min(30, 2**n) for n in range(9)) <= waited <= sum(min(30, 2**n) for n in range(9))


def test_every_thread_waits_where_one_was_told_to() -> None:
    """Otherwise all of them would spend their attempts on the same full bucket."""
    clock = VirtualClock(START)
    script = Script(limited(retry_after="60"))
    source = connected(script, api=api(), settings=RestSettings(name="m", vendor="made_up", attempts=1), clock=clock)
    for waited in (0, 60):
        with pytest.raises(UnreadError):
            next(source.wire("t").pages(THINGS, {}))
        assert clock.monotonic() == waited


def test_the_published_rate_is_kept() -> None:
    clock = VirtualClock(START)
    source = connected(Script(GOOD), api=api(rate=Rate(per_second=2, burst=1)), clock=clock, pacing=True)
    for _ in range(5):
        next(source.wire("t").pages(THINGS, {}))
    assert clock.monotonic() == pytest.approx(2.0)
    clock = VirtualClock(START)
    slow = api(rates={"GET /things": Rate(per_second=0.1, burst=1)})
    source = connected(Script(GOOD), api=slow, clock=clock, pacing=True)
    for _ in range(3):
        next(source.wire("t").pages(THINGS, {}))
    assert clock.monotonic() == pytest.approx(20.0)


def test_what_is_sent() -> None:
    script = Script(GOOD)
    asked(
        script,
        read=Read(op="GET /things", needs="x", path="data", headers={"beta": "b1"}),
        of=api(headers={"version": "v1"}),
    )
    sent = script.requests[0].headers
    assert (sent["authorization"], sent["version"], sent["beta"]) == ("Bearer made-up-key", "v1", "b1")
    assert sent["user-agent"] == "annexa" and sent["accept"] == "application/json"


def test_a_key_may_be_renewed_and_may_run_out() -> None:
    keys = iter(["first", "second", "third"])

    def sign(settings: Any, environment: Any) -> Mapping[str, str]:
        found = next(keys, None)
        if found is None:
            raise CannotStartError("gone", cure="Sign in again.")
        return {"Authorization": found}

    script = Script(GOOD)
    wire = connected(script, api=api(sign=sign)).wire("t")  # connecting looks for the key once
    for _ in range(2):
        next(wire.pages(THINGS, {}))
    assert [request.headers["authorization"] for request in script.requests] == ["second", "third"]
    with pytest.raises(UnreadError) as caught:
        next(wire.pages(THINGS, {}))
    assert (caught.value.trouble.reason, caught.value.trouble.cure) == (Reason.DENIED, "Sign in again.")


def test_what_comes_with_an_answer() -> None:
    script = Script((200, {"X-Request-Id": "req_7", "Date": "Sun, 30 Aug 2026 06:00:00 GMT"}, {"data": []}))
    source = connected(script, api=api(request_id="x-request-id"))
    answer = next(source.wire("t").pages(THINGS, {}))
    assert (answer.status, answer.host, answer.request_id) == (200, "https://vendor.example", "req_7")
    assert (answer.date, answer.body) == ("Sun, 30 Aug 2026 06:00:00 GMT", b'{"data":[]}')
    assert source.hosts() == ("https://vendor.example",)


def test_no_cookie_is_kept() -> None:
    script = Script((200, {"Set-Cookie": "session=1; Path=/"}, {"data": []}))
    wire = connected(script).wire("t")
    for _ in range(2):
        next(wire.pages(THINGS, {}))
    assert [request.headers.get("cookie") for request in script.requests] == [None, None]


def test_an_answer_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes that unpack to very many are stopped while they unpack."""
    monkeypatch.setattr(client, "LARGEST", 1_000_000)
    bomb = gzip.compress(b"[" + b" " * 50_000_000)
    found, _ = asked(Script((200, {"content-encoding": "gzip"}, bomb)))
    assert (found.reason, found.code) == (Reason.INVALID_ANSWER, "too_large")
    found, _ = asked(Script((200, {"content-encoding": "gzip"}, b"no gzip")))
    assert found.code == "unreadable_body"


# Over real HTTP from here on.


Answer = tuple[int, dict[str, str], bytes]


class Server:
    """A vendor on loopback that remembers what it received."""

    def __init__(self, answer: Any) -> None:
        self._answer, self.received = answer, list[tuple[str, str, Mapping[str, str]]]()

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.received.append((method, url, headers))
        given = self._answer(url) if callable(self._answer) else self._answer
        if isinstance(given, Exception):
            raise given
        return given  # type: ignore[no-any-return]


@contextmanager
def serving(answer: Any) -> Iterator[tuple[Server, str]]:
    server = Server(answer)
    with loopback(server.handle) as url:
        yield server, url


def over_http(endpoint: str, *, of: Api | None = None, attempts: int = 2, **lent: Any) -> RestSource:
    circumstances = Circumstances(**{
        "organisation": "acme", "clock": VirtualClock(START), "run_id": "r", "environment": {"MADE_UP_KEY": KEY},
        "pacing": False, **lent,
    })  # fmt: skip
    settings = RestSettings(name="made_up:main", vendor="made_up", endpoint=endpoint, attempts=attempts)
    return RestSource(of or api(), settings, circumstances, me=lambda wire: Me(tenant="t", identity="i"))


def of_one(source: RestSource, read: Read = THINGS, **params: Any) -> Trouble:
    with pytest.raises(UnreadError) as caught:
        list(source.wire("t").pages(read, params))
    return caught.value.trouble


@pytest.mark.parametrize(
    ("answer", "reason", "times"),
    [
        (Cut(), Reason.UNREACHABLE, 2),
        (Cut(b'{"data": [', length=100, status=200), Reason.UNREACHABLE, 2),
        (Silence(1), Reason.UNREACHABLE, 2),
        ((200, {}, b'{"data": ['), Reason.INVALID_ANSWER, 1),
    ],
)
def test_a_broken_connection_is_no_answer(answer: Any, reason: Reason, times: int) -> None:
    with serving(answer) as (server, url):
        assert of_one(over_http(url, read_timeout=0.1)).reason is reason
        assert len(server.received) == times


def test_nobody_listens() -> None:
    with serving(GOOD) as (_, url):
        pass
    found = of_one(over_http(url))
    assert (found.reason, found.code) == (Reason.UNREACHABLE, "ConnectError")
    assert found.cure


def test_a_redirect_never_sees_the_key() -> None:
    with (
        serving((200, {}, b'{"data": []}')) as (foreign, there),
        serving((307, {"Location": f"{there}/things"}, b'{"data": []}')) as (_, url),
    ):
        assert of_one(over_http(url)).code == "redirect"
        assert foreign.received == []


def test_a_foreign_next_link_never_sees_the_key() -> None:
    with serving((200, {}, b'{"data": []}')) as (foreign, there):
        page = (200, {"Link": f'<{there}/things?page=2>; rel="next"'}, b'{"data": [1]}')
        with serving(page) as (server, url):
            read = Read(op="GET /things", needs="x", path="data", pager=Link())
            assert of_one(over_http(url), read).code == "foreign_link"
            assert len(server.received) == 1
        assert foreign.received == []


def test_eight_threads_do_not_mix_their_answers() -> None:
    def answer(url: str) -> Answer:
        number = url.rpartition("/")[2]
        return 200, {"X-Number": number}, f'{{"number": "{number}"}}'.encode()

    with serving(answer) as (server, url), ThreadPoolExecutor(8) as pool:
        source = over_http(url, of=api(request_id="x-number"), pool=pool)
        wanted = [str(number) for number in range(200)]

        def mine(number: str) -> tuple[str, str | None]:
            found = next(source.wire("t").pages(MINE, {"id": number}))
            return found.content["number"], found.request_id

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(mine, wanted)) == [(number, number) for number in wanted]
        fetched = source.wire("t").ahead(MINE, [{"id": number} for number in wanted])
        assert [got.answers[0].content["number"] for got in fetched] == wanted
        assert len(server.received) == 400
        assert all(headers["authorization"] == f"Bearer {KEY}" for _, _, headers in server.received)


def test_calls_go_side_by_side_and_only_some_ahead() -> None:
    """At most a handful at once, whatever is asked for; an abandoned list does not go on."""
    lock, now, most, total = threading.Lock(), [0], [0], [0]
    gate = threading.Barrier(4)

    def answer(url: str) -> Answer:
        with lock:
            now[0] += 1
            total[0] += 1
            most[0] = max(most[0], now[0])
        if total[0] <= 4:
            gate.wait(5)
        with lock:
            now[0] -= 1
        return 200, {}, b"{}"

    with serving(answer) as (_, url), ThreadPoolExecutor(32) as pool:
        fetched = over_http(url, pool=pool).wire("t").ahead(MINE, [{"id": str(n)} for n in range(500)])
        assert next(fetched).answers
        fetched.close()  # type: ignore[attr-defined]
    assert 4 <= most[0] <= 9
    assert total[0] < 40


def test_one_refusal_among_many_costs_itself_alone() -> None:
    def answer(url: str) -> Answer:
        return (403, {}, b"{}") if url.endswith("/1") else (404, {}, b"{}") if url.endswith("/2") else (200, {}, b"{}")

    with serving(answer) as (_, url), ThreadPoolExecutor(4) as pool:
        wire = over_http(url, pool=pool).wire("t")
        read = Read(op="GET /things/{id}", needs="x", absent=("404",))
        ended = [type(got.ended) for got in wire.ahead(read, [{"id": str(n)} for n in range(4)])]
    assert ended == [type(None), UnreadError, AbsentError, type(None)]


@pytest.mark.parametrize(
    ("endpoint", "beside"),
    [("", "/audit/v1/things?after=x"), ("/", "/audit/v1/things?after=x"), ("/mock/v2", "/audit/v1/things?after=x")],
)
def test_an_endpoint_takes_the_place_of_the_hosts(endpoint: str, beside: str) -> None:
    """Its path takes the place of the main API's; an API beside it keeps its own."""
    with serving((200, {}, b'{"data": [], "next": null}')) as (server, url):
        source = over_http(url + endpoint, of=api(base="https://vendor.example/v1"))
        list(source.wire("t").pages(THINGS, {}))
        audit = Read(
            op="GET /things", needs="x", path="data", base="https://audit.vendor.example/audit/v1",
            pager=Cursor(param="after", at="next"),
        )  # fmt: skip
        list(source.wire("t").pages(audit, {"after": "x"}))
        assert [asked for _, asked, _ in server.received] == [f"{endpoint.rstrip('/') or '/v1'}/things", beside]
        assert source.hosts() == (url,)


def test_time_outs_and_connections_are_those_lent() -> None:
    made = list[Any]()
    connected(
        Script(GOOD), connect_timeout=3, read_timeout=11, prepare=lambda vendor, each: made.extend((vendor, each))
    )
    assert made[0] == "made_up"
    assert (made[1].timeout.connect, made[1].timeout.read) == (3, 11)
    assert made[1].follow_redirects is False


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part comes in time, the whole does not."""
    clock = VirtualClock(START)

    class Drip(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(1000):
                clock.sleep(9)
                yield b" "

    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, stream=Drip()))
    source = connected(
        Script(GOOD), clock=clock, read_timeout=10, prepare=lambda _, each: each.answer_with(transport),
        settings=RestSettings(name="m", vendor="made_up", attempts=1),
    )  # fmt: skip
    assert of_one(source).code == "ReadTimeout"
    assert clock.monotonic() < 60


def test_the_key_is_in_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), serving((403, {}, b"{}")) as (_, url):
        source = over_http(url)
        with pytest.raises(UnreadError) as caught:
            list(source.wire("t").pages(THINGS, {}))
    assert KEY not in repr(caught.value.trouble) + str(caught.value)
    assert not re.search(KEY, caplog.text)
