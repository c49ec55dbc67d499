"""Which accounts the token opens, and what stands for all of them together.

Where every account names the same organization, that is the tenant. Otherwise the oldest account stands for it: accounts keep
their id and their day.
"""

from annexa.collectors._rest import Me, RestSource, RestWire
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors._values import inside
from annexa.collectors.cloudflare._api import API
from annexa.collectors.cloudflare._settings import CloudflareSettings
from annexa.collectors.cloudflare.accounts import ACCOUNTS


def source(settings: CloudflareSettings, lent: Circumstances) -> RestSource:
    """All accounts of one token."""
    return RestSource(API, settings, lent, me=lambda wire: _me(wire, settings))


def _me(wire: RestWire, settings: CloudflareSettings) -> Me:
    rows = [row for page in wire.pages(ACCOUNTS, ACCOUNTS.params) for row in page.content["result"]]
    if not rows:
        raise CannotStartError(
            f"{settings.name}: the token opens no account",
            cure=f"Give it {ACCOUNTS.needs}; `annexa permissions cloudflare` says how.",
        )
    above = {inside(row, "managed_by").get("parent_org_id") for row in rows}
    shared = above.pop() if len(above) == 1 else None
    _, oldest = min((str(row.get("created_on") or "9"), str(row["id"])) for row in rows)
    tenant = settings.organization or shared or f"accounts-of-{oldest}"
    return Me(tenant=tenant, identity=f"API token for {tenant}")
