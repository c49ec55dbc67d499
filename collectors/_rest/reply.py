"""One HTTP answer as it came, and its content as plain JSON values; whatever is no JSON has no content."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

_JSON = msgspec.json.Decoder(float_hook=str)
"""Fractions stay the decimal text that the vendor sent."""
_MOST = 2**53 - 1


class UnreadableError(Exception):
    """A body that is no content; `code` is ours."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code, self.says = code, says


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the vendor answered to one question."""

    status: int
    body: bytes
    host: str
    """Effective scheme and host."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name."""
    links: tuple[str, ...] = ()
    """Every header `Link`, as sent."""

    @cached_property
    def content(self) -> Any:
        """The body's JSON value; raises `UnreadableError`."""
        if not self.body.strip():
            raise UnreadableError("empty_body", "an empty body instead of an answer")
        try:
            return plain(_JSON.decode(self.body))
        except (ValueError, RecursionError):
            if re.match(rb"(?:\s|\xef\xbb\xbf)*<", self.body):
                raise UnreadableError("web_page", "a web page instead of an answer") from None
            raise UnreadableError("unreadable_body", "the body is no JSON, or is cut short") from None

    @property
    def said(self) -> Any:
        """The content, or None where there is none: for errors, which need not have any."""
        try:
            return self.content
        except UnreadableError:
            return None


def plain(value: Any) -> Any:
    """The same within what can be kept: long numbers as text, other than ASCII letters in keys as escapes."""
    if isinstance(value, dict):
        return {_key(key): child if type(child) in _PLAIN else plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [child if type(child) in _PLAIN else plain(child) for child in value]
    return str(value) if type(value) is int and not -_MOST <= value <= _MOST else value


_PLAIN = frozenset({str, bool, type(None)})


def _key(key: str) -> str:
    return key if key.isascii() else key.encode("ascii", "backslashreplace").decode()


MISSING = object()
"""What `dig` finds where there is nothing."""


def dig(content: Any, path: str) -> Any:
    """What stands at a dotted path, or `MISSING`; the empty path is the content itself.

    A path that begins with `@` is one name, dots and all: `@odata.nextLink`.
    """
    for name in [path] if path.startswith("@") else path.split(".") if path else ():
        content = content.get(name, MISSING) if isinstance(content, dict) else MISSING
    return content
