"""Cuts a full answer into pages, by the service's own paginator description.

A token says where the next page starts and for which question it was given. Several paged lists (IAM's users,
groups, roles, policies) are walked one after the other, as the service does.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._models import Paging, operation_model, paging

REPEATED = "repeated"
"""The start of a token that never moves on; accepted as "first page"."""


def page(service: str, operation: str, params: Mapping[str, Any], full: dict[str, Any], size: int) -> dict[str, Any]:
    """The page of `full` that `params` asks for, at most `size` items; the whole answer if there is no paging."""
    pages = paging(service, operation)
    if pages is None:
        return full
    question = _question(params, pages)
    start = _start(params, pages, question)
    limit = min(size, params.get(pages.limit, size)) if pages.limit else size
    counts = [len(_get(full, name) or ()) for name in pages.lists]
    end = start + max(1, limit)
    cut = _cut(full, pages.lists, counts, start, end)
    if sum(counts) > end:
        _put_tokens(cut, pages, _token(service, operation, pages, end, question))
    if pages.more:
        cut[pages.more] = sum(counts) > end
    return cut


def repeat_token(service: str, operation: str, output: dict[str, Any]) -> dict[str, Any]:
    """The same page, but with a next-page token that is always the same one."""
    pages = paging(service, operation)
    if pages is None:
        return output
    changed = dict(output)
    _put_tokens(changed, pages, REPEATED.ljust(_longest_minimum(service, operation, pages), "-"))
    if pages.more:
        changed[pages.more] = True
    return changed


def without_tokens(service: str, operation: str, output: dict[str, Any]) -> dict[str, Any]:
    """The same page, said to be the last."""
    pages = paging(service, operation)
    changed = {name: value for name, value in output.items() if not pages or name not in pages.outputs}
    if pages and pages.more:
        changed[pages.more] = False
    return changed


def _question(params: Mapping[str, Any], pages: Paging) -> str:
    asked = {name: value for name, value in params.items() if name not in (*pages.inputs, pages.limit)}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _start(params: Mapping[str, Any], pages: Paging, question: str) -> int:
    token = params.get(pages.inputs[0])
    if not token or token.startswith(REPEATED):
        return 0
    where, _, asked = token.rstrip("-").partition(".")
    if asked != question or not where.isdecimal():
        raise AwsError("ValidationException", "the token does not belong to this request")
    return int(where)


def _token(service: str, operation: str, pages: Paging, start: int, question: str) -> str:
    return f"{start}.{question}".ljust(_longest_minimum(service, operation, pages), "-")


def _longest_minimum(service: str, operation: str, pages: Paging) -> int:
    """Some models want tokens of a minimum length."""
    model = operation_model(service, operation)
    shapes = [model.output_shape.members.get(name) for name in pages.outputs]
    shapes += [model.input_shape.members.get(name) for name in pages.inputs]
    return max((int(shape.metadata.get("min", 0)) for shape in shapes if shape is not None), default=0)


def _put_tokens(output: dict[str, Any], pages: Paging, token: str) -> None:
    for name in pages.outputs:
        output[name] = token


def _cut(full: dict[str, Any], lists: tuple[str, ...], counts: list[int], start: int, end: int) -> dict[str, Any]:
    cut = dict(full)
    for name, count in zip(lists, counts, strict=True):
        items = _get(full, name)
        if items is not None:
            _set(cut, name, items[max(0, start) : max(0, end)])
        start, end = start - count, end - count
    return cut


def _get(value: dict[str, Any], path: str) -> Any:
    for name in path.split("."):
        value = value.get(name, {})
    return value if value != {} else None


def _set(target: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        target[name] = dict(target[name])
        target = target[name]
    target[last] = value
