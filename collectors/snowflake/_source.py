"""One Snowflake account as a source: as which user and role it is asked, and under which name Snowflake knows it."""

import re
from dataclasses import replace

import msgspec

from annexa.collectors._rest import Me, RestWire
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.snowflake._api import API, statement
from annexa.collectors.snowflake._login import KeyPair, Token
from annexa.collectors.snowflake._settings import SnowflakeSettings
from annexa.collectors.snowflake._wire import StatementSource

WHOAMI = statement(
    "SELECT CURRENT_REGION() AS REGION, CURRENT_ACCOUNT() AS ACCOUNT, CURRENT_USER() AS NAME, CURRENT_ROLE() AS ROLE",
    "none: every user may ask who it is",
    unconfirmed="that a statement which reads nothing is answered without a warehouse",
)
"""Asked while connecting."""
ACCOUNT = "SNOWFLAKE_ACCOUNT"


def source(settings: SnowflakeSettings, lent: Circumstances) -> StatementSource:
    """Sign in with a key pair or a programmatic access token; raises `CannotStartError`."""
    named = (settings.account or lent.environment.get(ACCOUNT, "")).strip()
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,250}", named):
        raise CannotStartError(
            f"{settings.name}: the account is not named",
            cure=f"Give `account` (acmeorg-main) in the source's table, or set {ACCOUNT}.",
        )
    settings = msgspec.structs.replace(settings, account=named)
    login = Token(settings, lent) if settings.user is None else KeyPair(settings, lent)
    api = replace(API, sign=lambda settings, environment: login.headers())
    # Host names have no underscores: Snowflake writes them as hyphens there.
    asked = msgspec.structs.replace(settings, account=named.replace("_", "-").lower())
    return StatementSource(api, asked, lent, me=_me)


def _me(wire: RestWire) -> Me:
    """An account's locator is given once and unique in its region; its name in the organisation can be changed."""
    (row,) = wire.ask(WHOAMI)["data"]
    region, account, user, role = (row[name] for name in ("region", "account", "name", "role"))
    if not all(isinstance(one, str) and one for one in (region, account, user)):
        raise LookupError("who asks")
    return Me(tenant=f"{region}.{account}", identity=f"user/{user} as {role}", known={"role": role})
