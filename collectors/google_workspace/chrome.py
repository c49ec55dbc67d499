"""What Chrome is told about generative AI, by organisational unit: policies are found by their description, then resolved.

Google adds such policies with every few versions, and which of them its interface names how is not published as a list. So
the schemas for users are asked for, those that speak of generative AI are chosen, and their values are resolved where
Google itself does the inheriting. A policy that speaks of it in no word of ours is not found.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import text
from annexa.collectors.google_workspace._api import CHROME_READ
from annexa.collectors.google_workspace.units import UNITS, tree
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Setting
from annexa.schemas.words import Basis

SPACE = "chrome.users"
"""Policies for people who are signed in to Chrome; those for devices are others."""
SCHEMAS = Call(
    op="chromepolicy/v1:customers.policySchemas.list", needs=CHROME_READ, path="policySchemas",
    params={
        "filter": f"namespace={SPACE}", "pageSize": 1000,
        "fields": "nextPageToken,policySchemas(schemaName,categoryTitle,policyDescription,validTargetResources)",
    },
)  # fmt: skip
RESOLVED = Call(
    op="chromepolicy/v1:customers.policies.resolve", needs=CHROME_READ, path="resolvedPolicies",
    params={"body": {"policySchemaFilter": f"{SPACE}.*", "pageSize": 1000}},
)  # fmt: skip
NAME = "google_workspace.chrome.generative_ai"
AI = re.compile(r"\b(ai|genai|generative|gemini|help me write)\b", re.IGNORECASE)
"""Words by which a policy speaks of generative AI, in what Google says about it or in its name, taken apart."""


@collects(Setting, UNITS, SCHEMAS, RESOLVED, per="source", where={"setting.name": (NAME,)})
def generative_ai(handle: Handle) -> Iterator[Setting]:
    """One record per organisational unit and field of each policy about generative AI."""
    customer = f"customers/{handle.known['customer']}"
    about = {str(schema["schemaName"]) for schema in handle.each(SCHEMAS, parent=customer) if speaks_of_ai(schema)}
    if not about:
        return
    body: Mapping[str, Any] = RESOLVED.params["body"]
    units = list(tree(handle).values())
    asked = handle.many(RESOLVED, units, lambda unit: {"customer": customer, "body": {**body, **_target(unit)}})
    for unit, reply in asked:
        with handle.item(_id(unit)):
            for policy in reply.each():
                if _schema(policy) in about:
                    with handle.citing(unit, policy):
                        yield from _values(_id(unit), policy)


def speaks_of_ai(schema: Mapping[str, Any]) -> bool:
    """Whether a policy's schema speaks of generative AI."""
    leaf = str(schema.get("schemaName", "")).rpartition(".")[2]
    said = (re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", leaf), schema.get("categoryTitle"),
            schema.get("policyDescription"))  # fmt: skip
    return any(AI.search(words) for words in said if isinstance(words, str))


def _values(unit: str, policy: Item) -> Iterator[Setting]:
    source = (policy.get("sourceKey") or {}).get("targetResource")
    for field, value in sorted(((policy.get("value") or {}).get("value") or {}).items()):
        yield Setting(
            subject=f"{unit}/{_schema(policy)}.{field}", at=unit, name=NAME, value=_value(value),
            set_by=text(source, ABSENT), basis=Basis.EXPLICIT if source else Basis.VENDOR_DEFAULT,
        )  # fmt: skip


def _value(raw: Any) -> str | bool | int | Missing:
    """Words, numbers and yes or no as they are; a policy with parts of its own is shown as one that is not understood."""
    if raw is None:
        return NOT_EXPOSED
    return raw if isinstance(raw, (str, bool, int)) else unknown_value(type(raw).__name__)


def _schema(policy: Item) -> str:
    return str((policy.get("value") or {}).get("policySchema", ""))


def _target(unit: Item) -> dict[str, Any]:
    return {"policyTargetKey": {"targetResource": f"orgunits/{_id(unit)}"}}


def _id(unit: Item) -> str:
    return str(unit["orgUnitId"]).removeprefix("id:")
