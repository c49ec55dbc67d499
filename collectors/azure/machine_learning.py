"""Azure Machine Learning workspaces, where models are trained and served: how they are reached, and whose key locks them."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._graph import once
from annexa.collectors._values import inside
from annexa.collectors.azure._api import CONTAINERS, SUBSCRIPTIONS, query
from annexa.collectors.azure._reading import place, reconcile, tag, text, uid, when
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, Encryption, Exposure

PROVIDER = "azure.machine_learning"
WORKSPACES = query(
    "resources | where type =~ 'microsoft.machinelearningservices/workspaces' "
    "| project id, name, kind, location, subscriptionId, tags, properties",
    "Microsoft.MachineLearningServices/workspaces/read",
)
"""Workspaces, hubs and projects of all subscriptions."""


@collects(
    (AiSystem, Exposure, Encryption), WORKSPACES, SUBSCRIPTIONS, CONTAINERS, per="source",
    where={"ai_system.category": ("service",), "ai_system.provider": (PROVIDER,), "exposure.service": (PROVIDER,),
           "encryption.resource_sort": ("ml_workspace",)},
)  # fmt: skip
def workspaces(handle: Handle) -> Iterator[AiSystem | Exposure | Encryption]:
    """One workspace: what it is, from where it is reached, and with whose key it is encrypted."""
    for row in once(handle.each(WORKSPACES)):
        subject, said = uid(WORKSPACES, row), inside(row, "properties")
        yield AiSystem(
            subject=subject, category="service", provider=PROVIDER, name=text(row.get("name")), owner=tag(row, "owner"),
            environment=tag(row, "environment"), permitted_class=tag(row, "permitted-class"), at=place(subject),
            created=when(said.get("creationTime")), state=text(said.get("provisioningState")),
        )  # fmt: skip
        yield Exposure(
            subject=f"{subject}/network", resource=subject, service=PROVIDER, network=_reached(said), at=place(subject)
        )
        key, holder = _keyed(said)
        yield Encryption(
            subject=f"{subject}/encryption", resource=subject, resource_sort="ml_workspace", key=key, holder=holder,
            at=place(subject),
        )  # fmt: skip
    reconcile(handle)


def _reached(said: Mapping[str, Any]) -> Literal["public", "private"] | Missing:
    """From where, by the workspace's own switch; what it is where nothing is set changed over the years."""
    word = said.get("publicNetworkAccess")
    known: dict[Any, Literal["public", "private"]] = {"Enabled": "public", "Disabled": "private"}
    return known.get(word) or (NOT_EXPOSED if word is None else unknown_value(word))


def _keyed(said: Mapping[str, Any]) -> tuple[str | Missing, Literal["customer", "vendor"] | Missing]:
    locked = said.get("encryption")
    if locked is None:
        return ABSENT, "vendor"
    status = inside(said, "encryption").get("status")
    if status == "Enabled":
        return text(inside(said, "encryption", "keyVaultProperties").get("keyIdentifier")), "customer"
    return (ABSENT, "vendor") if status == "Disabled" else (unknown_value(status), unknown_value(status))
