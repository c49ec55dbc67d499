"""Keeps what one unit of work received: pages by their digest, a ledger of calls, and what stayed unread."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from annexa.evidence.answer import Answer, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.canonical import encode
from annexa.evidence.clock import Clock, stamp
from annexa.evidence.record import Origin, Unread, subject_uid
from annexa.evidence.redact import Paths, Redactor


class CallEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the ledger of calls: one page, one declared absence, or one refusal."""

    source: str
    """Our alias of the source."""
    scope: str
    """Path of the scope."""
    collector: str
    """Who asked."""
    order: int
    """Position among the calls of this unit."""
    call: str
    """The declared call."""
    params: dict[str, Any]
    """Parameters sent."""
    page_number: int
    """Number of the page, from 0."""
    outcome: str
    """`answered`, `absent` (with the vendor's code) or the reason of an unread."""
    code: str | None = None
    """The vendor's error code."""
    kept_sha256: str | None = None
    """Digest of the kept, redacted page."""
    received_sha256: str | None = None
    """Digest of the nonce and the body as received: only a holder of the original can check it."""
    received_bytes: int = 0
    """Length of the body as received."""
    nonce: str = ""
    """Salt of `received_sha256`, hexadecimal."""
    status: int = 0
    """HTTP status."""
    host: str = ""
    """Effective scheme and host."""
    request_id: str | None = None
    """The vendor's id of the request."""
    date: str | None = None
    """The vendor's date header."""
    identity: str = ""
    """The identity used."""
    at: str = ""
    """When the answer arrived."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit works: everything that its records have in common."""

    organisation: str
    tenant: str
    source: str
    scope: str
    collector: str
    identity: str


class Keeper:
    """Collects one unit's pages, calls and unreads; `store` writes a page and gives its digest."""

    def __init__(
        self, place: Place, *, store: Callable[[bytes], str], redactor: Redactor, clock: Clock, token: Callable[[], str]
    ) -> None:
        self.place = place
        self.calls: list[CallEntry] = []
        self.unreads: list[Unread] = []
        self._store, self._redactor, self._clock, self._token = store, redactor, clock, token
        self.last_answer = stamp(clock.now())

    def wait(self, seconds: float) -> None:
        """Let time pass on the run's own clock."""
        self._clock.sleep(seconds)

    def page(
        self, call: Call, params: Mapping[str, Any], number: int, answer: Answer, sensitive: Paths, absent: str | None
    ) -> tuple[dict[str, Any], Origin]:
        """Redact, keep and enter one page; return what the collector may see and where it stands."""
        content = self._redactor.page(answer.content, paths=sensitive, drop=call.drop, keep=call.keep)
        kept = self._store(encode(content))
        nonce = self._token()
        received = hashlib.sha256(bytes.fromhex(nonce) + answer.body).hexdigest()
        self.last_answer = stamp(self._clock.now())
        self._enter(
            call,
            params,
            number,
            outcome="absent" if absent else "answered",
            code=absent,
            kept_sha256=kept,
            received_sha256=received,
            received_bytes=len(answer.body),
            nonce=nonce,
            status=answer.status,
            host=answer.host,
            request_id=answer.request_id,
            date=answer.date,
            identity=answer.identity or self.place.identity,
        )
        origin = Origin(call=call.op, page=kept, request_id=answer.request_id, host=answer.host, date=answer.date)
        return content, origin

    def refused(self, call: Call, params: Mapping[str, Any], number: int, error: UnreadError) -> None:
        """Enter a call that brought no answer."""
        trouble = error.trouble
        self._enter(
            call,
            params,
            number,
            outcome=str(trouble.reason),
            code=trouble.code,
            status=trouble.status,
            host=trouble.host,
            request_id=trouble.request_id,
            identity=trouble.identity or self.place.identity,
        )

    def unread(self, error: UnreadError, subject: str | None) -> None:
        """Note what stays unread."""
        place, trouble = self.place, error.trouble
        uid = subject_uid(place.organisation, place.tenant, subject) if subject else None
        self.unreads.append(
            Unread(
                source=place.source,
                scope=place.scope,
                collector=place.collector,
                call=error.call.op,
                permission=error.call.needs,
                subject=subject,
                subject_uid=uid,
                reason=trouble.reason,
                detail=f"{trouble.code}: {trouble.says}",
                cure=trouble.cure,
            )
        )

    def _enter(self, call: Call, params: Mapping[str, Any], number: int, **rest: Any) -> None:
        place = self.place
        self.calls.append(
            CallEntry(
                source=place.source,
                scope=place.scope,
                collector=place.collector,
                order=len(self.calls),
                call=call.op,
                params=dict(params),
                page_number=number,
                at=stamp(self._clock.now()),
                **rest,
            )
        )
