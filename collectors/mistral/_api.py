"""Mistral's API as a whole: address, the two keys, its three ways of paging, errors; and how its values are read.

Address and key are those of the published OpenAPI description. The vendor's guide prints another address and header for the
same interface; every call says so, until the vendor makes them one.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import SimpleNamespace
from typing import Any, TypeVar

from annexa.collectors._rest import Api, Counted, bearer
from annexa.collectors._rest.sign import key_of
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.schemas.words import Reason

W = TypeVar("W")

ADMIN = "Admin API key"
"""What opens the Admin API: such a key has no scopes."""
WORKSPACE = "API key of a workspace"
"""What opens connectors."""
GUIDE = "the vendor's guide prints another address and header (console.mistral.ai/api/admin, x-api-key) than its OpenAPI does"
"""Said of every call of the Admin API."""
PAGED = Counted(total="total")
"""Workspaces and groups: `page`, and how many there are in all."""
PAGE = {"page_size": 100}
AUDIT = "GET /admin/audit-logs"

API = Api(
    vendor="mistral",
    title="Mistral La Plateforme",
    base="https://api.mistral.ai/v1",
    sign=bearer("MISTRAL_ADMIN_API_KEY"),
    suffixes=("api.mistral.ai",),
    request_id="x-request-id",
    code="type",
    says="message",
    sensitive={
        AUDIT: frozenset(("", "*", name) for name in ("actor_metadata", "event_metadata", "target_metadata")),
        "GET /admin/users": frozenset({("members", "*", "name"), ("members", "*", "subscriptions")}),
    },
)


def workspace_key(settings: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The ordinary key, for calls that an admin key does not open; raises `CannotStartError`."""
    named = SimpleNamespace(name=settings.name, vendor=settings.vendor, key_env=settings.workspace_key_env)
    return {"Authorization": f"Bearer {key_of(named, environment, 'MISTRAL_API_KEY')}"}


def ident(call: Call, item: Mapping[str, Any], name: str = "uuid") -> str:
    """The vendor's id of an item; an item without one cannot be told apart, and neither can what follows be trusted."""
    found = item.get(name)
    if isinstance(found, str) and found:
        return found
    cure = "Run again; if it stays, report it with this code."
    says = f"an item has no {name}"
    raise UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="missing_id", says=says, cure=cure))


def moment_in(item: Mapping[str, Any], name: str, null: Missing = NOT_EXPOSED) -> str | Missing:
    """The time in a field, in UTC; of a day its beginning. `null` is what the vendor means by a null."""
    if name not in item:
        return NOT_EXPOSED
    raw = item[name]
    if raw is None:
        return null
    try:
        return stamp(parse(f"{raw}T00:00:00Z" if len(str(raw)) == len("2026-08-30") else str(raw)))
    except (ValueError, TypeError):
        return ambiguous(str(raw), "the vendor documents a time")


def cents(raw: object) -> int | Missing:
    """An amount of money in the smallest unit of its currency, of which there are a hundred."""
    if raw is None:
        return NOT_EXPOSED
    try:
        amount = Decimal(str(raw)) * 100
    except InvalidOperation:
        return unknown_value(raw)
    return int(amount) if amount == amount.to_integral_value() and not isinstance(raw, bool) else unknown_value(raw)
