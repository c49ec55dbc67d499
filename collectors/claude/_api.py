"""The interfaces of Claude Enterprise as a whole, their scopes, and the reads that more than one file uses."""

from annexa.collectors._anthropic import BASE, HOSTS, NEXT_PAGE, VERSION
from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, Cursor, Read, header_key
from annexa.evidence.handle import Handle
from annexa.schemas.words import Reason

ORG_DATA = "read:compliance_org_data"
ACTIVITIES = "read:compliance_activities"
MEMBERS = "read:members"
GROUPS = "read:rbac_groups"
SPENDING = "read:spend_limits"
PLUGINS = "read:plugins"
CODE = "read:claude_code_managed_settings"
ENTERPRISE = "Claude Enterprise"
"""The plan that the vendor names for all of it."""

API = Api(
    vendor="claude",
    title="Claude Enterprise",
    base=BASE,
    sign=header_key("x-api-key", "ANTHROPIC_COMPLIANCE_ACCESS_KEY"),
    suffixes=HOSTS,
    headers=VERSION,
    request_id="request-id",
    code="error.type",
    says="error.message",
    rate=Rate(per_second=100 / 60, burst=60),
)
"""The stricter of its two limits: the Compliance API lets 600 calls a minute through, the Admin API 100."""

ORGANISATIONS = Read(
    op="GET /compliance/organizations", needs=ORG_DATA, path="data", plan=ENTERPRISE,
    pager=Cursor(param="page", at="next_page", may_lack=True),
)  # fmt: skip
"""Older answers of the vendor hold the whole list and no `next_page`."""
SETTINGS = Read(
    op="GET /compliance/organizations/{organization_id}/settings", needs=ORG_DATA, plan=ENTERPRISE, absent=("404",)
)
"""404 says that this is the parent organisation, or none that the key reaches, or that the endpoint is not switched on."""
NEXT = NEXT_PAGE


def only_its_own(handle: Handle, read: Read) -> None:
    """Note that a list without organisations in its address holds those of the key's own organisation only."""
    others = len(handle.known["linked"]) - 1
    if others > 0:
        says = f"the list is that of the key's own organisation; {others} more linked to the same parent are not in it"
        cure = "Add a source with a key of each linked organisation."
        handle.note(read, Reason.VISIBILITY_UNPROVED, says, cure=cure)
