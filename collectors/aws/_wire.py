"""AWS as one scope sees it: pages of a declared call, under one account's identity, in one region."""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import replace
from typing import Any

import msgspec
from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from annexa.collectors.aws import _faults
from annexa.collectors.aws._clients import Clients, Frozen
from annexa.collectors.aws._guard import IN_FLIGHT, InFlight
from annexa.collectors.aws._pages import LostTokenError, next_params, page_tokens
from annexa.evidence.answer import AbsentError, Answer, Fetched, UnreadError, fetch
from annexa.evidence.call import Call

MOVED = frozenset(
    {
        "301",
        "307",
        "PermanentRedirect",
        "TemporaryRedirect",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
    }
)
"""Codes by which S3 says that a bucket is in another region, which it names in a header."""


_JSON = msgspec.json.Decoder()
_WEB_PAGE = re.compile(rb"(?:\s|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->)*<(?:!doctype\s+html|html|error)\b", re.I | re.S)
"""A sign-in page, or an error, with a good status: to a lenient XML parser both are an answer without any field."""


class _ElsewhereError(Exception):
    """The bucket is in another region; it is asked there, at a host that the SDK's own rules build."""

    def __init__(self, region: str) -> None:
        super().__init__(region)
        self.region = region


class AwsWire:
    """Every call of one account and region; clients are shared with all other accounts."""

    def __init__(
        self, clients: Clients, *, account: str, region: str, identity: str, credentials: Frozen, pool: Executor | None
    ) -> None:
        self._clients, self._account, self._region = clients, account, region
        self._credentials, self._pool = credentials, pool
        self.identity = identity
        self.hosts: set[str] = set()
        self.base: AwsWire | None = None
        """The wire of the identity that the source signed in with, if that is another."""

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """Every page in order, one page being held at a time."""
        if call.asked_as == "source" and self.base is not None:
            yield from self._asked_as(self.base, call, params)
            return
        service, operation = call.op.split(":", 1)
        client = self._clients.client(service, self._region)
        model = client.meta.service_model.operation_model(operation)
        tokens = page_tokens(self._clients.paginators(service), model)
        send, seen = dict(params), set[str]()
        while True:
            answer = self._answer_of(call, client, model, send)
            yield answer
            try:
                following = next_params(tokens, answer.content, send)
            except LostTokenError as error:
                says = "the answer says that more follows, without a token for it"
                raise UnreadError(call, _faults.invalid("lost_token", says, answer.host)) from error
            if following is None:
                return
            mark = json.dumps(following, sort_keys=True, default=str)
            if mark in seen:
                raise UnreadError(
                    call, _faults.invalid("repeated_token", "the same page token came twice", answer.host)
                )
            seen.add(mark)
            send = following

    def _asked_as(self, other: "AwsWire", call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        try:
            for answer in other.pages(call, params):
                yield replace(answer, identity=other.identity)
        except UnreadError as error:
            raise UnreadError(call, replace(error.trouble, identity=other.identity)) from error

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Paths that botocore's model marks as sensitive."""
        found = _SENSITIVE.get(call.op)
        if found is None:
            service, operation = call.op.split(":", 1)
            model = self._clients.client(service, self._region).meta.service_model.operation_model(operation)
            found = _sensitive(model)
        return found

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """Fetch side by side where there is a pool, in order all the same."""
        if self._pool is None or len(params) < 2:
            return (fetch(self, call, each) for each in params)
        futures = deque(self._pool.submit(copy_context().run, fetch, self, call, each) for each in params)
        return (futures.popleft().result() for _ in params)

    def _answer_of(self, call: Call, client: Any, model: Any, params: dict[str, Any]) -> Answer:
        try:
            return self._send(call, client, model, params)
        except _ElsewhereError as elsewhere:
            there = self._clients.client("s3", elsewhere.region)
            return self._send(call, there, model, params)

    def _send(self, call: Call, client: Any, model: Any, params: dict[str, Any]) -> Answer:
        flight = InFlight(
            model=model,
            endpoint=self._clients.endpoint,
            key=(self._account, self._region, model.service_model.service_name),
        )
        token = IN_FLIGHT.set(flight)
        try:
            with self._credentials.in_use():
                parsed = client._make_api_call(model.name, params)
        except aws.ClientError as error:
            raise self._refusal(call, error, flight) from error
        except (ResponseParserError, KeyError) as error:
            # The SDK's parser of the query protocol stumbles over a missing result with a plain KeyError.
            raise UnreadError(call, _faults.from_unreadable(call, flight.status, self.identity, flight.host)) from error
        except (*_faults.UNREACHABLE, aws.NoCredentialsError, aws.CredentialRetrievalError) as error:
            raise UnreadError(call, _faults.from_transport(error, flight.host)) from error
        finally:
            IN_FLIGHT.reset(token)
            self.hosts.add(flight.host)
        return self._answer(call, model, parsed, flight)

    def _refusal(self, call: Call, error: aws.ClientError, flight: InFlight) -> UnreadError | AbsentError:
        code, meta = _faults.code_of(error), error.response.get("ResponseMetadata", {})
        region = meta.get("HTTPHeaders", {}).get("x-amz-bucket-region")
        if code in MOVED and region and flight.region != region:
            raise _ElsewhereError(region)
        if any(_says(error, each) for each in call.absent):
            return AbsentError(code, _answer(_faults.body_of(error), meta, flight))
        return UnreadError(call, _faults.from_response(call, error, self.identity, flight.host))

    def _answer(self, call: Call, model: Any, parsed: dict[str, Any], flight: InFlight) -> Answer:
        meta = parsed.pop("ResponseMetadata", {})
        problem = _not_as_documented(model, flight.body, parsed, meta)
        if problem:
            raise UnreadError(call, _faults.invalid("unreadable_body", problem, flight.host))
        return _answer(plain(parsed), meta, flight)


def _says(error: aws.ClientError, absence: str) -> bool:
    code, _, words = absence.partition(": ")
    return _faults.code_of(error) == code and words in str(error.response.get("Error", {}).get("Message", ""))


def _answer(content: dict[str, Any], meta: Mapping[str, Any], flight: InFlight) -> Answer:
    headers = meta.get("HTTPHeaders", {})
    return Answer(
        content=content, body=flight.body, status=int(meta.get("HTTPStatusCode", 0)), host=flight.host,
        request_id=meta.get("RequestId"), date=headers.get("date"),
    )  # fmt: skip


def _not_as_documented(model: Any, body: bytes, parsed: Mapping[str, Any], meta: Mapping[str, Any]) -> str | None:
    """The SDK reads a page that is no JSON as an empty answer; here it is no answer at all."""
    status = int(meta.get("HTTPStatusCode", 200))
    if 300 <= status < 400:
        return "a redirect, which is never followed"
    if model.service_model.resolved_protocol in ("query", "ec2", "rest-xml"):
        return "a web page instead of an answer" if _WEB_PAGE.match(body) else None if body else "an empty body"
    try:
        sent = _JSON.decode(body)
    except (ValueError, RecursionError):
        return "the body is no JSON, or is cut short"
    if not isinstance(sent, dict):
        return "the body is no JSON object"
    return "none of the documented fields is there" if sent and not parsed else None


def plain(value: Any) -> Any:
    """Plain JSON values: text for blobs, decimal strings for fractions."""
    if isinstance(value, dict):
        return {key: child if type(child) in _PLAIN else plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [child if type(child) in _PLAIN else plain(child) for child in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return repr(value) if isinstance(value, float) else value


_PLAIN = frozenset({str, int, bool, type(None)})


_SENSITIVE: dict[str, frozenset[tuple[str, ...]]] = {}
"""Per operation; nothing of a client is held on to."""


def _sensitive(model: Any) -> frozenset[tuple[str, ...]]:
    name = f"{model.service_model.service_name}:{model.name}"
    if name not in _SENSITIVE:
        found: set[tuple[str, ...]] = set()
        if model.output_shape is not None:
            _walk(model.output_shape, (), frozenset(), found)
        _SENSITIVE[name] = frozenset(found)
    return _SENSITIVE[name]


def _walk(shape: Any, path: tuple[str, ...], above: frozenset[str], found: set[tuple[str, ...]]) -> None:
    if shape.metadata.get("sensitive"):
        found.add(path)
        return
    if shape.name in above:
        return
    above = above | {shape.name}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            _walk(member, (*path, name), above, found)
    elif shape.type_name == "list":
        _walk(shape.member, (*path, "*"), above, found)
    elif shape.type_name == "map":
        _walk(shape.value, (*path, "*"), above, found)
