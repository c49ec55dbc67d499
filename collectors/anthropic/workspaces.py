"""Workspaces: the scopes of an organisation, where their data may be processed and lie, and with whose key."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._anthropic import AFTER_ID, NEXT_PAGE, Purpose, granted, ident, word
from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.anthropic._api import KEY, WORKSPACES, archived
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.access import AccessGrant
from annexa.evidence.kinds.settings import Encryption, Setting
from annexa.evidence.kinds.systems import Scope

MEMBERS = Read(
    op="GET /organizations/workspaces/{workspace_id}/members", needs=KEY, path="data", pager=AFTER_ID,
    params={"limit": 1000},
)  # fmt: skip
EXTERNAL_KEYS = Read(op="GET /organizations/external_keys", needs=KEY, path="data", pager=NEXT_PAGE)

ROLES: Mapping[str, Purpose] = {
    "workspace_admin": "administer", "workspace_developer": "use", "workspace_restricted_developer": "use",
    "workspace_user": "use", "workspace_billing": "read",
}  # fmt: skip
ALLOWED, DEFAULT, STORED = (
    "anthropic.allowed_inference_geos", "anthropic.default_inference_geo", "anthropic.workspace_geo",
)  # fmt: skip
KEY_GEO, KEY_PROVIDER = "anthropic.external_key.geo", "anthropic.external_key.provider"
ENVIRONMENT = ("environment", "env", "stage")
CLASSIFICATION = ("classification", "data_classification", "data-classification")


@collects(Scope, WORKSPACES, where={"scope.level": ("workspace",)}, per="source", lists_scopes="workspace")
def workspaces(handle: Handle) -> Iterator[Scope]:
    """Every workspace, the default one and archived ones included; nothing can run in an archived one."""
    states: Mapping[bool | None, Literal["enabled", "disabled"] | Missing] = {
        True: "disabled", False: "enabled", None: NOT_EXPOSED,
    }  # fmt: skip
    for item in handle.each(WORKSPACES):
        tags, place = inside(item, "tags"), ident(WORKSPACES, item)
        yield Scope(
            subject=place, level="workspace", path=place, at=place, name=text(item.get("name")),
            state=states[archived(item)], environment=_tag(tags, ENVIRONMENT),
            classification=_tag(tags, CLASSIFICATION),
            note="archived" if archived(item) else NOT_EXPOSED,
        )  # fmt: skip


@collects(Setting, WORKSPACES, where={"setting.name": (ALLOWED, DEFAULT, STORED)}, per="source")
def residency(handle: Handle) -> Iterator[Setting]:
    """Where each workspace that is not archived may have models run, and where its data lie."""
    for item in handle.each(WORKSPACES):
        if archived(item):
            continue
        geo, place = inside(item, "data_residency"), ident(WORKSPACES, item)
        values = {
            ALLOWED: _geos(geo),
            DEFAULT: text(geo.get("default_inference_geo")),
            STORED: text(geo.get("workspace_geo")),
        }
        for name, value in values.items():
            yield Setting(subject=f"{place}/{name}", at=place, name=name, value=value, set_by="workspace")


@collects(Encryption, WORKSPACES, per="source")
def encryption(handle: Handle) -> Iterator[Encryption]:
    """With whose key the data of each workspace that is not archived are encrypted."""
    for item in handle.each(WORKSPACES):
        if archived(item):
            continue
        place, known = ident(WORKSPACES, item), "external_key_id" in item
        key = text(item.get("external_key_id"), ABSENT if known else NOT_EXPOSED)
        holder: Literal["customer", "vendor"] | Missing = NOT_EXPOSED
        if known:
            holder = "customer" if isinstance(key, str) else "vendor"
        yield Encryption(
            subject=f"{place}#encryption", at=place, resource=place, resource_sort="workspace", key=key, holder=holder
        )


@collects(Setting, EXTERNAL_KEYS, where={"setting.name": (KEY_GEO, KEY_PROVIDER)}, per="source")
def external_keys(handle: Handle) -> Iterator[Setting]:
    """Where each customer-managed key is used, and whose key service holds it."""
    for item in handle.each(EXTERNAL_KEYS):
        provider = word(inside(item, "provider_config").get("type"), "aws", "gcp", "azure")
        for name, value in ((KEY_GEO, text(item.get("geo"))), (KEY_PROVIDER, provider)):
            subject = f"{ident(EXTERNAL_KEYS, item)}/{name}"
            yield Setting(subject=subject, name=name, value=value, set_by="organisation")


@collects(AccessGrant, MEMBERS, per="workspace")
def members(handle: Handle) -> Iterator[AccessGrant]:
    """Who has which role in a workspace."""
    place = str(handle.known["scope"])
    for item in handle.each(MEMBERS, workspace_id=place):
        grantee = ident(MEMBERS, item, "user_id")
        yield granted(item, grantee=grantee, role=item.get("workspace_role"), words=ROLES, target=place, at=place)


def _geos(geo: Mapping[str, Any]) -> tuple[str, ...] | Missing:
    """The list of geographies; the word `unrestricted` stands for itself, an empty list is not explained anywhere."""
    found = geo.get("allowed_inference_geos")
    if found is None:
        return NOT_EXPOSED
    if found == "unrestricted":
        return ("unrestricted",)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        return unknown_value(found)
    return tuple(sorted(found)) if found else ambiguous("[]", "the vendor does not say what an empty list allows")


def _tag(tags: Mapping[str, Any], wanted: tuple[str, ...]) -> str | Missing:
    """The value of the first tag of such a name; absent where the workspace has none of them."""
    found = next((value for name, value in tags.items() if name.lower() in wanted), None)
    return text(found, ABSENT)
