"""Next links: followed only where they ask the same question of the same host; no key ever leaves with one.

Of a link only the query is taken. Scheme, host, port and path that are asked stay the declared ones, whatever it says.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from annexa.collectors._rest.address import PORTS, Address, pattern, split
from annexa.collectors._rest.question import BrokenPagesError, Query, Question
from annexa.collectors._rest.read import BodyLink, Link, Read
from annexa.collectors._rest.reply import MISSING, Reply, dig

_LINK = re.compile(r"""\s*<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]+))?)*)\s*(?:,|$)""")
_REL = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))""", re.IGNORECASE)


def next_link(reply: Reply) -> str | None:
    """The target of `rel="next"` in the headers `Link`; None where there is none; raises `BrokenPagesError`."""
    found: set[str] = set()
    for header in reply.links:
        at = 0
        while header[at:].strip():
            match = _LINK.match(header, at)
            if match is None:
                raise BrokenPagesError("wrong_link", "the header Link cannot be read")
            rel = _REL.search(match[2])
            if rel and "next" in (rel[1] or rel[2] or "").lower().split():
                found.add(match[1])
            at = match.end()
    if len(found) > 1:
        raise BrokenPagesError("wrong_link", "there are several next links")
    return found.pop() if found else None


def body_link(pager: BodyLink, content: Any) -> str | None:
    """The next page's address inside the page; None at the end; raises `BrokenPagesError`."""
    found = dig(content, pager.at)
    if found is MISSING and not pager.may_lack:
        raise BrokenPagesError("cursor_missing", f"the page does not say whether more follows: it has no {pager.at}")
    if found in (MISSING, None, ""):
        return None
    if not isinstance(found, str):
        raise BrokenPagesError("wrong_link", f"{pager.at} is no text")
    return found


def followed(read: Read, pager: Link | BodyLink, address: Address, asked: Question, link: str) -> Query:
    """The query of a next link that leads to the same question; raises `BrokenPagesError`."""
    try:
        parts = urlsplit(urljoin(asked.url(address), link))
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        raise BrokenPagesError("wrong_link", "the next link cannot be read") from None
    if (parts.scheme, parts.hostname, port) != (address.scheme, address.host, address.port) or "@" in parts.netloc:
        raise BrokenPagesError("foreign_link", "the next link leads to another host; it was not followed")
    same_path = unquote(parts.path) == unquote(asked.path)
    if not same_path and not any(each.fullmatch(parts.path) for each in _other_paths(read, pager, address)):
        raise BrokenPagesError("foreign_link", "the next link leads to another path; it was not followed")
    return _same_question(read, pager, asked.query, tuple(parse_qsl(parts.query, keep_blank_values=True)))


def _same_question(read: Read, pager: Link | BodyLink, asked: Query, query: Query) -> Query:
    """The link's query, with the filters that it leaves out; one that it changes makes it another question."""
    before, names = {name for name, _ in asked}, {name for name, _ in query}
    changed = (name for name in before & names - set(pager.keys) if _values(asked, name) != _values(query, name))
    if names - {*before, *read.params, *read.query, *pager.keys} or any(changed):
        raise BrokenPagesError("foreign_link", "the next link asks for something else; it was not followed")
    left_out = (pair for pair in asked if pair[0] not in names and pair[0] not in pager.keys)
    return (*left_out, *query)


def _values(query: Query, name: str) -> list[str]:
    return [value for key, value in query if key == name]


def _other_paths(read: Read, pager: Link | BodyLink, address: Address) -> list[re.Pattern[str]]:
    template = split(read.op)[1]
    return [
        pattern(address.path, theirs + template.removeprefix(ours))
        for ours, theirs in pager.also if template.startswith(ours)
    ]  # fmt: skip
