"""Every way in which pages follow each other, and every way in which a list of pages is broken."""

from collections.abc import Mapping
from typing import Any

import pytest

from annexa.collectors._rest import BodyLink, Cursor, Link, Numbered, Offset, Pager, Read, Whole
from annexa.evidence.answer import UndeclaredCallError, UnreadError
from annexa.evidence.call import Call
from annexa.schemas.words import Reason
from annexa.tests.collectors.rest_wire import TENANT, FakeRest, Pages, connected

HOST = "https://vendor.example"
A, B, C = {"id": "a"}, {"id": "b"}, {"id": "c"}


def read(pager: Pager, **more: Any) -> Read:
    return Read(**{"op": "GET /v1/things", "needs": "things.read", "path": "data", "pager": pager, **more})


def page(*rows: Any, **members: Any) -> tuple[dict[str, str], Any]:
    return {}, {"data": list(rows), **members}


def linked(link: str | None, *rows: Any, **members: Any) -> tuple[dict[str, str], Any]:
    return ({"Link": link} if link else {}), {"data": list(rows), **members}


def walked(call: Read, answers: list[tuple[dict[str, str], Any]], **params: Any) -> tuple[list[Any], list[str]]:
    """The rows of all pages, and the query of each request."""
    asked: list[str] = []

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        asked.append(request.url.query.decode())
        headers, body = answers[len(asked) - 1]
        return 200, headers, body

    wire = connected(handle).wire(TENANT)
    rows: list[Any] = []
    try:
        for answer in wire.pages(call, {**call.params, **params}):
            rows.extend(answer.content.get(call.path) or ())
    finally:
        walked.rows, walked.asked = rows, asked  # type: ignore[attr-defined]  # what came before an error
    return rows, asked


LAST_ID = Cursor(param="after", at="last_id", more="has_more")
NEXT = Cursor(param="page", at="next_page")
DEEP = Cursor(param="cursor", at="meta.next_cursor", may_lack=True)
TOTAL = Numbered(total="info.pages")
MORE = Numbered(param="p", first=0, more="hasNext")
OFFSET = Offset(param="offset", total="total")

GOOD: Mapping[str, tuple[Pager, list[tuple[dict[str, str], Any]], list[str]]] = {
    "whole": (Whole(), [page(A, B, C)], [""]),
    "last id": (
        LAST_ID,
        [page(A, last_id="x", has_more=True), page(B, C, last_id="y", has_more=False)],
        ["", "after=x"],
    ),
    "last id, empty list": (LAST_ID, [page(last_id=None, has_more=False)], [""]),
    "token until null": (
        NEXT,
        [page(A, next_page="t/1="), page(B, next_page="t2"), page(C, next_page=None)],
        ["", "page=t%2F1%3D", "page=t2"],
    ),
    "cursor until empty text": (
        DEEP,
        [page(A, meta={"next_cursor": "q"}), page(B, meta={"next_cursor": ""})],
        ["", "cursor=q"],
    ),
    "cursor until it is left out": (DEEP, [page(A, meta={"next_cursor": 7}), page(B)], ["", "cursor=7"]),
    "empty page where the vendor documents it": (
        Cursor(param="cursor", at="next", may_be_empty=True),
        [page(A, next="1"), page(next="2"), page(B, next=None)],
        ["", "cursor=1", "cursor=2"],
    ),
    "cursor, and the list says that it is whole": (
        Cursor(param="after", at="next", may_lack=True, cut="cut", total="all"),
        [page(A, next="1", all=2, cut="true"), page(B, all=2, cut="false")],
        ["", "after=1"],
    ),
    "link": (
        Link(),
        [
            linked(f'<{HOST}/v1/things?page=2&per_page=1>; rel="next", <{HOST}/v1/things?page=9>; rel="last"', A),
            linked('</v1/things?page=3>; title="a, b"; rel=next', B),
            linked(f'<{HOST}/v1/things?page=1>; rel="first"', C),
        ],
        ["", "page=2&per_page=1", "page=3"],
    ),
    "link with the port written out": (
        Link(),
        [linked(f'<{HOST}:443/v1/things?after=x>; rel="next"', A), linked(None, B)],
        ["", "after=x"],
    ),
    "link to the same list by another path": (
        Link(also=(("/v1/things", "/v1/stores/{id}/things"),)),
        [linked(f'<{HOST}/v1/stores/77/things?page=2>; rel="next"', A), linked(None, B)],
        ["", "page=2"],
    ),
    "body link": (
        BodyLink(at="links.next"),
        [page(A, links={"next": f"{HOST}/v1/things?cursor=z"}), page(B, links={"next": None})],
        ["", "cursor=z"],
    ),
    "page numbers": (
        TOTAL,
        [page(A, info={"pages": 2}), page(B, info={"pages": 2})],
        ["page=1", "page=2"],
    ),
    "page numbers, no pages": (TOTAL, [page(info={"pages": 0})], ["page=1"]),
    "page numbers from 0 while more": (
        MORE,
        [page(A, hasNext=True), page(B, hasNext=False)],
        ["p=0", "p=1"],
    ),
    "offsets": (
        OFFSET,
        [page(A, B, total=3), page(C, total=3)],
        ["offset=0", "offset=2"],
    ),
    "offsets, nothing there": (OFFSET, [page(total=0)], ["offset=0"]),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_pages_follow_each_other(name: str) -> None:
    pager, answers, queries = GOOD[name]
    rows, asked = walked(read(pager), answers)
    assert rows == [row for _, body in answers for row in body["data"]]
    assert asked == queries


FOREIGN = "foreign_link"
BROKEN: Mapping[str, tuple[Pager, list[tuple[dict[str, str], Any]], str]] = {
    "no list": (LAST_ID, [({}, {"has_more": False, "last_id": None})], "missing_list"),
    "null instead of a list": (NEXT, [({}, {"data": None, "next_page": None})], "missing_list"),
    "an object instead of a list": (NEXT, [({}, {"data": {}, "next_page": None})], "missing_list"),
    "has_more is missing": (LAST_ID, [page(A, last_id="x")], "more_missing"),
    "has_more is text": (LAST_ID, [page(A, last_id="x", has_more="false")], "more_missing"),
    "has_more is null": (LAST_ID, [page(A, last_id="x", has_more=None)], "more_missing"),
    "more without a cursor": (LAST_ID, [page(A, has_more=True)], "lost_cursor"),
    "more with a null cursor": (LAST_ID, [page(A, last_id=None, has_more=True)], "lost_cursor"),
    "more on an empty page": (LAST_ID, [page(last_id="x", has_more=True)], "empty_page"),
    "next on an empty page": (NEXT, [page(next_page="x")], "empty_page"),
    "no member for the next page": (NEXT, [page(A)], "cursor_missing"),
    "a cursor that is an object": (NEXT, [page(A, next_page={"id": 1})], "wrong_cursor"),
    "a cursor that is true": (NEXT, [page(A, next_page=True)], "wrong_cursor"),
    "a list that was cut": (Cursor(param="p", at="next", may_lack=True, cut="cut"), [page(A, cut="true")], "cut_short"),
    "a list that does not say that it is whole": (
        Cursor(param="p", at="next", may_lack=True, cut="cut"), [page(A)], "cut_short",
    ),
    "fewer rows than there are": (
        Cursor(param="p", at="next", may_lack=True, total="all"), [page(A, next="1", all=3), page(B, all=3)], "rows_missing",
    ),
    "no number of rows at the end": (
        Cursor(param="p", at="next", may_lack=True, total="all"), [page(A)], "total_missing",
    ),
    "the same cursor again": (NEXT, [page(A, next_page="x"), page(B, next_page="x")], "repeated_cursor"),
    "cursors in a circle": (
        NEXT, [page(A, next_page="x"), page(B, next_page="y"), page(C, next_page="x")], "repeated_cursor",
    ),
    "link to another host": (Link(), [linked('<https://evil.example/v1/things?page=2>; rel="next"', A)], FOREIGN),
    "link to a host that begins alike": (
        Link(), [linked('<https://vendor.example.evil.example/v1/things?page=2>; rel="next"', A)], FOREIGN,
    ),
    "link without encryption": (Link(), [linked('<http://vendor.example/v1/things?page=2>; rel="next"', A)], FOREIGN),
    "link to another port": (Link(), [linked(f'<{HOST}:8443/v1/things?page=2>; rel="next"', A)], FOREIGN),
    "link with a user": (Link(), [linked('<https://me@vendor.example/v1/things?page=2>; rel="next"', A)], FOREIGN),
    "link with the host as user": (
        Link(), [linked('<https://vendor.example@evil.example/v1/things?page=2>; rel="next"', A)], FOREIGN,
    ),
    "link without a scheme to another host": (Link(), [linked('<//evil.example/v1/things?page=2>; rel="next"', A)], FOREIGN),
    "link to another path": (Link(), [linked(f'<{HOST}/v1/secrets?page=2>; rel="next"', A)], FOREIGN),
    "link that climbs": (Link(), [linked(f'<{HOST}/v1/things/../secrets?page=2>; rel="next"', A)], FOREIGN),
    "link with an undeclared key": (Link(), [linked(f'<{HOST}/v1/things?page=2&reveal=1>; rel="next"', A)], FOREIGN),
    "link to a longer path than the other one": (
        Link(also=(("/v1/things", "/v1/stores/{id}/things"),)),
        [linked(f'<{HOST}/v1/stores/7/8/things?page=2>; rel="next"', A)], FOREIGN,
    ),
    "link that nobody can read": (Link(), [linked('<https://[vendor.example/v1/things?page=2>; rel="next"', A)], "wrong_link"),
    "a header that is no link": (Link(), [linked("page two, please", A)], "wrong_link"),
    "a header that is cut": (Link(), [linked(f'<{HOST}/v1/things?page=1>; rel="prev", <{HOST}/v1/thin', A)], "wrong_link"),
    "two next links": (Link(), [linked('</v1/things?page=2>; rel=next, </v1/things?page=3>; rel="next"', A)], "wrong_link"),
    "a link to the page itself": (Link(), [linked(f'<{HOST}/v1/things>; rel="next"', A)], "repeated_link"),
    "links in a circle": (
        Link(),
        [linked('</v1/things?page=2>; rel="next"', A), linked('</v1/things?page=3>; rel="next"', B),
         linked('</v1/things?page=2>; rel="next"', C)],
        "repeated_link",
    ),
    "next link on an empty page": (Link(), [linked('</v1/things?page=2>; rel="next"')], "empty_page"),
    "body link to another host": (BodyLink(at="next"), [page(A, next="https://evil.example/v1/things")], FOREIGN),
    "body link that is an object": (BodyLink(at="next"), [page(A, next={"href": "/v1/things?page=2"})], "wrong_link"),
    "body link that may not lack": (BodyLink(at="next", may_lack=False), [page(A)], "cursor_missing"),
    "no number of pages": (TOTAL, [page(A)], "total_missing"),
    "number of pages is text": (TOTAL, [page(A, info={"pages": "2"})], "total_missing"),
    "number of pages is true": (TOTAL, [page(A, info={"pages": True})], "total_missing"),
    "rows, and no pages": (TOTAL, [page(A, info={"pages": 0})], "beyond_total"),
    "fewer pages than were read": (TOTAL, [page(A, info={"pages": 2}), page(info={"pages": 1})], "beyond_total"),
    "an empty page before the last": (TOTAL, [page(A, info={"pages": 3}), page(info={"pages": 3})], "empty_page"),
    "the same page for another number": (TOTAL, [page(A, info={"pages": 3}), page(A, info={"pages": 3})], "repeated_page"),
    "nothing says whether more follow": (MORE, [page(A)], "more_missing"),
    "more is 1": (MORE, [page(A, hasNext=1)], "more_missing"),
    "no number of rows": (OFFSET, [page(A)], "total_missing"),
    "more rows than there are": (OFFSET, [page(A, B, total=1)], "beyond_total"),
    "an empty page before the end": (OFFSET, [page(A, total=3), page(total=3)], "empty_page"),
    "the same rows for another offset": (OFFSET, [page(A, total=3), page(A, total=3)], "repeated_page"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_list_never_ends_as_if_it_were_whole(name: str) -> None:
    pager, answers, code = BROKEN[name]
    with pytest.raises(UnreadError) as caught:
        walked(read(pager), answers)
    assert (caught.value.trouble.reason, caught.value.trouble.code) == (Reason.INVALID_ANSWER, code)
    assert caught.value.trouble.host == HOST
    assert len(walked.asked) == len(answers), "nothing was asked after the page that broke"  # type: ignore[attr-defined]


def test_a_repeated_page_is_noticed_for_the_last_one_too() -> None:
    """A server that ignores the page number would otherwise give its first page as often as it counts pages."""
    with pytest.raises(UnreadError) as caught:
        walked(read(TOTAL), [page(A, info={"pages": 2}), page(A, info={"pages": 2})])
    assert caught.value.trouble.code == "repeated_page"


def test_a_next_link_keeps_the_question() -> None:
    """Filters stay: those that a link leaves out are sent again, and one that it changes is not followed."""
    call = read(Link(), params={"filter": "2fa_disabled", "per_page": 1})
    _, asked = walked(call, [linked('</v1/things?page=2>; rel="next"', A), linked(None, B)])
    assert asked == ["filter=2fa_disabled&per_page=1", "filter=2fa_disabled&page=2"]
    with pytest.raises(UnreadError) as caught:
        walked(call, [linked('</v1/things?page=2&filter=all>; rel="next"', A)])
    assert caught.value.trouble.code == "foreign_link"


def test_the_answer_itself_is_the_list() -> None:
    rows, _ = walked(read(Whole(), path=""), [({}, [A, B])])
    assert rows == [A, B]


@pytest.mark.parametrize(("path", "body"), [("", {"data": []}), ("data", [A]), (None, [A]), (None, "text"), (None, 7)])
def test_an_answer_of_another_type_is_none(path: str | None, body: Any) -> None:
    wire = FakeRest({"GET /v1/things": body})
    with pytest.raises(UnreadError) as caught:
        list(wire.pages(read(Whole(), path=path), {}))
    assert caught.value.trouble.code == "wrong_type"


def test_parameters_go_where_they_are_declared() -> None:
    call = Read(
        op="GET /v1/{org}/things/{id}", needs="x", path="data", params={"limit": 2, "deep": True},
        query=("types[]", "since", "until"),
    )  # fmt: skip
    asked = list[str]()

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        asked.append(request.url.raw_path.decode())
        return 200, {}, {"data": []}

    params = {**call.params, "org": "a b", "id": "x:1@ü", "types[]": ["p", "q"], "since": None, "until": 5}
    list(connected(handle).wire(TENANT).pages(call, params))
    assert asked == ["/v1/a%20b/things/x%3A1%40%C3%BC?limit=2&deep=true&types%5B%5D=p&types%5B%5D=q&until=5"]


@pytest.mark.parametrize(
    "value", ["", ".", "..", "a/b", "a\\b", "%2e%2e", "a%2fb", "%252e%252e", "a\nb", "\x00", None, True]
)
def test_a_parameter_never_leads_to_another_path(value: Any) -> None:
    """Ids come out of answers: one that would lead elsewhere costs its item, and is not sent."""
    asked = list[Any]()
    wire = connected(lambda request: (asked.append(request), (200, {}, {}))[1]).wire(TENANT)
    with pytest.raises(UnreadError) as caught:
        list(wire.pages(Read(op="GET /v1/things/{id}", needs="x"), {"id": value}))
    assert caught.value.trouble.code == "unsafe_parameter"
    assert asked == []


def test_a_missing_parameter_is_our_mistake() -> None:
    with pytest.raises(UndeclaredCallError, match="id"):
        list(FakeRest({"GET /v1/things/{id}": {}}).pages(Read(op="GET /v1/things/{id}", needs="x"), {}))


def test_another_vendors_call_is_our_mistake() -> None:
    with pytest.raises(UndeclaredCallError):
        list(FakeRest({"s3:ListBuckets": {}}).pages(Call(op="s3:ListBuckets", needs="x"), {}))


def test_a_read_by_post_pages_in_its_body() -> None:
    call = Read(
        op="POST /v1/search", needs="x", path="data", body={"kind": "things"}, body_params=("page", "since"),
        pager=Numbered(more="more"),
    )  # fmt: skip
    bodies = list[bytes]()

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        bodies.append(request.content)
        return 200, {}, {"data": [len(bodies)], "more": len(bodies) < 2}

    list(connected(handle).wire(TENANT).pages(call, {"since": 3}))
    assert bodies == [b'{"kind":"things","since":3,"page":1}', b'{"kind":"things","since":3,"page":2}']


def test_a_read_by_post_pages_inside_a_member() -> None:
    call = Read(
        op="POST /v1/search", needs="x", path="data", body={"kind": "things"}, body_params=("options",),
        pager=Cursor(param="options.$skip", at="next", may_lack=True),
    )  # fmt: skip
    bodies = list[bytes]()

    def handle(request: Any) -> tuple[int, dict[str, str], Any]:
        bodies.append(request.content)
        return 200, {}, {"data": [len(bodies)], **({"next": "n"} if len(bodies) < 2 else {})}

    list(connected(handle).wire(TENANT).pages(call, {"options": {"$top": 9}}))
    assert bodies == [
        b'{"kind":"things","options":{"$top":9}}', b'{"kind":"things","options":{"$top":9,"$skip":"n"}}',
    ]  # fmt: skip


def test_what_came_before_an_error_is_handed_over() -> None:
    with pytest.raises(UnreadError):
        walked(read(LAST_ID), [page(A, last_id="x", has_more=True), page(B, last_id="y")])
    assert walked.rows == [A, B]  # type: ignore[attr-defined]


def test_no_page_is_held_on_to() -> None:
    """What grows with the number of pages is a mark of a few bytes each."""
    import tracemalloc

    def endless(request: Any) -> tuple[int, dict[str, str], Any]:
        number = int(dict(request.url.params).get("after", 0)) + 1
        return 200, {}, {"data": [{"id": number, "text": "x" * 20_000}], "last_id": str(number), "has_more": True}

    pages = connected(endless).wire(TENANT).pages(read(LAST_ID), {})
    sizes = list[int]()
    tracemalloc.start()
    try:
        for _ in range(2):
            for _ in range(40):
                next(pages)
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[1] - sizes[0] < 100_000, "40 pages of 20 kB came between the two"


def test_the_fake_makes_next_links() -> None:
    wire = FakeRest({"GET /v1/things": Pages({"data": [A]}, {"data": [B]})})
    assert [answer.content["data"] for answer in wire.pages(read(Link()), {})] == [[A], [B]]
