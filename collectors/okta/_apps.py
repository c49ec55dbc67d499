"""What an application of Okta's says, field by field: pure readings of the vendor's rows."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from annexa.collectors._values import choose, inside, moment_in, text
from annexa.collectors.okta._api import ADDRESSES, lower
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, Text, ambiguous, unknown_value
from annexa.evidence.handle import Item
from annexa.evidence.kinds.access import AccessGrant

STATES = lower(("ACTIVE", "INACTIVE", "DELETED"))
OPENID = "OPENID_CONNECT"
MODES = lower((
    "AUTO_LOGIN", "BASIC_AUTH", "BOOKMARK", "BROWSER_PLUGIN", OPENID, "SAML_1_1", "SAML_2_0",
    "SECURE_PASSWORD_STORE", "WS_FEDERATION",
))  # fmt: skip
BUILT_IN = "BUILT_IN"
GROUPS = (BUILT_IN, "APP_GROUP", "OKTA_GROUP")
"""Okta's words for where a group comes from."""
SIGN_ON_ADDRESSES = ("ssoAcsUrl", "ssoAcsUrlOverride", "destination", "recipient", "loginUrl", "redirectUrl")
CLIENT_ADDRESSES = ("redirect_uris", "initiate_login_uri", "client_uri")


def state(app: Item) -> Text:
    """Whether it is switched on."""
    return choose(app.get("status"), STATES)


def sign_on(app: Item) -> Text:
    """How people sign in; `absent` for a client that signs in by itself."""
    return ABSENT if _is_service(app) else choose(app.get("signOnMode"), MODES)


def policy_of(app: Item) -> Text:
    """Id of the policy that the app's own link names; the Classic Engine has no such link."""
    if _is_service(app):
        return ABSENT
    return text(str(inside(app, "_links", "accessPolicy").get("href", "")).rstrip("/").rpartition("/")[2])


def consented(app: Item, groups: list[Item] | Missing, users: list[Item] | Missing) -> Text:
    """Who may use it: `everyone`, who asks (`self_service`), `groups`, single users (`some`), `none`; no person a service."""
    if _is_service(app):
        return ABSENT
    if isinstance(groups, Missing):
        return groups
    everybody = [_is_everyone(inside(group, "_embedded", "group")) for group in groups]
    if any(found is True for found in everybody):
        return "everyone"
    for found in everybody:
        if isinstance(found, Missing):
            return found
    if inside(app, "accessibility").get("selfService") is True:
        return "self_service"
    if groups:
        return "groups"
    if isinstance(users, Missing):
        return users
    return "some" if users else "none"


def assignment(app: Item, entry: Item, sort: str) -> AccessGrant:
    """The record of one group (`groups`) or user (`users`) that an app is assigned to."""
    group, grantee = inside(entry, "_embedded", "group"), str(entry["id"])
    for_all = _is_everyone(group) if sort == "groups" else False
    return AccessGrant(
        subject=f"{app['id']}/{sort}/{grantee}", grantee=grantee,
        grantee_name=text(inside(group, "profile").get("name")),
        grantee_sort="group" if sort == "groups" else "user",
        on_behalf_of="user" if sort == "users" else "all" if for_all is True else for_all or NOT_EXPOSED,
        purpose="use", permissions=("sign in",), target=str(app["id"]), verdict="allowed",
        granted=moment_in(entry, "created"),
    )  # fmt: skip


def domains(app: Item) -> Names:
    """Hosts to which the app's settings lead people."""
    settings = inside(app, "settings")
    if not settings:
        return NOT_EXPOSED
    places = [
        (inside(settings, "app"), ADDRESSES), (inside(settings, "signOn"), SIGN_ON_ADDRESSES),
        (inside(settings, "oauthClient"), CLIENT_ADDRESSES),
    ]  # fmt: skip
    found = {host for holder, names in places for name in names for host in _hosts(holder.get(name))}
    return tuple(sorted(found)) or ABSENT


def _is_service(app: Item) -> bool:
    """Whether it is a client that signs in by itself: no person ever does."""
    return inside(app, "settings", "oauthClient").get("application_type") == "service"


def _is_everyone(group: Mapping[str, Any]) -> bool | Missing:
    """Whether it is Okta's own group of everybody; one that people made and called so is an ordinary one."""
    if "type" not in group:
        return ambiguous("groups", "the answer does not say which of the groups is the one of everybody")
    if group["type"] not in GROUPS:
        return unknown_value(group["type"])
    return group["type"] == BUILT_IN and inside(group, "profile").get("name") == "Everyone"


def _hosts(raw: object) -> Iterable[str]:
    for one in raw if isinstance(raw, list) else [raw]:
        if isinstance(one, str) and "://" in one:
            try:
                host = urlsplit(one).hostname
            except ValueError:
                continue
            if host:
                yield host
