"""The stand-in for REST vendors: who is let in, what is refused and how, every kind of fault, and its log."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec
import pytest
from toy import SECRET, toy

from annexa.sandbox._errors import BadFixture, Cut, Silence, Unresolved
from annexa.sandbox._http import loopback
from annexa.sandbox._rates import Rate
from annexa.sandbox._rest import (
    KINDS,
    NEW_ENUM_VALUE,
    AfterId,
    Key,
    LinkHeader,
    Page,
    Pager,
    Refused,
    RestFault,
    RestPlay,
    Route,
    Token,
    basic,
    bearer,
    either,
    parameter,
    reset_epoch,
    retry_after,
    row,
    rows,
    scheme,
    structured,
    value,
)
from annexa.sandbox._rest.pages import ELSEWHERE

DATA = {
    "projects": [{"id": "p1", "status": "active", "$ours": 1}, {"id": "p2", "status": "archived"}],
    "keys": [
        {"$project": "p1", "id": "k1", "owner": {"type": "user", "tags": [{"kind": "a"}]}, "at": 10},
        {"$project": "p1", "id": "k2", "owner": {"type": "service"}, "at": 20},
        {"$project": "p2", "id": "k3", "owner": {"type": "user"}, "at": 30},
    ],
    "settings": {"p1": {"mode": "strict", "models": ["a", "b"], "$ours": 1}},
}
OF = ("projects", {"id": "{project}"})
ROUTES = (
    Route("GET /projects", rows("projects", {"status": "?status"}), pager=AfterId(), needs="read", enums=("status",)),
    Route("GET /projects/{project}", row("projects", {"id": "{project}"}), hide=("status",)),
    Route(
        "GET /projects/{project}/keys", rows("keys", {"$project": "{project}", "at": ">=?since"}, of=OF, order="-at"),
        pager=LinkHeader(), enums=("owner.type", "owner.tags.*.kind"), select="$select",
    ),
    Route("GET /projects/{project}/settings", value("settings", "{project}"), lists=("models",), enums=("mode", "models.*")),
    Route("GET /projects/{project}/tags", row("projects", {"id": "{project}"}, "tags", default=[]), pager=Pager(items="")),
    Route("GET /beta", "projects", pager=Pager(), headers={"toy-beta": "b-1"}),
    Route("GET /admin", "projects", needs=("read", "admin"), pager=Pager()),
    Route("GET /log", "keys", pager=Pager(items="entries"), required=("since",), base="/audit/v1"),
    Route("GET /files/{path...}", lambda world, asked: Page(body=asked.params["path..."].encode(), status=201)),
    Route("POST /search", lambda world, asked: {"asked": asked.body, "page": asked.query.get("page")}),
    Route("POST /token", lambda world, asked: {"access_token": SECRET}, open=True),
    Route("GET /wrapped", "settings", wrap="result", extra={"ok": True}),
)  # fmt: skip


def made(**how: Any) -> RestPlay:
    return toy(*ROUTES, data=DATA, key=Key(secret=SECRET, scopes=("read",)), **{"base": "/v1", **how})


PLAY = made()
HEAD = {"x-api-key": SECRET, "host": "api.toy.example"}


def ask(
    path: str,
    *faults: Any,
    play: RestPlay = PLAY,
    head: dict[str, str] | None = None,
    method: str = "GET",
    body: bytes = b"",
) -> Any:
    """Status, decoded body and headers."""
    status, headers, content = play.standin(faults).handle(method, path, HEAD if head is None else head, body)
    return status, msgspec.json.decode(content) if content else None, headers


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/v1/projects/p1", 200, {"id": "p1"}),
        ("/v1/projects/p9", 404, {"code": "not_found", "says": "There is no such resource."}),
        ("/v1/projects/p9/keys", 404, {"code": "not_found", "says": "There is no such resource."}),
        ("/v1/projects/p1/keys?$select=id", 200, [{"id": "k2"}, {"id": "k1"}]),
        ("/v1/projects/p1/keys?since=15&$select=id,at", 200, [{"id": "k2", "at": 20}]),
        ("/v1/projects/p1/settings", 200, {"mode": "strict", "models": ["a", "b"]}),
        ("/v1/projects/p2/settings", 404, {"code": "not_found", "says": "There is no such resource."}),
        ("/v1/projects/p1/tags", 200, []),
        ("/v1/wrapped", 200, {"ok": True, "result": {"p1": {"mode": "strict", "models": ["a", "b"]}}}),
        ("/v1/admin", 403, {"code": "forbidden", "says": "The key does not have the permission that this needs."}),
        ("/v1/beta", 404, {"code": "not_found", "says": "There is no such endpoint."}),
        ("/audit/v1/log", 400, {"code": "invalid_request", "says": "since is required"}),
    ],
)
def test_answers_come_out_of_one_set_of_data(path: str, status: int, body: Any) -> None:
    assert ask(path)[:2] == (status, body)


def test_a_query_parameter_chooses() -> None:
    chosen = {
        text: [one["id"] for one in ask(f"/v1/projects{text}")[1]["data"]]
        for text in ("", "?status=archived", "?status=active,archived")
    }
    assert chosen == {"": ["p1", "p2"], "?status=archived": ["p2"], "?status=active,archived": ["p1", "p2"]}


@pytest.mark.parametrize(
    "path", ["/v1/nowhere", "/projects", "/v1/projects/p1/keys/k1", "/v1/projects?stat=active", "/log?since=1"]
)
def test_what_is_not_played_is_never_an_empty_answer(path: str) -> None:
    status, body, _ = ask(path)
    assert status == 501
    assert body["code"] == "unsupported"
    assert ask("/v1/projects", method="DELETE")[0] == 501


def test_a_path_can_go_on_and_an_answer_can_be_bytes() -> None:
    status, _, content = PLAY.standin().handle("GET", "/v1/files/docs/a%20b.json", HEAD, b"")
    assert (status, content) == (201, b"docs/a b.json")


def test_a_read_by_post_has_a_body() -> None:
    head = {**HEAD, "content-type": "application/json"}
    assert ask("/v1/search", method="POST", head=head, body=b'{"page": 3, "a": [1]}')[1] == {
        "asked": {"page": 3, "a": [1]},
        "page": "3",
    }
    form = {**HEAD, "content-type": "application/x-www-form-urlencoded"}
    assert ask("/v1/search", method="POST", head=form, body=b"page=4")[1] == {"asked": {"page": "4"}, "page": "4"}
    assert ask("/v1/search", method="POST", head=head, body=b"{")[0] == 400


@pytest.mark.parametrize(
    ("carried", "head", "query"),
    [
        (bearer(), {"authorization": f"Bearer {SECRET}"}, ""),
        (scheme("SSWS"), {"authorization": f"SSWS {SECRET}"}, ""),
        (basic(), {"authorization": "Basic dG95LWtleS1vZi10aGUtc2FuZGJveDo="}, ""),
        (parameter("key"), {}, f"?key={SECRET}"),
        (either(bearer(), parameter("key")), {}, f"?key={SECRET}"),
    ],
)
def test_ways_to_carry_a_key(carried: Any, head: dict[str, str], query: str) -> None:
    play = toy(Route("GET /x", "x", query=("key",)), data={"x": {"a": 1}}, carried=carried)
    standin = play.standin()
    assert standin.handle("GET", f"/x{query}", head, b"")[0] == 200
    assert standin.handle("GET", "/x", {"authorization": "Bearer other"}, b"")[0] == 401
    assert standin.handle("GET", "/x", {"authorization": "Basic ???"}, b"")[0] == 401
    assert [seen.key for seen in standin.calls] == ["collector", None, None]
    assert SECRET not in str(standin.calls) and "dG95" not in str(standin.calls)


def test_without_a_key_only_an_open_route_answers() -> None:
    assert ask("/v1/projects/p1", head={})[:2] == (401, {"code": "unauthorized", "says": "The key is not known."})
    assert ask("/v1/token", head={}, method="POST")[1] == {"access_token": SECRET}


def test_a_version_and_a_beta_are_asked_for() -> None:
    play = made(headers={"toy-version": "2026-01-01"})
    assert ask("/v1/projects/p1", play=play)[0] == 400
    head = {**HEAD, "Toy-Version": "2026-01-01"}
    assert ask("/v1/projects/p1", play=play, head=head)[0] == 200
    assert ask("/v1/beta", play=play, head={**head, "toy-beta": "b-0, b-1"})[0] == 200
    assert ask("/v1/beta", play=play, head={**head, "toy-beta": "b-0"})[0] == 404


def test_refusals_are_in_the_vendors_own_words() -> None:
    play = made(
        refusals={"denied": (404, "Not Found", "Not Found")},
        error=lambda status, code, says: {"message": says, "status": status},
    )
    assert ask("/v1/admin", play=play)[:2] == (404, {"message": "Not Found", "status": 404})
    own = toy(Route("GET /x", "x", refusals={"denied": (409, "off", "Switched off.")}), data={"x": {}})
    assert ask("/x", own.fault("GET /x", "denied"), play=own)[:2] == (409, {"code": "off", "says": "Switched off."})
    said = own.fault("GET /x", "denied", status=418, code="teapot", message="short and stout")
    assert ask("/x", said, play=own)[:2] == (418, {"code": "teapot", "says": "short and stout"})


def test_an_answer_can_refuse_by_itself() -> None:
    def refuse(world: Any, asked: Any) -> Any:
        raise Refused("conflict", "no policy", code="no_policy")

    play = toy(Route("GET /x", refuse))
    assert ask("/x", play=play)[:2] == (409, {"code": "no_policy", "says": "no policy"})


@pytest.mark.parametrize(
    ("throttle", "header", "said"),
    [
        (retry_after(2), "Retry-After", "2"),
        (retry_after(2, "retry-after-ms", per_second=1000), "retry-after-ms", "2000"),
        (reset_epoch("X-Rate-Limit-Reset"), "X-Rate-Limit-Reset", str(int(PLAY.now.timestamp()) + 2)),
        (reset_epoch("X-RateLimit-Reset", X_RateLimit_Remaining="0"), "X-RateLimit-Remaining", "0"),
        (structured("default"), "RateLimit", '"default";r=0;t=2'),
    ],
)
def test_a_throttle_says_in_the_vendors_way_when_to_come_again(throttle: Any, header: str, said: str) -> None:
    play = made(throttle=throttle)
    status, _, headers = ask("/v1/projects/p1", play.fault("GET /projects/{id}", "throttled"), play=play)
    assert (status, headers[header]) == (429, said)


def test_rates_are_counted_by_key() -> None:
    moment = [0.0]
    play = toy(Route("GET /x", "x"), data={"x": {}}, rates={"*": Rate(per_second=1, burst=2)})
    standin = play.standin(rates=play.rates, ticks=lambda: moment[0])
    assert [standin.handle("GET", "/x", HEAD, b"")[0] for _ in range(3)] == [200, 200, 429]
    moment[0] = 1.5
    assert [standin.handle("GET", "/x", HEAD, b"")[0] for _ in range(2)] == [200, 429]


KEYS = "GET /projects/{project}/keys"
PATH = "/v1/projects/p1/keys"


def test_every_kind_of_fault_changes_the_answer() -> None:
    """What `fault_kinds` names changes what comes; what it does not name is refused."""
    slept = list[float]()
    for op, path in (
        ("GET /projects", "/v1/projects"),
        (KEYS, PATH),
        ("GET /projects/{project}/settings", f"{PATH[:-4]}settings"),
    ):
        plain = ask(path)
        for kind in KINDS:
            if kind not in PLAY.fault_kinds(op):
                with pytest.raises(ValueError, match=kind):
                    PLAY.fault(op, kind)
                continue
            standin = PLAY.standin([PLAY.fault(op, kind)], sleep=slept.append)
            try:
                status, headers, body = standin.handle("GET", path, HEAD, b"")
            except (Cut, Silence):
                continue
            assert (status, body, headers.get("Link")) != (
                200,
                msgspec.json.encode(plain[1]),
                None,
            ) or kind == "slow", kind
    assert slept == [60.0] * 3


def test_which_kinds_mean_something() -> None:
    assert set(KINDS) - set(PLAY.fault_kinds("GET /projects")) == {"foreign_next", "ok_false", "empty_object"}
    assert set(KINDS) - set(PLAY.fault_kinds(KEYS)) == {"ok_false", "empty_object"}
    assert set(KINDS) - set(PLAY.fault_kinds("GET /projects/{id}/settings")) == {
        "repeated_token",
        "foreign_next",
        "ok_false",
    }
    assert set(made(failed=lambda code: {"ok": False}).fault_kinds("GET /beta")) >= {"ok_false"}
    with pytest.raises(BadFixture):
        PLAY.fault_kinds("GET /nowhere")
    with pytest.raises(BadFixture):
        RestFault("GET /x", kind="strange")


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("missing_list", 200, {"mode": "strict"}),
        ("null_list", 200, {"mode": "strict", "models": None}),
        ("empty_list", 200, {"mode": "strict", "models": []}),
        ("shortened", 200, {"mode": "strict", "models": ["b"]}),
        ("empty_object", 200, {}),
        ("unknown_enum", 200, {"mode": NEW_ENUM_VALUE, "models": [NEW_ENUM_VALUE] * 2}),
        ("conflict", 409, {"code": "conflict", "says": "The resource is not in a state for this."}),
        ("redirect", 307, None),
    ],
)
def test_faults_of_a_single_answer(kind: str, status: int, body: Any) -> None:
    settings = "GET /projects/{project}/settings"
    assert ask("/v1/projects/p1/settings", PLAY.fault(settings, kind))[:2] == (status, body)
    assert ask("/v1/projects/p1/settings")[1] == {"mode": "strict", "models": ["a", "b"]}


def test_an_unknown_word_stands_in_one_place_or_in_all() -> None:
    def owners(fault: RestFault) -> list[Any]:
        return [one["owner"] for one in ask(PATH, fault)[1]]

    new = NEW_ENUM_VALUE
    assert owners(PLAY.fault(KEYS, "unknown_enum")) == [{"type": new}, {"type": new, "tags": [{"kind": new}]}]
    assert owners(PLAY.fault(KEYS, "unknown_enum", place="owner.tags.*.kind")) == [
        {"type": "service"}, {"type": "user", "tags": [{"kind": new}]},
    ]  # fmt: skip
    assert PLAY.enums(KEYS) == ("owner.type", "owner.tags.*.kind")
    assert PLAY.poorer_kinds(KEYS) == ("empty_list", "shortened", "unknown_enum")


def test_which_kinds_leave_a_valid_answer() -> None:
    """A list that a page must have is broken without it; an object may lack a member, and Google leaves out empty lists."""
    settings = {"missing_list", "null_list", "empty_list", "shortened", "empty_object", "unknown_enum"}
    assert set(PLAY.poorer_kinds("GET /projects/{id}/settings")) == settings
    assert set(PLAY.poorer_kinds("GET /projects")) == {"empty_list", "shortened", "unknown_enum"}
    google = toy(Route("GET /x", "x", pager=Token(omit_empty=True)), data={"x": []})
    assert set(google.poorer_kinds("GET /x")) == {"missing_list", "empty_list", "shortened"}


def test_an_error_can_come_with_status_200() -> None:
    play = made(failed=lambda code: {"ok": False, "error": code}, refusals={"denied": (200, "missing_scope", "")})
    assert ask(PATH, play.fault(KEYS, "ok_false"), play=play)[:2] == (200, {"ok": False, "error": "fatal_error"})
    assert ask(PATH, play.fault(KEYS, "ok_false", code="not_allowed"), play=play)[1]["error"] == "not_allowed"
    assert ask("/v1/admin", play=play)[0] == 200


def test_a_fault_can_be_of_one_scope_and_come_late_and_end() -> None:
    standin = PLAY.standin([PLAY.fault(KEYS, "denied", "p2")])
    assert [standin.handle("GET", f"/v1/projects/{name}/keys", HEAD, b"")[0] for name in ("p1", "p2")] == [200, 403]
    standin = PLAY.standin([PLAY.fault(KEYS, "server_error", "org/p1", after=1, times=2)])
    assert [standin.handle("GET", PATH, HEAD, b"")[0] for _ in range(4)] == [200, 500, 500, 200]


def test_faults_of_the_file_are_there_and_a_test_s_own_go_before() -> None:
    play = toy(
        Route("GET /x", "x"), data={"x": {}}, faults=[{"row": 25, "op": "GET /x", "kind": "denied", "code": "off"}]
    )
    assert ask("/x", play=play)[:2] == (
        403,
        {"code": "off", "says": "The key does not have the permission that this needs."},
    )
    assert ask("/x", play.fault("GET /x", "server_error"), play=play)[0] == 500
    with pytest.raises(BadFixture):
        toy(Route("GET /x", "x"), data={"x": {}}, faults=[{"row": 25, "op": "GET /y", "kind": "denied"}])


def test_the_log_tells_what_was_asked_and_never_the_key() -> None:
    standin = PLAY.standin()
    standin.handle(
        "GET", "https://api.toy.example/v1/projects/p%31/keys?since=1", {**HEAD, "Toy-Beta": "b", "Cookie": "c"}, b""
    )
    (seen,) = standin.calls
    assert (seen.op, seen.host, seen.path, seen.status, seen.key) == (KEYS, "api.toy.example", PATH, 200, "collector")
    assert (seen.params, seen.query, seen.headers["toy-beta"]) == ({"project": "p1"}, {"since": "1"}, "b")
    assert {"x-api-key", "cookie"}.isdisjoint(seen.headers)


def test_nobody_answers_at_another_host() -> None:
    standin = PLAY.standin()
    with pytest.raises(Unresolved):
        standin.handle("GET", f"https://{ELSEWHERE}/v1/projects/p1", HEAD, b"")
    assert [(seen.host, seen.key, seen.status) for seen in standin.calls] == [(ELSEWHERE, None, 0)]


def test_two_routes_cannot_be_the_same_question() -> None:
    with pytest.raises(BadFixture):
        toy(Route("GET /x/{a}", "x"), Route("GET /x/{b}", "x"))


def test_the_more_exact_route_answers() -> None:
    play = toy(Route("GET /x/{id}", "any"), Route("GET /x/me", "me"), data={"any": {"a": 1}, "me": {"a": 2}})
    assert (ask("/x/me", play=play)[1], ask("/x/you", play=play)[1]) == ({"a": 2}, {"a": 1})


# ---- transports ----


@pytest.fixture
def clients() -> Iterator[Any]:
    """Makes an httpx2 client that is answered by a play, without sockets or over loopback."""
    opened = list[Any]()

    def client(play: RestPlay, *faults: Any, url: str | None = None) -> httpx2.Client:
        made = httpx2.Client(
            headers={"x-api-key": SECRET},
            base_url=play.tables(url or "http://127.0.0.1:1")[0]["endpoint"],
            timeout=0.2,
            trust_env=False,
        )
        opened.append(made)
        if url is None:
            play.in_process(made, play.standin(faults).handle)
        return made

    yield client
    for one in opened:
        one.close()


TRANSPORT = {
    "timeout": httpx2.ReadTimeout, "hangup": httpx2.RemoteProtocolError, "cut": httpx2.RemoteProtocolError,
}  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in PLAY.fault_kinds(KEYS) if kind != "slow"])
def test_without_sockets_the_same_comes_as_over_http(clients: Any, kind: str) -> None:
    fault, found = PLAY.fault(KEYS, kind, seconds=1.0), list[Any]()
    with loopback(PLAY.standin([fault]).handle) as url:
        for client in (clients(PLAY, fault), clients(PLAY, url=url)):
            try:
                answer = client.get("/projects/p1/keys")
            except httpx2.TransportError as error:
                found.append(type(error))
                continue
            links = {
                name: text.split("?")[0].replace(url, "http://127.0.0.1:1")
                for name, text in answer.headers.items()
                if name == "link"
            }
            found.append(
                (answer.status_code, answer.content, links, answer.headers["content-type"] if answer.content else None)
            )
    assert found[0] == found[1]
    assert found[0] == TRANSPORT.get(kind, found[0])


def test_asynchronous_clients_are_answered_too() -> None:
    async def both() -> tuple[int, type[Exception]]:
        async with httpx2.AsyncClient(headers={"x-api-key": SECRET}, base_url="http://127.0.0.1:1/v1") as client:
            PLAY.in_process(client, PLAY.standin().handle)
            status = (await client.get("/projects/p1")).status_code
            PLAY.in_process(client, PLAY.standin([PLAY.fault("GET /projects/{id}", "cut")]).handle)
            try:
                await client.get("/projects/p1")
            except httpx2.TransportError as error:
                return status, type(error)
        return status, Exception

    assert asyncio.run(both()) == (200, httpx2.RemoteProtocolError)


def test_httplib2_objects_are_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library itself need not be there: what is asked of it is an exception and a response."""
    import sys
    import types

    class Response(dict[str, str]):
        @property
        def status(self) -> int:
            return int(self["status"])

    class Http:
        def request(self, uri: str, method: str = "GET", body: Any = None, headers: Any = None) -> Any:
            raise AssertionError(uri)

    Http.__module__ = "httplib2"
    library: Any = types.ModuleType("httplib2")
    library.Response, library.ServerNotFoundError = Response, type("ServerNotFoundError", (Exception,), {})
    monkeypatch.setitem(sys.modules, "httplib2", library)
    http = Http()
    PLAY.in_process(http, PLAY.standin().handle)
    answer, content = http.request("http://127.0.0.1:1/v1/projects/p1", headers={"x-api-key": SECRET})
    assert (answer.status, content) == (200, b'{"id":"p1"}')
    PLAY.in_process(http, PLAY.standin([PLAY.fault("GET /projects/{id}", "hangup")]).handle)
    with pytest.raises(ConnectionResetError):
        http.request("http://127.0.0.1:1/v1/projects/p1", headers={"x-api-key": SECRET})
    with pytest.raises(library.ServerNotFoundError):
        http.request(f"https://{ELSEWHERE}/v1/projects/p1")


def test_another_client_is_not_pretended_to_be_answered() -> None:
    with pytest.raises(TypeError, match="Opener"):
        PLAY.in_process(type("Opener", (), {})(), PLAY.standin().handle)


def test_many_threads_are_answered_side_by_side() -> None:
    from concurrent.futures import ThreadPoolExecutor

    standin = PLAY.standin([PLAY.fault(KEYS, "denied", times=50)])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: standin.handle("GET", PATH, HEAD, b"")[0], range(200)))
    assert (found.count(403), found.count(200), len(standin.calls)) == (50, 150, 200)


def test_answers_are_fast() -> None:
    play = toy(
        Route("GET /x", "x", pager=AfterId()), data={"x": [{"id": f"u{n}", "role": "reader"} for n in range(240)]}
    )
    standin, started = play.standin(), time.perf_counter()
    for _ in range(100):
        standin.handle("GET", "/x?limit=100", HEAD, b"")
    assert time.perf_counter() - started < 2
