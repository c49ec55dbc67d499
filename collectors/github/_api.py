"""GitHub's REST API as a whole: address, version, limits, how its lists go on, and how its values are read.

Times carry an offset of their own. A 404 is what GitHub says to somebody who may not see a thing: it is a refusal, and an
absence only where its own words say so.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Link, bearer
from annexa.collectors._values import text
from annexa.evidence.fact import Missing
from annexa.schemas.words import Reason

W = TypeVar("W")

AUDIT_LOG = "GET /orgs/{org}/audit-log"
PREVIEW = "public preview"
"""What GitHub's own description says of an interface that may still change."""
PAGES = Link(also=(("/orgs/{org}", "/organizations/{id}"), ("/repos/{owner}/{repo}", "/repositories/{id}")))
"""Lists go on in the header `Link`, in which GitHub names organisations and repositories by number."""
PAGE: Mapping[str, Any] = {"per_page": 100}
"""The largest page."""

API = Api(
    vendor="github",
    title="GitHub",
    base="https://api.github.com",
    sign=bearer("GITHUB_TOKEN"),
    suffixes=("api.github.com", ".ghe.com"),
    headers={"accept": "application/vnd.github+json", "x-github-api-version": "2026-03-10"},
    request_id="x-github-request-id",
    says="message",
    # 422: a list that only owners may narrow was asked for by somebody else.
    reasons={404: Reason.DENIED, 422: Reason.DENIED},
    rate=Rate(per_second=15, burst=60),
    rates={AUDIT_LOG: Rate(per_second=0.48, burst=10)},
    later=("retry-after", "x-ratelimit-reset"),
)


def user(account: Mapping[str, Any]) -> str:
    """The id under which every collector names one account."""
    return f"user/{account['id']}"


def user_name(account: Mapping[str, Any]) -> str | Missing:
    """The account's e-mail address where GitHub shows it, else its login."""
    return text(account.get("email") or account.get("login"))


def repository(item: Mapping[str, Any]) -> str:
    """The id under which every collector names one repository."""
    return f"repository/{item['id']}"
