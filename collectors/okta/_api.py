"""Okta's management API as a whole: address, limits, errors; what is never kept of its answers; how values are read.

Lists go on in the header `Link`; a refused caller is told in `X-Rate-Limit-Reset` when the minute is over. Times are RFC 3339.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Link, bearer
from annexa.schemas.words import Reason

W = TypeVar("W")

LINKED = Link()
"""Every list goes on in the header `Link`."""
LOGS = "GET /api/v1/logs"


def _rows(*paths: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Places in every row of an answer that is itself the list."""
    return frozenset(("", "*", *path) for path in paths)


_APP = _rows(
    ("credentials", "signing"), ("credentials", "password"), ("credentials", "userName"),
    ("credentials", "oauthClient", "client_secret"), ("credentials", "oauthClient", "jwks"), ("profile",),
    ("settings", "notes"), ("settings", "app", "*"), ("settings", "oauthClient", "jwks"),
    ("settings", "signOn", "attributeStatements"), ("settings", "signOn", "configuredAttributeStatements"),
    ("settings", "signOn", "spCertificate"), ("settings", "signOn", "assertionEncryption"),
    ("settings", "signOn", "defaultRelayState"), ("settings", "signOn", "inlineHooks"),
)  # fmt: skip
"""Keys, and members in which administrators write what they like: `settings.app` holds tokens of many integrations."""
_EVENT = _rows(
    *((name,) for name in (
        "actor", "client", "request", "securityContext", "authenticationContext", "debugContext", "transaction",
    )),
    *(("target", "*", name) for name in ("alternateId", "displayName", "detailEntry", "changeDetails")),
)  # fmt: skip
"""Who it was, from where and how: of an event only its sort, its moment, its outcome and the ids of its targets stay."""

API = Api(
    vendor="okta",
    title="Okta",
    base="https://{domain}",
    sign=bearer("OKTA_CLIENT_TOKEN", scheme="SSWS"),
    suffixes=(".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil"),
    request_id="x-okta-request-id",
    code="errorCode",
    says="errorSummary",
    # The organisation has not bought what this is part of.
    codes={"E0000015": Reason.NOT_LICENSED},
    # One token may use half of what an organisation may: 600 a minute for most lists, 120 for the log.
    rate=Rate(per_second=5, burst=20),
    rates={LOGS: Rate(per_second=1, burst=5)},
    sensitive={
        "GET /api/v1/apps": _APP,
        "GET /api/v1/apps/{appId}/users": _rows(("credentials",), ("profile",)),
        "GET /api/v1/apps/{appId}/groups": _rows(("profile",), ("_embedded", "group", "profile", "*")),
        "GET /api/v1/api-tokens": _rows(("name",)),
        "GET /api/v1/policies": _rows(("description",)),
        "GET /api/v1/users": _rows(
            ("credentials", "password"), ("credentials", "recovery_question"), ("profile", "*")
        ),
        "GET /api/v1/users/me": frozenset({("credentials",), ("profile", "*")}),
        "GET /api/v1/logStreams": _rows(("settings", "token")),
        "GET /integrations/api/v1/api-services": _rows(("properties",)),
        LOGS: _EVENT,
    },
    later=("x-rate-limit-reset", "retry-after"),
)  # fmt: skip

ADDRESSES = ("url", "loginUrl", "siteURL", "baseURL", "domain")
"""Members of an app's own settings that name a place; they stay readable."""
PROFILE = ("login", "email", "userType")
"""Members of a user's profile that stay readable; the rest is private, or an administrator's own."""


def lower(words: Iterable[str]) -> Mapping[str, str]:
    """Okta's words, each with its own lower-case form as its meaning."""
    return {word: word.lower() for word in words}
