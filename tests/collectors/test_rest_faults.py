"""What every error of a REST vendor becomes: a reason, a code, a cure; never a clean answer, never the vendor's words."""

from collections.abc import Iterator
from typing import Any

import pytest

from annexa.collectors._rest import Api, Cursor, Read, bearer
from annexa.evidence.answer import AbsentError, Trouble, UnreadError
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Setting
from annexa.schemas.words import Reason
from annexa.tests.collectors.rest_wire import DENIED, FakeRest, Status, calls_cited, collect, facts, lost

SECRET = "sk-admin-0123456789abcdefghij0123"
WORDS = f"You, jo@example.com, used {SECRET} and may not"
OP = "GET /things"
THINGS = Read(op=OP, needs="things.read", path="data", plan="Enterprise")


def api(**more: Any) -> Api:
    return Api(**{
        "vendor": "made_up", "title": "Made up", "base": "https://vendor.example", "sign": bearer("MADE_UP_KEY"),
        "suffixes": ("vendor.example",), "code": "error.code", "says": "error.message", "request_id": "X-Request-Id",
        **more,
    })  # fmt: skip


def error(status: int, code: Any = None, words: str = WORDS, **headers: str) -> Status:
    return Status(status, {"error": {"code": code, "message": words}}, headers)


def trouble(answer: Any, *, read: Read = THINGS, of: Api | None = None) -> Trouble:
    with pytest.raises(UnreadError) as caught:
        list(FakeRest({OP: answer}, api=of or api()).pages(read, {}))
    return caught.value.trouble


D, T, U, I, E = Reason.DENIED, Reason.THROTTLED, Reason.UNREACHABLE, Reason.INVALID_ANSWER, Reason.ERROR  # noqa: E741


@pytest.mark.parametrize(
    ("answer", "reason", "code"),
    [
        (error(400, "bad_request"), E, "bad_request"), (error(401, "invalid_api_key"), D, "invalid_api_key"),
        (error(402), Reason.NOT_LICENSED, "HTTP 402"), (error(403), D, "HTTP 403"), (error(404), I, "HTTP 404"),
        (error(405), I, "HTTP 405"), (error(407), U, "HTTP 407"), (error(408), U, "HTTP 408"),
        (error(409, "conflict"), I, "conflict"), (error(410), I, "HTTP 410"), (error(422), E, "HTTP 422"),
        (error(429, "rate_limited"), T, "rate_limited"), (error(500), U, "HTTP 500"), (error(502), U, "HTTP 502"),
        (error(501), Reason.UNSUPPORTED, "HTTP 501"), (error(503), U, "HTTP 503"), (error(504), U, "HTTP 504"),
        (error(529, "overloaded_error"), U, "overloaded_error"), (Status(202, {"data": []}), I, "HTTP 202"),
        (Status(204, b""), I, "HTTP 204"), (Status(206, {"data": []}), I, "HTTP 206"),
        (Status(301, {}, {"location": "https://evil.example/"}), I, "redirect"), (Status(304, b""), I, "redirect"),
        (Status(307, {"data": []}, {"location": "/things/"}), I, "redirect"), (Status(200, b""), I, "empty_body"),
        (Status(200, b"  \n"), I, "empty_body"), (Status(200, b"<!doctype html><html>"), I, "web_page"),
        (Status(200, b"\xef\xbb\xbf <html>sign in</html>"), I, "web_page"), (Status(200, b"signed out"), I, "unreadable_body"),
        (Status(200, b'{"data": [{"id": "a"}'), I, "unreadable_body"), (Status(200, b'{"data": []}{}'), I, "unreadable_body"),
        (Status(200, b'{"data": [NaN]}'), I, "unreadable_body"), (Status(200, b'{"data": ["\xff"]}'), I, "unreadable_body"),
        (Status(200, b"[" * 100_000), I, "unreadable_body"), (Status(200, b"null"), I, "wrong_type"),
        (Status(200, b"[]"), I, "wrong_type"), (Status(403, b"<html>blocked"), D, "HTTP 403"),
        (Status(500, b""), U, "HTTP 500"),
    ],
)  # fmt: skip
def test_what_is_no_answer_has_a_reason_and_a_code(answer: Status, reason: Reason, code: str) -> None:
    found = trouble(answer)
    assert (found.reason, found.code, found.status) == (reason, code, answer.status)
    assert found.host == "https://vendor.example"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 529])
def test_the_vendors_words_are_never_kept(status: int) -> None:
    for answer in (
        error(status, WORDS),
        error(status, SECRET),
        error(status, "with some space"),
        error(status, {"a": WORDS}),
    ):
        found = trouble(answer)
        assert found.code == f"HTTP {status}"
        assert SECRET not in repr(found) and "jo@" not in repr(found) and "space" not in repr(found)


@pytest.mark.parametrize(
    ("answer", "of", "read", "reason"),
    [
        (error(404), api(reasons={404: D}), THINGS, D),
        (error(410), api(reasons={410: Reason.NOT_LICENSED}), THINGS, Reason.NOT_LICENSED),
        (error(409), api(reasons={409: Reason.UNSUPPORTED}), THINGS, Reason.UNSUPPORTED),
        (error(404), api(), Read(op=OP, needs="x", not_found=Reason.NOT_LICENSED), Reason.NOT_LICENSED),
        (error(404), api(reasons={404: D}), Read(op=OP, needs="x", not_found=Reason.UNSUPPORTED), Reason.UNSUPPORTED),
        (error(410), api(), Read(op=OP, needs="x", not_found=D), I),
        (error(400, "plan_too_small"), api(codes={"plan_too_small": Reason.NOT_LICENSED}), THINGS, Reason.NOT_LICENSED),
        (error(404, "scope"), api(reasons={404: I}, codes={"scope": D}), THINGS, D),
        (error(400, "slow"), api(codes={"slow": T}), THINGS, T),
        (error(403, None, **{"retry-after": "60"}), api(), THINGS, T),
        (error(403, None, **{"x-ratelimit-remaining": "0"}), api(), THINGS, T),
        (error(403, None, **{"x-ratelimit-remaining": "17"}), api(), THINGS, D),
        (error(429, "quota"), api(codes={"quota": D}), THINGS, T),
    ],
)  # fmt: skip
def test_a_vendor_says_what_its_errors_mean(answer: Status, of: Api, read: Read, reason: Reason) -> None:
    assert trouble(answer, of=of, read=read).reason is reason


def test_a_cure_says_what_to_grant() -> None:
    assert "things.read (plan: Enterprise)" in str(trouble(error(403)).cure)
    assert "annexa permissions made_up" in str(trouble(error(403)).cure)
    assert "new key" in str(trouble(error(401)).cure)
    assert "Enterprise" in str(trouble(error(402)).cure)
    assert "proxy" in trouble(error(407)).says
    assert trouble(DENIED, of=api(code="error.type")).code == "permission_error"


def test_a_code_may_say_that_the_key_is_no_longer_good() -> None:
    old = api(failed="ok", code="error", stale=("token_expired",))
    found = trouble({"ok": False, "error": "token_expired"}, of=old)
    assert (found.reason, found.code) == (Reason.DENIED, "token_expired")
    assert "new key" in str(found.cure)


def test_the_vendors_id_of_the_request_is_kept() -> None:
    assert trouble(error(403, None, **{"x-request-id": "req_1"})).request_id == "req_1"
    assert trouble(error(403, None, **{"x-request-id": "two words"})).request_id is None


ABSENT = [
    (("404",), error(404), "HTTP 404"),
    (("404",), error(404, "not_found"), "not_found"),
    (("404: no policy",), error(404, None, "there is no policy here"), "HTTP 404"),
    (("409: unrestricted",), error(409, "conflict", "the team is unrestricted"), "conflict"),
    (("no_config",), error(400, "no_config"), "no_config"),
    (("no_config: for this team",), error(400, "no_config", "none for this team"), "no_config"),
    (("403: never enabled",), error(403, None, "was never enabled"), "HTTP 403"),
    (("429: none yet",), error(429, None, "none yet"), "HTTP 429"),
    (("204",), Status(204, b""), "HTTP 204"),
]
NOT_ABSENT = [
    (("404: no policy",), error(404)), (("404: no policy",), Status(404, b"no policy")), (("404",), error(410)),
    (("404: no policy",), error(404, None, "No Policy")), (("no_config",), error(400, "other")),
    (("404",), Status(200, b"")), (("no_config: words",), error(400, "no_config")), (("200",), Status(200, b"<html>")),
]  # fmt: skip


@pytest.mark.parametrize(("absent", "answer", "code"), ABSENT)
def test_a_declared_absence_comes_before_everything_else(absent: tuple[str, ...], answer: Status, code: str) -> None:
    with pytest.raises(AbsentError) as caught:
        list(FakeRest({OP: answer}, api=api(reasons={404: D})).pages(Read(op=OP, needs="x", absent=absent), {}))
    assert caught.value.code == code
    kept = caught.value.answer
    assert kept.status == answer.status and set(kept.content) == {"status", "code"}, (
        "none of the vendor's words are kept"
    )


@pytest.mark.parametrize(("absent", "answer"), NOT_ABSENT)
def test_anything_else_is_no_absence(absent: tuple[str, ...], answer: Status) -> None:
    trouble(answer, read=Read(op=OP, needs="x", absent=absent))


VERDICT = api(failed="ok", code="error", says=None, codes={"missing_scope": D, "ratelimited": T})


@pytest.mark.parametrize(
    ("body", "reason", "code"),
    [
        ({"ok": False, "error": "missing_scope", "data": []}, D, "missing_scope"),
        ({"ok": False, "error": "ratelimited"}, T, "ratelimited"),
        ({"ok": False, "error": "something_new", "data": []}, I, "something_new"),
        ({"ok": False, "data": []}, I, "no_verdict"), ({"ok": None, "data": []}, I, "no_verdict"),
        ({"ok": "true", "data": []}, I, "no_verdict"), ({"ok": 1, "data": []}, I, "no_verdict"),
        ({"data": []}, I, "no_verdict"),
    ],
)  # fmt: skip
def test_a_good_status_that_says_it_failed_is_no_answer(body: Any, reason: Reason, code: str) -> None:
    found = trouble(body, of=VERDICT)
    assert (found.reason, found.code) == (reason, code)


def test_a_verdict_is_looked_for_where_the_main_api_answers() -> None:
    beside = Read(op=OP, needs="x", path="data", base="https://audit.vendor.example/v1")
    assert list(FakeRest({OP: {"data": []}}, api=VERDICT).pages(beside, {}))
    assert trouble({"ok": False, "data": []}, of=VERDICT, read=beside).code == "no_verdict"
    assert list(FakeRest({OP: {"ok": True, "data": []}}, api=VERDICT).pages(THINGS, {}))


def test_an_absence_may_be_told_with_a_good_status() -> None:
    with pytest.raises(AbsentError):
        read = Read(op=OP, needs="x", path="data", absent=("not_set_up",))
        list(FakeRest({OP: {"ok": False, "error": "not_set_up"}}, api=VERDICT).pages(read, {}))


def test_values_fit_what_can_be_kept() -> None:
    """Fractions and long numbers as text, keys of ASCII; a cursor out of them is sent as it came."""
    body = b'{"data": [{"cost": 1.50, "id": 123456789012345678901, "na\xc3\xafve": 1, "small": 9007199254740991}]}'
    answer = next(FakeRest({OP: Status(200, body)}).pages(THINGS, {}))
    assert answer.content["data"] == [
        {"cost": "1.50", "id": "123456789012345678901", "na\\xefve": 1, "small": 9007199254740991}
    ]
    assert answer.body == body


def test_the_sensitive_paths_are_those_of_the_declaration() -> None:
    marked = api(sensitive={OP: frozenset({("data", "*", "email")})})
    assert FakeRest({}, api=marked).sensitive(THINGS) == {("data", "*", "email")}
    assert FakeRest({}, api=api()).sensitive(THINGS) == frozenset()


def test_a_single_answer_for_connecting() -> None:
    me = Read(op=OP, needs="x", path="me")
    assert FakeRest({OP: {"me": {"id": "o1"}}}).ask(me) == {"id": "o1"}
    assert FakeRest({OP: {"id": "o1"}}).ask(Read(op=OP, needs="x")) == {"id": "o1"}
    assert FakeRest({OP: {"me": [1], "more": 2}}).ask(me) == {"me": [1], "more": 2}
    assert FakeRest({OP: [1]}).ask(Read(op=OP, needs="x", path="")) == {"": [1]}
    for broken in ({}, {"me": 7}, {"me": None}):
        with pytest.raises(UnreadError):
            FakeRest({OP: broken}).ask(me)


PEOPLE = Read(op="GET /people", needs="x", path="")
POLICY = Read(op="GET /people/{id}/policy", needs="x", absent=("404: no policy",))


@collects(Setting, PEOPLE, POLICY, per="source")
def policies(handle: Handle) -> Iterator[Setting]:
    """Whether each of them has a policy."""
    for person, reply in handle.many(POLICY, handle.each(PEOPLE), lambda person: {"id": person["id"]}):
        with handle.item(person["id"]):
            found = reply.find()
            yield Setting(
                subject=person["id"], name="made_up.policy", value="none" if found is None else found["state"]
            )


def test_a_collector_through_the_real_handle() -> None:
    """A list that is the answer itself, a declared absence, and a refusal that costs its item alone."""
    answers = {
        PEOPLE.op: [{"id": "a"}, {"id": "b"}, {"id": "c"}],
        POLICY.op: lambda params: {
            "a": {"state": "on"}, "b": error(404, None, "there is no policy"), "c": error(403)
        }[params["id"]],
    }  # fmt: skip
    gathered = collect(policies, answers, api=api())
    assert [(one.subject, one.value) for one in facts(gathered)] == [("a", "on"), ("b", "none")]
    assert lost(gathered) == [(POLICY.op, "c", Reason.DENIED)]
    assert calls_cited(gathered, 1) == [PEOPLE.op, POLICY.op]
    for broken in ({"people": []}, Status(200, b"null"), Status(200, b"[1, 2")):
        assert lost(collect(policies, {PEOPLE.op: broken}, api=api())) == [(PEOPLE.op, None, Reason.INVALID_ANSWER)]


def test_a_list_that_breaks_is_read_as_far_as_it_goes() -> None:
    read = Read(op=OP, needs="x", path="data", pager=Cursor(param="after", at="next"))
    wire = FakeRest({OP: {"data": [1]}})
    got = next(iter(wire.ahead(read, [{}])))
    assert len(got.answers) == 1 and isinstance(got.ended, UnreadError)
