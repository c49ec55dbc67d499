"""The lent handle: what it lets through, what it keeps, on what a record rests, and what it notes as unread."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa.evidence import canonical
from annexa.evidence.answer import AbsentError, Answer, Fetched, Trouble, UndeclaredCallError, UnreadError, fetch
from annexa.evidence.call import Call, Collector, collects
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import Missing
from annexa.evidence.handle import Handle, Item, Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.kinds import AiSystem
from annexa.evidence.record import Origin, subject_uid
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason, State

HOST = "https://api.acme.example"
LIST = Call(op="acme:List", needs="acme:List", path="result.items", params={"all": True})
GET = Call(op="acme:Get", needs="acme:Get", drop=("note",))
INNER = Call(op="acme:GetInner", needs="acme:Get", path="inner")
MAYBE = Call(op="acme:Maybe", needs="acme:Maybe", absent=("NoSuch",))
OTHER = Call(op="acme:Other", needs="acme:Other", path="rows")
REDACTOR = Redactor(b"k" * 32)

Pages = list[dict[str, Any] | Exception]


def refused(call: Call, reason: Reason = Reason.DENIED) -> UnreadError:
    return UnreadError(call, Trouble(reason=reason, code="Refused", says="it said no", cure="Grant it.", status=403))


def absent() -> AbsentError:
    return AbsentError("NoSuch", Answer(content={"Error": {"Code": "NoSuch"}}, body=b"no", status=404, host=HOST))


class Wire:
    """Answers from a table; an exception among the pages ends them."""

    identity = "auditor"

    def __init__(self, answers: Mapping[str, Pages | Callable[..., Pages]]) -> None:
        self._answers, self.asked = answers, list[tuple[str, dict[str, Any]]]()

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        self.asked.append((call.op, dict(params)))
        found = self._answers[call.op]
        for page in found(params) if callable(found) else found:
            if isinstance(page, Exception):
                raise page
            body = json.dumps(page).encode()
            yield Answer(content=page, body=body, host=HOST, request_id="r-1", date="today")

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        return frozenset({("result", "items", "*", "secret")})

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        return (fetch(self, call, each) for each in params)


class Lent:
    """A handle with everything behind it in reach."""

    def __init__(self, **answers: Pages | Callable[..., Pages]) -> None:
        self.wire = Wire({f"acme:{name}": pages for name, pages in answers.items()})
        self.pages: dict[str, bytes] = {}
        place = Place(
            organisation="northwind", tenant="t-1", source="acme:main", scope="t-1", collector="acme.things",
            identity=self.wire.identity,
        )  # fmt: skip
        self.clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
        self.keeper = Keeper(place, store=self._store, redactor=REDACTOR, clock=self.clock, token=lambda: "ab" * 16)
        self.handle = Handle(self.wire, _collector(), self.keeper, Known(account="1"))

    def _store(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self.pages[digest] = data
        return digest

    @property
    def origins(self) -> list[tuple[str, int | None]]:
        return [(origin.call.removeprefix("acme:"), origin.item) for origin in self.handle.origins]

    @property
    def unread(self) -> list[tuple[str, str | None, str]]:
        return [(entry.call.removeprefix("acme:"), entry.subject, str(entry.reason)) for entry in self.keeper.unreads]

    @property
    def ledger(self) -> list[tuple[str, int, str]]:
        return [(entry.call.removeprefix("acme:"), entry.page_number, entry.outcome) for entry in self.keeper.calls]


def _collector() -> Collector:
    @collects(AiSystem, LIST, GET, INNER, MAYBE, per="source")
    def things(handle: Handle) -> Iterator[AiSystem]:
        """Is never run here."""
        yield from ()

    return things


def listed(*names: str) -> dict[str, Any]:
    return {"result": {"items": [{"id": name} for name in names]}}


# each


def test_each_gives_every_item_of_every_page_and_says_where_it_stood() -> None:
    lent = Lent(List=[listed("a", "b"), listed(), listed("c")])
    seen = [(item["id"], item.origin.page, item.origin.item, lent.origins) for item in lent.handle.each(LIST, kind="x")]
    assert [(name, index) for name, _, index, _ in seen] == [("a", 0), ("b", 1), ("c", 0)]
    assert [origins for *_, origins in seen] == [[("List", 0)], [("List", 1)], [("List", 0)]]
    for name, page, index, _ in seen:
        assert json.loads(lent.pages[page])["result"]["items"][index]["id"] == name
    assert lent.wire.asked == [("acme:List", {"all": True, "kind": "x"})]
    assert lent.ledger == [("List", 0, "answered"), ("List", 1, "answered"), ("List", 2, "answered")]


def test_after_a_list_a_record_rests_on_all_of_its_pages() -> None:
    lent = Lent(List=[listed("a"), listed("b")])
    assert len(list(lent.handle.each(LIST))) == 2
    assert lent.origins == [("List", None), ("List", None)]


def test_an_item_that_is_no_object_is_its_value() -> None:
    lent = Lent(List=[{"result": {"items": ["x", 7]}}])
    assert [dict(item) for item in lent.handle.each(LIST)] == [{"value": "x"}, {"value": 7}]


@pytest.mark.parametrize(
    "page",
    [{}, {"result": {}}, {"result": None}, {"result": {"items": None}}, {"result": {"items": {}}}, {"result": []}],
)
def test_a_missing_list_is_no_empty_list(page: dict[str, Any]) -> None:
    lent = Lent(List=[page])
    with pytest.raises(UnreadError) as caught:
        list(lent.handle.each(LIST))
    assert caught.value.trouble.reason is Reason.INVALID_ANSWER
    assert lent.ledger == [("List", 0, "answered")], "the page is kept, so that somebody can look at it"


def test_what_came_before_a_refusal_came() -> None:
    lent = Lent(List=[listed("a"), refused(LIST, Reason.THROTTLED)])
    seen: list[str] = []
    with pytest.raises(UnreadError):
        seen.extend(item["id"] for item in lent.handle.each(LIST))
    assert seen == ["a"]
    assert lent.ledger == [("List", 0, "answered"), ("List", 1, "throttled")]


# one, find


def test_one_is_the_single_answer() -> None:
    lent = Lent(Get=[{"id": "a"}])
    item = lent.handle.one(GET, id="a")
    assert (dict(item), item.origin.item, lent.origins) == ({"id": "a"}, None, [("Get", None)])
    assert (item.origin.host, item.origin.request_id, item.origin.date) == (HOST, "r-1", "today")


def test_one_digs_to_its_path() -> None:
    assert dict(Lent(GetInner=[{"inner": {"id": "a"}}]).handle.one(INNER)) == {"id": "a"}


@pytest.mark.parametrize("page", [{}, {"inner": None}, {"inner": []}, {"inner": "text"}])
def test_a_missing_object_is_no_empty_object(page: dict[str, Any]) -> None:
    with pytest.raises(UnreadError) as caught:
        Lent(GetInner=[page]).handle.one(INNER)
    assert caught.value.trouble.reason is Reason.INVALID_ANSWER


def test_no_page_at_all_is_unread() -> None:
    with pytest.raises(UnreadError):
        Lent(Get=[]).handle.one(GET)
    lent = Lent(Get=[])
    assert isinstance(lent.handle.attempt(GET), Missing)
    assert lent.unread == [("Get", None, "invalid_answer")]


def test_find_is_none_only_where_the_vendor_says_so() -> None:
    lent = Lent(Maybe=[absent()])
    assert lent.handle.find(MAYBE) is None
    assert lent.origins == [("Maybe", None)], "that there is none rests on an answer too"
    (entry,) = lent.keeper.calls
    assert (entry.outcome, entry.code, entry.status) == ("absent", "NoSuch", 404)
    assert json.loads(lent.pages[str(entry.kept_sha256)]) == {"Error": {"Code": "NoSuch"}}


def test_one_refuses_a_call_that_may_be_absent() -> None:
    with pytest.raises(UndeclaredCallError, match="find"):
        Lent(Maybe=[absent()]).handle.one(MAYBE)


@pytest.mark.parametrize(
    "ask",
    [
        lambda handle: list(handle.each(OTHER)),
        lambda handle: handle.one(OTHER),
        lambda handle: handle.find(OTHER),
        lambda handle: handle.attempt(OTHER),
        lambda handle: list(handle.many(OTHER, [1], lambda each: {})),
        # Equal is not the same: what counts is what the collector's own file declares.
        lambda handle: handle.one(Call(op="acme:Get", needs="acme:Get", path="everything")),
    ],
)
def test_an_undeclared_call_never_reaches_the_wire(ask: Callable[[Handle], Any]) -> None:
    lent = Lent(Other=[{"rows": []}], Get=[{"everything": {}}])
    with pytest.raises(UndeclaredCallError):
        ask(lent.handle)
    assert (lent.wire.asked, lent.ledger, lent.unread) == ([], [], [])


# many


def by_id(item: Item) -> dict[str, Any]:
    return {"id": item["id"]}


def test_many_keeps_the_order_and_rests_on_item_and_reply() -> None:
    lent = Lent(List=[listed("a", "b")], Get=lambda params: [{"id": params["id"], "found": True}])
    seen = []
    for item, reply in lent.handle.many(GET, lent.handle.each(LIST), by_id):
        assert reply.one()["id"] == item["id"]
        seen.append((item["id"], lent.origins))
    assert seen == [("a", [("List", 0), ("Get", None)]), ("b", [("List", 1), ("Get", None)])]


def test_one_refusal_among_many_costs_its_item_only() -> None:
    lent = Lent(List=[listed("a", "b", "c")], Get=lambda p: [refused(GET)] if p["id"] == "b" else [{"id": p["id"]}])
    read = []
    for item, reply in lent.handle.many(GET, lent.handle.each(LIST), by_id):
        with lent.handle.item(item["id"]):
            read.append(reply.one()["id"])
    assert read == ["a", "c"]
    assert lent.unread == [("Get", "b", "denied")]


def test_a_list_that_is_cut_short_still_shows_what_it_showed() -> None:
    lent = Lent(List=[listed("a"), refused(LIST)], Get=lambda params: [{"id": params["id"]}])
    read = []
    with pytest.raises(UnreadError):
        for _, reply in lent.handle.many(GET, lent.handle.each(LIST), by_id):
            read.append(reply.one()["id"])
    assert read == ["a"]


def test_a_reply_can_be_a_list_or_an_absence() -> None:
    lent = Lent(List=[listed("x", "y")], Maybe=[absent()])
    ((_, rows),) = lent.handle.many(LIST, ["only"], lambda _: {})
    assert [item["id"] for item in rows.each()] == ["x", "y"]
    ((_, maybe),) = lent.handle.many(MAYBE, ["only"], lambda _: {})
    assert maybe.find() is None


# item, attempt, detail, note


def test_item_notes_the_refusal_with_its_subject_and_goes_on() -> None:
    lent = Lent(Get=[refused(GET)])
    with lent.handle.item("a"):
        lent.handle.one(GET)
        pytest.fail("the refusal ends the item")
    assert lent.origins == []
    (entry,) = lent.keeper.unreads
    assert (entry.subject, entry.subject_uid) == ("a", subject_uid("northwind", "t-1", "a"))
    assert (entry.permission, entry.detail, entry.cure) == ("acme:Get", "Refused: it said no", "Grant it.")


def test_item_lets_our_own_mistakes_through() -> None:
    lent = Lent()
    with pytest.raises(KeyError), lent.handle.item("a"):
        raise KeyError("ours")
    assert lent.unread == []


def test_what_was_read_for_one_item_is_no_origin_of_the_next() -> None:
    lent = Lent(List=[listed("a", "b")], Get=[{"id": "x"}])
    seen = []
    for item in lent.handle.each(LIST):
        with lent.handle.item(item["id"]):
            lent.handle.one(GET)
            seen.append(lent.origins)
    assert seen == [[("List", 0), ("Get", None)], [("List", 1), ("Get", None)]]


def test_items_in_items_are_noted_by_the_inner_subject() -> None:
    lent = Lent(Get=[refused(GET)])
    with lent.handle.item("outer"):
        with lent.handle.item("inner"):
            lent.handle.one(GET)
        lent.handle.one(GET)
    assert lent.unread == [("Get", "inner", "denied"), ("Get", "outer", "denied")]


def test_attempt_turns_a_refusal_into_a_value_that_says_so() -> None:
    lent = Lent(Maybe=[refused(MAYBE)])
    with lent.handle.item("a"):
        found = lent.handle.attempt(MAYBE)
    assert isinstance(found, Missing) and found.state is State.UNREAD
    assert found.why == "acme:Maybe: denied"
    assert lent.unread == [("Maybe", "a", "denied")]
    assert Lent(Maybe=[absent()]).handle.attempt(MAYBE) is None
    assert Lent(Maybe=[{"on": True}]).handle.attempt(MAYBE) == {"on": True}


def test_detail_reads_more_than_one_call_and_notes_the_one_that_failed() -> None:
    lent = Lent(List=[listed("a"), refused(LIST)])
    found = lent.handle.detail(GET, lambda: list(lent.handle.each(LIST)))
    assert isinstance(found, Missing)
    assert lent.unread == [("List", None, "denied")]


def test_note_says_what_no_error_told() -> None:
    lent = Lent()
    lent.handle.note(LIST, Reason.VISIBILITY_UNPROVED, "fewer than another source shows", cure="Ask both.")
    with lent.handle.item("a"):
        lent.handle.note(LIST, Reason.INVALID_ANSWER, "odd")
        lent.handle.note(LIST, Reason.INVALID_ANSWER, "odd", subject="b")
    assert [subject for _, subject, _ in lent.unread] == [None, "a", "b"]
    assert lent.keeper.unreads[0].cure == "Ask both."


# citing, waiting, knowing


def test_citing_rests_on_these_items_and_on_nothing_else() -> None:
    lent = Lent(List=[listed("a", "b")], Get=[{"id": "x"}])
    first, second = lent.handle.each(LIST)
    lent.handle.one(GET)
    with lent.handle.citing(second, first, second):
        assert lent.origins == [("List", 1), ("List", 0)]
    assert ("Get", None) in lent.origins


def test_an_origin_is_told_once() -> None:
    lent = Lent(Get=[{"id": "x"}])
    lent.handle.one(GET)
    lent.handle.one(GET)
    assert lent.origins == [("Get", None)]


def test_waiting_takes_the_runs_own_time() -> None:
    lent = Lent()
    lent.handle.wait(30)
    assert lent.clock.monotonic() == 30
    assert lent.handle.known["account"] == "1"


# keeping


def test_a_page_is_redacted_before_the_collector_sees_it() -> None:
    key = "sk-" + "a" * 30
    lent = Lent(List=[{"result": {"items": [{"id": "a", "secret": "hush", "url": f"https://x/?k={key}"}]}}])
    (item,) = lent.handle.each(LIST)
    assert item["secret"] == REDACTOR.value("hush")
    assert item["url"] == f"https://x/?k={REDACTOR.value(key)}"
    assert not any(b"hush" in page or key.encode() in page for page in lent.pages.values())
    dropped = Lent(Get=[{"note": "mine", "id": "a"}]).handle.one(GET)
    assert dropped == {"note": REDACTOR.value("mine"), "id": "a"}


def test_a_page_is_kept_under_its_digest_with_a_commitment_to_what_was_received() -> None:
    lent = Lent(List=[listed("a")])
    (item,) = lent.handle.each(LIST)
    (entry,) = lent.keeper.calls
    kept = lent.pages[item.origin.page]
    assert entry.kept_sha256 == item.origin.page == hashlib.sha256(kept).hexdigest()
    assert kept == canonical.encode(listed("a"))
    received = json.dumps(listed("a")).encode()
    assert entry.received_sha256 == hashlib.sha256(bytes.fromhex("ab" * 16) + received).hexdigest()
    assert (entry.received_bytes, entry.nonce, entry.identity) == (len(received), "ab" * 16, "auditor")
    assert (entry.at, lent.keeper.last_answer) == ("2026-08-30T06:00:00Z", "2026-08-30T06:00:00Z")


def test_a_refusal_stands_in_the_ledger_without_a_page() -> None:
    lent = Lent(Get=[refused(GET)])
    lent.handle.attempt(GET, id="a")
    (entry,) = lent.keeper.calls
    assert (entry.outcome, entry.code, entry.status, entry.kept_sha256) == ("denied", "Refused", 403, None)
    assert (entry.params, entry.identity, lent.pages) == ({"id": "a"}, "auditor", {})


def test_a_page_is_kept_before_it_is_used() -> None:
    """Whoever stops in the middle of a page leaves the page behind."""
    lent = Lent(List=[listed("a", "b")])
    next(lent.handle.each(LIST))
    assert lent.ledger == [("List", 0, "answered")]
    assert len(lent.pages) == 1


def test_an_item_knows_its_origin_and_is_else_a_plain_table() -> None:
    origin = Origin(call="acme:List", page="0" * 64, item=3, host=HOST)
    assert Item({"id": "a"}, origin).origin is origin
    assert Item({"id": "a"}, origin) == {"id": "a"}
