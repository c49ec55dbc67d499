"""Microsoft 365 Copilot: whether the tenant has it, who has a licence, and how it is set as far as Graph tells."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import choose
from annexa.collectors.microsoft._api import USERS, listed, single
from annexa.collectors.microsoft._reading import every, flag, odd, text
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AccessGrant, AiSystem, Setting
from annexa.schemas.words import Reason

SKUS = listed("/subscribedSkus", "LicenseAssignment.Read.All", top=None)
LIMITED_MODE = single("/copilot/admin/settings/limitedMode", "CopilotSettings-LimitedMode.Read")
"""For a person with the role Global Reader; there is no permission for applications."""
PRODUCTS = ("639dec6b-bb19-468b-871c-c5c441c4b0cb", "a809996b-059e-42e2-9866-db24b99a9782")
"""Products that hold a licence of Microsoft 365 Copilot."""
COPILOT, PROVIDER = "microsoft_365_copilot", "microsoft.copilot"
LIMITED = "microsoft.copilot.limited_mode"
STATES = {
    "Enabled": "enabled", "Warning": "warning", "Suspended": "suspended", "Deleted": "deleted", "LockedOut": "locked out",
}  # fmt: skip


@collects(AiSystem, SKUS, per="source", where={"ai_system.provider": (PROVIDER,)})
def copilot(handle: Handle) -> Iterator[AiSystem]:
    """Microsoft 365 Copilot, where the tenant holds licences of it."""
    held = [item for item in every(handle, SKUS) if is_copilot(item)]
    for item in held[:1]:
        with handle.citing(*held):
            yield AiSystem(
                subject=COPILOT, category="service", provider=PROVIDER, name="Microsoft 365 Copilot",
                version=text(item, "skuPartNumber"), state=choose(item.get("capabilityStatus"), STATES),
            )  # fmt: skip


@collects(AccessGrant, SKUS, USERS, per="source",
          where={"access_grant.target": (PROVIDER,), "access_grant.purpose": ("use",)})  # fmt: skip
def licences(handle: Handle) -> Iterator[AccessGrant]:
    """One record per person with a licence of Copilot; who of them uses it is never kept."""
    products = {str(item.get("skuId")).lower() for item in every(handle, SKUS) if is_copilot(item)} | set(PRODUCTS)
    for item in every(handle, USERS):
        given = item.get("assignedLicenses")
        if not isinstance(given, list):
            raise odd(USERS, "an account has no list of licences")
        if any(isinstance(one, Mapping) and str(one.get("skuId")).lower() in products for one in given):
            with handle.citing(item):
                yield AccessGrant(
                    subject=f"{item['id']}/copilot", grantee=item["id"], grantee_name=text(item, "userPrincipalName"),
                    grantee_sort="user", on_behalf_of="user", purpose="use", permissions=("licence",), target=PROVIDER,
                    verdict="allowed",
                )  # fmt: skip


@collects(Setting, LIMITED_MODE, per="source", where={"setting.name": (LIMITED,)})
def limited_mode(handle: Handle) -> Iterator[Setting]:
    """Whether Copilot holds back in meetings for a group; Microsoft shows it to people only, never to an application."""
    if not handle.known["delegated"]:
        handle.note(
            LIMITED_MODE, Reason.DELEGATED_ONLY, "Microsoft shows this to people only; an application asks here",
            cure="Ask with the token of a person who is Global Reader, with CopilotSettings-LimitedMode.Read; "
            "set `delegated` of the source.",
        )  # fmt: skip
        return
    item = handle.one(LIMITED_MODE)
    yield Setting(subject=LIMITED, name=LIMITED, value=flag(item, "isEnabledForGroup"), set_by="tenant")


def is_copilot(item: Mapping[str, Any]) -> bool:
    """Whether a product holds Copilot: by its id, or by its name, where Microsoft made a new one."""
    named = str(item.get("skuPartNumber") or "").lower()
    return str(item.get("skuId")).lower() in PRODUCTS or named.startswith(("microsoft_365_copilot", "m365_copilot"))
