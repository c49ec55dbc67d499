"""How a vendor refuses: status, code and text by kind, in the vendor's own form of an error, and what it says of waiting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annexa.sandbox._rest.asked import Refused
from annexa.sandbox._rest.pages import Page

ErrorBody = Callable[[int, str, str], Any]
"""Status, code and text to the body of an error."""
Later = Callable[[datetime], Mapping[str, str]]
"""Headers by which the vendor says when to come again, at this moment."""
SECONDS = 2
"""How long a throttled caller is told to wait."""

DEFAULTS: Mapping[str, tuple[int, str, str]] = {
    "bad_request": (400, "invalid_request", "The request is not valid."),
    "unauthorised": (401, "unauthorized", "The key is not known."),
    "expired": (401, "expired", "The key has expired."),
    "denied": (403, "forbidden", "The key does not have the permission that this needs."),
    "not_found": (404, "not_found", "There is no such resource."),
    "no_beta": (404, "not_found", "There is no such endpoint."),
    "conflict": (409, "conflict", "The resource is not in a state for this."),
    "throttled": (429, "rate_limited", "Too many requests."),
    "server_error": (500, "internal_error", "Something went wrong on our side."),
    "unsupported": (501, "unsupported", "unsupported by the sandbox"),
}
"""What is said where a vendor's own words are not declared."""


@dataclass(frozen=True, kw_only=True)
class Refusals:
    """A vendor's errors."""

    body: ErrorBody
    table: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    """The vendor's status, code and text by kind; a kind that is not here is as in `DEFAULTS`."""
    later: Later = field(default_factory=lambda: retry_after())

    def page(self, refused: Refused, own: Mapping[str, tuple[int, str, str]], now: datetime) -> tuple[int, Page]:
        """Status and answer of a refusal; `own` are those of the route."""
        found = own.get(refused.kind) or self.table.get(refused.kind) or DEFAULTS[refused.kind]
        status, code = refused.status or found[0], refused.code or found[1]
        headers = dict(self.later(now)) if refused.kind == "throttled" else {}
        return status, Page(body=self.body(status, code, refused.message or found[2]), headers=headers)


def retry_after(seconds: int = SECONDS, name: str = "Retry-After", per_second: int = 1) -> Later:
    """Seconds to wait in a header; `per_second=1000` for one that counts milliseconds."""
    return lambda now: {name: str(seconds * per_second)}


def reset_epoch(name: str, seconds: int = SECONDS, **more: str) -> Later:
    """The moment of the next window, in seconds since 1970, with further headers: `reset_epoch("X-Rate-Limit-Reset")`."""
    extra = {key.replace("_", "-"): value for key, value in more.items()}
    return lambda now: {name: str(int(now.timestamp()) + seconds), **extra}


def structured(policy: str, seconds: int = SECONDS) -> Later:
    """The `RateLimit` header as a structured field: `"policy";r=0;t=2`."""
    return lambda now: {"RateLimit": f'"{policy}";r=0;t={seconds}', "RateLimit-Policy": f'"{policy}"'}


def nothing() -> Later:
    """The vendor says nothing about waiting."""
    return lambda now: {}
