"""Plug-ins: what they are made of, how far they reach, to whom they are offered, and where they come from."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import beta, ident, moment_in, parts, word
from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.claude._api import ENTERPRISE, NEXT, PLUGINS
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Setting
from annexa.evidence.kinds.systems import AiSystem
from annexa.schemas.words import Reason

BETA = beta("ce-plugins-2026-09-01")
WRITTEN = ("description", "release_notes")
"""What people wrote about a plug-in; nobody needs it here."""
LIST = Read(
    op="GET /organizations/plugins", needs=PLUGINS, path="data", pager=NEXT, params={"limit": 100}, headers=BETA,
    query=("organization_id",), drop=WRITTEN, plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
MARKETPLACES = Read(
    op="GET /organizations/plugin_marketplaces", needs=PLUGINS, path="data", pager=NEXT, params={"limit": 1000},
    headers=BETA, query=("organization_id",), plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
OFFERS = Read(
    op="GET /organizations/plugins/{plugin_id}/installation_settings", needs=PLUGINS, path="data", pager=NEXT,
    params={"limit": 100}, headers=BETA, query=("organization_id",), plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
OFFER = "claude.plugin.installation"
SOURCE, DEFAULT = "claude.plugin_marketplace.source", "claude.plugin_marketplace.installation"
OFFERED = ("required", "auto_install", "available", "not_available")


@collects(AiSystem, LIST, where={"ai_system.category": ("plugin",)}, per="organisation")
def plugins(handle: Handle) -> Iterator[AiSystem]:
    """Every plug-in of the organisation and of its members, as it is served."""
    place = str(handle.known["scope"])
    for item in handle.each(LIST, organization_id=place):
        scan = inside(item, "content_scan")
        yield AiSystem(
            subject=ident(LIST, item), at=place, category="plugin", provider="claude",
            name=text(item.get("display_name") or item.get("name")), owner=_owner(item),
            version=text(item.get("manifest_version"), ABSENT), reach=_reach(item), components=_components(item),
            offered=_offered(item), content_scan=_scan(item, scan), created=moment_in(item, "created_at"),
        )  # fmt: skip


@collects(Setting, LIST, OFFERS, where={"setting.name": (OFFER,)}, per="organisation")
def offers(handle: Handle) -> Iterator[Setting]:
    """How each plug-in of the organisation is offered, to everybody and to single groups."""
    place = str(handle.known["scope"])
    own = (item for item in handle.each(LIST, organization_id=place) if inside(item, "owner").get("type") != "user")
    asked = handle.many(OFFERS, own, lambda item: {"plugin_id": ident(LIST, item), "organization_id": place})
    for item, reply in asked:
        with handle.item(str(item["id"])):
            for offer in reply.each():
                target = inside(offer, "target")
                who = str(target.get("rbac_group_id") or target.get("type"))
                yield Setting(
                    subject=f"{item['id']}/{who}/{OFFER}", at=place, name=OFFER,
                    value=word(offer.get("installation_preference"), *OFFERED), set_by=who,
                    updated=moment_in(offer, "updated_at"),
                )  # fmt: skip


@collects(Setting, MARKETPLACES, where={"setting.name": (SOURCE, DEFAULT)}, per="organisation")
def marketplaces(handle: Handle) -> Iterator[Setting]:
    """Where plug-ins come from, and how those are offered that have no setting of their own."""
    place = str(handle.known["scope"])
    for item in handle.each(MARKETPLACES, organization_id=place):
        market, owner = ident(MARKETPLACES, item), inside(item, "owner")
        values = {SOURCE: word(item.get("source"), "manual", "github", "gitlab", "public_git", "directory")}
        if owner.get("type") != "user":
            values[DEFAULT] = word(item.get("default_installation_preference"), *OFFERED)
        for name, value in values.items():
            yield Setting(
                subject=f"{market}/{name}", at=place, name=name, value=value,
                set_by=str(owner.get("user_id") or owner.get("type")),
            )  # fmt: skip


def _owner(item: Mapping[str, Any]) -> str | Missing:
    """The member whose plug-in it is; absent where it is the organisation's."""
    owner = inside(item, "owner")
    return ABSENT if owner.get("type") == "organization" else text(owner.get("user_id"))


def _reach(item: Mapping[str, Any]) -> str | Missing:
    """How far it reaches; null says that the vendor did not classify it."""
    if "reach" in item and item["reach"] is None:
        return ABSENT
    return word(item.get("reach"), "contained", "privileged", "remote")


def _components(item: Mapping[str, Any]) -> tuple[str, ...] | Missing:
    """What the served version is made of; null says that the vendor did not enumerate it."""
    if not isinstance(item.get("components"), list):
        return NOT_EXPOSED
    return tuple(sorted(f"{each.get('type')}:{each.get('name')}" for each in parts(item, "components"))) or ABSENT


def _offered(item: Mapping[str, Any]) -> str | Missing:
    """How members get it; a member's own has shares instead."""
    if item.get("organization_installation_preference") is None:
        return ABSENT if inside(item, "owner").get("type") == "user" else NOT_EXPOSED
    return word(item.get("organization_installation_preference"), *OFFERED)


def _scan(item: Mapping[str, Any], scan: Mapping[str, Any]) -> str | Missing:
    """The verdict of the vendor's scan; one that is not finished has none."""
    if "content_scan" in item and item["content_scan"] is None:
        return ABSENT
    if scan.get("status") != "completed":
        return text(scan.get("status"))
    return word(scan.get("assessment"), "pass", "warn", "fail", "unknown")
