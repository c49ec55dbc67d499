"""One Slack organisation as a source: which one the token belongs to, and as whom it asks."""

from annexa.collectors._rest import Me, Read, RestSource, RestWire
from annexa.collectors._source import Circumstances
from annexa.collectors.slack._api import API
from annexa.collectors.slack._settings import SlackSettings

WHOAMI = Read(op="GET /auth.test", needs="none: every token may ask whose it is")
"""Asked while connecting."""


def source(settings: SlackSettings, lent: Circumstances) -> RestSource:
    """Sign in with a user token; raises `CannotStartError`."""
    return RestSource(API, settings, lent, me=_me)


def _me(wire: RestWire) -> Me:
    """The organisation, or the one workspace of a plan that has no organisation."""
    found = wire.ask(WHOAMI)
    enterprise = found.get("enterprise_id") or None
    tenant = enterprise or found["team_id"]
    return Me(tenant=tenant, identity=f"user/{found['user_id']}", known={"enterprise": enterprise is not None})
