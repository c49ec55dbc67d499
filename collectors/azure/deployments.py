"""Deployments of models: which model, where it may run, how it is renewed, and which content filter stands in front."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import once
from annexa.collectors._values import inside
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SUBSCRIPTIONS, arm
from annexa.collectors.azure._reading import PROVIDER, accounts, place, reconcile, steps, text, uid, when
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem, Safeguard, Setting
from annexa.evidence.kinds.settings import Strength

INSIDE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}"
VERSION = "2024-10-01"
DEPLOYMENTS = arm(f"{INSIDE}/deployments", VERSION, "Microsoft.CognitiveServices/accounts/deployments/read")
POLICIES = arm(f"{INSIDE}/raiPolicies", VERSION, "Microsoft.CognitiveServices/accounts/raiPolicies/read")

TYPE, UPGRADE = "azure.openai.deployment_type", "azure.openai.version_upgrade"
SHIELD = "Jailbreak"
"""The filter against prompt attacks by users."""
UNTOLD = "untold"
"""Stands where a policy says nothing about one side of a filter."""
MODES = ("Default", "Blocking", "Deferred", "Asynchronous_filter")


@collects(
    (AiSystem, Setting), ACCOUNTS, DEPLOYMENTS, SUBSCRIPTIONS, CONTAINERS, per="source",
    where={"ai_system.category": ("model",), "ai_system.provider": (PROVIDER,), "setting.name": (TYPE, UPGRADE)},
)  # fmt: skip
def models(handle: Handle) -> Iterator[AiSystem | Setting]:
    """One deployment: its model, where it may process what it gets, and how its model is renewed."""
    for row in _of(handle, list(accounts(handle))):
        subject, said = uid(DEPLOYMENTS, row), inside(row, "properties")
        yield AiSystem(
            subject=subject, category="model", provider=PROVIDER, name=text(row.get("name")), at=place(subject),
            model=text(inside(said, "model").get("name")), version=text(inside(said, "model").get("version")),
            created=when(inside(row, "systemData").get("createdAt")), state=text(said.get("provisioningState")),
        )  # fmt: skip
        for name, value in {TYPE: inside(row, "sku").get("name"), UPGRADE: said.get("versionUpgradeOption")}.items():
            yield Setting(subject=f"{subject}/{name}", name=name, value=text(value), set_by=subject, at=place(subject))
    reconcile(handle)


@collects(Safeguard, ACCOUNTS, POLICIES, DEPLOYMENTS, SUBSCRIPTIONS, CONTAINERS, per="source")
def content_filters(handle: Handle) -> Iterator[Safeguard]:
    """One record per content-filter policy of an account, with the deployments that use it."""
    here = list(accounts(handle))
    users: dict[str, list[str]] = {}
    for row in _of(handle, here):
        name = inside(row, "properties").get("raiPolicyName")
        if isinstance(name, str):
            policy = uid(DEPLOYMENTS, row).rpartition("/deployments/")[0] + f"/raipolicies/{name.lower()}"
            users.setdefault(policy, []).append(uid(DEPLOYMENTS, row))
    for account, reply in handle.many(POLICIES, here, steps):
        with handle.item(uid(ACCOUNTS, account)):
            for row in once(reply.each()):
                yield safeguard(row, tuple(sorted(users.get(uid(POLICIES, row), ()))))
    reconcile(handle)


def safeguard(row: Mapping[str, Any], attached: tuple[str, ...]) -> Safeguard:
    """One policy as it stands."""
    subject, said = uid(POLICIES, row), inside(row, "properties")
    given = said.get("contentFilters")
    filters = given if isinstance(given, list) and all(isinstance(one, Mapping) for one in given) else None
    mode = said.get("mode")
    return Safeguard(
        subject=subject, type="content_filter", name=text(row.get("name")), at=place(subject), attached_to=attached,
        state=text(said.get("type")), mode="enforce" if mode in MODES else NOT_EXPOSED if mode is None else unknown_value(mode),
        filters=NOT_EXPOSED if filters is None else strengths(filters),
        prompt_attack=NOT_EXPOSED if filters is None else shield(filters),
    )  # fmt: skip


def strengths(filters: list[Mapping[str, Any]]) -> tuple[Strength, ...]:
    """One row per filter with a severity: from which one on prompts, and answers, are blocked; `off` where they are not."""
    found: dict[str, dict[str, str]] = {}
    for one in filters:
        name, source = str(one.get("name")), str(one.get("source"))
        if "severityThreshold" in one and one["severityThreshold"] is not None:
            found.setdefault(name, {})[source] = _level(one)
    return tuple(
        Strength(
            filter=name, input_strength=sides.get("Prompt", UNTOLD), output_strength=sides.get("Completion", UNTOLD)
        )
        for name, sides in sorted(found.items())
    )


def shield(filters: list[Mapping[str, Any]]) -> str | Missing:
    """What the filter against prompt attacks does: `block`, `annotate` or `off`; `absent`: the policy has none."""
    for one in filters:
        if str(one.get("name")).lower() == SHIELD.lower() and one.get("source") in (None, "Prompt"):
            on, blocks = one.get("enabled"), one.get("blocking")
            if not isinstance(on, bool) or not isinstance(blocks, bool):
                return ambiguous(f"enabled {on}, blocking {blocks}")
            return "off" if not on else "block" if blocks else "annotate"
    return ABSENT


def _level(one: Mapping[str, Any]) -> str:
    if one.get("enabled") is False or one.get("blocking") is False:
        return "off"
    known = one.get("enabled") is True and one.get("blocking") is True
    return str(one["severityThreshold"]) if known else UNTOLD


def _of(handle: Handle, here: list[Item]) -> Iterator[Item]:
    """Every deployment of these accounts; one account that refuses costs its own deployments only."""
    for account, reply in handle.many(DEPLOYMENTS, here, steps):
        with handle.item(uid(ACCOUNTS, account)):
            yield from once(reply.each())
