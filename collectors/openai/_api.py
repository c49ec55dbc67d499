"""The Admin API as a whole: address, key, paging, limits; and how its values are read.

Times are seconds since 1970. A field that the vendor documents as null is a statement (`absent`); one that is missing is none.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from annexa.collectors._rest import Api, Cursor, bearer
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous
from annexa.schemas.words import Reason

W = TypeVar("W")

MANAGEMENT = "api.management.read"
"""The scope that the vendor names when a key may not read the organization."""
AUDIT = "api.audit_logs.read"
"""The scope that the vendor names when a key may not read the audit log."""
UNTOLD = "which scope opens it is not published; the permission Read only of an admin key does"
"""Said of a call whose scope the vendor's own refusals do not name."""
NO_404 = "no 404 is described; it is taken for `nothing is set`, which can fail a rule and never pass one"
"""Said of a call in which a 404 counts as absence."""

LAST_ID = Cursor(param="after", at="last_id", more="has_more", may_lack=True)
"""Most lists: `after` takes the id of the page's last item."""
NEXT = Cursor(param="after", at="next", more="has_more", may_lack=True)
"""Groups and roles: `after` takes the page's `next`."""
PAGE = {"limit": 100}
"""The largest page of most lists."""


def sign(settings: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The admin key, and the organization that it must belong to."""
    organization = organization_of(settings, environment)
    key = bearer("OPENAI_ADMIN_KEY")(settings, environment)
    return {**key, "OpenAI-Organization": organization} if organization else key


def organization_of(settings: Any, environment: Mapping[str, str]) -> str | None:
    """The id of the organization that somebody named: in the configuration, or where the vendor's SDK looks for it."""
    return settings.organization or environment.get("OPENAI_ORG_ID", "").strip() or None


API = Api(
    vendor="openai",
    title="OpenAI API platform",
    base="https://api.openai.com/v1",
    sign=sign,
    suffixes=("api.openai.com",),
    request_id="x-request-id",
    code="error.code",
    says="error.message",
    reasons={401: Reason.DENIED, 403: Reason.DENIED},
    sensitive={"GET /organization/audit_logs": frozenset({("data", "*", "*", "*")})},
    later=("retry-after-ms", "retry-after"),
)


def ident(call: Call, item: Mapping[str, Any], name: str = "id") -> str:
    """The vendor's id of an item; an item without one cannot be told apart, and neither can what follows be trusted."""
    found = item.get(name)
    if isinstance(found, str) and found:
        return found
    cure = "Run again; if it stays, report it with this code."
    says = f"an item has no {name}"
    raise UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="missing_id", says=says, cure=cure))


def moment(raw: object, null: Missing = NOT_EXPOSED) -> str | Missing:
    """A time in seconds since 1970, in UTC; `null` is what the vendor means by a null."""
    if raw is None:
        return null
    if isinstance(raw, bool) or not isinstance(raw, int):
        return ambiguous(str(raw), "the vendor documents seconds since 1970")
    try:
        return stamp(datetime.fromtimestamp(raw, UTC))
    except (ValueError, OverflowError, OSError):
        return ambiguous(str(raw), "no time can be made of it")


def moment_in(item: Mapping[str, Any], name: str, null: Missing = ABSENT) -> str | Missing:
    """The time in a field: `null` where the vendor says null, not exposed where the field is missing."""
    return moment(item[name], null) if name in item else NOT_EXPOSED
