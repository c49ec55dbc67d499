"""The handle that a collector is lent: it refuses undeclared calls, keeps every answer, and notes every unread.

Invariants: a page is redacted before the collector sees it and kept before the collector uses it, so that records can
be rebuilt from kept pages alone; a list that is missing in an answer is an unread, never an empty list.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from annexa.evidence.answer import AbsentError, Answer, Fetched, Trouble, UndeclaredCallError, UnreadError, Wire
from annexa.evidence.call import Call, Collector
from annexa.evidence.fact import Missing, unread
from annexa.evidence.keeper import Keeper
from annexa.evidence.record import Origin
from annexa.schemas.words import Reason

T = TypeVar("T")


class Item(dict[str, Any]):
    """A part of an answer that knows where it came from."""

    __slots__ = ("origin",)

    def __init__(self, content: Mapping[str, Any], origin: Origin) -> None:
        super().__init__(content)
        self.origin = origin


class Handle:
    """One collector's way to one scope."""

    def __init__(self, wire: Wire, collector: Collector, keeper: Keeper, known: "Known") -> None:
        self._wire = wire
        self._declared = collector.calls
        self._keeper = keeper
        self._trail: list[Origin] = []
        self._subject: str | None = None
        self.known = known
        """What earlier units of the run found out about the source's scopes."""

    def each(self, call: Call, **params: Any) -> Iterator[Item]:
        """Every item of every page of a list call."""
        self._check(call)
        yield from self._items(call, self._live(call, {**call.params, **params}))

    def one(self, call: Call, **params: Any) -> Item:
        """The single answer of a call that always has one."""
        found = self.find(call, **params)
        if found is None:
            raise UndeclaredCallError(f"{call.op} declares an absence: read it with find()")
        return found

    def find(self, call: Call, **params: Any) -> Item | None:
        """The single answer, or None where the vendor says, in the declared way, that there is none."""
        self._check(call)
        return self._single(call, self._live(call, {**call.params, **params}))

    def many(
        self, call: Call, items: Iterable[T], params: Callable[[T], Mapping[str, Any]]
    ) -> "Iterator[tuple[T, Reply]]":
        """The same call for many parameters, side by side; each item comes with its reply, in order."""
        self._check(call)
        depth = len(self._trail)
        todo, ended = _as_far_as_read(items)
        fetched = self._wire.ahead(call, [{**call.params, **params(item)} for item in todo])
        for item, got in zip(todo, fetched, strict=True):
            del self._trail[depth:]
            if isinstance(item, Item):
                self._trail.append(item.origin)
            yield item, Reply(self, call, got)
        if ended is not None:
            raise ended

    @contextmanager
    def item(self, subject: str) -> Iterator[None]:
        """An unread in here costs this item only, and is noted with its subject."""
        depth, before = len(self._trail), self._subject
        self._subject = subject
        try:
            yield
        except UnreadError as trouble:
            self._keeper.unread(trouble, subject)
        finally:
            self._subject = before
            del self._trail[depth:]

    def attempt(self, call: Call, **params: Any) -> Item | Missing | None:
        """Like `find`, for a detail: what could not be read is noted, and stands as a missing value."""
        return self.detail(call, lambda: self.find(call, **params))

    def detail(self, call: Call, read: Callable[[], T]) -> T | Missing:
        """Read one detail of an item; an unread is noted and becomes a value that says so."""
        try:
            return read()
        except UnreadError as trouble:
            self._keeper.unread(trouble, self._subject)
            return unread(f"{call.op}: {trouble.trouble.reason}")

    def note(
        self, call: Call, reason: Reason, says: str, *, cure: str | None = None, subject: str | None = None
    ) -> None:
        """Note something as unread that no error told: a claim that could not be proved."""
        trouble = Trouble(reason=reason, code=str(reason), says=says, cure=cure)
        self._keeper.unread(UnreadError(call, trouble), subject or self._subject)

    def wait(self, seconds: float) -> None:
        """Wait for a job at the vendor; on a virtual clock this takes no time."""
        self._keeper.wait(seconds)

    @contextmanager
    def citing(self, *items: Item) -> Iterator[None]:
        """Records made in here rest on these items and on nothing else."""
        before = self._trail
        self._trail = [item.origin for item in items]
        try:
            yield
        finally:
            self._trail = before

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The answers on which a record made now would rest."""
        return tuple(dict.fromkeys(self._trail))

    def _check(self, call: Call) -> None:
        if not any(call is declared for declared in self._declared):
            raise UndeclaredCallError(f"{call.op} is not declared by its collector")

    def _live(self, call: Call, params: Mapping[str, Any]) -> Iterator["_Page"]:
        number = 0
        try:
            for answer in self._wire.pages(call, params):
                yield self._keep(call, params, number, answer)
                number += 1
        except AbsentError as absent:
            self._trail.append(self._keep(call, params, number, absent.answer, absent=absent.code).origin)
            raise
        except UnreadError as trouble:
            self._keeper.refused(call, params, number, trouble)
            raise

    def _stored(self, call: Call, got: Fetched) -> Iterator["_Page"]:
        for number, answer in enumerate(got.answers):
            yield self._keep(call, got.params, number, answer)
        if isinstance(got.ended, AbsentError):
            origin = self._keep(call, got.params, len(got.answers), got.ended.answer, absent=got.ended.code).origin
            self._trail.append(origin)
        elif got.ended is not None:
            self._keeper.refused(call, got.params, len(got.answers), got.ended)
        if got.ended is not None:
            raise got.ended

    def _keep(
        self, call: Call, params: Mapping[str, Any], number: int, answer: Answer, absent: str | None = None
    ) -> "_Page":
        content, origin = self._keeper.page(call, params, number, answer, self._wire.sensitive(call), absent)
        return _Page(content, origin)

    def _items(self, call: Call, pages: Iterator["_Page"]) -> Iterator[Item]:
        depth, read = len(self._trail), list[Origin]()
        try:
            for page in pages:
                read.append(page.origin)
                for index, content in enumerate(_list(call, page.content)):
                    del self._trail[depth:]
                    origin = _at(page.origin, index)
                    self._trail.append(origin)
                    yield Item(content if isinstance(content, dict) else {"value": content}, origin)
        finally:
            del self._trail[depth:]
            self._trail.extend(read)

    def _single(self, call: Call, pages: Iterator["_Page"]) -> Item | None:
        try:
            page = next(pages, None)
        except AbsentError:
            return None
        if page is None:
            raise _invalid(call, "no page came")
        content = page.content if call.path is None else _dig(call, page.content, call.path)
        if not isinstance(content, dict):
            raise _invalid(call, f"{call.path} is no object")
        self._trail.append(page.origin)
        return Item(content, page.origin)


class Reply:
    """One reply of `many`: the same three ways to read it."""

    def __init__(self, handle: Handle, call: Call, got: Fetched) -> None:
        self._handle, self._call, self._got = handle, call, got

    def each(self) -> Iterator[Item]:
        """Every item of every page."""
        return self._handle._items(self._call, self._handle._stored(self._call, self._got))

    def one(self) -> Item:
        """The single answer of a call that always has one."""
        found = self.find()
        if found is None:
            raise UndeclaredCallError(f"{self._call.op} declares an absence: read it with find()")
        return found

    def find(self) -> Item | None:
        """The single answer, or None where the vendor says that there is none."""
        return self._handle._single(self._call, self._handle._stored(self._call, self._got))


class Known(dict[str, Any]):
    """What earlier units of the run found out, by name: the accounts, their names, the enabled regions."""


class _Page:
    __slots__ = ("content", "origin")

    def __init__(self, content: dict[str, Any], origin: Origin) -> None:
        self.content, self.origin = content, origin


def _as_far_as_read(items: Iterable[T]) -> tuple[list[T], UnreadError | None]:
    """The items that came, and what kept the rest away: a list that is cut short still shows what it showed."""
    read: list[T] = []
    try:
        for item in items:
            read.append(item)
    except UnreadError as error:
        return read, error
    return read, None


def _at(origin: Origin, index: int) -> Origin:
    return Origin(
        call=origin.call, page=origin.page, item=index, request_id=origin.request_id, host=origin.host, date=origin.date
    )


def _list(call: Call, content: dict[str, Any]) -> list[Any]:
    found = _dig(call, content, call.path or "")
    if not isinstance(found, list):
        raise _invalid(call, f"{call.path} is no list")
    return found


def _dig(call: Call, content: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(content, dict) or name not in content:
            raise _invalid(call, f"the answer has no {path}")
        content = content[name]
    return content


def _invalid(call: Call, says: str) -> UnreadError:
    trouble = Trouble(
        reason=Reason.INVALID_ANSWER, code="missing_list", says=says, cure="Report it: the answer is not as documented."
    )
    return UnreadError(call, trouble)
