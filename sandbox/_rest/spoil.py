"""What each kind of fault does to an answer: to its content before it is written, or to its bytes afterwards."""

from collections.abc import Callable
from typing import Any

from annexa.sandbox._errors import Cut
from annexa.sandbox._rest.asked import Asked
from annexa.sandbox._rest.faults import LISTS, PAGED, RestFault, with_new_enum
from annexa.sandbox._rest.pages import ELSEWHERE, Page, Pager, dig, drop, placed, put
from annexa.sandbox._rest.route import Route

Sent = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""
_HTML = b"<html><head><title>Sign in</title></head><body><p>Please sign in to the network.</p></body></html>"


def page_of(route: Route, whole: Callable[[], Any], asked: Asked, cap: int | None, fault: RestFault | None) -> Page:
    """The page that answers a request, with its content spoiled where the fault says so."""
    kind = fault.kind if fault else None
    answer = whole()
    if fault is not None and kind == "unknown_enum":
        places = (fault.place,) if fault.place else route.enums
        many = isinstance(answer, list)
        answer = [with_new_enum(item, places) for item in answer] if many else with_new_enum(answer, places)
    if route.pager is None:
        return _unpaged(route, answer, kind)
    if kind in LISTS:
        return _spoiled_list(route.pager, answer, asked, cap, str(kind))
    return route.pager.page(answer, asked, cap, kind if kind in PAGED else None)


def _unpaged(route: Route, answer: Any, kind: str | None) -> Page:
    page = route.sent(answer)
    if kind == "empty_object":
        page.body = {}
    for name in route.lists if kind in LISTS else ():
        found = dig(page.body, name)
        if isinstance(found, list):
            short = {"null_list": None, "empty_list": [], "shortened": found[1:]}
            page.body = drop(page.body, name) if kind == "missing_list" else placed(page.body, name, short[str(kind)])
    return page


def _spoiled_list(pager: Pager, items: list[Any], asked: Asked, cap: int | None, kind: str) -> Page:
    if kind == "shortened":
        return pager.page(items[1:], asked, cap)
    page = pager.page([], asked.without(pager.params), cap)
    if kind == "missing_list":
        page.body = drop(page.body, pager.items) if pager.items else {}
    elif kind == "null_list":
        if pager.items:
            put(page.body, pager.items, None)
        else:
            page.body = None
    return page


def spoiled(kind: str | None, sent: Sent) -> Sent:
    """The bytes under a fault; `cut` raises `Cut` with the first half of the body, `hangup` one with nothing."""
    status, headers, body = sent
    half = body[: len(body) // 2]
    match kind:
        case "hangup":
            raise Cut
        case "cut":
            raise Cut(half, len(body) + 1, status, headers)
        case "truncated":
            return status, headers, half
        case "html":
            return 200, {"Content-Type": "text/html; charset=utf-8"}, _HTML
        case "redirect":
            return 307, {"Location": f"https://{ELSEWHERE}/"}, b""
        case _:
            return sent
