"""One Cursor team as a source: which team the key belongs to.

Two answers name the team, and a key need not be let in to both: the second is asked where the first is refused.
"""

from annexa.collectors._rest import Me, RestSource, RestWire
from annexa.collectors._source import Circumstances
from annexa.collectors.cursor._api import API
from annexa.collectors.cursor._settings import CursorSettings
from annexa.collectors.cursor.audit import LOGS
from annexa.collectors.cursor.models import ACCESS
from annexa.evidence.answer import UnreadError


def source(settings: CursorSettings, lent: Circumstances) -> RestSource:
    """The team of one key; raises `CannotStartError`."""
    return RestSource(API, settings, lent, me=_me)


def _me(wire: RestWire) -> Me:
    team = _team(wire)
    return Me(tenant=team, identity=f"key of team {team}", known={"team": team})


def _team(wire: RestWire) -> str:
    """The team's number, as the policy of models or the audit log names it."""
    try:
        return _number(wire.ask(ACCESS)["teamId"])
    except UnreadError:
        return _number(wire.ask(LOGS, pageSize=1)["params"]["teamId"])


def _number(found: object) -> str:
    if isinstance(found, bool) or not isinstance(found, int):
        raise TypeError("the team's id is no number")
    return str(found)
