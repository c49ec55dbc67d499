"""Every application of somebody else that the tenant knows, AI or not: whose it is, whether that is proved, who may use it."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside
from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, flag, hosts, names, text
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Names, Text, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Application
from annexa.schemas.words import Reason

SERVICE_PRINCIPALS = listed(
    "/servicePrincipals", "Application.Read.All", "id", "appId", "displayName", "appOwnerOrganizationId",
    "servicePrincipalType", "applicationTemplateId", "accountEnabled", "disabledByMicrosoftStatus",
    "appRoleAssignmentRequired", "verifiedPublisher",
    "replyUrls", "homepage", "loginUrl", "preferredSingleSignOnMode",
)  # fmt: skip
MICROSOFT = ("f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47")
"""The tenants in which Microsoft's own applications live: Microsoft Services, and Microsoft itself."""
GRAPH = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's own application."""
CUSTOM = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
"""The template for applications that the gallery does not have; what is made of it is the organisation's own."""
LISTED_IN = "enterprise_applications"
OWN_KINDS = ("ManagedIdentity",)
"""Sorts of service principals that only ever stand for something of the tenant itself."""


@collects(Application, SERVICE_PRINCIPALS, per="source", where={"application.listed_in": (LISTED_IN,)})
def applications(handle: Handle) -> Iterator[Application]:
    """One record per service principal of an application that is neither Microsoft's nor the organisation's own."""
    tenant = str(handle.known["scope"]).lower()
    graph = False
    for item in every(handle, SERVICE_PRINCIPALS):
        graph = graph or item.get("appId") == GRAPH
        if is_foreign(item, tenant):
            yield Application(
                subject=item["id"], vendor_id=str(item.get("appId") or item["id"]).lower(), name=text(item, "displayName"),
                publisher=text(inside(item, "verifiedPublisher"), "displayName", ABSENT), verified=_verified(item),
                consented=_open_to(item), state=_state(item), domains=_domains(item),
                sign_on=text(item, "preferredSingleSignOnMode"), listed_in=LISTED_IN,
            )  # fmt: skip
    if not graph:
        handle.note(SERVICE_PRINCIPALS, Reason.VISIBILITY_UNPROVED,
                    "Microsoft Graph itself is not listed, and every tenant has it",
                    cure="Run again; if it stays, report it.")  # fmt: skip


def is_foreign(item: Mapping[str, Any], tenant: str) -> bool:
    """Whether it stands for somebody else's application; where nobody says whose it is, it counts as one."""
    if item.get("servicePrincipalType") in OWN_KINDS:
        return False
    owner = str(item.get("appOwnerOrganizationId") or "").lower()
    if owner == tenant:
        return item.get("applicationTemplateId") not in (None, CUSTOM)
    return owner not in MICROSOFT


def _verified(item: Mapping[str, Any]) -> Flag:
    """Whether Microsoft verified the publisher: then the publisher has an id there."""
    said = item.get("verifiedPublisher")
    if not isinstance(said, Mapping):
        return NOT_EXPOSED if said is None else unknown_value(said)
    found = text(said, "verifiedPublisherId", ABSENT)
    return found is not ABSENT if found is ABSENT or isinstance(found, str) else NOT_EXPOSED


def _open_to(item: Mapping[str, Any]) -> Text:
    """Who may sign in: `all` of the tenant, or those who are assigned (`assigned`)."""
    required = flag(item, "appRoleAssignmentRequired")
    return required if isinstance(required, Missing) else "assigned" if required else "all"


def _state(item: Mapping[str, Any]) -> Text:
    """Whether anybody can sign in at all: the tenant and Microsoft can both switch it off."""
    if item.get("disabledByMicrosoftStatus") not in (None, "NotDisabled"):
        return "disabled"
    enabled = flag(item, "accountEnabled")
    return enabled if isinstance(enabled, Missing) else "enabled" if enabled else "disabled"


def _domains(item: Mapping[str, Any]) -> Names:
    replies = names(item.get("replyUrls"))
    if isinstance(replies, Missing):
        return replies
    return hosts((*replies, item.get("homepage"), item.get("loginUrl")))
