"""Licences of Gemini and when their holders last used it. Google has no read-only scope for licences."""

from collections.abc import Iterator

from annexa.collectors.google_workspace._api import AUDIT_READ, LICENSING, moment, text
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, When
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant

PRODUCT = "101047"
"""Google's id of the product Gemini."""
LICENCES = Call(
    op="licensing/v1:licenseAssignments.listForProduct", needs=LICENSING, path="items",
    params={"productId": PRODUCT, "maxResults": 1000},
)  # fmt: skip
USE = Call(
    op="admin/reports_v1:activities.list", needs=AUDIT_READ, path="items",
    params={
        "applicationName": "gemini_in_workspace_apps", "maxResults": 1,
        "fields": "kind,nextPageToken,items(id/time,events/name)",
    },
)  # fmt: skip
SEATS = "google_workspace.gemini"


@collects(AccessGrant, LICENCES, USE, per="source",
          where={"access_grant.target": (SEATS,), "access_grant.purpose": ("use",)})  # fmt: skip
def licences(handle: Handle) -> Iterator[AccessGrant]:
    """One record per holder of a licence, with the time at which Gemini was last used in an app of Workspace."""
    for licence in handle.each(LICENCES, customerId=handle.known["customer"]):
        holder = str(licence["userId"])
        with handle.item(holder):
            last = handle.detail(USE, lambda holder=holder: _last(handle, holder))  # type: ignore[misc]
            with handle.citing(licence):
                yield _seat(licence, holder, last)


def _last(handle: Handle, holder: str) -> When:
    """When somebody last used it; Google tells no more than 180 days of it."""
    newest = next(handle.each(USE, userKey=holder), None)
    return ABSENT if newest is None else moment((newest.get("id") or {}).get("time"))


def _seat(licence: Item, holder: str, last: When) -> AccessGrant:
    sku = text(licence.get("skuName"), text(licence.get("skuId")))  # type: ignore[arg-type]
    return AccessGrant(
        subject=f"{holder}/{licence.get('skuId', PRODUCT)}", grantee=holder, grantee_name=holder, grantee_sort="user",
        on_behalf_of="none", purpose="use", permissions=("seat", *((sku,) if isinstance(sku, str) else ())), target=SEATS,
        verdict="allowed", granted=NOT_EXPOSED, last_used=last,
    )  # fmt: skip
