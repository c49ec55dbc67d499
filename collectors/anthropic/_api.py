"""The Admin API as a whole, and the reads that more than one file uses."""

from collections.abc import Mapping
from typing import Any

from annexa.collectors._anthropic import AFTER_ID, BASE, HOSTS, NEXT_PAGE, VERSION
from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Read, header_key

KEY = "Admin API key"
"""Admin API keys have no scopes; an OAuth token with `org:admin` does as well."""
OAUTH = "OAuth token with the scope org:admin"
"""What service accounts and federation take; Admin API keys are refused."""

API = Api(
    vendor="anthropic",
    title="Claude Console (Admin API)",
    base=BASE,
    sign=header_key("x-api-key", "ANTHROPIC_ADMIN_KEY"),
    suffixes=HOSTS,
    headers=VERSION,
    request_id="request-id",
    code="error.type",
    says="error.message",
    rate=Rate(per_second=100 / 60, burst=60),
)

ME = Read(op="GET /organizations/me", needs=KEY)
USERS = Read(op="GET /organizations/users", needs=KEY, path="data", pager=AFTER_ID, params={"limit": 1000})
WORKSPACES = Read(
    op="GET /organizations/workspaces", needs=KEY, path="data", pager=AFTER_ID,
    params={"limit": 1000, "include_archived": True, "include_default": True},
)  # fmt: skip
"""Without `include_default` the vendor leaves the default workspace out, in which keys and prompts lie like in any other."""
SERVICE_ACCOUNTS = Read(
    op="GET /organizations/service_accounts", needs=OAUTH, path="data", pager=NEXT_PAGE,
    params={"include_archived": True},
)  # fmt: skip


def archived(item: Mapping[str, Any]) -> bool | None:
    """Whether the vendor says that something is archived; None where it does not say."""
    if "archived_at" not in item:
        return None
    return item["archived_at"] is not None
