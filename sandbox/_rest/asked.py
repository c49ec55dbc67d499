"""One request as a route sees it, and how a route refuses it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from annexa.sandbox._errors import SandboxError


class Refused(SandboxError):
    """The vendor's own error: by the kind of refusal, or with a status, code and text of its own."""

    def __init__(
        self, kind: str, message: str | None = None, *, status: int | None = None, code: str | None = None
    ) -> None:
        super().__init__(f"{kind}: {message or code or ''}")
        self.kind, self.message, self.status, self.code = kind, message, status, code


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that found its route."""

    method: str
    path: str
    origin: str
    """Where it was sent: `http://127.0.0.1:8080`."""
    params: Mapping[str, str]
    """What stood in the place of `{name}` in the path."""
    query: Mapping[str, str]
    """Query parameters, and the members of a body; of a name given twice, the values with commas between them."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name, without those that carry a key."""
    body: Any = None
    """The parsed JSON of a request with a body."""
    key: str | None = None
    """Name of the key that it was signed with."""

    def whole(self, name: str, default: int, kind: str = "bad_request") -> int:
        """A query parameter that is a whole number, not negative."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdecimal():
            raise Refused(kind, f"{name} must be a whole number")
        return int(text)

    def without(self, names: Iterable[str]) -> "Asked":
        """The same request without some query parameters."""
        return replace(self, query={name: value for name, value in self.query.items() if name not in names})

    def link(self, changed: Mapping[str, str], host: str | None = None) -> str:
        """The address of this request with other query parameters, on this host or on another."""
        query = {**self.query, **changed}
        origin = self.origin if host is None else f"https://{host}"
        return f"{origin}{quote(self.path, safe='/:@$')}?{urlencode(query, safe='$:,')}"


def query_of(text: str, headers: Mapping[str, str], body: bytes) -> tuple[dict[str, str], Any]:
    """Query parameters together with the members of a body, and the body as parsed JSON (or form)."""
    sort = headers.get("content-type", "")
    given = list(parse_qsl(text, keep_blank_values=True))
    parsed: Any = None
    if body and sort.startswith("application/x-www-form-urlencoded"):
        parsed = dict(parse_qsl(body.decode(), keep_blank_values=True))
    elif body:
        try:
            parsed = json.loads(body)
        except ValueError:
            raise Refused("bad_request", "the body is no JSON") from None
    if isinstance(parsed, dict):
        given += [(name, _text(value)) for name, value in parsed.items()]
    return _joined(given), parsed


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
