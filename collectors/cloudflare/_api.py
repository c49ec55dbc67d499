"""Cloudflare's client API as a whole: address, envelope, paging, limits; what is never kept; how values are read.

Every answer is an envelope whose `success` says whether it is one. Lists carry `result_info`; its `total_count` is what
tells a whole list from a part of one, so that a page without it leaves the list unread.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Counted, bearer
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.schemas.words import Reason

W = TypeVar("W")

SETTINGS_READ, AI_READ, MCP_READ = "Account Settings Read", "AI Gateway Read", "MCP Portals Read"
ZERO_TRUST_READ, ACCESS_READ = "Zero Trust Read", "Access: Apps and Policies Read"
"""Permission groups of API tokens, as Cloudflare names them."""
PAGED = Counted(total="result_info.total_count")
"""Most lists: `page`, and a total in `result_info`."""
PAGE = {"per_page": 50}
UNTYPED = "the published models of this list leave out the total of result_info; without it the list stays unread"
"""Said of paged lists: the total is in the vendor's answers, and not in its SDK."""
APPS = "GET /accounts/{account_id}/access/apps"
PERSONAL = (
    "email", "email_list", "email_domain", "group", "azureAD", "github-organization", "gsuite", "okta", "saml", "oidc", "ip",
    "ip_list", "external_evaluation", "service_token", "certificate", "common_name", "user_risk_score",
)  # fmt: skip
"""Conditions of Access that hold names, addresses and groups; only that there is one stays."""


def _of_policies(*paths: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(("result", "*", "policies", "*", *path) for path in paths)


API = Api(
    vendor="cloudflare",
    title="Cloudflare",
    base="https://api.cloudflare.com/client/v4",
    sign=bearer("CLOUDFLARE_API_TOKEN"),
    suffixes=("api.cloudflare.com",),
    request_id="cf-ray",
    failed="success",
    # 1,200 calls in five minutes, then nothing for five minutes; other tools of the same user count as well.
    rate=Rate(per_second=3, burst=100),
    sensitive={
        APPS: _of_policies(
            ("include",), ("exclude",), ("approval_groups",), *(("require", "*", name) for name in PERSONAL)
        )
    },
    later=("retry-after", "ratelimit"),
)  # fmt: skip


def ident(call: Call, item: Mapping[str, Any], name: str = "id") -> str:
    """The vendor's id of an item; an item without one cannot be told apart, and neither can what follows be trusted."""
    found = item.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if isinstance(found, str) and found:
        return found
    raise _invalid(call, "missing_id", f"an item has no {name}")


def listed(call: Call, item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list that every item has; an item without it is unread, and never one with nothing in it."""
    found = item.get(name)
    if isinstance(found, list) and all(isinstance(one, Mapping) for one in found):
        return found
    raise _invalid(call, "missing_list", f"an item has no list at {name}")


def _invalid(call: Call, code: str, says: str) -> UnreadError:
    cure = "Run again; if it stays, report it with this code."
    return UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code=code, says=says, cure=cure))


def moment_in(item: Mapping[str, Any], name: str) -> str | Missing:
    """The time in a field, in UTC."""
    raw = item.get(name)
    if raw in (None, ""):
        return NOT_EXPOSED
    try:
        return stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time")


def names(raw: object) -> tuple[str, ...] | Missing:
    """A list of texts, sorted."""
    if raw is None:
        return NOT_EXPOSED
    whole = isinstance(raw, list) and all(isinstance(one, str) for one in raw)
    return tuple(sorted(raw)) if whole and isinstance(raw, list) else unknown_value(raw)


def objects(raw: object) -> Iterable[Mapping[str, Any]]:
    """The objects of a list; nothing where the vendor gave none."""
    return [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []
