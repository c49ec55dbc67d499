"""The stand-in of Azure answers as Resource Manager does: what it says of AI accounts fits the types of Azure's own SDK.

The SDK reads whatever comes, so each member and each word is held against its models. Resource Graph, tenants, subscriptions,
roles, plans, workspaces and diagnostic settings belong to other packages; they are played after Azure's documentation.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from annexa.sandbox.vendors import azure as played

models = pytest.importorskip("azure.mgmt.cognitiveservices.models")
DATA = played.play("planted", "second").world.data
TYPES = {
    "accounts": "Account", "deployments": "Deployment", "policies": "RaiPolicy", "projects": "Project",
    "defender_settings": "DefenderForAISetting",
}  # fmt: skip
OURS = {"accounts": {"subscriptionId"}}
"""Columns that Resource Graph adds to a resource."""
WORDS = {
    "Account.kind": {"OpenAI", "AIServices"}, "AccountProperties.publicNetworkAccess": models.PublicNetworkAccess,
    "NetworkRuleSet.defaultAction": models.NetworkRuleAction, "Encryption.keySource": models.KeySource,
    "DeploymentProperties.versionUpgradeOption": models.DeploymentModelVersionUpgradeOption,
    "RaiPolicyProperties.mode": models.RaiPolicyMode, "RaiPolicyProperties.type": models.RaiPolicyType,
    "RaiPolicyContentFilter.source": models.RaiPolicyContentSource,
    "RaiPolicyContentFilter.severityThreshold": models.ContentLevel,
    "DefenderForAISetting.properties.state": models.DefenderForAISettingState,
}  # fmt: skip
"""Members with the words that they may have."""


@cache
def members(model: str) -> dict[str, str]:
    """The members of a model by their names on the wire, with their types; a dotted one lies inside another."""
    return {part["key"]: part["type"] for part in getattr(models, model)._attribute_map.values()}


def wrong(model: str, value: Any, at: str) -> Iterator[str]:
    """What Azure could not have said."""
    for name, inner in value.items():
        known = members(model)
        below = {key: kind for key, kind in known.items() if key.startswith(f"{name}.")}
        if below:
            yield from (f"{at}.{name}.{one}" for one in inner if f"{name}.{one}" not in below)
            yield from (odd for one in inner for odd in _word(f"{model}.{name}.{one}", inner[one]))
        elif name not in known:
            yield f"{at}.{name}"
        else:
            yield from _word(f"{model}.{name}", inner)
            yield from _inside(known[name], inner, f"{at}.{name}")


def _inside(kind: str, value: Any, at: str) -> Iterator[str]:
    listed = re.fullmatch(r"\[(.+)\]", kind)
    if value is None:
        return
    if listed:
        for number, one in enumerate(value):
            yield from _inside(listed[1], one, f"{at}[{number}]")
    elif hasattr(models, kind):
        yield from wrong(kind, value, at)
    elif kind in ("str", "bool", "int") and type(value).__name__ != kind:
        yield f"{at} is no {kind}"


def _word(member: str, value: Any) -> Iterator[str]:
    words = WORDS.get(member)
    if words is not None and value is not None and value not in {getattr(one, "value", one) for one in words}:
        yield f"{member} {value}"


@pytest.mark.parametrize("name", TYPES)
def test_what_is_said_fits_azures_own_types(name: str) -> None:
    assert DATA[name]
    for row in DATA[name]:
        told = {key: value for key, value in row.items() if key not in OURS.get(name, ()) and not key.startswith("$")}
        assert list(wrong(TYPES[name], told, name)) == []


def test_the_check_can_fail() -> None:
    row = {"properties": {"mode": "Sometimes", "nobody": 1, "contentFilters": [{"enabled": "yes"}]}}
    assert len(list(wrong("RaiPolicy", row, "x"))) == 3
