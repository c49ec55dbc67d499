"""Every style of paging, walked through as the vendor's page says: nothing lost, nothing twice, and each broken form."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from toy import SECRET, toy

from annexa.sandbox._rest import AfterId, LimitOffset, LinkHeader, NextLink, Numbered, Pager, Route, Token
from annexa.sandbox._rest.pages import AGAIN, ELSEWHERE

ITEMS = [{"id": f"i{number:02}"} for number in range(23)]
STYLES: dict[str, Pager] = {
    "after": AfterId(extra={"object": "list"}),
    "after_id": AfterId(after="after_id", id="id", first_id=None),
    "page token": Token(items="users"),
    "next": Token(param="after", next="next", more="has_more"),
    "slack": Token(items="apps", param="cursor", next="response_metadata.next_cursor", last="empty", extra={"ok": True}),
    "google": Token(items="items", param="pageToken", next="nextPageToken", limit="maxResults", last="absent", omit_empty=True),
    "links.next": NextLink(),
    "relative": NextLink(relative=True, last="null"),
    "graph": NextLink(items="value", param="$skiptoken", next="@odata.nextLink", limit="$top", hollow=True),
    "arm": NextLink(items="value", param="$skipToken", next="nextLink", limit=None, size=10),
    "github": LinkHeader(param="page", limit="per_page"),
    "github wrapped": LinkHeader(items="seats", total="total_seats", limit="per_page"),
    "okta": LinkHeader(own=True),
    "total_pages": Numbered(items="result", total_pages="result_info.total_pages", limit="per_page", number="result_info.page"),
    "hasNextPage": Numbered(items="rows", more="pagination.hasNextPage", limit="pageSize"),
    "from zero": Numbered(first=0, more="more"),
    "resource graph": Token(param="$skipToken", next="$skipToken", last="absent", limit="$top", total="totalRecords"),
    "offset": LimitOffset(),
}  # fmt: skip
LINKS = [name for name, style in STYLES.items() if style.links]
BARE = [name for name, style in STYLES.items() if not style.items]


def asking(style: str, fault: str | None = None, items: list[Any] | None = None, page_size: int | None = None) -> Any:
    """Asks the one list with a query; gives status, body and headers."""
    play = toy(Route("GET /list", "list", pager=STYLES[style]), data={"list": ITEMS if items is None else items})
    standin = play.standin([play.fault("GET /list", fault)] if fault else [], page_size=page_size)

    def ask(url: str) -> tuple[int, Any, dict[str, str]]:
        status, headers, body = standin.handle("GET", url, {"x-api-key": SECRET, "host": "toy.example"}, b"")
        return status, msgspec.json.decode(body), headers

    return ask


def at(body: Any, name: str) -> Any:
    """A member of an answer, by reading the vendor's own words."""
    for step in [name] if name.startswith("@") else name.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body


def following(pager: Any, body: Any, headers: dict[str, str], number: int, so_far: int) -> dict[str, str] | str | None:
    """What to ask next: parameters, or an address."""
    match pager:
        case AfterId():
            return {pager.after: body["last_id"]} if body["has_more"] else None
        case Token():
            found = at(body, pager.next)
            return {pager.param: found} if found else None
        case NextLink():
            link: str | None = at(body, pager.next)
            return link
        case LinkHeader():
            for part in headers.get("Link", "").split(", "):
                if part.endswith('rel="next"'):
                    return part[1 : part.index(">")]
            return None
        case Numbered():
            first = number + pager.first
            more = at(body, pager.more) if pager.more else number + 1 < at(body, pager.total_pages)
            return {pager.param: str(first + 1)} if more else None
        case _:
            return {pager.param: str(so_far)} if so_far < at(body, pager.total) else None


def walk(style: str, size: int | None, **how: Any) -> list[list[Any]]:
    """The items of every page."""
    pager, ask = STYLES[style], asking(style, **how)
    limit = {pager.limit: str(size)} if size and pager.limit else {}
    url, pages = address(limit), list[list[Any]]()
    while True:
        status, body, headers = ask(url)
        assert status == 200, body
        pages.append(body if not pager.items else at(body, pager.items) or [])
        found = following(pager, body, headers, len(pages) - 1, sum(map(len, pages)))
        if found is None:
            return pages
        if isinstance(found, str):
            assert found.startswith(("/list", "http://toy.example/list")), found
            url = found
        else:
            url = address({**limit, **found})


def address(query: dict[str, str]) -> str:
    return "/list?" + "&".join(f"{name}={value}" for name, value in query.items())


@pytest.mark.parametrize("size", [None, 1, 5, 23, 50])
@pytest.mark.parametrize("style", STYLES)
def test_all_pages_hold_every_item_once(style: str, size: int | None) -> None:
    pages = walk(style, size)
    assert [item for page in pages for item in page] == ITEMS
    wanted = (size if STYLES[style].limit else None) or STYLES[style].size
    assert max(map(len, pages)) <= wanted
    assert bool(len(pages) > 1) is (wanted < 23)


@pytest.mark.parametrize("style", STYLES)
def test_the_last_page_ends_where_the_list_does(style: str) -> None:
    """A list that just fills its pages has no empty one after them, and an empty list is one page."""
    assert [len(page) for page in walk(style, 10, items=ITEMS[:20]) if page] == [10, 10]
    assert walk(style, 10, items=[]) == [[]]


@pytest.mark.parametrize("style", STYLES)
def test_a_stand_in_can_be_told_to_send_small_pages(style: str) -> None:
    assert max(map(len, walk(style, 50 if STYLES[style].limit else None, page_size=4))) == 4


def test_graph_sends_an_empty_page_in_between() -> None:
    assert [len(page) for page in walk("graph", 10)] == [10, 0, 10, 3]


def test_what_stands_where_the_next_page_would() -> None:
    ends = {
        style: asking(style)("/list?" + f"{STYLES[style].limit}=50")[1]
        for style in ("page token", "slack", "google", "relative", "graph")
    }
    assert ends["page token"]["next_page"] is None
    assert ends["slack"]["response_metadata"] == {"next_cursor": ""}
    assert "nextPageToken" not in ends["google"]
    assert ends["relative"]["links"]["next"] is None
    assert "@odata.nextLink" not in ends["graph"]
    assert "items" not in asking("google", items=[])("/list")[1]
    assert asking("slack")("/list")[1]["ok"] is True


def test_okta_names_the_page_itself_and_github_prints_another_path() -> None:
    link = asking("okta")("/list?limit=5")[2]["Link"]
    assert link.startswith('<http://toy.example/list?limit=5>; rel="self", <')
    play = toy(Route("GET /list", "list", pager=LinkHeader(renamed=("/list", "/lists/4711"))), data={"list": ITEMS})
    _, headers, _ = play.standin().handle("GET", "https://toy.example/list?limit=5", {"x-api-key": SECRET}, b"")
    shown = urlsplit(headers["Link"][1:].partition(">")[0])
    assert (shown.scheme, shown.netloc, shown.path) == ("https", "toy.example", "/lists/4711")
    assert {name for name, _ in parse_qsl(shown.query)} == {"limit", "after"}


@pytest.mark.parametrize("style", STYLES)
def test_a_page_that_is_too_large_or_a_strange_token_is_refused(style: str) -> None:
    pager: Any = STYLES[style]
    ask = asking(style)
    if pager.limit:
        assert ask(f"/list?{pager.limit}=101")[0] == ask(f"/list?{pager.limit}=many")[0] == 400
    param = pager.after if isinstance(pager, AfterId) else pager.param
    assert ask(f"/list?{param}=strange")[0] == 400
    assert ask(f"/list?{param}={AGAIN}")[0] == 400


def test_a_token_belongs_to_its_question() -> None:
    play = toy(Route("GET /list", "list", pager=Token(), query=("team",)), data={"list": ITEMS})
    ask = play.standin().handle
    first = msgspec.json.decode(ask("GET", "/list?team=a", {"x-api-key": SECRET}, b"")[2])
    assert ask("GET", f"/list?team=a&page={first['next_page']}", {"x-api-key": SECRET}, b"")[0] == 200
    assert ask("GET", f"/list?team=b&page={first['next_page']}", {"x-api-key": SECRET}, b"")[0] == 400


@pytest.mark.parametrize("style", STYLES)
def test_a_repeated_token_always_leads_to_the_same_page(style: str) -> None:
    pager, ask = STYLES[style], asking(style, "repeated_token", ITEMS[:3])
    url, seen = "/list", list[Any]()
    for number in range(4):
        status, body, headers = ask(url)
        assert status == 200
        seen.append(body if not pager.items else at(body, pager.items))
        found = following(pager, body, headers, number, 3 * (number + 1))
        assert found, body
        url = found if isinstance(found, str) else address(found)
    assert seen == [ITEMS[:3]] * 4


@pytest.mark.parametrize("style", LINKS)
def test_a_foreign_next_link_points_elsewhere(style: str) -> None:
    _, body, headers = asking(style, "foreign_next")("/list")
    link = following(STYLES[style], body, headers, 0, 0)
    if style != "relative":
        assert str(link).startswith(f"https://{ELSEWHERE}/list?")
    else:
        assert ELSEWHERE in str(link)


@pytest.mark.parametrize("style", STYLES)
def test_lists_can_be_missing_null_empty_or_short(style: str) -> None:
    pager: Any = STYLES[style]
    for kind in ("missing_list", "null_list", "empty_list", "shortened"):
        status, body, headers = asking(style, kind)("/list")
        assert status == 200
        found = body if not pager.items else at(body, pager.items)
        wanted = {
            "missing_list": {} if not pager.items else None,
            "null_list": None,
            "shortened": ITEMS[1 : pager.size + 1],
        }
        empty = None if pager.omit_empty else []
        assert found == wanted.get(kind, empty), kind
        if kind != "shortened" and isinstance(body, dict):
            assert following(pager, {**body, pager.total: 0} if pager.total else body, headers, 0, 0) is None
