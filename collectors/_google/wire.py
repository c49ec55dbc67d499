"""Google as collectors reach it: pages of a declared method, each looked at before it is believed.

Google leaves an empty list out. An answer without the list counts as an empty one only if it is otherwise what the
method's schema allows; the list then stands in the kept page as an empty one.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextvars import copy_context
from threading import Semaphore
from typing import Any

from annexa.collectors._google import documents, faults
from annexa.collectors._google.client import GoogleClient
from annexa.collectors._rest.reply import Reply, UnreadableError
from annexa.evidence.answer import AbsentError, Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call
from annexa.schemas.words import Reason

AHEAD = 16
"""So many sets of parameters may be under way or read before the first of them is handed over."""


class GoogleWire:
    """Every call of one source, under one identity."""

    def __init__(
        self, client: GoogleClient, *, identity: str, subject: str | None, pool: Executor | None = None,
        lanes: Semaphore | None = None,
    ) -> None:  # fmt: skip
        self._client, self._subject, self._pool = client, subject, pool
        self._lanes = lanes or Semaphore(8)
        self.identity = identity

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """Every page in order, one page being held at a time."""
        method, asked = documents.method(call.op), {name: value for name, value in params.items() if value is not None}
        seen, unreachable = set[str](), list[Any]()
        while True:
            reply = self._client.ask(call, asked)
            content = self._content(call, method, reply)
            yield _answer(content, reply)
            told = content.get("unreachable") or []
            unreachable += told if isinstance(told, list) else [told]
            token = content.get("nextPageToken")
            if token in (None, "") or "pageToken" not in (*method.parameters, *method.body):
                self._no_loose_end(call, token, reply)
                _no_place_left_out(call, unreachable, reply)
                return
            if not isinstance(token, str) or token in seen:
                says = "the same page token came twice" if isinstance(token, str) else "the page token is no text"
                raise UnreadError(call, faults.invalid("repeated_token", says, host=reply.host, status=reply.status))
            seen.add(token)
            asked = _after(asked, method, token)

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Google's documents mark nothing as sensitive; calls name what they drop."""
        return frozenset()

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

    def _content(self, call: Call, method: documents.Method, reply: Reply) -> dict[str, Any]:
        if reply.status >= 300:
            raise self._refused(call, reply)
        try:
            content = reply.content
        except UnreadableError as error:
            raise UnreadError(call, faults.invalid(error.code, error.says, host=reply.host)) from error
        if not isinstance(content, dict):
            raise UnreadError(call, faults.invalid("wrong_type", "the answer is no object", host=reply.host))
        wrong = documents.violation(method.api, method.response, content)
        if wrong is not None:
            raise UnreadError(call, faults.invalid("against_schema", wrong, host=reply.host))
        if call.path and "." not in call.path and call.path not in content and _is_list(method, call.path):
            return {**content, call.path: []}
        return content

    def _refused(self, call: Call, reply: Reply) -> UnreadError | AbsentError:
        code = faults.code_of(reply.status, reply.said)
        for declared in call.absent:
            if declared in (code, str(reply.status)):
                return AbsentError(code, _answer({"status": reply.status, "code": code}, reply))
        return UnreadError(call, faults.trouble(call, reply.status, code, host=reply.host, subject=self._subject))

    def _no_loose_end(self, call: Call, token: Any, reply: Reply) -> None:
        if token not in (None, ""):
            says = "the answer says that more follows, and the method takes no page token"
            raise UnreadError(call, faults.invalid("lost_token", says, host=reply.host))


def _no_place_left_out(call: Call, places: list[Any], reply: Reply) -> None:
    """Some lists of Google name the places whose rows they lack; such a list has been read in part."""
    if places:
        says = f"the list lacks places that Google could not reach: {', '.join(sorted(str(one) for one in places)[:5])}"
        told = Trouble(
            reason=Reason.UNREACHABLE, code="unreachable_places", says=says, cure="Run again.", status=reply.status,
            host=reply.host,
        )  # fmt: skip
        raise UnreadError(call, told)


def _after(asked: Mapping[str, Any], method: documents.Method, token: str) -> dict[str, Any]:
    """The same question about the next page; a read by POST has the token in its body."""
    if "pageToken" in method.parameters:
        return {**asked, "pageToken": token}
    return {**asked, "body": {**(asked.get("body") or {}), "pageToken": token}}


def _is_list(method: documents.Method, name: str) -> bool:
    """Whether the answer's schema has a list of that name."""
    schema = documents.document(method.api)["schemas"][method.response] if method.response else {}
    return bool(schema.get("properties", {}).get(name, {}).get("type") == "array")


def _answer(content: dict[str, Any], reply: Reply) -> Answer:
    return Answer(
        content=content, body=reply.body, status=reply.status, host=reply.host, date=reply.headers.get("date")
    )
