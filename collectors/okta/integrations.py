"""What may call Okta's own API: apps that were granted scopes, and services of other vendors that were let in."""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, moment_in, text
from annexa.collectors.okta._api import LINKED
from annexa.collectors.okta._apps import MODES, OPENID
from annexa.collectors.okta.apps import APPS
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant
from annexa.evidence.kinds.systems import Application

GRANTS = Read(op="GET /api/v1/apps/{appId}/grants", needs="okta.appGrants.read", path="", pager=LINKED)
SERVICES = Read(op="GET /integrations/api/v1/api-services", needs="okta.oauthIntegrations.read", path="", pager=LINKED)
OTHERS = frozenset(MODES) - {OPENID}
"""Ways to sign in that go without a client of OAuth."""
OKTA = "okta"
"""The target of a grant on Okta itself."""
ACTS_FOR: dict[str, Literal["user"] | Missing] = {"ADMIN": NOT_EXPOSED, "END_USER": "user"}
"""For whom an app acts, by who consented; an administrator can consent for all of them or for the app alone."""


@collects(AccessGrant, APPS, GRANTS, per="source",
          where={"access_grant.target": (OKTA,), "access_grant.purpose": ("read", "write")})  # fmt: skip
def scope_grants(handle: Handle) -> Iterator[AccessGrant]:
    """One record per scope of Okta's API that somebody consented to for an app, and nobody took back."""
    # Only such apps can be granted scopes; one whose mode nobody documented may be one of them.
    clients = (app for app in handle.each(APPS) if app.get("signOnMode") not in OTHERS)
    for app, reply in handle.many(GRANTS, clients, lambda app: {"appId": str(app["id"])}):
        with handle.item(str(app["id"])):
            for grant in reply.each():
                if grant.get("status") != "REVOKED":
                    with handle.citing(app, grant):
                        yield _scope_grant(app, grant)


@collects((Application, AccessGrant), SERVICES, per="source",
          where={"access_grant.target": (OKTA,), "access_grant.purpose": ("read", "write")})  # fmt: skip
def api_services(handle: Handle) -> Iterator[Application | AccessGrant]:
    """One record per service of another vendor that calls Okta's API by itself, and one for what it may do there."""
    for service in handle.each(SERVICES):
        scopes, key = _scopes(service.get("grantedScopes")), str(service["id"])
        name = text(service.get("name"))
        yield Application(
            subject=key, vendor_id=str(service["type"]), name=name, consented=ABSENT, permissions=scopes,
            sign_on=ABSENT, sign_on_policy=ABSENT, created=moment_in(service, "createdAt"),
        )  # fmt: skip
        yield _grant(f"{key}/scopes", key, name, scopes, on_behalf_of="none", granted=moment_in(service, "createdAt"))


def _scope_grant(app: Item, grant: Item) -> AccessGrant:
    scope = text(grant.get("scopeId"))
    return _grant(
        str(grant["id"]), str(app["id"]), text(app.get("label")), scope if isinstance(scope, Missing) else (scope,),
        on_behalf_of=choose(grant.get("source"), ACTS_FOR), granted=moment_in(grant, "created"),
        status=choose(grant.get("status"), {"ACTIVE": "allowed"}),
    )  # fmt: skip


def _grant(
    subject: str, grantee: str, name: str | Missing, scopes: Names, *, on_behalf_of: Literal["user", "none"] | Missing,
    granted: str | Missing, status: str | Missing = "allowed",
) -> AccessGrant:  # fmt: skip
    """A grant on Okta itself; scopes that could not be read leave open whether it takes effect."""
    known = scopes if isinstance(scopes, tuple) else ()
    verdict: Literal["allowed"] | Missing = "allowed"
    for doubt in (scopes, status):
        if isinstance(doubt, Missing):
            verdict = doubt
    return AccessGrant(
        subject=subject, grantee=grantee, grantee_name=name, grantee_sort="application", on_behalf_of=on_behalf_of,
        purpose="write" if any(scope.endswith(".manage") for scope in known) else "read", permissions=known,
        target=OKTA, verdict=verdict, granted=granted,
    )  # fmt: skip


def _scopes(raw: object) -> Names:
    if raw is None:
        return NOT_EXPOSED
    if isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return tuple(sorted(raw)) or ABSENT
    return ambiguous(type(raw).__name__, "the vendor documents a list of words")
