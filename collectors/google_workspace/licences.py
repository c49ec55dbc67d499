"""Licences of Gemini and when their holders last used it. Google has no read-only scope for licences.

The log of Gemini in Workspace is asked about everybody first, the newest events before the older ones: whoever stands in
there needs no question of their own. Only the others are asked about one by one, and nobody where the log was read to its
end.
"""

from collections.abc import Iterator, Mapping

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import AUDIT_READ, LICENSING, moment
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, When
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant

PRODUCT = "101047"
"""Google's id of the product Gemini."""
LICENCES = Call(
    op="licensing/v1:licenseAssignments.listForProduct", needs=LICENSING, path="items",
    params={"productId": PRODUCT, "maxResults": 1000},
)  # fmt: skip
EVERYBODY = Call(
    op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
    params={
        "userKey": "all", "applicationName": "gemini_in_workspace_apps", "maxResults": 1000,
        "fields": "kind,nextPageToken,items(id/time,actor/email)",
    },
)  # fmt: skip
ONE = Call(
    op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
    params={
        "applicationName": "gemini_in_workspace_apps", "maxResults": 1,
        "fields": "kind,nextPageToken,items(id/time,actor/email)",
    },
)  # fmt: skip
SEATS = "google_workspace.gemini"
PAGE, WORTH = 1000, 50
"""Events of a page; and how many about everybody are read for each holder before holders are asked about one by one."""


@collects(AccessGrant, LICENCES, EVERYBODY, ONE, per="source",
          where={"access_grant.target": (SEATS,), "access_grant.purpose": ("use",)})  # fmt: skip
def licences(handle: Handle) -> Iterator[AccessGrant]:
    """One record per holder of a licence, with the time at which Gemini was last used in an app of Workspace."""
    held = list(handle.each(LICENCES, customerId=handle.known["customer"]))
    used = handle.detail(EVERYBODY, lambda: _Used(handle, {_holder(licence) for licence in held}))
    for licence in held:
        with handle.item(str(licence["userId"])):
            event = None if isinstance(used, Missing) else used.newest.get(_holder(licence))
            last = used if isinstance(used, Missing) else _last(handle, used, event, str(licence["userId"]))
            with handle.citing(licence, *((event,) if event else ())):
                yield _seat(licence, last)


class _Used:
    """The newest event of each holder, as far as the log about everybody was read; Google keeps 180 days of it."""

    def __init__(self, handle: Handle, holders: set[str]) -> None:
        self.newest, missing = dict[str, Item](), set(holders)
        self.whole = False
        """Whether there is nothing more to read: who does not stand in it has not used it."""
        for number, event in enumerate(handle.each(EVERYBODY) if holders else (), 1):
            who = _who(event)
            if who not in self.newest or str(_time(self.newest[who])) < str(_time(event)):
                self.newest[who] = event
            missing.discard(who)
            if number >= PAGE and (not missing or number >= WORTH * len(holders)):
                return
        self.whole = True


def _last(handle: Handle, used: _Used, event: Item | None, holder: str) -> When:
    """When somebody last used it; who does not stand in what was read is asked about."""
    if event is not None or used.whole:
        return _time(event) if event is not None else ABSENT
    return handle.detail(ONE, lambda: _asked(handle, holder))


def _asked(handle: Handle, holder: str) -> When:
    newest = next(handle.each(ONE, userKey=holder), None)
    return ABSENT if newest is None else _time(newest)


def _time(event: Item) -> When:
    return moment((event.get("id") or {}).get("time"))


def _holder(licence: Mapping[str, object]) -> str:
    return str(licence["userId"]).casefold()


def _who(event: Item) -> str:
    return str((event.get("actor") or {}).get("email") or "").casefold()


def _seat(licence: Item, last: When) -> AccessGrant:
    holder = str(licence["userId"])
    sku = text(licence.get("skuName"), text(licence.get("skuId")))  # type: ignore[arg-type]
    return AccessGrant(
        subject=f"{holder}/{licence.get('skuId', PRODUCT)}", grantee=holder, grantee_name=holder, grantee_sort="user",
        on_behalf_of="none", purpose="use", permissions=("seat", *((sku,) if isinstance(sku, str) else ())), target=SEATS,
        verdict="allowed", granted=NOT_EXPOSED, last_used=last,
    )  # fmt: skip
