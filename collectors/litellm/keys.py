"""Virtual keys: whose they are, what they open, when they end, when they were used last, and what they may spend."""

from collections.abc import Iterator

from annexa.collectors._rest import Numbered, Read
from annexa.collectors._values import choose, text
from annexa.collectors.litellm._api import VIEWER, cents, ident, moment, names, prove, stored
from annexa.evidence.call import collects
from annexa.evidence.clock import parse
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Names
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Credential, Quota
from annexa.schemas.words import State

FREE_TEXT = (
    "metadata", "aliases", "config", "permissions", "router_settings", "allowed_cache_controls", "object_permission",
    "litellm_budget_table", "jwt_claims", "user", "created_by_user", "api_key",
)  # fmt: skip
"""Parts of a key in which people can have written anything, secrets of callbacks among them."""
KEYS = Read(
    op="GET /key/list", needs=VIEWER, path="keys", pager=Numbered(total="total_pages"), drop=FREE_TEXT,
    params={"return_full_object": True, "size": 100, "sort_by": "created_at", "sort_order": "asc"},
)  # fmt: skip
TYPE, BUDGET = "litellm_virtual_key", "litellm.key.budget"
EVERY = frozenset({"all-proxy-models", "all-team-models"})
"""Words that stand for models in a list of names."""


@collects((Credential, Quota), KEYS, per="source", where={"credential.type": (TYPE,), "quota.name": (BUDGET,)})
def keys(handle: Handle) -> Iterator[Credential | Quota]:
    """Two records per key, blocked and expired ones included: the key, and what it may spend."""
    stored(handle, KEYS)
    now = str(handle.known["now"])
    for key in handle.each(KEYS):
        with handle.item(str(key.get("token"))):
            yield _credential(key, now)
            yield _budget(key)
    prove(handle, KEYS)


def _credential(key: Item, now: str) -> Credential:
    expires = moment(key.get("expires"), ABSENT) if "expires" in key else NOT_EXPOSED
    user, team = key.get("user_id"), key.get("team_id")
    return Credential(
        subject=ident(KEYS, key, "token"), type=TYPE, owner=str(user or (f"team/{team}" if team else "nobody")),
        owner_sort="user" if user else "service" if team else NOT_EXPOSED, state=_state(key, expires, now),
        privilege=text(key.get("key_type")), long_term=_endless(expires), created=moment(key.get("created_at")),
        expires=expires, last_used=_used(key), restricted_to=_models(key),
    )  # fmt: skip


def _endless(expires: str | Missing) -> Flag:
    if isinstance(expires, Missing):
        return True if expires.state is State.ABSENT else expires
    return False


def _state(key: Item, expires: str | Missing, now: str) -> str | Missing:
    """Blocked, expired or active; LiteLLM writes null into keys that nobody has ever blocked."""
    blocked = (
        False if "blocked" in key and key["blocked"] is None else choose(key.get("blocked"), {True: True, False: False})
    )
    if isinstance(blocked, Missing):
        return blocked
    if blocked:
        return "blocked"
    if isinstance(expires, Missing):
        return "active" if expires.state is State.ABSENT else expires
    return "expired" if parse(expires) <= parse(now) else "active"


def _used(key: Item) -> str | Missing:
    """LiteLLM notes it since the field exists; null says that it was not used since then, or never."""
    null = Missing(state=State.NOT_EXPOSED, why="not used since the proxy began to note it, or never")
    return moment(key.get("last_active"), null)


def _models(key: Item) -> Names:
    """The models that the key names; none named is no limit of the key's own."""
    found = names(key.get("models"))
    if isinstance(found, Missing) or (found and not EVERY & set(found)):
        return found
    if key.get("team_id") and "all-proxy-models" not in found:
        return Missing(state=State.NOT_EXPOSED, why="the key names no model: those of its team hold")
    return ABSENT


def _budget(key: Item) -> Quota:
    who = ident(KEYS, key, "token")
    value = cents(key["max_budget"], ABSENT) if "max_budget" in key else NOT_EXPOSED
    return Quota(
        subject=f"{who}#budget", name=BUDGET, value=value, unit="USD", period=text(key.get("budget_duration"), ABSENT),
        limits=who, enforced=True,
    )  # fmt: skip
