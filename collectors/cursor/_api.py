"""Cursor's Admin API as a whole: address, limits, errors; and how its values are read.

Reads that take a body are sent by POST. Times are milliseconds since 1970 where they are numbers, RFC 3339 where they are text.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Numbered, basic_key
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous
from annexa.schemas.words import Reason

W = TypeVar("W")

ADMIN = "admin:*"
"""The scope that Cursor's overview of its interfaces asks for."""
MODELS = "models:read"
"""The scope of model access, which a general read-only key lacks."""
ENTERPRISE = "Enterprise"
"""The plan for which Cursor documents the Admin API."""
PAGES = Numbered(more="pagination.hasNextPage")
"""Lists that say themselves whether another page follows."""

MEMBERS, GROUPS, BLOCKLISTS = "GET /teams/members", "GET /teams/groups", "GET /settings/repo-blocklists/repos"
USAGE, SPEND, AUDIT = "POST /teams/daily-usage-data", "POST /teams/spend", "GET /teams/audit-logs"
MODEL_ACCESS, PROVIDERS = "GET /teams/model-access/configuration", "GET /teams/model-access/providers"
A_MINUTE = Rate(per_second=0.25, burst=5)
"""Twenty calls a minute for each operation, however they fall together."""

API = Api(
    vendor="cursor",
    title="Cursor Admin API",
    base="https://api.cursor.com",
    sign=basic_key("CURSOR_ADMIN_API_KEY"),
    suffixes=("api.cursor.com",),
    says="message",
    rate=A_MINUTE,
    rates=dict.fromkeys((MEMBERS, GROUPS, BLOCKLISTS, USAGE, SPEND, AUDIT, MODEL_ACCESS, PROVIDERS), A_MINUTE),
)


def ident(call: Call, item: Mapping[str, Any], name: str = "id") -> str:
    """The vendor's id of an item: text, or a number at teams of the older form; one without it cannot be told apart."""
    found = item.get(name)
    if isinstance(found, (str, int)) and not isinstance(found, bool) and found != "":
        return str(found)
    cure = "Run again; if it stays, report it with this code."
    says = f"an item has no {name}"
    raise UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="missing_id", says=says, cure=cure))


def moment(raw: object) -> str | Missing:
    """A time in UTC, out of milliseconds since 1970 or a text."""
    if raw in (None, ""):
        return NOT_EXPOSED
    try:
        if isinstance(raw, str):
            return stamp(parse(raw))
        if isinstance(raw, int) and not isinstance(raw, bool):
            return stamp(datetime.fromtimestamp(raw / 1000, UTC))
    except (ValueError, TypeError, OverflowError, OSError):
        pass
    return ambiguous(str(raw), "no time can be made of it")
