"""Azure OpenAI and AI Foundry accounts: what they are, how they are reached, with whose key they are encrypted."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._values import inside
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SUBSCRIPTIONS
from annexa.collectors.azure._reading import PROVIDER, accounts, place, reconcile, tag, text, uid, when
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, Encryption, Exposure, PrivateEndpoint, Setting
from annexa.schemas.words import Basis

LOCAL_AUTH = "azure.ai.local_auth_disabled"
EVERYBODY = ("0.0.0.0", "0.0.0.0/0", "::/0")  # noqa: S104  # what somebody may have let in
Network = Literal["public", "vpc", "private"]


@collects(
    (AiSystem, Setting, Exposure), ACCOUNTS, SUBSCRIPTIONS, CONTAINERS, per="source",
    where={"ai_system.category": ("service",), "ai_system.provider": (PROVIDER,), "setting.name": (LOCAL_AUTH,),
           "exposure.service": (PROVIDER,)},
)  # fmt: skip
def services(handle: Handle) -> Iterator[AiSystem | Setting | Exposure]:
    """One account: what it is, from where it is reached, and whether it refuses keys (where nothing is set it takes them)."""
    for row in accounts(handle):
        subject, said = uid(ACCOUNTS, row), inside(row, "properties")
        yield AiSystem(
            subject=subject, category="service", provider=PROVIDER, name=text(row.get("name")), owner=tag(row, "owner"),
            environment=tag(row, "environment"), permitted_class=tag(row, "permitted-class"), at=place(subject),
            created=when(said.get("dateCreated")), state=text(said.get("provisioningState")),
        )  # fmt: skip
        yield Exposure(
            subject=f"{subject}/network", resource=subject, service=PROVIDER, network=reached(said), at=place(subject)
        )
        off = said.get("disableLocalAuth")
        yield Setting(
            subject=f"{subject}/disablelocalauth", name=LOCAL_AUTH, at=place(subject), set_by=subject,
            value=_flag(row, off), basis=Basis.VENDOR_DEFAULT if off is None else Basis.EXPLICIT,
        )  # fmt: skip
    reconcile(handle)


@collects((PrivateEndpoint, Encryption), ACCOUNTS, SUBSCRIPTIONS, CONTAINERS, per="source",
          where={"private_endpoint.service": (PROVIDER,), "encryption.resource_sort": ("ai_account",)})  # fmt: skip
def protection(handle: Handle) -> Iterator[PrivateEndpoint | Encryption]:
    """The private paths to an account, and with whose key its data is encrypted."""
    for row in accounts(handle):
        subject, said = uid(ACCOUNTS, row), inside(row, "properties")
        for one in said.get("privateEndpointConnections") or ():
            if isinstance(one, Mapping):
                state = inside(one, "properties", "privateLinkServiceConnectionState").get("status")
                yield PrivateEndpoint(
                    subject=uid(ACCOUNTS, one), service=PROVIDER, state=text(state), at=place(subject)
                )
        locked = inside(said, "encryption")
        key, holder = keyed(
            locked.get("keySource"), inside(locked, "keyVaultProperties"), "Microsoft.CognitiveServices"
        )
        yield Encryption(
            subject=f"{subject}/encryption", resource=subject, resource_sort="ai_account", key=key, holder=holder,
            at=place(subject),
        )  # fmt: skip
    reconcile(handle)


def reached(said: Mapping[str, Any]) -> Network | Missing:
    """From where, by the two switches of an account; where nothing is set, everybody reaches it."""
    if not said:
        return NOT_EXPOSED
    access, rules = said.get("publicNetworkAccess"), inside(said, "networkAcls")
    if access == "Disabled":
        return "private"
    if access not in (None, "Enabled"):
        return unknown_value(access)
    action = rules.get("defaultAction")
    if action not in (None, "Allow", "Deny"):
        return unknown_value(action)
    ranges = [one.get("value") for one in rules.get("ipRules") or () if isinstance(one, Mapping)]
    return "vpc" if action == "Deny" and not set(ranges) & set(EVERYBODY) else "public"


def keyed(
    source: Any, vault: Mapping[str, Any], own: str
) -> tuple[str | Missing, Literal["customer", "vendor"] | Missing]:
    """The key and whose it is: the customer's stands in a vault, the vendor's has no name."""
    if source == "Microsoft.KeyVault":
        name = "/".join(str(vault[part]).strip("/") for part in ("keyVaultUri", "keyName") if vault.get(part))
        return name or NOT_EXPOSED, "customer"
    return (ABSENT, "vendor") if source in (None, own) else (unknown_value(source), unknown_value(source))


def _flag(row: Mapping[str, Any], value: Any) -> bool | Missing:
    if not isinstance(row.get("properties"), Mapping):
        return NOT_EXPOSED
    return False if value is None else value if isinstance(value, bool) else unknown_value(value)
