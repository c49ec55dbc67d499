"""How pages follow each other: the question for each page, and what in an answer makes the list doubtful.

A list that says that more follows and does not say where, that says the same page twice, that points elsewhere or that
is empty while more follows is broken: it ends with `BrokenPagesError`, never as if it were complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

import msgspec

from annexa.collectors._rest.address import Address, UnsafeParameterError, filled, split
from annexa.collectors._rest.links import body_link, followed, next_link
from annexa.collectors._rest.question import BrokenPagesError, Question
from annexa.collectors._rest.read import BodyLink, Counted, Cursor, Link, Numbered, Offset, Onward, Read, Whole
from annexa.collectors._rest.reply import MISSING, Reply, dig


@dataclass(kw_only=True)
class Pages:
    """The way through the pages of one call; holds marks of what was seen, never a page."""

    read: Read
    address: Address
    question: Question
    rows: int = 0
    """Rows so far."""
    seen: set[int] = field(default_factory=set)

    def following(self, reply: Reply) -> Question | None:
        """The question for the next page; None at the end; raises `BrokenPagesError`."""
        content = reply.content
        rows = _rows(self.read, content)
        self.rows += len(rows)
        match self.read.pager:
            case Whole():
                return None
            case Cursor() as pager:
                found = self._by_cursor(pager, content, rows)
            case Link() as pager:
                found = self._by_link(pager, next_link(reply), rows)
            case BodyLink() as pager:
                found = self._by_link(pager, body_link(pager, content), rows)
            case Numbered() as pager:
                found = self._by_number(pager, content, rows)
            case Counted() as pager:
                found = self._by_count(pager, content, rows)
            case Offset() as pager:
                found = self._by_offset(pager, content, rows)
            case Onward() as pager:
                self._other_rows(rows)
                found = self._with(pager.param, self.rows) if rows else None
            case _ as never:
                assert_never(never)
        if found is not None:
            self.question = found
        return found

    def _by_cursor(self, pager: Cursor, content: Any, rows: list[Any]) -> Question | None:
        if pager.more is not None and not _flag(content, pager.more):
            return None
        value = dig(content, pager.at)
        if value is MISSING and pager.more is None and not pager.may_lack:
            raise BrokenPagesError(
                "cursor_missing", f"the page does not say whether more follows: it has no {pager.at}"
            )
        if value in (MISSING, None, ""):
            if pager.more is None:
                self._whole(pager, content)
                return None
            raise BrokenPagesError("lost_cursor", "the page says that more follows, and not where")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise BrokenPagesError("wrong_cursor", f"{pager.at} is no text")
        self._not_empty(rows, pager.may_be_empty)
        self._once(str(value), "repeated_cursor", "the same cursor came twice")
        return self._with(pager.param, value)

    def _whole(self, pager: Cursor, content: Any) -> None:
        """Believe that a page without a next one is the last only where it does not say otherwise."""
        if pager.cut is not None and dig(content, pager.cut) not in (False, "false"):
            raise BrokenPagesError("cut_short", "the list does not say that it is whole, and nothing follows")
        if pager.total is not None and self.rows < _count(content, pager.total):
            raise BrokenPagesError("rows_missing", "fewer rows came than there are said to be")

    def _by_link(self, pager: Link | BodyLink, link: str | None, rows: list[Any]) -> Question | None:
        if link is None:
            return None
        query = followed(self.read, pager, self.address, self.question, link)
        self._not_empty(rows, pager.may_be_empty)
        self._once(repr(sorted(query)), "repeated_link", "the same next link came twice")
        return replace(self.question, query=query)

    def _by_number(self, pager: Numbered, content: Any, rows: list[Any]) -> Question | None:
        page = self._sent(pager.param)
        if pager.total is not None:
            total, nth = _count(content, pager.total), page - pager.first + 1
            more = nth < total
            if nth > total and (rows or nth > 1):
                raise BrokenPagesError(
                    "beyond_total", f"page {page} is beyond the {total} pages that there are said to be"
                )
        else:
            more = _flag(content, pager.more or "")
        self._other_rows(rows)
        if not more:
            return None
        self._not_empty(rows, False)
        return self._with(pager.param, page + 1)

    def _by_count(self, pager: Counted, content: Any, rows: list[Any]) -> Question | None:
        counted = [*rows, *(row for name in pager.among for row in _list(content, name))]
        self.rows += len(counted) - len(rows)
        total, page = _count(content, pager.total), self._sent(pager.param)
        if self.rows > total:
            raise BrokenPagesError("beyond_total", f"there are more rows than the {total} that there are said to be")
        self._other_rows(counted)
        if self.rows == total:
            return None
        self._not_empty(counted, False)
        return self._with(pager.param, page + 1)

    def _by_offset(self, pager: Offset, content: Any, rows: list[Any]) -> Question | None:
        total, end = _count(content, pager.total), self._sent(pager.param) + len(rows)
        if end > total:
            raise BrokenPagesError("beyond_total", f"there are more rows than the {total} that there are said to be")
        self._other_rows(rows)
        if end == total:
            return None
        self._not_empty(rows, False)
        return self._with(pager.param, end)

    def _not_empty(self, rows: list[Any], allowed: bool) -> None:
        if not rows and not allowed:
            raise BrokenPagesError("empty_page", "an empty page, while more are said to follow")

    def _other_rows(self, rows: list[Any]) -> None:
        """A vendor that does not know the parameter gives its first page over and over."""
        if rows:
            self._once(msgspec.json.encode(rows).decode(), "repeated_page", "the same page came twice")

    def _once(self, mark: str, code: str, says: str) -> None:
        if hash(mark) in self.seen:
            raise BrokenPagesError(code, says)
        self.seen.add(hash(mark))

    def _sent(self, name: str) -> int:
        body = self.question.body or {}
        return int(body[name] if name in body else dict(self.question.query)[name])

    def _with(self, name: str, value: str | int) -> Question:
        return _asking(self.read, self.question, name, value)


def first(read: Read, address: Address, params: Mapping[str, Any]) -> Pages:
    """The way through the pages of a call with these parameters; raises `UnsafeParameterError`, or `KeyError`."""
    method, template, in_path = split(read.op)
    fixed = read.body or {}
    if any(name in params and params[name] != value for name, value in fixed.items()):
        raise UnsafeParameterError(f"{method} {template} is always asked with the same body")
    given = {name: value for name, value in params.items() if name not in {*in_path, *fixed} and value is not None}
    body = None
    if read.body is not None:
        body = {**read.body, **{name: value for name, value in given.items() if name in read.body_params}}
    query = tuple(
        (name, _text(one)) for name, value in given.items() if body is None or name not in read.body_params
        for one in (value if isinstance(value, (list, tuple)) else [value])
    )  # fmt: skip
    question = Question(method=method, path=address.path + filled(template, params), query=query, body=body)
    pages = Pages(read=read, address=address, question=question)
    if isinstance(read.pager, Numbered | Counted | Offset | Onward) and read.pager.param not in given:
        start = read.pager.first if isinstance(read.pager, Numbered | Counted) else 0
        pages.question = _asking(read, question, read.pager.param, start)
    if isinstance(read.pager, Cursor) and read.pager.param in given:
        pages.seen.add(hash(_text(given[read.pager.param])))
    if isinstance(read.pager, Link | BodyLink):
        pages.seen.add(hash(repr(sorted(query))))
    return pages


def _asking(read: Read, question: Question, name: str, value: str | int) -> Question:
    above, _, member = name.partition(".")
    if question.body is not None and above in read.body_params:
        inside = {**question.body.get(above, {}), member: value} if member else value
        return replace(question, body={**question.body, above: inside})
    return replace(question, query=(*(pair for pair in question.query if pair[0] != name), (name, _text(value))))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rows(read: Read, content: Any) -> list[Any]:
    if isinstance(read.pager, Whole) or read.path is None:
        return []
    return _list(content, read.path)


def _list(content: Any, path: str) -> list[Any]:
    rows = dig(content, path)
    if not isinstance(rows, list):
        raise BrokenPagesError("missing_list", f"the answer has no list at {path}")
    return rows


def _flag(content: Any, path: str) -> bool:
    found = dig(content, path)
    if not isinstance(found, bool):
        raise BrokenPagesError(
            "more_missing", f"the page does not say whether more follows: {path} is not true or false"
        )
    return found


def _count(content: Any, path: str) -> int:
    found = dig(content, path)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise BrokenPagesError("total_missing", f"the page does not say how many there are: {path} is no number")
    return found
