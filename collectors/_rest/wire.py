"""A REST vendor as collectors reach it: pages of a declared read, each looked at before it is believed.

An answer that is the list itself (`path=""`) is handed over as `{"": [...]}`: the list stands at the empty path.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextvars import copy_context
from threading import Semaphore
from typing import Any, Protocol

from annexa.collectors._rest import faults
from annexa.collectors._rest.address import Address, UnsafeParameterError
from annexa.collectors._rest.pages import Pages, first
from annexa.collectors._rest.question import BrokenPagesError, Question
from annexa.collectors._rest.read import Api, Read
from annexa.collectors._rest.reply import MISSING, Reply, UnreadableError, dig
from annexa.evidence.answer import AbsentError, Answer, Fetched, UndeclaredCallError, UnreadError, fetch
from annexa.evidence.call import Call

LANES = 8
"""So many calls of one source go side by side in the lent pool; others beside them keep their turn when it is slow."""
AHEAD = 16
"""So many sets of parameters may be under way or read before the first of them is handed over."""


class Asks(Protocol):
    """What sends questions and brings replies: the client, or a table in tests."""

    def address(self, read: Read) -> Address:
        """Where a read is asked."""
        ...

    def ask(self, read: Read, question: Question) -> Reply:
        """The last reply to a question, whatever it says; raises `UnreadError` where none came."""
        ...


class RestWire:
    """Every call of one source, under one key."""

    def __init__(
        self, client: Asks, *, api: Api, identity: str, pool: Executor | None = None, lanes: Semaphore | None = None
    ) -> None:
        self._client, self._api, self._pool = client, api, pool
        self._lanes = lanes or Semaphore(LANES)
        self.identity = identity

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """Every page in order, one page being held at a time."""
        read = _declared(call)
        pages = self._first(read, params)
        question: Question | None = pages.question
        while question is not None:
            reply = self._client.ask(read, question)
            content = self._content(read, reply)
            yield self._answer(content, reply)
            try:
                question = pages.following(reply)
            except BrokenPagesError as error:
                raise UnreadError(call, faults.invalid(error.code, error.says, reply)) from error

    def ask(self, read: Read, **params: Any) -> dict[str, Any]:
        """The object at a read's path, or the first page where a list stands there: `me` asks with it who we are."""
        content = next(self.pages(read, {**read.params, **params})).content
        found = (
            content if read.path is None else content.get("", MISSING) if read.path == "" else dig(content, read.path)
        )
        if isinstance(found, list):
            return content
        if not isinstance(found, dict):
            raise UnreadError(read, faults.invalid("wrong_type", f"there is no object at {read.path}"))
        return found

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Paths that the vendor's declaration marks as sensitive."""
        return self._api.sensitive.get(call.op, frozenset())

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """Fetch side by side where there is a pool, some of them ahead, in order all the same."""
        if self._pool is None or len(params) < 2:
            yield from (fetch(self, call, each) for each in params)
            return
        under_way: deque[Future[Fetched]] = deque()
        try:
            for each in params:
                under_way.append(self._started(self._pool, call, each))
                if len(under_way) >= AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()

    def _started(self, pool: Executor, call: Call, params: Mapping[str, Any]) -> Future[Fetched]:
        """Start in the pool while a lane is free; otherwise the caller does it itself."""
        if not self._lanes.acquire(blocking=False):
            done: Future[Fetched] = Future()
            done.set_result(fetch(self, call, params))
            return done
        started = pool.submit(copy_context().run, fetch, self, call, params)
        started.add_done_callback(lambda _: self._lanes.release())
        return started

    def _first(self, read: Read, params: Mapping[str, Any]) -> Pages:
        try:
            return first(read, self._client.address(read), params)
        except UnsafeParameterError as error:
            raise UnreadError(read, faults.invalid("unsafe_parameter", str(error))) from error
        except KeyError as error:
            raise UndeclaredCallError(f"{read.op}: the parameter {error} is missing") from error

    def _content(self, read: Read, reply: Reply) -> dict[str, Any]:
        refused = faults.refusal(self._api, read, reply)
        if refused is not None:
            code = faults.absence(read, refused)
            if code is not None:
                raise AbsentError(code, self._answer({"status": reply.status, "code": refused.code}, reply))
            raise UnreadError(read, faults.trouble(self._api, read, refused))
        try:
            content = reply.content
        except UnreadableError as error:
            raise UnreadError(read, faults.invalid(error.code, error.says, reply)) from error
        if isinstance(content, list) and read.path == "":
            return {"": content}
        if not isinstance(content, dict) or read.path == "":
            wanted = "a list" if read.path == "" else "an object"
            raise UnreadError(read, faults.invalid("wrong_type", f"the answer is not {wanted}", reply))
        return content

    def _answer(self, content: dict[str, Any], reply: Reply) -> Answer:
        return Answer(
            content=content, body=reply.body, status=reply.status, host=reply.host,
            request_id=faults.request_id(self._api, reply), date=reply.headers.get("date"),
        )  # fmt: skip


def _declared(call: Call) -> Read:
    if not isinstance(call, Read):
        raise UndeclaredCallError(f"{call.op} is no read of a REST vendor")
    return call
