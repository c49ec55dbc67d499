"""What each kind of fault does to an answer: to its content before it is written, or to its bytes afterwards."""

from collections.abc import Callable
from typing import Any

from annexa.sandbox._errors import Cut
from annexa.sandbox._faults import Kind, with_empty_lists, with_new_enum, without_lists
from annexa.sandbox._pager import repeat_token, without_tokens
from annexa.sandbox._refusals import REFUSALS, refusal
from annexa.sandbox._routes import Routed
from annexa.sandbox._serialise import Answer

_HTML = b"<html><head><title>Sign in</title></head><body><p>Please sign in to the network.</p></body></html>"
_ELSEWHERE = "https://elsewhere.example/"


def spoil_output(kind: Kind, routed: Routed, output: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The content under this fault; a refusal raises its `AwsError` and never asks for the content."""
    service, operation = routed.service, routed.operation
    match kind:
        case _ if kind in REFUSALS:
            raise refusal(kind, service, operation, routed.protocol)
        case "missing_list":
            return without_tokens(service, operation, without_lists(service, operation, output()))
        case "empty_list":
            return without_tokens(service, operation, with_empty_lists(service, operation, output()))
        case "unknown_enum":
            return with_new_enum(service, operation, output())
        case "repeated_token":
            return repeat_token(service, operation, output())
        case _:
            return output()


def spoil_answer(kind: Kind, answer: Answer) -> Answer:
    """The bytes under this fault; `cut` raises `Cut` with the first half of the body, `hangup` one with nothing."""
    half = answer.body[: len(answer.body) // 2]
    match kind:
        case "hangup":
            raise Cut
        case "cut":
            raise Cut(half, len(answer.body) + 1, answer.status, answer.headers)
        case "truncated":
            return Answer(status=answer.status, headers=answer.headers, body=half)
        case "html":
            return Answer(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=_HTML)
        case "redirect":
            return Answer(status=307, headers={"Location": _ELSEWHERE}, body=b"")
        case _:
            return answer
