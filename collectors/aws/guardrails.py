"""Guardrails of Amazon Bedrock, version by version, and those that an account forces on every call.

What a filter *does* is recorded: one that is switched off, or that only reports, has the strength or action `NONE`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors.aws._resources import Detail, when
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Enforcement, Masking, Safeguard, Strength
from annexa.schemas.words import Reason

LIST_GUARDRAILS = Call(
    op="bedrock:ListGuardrails", needs="bedrock:ListGuardrails", path="guardrails", keep=("name",),
    drop=("description",),
)  # fmt: skip
GET_GUARDRAIL = Call(
    op="bedrock:GetGuardrail",
    needs="bedrock:GetGuardrail",
    keep=("inputAction", "outputAction", "action"),
    drop=("text", "pattern", "description", "examples", "statusReasons", "failureRecommendations"),
)
LIST_ENFORCED = Call(
    op="bedrock:ListEnforcedGuardrailsConfiguration",
    needs="bedrock:ListEnforcedGuardrailsConfiguration",
    path="guardrailsConfig",
)

ACTING = ("BLOCK", "ANONYMIZE")
FILTERS = ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT", "PROMPT_ATTACK")
STRENGTHS = ("NONE", "LOW", "MEDIUM", "HIGH")
PARTS = (
    ("topicPolicy", "topics"), ("contentPolicy", "filters"), ("wordPolicy", "words"),
    ("wordPolicy", "managedWordLists"), ("sensitiveInformationPolicy", "piiEntities"),
    ("sensitiveInformationPolicy", "regexes"), ("contextualGroundingPolicy", "filters"),
)  # fmt: skip
"""Every list of a guardrail whose entries block, mask or only report."""
Side = Literal["input", "output"]


@collects(Safeguard, LIST_GUARDRAILS, GET_GUARDRAIL, per="region")
def guardrails(handle: Handle) -> Iterator[Safeguard]:
    """One record per version of every guardrail, the draft included."""
    for draft in handle.each(LIST_GUARDRAILS):
        with handle.item(draft["arn"]):
            for version, reply in handle.many(GET_GUARDRAIL, _versions(handle, draft), _identified):
                with handle.item(_subject(version)):
                    yield _safeguard(version, handle.detail(GET_GUARDRAIL, reply.one))


@collects(Enforcement, LIST_ENFORCED, per="region", where={"enforcement.level": ("account",)})
def enforced_guardrails(handle: Handle) -> Iterator[Enforcement]:
    """One record per guardrail that the account forces on its calls in the region."""
    for config in handle.each(LIST_ENFORCED):
        if config.get("owner", "ACCOUNT") != "ACCOUNT" or not config.get("guardrailArn"):
            says = "an entry of unknown owner, or without a guardrail"
            handle.note(LIST_ENFORCED, Reason.INVALID_ANSWER, says, subject=config.get("guardrailArn"))
            continue
        yield _enforcement(config)


def _versions(handle: Handle, draft: Item) -> list[Item]:
    """All versions of a guardrail; where they cannot be listed, the draft alone is looked at."""
    listed = handle.detail(
        LIST_GUARDRAILS, lambda: list(handle.each(LIST_GUARDRAILS, guardrailIdentifier=draft["arn"]))
    )
    if isinstance(listed, Missing):
        return [draft]
    return listed if any(entry["version"] == draft["version"] for entry in listed) else [draft, *listed]


def _identified(version: Item) -> dict[str, str]:
    return {"guardrailIdentifier": version["arn"], "guardrailVersion": version["version"]}


def _subject(version: Item) -> str:
    return f"{version['arn']}:{version['version']}"


def _safeguard(version: Item, detail: Detail) -> Safeguard:
    return Safeguard(
        subject=_subject(version), type="guardrail", name=version["name"], version=version["version"],
        pinned=version["version"] != "DRAFT", state=version["status"], mode=_mode(detail), masking=_masking(detail),
        filters=_filters(detail), masks_input=_masks(detail, "input"), masks_output=_masks(detail, "output"),
        prompt_attack=_prompt_attack(detail), created=when(version, "createdAt"),
    )  # fmt: skip


def _enforcement(config: Item) -> Enforcement:
    models = config.get("modelEnforcement")
    included = tuple(sorted(models["includedModels"])) if models else ()
    excluded = tuple(sorted(models["excludedModels"])) if models else ()
    return Enforcement(
        subject=f"{config['guardrailArn']}#{config.get('configId', 'enforced')}",
        safeguard=config["guardrailArn"],
        version=config.get("guardrailVersion", ABSENT),
        level="account",
        included=ABSENT if models is None or "ALL" in included else included,
        excluded=excluded or ABSENT,
    )


def _entries(detail: Item, policy: str, member: str) -> list[Mapping[str, Any]]:
    return list((detail.get(policy) or {}).get(member) or ())


def _action(entry: Mapping[str, Any], side: Side) -> str:
    """What an entry does on one side; without an action of its own it blocks, as it did before there was a choice."""
    if entry.get(f"{side}Enabled", entry.get("enabled")) is False:
        return "NONE"
    return str(entry.get(f"{side}Action") or entry.get("action") or "BLOCK")


def _strength(entry: Mapping[str, Any], side: Side) -> str:
    """How strict a filter is where it acts; an action that we do not know stands in place of the strength."""
    action = _action(entry, side)
    return str(entry[f"{side}Strength"]) if action in ACTING else action


def _masking(detail: Detail) -> tuple[Masking, ...] | Missing:
    if isinstance(detail, Missing):
        return detail
    if detail.get("sensitiveInformationPolicy") is None:
        return ABSENT
    return tuple(
        Masking(
            entity=entry.get("type") or entry["name"],
            input_action=_action(entry, "input"),
            output_action=_action(entry, "output"),
        )
        for entry in _sensitive(detail)
    )


def _sensitive(detail: Item) -> list[Mapping[str, Any]]:
    policy = "sensitiveInformationPolicy"
    return [*_entries(detail, policy, "piiEntities"), *_entries(detail, policy, "regexes")]


def _masks(detail: Detail, side: Side) -> bool | Missing:
    if isinstance(detail, Missing):
        return detail
    return _any_acts([_action(entry, side) for entry in _sensitive(detail)])


def _any_acts(actions: list[str]) -> bool | Missing:
    """Whether one of the actions is known to block or mask; failing that, an unknown one leaves it open."""
    if any(action in ACTING for action in actions):
        return True
    unknown = next((action for action in actions if action != "NONE"), None)
    return False if unknown is None else unknown_value(unknown)


def _filters(detail: Detail) -> tuple[Strength, ...] | Missing:
    if isinstance(detail, Missing):
        return detail
    if detail.get("contentPolicy") is None:
        return ABSENT
    return tuple(
        Strength(
            filter=entry["type"],
            input_strength=_strength(entry, "input"),
            output_strength=_strength(entry, "output"),
        )
        for entry in _entries(detail, "contentPolicy", "filters")
    )


def _prompt_attack(detail: Detail) -> str | Missing:
    """Strength on what users send; AWS has this filter on that side only."""
    filters = _filters(detail)
    if isinstance(filters, Missing):
        return filters
    found = next((entry.input_strength for entry in filters if entry.filter == "PROMPT_ATTACK"), None)
    if found is None:
        strange = sorted({entry.filter for entry in filters} - set(FILTERS))
        return unknown_value(", ".join(strange)) if strange else ABSENT
    return found if found in STRENGTHS else unknown_value(found)


def _mode(detail: Detail) -> Literal["enforce", "detect", "off"] | Missing:
    if isinstance(detail, Missing):
        return detail
    entries = [entry for policy, member in PARTS for entry in _entries(detail, policy, member)]
    acts = _any_acts([_acting(entry, side) for entry in entries for side in ("input", "output")])
    if isinstance(acts, Missing):
        return acts
    return "enforce" if acts else "detect" if entries else "off"


def _acting(entry: Mapping[str, Any], side: Any) -> str:
    return "NONE" if entry.get(f"{side}Strength") == "NONE" else _action(entry, side)
