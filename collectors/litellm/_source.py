"""One LiteLLM proxy as a source: its address, whether it has a database, and as whom the key asks.

The proxy has no id of its own: the host that people call it by stands for it. Its own word for the database, for the key's
role and for the key's limits is asked once; where it gives none, lists stay unproved.
"""

from typing import Any

import msgspec

from annexa.collectors._rest import Me, Read, RestSource, RestWire
from annexa.collectors._rest.address import address
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.litellm._api import API, LIMITS
from annexa.collectors.litellm._settings import LiteLlmSettings
from annexa.collectors.litellm.keys import FREE_TEXT
from annexa.collectors.litellm.models import MODELS
from annexa.evidence.answer import UnreadError

READY = Read(op="GET /health/readiness", needs="none: it answers to everybody")
WHOAMI = Read(op="GET /v2/user/info", needs="none: every key may ask whose it is", drop=("metadata",))
OWN_KEY = Read(op="GET /key/info", needs="none: every key may ask about itself", path="info", drop=FREE_TEXT)
NO_LIMIT: tuple[Any, ...] = (None, "", [], ["all-proxy-models"])
"""What stands in a key that a field does not limit."""
CONNECTED = {"connected": True, "Not connected": False}
"""What the proxy says about its database."""


def source(settings: LiteLlmSettings, lent: Circumstances) -> RestSource:
    """The proxy at an address; raises `CannotStartError`."""
    found = _addressed(settings, lent.environment.get("LITELLM_PROXY_URL", "").strip())
    return RestSource(API, found, lent, me=lambda wire: _me(wire, str(found.host)))


def _addressed(settings: LiteLlmSettings, told: str) -> LiteLlmSettings:
    """The settings with endpoint and host, each from the other, or from the environment."""
    endpoint = settings.endpoint or (told if settings.host is None else None)
    if settings.host is not None:
        return settings
    if not endpoint:
        raise CannotStartError(
            f"{settings.name}: nobody says where the proxy is",
            cure='Name it: host = "…" in the source\'s table, or LITELLM_PROXY_URL.',
        )
    try:
        found = address(endpoint)
    except ValueError as error:
        raise CannotStartError(
            f"{settings.name}: the proxy's address is no address to ask: {error}",
            cure="Correct `endpoint` in annexa.toml, or LITELLM_PROXY_URL.",
        ) from error
    return msgspec.structs.replace(settings, endpoint=endpoint, host=found.origin.partition("://")[2])


def _me(wire: RestWire, host: str) -> Me:
    database = _database(wire)
    found = _whoami(wire) if database is not False else _let_in(wire)
    who = found.get("user_id")
    identity = f"user/{who}" if isinstance(who, str) and who else f"a key of {host}"
    known = {"database": database, "role": found.get("user_role"), "limits": _limits(wire, database), "proxy": host}
    return Me(tenant=host, identity=identity, known=known)


def _database(wire: RestWire) -> bool | None:
    """Whether the proxy has a database; None where it does not say so in the words that are known."""
    try:
        said = wire.ask(READY).get("db")
    except UnreadError:
        return None
    return CONNECTED.get(said) if isinstance(said, str) else None


def _limits(wire: RestWire, database: bool | None) -> tuple[str, ...] | None:
    """Fields by which the key is limited; None where the proxy does not show its row, as for the master key."""
    if database is False:
        return None
    try:
        own = wire.ask(OWN_KEY)
    except UnreadError:
        return None
    if not all(name in own for name in LIMITS):
        return None
    return tuple(name for name in LIMITS if own[name] not in NO_LIMIT)


def _let_in(wire: RestWire) -> dict[str, Any]:
    """Nothing about the key, which a proxy without a database cannot look up; only that it opens the proxy."""
    wire.ask(MODELS)
    return {}


def _whoami(wire: RestWire) -> dict[str, Any]:
    """The user of the key; nothing where it has none. A key that is not accepted at all ends the attempt."""
    try:
        return wire.ask(WHOAMI)
    except UnreadError as error:
        if error.trouble.status == 401:
            raise
        return {}
