"""What an error of a REST vendor means: who must act decides the reason. The vendor's own words are never kept."""

import re
from dataclasses import dataclass
from typing import Any

from annexa.collectors._rest.read import Api, Read
from annexa.collectors._rest.reply import MISSING, Reply, dig
from annexa.evidence.answer import Trouble
from annexa.evidence.redact import SECRETS
from annexa.schemas.words import Reason

GOOD = frozenset({200, 201})
"""Statuses of an answer; 202 and 206 are none yet, 204 only where it is a declared absence."""

_USUAL = {
    401: Reason.DENIED, 402: Reason.NOT_LICENSED, 403: Reason.DENIED, 404: Reason.INVALID_ANSWER,
    405: Reason.INVALID_ANSWER, 407: Reason.UNREACHABLE, 408: Reason.UNREACHABLE, 409: Reason.INVALID_ANSWER,
    410: Reason.INVALID_ANSWER, 429: Reason.THROTTLED, 501: Reason.UNSUPPORTED,
}  # fmt: skip
AGAIN = frozenset({Reason.THROTTLED, Reason.UNREACHABLE})
"""Reasons for which the same question is worth another try."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An answer that is none."""

    reply: Reply
    code: str | None
    """The vendor's code; None where it sent none that looks like one."""
    text: str
    """The vendor's words, to tell errors apart by; never kept."""


def refusal(api: Api, read: Read, reply: Reply) -> Refusal | None:
    """What the vendor refused with; None where the answer is one, as far as status and verdict say."""
    if reply.status in GOOD and not _failed(api, read, reply):
        return None
    text = dig(reply.said, api.says) if api.says is not None else ""
    return Refusal(reply=reply, code=_code(api, reply), text=text if isinstance(text, str) else "")


def absence(read: Read, refused: Refusal) -> str | None:
    """The declared code by which this says that there is none; None where it does not."""
    for declared in read.absent:
        code, _, words = declared.partition(": ")
        if code in (str(refused.reply.status), refused.code) and words in refused.text:
            return refused.code or f"HTTP {refused.reply.status}"
    return None


def reason(api: Api, read: Read, refused: Refusal) -> Reason:
    """Who must act."""
    status = refused.reply.status
    if is_throttle(refused.reply):
        return Reason.THROTTLED
    if refused.code in api.stale:
        return Reason.DENIED
    if refused.code is not None and refused.code in api.codes:
        return api.codes[refused.code]
    if status == 404 and read.not_found is not None:
        return read.not_found
    if status in api.reasons:
        return api.reasons[status]
    if status in _USUAL:
        return _USUAL[status]
    if status >= 500:
        return Reason.UNREACHABLE
    return Reason.INVALID_ANSWER if status < 400 else Reason.ERROR


def is_throttle(reply: Reply) -> bool:
    """Whether it is a throttle by its status, or a 403 that says when to come again (as GitHub does)."""
    if reply.status == 403:
        return "retry-after" in reply.headers or reply.headers.get("x-ratelimit-remaining") == "0"
    return reply.status == 429


def trouble(api: Api, read: Read, refused: Refusal, until: str | None = None) -> Trouble:
    """The trouble that a refusal is; `until` is when a throttle ends that is longer than we wait."""
    status, why = refused.reply.status, reason(api, read, refused)
    code = "redirect" if 300 <= status < 400 else refused.code or ("no_verdict" if status in GOOD else f"HTTP {status}")
    stale = status == 401 or refused.code in api.stale
    says, cure = _told(api, read, why, 401 if stale else status, until)
    return Trouble(
        reason=why, code=code, says=says, cure=cure, status=status, host=refused.reply.host,
        request_id=request_id(api, refused.reply),
    )  # fmt: skip


def invalid(code: str, says: str, reply: Reply | None = None) -> Trouble:
    """An answer with a good status that is not what the vendor documents."""
    cure = "Run again; if it stays, report it with this code."
    return Trouble(
        reason=Reason.INVALID_ANSWER, code=code, says=says, cure=cure, status=reply.status if reply else 0,
        host=reply.host if reply else "",
    )  # fmt: skip


def request_id(api: Api, reply: Reply) -> str | None:
    """The vendor's id of the request."""
    found = reply.headers.get(api.request_id.lower(), "") if api.request_id else ""
    return found if re.fullmatch(r"[\x21-\x7e]{1,200}", found) else None


def _told(api: Api, read: Read, why: Reason, status: int, until: str | None) -> tuple[str, str | None]:
    plan = f" (plan: {read.plan})" if read.plan else ""
    grant = f"Give the key {read.needs}{plan}; `annexa permissions {api.vendor}` says how."
    if status == 401:
        return "the key was not accepted", f"Make a new key: `annexa permissions {api.vendor}` says how."
    if status == 407:
        return "the proxy asks for credentials", "Put them into HTTPS_PROXY, or add the host to NO_PROXY."
    if 300 <= status < 400:
        return "a redirect, which is never followed", "Check the endpoint in annexa.toml."
    if why is Reason.THROTTLED and until:
        return f"throttled until {until}", f"Run again after {until}, or raise `patience` of the source."
    if why is Reason.UNREACHABLE:
        return "the service failed at every attempt", "Run again."
    return {
        Reason.DENIED: ("the key may not make this call", grant),
        Reason.THROTTLED: ("throttled until every attempt was used", "Run again, at another hour."),
        Reason.NOT_LICENSED: ("the organisation's plan has no such interface", f"This needs {read.plan or 'a plan with it'}."),
        Reason.UNSUPPORTED: ("the vendor has no such operation here", None),
        Reason.INVALID_ANSWER: (
            "an answer that this call does not document", "Run again; if it stays, report it with this code.",
        ),
    }.get(why, ("an error that this call does not document", "Run again; if it stays, report it with this code."))  # fmt: skip


def _failed(api: Api, read: Read, reply: Reply) -> bool:
    if api.failed is None:
        return False
    verdict = dig(reply.said, api.failed)
    # An API beside the main one need not have the member; where it is, anything but true is no answer.
    return verdict is not True and (verdict is not MISSING or (read.base is None and reply.said is not None))


def _code(api: Api, reply: Reply) -> str | None:
    found: Any = dig(reply.said, api.code) if api.code is not None else None
    text = str(found) if isinstance(found, (str, int)) and not isinstance(found, bool) else ""
    return text if re.fullmatch(r"[A-Za-z0-9_.:/-]{1,64}", text) and not SECRETS.search(text) else None
