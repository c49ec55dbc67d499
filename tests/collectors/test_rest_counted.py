"""Pages that are counted by the items in them: a total that counts several lists, and lists that nothing counts."""

from typing import Any

import msgspec
import pytest

from annexa.collectors._rest import Counted, Onward, Pager, Read
from annexa.collectors._rest.address import address
from annexa.collectors._rest.pages import first
from annexa.collectors._rest.reply import Reply
from annexa.evidence.answer import UnreadError
from annexa.tests.collectors.rest_wire import FakeRest, Pages

OP = "GET /rows"


def read(pager: Pager, *pages: Any) -> list[str]:
    """The ids of every page, as the adapter hands them over."""
    call = Read(op=OP, needs="read", path="rows", pager=pager)
    wire = FakeRest({OP: Pages(*pages)})
    return [row["id"] for answer in wire.pages(call, {}) for row in answer.content.get("rows") or ()]


def page(*ids: str, total: Any = None, also: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    found = {"rows": [{"id": one} for one in ids], "total": total, **more}
    return {**found, "others": [{"id": one} for one in also]} if also or more.get("both") else found


COUNTED, BOTH = Counted(total="total"), Counted(total="total", among=("others",))


@pytest.mark.parametrize(
    ("pager", "pages", "ids"),
    [
        (COUNTED, [page("a", "b", total=3), page("c", total=3)], ["a", "b", "c"]), (COUNTED, [page(total=0)], []),
        (BOTH, [page("a", total=2, also=("x",))], ["a"]),
        (BOTH, [page("a", total=3, also=("x",)), page(total=3, also=("y",))], ["a"]),
        (Onward(), [page("a", "b"), page("c"), page()], ["a", "b", "c"]), (Onward(), [page()], []),
    ],
)  # fmt: skip
def test_pages_are_read_until_all_are_there(pager: Pager, pages: list[Any], ids: list[str]) -> None:
    assert read(pager, *pages) == ids


@pytest.mark.parametrize(
    ("pager", "pages", "code"),
    [
        (COUNTED, [page("a")], "total_missing"), (COUNTED, [page("a", total="1")], "total_missing"),
        (COUNTED, [page("a", "b", total=1)], "beyond_total"), (COUNTED, [page("a", total=3), page(total=3)], "empty_page"),
        (COUNTED, [page("a", total=3), page("a", total=3)], "repeated_page"), (COUNTED, [{"total": 0}], "missing_list"),
        (BOTH, [page("a", total=1)], "missing_list"), (Onward(), [page("a"), page("a")], "repeated_page"),
        (Onward(), [{"rows": None}], "missing_list"),
    ],
)  # fmt: skip
def test_a_list_that_may_be_cut_short_is_broken(pager: Pager, pages: list[Any], code: str) -> None:
    with pytest.raises(UnreadError) as caught:
        read(pager, *pages)
    assert caught.value.trouble.code == code


@pytest.mark.parametrize(
    ("pager", "pages", "asked"),
    [
        (COUNTED, [page("a", "b", total=3), page("c", total=3)], ["page=1", "page=2"]),
        (Onward(), [page("a", "b"), page("c"), page()], ["offset=0", "offset=2", "offset=3"]),
    ],
)  # fmt: skip
def test_what_is_asked_for(pager: Pager, pages: list[Any], asked: list[str]) -> None:
    ways = first(Read(op=OP, needs="read", path="rows", pager=pager), address("https://vendor.example"), {})
    seen = ["&".join("=".join(pair) for pair in ways.question.query)]
    for one in pages:
        reply = Reply(status=200, body=msgspec.json.encode(one), host="https://vendor.example")
        if (following := ways.following(reply)) is not None:
            seen.append("&".join("=".join(pair) for pair in following.query))
    assert seen == asked
