"""What an adapter hands over: answers, and the two ways in which there is none.

UnreadError          the answer is not in the evidence; becomes an `Unread`
AbsentError          the vendor says that there is none; a declared absence, an answer like any other
UndeclaredCallError  our own mistake: a call that the collector did not declare; never sent
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from annexa.evidence.call import Call
from annexa.schemas.words import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One page as the vendor sent it."""

    content: dict[str, Any]
    """The page as plain JSON values; not redacted yet."""
    body: bytes = b""
    """The body as received."""
    status: int = 200
    """HTTP status."""
    host: str = ""
    """Effective scheme and host."""
    request_id: str | None = None
    """The vendor's id of the request."""
    date: str | None = None
    """The vendor's date header."""
    identity: str | None = None
    """Under which identity it was asked, where that is not the wire's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why there is no answer; a value, so that it can be kept and shown."""

    reason: Reason
    code: str
    """The vendor's error code, or ours; never free text of the vendor."""
    says: str
    """One sentence of ours."""
    cure: str | None = None
    """What would make it readable."""
    status: int = 0
    host: str = ""
    request_id: str | None = None
    identity: str | None = None
    """Under which identity it was asked, where that is not the wire's own."""


class UnreadError(Exception):
    """Carries the trouble; the item or unit that needed the answer stays unread."""

    def __init__(self, call: Call, trouble: Trouble) -> None:
        super().__init__(f"{call.op}: {trouble.code}")
        self.call = call
        self.trouble = trouble


class AbsentError(Exception):
    """The vendor's declared way of saying that there is none."""

    def __init__(self, code: str, answer: Answer) -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer


class UndeclaredCallError(Exception):
    """A request that its collector did not declare; it was not sent."""


class Wire(Protocol):
    """One source's scope as its adapter reaches it, under one identity."""

    identity: str
    """The identity that the vendor confirmed."""

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """Every page in order; raises `UnreadError` or `AbsentError`, also after some pages."""
        ...

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Paths in the answer that the vendor's own model marks as sensitive; `*` stands for any list item or key."""
        ...

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> "Iterator[Fetched]":
        """The same call for many parameters, fetched side by side, handed over in order."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """All pages of one call with one set of parameters, and how it ended."""

    params: Mapping[str, Any]
    answers: tuple[Answer, ...] = ()
    ended: UnreadError | AbsentError | None = None
    """None: paging finished."""


def fetch(wire: Wire, call: Call, params: Mapping[str, Any]) -> Fetched:
    """Read every page of one call; what ends it early is part of the value."""
    answers: list[Answer] = []
    try:
        answers.extend(wire.pages(call, params))
    except (UnreadError, AbsentError) as ended:
        return Fetched(params=params, answers=tuple(answers), ended=ended)
    return Fetched(params=params, answers=tuple(answers))
