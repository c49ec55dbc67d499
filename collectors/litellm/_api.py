"""The proxy's management API as a whole: address, errors; and how its values are read.

Routes, parameters and fields are those of the `litellm` package, 1.109. Times are RFC 3339, with or without a zone; the proxy
writes UTC. A list shows less to a key that is no administrator's, and does not say so: see `prove`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from annexa.collectors._rest import Api, bearer
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import stamp
from annexa.evidence.fact import NOT_EXPOSED, Count, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle
from annexa.schemas.words import Reason

W = TypeVar("W")

VIEWER = "role proxy_admin_viewer"
"""The least role that sees everything: it may read whatever an administrator may."""
LIMITS = ("models", "team_id", "agent_id", "allowed_routes", "object_permission_id")
"""Fields of a key that can limit what lists show to it, whatever its user's role."""
SEES_ALL = frozenset({"proxy_admin", "proxy_admin_viewer"})
"""Roles to whom lists are shown whole."""

API = Api(
    vendor="litellm",
    title="LiteLLM proxy",
    base="https://{host}",
    sign=bearer("LITELLM_PROXY_API_KEY"),
    suffixes=(".litellm.ai",),
    reasons={400: Reason.INVALID_ANSWER},
)


def stored(handle: Handle, call: Call) -> None:
    """Raise that a call has nothing to answer from where the proxy itself says that it has no database."""
    if handle.known["database"] is False:
        says = "the proxy runs without a database"
        cure = "Connect one (DATABASE_URL); without it the proxy keeps no keys, teams, users, sign-on settings or audit log."
        raise UnreadError(call, Trouble(reason=Reason.UNSUPPORTED, code="no_database", says=says, cure=cure))


def prove(handle: Handle, call: Call, *bounds: str) -> None:
    """Note that a list may lack rows: by the key's role, or by a limit of the key's own that bounds this list."""
    role, limits = handle.known["role"], handle.known["limits"]
    says = None
    if role not in SEES_ALL:
        says = f"the key's role is {role or 'not known'}: the proxy leaves out what it may not see"
    elif bounds and limits is None:
        says = "the key's own limits are not known, and the proxy leaves out what they do not allow"
    elif found := [name for name in bounds if name in limits]:
        says = f"the key is limited by {', '.join(found)}: the proxy leaves out what that does not allow"
    if says is not None:
        handle.note(
            call, Reason.VISIBILITY_UNPROVED, says, cure="`annexa permissions litellm` says which key sees everything."
        )


def ident(call: Call, item: Mapping[str, Any], name: str) -> str:
    """The proxy's id of an item; one without it cannot be told apart."""
    found = item.get(name)
    if isinstance(found, str) and found:
        return found
    cure = "Run again; if it stays, report it with this code."
    says = f"an item has no {name}"
    raise UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="missing_id", says=says, cure=cure))


def moment(raw: object, null: Missing = NOT_EXPOSED) -> str | Missing:
    """A time in UTC; `null` is what a null means there."""
    if raw in (None, ""):
        return null
    try:
        found = datetime.fromisoformat(str(raw))
    except ValueError:
        return ambiguous(str(raw), "no time can be made of it")
    return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))


def names(raw: object) -> tuple[str, ...] | Missing:
    """A list of names, sorted; empty where the proxy sent an empty one."""
    if raw is None:
        return NOT_EXPOSED
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        return unknown_value(raw)
    return tuple(sorted(set(raw)))


def cents(raw: object, null: Missing) -> Count:
    """An amount in dollars as whole cents."""
    if raw is None:
        return null
    try:  # a fraction comes as its decimal text
        return unknown_value(raw) if isinstance(raw, bool) else int(Decimal(str(raw)) * 100)
    except (ArithmeticError, ValueError):
        return unknown_value(raw)
