"""One Okta organisation as a source: as which app or administrator it is asked, and under which id Okta knows it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from urllib.parse import urlsplit

import msgspec

from annexa import collectors
from annexa.collectors._rest import Me, Read, RestSource, RestWire
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.okta._api import API
from annexa.collectors.okta._login import AppLogin
from annexa.collectors.okta._settings import OktaSettings

ORG = Read(op="GET /api/v1/org", needs="okta.orgs.read")
"""Asked while connecting."""
WHOAMI = Read(op="GET /api/v1/users/me", needs="none: every API token may ask whose it is")
"""Asked while connecting, where a token asks."""
ADDRESS = "OKTA_CLIENT_ORGURL"


def source(settings: OktaSettings, lent: Circumstances) -> Source:
    """Sign in as an app or with an API token; raises `CannotStartError`."""
    settings = msgspec.structs.replace(settings, domain=_domain(settings, lent.environment))
    if settings.client_id is None:
        return RestSource(API, settings, lent, me=lambda wire: _me(wire, f"user/{wire.ask(WHOAMI)['id']}"))
    login = AppLogin(settings, lent, _scopes())
    api = replace(API, sign=lambda settings, environment: login.headers())
    return RestSource(api, settings, lent, me=lambda wire: _me(wire, login.identity))


def _me(wire: RestWire, identity: str) -> Me:
    return Me(tenant=wire.ask(ORG)["id"], identity=identity)


def _scopes() -> Iterator[str]:
    """The scopes that the declared calls need."""
    yield ORG.needs
    declared = collectors.of(import_module("annexa.collectors.okta"))
    yield from {call.needs for collector in declared for call in collector.calls} - {ORG.needs}


def _domain(settings: OktaSettings, environment: Mapping[str, str]) -> str:
    """The organisation's host; `OKTA_CLIENT_ORGURL` holds an address, of which only the host is taken."""
    if settings.domain:
        return settings.domain.lower()
    given = environment.get(ADDRESS, "").strip()
    try:
        host = urlsplit(given if "://" in given else f"https://{given}").hostname
    except ValueError:
        host = None
    if not host:
        raise CannotStartError(
            f"{settings.name}: the organisation's host is not named",
            cure=f"Give `domain` (example.okta.com) in the source's table, or set {ADDRESS}.",
        )
    return host
