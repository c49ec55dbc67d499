"""The tenant's accounts: who they are, whether they are switched on, when they last signed in, and with which proof."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._values import choose, inside
from annexa.collectors.microsoft._api import REGISTRATIONS, USERS, listed
from annexa.collectors.microsoft._reading import every, flag, moment, text
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Text, When
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Identity

SEEN = listed("/users", "AuditLog.Read.All", "id", "signInActivity", top=500, plan="Microsoft Entra ID P1")
"""When each account last signed in: a licence is asked for, so it is read apart."""
PROOFS = listed(REGISTRATIONS.removeprefix("GET "), "AuditLog.Read.All", top=None, plan="Microsoft Entra ID P1")
SORTS: Mapping[str, Literal["person", "guest"]] = {"Member": "person", "Guest": "guest"}
Details = Mapping[str, Mapping[str, Any]]


@collects(Identity, USERS, SEEN, PROOFS, per="source")
def accounts(handle: Handle) -> Iterator[Identity]:
    """One record per account."""
    seen = handle.detail(SEEN, lambda: {item["id"]: inside(item, "signInActivity") for item in every(handle, SEEN)})
    proofs = handle.detail(PROOFS, lambda: {item["id"]: item for item in every(handle, PROOFS)})
    for item in every(handle, USERS):
        with handle.citing(item):
            yield Identity(
                subject=item["id"], name=text(item, "userPrincipalName"), state=_state(item), mfa=_mfa(item, proofs),
                sort=choose(item.get("userType"), SORTS), created=moment(item, "createdDateTime"),
                last_seen=_last(item, seen),
            )  # fmt: skip


def _state(item: Item) -> Text:
    on = flag(item, "accountEnabled")
    return on if isinstance(on, Missing) else "enabled" if on else "disabled"


def _mfa(item: Item, proofs: Details | Missing) -> Flag:
    """Whether a second factor is registered; the report lags behind, and lacks some accounts."""
    return proofs if isinstance(proofs, Missing) else flag(proofs.get(item["id"], {}), "isMfaRegistered")


def _last(item: Item, seen: Details | Missing) -> When:
    """The later of the two sorts of sign-in; Graph says nothing about an account that never signed in."""
    if isinstance(seen, Missing):
        return seen
    found = seen.get(item["id"], {})
    times = [moment(found, name) for name in ("lastSignInDateTime", "lastNonInteractiveSignInDateTime")]
    known = [one for one in times if isinstance(one, str)]
    return max(known) if known else next((one for one in times if one is not ABSENT), NOT_EXPOSED)
